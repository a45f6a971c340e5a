"""Edits of a spec as typed operations: what each does, what goes along, and what is refused with its path."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from google.protobuf.struct_pb2 import Value

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.errors import Bad
from madeleine_miniapp.domain.operations import (
    OPERATIONS,
    Applied,
    apply,
    operations_from_json,
    operations_schema,
    to_json,
)

SPEC = s.AppSpec(
    title="Expenses",
    entities=[
        s.Entity(
            name="expense",
            label="Expense",
            fields=[
                s.Field(name="what", label="What", type=s.FIELD_TYPE_TEXT, required=True),
                s.Field(name="amount", label="Amount", type=s.FIELD_TYPE_MONEY),
                s.Field(name="people", label="People", type=s.FIELD_TYPE_INTEGER),
                s.Field(name="share", label="Share", type=s.FIELD_TYPE_MONEY, formula="amount / people"),
                s.Field(name="day", label="Day", type=s.FIELD_TYPE_DATE),
                s.Field(name="kind", label="Kind", type=s.FIELD_TYPE_CHOICE, choices=["food", "fun"]),
            ],
            rules=[s.Rule(expression="amount >= 0.0", message="no refunds")],
        )
    ],
    views=[
        s.View(name="all", type=s.VIEW_TYPE_TABLE, entity="expense", fields=["what", "amount"], sort_by="day"),
        s.View(name="calendar", type=s.VIEW_TYPE_CALENDAR, entity="expense", by="day"),
        s.View(name="by_kind", type=s.VIEW_TYPE_CHART, entity="expense", by="kind", aggregate="total"),
        s.View(name="each", type=s.VIEW_TYPE_METRIC, entity="expense", aggregate="per_person"),
    ],
    aggregates=[
        s.Aggregate(name="total", function=s.AGGREGATE_FUNCTION_SUM, entity="expense", field="amount"),
        s.Aggregate(name="food", function=s.AGGREGATE_FUNCTION_COUNT, entity="expense", where="kind == 'food'"),
        s.Aggregate(name="heads", function=s.AGGREGATE_FUNCTION_MAX, entity="expense", field="people"),
        s.Aggregate(name="per_person", entity="expense", expression="total / heads"),
    ],
    automations=[
        s.Automation(name="due", trigger="date", action="remind", text="pay", entity="expense", field="day", at="09:00")
    ],
    permissions=[s.Permission(role="viewer", entity="expense", add=True, locked_fields=["amount"])],
)


def done(*operations: dict[str, Any]) -> Applied:
    return apply(SPEC, operations_from_json(list(operations)))


def faults(*operations: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Bad) as caught:
        done(*operations)
    return {v.field: v.reason for v in caught.value.violations}


def fields(applied: Applied) -> list[str]:
    return [f.name for f in applied.spec.entities[0].fields]


def test_a_field_is_added_where_it_was_asked_for_and_its_old_values_may_come_back() -> None:
    applied = done(
        {"op": "add_field", "entity": "Expense", "label": "Paid by", "type": "person", "after": "what"},
    )
    assert fields(applied)[:3] == ["what", "paid_by", "amount"]
    restore = events.Migration(
        kind=events.MIGRATION_KIND_RESTORE, entity="expense", field="paid_by", to_type=s.FIELD_TYPE_PERSON
    )
    assert applied.migrations == (restore,)
    assert [(c.kind, c.what, c.text) for c in applied.changes] == [
        ("add", "field", "Adds the field “Paid by” (person) to Expense")
    ]
    assert len(SPEC.entities[0].fields) == 6


def test_a_chinese_label_gets_a_stable_name_and_keeps_its_words() -> None:
    operation = {"op": "add_field", "entity": "expense", "label": "备注", "type": "text"}
    field = done(operation).spec.entities[0].fields[-1]
    assert field.label == "备注"
    assert field.name.startswith("field_")
    assert done(operation).spec.entities[0].fields[-1].name == field.name
    renamed = done({"op": "rename_field", "entity": "expense", "field": "what", "label": "内容"})
    assert (renamed.spec.entities[0].fields[0].name, renamed.spec.entities[0].fields[0].label) == ("what", "内容")
    assert renamed.migrations == ()
    assert "改名为「内容」" in renamed.changes[0].text or "to “内容”" in renamed.changes[0].text


def test_a_renamed_field_is_renamed_wherever_it_is_named() -> None:
    applied = done(
        {"op": "rename_field", "entity": "expense", "field": "amount", "label": "Cost"},
        {"op": "rename_field", "entity": "expense", "field": "day", "label": "Paid on"},
    )
    spec = applied.spec
    assert spec.entities[0].fields[3].formula == "cost / people"
    assert spec.entities[0].rules[0].expression == "cost >= 0.0"
    assert spec.aggregates[0].field == "cost"
    assert (list(spec.views[0].fields), spec.views[0].sort_by) == (["what", "cost"], "paid_on")
    assert (spec.views[1].by, spec.automations[0].field) == ("paid_on", "paid_on")
    assert list(spec.permissions[0].locked_fields) == ["cost"]
    assert [(m.kind, m.field, m.to) for m in applied.migrations] == [
        (events.MIGRATION_KIND_RENAME, "amount", "cost"),
        (events.MIGRATION_KIND_RENAME, "day", "paid_on"),
    ]


def test_what_rests_on_a_removed_field_goes_with_it_and_is_told() -> None:
    applied = done({"op": "remove_field", "entity": "expense", "field": "amount"})
    assert fields(applied) == ["what", "people", "day", "kind"]
    assert not applied.spec.entities[0].rules
    assert [a.name for a in applied.spec.aggregates] == ["food", "heads"]
    assert [v.name for v in applied.spec.views] == ["all", "calendar"]
    assert list(applied.spec.views[0].fields) == ["what"]
    assert list(applied.spec.permissions[0].locked_fields) == []
    assert {(c.what, c.name) for c in applied.changes} == {
        ("field", "amount"),
        ("field", "share"),
        ("rule", "amount >= 0.0"),
        ("aggregate", "total"),
        ("aggregate", "per_person"),
        ("view", "by_kind"),
        ("view", "each"),
    }
    dated = done({"op": "remove_field", "entity": "expense", "field": "Day"}).spec
    assert (dated.views[0].sort_by, len(dated.automations)) == ("", 0)
    assert "calendar" not in {v.name for v in dated.views}


def test_choices_are_added_reworded_and_removed() -> None:
    applied = done(
        {"op": "add_choice", "entity": "expense", "field": "kind", "choice": "rent", "after": "food"},
        {"op": "rename_choice", "entity": "expense", "field": "kind", "choice": "food", "to": "groceries"},
        {"op": "remove_choice", "entity": "expense", "field": "kind", "choice": "Fun"},
    )
    assert list(applied.spec.entities[0].fields[5].choices) == ["groceries", "rent"]
    assert applied.spec.aggregates[1].where == "kind == 'groceries'"
    assert [m.kind for m in applied.migrations] == [
        events.MIGRATION_KIND_CONVERT,
        events.MIGRATION_KIND_RENAME_CHOICE,
        events.MIGRATION_KIND_CONVERT,
    ]


def test_a_new_type_takes_along_what_no_longer_suits_it() -> None:
    applied = done({"op": "change_field", "entity": "expense", "field": "kind", "type": "text"})
    assert not applied.spec.entities[0].fields[5].choices
    assert applied.migrations[0].from_type == s.FIELD_TYPE_CHOICE
    assert applied.migrations[0].to_type == s.FIELD_TYPE_TEXT
    with_a_board = done({"op": "add_view", "type": "board", "entity": "expense"}).spec
    changed = apply(
        with_a_board,
        operations_from_json([{"op": "change_field", "entity": "expense", "field": "kind", "type": "text"}]),
    )
    assert "board" not in {v.name for v in changed.spec.views}
    assert any(c.kind == "remove" and c.what == "view" for c in changed.changes)


def test_entities_come_and_go_with_all_that_belongs_to_them() -> None:
    applied = done(
        {
            "op": "add_entity",
            "label": "Person",
            "fields": [
                {"label": "Name", "type": "text", "required": True},
                {"label": "Favourite", "type": "relation", "relates_to": "expense"},
            ],
        },
        {"op": "rename_entity", "entity": "expense", "label": "Bill"},
    )
    spec = applied.spec
    assert [e.name for e in spec.entities] == ["bill", "person"]
    assert spec.entities[1].fields[1].relates_to == "bill"
    assert {v.entity for v in spec.views} == {"bill", "person"}
    left = apply(spec, operations_from_json([{"op": "remove_entity", "entity": "bill"}])).spec
    assert [f.name for f in left.entities[0].fields] == ["name"]
    assert [v.entity for v in left.views] == ["person"]
    assert [*left.aggregates, *left.automations, *left.permissions] == []
    assert faults({"op": "remove_entity", "entity": "expense"}) == {"operations[0].entity": "is the app's only one"}


def test_views_figures_automations_rules_and_permissions() -> None:
    applied = done(
        {"op": "set_app", "title": "Costs", "theme": "forest", "currency": "EUR", "icon": "💶"},
        {"op": "add_view", "type": "metric", "entity": "expense"},
        {"op": "change_view", "view": "all", "sort_by": "Amount", "descending": True},
        {"op": "remove_view", "view": "calendar"},
        {"op": "add_aggregate", "label": "Mean share", "function": "mean", "entity": "expense", "field": "amount"},
        {"op": "change_aggregate", "aggregate": "total", "days": 30},
        {"op": "remove_aggregate", "aggregate": "heads"},
        {"op": "add_automation", "trigger": "schedule", "action": "post", "text": "hi", "schedule": "0 9 * * 1"},
        {"op": "change_automation", "automation": "due", "days_before": 2},
        {"op": "add_rule", "entity": "expense", "expression": "people > 0", "message": "somebody must pay"},
        {"op": "remove_rule", "entity": "expense", "rule": "no refunds"},
        {"op": "set_permission", "role": "editor", "add": True, "change_own": True},
        {"op": "remove_permission", "role": "viewer", "entity": "expense"},
    )
    spec = applied.spec
    assert (spec.title, spec.theme, spec.currency, spec.icon) == ("Costs", "forest", "EUR", "💶")
    assert {v.name for v in spec.views} == {"all", "by_kind", "metric"}
    assert (spec.views[0].sort_by, spec.views[0].descending) == ("amount", True)
    assert [a.name for a in spec.aggregates] == ["total", "food", "number_of_expense", "mean_share"]
    assert spec.aggregates[0].days == 30
    assert [(a.name, a.days_before) for a in spec.automations] == [("due", 2), ("post_schedule", 0)]
    assert [r.message for r in spec.entities[0].rules] == ["somebody must pay"]
    assert [(p.role, p.entity, p.change_own, p.change_any) for p in spec.permissions] == [("editor", "", True, False)]
    assert done({"op": "remove_automation", "automation": "due"}).spec.automations == []


def test_defaults_bounds_and_clearing() -> None:
    applied = done(
        {"op": "change_field", "entity": "expense", "field": "amount", "min": 0, "max": 10, "default": 5},
        {"op": "change_field", "entity": "expense", "field": "kind", "default": "fun", "required": True},
        {"op": "change_field", "entity": "expense", "field": "amount", "clear": ["max"]},
    )
    amount, kind = applied.spec.entities[0].fields[1], applied.spec.entities[0].fields[5]
    assert (amount.min, amount.HasField("max"), amount.default_value) == (0, False, Value(number_value=5))
    assert (kind.default_value, kind.required) == (Value(string_value="fun"), True)


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ({"op": "remove_field", "entity": "expense", "field": "nope"}, "field"),
        ({"op": "remove_field", "entity": "nope", "field": "what"}, "entity"),
        ({"op": "add_field", "entity": "expense", "label": "AMOUNT", "type": "text"}, "label"),
        ({"op": "rename_field", "entity": "expense", "field": "what", "label": "Amount"}, "label"),
        ({"op": "add_choice", "entity": "expense", "field": "what", "choice": "x"}, "field"),
        ({"op": "add_choice", "entity": "expense", "field": "kind", "choice": "fun"}, "choice"),
        ({"op": "remove_choice", "entity": "expense", "field": "kind", "choice": "x"}, "choice"),
        ({"op": "add_view", "type": "checklist", "entity": "expense"}, "by"),
        ({"op": "add_view", "type": "chart", "entity": "expense", "aggregate": "nope"}, "aggregate"),
        ({"op": "remove_view", "view": "nope"}, "view"),
        ({"op": "add_aggregate", "label": "x", "entity": "expense"}, "function"),
        ({"op": "remove_rule", "entity": "expense", "rule": "nope"}, "rule"),
        ({"op": "remove_permission", "role": "owner"}, "role"),
    ],
)
def test_an_operation_that_cannot_be_done_names_its_part(operation: dict[str, Any], path: str) -> None:
    found = faults({"op": "set_app", "title": "x"}, operation)
    assert list(found) == [f"operations[1].{path}"]


def test_all_faults_are_told_at_once_and_nothing_is_done() -> None:
    found = faults(
        {"op": "remove_field", "entity": "expense", "field": "nope"},
        {"op": "remove_view", "view": "nope"},
    )
    assert set(found) == {"operations[0].field", "operations[1].view"}
    broken = faults({"op": "change_field", "entity": "expense", "field": "what", "type": "choice"})
    assert broken == {"entities[0].fields[0].choices": "must be 1 to 50"}


def test_what_is_written_badly_is_refused_by_path() -> None:
    with pytest.raises(Bad) as caught:
        operations_from_json(
            [
                {"op": "explode"},
                "x",
                {"op": "add_field", "entity": "e", "type": "float", "label": "", "extra": 1, "min": "1"},
                {"op": "add_entity", "label": "x", "fields": [{"label": "y"}]},
            ]
        )
    assert {v.field for v in caught.value.violations} == {
        "operations[0].op",
        "operations[1].op",
        "operations[2].type",
        "operations[2].label",
        "operations[2].extra",
        "operations[2].min",
        "operations[3].fields[0].type",
    }
    for text in ("not json", "[" * 100_000, "{}", "1", json.dumps([{}] * 41), json.dumps("x" * 300_000)):
        with pytest.raises(Bad):
            operations_from_json(text)


def test_json_and_back_and_its_schema_agree() -> None:
    written = [
        {"op": "add_field", "entity": "expense", "label": "Note", "type": "text"},
        {"op": "set_app", "title": "x"},
        {"op": "add_entity", "label": "Person", "fields": [{"label": "Name", "type": "text"}]},
        {"op": "change_field", "entity": "expense", "field": "what", "required": False},
    ]
    operations = operations_from_json(json.dumps({"operations": written}))
    assert to_json(operations) == written
    schema = operations_schema(SPEC)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"operations": written}, schema)
    for bad in (
        {"op": "remove_field", "entity": "expense", "field": "nope"},
        {"op": "remove_view", "view": "nope"},
        {"op": "add_field", "entity": "expense", "label": "x" * 61, "type": "text"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"operations": [bad]}, schema)
    named = {v["properties"]["op"]["const"] for v in schema["properties"]["operations"]["items"]["anyOf"]}
    assert named == set(OPERATIONS)
    empty = operations_schema(s.AppSpec(title="x", entities=SPEC.entities), only=["remove_view", "add_view"])
    assert [v["properties"]["op"]["const"] for v in empty["properties"]["operations"]["items"]["anyOf"]] == ["add_view"]
