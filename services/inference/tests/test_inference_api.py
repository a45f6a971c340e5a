"""Generate, GenerateBatch, Score, Embed and Tokenize over real gRPC."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest

from madeleine.inference.v1 import inference_pb2 as pb
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, eventually, refused

pytestmark = pytest.mark.model
Call = tuple[tuple[str, str], ...]


def chat_of(*texts: str) -> pb.Messages:
    return pb.Messages(messages=[pb.ChatMessage(role=pb.ROLE_USER, content=text) for text in texts])


def wish(**changes: Any) -> pb.GenerateRequest:
    fields: dict[str, Any] = {
        "chat": chat_of("What is the capital of France?"),
        "sampling": pb.Sampling(max_tokens=16),
        "feature": "chat",
        "person_id": new_id(),
    }
    return pb.GenerateRequest(**(fields | changes))


async def test_a_stream_begins_goes_on_and_ends(inference: InferenceServiceStub, chat: Call) -> None:
    chunks = [chunk async for chunk in inference.Generate(wish(), metadata=chat)]
    assert [chunk.WhichOneof("chunk") for chunk in chunks] == ["begin", *["delta"] * (len(chunks) - 2), "end"]
    begin, deltas, end = chunks[0].begin, [chunk.delta for chunk in chunks[1:-1]], chunks[-1].end
    assert begin.revision == "base"
    assert "Paris" in "".join(delta.text for delta in deltas)
    assert end.finish_reason == pb.FINISH_REASON_STOP
    assert end.prompt_tokens == len(begin.prompt_token_ids)
    assert end.completion_tokens == sum(len(delta.token_ids) for delta in deltas)

    told = await inference.Tokenize(pb.TokenizeRequest(chat=wish().chat), metadata=chat)
    assert told.token_ids == begin.prompt_token_ids
    assert told.context_tokens == 512
    ids = [token for delta in deltas for token in delta.token_ids]
    scored = await inference.Score(
        pb.ScoreRequest(model="base", prompt_token_ids=begin.prompt_token_ids, completion_token_ids=ids), metadata=chat
    )
    streamed = [logprob for delta in deltas for logprob in delta.logprobs]
    assert streamed == pytest.approx(list(scored.logprobs), abs=1e-3)


async def test_token_ids_are_a_prompt_too(inference: InferenceServiceStub, chat: Call) -> None:
    ids = (await inference.Tokenize(pb.TokenizeRequest(chat=wish().chat), metadata=chat)).token_ids
    request = wish(token_ids=pb.TokenIds(ids=ids))
    request.ClearField("chat")
    request.token_ids.CopyFrom(pb.TokenIds(ids=ids))
    text = "".join([chunk.delta.text async for chunk in inference.Generate(request, metadata=chat)])
    assert "Paris" in text


async def test_a_batch_gives_samples_of_each_request(inference: InferenceServiceStub, chat: Call) -> None:
    schema = json.dumps({"type": "object", "properties": {"yes": {"type": "boolean"}}, "required": ["yes"]})
    sampling = pb.Sampling(max_tokens=24, temperature=1.0, seed=3, json_schema=schema)
    request = pb.GenerateBatchRequest(
        requests=[wish(sampling=pb.Sampling(max_tokens=4, temperature=1.0, seed=5)), wish(sampling=sampling)], samples=3
    )
    reply = await inference.GenerateBatch(request, metadata=chat)
    assert [done.request_index for done in reply.completions] == [0, 0, 0, 1, 1, 1]
    assert len({tuple(done.token_ids) for done in reply.completions[:3]}) > 1
    for done in reply.completions:
        assert len(done.logprobs) == len(done.token_ids) > 0
        assert done.revision == "base"
    for done in reply.completions[3:]:
        if done.finish_reason == pb.FINISH_REASON_STOP:
            assert "yes" in json.loads(done.text)
    again = await inference.GenerateBatch(request, metadata=chat)
    assert [done.token_ids for done in again.completions] == [done.token_ids for done in reply.completions]


async def test_cancelling_a_call_frees_its_slot(inference: InferenceServiceStub, chat: Call) -> None:
    """Two slots and two places: four endless calls fill the engine, and one cancelled makes room."""
    long = wish(sampling=pb.Sampling(max_tokens=400, temperature=1.5))
    calls = [inference.Generate(long, metadata=chat) for _ in range(4)]
    for call in calls:
        await call.read()
    short = wish(sampling=pb.Sampling(max_tokens=1))

    async def is_full() -> bool:
        probe = inference.Generate(short, metadata=chat)
        try:
            await probe.read()
            await probe.read()
        except grpc.aio.AioRpcError as error:
            return error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        return False

    async def has_room() -> bool:
        return not await is_full()

    # A call is begun before the engine has queued it.
    await eventually(is_full)
    for call in calls:
        call.cancel()
    await eventually(has_room)


async def test_embeddings_are_unit_vectors_that_know_both_languages(
    inference: InferenceServiceStub, chat: Call
) -> None:
    passages = ["Ana ate two eggs for breakfast.", "安娜早餐吃了两个鸡蛋。", "The train to Cologne leaves at eight."]
    reply = await inference.Embed(pb.EmbedRequest(texts=passages, kind=pb.EMBED_KIND_PASSAGE), metadata=chat)
    vectors = [list(vector.values) for vector in reply.vectors]
    assert [len(vector) for vector in vectors] == [384] * 3
    assert reply.model.startswith("multilingual-e5-small")
    query = pb.EmbedRequest(texts=["What did Ana have for breakfast?"], kind=pb.EMBED_KIND_QUERY)
    asked = list((await inference.Embed(query, metadata=chat)).vectors[0].values)
    near, chinese, far = (sum(a * b for a, b in zip(asked, v, strict=True)) for v in vectors)
    assert near > far
    assert chinese > far
    assert sum(value * value for value in asked) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sampling": pb.Sampling(temperature=-0.1)}, "sampling.temperature"),
        ({"sampling": pb.Sampling(temperature=float("nan"))}, "sampling.temperature"),
        ({"sampling": pb.Sampling(top_p=1.5)}, "sampling.top_p"),
        ({"sampling": pb.Sampling(frequency_penalty=2.5)}, "sampling.frequency_penalty"),
        ({"sampling": pb.Sampling(max_tokens=-1)}, "sampling.max_tokens"),
        ({"sampling": pb.Sampling(max_tokens=5000)}, "sampling.max_tokens"),
        ({"sampling": pb.Sampling(stop=[""])}, "sampling.stop[0]"),
        ({"sampling": pb.Sampling(json_schema='{"type": "nonsense"}')}, "sampling.json_schema"),
        ({"chat": pb.Messages()}, "chat.messages"),
        ({"chat": chat_of(" ")}, "chat.messages[0].content"),
        ({"chat": pb.Messages(messages=[pb.ChatMessage(content="hi")])}, "chat.messages[0].role"),
        ({"chat": chat_of("word " * 600)}, "chat"),
        ({"chat": None}, "prompt"),
        ({"chat": None, "token_ids": pb.TokenIds()}, "token_ids"),
        ({"chat": None, "token_ids": pb.TokenIds(ids=[1, 49152])}, "token_ids[1]"),
        ({"person_id": "ana"}, "person_id"),
    ],
)
async def test_bad_input_names_its_field(
    inference: InferenceServiceStub, chat: Call, changes: dict[str, Any], field: str
) -> None:
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await inference.Generate(wish(**changes), metadata=chat).read()
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=f"requests[1].{field}"):
        request = pb.GenerateBatchRequest(requests=[wish(), wish(**changes)], samples=1)
        await inference.GenerateBatch(request, metadata=chat)


async def test_other_bad_input(inference: InferenceServiceStub, chat: Call) -> None:
    async with refused(grpc.StatusCode.NOT_FOUND, reason="ALIAS_UNKNOWN"):
        await inference.Generate(wish(model="nobody"), metadata=chat).read()
    async with refused(grpc.StatusCode.NOT_FOUND, reason="REVISION_UNKNOWN"):
        await inference.Generate(wish(model="house@000000000000"), metadata=chat).read()
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="samples"):
        await inference.GenerateBatch(pb.GenerateBatchRequest(requests=[wish()], samples=0), metadata=chat)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="completion_token_ids"):
        await inference.Score(pb.ScoreRequest(prompt_token_ids=[1]), metadata=chat)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="kind"):
        await inference.Embed(pb.EmbedRequest(texts=["a"]), metadata=chat)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="texts[1]"):
        await inference.Embed(pb.EmbedRequest(texts=["a", " "], kind=pb.EMBED_KIND_QUERY), metadata=chat)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="input"):
        await inference.Tokenize(pb.TokenizeRequest(), metadata=chat)


async def test_the_model_is_for_services_only(inference: InferenceServiceStub, servers: Servers) -> None:
    person = servers.person().call
    for call, code in ((person, grpc.StatusCode.PERMISSION_DENIED), ((), grpc.StatusCode.UNAUTHENTICATED)):
        async with refused(code):
            await inference.Generate(wish(), metadata=call).read()
        async with refused(code):
            await inference.Score(pb.ScoreRequest(), metadata=call)
        async with refused(code):
            await inference.Embed(pb.EmbedRequest(), metadata=call)
