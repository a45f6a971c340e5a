"""The aggregate, records and specs, without any server."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import app as domain
from madeleine_miniapp.domain.errors import Bad, Missing, NotNow, NotOwner
from madeleine_miniapp.domain.query import check
from madeleine_miniapp.domain.records import Surroundings, change, coerce
from madeleine_miniapp.domain.validation import problems

ENTITY = s.Entity(
    name="meal",
    label="Meal",
    fields=[
        s.Field(name="dish", type=s.FIELD_TYPE_TEXT, required=True),
        s.Field(name="kcal", type=s.FIELD_TYPE_NUMBER, min=0, max=10000),
        s.Field(name="portions", type=s.FIELD_TYPE_INTEGER),
        s.Field(name="kind", type=s.FIELD_TYPE_CHOICE, choices=["lunch", "dinner"]),
        s.Field(name="tags", type=s.FIELD_TYPE_MULTI_CHOICE, choices=["sweet", "vegan"]),
        s.Field(name="day", type=s.FIELD_TYPE_DATE),
        s.Field(name="at", type=s.FIELD_TYPE_DATETIME),
        s.Field(name="cook", type=s.FIELD_TYPE_PERSON),
        s.Field(name="stars", type=s.FIELD_TYPE_RATING),
        s.Field(name="hot", type=s.FIELD_TYPE_BOOLEAN),
        s.Field(name="link", type=s.FIELD_TYPE_URL),
    ],
)
SPEC = s.AppSpec(title="Meal log", entities=[ENTITY])
AROUND = Surroundings(ZoneInfo("Europe/Berlin"), {"p1": "p1", "ana": "p1"})
CREATED = events.AppCreated(app_id="a", owner_id="p1", spec=SPEC)


def struct(**values: Any) -> Struct:
    made = Struct()
    made.update(values)
    return made


def faults(**values: Any) -> dict[str, str]:
    with pytest.raises(Bad) as caught:
        coerce(ENTITY, struct(**{"dish": "soup", **values}), AROUND)
    return {v.field: v.reason for v in caught.value.violations}


def test_commands_that_are_refused() -> None:
    app = domain.evolve(domain.App(), CREATED)
    with pytest.raises(Missing):
        domain.share(domain.App(), "p1", "c")
    with pytest.raises(NotOwner):
        domain.share(app, "p2", "c")
    with pytest.raises(NotNow):
        domain.share(domain.evolve(app, events.AppShared(app_id="a", conversation_id="c")), "p1", "d")
    with pytest.raises(NotNow):
        domain.create(app, CREATED)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("kcal", "12", "must be a number"),
        ("kcal", True, "must be a number"),
        ("kcal", -1, "must be at least 0"),
        ("kcal", 10001, "must be at most 10000"),
        ("portions", 1.5, "must be a whole number"),
        ("kind", "brunch", "must be one of lunch, dinner"),
        ("tags", ["sweet", "sour"], "must be one of sweet, vegan"),
        ("tags", ["sweet", "sweet"], "must not name a choice twice"),
        ("tags", "sweet", "must be a list"),
        ("day", "15.3.2026", "must be a date such as 2026-03-15"),
        ("at", "2026-03-15", "must be a date and time such as 2026-03-15T20:00+01:00"),
        ("at", "2026-03-15T20:00+23:00", "must have an offset within 14 hours of UTC"),
        ("cook", "Bob", "must be the id or the name of a member"),
        ("stars", 6, "must be 1 to 5"),
        ("hot", "yes", "must be true or false"),
        ("link", "javascript:alert(1)", "must be an http or https address"),
        ("dish", "a\x00b", "must not hold the character U+0000"),
        ("colour", "red", "is not a field of meal"),
    ],
)
def test_bad_values_name_their_field_and_the_reason(field: str, value: object, reason: str) -> None:
    assert faults(**{field: value}) == {f"values.{field}": reason}


def test_every_bad_field_is_told_at_once_and_required_ones_too() -> None:
    with pytest.raises(Bad) as caught:
        coerce(ENTITY, struct(kcal="x", stars=9), AROUND)
    assert {v.field for v in caught.value.violations} == {"values.dish", "values.kcal", "values.stars"}
    with pytest.raises(Bad, match=r"values\.dish: is required"):
        change(ENTITY, {"dish": "soup"}, struct(dish=None), AROUND)


def test_times_without_an_offset_are_the_callers() -> None:
    read = coerce(ENTITY, struct(dish="x", at="2026-07-01T08:00", cook="ANA"), AROUND)
    assert read["at"] == "2026-07-01T08:00:00+02:00"
    assert read["cook"] == "p1"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e300])
def test_numbers_that_are_none_are_refused(number: float) -> None:
    values = Struct()
    values.fields["dish"].string_value = "x"
    values.fields["kcal"].number_value = number
    with pytest.raises(Bad, match=r"values\.kcal"):
        coerce(ENTITY, values, AROUND)


JSON = st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=20), st.lists(st.text(max_size=5), max_size=3))
NAMES = st.sampled_from([f.name for f in ENTITY.fields] + ["other"])


@given(st.dictionaries(NAMES, JSON, max_size=12))
def test_any_values_are_either_refused_by_field_or_kept_stably(values: dict[str, Any]) -> None:
    made = struct(**values)
    try:
        kept = coerce(ENTITY, made, AROUND)
    except Bad as error:
        unnamed = [v for v in error.violations if not v.field.startswith("values.") or not v.reason]
    else:
        unnamed = []
        # What is stored reads back as itself, and passes again.
        assert domain.plain(domain.as_struct(kept)) == kept
        assert coerce(ENTITY, domain.as_struct(kept), AROUND) == kept
    assert unnamed == []


def test_unsound_specs_name_each_fault() -> None:
    spec = s.AppSpec(title="T", entities=[ENTITY, ENTITY])
    spec.entities[0].fields[0].name = "Dish Name"
    spec.entities[0].fields[1].formula = "1 +"
    del spec.entities[0].fields[3].choices[:]
    spec.views.add(name="v", type=s.VIEW_TYPE_CALENDAR, entity="meal", by="kcal")
    spec.views.add(name="w", type=s.VIEW_TYPE_METRIC, entity="nowhere")
    spec.aggregates.add(name="total", function=s.AGGREGATE_FUNCTION_SUM, entity="meal", field="kind")
    assert {v.field for v in problems(spec)} >= {
        "entities[1].name",
        "entities[0].fields[0].name",
        "entities[0].fields[1].formula",
        "entities[0].fields[3].choices",
        "views[0].by",
        "views[1].entity",
        "aggregates[0].field",
    }


@pytest.mark.parametrize(
    ("query", "path"),
    [
        (m.Query(entity="x"), "query.entity"),
        (m.Query(), "query.function"),
        (m.Query(function=s.AGGREGATE_FUNCTION_SUM, field="dish"), "query.field"),
        (m.Query(function=s.AGGREGATE_FUNCTION_COUNT, group_by="kcal"), "query.group_by"),
        (m.Query(function=s.AGGREGATE_FUNCTION_COUNT, filters=[m.Filter(field="no")]), "query.filters[0].field"),
        (m.Query(function=s.AGGREGATE_FUNCTION_COUNT, filters=[m.Filter(field="dish")]), "query.filters[0].comparison"),
        (
            m.Query(
                function=s.AGGREGATE_FUNCTION_COUNT,
                filters=[m.Filter(field="kcal", comparison=m.COMPARISON_EQUAL)],
            ),
            "query.filters[0].value",
        ),
    ],
)
def test_bad_queries_name_their_field(query: m.Query, path: str) -> None:
    with pytest.raises(Bad) as caught:
        check(SPEC, query)
    assert [v.field for v in caught.value.violations] == [path]


def test_a_range_must_not_be_empty() -> None:
    query = m.Query(function=s.AGGREGATE_FUNCTION_COUNT)
    moment = datetime(2026, 3, 15, tzinfo=UTC)
    getattr(query, "from").FromDatetime(moment)
    query.to.FromDatetime(moment)
    with pytest.raises(Bad, match=r"query\.to"):
        check(SPEC, query)
