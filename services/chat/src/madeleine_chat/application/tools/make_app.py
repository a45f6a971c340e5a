"""A new mini-app from the asker's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.ports import Apps
from madeleine_chat.application.tools.schemas import MOST_TEXT, arguments_schema, text
from madeleine_chat.application.tools.tool import Arguments, Asked, Outcome


@dataclass(frozen=True, slots=True)
class MakeApp:
    """Starts to make an app: the group's in a group, else the asker's own."""

    apps: Apps
    name: str = "make_app"
    kind: str = "app"

    async def schema(self, asked: Asked) -> dict[str, Any]:
        """What the app is for."""
        return arguments_schema(prompt=text())

    async def arguments(self, asked: Asked) -> Arguments | None:
        """The message: mini-apps are made from what a person types."""
        return {"prompt": asked.question[:MOST_TEXT]}

    async def checked(self, asked: Asked, proposed: Arguments) -> Arguments:
        """The message, whatever was proposed: an app is to have what was asked for and nothing else."""
        return {"prompt": asked.question[:MOST_TEXT]}

    async def run(self, asked: Asked, arguments: Arguments) -> Outcome | None:
        """The operation by which clients follow the app's making."""
        operation = await self.apps.create(asked.asker, arguments["prompt"], asked.group_id, asked.key(self.name))
        said = asked.told(
            "I am making the app; you can watch how far it is.",
            "我正在制作这个应用,你可以查看进度。",
        )
        card = pb.Card(
            kind=self.kind,
            title=asked.told("A new app", "新应用"),
            text=arguments["prompt"],
            target_id=operation.operation_id,
        )
        card.citations.add(kind="message", id=asked.question_id, text=arguments["prompt"][:200])
        return Outcome(said, card)
