"""Formulas, rules and conditions: what they come to, what they may be, and that no expression harms the service."""

from __future__ import annotations

import time
from typing import Any
from zoneinfo import ZoneInfo

import cel
import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.application.cel import CelEngine
from madeleine_miniapp.domain.errors import Bad
from madeleine_miniapp.domain.expressions.checking import check
from madeleine_miniapp.domain.expressions.functions import FUNCTIONS
from madeleine_miniapp.domain.expressions.tokens import Unreadable, names, renamed, reworded
from madeleine_miniapp.domain.formulas import (
    broken_rules,
    computed,
    evaluate,
    formula_problems,
    holds,
    in_order,
    scope_of,
    unsound,
)
from madeleine_miniapp.domain.records import Surroundings, change, coerce

ENGINE = CelEngine()
FIELDS = {
    "a": s.FIELD_TYPE_NUMBER,
    "b": s.FIELD_TYPE_MONEY,
    "gone": s.FIELD_TYPE_NUMBER,
    "word": s.FIELD_TYPE_TEXT,
    "kind": s.FIELD_TYPE_CHOICE,
    "unset": s.FIELD_TYPE_CHOICE,
    "day": s.FIELD_TYPE_DATE,
    "later": s.FIELD_TYPE_DATE,
    "at": s.FIELD_TYPE_DATETIME,
    "until": s.FIELD_TYPE_DATETIME,
    "done": s.FIELD_TYPE_BOOLEAN,
    "open": s.FIELD_TYPE_BOOLEAN,
    "tags": s.FIELD_TYPE_MULTI_CHOICE,
    "none": s.FIELD_TYPE_MULTI_CHOICE,
}
ENTITY = s.Entity(
    name="thing",
    label="Thing",
    fields=[s.Field(name=n, label=n, type=t, choices=["x", "y"] if t in (7, 8) else []) for n, t in FIELDS.items()],
)
VALUES: dict[str, Any] = {
    "a": 7,
    "b": 2.5,
    "word": "tea",
    "kind": "x",
    "day": "2026-03-10",
    "later": "2026-03-20",
    "at": "2026-03-10T23:30:00+01:00",
    "until": "2026-03-11T01:00:00+01:00",
    "done": True,
    "tags": ["x", "y"],
}


def entity(*formulas: tuple[str, s.FieldType.ValueType, str], rules: tuple[str, ...] = ()) -> s.Entity:
    made = s.Entity()
    made.CopyFrom(ENTITY)
    for name, kind, formula in formulas:
        made.fields.add(name=name, label=name, type=kind, formula=formula)
    made.rules.extend(s.Rule(expression=r, message=f"not {r}") for r in rules)
    return made


