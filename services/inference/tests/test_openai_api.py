"""The OpenAI-compatible API, through OpenAI's own client, over the real service and model."""

from __future__ import annotations

import asyncio
import base64
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI
from prometheus_client import REGISTRY
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from madeleine.inference.v1 import adapters_pb2 as adapters
from madeleine.inference.v1 import inference_pb2 as pb
from madeleine.inference.v1.adapters_pb2_grpc import AdapterServiceStub
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine_common.embedded.process import free_port
from madeleine_common.errors import Exhausted
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, TestPerson, eventually, running_service
from madeleine_inference.api.openai.app import serve_http
from madeleine_inference.api.openai.exchange import Emit, EventStream
from madeleine_inference.bootstrap import bootstrap
from madeleine_inference.settings import InferenceSettings

pytestmark = pytest.mark.model
Call = tuple[tuple[str, str], ...]
FRANCE: Any = [{"role": "user", "content": "What is the capital of France?"}]
EMBEDDER = "multilingual-e5-small-q4"
ENDLESS: dict[str, Any] = {"model": "default", "messages": FRANCE, "temperature": 2.0, "max_tokens": 450}


@pytest.fixture(scope="module")
async def rig(servers: Servers, adapter_store: Path) -> AsyncIterator[Rig[InferenceSettings]]:
    async with running_service(
        servers,
        "inference",
        InferenceSettings,
        bootstrap,
        inference_adapter_store=adapter_store,
        # The change that a random adapter makes is too small to stand out from 8-bit weights.
        inference_slots=2,
        inference_queue=2,
        inference_context_tokens=512,
        inference_openai_listen=f"127.0.0.1:{free_port()}",
    ) as rig:
        yield rig


@pytest.fixture(scope="module")
def url(rig: Rig[InferenceSettings]) -> str:
    return f"http://{rig.house.settings.inference_openai_listen}/openai/v1"


@pytest.fixture(scope="module")
def ana(servers: Servers) -> TestPerson:
    return servers.person()


@pytest.fixture
async def client(url: str, ana: TestPerson) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=url, api_key=_token(ana.call), max_retries=0) as client:
        yield client


def _token(call: Call) -> str:
    return dict(call)["authorization"].removeprefix("Bearer ")


async def test_a_chat_whole_and_streamed(client: AsyncOpenAI) -> None:
    whole = await client.chat.completions.create(model="default", messages=FRANCE, temperature=0)
    [choice] = whole.choices
    assert choice.message.role == "assistant"
    assert "Paris" in (choice.message.content or "")
    assert choice.finish_reason == "stop"
    assert whole.model == "default"
    assert whole.system_fingerprint == "base"
    assert whole.usage
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens > 20

    options: Any = {"include_usage": True}
    stream = await client.chat.completions.create(
        model="default", messages=FRANCE, temperature=0, stream=True, stream_options=options
    )
    *chunks, last = [chunk async for chunk in stream]
    assert last.choices == []
    assert last.usage == whole.usage
    assert [chunk.usage for chunk in chunks] == [None] * len(chunks)
    assert {(chunk.id, chunk.system_fingerprint) for chunk in (*chunks, last)} == {(last.id, "base")}
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == choice.message.content
    assert [chunk.choices[0].finish_reason for chunk in chunks[-2:]] == [None, "stop"]
    assert len(chunks) > 4


async def test_an_answer_can_be_sent_back_as_it_came(client: AsyncOpenAI) -> None:
    first = await client.chat.completions.create(model="base", messages=FRANCE, temperature=0)
    parts = [{"type": "text", "text": "And of"}, {"type": "text", "text": "Italy?"}]
    told = [{"role": "developer", "content": "Be brief."}, *FRANCE, first.choices[0].message.model_dump()]
    messages: Any = [*told, {"role": "user", "content": parts}]
    second = await client.chat.completions.create(model="base", messages=messages, temperature=0)
    assert "Rome" in (second.choices[0].message.content or "")


