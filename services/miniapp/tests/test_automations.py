"""Automations: what sets them off, once; what they say; and that they end with what they hang on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import grpc
import pytest
from temporalio.client import ScheduleHandle
from temporalio.service import RPCError, RPCStatusCode

from madeleine.chat.v1 import chat_pb2, chat_pb2_grpc
from madeleine.identity.v1 import identity_pb2, identity_pb2_grpc
from madeleine.identity.v1.events_pb2 import PersonErased
from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine_common.auth import TokenVerifier
from madeleine_common.bus.streams import subject_of, to_headers
from madeleine_common.commands import utc_now
from madeleine_common.events.model import Metadata, NewEvent, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, TestPerson, eventually, running_service
from madeleine_miniapp.adapters.clocks import TemporalClocks, clock_id
from madeleine_miniapp.application.automations import keeping
from madeleine_miniapp.application.automations.ports import Firing
from madeleine_miniapp.application.cel import CelEngine
from madeleine_miniapp.bootstrap import bootstrap
from madeleine_miniapp.domain import automations as domain
from madeleine_miniapp.domain.cron import cron_problem, times_of
from madeleine_miniapp.domain.validation import problems
from madeleine_miniapp.settings import MiniappSettings

from .conftest import ChatPeer, struct

PARIS = ZoneInfo("Europe/Paris")


def chores(*automations: s.Automation) -> s.AppSpec:
    """An app of chores with dates and people."""
    kind = s.Entity(
        name="chore",
        label="Chore",
        fields=[
            s.Field(name="what", label="What", type=s.FIELD_TYPE_TEXT, required=True),
            s.Field(name="due", label="Due", type=s.FIELD_TYPE_DATE),
            s.Field(name="who", label="Who", type=s.FIELD_TYPE_PERSON),
            s.Field(name="cost", label="Cost", type=s.FIELD_TYPE_NUMBER),
        ],
    )
    return s.AppSpec(title="Chores", icon="🧹", entities=[kind], automations=automations)


def on_cost(**more: Any) -> s.Automation:
    fields = {"name": "dear", "trigger": "record", "entity": "chore", "condition": "cost > 100.0", "action": "post"}
    return s.Automation(**{"text": "{what} costs {cost}!", **fields, **more})


@dataclass
class Chat(ChatPeer, chat_pb2_grpc.PostingServiceServicer, chat_pb2_grpc.ChatServiceServicer):
    """Chat as automations see it: what was said, once for each key; it can be away."""

    said: dict[str, chat_pb2.PostFromAppRequest] = field(default_factory=dict)
    reminded: dict[str, tuple[str, chat_pb2.SetReminderRequest]] = field(default_factory=dict)
    direct: dict[str, str] = field(default_factory=dict)
    away: int = 0

    async def _caller(self, context: Any) -> Any:
        token = dict(context.invocation_metadata())["authorization"].removeprefix("Bearer ")
        return await self.verifier.verify(token)

    async def PostFromApp(self, request: chat_pb2.PostFromAppRequest, context: Any) -> chat_pb2.PostFromAppResponse:
        if self.away:
            self.away -= 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        assert (await self._caller(context)).subject == "service:miniapp"
        self.said.setdefault(request.idempotency_key, request)
        return chat_pb2.PostFromAppResponse(message_id=new_id())

    async def SetReminder(self, request: chat_pb2.SetReminderRequest, context: Any) -> chat_pb2.SetReminderResponse:
        person = (await self._caller(context)).person_id
        assert request.due_at.ToDatetime(UTC) > datetime.now(UTC) + timedelta(seconds=5)
        self.reminded.setdefault(request.idempotency_key, (person, request))
        return chat_pb2.SetReminderResponse()

    async def ListConversations(self, request: Any, context: Any) -> chat_pb2.ListConversationsResponse:
        own = self.direct.get((await self._caller(context)).person_id)
        found = [chat_pb2.Conversation(conversation_id=own, kind=chat_pb2.CONVERSATION_KIND_DIRECT)] if own else []
        return chat_pb2.ListConversationsResponse(conversations=found)

    async def CreateConversation(self, request: Any, context: Any) -> chat_pb2.CreateConversationResponse:
        person = (await self._caller(context)).person_id
        self.direct[person] = new_id()
        made = chat_pb2.Conversation(conversation_id=self.direct[person])
        return chat_pb2.CreateConversationResponse(conversation=made)

    def texts(self, conversation_id: str) -> list[str]:
        """What apps said in a conversation."""
        return [one.text for one in self.said.values() if one.conversation_id == conversation_id]


@dataclass
class People(identity_pb2_grpc.PeopleServiceServicer):
    """Everybody is known; languages as they were told."""

    chinese: set[str] = field(default_factory=set)

    async def BatchGetPeople(self, request: Any, context: Any) -> identity_pb2.BatchGetPeopleResponse:
        found = [
            identity_pb2.Profile(
                person_id=i, display_name="Ana", time_zone="Europe/Paris", language="zh" if i in self.chinese else "en"
            )
            for i in request.person_ids
        ]
        return identity_pb2.BatchGetPeopleResponse(people=found)


@dataclass
class Stage:
    """The service, and who it speaks to."""

    rig: Rig[MiniappSettings]
    stub: MiniappServiceStub
    chat: Chat
    people: People

    async def app(self, owner: TestPerson, spec: s.AppSpec, conversation_id: str = "") -> str:
        """The id of a new app."""
        assert problems(spec) == []
        created = events.AppCreated(
            app_id=new_id(), owner_id=owner.person_id, conversation_id=conversation_id, spec=spec
        )
        await self._append(created.app_id, created, owner, 0)
        return created.app_id

    async def change(self, owner: TestPerson, app_id: str, spec: s.AppSpec, version: int = 2) -> None:
        """Gives the app another spec."""
        changed = events.AppSpecChanged(app_id=app_id, version=version, spec=spec, changed_by=owner.person_id)
        await self._append(app_id, changed, owner, await self.rig.house.store.head(f"app-{app_id}"))

    async def _append(self, app_id: str, event: Any, owner: TestPerson, version: int) -> None:
        metadata = Metadata(f"person:{owner.person_id}", utc_now(), new_id())
        new = NewEvent(event, f"person:{owner.person_id}")
        await self.rig.house.store.append(f"app-{app_id}", version, [new], metadata)

    async def add(self, by: TestPerson, app_id: str, **values: Any) -> str:
        """The id of a new record."""
        request = m.AddRecordRequest(app_id=app_id, values=struct(**values), idempotency_key=new_id())
        return (await self.stub.AddRecord(request, metadata=by.call)).record.record_id

    async def amend(self, by: TestPerson, app_id: str, record_id: str, **values: Any) -> None:
        """Changes a record."""
        request = m.ChangeRecordRequest(
            app_id=app_id, record_id=record_id, values=struct(**values), idempotency_key=new_id()
        )
        await self.stub.ChangeRecord(request, metadata=by.call)

    def clock(self, app_id: str, name: str) -> ScheduleHandle:
        """An automation's schedule."""
        return self.rig.house.temporal.get_schedule_handle(clock_id(app_id, name))

    async def next_times(self, app_id: str, name: str) -> list[datetime]:
        """When an automation goes off next; none without a clock."""
        try:
            described = await self.clock(app_id, name).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return []
        return list(described.info.next_action_times)

    async def said(self, conversation_id: str, *texts: str) -> None:
        """Waits until apps have said just this in a conversation."""

        async def heard() -> bool:
            return sorted(self.chat.texts(conversation_id)) == sorted(texts)

        await eventually(heard, within_s=30)


