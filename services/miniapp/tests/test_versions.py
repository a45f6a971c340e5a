"""Versions of an app and roles in it over real gRPC: made, listed, restored; records follow, as in a rebuild."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from typing import Any

import jsonpatch
import jsonschema
import pytest
from google.protobuf.json_format import MessageToDict
from grpc import StatusCode

from madeleine.identity.v1.events_pb2 import PersonErased
from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.bus.streams import subject_of, to_headers
from madeleine_common.commands import utc_now
from madeleine_common.events.model import Metadata, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.projections.rebuild import Rebuilder
from madeleine_common.testing import Servers, TestPerson, eventually, refused
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.changing import between, inverse
from madeleine_miniapp.domain.drafting import whole
from madeleine_miniapp.domain.operations import apply, operations_from_json
from madeleine_miniapp.domain.schema import spec_schema
from madeleine_miniapp.projections import PROJECTIONS, apps
from madeleine_miniapp.projections import versions as told_versions

from .conftest import ChatPeer, Door, struct

SPEC = s.AppSpec(
    title="Books",
    entities=[
        s.Entity(
            name="book",
            label="Book",
            fields=[
                s.Field(name="title", label="Title", type=s.FIELD_TYPE_TEXT, required=True),
                s.Field(name="pages", label="Pages", type=s.FIELD_TYPE_TEXT),
                s.Field(name="shelf", label="Shelf", type=s.FIELD_TYPE_CHOICE, choices=["a", "b"]),
            ],
        )
    ],
    views=[s.View(name="all", type=s.VIEW_TYPE_TABLE, entity="book")],
)


def edited(spec: s.AppSpec, *operations: dict[str, Any]) -> s.AppSpec:
    return apply(spec, operations_from_json(list(operations))).spec


def plain(spec: s.AppSpec) -> dict[str, Any]:
    return MessageToDict(spec, preserving_proto_field_name=True)


NUMBERS = edited(SPEC, {"op": "change_field", "entity": "book", "field": "pages", "type": "integer"})
NO_SHELF = edited(NUMBERS, {"op": "remove_field", "entity": "book", "field": "shelf"})
DOUBLED = edited(
    NO_SHELF, {"op": "add_field", "entity": "book", "label": "Twice", "type": "number", "formula": "pages * 2"}
)


async def update(door: Door, who: TestPerson, app_id: str, spec: s.AppSpec, base: int, **renamed: str) -> m.App:
    request = m.UpdateAppSpecRequest(
        app_id=app_id,
        spec=spec,
        base_version=base,
        renamed={k.replace("__", "."): v for k, v in renamed.items()},
        idempotency_key=new_id(),
    )
    return (await door.stub.UpdateAppSpec(request, metadata=who.call)).app


async def restore(door: Door, who: TestPerson, app_id: str, version: int) -> m.App:
    request = m.RestoreAppVersionRequest(app_id=app_id, version=version, idempotency_key=new_id())
    return (await door.stub.RestoreAppVersion(request, metadata=who.call)).app


async def versions(door: Door, who: TestPerson, app_id: str) -> list[m.App]:
    return list((await door.stub.ListAppVersions(m.ListAppVersionsRequest(app_id=app_id), metadata=who.call)).versions)


async def values(door: Door, who: TestPerson, app_id: str) -> list[dict[str, Any]]:
    listed = await door.stub.ListRecords(m.ListRecordsRequest(app_id=app_id), metadata=who.call)
    return [dict(r.values.items()) for r in listed.records]


async def test_records_follow_the_spec_and_come_back_with_an_older_version(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app_of(ana, SPEC)
    for title, pages, shelf in (("Emma", "474 pages", "a"), ("Ulysses", "many", "b")):
        await door.add(ana, app_id, title=title, pages=pages, shelf=shelf)
    first = await values(door, ana, app_id)
    assert (await update(door, ana, app_id, NUMBERS, 1)).version == 2
    assert [v.get("pages") for v in await values(door, ana, app_id)] == [None, 474]
    await update(door, ana, app_id, NO_SHELF, 2)
    changed = await update(door, ana, app_id, DOUBLED, 3)
    assert changed.spec == DOUBLED
    assert await values(door, ana, app_id) == [{"title": "Ulysses"}, {"title": "Emma", "pages": 474, "twice": 948}]
    added = await door.add(ana, app_id, title="Dune", pages=3)
    assert added.values["twice"] == 6
    back = await restore(door, ana, app_id, 1)
    assert (back.version, back.spec) == (5, SPEC)
    assert await values(door, ana, app_id) == [{"title": "Dune", "pages": "3"}, *first]
    listed = await versions(door, ana, app_id)
    assert [v.version for v in listed] == [5, 4, 3, 2, 1]
    assert [v.restored_version for v in listed] == [1, 0, 0, 0, 0]
    assert {v.changed_by for v in listed} == {ana.person_id}
    for later, earlier in pairwise(listed):
        patched = jsonpatch.apply_patch(plain(earlier.spec), json.loads(later.diff))
        assert patched == plain(later.spec)
        assert later.changed_at.ToDatetime() >= earlier.changed_at.ToDatetime()
    assert (await restore(door, ana, app_id, 4)).spec == DOUBLED
    emma = {"title": "Emma", "pages": 474, "twice": 948}
    assert (await values(door, ana, app_id))[1:] == [{"title": "Ulysses"}, emma]


async def test_a_renamed_field_keeps_its_values_and_what_was_written_since_wins(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app_of(ana, SPEC)
    record = await door.add(ana, app_id, title="Emma", pages="474")
    renamed = edited(SPEC, {"op": "rename_field", "entity": "book", "field": "title", "label": "Name"})
    await update(door, ana, app_id, renamed, 1, book__title="name")
    assert await values(door, ana, app_id) == [{"name": "Emma", "pages": "474"}]
    change = m.ChangeRecordRequest(
        app_id=app_id, record_id=record.record_id, values=struct(name="Persuasion"), idempotency_key=new_id()
    )
    await door.stub.ChangeRecord(change, metadata=ana.call)
    await restore(door, ana, app_id, 1)
    assert await values(door, ana, app_id) == [{"title": "Persuasion", "pages": "474"}]


async def test_records_of_a_removed_kind_are_gone_until_it_comes_back(door: Door, servers: Servers) -> None:
    ana = servers.person()
    both = edited(
        SPEC, {"op": "add_entity", "label": "Loan", "fields": [{"label": "Friend", "type": "text", "required": True}]}
    )
    app_id = await door.app_of(ana, both)
    loan = m.AddRecordRequest(app_id=app_id, entity="loan", values=struct(friend="Ben"), idempotency_key=new_id())
    record_id = (await door.stub.AddRecord(loan, metadata=ana.call)).record.record_id
    await update(door, ana, app_id, SPEC, 1)
    assert await values(door, ana, app_id) == []
    change = m.ChangeRecordRequest(
        app_id=app_id, record_id=record_id, values=struct(friend="Eve"), idempotency_key=new_id()
    )
    async with refused(StatusCode.NOT_FOUND):
        await door.stub.ChangeRecord(change, metadata=ana.call)
    await restore(door, ana, app_id, 1)
    assert await values(door, ana, app_id) == [{"friend": "Ben"}]
    changed = (await door.stub.ChangeRecord(change, metadata=ana.call)).record
    assert (changed.entity, changed.values["friend"]) == ("loan", "Eve")


async def test_versions_are_listed_by_page_and_a_repeat_makes_none(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app_of(ana, SPEC)
    request = m.UpdateAppSpecRequest(app_id=app_id, spec=NUMBERS, base_version=1, idempotency_key=new_id())
    for _ in range(2):
        assert (await door.stub.UpdateAppSpec(request, metadata=ana.call)).app.version == 2
    assert (await update(door, ana, app_id, NUMBERS, 2)).version == 2
    await update(door, ana, app_id, NO_SHELF, 2)
    page = await door.stub.ListAppVersions(m.ListAppVersionsRequest(app_id=app_id, page_size=2), metadata=ana.call)
    rest = await door.stub.ListAppVersions(
        m.ListAppVersionsRequest(app_id=app_id, page_size=2, page_token=page.next_page_token), metadata=ana.call
    )
    assert [v.version for v in (*page.versions, *rest.versions)] == [3, 2, 1]
    assert not rest.next_page_token
    assert {v.role for v in rest.versions} == {"owner"}


async def test_two_edits_at_once(door: Door, servers: Servers, chat: ChatPeer) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await door.app_of(ana, SPEC, chat.group(ana, ben))
    titled, starred = (
        edited(SPEC, {"op": "set_app", "title": "Library"}),
        edited(SPEC, {"op": "add_field", "entity": "book", "label": "Stars", "type": "rating"}),
    )
    await update(door, ana, app_id, titled, 1)
    both = await update(door, ben, app_id, starred, 1)
    assert (both.version, both.spec.title, both.spec.entities[0].fields[3].name) == (3, "Library", "stars")
    head = await door.rig.house.store.head(f"app-{app_id}")
    async with refused(StatusCode.ABORTED, reason="APP_CHANGED"):
        await update(door, ben, app_id, edited(SPEC, {"op": "set_app", "title": "Novels"}), 1)
    assert await door.rig.house.store.head(f"app-{app_id}") == head
    assert [v.changed_by for v in await versions(door, ana, app_id)] == [ben.person_id, ana.person_id, ana.person_id]


async def test_roles(door: Door, servers: Servers, chat: ChatPeer) -> None:
    ana, ben, eve = servers.person("Ana"), servers.person("Ben"), servers.person("Eve")
    app_id = await door.app_of(ana, SPEC, chat.group(ana, ben))
    get = m.GetAppRequest(app_id=app_id)
    assert (await door.stub.GetApp(get, metadata=ben.call)).app.role == "editor"
    give = m.SetAppRoleRequest(app_id=app_id, person_id=ben.person_id, role="viewer", idempotency_key=new_id())
    for _ in range(2):
        await door.stub.SetAppRole(give, metadata=ana.call)
    assert (await door.stub.GetApp(get, metadata=ben.call)).app.role == "viewer"
    roles = await door.stub.ListAppRoles(m.ListAppRolesRequest(app_id=app_id), metadata=ben.call)
    assert [(r.person_id, r.role) for r in roles.roles] == [(ana.person_id, "owner"), (ben.person_id, "viewer")]
    async with refused(StatusCode.PERMISSION_DENIED, reason="ROLE"):
        await update(door, ben, app_id, NUMBERS, 1)
    async with refused(StatusCode.PERMISSION_DENIED, reason="ROLE"):
        await restore(door, ben, app_id, 1)
    async with refused(StatusCode.PERMISSION_DENIED, reason="ROLE"):
        await door.add(ben, app_id, title="Emma")
    async with refused(StatusCode.PERMISSION_DENIED, reason="NOT_OWNER"):
        again = m.SetAppRoleRequest(app_id=app_id, person_id=ben.person_id, role="editor", idempotency_key=new_id())
        await door.stub.SetAppRole(again, metadata=ben.call)
    async with refused(StatusCode.INVALID_ARGUMENT, field="person_id"):
        stranger = m.SetAppRoleRequest(app_id=app_id, person_id=eve.person_id, role="viewer", idempotency_key=new_id())
        await door.stub.SetAppRole(stranger, metadata=ana.call)
    async with refused(StatusCode.FAILED_PRECONDITION):
        own = m.SetAppRoleRequest(app_id=app_id, person_id=ana.person_id, role="viewer", idempotency_key=new_id())
        await door.stub.SetAppRole(own, metadata=ana.call)
    await door.stub.SetAppRole(
        m.SetAppRoleRequest(app_id=app_id, person_id=ben.person_id, role="editor", idempotency_key=new_id()),
        metadata=ana.call,
    )
    assert (await update(door, ben, app_id, NUMBERS, 1)).role == "editor"
    listed = await door.stub.ListApps(m.ListAppsRequest(), metadata=ana.call)
    assert [a.role for a in listed.apps] == ["owner"]


async def test_only_members_may_see_and_change_versions(door: Door, servers: Servers) -> None:
    ana, eve = servers.person("Ana"), servers.person("Eve")
    app_id = await door.app_of(ana, SPEC)
    calls: list[tuple[Any, Any]] = [
        (door.stub.ListAppVersions, m.ListAppVersionsRequest(app_id=app_id)),
        (
            door.stub.RestoreAppVersion,
            m.RestoreAppVersionRequest(app_id=app_id, version=1, idempotency_key=new_id()),
        ),
        (
            door.stub.UpdateAppSpec,
            m.UpdateAppSpecRequest(app_id=app_id, spec=NUMBERS, base_version=1, idempotency_key=new_id()),
        ),
        (
            door.stub.SetAppRole,
            m.SetAppRoleRequest(app_id=app_id, person_id=eve.person_id, role="editor", idempotency_key=new_id()),
        ),
        (door.stub.ListAppRoles, m.ListAppRolesRequest(app_id=app_id)),
    ]
    for call, request in calls:
        async with refused(StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
            await call(request, metadata=eve.call)
        async with refused(StatusCode.UNAUTHENTICATED):
            await call(request)
    async with refused(StatusCode.UNAUTHENTICATED):
        await door.stub.GetAppSpecSchema(m.GetAppSpecSchemaRequest())


async def test_bad_requests_name_their_fields(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app_of(ana, SPEC)
    broken = s.AppSpec()
    broken.CopyFrom(SPEC)
    broken.entities[0].fields[1].formula = "pages + 1"
    key, path = new_id(), "spec.entities[0].fields[1].formula"
    cases: list[tuple[Any, Any, str]] = [
        (door.stub.ListAppVersions, m.ListAppVersionsRequest(app_id="1"), "app_id"),
        (door.stub.ListAppVersions, m.ListAppVersionsRequest(app_id=app_id, page_size=201), "page_size"),
        (door.stub.ListAppVersions, m.ListAppVersionsRequest(app_id=app_id, page_token="!"), "page_token"),
        (door.stub.RestoreAppVersion, m.RestoreAppVersionRequest(app_id=app_id, idempotency_key=key), "version"),
        (door.stub.UpdateAppSpec, m.UpdateAppSpecRequest(app_id=app_id, base_version=1, idempotency_key=key), "spec"),
        (
            door.stub.UpdateAppSpec,
            m.UpdateAppSpecRequest(app_id=app_id, spec=SPEC, idempotency_key=key),
            "base_version",
        ),
        (
            door.stub.UpdateAppSpec,
            m.UpdateAppSpecRequest(app_id=app_id, spec=NUMBERS, base_version=2, idempotency_key=key),
            "base_version",
        ),
        (
            door.stub.UpdateAppSpec,
            m.UpdateAppSpecRequest(app_id=app_id, spec=broken, base_version=1, idempotency_key=key),
            path,
        ),
        (
            door.stub.UpdateAppSpec,
            m.UpdateAppSpecRequest(
                app_id=app_id, spec=NUMBERS, base_version=1, renamed={"book.title": "x"}, idempotency_key=key
            ),
            "renamed.book.title",
        ),
        (
            door.stub.SetAppRole,
            m.SetAppRoleRequest(app_id=app_id, person_id=ana.person_id, idempotency_key=key),
            "role",
        ),
        (
            door.stub.SetAppRole,
            m.SetAppRoleRequest(app_id=app_id, person_id=ana.person_id, role="king", idempotency_key=key),
            "role",
        ),
    ]
    for call, request, field in cases:
        async with refused(StatusCode.INVALID_ARGUMENT, field=field):
            await call(request, metadata=ana.call)
    async with refused(StatusCode.NOT_FOUND):
        await restore(door, ana, app_id, 7)
    assert [v.version for v in await versions(door, ana, app_id)] == [1]


async def test_the_schema_passes_every_blueprint_and_refuses_what_is_none(door: Door, servers: Servers) -> None:
    got = await door.stub.GetAppSpecSchema(m.GetAppSpecSchemaRequest(), metadata=servers.person().call)
    schema = json.loads(got.json_schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    library = PackagedLibrary()
    for blueprint in library.all():
        for language in ("en", "zh"):
            validator.validate(MessageToDict(whole(blueprint, language, library.known_fields())))
    validator.validate(MessageToDict(DOUBLED))
    sound = MessageToDict(SPEC)
    for bad in (
        {},
        {**sound, "title": "x" * 81},
        {**sound, "colour": "red"},
        {**sound, "theme": "loud"},
        {**sound, "entities": []},
        {**sound, "views": [{"name": "v", "type": "VIEW_TYPE_UNSPECIFIED", "entity": "book"}]},
        {**sound, "entities": [{**sound["entities"][0], "name": "Not Snake"}]},
    ):
        assert not validator.is_valid(bad)
    assert json.loads(spec_schema()) == schema


async def test_who_made_a_version_goes_with_them_and_the_version_stays(
    door: Door, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await door.app_of(ana, SPEC, chat.group(ana, ben))
    await door.add(ana, app_id, title="Emma", pages="474", shelf="a")
    await update(door, ben, app_id, NUMBERS, 1)
    give = m.SetAppRoleRequest(app_id=app_id, person_id=ben.person_id, role="viewer", idempotency_key=new_id())
    await door.stub.SetAppRole(give, metadata=ana.call)
    await update(door, ana, app_id, NO_SHELF, 2)
    house = door.rig.house
    held = "SELECT count(*) FROM app_versions WHERE changed_by = $1"
    assert await house.pool.fetchval(held, ben.person_id) == 1
    servers.data_keys.destroy(f"person:{ben.person_id}")
    erased = PersonErased(person_id=ben.person_id)
    event = RecordedEvent(
        new_id(),
        erased.DESCRIPTOR.full_name,
        1,
        f"person-{ben.person_id}",
        9,
        "",
        Metadata("service:identity", utc_now(), new_id()),
        "",
        erased,
    )
    subject = subject_of("identity", event.type, event.stream_id)
    await house.js.publish(subject, erased.SerializeToString(), headers=to_headers(event))

    async def forgotten() -> bool:
        roles = await house.pool.fetchval("SELECT count(*) FROM app_roles WHERE person_id = $1", ben.person_id)
        return not roles and not await house.pool.fetchval(held, ben.person_id)

    await eventually(forgotten)
    assert [v.version for v in await versions(door, ana, app_id)] == [3, 2, 1]
    assert await values(door, ana, app_id) == [{"title": "Emma", "pages": 474}]
    await restore(door, ana, app_id, 1)
    assert await values(door, ana, app_id) == [{"title": "Emma", "pages": "474", "shelf": "a"}]


async def test_a_rebuild_makes_the_same(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app_of(ana, SPEC)
    await door.add(ana, app_id, title="Emma", pages="474 pages", shelf="a")
    await update(door, ana, app_id, DOUBLED, 1)
    await door.add(ana, app_id, title="Dune", pages=3)
    await restore(door, ana, app_id, 1)
    rig = door.rig
    (projection, *_) = PROJECTIONS
    verified = await Rebuilder(projection, rig.database_url, {"miniapp": rig.database_url}, rig.house.codec).verify(
        lambda _done, _of: None
    )
    assert verified.live == verified.rebuilt
    assert {"app_versions", "records"} <= {t.table for t in verified.live}


def _recorded(message: Any, stream: str, version: int) -> RecordedEvent:
    kind = message.DESCRIPTOR.full_name
    return RecordedEvent(new_id(), kind, 1, stream, version, "", Metadata("person:p", utc_now(), new_id()), "", message)


@pytest.mark.parametrize("seed", range(30))
async def test_records_follow_whichever_event_is_seen_first(door: Door, seed: int) -> None:
    """An event of a record may be seen long after the spec has moved on: it makes the same rows."""
    chance = random.Random(seed)
    specs = [SPEC, NUMBERS, NO_SHELF, DOUBLED, SPEC]
    steps = [between(a, b, {}) for a, b in pairwise(specs[:4])]
    undo = [m for migrations in reversed(steps) for m in inverse(migrations)]
    app_events: list[Any] = [events.AppCreated(owner_id="p", spec=SPEC)]
    for version, (spec, migrations) in enumerate(zip(specs[1:], [*steps, undo], strict=True), 2):
        app_events.append(events.AppSpecChanged(version=version, spec=spec, migrations=migrations))
    record_events: list[Any] = []
    version = 1
    for index in range(4):
        version = chance.randint(version, 5)
        held: dict[str, Any] = {"title": f"t{index}"}
        held |= {"pages": str(chance.randint(1, 9))} if version in (1, 5) else {"pages": chance.randint(1, 9)}
        held |= {"shelf": chance.choice("ab")} if version in (1, 2, 5) else {}
        held |= {"twice": held["pages"] * 2} if version == 4 else {}
        kind = events.RecordChanged if index else events.RecordAdded
        made = kind(record_id="r", values=struct(**held), spec_version=version)
        if isinstance(made, events.RecordAdded):
            made.entity = "book"
        record_events.append(made)
    rows: list[Any] = []
    async with door.rig.house.pool.acquire() as connection:
        for late in (0.0, 0.3, 1.0):
            app_id = new_id()
            waiting, coming = list(record_events), list(app_events)
            now = 0
            while waiting or coming:
                # Never ahead: who writes by a version has seen it here.
                due = bool(waiting) and waiting[0].spec_version <= now
                if coming and (not due or chance.random() < late):
                    event, now = coming.pop(0), now + 1
                else:
                    event = waiting.pop(0)
                event.app_id = app_id
                await apps.apply(connection, _recorded(event, f"app-{app_id}", 1))
            row = await connection.fetchrow("SELECT * FROM records WHERE app_id = $1", app_id)
            assert row is not None
            rows.append({k: v for k, v in row.items() if k not in ("app_id", "entered_at")})
            await told_versions.clear(connection, app_id)
            await connection.execute("DELETE FROM records WHERE app_id = $1", app_id)
            await connection.execute("DELETE FROM apps WHERE app_id = $1", app_id)
    for row in rows:
        for name in ("data", "archive", "written"):
            row[name] = json.loads(row[name]) if row[name] else None
    assert rows[0] == rows[1] == rows[2]
    assert rows[0]["spec_version"] == 5
