# ruff: noqa: E501 - patterns of words, one line each.
"""Frames of what has several things at once, and of what was there so many times."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.times.numbers import han
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Condition, Facts, Limit, label
from madeleine_miniapp.domain.questions.frames import base, titles
from madeleine_miniapp.domain.questions.frames.days import in_language, names_days
from madeleine_miniapp.domain.questions.limits import holds
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_OR = re.compile(r"\b(?:or|nor|vs\.?|versus|than)\b|或|还是")
_AND = re.compile(r"\band\b|&|\bplus\b|[和与、跟]")
_ALL = re.compile(r"\b(?:both|all (?:of them|\w+)|each of)\b|都|全")
_NOT_ASKED = ("mean", "median", "sum", "share", "more", "less", "vs", "streak", "gap", "sup", "none", "per", "top")
_ONLY = re.compile(
    r"\b(?:ate|eat|eaten|had|have|did|do|cook|cooked|was|were|been|log|logged|tick|ticked) (?:only|nothing but|exclusively|just)\b"
    r"|\b(?:only|just) (?:ate|eat|had|have|did|cooked|logged|ticked)\b|\b(?:exclusively|purely|entirely|completely|fully|wholly) |[只全](?:吃|做|喝|有|跑|练|是|都)|都是"
)
_KINDS = (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)
_ONLY_ONCE = re.compile(r"\b(?:(?:only|just|exactly|precisely)(?: ever)?|not more than) $|只\w{0,3}$")
_ONLY_ZH = re.compile(r"[只就才](?:\w过|\w了|\w)?(?P<n>[一二两三四五六七八九十]|\d+)[次回遍]")


def every_one(facts: Facts) -> Plan | None:
    """ "Days with both a run and yoga": days with a record of each."""
    held = _all_asked(facts)
    counting = facts.has("how_many", "count")
    asks = counting or facts.has("which", "list", "which_bucket", "when") or names_days(facts)
    unit = next((m.value for _, ms in facts.free_cues("unit", "which_bucket") for m in ms), "")
    if not held or not asks or facts.has(*_NOT_ASKED) or facts.limits or unit not in base.BUCKETS:
        return None
    facts.cue("unit", "which_bucket", "how_many", "count", "which", "list", "when", "times", "row", "exist", "and")
    facts.used |= {i for i, m in facts.free(Kind.NUMBER) if m.of(Kind.NUMBER)[0].number == len(held)}
    spans, at = facts.spans(), facts.moment()
    given = base.chosen(facts, spans, at)
    counts = [
        terms.measure(f"of_{place}", q.MEASURE_FUNCTION_COUNT, None, c.expression) for place, c in enumerate(held)
    ]
    days = terms.grouped(given, [q.Named(name=unit, value=base.bucket(unit, at))], counts)
    there = [
        terms.call(q.FUNCTION_GREATER, terms.column(f"of_{place}"), terms.value(0.0)) for place in range(len(held))
    ]
    days = terms.filtered(days, *there)
    told = in_language(facts, f"{unit}s with a record of each", "每样都有记录的天数")
    if not counting and not names_days(facts):
        made = terms.ordered(terms.extended(days, terms.named(**{unit: terms.column(unit)}), only=True))
        return Plan(terms.ordered(made, terms.order(terms.column(unit))), (Shown(unit),), told, tuple(spans))
    made = terms.grouped(days, [], [terms.measure("count", q.MEASURE_FUNCTION_COUNT)])
    return Plan(made, (Shown("count", unit + "s"),), told, tuple(spans), figure="count", counts=True)


def _all_asked(facts: Facts) -> list[Condition]:
    """The things that a day must have all of; empty: one of them will do."""
    kinds = (Kind.CHOICE, Kind.VALUE)
    held = [c for c in facts.conditions if not c.negated and c.kind in kinds and c.field]
    held = list({c.value: c for c in held if [x.field for x in held].count(c.field) > 1}.values())
    if len(held) < 2 or len({c.field for c in held}) > 1:
        return []
    between = facts.scan.text[min(c.start for c in held) : max(c.start for c in held)]
    if _OR.search(between) or not _AND.search(between):
        return []
    one_each = any(f.name == held[0].field for f in facts.subject.fields(s.FIELD_TYPE_CHOICE))
    return held if one_each or base.at_once(facts) or _ALL.search(facts.scan.text) else []


def only_such(facts: Facts) -> Plan | None:
    """ "On how many days did I eat only homemade food": days all of whose records are such."""
    held = [c for c in facts.conditions if c.field and c.kind in (Kind.CHOICE, Kind.VALUE)]
    unit = next((m.value for _, ms in facts.free_cues("unit", "which_bucket") for m in ms), "")
    if not held or len({c.field for c in held}) > 1 or unit not in base.BUCKETS or not _ONLY.search(facts.scan.text):
        return None
    counting = facts.has("how_many", "count")
    whether = facts.has("exist") and not counting
    if (
        facts.has(*_NOT_ASKED)
        or facts.limits
        or not (counting or whether or facts.has("which", "list", "which_bucket"))
    ):
        return None
    facts.cue("unit", "which_bucket", "how_many", "count", "which", "list", "times", "row", "exist", "only")
    spans, at = facts.spans(), facts.moment()
    such = held[0].expression if len(held) == 1 else terms.call(q.FUNCTION_OR, *(c.expression for c in held))
    numbers = [
        terms.measure("all_of_it", q.MEASURE_FUNCTION_COUNT),
        terms.measure("such", q.MEASURE_FUNCTION_COUNT, None, such),
    ]
    given = base.chosen(facts, spans, at, leave=tuple(held))
    days = terms.grouped(given, [q.Named(name=unit, value=base.bucket(unit, at))], numbers)
    days = terms.filtered(days, terms.call(q.FUNCTION_EQUAL, terms.column("all_of_it"), terms.column("such")))
    told = in_language(facts, f"{unit}s all of whose records are such", "所有记录都是这样的天数")
    if counting:
        made = terms.grouped(days, [], [terms.measure("count", q.MEASURE_FUNCTION_COUNT)])
        return Plan(made, (Shown("count", unit + "s"),), told, tuple(spans), figure="count", counts=True)
    made = terms.extended(days, terms.named(**{unit: terms.column(unit)}), only=True)
    made = terms.ordered(made, terms.order(terms.column(unit)))
    return Plan(made, (Shown(unit),), told, tuple(spans), verdict="any" if whether else "")


def so_often(facts: Facts) -> Plan | None:
    """ "Which dishes did I have only once", "dishes I ate more than five times": by how many records they have."""
    limit = _times(facts)
    group = _sought(facts) if limit is not None else None
    if limit is None or group is None or facts.has(*_NOT_ASKED, "unit", "which_bucket", "when"):
        return None
    counting = facts.has("how_many", "count") and not facts.has("which", "list")
    facts.cue("which", "what", "list", "how_many", "count", "distinct", "times", "row", "only", "exist", "often")
    spans, at = facts.spans(), facts.moment()
    given = base.chosen(facts, spans, at)
    if group.type == s.FIELD_TYPE_MULTI_CHOICE:
        given = terms.unnested(given, group.name)
    held, count = terms.column(group.name), terms.column("count")
    given = terms.filtered(given, terms.present(held))
    number = terms.measure("count", q.MEASURE_FUNCTION_COUNT)
    made = terms.filtered(terms.grouped(given, [q.Named(name=group.name, value=held)], [number]), holds(limit, count))
    name = label(group).lower()
    told = in_language(facts, f"{name} by number of records, {limit.told}", f"{label(group)}的记录数，{limit.told}")
    if counting:
        made = terms.grouped(made, [], [number])
        return Plan(made, (Shown("count"),), told, tuple(spans), figure="count", counts=True)
    made = terms.ordered(made, terms.order(count, descending=True), terms.order(held))
    return Plan(made, (Shown(group.name, told=label(group)), Shown("count")), told, tuple(spans), key=group.name)


def _times(facts: Facts) -> Limit | None:
    """The number of records that is asked for, taken: "more than 5 times", "only once"."""
    limit = next((x for x in facts.limits if x.counted and not x.fields), None)
    if limit is not None and len(facts.limits) == 1:
        facts.limits = []
        return limit
    if facts.limits:
        return None
    if (only := _ONLY_ZH.search(facts.scan.text)) is not None:
        facts.used |= {i for i, m in enumerate(facts.items) if only.start() <= m.start and m.end <= only.end()}
        return Limit("=", float(han(only["n"]) or 0), (), "", True, only.start(), only.group())
    for index, mention in facts.free(Kind.NUMBER):
        before, after = facts.scan.text[: mention.start], facts.scan.text[mention.start :]
        if _ONLY_ONCE.search(before) and re.match(r"once|twice|(?:\w+) times?\b|\w[次回遍]", after):
            facts.used.add(index)
            number = mention.of(Kind.NUMBER)[0].number
            return Limit("=", number, (), "", True, mention.start, mention.text)
    return None


def _sought(facts: Facts) -> s.Field | None:
    """The field whose values are told apart, taken: the one that is named, else that which names the records."""
    named = [n for n in facts.fields_named(*_KINDS) if not titles.is_note(n[2][0])]
    title = titles.title(facts)
    best = next((n for n in named if title is not None and title in n[2]), next(iter(named), None))
    if best is None:
        return None
    group = title if title is not None and title in best[2] else best[2][0]
    facts.used |= {index for index, _, fields in named if group in fields}
    return group
