"""What frames that compare share: what is measured, for each key, and labelled rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.concepts import RECORDS
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import dimensions, measuring, pairs
from madeleine_miniapp.domain.questions.frames.amounts import (
    beside_choices,
    eaten,
    only_amount,
    pieces,
    unit_named_field,
)
from madeleine_miniapp.domain.questions.frames.buckets import told_per
from madeleine_miniapp.domain.questions.frames.extreme_groups import is_several
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.journeys import is_scope
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.text import names_of_records
from madeleine_miniapp.domain.questions.units import Quantity, quantity

_ZH_NAMES = {
    "久": "time",
    "长": "length",
    "短": "length",
    "远": "distance",
    "重": "weight",
    "轻": "weight",
    "贵": "money",
    "好": "good",
}
_HOW_MANY_DAYS = re.compile(r"(?:几|多少)天|\bhow many days\b")
_ASLEEP = re.compile(r"\b(?:sle(?:ep|pt)|asleep|nap|naps|napped)|[睡眠]")
# "Are my runs longer than my swims": each of them.
_ARE_SO = re.compile(
    r"^(?:(?:so|and|but) )?(?:is|are|was|were) (?!i\b|we\b|he\b|she\b|there\b)|\bwhich (?:is|are|was|were)\b"
)
_SIZES = ("length", "distance", "pages", "time")
_ZH_SIZES = re.compile("[久长短远重轻贵好]")


_MONEY_SAID = re.compile(r"\b(?:spen|cost|paid|pay|money|expens|bill|purchase)|花|钱|支出|开销|费|[付垫掏]")
_MONEY_MEANT = re.compile(
    r"\b(?:spend|spent|spending|cost|costs|paid|pay|pays|money|expensive)\b|花|钱|支出|开销|费|[付垫掏](?!款)"
)


def compared(facts: Facts, *, times: bool = False) -> Measured:
    """What is compared: a named quantity, one over another, else the number of records; `times`: in several times."""
    if (ratio := pairs.asked(facts)) is not None:
        facts.cue("mean", "sum", "how_many", "how_much", "over", "by", "calorie_wise", "row", "times")
        return ratio
    if (
        (facts.groups or facts.has("than", "difference"))
        and _HOW_MANY_DAYS.search(facts.scan.text)
        and not facts.fields_named(*NUMERIC)
    ):
        # 每个城市几天: days, not records.
        facts.cue("unit", "how_many", "how_much")
        days = Quantity(s.Field(name="days"), facts.day(facts.moment()), "days")
        return Measured("days", days)
    counting = facts.has("often") or any(m.cue("more") and "often" in m.text for m in facts.items)
    said = next(((m.text, x.value) for m in facts.items if (x := m.cue("more") or m.cue("less"))), ("", ""))
    adjective, size = said
    if not size and (chinese := _ZH_SIZES.search(adjective)):
        size = _ZH_NAMES[chinese.group()]
    if size and not facts.fields_named(*NUMERIC):
        # "longer", "cheaper": the adjective says what is compared.
        of = dimensions.dimension(facts, size)
        if of is None:
            raise Doubt(f"nothing is recorded that says what is '{adjective}'")
        mean = facts.cue("mean") is not None or not facts.additive(of.field)
        # What is dearer is so each time, but a trip or a month is all that was paid on it.
        whole = times or any(is_scope(facts, f, ("trip", "project")) for f in facts.groups)
        each = size == "money" and not whole
        mean = mean or ((each or _of_each_record(facts, size)) and not facts.has("sum"))
        facts.cue("how_many", "how_much", "row", "times", "sum")
        return Measured("mean" if mean else "sum", of)
    facts.cue("often")
    totals = any(m.cue("sum") and m.text.endswith(("totals", "sums")) for m in facts.items)
    totalled = facts.has("sum")
    summed = totalled or facts.has("how_many", "how_much")
    each = facts.cue("per_record") is not None or facts.per_record
    measured = measuring.measured(facts, default="mean" if each else "")
    if measured is not None and not counting:
        of = measured.quantity
        if size == "good" and of is not None and (good := dimensions.how_good(facts, of)) is not None and good != of:
            return Measured("mean", good)
        rest = of is not None and dimensions.is_size(of.field, "rest") and not totalled
        lasting = size in ("length", "time") and (not times or _ASLEEP.search(facts.scan.text) is not None)
        if measured.function == "sum" and (
            rest or _of_each_record(facts, size) or ((size == "good" or lasting) and not summed)
        ):
            # One sleeps longer by the night, not in all, but trains longer in a week by all its minutes.
            return Measured("mean", of)
        return measured
    if not counting and not facts.has("times", "row") and (food := eaten(facts)) is not None:
        return Measured("sum", food)
    used = re.search(r"\b(?:use|used|using)\b|用得|使用", facts.scan.text)
    if (
        not counting
        and not facts.has("times", "row")
        and unit_named_field(facts) is not None
        and adjective
        and "often" not in adjective
        and not _of_records(facts)
    ):
        raise Doubt("it does not say more of what: how long, or how often")
    if not counting and not used and money_meant(facts):
        money = only_amount(facts)
        if money is not None:
            return Measured("sum", money)
    if totals and measured is None:
        raise Doubt("it does not say the totals of what")
    if not counting and "得多" in facts.scan.text and (many := pieces(facts)) is not None:
        return Measured("sum", many)
    return Measured("count")


def _of_each_record(facts: Facts, size: str) -> bool:
    """Whether an adjective is said of each record: "are my runs longer than my swims", "a heavier meal"."""
    return size == "weight" or (size in _SIZES and _ARE_SO.search(facts.scan.text) is not None)


def _of_records(facts: Facts) -> bool:
    """ "More repairs": how many there are."""
    return any(
        (a.cue("more") or a.cue("less")) and b.of(Kind.ENTITY) and b.start - a.end <= 1
        for a, b in pairwise(facts.items)
    )


def money_said(facts: Facts) -> bool:
    """Whether the question speaks of money."""
    return _MONEY_SAID.search(facts.scan.text) is not None


def money_meant(facts: Facts) -> bool:
    """Whether an amount is meant where none is named."""
    if _SPLIT.search(facts.scan.text) and _are_paid(facts) and not facts.has("count", "how_many", "times"):
        # Bills that are split by their kind are so much money of each.
        return True
    return _MONEY_MEANT.search(beside_choices(facts)) is not None or (
        # Of what has other figures too, more is more often.
        len(facts.subject.numeric) == 1
        # "Did the bill go up": its amount, not how many there were.
        and not any(m.of(Kind.ENTITY) and (m.text.endswith("s") or not m.text.isascii()) for m in facts.items)
        and not any(is_several(m) for m in facts.items)
        and only_amount(facts) is not None
        and not facts.has("count", "how_many", "times", "row")
    )


def _are_paid(facts: Facts) -> bool:
    """Whether records are of what one pays: bills, purchases."""
    entity = facts.subject.entity
    return bool(names_of_records(entity.name, entity.label) & facts.lexicon.of_words(RECORDS, "expense"))


_SPLIT = re.compile(r"\b(?:split|broken down|break ?down)\b")
_EITHER_WAY = re.compile(
    "多还是更?少|少还是更?多|高还是更?低|低还是更?高|长还是更?短|短还是更?长|贵还是更?便宜|好还是更?[坏差]"
)


def direction_asked(facts: Facts) -> str:
    """ "more" or "less", whichever the question asks about."""
    less = facts.cue("less", "down") is not None
    more = facts.cue("more", "up") is not None
    if _EITHER_WAY.search(facts.scan.text):
        # The figures tell which it is.
        return ""
    if more:
        return "more"
    return "less" if less else ""


def labelled_rows(parts: list[tuple[str, q.Relation]], key: str, figures: Sequence[str] = ("value",)) -> q.Relation:
    """The figures one below the other, each with its label."""
    made: list[q.Relation] = []
    # The key may itself be called "place".
    rank = "place" if key != "place" else "place_in_order"
    for place, (name, relation) in enumerate(parts):
        columns = [
            q.Named(name=key, value=terms.value(name)),
            *(q.Named(name=n, value=terms.column(n)) for n in figures),
            q.Named(name=rank, value=terms.value(float(place))),
        ]
        made.append(terms.extended(relation, columns, only=True))
    united = terms.ordered(terms.united(*made), terms.order(terms.column(rank)))
    return terms.extended(united, terms.named(**{n: terms.column(n) for n in (key, *figures)}), only=True)


def compared_rows(
    facts: Facts,
    parts: list[tuple[str, q.Relation]],
    key: str,
    measured: Measured,
    per: str,
    spans: list[Span],
    verdict: str,
) -> Plan:
    """The plan of figures that are held against each other, a row each."""
    return Plan(
        labelled_rows(parts, key),
        (Shown(key), Shown("value", measured.unit)),
        told_per(facts, measured, per, measuring.chinese(facts)),
        tuple(spans),
        key=key,
        verdict=verdict,
        counts=measured.function == "count",
    )


def best_of_each(facts: Facts, told: str) -> Measured:
    """The largest or smallest value that each has in one record."""
    direction, _, size = told.partition(" ")
    if (ratio := pairs.asked(facts)) is not None:
        return Measured(direction, ratio.each)
    found = facts.quantities()
    if len(found) > 1:
        raise Doubt("it asks for two figures; I can compute one at a time")
    of = found[0] if found else None
    if of is None and size:
        of = dimensions.dimension(facts, size)
    if of is None:
        of = only_amount(facts)
    if of is None and len(facts.subject.numeric) == 1:
        of = quantity(facts.subject.numeric[0])
    if of is None:
        raise Doubt("it does not say the most of what")
    facts.cue("row", "times", "how_many", "how_much", "how_long", "mean")
    return Measured(direction, of)
