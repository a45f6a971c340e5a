"""Templates: what is given away, to whom, and that it is gone with its maker."""

from __future__ import annotations

from grpc import StatusCode

from madeleine.identity.v1.events_pb2 import PersonErased
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.bus.streams import subject_of, to_headers
from madeleine_common.commands import utc_now
from madeleine_common.events.model import Metadata, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, TestPerson, eventually, refused
from madeleine_miniapp.domain.templates import without_people
from madeleine_miniapp.domain.validation import problems

from .conftest import ChatPeer, Door


async def template_of(door: Door, who: TestPerson, app_id: str, key: str = "") -> m.Template:
    """A template of an app."""
    request = m.CreateTemplateRequest(app_id=app_id, idempotency_key=key or new_id())
    return (await door.stub.CreateTemplate(request, metadata=who.call)).template


async def test_others_make_their_own_app_of_a_template(door: Door, servers: Servers, chat: ChatPeer) -> None:
    ana, eve, ben = servers.person("Ana"), servers.person("Eve"), servers.person("Ben")
    app_id = await door.app(ana)
    await door.add(ana, app_id, dish="a secret soup", eaten_at="2026-03-15T12:00")
    made = await template_of(door, ana, app_id, "the-same-key")
    assert len(made.code) >= 22
    assert await template_of(door, ana, app_id, "the-same-key") == made
    assert (await template_of(door, ana, app_id)).code != made.code
    shown = (await door.stub.GetTemplate(m.GetTemplateRequest(code=made.code), metadata=eve.call)).template
    assert shown == made
    group = chat.group(eve, ben)
    use = m.CreateAppFromTemplateRequest(code=made.code, conversation_id=group, idempotency_key=new_id())
    own = (await door.stub.CreateAppFromTemplate(use, metadata=eve.call)).app
    assert (own.owner_id, own.conversation_id, own.spec) == (eve.person_id, group, made.spec)
    assert own.app_id != app_id
    assert (await door.stub.CreateAppFromTemplate(use, metadata=eve.call)).app == own
    assert not (await door.stub.ListRecords(m.ListRecordsRequest(app_id=own.app_id), metadata=ben.call)).records
    events = await door.rig.house.pool.fetch("SELECT payload FROM events WHERE stream_id = $1", f"template-{made.code}")
    assert len(events) == 1
    assert b"Meal" not in events[0]["payload"]


async def test_a_withdrawn_template_is_gone_and_what_was_made_of_it_stays(door: Door, servers: Servers) -> None:
    ana, eve = servers.person(), servers.person()
    made = await template_of(door, ana, await door.app(ana))
    use = m.CreateAppFromTemplateRequest(code=made.code, idempotency_key=new_id())
    own = (await door.stub.CreateAppFromTemplate(use, metadata=eve.call)).app
    withdraw = m.WithdrawTemplateRequest(code=made.code, idempotency_key=new_id())
    async with refused(StatusCode.PERMISSION_DENIED, reason="NOT_OWNER"):
        await door.stub.WithdrawTemplate(withdraw, metadata=eve.call)
    await door.stub.WithdrawTemplate(withdraw, metadata=ana.call)
    await door.stub.WithdrawTemplate(withdraw, metadata=ana.call)
    async with refused(StatusCode.NOT_FOUND):
        await door.stub.GetTemplate(m.GetTemplateRequest(code=made.code), metadata=ana.call)
    async with refused(StatusCode.NOT_FOUND):
        again = m.CreateAppFromTemplateRequest(code=made.code, idempotency_key=new_id())
        await door.stub.CreateAppFromTemplate(again, metadata=eve.call)
    assert (await door.stub.GetApp(m.GetAppRequest(app_id=own.app_id), metadata=eve.call)).app == own


async def test_only_who_may_change_an_app_gives_it_away(door: Door, servers: Servers) -> None:
    ana, eve = servers.person(), servers.person()
    app_id = await door.app(ana)
    async with refused(StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await template_of(door, eve, app_id)
    async with refused(StatusCode.NOT_FOUND):
        await door.stub.GetTemplate(m.GetTemplateRequest(code="x" * 22), metadata=eve.call)
    for bad, field in ((m.GetTemplateRequest(), "code"), (m.GetTemplateRequest(code="x" * 65), "code")):
        async with refused(StatusCode.INVALID_ARGUMENT, field=field):
            await door.stub.GetTemplate(bad, metadata=eve.call)
    async with refused(StatusCode.UNAUTHENTICATED):
        await door.stub.GetTemplate(m.GetTemplateRequest(code="x" * 22))


async def test_a_template_is_erased_with_its_maker(door: Door, servers: Servers) -> None:
    ana, eve = servers.person(), servers.person()
    made = await template_of(door, ana, await door.app(ana))
    get = m.GetTemplateRequest(code=made.code)
    await door.stub.GetTemplate(get, metadata=eve.call)
    servers.data_keys.destroy(f"person:{ana.person_id}")
    erased = PersonErased(person_id=ana.person_id)
    metadata = Metadata("service:identity", utc_now(), new_id())
    stream = f"person-{ana.person_id}"
    event = RecordedEvent(new_id(), erased.DESCRIPTOR.full_name, 1, stream, 9, "", metadata, "", erased)
    house = door.rig.house
    await house.js.publish(
        subject_of("identity", event.type, stream), erased.SerializeToString(), headers=to_headers(event)
    )

    async def gone() -> bool:
        return not await house.pool.fetchval("SELECT count(*) FROM templates WHERE code = $1", made.code)

    await eventually(gone)
    async with refused(StatusCode.NOT_FOUND):
        await door.stub.GetTemplate(get, metadata=eve.call)


def test_a_template_says_nothing_of_people() -> None:
    spec = s.AppSpec(title="Chores")
    kind = spec.entities.add(name="chore", label="Chore")
    kind.fields.add(name="who", label="Who", type=s.FIELD_TYPE_PERSON).default_value.string_value = "some-id"
    turn = kind.fields.add(name="turn", label="Turn", type=s.FIELD_TYPE_CHOICE, choices=["Ana", "both", " BEN "])
    turn.default_value.string_value = "Ana"
    kind.fields.add(name="with", label="With", type=s.FIELD_TYPE_MULTI_CHOICE, choices=["Ben", "Ana"])
    kind.fields.add(name="state", label="State", type=s.FIELD_TYPE_CHOICE, choices=["open", "done"])
    kind.fields[-1].default_value.string_value = "open"
    given = without_people(spec, ["Ana", "Ben"])
    fields = {f.name: f for f in given.entities[0].fields}
    assert not fields["who"].HasField("default_value")
    assert list(fields["turn"].choices) == ["Person 1", "both", "Person 2"]
    assert not fields["turn"].HasField("default_value")
    assert list(fields["with"].choices) == ["Person 2", "Person 1"]
    assert fields["state"].default_value.string_value == "open"
    assert problems(given) == []
    assert spec.entities[0].fields[1].choices[0] == "Ana"
