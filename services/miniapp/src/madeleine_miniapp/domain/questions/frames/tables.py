"""Frames that end in a table: a figure for each group or weekday, and what is most frequent."""

from __future__ import annotations

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring, titles
from madeleine_miniapp.domain.questions.frames.figures import (
    bucket_asked,
    compared,
    direction_asked,
    figures_of,
    money_said,
    told_per,
)
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import NO_VALUE, Plan, Shown
from madeleine_miniapp.domain.questions.spans import WEEKDAYS

_WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def weekdays(facts: Facts) -> Plan | None:
    """A figure for each day of the week, Monday first."""
    if not facts.cue("weekday_table"):
        return None
    if facts.has("on_weekday"):
        raise Doubt("it names some weekdays and asks for all")
    facts.cue("by", "exist", "list", "unit")
    sup = facts.cue("sup")
    per = bucket_asked(facts)
    measured = compared(facts)
    spans = facts.spans()
    at = facts.moment()
    zh = measuring.chinese(facts)
    given = base.chosen(facts, spans, at)
    number = terms.call(q.FUNCTION_WEEKDAY, at)
    made = figures_of(facts, given, measured, at, per, [q.Named(name="number", value=number)])
    names = _WEEKDAYS_ZH if zh and measuring.labels_chinese(facts) else WEEKDAYS
    name: q.Expression = terms.value(names[6])
    for place in range(5, -1, -1):
        is_it = terms.call(q.FUNCTION_EQUAL, terms.column("number"), terms.value(float(place + 1)))
        name = terms.call(q.FUNCTION_IF, is_it, terms.value(names[place]), name)
    if sup:
        made = terms.ordered(
            made, terms.order(terms.column("value"), descending=sup.value.startswith("max")), limit=1, with_ties=True
        )
    else:
        made = terms.ordered(made, terms.order(terms.column("number")))
    made = terms.extended(made, terms.named(weekday=name, value=terms.column("value")), only=True)
    told = measured.told(zh) + ("，按星期几" if zh else " by weekday")
    return Plan(
        made,
        (Shown("weekday"), Shown("value", measured.unit)),
        told,
        tuple(spans),
        key="weekday",
        verdict="cell" if sup else "",
    )


def groups(facts: Facts) -> Plan | None:
    """A figure for each choice of a field, or for each person."""
    whose = facts.has("who") and facts.has("how_many", "count") and not (facts.has("sup") and measuring.chinese(facts))
    by_person = facts.subject.shared and len(facts.people) != 1 and (facts.has("each", "rank") or whose)
    split = facts.has("split") and not facts.groups and not by_person
    restricted: list[Condition] = []
    if split or (not facts.groups and not by_person and facts.has("each_one")):
        held = [c for c in facts.conditions if not c.negated and c.kind is Kind.CHOICE]
        several = next((c.field for c in held if [x.field for x in held].count(c.field) >= 2), "")
        group = next((f for f in facts.subject.entity.fields if f.name == several), None)
        if group is None and split:
            named = facts.fields_named(
                s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_TEXT
            )
            group = named[-1][2][0] if named else None
            if named:
                facts.used.add(named[-1][0])
        if group is None:
            return None
        restricted = [c for c in held if c.field == group.name]
    elif facts.groups:
        group = facts.groups[0]
        facts.grouped = True
    elif by_person:
        group = next((f for f in facts.subject.entity.fields if f.name == facts.person), None) or s.Field(
            name="entered_by", label="who", type=s.FIELD_TYPE_PERSON
        )
    else:
        return None
    who = facts.has("who")
    sup = facts.cue("sup")
    ranked = facts.cue("rank") is not None
    direction = direction_asked(facts) if facts.has("more", "less") else ""
    facts.cue(
        "each", "by", "split", "list", "which", "what", "exist", "each_one", "who", "logged_only", "often", "unit"
    )
    every = next((m.text for m in facts.items if m.cue("per") and m.cue("per") is not None), "")
    if every.startswith(("each", "every", "by", "每个", "各", "按")) and facts.has("per") and not facts.has("mean"):
        raise Doubt("it groups by time as well; I can group by one")
    per = bucket_asked(facts)
    if facts.per_record or facts.cue("per_record"):
        facts.used |= {i for i, m in enumerate(facts.items) if m.cue("mean")}
        measured = measuring.measured(facts, default="mean") or compared(facts)
    else:
        measured = compared(facts)
    facts.cue("unit")
    if sup:
        measuring.fits(facts, measured.quantity, sup.value.partition(" ")[2])
    spans = facts.spans()
    at = facts.moment()
    zh = measuring.chinese(facts)
    given = base.chosen(facts, spans, at)
    if len(facts.groups) > 1:
        raise Doubt("it groups by two fields; I can group by one")
    held = terms.column(group.name)
    if group.type == s.FIELD_TYPE_MULTI_CHOICE:
        given = terms.unnested(given, group.name)
        if restricted:
            given = terms.filtered(given, terms.one_of(held, [c.value for c in restricted]))
    optional = group.type in (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_TEXT) and not restricted
    name = terms.call(q.FUNCTION_COALESCE, held, terms.value(NO_VALUE)) if optional else held
    made = figures_of(facts, given, measured, at, per, [q.Named(name=group.name, value=name)])
    if measured.function != "count":
        made = terms.filtered(made, terms.present(terms.column("value")))
    verdict = ""
    if measured.function == "count" and group.type == s.FIELD_TYPE_PERSON and facts.subject.shared:
        made = _with_zeros(facts, made, group.name)
    if who or sup:
        verdict = "least" if (sup and sup.value.startswith("min")) or direction == "less" else "who"
    made = terms.ordered(made, terms.order(terms.column("value"), descending=not (sup and sup.value.startswith("min"))))
    told = told_per(facts, measured, per, zh)
    told = f"按{label(group)}：{told}" if zh else f"{told} by {label(group).lower()}"
    del ranked
    return Plan(
        made,
        (Shown(group.name, told=label(group)), Shown("value", measured.unit)),
        told,
        tuple(spans),
        key=group.name,
        verdict=verdict,
    )