@pytest.mark.parametrize("seed", [0, 7])
async def test_choices_differ_and_a_seed_repeats_them(client: AsyncOpenAI, seed: int) -> None:
    async def texts() -> list[str]:
        done = await client.chat.completions.create(
            model="default", messages=FRANCE, temperature=1.5, n=3, seed=seed, max_tokens=12
        )
        assert [choice.index for choice in done.choices] == [0, 1, 2]
        assert {choice.finish_reason for choice in done.choices} <= {"length", "stop"}
        return [choice.message.content or "" for choice in done.choices]

    first = await texts()
    assert len(set(first)) > 1
    assert await texts() == first
    stream = await client.chat.completions.create(
        model="default", messages=FRANCE, temperature=1.5, n=3, seed=seed, max_tokens=12, stream=True
    )
    streamed = ["", "", ""]
    async for chunk in stream:
        streamed[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    assert streamed == first


async def test_a_limit_and_a_stop_string_end_an_answer(client: AsyncOpenAI) -> None:
    ask = {"model": "default", "messages": FRANCE, "temperature": 0}
    short = await client.chat.completions.create(**ask, max_completion_tokens=3)
    assert short.choices[0].finish_reason == "length"
    assert short.usage
    assert short.usage.completion_tokens == 3
    stopped = await client.chat.completions.create(**ask, stop="Paris")
    assert stopped.choices[0].finish_reason == "stop"
    assert "Paris" not in (stopped.choices[0].message.content or "")


class City(BaseModel):
    """What an answer must look like."""

    name: str
    population: int
    is_capital: bool


async def test_an_answer_follows_a_json_schema(client: AsyncOpenAI) -> None:
    done = await client.chat.completions.parse(
        model="default", messages=FRANCE, temperature=0, response_format=City, max_tokens=100
    )
    assert done.choices[0].finish_reason == "stop"
    assert isinstance(done.choices[0].message.parsed, City)
    any_object = await client.chat.completions.create(
        model="default",
        messages=FRANCE,
        temperature=0,
        response_format={"type": "json_object"},
        # The model puts all that it knows into an object of its own; whatever it begins is JSON.
        max_tokens=200,
    )
    assert (any_object.choices[0].message.content or "").startswith("{")


async def test_logprobs_are_those_of_the_tokens_drawn(
    client: AsyncOpenAI, rig: Rig[InferenceSettings], chat: Call
) -> None:
    ask: Any = {"model": "default", "messages": FRANCE, "temperature": 0, "logprobs": True}
    whole = await client.chat.completions.create(**ask, top_logprobs=0)
    logprobs = whole.choices[0].logprobs
    assert logprobs
    assert logprobs.content
    content = whole.choices[0].message.content or ""
    assert "".join(token.token for token in logprobs.content).startswith(content)
    assert b"".join(bytes(token.bytes or []) for token in logprobs.content).startswith(content.encode())

    request = pb.GenerateRequest(
        chat=pb.Messages(messages=[pb.ChatMessage(role=pb.ROLE_USER, content=FRANCE[0]["content"])]),
        sampling=pb.Sampling(max_tokens=400),
    )
    chunks = [chunk async for chunk in InferenceServiceStub(rig.channel).Generate(request, metadata=chat)]
    told = [logprob for chunk in chunks for logprob in chunk.delta.logprobs]
    assert [token.logprob for token in logprobs.content] == pytest.approx(told, abs=1e-3)

    stream = await client.chat.completions.create(**ask, stream=True)
    streamed = [token async for chunk in stream if (some := chunk.choices[0].logprobs) for token in some.content or []]
    assert [token.token for token in streamed] == [token.token for token in logprobs.content]


async def test_embeddings(client: AsyncOpenAI, rig: Rig[InferenceSettings], chat: Call) -> None:
    texts = ["Ana ate two eggs for breakfast.", "安娜早餐吃了两个鸡蛋。"]
    plain = await client.embeddings.create(model=EMBEDDER, input=texts, encoding_format="float")
    packed = await client.embeddings.create(model=plain.model, input=texts, encoding_format="base64")
    assert [item.index for item in plain.data] == [0, 1]
    assert plain.usage.prompt_tokens == plain.usage.total_tokens > 10
    request = pb.EmbedRequest(texts=texts, kind=pb.EMBED_KIND_PASSAGE)
    told = (await InferenceServiceStub(rig.channel).Embed(request, metadata=chat)).vectors
    for ours, item, vector in zip(plain.data, packed.data, told, strict=True):
        assert ours.embedding == pytest.approx(list(vector.values), abs=1e-6)
        raw: Any = item.embedding
        decoded = raw if isinstance(raw, list) else _floats(raw)
        assert decoded == pytest.approx(ours.embedding, abs=1e-6)
    query = await client.embeddings.create(model=plain.model, input=texts[0], extra_body={"input_type": "query"})
    assert query.data[0].embedding != pytest.approx(plain.data[0].embedding, abs=1e-3)
    with pytest.raises(openai.NotFoundError) as refused:
        await client.embeddings.create(model="default", input=texts)
    assert (refused.value.code, refused.value.param) == ("model_not_found", "model")


def _floats(packed: str) -> list[float]:
    raw = base64.b64decode(packed)
    return list(struct.unpack(f"<{len(raw) // 4}f", raw))


async def test_models_are_the_base_the_aliases_and_revisions(
    client: AsyncOpenAI, rig: Rig[InferenceSettings], made: Any, trainer: Call
) -> None:
    stub = AdapterServiceStub(rig.channel)
    await stub.PublishAdapter(made.request(new_id()), metadata=trainer)
    target = adapters.WeightedRevision(revision=made.revision, weight=1.0)
    request = adapters.SetAliasRequest(alias="friends", targets=[target], idempotency_key=new_id())
    await stub.SetAlias(request, metadata=trainer)

    models = {model.id: model async for model in client.models.list()}
    assert {"base", "default", "friends", EMBEDDER} == set(models)
    assert await client.models.retrieve("friends") == models["friends"]
    assert models["friends"].created > 1_700_000_000
    for model in ("friends", made.revision):
        done = await client.chat.completions.create(model=model, messages=FRANCE, max_tokens=2)
        assert (done.model, done.system_fingerprint) == (model, made.revision)
    with pytest.raises(openai.NotFoundError) as refused:
        await client.models.retrieve("nobody")
    assert refused.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"temperature": -0.1}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"top_p": 0}, "top_p"),
        ({"frequency_penalty": -1}, "frequency_penalty"),
        ({"presence_penalty": 0.5}, "presence_penalty"),
        ({"logit_bias": {"1": 2}}, "logit_bias"),
        ({"tools": []}, "tools"),
        ({"best_of": 2}, "best_of"),
        ({"n": 9}, "n"),
        ({"seed": -1}, "seed"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 5000}, "max_tokens"),
        ({"max_tokens": 5, "max_completion_tokens": 5}, "max_tokens"),
        ({"stop": [""]}, "stop[0]"),
        ({"top_logprobs": 3, "logprobs": True}, "top_logprobs"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"stream_options": {"include_obfuscation": True}, "stream": True}, "stream_options.include_obfuscation"),
        ({"response_format": {"type": "json_schema"}}, "response_format"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "nonsense"}}}},
            "response_format.json_schema.schema",
        ),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": " "}]}, "messages[0].content"),
        ({"messages": [{"role": "tool", "content": "a"}]}, "messages[0].role"),
        ({"messages": [*FRANCE, {"role": "system", "content": "a"}]}, "messages[1].role"),
        ({"messages": [{"role": "user", "content": "a", "name": "Ana"}]}, "messages[0].name"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
            "messages[0].content[0].type",
        ),
        ({"messages": [{"role": "user", "content": "word " * 600}]}, "messages"),
        ({"model": ""}, "model"),
    ],
)
async def test_bad_input_names_its_field(client: AsyncOpenAI, changes: dict[str, Any], param: str) -> None:
    ask: dict[str, Any] = {"model": "default", "messages": FRANCE}
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(**ask, extra_body=changes)
    assert refused.value.param == param, refused.value.message
    assert refused.value.type == "invalid_request_error"


