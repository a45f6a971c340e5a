"""The frame of how long something took, or has been going on."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.frames import base, titles
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.stretches import ends_named, start_and_end

_TIME = re.compile(r"time|days?|how long|long|duration|hours?|时间|时长|多久")


def taken(facts: Facts) -> Plan | None:
    """How long something has been going on, took, or which was the quickest."""
    ends = ends_named(facts)
    if ends is None and facts.waits is None and not facts.has("took", "been_at", "ago"):
        return None
    temporal = facts.subject.temporal
    start, end = start_and_end(facts)
    today = terms.value(facts.asker.now.date())
    named = titles.title(facts)
    if facts.waits is not None:
        start, end = facts.waits
    if ends is not None:
        (_, start), (_, end) = ends
        facts.used |= {i for i, m, _ in facts.fields_named() if _TIME.fullmatch(m.text)}
    between = ends is not None or facts.waits is not None
    if between or facts.has("took"):
        if start is None or end is None:
            return None
        sup = facts.cue("sup")
        named_ends = f"{label(start)} → {label(end)}"
        told = (
            named_ends
            if ends is not None or facts.waits is not None
            else in_language(facts, "from start to finish", "从开始到结束")
        )
        facts.cue("from_to", "took", "unit", "how_many", "how_long", "first", "last", "now", "sum", "count")
        _use_temporal(facts)
        lasts = terms.call(q.FUNCTION_DAYS_BETWEEN, terms.column(end.name), terms.column(start.name))
        spans = facts.spans()
        given = terms.filtered(base.chosen(facts, spans, terms.column(end.name)), terms.present(lasts))
        direction = sup.value if sup else facts.took_direction()
        median, mean = facts.cue("median"), facts.cue("mean")
        if median or mean or (not direction and (facts.waits is not None or not facts.conditions)):
            function = q.MEASURE_FUNCTION_MEDIAN if median else q.MEASURE_FUNCTION_MEAN
            keys = _apart(facts)
            named_keys = [q.Named(name=k, value=terms.column(k)) for k in keys]
            made = terms.grouped(given, named_keys, [terms.measure("days", function, lasts)])
            return Plan(
                made,
                (*[Shown(k) for k in keys], Shown("days", "days")),
                in_language(
                    facts,
                    f"{'median' if median else 'mean'} days {told}",
                    f"{told}的{'天数的中位数' if median else '平均天数'}",
                ),
                tuple(spans),
                figure="days",
                key=keys[0] if keys else "",
            )
        columns = [q.Named(name="days", value=lasts)]
        shown = [Shown("days", "days")]
        if named:
            columns.insert(0, q.Named(name=named.name, value=terms.column(named.name)))
            shown.insert(0, Shown(named.name))
        if facts.subject.shared:
            columns.append(q.Named(name=facts.person, value=terms.column(facts.person)))
            shown.append(Shown(facts.person))
        facts.cue("who", "which", "what")
        made = terms.extended(given, columns, only=True)
        if direction:
            down = direction.startswith("max")
            made = terms.ordered(made, terms.order(terms.column("days"), descending=down), limit=1, with_ties=True)
        return Plan(
            made,
            tuple(shown),
            in_language(facts, f"days {told}", f"{told}的天数"),
            tuple(spans),
            figure="days",
        )
    # "Since we last paid for repairs": the verb says what was done, no figure.
    facts.used |= {i for i, m, _ in facts.fields_named(s.FIELD_TYPE_MONEY) if m.of(Kind.FIELD)[0].strength < 3}
    facts.cue("money", "verb")
    facts.cue("been_at", "ago", "unit", "how_many", "now", "how_long", "none", "last", "count")
    spans = facts.spans()
    if len(temporal) > 1 and start is not None:
        # "How long ago did I finish it" counts from another day.
        since = start if (named_day := facts.time_field()) in (None, temporal[0]) else named_day
        _use_temporal(facts)
        at = terms.column(since.name)
        given = base.been(facts, base.chosen(facts, spans, at), at)
        if end is not None and not facts.conditions:
            given = terms.filtered(given, terms.call(q.FUNCTION_IS_MISSING, terms.column(end.name)))
        between = terms.call(q.FUNCTION_DAYS_BETWEEN, today, facts.day(at))
        columns = [q.Named(name="days", value=between)]
        made = terms.ordered(terms.extended(given, columns), terms.order(terms.column("days")), limit=1)
        made = terms.extended(
            terms.filtered(made, terms.present(terms.column("days"))), terms.named(days=terms.column("days")), only=True
        )
        return Plan(
            made,
            (Shown("days", "days"),),
            in_language(facts, f"days since it was {label(since).lower()}", f"{label(since)}至今的天数"),
            tuple(spans),
            figure="days",
        )
    at = facts.moment()
    given = base.been(facts, base.chosen(facts, spans, at), at)
    newest = terms.grouped(given, [], [terms.measure("day", q.MEASURE_FUNCTION_MAX, facts.day(at))])
    between = terms.call(q.FUNCTION_DAYS_BETWEEN, today, terms.column("day"))
    made = terms.extended(newest, terms.named(days=between), only=True)
    return Plan(
        made,
        (Shown("days", "days"),),
        in_language(facts, "days since the latest such record", "距最近一次的天数"),
        tuple(spans),
        figure="days",
    )


def _apart(facts: Facts) -> list[str]:
    """By what means are told apart: named groups, each person, or the choices of one field that are listed."""
    groups = [f.name for f in facts.groups]
    facts.grouped = True
    facts.cue("by")
    if facts.subject.shared and (facts.cue("each", "rank") or len(facts.people) > 1):
        groups.append(facts.person)
    chosen = [c.field for c in facts.conditions if c.kind is Kind.CHOICE and not c.negated]
    listed = next((name for name in chosen if chosen.count(name) > 1), "")
    facts.cue("vs", "and", "each_one")
    return groups or ([listed] if listed else [])


def _use_temporal(facts: Facts) -> None:
    for index, _, _ in facts.fields_named(s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME):
        facts.used.add(index)
