"""Whole specs: every fault is told with its path, and what is sound passes."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.cron import cron_problem
from madeleine_miniapp.domain.validation import problems


def sound() -> dict[str, Any]:
    return {
        "title": "Choir",
        "description": "who came",
        "icon": "🎵",
        "theme": "forest",
        "currency": "EUR",
        "entities": [
            {
                "name": "singer",
                "label": "Singer",
                "fields": [{"name": "name", "label": "Name", "type": "FIELD_TYPE_TEXT", "required": True}],
            },
            {
                "name": "visit",
                "label": "Visit",
                "fields": [
                    {"name": "day", "label": "Day", "type": "FIELD_TYPE_DATE", "hint": "of the rehearsal"},
                    {"name": "came", "label": "Came", "type": "FIELD_TYPE_BOOLEAN", "defaultValue": True},
                    {"name": "who", "label": "Who", "type": "FIELD_TYPE_RELATION", "relatesTo": "singer"},
                    {"name": "fee", "label": "Fee", "type": "FIELD_TYPE_MONEY", "min": 0, "max": 50},
                    {"name": "twice", "label": "Twice", "type": "FIELD_TYPE_MONEY", "formula": "fee * 2"},
                    {"name": "kind", "label": "Kind", "type": "FIELD_TYPE_CHOICE", "choices": ["a", "b"]},
                ],
                "rules": [{"expression": "fee >= 0", "message": "no debts"}],
            },
        ],
        "views": [
            {"name": "all", "type": "VIEW_TYPE_TABLE", "entity": "visit", "fields": ["day", "fee"], "sortBy": "day"},
            {"name": "drawn", "type": "VIEW_TYPE_CUSTOM", "entity": "visit", "script": "draw()"},
            {"name": "rate", "type": "VIEW_TYPE_CHART", "entity": "visit", "by": "kind", "aggregate": "rate"},
        ],
        "aggregates": [
            {
                "name": "here",
                "function": "AGGREGATE_FUNCTION_COUNT",
                "entity": "visit",
                "where": "came",
                "groupBy": "who",
            },
            {"name": "all", "function": "AGGREGATE_FUNCTION_COUNT", "entity": "visit", "groupBy": "who", "days": 30},
            {"name": "rate", "expression": "here / all * 100", "unit": "%"},
            {
                "name": "monthly",
                "function": "AGGREGATE_FUNCTION_SUM",
                "entity": "visit",
                "field": "twice",
                "groupBy": "day",
                "bucket": "month",
            },
        ],
        "automations": [
            {
                "name": "tell",
                "trigger": "record",
                "action": "post",
                "text": "x",
                "entity": "visit",
                "condition": "came",
            },
            {"name": "mondays", "trigger": "schedule", "action": "remind", "text": "x", "schedule": "0 9 * * mon"},
            {
                "name": "before",
                "trigger": "date",
                "action": "remind",
                "text": "x",
                "entity": "visit",
                "field": "day",
                "daysBefore": 1,
                "at": "09:00",
            },
        ],
        "permissions": [{"role": "viewer", "entity": "visit", "add": True, "lockedFields": ["fee"]}],
    }


def spec(changes: dict[str, Any] | None = None) -> s.AppSpec:
    """The sound spec with values put at paths."""
    made = sound()
    for path, value in (changes or {}).items():
        at: Any = made
        *steps, last = path.split(".")
        for step in steps:
            at = at[int(step)] if step.isdigit() else at[step]
        if isinstance(at, list):
            at[int(last)] = value
        else:
            at[last] = value
    return ParseDict(made, s.AppSpec())


def test_a_spec_that_uses_everything_is_sound() -> None:
    assert problems(spec()) == []


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("title", "", "title"),
        ("title", "x" * 81, "title"),
        ("title", "a\nb", "title"),
        ("description", "x" * 301, "description"),
        ("icon", "abc", "icon"),
        ("theme", "loud", "theme"),
        ("currency", "Euro", "currency"),
        ("entities", [], "entities"),
        ("entities.0.name", "Singer", "entities[0].name"),
        ("entities.0.name", "visit", "entities[1].name"),
        ("entities.0.label", "", "entities[0].label"),
        ("entities.0.fields", [], "entities[0].fields"),
        ("entities.1.fields.0.name", "record_id", "entities[1].fields[0].name"),
        ("entities.1.fields.0.name", "came", "entities[1].fields[1].name"),
        ("entities.1.fields.0.label", " ", "entities[1].fields[0].label"),
        ("entities.1.fields.0.type", 0, "entities[1].fields[0].type"),
        ("entities.1.fields.0.type", 99, "entities[1].fields[0].type"),
        ("entities.1.fields.0.hint", "x" * 301, "entities[1].fields[0].hint"),
        ("entities.1.fields.0.unit", "x" * 21, "entities[1].fields[0].unit"),
        ("entities.1.fields.0.min", 1, "entities[1].fields[0].min"),
        ("entities.1.fields.0.choices", ["a"], "entities[1].fields[0].choices"),
        ("entities.1.fields.0.relatesTo", "singer", "entities[1].fields[0].relates_to"),
        ("entities.1.fields.1.defaultValue", "yes", "entities[1].fields[1].default_value"),
        ("entities.1.fields.2.relatesTo", "nobody", "entities[1].fields[2].relates_to"),
        ("entities.1.fields.3.min", 60, "entities[1].fields[3].min"),
        ("entities.1.fields.3.min", "NaN", "entities[1].fields[3].min"),
        ("entities.1.fields.3.defaultValue", 51, "entities[1].fields[3].default_value"),
        ("entities.1.fields.4.formula", "fees * 2", "entities[1].fields[4].formula"),
        ("entities.1.fields.4.formula", "twice", "entities[1].fields[4].formula"),
        ("entities.1.fields.5.choices", [], "entities[1].fields[5].choices"),
        ("entities.1.fields.5.choices", ["a", "a"], "entities[1].fields[5].choices"),
        ("entities.1.fields.5.choices", [f"c{i}" for i in range(51)], "entities[1].fields[5].choices"),
        ("entities.1.fields.5.defaultValue", "c", "entities[1].fields[5].default_value"),
        ("entities.1.rules.0.expression", "fee", "entities[1].rules[0].expression"),
        ("entities.1.rules.0.message", "", "entities[1].rules[0].message"),
        ("views.0.name", "a b", "views[0].name"),
        ("views.0.name", "drawn", "views[1].name"),
        ("views.0.type", 0, "views[0].type"),
        ("views.0.entity", "x", "views[0].entity"),
        ("views.0.title", "x" * 61, "views[0].title"),
        ("views.0.fields", ["day", "day"], "views[0].fields"),
        ("views.0.fields", ["day", "x"], "views[0].fields[1]"),
        ("views.0.sortBy", "x", "views[0].sort_by"),
        ("views.0.by", "x", "views[0].by"),
        ("views.0.script", "x", "views[0].script"),
        ("views.1.script", "", "views[1].script"),
        ("views.1.script", "x" * 65_537, "views[1].script"),
        ("views.2.by", "fee", "views[2].by"),
        ("views.2.by", "", "views[2].by"),
        ("views.2.aggregate", "x", "views[2].aggregate"),
        ("aggregates.0.name", "all", "aggregates[1].name"),
        ("aggregates.0.function", 0, "aggregates[0].function"),
        ("aggregates.0.entity", "x", "aggregates[0].entity"),
        ("aggregates.0.where", "came + 1", "aggregates[0].where"),
        ("aggregates.0.groupBy", "fee", "aggregates[0].group_by"),
        ("aggregates.0.bucket", "month", "aggregates[0].bucket"),
        ("aggregates.0.days", -1, "aggregates[0].days"),
        ("aggregates.0.groupBy", "kind", "aggregates[2].expression"),
        ("aggregates.0.groupBy", "", "aggregates[2].expression"),
        ("aggregates.2.expression", "here / nothing", "aggregates[2].expression"),
        ("aggregates.2.expression", "rate + 1", "aggregates[2].expression"),
        ("aggregates.2.field", "fee", "aggregates[2].field"),
        ("aggregates.3.field", "kind", "aggregates[3].field"),
        ("aggregates.3.bucket", "hour", "aggregates[3].bucket"),
        ("automations.0.trigger", "never", "automations[0].trigger"),
        ("automations.0.action", "pay", "automations[0].action"),
        ("automations.0.text", " ", "automations[0].text"),
        ("automations.0.entity", "", "automations[0].entity"),
        ("automations.0.entity", "x", "automations[0].entity"),
        ("automations.0.condition", "fee", "automations[0].condition"),
        ("automations.1.schedule", "", "automations[1].schedule"),
        ("automations.2.field", "fee", "automations[2].field"),
        ("automations.2.daysBefore", 366, "automations[2].days_before"),
        ("automations.2.at", "9:00", "automations[2].at"),
        ("automations.2.at", "24:00", "automations[2].at"),
        ("permissions.0.role", "king", "permissions[0].role"),
        ("permissions.0.entity", "x", "permissions[0].entity"),
        ("permissions.0.lockedFields", ["x"], "permissions[0].locked_fields[0]"),
    ],
)
def test_every_fault_has_its_path(path: str, value: Any, fault: str) -> None:
    assert fault in {v.field for v in problems(spec({path: value}))}


def test_figures_that_rest_on_each_other_are_refused() -> None:
    made = spec()
    made.aggregates.add(name="p", expression="q + 1")
    made.aggregates.add(name="q", expression="p * 2")
    assert {v.field: v.reason for v in problems(made)} == {
        "aggregates[4].expression": "rests on itself: p -> q -> p",
        "aggregates[5].expression": "rests on itself: q -> p -> q",
    }


def test_relations_may_go_round_unless_each_record_would_need_another_first() -> None:
    made = spec()
    made.entities[0].fields.add(name="last", label="Last", type=s.FIELD_TYPE_RELATION, relates_to="visit")
    made.entities[0].fields.add(name="twin", label="Twin", type=s.FIELD_TYPE_RELATION, relates_to="singer")
    assert problems(made) == []
    made.entities[0].fields[2].required = True
    assert {v.field for v in problems(made)} == {"entities[0].fields[2].required"}
    made.entities[0].fields[2].required = False
    made.entities[0].fields[1].required = True
    made.entities[1].fields[2].required = True
    assert {v.field for v in problems(made)} == {"entities[0].fields[1].required", "entities[1].fields[2].required"}


def test_an_entity_needs_something_to_enter_and_a_spec_has_its_size() -> None:
    made = spec({"entities.0.fields": [{"name": "n", "label": "N", "type": "FIELD_TYPE_NUMBER", "formula": "1"}]})
    assert {v.field for v in problems(made)} == {"entities[0].fields"}
    made.views[1].script = "x" * 600_000
    assert {v.field for v in problems(made)} == {""}


@pytest.mark.parametrize(
    "schedule", ["0 9 * * 1", "30 8,18 * * mon-fri", "0,15,30,45 * * * *", "0 9 1 jan *", "*/15 * * * *", "5 */2 * * *"]
)
def test_schedules(schedule: str) -> None:
    assert cron_problem(schedule) == ""


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "* * * * *",
        "0 9 * *",
        "0 25 * * *",
        "60 9 * * *",
        "0 9 0 * *",
        "0 9 * 13 *",
        "0 9 * * 8",
        "*/5 * * * *",
        "0 9-8 * * *",
        "0 x * * *",
        "@daily",
        "0 9 * * */0",
        "*-3 9 * * *",
        "0 9 * * 1; rm",
        "0 ９ * * *",
    ],
)
def test_what_is_no_schedule(schedule: str) -> None:
    assert cron_problem(schedule)
