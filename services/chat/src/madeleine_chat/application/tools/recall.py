"""What memory holds about something, listed with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine_chat.application.ports import Memory
from madeleine_chat.application.tools.schemas import arguments_schema, text
from madeleine_chat.application.tools.tool import Arguments, Asked, Outcome, Unfit

# The memory service's own limit of a query.
_LONGEST = 1000
_SHOWN = 5
_EXCERPT = 200
# Of the best one's score: what comes far behind is not about it.
_NEAR = 0.5
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Recall:
    """Lists what memory holds for this conversation's audience, word for word."""

    memory: Memory
    name: str = "recall"
    kind: str = "memories"

    async def schema(self, asked: Asked) -> dict[str, Any]:
        """What about."""
        return arguments_schema(about=text(_LONGEST))

    async def arguments(self, asked: Asked) -> Arguments | None:
        """The message: memory ranks by its words and its meaning."""
        return {"about": asked.question[:_LONGEST]}

    async def checked(self, asked: Asked, proposed: Arguments) -> Arguments:
        """The message, whatever was proposed."""
        return {"about": asked.question[:_LONGEST]}

    async def run(self, asked: Asked, arguments: Arguments) -> Outcome | None:
        """The memories, most relevant first; says so when there is none."""
        space = asked.conversation.remembered_in
        if not space:
            raise Unfit(asked.told("memory is switched off here", "这里已关闭记忆"))
        found = await self.memory.recall(
            asked.asker, arguments["about"], space, _SHOWN, [asked.event_id] if asked.event_id else []
        )
        shown = [r.memory for r in found if r.score >= _NEAR * found[0].score]
        card = pb.Card(kind=self.kind, title=asked.told("What I remember", "我记得的"))
        if not shown:
            card.text = asked.told("I remember nothing about that.", "关于这个我什么都不记得。")
            return Outcome(card.text, card)
        card.text = "\n".join(f"- {_line(note, asked)}" for note in shown)
        for note in shown:
            card.citations.add(kind="memory", id=note.memory_id, text=note.text[:_EXCERPT])
        said = asked.told("This is what I remember:", "我记得这些:")
        return Outcome(
            f"{said}\n{card.text}",
            card,
            frozenset(note.speaker_id for note in shown),
            tuple(note.memory_id for note in shown),
        )


def _line(note: memory.Memory, asked: Asked) -> str:
    zone = asked.sent_at.tzinfo or ZoneInfo("UTC")
    at = note.occurred_at.ToDatetime(UTC).astimezone(zone)
    day = asked.told(f"{at.day} {_MONTHS[at.month - 1]} {at.year}", f"{at.year}年{at.month}月{at.day}日")
    excerpt = note.text if len(note.text) <= _EXCERPT else note.text[:_EXCERPT] + "…"
    return f"{note.speaker_name or asked.told('a record', '记录')} ({day}): {excerpt}"
