"""A summary in words: headings, each line with its speaker and day; nothing that was not said or counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from madeleine_chat.domain.minutes import DECIDED, KINDS, OPEN, SAID, TODO, Line, Note

EXCERPT = 200
_HEADINGS = {
    DECIDED: ("Decided", "决定"),
    TODO: ("To do", "待办"),
    OPEN: ("Open", "未定"),
    SAID: ("Also said", "其他"),
}
_NOTHING = {
    DECIDED: ("I find nothing that was decided.", "没有找到什么决定。"),
    TODO: ("I find nothing that anybody has to do.", "没有找到什么待办的事。"),
    OPEN: ("I find no question that is still open.", "没有找到还没定的问题。"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def excerpt(note: Note) -> str:
    """The sentence, cut where it is long."""
    return note.text if len(note.text) <= EXCERPT else note.text[: EXCERPT - 1] + "…"


def moment(at: datetime, *, chinese: bool) -> str:
    """A time in its own zone, to the minute."""
    if chinese:
        return f"{at.year}年{at.month}月{at.day}日{at:%H:%M}"
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year} {at:%H:%M}"


def told(
    picked: Sequence[Note],
    lines: Sequence[Line],
    focus: Sequence[str],
    range_: tuple[datetime, datetime],
    count: int,
    *,
    only_last: bool,
    chinese: bool,
) -> str:
    """The summary; `count` messages were looked at, `only_last` if there were more."""
    start, end = (moment(at, chinese=chinese) for at in range_)
    if not count:
        return f"{start} 至 {end}:没有消息。" if chinese else f"Nothing was said from {start} to {end}."
    if chinese:
        head = f"{start} 至 {end},{'最近的 ' if only_last else ''}{count} 条消息:"
    else:
        head = f"{start} to {end}, {'the last ' if only_last else ''}{count} message{'s' if count != 1 else ''}:"
    told_lines = [head]
    for kind in KINDS:
        of_kind = [note for note in picked if note.kind == kind]
        if of_kind:
            told_lines.append(f"{_HEADINGS[kind][chinese]}:")
            told_lines += [_line(note, lines[note.at], range_[1], chinese=chinese) for note in of_kind]
        elif kind in focus and kind in _NOTHING and len(focus) < len(KINDS):
            told_lines.append(_NOTHING[kind][chinese])
    if not picked and len(focus) == len(KINDS):
        told_lines.append(
            "其中没有决定、待办、未定的问题或要记的事。"
            if chinese
            else "I find no decision, task, open question or date among them."
        )
    return "\n".join(told_lines)


def _line(note: Note, line: Line, end: datetime, *, chinese: bool) -> str:
    at = line.at.astimezone(end.tzinfo)
    day = f"{at.month}月{at.day}日" if chinese else f"{at.day} {_MONTHS[at.month - 1]}"
    return f"- {line.name}({day}):{excerpt(note)}" if chinese else f"- {line.name} ({day}): {excerpt(note)}"
