"""An app's document together with what was accepted of it: applies updates, judges them, undoes what is refused."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from google.protobuf.message import Message

from madeleine_common.events.model import NewEvent
from madeleine_miniapp.application.live.ports import Document, Made, Raw
from madeleine_miniapp.domain import recording
from madeleine_miniapp.domain.errors import Bad, NotAllowed, NotNow, Violation
from madeleine_miniapp.domain.formulas import Json
from madeleine_miniapp.domain.recording import Author, Facts, Kept, as_value, same
from madeleine_miniapp.domain.records import Surroundings

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_KEYS = ("entity", "values", "by", "at")
_REFUSALS_TOLD = 100
# Records that are read before others have their turn: some milliseconds.
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Refusal:
    """What of an update was undone, and why; `field` is "values.<name>", "" for the whole record."""

    record_id: str
    field: str
    reason: str


@dataclass(slots=True)
class Taken:
    """What became of one update.

    `update`: all of it with what undoes the refused part, for the table and the others. `undone`: that part alone, for
    the sender; empty if all was accepted as it came.
    """

    events: list[NewEvent] = field(default_factory=list[NewEvent])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    update: bytes = b""
    undone: bytes = b""


class Sheet:
    """Holds the records as accepted beside the document, since an update has overwritten them there."""

    def __init__(self, document: Document, facts: Facts) -> None:
        """Of an empty document; another one is to be read."""
        self.document = document
        self.facts = facts
        # As JSON: a dictionary for each of 100,000 records takes four times the memory.
        self._accepted: dict[str, bytes] = {}
        self._by_entity: dict[str, set[str]] = {}

    async def read(self) -> None:
        """Takes what is in the document for accepted; lets others run meanwhile."""
        for number, (record_id, raw) in enumerate(self.document.everything()):
            self._accept(record_id, _well_formed(raw))
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)

    def apply(self, update: bytes, writer: str) -> Made:
        """Applies a client's update, to be judged; raises as `Document.apply` does."""
        return self.document.apply(update, writer)

    def __len__(self) -> int:
        return len(self._accepted)

    def kept(self, record_id: str) -> Kept | None:
        """A record as accepted."""
        found = self._accepted.get(record_id)
        return Kept(*json.loads(found)) if found is not None else None

    def ids(self) -> list[str]:
        """Of all accepted records."""
        return list(self._accepted)

    def around(self, around: Surroundings) -> Surroundings:
        """The same, knowing which records there are."""
        return replace(around, records=self._by_entity)

    def catch_up(self, update: bytes) -> Made:
        """Takes an update that another replica judged."""
        made = self.document.catch_up(update)
        for record_id in made.touched:
            self._accept(record_id, _well_formed(self.document.read(record_id)))
        return made

    def unknown(self, record_ids: Collection[str]) -> list[str]:
        """Those that no accepted record has."""
        return [i for i in record_ids if i not in self._accepted]

    def judge(
        self, made: Made, author: Author, moment: datetime, around: Surroundings, elsewhere: Collection[str] = ()
    ) -> Taken:
        """Judges an update that was applied, and undoes in the document what is refused of it.

        `elsewhere`: ids that records of other apps have.
        """
        case = _Case(self, author, moment.isoformat(), self.around(around), elsewhere)
        added: list[str] = []
        for record_id in sorted(made.touched):
            raw, before = self.document.read(record_id), self.kept(record_id)
            if before is None and raw is not None:
                added.append(record_id)
            elif before is not None and raw is None:
                case.removed(record_id, before)
            elif before is not None and raw is not None:
                case.changed(record_id, before, raw)
        case.added(added)
        taken = Taken(case.events, case.refusals[:_REFUSALS_TOLD])
        if case.mends:
            with self.document.writing():
                for mend in case.mends:
                    mend()
            taken.undone = self.document.made().update
        taken.update = self.document.merged(made.update, taken.undone) if taken.undone else made.update
        return taken

    def follow(self, rows: Mapping[str, Kept]) -> bytes:
        """Makes the records those of the read model, after a change of the spec; the update that this takes."""
        with self.document.writing():
            for record_id in self.ids():
                if record_id not in rows:
                    self.document.remove(record_id)
                    self._accept(record_id, None)
            for record_id, kept in rows.items():
                before = self.kept(record_id)
                if before is None:
                    self.document.put(record_id, kept)
                elif before != kept:
                    values = {n: kept.values.get(n) for n in {**before.values, **kept.values}}
                    changed = {n: v for n, v in values.items() if not same(v, before.values.get(n))}
                    self.document.mend(record_id, {"entity": kept.entity}, changed)
                self._accept(record_id, kept)
        return self.document.made().update

    def accept(self, record_id: str, kept: Kept | None) -> None:
        """Notes how a record was accepted; None: it is gone."""
        self._accept(record_id, kept)

    def _accept(self, record_id: str, kept: Kept | None) -> None:
        if (before := self._accepted.get(record_id)) is not None:
            self._by_entity[json.loads(before)[0]].discard(record_id)
        if kept is None:
            self._accepted.pop(record_id, None)
            return
        self._accepted[record_id] = json.dumps(
            [kept.entity, kept.values, kept.by, kept.at], ensure_ascii=False, separators=(",", ":")
        ).encode()
        self._by_entity.setdefault(kept.entity, set()).add(record_id)