async def test_embeddings_refuse_bad_input(client: AsyncOpenAI) -> None:
    changed: list[tuple[dict[str, Any], str]] = [
        ({"input": []}, "input"),
        ({"input": ["a", " "]}, "input[1]"),
        ({"input": [[1, 2]]}, "input[0]"),
        ({"dimensions": 8}, "dimensions"),
        ({"input_type": "answer"}, "input_type"),
    ]
    for changes, param in changed:
        with pytest.raises(openai.BadRequestError) as refused:
            await client.embeddings.create(model=EMBEDDER, input="a", extra_body=changes)
        assert refused.value.param == param, refused.value.message


@pytest.mark.parametrize("stream", [False, True])
async def test_an_unknown_model_is_not_found(client: AsyncOpenAI, stream: bool) -> None:
    for model in ("gpt-5", "house@000000000000"):
        with pytest.raises(openai.NotFoundError) as refused:
            await client.chat.completions.create(model=model, messages=FRANCE, stream=stream)
        assert (refused.value.code, refused.value.param) == ("model_not_found", "model")


async def test_who_calls_and_for_whom(url: str, servers: Servers, ana: TestPerson, client: AsyncOpenAI) -> None:
    expired = servers.signer.token(ana.person_id, "Ana", "UTC", "en", expires_in_s=-60)
    for key in ("nonsense", expired, _token(servers.service_call("chat"))[:-4] + "AAAA"):
        with pytest.raises(openai.AuthenticationError):
            await client.with_options(api_key=key).models.list()
    async with httpx.AsyncClient() as plain:
        for path in ("models", "models/default"):
            assert (await plain.get(f"{url}/{path}")).status_code == 401
        for path in ("chat/completions", "embeddings"):
            assert (await plain.post(f"{url}/{path}", json={})).status_code == 401

    ask: Any = {"model": "default", "messages": FRANCE, "max_tokens": 1}
    await client.chat.completions.create(**ask, user=ana.person_id)
    with pytest.raises(openai.PermissionDeniedError) as refused:
        await client.chat.completions.create(**ask, user=new_id())
    assert refused.value.param == "user"
    service = client.with_options(api_key=_token(servers.service_call("chat")))
    await service.chat.completions.create(**ask, user=new_id())
    with pytest.raises(openai.BadRequestError) as unreadable:
        await service.chat.completions.create(**ask, user="ana")
    assert unreadable.value.param == "user"


