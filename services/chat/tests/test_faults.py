"""What members see when something breaks while the AI speaks: nothing lost, nothing doubled, nothing hangs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine.inference.v1 import inference_pb2_grpc as inference_grpc
from madeleine_chat.application.feed import MOST_WAITING
from madeleine_chat.application.watching import Watch
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.embedded import running
from madeleine_common.embedded.nats import NatsServer, nats
from madeleine_common.embedded.process import free_port
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, refused, running_service

from .conftest import Talk, Watching, Words, addresses, start_talk

_WHOLE = "".join(f"word{i} " for i in range(6))


@dataclass
class WordByWord(Words):
    """A model that says a word each time it is let."""

    let: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def Generate(self, request, context):
        yield inference.GenerateResponse(begin=inference.GenerationBegin(generation_id="g", revision="base"))
        for i, word in enumerate(_WHOLE.split()):
            await self.let.acquire()
            yield inference.GenerateResponse(delta=inference.GenerationDelta(text=f"{word} ", token_ids=[i]))
        yield inference.GenerateResponse(end=inference.GenerationEnd(finish_reason=inference.FINISH_REASON_STOP))

    def say(self, words: int = 6) -> None:
        for _ in range(words):
            self.let.release()


@pytest.fixture
async def model() -> AsyncIterator[tuple[WordByWord, str]]:
    model, server = WordByWord(), grpc.aio.server()
    inference_grpc.add_InferenceServiceServicer_to_server(model, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield model, f"127.0.0.1:{port}"
    await server.stop(0)


@dataclass(frozen=True)
class Bus:
    """A NATS server that can be restarted."""

    server: NatsServer
    log: Path

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        # It waits with a loop of its own, so not in ours.
        context = running(self.server.spec, self.log)
        await asyncio.to_thread(context.__enter__)
        try:
            yield
        finally:
            await asyncio.to_thread(context.__exit__, None, None, None)


@pytest.fixture
def bus(tmp_path: Path) -> Bus:
    return Bus(nats(tmp_path / "nats", free_port(), free_port(), fsync=False), tmp_path / "nats.log")


@pytest.fixture
def start(servers: Servers, all_neighbours, model):
    """Starts a process of the chat."""

    def process(*, on: Servers = servers, **more):
        settings = {**addresses(all_neighbours), "inference_address": model[1], **more}
        return running_service(on, "chat", ChatSettings, bootstrap, **settings)

    return process


@pytest.fixture
async def rig(start) -> AsyncIterator[Rig[ChatSettings]]:
    async with start() as rig:
        yield rig


def shown(seen: Watching, attempts: int = 1) -> str:
    """The answer's text as a client puts it together from its pieces, by their offsets alone."""
    text = ""
    for delta in (u.answer_delta for u in seen.updates if u.HasField("answer_delta")):
        if not delta.offset:
            attempts, text = attempts - 1, ""
            assert attempts >= 0
        assert delta.offset == len(text), f"a piece at {delta.offset} after {len(text)} characters"
        text += delta.text
    return text


def answers(seen: Watching) -> list[str]:
    return [u.message.text for u in seen.updates if u.message.sender == "assistant"]


async def trio(rig: Rig[ChatSettings], servers: Servers, neighbours) -> tuple[Talk, Talk]:
    """Ana's and Ben's sides of a group whose AI answers when it is named."""
    ben = servers.person("Ben")
    neighbours.knows(ben)
    chat = ChatServiceStub(rig.channel)
    ana = await start_talk(chat, servers.person(), ben, assistant_mode=pb.ASSISTANT_MODE_MENTION)
    return ana, ana.seen_by(ben)


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_who_is_removed_while_the_ai_speaks_hears_no_word_more(
    rig, servers: Servers, neighbours, model, start, elsewhere: bool
) -> None:
    ana, ben = await trio(rig, servers, neighbours)
    async with start(database_url=rig.database_url) as other:
        there = Talk(ChatServiceStub(other.channel), ben.person, ben.conversation_id) if elsewhere else ben
        seen, bens = Watching(ana.stream()), Watching(there.stream())
        await ana.say("Madeleine, tell us")
        model[0].say(2)
        for one in (seen, bens):
            await one.until(lambda one=one: shown(one) == "word0 word1 ")
        request = pb.RemoveMemberRequest(
            conversation_id=ana.conversation_id, person_id=ben.person.person_id, idempotency_key=new_id()
        )
        await ana.chat.RemoveMember(request, metadata=ana.person.call)
        model[0].say()
        async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
            await bens.ended()
        await seen.until(lambda: answers(seen) == [_WHOLE])
        assert shown(bens) == "word0 word1 "
        assert answers(bens) == []
        await seen.stop()


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_who_comes_in_mid_answer_sees_the_text_so_far(
    rig, servers: Servers, neighbours, model, start, elsewhere: bool
) -> None:
    ana, ben = await trio(rig, servers, neighbours)
    async with start(database_url=rig.database_url, roles=("serve",)) as other:
        there = Talk(ChatServiceStub(other.channel), ben.person, ben.conversation_id) if elsewhere else ben
        dropped = Watching(ana.stream())
        asked = await ana.say("Madeleine, tell us")
        model[0].say(3)
        await dropped.until(lambda: shown(dropped) == "word0 word1 word2 ")
        await dropped.stop()
        resumed = [Watching(ana.stream(asked.cursor)), Watching(there.stream(asked.cursor))]
        for seen in resumed:
            await seen.until(lambda seen=seen: shown(seen) == "word0 word1 word2 ")
            start_of = [u.answer_start for u in seen.updates if u.HasField("answer_start")]
            assert [s.in_reply_to for s in start_of] == [asked.message_id]
        model[0].say()
        for seen in resumed:
            await seen.until(lambda seen=seen: answers(seen) == [_WHOLE])
            assert _WHOLE.startswith(shown(seen))
            assert not seen.texts[:-1]
            await seen.stop()


