"""From SendMessage until a member has the first piece of the answer, through Envoy, besides the engine's own time.

The engine's time, from when it took the request to its first token, is what it says itself at the end of the same
generation; whatever chat, memory and mini-apps ask it besides (vectors, tokens) counts as theirs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc

from chatting.house import Bench, percentile
from chatting.members import Member, sign_up, watch
from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine.inference.v1.inference_pb2_grpc import (
    InferenceServiceServicer,
    InferenceServiceStub,
    add_InferenceServiceServicer_to_server,
)
from madeleine_common.embedded.process import free_port
from madeleine_common.ids import new_id

_BETWEEN = f"127.0.0.1:{free_port()}"
PROCESSES = ("identity", "inference", "memory", "miniapp", "chat", "gateway")
SETTINGS = {"chat": {"MADELEINE_INFERENCE_ADDRESS": _BETWEEN, "MADELEINE_CHAT_MAX_TOKENS": "8"}}
_WARM_UP = 2
_QUESTIONS = 15
_TOLD = (
    "I have oats with figs for breakfast.",
    "My sister Mei lives in Lyon.",
    "On Fridays I swim in the lake.",
    "I am allergic to peanuts.",
    "We go to Porto in June.",
)
_ASKED = (
    "What do I have for breakfast?",
    "Where does my sister live?",
    "What do I do on Fridays?",
    "What should I not eat?",
    "Where do we go in June?",
)


@dataclass
class Between(InferenceServiceServicer):
    """Stands between chat and inference, hands everything on, and notes when."""

    stub: Any
    # What chat asked for one answer, in order: (name, when it came, when its first reply was there).
    calls: list[tuple[str, float, float]] = field(default_factory=list[tuple[str, float, float]])
    # Seconds that the engine took to the first token of the answer.
    engine_s: float = 0.0

    async def Generate(  # noqa: N802 (the contract's name)
        self, request: inference.GenerateRequest, context: Any
    ) -> AsyncIterator[inference.GenerateResponse]:
        """One completion."""
        came, first = time.perf_counter(), 0.0
        async for chunk in self.stub.Generate(request, metadata=_passed(context)):
            if chunk.HasField("delta") and not first:
                first = time.perf_counter()
                self.calls.append(("choice" if request.sampling.json_schema else "generate", came, first))
            if chunk.HasField("end"):
                self.engine_s += chunk.end.total_s if request.sampling.json_schema else chunk.end.first_token_s
            yield chunk

    async def Tokenize(  # noqa: N802 (the contract's name)
        self, request: inference.TokenizeRequest, context: Any
    ) -> inference.TokenizeResponse:
        """Tokens."""
        return await self._noted("tokenize", self.stub.Tokenize, request, context)

    async def Embed(  # noqa: N802 (the contract's name)
        self, request: inference.EmbedRequest, context: Any
    ) -> inference.EmbedResponse:
        """Vectors."""
        return await self._noted("embed", self.stub.Embed, request, context)

    async def _noted(self, name: str, call: Any, request: Any, context: Any) -> Any:
        came = time.perf_counter()
        reply = await call(request, metadata=_passed(context))
        self.calls.append((name, came, time.perf_counter()))
        return reply


def _passed(context: Any) -> list[tuple[str, str]]:
    return [(key, value) for key, value in context.invocation_metadata() if key == "authorization"]


async def measure(bench: Bench) -> dict[str, Any]:
    """Milliseconds besides the engine, and what they were spent on."""
    async with (
        grpc.aio.insecure_channel(bench.inference_address) as engine,
        grpc.aio.insecure_channel(bench.processes.addresses["gateway"]) as channel,
    ):
        between = Between(InferenceServiceStub(engine))
        server = grpc.aio.server()
        add_InferenceServiceServicer_to_server(between, server)
        server.add_insecure_port(_BETWEEN)
        await server.start()
        try:
            return await _ask(channel, between, await sign_up(channel, "Ana"))
        finally:
            await server.stop(0)


async def _ask(channel: grpc.aio.Channel, between: Between, ana: Member) -> dict[str, Any]:
    stub: Any = ChatServiceStub(channel)
    create = pb.CreateConversationRequest(kind=pb.CONVERSATION_KIND_DIRECT, idempotency_key=new_id())
    conversation_id = (await stub.CreateConversation(create, metadata=ana.call)).conversation.conversation_id
    first: list[float] = []
    done = asyncio.Event()

    def told(update: pb.StreamConversationResponse) -> None:
        if update.HasField("answer_delta"):
            first.append(time.perf_counter())
        elif update.HasField("answer_failed") or update.message.HasField("answer"):
            done.set()

    watching = await watch(channel, ana, conversation_id, told)
    overhead_ms: list[float] = []
    spans: dict[str, list[float]] = {}
    questions = [*_TOLD, *(_ASKED[i % len(_ASKED)] for i in range(_QUESTIONS))]
    for number, text in enumerate(questions):
        first.clear()
        done.clear()
        between.calls.clear()
        between.engine_s = 0.0
        request = pb.SendMessageRequest(conversation_id=conversation_id, text=text, idempotency_key=new_id())
        began = time.perf_counter()
        await stub.SendMessage(request, metadata=ana.call)
        async with asyncio.timeout(60):
            await done.wait()
        if number < len(_TOLD) + _WARM_UP or not first or not between.engine_s:
            continue
        overhead_ms.append(1000 * (first[0] - began - between.engine_s))
        spans.setdefault("until_first_call", []).append(1000 * (min(came for _, came, _ in between.calls) - began))
        for name, came, replied in between.calls:
            spans.setdefault(f"{name}_at", []).append(1000 * (came - began))
            spans.setdefault(f"{name}_took", []).append(1000 * (replied - came))
        spans.setdefault("first_piece_at", []).append(1000 * (first[0] - began))
        spans.setdefault("engine", []).append(1000 * between.engine_s)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    told_ms = {f"first_token_{name}_p50_ms": round(percentile(ms, 0.5), 1) for name, ms in spans.items()}
    return {
        "first_token_overhead_p50_ms": round(percentile(overhead_ms, 0.5), 1),
        "first_token_overhead_p90_ms": round(percentile(overhead_ms, 0.9), 1),
        **told_ms,
    }
