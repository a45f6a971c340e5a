"""Settles what single mentions mean by where they stand, before anything is put together: 上个月加进来的 dates it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.concepts import RECORDS
from madeleine_miniapp.domain.questions.denials import has_value, missing_field, missing_value
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.neighbours import beside, telling
from madeleine_miniapp.domain.questions.text import stems

_BETWEEN = re.compile(r"(?:between|from) (.+?) (?:and|to) (.+)")
_DATING = re.compile("日子|日期|时间|哪天|哪一天")
_AS_WELL = re.compile("也|一并|一起|照样|同样|count(?:s|ed)? too|(?:are |is )?included")
_ADDED = re.compile(
    r"(?:新|最[早晚近后]|刚)?(?:新增|添加|录入|加)(?:进来|进去|进|入|上|到)?(?:计划|清单|行程|列表)?(?:里|来|去)?(?:了|的)|新[加增添]"
    r"|\b(?:newly )?added\b|\badd\b"
)
# 最后加的 is the latest that was added.
_LATEST = re.compile("最[晚后新]")
_ADDING = re.compile(r"添加|新增|录入|加入|创建|added|created|entered", re.IGNORECASE)
_HOW_LONG_A_WAY = re.compile(r"\bhow long\b.*\bin (?:km|kilomet\w+|miles|met(?:re|er)s)\b")
_AVERAGED = re.compile(r"平均|(?:average|avg|mean)\b")
_USUALLY = re.compile(r"usually|normally|typically|通常|一般")
_AMOUNTS = (
    "money", "how_much", "how_many", "count", "when", "how_long", "sum", "median", "hour", "weekday_table", "sup",
)  # fmt: skip
_AT_TIMES = re.compile(r"\b(?:in|at|during|by|of|on|this|last|every|[a-z]+day) (?:the |a )?$|[一-龥]$")
_SITTING = re.compile(r"\b(?:evening|night)s?\b")
_PRESENT = re.compile(r" (?:is|are|was|were|come|came) over")
_WHOSE = ("me", "us", "anybody", "who", "each", "rank", "others")


def put(facts: Facts, mentions: Iterable[Mention]) -> None:
    """The facts with these mentions."""
    facts.scan = replace(facts.scan, mentions=tuple(mentions))


def take_sittings(facts: Facts) -> None:
    """ "What did our evenings cost" of film nights: the records are called so, and no time of the day is meant."""
    made: list[Mention] = []
    titled = not facts.subject.logged and bool(_SITTING.search(facts.subject.spec.title.casefold()))
    for mention in facts.items:
        own = mention.of(Kind.ENTITY)
        if titled and not own and _SITTING.fullmatch(mention.text):
            own = (Meaning(Kind.ENTITY, strength=2),)
        if mention.cue("hour") and own and not _AT_TIMES.search(facts.scan.text[: mention.start]):
            mention = replace(mention, meanings=own)
        made.append(mention)
    put(facts, made)


def take_verbs(facts: Facts) -> None:
    """ "What do we cook" asks for a thing, where "cook" names people as well; "guests are over" is of guests."""
    made: list[Mention] = []
    for place, mention in enumerate(facts.items):
        before = facts.items[place - 1] if place else mention
        somebody = (before.cue("us") or before.cue("me") or before.of(Kind.PERSON)) and mention.start - before.end <= 1
        named = mention.typed(s.FIELD_TYPE_PERSON) is not None and mention.of(Kind.ENTITY)
        if named and somebody and facts.has("what", "which") and not facts.has("who"):
            mention = replace(mention, meanings=mention.of(Kind.ENTITY))
        state = mention.cue("cmp") is not None and before.typed(s.FIELD_TYPE_BOOLEAN) is not None
        after = facts.items[place + 1] if place + 1 < len(facts.items) else mention
        if mention.text == "under" and after.kind is Kind.CHOICE and after.start - mention.end <= 1:
            # "Under fruit" is where it is put.
            continue
        if made and state and _PRESENT.fullmatch(facts.scan.text[before.end :].rstrip(" ?!.")):
            text = facts.scan.text[before.start : mention.end]
            made[-1] = replace(before, end=mention.end, text=text)
        else:
            made.append(mention)
    put(facts, made)


def split_times(facts: Facts) -> None:
    """ "The difference between January and March" is of the two, not of what lies between."""
    if not facts.has("difference", "up", "down"):
        return
    made: list[Mention] = []
    for mention in facts.items:
        both = _BETWEEN.fullmatch(mention.text) if mention.kind is Kind.TIME else None
        found = [times.find(both[n], facts.asker.now.date()) for n in (1, 2)] if both else []
        if both is None or not all(len(f) == 1 for f in found):
            made.append(mention)
            continue
        for number, (one,) in enumerate(found, 1):
            start = mention.start + both.start(number) + one.start
            end = mention.start + both.start(number) + one.end
            text = facts.scan.text[start:end]
            made.append(Mention(start, end, text, (Meaning(Kind.TIME, value=text, span=one.span),)))
    put(facts, made)


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


def take_rest(facts: Facts) -> None:
    """A rest day is one without a workout, where those are what is recorded."""
    words = facts.lexicon.of_words(RECORDS, "workout")
    entity = facts.subject.entity
    if not {stems(entity.name), stems(entity.label)} & words:
        return
    for place, mention in enumerate(facts.items):
        if not mention.cue("rest"):
            continue
        before = facts.items[place - 1] if place else None
        denied = before is not None and before.cue("none")
        # Without a rest day is with a workout on each.
        meaning = Meaning(Kind.VOID) if denied else Meaning(Kind.CUE, "none")
        made = [replace(m, meanings=(meaning,)) if m is mention or (denied and m is before) else m for m in facts.items]
        put(facts, made)
        if not any(m.kind is Kind.PERSON or any(m.cue(n) for n in _WHOSE) for m in facts.items):
            # Whose they are need not be said: one's own.
            facts.put_before(place, Meaning(Kind.CUE, "me"))
        return


def take_mean(facts: Facts) -> None:
    """谁的平均心率最高 asks for a mean of each, though the field is called an average itself."""
    asked = next((m.start for m in facts.items if m.cue("who") and not m.text.startswith("whose")), None)
    if asked is None or facts.has("mean", "times", "row"):
        return
    for place, mention in enumerate(facts.items):
        if mention.of(Kind.FIELD) and _AVERAGED.match(mention.text) and asked < mention.start:
            facts.put_before(place, Meaning(Kind.CUE, "mean"))
            return


def take_length(facts: Facts) -> None:
    """ "How long is my average ride, in km": of a way, not of time."""
    if _HOW_LONG_A_WAY.search(facts.scan.text):
        put(facts, [m for m in facts.items if m.text != "how long"])


def take_usual(facts: Facts) -> None:
    """ "Who usually brings the pizza" asks who does most often, and for no mean."""
    asked = any(m.cue(name) for m in facts.items for name in ("who", "where", "which", "what"))
    if not asked or facts.fields_named(*NUMERIC) or any(m.cue(name) for m in facts.items for name in _AMOUNTS):
        return
    often = (Meaning(Kind.CUE, "often", "max"),)
    put(facts, [replace(m, meanings=often) if _USUALLY.fullmatch(m.text) else m for m in facts.items])


def take_included(facts: Facts) -> None:
    """ "Cancelled ones count as well": what is let in besides is no filter, unless others of its kind are asked for."""
    for place, (index, mention) in enumerate(row := telling(facts)):
        if not place or not mention.cue("include_after"):
            continue
        if not _AS_WELL.match(mention.text):
            # 餐馆和外卖都算: both are meant, and filters like any other.
            two = [m.of(Kind.CHOICE) for _, m in row[:place] if m.of(Kind.CHOICE)][-2:]
            if len(two) == 2 and two[0][0].name == two[1][0].name and beside(facts, row[place - 1][1], mention, 6):
                facts.used.add(index)
            continue
        before, choice = row[place - 1][0], row[place - 1][1]
        if not choice.of(Kind.CHOICE) or not beside(facts, choice, mention, 6):
            continue
        field = choice.of(Kind.CHOICE)[0].name
        asked = [m for m in facts.items if m is not choice and any(c.name == field for c in m.of(Kind.CHOICE))]
        facts.used |= {index} if asked else {index, before}


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


def take_states(facts: Facts) -> None:
    """Takes words that only say that something has values: 精力状态 is the 精力."""
    ends = {m.end for m in facts.items if m.of(Kind.FIELD)}
    left = tuple(u for u in facts.scan.unplaced if not (u[0] in ends and u[2] in ("状态", "情况", "状况")))
    facts.scan = replace(facts.scan, unplaced=left)


def take_counted(facts: Facts) -> None:
    """Takes Chinese words that only say what is counted, and how many things have just been named.

    几样东西 are so many records, whatever field says what they are; 团费, 旅费两样 are the two.
    """
    title = facts.subject.title
    for place, (one, other) in enumerate(pairwise(facts.items), 1):
        counts = title is not None and one.cue("how_many") and is_chinese(one.text) and other.start == one.end
        of_title = any(title is not None and m.name == title.name and m.strength < 3 for m in other.of(Kind.FIELD))
        if counts and of_title and not other.of(Kind.CHOICE):
            facts.used.add(place)
        number = next((int(m.number) for m in other.of(Kind.NUMBER)), 0)
        if number > 1 and one.kind is Kind.CHOICE and other.start - one.end <= 1 and is_chinese(other.text):
            field = one.of(Kind.CHOICE)[0].name
            named = [m for m in facts.items[:place] if m.kind is Kind.CHOICE and m.of(Kind.CHOICE)[0].name == field]
            if len(named) == number:
                facts.used.add(place)
