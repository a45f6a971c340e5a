"""Questions about apps and records: lists and typed queries."""

from __future__ import annotations

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_common.auth import Principal
from madeleine_common.rpc.checks import Checks
from madeleine_miniapp.application.access import Access
from madeleine_miniapp.application.apps import zone_of
from madeleine_miniapp.application.ports import Figures, PageKey, ReadModel
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain import query as queries
from madeleine_miniapp.domain.app import entity_of
from madeleine_miniapp.domain.relation_tree import apps_read
from madeleine_miniapp.domain.relations import check_relation


class Reading:
    """What a caller may read, read."""

    def __init__(self, access: Access, read_model: ReadModel, figures: Figures) -> None:
        self._access = access
        self._read_model = read_model
        self._figures = figures

    async def app(self, caller: Principal, app_id: str) -> m.App:
        """One app."""
        return (await self._access.app(caller, app_id)).app

    async def apps(self, caller: Principal, conversation_id: str, after: PageKey | None, limit: int) -> list[m.App]:
        """A conversation's apps, or the caller's own, latest first."""
        if conversation_id:
            await self._access.conversation(caller, conversation_id)
        found = await self._read_model.apps(
            owner_id=caller.person_id, conversation_id=conversation_id, after=after, limit=limit
        )
        await self._access.tell_roles(caller, found)
        return found

    async def records(
        self, caller: Principal, app_id: str, entity: str, after: PageKey | None, limit: int
    ) -> list[m.Record]:
        """An app's records, latest entry first."""
        viewed = await self._access.app(caller, app_id)
        if entity:
            with told():
                entity_of(viewed.app.spec, entity)
        return await self._read_model.records(app_id, entity, after=after, limit=limit)

    async def run_query(self, caller: Principal, app_id: str, query: m.Query) -> m.QueryResult:
        """A typed query's figures; dates are days in the caller's time zone."""
        viewed = await self._access.app(caller, app_id)
        with told():
            entity = queries.check(viewed.app.spec, query)
        return await self._figures.compute(app_id, entity, query, zone_of(caller).key)

    async def run_relation(self, caller: Principal, relation: q.Relation) -> q.Table:
        """The table of a relation; the caller must be able to see every app that it reads.

        Days are those of the caller's time zone; people are given by their ids.
        """
        with told():
            named = apps_read(relation)
        checks = Checks()
        for app_id, path in named.items():
            checks.id(path, app_id)
        checks.done()
        specs = {app_id: (await self._access.app(caller, app_id)).app.spec for app_id in named}
        with told():
            checked = check_relation(relation, specs)
        return await self._figures.table(checked, zone_of(caller).key)
