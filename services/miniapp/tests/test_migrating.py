"""Records follow changes of the spec, and changes undone bring back what they took."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.application.cel import CelEngine
from madeleine_miniapp.domain.changing import between, inverse
from madeleine_miniapp.domain.converting import convert
from madeleine_miniapp.domain.errors import Bad
from madeleine_miniapp.domain.migrating import Following, Row, migrate
from madeleine_miniapp.domain.operations import apply, operations_from_json

T = {n.removeprefix("FIELD_TYPE_").lower(): v for n, v in s.FieldType.items() if v}
CHOICES = ["red", "Blue", "3", "yes", "2026-03-15"]


def field(kind: str, name: str = "f", **parts: Any) -> s.Field:
    choices = CHOICES if kind in ("choice", "multi_choice") else []
    made = s.Field(name=name, label=name, type=T[kind], choices=parts.pop("choices", choices), **parts)
    if kind == "relation":
        made.relates_to = "thing"
    return made


def spec(*fields: s.Field) -> s.AppSpec:
    other = s.Entity(name="other", label="Other", fields=[s.Field(name="x", label="x", type=T["text"])])
    thing = s.Entity(name="thing", label="Thing", fields=[field("text", "title"), *fields])
    return s.AppSpec(title="t", entities=[thing, other])


@pytest.mark.parametrize(
    ("old", "value", "new", "after"),
    [
        ("text", "5", "number", 5),
        ("text", "€ 1,234.50", "money", 1234.5),
        ("text", "1.234,50 €", "money", 1234.5),
        ("text", "3,5 kg", "number", 3.5),
        ("text", "1,234", "number", 1234),
        ("text", "12 000", "number", 12000),
        ("text", "-3", "number", -3),
        ("text", "300大卡", "integer", 300),
        ("text", "3 or 4", "number", None),
        ("text", "many", "number", None),
        ("text", "9" * 30, "number", None),
        ("text", "3.6", "integer", 4),
        ("text", "7", "rating", None),
        ("text", "4", "rating", 4),
        ("text", "-4", "duration", None),
        ("text", "Yes", "boolean", True),
        ("text", "否", "boolean", False),
        ("text", "maybe", "boolean", None),
        ("text", "2026-03-15", "date", "2026-03-15"),
        ("text", "15.3.2026", "date", "2026-03-15"),
        ("text", "2026年3月15日", "date", "2026-03-15"),
        ("text", "2026/3/15", "date", "2026-03-15"),
        ("text", "31.2.2026", "date", None),
        ("text", "soon", "date", None),
        ("text", "2026-03-15T20:00", "datetime", "2026-03-15T20:00:00+00:00"),
        ("text", "blue", "choice", "Blue"),
        ("text", "green", "choice", None),
        ("text", "red, blue", "multi_choice", ["red", "Blue"]),
        ("text", "red、green", "multi_choice", None),
        ("text", "https://a.org/x", "url", "https://a.org/x"),
        ("text", "a.org", "url", None),
        ("text", "Ana", "person", None),
        ("number", 3, "text", "3"),
        ("number", 2.5, "text", "2.5"),
        ("number", 2.5, "integer", 3),
        ("number", -2.5, "integer", -3),
        ("number", 1, "boolean", True),
        ("number", 2, "boolean", None),
        ("number", 3, "choice", "3"),
        ("number", 3, "date", None),
        ("number", 12.5, "money", 12.5),
        ("boolean", True, "text", "yes"),
        ("boolean", True, "number", 1),
        ("boolean", True, "choice", "yes"),
        ("boolean", False, "choice", None),
        ("date", "2026-03-15", "datetime", "2026-03-15T00:00:00+00:00"),
        ("date", "2026-03-15", "text", "2026-03-15"),
        ("date", "2026-03-15", "number", None),
        ("date", "2026-03-15", "choice", "2026-03-15"),
        ("datetime", "2026-03-15T23:30:00+09:00", "date", "2026-03-15"),
        ("choice", "red", "text", "red"),
        ("choice", "3", "number", 3),
        ("choice", "red", "multi_choice", ["red"]),
        ("multi_choice", ["red"], "choice", "red"),
        ("multi_choice", ["red", "3"], "choice", None),
        ("multi_choice", ["red", "3"], "text", "red, 3"),
        ("multi_choice", ["red", "gone"], "multi_choice", ["red"]),
        ("multi_choice", ["gone"], "multi_choice", None),
        ("multi_choice", [], "multi_choice", []),
        ("url", "https://a.org", "image", "https://a.org"),
        ("person", "p1", "text", None),
        ("person", "p1", "person", "p1"),
        ("relation", "r1", "text", None),
    ],
)
def test_what_values_become(old: str, value: Any, new: str, after: Any) -> None:
    converted = convert(value, T[old], field(new))
    assert converted == after
    assert isinstance(converted, bool) == isinstance(after, bool)


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.one_of(
        st.text(min_size=1, max_size=20),
        st.sampled_from(["5", "3,5 kg", "yes", "red", "red, Blue", "2026-03-15", "https://a.org", "15.3.2026"]),
    ),
    "number": st.one_of(st.integers(-10, 10), st.floats(-1e6, 1e6, allow_nan=False)),
    "integer": st.integers(-10, 10),
    "boolean": st.booleans(),
    "date": st.dates().map(str),
    "datetime": st.datetimes().map(lambda d: d.isoformat() + "+02:00"),
    "choice": st.sampled_from(CHOICES),
    "multi_choice": st.lists(st.sampled_from(CHOICES), unique=True),
    "person": st.just("p1"),
    "rating": st.integers(1, 5),
    "duration": st.integers(0, 9000),
    "money": st.floats(0, 1e4, allow_nan=False),
    "url": st.just("https://a.org/x"),
    "image": st.just("https://a.org/y.png"),
    "relation": st.just("r1"),
}
_KINDS = st.sampled_from(sorted(VALUES))


def there_and_back(row: Row, before: s.AppSpec, after: s.AppSpec, renamed: dict[str, str] | None = None) -> Row:
    steps = between(before, after, renamed or {})
    there = migrate(row, steps, after)
    for entity in after.entities:
        if entity.name == there.entity:
            assert there.values.keys() <= {f.name for f in entity.fields}
    return migrate(_stored(there), list(inverse(steps)), before)


def _stored(row: Row) -> Row:
    """As it comes back from the database."""
    return Row(row.entity, json.loads(json.dumps(row.values)), json.loads(json.dumps(row.archive)))


@given(st.data(), _KINDS, _KINDS)
def test_converted_there_and_back_every_value_is_as_it_was(data: st.DataObject, old: str, new: str) -> None:
    row = Row("thing", {"title": "t", "f": data.draw(VALUES[old])})
    back = there_and_back(row, spec(field(old)), spec(field(new)))
    assert back == row
    assert isinstance(back.values["f"], bool) == isinstance(row.values["f"], bool)


@given(st.data(), _KINDS)
def test_removed_and_restored_every_value_is_as_it_was(data: st.DataObject, kind: str) -> None:
    row = Row("thing", {"title": "t", "f": data.draw(VALUES[kind])})
    before, after = spec(field(kind)), spec()
    assert migrate(row, between(before, after, {}), after).values == {"title": "t"}
    assert there_and_back(row, before, after) == row


@given(st.data(), _KINDS)
def test_renamed_there_and_back_every_value_is_as_it_was(data: st.DataObject, kind: str) -> None:
    row = Row("thing", {"title": "t", "f": data.draw(VALUES[kind])})
    before, after = spec(field(kind)), spec(field(kind, "g"))
    renamed = {"thing.f": "g"}
    assert migrate(row, between(before, after, renamed), after).values == {"title": "t", "g": row.values["f"]}
    assert there_and_back(row, before, after, renamed) == row


def test_a_choice_that_is_renamed_by_hand_is_renamed_in_records_while_another_that_goes_is_kept_aside() -> None:
    before = spec(s.Field(name="f", label="F", type=s.FIELD_TYPE_MULTI_CHOICE, choices=["v. 1", "b", "c"]))
    after = spec(s.Field(name="g", label="G", type=s.FIELD_TYPE_MULTI_CHOICE, choices=["first", "b", "d"]))
    row = Row("thing", {"title": "t", "f": ["v. 1", "c"]})
    renamed = {"thing.f": "g", "thing.f.v. 1": "first"}
    assert migrate(row, between(before, after, renamed), after).values == {"title": "t", "g": ["first"]}
    assert there_and_back(row, before, after, renamed) == row


@pytest.mark.parametrize(("choice", "to"), [("x", "new"), ("a", "b"), ("b", "new"), ("a", "elsewhere")])
def test_a_renaming_of_a_choice_must_name_what_was_there_and_what_is_there_now(choice: str, to: str) -> None:
    before = spec(s.Field(name="f", label="F", type=s.FIELD_TYPE_CHOICE, choices=["a", "b"]))
    after = spec(s.Field(name="f", label="F", type=s.FIELD_TYPE_CHOICE, choices=["new", "b"]))
    with pytest.raises(Bad) as caught:
        between(before, after, {f"thing.f.{choice}": to})
    assert [v.field for v in caught.value.violations] == [f"renamed.thing.f.{choice}"]


_SOME_KINDS = ["text", "number", "boolean", "date", "choice", "multi_choice"]
_OPERATIONS = st.one_of(
    st.tuples(st.sampled_from("abc"), st.sampled_from(_SOME_KINDS)).map(
        lambda t: {
            "op": "change_field",
            "entity": "thing",
            "field": t[0],
            "type": t[1],
            **({"choices": CHOICES} if "choice" in t[1] else {}),
        }
    ),
    st.sampled_from("abc").map(lambda f: {"op": "remove_field", "entity": "thing", "field": f}),
    st.sampled_from("abc").map(lambda f: {"op": "add_field", "entity": "thing", "label": f, "type": "number"}),
    st.tuples(st.sampled_from("abc"), st.sampled_from("abc")).map(
        lambda t: {"op": "rename_field", "entity": "thing", "field": t[0], "label": t[1]}
    ),
    st.tuples(st.sampled_from("abc"), st.sampled_from(CHOICES)).map(
        lambda t: {"op": "remove_choice", "entity": "thing", "field": t[0], "choice": t[1]}
    ),
    st.tuples(st.sampled_from("abc"), st.sampled_from(CHOICES)).map(
        lambda t: {"op": "add_choice", "entity": "thing", "field": t[0], "choice": t[1]}
    ),
    st.tuples(st.sampled_from("abc"), st.sampled_from(CHOICES), st.sampled_from([*"xyz", *CHOICES])).map(
        lambda t: {"op": "rename_choice", "entity": "thing", "field": t[0], "choice": t[1], "to": t[2]}
    ),
    st.sampled_from(["thing", "other"]).map(lambda e: {"op": "remove_entity", "entity": e}),
    st.just({"op": "rename_entity", "entity": "thing", "label": "thing two", "name": "thing"}),
)


@settings(max_examples=300)
@given(st.data(), st.lists(_OPERATIONS, max_size=8))
def test_whatever_was_changed_restoring_the_first_version_brings_all_back(
    data: st.DataObject, operations: list[dict[str, Any]]
) -> None:
    first = spec(field("text", "a"), field("choice", "b"), field("number", "c"))
    values = {"title": "t", "a": data.draw(VALUES["text"]), "b": data.draw(VALUES["choice"]), "c": 2.5}
    assert _changed_and_undone(Row("thing", values), first, operations) == Row("thing", values)


_OPTIONS = st.sampled_from([*CHOICES, "x"])
_OPERATIONS_ON_OPTIONS = st.one_of(
    st.tuples(
        st.sampled_from(["text", "choice", "multi_choice", "number"]), st.lists(_OPTIONS, min_size=2, unique=True)
    ).map(lambda t: {"op": "change_field", "type": t[0], **({"choices": t[1]} if "choice" in t[0] else {})}),
    st.tuples(_OPTIONS, _OPTIONS).map(lambda t: {"op": "rename_choice", "choice": t[0], "to": t[1]}),
    _OPTIONS.map(lambda choice: {"op": "remove_choice", "choice": choice}),
    _OPTIONS.map(lambda choice: {"op": "add_choice", "choice": choice}),
).map(lambda operation: {"entity": "thing", "field": "f", **operation})


@settings(max_examples=300)
@given(st.data(), st.sampled_from(["choice", "multi_choice"]), st.lists(_OPERATIONS_ON_OPTIONS, min_size=2, max_size=8))
def test_whatever_was_done_to_options_undoing_it_brings_all_back(
    data: st.DataObject, kind: str, operations: list[dict[str, Any]]
) -> None:
    row = Row("thing", {"title": "t", "f": data.draw(VALUES[kind])})
    assert _changed_and_undone(row, spec(field(kind)), operations) == row


def _changed_and_undone(row: Row, first: s.AppSpec, operations: list[dict[str, Any]]) -> Row:
    """A record after those changes that an app allows, and after all of them are undone at once."""
    now, done = first, list[list[events.Migration]]()
    for operation in operations:
        try:
            applied = apply(now, operations_from_json([operation]))
        except Bad:
            continue
        now = applied.spec
        done.append(list(applied.migrations))
        row = _stored(migrate(row, applied.migrations, now))
    undone = [m for migrations in reversed(done) for m in inverse(migrations)]
    return migrate(row, undone, first)


def _through(row: Row, first: s.AppSpec, *operations: dict[str, Any]) -> tuple[Row, list[events.Migration]]:
    """A record after some changes of the field f, and all that undoes them."""
    now, done = first, list[events.Migration]()
    for operation in operations:
        where = {"entity": "thing"} if operation["op"] == "add_field" else {"entity": "thing", "field": "f"}
        applied = apply(now, operations_from_json([{**where, **operation}]))
        now = applied.spec
        done += applied.migrations
        row = _stored(migrate(row, applied.migrations, now))
    return row, list(inverse(done))


def test_a_removed_choice_is_not_taken_for_another_that_got_its_name() -> None:
    first = spec(field("choice"))
    for value in CHOICES:
        row, undo = _through(
            Row("thing", {"f": value}),
            first,
            {"op": "remove_choice", "choice": "Blue"},
            {"op": "rename_choice", "choice": "red", "to": "Blue"},
            {"op": "remove_choice", "choice": "yes"},
            {"op": "add_choice", "choice": "green"},
        )
        assert row.values.get("f") == {"Blue": None, "red": "Blue", "yes": None}.get(value, value)
        assert migrate(row, undo, first) == Row("thing", {"f": value})


def test_choices_that_are_gone_do_not_come_back_with_a_removed_field_or_another_type() -> None:
    first = spec(field("multi_choice"))
    again = {"op": "add_field", "label": "f", "type": "multi_choice", "choices": ["Blue", "green"]}
    row, undo = _through(Row("thing", {"f": ["red", "Blue"]}), first, {"op": "remove_field"}, again)
    assert row.values == {"f": ["Blue"]}
    assert migrate(row, undo, first) == Row("thing", {"f": ["red", "Blue"]})
    row, undo = _through(
        Row("thing", {"f": ["red", "Blue"]}),
        first,
        {"op": "change_field", "type": "choice", "choices": CHOICES},
        {"op": "change_field", "type": "multi_choice", "choices": CHOICES[1:]},
    )
    assert row.values == {}
    assert migrate(row, undo, first) == Row("thing", {"f": ["red", "Blue"]})


def test_what_was_written_since_a_conversion_is_what_is_converted_back() -> None:
    before, after = spec(field("text")), spec(field("number"))
    steps = between(before, after, {})
    there = migrate(Row("thing", {"f": "3,5 kg"}), steps, after)
    assert there.values == {"f": 3.5}
    written = Row("thing", {"f": 4}, there.archive)
    back = migrate(written, list(inverse(steps)), before)
    assert back == Row("thing", {"f": "4"}, {"converted": {"f": [{"type": 2, "to": 1, "value": 4, "became": "4"}]}})


def test_a_removed_choice_comes_back_where_nothing_else_was_chosen() -> None:
    full, fewer = spec(field("choice")), spec(field("choice", choices=["Blue"]))
    steps = between(full, fewer, {})
    there = migrate(Row("thing", {"f": "red"}), steps, fewer)
    assert there.values == {}
    assert migrate(there, list(inverse(steps)), full).values == {"f": "red"}
    assert migrate(Row("thing", {"f": "Blue"}, there.archive), list(inverse(steps)), full).values == {"f": "Blue"}


def test_records_of_a_removed_entity_are_hidden_and_come_back() -> None:
    full = spec(field("number"))
    less = s.AppSpec(title="t", entities=[full.entities[1]])
    steps = between(full, less, {})
    row = Row("thing", {"title": "t", "f": 3})
    hidden = migrate(row, steps, less)
    assert (hidden.entity, hidden.values) == ("", {})
    assert migrate(hidden, list(inverse(steps)), full) == row
    other = Row("other", {"x": "1"})
    assert migrate(other, steps, less) == other


def test_a_new_field_of_an_old_name_takes_over_what_fits() -> None:
    had, without, again = spec(field("text")), spec(), spec(field("number"))
    removed = migrate(Row("thing", {"f": "12 kg"}), between(had, without, {}), without)
    assert migrate(removed, between(without, again, {}), again).values == {"f": 12}


def test_several_steps_of_one_change_know_where_they_lead() -> None:
    first = spec(field("text"))
    applied = apply(
        first,
        operations_from_json(
            [
                {"op": "change_field", "entity": "thing", "field": "f", "type": "choice", "choices": ["Red"]},
                {"op": "rename_field", "entity": "thing", "field": "f", "label": "colour"},
                {"op": "rename_entity", "entity": "thing", "label": "item"},
            ]
        ),
    )
    row = migrate(Row("thing", {"f": "red"}), applied.migrations, applied.spec)
    assert (row.entity, row.values) == ("item", {"colour": "Red"})


def test_types_that_are_only_passed_on_the_way_back_take_nothing() -> None:
    first = spec(field("text"), field("text", "g"))
    row, now, done = Row("thing", {"f": "2026-03-15", "g": "7"}), first, list[events.Migration]()
    for operation in (
        {"op": "change_field", "entity": "thing", "field": "f", "type": "choice", "choices": CHOICES},
        {"op": "change_field", "entity": "thing", "field": "f", "type": "date"},
        {"op": "change_field", "entity": "thing", "field": "g", "type": "rating", "max": 10},
        {"op": "change_field", "entity": "thing", "field": "g", "type": "integer"},
    ):
        applied = apply(now, operations_from_json([operation]))
        now, row = applied.spec, migrate(row, applied.migrations, applied.spec)
        done += applied.migrations
    assert row.values == {"f": "2026-03-15", "g": 7}
    assert migrate(row, list(inverse(done)), first) == Row("thing", {"f": "2026-03-15", "g": "7"})


def test_choices_that_are_reworded_on_the_way_back_are_known_on_it() -> None:
    first = spec(field("choice"))
    row, now, done = Row("thing", {"f": "red"}), first, list[events.Migration]()
    for operation in (
        {"op": "change_field", "entity": "thing", "field": "f", "type": "multi_choice", "choices": CHOICES},
        {"op": "rename_choice", "entity": "thing", "field": "f", "choice": "red", "to": "x"},
        {"op": "change_field", "entity": "thing", "field": "f", "choices": CHOICES},
    ):
        applied = apply(now, operations_from_json([operation]))
        now, row = applied.spec, migrate(row, applied.migrations, applied.spec)
        done += applied.migrations
    assert row.values == {}
    assert migrate(row, list(inverse(done)), first) == Row("thing", {"f": "red"})


def test_computed_fields_are_computed_by_the_new_spec_and_entered_values_come_back() -> None:
    engine = CelEngine()
    plain, doubled = (
        spec(field("number"), field("number", "g")),
        spec(field("number"), field("number", "g", formula="f * 2")),
    )
    steps = between(plain, doubled, {})
    row = Row("thing", {"f": 2, "g": 99})
    there = Following(steps, doubled).followed(row, engine)
    assert there.values == {"f": 2, "g": 4}
    back = Following(list(inverse(steps)), plain)
    assert back.followed(there, engine) == row
    never = Following(steps, doubled).followed(Row("thing", {"f": 2}), engine)
    assert back.followed(never, engine).values == {"f": 2, "g": 4}


def test_a_choice_that_is_merged_into_another_comes_back_where_it_was_chosen() -> None:
    first = spec(field("choice"))
    merged = apply(
        first,
        operations_from_json(
            [{"op": "rename_choice", "entity": "thing", "field": "f", "choice": CHOICES[0], "to": CHOICES[1]}]
        ),
    )
    assert list(merged.spec.entities[0].fields[-1].choices) == CHOICES[1:]
    for value in CHOICES[:2]:
        row = migrate(Row("thing", {"f": value}), merged.migrations, merged.spec)
        assert row.values == {"f": CHOICES[1]}
        undone = migrate(row, list(inverse(merged.migrations)), first)
        assert undone == Row("thing", {"f": value})
        # The later version again: undoing is undone.
        again = list(inverse(list(inverse(merged.migrations))))
        assert migrate(undone, again, merged.spec) == row


def test_a_merged_choice_comes_back_past_a_conversion_of_its_field_but_not_over_what_was_written_since() -> None:
    first = spec(field("choice"))
    steps = (
        {"op": "change_field", "type": "multi_choice", "choices": CHOICES},
        {"op": "rename_choice", "choice": CHOICES[0], "to": CHOICES[2]},
    )
    came = {value: _through(Row("thing", {"f": value}), first, *steps) for value in CHOICES}
    rows, undo = {value: row for value, (row, _) in came.items()}, came[CHOICES[0]][1]
    assert rows[CHOICES[0]].values == rows[CHOICES[2]].values == {"f": [CHOICES[2]]}
    assert {value: migrate(row, undo, first) for value, row in rows.items()} == {
        value: Row("thing", {"f": value}) for value in CHOICES
    }
    written = Row("thing", {"f": [CHOICES[1]]}, rows[CHOICES[0]].archive)
    assert migrate(written, undo, first).values == {"f": CHOICES[1]}
