"""What is measured: a function of a quantity, or how many records there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames.amounts import (
    asks_usual,
    eaten,
    meant_amount,
    said_of_money,
    stock_of,
    unit_named_field,
)
from madeleine_miniapp.domain.questions.frames.counting import (
    check_one_sentence,
    counts_records,
    how_much_money,
    only_names_records,
)
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.units import Quantity, factor, quantity

FUNCTIONS = {
    "count": q.MEASURE_FUNCTION_COUNT,
    "days": q.MEASURE_FUNCTION_COUNT_DISTINCT,
    "sum": q.MEASURE_FUNCTION_SUM,
    "mean": q.MEASURE_FUNCTION_MEAN,
    "median": q.MEASURE_FUNCTION_MEDIAN,
    "min": q.MEASURE_FUNCTION_MIN,
    "max": q.MEASURE_FUNCTION_MAX,
}


_OF_STUFF = re.compile(
    r"\bhow much (?!time\b|money\b)[a-z]+ (?:do|does|did|have|has|had|was|were|is|are|went|got|gets?)\b"
)
_EATEN_ZH = re.compile(r"吃(?:了|掉|进去)*多少(?:东西|吃的|食物)?[了呢啊呀]?\W*$")


# What is used up is no amount of money.
_USED_UP = re.compile(
    r"\bhow much [a-z]+ (?:did|do|does|have|has) [^,;?]*\b(?:use|used|consume|consumed|burn|burned|burnt)\b(?! on)"
)


# "How much do I spend when I eat out": what one does each time.
_EACH_TIME_WHEN = re.compile(r"\b(?:do|does) [^\W\d]+\b[^?,;]*(?<!days )(?<!nights )\bwhen(?:ever)? [^\W\d]+\b")


@dataclass(frozen=True, slots=True)
class Measured:
    """A function of the records: of a quantity, or (without one) their number, or one total over another."""

    function: str
    quantity: Quantity | None = None
    # Of a "ratio": what the total of the quantity is divided by, and how many of that ("litres per 100 km").
    over: Quantity | None = None
    times: float = 1.0

    @property
    def unit(self) -> str:
        """The answer's unit."""
        if self.quantity and self.over:
            under = f"{'' if self.times == 1.0 else f'{self.times:g} '}{self.over.unit}"
            return f"{self.quantity.unit}/{under}" if under else self.quantity.unit
        return self.quantity.unit if self.quantity and self.function not in ("count", "days") else ""

    @property
    def name(self) -> str:
        """The column that holds it."""
        if self.over:
            return "ratio"
        return self.quantity.field.name if self.quantity and self.function not in ("count", "days") else "count"

    def of(self, name: str, where: q.Expression | None = None) -> q.Measure:
        """The measure in a group."""
        value = self.quantity.expression if self.quantity and self.function != "count" else None
        return terms.measure(name, FUNCTIONS[self.function], value, where)

    def grouped(self, given: q.Relation, keys: Sequence[q.Named], name: str) -> q.Relation:
        """The figure of each key, in a column of that name."""
        if self.quantity is None or self.over is None:
            return terms.grouped(given, keys, [self.of(name)])
        totals = [Measured("sum", self.quantity).of("over_it"), Measured("sum", self.over).of("under_it")]
        made = terms.grouped(self.with_both(given), keys, totals)
        value = self._ratio(terms.column("over_it"), terms.column("under_it"))
        again = [q.Named(name=k.name, value=terms.column(k.name)) for k in keys]
        return terms.extended(made, [*again, q.Named(name=name, value=value)], only=True)

    def with_both(self, given: q.Relation) -> q.Relation:
        """The records that have both figures of a ratio."""
        held = [x for x in (self.quantity, self.over) if x is not None]
        return terms.filtered(given, *[terms.present(x.expression) for x in held])

    @property
    def each(self) -> Quantity:
        """A ratio in a single record; raises ValueError for what is none."""
        if self.quantity is None or self.over is None:
            raise ValueError("no ratio")
        held = s.Field(name="ratio", label=self.told(chinese=False), type=s.FIELD_TYPE_NUMBER, unit=self.unit)
        return Quantity(held, self._ratio(self.quantity.expression, self.over.expression), self.unit)

    def _ratio(self, top: q.Expression, bottom: q.Expression) -> q.Expression:
        value = terms.call(q.FUNCTION_DIVIDE, top, bottom)
        return value if self.times == 1.0 else terms.call(q.FUNCTION_MULTIPLY, value, terms.value(self.times))

    def told(self, chinese: bool) -> str:
        """ "sum of calories"."""
        if self.quantity and self.over:
            return f"{label(self.quantity.field).lower()} / {label(self.over.field).lower()}"
        names = (
            {
                "count": "条数",
                "sum": "总和",
                "mean": "平均",
                "median": "中位数",
                "min": "最低",
                "max": "最高",
                "days": "天数",
            }
            if chinese
            else {
                "count": "number of records",
                "sum": "sum of",
                "mean": "mean of",
                "median": "median of",
                "min": "lowest",
                "max": "highest",
                "days": "number of days",
            }
        )
        if self.quantity is None or self.function in ("count", "days"):
            return names[self.function]
        of = label(self.quantity.field)
        return f"{names[self.function]}：{of}" if chinese else f"{names[self.function]} {of.lower()}"


