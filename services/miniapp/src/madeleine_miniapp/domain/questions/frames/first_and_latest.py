# ruff: noqa: E501 - patterns of questions, one line each.
"""The frame of the first record held against the latest: "my first mood vs my latest", "since the beginning"."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base, dimensions
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.frames.differences import difference_asked
from madeleine_miniapp.domain.questions.frames.figures import direction_asked, labelled_rows
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_SINCE = re.compile(
    r"\bsince (?:the (?:very )?(?:beginning|start|first (?:entry|day|record|time))|(?:i|we) (?:first )?(?:started|began)(?: (?:[a-z]+ing|with))?(?: (?:this|it|them|(?:the|our|my) \w+))?)\b"
    r"|\bfrom (?:the )?(?:very )?(?:start|beginning) (?:to|till|until) (?:now|today)\b|从(?:一?开始|最初|最早)(?:到(?:现在|今天|目前))"
)
# "Between the first and the last reading", "water used since we started": what a meter went on by.
_BETWEEN = re.compile(
    r"\bbetween (?:the |my |our )?(?:very )?(?:first|last|latest)\b|\bfrom (?:the |my |our )?first\b.*\bto (?:the |my |our )?(?:last|latest)\b"
)
_USED = re.compile(
    r"\b(?:us(?:ed?|age)|consum(?:ed?|ption)|gone through|went through|burn(?:ed|t)|driven|drove)\b|用了|用掉|耗"
)
_HOW_MUCH = re.compile(r"\bhow (?:much|far|many)\b|\bby how\b|\bdifference\b|多少|几")
_OTHERS = ("mean", "median", "sum", "share", "sup", "often", "streak", "gap", "per", "which_bucket", "rank", "none", "when", "count")  # fmt: skip


def first_and_latest(facts: Facts) -> Plan | None:
    """What the first record and the latest one say of a figure, or the difference."""
    since = _SINCE.search(facts.scan.text)
    changed = facts.has("changes", "up", "down", "difference")
    both = facts.has("first") and facts.has("last")
    used = _USED.search(facts.scan.text)
    if not (both or (since and (changed or used))) or facts.has(*_OTHERS):
        return None
    of = facts.quantities()
    if len(of) != 1 or facts.free_cues("top") or (not both and _adds_up(facts, of[0].field)):
        return None
    if not both and not changed and not facts.metered(of[0].field):
        # What is used is told by a meter alone.
        return None
    order = [m.start for m in facts.items if m.cue("first") or m.cue("last")]
    latest_first = both and next(m for m in facts.items if m.start == order[0]).cue("last") is not None
    up = facts.has("up", "down")
    whether = facts.has("exist")
    went_on = facts.metered(of[0].field) and (_BETWEEN.search(facts.scan.text) or used)
    differs = (
        difference_asked(facts)
        or bool(went_on)
        or (facts.has("changes") and _HOW_MUCH.search(facts.scan.text) is not None)
    )
    direction = direction_asked(facts)
    facts.cue(
        "first", "last", "vs", "than", "exist", "or", "row", "times", "now", "list", "what", "which", "changes", "each_one",
        "each", "difference", "how_much", "how_many", "number_wanted", "far", "as_many", "and", "order",
    )  # fmt: skip
    if since is not None:
        # "Since I started": no more than that it is the first.
        unknown = [u for u in facts.scan.unplaced if not since.start() <= u[0] < since.end()]
        facts.scan = replace(facts.scan, unplaced=tuple(unknown))
        facts.used |= {i for i, m in enumerate(facts.items) if since.start() <= m.start < since.end()}
    spans, at = facts.spans(), facts.moment()
    given = terms.filtered(base.chosen(facts, spans, at), terms.present(at), terms.present(of[0].expression))
    parts = [
        (name, _one(given, at, of[0].expression, newest=newest))
        for name, newest in ((in_language(facts, "first", "最早"), False), (in_language(facts, "latest", "最近"), True))
    ]
    label = of[0].field.label or of[0].field.name
    if differs:
        held = [terms.grouped(part, [], [terms.measure(n, q.MEASURE_FUNCTION_MAX, terms.column("value"))]) for n, (_, part) in zip(("first", "latest"), parts, strict=True)]  # fmt: skip
        made = terms.joined(held[0], held[1], q.JOIN_KIND_INNER)
        less = terms.call(q.FUNCTION_SUBTRACT, terms.column("latest"), terms.column("first"))
        made = terms.extended(
            made,
            terms.named(first=terms.column("first"), latest=terms.column("latest"), difference=less),
            only=True,
        )
        told = in_language(facts, f"{label} of the latest record minus the first", f"最近一条的{label}减去最早一条")
        shown = (Shown("difference", of[0].unit), Shown("first", of[0].unit), Shown("latest", of[0].unit))
        return Plan(made, shown, told, tuple(spans), figure="difference")
    verdict = direction if whether else ""
    if verdict and (up or latest_first):
        # It is the latest of which it is asked.
        verdict = {"more": "less", "less": "more"}[verdict]
    told = in_language(facts, f"{label} of the first and of the latest record", f"最早和最近一条的{label}")
    shown = (Shown("record"), Shown("value", of[0].unit))
    return Plan(labelled_rows(parts, "record"), shown, told, tuple(spans), key="record", verdict=verdict)


def _adds_up(facts: Facts, field: s.Field) -> bool:
    """Whether one record tells only a part of it: nobody means the first meal by what was eaten at the beginning."""
    return facts.additive(field) and not dimensions.is_size(field, "rest")


def _one(given: q.Relation, at: q.Expression, value: q.Expression, *, newest: bool) -> q.Relation:
    made = terms.ordered(given, terms.order(at, descending=newest), limit=1, with_ties=False)
    return terms.extended(made, terms.named(value=value), only=True)
