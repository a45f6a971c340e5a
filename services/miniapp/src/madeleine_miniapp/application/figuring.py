"""The figures of an app: its own aggregates, for its charts and metrics, as of now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.auth import Principal
from madeleine_miniapp.application.access import Access
from madeleine_miniapp.application.apps import zone_of
from madeleine_miniapp.application.ports import Figures, PageKey, ReadModel
from madeleine_miniapp.domain.app import plain
from madeleine_miniapp.domain.conditions import expression_of
from madeleine_miniapp.domain.figures import combined, parts_of, relation_of, unit_of_figure
from madeleine_miniapp.domain.formulas import Engine, holds
from madeleine_miniapp.domain.querying import as_result
from madeleine_miniapp.domain.relations import check_relation

# So many records are looked at before others have their turn.
_PAGE = 500


class Figuring:
    """Computes what an app's spec declares."""

    def __init__(
        self,
        access: Access,
        read_model: ReadModel,
        figures: Figures,
        engine: Engine,
        clock: Callable[[], datetime],
    ) -> None:
        self._access = access
        self._read_model = read_model
        self._figures = figures
        self._engine = engine
        self._clock = clock

    async def figures(self, caller: Principal, app_id: str) -> list[m.Figure]:
        """Every aggregate of the app, in the spec's order; days are those of the caller's time zone."""
        app = (await self._access.app(caller, app_id)).app
        now = self._clock().astimezone(zone_of(caller))
        simple = [one for one in app.spec.aggregates if not one.expression]
        results = await asyncio.gather(*(self._figure(app, one, now, zone_of(caller).key) for one in simple))
        known = {one.name: result for one, result in zip(simple, results, strict=True)}
        waiting = [one for one in app.spec.aggregates if one.expression]
        while ready := [one for one in waiting if parts_of(one) <= known.keys()]:
            for one in ready:
                known[one.name] = combined(one, {name: known[name] for name in parts_of(one)}, self._engine)
            waiting = [one for one in waiting if one not in ready]
        return [
            m.Figure(aggregate=one.name, result=known[one.name]) for one in app.spec.aggregates if one.name in known
        ]

    async def _figure(self, app: m.App, aggregate: s.Aggregate, now: datetime, time_zone: str) -> m.QueryResult:
        entity = next(e for e in app.spec.entities if e.name == aggregate.entity)
        where = expression_of(aggregate.where, entity) if aggregate.where else None
        only = await self._holding(app.app_id, entity, aggregate.where) if aggregate.where and where is None else None
        relation = relation_of(app.app_id, entity, aggregate, where, now)
        checked = check_relation(relation, {app.app_id: app.spec}, f"aggregates.{aggregate.name}")
        table = await self._figures.table(checked, time_zone, only=only)
        return as_result(table, unit_of_figure(app.spec, entity, aggregate))

    async def _holding(self, app_id: str, entity: s.Entity, condition: str) -> Sequence[str]:
        """The records for which a condition holds that the query language has no words for."""
        held: list[str] = []
        after: PageKey | None = None
        while page := await self._read_model.records(app_id, entity.name, after=after, limit=_PAGE):
            held += [r.record_id for r in page if holds(entity, condition, plain(r.values), self._engine)]
            last = page[-1]
            after = last.entered_at.ToDatetime(UTC), last.record_id
        return held
