"""What a caller of the API does to records, as opposed to what an editor writes into the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct

from madeleine_common.events.model import NewEvent
from madeleine_miniapp.application.live.sheet import Sheet
from madeleine_miniapp.domain import recording
from madeleine_miniapp.domain.errors import Bad, Missing, Violation
from madeleine_miniapp.domain.recording import Author, Kept
from madeleine_miniapp.domain.records import Surroundings


@dataclass(frozen=True, slots=True)
class Add:
    """A new record."""

    record_id: str
    entity: str
    values: Struct


@dataclass(frozen=True, slots=True)
class Amend:
    """Some values of a record, null clearing."""

    record_id: str
    values: Struct


@dataclass(frozen=True, slots=True)
class Remove:
    """A record is removed."""

    record_id: str


Action = Add | Amend | Remove
Outcome = Kept | Sequence[Violation] | None


@dataclass(slots=True)
class Done:
    """What became of actions, one outcome for each: the record after it (None: removed), or why it was refused."""

    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    events: list[NewEvent] = field(default_factory=list[NewEvent])
    update: bytes = b""


def carry_out(
    sheet: Sheet, actions: Sequence[Action], author: Author, moment: datetime, around: Surroundings, *, partly: bool
) -> Done:
    """Does all of them in the document, or raises Bad, Missing, NotAllowed, NotNow and does none.

    `partly`: leaves out those with bad values, and does the others.
    """
    done = Done()
    befores: list[tuple[str, Kept | None]] = []
    around = sheet.around(around)
    try:
        for action in actions:
            before = sheet.kept(action.record_id)
            try:
                after, event = _judge(sheet, action, before, author, moment, around)
            except Bad as error:
                if not partly:
                    raise
                done.outcomes.append(error.violations)
                continue
            done.outcomes.append(after)
            if event is not None:
                befores.append((action.record_id, before))
                sheet.accept(action.record_id, after)
                done.events.append(NewEvent(event, recording.subject_of(event, before, author.person_id)))
    except Exception:
        for record_id, before in reversed(befores):
            sheet.accept(record_id, before)
        raise
    with sheet.document.writing():
        for record_id, before in dict(befores).items():
            _write(sheet, record_id, before)
    done.update = sheet.document.made().update
    return done


def _judge(
    sheet: Sheet, action: Action, before: Kept | None, author: Author, moment: datetime, around: Surroundings
) -> tuple[Kept | None, Message | None]:
    facts = sheet.facts
    if isinstance(action, Add):
        at = moment.isoformat()
        kept = recording.add(facts, author, action.entity, action.values.fields, at, around, len(sheet))
        return kept, recording.record_added(facts, action.record_id, kept)
    if before is None:
        raise Missing("there is no such record")
    if isinstance(action, Remove):
        recording.remove(facts, author, before)
        return None, recording.record_removed(facts, action.record_id, author.person_id)
    after = recording.amend(facts, author, before, action.values.fields, around)
    if after.values == before.values:
        return before, None
    return after, recording.record_changed(facts, action.record_id, after, author.person_id)


def _write(sheet: Sheet, record_id: str, before: Kept | None) -> None:
    """Writes no more than what differs: a concurrent edit of another field stands."""
    after = sheet.kept(record_id)
    if after is None:
        sheet.document.remove(record_id)
    elif before is None or sheet.document.read(record_id) is None:
        sheet.document.put(record_id, after)
    else:
        was, held = before.values, after.values
        changed = {n: held.get(n) for n in {**was, **held} if not recording.same(was.get(n), held.get(n))}
        sheet.document.mend(record_id, {}, changed)
