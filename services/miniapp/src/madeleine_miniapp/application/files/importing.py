"""Records from CSV: read, judged like any other record, added in batches."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from google.protobuf.struct_pb2 import Struct, Value

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.spec_pb2 import Entity
from madeleine_common.auth import Principal
from madeleine_common.ids import new_id
from madeleine_miniapp.application.access import Access, Viewed
from madeleine_miniapp.application.files.exporting import titles_of
from madeleine_miniapp.application.files.ports import Rows
from madeleine_miniapp.application.live.actions import Action, Add
from madeleine_miniapp.application.recording import Recording
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain import recording
from madeleine_miniapp.domain.app import entity_of
from madeleine_miniapp.domain.errors import Bad, Violation
from madeleine_miniapp.domain.files.columns import Known
from madeleine_miniapp.domain.files.matching import Matched, match
from madeleine_miniapp.domain.files.reading import Broken, Note, Readout, read
from madeleine_miniapp.domain.files.rows import Sheet, read_rows
from madeleine_miniapp.domain.recording import MAX_RECORDS, Facts

_BATCH = 500
_BROKEN_TOLD = 200
_MONTH_FIRST = ("America/", "US/")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file; `broken` has the first 200 faults, `broken_rows` counts all rows that have one."""

    added: int
    broken: Sequence[Broken]
    broken_rows: int
    notes: Sequence[Note]
    columns: Mapping[str, str]


class Importing:
    """Adds the rows of files as records."""

    def __init__(self, access: Access, recorded: Recording, rows: Rows) -> None:
        self._access = access
        self._recording = recorded
        self._rows = rows

    async def import_records(self, caller: Principal, request: m.ImportRecordsRequest) -> Imported:
        """Adds what can be read and says what cannot; with `dry_run` nothing is added.

        A repeat of its key goes on where the first was broken off, and adds nothing twice. Raises Invalid, NotFound,
        Denied; FailedPrecondition when the app has no room for so many.
        """
        viewed = await self._access.app(caller, request.app_id)
        with told():
            entity = entity_of(viewed.app.spec, request.entity)
            sheet = await asyncio.to_thread(read_rows, request.csv)
            matched = match(entity, sheet.header, request.columns)
        readout, faults = await self._judged(caller, viewed, entity, sheet, matched)
        sound = {row: values for row, values in readout.rows.items() if row not in faults}
        added = len(sound)
        if not request.dry_run:
            added, late = await self._add(caller, request, entity, sound)
            faults |= late
        broken = sorted([*readout.broken, *faults.values()], key=lambda one: one.row)
        columns = dict.fromkeys(sheet.header, "") | {one.header: one.field.name for one in matched}
        return Imported(added, broken[:_BROKEN_TOLD], len({one.row for one in broken}), readout.notes, columns)

    async def _judged(
        self, caller: Principal, viewed: Viewed, entity: Entity, sheet: Sheet, matched: Sequence[Matched]
    ) -> tuple[Readout, dict[int, Broken]]:
        """The file as read, and what is wrong with rows that can be read: as adding each of them would say."""
        app = viewed.app
        titles = await titles_of(self._rows, app, entity)
        by_title = {name: {title.casefold().strip(): i for i, title in held.items()} for name, held in titles.items()}
        held = await self._rows.count(app.app_id)
        writing = self._recording.writing(caller, viewed)
        around = replace(writing.around, records={name: set(await self._ids(app, name)) for name in titles})
        facts = Facts(app.app_id, app.spec, app.version, "")
        at = writing.metadata.occurred_at.isoformat()

        def judge() -> tuple[Readout, dict[int, Broken]]:
            readout = read(sheet, matched, known_of(caller, sheet, by_title))
            faults: dict[int, Broken] = {}
            for number, values in readout.rows.items():
                try:
                    recording.add(facts, writing.author, entity.name, values, at, around, held)
                except Bad as error:
                    faults[number] = _broken(number, error.violations[0])
            return readout, faults

        with told():
            readout, faults = await asyncio.to_thread(judge)
            if held + len(readout.rows) - len(faults) > MAX_RECORDS:
                reason = f"has more rows than there is room for: an app holds at most {MAX_RECORDS}, this one {held}"
                raise Bad([Violation("csv", reason)])
        return readout, faults

    async def _ids(self, app: m.App, entity: str) -> Sequence[str]:
        return list(await self._rows.titles(app.app_id, entity, ""))

    async def _add(
        self,
        caller: Principal,
        request: m.ImportRecordsRequest,
        entity: Entity,
        sound: Mapping[int, Mapping[str, Value]],
    ) -> tuple[int, dict[int, Broken]]:
        """How many were added, and the rows that a change of the app in the meantime has left out."""
        added, late, numbers = 0, dict[int, Broken](), list(sound)
        for start in range(0, len(numbers), _BATCH):
            batch = numbers[start : start + _BATCH]
            actions: list[Action] = [Add(new_id(), entity.name, Struct(fields=sound[number])) for number in batch]
            key = f"{request.idempotency_key}:{start}"
            written = await self._recording.write(caller, request.app_id, actions, key, request, partly=True)
            added += len(written.events)
            for number, outcome in zip(batch, written.done.outcomes if written.done else (), strict=False):
                if isinstance(outcome, Sequence):
                    late[number] = _broken(number, outcome[0])
        return added, late


def known_of(caller: Principal, sheet: Sheet, titles: Mapping[str, Mapping[str, str]]) -> Known:
    """What cells are read against."""
    return Known(sheet.delimiter, not caller.time_zone.startswith(_MONTH_FIRST), titles)


def _broken(row: int, violation: Violation) -> Broken:
    return Broken(row, violation.field.removeprefix("values."), violation.reason)
