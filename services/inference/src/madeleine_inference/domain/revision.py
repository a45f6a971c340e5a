"""An adapter revision from publication on: immutable in itself, pinned or not, served or taken out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from google.protobuf.message import Message

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine.inference.v1 import events_pb2 as events


class NotPublished(Exception):
    """There is no such revision, or it was taken out."""


class InUse(Exception):
    """Aliases point at the revision, or may be rolled back to it; `aliases` names them."""

    def __init__(self, aliases: Collection[str]) -> None:
        self.aliases = sorted(aliases)
        super().__init__(", ".join(self.aliases))


@dataclass(frozen=True, slots=True)
class Revision:
    """What is known of one revision; `published` is None while it is not served."""

    published: pb.Revision | None = None
    pinned: bool = False
    # The trainer's fingerprint; none in events from before it was kept.
    probes: tuple[pb.Probe, ...] = ()


def stream_of(revision: str) -> str:
    """The stream of a revision."""
    return f"revision-{revision}"


def publish(state: Revision, proved: events.RevisionPublished) -> list[Message]:
    """A revision whose fingerprint was proved; nothing if it is served already."""
    return [] if state.published else [proved]


def pin(state: Revision, revision: str, pinned: bool) -> list[Message]:
    """Says whether it may be evicted; nothing if that is so already. Raises NotPublished."""
    if state.published is None:
        raise NotPublished
    return [] if state.pinned == pinned else [events.RevisionPinnedChanged(revision=revision, pinned=pinned)]


def unload(state: Revision, revision: str, used_by: Collection[str]) -> list[Message]:
    """Takes it out of serving; nothing if it is out. Raises InUse while `used_by` names aliases."""
    if used_by:
        raise InUse(used_by)
    return [events.RevisionUnloaded(revision=revision)] if state.published else []


def evolve(state: Revision, event: Message) -> Revision:
    """The state after an event."""
    match event:
        case events.RevisionPublished(revision=revision, probes=probes):
            return Revision(revision, False, tuple(probes))
        case events.RevisionPinnedChanged(pinned=pinned):
            return replace(state, pinned=pinned)
        case events.RevisionUnloaded():
            return Revision()
        case _:
            return state
