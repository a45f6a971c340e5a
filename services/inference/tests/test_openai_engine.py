"""The upstream engine over our own OpenAI-compatible API: a real server and a real model on the other side."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import openai
import pytest
from openai import AsyncOpenAI

from madeleine.inference.v1 import inference_pb2 as pb
from madeleine.inference.v1.adapters_pb2_grpc import AdapterServiceStub
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine_common.embedded import start_nats
from madeleine_common.embedded.process import free_port
from madeleine_common.errors import (
    Exhausted,
    FailedPrecondition,
    Invalid,
    Unavailable,
    Unsupported,
)
from madeleine_common.testing import Rig, Servers, eventually, refused, running_service
from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.adapters.openai_engine import OpenAIEngine
from madeleine_inference.application.ports import BASE, ChatMessage, Delta, Finished, FinishReason, Job, Role, Sampling
from madeleine_inference.bootstrap import bootstrap
from madeleine_inference.settings import InferenceSettings

pytestmark = pytest.mark.model
FRANCE = (ChatMessage(Role.USER, "What is the capital of France?"),)
Call = tuple[tuple[str, str], ...]
ENDLESS = Sampling(max_tokens=450, temperature=2.0)


@pytest.fixture(scope="module")
async def upstream(servers: Servers, adapter_store: Path) -> AsyncIterator[Rig[InferenceSettings]]:
    async with running_service(
        servers,
        "inference",
        InferenceSettings,
        bootstrap,
        inference_adapter_store=adapter_store,
        inference_slots=4,
        inference_queue=0,
        inference_context_tokens=512,
        inference_openai_listen=f"127.0.0.1:{free_port()}",
    ) as rig:
        yield rig


@pytest.fixture(scope="module")
def url(upstream: Rig[InferenceSettings]) -> str:
    return f"http://{upstream.house.settings.inference_openai_listen}/openai/v1"


@pytest.fixture
def key(servers: Servers) -> str:
    return dict(servers.service_call("chat"))["authorization"].removeprefix("Bearer ")


@asynccontextmanager
async def engine_at(
    url: str, key: str, model: str = "default", limits: EngineLimits | None = None
) -> AsyncGenerator[OpenAIEngine, None]:
    engine = OpenAIEngine(url, model, key, limits or EngineLimits(slots=2, queue=1, context_tokens=512))
    try:
        yield engine
    finally:
        await engine.close()


@pytest.fixture
async def engine(url: str, key: str) -> AsyncIterator[OpenAIEngine]:
    async with engine_at(url, key) as engine:
        yield engine


def job(sampling: Sampling, chat: tuple[ChatMessage, ...] = FRANCE) -> Job:
    return Job((), BASE, sampling, chat)


async def run(engine: OpenAIEngine, asked: Job) -> tuple[list[Delta], Finished]:
    *deltas, finished = [item async for item in engine.generate(asked)]
    assert isinstance(finished, Finished)
    return [delta for delta in deltas if isinstance(delta, Delta)], finished


def text_of(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


async def test_a_chat_comes_in_pieces(engine: OpenAIEngine) -> None:
    assert (engine.name, engine.base_model, engine.base_sha256) == ("openai", "default", "")
    assert (engine.vocabulary_size, engine.exact, engine.chat_prompt(FRANCE)) == (0, False, [])
    deltas, finished = await run(engine, job(Sampling(temperature=0.0)))
    assert "Paris" in text_of(deltas)
    assert len(deltas) > 3
    assert {(delta.token_ids, delta.logprobs) for delta in deltas} == {((), ())}
    assert finished.reason is FinishReason.STOP
    assert finished.prompt_tokens > 10
    assert finished.completion_tokens >= len(deltas)
    assert 0 <= finished.queue_s <= finished.first_token_s <= finished.total_s


async def test_sampling_is_passed_on(engine: OpenAIEngine) -> None:
    short, finished = await run(engine, job(Sampling(max_tokens=3)))
    assert (finished.reason, finished.completion_tokens) == (FinishReason.LENGTH, 3)
    stopped, finished = await run(engine, job(Sampling(stop=("Paris",))))
    assert finished.reason is FinishReason.STOP
    assert text_of(stopped).startswith(text_of(short))
    assert "Paris" not in text_of(stopped)
    drawn = [text_of((await run(engine, job(Sampling(12, 1.5, seed=seed))))[0]) for seed in (7, 7, 8)]
    assert drawn[0] == drawn[1] != drawn[2]
    # As much as the context holds: how long the prompt is, only the upstream knows.
    assert (await run(engine, job(Sampling(max_tokens=512))))[1].reason is FinishReason.STOP


async def test_an_answer_follows_a_schema(engine: OpenAIEngine) -> None:
    schema = {"type": "object", "properties": {"capital": {"type": "string"}}, "required": ["capital"]}
    assert engine.check_schema(json.dumps(schema)) == ""
    deltas, finished = await run(engine, job(Sampling(max_tokens=60, json_schema=json.dumps(schema))))
    assert finished.reason is FinishReason.STOP
    assert list(json.loads(text_of(deltas))) == ["capital"]
    assert "JSON" in engine.check_schema("{")
    assert engine.check_schema("[]")
    with pytest.raises(Invalid, match="schema"):
        await run(engine, job(Sampling(json_schema='{"type": "nonsense"}')))


async def test_what_an_upstream_cannot_do_is_told(engine: OpenAIEngine, tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match="no adapters"):
        await engine.load_adapter("house@000000000000", tmp_path)
    with pytest.raises(Unsupported, match="no adapters"):
        await run(engine, Job((), "house@000000000000", Sampling(), FRANCE))
    with pytest.raises(Unsupported, match="not token ids"):
        await run(engine, Job((1, 2), BASE, Sampling()))
    with pytest.raises(Unsupported, match="log p"):
        await engine.score(BASE, [1], [2])
    with pytest.raises(Unsupported, match="tokens"):
        engine.tokenize("a")
    await engine.unload_adapter("house@000000000000")


async def test_a_full_queue_and_a_slot_that_is_given_back(url: str, key: str) -> None:
    """Two slots and one place: the fourth is refused; the third begins once another is closed, here and upstream."""
    async with engine_at(url, key) as engine:
        first, second, third = (engine.generate(job(ENDLESS)) for _ in range(3))
        async with aclosing(first), aclosing(second), aclosing(third):
            await anext(first)
            await anext(second)
            waiting = asyncio.create_task(anext(third))
            await asyncio.sleep(0)
            with pytest.raises(Exhausted) as refused:
                await run(engine, job(Sampling(max_tokens=1)))
            assert refused.value.reason == "QUEUE_FULL"
            assert not waiting.done()
            await first.aclose()
            assert isinstance(await waiting, Delta)


async def test_the_upstream_says_that_it_is_busy(url: str, key: str) -> None:
    """Four slots there and none to wait in; closing our streams frees all of them."""
    wide = EngineLimits(slots=8, queue=0, context_tokens=512)
    async with engine_at(url, key, limits=wide) as engine:

        async def begun() -> AsyncGenerator[Delta | Finished, None] | None:
            # The slots of the test before may still be on their way back.
            items = engine.generate(job(ENDLESS))
            try:
                await anext(items)
            except Exhausted:
                return None
            return items

        streams = [await eventually(begun) for _ in range(4)]
        with pytest.raises(Exhausted) as refused:
            await run(engine, job(Sampling(max_tokens=1)))
        assert refused.value.reason == "UPSTREAM_BUSY"
        for stream in streams:
            if stream:
                await stream.aclose()

        async def has_room() -> bool:
            try:
                return bool(await run(engine, job(Sampling(max_tokens=1))))
            except Exhausted:
                return False

        await eventually(has_room)


async def test_closing_the_engine_ends_its_streams(url: str, key: str) -> None:
    engine = OpenAIEngine(url, "default", key, EngineLimits(slots=1, queue=1, context_tokens=512))
    running, waiting = engine.generate(job(ENDLESS)), engine.generate(job(ENDLESS))
    assert isinstance(await anext(running), Delta)
    next_turn = asyncio.create_task(anext(waiting))
    await asyncio.sleep(0)
    await engine.close()
    last = [item async for item in running][-1]
    assert isinstance(last, Finished)
    assert last.reason is FinishReason.CANCELLED
    given_up = await next_turn
    assert isinstance(given_up, Finished)
    assert given_up.reason is FinishReason.CANCELLED
    with pytest.raises(Unavailable):
        await run(engine, job(Sampling()))


async def test_an_upstream_that_refuses(url: str, key: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with engine_at(url, "not-the-key") as engine:
        with pytest.raises(FailedPrecondition, match="key") as denied:
            await run(engine, job(Sampling()))
    assert denied.value.reason == "UPSTREAM_DENIED"
    assert "not-the-key" not in caplog.text + denied.value.message
    async with engine_at(url, key, model="gpt-5") as engine:
        with pytest.raises(FailedPrecondition, match="gpt-5"):
            await run(engine, job(Sampling()))
    async with engine_at(url, key) as engine:
        long = (ChatMessage(Role.USER, "word " * 600),)
        with pytest.raises(Invalid, match="context"):
            await run(engine, job(Sampling(), long))


async def test_an_upstream_that_is_away_or_breaks_off(key: str) -> None:
    async with engine_at(f"http://127.0.0.1:{free_port()}/v1", key) as engine:
        with pytest.raises(Unavailable, match="out of reach"):
            await run(engine, job(Sampling()))

    async def breaks_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        event = json.dumps({"choices": [{"delta": {"content": "Par\u2028is"}}]}, ensure_ascii=False)
        writer.write(f"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\ndata: {event}\n\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(breaks_off, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        async with engine_at(f"http://{host}:{port}", key) as engine:
            items = engine.generate(job(Sampling()))
            assert await anext(items) == Delta("Par\u2028is", (), ())
            with pytest.raises(Unavailable, match="in the middle"):
                await anext(items)


@pytest.fixture
def own_servers(servers: Servers, tmp_path: Path) -> Iterator[Servers]:
    """A NATS of its own: two inference services on one would be replicas of each other."""
    with start_nats(tmp_path, fsync=False) as nats:
        yield replace(servers, nats_url=nats.url)


async def test_a_whole_service_runs_on_an_upstream(
    own_servers: Servers, url: str, key: str, chat: Call, trainer: Call, made: Any
) -> None:
    async with running_service(
        own_servers,
        "inference",
        InferenceSettings,
        bootstrap,
        inference_engine="openai",
        inference_upstream_url=url,
        inference_upstream_model="default",
        inference_upstream_key=key,
        inference_context_tokens=512,
        inference_openai_listen=f"127.0.0.1:{free_port()}",
    ) as rig:
        stub = InferenceServiceStub(rig.channel)
        messages = pb.Messages(messages=[pb.ChatMessage(role=pb.ROLE_USER, content=FRANCE[0].content)])
        asked = pb.GenerateRequest(chat=messages)
        chunks = [chunk async for chunk in stub.Generate(asked, metadata=chat)]
        assert "Paris" in "".join(chunk.delta.text for chunk in chunks)
        assert (chunks[0].begin.revision, list(chunks[0].begin.prompt_token_ids)) == ("base", [])
        assert chunks[-1].end.prompt_tokens > 10
        batch = await stub.GenerateBatch(pb.GenerateBatchRequest(requests=[asked], samples=2), metadata=chat)
        assert all("Paris" in done.text for done in batch.completions)
        # What a service asks to know whether a chat fits: there is nothing to count, and the limit is told.
        told = await stub.Tokenize(pb.TokenizeRequest(chat=messages), metadata=chat)
        assert (list(told.token_ids), told.context_tokens) == ([], 512)

        ids = pb.TokenIds(ids=[1, 2])
        async with refused(grpc.StatusCode.UNIMPLEMENTED):
            await stub.Generate(pb.GenerateRequest(token_ids=ids), metadata=chat).read()
        async with refused(grpc.StatusCode.UNIMPLEMENTED):
            request = pb.ScoreRequest(prompt_token_ids=[1], completion_token_ids=[2])
            await stub.Score(request, metadata=chat)
        async with refused(grpc.StatusCode.UNIMPLEMENTED):
            await stub.Tokenize(pb.TokenizeRequest(text="a"), metadata=chat)
        async with refused(grpc.StatusCode.UNIMPLEMENTED):
            await AdapterServiceStub(rig.channel).PublishAdapter(made.request("a-key-of-its-own"), metadata=trainer)

        base_url = f"http://{rig.house.settings.inference_openai_listen}/openai/v1"
        async with AsyncOpenAI(base_url=base_url, api_key=key, max_retries=0) as client:
            done = await client.chat.completions.create(
                model="default", messages=[{"role": "user", "content": FRANCE[0].content}], temperature=0, n=2
            )
            assert all("Paris" in (choice.message.content or "") for choice in done.choices)
            with pytest.raises(openai.BadRequestError) as without:
                await client.chat.completions.create(
                    model="default", messages=[{"role": "user", "content": "a"}], logprobs=True
                )
        assert without.value.param == "logprobs"
        assert key not in repr(rig.house.settings)