def chinese(facts: Facts) -> bool:
    """Whether the question is in Chinese."""
    return is_chinese(facts.scan.text)


def measured(facts: Facts, *, default: str = "") -> Measured | None:
    """What is to be measured; None if the question names no figure. Raises Doubt for a sum of what does not add up."""
    check_one_sentence(facts)
    found = facts.quantities()
    if len(found) > 1:
        raise Doubt("it asks for two figures; I can compute one at a time")
    of = found[0] if found else None
    function = next((n for n in ("median", "mean", "sum") if facts.has(n)), "")
    counting = facts.cue("count") is not None
    if counting and of is not None and of.field.type == s.FIELD_TYPE_INTEGER and not of.unit:
        # "how many times did I wake up": the records count it themselves.
        counting = False
    total = facts.cue("sum") is not None
    facts.cue("median", "mean")
    many = facts.has("how_many", "times")
    if many and (how_much_money(facts, of) or (of is None and _EATEN_ZH.search(facts.scan.text))):
        many, default = False, ""
    much = facts.has("how_much")
    records_counted = many and (counts_records(facts) or _how_many_paid(facts, of)) and function in ("", "sum")
    facts.cue("how_many", "how_much", "times", "row")
    if records_counted:
        return Measured("count")
    stock = stock_of(facts) if many and of is None else None
    if stock is not None:
        return Measured("sum", stock)
    if counting and of is not None and function in ("", "sum"):
        if of.field.type == s.FIELD_TYPE_MONEY and said_of_money(facts):
            # "How often did each pay for groceries": the verb only says what was done.
            return Measured("count")
        if only_names_records(facts, of):
            return Measured("count")
        raise Doubt(f"it counts records but names {label(of.field)}")
    if counting or (of is None and (many or default == "count") and function in ("", "sum")):
        if of is not None and counting and function in ("", "sum"):
            return Measured("count")
        if of is None:
            return Measured("count")
    if of is None and function in ("mean", "median"):
        of = unit_named_field(facts)
    if of is None and function and any(m.cue("how_long") for m in facts.items):
        raise Doubt("how long it was is not recorded")
    if of is None and much and _USED_UP.search(facts.scan.text):
        raise Doubt("how much of it was used is not recorded")
    if of is None and (much or total or function):
        of = eaten(facts) or (meant_amount(facts, much=much) if much or total or not asks_usual(facts) else None)
        if of is None and total:
            # A total harvest is what it weighs.
            weighed = [f for f in facts.subject.numeric if facts.weighs_parts(f)]
            of = quantity(weighed[0]) if len(weighed) == 1 else None
        if of is None and much:
            additive = [f for f in facts.subject.numeric if facts.additive(f) and _is_much(facts, f)]
            if len(additive) > 1 and _OF_STUFF.search(facts.scan.text):
                # "How much water did it get" asks for no minutes.
                additive = [f for f in additive if f.unit and (factor(f.unit, "l") or factor(f.unit, "g"))]
            of = quantity(additive[0]) if len(additive) == 1 else None
    if of is None and much and not many and not chinese(facts) and default == "count":
        raise Doubt("it does not say how much of what")
    if of is None and function in ("mean", "median") and not any(m.cue("per") for m in facts.items):
        raise Doubt(f"it does not say the {function} of what")
    if of is None:
        return Measured("count") if default == "count" else None
    if not function and _EACH_TIME_WHEN.search(facts.scan.text) and not any(m.kind is Kind.TIME for m in facts.items):
        function = "mean"
    function = function or (default if default != "count" else "") or "sum"
    if function == "sum" and not facts.additive(of.field):
        if total or many or much or not (default or _narrowed(facts) or _compares(facts)):
            raise Doubt(f"{label(of.field)} does not add up; ask for its average, highest, lowest or latest")
        if (facts.groups and of.unit in ("g", "kg")) or (of.unit == "g" and any(m.cue("per") for m in facts.items)):
            # Harvested grams add up, a body's weight does not: the one taken for the other is far off.
            raise Doubt(f"say whether the average, highest or lowest {label(of.field).lower()} is meant")
        function = "mean"
    return Measured(function, _per_head(facts, of))