def _well_formed(raw: Raw | None) -> Kept | None:
    if raw is None:
        return None
    values = {k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in raw["values"].items()}
    return Kept(raw["entity"], values, raw["by"], raw["at"])


class _Case:
    """One update before the judge."""

    def __init__(self, sheet: Sheet, author: Author, at: str, around: Surroundings, elsewhere: Collection[str]) -> None:
        self._sheet, self._document, self._facts = sheet, sheet.document, sheet.facts
        self._author, self._at, self._around, self._elsewhere = author, at, around, elsewhere
        self.events: list[NewEvent] = []
        self.refusals: list[Refusal] = []
        self.mends: list[Callable[[], None]] = []

    def added(self, record_ids: Sequence[str]) -> None:
        """Judges new records; one that refers to another is judged again once that one is in."""
        waiting = list(record_ids)
        while waiting:
            refused: list[tuple[str, Sequence[Violation]]] = []
            for record_id in waiting:
                try:
                    self._add(record_id)
                except Bad as error:
                    refused.append((record_id, error.violations))
            if len(refused) == len(waiting) or not refused:
                break
            waiting = [record_id for record_id, _ in refused]
        else:
            refused = []
        for record_id, violations in refused:
            self._refuse(record_id, violations)
            self.mends.append(lambda i=record_id: self._document.remove(i))

    def _add(self, record_id: str) -> None:
        raw = self._document.read(record_id)
        if raw is None:
            return
        entity, values = raw.get("entity"), raw.get("values")
        if not _ID.fullmatch(record_id) or record_id in self._elsewhere:
            raise Bad([Violation("", "its id must be a new UUID")])
        if not isinstance(entity, str) or not isinstance(values, dict):
            raise Bad([Violation("", "must be a map of entity, values, by and at")])
        given = {str(name): as_value(value) for name, value in values.items()}
        kept = self._judged(
            lambda: recording.add(self._facts, self._author, entity, given, self._at, self._around, len(self._sheet))
        )
        self._sheet.accept(record_id, kept)
        self._say(recording.record_added(self._facts, record_id, kept), None)
        self._write_back(record_id, kept, raw)

    def changed(self, record_id: str, before: Kept, raw: Raw) -> None:
        """Judges the values that differ; what else a client wrote into the record is undone."""
        values = raw.get("values")
        if not isinstance(values, dict):
            self._refuse(record_id, [Violation("values", "must stay a map")])
            self.mends.append(lambda: self._document.put(record_id, before))
            return
        names = [n for n in {**before.values, **values} if not same(before.values.get(n), values.get(n))]
        given = {str(name): as_value(values.get(name)) for name in names}
        try:
            after, bad = recording.amend_partly(self._facts, self._author, before, given, self._around)
        except NotAllowed as error:
            after, bad = before, [Violation("", str(error))]
        self._refuse(record_id, bad)
        if any(not same(raw.get(key), kept) for key, kept in _head(before).items()) or raw.keys() - {*_KEYS}:
            self._refuse(record_id, [Violation("", "only its values may be changed")])
        if after.values != before.values:
            self._sheet.accept(record_id, after)
            self._say(recording.record_changed(self._facts, record_id, after, self._author.person_id), before)
        self._write_back(record_id, after, raw)

    def removed(self, record_id: str, before: Kept) -> None:
        """Judges a removal; one that is refused is made anew."""
        try:
            recording.remove(self._facts, self._author, before)
        except (NotAllowed, Bad) as error:
            self._refuse(record_id, [Violation("", str(error))])
            self.mends.append(lambda: self._document.put(record_id, before))
            return
        self._sheet.accept(record_id, None)
        self._say(recording.record_removed(self._facts, record_id, self._author.person_id), before)

    def _judged(self, judge: Callable[[], Kept]) -> Kept:
        try:
            return judge()
        except (NotAllowed, NotNow) as error:
            raise Bad([Violation("", str(error))]) from error

    def _say(self, event: Message, before: Kept | None) -> None:
        self.events.append(NewEvent(event, recording.subject_of(event, before, self._author.person_id)))

    def _refuse(self, record_id: str, violations: Sequence[Violation]) -> None:
        self.refusals += [Refusal(record_id, v.field, v.reason) for v in violations]

    def _write_back(self, record_id: str, kept: Kept, raw: Raw) -> None:
        """Makes the document say what was accepted: coerced and computed values, who and when."""
        head = {key: text for key, text in _head(kept).items() if not same(raw.get(key), text)}
        held: dict[str, object] = raw["values"]
        values: dict[str, Json | None] = {n: v for n, v in kept.values.items() if not same(held.get(n), v)}
        values |= dict.fromkeys(held.keys() - kept.values.keys())
        foreign = [key for key in raw if key not in _KEYS]
        if head or values:
            self.mends.append(lambda: self._document.mend(record_id, head, values))
        if foreign:
            self.mends.append(lambda: self._document.trim(record_id, foreign))


def _head(kept: Kept) -> dict[str, str]:
    return {"entity": kept.entity, "by": kept.by, "at": kept.at}
