"""How rows of records follow the versions of their app, whichever comes first: an event of a record or of the app."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_common.db import Connection
from madeleine_miniapp.application.cel import CelEngine
from madeleine_miniapp.domain.migrating import Following, Row

_ENGINE = CelEngine()
_AT_ONCE = 1000
_OLDER = """
SELECT record_id, entity, data, archive, written FROM records
WHERE app_id = $1 AND spec_version < $2 AND record_id > $3 ORDER BY record_id LIMIT $4
"""
_MOVED = """
UPDATE records r SET entity = n.entity, data = n.data::jsonb, archive = n.archive::jsonb, written = n.written::jsonb
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS n (record_id, entity, data, archive, written)
WHERE r.app_id = $1 AND r.record_id = n.record_id
"""


class Step:
    """One version of an app, and how records come to it from the one before."""

    def __init__(self, version: int, migrations: Sequence[events.Migration], spec: AppSpec) -> None:
        self.version, self.migrations, self.spec = version, migrations, spec
        self._following = Following(migrations, spec)

    def take(self, row: Row) -> Row:
        """The row after it."""
        return self._following.followed(row, _ENGINE)


@dataclass(frozen=True, slots=True)
class Written:
    """A record as its last event left it, and as it is now: at `version`, after the steps since."""

    as_written: Row
    written_version: int
    now: Row
    version: int

    @property
    def written(self) -> str | None:
        """What the column holds."""
        return None if self.now == self.as_written else dumped(self.as_written)


async def steps(connection: Connection, app_id: str, after: int) -> list[Step]:
    """The versions after one, as far as they are known."""
    rows = await connection.fetch(
        "SELECT version, migrations, spec FROM app_versions WHERE app_id = $1 AND version > $2 ORDER BY version",
        app_id,
        after,
    )
    return [
        Step(
            row["version"],
            events.AppSpecChanged.FromString(row["migrations"]).migrations,
            AppSpec.FromString(row["spec"]),
        )
        for row in rows
    ]


def written(row: Row, version: int, later: Sequence[Step]) -> Written:
    """A row that an event of `version` left, brought to where its app is."""
    now = row
    for step in later:
        now = step.take(now)
    return Written(row, version, now, later[-1].version if later else version)


def rewritten(before: Written, values: dict[str, Any], version: int, known: Sequence[Step]) -> Written:
    """The same after another event of the record; `known`: all steps since the last event's version."""
    at_event = before.now
    if version < before.version:
        at_event = before.as_written
        for step in known:
            if before.written_version < step.version <= version:
                at_event = step.take(at_event)
    row = replace(at_event, values=values)
    return written(row, version, [step for step in known if step.version > version])


async def move(connection: Connection, app_id: str, step: Step, before: AppSpec) -> None:
    """Brings all older rows of an app to a version; page by page, for there may be many."""
    last, page = "", []
    computes = [_formulas(spec) for spec in (before, step.spec)]
    while step.migrations or computes[0] != computes[1]:
        page = await connection.fetch(_OLDER, app_id, step.version, last, _AT_ONCE)
        if not page:
            break
        last = page[-1]["record_id"]
        moved: list[tuple[str, str, str, str, str | None]] = []
        for record in page:
            row = Row(record["entity"], json.loads(record["data"]), json.loads(record["archive"]))
            now = step.take(row)
            if now == row:
                continue
            was = record["written"] or dumped(row)
            kept = None if loaded(was) == now else was
            moved.append((record["record_id"], now.entity, _json(now.values), _json(now.archive), kept))
        if moved:
            await connection.execute(_MOVED, app_id, *[list(column) for column in zip(*moved, strict=True)])
    await connection.execute(
        "UPDATE records SET spec_version = $2 WHERE app_id = $1 AND spec_version < $2", app_id, step.version
    )


def dumped(row: Row) -> str:
    """A row as the column `written` holds it."""
    return _json({"entity": row.entity, "values": row.values, "archive": row.archive})


def loaded(text: str) -> Row:
    """A row out of the column `written`."""
    held = json.loads(text)
    return Row(held["entity"], held["values"], held["archive"])


def _formulas(spec: AppSpec) -> list[tuple[str, str, str, int]]:
    return [(e.name, f.name, f.formula, f.type) for e in spec.entities for f in e.fields if f.formula]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
