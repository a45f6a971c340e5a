"""What the records of one entity hold, as far as questions need it to be read."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.db import Pool
from madeleine_miniapp.application.ports import Contents
from madeleine_miniapp.domain.limits import TEMPORAL

# Distinct texts of one entity that questions may name in full; the most frequent ones.
_TEXTS, _LONGEST = 3000, 60
_SHORT_TEXTS = """
SELECT name, data->>name AS held, count(*) AS times FROM records, unnest($3::text[]) AS f (name)
WHERE app_id = $1 AND entity = $2 AND length(data->>name) BETWEEN 2 AND $4
GROUP BY 1, 2 ORDER BY count(*) DESC, 2 LIMIT $5
"""
_DAYS = """
SELECT min((data->>$3)::date) AS first, max((data->>$3)::date) AS last FROM records WHERE app_id = $1 AND entity = $2
"""
_MOMENTS = """
SELECT min((data->>$3)::timestamptz) AS first, max((data->>$3)::timestamptz) AS last FROM records
WHERE app_id = $1 AND entity = $2
"""
_FILLED = """
SELECT name FROM unnest($3::text[]) WITH ORDINALITY AS f (name, place)
WHERE EXISTS (SELECT FROM records WHERE app_id = $1 AND entity = $2 AND data ? name) ORDER BY place
"""
_HOLDING = """
SELECT name FROM unnest($3::text[]) WITH ORDINALITY AS f (name, place)
WHERE EXISTS (SELECT FROM records WHERE app_id = $1 AND entity = $2 AND data->>name ~* $4)
ORDER BY place
"""


class PostgresContents:
    """Looks into the records read model."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of(self, app_id: str, entity: s.Entity, zone: ZoneInfo) -> Contents:
        """The contents of an entity's records; days are those of `zone`."""
        names = [f.name for f in entity.fields if f.type == s.FIELD_TYPE_TEXT]
        people = [f.name for f in entity.fields if f.type == s.FIELD_TYPE_PERSON]
        timed = next((f for f in entity.fields if f.type in TEMPORAL), None)
        texts: dict[str, list[str]] = {}
        counts: dict[str, int] = {}
        filled: list[str] = []
        async with self._pool.acquire() as connection:
            if names:
                for row in await connection.fetch(_SHORT_TEXTS, app_id, entity.name, names, _LONGEST, _TEXTS):
                    texts.setdefault(row["name"], []).append(row["held"])
                    counts[row["name"]] = counts.get(row["name"], 0) + row["times"]
            if people:
                filled = [r["name"] for r in await connection.fetch(_FILLED, app_id, entity.name, people)]
            first: date | None = None
            last: date | None = None
            if timed is not None:
                statement = _DAYS if timed.type == s.FIELD_TYPE_DATE else _MOMENTS
                row = await connection.fetchrow(statement, app_id, entity.name, timed.name)
                first, last = (_day(row[k], zone) for k in ("first", "last")) if row else (None, None)
        return Contents(texts, counts, tuple(filled), first, last)

    async def holding(self, app_id: str, entity: s.Entity, phrase: str) -> list[str]:
        """The text fields in which at least one record holds the phrase, in any case."""
        names = [f.name for f in entity.fields if f.type == s.FIELD_TYPE_TEXT]
        # A whole word begins there: "owe" is not in "flowers".
        pattern = ("\\m" if phrase[:1].isascii() and phrase[:1].isalnum() else "") + re.sub(r"(\W)", r"\\\1", phrase)
        rows = await self._pool.fetch(_HOLDING, app_id, entity.name, names, pattern)
        return [row["name"] for row in rows]


def _day(at: date | None, zone: ZoneInfo) -> date | None:
    return at.astimezone(zone).date() if isinstance(at, datetime) else at
