"""Publishing a revision: proved on every live replica before anybody is served by it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine.inference.v1 import events_pb2 as events
from madeleine.inference.v1.fleet_pb2 import FleetRequest
from madeleine_common.adapters import AdapterFolder
from madeleine_common.auth import Principal
from madeleine_common.commands import metadata_of, utc_now
from madeleine_common.errors import DomainError, FailedPrecondition, NotFound
from madeleine_common.events import CommandKey, NewEvent, Repository
from madeleine_common.ids import new_id
from madeleine_inference.application.candidates import Candidates
from madeleine_inference.application.fingerprint import Fingerprint, Probe
from madeleine_inference.application.fleet import Member, Replicas, refresh, withdraw
from madeleine_inference.application.table import AdapterTable
from madeleine_inference.domain import revision as domain
from madeleine_inference.domain.revision import Revision


class Publishing:
    """The life of revisions, on all replicas."""

    def __init__(
        self,
        candidates: Candidates,
        revisions: Repository[Revision],
        table: AdapterTable,
        member: Member,
        replicas: Replicas,
    ) -> None:
        self._candidates = candidates
        self._revisions = revisions
        self._table = table
        self._member = member
        self._replicas = replicas

    async def publish(
        self, name: str, uri: str, probes: Sequence[Probe], caller: Principal, command: CommandKey
    ) -> tuple[pb.Revision, Fingerprint]:
        """Proves here, then on all other replicas, then publishes; the same adapter once more is only proved again.

        Raises what Candidates.proved does, and what Replicas.ask does.
        """
        async with self._candidates.proved(name, uri, probes) as (adapter, fingerprint):
            try:
                await self._replicas.ask(_prove(adapter, probes))
            except DomainError:
                await self._withdraw(adapter.revision)
                raise
            message = events.RevisionPublished(
                revision=_message(adapter),
                max_trained_delta=fingerprint.max_trained_delta,
                max_base_delta=fingerprint.max_base_delta,
                probes=[probe.trained_part() for probe in probes],
            )
            done = await self._revisions.execute(
                domain.stream_of(adapter.revision),
                lambda state: [NewEvent(event) for event in domain.publish(state, message)],
                metadata_of(caller),
                command=command,
            )
            await self._table.refresh([domain.stream_of(adapter.revision)])
        return done.state.published or message.revision, fingerprint

    async def pin(self, revision: str, pinned: bool, caller: Principal, command: CommandKey) -> Revision:
        """Keeps a revision from eviction or lets it go, on all replicas; raises NotFound."""
        try:
            done = await self._revisions.execute(
                domain.stream_of(revision),
                lambda state: [NewEvent(event) for event in domain.pin(state, revision, pinned)],
                metadata_of(caller),
                command=command,
            )
        except domain.NotPublished as error:
            raise NotFound(f"no revision {revision} is published", reason="REVISION_UNKNOWN") from error
        await self._spread(domain.stream_of(revision))
        return done.state

    async def unload(self, revision: str, caller: Principal, command: CommandKey) -> None:
        """Takes a revision out of serving on all replicas once its leases end.

        Raises NotFound, FailedPrecondition while aliased.
        """
        stream = domain.stream_of(revision)
        if not (await self._revisions.load(stream)).version:
            raise NotFound(f"no revision {revision} is published", reason="REVISION_UNKNOWN")
        await self._member.catch_up()
        used_by = [alias.name for alias in self._table.aliases() if revision in alias.names()]
        try:
            await self._revisions.execute(
                stream,
                lambda state: [NewEvent(event) for event in domain.unload(state, revision, used_by)],
                metadata_of(caller),
                command=command,
            )
        except domain.InUse as error:
            raise FailedPrecondition(
                f"{revision} is what alias {error} points at or may be rolled back to", reason="REVISION_IN_USE"
            ) from error
        await self._spread(stream)

    async def _spread(self, stream: str) -> None:
        request = refresh(stream)
        await self._member.handle(request)
        await self._replicas.ask(request)

    async def _withdraw(self, revision: str) -> None:
        await self._candidates.withdraw(revision)
        # Whoever does not hear it evicts the revision like any other that nobody uses.
        with contextlib.suppress(DomainError):
            await self._replicas.ask(withdraw(revision))


def _prove(adapter: AdapterFolder, probes: Sequence[Probe]) -> FleetRequest:
    # By its name: another replica may reach the store under another path.
    wanted = pb.PublishAdapterRequest(
        name=adapter.origin.name, uri=adapter.revision, probes=[probe.trained_part() for probe in probes]
    )
    return FleetRequest(request_id=new_id(), prove=wanted)


def _message(adapter: AdapterFolder) -> pb.Revision:
    origin = adapter.origin
    message = pb.Revision(
        revision=adapter.revision,
        name=origin.name,
        base_model_sha256=origin.base_model_sha256,
        rank=origin.rank,
        parent=origin.parent,
        training_run_id=origin.training_run_id,
    )
    if lineage := origin.lineage:
        message.lineage.signals_sha256 = lineage.signals_sha256
        message.lineage.desirable, message.lineage.undesirable = lineage.desirable, lineage.undesirable
    message.published_at.FromDatetime(utc_now())
    return message
