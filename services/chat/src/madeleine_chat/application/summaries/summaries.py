"""Sums up a conversation for one of its members."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.ports import Embedder
from madeleine_chat.application.queries import Queries
from madeleine_chat.application.summaries.period import Period, period_of
from madeleine_chat.application.summaries.telling import excerpt, told
from madeleine_chat.domain.addressing import without_name
from madeleine_chat.domain.minutes import Line, Note, notes, topic_of
from madeleine_chat.domain.summing import about, focus_of, select, shortlist
from madeleine_common.auth import Principal
from madeleine_common.errors import DomainError

log = logging.getLogger(__name__)

# Of a longer range the last so many messages are read.
MOST_MESSAGES = 10_000
# Characters.
MOST_QUESTION = 1000
LONGEST = timedelta(days=366)
_FIRST = datetime(1970, 1, 2, tzinfo=UTC)


class Said(Protocol):
    """What was said in a conversation, deleted and off-the-record messages left out."""

    async def between(
        self, conversation_id: str, start: datetime, end: datetime, cursors: tuple[int, int | None], limit: int
    ) -> list[Line]:
        """The last `limit` messages of a time, after one cursor and before another; oldest first."""
        ...

    async def seen(self, conversation_id: str, person_id: str, before: int | None) -> tuple[int, int]:
        """(how far they have read, their own last message's cursor), both below `before`; 0: nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What to sum up: a range if both are known, else what the question names; before a cursor, if given."""

    question: str
    now: datetime
    start: datetime | None = None
    end: datetime | None = None
    before: int | None = None
    chinese: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary and what it rests on."""

    text: str
    citations: tuple[pb.Citation, ...]
    # Whose words it holds.
    words_of: frozenset[str]
    start: datetime
    end: datetime
    messages: int


@dataclass(frozen=True, slots=True)
class Summaries:
    """Reads one conversation and nothing else: what is private or of another group cannot enter."""

    queries: Queries
    said: Said
    embedder: Embedder

    async def sum_up(self, caller: Principal, conversation_id: str, wish: Wish) -> Summary:
        """The summary of a range; raises NotFound or Denied for those who are not members."""
        await self.queries.conversations.of_member(conversation_id, caller.person_id)
        if wish.before is None:
            await self.queries.caught_up(conversation_id)
        lines, start, end, more = await self._lines(caller, conversation_id, wish)
        # Thousands of lines take a second or two: others are served meanwhile.
        picked = await asyncio.to_thread(_noted, lines, wish.question)
        picked = await self._selected(picked, wish.question)
        zone = wish.now.tzinfo or UTC
        range_ = start.astimezone(zone), end.astimezone(zone)
        text = told(picked, lines, focus_of(wish.question), range_, len(lines), only_last=more, chinese=wish.chinese)
        citations = tuple(
            pb.Citation(kind="message", id=lines[n.at].message_id, text=f"{lines[n.at].name}: {excerpt(n)}")
            for n in picked
        )
        words_of = frozenset(lines[n.at].sender_id for n in picked)
        return Summary(text, citations, words_of, start, end, len(lines))

    async def _lines(
        self, caller: Principal, conversation_id: str, wish: Wish
    ) -> tuple[list[Line], datetime, datetime, bool]:
        """(messages, start, end, whether there were more)."""
        period = _period(wish)
        after, limit = 0, period.last or MOST_MESSAGES
        if period.unread:
            after = await self._unread_after(caller, conversation_id, wish)
        found = await self.said.between(
            conversation_id, period.start or _FIRST, period.end, (after, wish.before), limit + 1
        )
        more = len(found) > limit and not period.last
        found = found[-limit:]
        start = period.start or (found[0].at if found else period.end)
        return found, start, period.end, more

    async def _unread_after(self, caller: Principal, conversation_id: str, wish: Wish) -> int:
        """Where what they have not read begins.

        Who opened the conversation to ask "what did I miss?" has read all of it by then: it begins after their own last
        message.
        """
        read, own = await self.said.seen(conversation_id, caller.person_id, wish.before)
        left = await self.said.between(conversation_id, _FIRST, wish.now, (read, wish.before), 1) if read > own else []
        return own if wish.question and not left else max(read, own)

    async def _selected(self, shortlisted: Sequence[Note], question: str) -> list[Note]:
        """By meaning where the embedder is in reach."""
        if not shortlisted:
            return []
        try:
            embedded = await self.embedder.embed(
                [*(excerpt(n) for n in shortlisted), question or excerpt(shortlisted[0])]
            )
        except DomainError as error:
            log.warning("a summary is chosen by words alone: %s", error.reason)
            return select(shortlisted)
        *vectors, wanted = embedded.vectors
        return select(shortlisted, vectors, wanted if topic_of(question) else ())


def _period(wish: Wish) -> Period:
    if wish.start is not None or wish.end is not None:
        end = wish.end or wish.now
        return Period(wish.start or end - LONGEST, end)
    if not wish.question:
        return Period(None, wish.now, unread=True)
    return period_of(wish.question, wish.now)


def _noted(lines: Sequence[Line], question: str) -> list[Note]:
    """The notes that may be shown."""
    focus = focus_of(question)
    kept = [n for n in notes(lines) if n.kind in focus and _among_people(lines[n.at].text)]
    return shortlist(about(lines, kept, topic_of(question)), focus)


def _among_people(text: str) -> bool:
    """False for what is asked of the AI: that is no matter of the group's."""
    return without_name(text) == text
