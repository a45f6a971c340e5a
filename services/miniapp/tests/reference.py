"""The query language once more, in the plainest Python: what the SQL is held against.

Numbers are fractions. Rows are dictionaries with the ids of the records that they come from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.relations import check_relation


class Ambiguous(Exception):
    """A limit falls between equal rows: any of them is right."""


@dataclass(frozen=True)
class Row:
    """Values, and the ids of records, one for each Records below."""

    values: Mapping[str, Any]
    ids: tuple[str | None, ...] = ()


@dataclass
class Reference:
    """Evaluates relations over records: (record_id, entity, values, entered_by, entered_at) by app id."""

    specs: Mapping[str, s.AppSpec]
    records: Mapping[str, Sequence[tuple[str, str, Mapping[str, Any], str, datetime]]]
    zone: ZoneInfo
    noted: set[str] = field(default_factory=set)
    counts: bool = True

    def table(self, relation: q.Relation) -> list[Mapping[str, Any]]:
        """The rows; `noted` then holds the ids of the records that they rest on."""
        rows = self.rows(relation, outermost=True)
        self._note(rows)
        return [row.values for row in rows]

    def rows(self, relation: q.Relation, outermost: bool = False) -> list[Row]:
        kind = relation.WhichOneof("kind") or ""
        given = getattr(relation, kind)
        keeps = kind in ("filter", "extend", "sort")
        if kind == "join":
            return self._join(given)
        if kind == "union":
            return [row for one in given.inputs for row in self.rows(one)]
        if kind == "records":
            return self._records(given)
        if kind == "calendar":
            return self._calendar(given)
        below = self.rows(given.input, outermost and keeps)
        if kind == "sort":
            return self._sort(given, below, outermost)
        return getattr(self, f"_{kind}")(given, below)

    def _note(self, rows: Iterable[Row]) -> None:
        if self.counts:
            self.noted |= {one for row in rows for one in row.ids if one is not None}

    def _records(self, given: q.Relation.Records) -> list[Row]:
        (entity,) = [e for e in self.specs[given.app_id].entities if e.name == given.entity]
        made: list[Row] = []
        for record_id, of, values, by, at in self.records[given.app_id]:
            if of == entity.name:
                held = {f.name: _stored(f, values.get(f.name)) for f in entity.fields}
                made.append(Row({"record_id": record_id, **held, "entered_by": by, "entered_at": at}, (record_id,)))
        return made

    def _calendar(self, given: q.Relation.Calendar) -> list[Row]:
        day, last = date.fromisoformat(getattr(given, "from")), date.fromisoformat(given.to)
        starts = sorted({bucket_start(day + timedelta(days=n), given.bucket) for n in range((last - day).days + 1)})
        return [Row({"from": one, "to": bucket_after(one, given.bucket) - timedelta(days=1)}) for one in starts]

    def _filter(self, given: q.Relation.Filter, below: list[Row]) -> list[Row]:
        return [row for row in below if self.value(given.condition, row) is True]

    def _extend(self, given: q.Relation.Extend, below: list[Row]) -> list[Row]:
        made: list[Row] = []
        for row in below:
            computed = {one.name: self.value(one.value, row) for one in given.columns}
            made.append(replace(row, values=computed if given.only else {**row.values, **computed}))
        return made

    def _keyed(self, keys: Iterable[q.Named], below: list[Row]) -> dict[tuple[Any, ...], list[Row]]:
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in below:
            groups.setdefault(tuple(self.value(key.value, row) for key in keys), []).append(row)
        return groups

    def _group(self, given: q.Relation.Group, below: list[Row]) -> list[Row]:
        valued = [one.value for one in given.measures if one.HasField("value")]
        every = len(valued) < len(given.measures) or not valued
        self._note(r for r in below if every or any(self.value(v, r) is not None for v in valued))
        groups = self._keyed(given.keys, below) if given.keys else {(): below}
        made: list[Row] = []
        for key, rows in groups.items():
            values = dict(zip((one.name for one in given.keys), key, strict=True))
            for one in given.measures:
                taken = [r for r in rows if not one.HasField("where") or self.value(one.where, r) is True]
                held = [self.value(one.value, r) for r in taken] if one.HasField("value") else [True] * len(taken)
                values[one.name] = measure(one.function, [v for v in held if v is not None])
            made.append(Row(values))
        return made

    def _join(self, given: q.Relation.Join) -> list[Row]:
        half = given.kind in (q.JOIN_KIND_SEMI, q.JOIN_KIND_ANTI)
        counted = self.counts
        self.counts = counted and not (names_rows(given) and rests(given.right))
        left = self.rows(given.left)
        self.counts = counted and not (half and rests(given.left))
        right = self.rows(given.right)
        if half:
            self._note(right)
        self.counts = counted
        width = max((len(r.ids) for r in right), default=0)
        names = check_relation(given.right, self.specs).columns
        made: list[Row] = []
        for row in left:
            key = [self.value(k, row) for k in given.left_keys]
            partners = [r for r in right if None not in key and key == [self.value(k, r) for k in given.right_keys]]
            if half:
                if bool(partners) == (given.kind == q.JOIN_KIND_SEMI):
                    made.append(row)
                continue
            made += [Row({**r.values, **row.values}, row.ids + r.ids) for r in partners]
            if not partners and given.kind == q.JOIN_KIND_OUTER:
                made.append(Row({**dict.fromkeys(names), **row.values}, row.ids + (None,) * width))
        return made

    def _sort(self, given: q.Relation.Sort, below: list[Row], outermost: bool) -> list[Row]:
        keyed = [(tuple(self.value(one.value, row) for one in given.by), row) for row in below]
        for place in reversed(range(len(given.by))):
            present = [pair for pair in keyed if pair[0][place] is not None]
            missing = [pair for pair in keyed if pair[0][place] is None]
            present.sort(key=lambda pair, p=place: pair[0][p], reverse=given.by[place].descending)
            keyed = present + missing
        if not given.limit:
            return [row for _, row in keyed]
        kept = keyed[: given.limit]
        rest = keyed[given.limit :]
        if kept and rest and kept[-1][0] == rest[0][0]:
            if not given.with_ties:
                raise Ambiguous
            kept += [pair for pair in rest if pair[0] == kept[-1][0]]
        if not outermost:
            return [row for _, row in kept]
        self._note(row for key, row in keyed if key[0] is not None)
        return [Row(row.values) for _, row in kept]

    def _runs(self, given: q.Relation.Runs, below: list[Row]) -> list[Row]:
        dated = [row for row in below if self.value(given.day, row) is not None]
        self._note(dated)
        made: list[Row] = []
        for key, rows in self._keyed(given.partition, dated).items():
            starts = sorted({bucket_start(self.value(given.day, row), given.bucket) for row in rows})
            runs: list[list[date]] = []
            for one in starts:
                if runs and bucket_after(runs[-1][-1], given.bucket) == one:
                    runs[-1].append(one)
                else:
                    runs.append([one])
            for run in runs:
                values = dict(zip((one.name for one in given.partition), key, strict=True))
                end = bucket_after(run[-1], given.bucket) - timedelta(days=1)
                made.append(Row({**values, "from": run[0], "to": end, "length": Fraction(len(run))}))
        return made

    def _unnest(self, given: q.Relation.Unnest, below: list[Row]) -> list[Row]:
        return [
            replace(row, values={**row.values, given.column: one})
            for row in below
            for one in row.values[given.column] or ()
        ]

    def value(self, given: q.Expression, row: Row) -> Any:
        """The value of an expression; None where it is missing."""
        match given.WhichOneof("kind"):
            case "column":
                return row.values[given.column]
            case "date":
                return date.fromisoformat(given.date)
            case "moment":
                return datetime.fromisoformat(given.moment)
            case "literal":
                return literal(given.literal)
            case _:
                return self._call(given.call, row)

    def _call(self, call: q.Call, row: Row) -> Any:
        held = [self.value(argument, row) for argument in call.arguments]
        if call.function == q.FUNCTION_AND:
            return False if False in held else None if None in held else True
        if call.function == q.FUNCTION_OR:
            return True if True in held else None if None in held else False
        if call.function == q.FUNCTION_IS_MISSING:
            return held[0] is None
        if call.function == q.FUNCTION_COALESCE:
            return next((v for v in held if v is not None), None)
        if call.function == q.FUNCTION_IF:
            return None if held[0] is None else held[1] if held[0] else held[2]
        if None in held:
            return None
        if call.function in _OF_TIME:
            local = held[0].astimezone(self.zone) if isinstance(held[0], datetime) else held[0]
            return _OF_TIME[call.function](local)
        return _PLAIN[call.function](*held)


def rests(relation: q.Relation) -> bool:
    """Whether records stand below."""
    kind = relation.WhichOneof("kind") or ""
    given = getattr(relation, kind)
    if kind == "join":
        return rests(given.left) or rests(given.right)
    if kind == "union":
        return any(rests(one) for one in given.inputs)
    return kind == "records" or (kind != "calendar" and rests(given.input))


def names_rows(given: q.Relation.Join) -> bool:
    """Whether all that the left gives is which rows there are."""
    if given.kind != q.JOIN_KIND_OUTER or not given.left_keys:
        return False
    return given.left.WhichOneof("kind") == "group" and len(given.left.group.measures) == 0


def bucket_start(day: date, bucket: int) -> date:
    if bucket == q.BUCKET_WEEK:
        while day.isoweekday() != 1:
            day -= timedelta(days=1)
        return day
    if bucket == q.BUCKET_MONTH:
        return date(day.year, day.month, 1)
    return date(day.year, 1, 1) if bucket == q.BUCKET_YEAR else day


def bucket_after(start: date, bucket: int) -> date:
    day = start
    while bucket_start(day, bucket) == start:
        day += timedelta(days=1)
    return day


def measure(function: int, held: list[Any]) -> Any:
    if function == q.MEASURE_FUNCTION_COUNT:
        return Fraction(len(held))
    if function == q.MEASURE_FUNCTION_COUNT_DISTINCT:
        return Fraction(len(set(held)))
    if not held:
        return None
    if function == q.MEASURE_FUNCTION_SUM:
        return sum(held, Fraction())
    if function == q.MEASURE_FUNCTION_MEAN:
        return sum(held, Fraction()) / len(held)
    if function == q.MEASURE_FUNCTION_MIN:
        return min(held)
    if function == q.MEASURE_FUNCTION_MAX:
        return max(held)
    if function == q.MEASURE_FUNCTION_MEDIAN:
        there = sorted(held)
        return (there[(len(there) - 1) // 2] + there[len(there) // 2]) / 2
    return ", ".join(_told(v) for v in sorted(set(held)))


def literal(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return [literal(one) for one in value.list_value.values]
    return Fraction(repr(value.number_value)) if kind == "number_value" else getattr(value, kind)


def _told(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else repr(float(value))
    return str(value)


def _stored(known: s.Field, value: Any) -> Any:
    if value is None:
        return None
    if known.type == s.FIELD_TYPE_DATE:
        return date.fromisoformat(value)
    if known.type == s.FIELD_TYPE_DATETIME:
        return datetime.fromisoformat(value)
    return Fraction(repr(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _round(value: Fraction, digits: Fraction = Fraction()) -> Fraction:
    scale = Fraction(10) ** int(digits)
    whole = abs(value) * scale + Fraction(1, 2)
    return (whole.numerator // whole.denominator) / scale * (1 if value >= 0 else -1)


def _contains(held: Any, needle: str) -> bool:
    texts = held if isinstance(held, list) else [held]
    return any(needle.lower() in text.lower() for text in texts)


def _in(held: Any, values: list[Any]) -> bool:
    if isinstance(held, list):
        return any(one in values for one in held)
    return (held.isoformat() if isinstance(held, date) else held) in values


def _number_in(text: str) -> Fraction | None:
    found = re.search(r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?", text, re.ASCII)
    return Fraction(found[0].replace(",", "")) if found else None


def _hour(local: datetime) -> Fraction:
    return Fraction(local.hour * 3600 + local.minute * 60 + local.second) / 3600


def _day(local: date) -> date:
    return local.date() if isinstance(local, datetime) else local


_OF_TIME: dict[int, Callable[[Any], Any]] = {
    q.FUNCTION_DAY: _day,
    q.FUNCTION_WEEK: lambda local: bucket_start(_day(local), q.BUCKET_WEEK),
    q.FUNCTION_MONTH: lambda local: bucket_start(_day(local), q.BUCKET_MONTH),
    q.FUNCTION_YEAR: lambda local: bucket_start(_day(local), q.BUCKET_YEAR),
    q.FUNCTION_WEEKDAY: lambda local: Fraction(local.isoweekday()),
    q.FUNCTION_MONTH_OF_YEAR: lambda local: Fraction(local.month),
    q.FUNCTION_HOUR: _hour,
}
_PLAIN: dict[int, Callable[..., Any]] = {
    q.FUNCTION_NOT: lambda a: not a,
    q.FUNCTION_EQUAL: lambda a, b: a == b,
    q.FUNCTION_NOT_EQUAL: lambda a, b: a != b,
    q.FUNCTION_LESS: lambda a, b: a < b,
    q.FUNCTION_LESS_OR_EQUAL: lambda a, b: a <= b,
    q.FUNCTION_GREATER: lambda a, b: a > b,
    q.FUNCTION_GREATER_OR_EQUAL: lambda a, b: a >= b,
    q.FUNCTION_CONTAINS: _contains,
    q.FUNCTION_IN: _in,
    q.FUNCTION_ADD: lambda *a: sum(a, Fraction()),
    q.FUNCTION_SUBTRACT: lambda a, b: a - b,
    q.FUNCTION_MULTIPLY: lambda a, *more: a * _product(more),
    q.FUNCTION_DIVIDE: lambda a, b: a / b if b else None,
    q.FUNCTION_ABS: abs,
    q.FUNCTION_ROUND: _round,
    q.FUNCTION_LENGTH: lambda a: Fraction(len(a)),
    q.FUNCTION_DAYS_BETWEEN: lambda a, b: Fraction((a - b).days),
    q.FUNCTION_HOURS_BETWEEN: lambda a, b: Fraction((a - b) // timedelta(seconds=1)) / 3600,
    q.FUNCTION_NUMBER_IN: _number_in,
}


def _product(factors: Iterable[Fraction]) -> Fraction:
    made = Fraction(1)
    for one in factors:
        made *= one
    return made
