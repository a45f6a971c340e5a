"""A reminder in this conversation, from the asker's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.reminders import Reminders
from madeleine_chat.application.tools.schemas import arguments_schema, text
from madeleine_chat.application.tools.tool import Arguments, Asked, Outcome, Unfit
from madeleine_chat.domain.reminders import MOST_TEXT
from madeleine_common.times import Due, NoTime, reminder, told

_CLAUSE = re.compile(r"[^.;!?,。;!?,]+")
_EDGES = re.compile(r"^[\s,.;,。;]+|[\s,.;,。;]+$")
_REMINDS = re.compile(r"\bremind|\breminder\b|提醒|闹钟", re.IGNORECASE)
# What may be left of the asking when time and "remind me to" are taken out.
_ASKING = re.compile(
    r"^\W*(?:(?:please|pls|hey|so that i don'?t miss it|can i get|i need|i want|schedule|set|give me|drop me|make sure"
    r"|tell me|let (?:me|us) know|ping me|nudge (?:me|us)|message me|wake me(?: up)?|don'?t let (?:me|us) forget|kindly"
    r"|would you|remind \w+ and me|remind (?:me|us|everyone|the group)|a reminder|reminder|an alarm|a nudge|a line"
    r"|with a message|i remember|so that|about|that|to)\b[\s:,–-]*)+"
    r"|^(?:别让我们?忘了?|定个闹钟|设个提醒|到时候|叫我)[,,]?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SetReminder:
    """Reminds the conversation of what was asked, at a time in the asker's zone, counted from when it was said."""

    reminders: Reminders
    name: str = "set_reminder"
    kind: str = "reminder"

    async def schema(self, asked: Asked) -> dict[str, Any]:
        """What to be reminded of, and the moment with its offset."""
        return arguments_schema(text=text(MOST_TEXT), due_at={"type": "string", "format": "date-time"})

    async def arguments(self, asked: Asked) -> Arguments | None:
        """What is left of the message without the time and the asking, and the time as it was read; raises Unfit."""
        what, found = _read(asked)
        if isinstance(found, NoTime):
            raise Unfit(_no_time(asked, found))
        what = (_ASKING.sub("", what).strip() or what or asked.question)[:MOST_TEXT]
        return {"text": what, "due_at": found.at.isoformat(timespec="seconds")}

    async def checked(self, asked: Asked, proposed: Arguments) -> Arguments:
        """The message's own: no time that a model thought of is ever taken."""
        own = await self.arguments(asked)
        return own or {}

    async def run(self, asked: Asked, arguments: Arguments) -> Outcome | None:
        """The reminder, set once."""
        was_set = await self.reminders.set(
            asked.asker,
            asked.conversation.conversation_id,
            arguments["text"],
            datetime.fromisoformat(arguments["due_at"]),
            asked.key(self.name),
        )
        at = told(was_set.due_at.ToDatetime(UTC).astimezone(asked.sent_at.tzinfo), chinese=asked.chinese)
        card = pb.Card(
            kind=self.kind,
            title=asked.told("Reminder", "提醒"),
            text=f"{at}: {was_set.text}",
            target_id=was_set.reminder_id,
        )
        card.citations.add(kind="message", id=asked.question_id, text=asked.question[:200])
        said = asked.told(f"Reminder set for {at}: {was_set.text}", f"已设置提醒,{at}:{was_set.text}")
        return Outcome(said, card)


def _read(asked: Asked) -> tuple[str, Due | NoTime]:
    """Where the message names several times, the one beside "remind" counts: "due Thursday, remind me on Wednesday"."""
    what, found = reminder(asked.question, asked.sent_at)
    for clause in _CLAUSE.findall(asked.question):
        if not _REMINDS.search(clause):
            continue
        own, at = reminder(clause, asked.sent_at)
        if isinstance(at, Due) and isinstance(found, Due) and at.at != found.at:
            return own or _EDGES.sub("", asked.question.replace(clause, "")), at
    return what, found


def _no_time(asked: Asked, found: NoTime) -> str:
    if found.reason == "it names no time":
        return asked.told("say when, for example tomorrow at 9", "请说明时间,例如明天早上九点")
    return asked.told(found.reason, f"这个时间不行:{found.reason}")
