"""Reminders that a phrase asks for: so many days before a date, at a value, or by the calendar."""

from __future__ import annotations

import re
from collections.abc import Callable

from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import TIMES, days_after
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.scheduling import NUMBER, NUMBER_ZH, days_of, interval, schedule_of, time_of_day
from madeleine_miniapp.domain.editing.text import BRACKETED, Prepared, bare
from madeleine_miniapp.domain.editing.watching import watch, watches
from madeleine_miniapp.domain.language import is_chinese

_WORD = re.compile(
    r"\b(?:remind(?:ers?|s|ed|ing)?|ping|notif(?:y|ication|ications|ied)|alert(?:s|ed)?"
    r"|nudge|nag(?:ged|s)?|pinged|warn(?:ing|ed)?|heads[- ]up|let (?:me|us) know(?! (?:what|how|which|who|your"
    r"|(?:if|when"
    r"|whether) (?:you|that|this)))|tell"
    r" (?:me|us)(?! (?:who|how|what|where|which|whether|why|my|our|the (?!day|date|week|month"
    r"|hour|evening|morning|night|moment|minute|last)\w+)\b))\b|提醒|通知|提示我",
    re.I,
)
_LEAD = re.compile(
    rf"\b(?P<n>{NUMBER})\s+(?P<u>days?|weeks?|months?)\s+(?:before|ahead|in advance|prior|earlier"
    r"|early|beforehand|out|away|left|to go)",
    re.I,
)
_EVE = re.compile(r"\bthe (?:evening|night|afternoon|morning) before\b", re.I)
_LEAD_ZH = re.compile(
    rf"(?:提前|早)\s*(?P<n>{NUMBER_ZH})\s*(?:个)?(?P<u>天|日|周|星期|月)"
    rf"|前\s*(?P<n2>{NUMBER_ZH})\s*(?:个)?(?P<u2>天|日|周"
    r"|星期|月)|(?:提前|早|前)(?P<half>半)(?:个)?(?P<u3>月)"
)
# "14 days after it was borrowed", "when it is out for more than two weeks".
_AFTER = re.compile(
    rf"\b(?P<n>{NUMBER})\s+(?P<u>days?|weeks?|months?|years?)\s+(?:after|since|past|from)\s+(?P<x>[^,]+)"
    rf"|\bafter\s+(?P<n3>{NUMBER})\s+(?P<u3>days?|weeks?|months?|years?)\b"
    r"|\b(?:when|if|once|whenever|as soon as)\s+(?P<x2>[^,]+?)\s+(?:for(?:\s+(?:more than|over|longer than|at"
    r" least))?|more than"
    rf"|over|longer than|at least|is|are)\s+(?P<n2>{NUMBER})\s+(?P<u2>days?|weeks?|months?|years?)\b"
    r"(?!\s+(?:before|ahead|in advance|prior|early|away|left|to go|off|until|from now))",
    re.I,
)
_AFTER_ZH = re.compile(
    rf"(?P<x>[^,，\d]{{0,10}}?)(?:之后|以后|后|超过|过了|满|过)的?第?(?P<n>{NUMBER_ZH})个?(?P<u>天|日|周|星期|月|年)"
    r"|(?P<x3>[^,，]{0,10}?)(?:的|之后的)?(?P<next>第二天|次日|隔天)"
    rf"|(?P<x2>[^,，\d]{{0,10}}?)的?(?<!提前)(?P<n2>{NUMBER_ZH})个?(?P<u2>天|周|星期|月|年)(?:之后|以后|后|没"
    rf"|还没|以上)"
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


_ON_DATE = re.compile(
    r"\bon (?:the|that) (?:day|date)\b|\b(?:same|that) (?:day|morning)\b|\bthen\b|\bon the [\w ]*birthdays?\b"
    r"|\bis over\b|当天",
    re.I,
)
_DUE = re.compile(r"due|deadline|until|expir|next|end|截止|到期|归还")


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
    plain = re.sub(r"\ba fortnight\b", "2 weeks", plain, flags=re.I)
    days = _days(plain, chinese)
    body, tail = with_reminder(text)
    if tail is None and days is None and _after(scene, plain, chinese):
        return True
    if tail is None and watches(plain, chinese=chinese):
        return watch(scene, plain, chinese=chinese)
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
        if days is None and _after(scene, plain, chinese):
            return True
    ref = _which(scene, plain, chinese)
    if days is None and (every := interval(plain)):
        held = scene.names.of_type(*TIMES, entity=scene.home)
        if scene.topic is not None and scene.topic.field.type in TIMES and not scene.topic_gone:
            # "When we fertilised it last, with a reminder every 6 weeks".
            held = [scene.topic]
        if len(held) == 1 and not _DUE.search(f"{held[0].field.name} {held[0].field.label}".lower()):
            # So long after what was last done.
            return _later(scene, held[0], every, plain, chinese)
    if days is None and (schedule := schedule_of(plain, chinese=chinese)):
        text = _purpose(plain, chinese) or plain
        return scene.act(ops.AddAutomation("schedule", "remind", text, schedule=schedule))
    if ref is None:
        scene.not_done.append("提醒需要一个日期字段" if chinese else "a reminder needs a field with a date to go by")
        return True
    scene.entity = ref.entity
    at = time_of_day(plain, chinese=chinese)
    if days is None and at and not _ON_DATE.search(plain) and not scene.mentions_any(plain):
        # An hour and no day: every day.
        hour, minute = at.split(":")
        text = _purpose(plain, chinese) or plain
        return scene.act(ops.AddAutomation("schedule", "remind", text, schedule=f"{int(minute)} {int(hour)} * * *"))
    at = at or "09:00"
    shown = ref.field.label or ref.field.name
    label = scene.spec.title
    text = f"{shown}快到了（{label}）" if chinese or is_chinese(shown) else f"{shown} is coming up ({label})"
    if not days:
        days = 0 if days == 0 or _ON_DATE.search(plain) else 1
    return scene.act(
        ops.AddAutomation("date", "remind", text, entity=ref.entity, field=ref.field.name, days_before=days, at=at)
    )


def _days(plain: str, chinese: bool) -> int | None:
    hit = (_LEAD_ZH if chinese else _LEAD).search(plain)
    if hit is None:
        return 1 if _EVE.search(plain) else None
    groups = hit.groupdict()
    if groups.get("half"):
        return 15
    return min(365, days_of(groups["n"] or groups["n2"], groups["u"] or groups["u2"]))


def _after(scene: Scene, plain: str, chinese: bool) -> bool:
    """A reminder so long after a date: a date that is computed of it, and a reminder on its day."""
    hit = (_AFTER_ZH if chinese else _AFTER).search(plain)
    if hit is None:
        return False
    groups = hit.groupdict()
    said = re.sub(r"^(?:请|在|从|自|每次|如果|要是)+", "", groups["x"] or groups["x2"] or groups.get("x3") or "")
    number = groups["n"] or groups["n2"] or groups.get("n3")
    days = days_of(number, groups["u"] or groups["u2"] or groups.get("u3") or "") if number else 1
    dates = [r for *_, r in scene.names.mentions(said) if r.field.type in TIMES]
    named = dates[0] if dates else scene.names.field(said)
    if named is None or named.field.type not in TIMES:
        held = scene.names.of_type(*TIMES, entity=scene.home) or scene.names.of_type(*TIMES)
        named = held[0] if len(held) == 1 else None
    if named is None:
        scene.not_done.append("提醒需要一个日期字段" if chinese else "a reminder needs a field with a date to go by")
        return True
    return _later(scene, named, days, plain, chinese)


def _later(scene: Scene, ref: FieldRef, days: int, plain: str, chinese: bool) -> bool:
    shown = ref.field.label or ref.field.name
    label = f"{shown}{days}天后" if chinese or is_chinese(shown) else f"{shown[:1].upper()}{shown[1:]} + {days} days"
    made = days_after(ref, days)
    scene.act(ops.AddField(ref.entity, label, "date", formula=made.expression))
    later = scene.names.field(label, ref.entity, least=0.98)
    if later is None:
        return False
    at = time_of_day(plain, chinese=chinese) or "09:00"
    text = _purpose(plain, chinese) or f"{label} ({scene.spec.title})"
    return scene.act(
        ops.AddAutomation("date", "remind", text, entity=ref.entity, field=later.field.name, days_before=0, at=at)
    )


def _purpose(plain: str, chinese: bool) -> str:
    """What a reminder is for: "to check the salt"; all that was said where that is Chinese."""
    if chinese:
        return plain[:200]
    hit = re.search(
        rf"(?:{_WORD.pattern})(?:\s+(?:me|us|everyone|everybody|them|people|all))?\b(?P<s>.*)$", plain, re.I
    )
    said = hit["s"].strip(" ,:") if hit else plain
    last = re.search(r"\b(?:to|that|about|for)\s+(?!everyone\b|us\b|me\b|all\b|the next\b)(?P<p>\D.+)$", said)
    return last["p"][:200] if last else ""


def _which(scene: Scene, plain: str, chinese: bool) -> FieldRef | None:
    """The date that a reminder goes by: the one named, else the one last spoken of, else the only one."""
    dates = scene.names.of_type(*TIMES)
    hit = None if chinese else _BEFORE.search(re.sub(r"\s[-–—]\s.*$", "", plain))
    coming = re.match(r"next [\w ]{3,30}", hit["x"], re.I) if hit else None
    mentioned = [ref for *_, ref in scene.names.mentions(plain) if ref.field.type in TIMES]
    if mentioned and not (coming and all(bare(r.field.label) not in coming[0] for r in mentioned)):
        return mentioned[0]
    if hit is not None:
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
    due = [r for r in dates if _DUE.search(f"{r.field.name} {r.field.label}".lower())]
    return due[0] if due else dates[-1] if dates else None
