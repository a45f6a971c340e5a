"""An alias: a name that people's requests carry, pointing at one adapter revision or at several by weight."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from google.protobuf.message import Message

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine.inference.v1 import events_pb2 as events

BASE = "base"
DEFAULT = "default"
_WEIGHT_ERROR = 1e-6


class BadTargets(Exception):
    """The targets of a flip are wrong; `field` is the path in SetAliasRequest."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class NothingBefore(Exception):
    """The alias has never pointed at anything else."""


@dataclass(frozen=True, slots=True)
class Target:
    """A revision (or BASE) and the share of people it serves, in (0, 1]."""

    revision: str
    weight: float


@dataclass(frozen=True, slots=True)
class Alias:
    """What an alias points at and pointed at before; version 0: it does not exist."""

    name: str = ""
    targets: tuple[Target, ...] = ()
    previous: tuple[Target, ...] = ()
    version: int = 0
    # As the last flip told it.
    message: pb.Alias | None = None

    def names(self) -> list[str]:
        """The revisions that it points at, then those that it may be rolled back to; never BASE."""
        names = dict.fromkeys(target.revision for target in (*self.targets, *self.previous))
        return [name for name in names if name != BASE]

    def choose(self, person_id: str) -> str:
        """The revision for a person, the same at every request; the heaviest when nobody is named."""
        if not person_id:
            return max(self.targets, key=lambda target: target.weight).revision
        digest = hashlib.sha256(f"{self.name}|{person_id}".encode()).digest()
        point = int.from_bytes(digest[:8], "big") / 2**64
        for target in self.targets:
            if point < target.weight:
                return target.revision
            point -= target.weight
        # Weights may miss 1 by a rounding error.
        return self.targets[-1].revision


def stream_of(name: str) -> str:
    """The stream of an alias."""
    return f"alias-{name}"


def begin(state: Alias, name: str, at: datetime) -> list[Message]:
    """Points a new alias at the base model; nothing if it exists."""
    return [] if state.version else [_changed(state, name, (Target(BASE, 1.0),), at)]


def point(state: Alias, name: str, targets: Sequence[Target], at: datetime) -> list[Message]:
    """Flips the alias; nothing if it points there already. Raises BadTargets."""
    check(targets)
    return [] if state.targets == tuple(targets) else [_changed(state, name, targets, at)]


def roll_back(state: Alias, at: datetime) -> list[Message]:
    """Points the alias at what it pointed at before; raises NothingBefore."""
    if not state.previous:
        raise NothingBefore
    return [_changed(state, state.name, state.previous, at)]


def evolve(state: Alias, event: Message) -> Alias:
    """The state after an event."""
    match event:
        case events.AliasChanged(alias=alias):
            return Alias(alias.alias, targets_of(alias.targets), targets_of(alias.previous), alias.version, alias)
        case _:
            return state


def targets_of(messages: Sequence[pb.WeightedRevision]) -> tuple[Target, ...]:
    """Targets from their messages."""
    return tuple(Target(message.revision, message.weight) for message in messages)


def check(targets: Sequence[Target]) -> None:
    """Raises BadTargets unless there are 1 to 8 different ones whose weights add up to 1."""
    if not 1 <= len(targets) <= 8:
        raise BadTargets("targets", f"must be 1 to 8; there are {len(targets)}")
    for index, target in enumerate(targets):
        if not 0.0 < target.weight <= 1.0:
            raise BadTargets(f"targets[{index}].weight", f"must be above 0 and at most 1; it is {target.weight:g}")
    if len({target.revision for target in targets}) < len(targets):
        raise BadTargets("targets", "must name each revision once")
    total = sum(target.weight for target in targets)
    if abs(total - 1.0) > _WEIGHT_ERROR:
        raise BadTargets("targets", f"must have weights that add up to 1; they add up to {total:g}")


def _changed(state: Alias, name: str, targets: Sequence[Target], at: datetime) -> Message:
    alias = pb.Alias(
        alias=name, targets=_messages(targets), previous=_messages(state.targets), version=state.version + 1
    )
    alias.changed_at.FromDatetime(at)
    return events.AliasChanged(alias=alias)


def _messages(targets: Sequence[Target]) -> list[pb.WeightedRevision]:
    return [pb.WeightedRevision(revision=target.revision, weight=target.weight) for target in targets]
