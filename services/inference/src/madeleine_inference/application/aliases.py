"""The aliases: which revision answers whom."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine.inference.v1 import events_pb2 as events
from madeleine_common.auth import Principal
from madeleine_common.commands import metadata_of, utc_now
from madeleine_common.errors import DomainError, FailedPrecondition, Invalid, NotFound, Unavailable
from madeleine_common.events import CommandKey, Executed, NewEvent, Repository
from madeleine_inference.application.fleet import Member, Replicas, refresh, warm
from madeleine_inference.application.published import Published
from madeleine_inference.application.table import AdapterTable
from madeleine_inference.domain import alias as domain
from madeleine_inference.domain.alias import BASE, DEFAULT, Alias, Target

log = logging.getLogger(__name__)
_SELF = Principal("service:inference")


class Aliases:
    """Resolves requests to revisions and flips aliases.

    Requests read the table in memory. While a replica is not sure that it is told of every flip, each of its requests
    reads the alias's stream instead (one indexed query): a flip holds for all replicas at once, always.
    """

    def __init__(
        self,
        aliases: Repository[Alias],
        published: Published,
        table: AdapterTable,
        member: Member,
        replicas: Replicas,
    ) -> None:
        self._aliases = aliases
        self._published = published
        self._table = table
        self._member = member
        self._replicas = replicas

    async def begin(self) -> None:
        """Makes the alias "default" at the first start."""
        await self._aliases.execute(
            domain.stream_of(DEFAULT),
            lambda state: [NewEvent(event) for event in domain.begin(state, DEFAULT, utc_now())],
            metadata_of(_SELF),
        )

    async def load(self, most: int) -> None:
        """Loads what aliases point at, then what they may be rolled back to, `most` revisions in all.

        Raises Unavailable when the adapter store is away. An adapter that is damaged is logged: its requests are
        refused, and the others are served.
        """
        aliases = self._table.aliases()
        targets = [target for alias in aliases for target in alias.targets]
        wanted = dict.fromkeys(t.revision for t in (*targets, *(t for a in aliases for t in a.previous)))
        for revision in [name for name in wanted if name != BASE][:most]:
            try:
                await self._published.warm([revision])
            except Unavailable:
                raise
            except DomainError as error:
                log.error("an alias names %s, which cannot be loaded: %s", revision, error.message)

    @asynccontextmanager
    async def lease(self, model: str, person_id: str = "") -> AsyncIterator[str]:
        """The revision that serves `model` to a person, held while the block runs; raises NotFound."""
        revision = await self._resolve(model or DEFAULT, person_id)
        async with self._published.lease(revision):
            yield revision

    async def point(self, name: str, targets: Sequence[Target], caller: Principal, command: CommandKey) -> pb.Alias:
        """Flips an alias on all replicas, once its targets are resident on each; raises Invalid, NotFound.

        Raises what Replicas.ask does; Unavailable after the flip: it holds, but a replica has not confirmed it.
        """
        try:
            domain.check(targets)
        except domain.BadTargets as error:
            raise Invalid(error.field, error.reason) from error
        async with AsyncExitStack() as leases:
            for index, target in enumerate(targets):
                try:
                    await leases.enter_async_context(self._published.lease(target.revision))
                except NotFound as error:
                    raise NotFound(f"targets[{index}].revision: {error.message}", reason=error.reason) from error
            await self._warm_others(targets)
            done = await self._aliases.execute(
                domain.stream_of(name),
                lambda state: [NewEvent(event) for event in domain.point(state, name, targets, utc_now())],
                metadata_of(caller),
                command=command,
            )
            await self._spread(name)
        return _told(done)

    async def roll_back(self, name: str, caller: Principal, command: CommandKey) -> pb.Alias:
        """Points an alias back on all replicas; raises NotFound, FailedPrecondition when there is nothing before."""
        before = (await self._aliases.load(domain.stream_of(name))).state
        if not before.version:
            raise _no_alias(name)
        await self._published.warm([target.revision for target in before.previous])
        await self._warm_others(before.previous)
        try:
            done = await self._aliases.execute(
                domain.stream_of(name),
                lambda state: [NewEvent(event) for event in domain.roll_back(state, utc_now())],
                metadata_of(caller),
                command=command,
            )
        except domain.NothingBefore as error:
            raise FailedPrecondition(f"alias {name} has pointed at nothing else", reason="NOTHING_BEFORE") from error
        await self._spread(name)
        return _told(done)

    async def _warm_others(self, targets: Sequence[Target]) -> None:
        if revisions := [target.revision for target in targets if target.revision != BASE]:
            await self._replicas.ask(warm(revisions))

    async def _spread(self, name: str) -> None:
        request = refresh(domain.stream_of(name))
        await self._member.handle(request)
        await self._replicas.ask(request)

    async def _resolve(self, model: str, person_id: str) -> str:
        if model == BASE or "@" in model:
            return model
        if self._replicas.current():
            alias = self._table.alias(model)
        else:
            alias = (await self._aliases.load(domain.stream_of(model))).state
        if alias is None or not alias.version:
            raise _no_alias(model)
        return alias.choose(person_id)


def _told(done: Executed[Alias]) -> pb.Alias:
    """The alias as the command left it, even when a later one has moved it since."""
    for event in done.events:
        if isinstance(event.message, events.AliasChanged):
            return event.message.alias
    return done.state.message or pb.Alias()


def _no_alias(name: str) -> NotFound:
    return NotFound(f"there is no alias {name}", reason="ALIAS_UNKNOWN")
