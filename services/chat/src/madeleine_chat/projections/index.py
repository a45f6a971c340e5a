"""Finds messages by their words (`application.message_ports.MessageIndex`)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from madeleine_chat.application.message_ports import Found, Sought
from madeleine_chat.domain.words import grams_sought, searchable
from madeleine_chat.projections.finding import room
from madeleine_common.db import Pool

# By the room's lexeme the index leaves out what is said elsewhere, before a row is read. Long runs are looked up in the
# text, for their pairs may stand apart.
_FIND = """
SELECT w.message_id, w.conversation_id, w.version, w.ordered_at, c.title FROM message_words w
JOIN conversations c ON c.conversation_id = w.conversation_id
WHERE w.lexemes @@ (plainto_tsquery('english', $1) && $2::text::tsquery && $3::text::tsquery)
  AND w.conversation_id = ANY($4::uuid[])
  AND ($5::text IS NULL OR coalesce(w.sender_id::text, '') = $5)
  AND ($6::timestamptz IS NULL OR (w.ordered_at, w.conversation_id, w.version) < ($6, $7::uuid, $8::bigint))
  AND ($9::text[] = '{}' OR EXISTS (
      SELECT FROM messages m WHERE m.message_id = w.message_id
      AND NOT EXISTS (SELECT FROM unnest($9::text[]) AS run WHERE strpos(m.text, run) = 0)))
ORDER BY w.ordered_at DESC, w.conversation_id DESC, w.version DESC LIMIT $10
"""
_MARK = re.compile("\x02(.*?)\x03", re.DOTALL)
_HEADLINE = "StartSel=\x02, StopSel=\x03, HighlightAll=true"


# (version that the read model holds, last version) by conversation.
Positions = Callable[[Sequence[str]], Awaitable[dict[str, tuple[int, int]]]]


class PostgresIndex:
    """The index in this service's database."""

    def __init__(self, pool: Pool, positions: Positions) -> None:
        self._pool = pool
        self._positions = positions

    async def conversations_of(self, person_id: str) -> list[str]:
        """Conversations that somebody is in."""
        rows = await self._pool.fetch("SELECT conversation_id FROM members WHERE person_id = $1", person_id)
        return [str(row["conversation_id"]) for row in rows]

    async def positions(self, conversation_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """(version that is indexed, last version) of conversations."""
        return await self._positions(conversation_ids)

    async def has_words(self, words: str) -> bool:
        """Whether there is a word that PostgreSQL's English does not pass over."""
        return bool(await self._pool.fetchval("SELECT numnode(plainto_tsquery('english', $1)) > 0", words))

    async def find(self, sought: Sought, before: tuple[str, str, int] | None, limit: int) -> list[Found]:
        """Messages that hold all of it, newest first, below a place."""
        pairs, singles = grams_sought(sought.runs)
        grams = " & ".join([*(f"'{pair}'" for pair in pairs), *(f"'{single}':*" for single in singles)])
        rooms = " | ".join(f"'{room(conversation_id)}'" for conversation_id in sought.conversation_ids)
        time, conversation_id, version = before or (None, None, None)
        rows = await self._pool.fetch(
            _FIND,
            sought.words,
            grams,
            rooms,
            list(sought.conversation_ids),
            sought.sender_id,
            datetime.fromisoformat(time) if time else None,
            conversation_id,
            version,
            [run for run in sought.runs if len(run) > 2],
            limit,
        )
        return [
            Found(
                str(row["message_id"]),
                str(row["conversation_id"]),
                row["version"],
                row["ordered_at"].isoformat(),
                row["title"],
            )
            for row in rows
        ]

    async def first_words(self, texts: Sequence[str], words: str) -> list[str]:
        """The first word of each text that one of the words stands for, as the text has it; "" where there is none."""
        if not words.strip():
            return ["" for _ in texts]
        rows = await self._pool.fetch(
            "SELECT ts_headline('english', t, plainto_tsquery('english', $2), $3) AS marked"
            " FROM unnest($1::text[]) WITH ORDINALITY AS t (t, place) ORDER BY place",
            [searchable(text).words for text in texts],
            words,
            _HEADLINE,
        )
        return [hit[1] if (hit := _MARK.search(row["marked"])) else "" for row in rows]
