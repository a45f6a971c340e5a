"""Requests to operations, without a server."""

from __future__ import annotations

from typing import Any

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.guarding import unnamed
from madeleine_miniapp.domain.editing.reading import Reading
from madeleine_miniapp.domain.editing.reading import read as read_request
from madeleine_miniapp.domain.editing.trying import sample
from madeleine_miniapp.domain.validation import problems

KNOWN = PackagedLibrary().known_fields()


def read(request: str, spec: s.AppSpec) -> Reading:
    """What is made of a request."""
    return read_request(request, spec, KNOWN)


def spec_of(**fields: str | list[str]) -> s.AppSpec:
    """An app of one entity, with a table; a list is a choice field's options."""
    spec = s.AppSpec(title="Workshop")
    entity = spec.entities.add(name="job", label="Job")
    for name, kind in fields.items():
        word = "choice" if isinstance(kind, list) else kind
        field = entity.fields.add(name=name, label=name.replace("_", " "))
        field.type = s.FieldType.Value(f"FIELD_TYPE_{word.upper()}")
        field.choices.extend(kind if isinstance(kind, list) else [])
    spec.views.add(name="all", type=s.VIEW_TYPE_TABLE, entity="job")
    assert problems(spec) == []
    return spec


WORKSHOP = spec_of(
    customer="text",
    status=["open", "done"],
    price="money",
    hours="number",
    due="date",
    started="date",
    note="text",
    paid="boolean",
    who="person",
)


def told(request: str, spec: s.AppSpec = WORKSHOP) -> list[dict[str, Any]]:
    """The operations of a request, as JSON."""
    reading = read(request, spec)
    assert not reading.not_done, reading.not_done
    after = ops.apply(spec, reading.operations).spec
    assert problems(after) == []
    return ops.to_json(reading.operations)


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("drop the note", [{"op": "remove_field", "entity": "job", "field": "note"}]),
        ("we dont need notes anymore", [{"op": "remove_field", "entity": "job", "field": "note"}]),
        ("get rid of the nte please", [{"op": "remove_field", "entity": "job", "field": "note"}]),
        (
            "call 'hours' 'time spent'",
            [{"op": "rename_field", "entity": "job", "field": "hours", "label": "time spent"}],
        ),
        (
            "who should be required",
            [{"op": "change_field", "entity": "job", "field": "who", "required": True}],
        ),
        (
            "between open and done we need 'waiting'",
            [{"op": "add_choice", "entity": "job", "field": "status", "choice": "waiting", "after": "open"}],
        ),
        (
            "remove 'done' from the status",
            [{"op": "remove_choice", "entity": "job", "field": "status", "choice": "done"}],
        ),
        (
            "price should be a plain number",
            [{"op": "change_field", "entity": "job", "field": "price", "type": "number"}],
        ),
        (
            "compute price per hour",
            [
                {
                    "op": "add_field",
                    "entity": "job",
                    "label": "Price per hour",
                    "type": "money",
                    "formula": "price / hours",
                }
            ],
        ),
        (
            "how many days between started and due?",
            [
                {
                    "op": "add_field",
                    "entity": "job",
                    "label": "How many days between started and due",
                    "type": "number",
                    "unit": "days",
                    "formula": "days_between(started, due)",
                }
            ],
        ),
        ("call the app Bike shop", [{"op": "set_app", "title": "Bike shop"}]),
        ("nothing else should change", []),
    ],
)
def test_a_clause_is_one_operation(request_text: str, expected: list[dict[str, Any]]) -> None:
    if not expected:
        assert read(request_text, WORKSHOP).operations == ()
    else:
        assert told(request_text) == expected


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("'waiting' is another status", {"op": "add_choice", "field": "status", "choice": "waiting"}),
        ("the status paused is missing", {"op": "add_choice", "field": "status", "choice": "paused"}),
        ("paused as a further status", {"op": "add_choice", "field": "status", "choice": "paused"}),
        ("note out", {"op": "remove_field", "field": "note"}),
        ("the note doesn't matter", {"op": "remove_field", "field": "note"}),
        ("note becomes remarks", {"op": "rename_field", "field": "note", "label": "remarks"}),
        ("who is the mechanic", {"op": "add_field", "label": "Mechanic", "type": "person"}),
        ("whether it was towed", {"op": "add_field", "label": "Was towed", "type": "boolean"}),
        ("paid or open?", {"op": "add_field", "label": "Paid or open", "type": "choice", "choices": ["paid", "open"]}),
        (
            "difficulty easy/medium/hard",
            {"op": "add_field", "label": "Difficulty", "type": "choice", "choices": ["easy", "medium", "hard"]},
        ),
        (
            "sort by where it is: hall, yard",
            {"op": "add_field", "label": "Where it is", "type": "choice", "choices": ["hall", "yard"]},
        ),
        (
            "we pay 30 euros an hour, work out what each job costs",
            {"op": "add_field", "label": "Cost per job", "type": "money", "formula": "hours * 30.0"},
        ),
        (
            "what each job costs should be worked out",
            {"op": "add_field", "label": "Cost per job", "type": "money", "formula": "hours * price"},
        ),
        (
            "when is it late (14 days after due)?",
            {"op": "add_field", "label": "Late", "type": "date", "formula": "add_days(due, 14.0)"},
        ),
    ],
)
def test_what_people_say_in_passing_is_an_operation(request_text: str, expected: dict[str, Any]) -> None:
    assert told(request_text) == [{"entity": "job"} | expected]