def faults(made: s.Entity) -> dict[str, str]:
    return {v.field: v.reason for v in formula_problems(made, "e")}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a + b", 9.5),
        ("a / 2", 3.5),
        ("5 / 2", 2.5),
        ("a % 4", 3.0),
        ("-a * 2", -14.0),
        ("a > 3 && b < 3.0", True),
        ("round(b)", 3.0),
        ("round(a / 3, 2)", 2.33),
        ("min(a, b, 1)", 1.0),
        ("int(b) + floor(b) + ceil(b)", 7.0),
        ("done ? 'yes' : 'no'", "yes"),
        ("word + ' of ' + string(a)", "tea of 7"),
        ("word.contains('ea') && word.startsWith('t')", True),
        ("size(word) + size(tags)", 5.0),
        ("kind in ['x', 'z']", True),
        ("a in [7, 8]", True),
        ("'y' in tags", True),
        ("tags.exists(t, t == 'y') && !tags.all(t, t == 'y')", True),
        ("later - day", 10.0),
        ("days_between(day, later)", 10.0),
        ("string(day + 20)", "2026-03-30"),
        ("add_days(day, -10) < day", True),
        ("hours_between(at, until)", 1.5),
        ("string(date(at))", "2026-03-10"),
        ("hour(at)", 23.5),
        ("weekday(day) * 100 + month(day)", 203.0),
        ("year(until) + day(until)", 2037.0),
        ("lower(upper(word))", "tea"),
        ("double('1.5')", 1.5),
        # What is missing makes missing what is computed from it ...
        ("gone + 1", None),
        ("gone > 1", None),
        ("gone == 1", None),
        ("gone != 1", None),
        ("unset == 'x'", None),
        ("abs(gone)", None),
        ("string(gone)", None),
        ("gone > 1 ? 1 : 2", None),
        ("a / 0", None),
        ("a % 0", None),
        ("a * 1e15 * 1e15 > 0", True),
        ("sqrt(0 - a)", None),
        ("double(word)", None),
        # ... unless the rest decides, or somebody looks.
        ("gone > 1 || a > 1", True),
        ("gone > 1 && a > 100", False),
        ("gone == null", True),
        ("is_missing(gone) && has(a) && !has(gone)", True),
        ("coalesce(gone, a)", 7.0),
        ("gone == null ? 0 : gone", 0.0),
        # No tick is no, and nothing ticked is an empty list.
        ("!open", True),
        ("size(none)", 0.0),
        ("'x' in none", False),
    ],
)
def test_what_expressions_come_to(expression: str, value: Any) -> None:
    assert unsound(expression, scope_of(ENTITY), ()) == ""
    assert evaluate(ENTITY, expression, VALUES, ENGINE) == value


@pytest.mark.parametrize(
    "expression",
    [
        "",
        " ",
        "a +",
        "a b",
        "(a",
        "a)",
        "nope + 1",
        "a + word",
        "word * 3",
        "a && done",
        "!a",
        "a == word",
        "at - until",
        "word < 'x'",
        "done ? 1 : 'x'",
        "frobnicate(a)",
        "abs(word)",
        "abs()",
        "round(a, 1, 2)",
        "word.matches('(a+)+b')",
        "a.b",
        "tags[0]",
        "{'a': 1}",
        "[1, 2]",
        "a in [1, 'x']",
        "[1,2,3].map(x, x)",
        "tags.map(x, x)",
        "word.exists(x, x == 'x')",
        "tags.exists(x, tags.exists(y, x == y))",
        "[a].all(x, true)",
        "'\\u4e00'",
        "1e400",
        "99999999999999999999",
        "a; b",
        "a ? : b",
        "coalesce(a, 'x')",
        "has(a, b)",
        "null + 1",
        "timestamp('2026-01-01T00:00:00Z')",
    ],
)
def test_what_is_no_expression_here_is_refused_with_a_reason(expression: str) -> None:
    assert unsound(expression, scope_of(ENTITY), ())