async def test_nats_is_restarted_in_mid_answer(servers: Servers, neighbours, model, start, bus: Bus) -> None:
    on = replace(servers, nats_url=bus.server.url)
    async with AsyncExitStack() as buses:
        first = bus.up()
        await first.__aenter__()
        async with start(on=on) as rig:
            ana, ben = await trio(rig, servers, neighbours)
            seen = [Watching(ana.stream()), Watching(ben.stream())]
            await ana.say("Madeleine, tell us")
            model[0].say(2)
            for one in seen:
                await one.until(lambda one=one: shown(one) == "word0 word1 ")
            await first.__aexit__(None, None, None)
            # Whoever comes meanwhile reads what is committed.
            late = Watching(ben.stream())
            await late.until(lambda: late.texts == ["Madeleine, tell us"])
            await late.stop()
            await buses.enter_async_context(bus.up())
            # As much as it takes to say all of it, and all of it again where the turn had to begin anew.
            model[0].say(12)
            for one in seen:
                await one.until(lambda one=one: answers(one) == [_WHOLE], within_s=40)
                assert shown(one, attempts=2) in _WHOLE
                await one.stop()
            assert [m.text for m in await ana.messages()] == [_WHOLE, "Madeleine, tell us"]


async def test_one_who_does_not_read_slows_nobody(rig, servers: Servers, neighbours, model) -> None:
    ana, ben = await trio(rig, servers, neighbours)
    stuck, seen = ben.stream(), Watching(ana.stream())
    # More than fits between client and server; each message is as large as may be.
    said = [f"{i} " + "x" * 60_000 for i in range(100)]
    for text in said:
        await ana.say(text)
    await seen.until(lambda: seen.texts == said, within_s=30)
    heard: list[str] = []
    async with asyncio.timeout(30):
        async for update in stuck:
            if update.HasField("message"):
                heard.append(update.message.text)
            if len(heard) == len(said):
                break
    assert heard == said
    stuck.cancel()
    await seen.stop()


def test_what_waits_for_a_slow_client_stays_small_and_whole() -> None:
    watch = Watch()
    feed = watch.open("ana")
    watch.hear(pb.StreamConversationResponse(answer_start=pb.AnswerStart(message_id="a")), ours=True)
    for i in range(5000):
        delta = pb.AnswerDelta(message_id="a", offset=5 * i, text="word ")
        watch.hear(pb.StreamConversationResponse(answer_delta=delta), ours=True)
    _, piece = feed.take()
    assert (piece.answer_delta.offset, piece.answer_delta.text) == (0, "word " * 5000)
    for i in range(5000):
        watch.hear(pb.StreamConversationResponse(typing=pb.Typing(person_id=str(i))), ours=True)
    assert len(feed.take()) == MOST_WAITING


def test_pieces_that_were_missed_are_asked_for_and_another_attempt_begins_anew() -> None:
    watch = Watch()
    feed = watch.open("ana")

    def hears(offset: int, text: str) -> bool:
        delta = pb.AnswerDelta(message_id="a", offset=offset, text=text)
        return watch.hear(pb.StreamConversationResponse(answer_delta=delta), ours=False)

    def told() -> list[tuple[int, str]]:
        return [(p.answer_delta.offset, p.answer_delta.text) for p in feed.take() if p.HasField("answer_delta")]

    # It came in the middle: nothing is told before the text so far is there, and nothing twice after it.
    assert not hears(4, "two ")
    watch.hear_so_far("a", "q", "one two ")
    assert hears(4, "two ")
    assert hears(8, "three ")
    assert told() == [(0, "one two three ")]
    # A gap, filled by what another process says it has said.
    assert not hears(20, "five ")
    watch.hear_so_far("a", "q", "one two three four five ")
    assert told() == [(14, "four five ")]
    # The model broke off and began again.
    assert hears(0, "uno ")
    assert told() == [(0, "uno ")]
    assert watch.open("ben").take()[1].answer_delta.text == "uno "