async def test_what_is_not_a_request(url: str, ana: TestPerson) -> None:
    async with httpx.AsyncClient(headers=dict(ana.call)) as plain:
        chat = f"{url}/chat/completions"
        for body in (b"", b"{", b"[1]", b'{"temperature": NaN}', b"[" * 20_000, b"\xff"):
            told = await plain.post(chat, content=body)
            assert (told.status_code, told.json()["error"]["type"]) == (400, "invalid_request_error"), body
        long = {"model": "default", "messages": [{"role": "user", "content": "word " * 20_000}]}
        for answer, status in (
            (await plain.post(chat, json=long), 413),
            (await plain.get(chat), 405),
            (await plain.get(f"{url}/files"), 404),
        ):
            assert answer.status_code == status
            assert answer.json()["error"]["message"]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_full_queue_is_told_and_a_client_that_hangs_up_makes_room(client: AsyncOpenAI, stream: bool) -> None:
    """Two slots and two places: four endless answers fill the engine; two are being written, two wait their turn."""

    async def endless() -> None:
        answer: Any = await client.chat.completions.create(**ENDLESS, stream=stream)
        if stream:
            async for _ in answer:
                pass

    async def stand(running: int, waiting: int) -> bool:
        told = [REGISTRY.get_sample_value(f"madeleine_inference_{name}") for name in ("running", "waiting")]
        return told == [running, waiting]

    calls = [asyncio.create_task(endless()) for _ in range(4)]
    try:
        await eventually(lambda: stand(2, 2))
        with pytest.raises(openai.RateLimitError) as refused:
            await client.chat.completions.create(model="default", messages=FRANCE, stream=stream)
        assert refused.value.code == "queue_full"
        assert refused.value.response.headers["retry-after"] == "1"
    finally:
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    await eventually(lambda: stand(0, 0))


async def test_an_error_in_the_middle_of_a_stream_ends_it() -> None:
    async def work(emit: Emit) -> None:
        await emit({"object": "chat.completion.chunk", "choices": []})
        raise Exhausted("no more", reason="QUEUE_FULL")

    async def stream(request: Request) -> EventStream:
        return EventStream(work)

    listen = f"127.0.0.1:{free_port()}"
    app = Starlette(routes=[Route("/chat/completions", stream, methods=["POST"])])
    serving = asyncio.create_task(serve_http(app, listen, 1.0))
    async with AsyncOpenAI(base_url=f"http://{listen}", api_key="none", max_retries=3) as client:
        chunks = await client.chat.completions.create(model="default", messages=FRANCE, stream=True)
        assert (await anext(aiter(chunks))).choices == []
        with pytest.raises(openai.APIError) as refused:
            await anext(aiter(chunks))
    assert refused.value.code == "queue_full"
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_running_requests_end_before_the_server_does() -> None:
    asked, release = asyncio.Event(), asyncio.Event()

    async def slow(request: Request) -> PlainTextResponse:
        asked.set()
        await release.wait()
        return PlainTextResponse("done")

    listen = f"127.0.0.1:{free_port()}"
    serving = asyncio.create_task(serve_http(Starlette(routes=[Route("/", slow)]), listen, 30.0))
    async with httpx.AsyncClient() as plain:

        async def answered() -> httpx.Response | None:
            try:
                return await plain.get(f"http://{listen}/", timeout=30)
            except httpx.ConnectError:
                return None

        answer = asyncio.create_task(eventually(answered))
        await asked.wait()
        serving.cancel()

        async def closed() -> bool:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", int(listen.rpartition(":")[2]))
            except ConnectionRefusedError:
                return True
            writer.close()
            return False

        await eventually(closed)
        release.set()
        told = await answer
        assert told
        assert told.text == "done"
        with pytest.raises(asyncio.CancelledError):
            await serving
