"""What automations have done, in their tables (`application.automations.ports.Marks`)."""

from __future__ import annotations

import json

from madeleine_common.db import Pool
from madeleine_miniapp.application.files.ports import Row

_CLOCK = """
INSERT INTO automation_clocks (app_id, name, owner_id, schedule, zone) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (app_id, name) DO UPDATE SET schedule = excluded.schedule, zone = excluded.zone
"""
_MARK = """
INSERT INTO automation_marks (app_id, name, record_id, owner_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""
_LATELY = """
SELECT count(*) FROM automation_marks WHERE app_id = $1 AND name = $2 AND met_at > now() - interval '1 hour'
"""
_ROW = """
SELECT record_id, entity, data, entered_by, entered_at, changed_by FROM records WHERE app_id = $1 AND record_id = $2
"""


class PostgresMarks:
    """Clocks that are set, and records that met conditions."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def clocks(self, app_id: str) -> dict[str, tuple[str, str]]:
        """The clocks that are set: (schedule, zone) by automation."""
        rows = await self._pool.fetch("SELECT name, schedule, zone FROM automation_clocks WHERE app_id = $1", app_id)
        return {row["name"]: (row["schedule"], row["zone"]) for row in rows}

    async def clock_set(self, app_id: str, name: str, owner_id: str, schedule: str, zone: str) -> None:
        """Notes that a clock was set."""
        await self._pool.execute(_CLOCK, app_id, name, owner_id, schedule, zone)

    async def clock_dropped(self, app_id: str, name: str) -> None:
        """Notes that a clock was taken away."""
        await self._pool.execute("DELETE FROM automation_clocks WHERE app_id = $1 AND name = $2", app_id, name)

    async def apps_with_clocks_of(self, owner_id: str) -> list[tuple[str, str]]:
        """(app, automation) of a person's clocks."""
        rows = await self._pool.fetch("SELECT app_id, name FROM automation_clocks WHERE owner_id = $1", owner_id)
        return [(row["app_id"], row["name"]) for row in rows]

    async def forget_owner(self, owner_id: str) -> None:
        """Forgets what records of a person's apps have set off."""
        await self._pool.execute("DELETE FROM automation_marks WHERE owner_id = $1", owner_id)

    async def met(self, app_id: str, record_id: str) -> frozenset[str]:
        """The automations whose condition a record met when it was looked at last."""
        rows = await self._pool.fetch(
            "SELECT name FROM automation_marks WHERE app_id = $1 AND record_id = $2", app_id, record_id
        )
        return frozenset(row["name"] for row in rows)

    async def mark(self, app_id: str, name: str, record_id: str, owner_id: str, *, met: bool) -> None:
        """Notes whether a record meets an automation's condition."""
        if met:
            await self._pool.execute(_MARK, app_id, name, record_id, owner_id)
            return
        await self._pool.execute(
            "DELETE FROM automation_marks WHERE app_id = $1 AND record_id = $2 AND name = $3", app_id, record_id, name
        )

    async def lately(self, app_id: str, name: str) -> int:
        """How many records came to meet it in the last hour."""
        return int(await self._pool.fetchval(_LATELY, app_id, name))

    async def forget_record(self, app_id: str, record_id: str) -> None:
        """Forgets a record that was removed."""
        await self._pool.execute("DELETE FROM automation_marks WHERE app_id = $1 AND record_id = $2", app_id, record_id)

    async def row(self, app_id: str, record_id: str) -> tuple[Row, str] | None:
        """A record as projected, and who changed it last."""
        r = await self._pool.fetchrow(_ROW, app_id, record_id)
        if r is None:
            return None
        row = Row(r["record_id"], r["entity"], json.loads(r["data"]), r["entered_by"], r["entered_at"])
        return row, r["changed_by"]
