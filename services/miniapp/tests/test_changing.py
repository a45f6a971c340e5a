"""Versions of a spec: made, brought together with a change that came first, restored; roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.app import App, evolve, role_of, subject_of
from madeleine_miniapp.domain.changing import Edited, between, change_spec, inverse, restore, set_role
from madeleine_miniapp.domain.errors import Bad, Missing, NotAllowed, NotNow, NotOwner, Overtaken
from madeleine_miniapp.domain.operations import apply, operations_from_json
from madeleine_miniapp.domain.permissions import locked_fields, may

SPEC = s.AppSpec(
    title="Books",
    entities=[
        s.Entity(
            name="book",
            label="Book",
            fields=[
                s.Field(name="title", label="Title", type=s.FIELD_TYPE_TEXT),
                s.Field(name="pages", label="Pages", type=s.FIELD_TYPE_INTEGER),
                s.Field(name="shelf", label="Shelf", type=s.FIELD_TYPE_CHOICE, choices=["a", "b"]),
            ],
        ),
        s.Entity(name="loan", label="Loan", fields=[s.Field(name="day", label="Day", type=s.FIELD_TYPE_DATE)]),
    ],
    views=[s.View(name="all", type=s.VIEW_TYPE_TABLE, entity="book")],
)
_TEXT, _DATE = s.FIELD_TYPE_TEXT, s.FIELD_TYPE_DATE
OPS: dict[str, dict[str, Any]] = {
    "title": {"op": "set_app", "title": "Library"},
    "other title": {"op": "set_app", "title": "Novels"},
    "stars": {"op": "add_field", "entity": "book", "label": "Stars", "type": "rating"},
    "author": {"op": "add_field", "entity": "book", "label": "Author", "type": "text", "after": "title"},
    "no pages": {"op": "remove_field", "entity": "book", "field": "pages"},
    "long pages": {"op": "change_field", "entity": "book", "field": "pages", "min": 1},
    "c": {"op": "add_choice", "entity": "book", "field": "shelf", "choice": "c"},
    "d": {"op": "add_choice", "entity": "book", "field": "shelf", "choice": "d"},
    "board": {"op": "add_view", "type": "board", "entity": "book"},
    "shelf text": {"op": "change_field", "entity": "book", "field": "shelf", "type": "text"},
    "no shelf": {"op": "remove_field", "entity": "book", "field": "shelf"},
    "no loans": {"op": "remove_entity", "entity": "loan"},
    "no view": {"op": "remove_view", "view": "all"},
}


def app() -> App:
    return evolve(App(), events.AppCreated(app_id="a", owner_id="p1", spec=SPEC))


def edited(state: App, *names: str) -> Edited:
    applied = apply(state.spec, operations_from_json([OPS[n] for n in names]))
    return Edited(applied.spec, applied.migrations, state.version)


def after(state: App, change: events.AppSpecChanged | None) -> App:
    assert change is not None
    return evolve(state, change)


def test_each_change_is_a_version() -> None:
    state = app()
    change = change_spec(state, "p1", edited(state, "stars"))
    assert change is not None
    assert (change.version, change.changed_by, change.app_id) == (2, "p1", "a")
    assert [m.kind for m in change.migrations] == [events.MIGRATION_KIND_RESTORE]
    state = evolve(state, change)
    assert (state.version, state.spec.entities[0].fields[3].name) == (2, "stars")
    assert change_spec(state, "p1", Edited(state.spec, (), 2)) is None
    assert subject_of(state, change, "p2") == "person:p1"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("title", "stars"),
        ("stars", "author"),
        ("c", "d"),
        ("no pages", "board"),
        ("no loans", "stars"),
        ("title", "title"),
        ("no view", "stars"),
        ("author", "no view"),
    ],
)
def test_two_changes_at_once_that_touch_different_things_are_both_made(first: str, second: str) -> None:
    state = app()
    mine = edited(state, second)
    state = after(state, change_spec(state, "p2", edited(state, first)))
    both = change_spec(state, "p1", mine)
    if first == second:
        assert both is None
        return
    assert both is not None
    expected = apply(apply(SPEC, operations_from_json([OPS[first]])).spec, operations_from_json([OPS[second]])).spec
    assert {f.name for f in both.spec.entities[0].fields} == {f.name for f in expected.entities[0].fields}
    assert set(both.spec.entities[0].fields[-1].choices) == set(expected.entities[0].fields[-1].choices)
    assert [e.name for e in both.spec.entities] == [e.name for e in expected.entities]
    assert {v.name for v in both.spec.views} == {v.name for v in expected.views}
    assert (both.spec.title, both.version) == (expected.title, 3)


def test_what_is_added_stays_where_it_was_put() -> None:
    state = app()
    mine = edited(state, "author")
    state = after(state, change_spec(state, "p2", edited(state, "stars")))
    merged = change_spec(state, "p1", mine)
    assert merged is not None
    assert [f.name for f in merged.spec.entities[0].fields] == ["title", "author", "pages", "shelf", "stars"]


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        ("title", "other title", "title"),
        ("no pages", "long pages", "entities.book.fields.pages"),
        ("shelf text", "c", "entities.book.fields.shelf.choices"),
        ("no shelf", "board", "views[1].by"),
    ],
)
def test_two_changes_at_once_that_collide_name_where(first: str, second: str, path: str) -> None:
    state = app()
    mine = edited(state, second)
    state = after(state, change_spec(state, "p2", edited(state, first)))
    with pytest.raises(Overtaken, match=path.replace("[", "\\[").replace("]", "\\]")):
        change_spec(state, "p1", mine)
    assert state.version == 2


def test_who_may_change_an_app() -> None:
    state = evolve(app(), events.AppRoleSet(app_id="a", person_id="p3", role="viewer", set_by="p1"))
    assert [role_of(state, p) for p in ("p1", "p2", "p3")] == ["owner", "editor", "viewer"]
    with pytest.raises(NotAllowed):
        change_spec(state, "p3", edited(state, "stars"))
    with pytest.raises(NotAllowed):
        restore(state, "p3", 1)
    permitted = apply(SPEC, operations_from_json([{"op": "set_permission", "role": "editor", "add": True}]))
    with pytest.raises(NotAllowed, match="only its owner"):
        change_spec(state, "p2", Edited(permitted.spec, (), 1))
    assert change_spec(state, "p1", Edited(permitted.spec, (), 1)) is not None


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: change_spec(App(), "p1", Edited(SPEC, (), 1)), Missing),
        (lambda: change_spec(app(), "p1", Edited(SPEC, (), 0)), Bad),
        (lambda: change_spec(app(), "p1", Edited(SPEC, (), 2)), Bad),
        (lambda: change_spec(app(), "p1", Edited(s.AppSpec(title="x"), (), 1)), Bad),
        (lambda: restore(app(), "p1", 2), Missing),
        (lambda: restore(app(), "p1", 0), Missing),
        (lambda: set_role(app(), "p2", "p3", "viewer"), NotOwner),
        (lambda: set_role(app(), "p1", "p1", "viewer"), NotNow),
        (lambda: set_role(app(), "p1", "p2", "owner"), Bad),
        (lambda: set_role(app(), "p1", "p2", ""), Bad),
        (lambda: set_role(App(), "p1", "p2", "viewer"), Missing),
    ],
)
def test_commands_that_are_refused(call: Callable[[], Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        call()


def test_roles_are_given_once() -> None:
    state = app()
    [given] = set_role(state, "p1", "p2", "viewer")
    assert subject_of(state, given, "p1") == "person:p2"
    state = evolve(state, given)
    assert set_role(state, "p1", "p2", "viewer") == []
    assert set_role(state, "p1", "p3", "editor") == []


def test_restoring_undoes_all_that_came_after() -> None:
    state = app()
    for name in ("no pages", "stars", "shelf text"):
        state = after(state, change_spec(state, "p1", edited(state, name)))
    back = restore(state, "p2", 1)
    assert back is not None
    assert (back.spec, back.version, back.restored_version) == (SPEC, 5, 1)
    kinds = [(m.kind, m.field, m.to_type) for m in back.migrations]
    assert kinds == [
        (events.MIGRATION_KIND_CONVERT, "shelf", s.FIELD_TYPE_CHOICE),
        (events.MIGRATION_KIND_REMOVE, "stars", 0),
        (events.MIGRATION_KIND_RESTORE, "pages", s.FIELD_TYPE_INTEGER),
    ]
    state = evolve(state, back)
    assert restore(state, "p1", 5) is None
    assert restore(state, "p1", 1) is None
    forward = restore(state, "p1", 4)
    assert forward is not None
    assert forward.spec == state.versions[3].spec


def test_undoing_twice_is_doing() -> None:
    migrations = [
        events.Migration(kind=kind, entity="e", field="f", to="g", choice="c", from_type=_TEXT, to_type=_DATE)
        for kind in events.MigrationKind.values()
        if kind
    ]
    assert list(inverse(list(inverse(migrations)))) == migrations


def test_how_records_follow_from_one_spec_to_another() -> None:
    applied = apply(
        SPEC,
        operations_from_json(
            [
                {"op": "rename_field", "entity": "book", "field": "title", "label": "Name"},
                OPS["no pages"],
                OPS["shelf text"],
                OPS["stars"],
                OPS["no loans"],
                {"op": "rename_entity", "entity": "book", "label": "Novel"},
                {"op": "add_entity", "label": "Friend", "fields": [{"label": "Who", "type": "person"}]},
            ]
        ),
    )
    found = between(SPEC, applied.spec, {"book": "novel", "book.title": "name"})
    assert {(m.kind, m.field or m.entity) for m in found} == {(m.kind, m.field or m.entity) for m in applied.migrations}
    assert between(SPEC, SPEC, {}) == []
    plain = between(SPEC, applied.spec, {})
    assert (events.MIGRATION_KIND_REMOVE_ENTITY, "book") in {(m.kind, m.entity) for m in plain}
    for wrong in ({"book.title": "pages"}, {"book.nope": "name"}, {"nope": "x"}, {"book": "loan"}):
        with pytest.raises(Bad):
            between(SPEC, SPEC, wrong)


def test_a_field_that_becomes_computed_keeps_what_was_entered_aside() -> None:
    computed = apply(
        SPEC,
        operations_from_json(
            [{"op": "change_field", "entity": "book", "field": "pages", "formula": "size(title)", "required": True}]
        ),
    )
    assert [m.kind for m in computed.migrations] == [events.MIGRATION_KIND_REMOVE]
    assert not computed.spec.entities[0].fields[1].required
    entered = apply(
        computed.spec,
        operations_from_json(
            [{"op": "change_field", "entity": "book", "field": "pages", "type": "text", "clear": ["formula"]}]
        ),
    )
    assert [m.kind for m in entered.migrations] == [events.MIGRATION_KIND_CONVERT, events.MIGRATION_KIND_RESTORE]


PERMITTED = s.AppSpec(
    permissions=[
        s.Permission(role="viewer", entity="guess", add=True, change_own=True, locked_fields=["score"]),
        s.Permission(role="editor", add=True, change_any=True, remove_own=True),
        s.Permission(role="owner", entity="guess", add=True),
    ]
)


@pytest.mark.parametrize(
    ("role", "entity", "action", "own", "allowed"),
    [
        ("owner", "book", "add", False, True),
        ("owner", "guess", "change", True, False),
        ("owner", "guess", "remove", False, True),
        ("editor", "book", "add", False, True),
        ("editor", "book", "change", False, True),
        ("editor", "book", "remove", False, False),
        ("editor", "book", "remove", True, True),
        ("viewer", "book", "add", False, False),
        ("viewer", "guess", "add", False, True),
        ("viewer", "guess", "change", False, False),
        ("viewer", "guess", "change", True, True),
        ("viewer", "guess", "remove", True, False),
        ("", "book", "add", True, False),
        ("editor", "book", "explode", True, False),
    ],
)
def test_permissions_narrow_or_widen_roles(role: str, entity: str, action: str, own: bool, allowed: bool) -> None:
    assert may(role, PERMITTED, entity, action, own=own) is allowed
    assert may("viewer", s.AppSpec(), entity, action, own=own) is False


def test_locked_fields() -> None:
    assert locked_fields("viewer", PERMITTED, "guess") == {"score"}
    assert locked_fields("viewer", PERMITTED, "book") == frozenset()
    assert locked_fields("editor", PERMITTED, "guess") == frozenset()
