"""From one date of a record to another: "from reporting to fixing", 从下单到收货."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.text import stems

_FROM = re.compile(r"(?:\b(?:from|between)|从) ?(?:the |its |their |being |getting |when (?:it|they) (?:was|were) )?$")
# What has been taken holds where it is from.
_OPENED = re.compile("from |between |从")
_TO = re.compile(
    r"\s*(?:的?(?:日期|时间)|date|day)?\s*(?:to|until|till|and|到|至)\s*"
    r"(?:the |its |their |being |getting |when (?:it|they) (?:was|were) )?"
)

# What one date and another are asked together with.
_AS_WELL = re.compile(
    r"(?:\b(?:and|or)|[,&/，、和]|\bdid \w+|\b(?:was|were) (?:it|they|he|she|i)|\bwhen \w+(?: (?:have|has|had))?"
    r"|什么时候|何时|哪天|几号) ?$"
)

# "Which plant have we had the longest": the one that came first, where each record is one of them.
_HAD = re.compile(
    r"\b(?:have|has|'ve|had) (?:i|we|he|she|they|[^\W\d]+)? ?(?:had|owned|kept|known|been with)\b[^,;?]*"
    r"\b(?P<most>(?:the )?longest)\b|\bbeen (?:with us|around|here|there|in the \w+) (?P<here>(?:the )?longest)\b"
)
_STARTED = frozenset(
    stems(w)
    for w in (
        "started",
        "start",
        "began",
        "begin",
        "start date",
        "from",
        "planted",
        "bought",
        "added",
        "opened",
        "开始",
        "开始日期",
        "买入",
    )
)
_FINISHED = frozenset(
    stems(w)
    for w in (
        "finished",
        "finish",
        "end",
        "ended",
        "completed",
        "end date",
        "done",
        "returned",
        "结束",
        "完成",
        "结束日期",
    )
)
# "Took me more than 20 days", "in under a week".
_TOOK = re.compile(r"\b(?:took|takes?|taken|lasted|needed)(?: [^\W\d]+)? $|\bin $|用了$|花了$")
_TAKES_TO = re.compile(r"\b(?:takes?|took|taken)(?: [\w&']+){0,3} to (?:be |get )?$")
_WAITS = re.compile(
    r"\b(?:sits?|sat|waits?|waited|stays?|stayed|lingers?|lies?|remains?|hangs?)\b(?: [a-z]+){0,6}?"
    r" (?P<till>before|till|until)\b(?: [a-z']+){1,5}(?=[\s,;?.!]|$)"
)
_TO_DO = re.compile(r" to (?:be )?$")
_DAYS = {"day": 1, "night": 1, "week": 7}
_SIGNS = {
    "<": q.FUNCTION_LESS, "<=": q.FUNCTION_LESS_OR_EQUAL, ">": q.FUNCTION_GREATER, ">=": q.FUNCTION_GREATER_OR_EQUAL,
}  # fmt: skip

Ends = tuple[tuple[int, s.Field], tuple[int, s.Field]]


def ends_named(facts: Facts) -> Ends | None:
    """The two dates between which a stretch of time is asked for, each with the index of its mention."""
    dated = [(i, m, f) for i, m in enumerate(facts.items) if (f := _date(m)) is not None]
    text = facts.scan.text
    for (first, one, start), (second, other, end) in combinations(dated, 2):
        opened = _FROM.search(text[: one.start]) or _OPENED.match(one.text)
        if opened and start.name != end.name and _TO.fullmatch(text[one.end : other.start]):
            return (first, start), (second, end)
    return _until_done(facts)


def _until_done(facts: Facts) -> Ends | None:
    """ "How long do they take to pay, after I issue it": from the date that is named beside, or the records' first."""
    if not facts.has("how_long", "unit", "mean", "sup"):
        return None
    for place, mention in enumerate(facts.items):
        end = _date(mention) if _TAKES_TO.search(facts.scan.text[: mention.start]) else None
        if end is None:
            continue
        named = [(i, f) for i, m in enumerate(facts.items) if (f := _date(m)) is not None and i != place]
        start = next(((i, f) for i, f in named if f.name != end.name), (-1, facts.subject.temporal[0]))
        if start[1].name == end.name or (start[1], end) == start_and_end(facts):
            return None
        return start, (place, end)
    return None


def take_ends(facts: Facts) -> None:
    """The ends of a stretch are dates, though states are called so as well."""
    ends = ends_named(facts)
    if ends is None:
        return
    made = list(facts.items)
    for index, field in ends:
        if index < 0:
            continue
        held = _only(made[index], field)
        before = _FROM.search(facts.scan.text[: made[index].start])
        start = before.start() if before else made[index].start
        text = facts.scan.text[start : made[index].end].strip()
        made[index] = replace(made[index], start=start, text=text, meanings=held)
    facts.scan = replace(facts.scan, mentions=tuple(made))


