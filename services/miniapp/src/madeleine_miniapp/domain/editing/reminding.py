"""Reminders that a phrase asks for: so many days before a date, at a value, or by the calendar."""

from __future__ import annotations

import re
from collections.abc import Callable

from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS, TIMES
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import BRACKETED, Prepared
from madeleine_miniapp.domain.language import is_chinese

_WORD = re.compile(
    r"\b(?:remind(?:ers?|s|ed|ing)?|ping|notif(?:y|ication|ications|ied)|alert(?:s|ed)?"
    r"|nudge|warn(?:ing|ed)?|heads[- ]up|let (?:me|us) know(?= (?:\d|an?\b|one|two|three|when|the day))|tell"
    r" (?:me|us)(?! (?:who|how|what|where|whether|why)))\b|提醒|通知|提示我",
    re.I,
)
_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "the": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "ten": 10,
    "couple of": 2,
    "a couple of": 2,
    "a few": 3,
}
_NUMBERS_ZH = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_LEAD = re.compile(
    r"\b(?P<n>\d{1,3}|an?|one|the|two|three|four|five|six|seven|ten|(?:a )?couple of"
    r"|a few)\s+(?P<u>days?|weeks?|months?)\s+(?:before|ahead|in advance|prior|earlier"
    r"|early|beforehand|out)",
    re.I,
)
_LEAD_ZH = re.compile(
    r"(?:提前|早)\s*(?P<n>\d{1,3}|[一两二三四五六七八九十])\s*(?:个)?(?P<u>天|日|周|"
    r"星期|月)|前\s*(?P<n2>\d{1,3}|[一两二三四五六七八九十])\s*(?:个)?(?P<u2>天|日|周"
    r"|星期|月)|(?:提前|早|前)(?P<half>半)(?:个)?(?P<u3>月)"
)
_TAIL = re.compile(
    r"\s*(?:,\s*)?(?:\b(?:with|and|plus|incl(?:uding)?)\b|w/|\+|&)\s+(?:an?\s+|the\s+)?"
    r"(?P<r>(?:(?:\w+[- ]){0,3})?(?:reminder|notification|alert|warning|heads[- ]up)s?\b.*)$",
    re.I,
)
_BEFORE = re.compile(
    r"\b(?:before|ahead of|prior to|until|till|of|for|when|on|about|runs? out|comes? up)\s+"
    r"(?:the\s+|its\s+|each\s+|every\s+|our\s+|my\s+)?(?P<x>[^,]+?)(?:\s+(?:runs? out"
    r"|is due|comes? up|is up|ends?|expires?|please|is near))*$",
    re.I,
)
_LIMIT = re.compile(
    r"\b(?:when|if|once|whenever|as soon as)\s+(?:the\s+)?(?P<x>.+?)\s+(?:is|gets?|goes?"
    r"|falls?|drops?|rises?|climbs?|becomes?|passes|exceeds|reaches|hits)?\s*(?P<o>below"
    r"|under|less than|lower than|smaller than|above|over|more than|higher than|greater than"
    r"|past|passes|exceeds|reaches|hits|at least|at most|>=|<=|>|<)\s*(?P<v>-?\d+(?:\.\d+)?)",
    re.I,
)
_LIMIT_ZH = re.compile(
    r"(?:当|如果|要是)?(?P<x>[^，。]{1,12}?)(?P<o>低于|少于|小于|不足|不到|高于|大于"
    r"|超过|多于|达到)(?P<v>-?\d+(?:\.\d+)?)"
)
_LESS = re.compile(r"below|under|less|lower|smaller|at most|<|低于|少于|小于|不足|不到")
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAYS_ZH = "日一二三四五六"


def with_reminder(text: str) -> tuple[str, str | None]:
    """A phrase without its "with a reminder ...", and that; None where there is none."""
    hit = _TAIL.search(text)
    return (text[: hit.start()], hit["r"]) if hit else (text, None)


def bracketed_reminder(text: str, prepared: Prepared) -> tuple[str, str | None]:
    """A phrase without its "(warn me a month before)", and that; None where no bracket asks for one."""
    said = prepared.bracket(text)
    return (re.sub(BRACKETED, "", text, count=1).strip(), said) if said and _WORD.search(said) else (text, None)


def asks_outside_brackets(text: str) -> bool:
    """Whether a reminder is asked for by the words themselves, not only by what stands in a bracket."""
    return bool(_WORD.search(re.sub(BRACKETED, " ", text)))


def reminder(scene: Scene, text: str, add: Callable[[str], bool] | None) -> bool:
    """Adds the reminder that a text asks for; `add` makes a field that is named before it and is not there."""
    plain = re.sub(
        r",?\s+(?:which|that)\s+(?:also\s+)?(?:needs|has|gets)\b.*$", "", scene.prepared.plain(text), flags=re.I
    )
    if not _WORD.search(plain):
        return False
    chinese = is_chinese(plain)
    if limit := (_LIMIT_ZH if chinese else _LIMIT).search(plain):
        return _at_value(scene, limit, chinese)
    body, tail = with_reminder(text)
    if tail is not None and body.strip() and add is not None:
        if not add(
            re.sub(
                r"^(?:please\s+)?(?:add|i (?:want|need)|we (?:want|need)|i'd like|need|include|give \w+"
                r"|let's have|also)\s+",
                "",
                body.strip(),
                flags=re.I,
            )
        ):
            return False
        plain = scene.prepared.plain(tail)
    days = _days(plain, chinese)
    ref = _which(scene, plain, chinese)
    if days is None and (schedule := _schedule(plain, chinese)):
        said = (
            re.sub(r"^.*?\b(?:remind (?:me|us|everyone)|reminder)\s+(?:to|that|about|for)?\s*", "", plain, flags=re.I)
            if not chinese
            else plain
        )
        return scene.act(ops.AddAutomation("schedule", "remind", (said or plain)[:200], schedule=schedule))
    if ref is None:
        scene.not_done.append("提醒需要一个日期字段" if chinese else "a reminder needs a field with a date to go by")
        return True
    shown = ref.field.label or ref.field.name
    label = scene.spec.title
    text = f"{shown}快到了（{label}）" if chinese or is_chinese(shown) else f"{shown} is coming up ({label})"
    if not days:
        days = 0 if re.search(r"\bon (?:the|that) (?:day|date)\b|当天", plain) else days if days is not None else 1
    return scene.act(
        ops.AddAutomation("date", "remind", text, entity=ref.entity, field=ref.field.name, days_before=days, at="09:00")
    )


