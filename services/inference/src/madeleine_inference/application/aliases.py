"""The alias table: which revision answers whom."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine.inference.v1 import events_pb2 as events
from madeleine_common.auth import Principal
from madeleine_common.commands import metadata_of, utc_now
from madeleine_common.errors import FailedPrecondition, Invalid, NotFound
from madeleine_common.events import CommandKey, Executed, NewEvent, Repository
from madeleine_inference.application.residents import Residents
from madeleine_inference.domain import alias as domain
from madeleine_inference.domain.alias import BASE, DEFAULT, Alias, Target
from madeleine_inference.domain.revision import Revision
from madeleine_inference.domain.revision import stream_of as revision_stream

_SELF = Principal("service:inference")


class Aliases:
    """Resolves requests to revisions and flips aliases.

    Every request reads its alias's stream (one indexed query): a flip holds for all replicas at once.
    """

    def __init__(self, aliases: Repository[Alias], revisions: Repository[Revision], residents: Residents) -> None:
        self._aliases = aliases
        self._revisions = revisions
        self._residents = residents

    async def start(self) -> None:
        """Makes the alias "default" at the first start, and loads what it points at."""
        await self._aliases.execute(
            domain.stream_of(DEFAULT),
            lambda state: [NewEvent(event) for event in domain.begin(state, DEFAULT, utc_now())],
            metadata_of(_SELF),
        )
        alias = (await self._aliases.load(domain.stream_of(DEFAULT))).state
        await self.warm([target.revision for target in alias.targets])

    async def warm(self, revisions: Sequence[str]) -> None:
        """Brings revisions into the engine; raises NotFound for one that is not published."""
        for revision in revisions:
            async with self._lease_revision(revision):
                pass

    @asynccontextmanager
    async def lease(self, model: str, person_id: str = "") -> AsyncIterator[str]:
        """The revision that serves `model` to a person, held while the block runs; raises NotFound."""
        revision = await self._resolve(model or DEFAULT, person_id)
        async with self._lease_revision(revision):
            yield revision

    async def point(self, name: str, targets: Sequence[Target], caller: Principal, command: CommandKey) -> pb.Alias:
        """Flips an alias once all its targets are resident; raises Invalid, NotFound."""
        try:
            async with AsyncExitStack() as leases:
                for index, target in enumerate(targets):
                    try:
                        await leases.enter_async_context(self._lease_revision(target.revision))
                    except NotFound as error:
                        raise NotFound(f"targets[{index}].revision: {error.message}", reason=error.reason) from error
                done = await self._aliases.execute(
                    domain.stream_of(name),
                    lambda state: [NewEvent(event) for event in domain.point(state, name, targets, utc_now())],
                    metadata_of(caller),
                    command=command,
                )
        except domain.BadTargets as error:
            raise Invalid(error.field, error.reason) from error
        return _told(done)

    async def roll_back(self, name: str, caller: Principal, command: CommandKey) -> pb.Alias:
        """Points an alias back; raises NotFound, FailedPrecondition when there is nothing before."""
        before = (await self._aliases.load(domain.stream_of(name))).state
        if not before.version:
            raise _no_alias(name)
        await self.warm([target.revision for target in before.previous])
        try:
            done = await self._aliases.execute(
                domain.stream_of(name),
                lambda state: [NewEvent(event) for event in domain.roll_back(state, utc_now())],
                metadata_of(caller),
                command=command,
            )
        except domain.NothingBefore as error:
            raise FailedPrecondition(f"alias {name} has pointed at nothing else", reason="NOTHING_BEFORE") from error
        return _told(done)

    @asynccontextmanager
    async def _lease_revision(self, revision: str) -> AsyncIterator[None]:
        pinned = False
        if revision != BASE:
            state = (await self._revisions.load(revision_stream(revision))).state
            if state.published is None:
                raise NotFound(f"no revision {revision} is published", reason="REVISION_UNKNOWN")
            pinned = state.pinned
        async with self._residents.lease(revision, pinned=pinned):
            yield

    async def _resolve(self, model: str, person_id: str) -> str:
        if model == BASE or "@" in model:
            return model
        alias = (await self._aliases.load(domain.stream_of(model))).state
        if not alias.version:
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
