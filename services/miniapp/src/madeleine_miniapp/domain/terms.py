"""Short ways to write relations and expressions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from google.protobuf.struct_pb2 import ListValue, Value

from madeleine.miniapp.v1 import query_pb2 as q

Literal = str | float | bool


def column(name: str) -> q.Expression:
    """A column of the input."""
    return q.Expression(column=name)


def value(given: Literal | date | datetime) -> q.Expression:
    """A literal: a number, text, a boolean, a date, or a moment (which has an offset)."""
    if isinstance(given, datetime):
        return q.Expression(moment=given.isoformat())
    if isinstance(given, date):
        return q.Expression(date=given.isoformat())
    return q.Expression(literal=_value(given))


def call(function: q.Function.ValueType, *arguments: q.Expression) -> q.Expression:
    """A function of expressions."""
    return q.Expression(call=q.Call(function=function, arguments=arguments))


def one_of(held: q.Expression, values: Sequence[str | float]) -> q.Expression:
    """Whether it is one of the values; of a list: whether any element is."""
    listed = Value(list_value=ListValue(values=[_value(v) for v in values]))
    return call(q.FUNCTION_IN, held, q.Expression(literal=listed))


def both(*conditions: q.Expression) -> q.Expression:
    """That all conditions hold."""
    return conditions[0] if len(conditions) == 1 else call(q.FUNCTION_AND, *conditions)


def present(held: q.Expression) -> q.Expression:
    """That there is a value."""
    return call(q.FUNCTION_NOT, call(q.FUNCTION_IS_MISSING, held))


def named(**expressions: q.Expression) -> list[q.Named]:
    """Columns computed under these names."""
    return [q.Named(name=name, value=given) for name, given in expressions.items()]


def measure(
    name: str,
    function: q.MeasureFunction.ValueType,
    of: q.Expression | None = None,
    where: q.Expression | None = None,
) -> q.Measure:
    """One aggregate column."""
    return q.Measure(name=name, function=function, value=of, where=where)


def records(app_id: str, entity: str = "") -> q.Relation:
    """The records of one entity."""
    return q.Relation(records=q.Relation.Records(app_id=app_id, entity=entity))


def calendar(first: date, last: date, bucket: q.Bucket.ValueType = q.BUCKET_DAY) -> q.Relation:
    """A row for each day, week, month or year that has a part in the range: "from", "to"."""
    made = q.Relation.Calendar(to=last.isoformat(), bucket=bucket)
    setattr(made, "from", first.isoformat())
    return q.Relation(calendar=made)


def filtered(given: q.Relation, *conditions: q.Expression) -> q.Relation:
    """The rows for which all conditions are true; the input itself without any."""
    if not conditions:
        return given
    return q.Relation(filter=q.Relation.Filter(input=given, condition=both(*conditions)))


def extended(given: q.Relation, columns: Sequence[q.Named], *, only: bool = False) -> q.Relation:
    """With computed columns; `only` drops the others."""
    return q.Relation(extend=q.Relation.Extend(input=given, columns=columns, only=only))


def grouped(given: q.Relation, keys: Sequence[q.Named], measures: Sequence[q.Measure]) -> q.Relation:
    """One row for each tuple of keys."""
    return q.Relation(group=q.Relation.Group(input=given, keys=keys, measures=measures))


def joined(
    left: q.Relation, right: q.Relation, kind: q.JoinKind.ValueType, *keys: tuple[q.Expression, q.Expression]
) -> q.Relation:
    """Rows whose keys, pairs of left and right, are equal."""
    made = q.Relation.Join(left=left, right=right, kind=kind)
    made.left_keys.extend(k for k, _ in keys)
    made.right_keys.extend(k for _, k in keys)
    return q.Relation(join=made)


def united(*inputs: q.Relation) -> q.Relation:
    """The rows of all."""
    return q.Relation(union=q.Relation.Union(inputs=inputs))


def order(by: q.Expression, *, descending: bool = False) -> q.Order:
    """One key to sort by."""
    return q.Order(value=by, descending=descending)


def ordered(given: q.Relation, *by: q.Order, limit: int = 0, with_ties: bool = False) -> q.Relation:
    """Sorted, the first `limit` rows (0: all); missing values come last either way."""
    return q.Relation(sort=q.Relation.Sort(input=given, by=by, limit=limit, with_ties=with_ties))


def runs(
    given: q.Relation,
    day: q.Expression,
    partition: Sequence[q.Named] = (),
    bucket: q.Bucket.ValueType = q.BUCKET_DAY,
) -> q.Relation:
    """Runs of consecutive days (weeks, months, years): the partition's columns, "from", "to", "length"."""
    return q.Relation(runs=q.Relation.Runs(input=given, day=day, partition=partition, bucket=bucket))


def settled(given: q.Relation, who: q.Expression, balance: q.Expression) -> q.Relation:
    """Who pays whom until all are even: "from", "to", "amount"."""
    return q.Relation(settle=q.Relation.Settle(input=given, who=who, balance=balance))


def unnested(given: q.Relation, name: str) -> q.Relation:
    """One row for each element of a list column."""
    return q.Relation(unnest=q.Relation.Unnest(input=given, column=name))


def _value(given: Literal) -> Value:
    if isinstance(given, bool):
        return Value(bool_value=given)
    if isinstance(given, str):
        return Value(string_value=given)
    return Value(number_value=given)
