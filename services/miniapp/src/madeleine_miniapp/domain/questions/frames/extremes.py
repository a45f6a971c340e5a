"""Frames of the most and the least: the record, the day, the person or the choice."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring, titles
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.frames.rows import add_column, add_texts, asked_columns, kind_of
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import Quantity, quantity

_TOTALLED = re.compile(r"daily|weekly|monthly|yearly|一[天周年]|每|(?:in|on|within) (?:an?|one|any|any one) ")
_SHOWABLE = (
    s.FIELD_TYPE_TEXT,
    s.FIELD_TYPE_CHOICE,
    s.FIELD_TYPE_MULTI_CHOICE,
    s.FIELD_TYPE_PERSON,
    s.FIELD_TYPE_BOOLEAN,
    s.FIELD_TYPE_URL,
)


_MONEY = re.compile(r"\b(?:spen|paid|pay|cost|money)|花|钱|[付垫掏](?!款)")


def extreme(facts: Facts) -> Plan | None:
    """The record with the largest or smallest value; the day, week or month; the person or choice."""
    top = next((m for _, ms in facts.free_cues("top") for m in ms), None)
    sup = next((m for _, ms in facts.free_cues("sup") for m in ms), None)
    if sup is None and (top is None or kind_of(top.value) in ("last", "first", "often")):
        return None
    facts.cue("top", "sup", "number_wanted")
    told_value = sup.value if sup is not None else kind_of(top.value if top else "")
    descending = told_value.startswith("max")
    size = told_value.partition(" ")[2]
    time_units = ("min", "h", "s", "hours", "minutes", "min/km")
    limit = int(top.number) if top is not None and top.number else 1
    average = facts.has("mean")
    found = facts.quantities()
    if len(found) > 1:
        raise Doubt("it asks for two figures; I can compute one at a time")
    of = found[0] if found else None
    if of is not None and size == "money" and of.field.type != s.FIELD_TYPE_MONEY:
        # "cost us most in fuel": of fuel, but money.
        of = measuring.dimension(facts, size)
        if of is None:
            raise Doubt("no cost is recorded")
    if size == "speed" and of is None and measuring.dimension(facts.copy(), "distance") is not None:
        raise Doubt("'fastest' may be told by pace or by time")
    measuring.fits(facts, of, size)
    if of is not None and size == "good" and (of.field.type == s.FIELD_TYPE_MONEY or of.unit == "kcal"):
        raise Doubt(f"it does not say whether much or little {label(of.field).lower()} is better")
    if (
        of is not None
        and size == "speed"
        and re.search(r"\b(?:per|an|by the) (?:hour|minute|km|mile|page|day)\b|每(?:小时|分钟|公里)", facts.scan.text)
    ):
        raise Doubt("it asks who or what is fastest by a ratio; I can tell by one field")
    if of is not None and size == "speed" and of.unit not in time_units:
        # The slowest tempo is the lowest; of times it is the highest.
        descending = not descending
    if of is None and size:
        of = measuring.dimension(facts, size)
        if of is None and size not in ("weight", "hard", "good"):
            raise Doubt(
                f"nothing is recorded that says which is '{next((m.text for m in facts.items if m.cue('sup')), '')}'"
            )
    bucket = next((m for _, ms in facts.free_cues("which_bucket", "unit") for m in ms), None)
    totalled = next((ms[0] for i, ms in facts.free_cues("per") if _TOTALLED.match(facts.items[i].text)), None)
    listed = _listed_sum(facts)
    if bucket is None and totalled is not None and totalled.value != "night":
        # "The highest daily total", 最好的一天: the day.
        bucket = totalled
        facts.cue("per")
    elif bucket is None and facts.has("sum") and not listed and facts.has("when"):
        # "What date has the highest total": what it comes to on a day.
        bucket = Meaning(Kind.CUE, "unit", "day")
    if bucket is not None and totalled is None and _asked_too(facts):
        # "the dearest dish: name, price and day" is a record, with its day.
        facts.cue("which_bucket", "unit")
        bucket = None
    by = facts.cue("by") if of is not None else None
    plan = None
    summed = bool(by) or average or facts.has("sum")
    sought = _group(facts.copy(), of, size, summed)
    if sought is not None and facts.has("unit") and not facts.has("which_bucket"):
        # "which activity ... on high energy days".
        facts.cue("unit")
        bucket = None
    if of is not None and bucket is None and sought is None:
        facts.cue("mean")
    if bucket is not None and facts.has("which_bucket") and facts.has("row", "times", "per_record"):
        bucket = None
    if bucket is not None and not (
        of is not None and not facts.additive(of.field) and bucket.value in ("day", "night")
    ):
        plan = _buckets(facts, bucket.value, of, descending, limit)
    elif (group := _group(facts, of, size, summed)) is not None:
        plan = _ranked(facts, group, of, descending, limit)
    if (
        plan is None
        and of is None
        and (
            facts.has("how_much", "which", "what", "exist", "who", "list", "row")
            or facts.conditions
            or facts.has("when")
            or True
        )
    ):
        of = measuring.only_amount(facts) if facts.subject.fields(s.FIELD_TYPE_MONEY) else None
        if of is None and len(facts.subject.numeric) == 1:
            of = quantity(facts.subject.numeric[0])
    if plan is None:
        if of is None:
            raise Doubt("it does not say the most of what")
        if average:
            raise Doubt("it does not say the average of what for each")
        plan = _record(facts, of, descending, limit)
    return plan


def _of_another_kind(facts: Facts) -> bool:
    """Whether the most of another kind of record is sought: "the longest book" is no session with a book."""
    others = {
        stems(name)
        for e in facts.subject.spec.entities
        for name in (e.name, e.label)
        if e.name != facts.subject.entity.name
    }
    for one, other in pairwise(facts.items):
        if (one.cue("sup") or one.cue("top")) and other.start - one.end <= 1 and stems(other.text) in others - {()}:
            return True
    return False


def _record(facts: Facts, of: Quantity, descending: bool, limit: int) -> Plan:
    if any(re.fullmatch(r"(?:all )?in (?:all|total)|all in all|altogether|all told", m.text) for m in facts.items):
        raise Doubt("it asks for a sum of several records; I can only tell the one record")
    if _SPENT_ON.search(facts.scan.text):
        raise Doubt("it may ask for one record, or for what all of one kind came to")
    if _of_another_kind(facts):
        raise Doubt(f"a {facts.subject.entity.label or facts.subject.entity.name} is another kind of record")
    facts.cue(
        "when_",
        "which_bucket",
        "unit",
        "row",
        "times",
        "number_wanted",
        "which",
        "what",
        "calorie_wise",
        "per_record",
        "how_much",
        "how_many",
    )
    when = facts.cue("when") is not None
    facts.cue("who")
    spans = facts.spans()
    asked = asked_columns(facts, but=of.field.name)
    at = facts.moment()
    for f in asked:
        if f.type in TEMPORAL and not when and f.name not in (c.field for c in facts.conditions):
            at = terms.column(f.name)
    given = base.chosen(facts, spans, at)
    given = terms.filtered(given, terms.present(of.expression))
    columns, shown = base.context(facts, at, when_first=when)
    columns.insert(1 if shown and not when else len(columns[:1]), q.Named(name=of.field.name, value=of.expression))
    shown.insert(1 if len(shown) else 0, Shown(of.field.name, of.unit, label(of.field)))
    for f in asked:
        add_column(facts, columns, shown, f)
    for f in facts.subject.fields(s.FIELD_TYPE_PERSON):
        if f.name in facts.subject.person_fields:
            add_column(facts, columns, shown, f)
    add_texts(facts, columns, shown)
    negated = {c.field for c in facts.conditions if c.negated}
    choices = sorted(facts.subject.fields(s.FIELD_TYPE_CHOICE), key=lambda f: f.name not in negated)
    for f in choices:
        if len(columns) < 7 or f.name in negated:
            add_column(facts, columns, shown, f)
    given = terms.ordered(given, terms.order(of.expression, descending=descending), limit=limit, with_ties=limit == 1)
    made = terms.extended(given, columns, only=True)
    zh = measuring.chinese(facts)
    told = (
        f"{label(of.field)}{'最高' if descending else '最低'}的记录"
        if zh
        else f"record with the {'highest' if descending else 'lowest'} {label(of.field).lower()}"
    )
    return Plan(
        made,
        tuple(shown),
        told,
        tuple(spans),
        figure=of.field.name if limit == 1 else "",
        key=shown[0].name if limit > 1 else "",
    )


def _buckets(facts: Facts, name: str, of: Quantity | None, descending: bool, limit: int) -> Plan:
    facts.cue(
        "unit",
        "which_bucket",
        "when",
        "which",
        "what",
        "number_wanted",
        "calorie_wise",
        "row",
        "times",
        "how_much",
        "how_many",
        "count",
        "often",
    )
    mean = facts.cue("mean") is not None
    facts.cue("sum", "per")
    if of is None and (facts.has("how_much") or _high(facts)):
        of = measuring.only_amount(facts)
    if of is None and _high(facts) and not facts.has("times", "row"):
        raise Doubt("it does not say the highest of what")
    function = "mean" if of is not None and (mean or not facts.additive(of.field)) else "sum"
    lasting = facts.subject.fields(s.FIELD_TYPE_DURATION)
    if (
        of is None
        and len(lasting) == 1
        and not facts.has("often", "times", "row")
        and any(m.of(Kind.ENTITY) for m in facts.items)
    ):
        # Who trains most in a week trains longest.
        of = quantity(lasting[0])
    if of is None and not facts.has("often", "times", "row"):
        # The fullest week of hours that are logged is that with most hours.
        of = measuring.unit_named_field(facts)
    if function == "sum" and re.search(r"\b(?:best|worst)\b", next((m.text for m in facts.items if m.cue("sup")), "")):
        raise Doubt("it may go by the sum or by the average")
    measured = Measured(function, of) if of is not None else Measured("count")
    if of is None and not descending:
        raise Doubt("days without any record would be the least")
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    made = terms.grouped(given, [q.Named(name=name, value=base.bucket(name, at))], [measured.of("value")])
    made = terms.filtered(made, terms.present(terms.column("value")))
    made = terms.ordered(
        made, terms.order(terms.column("value"), descending=descending), limit=limit, with_ties=limit == 1
    )
    zh = measuring.chinese(facts)
    told = (
        f"{measured.told(zh)}{'最多' if descending else '最少'}的{name}"
        if zh
        else f"{name} with the {'highest' if descending else 'lowest'} {measured.told(zh)}"
    )
    return Plan(
        made,
        (Shown(name), Shown("value", measured.unit)),
        told,
        tuple(spans),
        figure="value" if limit == 1 else "",
        key=name,
    )


_SPENT_ON = re.compile(
    r"\bwhat (?:did|do|have|has|does)\b[^,;?]*\b(?:spen[dt]|pa(?:y|id)) (?:the )?most (?:money )?(?:on|for)\b"
)
_DEAR = re.compile("expensive|priciest|dearest|costliest|cheapest|biggest|largest")


def _of_a_record(facts: Facts) -> bool:
    """Whether the most is said of a record: "who paid for the most expensive dinner"."""
    for place, mention in enumerate(facts.items[:-1]):
        if mention.cue("sup") and re.search(
            r"expensive|priciest|dearest|costliest|cheapest|biggest|largest", mention.text
        ):
            after = facts.items[place + 1]
            return after.start - mention.end <= 1 and bool(after.of(Kind.ENTITY, Kind.CHOICE))
    return False


def _high(facts: Facts) -> bool:
    """Whether "highest", "lowest" is said, which numbers of records are not."""
    sup = next((m.text for m in facts.items if m.cue("sup")), "")
    return bool(re.search(r"\b(?:highest|lowest|priciest|cheapest)\b|最[高低贵]", sup))


def _listed_sum(facts: Facts) -> bool:
    """ "The top expense: item, sum and payer": the sum is a column; taken."""
    sup = next((m for m in facts.items if m.cue("sup") or m.cue("top")), None)
    for index, mention in enumerate(facts.items):
        if sup and index not in facts.used and mention.cue("sum") and mention.start > sup.end:
            between = facts.scan.text[sup.end : mention.start]
            if re.search(r"[,:;]|\s[-–]\s", between):
                facts.used.add(index)
                return True
    return False


def _asked_too(facts: Facts) -> bool:
    """Whether days are but one of several things that are asked of the extreme."""
    sup = next((m for m in facts.items if m.cue("sup") or m.cue("top")), None)
    day = next((m for m in facts.items if m.cue("which_bucket") or m.cue("unit")), None)
    if sup is None or day is None or day.start < sup.end or not re.fullmatch(r".*\bdays?|.*[天日]", day.text):
        return False
    return bool(re.search(r"[,;:/+，、：?]|\s[-–]\s|\band\b|\bwith\b|和", facts.scan.text[sup.end : day.start]))


def _group(facts: Facts, of: Quantity | None, size: str, whole: bool = False) -> s.Field | None:
    """The field by which the most are sought, if it is not a record: "who", "which category".

    `whole`: what each has in all its records is asked for, "top dishes by mean score".
    """
    named = facts.fields_named(*_SHOWABLE)
    persons = [f for f in facts.subject.fields(s.FIELD_TYPE_PERSON) if f.name in facts.subject.person_fields]
    summed = of is None or facts.additive(of.field)
    # "谁学习时间最长" asks for totals, "who ran the longest" for one run.
    named_too = any(m.of(Kind.FIELD) and not m.cue("sup") for m in facts.items)
    if (
        size
        and size not in ("money", "hard")
        and summed
        and not (measuring.chinese(facts) and facts.has("who") and named_too)
    ):
        # "the longest run anybody has logged": a record, not a sum.
        return None
    people = [(i, m) for i, m, f in named if f[0].type == s.FIELD_TYPE_PERSON]
    asked_after = facts.place("who") > facts.place("sup", "top") >= 0 and not re.search(
        r"\b(?:most|least|fewest)\b|最多|最少", " ".join(m.text for m in facts.items if m.cue("sup"))
    )
    # "The largest cost, with the person who paid": of the record.
    who = (facts.has("who") and not asked_after) or any(re.search(r"\bwho|谁", m.text) for _, m in people)
    if who and facts.subject.shared and _of_a_record(facts):
        return None
    if who and facts.subject.shared and not size and facts.has("row") and of is None:
        facts.cue("row")
    if who and facts.subject.shared and not facts.has("row", "per_record", "when", "anybody", "times"):
        if not summed and not facts.has("mean"):
            return None
        facts.cue("who")
        facts.used |= {i for i, _ in people}
        return next((f for f in persons if f.name == facts.person), None) or s.Field(
            name=facts.person, label="who", type=s.FIELD_TYPE_PERSON
        )
    for index, mention, fields in named:
        ranked = _after_top(facts, mention, ("top", "sup") if whole else ("top",))
        if not _sought(facts, mention) and not ranked and not (facts.has("mean") and not mention.of(Kind.CHOICE)):
            continue
        if fields[0].type in (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE) and (
            not mention.of(Kind.ENTITY) or facts.has("mean")
        ):
            facts.used.add(index)
            return fields[0]
        title = titles.title(facts)
        if (
            ranked
            and whole
            and not titles.is_note(fields[0])
            and not (mention.of(Kind.ENTITY) and fields[0].type != s.FIELD_TYPE_TEXT)
        ):
            facts.used.add(index)
            return fields[0]
        # "which piece gets the most time": what it gets, in all its records.
        given_to = (
            facts.additive(of.field) and re.search(r"\b(?:gets?|got|took|takes|spen[dt]|used?)\b", facts.scan.text)
            if of
            else None
        )
        counted = not size and (of is None or bool(given_to))
        if (
            fields[0].type in (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_PERSON)
            and (title is None or fields[0].name != title.name or counted or (ranked and whole))
            and not titles.is_note(fields[0])
            and mention.of(Kind.FIELD)[0].strength >= 2
        ):
            facts.used.add(index)
            return fields[0]
    return None


def _after_top(facts: Facts, mention: Mention, cues: tuple[str, ...]) -> bool:
    """ "Top 3 dishes": what stands right after the superlative."""
    return any(any(m.cue(c) for c in cues) and 0 <= mention.start - m.end <= 2 for m in facts.items)


def _sought(facts: Facts, mention: Mention) -> bool:
    """Whether "which" or "what" stands right before a mention, and the superlative in the same clause."""
    lead = next(
        (
            m
            for m in facts.items
            if (m.cue("which") or m.cue("what") or m.cue("who")) and 0 <= mention.start - m.end <= 6
        ),
        None,
    )
    sup = next((m for m in facts.items if m.cue("sup") or m.cue("top") or m.cue("often")), None)
    if lead is None or sup is None:
        return False
    first, last = min(sup.start, mention.start), max(sup.end, mention.end)
    return not re.search(r"[,:;?!，：；？]", facts.scan.text[first:last])


def _ranked(facts: Facts, group: s.Field, of: Quantity | None, descending: bool, limit: int) -> Plan:
    facts.cue(
        "which",
        "what",
        "who",
        "list",
        "row",
        "times",
        "number_wanted",
        "how_much",
        "how_many",
        "count",
        "often",
        "each_one",
    )
    mean = facts.cue("mean") is not None
    if facts.cue("sum") and of is None:
        of = measuring.only_amount(facts)
    if of is None and _MONEY.search(facts.scan.text):
        of = measuring.only_amount(facts)
        if of is None and facts.subject.fields(s.FIELD_TYPE_MONEY):
            raise Doubt("it may mean any of several amounts; say which")
    function = "mean" if of is not None and (mean or not facts.additive(of.field)) else "sum"
    measured = Measured(function, of) if of is not None else Measured("count")
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    if group.type == s.FIELD_TYPE_MULTI_CHOICE:
        given = terms.unnested(given, group.name)
    made = terms.grouped(
        terms.filtered(given, terms.present(terms.column(group.name))),
        [q.Named(name=group.name, value=terms.column(group.name))],
        [measured.of("value")],
    )
    made = terms.filtered(made, terms.present(terms.column("value")))
    made = terms.ordered(
        made, terms.order(terms.column("value"), descending=descending), limit=limit, with_ties=limit == 1
    )
    zh = measuring.chinese(facts)
    told = (
        f"按{label(group)}：{measured.told(zh)}"
        if zh
        else f"{measured.told(zh)} by {label(group).lower()}, {'highest' if descending else 'lowest'} first"
    )
    return Plan(
        made,
        (Shown(group.name, told=label(group)), Shown("value", measured.unit)),
        told,
        tuple(spans),
        key=group.name,
        figure="value" if limit == 1 else "",
        verdict="cell" if limit == 1 else "",
    )