def _with_zeros(facts: Facts, counted: q.Relation, key: str) -> q.Relation:
    """Everybody who has any record at all, with zero where none matches."""
    everyone = terms.grouped(
        terms.filtered(base.records(facts), terms.present(terms.column(key))),
        [q.Named(name=key, value=terms.column(key))],
        [],
    )
    right = terms.extended(counted, terms.named(other=terms.column(key), counted=terms.column("value")), only=True)
    both = terms.joined(everyone, right, q.JOIN_KIND_OUTER, (terms.column(key), terms.column("other")))
    zero = terms.call(q.FUNCTION_COALESCE, terms.column("counted"), terms.value(0.0))
    return terms.extended(
        both, [q.Named(name=key, value=terms.column(key)), q.Named(name="value", value=zero)], only=True
    )


def frequent(facts: Facts) -> Plan | None:
    """What is recorded most often."""
    top = next((m for _, ms in facts.free_cues("top") for m in ms), None)
    often = next((m for _, ms in facts.free_cues("often") for m in ms), None)
    from madeleine_miniapp.domain.questions.frames.rows import kind_of

    plain_top = top is not None and top.value == "top" and not facts.fields_named(*NUMERIC) and not money_said(facts)
    frequent_top = top is not None and (kind_of(top.value) == "often" or often is not None or plain_top)
    if often is None and not frequent_top and not (facts.has("sup") and facts.has("count", "times")):
        return None
    named = facts.fields_named(s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_PERSON)
    title = titles.title(facts)
    group: s.Field | None = None
    if facts.has("who") and facts.subject.shared:
        group = s.Field(name=facts.person, label="who", type=s.FIELD_TYPE_PERSON)
    elif named:
        filtered = {c.field for c in facts.conditions}
        named = [n for n in named if n[2][0].name not in filtered] or named
        best = next((n for n in named if not n[1].of(Kind.ENTITY)), named[0])
        group = title if title is not None and title in best[2] else best[2][0]
        facts.used.add(best[0])
        for index, _, fields in named:
            if group in fields:
                facts.used.add(index)
    elif title is not None:
        group = title
    if group is None:
        return None
    facts.cue(
        "top",
        "often",
        "sup",
        "who",
        "which",
        "what",
        "row",
        "times",
        "count",
        "number_wanted",
        "list",
        "how_many",
        "now",
        "verb",
    )
    descending = often is None or often.value != "min"
    limit = int(top.number) if top is not None and top.number else 1
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    if group.type == s.FIELD_TYPE_MULTI_CHOICE:
        given = terms.unnested(given, group.name)
    given = terms.filtered(given, terms.present(terms.column(group.name)))
    made = terms.grouped(
        given,
        [q.Named(name=group.name, value=terms.column(group.name))],
        [terms.measure("count", q.MEASURE_FUNCTION_COUNT)],
    )
    made = terms.ordered(
        made, terms.order(terms.column("count"), descending=descending), limit=limit, with_ties=limit == 1
    )
    zh = measuring.chinese(facts)
    told = f"{label(group)}出现的次数" if zh else f"{label(group).lower()} by number of records"
    return Plan(
        made,
        (Shown(group.name, told=label(group)), Shown("count")),
        told,
        tuple(spans),
        key=group.name,
        verdict="cell" if limit == 1 else "",
        counts=True,
    )
