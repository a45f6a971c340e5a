"""A change of a mini-app that exists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.miniapp.v1 import miniapp_pb2 as miniapp
from madeleine_chat.application.ports import Apps
from madeleine_chat.application.tools.schemas import MOST_TEXT, arguments_schema, one_of, text
from madeleine_chat.application.tools.tool import Arguments, Asked, Outcome, Unfit

_WORD = re.compile(r"[a-z0-9]{3,}|[\u4e00-\u9fff]")
# Words that most apps' titles and most wishes have.
_COMMON = frozenset({"app", "apps", "the", "log", "our", "tracker", "list", "and", "for"})


@dataclass(frozen=True, slots=True)
class EditApp:
    """Starts to change one of the group's apps, or of the asker's own."""

    apps: Apps
    name: str = "edit_app"
    kind: str = "app"

    async def schema(self, asked: Asked) -> dict[str, Any]:
        """Which app, by its title, and what to change."""
        titles = [app.spec.title for app in await self.apps.list(asked.asker, asked.group_id)]
        return arguments_schema(app=one_of(list(dict.fromkeys(titles)) or [""]), request=text())

    async def arguments(self, asked: Asked) -> Arguments | None:
        """The app that the message names best, or the only one; None when several may be meant."""
        apps = await self.apps.list(asked.asker, asked.group_id)
        if not apps:
            raise Unfit(asked.told("there is no app here to change", "这里还没有可以修改的应用"))
        named = _named(asked.question, apps)
        return {"app": named, "request": asked.question[:MOST_TEXT]} if named else None

    async def checked(self, asked: Asked, proposed: Arguments) -> Arguments:
        """A model may say which app is meant; what is to change are the asker's own words."""
        if "app" not in proposed:
            titles = ", ".join(app.spec.title for app in await self.apps.list(asked.asker, asked.group_id))
            raise Unfit(asked.told(f"say which app is meant: {titles}", f"请说明是哪个应用:{titles}"))
        return {"app": proposed["app"], "request": asked.question[:MOST_TEXT]}

    async def run(self, asked: Asked, arguments: Arguments) -> Outcome | None:
        """The operation by which clients see the change before it is applied."""
        apps = await self.apps.list(asked.asker, asked.group_id)
        chosen = next((app for app in apps if app.spec.title == arguments["app"]), None)
        if chosen is None:
            raise Unfit(asked.told("that app is gone", "这个应用已经不在了"))
        operation = await self.apps.edit(asked.asker, chosen.app_id, arguments["request"], asked.key(self.name))
        card = pb.Card(
            kind=self.kind, title=chosen.spec.title, text=arguments["request"], target_id=operation.operation_id
        )
        card.citations.add(kind="message", id=asked.question_id, text=arguments["request"][:200])
        said = asked.told(
            f"I am changing {chosen.spec.title}; you see the change before it counts.",
            f"我正在修改“{chosen.spec.title}”,生效前你可以先查看改动。",
        )
        return Outcome(said, card)


def _named(question: str, apps: Sequence[miniapp.App]) -> str:
    """The title of the one app whose words the question has most of; "" when none leads."""
    if len(apps) == 1:
        return apps[0].spec.title
    asked = set(_WORD.findall(question.lower())) - _COMMON
    scores = sorted(
        ((len(asked & (_words(app.spec.title) - _COMMON)), app.spec.title) for app in apps), key=lambda s: -s[0]
    )
    leads = scores[0][0] > 0 and scores[0][0] > scores[1][0]
    return scores[0][1] if leads else ""


def _words(title: str) -> set[str]:
    return set(_WORD.findall(title.lower()))
