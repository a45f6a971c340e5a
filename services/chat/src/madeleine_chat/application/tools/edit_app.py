"""A change of a mini-app that exists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.common.v1.operation_pb2 import OPERATION_STATE_RUNNING, OPERATION_STATE_SUCCEEDED
from madeleine.miniapp.v1 import miniapp_pb2 as miniapp
from madeleine_chat.application.ports import Apps
from madeleine_chat.application.tools.schemas import MOST_TEXT, arguments_schema, one_of, text
from madeleine_chat.application.tools.tool import Arguments, Asked, Outcome, Unfit

_WORD = re.compile(r"[a-z0-9]{3,}|[\u4e00-\u9fff]")
# Words that most apps' titles and most wishes have.
_COMMON = frozenset(
    {"app", "apps", "the", "log", "our", "tracker", "list", "and", "for", "add", "with", "name", "date"}
)
# A title says more plainly which app is meant than a kind of record, and that more than a field or an option.
_TITLE, _ENTITY, _FIELD = 9, 3, 1
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class EditApp:
    """Has a change of one of the group's apps, or of the asker's own, worked out and shows it; it is not made yet."""

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
        """The change in words, and how to make it; the operation leads clients to the proposal."""
        apps = await self.apps.list(asked.asker, asked.group_id)
        chosen = next((app for app in apps if app.spec.title == arguments["app"]), None)
        if chosen is None:
            raise Unfit(asked.told("that app is gone", "这个应用已经不在了"))
        title = chosen.spec.title
        started = await self.apps.edit(asked.asker, chosen.app_id, arguments["request"], asked.key(self.name))
        ended = await self.apps.outcome(asked.asker, started.operation_id)
        card = pb.Card(kind=self.kind, title=title, text=arguments["request"], target_id=started.operation_id)
        card.citations.add(kind="message", id=asked.question_id, text=arguments["request"][:200])
        if ended.state == OPERATION_STATE_RUNNING:
            said = asked.told(
                f"I am still working out the change of {title}; open it to see what would change.",
                f"我还在准备对“{title}”的修改,打开应用可以查看改动。",
            )
            return Outcome(said, card)
        if ended.state != OPERATION_STATE_SUCCEEDED:
            raise Unfit(ended.error or asked.told("it was cancelled", "已取消"))
        edit = await self.apps.proposed(asked.asker, chosen.app_id, ended.result_id)
        card.text = "\n".join(_lines(edit, asked))
        said = asked.told(
            f"This would change in {title}:\n{card.text}\nNothing is changed yet: open {title} to make it or drop it.",
            f"“{title}”将有这些改动:\n{card.text}\n现在还没有修改:打开“{title}”确认或放弃。",
        )
        return Outcome(said, card)


def _lines(edit: miniapp.AppEdit, asked: Asked) -> list[str]:
    """Each change in a line, then what was not understood."""
    lines = [f"- {change.text}{_records(change.records, asked)}" for change in edit.changes[:_SHOWN]]
    if len(edit.changes) > _SHOWN:
        more = len(edit.changes) - _SHOWN
        lines.append(asked.told(f"- and {more} more", f"- 还有 {more} 项"))
    if edit.not_done:
        lines.append(asked.told(f"Not understood: {edit.not_done}", f"没看懂的部分:{edit.not_done}"))
    return lines


def _records(count: int, asked: Asked) -> str:
    if not count:
        return ""
    return asked.told(f" ({count} record{'s' * (count != 1)})", f"({count} 条记录)")


def _named(question: str, apps: Sequence[miniapp.App]) -> str:
    """The title of the one app whose words the question has most of; "" when none leads."""
    if len(apps) == 1:
        return apps[0].spec.title
    asked = _words(question)
    scores = sorted(((_score(asked, app), app.spec.title) for app in apps), key=lambda s: -s[0])
    leads = scores[0][0] > 0 and scores[0][0] > scores[1][0]
    return scores[0][1] if leads else ""


def _score(asked: set[str], app: miniapp.App) -> int:
    spec = app.spec
    fields = [f for e in spec.entities for f in e.fields]
    return (
        _TITLE * len(asked & _words(spec.title))
        + _ENTITY * len(asked & set[str]().union(*(_words(e.label) for e in spec.entities)))
        + _FIELD * len(asked & set[str]().union(*(_words(f"{f.label} {' '.join(f.choices)}") for f in fields)))
    )


def _words(text_: str) -> set[str]:
    return {word.removesuffix("s") for word in _WORD.findall(text_.lower())} - _COMMON
