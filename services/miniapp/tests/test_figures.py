"""An app's own aggregates over the public API; conditions in CEL mean the same in SQL and record by record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from grpc import StatusCode
from hypothesis import given

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.testing import Servers, refused
from madeleine_miniapp.application.cel import CelEngine
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.conditions import expression_of
from madeleine_miniapp.domain.formulas import holds, scope_of, unsound
from madeleine_miniapp.domain.validation import problems

from .conftest import Door
from .drawn import SPEC, record
from .reference import Reference

PARIS = ZoneInfo("Europe/Paris")
SUM, COUNT, MEAN = (s.AGGREGATE_FUNCTION_SUM, s.AGGREGATE_FUNCTION_COUNT, s.AGGREGATE_FUNCTION_MEAN)
MEALS = s.AppSpec(
    title="Meals",
    currency="EUR",
    entities=[
        s.Entity(
            name="meal",
            label="Meal",
            fields=[
                s.Field(name="dish", label="Dish", type=s.FIELD_TYPE_TEXT),
                s.Field(name="day", label="Day", type=s.FIELD_TYPE_DATE),
                s.Field(name="cost", label="Cost", type=s.FIELD_TYPE_MONEY),
                s.Field(name="stars", label="Stars", type=s.FIELD_TYPE_RATING),
                s.Field(name="tags", label="Tags", type=s.FIELD_TYPE_MULTI_CHOICE, choices=["home", "out"]),
            ],
        )
    ],
    aggregates=[
        s.Aggregate(name="total", function=SUM, entity="meal", field="cost"),
        s.Aggregate(name="meals", function=COUNT, entity="meal"),
        s.Aggregate(name="by_month", function=SUM, entity="meal", field="cost", group_by="day", bucket="month"),
        s.Aggregate(name="by_tag", function=COUNT, entity="meal", group_by="tags"),
        s.Aggregate(name="by_stars", function=MEAN, entity="meal", field="cost", group_by="stars"),
        s.Aggregate(name="good", function=COUNT, entity="meal", where="stars >= 4 && 'out' in tags"),
        s.Aggregate(name="soups", function=SUM, entity="meal", field="cost", where="dish.startsWith('so')"),
        s.Aggregate(name="lately", function=SUM, entity="meal", field="cost", days=7),
        s.Aggregate(name="each", expression="total / meals", unit="EUR/meal"),
        s.Aggregate(name="left", expression="100 - each"),
        s.Aggregate(name="months", expression="by_month * 12"),
    ],
)


async def test_an_apps_aggregates_are_computed(door: Door, servers: Servers) -> None:
    ana, eve = servers.person(), servers.person("Eve")
    assert not problems(MEALS)
    app_id = await door.app_of(ana, MEALS)
    today = datetime.now(PARIS).date()
    rows: list[dict[str, Any]] = [
        {"dish": "soup", "day": "2025-01-31", "cost": 0.1, "stars": 4, "tags": ["home", "out"]},
        {"dish": "soup", "day": "2025-02-01", "cost": 0.2, "stars": 5, "tags": ["home"]},
        {"dish": "stew", "day": "2025-02-28", "cost": 10.7, "stars": 4, "tags": ["out"]},
        {"dish": "bread", "day": (today - timedelta(days=6)).isoformat(), "cost": 2},
        {"dish": "bread", "day": (today - timedelta(days=7)).isoformat()},
        {"dish": "bread", "day": (today + timedelta(days=1)).isoformat()},
    ]
    records = [await door.add(ana, app_id, **row) for row in rows]
    request = m.GetFiguresRequest(app_id=app_id)
    figures = (await door.stub.GetFigures(request, metadata=ana.call)).figures
    assert [f.aggregate for f in figures] == [a.name for a in MEALS.aggregates]
    held = {f.aggregate: {r.group: r.value for r in f.result.rows if r.HasField("value")} for f in figures}
    recent = (today - timedelta(days=6)).strftime("%Y-%m-01")
    assert held == {
        "total": {"": 13.0},
        "meals": {"": 6},
        "by_month": {"2025-01-01": 0.1, "2025-02-01": 10.9, recent: 2},
        "by_tag": {"": 3, "home": 2, "out": 2},
        "by_stars": {"": 2, "4": 5.4, "5": 0.2},
        "good": {"": 2},
        "soups": {"": pytest.approx(0.3, abs=0)},
        "lately": {"": 2},
        "each": {"": pytest.approx(13 / 6)},
        "left": {"": pytest.approx(100 - 13 / 6)},
        "months": {"2025-01-01": pytest.approx(1.2), "2025-02-01": pytest.approx(130.8), recent: 24},
    }
    results = {f.aggregate: f.result for f in figures}
    assert (results["total"].unit, results["meals"].unit, results["each"].unit) == ("EUR", "", "EUR/meal")
    assert set(results["soups"].record_ids) == {r.record_id for r in records[:2]}
    async with refused(StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await door.stub.GetFigures(request, metadata=eve.call)
    async with refused(StatusCode.INVALID_ARGUMENT, field="app_id"):
        await door.stub.GetFigures(m.GetFiguresRequest(app_id="1"), metadata=ana.call)


async def test_without_records_a_figure_is_no_data_not_zero(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app_of(ana, MEALS)
    figures = (await door.stub.GetFigures(m.GetFiguresRequest(app_id=app_id), metadata=ana.call)).figures
    held = {f.aggregate: [r.value if r.HasField("value") else None for r in f.result.rows] for f in figures}
    assert (held["total"], held["meals"], held["each"], held["by_tag"]) == ([None], [0], [None], [])


# What the query language has words for, and what it has none for.
CONDITIONS = (
    "n > 2",
    "n == 2.5 || k < 0.0",
    "!(n > 2) && b",
    "!b",
    "t != 'soup'",
    "!(t == 'soup')",
    "t == null",
    "is_missing(t) || c == 'run'",
    "c in ['run', 'swim']",
    "n in [1, 2, 12]",
    "'run' in l && size(l) > 1",
    "size(l) == 0",
    "coalesce(n, 0) * 2 >= k",
    "n / k > 1",
    "-n < 1",
    "weekday(d) > 5",
    "month(d) == 4",
    "d != null",
    "b ? n > 1 : k > 1",
    "p == 'ana'",
    "abs(n) == 3",
    "b == null",
)
WITHOUT_WORDS = ("t.contains('ou')", "hour(m) < 9", "l.exists(x, x == 'run')", "lower(t) == 'soup'", "n % 2 == 0")


@given(record)
def test_a_condition_means_the_same_either_way(drawn: Any) -> None:
    entity, (_, values, by, at) = SPEC.entities[0], drawn
    reference = Reference({"a": SPEC}, {"a": [("r", "one", values, by, at)]}, PARIS)
    (row,) = reference.rows(terms.records("a", "one"))
    for condition in CONDITIONS:
        expression = expression_of(condition, entity)
        assert expression is not None, condition
        by_sql = reference.value(expression, row) is True
        assert by_sql == holds(entity, condition, values, CelEngine()), condition


@pytest.mark.parametrize("condition", [*CONDITIONS, *WITHOUT_WORDS])
def test_what_has_no_words_is_left_to_the_engine(condition: str) -> None:
    entity = SPEC.entities[0]
    assert not unsound(condition, scope_of(entity), ("boolean",))
    assert (expression_of(condition, entity) is None) == (condition in WITHOUT_WORDS)
