"""What survives: a crash between commit and publish, an event delivered anew, the erasure of a person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.bus.streams import MSG_ID, subject_of, to_headers
from madeleine_common.events import RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.service import ROLES
from madeleine_common.testing import Rig, Servers, TestPerson, eventually, running_service
from madeleine_common.testing.rig import fresh_database


@pytest.fixture(scope="module")
async def database_url(servers: Servers) -> AsyncIterator[str]:
    async with fresh_database(servers.postgres_url) as url:
        yield url


@pytest.fixture
def process(servers: Servers, all_neighbours, served_words, database_url: str):
    """Starts a process of the chat with some roles; all of them share one database."""

    def start(*roles: str):
        address = all_neighbours.address
        more = {f"{name}_address": address for name in ("identity", "memory", "miniapp")}
        more |= {"inference_address": served_words[1], "database_url": database_url}
        return running_service(servers, "chat", ChatSettings, bootstrap, roles=roles or ROLES, **more)

    return start


class Member:
    """Somebody in a group, at whichever process is up."""

    def __init__(self, rig: Rig[ChatSettings], person: TestPerson, conversation_id: str = "") -> None:
        self.chat, self.person, self.conversation_id = ChatServiceStub(rig.channel), person, conversation_id

    async def create(self, *others: TestPerson, mode: pb.AssistantMode.ValueType = pb.ASSISTANT_MODE_SILENT) -> None:
        request = pb.CreateConversationRequest(
            kind=pb.CONVERSATION_KIND_GROUP,
            assistant_mode=mode,
            member_ids=[o.person_id for o in others],
            idempotency_key=new_id(),
        )
        reply = await self.chat.CreateConversation(request, metadata=self.person.call)
        self.conversation_id = reply.conversation.conversation_id

    async def say(self, text: str) -> str:
        request = pb.SendMessageRequest(conversation_id=self.conversation_id, text=text, idempotency_key=new_id())
        return (await self.chat.SendMessage(request, metadata=self.person.call)).message.message_id

    async def texts(self) -> list[str]:
        request = pb.ListMessagesRequest(conversation_id=self.conversation_id)
        return [m.text for m in (await self.chat.ListMessages(request, metadata=self.person.call)).messages]


async def publish_again(rig: Rig[ChatSettings], stream_id: str) -> None:
    """Every event of a stream once more, as new messages: as if the window of deduplication had passed."""
    for event in [e async for e in rig.house.store.read_stream(stream_id)]:
        payload = await rig.house.pool.fetchval("SELECT payload FROM events WHERE event_id = $1", event.event_id)
        headers = to_headers(event) | {MSG_ID: new_id()}
        await rig.house.js.publish(subject_of("chat", event.type, stream_id), payload, headers=headers)


async def test_what_was_acknowledged_arrives_once_after_a_crash(servers: Servers, process) -> None:
    person = servers.person()
    async with process("serve") as dying:
        # It has no relay: what it commits here is not published when it dies.
        member = Member(dying, person)
        await member.create()
        await member.say("hold this")
        assert await dying.house.pool.fetchval("SELECT count(*) FROM outbox") > 0
    async with process() as risen:
        member = Member(risen, person, member.conversation_id)

        async def arrived() -> bool:
            return await member.texts() == ["hold this"]

        await eventually(arrived)
        await member.say("and this")
        assert await member.texts() == ["and this", "hold this"]


async def test_an_event_published_twice_shows_once(servers: Servers, process) -> None:
    async with process() as rig:
        member = Member(rig, servers.person())
        await member.create()
        await member.say("once")
        await member.texts()
        await publish_again(rig, f"conversation-{member.conversation_id}")
        # It comes behind the repeats: once it is seen, they were handled.
        await member.say("twice")
        assert await member.texts() == ["twice", "once"]
        assert await rig.house.pool.fetchval("SELECT count(*) FROM dead_letters") == 0


async def test_a_turn_cut_off_starts_over_and_is_said_once(
    servers: Servers, neighbours, words, process, take_turn
) -> None:
    person = servers.person()
    words.gate.clear()
    async with process() as dying:
        member = Member(dying, person)
        await member.create(mode=pb.ASSISTANT_MODE_MENTION)
        await member.say("Madeleine?")

        async def begun() -> int:
            return words.at_once

        await eventually(begun)
    words.gate.set()
    async with process("serve", "relay", "project") as risen:
        # What JetStream delivers again once the dead process has been silent for 30 s; no test waits for that.
        stream_id = f"conversation-{member.conversation_id}"
        sent = [e async for e in risen.house.store.read_stream(stream_id)][-1]
        await take_turn(risen, sent)
        await take_turn(risen, sent)
        member = Member(risen, person, member.conversation_id)
        assert await member.texts() == ["I am here.", "Madeleine?"]
    assert len(words.prompts) == 2


async def test_two_replicas_show_the_same(servers: Servers, process) -> None:
    async with process() as one, process() as other:
        person = servers.person()
        here = Member(one, person)
        await here.create()
        there = Member(other, person, here.conversation_id)
        for i in range(5):
            await here.say(f"here {i}")
            await there.say(f"there {i}")
        assert await here.texts() == await there.texts()
        assert len(await here.texts()) == 10


async def test_an_erased_person_leaves_a_group_that_goes_on(servers: Servers, neighbours, process, erase) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    neighbours.knows(ben)
    async with process() as rig, process("serve") as other:
        owner = Member(rig, ana)
        await owner.create(ben)
        await owner.say("my secret")
        left = Member(other, ben, owner.conversation_id)
        await left.say("hello")
        assert await left.texts() == ["hello", "my secret"]

        await erase(rig, ana)

        async def forgotten() -> bool:
            return await left.texts() == ["hello"]

        await eventually(forgotten)
        request = pb.GetConversationRequest(conversation_id=owner.conversation_id)
        found = (await left.chat.GetConversation(request, metadata=ben.call)).conversation
        assert [(m.display_name, m.role) for m in found.members] == [("Ben", pb.MEMBER_ROLE_OWNER)]

        async def out() -> bool:
            try:
                await Member(other, ana, owner.conversation_id).texts()
            except grpc.aio.AioRpcError as error:
                return error.code() is grpc.StatusCode.PERMISSION_DENIED
            return False

        # The other process hears of it from the database, a moment after the rows are gone.
        await eventually(out)


_BREAK = """
CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the power is gone'; END $$;
CREATE TRIGGER break_off BEFORE INSERT ON events FOR EACH ROW
WHEN (NEW.type = 'madeleine.chat.v1.ConversationBranched') EXECUTE FUNCTION break_off()
"""


async def test_a_crash_between_a_branch_and_its_source_is_made_good_by_the_repeat(servers: Servers, process) -> None:
    person = servers.person()

    async def branched(rig: Rig[ChatSettings], stream_id: str) -> list[RecordedEvent]:
        return [e async for e in rig.house.store.read_stream(stream_id) if e.type.endswith(".ConversationBranched")]

    async with process() as dying:
        member = Member(dying, person)
        await member.create()
        message_id = await member.say("what if")
        request = pb.BranchConversationRequest(
            conversation_id=member.conversation_id, message_id=message_id, idempotency_key=new_id()
        )
        stream_id = f"conversation-{member.conversation_id}"
        await dying.house.pool.execute(_BREAK)
        with pytest.raises(grpc.aio.AioRpcError):
            await member.chat.BranchConversation(request, metadata=person.call)
        await dying.house.pool.execute("DROP TRIGGER break_off ON events")
        assert not await branched(dying, stream_id)

        async def half_there() -> bool:
            return await dying.house.pool.fetchval("SELECT count(*) FROM messages WHERE text = 'what if'") == 2

        await eventually(half_there)
        count = "SELECT count(*) FROM events"
        before = await dying.house.pool.fetchval(count)
    async with process() as risen:
        member = Member(risen, person, member.conversation_id)
        made = (await member.chat.BranchConversation(request, metadata=person.call)).conversation
        # Nothing more than the note was missing.
        assert await risen.house.pool.fetchval(count) == before + 1
        (note,) = await branched(risen, stream_id)
        assert isinstance(note.message, events.ConversationBranched)
        assert note.message.branch_id == made.conversation_id
        assert await Member(risen, person, made.conversation_id).texts() == ["what if"]
        await member.chat.BranchConversation(request, metadata=person.call)
        assert await risen.house.pool.fetchval(count) == before + 1


async def test_a_process_that_dies_while_a_tool_writes_has_it_written_once(
    servers: Servers, process, neighbours
) -> None:
    person = servers.person()
    neighbours.app_answers_late = asyncio.Event()
    async with process() as dying:
        member = Member(dying, person)
        await member.create(mode=pb.ASSISTANT_MODE_MENTION)
        await member.say("Madeleine, make us a meal log with calories")

        async def begun() -> bool:
            return len(neighbours.created) == 1

        await eventually(begun)
    neighbours.app_answers_late = None
    async with process() as risen:
        member = Member(risen, person, member.conversation_id)

        async def answered() -> bool:
            return (await member.texts())[0].startswith("I am making the app")

        await eventually(answered, within_s=50)
        assert len(await member.texts()) == 2
    # The service takes a key once, whoever sends it again.
    assert len(neighbours.created) == 2
    assert len({request.idempotency_key for request in neighbours.created}) == 1