def _days(plain: str, chinese: bool) -> int | None:
    if chinese:
        if not (hit := _LEAD_ZH.search(plain)):
            return None
        if hit["half"]:
            return 15
        number, unit = hit["n"] or hit["n2"], hit["u"] or hit["u2"]
        count = int(number) if number.isdecimal() else _NUMBERS_ZH[number]
        return count * {"天": 1, "日": 1, "周": 7, "星期": 7, "月": 30}[unit]
    if not (hit := _LEAD.search(plain)):
        return None
    word = hit["n"].lower()
    count = int(word) if word.isdecimal() else _NUMBERS[word]
    return min(365, count * {"d": 1, "w": 7, "m": 30}[hit["u"][0].lower()])


def _which(scene: Scene, plain: str, chinese: bool) -> FieldRef | None:
    """The date that a reminder goes by: the one named, else the one last spoken of, else the only one."""
    dates = scene.names.of_type(*TIMES)
    mentioned = [ref for *_, ref in scene.names.mentions(plain) if ref.field.type in TIMES]
    if mentioned:
        return mentioned[0]
    if not chinese and (hit := _BEFORE.search(plain)):
        coming = re.match(r"next [\w ]{3,30}", hit["x"], re.I)
        if coming and scene.names.field(coming[0], least=0.95) is None:
            # "Before the next watering": a date that there is not yet.
            label = coming[0][:1].upper() + coming[0][1:]
            scene.act(ops.AddField(scene.home, label, "date"))
            return scene.names.field(label, scene.home, least=0.95)
        ref = scene.names.field(hit["x"])
        if ref is not None and ref.field.type in TIMES:
            return ref
    if chinese and (hit := re.search(r"([^，。\s]{1,8}?)(?:之?前|快到|到期)", plain)):
        ref = scene.names.field(re.sub(r"^(?:在|请|提醒|另外|再|还有|到)+", "", hit[1]))
        if ref is not None and ref.field.type in TIMES:
            return ref
    if scene.topic is not None and scene.topic.field.type in TIMES:
        return scene.topic
    if len(dates) == 1:
        return dates[0]
    due = [
        r
        for r in dates
        if re.search(
            r"due|deadline|until|expir|next|end|截止|到期|归还"
            r"|due",
            f"{r.field.name} {r.field.label}".lower(),
        )
    ]
    return due[0] if due else dates[-1] if dates else None


def _at_value(scene: Scene, limit: re.Match[str], chinese: bool) -> bool:
    ref = scene.names.field(limit["x"])
    if ref is None or ref.field.type not in NUMBERS:
        return False
    sign = "<" if _LESS.search(limit["o"]) else ">="
    if re.fullmatch(
        r"above|over|more than|higher than|greater than|past|passes|exceeds|>|高于|大于|超过|多于", limit["o"], re.I
    ):
        sign = ">"
    shown = ref.field.label or ref.field.name
    number = float(limit["v"])
    text = f"{shown} {limit['o']} {limit['v']}"
    return scene.act(
        ops.AddAutomation("record", "remind", text, entity=ref.entity, condition=f"{ref.field.name} {sign} {number!r}")
    )


def _schedule(plain: str, chinese: bool) -> str:
    """Cron of "every Monday", "daily at 8", "每周一"; "" for none."""
    hour = 9
    if clock := re.search(r"\bat (\d{1,2})(?::(\d\d))?\s*(am|pm)?\b|(\d{1,2})点", plain, re.I):
        hour = int(clock[1] or clock[4]) % 24
        if clock[3] and clock[3].lower() == "pm" and hour < 12:
            hour += 12
    minute = int(clock[2]) if clock and clock[2] else 0
    lowered = plain.lower()
    for index, day in enumerate(_DAYS):
        if re.search(rf"\bevery {day}\b|\b{day}s\b|\bon {day}s?\b", lowered):
            return f"{minute} {hour} * * {index}"
    if hit := re.search(r"每(?:个)?(?:周|星期)([日天一二三四五六])", plain):
        return f"{minute} {hour} * * {_DAYS_ZH.index('日' if hit[1] == '天' else hit[1])}"
    if re.search(r"\bevery (?:day|morning|evening)\b|\bdaily\b|每天|每日", lowered):
        return f"{minute} {hour} * * *"
    if re.search(r"\bevery week\b|\bweekly\b|每周|每星期", lowered):
        return f"{minute} {hour} * * 1"
    if re.search(r"\bevery month\b|\bmonthly\b|每月", lowered):
        return f"{minute} {hour} 1 * *"
    return ""
