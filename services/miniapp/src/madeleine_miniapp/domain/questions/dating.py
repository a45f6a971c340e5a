"""Which of its dates a record goes by in a question."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.denials import has_value, missing_field, missing_value
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.neighbours import beside
from madeleine_miniapp.domain.questions.settling import put
from madeleine_miniapp.domain.questions.text import stems

_DATING = re.compile("日子|日期|时间|哪天|哪一天")

_ADDED = re.compile(
    r"(?:新|最[早晚近后]|刚)?(?:新增|添加|录入|加)(?:进来|进去|进|入|上|到)?(?:计划|清单|行程|列表)?(?:里|来|去)?(?:了|的)|新[加增添]"
    r"|\b(?:newly )?added\b|\badd\b"
)

# 最后加的 is the latest that was added.
_LATEST = re.compile("最[晚后新]")

_ADDING = re.compile(r"添加|新增|录入|加入|创建|added|created|entered", re.IGNORECASE)


def date_by(facts: Facts) -> None:
    """上个月加进来的 goes by 添加时间, not by the day that the records are about."""
    found = _ADDED.search(facts.scan.text)
    own = facts.subject.temporal[1:]
    held = next((f for f in own if _ADDING.match(f.label or f.name)), None) if found else None
    if found is not None and held is not None:
        facts.dated = held
        if _LATEST.match(found.group()) and not facts.has("last"):
            newest = Mention(found.start(), found.start() + 2, found.group()[:2], (Meaning(Kind.CUE, "last"),))
            others = [m for m in facts.items if m.end <= newest.start or m.start >= newest.end]
            put(facts, sorted([*others, newest], key=lambda m: m.start))
        facts.scan = replace(facts.scan, unplaced=tuple(u for u in facts.scan.unplaced if not _within(u, found)))
        facts.used |= {i for i, m in enumerate(facts.items) if found.start() <= m.start < found.end() and _is_date(m)}


def take_begun(facts: Facts) -> None:
    """ "Which did I start but never finish": what has a day on which it was begun."""
    denied = next((m.start for m in facts.items if m.cue("none")), -1)
    if len(facts.subject.temporal) < 2 or denied < 0 or any(m.kind is Kind.TIME for m in facts.items):
        return
    for index, mention in facts.free(Kind.FIELD):
        of_records = any(m.strength == 3 for m in mention.of(Kind.ENTITY))
        if mention.kind is Kind.FIELD and _is_date(mention) and mention.start < denied and not of_records:
            has_value(facts, index, mention)


def take_to_finish(facts: Facts) -> None:
    """ "How long did it take me to read it": what it took to do is no state of the record."""
    for one, (index, other) in zip(facts.items, list(enumerate(facts.items))[1:], strict=False):
        before = one if one.cue("took") else facts.items[index - 2] if index > 1 else one
        person = one is before or one.cue("me") or one.cue("us") or one.kind is Kind.PERSON
        if before.cue("took") and person and other.text.startswith("to ") and other.of(Kind.CHOICE):
            facts.used.add(index)


def date_beside(facts: Facts) -> None:
    """ "Started this year": the date that is named beside a time is the one meant; of two, each by its own."""
    for index, (one, other) in enumerate(pairwise(facts.items)):
        held = one.typed(s.FIELD_TYPE_DATETIME) if one.kind is Kind.FIELD and other.cue("hour") else None
        if held is not None and other.start - one.end <= 1:
            # "Started before nine": at that hour.
            facts.dated = facts.dated or held
            facts.used.add(index)
    if len(facts.subject.temporal) < 2:
        return
    for index, (one, other) in enumerate(pairwise(facts.items), 1):
        if _is_date(one) and other.text.endswith("ing") and other.start - one.end <= 1 and not other.of(Kind.FIELD):
            # "What I started reading": no state that it is in.
            facts.used.add(index)
    pairs = [(i, i + at) for i, m in enumerate(facts.items) if m.kind is Kind.TIME for at in (-1, -2, 1)]
    pairs = [(i, at) for i, at in pairs if _names_date(facts, i, at)]
    pairs = pairs or _to_come(facts)
    dates = {at: _date_of(facts.items[at]) for _, at in pairs}
    fields = {known.name for known in dates.values()}
    if len(fields) == 1 and all(facts.items[at].kind is Kind.FIELD for _, at in pairs):
        facts.dated = dates[pairs[0][1]].field
        facts.used |= {at for _, at in pairs}
    for index, at in pairs if len(fields) == len(pairs) > 1 else ():
        known, span = dates[at], facts.items[index].of(Kind.TIME)[0].span
        if span is not None and known.field is not None:
            told = f"{label(known.field)}: {facts.items[index].text}"
            within = facts.within(span, terms.column(known.name))
            start = facts.items[at].start
            facts.conditions.append(Condition(within, told, known.name, told, start, kind=Kind.TIME))
            facts.used |= {index} if facts.items[at].kind is Kind.CHOICE else {index, at}


def date_of_thing(facts: Facts) -> None:
    """ "Next steps in the next week": by next_step_date, as the next step is a next_step; counted: so many have one."""
    if facts.dated is not None or not any(m.kind is Kind.TIME for m in facts.items):
        return
    for index, mention in facts.free(Kind.FIELD):
        thing = mention.typed(s.FIELD_TYPE_TEXT)
        own = (f for f in facts.subject.temporal if thing and stems(f.name)[:-1] == stems(thing.name))
        if mention.kind is Kind.FIELD and (dated := next(own, None)) is not None:
            facts.dated = dated
            before = facts.items[index - 1] if index else None
            counted = before is not None and (before.cue("how_many") or before.cue("count"))
            if before is not None and counted and beside(facts, before, mention):
                has_value(facts, index, mention)
            return


def _to_come(facts: Facts) -> list[tuple[int, int]]:
    """下周有什么要过期: a time and the one date that is named behind it, with nothing that was done between them."""
    times = [i for i, m in enumerate(facts.items) if m.kind is Kind.TIME]
    dates = [i for i, m in enumerate(facts.items) if _is_date(m) and m.of(Kind.FIELD)[0].strength >= 2]
    if len(times) != 1 or len(dates) != 1 or dates[0] < times[0]:
        return []
    between = facts.items[times[0] + 1 : dates[0]]
    first = facts.subject.temporal[0].name in (m.name for m in facts.items[dates[0]].of(Kind.FIELD))
    kinds = (Kind.VOID, Kind.CUE, Kind.CHOICE, Kind.VALUE)
    of_one = "的" not in facts.scan.text[facts.items[times[0]].end : facts.items[dates[0]].start]
    return [(times[0], dates[0])] if of_one and not first and all(m.kind in kinds for m in between) else []


def _names_date(facts: Facts, index: int, at: int) -> bool:
    """Whether the mention beside a time, behind it only in Chinese, is the name of a date."""
    if not 0 <= at < len(facts.items):
        return False
    time, named = facts.items[index], facts.items[at]
    if at == index - 2 and index - 1 not in facts.used:
        return False
    between = facts.scan.text[named.end : time.start] if at < index else facts.scan.text[time.end : named.start]
    behind = at > index and not is_chinese(named.text)
    return (
        not behind
        and _is_date(named)
        and re.fullmatch(r" ?(?:\w+ing )?(?:(?:in|on|during|since|before|after) )?", between) is not None
    )


def _within(phrase: tuple[int, int, str], found: re.Match[str]) -> bool:
    return found.start() <= phrase[0] and phrase[1] <= found.end()


def take_defined(facts: Facts) -> None:
    """ "what is open? planned and started both count": the choices say what the unknown word means."""
    named = [m for m in facts.items if m.kind is Kind.CHOICE]
    if len(facts.scan.unplaced) == 1 and facts.has("include_after") and any(m.of(Kind.CHOICE) for m in facts.items):
        facts.scan = replace(facts.scan, unplaced=())
        facts.cue("include_after", "none")
    index = next((i for i, m in enumerate(facts.items) if m.cue("undecided")), -1)
    if index < 0:
        return
    undecided = facts.items[index]
    told = [m for m in named if m.start >= undecided.end and m.of(Kind.CHOICE)[0].strength == 3]
    dated = [(i, m) for i, m in facts.free(Kind.FIELD) if _is_date(m) and abs(m.start - undecided.start) <= 10]
    if told:
        # 还没定(想去, 待预订): the choices say what it means.
        facts.cue("undecided", "include_after", "row")
    elif (
        not dated
        and facts.subject.temporal
        and _DATING.search(facts.scan.text[max(0, undecided.start - 4) : undecided.end + 4])
    ):
        facts.cue("undecided", "unit", "thing", "when")
        missing_field(facts, facts.subject.temporal[0], undecided.start)
    elif dated:
        missing_value(facts, *dated[0])
        facts.cue("undecided")


def _date_of(mention: Mention) -> Meaning:
    """The date that a mention names: what was paid in May was so on a day of May."""
    return next(m for m in mention.of(Kind.FIELD) if m.field is not None and m.field.type in TEMPORAL)


def _is_date(mention: Mention) -> bool:
    return any(m.field is not None and m.field.type in TEMPORAL for m in mention.of(Kind.FIELD))
