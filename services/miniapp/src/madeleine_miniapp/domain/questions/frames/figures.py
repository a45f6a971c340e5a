"""What frames that compare share: what is measured, for each key, and labelled rows."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind

_SIZES = (
    (("久",), "time"),
    (("longer", "shorter", "长", "短"), "length"),
    (("further", "farther", "远"), "distance"),
    (("heavier", "lighter", "重", "轻"), "weight"),
    (("cheaper", "贵", "便宜"), "money"),
    (("better", "worse", "好", "差"), "good"),
)


def _text(text: str) -> q.Expression:
    return terms.value(text)


def compared(facts: Facts) -> Measured:
    """What is compared: a named quantity, else the number of records."""
    counting = facts.has("often")
    adjective = next((m.text for m in facts.items if m.cue("more") or m.cue("less")), "")
    size = next((name for words, name in _SIZES if any(w in adjective for w in words)), "")
    if size and not facts.fields_named(*NUMERIC):
        # "longer", "cheaper": the adjective says what is compared.
        of = measuring.dimension(facts, size)
        if of is None:
            raise Doubt(f"nothing is recorded that says what is '{adjective}'")
        mean = facts.cue("mean") is not None or not facts.lexicon.additive(of.field)
        facts.cue("how_many", "how_much", "row", "times", "sum")
        return Measured("mean" if mean else "sum", of)
    facts.cue("often")
    summed = facts.has("sum", "how_many", "how_much")
    measured = measuring.measured(facts, default="")
    if measured is not None and not counting:
        if (
            measured.function == "sum"
            and re.search("better|worse|longer|shorter|更?[好差长短久]", adjective)
            and not summed
        ):
            return Measured("mean", measured.quantity)
        return measured
    used = re.search(r"\b(?:use|used|using)\b|用得|使用", facts.scan.text)
    if (
        not counting
        and not facts.has("times", "row")
        and measuring.unit_named_field(facts) is not None
        and adjective
        and "often" not in adjective
    ):
        raise Doubt("it does not say more of what: how long, or how often")
    if not counting and not used and money_meant(facts):
        money = measuring.only_amount(facts)
        if money is not None:
            return Measured("sum", money)
    return Measured("count")


def money_said(facts: Facts) -> bool:
    """Whether the question speaks of money."""
    return bool(re.search(r"\b(?:spen|cost|paid|pay|money|expens|bill|purchase)|花|钱|支出|开销|费", facts.scan.text))


def money_meant(facts: Facts) -> bool:
    """Whether an amount is meant where none is named."""
    return bool(
        re.search(
            r"\b(?:spend|spent|spending|cost|costs|paid|pay|money|expensive)\b|花|钱|支出|开销|费", facts.scan.text
        )
    ) or (
        not any(m.of(Kind.ENTITY) for m in facts.items)
        and measuring.only_amount(facts) is not None
        and not facts.has("count", "how_many", "times", "row")
    )


def direction_asked(facts: Facts) -> str:
    """ "more" or "less", whichever the question asks about."""
    less = facts.cue("less", "down") is not None
    more = facts.cue("more", "up") is not None
    if more:
        return "more"
    return "less" if less else ""


def bucket_asked(facts: Facts) -> str:
    """ "day", "week", ...: what figures are averaged over, if anything."""
    per = facts.cue("per")
    return per.value if per and per.value != "night" else ""


def figures_of(
    facts: Facts, given: q.Relation, measured: Measured, at: q.Expression, per: str, keys: list[q.Named]
) -> q.Relation:
    """The measure of each key; with `per`, the mean of its sums per day, week or month."""
    if not per:
        return terms.grouped(given, keys, [measured.of("value")])
    inner = _inner(facts, measured)
    sums = terms.grouped(given, [*keys, q.Named(name="bucket", value=base.bucket(per, at))], [inner.of("value")])
    sums = terms.filtered(sums, terms.present(terms.column("value")))
    again = [q.Named(name=k.name, value=terms.column(k.name)) for k in keys]
    return terms.grouped(sums, again, [terms.measure("value", q.MEASURE_FUNCTION_MEAN, terms.column("value"))])


def _inner(facts: Facts, measured: Measured) -> Measured:
    """What is summed in each day before the days are averaged."""
    if measured.function != "mean" or measured.quantity is None:
        return measured
    return Measured("sum" if facts.lexicon.additive(measured.quantity.field) else "mean", measured.quantity)


def told_per(facts: Facts, measured: Measured, per: str, zh: bool) -> str:
    """ "sum of calories per day, averaged": how figures_of computes, in words."""
    if not per:
        return measured.told(zh)
    told = _inner(facts, measured).told(zh)
    return f"{told}（每{per}，再平均）" if zh else f"{told} per {per}, averaged"


def labelled_rows(parts: list[tuple[str, q.Relation]], key: str) -> q.Relation:
    """The figures one below the other, each with its label."""
    made: list[q.Relation] = []
    # The key may itself be called "place".
    rank = "place" if key != "place" else "place_in_order"
    for place, (name, relation) in enumerate(parts):
        columns = [
            q.Named(name=key, value=_text(name)),
            q.Named(name="value", value=terms.column("value")),
            q.Named(name=rank, value=terms.value(float(place))),
        ]
        made.append(terms.extended(relation, columns, only=True))
    united = terms.ordered(terms.united(*made), terms.order(terms.column(rank)))
    return terms.extended(united, terms.named(**{key: terms.column(key), "value": terms.column("value")}), only=True)