def take_dates(facts: Facts) -> None:
    """ "When did I start and when did I finish it": dates, though states are called so as well."""
    dated = [(i, m, f) for i, m in enumerate(facts.items) if (f := _date(m)) is not None]
    if len({f.name for _, _, f in dated}) < 2 or not facts.has("when"):
        return
    made = list(facts.items)
    for index, mention, field in dated:
        first = index == dated[0][0]
        denied = index > 0 and made[index - 1].cue("none")
        if mention.kind is Kind.CHOICE and not denied and (first or _AS_WELL.search(facts.scan.text[: mention.start])):
            made[index] = replace(mention, meanings=_only(mention, field))
    facts.scan = replace(facts.scan, mentions=tuple(made))


def start_and_end(facts: Facts) -> tuple[s.Field | None, s.Field | None]:
    """The dates on which what is recorded begins and ends."""
    named = [(f, {stems(f.name), stems(f.label)}) for f in facts.subject.temporal]
    start = next((f for f, names in named if names & _STARTED), None)
    return start, next((f for f, names in named if names & _FINISHED), None)


def take_lasted(facts: Facts) -> None:
    """ "Took me more than 20 days to finish": so long lies between the two dates of a record."""
    start, end = start_and_end(facts)
    for place in range(len(facts.items) - 2):
        sign, number, unit = facts.items[place : place + 3]
        told, named = sign.cue("cmp"), unit.cue("unit")
        # "Days to finish" is one name.
        long = named.value if named else "day" if unit.text.startswith("days ") else ""
        took = _TOOK.search(facts.scan.text[: sign.start])
        if not (start and end and told and long and took and number.of(Kind.NUMBER)):
            continue
        if told.value not in _SIGNS or long not in _DAYS:
            continue
        lasts = terms.call(q.FUNCTION_DAYS_BETWEEN, terms.column(end.name), terms.column(start.name))
        days = terms.value(number.of(Kind.NUMBER)[0].number * _DAYS[long])
        said = facts.scan.text[sign.start : unit.end]
        held = terms.call(_SIGNS[told.value], lasts, days)
        facts.conditions.append(Condition(held, said, end.name, said, sign.start, kind=Kind.NUMBER))
        facts.used |= {place, place + 1, place + 2}
        facts.used |= {i for i, m in enumerate(facts.items) if m.cue("took") and took.start() <= m.start < sign.start}
        after = facts.items[place + 3] if place + 3 < len(facts.items) else None
        if after is not None and _TO_DO.search(facts.scan.text[unit.end : after.start] or f" {after.text[:3]}"):
            facts.used.add(place + 3)


def take_waits(facts: Facts) -> None:
    """ "How long does it sit on the list before we buy it": from the one date to the other, which its verb names."""
    found = _WAITS.search(facts.scan.text)
    start = next((f for f in facts.subject.temporal if _STARTED & {(word,) for word in stems(f.name)}), None)
    if found is None or start is None or not facts.has("how_long", "unit"):
        return
    ends = [f for f in facts.subject.temporal if f.name != start.name]
    said = [f for m in facts.items if m.start > found.start("till") for f in ends if _names(m, f)]
    end = said[0] if said else ends[0] if len(ends) == 1 else None
    if end is None:
        return
    facts.waits = start, end
    said_of = (Kind.PERSON, Kind.TIME, Kind.CHOICE, Kind.VALUE)
    told = {
        i
        for i, m in enumerate(facts.items)
        if found.start() <= m.start < found.end()
        and not (m.of(*said_of[:2]) or m.kind in said_of)
        and not m.cue("median")
    }
    kept = [i for i in range(len(facts.items)) if i not in told]
    used = {place for place, i in enumerate(kept) if i in facts.used}
    left = tuple(u for u in facts.scan.unplaced if not found.start() <= u[0] < found.end())
    facts.scan = replace(facts.scan, mentions=tuple(facts.items[i] for i in kept), unplaced=left)
    facts.used.clear()
    facts.used.update(used)


def _names(mention: Mention, f: s.Field) -> bool:
    return any(m.name == f.name for m in mention.of(Kind.FIELD))


def _only(mention: Mention, field: s.Field) -> tuple[Meaning, ...]:
    """What a mention means where it names that field."""
    return tuple(m for m in mention.of(Kind.FIELD) if m.name == field.name)


def _date(mention: Mention) -> s.Field | None:
    held = [m for m in mention.of(Kind.FIELD) if m.field is not None and m.field.type in TEMPORAL and m.strength >= 2]
    return held[0].field if held else None


def take_owned(facts: Facts) -> None:
    """Reads what somebody has had the longest as what came first; raises Doubt where no record says since when."""
    found = _HAD.search(facts.scan.text)
    if found is None or not any(m.cue("sup") and m.end == found.end() for m in facts.items):
        return
    title = facts.subject.title
    texts = facts.subject.texts.get(title.name, ()) if title is not None else ()
    if title is None or len(texts) != facts.subject.texts_of(title.name) or len(facts.subject.temporal) != 1:
        raise Doubt("no record says since when it has been there")
    first = (Meaning(Kind.CUE, "first"),)
    made = (replace(m, meanings=first) if m.cue("sup") and m.end == found.end() else m for m in facts.items)
    facts.scan = replace(facts.scan, mentions=tuple(made))