BOMBS = {
    "long": "a + " * 200 + "a",
    "deep": "(" * 5000 + "a" + ")" * 5000,
    "nested": "(" * 40 + "a" + ")" * 40,
    "not not": "!" * 400 + "done",
    "ternaries": "done ? " * 60 + "1" + " : 2" * 60,
    "macros": ".map(x, [1,2,3]" * 20,
    "squared": "tags.all(a, tags.all(b, tags.all(c, true)))",
    "lists": "a in [" + ",".join(["1"] * 300) + "]",
    "text": "'" + "x" * 100_000 + "'",
    "sum of many": "+".join(["a"] * 249),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_bombs_are_refused_at_once(bomb: str) -> None:
    started = time.perf_counter()
    assert unsound(bomb, scope_of(ENTITY), ())
    assert evaluate(ENTITY, bomb, VALUES, ENGINE) is None
    assert time.perf_counter() - started < 0.2


def test_the_heaviest_expression_over_the_heaviest_values_is_quick() -> None:
    values = {"word": "w" * 10_000, "tags": [f"tag {i}" for i in range(50)]}
    heavy = "tags.all(t, " + " && ".join(["!word.contains(t)"] * 20) + ")"
    growing = " + ".join(["word"] * 70)
    made = entity(("f", s.FIELD_TYPE_TEXT, growing), ("g", s.FIELD_TYPE_TEXT, "f + f"))
    assert unsound(heavy, scope_of(ENTITY), ()) == ""
    started = time.perf_counter()
    assert evaluate(ENTITY, heavy, values, ENGINE) is True
    # What a field cannot hold is missing: it does not grow from formula to formula.
    assert computed(made, values, ENGINE).keys() == values.keys()
    assert time.perf_counter() - started < 1.0


def test_computed_fields_follow_each_other_and_are_stored_in_their_types() -> None:
    made = entity(
        ("double_total", s.FIELD_TYPE_MONEY, "total * 2"),
        ("total", s.FIELD_TYPE_NUMBER, "0.1 + 0.2 + b"),
        ("stars", s.FIELD_TYPE_RATING, "a"),
        ("whole", s.FIELD_TYPE_INTEGER, "b"),
        ("due", s.FIELD_TYPE_DATE, "day + 7"),
        ("end", s.FIELD_TYPE_DATETIME, "add_hours(at, 1)"),
        ("late", s.FIELD_TYPE_BOOLEAN, "later > due"),
        ("missing", s.FIELD_TYPE_NUMBER, "gone * 2"),
        ("on_missing", s.FIELD_TYPE_NUMBER, "coalesce(missing, 0) + 1"),
    )
    assert faults(made) == {}
    after = computed(made, {**VALUES, "total": 99, "missing": 5}, ENGINE)
    got = {k: v for k, v in after.items() if k not in VALUES}
    assert got == {
        "total": 2.8,
        "double_total": 5.6,
        "whole": 3,
        "due": "2026-03-17",
        "end": "2026-03-11T00:30:00+01:00",
        "late": True,
        "on_missing": 1,
    }
    assert [f.name for f in in_order(made)].index("total") < [f.name for f in in_order(made)].index("double_total")


def test_cycles_are_refused_with_their_way() -> None:
    n = s.FIELD_TYPE_NUMBER
    ring = entity(("p", n, "q + 1"), ("q", n, "r * 2"), ("r", n, "p"), ("own", n, "own + 1"), ("fine", n, "p + 1"))
    assert faults(ring) == {
        "e.fields[14].formula": "rests on itself: p -> q -> r -> p",
        "e.fields[15].formula": "rests on itself: q -> r -> p -> q",
        "e.fields[16].formula": "rests on itself: r -> p -> q -> r",
        "e.fields[17].formula": "rests on itself: own -> own",
    }
    # Even so nothing hangs: what is on a cycle, or rests on one, is missing.
    assert computed(ring, VALUES, ENGINE) == VALUES


def test_formulas_have_the_type_of_their_field_and_are_not_entered() -> None:
    made = entity(
        ("n", s.FIELD_TYPE_NUMBER, "word"),
        ("p", s.FIELD_TYPE_PERSON, "word"),
        ("c", s.FIELD_TYPE_CHOICE, "kind"),
        ("r", s.FIELD_TYPE_NUMBER, "a"),
        rules=("a",),
    )
    made.fields[-1].required = True
    assert set(faults(made)) == {
        "e.fields[14].formula",
        "e.fields[15].type",
        "e.fields[17].formula",
        "e.rules[0].expression",
    }


def struct(**values: Any) -> Struct:
    made = Struct()
    made.update(values)
    return made


AROUND = Surroundings(ZoneInfo("Europe/Berlin"), engine=ENGINE)


def test_records_are_computed_and_ruled_when_they_are_written() -> None:
    made = entity(("total", s.FIELD_TYPE_NUMBER, "a * b"), rules=("total < 100.0", "later >= day", "kind != 'y'"))
    kept = coerce(made, struct(a=2, b=3), AROUND)
    assert kept == {"a": 2, "b": 3, "total": 6}
    assert change(made, kept, struct(b=4), AROUND)["total"] == 8
    assert "total" not in change(made, kept, struct(b=None), AROUND)
    for values, path, reason in (
        ({"a": 50, "b": 50}, "values.total", "not total < 100.0"),
        ({"day": "2026-03-02", "later": "2026-03-01"}, "values.day", "not later >= day"),
        ({"total": 3}, "values.total", "is computed, never entered"),
    ):
        with pytest.raises(Bad) as caught:
            coerce(made, struct(**values), AROUND)
        assert {v.field: v.reason for v in caught.value.violations} == {path: reason}
    with pytest.raises(TypeError):
        coerce(made, struct(a=1), Surroundings(ZoneInfo("Europe/Berlin")))


def test_what_cannot_be_decided_breaks_no_rule_and_meets_no_condition() -> None:
    made = entity(rules=("gone > 1", "a > 100"))
    assert [v.reason for v in broken_rules(made, VALUES, ENGINE)] == ["not a > 100"]
    assert not holds(made, "gone > 1", VALUES, ENGINE)
    assert holds(made, "", VALUES, ENGINE)
    assert not holds(made, "a +", VALUES, ENGINE)
    assert not holds(made, "a > 100", VALUES, ENGINE)


def test_stored_values_that_do_not_fit_their_type_are_missing() -> None:
    odd: dict[str, Any] = {"a": "many", "day": "yesterday", "at": "noon", "tags": "x", "done": "true"}
    for expression in ("a + 1", "string(day)", "string(at)"):
        assert evaluate(ENTITY, expression, odd, ENGINE) is None
    assert evaluate(ENTITY, "done || size(tags) > 0", odd, ENGINE) is False


def test_names_are_followed() -> None:
    assert names("a + b.size() * size(kind) + 'c'.contains(word) || true") == {"a", "b", "kind", "word"}
    assert names("a + $") == frozenset()
    assert renamed("total + 'total' + total(total)", "total", "sum") == "sum + 'total' + total(sum)"
    assert reworded("kind == 'it\\'s' || kind == \"it's\"", "it's", "d'or") == "kind == 'd\\'or' || kind == 'd\\'or'"
    assert renamed("$", "a", "b") == "$"


def _bracketed(parts: tuple[str, str, str]) -> str:
    return f"({' '.join(parts)})"


def _expressions() -> st.SearchStrategy[str]:
    numbers = st.sampled_from(["a", "b", "gone", "1", "2.5", "0"])
    numeric = st.recursive(
        numbers,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "%"]), inner).map(_bracketed),
            st.tuples(st.sampled_from(["abs", "round", "coalesce", "-"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        ),
        max_leaves=6,
    )
    compared = st.tuples(numeric, st.sampled_from(["<", ">=", "==", "!="]), numeric).map(" ".join)
    truths = st.one_of(compared, st.sampled_from(["done", "open", "kind == 'x'", "unset == 'x'", "'x' in tags"]))
    return st.recursive(
        truths,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(_bracketed),
            inner.map(lambda t: f"!({t})"),
        ),
        max_leaves=6,
    )


@given(_expressions())
def test_whatever_the_checker_passes_the_engine_can_do(expression: str) -> None:
    try:
        compiled = check(expression, scope_of(ENTITY))
    except Unreadable:
        return
    cel.compile(compiled.engine_text)
    value = evaluate(ENTITY, expression, VALUES, ENGINE)
    assert value is None or isinstance(value, bool)


@given(st.text(alphabet="ab1.+-*/%()!&|=<>?:,'\" \\[]intrue∑中", max_size=60))
def test_any_text_is_refused_or_evaluated_and_never_harms(expression: str) -> None:
    evaluate(ENTITY, expression, VALUES, ENGINE)


def test_no_function_raises() -> None:
    for function in FUNCTIONS.values():
        for argument in (None, "x", 1.0, True, [], object()):
            for count in range(4):
                function.compute(*[argument] * count)
