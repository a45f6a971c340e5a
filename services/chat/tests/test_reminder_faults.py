"""Reminders while the chat, its worker, Temporal or NATS are away, told twice over, and after an erasure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_chat.workflows.remind import workflow_id_of
from madeleine_common.bus.streams import MSG_ID, subject_of, to_headers
from madeleine_common.embedded.nats import nats
from madeleine_common.embedded.process import ServerSpec, free_port, running
from madeleine_common.embedded.temporal import temporal
from madeleine_common.ids import new_id
from madeleine_common.service import ROLES
from madeleine_common.testing import Rig, Servers, TestPerson, eventually, running_service
from madeleine_common.testing.rig import fresh_database

SOON = timedelta(seconds=5.3)


@dataclass
class World:
    """A chat of its own, whose Temporal and NATS can be taken away and come back where they were."""

    servers: Servers
    specs: dict[str, ServerSpec]
    logs: Path
    database_url: str
    more: dict[str, Any]
    up: dict[str, ExitStack]

    async def start(self, *names: str) -> None:
        for name in names:
            self.up[name] = ExitStack()
            server = running(self.specs[name], self.logs / f"{name}.log")
            await asyncio.to_thread(self.up[name].enter_context, server)

    async def stop(self, *names: str) -> None:
        for name in names:
            await asyncio.to_thread(self.up.pop(name).close)

    def chat(self, *roles: str):
        """A process of the chat."""
        more: dict[str, Any] = {**self.more, "database_url": self.database_url}
        return running_service(self.servers, "chat", ChatSettings, bootstrap, roles=roles or ROLES, **more)


@pytest.fixture
async def world(servers: Servers, neighbours, tmp_path: Path) -> AsyncIterator[World]:
    bus = nats(tmp_path / "nats", free_port(), free_port())
    workflows = temporal(tmp_path / "temporal", free_port(), free_port(), free_port())
    own = replace(servers, nats_url=bus.url, temporal_address=workflows.address)
    away = {f"{name}_address": neighbours.address for name in ("identity", "memory", "miniapp")}
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(fresh_database(servers.postgres_url))
        specs = {"nats": bus.spec, "temporal": workflows.spec}
        world = World(own, specs, tmp_path, url, {**away, "inference_address": "127.0.0.1:1"}, {})
        await world.start("nats", "temporal")
        yield world
        await world.stop(*world.up)


class Member:
    """Somebody in a group, at whichever process is up."""

    def __init__(self, rig: Rig[ChatSettings], person: TestPerson, conversation_id: str = "") -> None:
        self.chat, self.person, self.conversation_id = ChatServiceStub(rig.channel), person, conversation_id

    async def create(self, *others: TestPerson) -> None:
        request = pb.CreateConversationRequest(
            kind=pb.CONVERSATION_KIND_GROUP,
            assistant_mode=pb.ASSISTANT_MODE_SILENT,
            member_ids=[other.person_id for other in others],
            idempotency_key=new_id(),
        )
        reply = await self.chat.CreateConversation(request, metadata=self.person.call)
        self.conversation_id = reply.conversation.conversation_id

    async def remind(self, text: str, after: timedelta = SOON) -> pb.Reminder:
        request = pb.SetReminderRequest(conversation_id=self.conversation_id, text=text, idempotency_key=new_id())
        request.due_at.FromDatetime(datetime.now(UTC) + after)
        return (await self.chat.SetReminder(request, metadata=self.person.call)).reminder

    async def reminders(self) -> list[pb.Reminder]:
        request = pb.ListRemindersRequest(conversation_id=self.conversation_id, all=True)
        return list((await self.chat.ListReminders(request, metadata=self.person.call)).reminders)

    async def texts(self) -> list[str]:
        request = pb.ListMessagesRequest(conversation_id=self.conversation_id)
        return [m.text for m in (await self.chat.ListMessages(request, metadata=self.person.call)).messages]

    async def hears(self, *texts: str, within_s: float = 40.0) -> None:
        """Waits until the conversation says just this."""

        async def said() -> bool:
            return sorted(await self.texts()) == sorted(texts)

        await eventually(said, within_s=within_s, every_s=0.1)


async def past(reminder: pb.Reminder) -> None:
    """Waits until a reminder is overdue."""

    async def over() -> bool:
        return datetime.now(UTC) > reminder.due_at.ToDatetime(UTC)

    await eventually(over)


async def under_way(rig: Rig[ChatSettings], *reminders: pb.Reminder) -> None:
    """Waits until Temporal holds these reminders."""

    async def held() -> bool:
        ids = [workflow_id_of(reminder.reminder_id) for reminder in reminders]
        found = [w.id async for w in rig.house.temporal.list_workflows()]
        return set(ids) <= set(found)

    await eventually(held)


async def test_due_while_all_of_it_was_down_it_is_told_once_when_it_is_back(world: World) -> None:
    ana = world.servers.person()
    async with world.chat() as dying:
        member = Member(dying, ana)
        await member.create()
        reminder = await member.remind("water the plants")
        await under_way(dying, reminder)
    await world.stop("temporal", "nats")
    await past(reminder)
    await world.start("temporal", "nats")
    async with world.chat() as risen, world.chat() as another:
        member = Member(risen, ana, member.conversation_id)
        await member.hears("Ana, a reminder: water the plants")
        at_the_other = Member(another, ana, member.conversation_id)
        # It comes behind whatever else would be told.
        await at_the_other.remind("go to bed")
        await member.hears("Ana, a reminder: water the plants", "Ana, a reminder: go to bed")


async def test_set_while_temporal_is_away_it_is_told_when_it_is_back(world: World) -> None:
    async with world.chat() as rig:
        member = Member(rig, world.servers.person())
        await member.create()
        await world.stop("temporal")
        reminder = await member.remind("call mum")
        await past(reminder)
        assert await member.texts() == []
        await world.start("temporal")
        await member.hears("Ana, a reminder: call mum")


async def test_set_while_nats_is_away_it_is_told_when_it_is_back(world: World) -> None:
    async with world.chat() as rig:
        member = Member(rig, world.servers.person())
        await member.create()
        await world.stop("nats")
        reminder = await member.remind("call mum")
        await past(reminder)
        await world.start("nats")
        await member.hears("Ana, a reminder: call mum")


async def test_events_that_come_again_tell_nothing_again(world: World) -> None:
    async with world.chat() as rig:
        member = Member(rig, world.servers.person())
        await member.create()
        await member.remind("once")
        await member.hears("Ana, a reminder: once")
        for event in [e async for e in rig.house.store.read_stream(f"conversation-{member.conversation_id}")]:
            payload = await rig.house.pool.fetchval("SELECT payload FROM events WHERE event_id = $1", event.event_id)
            headers = to_headers(event) | {MSG_ID: new_id()}
            await rig.house.js.publish(subject_of("chat", event.type, event.stream_id), payload, headers=headers)
        # It comes behind the repeats: once it is told, they were handled.
        await member.remind("twice")
        await member.hears("Ana, a reminder: once", "Ana, a reminder: twice")
        assert await rig.house.pool.fetchval("SELECT count(*) FROM dead_letters") == 0


async def test_an_erased_persons_reminders_are_gone_and_fire_no_more(
    world: World, neighbours, erase, rebuilt_equal
) -> None:
    ana, ben = world.servers.person("Ana"), world.servers.person("Ben")
    neighbours.knows(ben)
    async with world.chat() as rig:
        owner = Member(rig, ana)
        await owner.create(ben)
        left = Member(rig, ben, owner.conversation_id)
        await owner.remind("my secret")
        await left.hears("Ana, a reminder: my secret")
        waiting = await owner.remind("another secret", timedelta(days=1))
        kept = await left.remind("call mum", timedelta(days=1))
        await under_way(rig, waiting, kept)

        await erase(rig, ana)
        await left.hears()
        assert await left.reminders() == [kept]
        await asyncio.wait_for(rig.house.temporal.get_workflow_handle(workflow_id_of(waiting.reminder_id)).result(), 20)
        parts = await bootstrap(rig.house)
        for rows in parts.personal:
            condition = f"SELECT count(*) FROM {rows.table} WHERE {rows.condition}"  # noqa: S608 (constants only)
            assert await rig.house.pool.fetchval(condition, ana.person_id) == 0, rows.table
        await rebuilt_equal(rig)
