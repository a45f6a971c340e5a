"""The replicas of inference: what they ask of each other, and what each does for the others."""

from __future__ import annotations

from typing import Protocol

from madeleine.inference.v1 import fleet_pb2 as pb
from madeleine_common.errors import Invalid
from madeleine_common.ids import new_id
from madeleine_inference.application.candidates import Candidates
from madeleine_inference.application.fingerprint import Probe
from madeleine_inference.application.published import Published
from madeleine_inference.application.residents import Residents
from madeleine_inference.application.table import AdapterTable


class Replicas(Protocol):
    """The other live replicas of this service."""

    def current(self) -> bool:
        """True while all others wait for this replica before they answer for a flip: its table is then the truth."""
        ...

    async def ask(self, request: pb.FleetRequest) -> None:
        """Returns once every other live replica has done it; one that dies meanwhile is waited for no longer.

        Raises FailedPrecondition naming a replica that refuses and its reason, Unavailable one that is silent.
        """
        ...


class Member:
    """What this replica does when another one asks, and by itself."""

    def __init__(self, table: AdapterTable, residents: Residents, published: Published, candidates: Candidates) -> None:
        self._table = table
        self._residents = residents
        self._published = published
        self._candidates = candidates

    async def handle(self, request: pb.FleetRequest) -> None:
        """Does what is asked; raises DomainError."""
        match request.WhichOneof("command"):
            case "prove":
                wanted = request.prove
                probes = [Probe.of(message) for message in wanted.probes]
                async with self._candidates.proved(wanted.name, wanted.uri, probes):
                    pass
            case "withdraw":
                await self._candidates.withdraw(request.withdraw.revision)
            case "warm":
                await self._published.warm(request.warm.revisions)
            case "refresh":
                await self._refresh(list(request.refresh.stream_ids))
            case _:
                raise Invalid("command", "is not known to this release")

    async def catch_up(self) -> None:
        """Brings the table up to date, whatever was missed; raises what the database raises."""
        await self._refresh(None)

    async def _refresh(self, streams: list[str] | None) -> None:
        for revision in await self._table.refresh(streams):
            await self._residents.retire(revision)


def warm(revisions: list[str]) -> pb.FleetRequest:
    """Asks for revisions to be resident."""
    return pb.FleetRequest(request_id=new_id(), warm=pb.RevisionNames(revisions=revisions))


def refresh(stream: str) -> pb.FleetRequest:
    """Asks for a stream of the table to be brought up to date."""
    return pb.FleetRequest(request_id=new_id(), refresh=pb.StreamNames(stream_ids=[stream]))


def withdraw(revision: str) -> pb.FleetRequest:
    """Asks for a candidate to be dropped."""
    return pb.FleetRequest(request_id=new_id(), withdraw=pb.RevisionName(revision=revision))
