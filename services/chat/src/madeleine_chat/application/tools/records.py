"""An exact figure over the records of mini-apps; no model touches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.ports import Apps
from madeleine_chat.application.tools.schemas import MOST_TEXT, arguments_schema, text
from madeleine_chat.application.tools.tool import Arguments, Asked, Outcome

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Records:
    """Asks the group's apps, or the asker's own; steps back when their records do not answer."""

    apps: Apps
    name: str = "records"
    kind: str = "records"

    async def schema(self, asked: Asked) -> dict[str, Any]:
        """The question as it stands: any other wording is another question."""
        return arguments_schema(question=text())

    async def arguments(self, asked: Asked) -> Arguments | None:
        """The message."""
        return {"question": asked.question[:MOST_TEXT]}

    async def checked(self, asked: Asked, proposed: Arguments) -> Arguments:
        """The message, whatever was proposed."""
        return {"question": asked.question[:MOST_TEXT]}

    async def run(self, asked: Asked, arguments: Arguments) -> Outcome | None:
        """The figure and the records that it rests on."""
        if len(asked.question) > MOST_TEXT:
            return None
        reply = await self.apps.ask(asked.asker, arguments["question"], asked.group_id)
        # "No data" has a text; a question that was not understood has none.
        if not reply.answered and not reply.text:
            return None
        # Its text states its own reading.
        card = pb.Card(kind=self.kind, title=reply.app.spec.title, text=reply.text, target_id=reply.app.app_id)
        for record in reply.records[:_SHOWN]:
            values = ", ".join(f"{name}: {_shown(value)}" for name, value in sorted(record.values.fields.items()))
            card.citations.add(kind="record", id=record.record_id, text=values)
        return Outcome(reply.text, card, frozenset(record.entered_by for record in reply.records))


def _shown(value: struct_pb2.Value) -> str:
    """A record's value for people to read: whole numbers without a point."""
    match value.WhichOneof("kind"):
        case "number_value":
            return f"{value.number_value:g}"
        case "bool_value":
            return "yes" if value.bool_value else "no"
        case _:
            return value.string_value
