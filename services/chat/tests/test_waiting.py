"""The model is away: members are told once, the answer follows when it is back, in order, or fails after a while."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine.identity.v1 import events_pb2 as identity
from madeleine.inference.v1 import inference_pb2_grpc as inference_grpc
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.bus.streams import subject_of, to_headers
from madeleine_common.commands import utc_now
from madeleine_common.embedded.process import free_port
from madeleine_common.events import Metadata, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, eventually, running_service
from madeleine_common.testing.rig import fresh_database

from .conftest import Talk, Watching, Words, addresses, start_talk


@pytest.fixture(scope="module")
def model_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
async def database_url(servers: Servers) -> AsyncIterator[str]:
    async with fresh_database(servers.postgres_url) as url:
        yield url


@pytest.fixture
def process(servers: Servers, all_neighbours, model_port: int, database_url: str):
    """Starts a process of the chat that soon calls the model away."""

    def start(**more):
        settings = {"chat_away_s": 0.2, "chat_queue_look_s": 0.1, "database_url": database_url, **more}
        settings |= {**addresses(all_neighbours), "inference_address": f"127.0.0.1:{model_port}"}
        return running_service(servers, "chat", ChatSettings, bootstrap, **settings)

    return start


@pytest.fixture
async def rig(process) -> AsyncIterator[Rig[ChatSettings]]:
    async with process() as rig:
        yield rig


@pytest.fixture
def model(model_port: int):
    """The model, from when it is entered."""

    @asynccontextmanager
    async def comes_back() -> AsyncIterator[Words]:
        words = Words()
        words.gate.set()
        server = grpc.aio.server()
        inference_grpc.add_InferenceServiceServicer_to_server(words, server)
        server.add_insecure_port(f"127.0.0.1:{model_port}")
        await server.start()
        try:
            yield words
        finally:
            await server.stop(0)

    return comes_back


def waits(seen: Watching) -> list[str]:
    """Messages of which the answer waits, as they were told."""
    return [u.answer_waiting.in_reply_to for u in seen.updates if u.HasField("answer_waiting")]


def answers(seen: Watching) -> list[tuple[str, str]]:
    """(message, text) of answers, "" for failed ones, in order."""
    told = [u.message if u.HasField("message") else u.answer_failed for u in seen.updates]
    return [(m.in_reply_to, m.text) for m in told if m.sender == "assistant"]


async def delays(rig: Rig[ChatSettings], talk: Talk) -> list[str]:
    stream = rig.house.store.read_stream(f"conversation-{talk.conversation_id}")
    return [e.message.in_reply_to async for e in stream if isinstance(e.message, events.AnswerDelayed)]


async def locks(rig: Rig[ChatSettings]) -> int:
    return await rig.house.pool.fetchval(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database()) AND objsubid = 1"
    )


async def test_it_says_so_once_and_answers_when_the_model_is_back(rig, servers: Servers, model) -> None:
    talk = await start_talk(ChatServiceStub(rig.channel), servers.person())
    seen = Watching(talk.stream())
    first = await talk.say("are you there?")
    await seen.until(lambda: waits(seen) == [first.message_id])
    second = await talk.say("hello?")
    await seen.until(lambda: waits(seen) == [first.message_id, second.message_id])
    # Whoever comes while it waits is told, wherever they begin.
    for after in (0, second.cursor + 5, -1):
        later = Watching(talk.stream(after))
        await later.until(lambda later=later: waits(later) == [first.message_id, second.message_id])
        await later.stop()
    assert "away" in seen.updates[-1].answer_waiting.reason

    # Both were handled, nothing is held and nothing lies among the dead.
    async def idle() -> bool:
        return not await locks(rig)

    await eventually(idle)
    assert await rig.house.pool.fetchval("SELECT count(*) FROM dead_letters") == 0
    assert await rig.house.pool.fetchval("SELECT count(*) FROM processed WHERE consumer = 'chat-assistant-turn'") >= 2
    assert answers(seen) == []
    async with model() as words:
        await seen.until(lambda: len(answers(seen)) == 2)
        assert len(words.prompts) == 2
    assert answers(seen) == [(first.message_id, "I am here."), (second.message_id, "I am here.")]
    assert await delays(rig, talk) == [first.message_id, second.message_id]
    assert waits(seen) == [first.message_id, second.message_id]
    # What is over is not told again.
    again = Watching(talk.stream())
    await again.until(lambda: len(answers(again)) == 2)
    assert waits(again) == []
    await again.stop()
    await seen.stop()


async def test_it_survives_a_restart(process, servers: Servers, model) -> None:
    person = servers.person()
    async with process() as dying:
        talk = await start_talk(ChatServiceStub(dying.channel), person)
        sent = await talk.say("are you there?")
        seen = Watching(talk.stream())
        await seen.until(lambda: waits(seen) == [sent.message_id])
        await seen.stop()
    async with model(), process() as risen:
        talk = Talk(ChatServiceStub(risen.channel), person, talk.conversation_id)
        assert (await talk.answer()).text == "I am here."
        assert await delays(risen, talk) == [sent.message_id]


async def test_it_fails_in_the_end(process, servers: Servers) -> None:
    async with process(chat_queue_s=6.0) as rig:
        talk = await start_talk(ChatServiceStub(rig.channel), servers.person())
        seen = Watching(talk.stream())
        sent = await talk.say("are you there?")
        await seen.until(lambda: answers(seen) == [(sent.message_id, "")])
        failed = next(u.answer_failed for u in seen.updates if u.HasField("answer_failed"))
        assert "away for too long" in failed.answer.failure
        assert waits(seen) == [sent.message_id]
        await seen.stop()


async def test_who_was_removed_meanwhile_gets_no_answer(rig, servers: Servers, neighbours, model) -> None:
    ben = servers.person("Ben")
    neighbours.knows(ben)
    chat = ChatServiceStub(rig.channel)
    talk = await start_talk(chat, servers.person(), ben, assistant_mode=pb.ASSISTANT_MODE_MENTION)
    seen = Watching(talk.stream())
    sent = await talk.seen_by(ben).say("Madeleine, are you there?")
    await seen.until(lambda: waits(seen) == [sent.message_id])
    request = pb.RemoveMemberRequest(
        conversation_id=talk.conversation_id, person_id=ben.person_id, idempotency_key=new_id()
    )
    await chat.RemoveMember(request, metadata=talk.person.call)
    async with model() as words:
        await seen.until(lambda: answers(seen) == [(sent.message_id, "")])
        assert not words.prompts
    await seen.stop()


async def test_who_was_erased_meanwhile_leaves_nothing_that_waits(rig, servers: Servers, neighbours, model) -> None:
    ben = servers.person("Ben")
    neighbours.knows(ben)
    chat = ChatServiceStub(rig.channel)
    talk = await start_talk(chat, servers.person(), ben, assistant_mode=pb.ASSISTANT_MODE_MENTION)
    seen = Watching(talk.stream())
    sent = await talk.seen_by(ben).say("Madeleine, are you there?")
    await seen.until(lambda: waits(seen) == [sent.message_id])
    servers.data_keys.destroy(f"person:{ben.person_id}")
    erased = identity.PersonErased(person_id=ben.person_id)
    name, stream_id = erased.DESCRIPTOR.full_name, f"person-{ben.person_id}"
    event = RecordedEvent(
        new_id(), name, 1, stream_id, 9, "", Metadata(f"person:{ben.person_id}", utc_now(), new_id()), "", None
    )
    subject = subject_of("identity", name, stream_id)
    await rig.house.js.publish(subject, erased.SerializeToString(), headers=to_headers(event))

    async def gone() -> bool:
        asked = "SELECT count(*) FROM open_turns WHERE asked_by = $1"
        return not await rig.house.pool.fetchval(asked, ben.person_id)

    await eventually(gone)
    mine = await talk.say("Madeleine?")
    async with model() as words:
        await seen.until(lambda: len(answers(seen)) == 1)
        assert len(words.prompts) == 1
    assert answers(seen) == [(mine.message_id, "I am here.")]
    await seen.stop()
