# ruff: noqa: E501 - patterns of words, one line each.
"""The frame of the latest or the first record, with what is asked of it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions.adjectives import KINDS
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, hours, measuring
from madeleine_miniapp.domain.questions.frames.amounts import only_amount
from madeleine_miniapp.domain.questions.frames.columns import add_column, add_what_tells, asked_columns
from madeleine_miniapp.domain.questions.frames.context import context
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.journeys import is_ahead
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_ASKS_MORE = re.compile(
    r"\b(?:what|which|who|where|how (?:much|many|long|far)|and|with|plus|name|title)\b|[和与跟]|什么|谁|哪[个种本家]|多少"
)

_THING_NOTED = re.compile(
    r"\b(?:last|latest|first|most recent) (?:thing|note|remark|comment)s?\b(?: that)? (?:i|we|he|she|they|[^\W\d]+) (?:\w+ )?(?:noted|wrote|remarked|jotted)\b"
)
_TAKEN = (
    "which",
    "what",
    "row",
    "times",
    "list",
    "who",
    "where",
    "how_long",
    "which_bucket",
    "unit",
    "how_much",
    "how_many",
    "number_wanted",
)


def kind_of(word: str) -> str:
    """What a "top n" is sorted by: often, last, first, or a superlative."""
    if word in ("most frequent", "most common", "commonest", "most often", "favourite", "favorite", "favourites"):
        return "often"
    if word in ("latest", "most recent", "last", "newest"):
        return "last"
    if word in ("first", "oldest"):
        return "first"
    return KINDS.get(word) or next((value for form, value in KINDS.items() if word.startswith(form + " ")), "max")


def _begins(facts: Facts) -> bool:
    """Whether it is asked when something started, of records with one time."""
    begun = re.search(r"\b(?:start|begin|began)\b|开始", facts.scan.text)
    return facts.has("when") and begun is not None and len(facts.subject.temporal) == 1


def _dated(facts: Facts, given: q.Relation, at: q.Expression, *, been: bool) -> q.Relation:
    """The records that have a time; `been`: the last one is the last that has been."""
    if base.temporal_of(facts, at):
        given = terms.filtered(given, terms.present(at))
    return base.been(facts, given, at) if been else given


def _reads(facts: Facts, of: s.Field) -> bool:
    """Whether the record that is meant is one of that figure: "the last gas reading"."""
    return any(
        any(x.name == of.name for x in one.of(Kind.FIELD)) and other.of(Kind.ENTITY) and other.start == one.end + 1
        for one, other in pairwise(facts.items)
    )


def _noted(facts: Facts) -> Condition | None:
    """That there is a remark, where the last thing that was noted is asked for; raises Doubt where there is but one."""
    notes = [f for f in facts.subject.fields(s.FIELD_TYPE_TEXT) if is_note(f)]
    if not notes or not _THING_NOTED.search(facts.scan.text):
        return None
    title = facts.subject.title
    named = title is not None and any(c.field == title.name for c in facts.conditions)
    if named and title and len(facts.subject.texts.get(title.name, ())) == facts.subject.texts_of(title.name):
        raise Doubt("there is one record of it, and no last thing that was noted")
    held = terms.present(terms.column(notes[0].name))
    return Condition(held, f"{label(notes[0])} ✓", notes[0].name, "", 0, kind=Kind.FIELD)


def _whether(facts: Facts) -> Condition | None:
    """ "Did I pass my last test": what is ticked or not is asked of the record, and does not choose it; takes that."""
    ticked = [c for c in facts.conditions if c.kind is Kind.FIELD and c.value in ("true", "false")]
    if len(ticked) != 1 or not facts.has("exist") or facts.has("which", "what", "when", "how_many", "who"):
        return None
    facts.cue("exist")
    there = replace(
        ticked[0], expression=terms.present(terms.column(ticked[0].field)), told="", value="", negated=False
    )
    facts.conditions = [there if c is ticked[0] else c for c in facts.conditions]
    return ticked[0]


def latest(facts: Facts) -> Plan | None:
    """The latest or first record, with what is asked of it."""
    top = next((m for _, ms in facts.free_cues("top") for m in ms), None)
    kind = kind_of(top.value) if top else ""
    newest = facts.has("last") or kind == "last"
    oldest = facts.has("first", "oldest") or kind == "first" or (not newest and _begins(facts))
    if (remark := _noted(facts)) is not None:
        # "The last thing I noted about it": there must be a remark.
        facts.conditions.append(remark)
    if newest == oldest or facts.has("mean", "median", "share", "sup"):
        return None
    limit = int(top.number) if top else 1
    facts.cue("last", "first", "oldest", "top")
    whether = _whether(facts)
    when = facts.cue("when") is not None
    long = facts.has("how_long")
    much = facts.has("how_much") or (facts.has("number_wanted") and "how much" in facts.scan.text)
    facts.cue(*_TAKEN)
    spans = facts.spans()
    at = facts.moment()
    if when and facts.dated is None:
        base.which_time(facts, at)
    asked = asked_columns(facts)
    measured = [f for f in asked if f.type in NUMERIC]
    if len(measured) == 1:
        # "Last gas reading, the number": what was read.
        facts.used |= {i for i, _ in facts.free_cues("count") if facts.items[i].text == "the number"}
    dated = [f for f in asked if f.type in TEMPORAL and f.name == at.column]
    if not asked and re.search(r"\bdate\b|日期", facts.scan.text) and not _ASKS_MORE.search(facts.scan.text):
        when = True
    if dated and len(asked) == len(dated) and not _ASKS_MORE.search(facts.scan.text):
        # "Burger, latest date?"
        when, asked = True, []
    if much and not any(f.type in NUMERIC for f in asked) and (money := only_amount(facts)) is not None:
        asked.append(money.field)
    if long:
        asked += [f for f in facts.subject.fields(s.FIELD_TYPE_DURATION) if f not in asked]
    given = _dated(facts, base.chosen(facts, spans, at), at, been=newest and not spans and not is_ahead(facts))
    given = terms.filtered(given, *(terms.present(terms.column(f.name)) for f in measured if _reads(facts, f)))
    order = [terms.order(at, descending=newest)]
    if (clock := hours.clock_field(facts)) is not None:
        order.append(terms.order(terms.column(clock.name), descending=newest))
    given = terms.ordered(given, *order, limit=limit, with_ties=False)
    columns, shown = context(facts, at, when_first=when)
    for f in asked:
        add_column(facts, columns, shown, f)
    add_what_tells(facts, columns, shown)
    if whether is not None:
        columns += terms.named(passes=whether.expression)
        shown.append(Shown("passes"))
    made = terms.extended(given, columns, only=True)
    zh = measuring.chinese(facts)
    told = ("最近的记录" if newest else "最早的记录") if zh else ("latest record" if newest else "first record")
    figure = asked[0].name if len(asked) == 1 and asked[0].type in NUMERIC and not when else ""
    verdict = "passes" if whether is not None else "cell" if when and not asked else ""
    return Plan(made, tuple(shown), told, tuple(spans), figure=figure, verdict=verdict)