@pytest.mark.parametrize(
    "remark",
    [
        "we had a great summer",
        "the workshop is closed on monday",
        "Dora left for a week",
        "I think price and hours are fine",
    ],
)
def test_a_remark_changes_nothing(remark: str) -> None:
    assert read(remark, WORKSHOP).operations == ()


@pytest.mark.parametrize(
    ("news", "choice"),
    [
        ("Dora joined the team", "Dora"),
        ("Grandma helps us now too", "Grandma"),
        ("小张也加进来了", "小张"),
    ],
)
def test_who_is_new_can_be_chosen(news: str, choice: str) -> None:
    app = spec_of(helper=["Ali", "Bea"], size=["small", "large"], at="date")
    assert told(news, app) == [{"op": "add_choice", "entity": "job", "field": "helper", "choice": choice}]


def test_what_is_said_to_be_kept_is_kept_whatever_the_order() -> None:
    kept = told("split price into parts and labour, but keep the old price for now")
    assert [o["op"] for o in kept] == ["add_field", "add_field"]
    assert told("remove the note. no wait, leave it") == []


def test_a_pronoun_is_what_was_last_spoken_of() -> None:
    assert told("the hours are silly. take them out") == [{"op": "remove_field", "entity": "job", "field": "hours"}]


def test_a_reminder_hangs_on_its_date() -> None:
    (reminder,) = told("remind us two days before it's due")
    assert (reminder["trigger"], reminder["field"], reminder["days_before"]) == ("date", "due", 2)
    added, reminder = told("we need a pick-up date with a reminder a week before")
    assert (added["type"], reminder["field"], reminder["days_before"]) == ("date", "pick_up_date", 7)
    (limit,) = told("warn me when hours is above 8")
    assert (limit["trigger"], limit["condition"]) == ("record", "hours > 8.0")


def test_roles_are_set_and_a_person_by_name_is_told_no() -> None:
    (permission,) = told("only I can delete records")
    assert permission["role"] == "editor"
    assert not permission.get("remove_any")
    assert permission["change_any"]
    (locked,) = told("only the owner may change the price")
    assert locked["locked_fields"] == ["price"]
    assert read("only Anna may change the price", WORKSHOP).not_done


def test_one_that_cannot_stand_is_not_proposed_and_the_reason_is_given() -> None:
    plain = spec_of(name="text", size="number")
    reading = read("show it on a calendar and add a photo", plain)
    assert [o.op for o in reading.operations] == ["add_field"]
    assert reading.not_done == ("a calendar needs a field with a date",)
    # What stands in the way may go later in the same request.
    assert [o.op for o in read("a board by name would help. make name one of a, b, c", plain).operations] == [
        "change_field",
        "add_view",
    ]


@pytest.mark.parametrize(
    "hostile", ["(((" * 60, "'" * 500, "add " + "a, " * 500, "把" * 1500, "\ue0005\ue002 \ue0019\ue002"]
)
def test_garbage_is_read_quickly_and_harms_nothing(hostile: str) -> None:
    reading = read(hostile, WORKSHOP)
    ops.apply(WORKSHOP, reading.operations)


def test_a_model_may_touch_only_what_is_named() -> None:
    fine = [ops.RemoveField("job", "note"), ops.AddField("job", "Colour", "text")]
    assert unnamed("no notes, but the colour", WORKSHOP, fine) == []
    bad = [
        ops.RemoveField("job", "price"),
        ops.RenameField("job", "note", "Remark"),
        ops.AddField("job", "Size", "text"),
    ]
    assert [v.field for v in unnamed("no notes, but the colour", WORKSHOP, bad)] == [
        "operations[0]",
        "operations[1]",
        "operations[2]",
    ]


def test_a_sample_has_a_value_for_every_field_that_is_entered() -> None:
    after = ops.apply(WORKSHOP, read("compute price per hour", WORKSHOP).operations).spec
    assert set(sample(after.entities[0]).fields) == {f.name for f in WORKSHOP.entities[0].fields}
