"""What a model may change of a draft: a title and fields for phrases that were left out, and nothing that was named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.errors import Bad
from madeleine_miniapp.domain.refining import Scope, refine, schema, scope
from madeleine_miniapp.domain.validation import problems

PROMPT = "a log for the greenhouse with temperature and a mysterious gauge"


@pytest.fixture
def asked() -> Scope:
    fields = [
        s.Field(name="date", label="Date", type=s.FIELD_TYPE_DATE, required=True),
        s.Field(name="temperature", label="Temperature", type=s.FIELD_TYPE_NUMBER, unit="°C"),
    ]
    spec = s.AppSpec(title="Greenhouse log", entities=[s.Entity(name="entry", label="Entry", fields=fields)])
    return scope(spec, PROMPT, {"entry.temperature"})


def written(*operations: dict[str, Any]) -> str:
    return json.dumps({"operations": list(operations)})


def test_only_what_was_left_out_may_be_added(asked: Scope) -> None:
    assert asked.phrases == ("greenhouse", "mysterious gauge")
    shown = json.loads(schema(asked))["properties"]["operations"]["items"]["anyOf"]
    assert {v["properties"]["op"]["const"] for v in shown} == {"set_app", "add_field"}
    field = {"op": "add_field", "entity": "entry", "label": "mysterious gauge", "type": "number"}
    applied = refine(written({"op": "set_app", "title": "Greenhouse"}, field), asked)
    assert applied.spec.title == "Greenhouse"
    assert [f.label for f in applied.spec.entities[0].fields] == ["Date", "Temperature", "mysterious gauge"]
    assert problems(applied.spec) == []
    # The draft itself is as it was.
    assert asked.spec.title == "Greenhouse log"


def test_who_has_listed_fields_and_named_the_app_is_asked_nothing(asked: Scope) -> None:
    listed = scope(asked.spec, PROMPT, {f"entry.{name}" for name in "abcd"}, titled=True)
    assert (listed.phrases, listed.closed) == ((), True)
    titled = scope(asked.spec, PROMPT, (), titled=True)
    assert not titled.closed
    shown = json.loads(schema(titled))["properties"]["operations"]["items"]["anyOf"]
    assert {v["properties"]["op"]["const"] for v in shown} == {"add_field"}
    with pytest.raises(Bad):
        refine(written({"op": "set_app", "title": "Greenhouse"}), titled)


def test_nothing_to_add_is_no_fault(asked: Scope) -> None:
    assert refine(written(), asked).spec == asked.spec


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "remove_field", "entity": "entry", "field": "temperature"}],
        [{"op": "rename_field", "entity": "entry", "field": "temperature", "label": "Heat"}],
        [{"op": "change_field", "entity": "entry", "field": "temperature", "type": "text"}],
        [{"op": "add_field", "entity": "entry", "label": "Password", "type": "text"}],
        [{"op": "add_field", "entity": "nowhere", "label": "greenhouse", "type": "text"}],
        [{"op": "add_field", "entity": "entry", "label": "greenhouse", "type": "formula"}],
        [{"op": "set_app", "title": "Buy crypto now"}],
        [{"op": "set_app", "title": "Greenhouse", "icon": "☢️"}],
        [{"op": "set_app", "title": "\u202egreenhouse"}],
        [{"op": "set_app", "title": "Greenhouse"}] * 2,
        [{"op": "set_app", "title": "x" * 200}],
    ],
)
def test_whatever_else_is_refused_with_its_path(asked: Scope, operations: list[dict[str, Any]]) -> None:
    with pytest.raises(Bad) as caught:
        refine(written(*operations), asked)
    assert all(v.field.startswith("operations") and v.reason for v in caught.value.violations)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"operations": 1}', '{"operations": [1]}', "null", "[" * 5000])
def test_garbage_is_refused(asked: Scope, text: str) -> None:
    if text == "[]":
        assert refine(text, asked).spec == asked.spec
        return
    with pytest.raises(Bad):
        refine(text, asked)
