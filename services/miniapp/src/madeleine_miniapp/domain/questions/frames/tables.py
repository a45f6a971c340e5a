"""Frames that end in a table: a figure for each group, period, weekday or person, and comparisons of them."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.base import Measured
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.times import MONTHS, WEEKDAYS, Span
from madeleine_miniapp.domain.questions.units import quantity
from madeleine_miniapp.domain.validation import NUMERIC

_SIZES = (
    (("久",), "time"),
    (("longer", "shorter", "长", "短"), "length"),
    (("further", "farther", "远"), "distance"),
    (("heavier", "lighter", "重", "轻"), "weight"),
    (("cheaper", "贵", "便宜"), "money"),
    (("better", "worse", "好", "差"), "good"),
)
_WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def _text(text: str) -> q.Expression:
    return terms.value(text)


def _measure(facts: Facts) -> Measured:
    """What is compared: a named quantity, else the number of records."""
    counting = facts.has("often")
    adjective = next((m.text for m in facts.items if m.cue("more") or m.cue("less")), "")
    size = next((name for words, name in _SIZES if any(w in adjective for w in words)), "")
    if size and not facts.fields_named(*NUMERIC):
        # "longer", "cheaper": the adjective says what is compared.
        of = base.dimension(facts, size)
        if of is None:
            raise Doubt(f"nothing is recorded that says what is '{adjective}'")
        mean = facts.cue("mean") is not None or not facts.lexicon.additive(of.field)
        facts.cue("how_many", "how_much", "row", "times", "sum")
        return Measured("mean" if mean else "sum", of)
    facts.cue("often")
    summed = facts.has("sum", "how_many", "how_much")
    measured = base.measured(facts, default="")
    if measured is not None and not counting:
        if (
            measured.function == "sum"
            and re.search("better|worse|longer|shorter|更?[好差长短久]", adjective)
            and not summed
        ):
            return Measured("mean", measured.quantity)
        return measured
    used = re.search(r"\b(?:use|used|using)\b|用得|使用", facts.scan.text)
    if not counting and not used and _money_meant(facts):
        money = base.only_amount(facts)
        if money is not None:
            return Measured("sum", money)
    return Measured("count")


def _money_said(facts: Facts) -> bool:
    return bool(re.search(r"\b(?:spen|cost|paid|pay|money|expens|bill|purchase)|花|钱|支出|开销|费", facts.scan.text))


def _money_meant(facts: Facts) -> bool:
    return bool(
        re.search(
            r"\b(?:spend|spent|spending|cost|costs|paid|pay|money|expensive)\b|花|钱|支出|开销|费", facts.scan.text
        )
    ) or (
        not any(m.of(Kind.ENTITY) for m in facts.items)
        and base.only_amount(facts) is not None
        and not facts.has("count", "how_many", "times", "row")
    )


def _direction(facts: Facts) -> str:
    less = facts.cue("less", "down") is not None
    more = facts.cue("more", "up") is not None
    if more:
        return "more"
    return "less" if less else ""


def _per_day(facts: Facts) -> str:
    per = facts.cue("per")
    return per.value if per and per.value != "night" else ""


def _figures(
    facts: Facts, given: q.Relation, measured: Measured, at: q.Expression, per: str, keys: list[q.Named]
) -> q.Relation:
    """The measure of each key; with `per`, the mean of its sums per day, week or month."""
    if not per:
        return terms.grouped(given, keys, [measured.of("value")])
    inner = (
        measured
        if measured.function != "mean"
        else Measured(
            "sum" if measured.quantity and facts.lexicon.additive(measured.quantity.field) else "mean",
            measured.quantity,
        )
    )
    sums = terms.grouped(given, [*keys, q.Named(name="bucket", value=base.bucket(per, at))], [inner.of("value")])
    sums = terms.filtered(sums, terms.present(terms.column("value")))
    again = [q.Named(name=k.name, value=terms.column(k.name)) for k in keys]
    return terms.grouped(sums, again, [terms.measure("value", q.MEASURE_FUNCTION_MEAN, terms.column("value"))])


def _labelled(parts: list[tuple[str, q.Relation]], key: str) -> q.Relation:
    made: list[q.Relation] = []
    for place, (name, relation) in enumerate(parts):
        columns = [
            q.Named(name=key, value=_text(name)),
            q.Named(name="value", value=terms.column("value")),
            q.Named(name="place", value=terms.value(float(place))),
        ]
        made.append(terms.extended(relation, columns, only=True))
    united = terms.ordered(terms.united(*made), terms.order(terms.column("place")))
    return terms.extended(united, terms.named(**{key: terms.column(key), "value": terms.column("value")}), only=True)


def span_name(span: Span, zh: bool) -> str:
    """ "March", "past 7 days": as the question named it, tidied."""
    days = (span.last - span.first).days
    if (span.first.day == 1 and 0 < days < 31 and (span.last + timedelta(days=1)).day == 1) or span.name.startswith(
        ("this month", "这个月", "本月")
    ):
        return f"{span.first.month}月" if zh else MONTHS[span.first.month - 1]
    if zh and span.first.day == 1 and days < 31 and "月" in span.name:
        return f"{span.first.month}月"
    name = re.sub(r"\b(?:so far|in|than|and|the)\b", "", span.name).strip(" ,的里份")
    month = next((m for m in MONTHS if name.startswith(m[:3].lower()) and span.first.day == 1), None)
    if month and not zh and len(name.split()) == 1:
        return MONTHS[span.first.month - 1]
    return re.sub(r"\s+", " ", name) or span.name


def periods(facts: Facts) -> Plan | None:
    """A figure in each of several times, and which is larger."""
    times = [m.of(Kind.TIME)[0].span for _, m in facts.free(Kind.TIME)]
    distinct = list(dict.fromkeys(t for t in times if t is not None))
    if len(distinct) < 2:
        return None
    facts.cue(
        "vs",
        "than",
        "exist",
        "or",
        "now",
        "each_one",
        "how_many",
        "how_much",
        "list",
        "which",
        "what",
        "unit",
        "logged_only",
        "which_bucket",
    )
    spans = facts.spans()
    up = facts.has("up", "down")
    direction = _direction(facts)
    facts.cue("sup") if facts.has("which_bucket") else None
    per = _per_day(facts)
    measured = _measure(facts)
    at = facts.moment()
    zh = base.chinese(facts)
    parts: list[tuple[str, q.Relation]] = []
    for span in spans:
        given = base.chosen(facts, [span], at)
        parts.append((span_name(span, zh), _figures(facts, given, measured, at, per, [])))
    verdict = direction if len(spans) == 2 else ""
    # "did it go up?" compares the later with the earlier.
    if verdict and up and spans[0].first < spans[1].first:
        verdict = {"more": "less", "less": "more"}[verdict]
    made = _labelled(parts, "period")
    return Plan(
        made,
        (Shown("period"), Shown("value", measured.unit)),
        measured.told(zh) + (f" / {per}" if per else ""),
        tuple(spans),
        key="period",
        verdict=verdict,
        counts=measured.function == "count",
    )


def weekdays(facts: Facts) -> Plan | None:
    """A figure for each day of the week, Monday first."""
    if not facts.cue("weekday_table"):
        return None
    facts.cue("by", "exist", "list", "unit")
    sup = facts.cue("sup")
    per = _per_day(facts)
    measured = _measure(facts)
    spans = facts.spans()
    at = facts.moment()
    zh = base.chinese(facts)
    given = base.chosen(facts, spans, at)
    number = terms.call(q.FUNCTION_WEEKDAY, at)
    made = _figures(facts, given, measured, at, per, [q.Named(name="number", value=number)])
    names = _WEEKDAYS_ZH if zh else WEEKDAYS
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


def weekends(facts: Facts) -> Plan | None:
    """Weekends against weekdays."""
    comparing = facts.has("more", "less", "vs", "than", "or")
    if not facts.has("weekend") or not (facts.has("workdays") or comparing):
        return None
    facts.cue("weekend", "workdays", "vs", "than", "exist", "or", "logged_only", "each_one", "list", "unit")
    direction = _direction(facts)
    named = bool(facts.fields_named(*NUMERIC))
    per = _per_day(facts) or ("day" if facts.has("mean") and not named else "")
    mean = facts.has("mean")
    counted = any(
        a.of(Kind.ENTITY) and b.cue("per") and b.start - a.end <= 1 for a, b in pairwise(facts.items)
    ) or facts.has("count", "row", "times", "often")
    if counted and not named:
        facts.cue("mean", "count", "row", "times", "often", "how_many")
        measured = Measured("count")
    else:
        measured = _measure(facts) if not mean or named else _eaten(facts)
    if not per and not mean:
        raise Doubt("weekends have fewer days: ask for the average per day")
    spans = facts.spans()
    at = facts.moment()
    zh = base.chinese(facts)
    given = base.chosen(facts, spans, at)
    weekday = terms.call(q.FUNCTION_WEEKDAY, at)
    names = ("周末", "工作日") if zh else ("weekend", "weekday")
    parts = [
        (
            names[0],
            _figures(
                facts,
                terms.filtered(given, terms.call(q.FUNCTION_GREATER, weekday, terms.value(5.0))),
                measured,
                at,
                per,
                [],
            ),
        ),
        (
            names[1],
            _figures(
                facts,
                terms.filtered(given, terms.call(q.FUNCTION_LESS, weekday, terms.value(6.0))),
                measured,
                at,
                per,
                [],
            ),
        ),
    ]
    made = _labelled(parts, "days")
    told = measured.told(zh) + (f" / {per}" if per else "")
    return Plan(made, (Shown("days"), Shown("value", measured.unit)), told, tuple(spans), key="days", verdict=direction)


def _eaten(facts: Facts) -> Measured:
    """ "Do I eat more at weekends?": the first quantity that adds up is what there is more of."""
    facts.cue("mean", "count", "how_many", "how_much", "row", "times", "sum")
    money = base.only_amount(facts) if _money_meant(facts) and re.search(r"spen|cost|花|钱", facts.scan.text) else None
    if money:
        return Measured("sum", money)
    for f in facts.subject.numeric:
        if facts.lexicon.additive(f):
            return Measured("sum", quantity(f))
    if len(facts.subject.numeric) == 1:
        return Measured("mean", quantity(facts.subject.numeric[0]))
    raise Doubt("it does not say what is compared")


def sides(facts: Facts) -> Plan | None:
    """Several choices, or several people, against each other."""
    held = [c for c in facts.conditions if not c.negated and c.field and c.kind in (Kind.CHOICE, Kind.VALUE)]
    fields = [c.field for c in held]
    several = next((f for f in fields if fields.count(f) >= 2), "")
    comparing = (
        facts.has("vs", "than", "more", "less", "who")
        or (facts.has("or") and facts.has("sup", "exist", "which"))
        or facts.has("each_one", "split", "each")
    )
    if len(facts.people) >= 2 and (
        facts.has("more", "less", "vs", "than", "who", "sup", "each", "each_one", "rank", "or")
    ):
        return _people(facts)
    if not several or not comparing:
        return None
    parts_of = [c for c in held if c.field == several]
    direction = _direction(facts)
    sup = facts.cue("sup")
    who = facts.has("which", "what", "or", "who")
    facts.cue("vs", "than", "or", "exist", "which", "what", "each_one", "split", "by", "list", "who", "each")
    per = _per_day(facts)
    measured = _measure(facts)
    spans = facts.spans()
    at = facts.moment()
    zh = base.chinese(facts)
    given = base.chosen(facts, spans, at, leave=tuple(parts_of))
    parts = [(c.value, _figures(facts, terms.filtered(given, c.expression), measured, at, per, [])) for c in parts_of]
    verdict = direction
    if (
        direction and who and not facts.scan.text.startswith(("do ", "did ", "is ", "are ", "was ", "have ", "has "))
    ) or (sup and len(parts_of) > 1):
        verdict = "least" if direction == "less" or (sup and sup.value.startswith("min")) else "who"
    if len(parts_of) > 2 and verdict in ("more", "less"):
        verdict = "who"
    made = _labelled(parts, several)
    return Plan(
        made,
        (Shown(several), Shown("value", measured.unit)),
        measured.told(zh) + (f" / {per}" if per else ""),
        tuple(spans),
        key=several,
        verdict=verdict,
        counts=measured.function == "count",
    )


def _people(facts: Facts) -> Plan:
    direction = _direction(facts)
    sup = facts.cue("sup")
    who = facts.cue("who") is not None or sup is not None or facts.has("or")
    facts.cue("vs", "than", "or", "exist", "which", "what", "each_one", "each", "list", "rank")
    per = _per_day(facts)
    measured = _measure(facts)
    spans = facts.spans()
    at = facts.moment()
    zh = base.chinese(facts)
    given = base.chosen(facts, spans, at, people=False)
    parts: list[tuple[str, q.Relation]] = []
    for person in facts.people:
        one = terms.filtered(given, terms.call(q.FUNCTION_EQUAL, terms.column(facts.person), terms.value(person)))
        parts.append((person, _figures(facts, one, measured, at, per, [])))
    verdict = ""
    if direction or sup or who:
        less = direction == "less" or (sup is not None and sup.value.startswith("min"))
        yes_no = direction and not who
        verdict = direction if yes_no else ("least" if less else "who")
    made = _labelled(parts, "who")
    return Plan(
        made,
        (Shown("who"), Shown("value", measured.unit)),
        measured.told(zh),
        tuple(spans),
        key="who",
        verdict=verdict,
        counts=measured.function == "count",
    )


def groups(facts: Facts) -> Plan | None:
    """A figure for each choice of a field, or for each person."""
    by_person = facts.subject.shared and len(facts.people) != 1 and facts.has("each", "rank")
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
    direction = _direction(facts) if facts.has("more", "less") else ""
    facts.cue(
        "each", "by", "split", "list", "which", "what", "exist", "each_one", "who", "logged_only", "often", "unit"
    )
    per = _per_day(facts)
    if facts.per_record or facts.cue("per_record"):
        facts.used |= {i for i, m in enumerate(facts.items) if m.cue("mean")}
        measured = base.measured(facts, default="mean") or _measure(facts)
    else:
        measured = _measure(facts)
    facts.cue("unit")
    spans = facts.spans()
    at = facts.moment()
    zh = base.chinese(facts)
    given = base.chosen(facts, spans, at)
    if len(facts.groups) > 1:
        raise Doubt("it groups by two fields; I can group by one")
    held = terms.column(group.name)
    if group.type == s.FIELD_TYPE_MULTI_CHOICE:
        given = terms.unnested(given, group.name)
        if restricted:
            given = terms.filtered(given, terms.one_of(held, [c.value for c in restricted]))
    missing = "（无）" if zh else "(none)"
    optional = group.type in (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_TEXT) and not restricted
    name = terms.call(q.FUNCTION_COALESCE, held, terms.value(missing)) if optional else held
    made = _figures(facts, given, measured, at, per, [q.Named(name=group.name, value=name)])
    if measured.function != "count":
        made = terms.filtered(made, terms.present(terms.column("value")))
    verdict = ""
    if measured.function == "count" and group.type == s.FIELD_TYPE_PERSON and facts.subject.shared:
        made = _with_zeros(facts, made, group.name)
    if who or sup:
        verdict = "least" if (sup and sup.value.startswith("min")) or direction == "less" else "who"
    made = terms.ordered(made, terms.order(terms.column("value"), descending=not (sup and sup.value.startswith("min"))))
    told = f"按{label(group)}：{measured.told(zh)}" if zh else f"{measured.told(zh)} by {label(group).lower()}"
    del ranked
    return Plan(
        made,
        (Shown(group.name, told=label(group)), Shown("value", measured.unit)),
        told + (f" / {per}" if per else ""),
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

    plain_top = top is not None and top.value == "top" and not facts.fields_named(*NUMERIC) and not _money_said(facts)
    frequent_top = top is not None and (kind_of(top.value) == "often" or often is not None or plain_top)
    if often is None and not frequent_top and not (facts.has("sup") and facts.has("count", "times")):
        return None
    named = facts.fields_named(s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_PERSON)
    title = base.title(facts)
    group: s.Field | None = None
    if facts.has("who") and facts.subject.shared:
        group = s.Field(name=facts.person, label="who", type=s.FIELD_TYPE_PERSON)
    elif named:
        filtered = {c.field for c in facts.conditions}
        named = [n for n in named if n[2][0].name not in filtered] or named
        best = next((n for n in named if not n[1].of(Kind.ENTITY)), named[0])
        group = best[2][0]
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
    zh = base.chinese(facts)
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


def two_sums(facts: Facts) -> Plan | None:
    """Two amounts of the same records side by side: planned against actual."""
    named = {f[2][0].name: f for f in facts.fields_named(*NUMERIC) if len(f[2]) == 1}
    over = facts.has("over_budget")
    if len(named) != 2 and not (over and len(facts.subject.fields(s.FIELD_TYPE_MONEY)) == 2):
        return None
    if not (over or facts.has("each_one", "vs", "than", "more", "less", "sum")):
        return None
    found = facts.quantities()
    if over and len(found) < 2:
        found = [quantity(f) for f in facts.subject.fields(s.FIELD_TYPE_MONEY)]
    if any(not facts.lexicon.additive(x.field) for x in found):
        return None
    facts.cue(
        "over_budget",
        "each_one",
        "vs",
        "than",
        "exist",
        "how_much",
        "how_many",
        "sum",
        "last",
        "now",
        "none",
        "list",
        "what",
    )
    direction = _direction(facts)
    spans = facts.spans()
    at = facts.moment()
    given = terms.filtered(base.chosen(facts, spans, at), *[terms.present(x.expression) for x in found])
    made = terms.grouped(given, [], [Measured("sum", x).of(x.field.name) for x in found])
    shown = tuple(Shown(x.field.name, x.unit, label(x.field)) for x in found)
    budget_first = bool(re.search(r"budget|plan|预算|计划|预计", found[0].field.name + found[0].field.label))
    verdict = ("less" if budget_first else "more") if over else direction
    told = ("总和：" if base.chinese(facts) else "sums of ") + ", ".join(label(x.field) for x in found)
    return Plan(made, shown, told, tuple(spans), verdict=verdict)
