# ruff: noqa: E501 - patterns of words, one line each.
"""The frame of records: which there are, on which days, whether there is any."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, hours, measuring, titles
from madeleine_miniapp.domain.questions.frames.columns import (
    add_column,
    add_people,
    asked_columns,
    each_with_its,
    lists_columns,
)
from madeleine_miniapp.domain.questions.frames.context import CLOCK, context
from madeleine_miniapp.domain.questions.frames.each_once import distinct_texts
from madeleine_miniapp.domain.questions.frames.extreme_groups import has_records
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.negations import denies_of_days
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.stretches import start_and_end
from madeleine_miniapp.domain.questions.text import stems

_EVERY = re.compile(r"\b(?:every(?:thing)?|(?<!at )all|always|each)\b(?! (?:of )?us\b)|每[次个条笔]|全都|总是")

# 都收好了吗 asks whether all are.
_ALL_SO = re.compile(r"都.{1,10}?(?:吗|了没有?|[好完齐]没有?)(?:[?？]|$)|\b(?:is|are) (?:all|everything|every)\b")
WHO_AS_WELL = re.compile(
    r"\bhow (?:many|much)\b[^,;?]*(?:[,;?]|\band) (?:and )?who\b|(?:多少|(?<![哪那这好])几(?![号月点天]))[^，,。？?]*[，,。？?][^，,。]{0,8}谁|谁[^，,。？?]*[，,。？?][^，,。]{0,8}(?:多少|几)"
)
# "What did the bags cost each time": every record.
_WHICH_MONTHS = re.compile(r"\b(?:which|what) (?:months|(?P<week>weeks))\b|哪几个月|哪些月")
EACH_TIME = re.compile(
    r"\b(?:was|were|did|have|has)\b.* (?:each|every) time\s*[?.!]*$|每次(?:各|分别)?[都]?(?:是|花了?)?多少"
)
_TAKEN = (
    "which",
    "what",
    "list",
    "when",
    "exist",
    "row",
    "now",
    "times",
    "who",
    "which_bucket",
    "only",
    "logged_only",
    "number_wanted",
    "where",
)
# "Books that I rated below four" are wanted by name.
_SUCH_AS = re.compile(r"^(?:the |my |our |all )*[a-z]+s (?:that|which|i|we|where|with)\b")
_NOW = re.compile(r"\b(?:right now|at the moment|currently|at present)\b|现在正?在?|目前|正在")

_WHAT_WRITTEN = re.compile(
    r"\bwhat (?:did|do|have|had|has) \w+ (?:write|written|note|noted|say|said|put|jot)\b|\bwhat (?:i|we|\w+) (?:wrote|noted|said)\b"
    r"|\bwhat (?:does|did|do|is|was|are) (?:the|my|our|it) ?(?:notes?|remarks?|comments?)? ?(?:say|said|on|about)\b|(?:写|备注)了?(?:些|点)?什么"
)

# Notes themselves, not records with theirs.
_NOTES = re.compile(
    r"^(?:\w+ ){0,4}(?:notes|remarks|comments)\b(?<!with notes)(?<!their notes)|(?:有|写了?)(?:哪些|什么|啥)备注|哪些备注"
)

_WHAT_DONE = re.compile(
    r"\bwhat (?:did|do|have|had|has) \w+ (?:\w+ )?(?:eat|eaten|have|had|do|done|cook|cooked|order|ordered|buy|bought|read)\b|(?:吃|做|买|点|喝|练|看|读)了?(?:些|点)?(?:什么|啥)"
)
_ZH_WHAT = re.compile("什么|啥")
UPWARD = re.compile(r"[少低小短]到|\b(?:least|lowest|smallest|shortest|cheapest|ascending)\b|low to high")
# 有几家，分别是哪些: the list tells how many, too.
_MANY_AND_WHICH = re.compile("几[家个项样种件笔条][^,，。？?]*[,，。？?][^,，。？?]*(?:哪些|哪几)")
_WHICH_DAYS = re.compile(
    r"\b(?:which|what) (?:days|dates)\b|\b(?:all |the )*dates (?:when|that|on which|where|of)\b|哪几天|哪些(?:天|日子)"
)
# "On which days did I finish a book, and which one": the records of the days.
_AND_WHAT = re.compile(
    r"(?:[,;:.?]|\band) ?(?:and )?(?:which|what)\b(?! (?:days?|dates?)\b)|[，,。？?和][^，,。？?]{0,3}(?:哪[本个部些]|什么)"
)
# "The genre and the format of".
_BEGINS = re.compile(r"(?:(?:the|my|our|its) )*")
_OF = re.compile(r"^(?: (?:dates?|days?))? (?:of|for) (?:the |my |our )?$")


def _about_records(facts: Facts) -> bool:
    """Whether a question says of which records it asks who: one that only names the app may mean any of its kinds."""
    own = facts.subject.entity.name
    named = any(m.name == own for x in facts.items for m in x.of(Kind.ENTITY))
    return bool(facts.conditions or facts.limits) or named or len(facts.subject.spec.entities) == 1


def _of_what_state(facts: Facts) -> None:
    """Raises Doubt for "who is on what book right now": that is a state, which must be named."""
    states = facts.lexicon.of_words(FIELDS, "status")
    held = [f for f in facts.subject.fields(s.FIELD_TYPE_CHOICE) if {stems(f.name), stems(f.label)} & states]
    if not _NOW.search(facts.scan.text):
        return
    if held and not any(c.field == f.name for f in held for c in facts.conditions):
        raise Doubt(f"it asks for what is so now; say which {label(held[0]).lower()} is meant")
    if not facts.conditions and not facts.limits and not any(m.kind is Kind.TIME for m in facts.items):
        raise Doubt("it asks for what is so now; the records tell what was")


def listing(facts: Facts) -> Plan | None:
    """Which records there are."""
    asking = facts.has("which", "what", "list", "when", "exist", "row", "who", "which_bucket", "where")
    asking = (
        asking
        or facts.has("from_to")
        or _said_of_one(facts)
        or any(_ZH_WHAT.search(m.text) for _, m in facts.free(Kind.FIELD))
    )
    clock = CLOCK.search(facts.scan.text) is not None and bool(facts.conditions)
    ranked_by, upward = _ranked_by(facts)
    asking = asking or ranked_by is not None or (facts.has("order") and bool(facts.conditions or facts.people))
    if not asking and not clock and not _names_records(facts):
        return None
    if _MANY_AND_WHICH.search(facts.scan.text):
        facts.cue("how_many", "each_one")
    if _with_figures(facts) or each_with_its(facts):
        facts.cue("how_many", "how_much", "each_one", "each", "money")
        facts.used |= {i for i, m in enumerate(facts.items) if m.text in ("各", "for each", "of each")}
    if WHO_AS_WELL.search(facts.scan.text) and any(c.kind is Kind.VALUE for c in facts.conditions):
        # "How much was the curtain, and who paid": the record tells both.
        facts.cue("how_much", "how_many")
    listed = lists_columns(facts)
    if listed or (EACH_TIME.search(facts.scan.text) and facts.has("how_much") and facts.conditions):
        facts.cue("how_much", "per_record", "when", "money")
        asking = True
    if facts.has("how_many", "how_much", "count", "sum", "mean", "median", "sup", "often", "top", "share"):
        return None
    title = titles.title(facts)
    named = title is not None and not has_records(facts, title)
    if named and facts.has("what", "which") and facts.subject.shared and not facts.people:
        # "What is each of us reading": every record says whose it is.
        facts.cue("each")
    days = facts.has("when", "which_bucket") and not facts.has("list")
    yes_no = facts.has("exist") and not facts.has("which", "what", "list", "when", "who", "which_bucket")
    every = yes_no and bool(facts.conditions) and any(x.search(facts.scan.text) for x in (_EVERY, _ALL_SO))
    if every:
        _deny_last(facts)
    none = yes_no and denies_of_days(facts) and facts.cue("none") is not None
    facts.cue(*_TAKEN)
    # Days are those of the records; "my week" would be one in particular.
    facts.used |= {i for i, units in facts.free_cues("unit") if all(m.value in ("day", "night") for m in units)}
    order = facts.cue("order")
    spans = facts.spans()
    if none and (len(spans) != 1 or spans[0].first != spans[0].last):
        raise Doubt("it may have been so on one of the days or on all; ask on which days, or on how many")
    _of_what_state(facts)
    if (distinct := distinct_texts(facts, spans)) is not None:
        return distinct
    asked = asked_columns(facts)
    if facts.cue("from_to") is not None:
        days, asked = True, [*asked, *(f for f in start_and_end(facts) if f is not None and f not in asked)]
    if days and len(dates := [f for f in asked if f.type in TEMPORAL]) == 1:
        # "When did we buy it" goes by that date.
        facts.dated = facts.dated or dates[0]
        asked = [f for f in asked if f is not facts.dated]
    narrowed = bool(facts.conditions or facts.limits or spans)
    named = narrowed or bool(facts.people or asked) or any(m.of(Kind.ENTITY) for m in facts.items)
    if not named or (re.search(r"\bwho\b|谁", facts.scan.text) and not _about_records(facts)):
        return None
    unnamed = titles.title(facts) is None and not _SUCH_AS.search(facts.scan.text)
    if not asking and facts.limits and not asked and unnamed:
        raise Doubt("it may ask for those records or for their number")
    at = facts.moment()
    if yes_no and not narrowed:
        return None
    given = base.chosen(facts, spans, at)
    if (buckets := _WHICH_MONTHS.search(facts.scan.text)) and not asked:
        return _buckets(facts, given, at, spans, "week" if buckets["week"] else "month")
    if days and not asked and not _AND_WHAT.search(facts.scan.text) and _WHICH_DAYS.search(facts.scan.text):
        return _days(facts, given, at, spans)
    columns, shown = context(facts, at, when_first=days)
    note = next((f for f in facts.subject.fields(s.FIELD_TYPE_TEXT) if titles.is_note(f)), None)
    if note is not None and (
        _WHAT_WRITTEN.search(facts.scan.text) or (note in asked and _NOTES.search(facts.scan.text))
    ):
        # "What did we write beside the bill": the remark itself comes first.
        if not narrowed:
            raise Doubt("it does not say beside what it was written")
        given = terms.filtered(given, terms.present(terms.column(note.name)))
        columns.insert(0, q.Named(name=note.name, value=terms.column(note.name)))
        shown.insert(0, Shown(note.name, told=label(note)))
    for f in asked:
        add_column(facts, columns, shown, f)
    _add_others(facts, columns, shown)
    told = "相符的记录" if measuring.chinese(facts) else "records that match"
    down = order is not None and order.value == "desc"
    if ranked_by is not None:
        given = terms.ordered(given, terms.order(terms.column(ranked_by.name), descending=not upward))
        told = f"{told}，按{label(ranked_by)}" if measuring.chinese(facts) else f"{told}, by {label(ranked_by).lower()}"
        return Plan(terms.extended(given, columns, only=True), tuple(shown), told, tuple(spans))
    times = [at, *([terms.column(clock.name)] if (clock := hours.clock_field(facts)) is not None else [])]
    given = terms.ordered(given, *[terms.order(x, descending=down) for x in times])
    any_ = yes_no or any(m.text.startswith("any") for m in facts.items)
    made = terms.extended(given, columns, only=True)
    if every:
        told = "还不是这样的记录" if measuring.chinese(facts) else "records that are not so"
    return Plan(made, tuple(shown), told, tuple(spans), verdict="none" if none or every else "any" if any_ else "")


def _said_of_one(facts: Facts) -> bool:
    """ "Start and finish dates of Zorbo", "genre of Zorbo": what the records say of what is named."""
    title = titles.title(facts)
    about = [c for c in facts.conditions if title is not None and c.field == title.name and c.kind is Kind.VALUE]
    named = [m for _, m in facts.free(Kind.FIELD) if any(x.strength >= 2 for x in m.of(Kind.FIELD))]
    if len(about) != 1 or not named or not _BEGINS.fullmatch(facts.scan.text[: named[0].start]):
        return False
    return _OF.search(facts.scan.text[named[-1].end : about[0].start]) is not None


def _deny_last(facts: Facts) -> None:
    """ "Are all packed": held against those that are not; raises Doubt where it is not said of what all are so."""
    last = max(facts.conditions, key=lambda c: c.start)
    alone = [c.field for c in facts.conditions].count(last.field) == 1
    so = last.kind in (Kind.FIELD, Kind.CHOICE) and last.field and not last.negated and alone
    named = len(facts.conditions) > 1 or any(m.of(Kind.ENTITY) or m.of(Kind.FIELD) for m in facts.items)
    if not so or not (named or facts.people):
        raise Doubt("it asks whether all do; I can only tell which do")
    held = terms.call(q.FUNCTION_COALESCE, last.expression, terms.value(False))
    facts.conditions.remove(last)
    not_so = replace(last, expression=terms.call(q.FUNCTION_NOT, held), told=f"≠ {last.told}", negated=True)
    facts.conditions.append(not_so)


def _with_figures(facts: Facts) -> bool:
    """ "What did I have for dinner yesterday, and how many calories was it": the figure is one more column."""
    if not _WHAT_DONE.search(facts.scan.text) or not facts.conditions or not facts.fields_named(*NUMERIC):
        return False
    spans = facts.copy().spans()
    return len(spans) == 1 and spans[0].first == spans[0].last


def _ranked_by(facts: Facts) -> tuple[s.Field | None, bool]:
    """ "The sights by budget, highest first": the figure by which records are ordered, and whether upward; both taken."""
    rank = next((m for _, m in facts.free(Kind.CUE) if m.cue("rank")), None)
    named = facts.fields_named(*NUMERIC)
    narrowed = any(c.kind in (Kind.CHOICE, Kind.VALUE) for c in facts.conditions)
    if rank is None or len(named) != 1 or len(named[0][2]) != 1 or facts.groups or not narrowed or facts.has("each"):
        return None, False
    before = next((i for i, m in facts.free(Kind.CUE) if m.cue("by") and 0 <= named[0][1].start - m.end <= 1), None)
    if before is None or facts.has("who", "sup", "top", "sum", "mean", "count", "how_many", "how_much"):
        return None, False
    facts.cue("rank")
    facts.used |= {before, named[0][0]}
    return named[0][2][0], UPWARD.search(rank.text) is not None


def _names_records(facts: Facts) -> bool:
    """Whether a question without a verb names records, narrowed: "runs in March", not "I ran in March"."""
    narrowed = facts.conditions or facts.limits or any(m.kind is Kind.TIME for m in facts.items)
    told = re.match(r"(?:i|we|he|she|they|it|you)\b|[我他她你]", facts.scan.text)
    remarks = any(m.text.endswith("s") and (f := m.typed(s.FIELD_TYPE_TEXT)) and titles.is_note(f) for m in facts.items)
    return bool(narrowed) and not told and (remarks or any(m.of(Kind.ENTITY) for m in facts.items))


def _buckets(facts: Facts, given: q.Relation, at: q.Expression, spans: list[Span], name: str) -> Plan:
    """The months or weeks of records, each once."""
    held = terms.grouped(given, [q.Named(name=name, value=base.bucket(name, at))], [])
    told = f"有相符记录的{name}" if measuring.chinese(facts) else f"{name}s with a record that matches"
    return Plan(terms.ordered(held, terms.order(terms.column(name))), (Shown(name),), told, tuple(spans), key=name)


def _days(facts: Facts, given: q.Relation, at: q.Expression, spans: list[Span]) -> Plan:
    """The days of records, each once."""
    day = q.Named(name="day", value=facts.day(at))
    made = terms.ordered(terms.grouped(given, [day], []), terms.order(terms.column("day")))
    told = "有相符记录的日子" if measuring.chinese(facts) else "days with a record that matches"
    return Plan(made, (Shown("day"),), told, tuple(spans))


def _add_others(facts: Facts, columns: list[q.Named], shown: list[Shown]) -> None:
    """Adds whose a record is, and of its other figures and choices what there is room for."""
    add_people(facts, columns, shown)
    # What records are not is no word on what they are.
    known = [c.field for c in facts.conditions if c.kind is Kind.CHOICE and not c.negated]
    for f in (
        *facts.subject.fields(s.FIELD_TYPE_MONEY),
        *facts.subject.fields(s.FIELD_TYPE_CHOICE),
        *facts.subject.numeric,
    ):
        if len(columns) < 6 and f.name not in known:
            add_column(facts, columns, shown, f)
