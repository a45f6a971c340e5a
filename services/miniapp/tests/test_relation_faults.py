"""What is wrong with a relation is told with its path, before any SQL is made; and settling, by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from google.protobuf import json_format
from google.protobuf.struct_pb2 import ListValue, Struct, Value
from hypothesis import given
from hypothesis import strategies as st

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms as t
from madeleine_miniapp.domain.errors import Bad
from madeleine_miniapp.domain.relation_tree import apps_read
from madeleine_miniapp.domain.relations import check_relation
from madeleine_miniapp.domain.settling import settle
from madeleine_miniapp.domain.tables import named

from .drawn import SPEC

ONE = t.records("a", "one")
N, TEXT, DAY, LIST = (t.column(name) for name in "ntdl")


def call(name: str, *arguments: q.Expression) -> q.Expression:
    return t.call(q.Function.Value(f"FUNCTION_{name}"), *arguments)


def where(condition: q.Expression) -> q.Relation:
    return t.filtered(ONE, condition)


def summed(value: q.Expression, function: q.MeasureFunction.ValueType = q.MEASURE_FUNCTION_SUM) -> q.Relation:
    return t.grouped(ONE, [], [t.measure("x", function, value)])


def joined(right_key: q.Expression | None = None, kind: q.JoinKind.ValueType = q.JOIN_KIND_INNER) -> q.Relation:
    return t.joined(ONE, ONE, kind, *[(N, key) for key in (right_key,) if key])


def widened(value: q.Expression) -> q.Relation:
    return t.extended(ONE, t.named(x=value))


def deep(levels: int) -> q.Relation:
    made = ONE
    for _ in range(levels):
        made = q.Relation(unnest=q.Relation.Unnest(input=made, column="l"))
    return made


def negated(levels: int) -> q.Expression:
    made = t.column("b")
    for _ in range(levels):
        made = call("NOT", made)
    return made


def listed(*values: Value) -> q.Expression:
    return q.Expression(literal=Value(list_value=ListValue(values=values)))


COUNTED = t.measure("x", q.MEASURE_FUNCTION_COUNT, N, N)
NO_VALUE = t.measure("x", q.MEASURE_FUNCTION_SUM)
FAULTS: list[tuple[str, str, Callable[[], q.Relation]]] = [
    ("relation", "must be set", q.Relation),
    ("relation.records.app_id", "may read", lambda: t.records("c", "one")),
    ("relation.records.entity", "one of one, two", lambda: t.records("a", "three")),
    ("relation.records.entity", "one of one, two", lambda: t.records("a")),
    ("relation.filter.condition", "is not a column here", lambda: where(t.column("nothing"))),
    ("relation.filter.condition", "it is number", lambda: where(N)),
    ("relation.filter.condition", "must be set", lambda: where(q.Expression())),
    ("relation.filter.condition.call.arguments[1]", "not a column", lambda: where(call("LESS", N, t.column("zz")))),
    ("relation.filter.condition.call", "compares number with text", lambda: where(call("LESS", N, TEXT))),
    ("relation.filter.condition.call", "argument 1 must be", lambda: where(call("EQUAL", LIST, LIST))),
    ("relation.filter.condition.call", "needs 2 arguments", lambda: where(call("EQUAL", N))),
    ("relation.filter.condition.call.function", "known functions", lambda: where(q.Expression(call=q.Call()))),
    ("relation.filter.condition", "ISO 8601", lambda: where(q.Expression(date="2026-02-30"))),
    ("relation.filter.condition", "offset", lambda: where(q.Expression(moment="2026-02-20T10:00"))),
    ("relation.filter.condition.call.arguments[1]", "U+0000", lambda: where(call("EQUAL", TEXT, t.value("a\0")))),
    (
        "relation.filter.condition.call.arguments[1]",
        "within -1e+15",
        lambda: where(call("LESS", N, t.value(float("nan")))),
    ),
    ("relation.filter.condition.call.arguments[1]", "within", lambda: where(call("LESS", N, t.value(1e300)))),
    ("relation.filter.condition.call.arguments[1]", "only in IN", lambda: where(call("EQUAL", TEXT, listed()))),
    ("relation.filter.condition.call.arguments[1]", "1 to 200", lambda: where(call("IN", TEXT, listed()))),
    ("relation.filter.condition.call.arguments[1]", "1 to 200", lambda: where(t.one_of(N, list(range(201))))),
    ("relation.filter.condition.call.arguments[1]", "numbers only", lambda: where(t.one_of(N, ["1"]))),
    ("relation.filter.condition.call.arguments[1]", "ISO dates", lambda: where(t.one_of(DAY, ["today"]))),
    ("relation.filter.condition.call.arguments[1]", "a literal list", lambda: where(call("IN", TEXT, TEXT))),
    (
        "relation.filter.condition.call.arguments[1]",
        "must be a number, text",
        lambda: where(call("EQUAL", TEXT, q.Expression(literal=Value(struct_value=Struct())))),
    ),
    ("relation.extend.columns[0].name", "printable", lambda: t.extended(ONE, [q.Named(value=N)])),
    ("relation.extend.columns[1].name", "x is taken", lambda: t.extended(ONE, [q.Named(name="x", value=N)] * 2)),
    ("relation.extend.columns[0].name", "printable", lambda: t.extended(ONE, [q.Named(name='"; DROP\n', value=N)])),
    ("relation.extend.columns", "at least one", lambda: t.extended(ONE, [], only=True)),
    (
        "relation.extend.columns[0].value.call.arguments[1]",
        "digits",
        lambda: t.extended(ONE, t.named(x=call("ROUND", N, N))),
    ),
    ("relation.group", "keys or measures", lambda: t.grouped(ONE, [], [])),
    ("relation.group.keys", "l must not be a list", lambda: t.grouped(ONE, t.named(l=LIST), [])),
    ("relation.group.measures[0]", "must be a number; it is text", lambda: summed(TEXT)),
    ("relation.group.measures[0]", "known functions", lambda: summed(N, function=q.MEASURE_FUNCTION_UNSPECIFIED)),
    (
        "relation.group.measures[0]",
        "value must be set",
        lambda: t.grouped(ONE, [], [t.measure("x", q.MEASURE_FUNCTION_SUM)]),
    ),
    (
        "relation.group.measures[0].where",
        "it is number",
        lambda: t.grouped(ONE, [], [COUNTED]),
    ),
    ("relation.join.kind", "known kinds", lambda: joined(N, q.JOIN_KIND_UNSPECIFIED)),
    (
        "relation.join.right_keys[0]",
        "is text, the left key number",
        lambda: joined(TEXT),
    ),
    ("relation.join.left_keys", "single row", joined),
    ("relation.union.inputs", "not be empty", lambda: q.Relation(union=q.Relation.Union())),
    ("relation.union.inputs[1]", "the columns of the first", lambda: t.united(ONE, summed(N))),
    ("relation.sort.by", "1 to 8", lambda: t.ordered(ONE)),
    ("relation.sort.by[0].value", "not be a list", lambda: t.ordered(ONE, t.order(LIST))),
    ("relation.sort.limit", "0 to", lambda: t.ordered(ONE, t.order(N), limit=-1)),
    ("relation.sort.with_ties", "needs a limit", lambda: t.ordered(ONE, t.order(N), with_ties=True)),
    ("relation.runs.day", "must be a date", lambda: t.runs(ONE, N)),
    ("relation.runs.bucket", "known buckets", lambda: t.runs(ONE, DAY, bucket=q.BUCKET_UNSPECIFIED)),
    ("relation.runs.partition", "from is taken", lambda: t.runs(ONE, DAY, [q.Named(name="from", value=N)])),
    ("relation.settle.who", "it is number", lambda: t.settled(ONE, N, N)),
    ("relation.settle.balance", "it is text", lambda: t.settled(ONE, TEXT, TEXT)),
    ("relation", "computed from a Settle", lambda: t.united(t.settled(ONE, TEXT, N), t.settled(ONE, TEXT, N))),
    ("relation.unnest.column", "holds lists", lambda: t.unnested(ONE, "n")),
    ("relation.calendar", "ISO date", lambda: t.calendar(date(2026, 2, 1), date(2026, 1, 1))),
    ("relation.calendar", "years 1900", lambda: t.calendar(date(1, 1, 1), date(2026, 1, 1))),
    ("relation.calendar", "at most 4000 rows", lambda: t.calendar(date(2000, 1, 1), date(2011, 1, 1))),
    ("relation" + ".unnest.input" * 24, "nested at most 24", lambda: deep(30)),
    ("relation.filter.condition" + ".call.arguments[0]" * 24, "nested at most 24", lambda: where(negated(40))),
]


@pytest.mark.parametrize(("path", "reason", "made"), FAULTS, ids=[f"{p}: {r}" for p, r, _ in FAULTS])
def test_a_fault_is_told_with_its_path(path: str, reason: str, made: Callable[[], q.Relation]) -> None:
    with pytest.raises(Bad) as refusal:
        check_relation(made(), {"a": SPEC})
    assert path in {violation.field for violation in refusal.value.violations}
    assert any(reason in v.reason for v in refusal.value.violations if v.field == path), refusal.value


def test_what_is_too_much_is_refused_in_time() -> None:
    wide = t.united(*[t.grouped(ONE, t.named(x=N), []) for _ in range(120)])
    many = where(t.both(*[call("LESS", N, t.value(1))] * 900))
    columns = t.extended(ONE, [q.Named(name=f"x{i}", value=N) for i in range(90)])
    for relation in (wide, many, columns):
        with pytest.raises(Bad, match=r"must (be|have) at most"):
            check_relation(relation, {"a": SPEC})
    with pytest.raises(Bad, match="at most 20 apps"):
        apps_read(t.united(*[t.records(f"app-{i}") for i in range(21)]))
    with pytest.raises(Bad, match="nested at most 24"):
        apps_read(deep(40))


def test_every_fault_of_a_relation_is_told_at_once() -> None:
    with pytest.raises(Bad) as refusal:
        check_relation(t.joined(where(N), where(TEXT), q.JOIN_KIND_UNSPECIFIED, (N, N)), {"a": SPEC})
    assert [v.field for v in refusal.value.violations] == [
        "relation.join.left.filter.condition",
        "relation.join.right.filter.condition",
    ]


def test_columns_have_types_and_units() -> None:
    spec = s.AppSpec(
        currency="EUR",
        entities=[
            s.Entity(
                name="one",
                fields=[
                    s.Field(name="km", type=s.FIELD_TYPE_NUMBER, unit="km"),
                    s.Field(name="time", type=s.FIELD_TYPE_DURATION),
                    s.Field(name="cost", type=s.FIELD_TYPE_MONEY),
                    s.Field(name="who", type=s.FIELD_TYPE_PERSON),
                ],
            )
        ],
    )
    km, time, cost = (t.column(name) for name in ("km", "time", "cost"))
    computed = t.named(
        pace=call("DIVIDE", time, km),
        minutes=call("DIVIDE", time, t.value(60)),
        share=call("DIVIDE", cost, cost),
        more=call("ADD", cost, t.value(1)),
        mixed=call("ADD", cost, km),
        who=t.column("who"),
    )
    columns = check_relation(t.extended(t.records("a"), computed, only=True), {"a": spec}).columns
    assert {name: (c.type, c.unit) for name, c in columns.items()} == {
        "pace": ("number", "s/km"),
        "minutes": ("number", "s"),
        "share": ("number", ""),
        "more": ("number", "EUR"),
        "mixed": ("number", ""),
        "who": ("person", ""),
    }
    table = q.Table(columns=[q.Column(name="who", type="person"), q.Column(name="note", type="text")])
    table.rows.add().values.extend([Value(string_value="id-1"), Value(string_value="id-1")])
    assert [v.string_value for v in named(table, {"id-1": "Ana"}).rows[0].values] == ["Ana", "id-1"]


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"), st.decimals(-5000, 5000, places=2, allow_nan=False, allow_infinity=False)
    ),
    st.integers(1, 7),
)
def test_settling_leaves_nobody_more_than_a_cent_from_even(balances: dict[str, Decimal], among: int) -> None:
    # Shares of a third have no last digit, as in a division by the database.
    held = {who: balance / among for who, balance in balances.items()}
    if held:
        held["z"] = -sum(held.values(), Decimal())
    transfers = settle(held)
    left = dict(held)
    for payer, payee, amount in transfers:
        assert amount > 0
        left[payer] += amount
        left[payee] -= amount
    assert all(abs(amount) < Decimal("0.01") for amount in left.values())
    assert len(transfers) < max(1, len(held))


def test_the_largest_debtor_pays_the_largest_creditor() -> None:
    held = {"ana": Decimal("10.00"), "ben": Decimal("-7.50"), "cleo": Decimal("-2.50"), "dan": Decimal(0)}
    assert settle(held) == [("ben", "ana", Decimal("7.50")), ("cleo", "ana", Decimal("2.50"))]
    assert settle({}) == []
    # What nobody owes stays open.
    assert settle({"ana": Decimal(5), "ben": Decimal(-3)}) == [("ben", "ana", Decimal("3.00"))]


def test_the_readmes_example_is_sound() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text()
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    relation = json_format.Parse(example, q.Relation())
    fields = [
        s.Field(name="who", type=s.FIELD_TYPE_PERSON),
        s.Field(name="started_at", type=s.FIELD_TYPE_DATETIME),
        s.Field(name="duration", type=s.FIELD_TYPE_NUMBER, unit="min"),
    ]
    spec = s.AppSpec(entities=[s.Entity(name="workout", fields=fields)])
    (app_id,) = apps_read(relation)
    columns = check_relation(relation, {app_id: spec}).columns
    assert [(name, c.type, c.unit) for name, c in columns.items()] == [
        ("week from", "date", ""),
        ("minutes", "number", "min"),
    ]