def refuse_sum(facts: Facts, of: Quantity) -> None:
    """Raises Doubt where a total is asked for of what does not add up."""
    if not facts.additive(of.field):
        raise Doubt(f"{label(of.field)} does not add up; ask for its average, highest or lowest")


def _per_head(facts: Facts, of: Quantity) -> Quantity:
    """An amount shared out among people, where each one's part is asked for."""
    if not facts.per_head or of.field.type != s.FIELD_TYPE_MONEY:
        return of
    facts.cue("per_head", "each")
    named = s.Field()
    named.CopyFrom(of.field)
    named.label = f"人均{label(of.field)}" if chinese(facts) else f"{label(of.field)} per person"
    return replace(
        of, field=named, expression=terms.call(q.FUNCTION_DIVIDE, of.expression, terms.value(float(facts.per_head)))
    )


def _is_much(facts: Facts, f: s.Field) -> bool:
    """Whether "how much" may ask for a field: guests are many, not much."""
    return chinese(facts) or f.type != s.FIELD_TYPE_INTEGER or bool(f.unit)


def _narrowed(facts: Facts) -> bool:
    """Whether the records are those of a time, or of some kind."""
    again = any(m.kind is Kind.TIME or any(m.cue(n) for n in ("hour", "on_weekday")) for m in facts.items)
    return again or any(c.kind in (Kind.CHOICE, Kind.VALUE) for c in facts.conditions)


def _compares(facts: Facts) -> bool:
    names = ("vs", "than", "more", "less", "up", "down", "each", "rank", "weekend", "workdays", "per", "weekday_table")
    return bool(facts.groups) or any(m.cue(n) for m in facts.items for n in names)


_HOW_MANY_SUMS = re.compile(r"\bhow many (?:euros?|eur|dollars?|pounds?|bucks|quid|yuan)\b|[€$£]")


def _how_many_paid(facts: Facts, of: Quantity | None) -> bool:
    """ "How many trips did each of us pay for" are counted, though paying names an amount."""
    if chinese(facts) or of is None or of.field.type != s.FIELD_TYPE_MONEY or facts.has("how_much"):
        return False
    return said_of_money(facts) and _HOW_MANY_SUMS.search(facts.scan.text) is None