@pytest.fixture(scope="module")
async def stage(servers: Servers) -> AsyncIterator[Stage]:
    peer = Chat(TokenVerifier(servers.keys / "services.jwks.json", servers.signer.public_key))
    people = People()
    server = grpc.aio.server()
    chat_pb2_grpc.add_MembershipServiceServicer_to_server(peer, server)
    chat_pb2_grpc.add_PostingServiceServicer_to_server(peer, server)
    chat_pb2_grpc.add_ChatServiceServicer_to_server(peer, server)
    identity_pb2_grpc.add_PeopleServiceServicer_to_server(people, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    more: dict[str, Any] = {"chat_address": address, "identity_address": address, "inference_address": "127.0.0.1:1"}
    async with running_service(servers, "miniapp", MiniappSettings, bootstrap, **more) as rig:
        yield Stage(rig, MiniappServiceStub(rig.channel), peer, people)
    await server.stop(0)


async def test_a_record_that_comes_to_meet_a_condition_is_told_once(stage: Stage, servers: Servers) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    group = stage.chat.group(ana, ben)
    app_id = await stage.app(ana, chores(on_cost()), group)
    cheap = await stage.add(ben, app_id, what="Broom", cost=5)
    await stage.add(ben, app_id, what="Vacuum cleaner", cost=250)
    await stage.said(group, '🧹 Chores: Vacuum cleaner costs 250! (about "Vacuum cleaner")')
    # It holds Ben's words: his erasure must take it along.
    (post,) = [one for one in stage.chat.said.values() if one.conversation_id == group]
    assert (list(post.words_of), post.person_id, post.app_id) == ([ben.person_id], ana.person_id, app_id)
    await stage.amend(ana, app_id, cheap, cost=120)
    told = [
        '🧹 Chores: Vacuum cleaner costs 250! (about "Vacuum cleaner")',
        '🧹 Chores: Broom costs 120! (about "Broom")',
    ]
    await stage.said(group, *told)
    # What meets it already is no news; what met it no more, and does again, is.
    await stage.amend(ana, app_id, cheap, cost=130)
    await stage.amend(ana, app_id, cheap, cost=1)
    await stage.amend(ana, app_id, cheap, cost=140)
    await stage.said(group, *told, '🧹 Chores: Broom costs 140! (about "Broom")')


async def test_chat_that_is_away_hears_it_later_and_once(stage: Stage, servers: Servers) -> None:
    ana = servers.person("Ana")
    group = stage.chat.group(ana)
    app_id = await stage.app(ana, chores(on_cost(condition="", text="New chore")), group)
    stage.chat.away = 6
    await stage.add(ana, app_id, what="Windows")
    await stage.said(group, '🧹 Chores: New chore (about "Windows")')


async def test_a_repeated_event_starts_nothing_more(stage: Stage, servers: Servers) -> None:
    ana = servers.person("Ana")
    group = stage.chat.group(ana)
    app_id = await stage.app(ana, chores(on_cost(text="Dear")), group)
    record_id = await stage.add(ana, app_id, what="Sofa", cost=900)
    await stage.said(group, '🧹 Chores: Dear (about "Sofa")')
    firing = Firing(app_id, "dear", record_id, "one-and-the-same")
    clocks = TemporalClocks(stage.rig.house.temporal)
    await asyncio.gather(*(clocks.start(firing) for _ in range(5)))
    await stage.said(group, *['🧹 Chores: Dear (about "Sofa")'] * 2)
    await clocks.start(firing)
    assert len(stage.chat.texts(group)) == 2


async def test_an_import_sets_off_no_flood(stage: Stage, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_AN_HOUR", 3)
    ana = servers.person("Ana")
    group = stage.chat.group(ana)
    app_id = await stage.app(ana, chores(on_cost(text="Dear")), group)
    rows = "\n".join(f"Thing {i},1000" for i in range(9))
    request = m.ImportRecordsRequest(app_id=app_id, csv=f"what,cost\n{rows}\n", idempotency_key=new_id())
    assert (await stage.stub.ImportRecords(request, metadata=ana.call)).added == 9

    async def all_seen() -> bool:
        marks = "SELECT count(*) FROM automation_marks WHERE app_id = $1"
        return await stage.rig.house.pool.fetchval(marks, app_id) == 9

    await eventually(all_seen, within_s=30)

    async def three() -> bool:
        return len(stage.chat.texts(group)) == 3

    await eventually(three, within_s=30)


async def test_a_reminder_goes_to_whom_the_record_is_about(stage: Stage, servers: Servers) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    group = stage.chat.group(ana, ben)
    stage.people.chinese.add(ben.person_id)
    app_id = await stage.app(ana, chores(on_cost(action="remind", text="{what}", condition="")), group)
    await stage.add(ben, app_id, what="扫地", who=ben.person_id)
    await stage.add(ana, app_id, what="Ana's secret words", who=ben.person_id)
    await stage.add(ana, app_id, what="Dust")

    async def reminded() -> bool:
        found = [(p, r.text) for p, r in stage.chat.reminded.values() if r.conversation_id == group]
        return sorted(found) == sorted(
            [
                (ben.person_id, "🧹 Chores：扫地（关于“扫地”）"),
                # Sealed by Ben's key alone, it holds nobody else's words.
                (ben.person_id, "🧹 Chores：{what}"),
                (ana.person_id, '🧹 Chores: Dust (about "Dust")'),
            ]
        )

    await eventually(reminded, within_s=30)


async def test_clocks_follow_the_spec_in_the_owners_time_zone(stage: Stage, servers: Servers) -> None:
    ana = servers.person("Ana")
    weekly = s.Automation(name="weekly", trigger="schedule", schedule="30 9 * * 1", action="post", text="Clean up!")
    app_id = await stage.app(ana, chores(weekly))

    async def times() -> list[datetime]:
        return await stage.next_times(app_id, "weekly")

    found = [moment.astimezone(PARIS) for moment in await eventually(times, within_s=30)]
    assert {(t.weekday(), t.hour, t.minute) for t in found} == {(0, 9, 30)}
    # Its owner has no conversation yet: one is made for it.
    await stage.clock(app_id, "weekly").trigger()

    async def own() -> str:
        return stage.chat.direct.get(ana.person_id, "")

    conversation = await eventually(own, within_s=30)
    await stage.said(conversation, "🧹 Chores: Clean up! (as planned)")
    weekly.schedule = "0 18 1,15 * *"
    await stage.change(ana, app_id, chores(weekly))

    async def moved() -> bool:
        found = [moment.astimezone(PARIS) for moment in await times()]
        return {(t.day, t.hour) for t in found} == {(1, 18), (15, 18)}

    await eventually(moved, within_s=30)
    await stage.change(ana, app_id, chores(), 3)

    async def dropped() -> bool:
        return not await times()

    await eventually(dropped, within_s=30)


async def test_a_date_that_comes_near_is_told_on_its_day(stage: Stage, servers: Servers) -> None:
    ana = servers.person("Ana")
    group = stage.chat.group(ana)
    fields = {"trigger": "date", "entity": "chore", "field": "due", "days_before": 2, "at": "08:15"}
    app_id = await stage.app(ana, chores(s.Automation(name="soon", action="post", text="Soon", **fields)), group)
    today = datetime.now(PARIS).date()
    for what, days in (("Rent", 2), ("Later", 3), ("Past", 1)):
        await stage.add(ana, app_id, what=what, due=(today + timedelta(days=days)).isoformat())

    async def times() -> list[datetime]:
        return await stage.next_times(app_id, "soon")

    found = [moment.astimezone(PARIS) for moment in await eventually(times, within_s=30)]
    assert {(t.hour, t.minute) for t in found} == {(8, 15)}
    await stage.clock(app_id, "soon").trigger()
    await stage.said(group, f'🧹 Chores: Soon ("Rent", Due: {today + timedelta(days=2)})')


async def test_clocks_stop_when_their_owner_is_erased(stage: Stage, servers: Servers) -> None:
    ana = servers.person("Ana")
    daily = s.Automation(name="daily", trigger="schedule", schedule="0 7 * * *", action="post", text="Up!")
    app_id = await stage.app(ana, chores(daily, on_cost(condition="")))
    await stage.add(ana, app_id, what="Beds")

    async def times() -> list[datetime]:
        return await stage.next_times(app_id, "daily")

    await eventually(times, within_s=30)
    servers.data_keys.destroy(f"person:{ana.person_id}")
    erased = PersonErased(person_id=ana.person_id)
    metadata = Metadata("service:identity", utc_now(), new_id())
    stream, house = f"person-{ana.person_id}", stage.rig.house
    event = RecordedEvent(new_id(), erased.DESCRIPTOR.full_name, 1, stream, 9, "", metadata, "", erased)
    await house.js.publish(
        subject_of("identity", event.type, stream), erased.SerializeToString(), headers=to_headers(event)
    )

    async def gone() -> bool:
        clocks = await house.pool.fetchval("SELECT count(*) FROM automation_clocks WHERE owner_id = $1", ana.person_id)
        marks = await house.pool.fetchval("SELECT count(*) FROM automation_marks WHERE owner_id = $1", ana.person_id)
        return not await times() and not clocks and not marks

    await eventually(gone, within_s=30)


def test_what_is_gone_says_nothing_and_what_is_said_names_the_app() -> None:
    kind = chores().entities[0]
    post = on_cost(text="{what}, {nothing}, {who}")
    record = (kind, {"what": "Sofa", "who": "p1", "cost": 7})
    told = domain.wording(chores(), post, record, {"p1": "Ana"}, chinese=True)
    assert told == "🧹 Chores：Sofa, {nothing}, Ana（关于“Sofa”）"
    assert not domain.is_met(on_cost(), kind, {"what": "x"}, CelEngine())
    assert domain.timed(chores(on_cost())) == {}
    dated = s.Automation(name="d", trigger="date", entity="chore", field="due", at="09:05", days_before=1)
    assert domain.timed(chores(dated)) == {"d": "5 9 * * *"}
    tomorrow = datetime(2026, 3, 15, tzinfo=UTC).date()
    assert domain.is_due(dated, kind, {"due": "2026-03-16"}, tomorrow, CelEngine())
    assert not domain.is_due(dated, kind, {"due": "2026-03-15"}, tomorrow, CelEngine())
    assert not domain.is_due(dated, kind, {}, tomorrow, CelEngine())


def test_crons_weekdays_and_days_are_those_that_people_mean() -> None:
    minutes, hours, days, months, weekdays = times_of("*/30 9-11 * jan mon,7")
    assert (minutes, hours, months, weekdays) == ({0, 30}, {9, 10, 11}, {1}, {0, 1})
    assert len(days) == 31
    assert cron_problem("* * * * *")
