"""From SendMessage until another member has the message, all through Envoy, against a bare echo through the same Envoy.

Twenty members watch, five messages a second are sent; between every two of them the echo is asked once, by the same
client with its twenty streams open.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import grpc

from chatting.house import Bench, percentile
from chatting.members import Member, group, sign_up_all, watch
from chatting.processes import ECHO_METHOD
from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine_common.ids import new_id

PROCESSES = ("identity", "chat", "echo", "gateway")
_MEMBERS = 20
_EVERY_S = 0.2
_WARM_UP = 10
_MESSAGES = 200


async def measure(bench: Bench) -> dict[str, Any]:
    """Milliseconds of both, and their ratio."""
    address = bench.processes.addresses["gateway"]
    async with grpc.aio.insecure_channel(address) as channel, grpc.aio.insecure_channel(address) as streams:
        members = await sign_up_all(channel, [f"M{number}" for number in range(_MEMBERS)])
        ms, echo_ms = await _talk(channel, streams, members)
    figures = {
        "fanout_p50_ms": percentile(ms, 0.5),
        "fanout_p99_ms": percentile(ms, 0.99),
        "echo_p50_ms": percentile(echo_ms, 0.5),
        "echo_p99_ms": percentile(echo_ms, 0.99),
    }
    for share in ("p50", "p99"):
        figures[f"fanout_{share}_vs_echo"] = figures[f"fanout_{share}_ms"] / figures[f"echo_{share}_ms"]
    return {name: round(value, 2) for name, value in figures.items()}


async def _talk(
    channel: grpc.aio.Channel, streams: grpc.aio.Channel, members: list[Member]
) -> tuple[list[float], list[float]]:
    """Milliseconds until each of the others saw each message, and those of each echo, without the first few."""
    conversation_id = await group(channel, members)
    # By number of the message: when it was sent, and when each member saw it.
    sent: dict[int, float] = {}
    seen: dict[int, dict[str, float]] = {}

    def told(member: Member, update: pb.StreamConversationResponse) -> None:
        if update.HasField("message"):
            number = int(update.message.text.partition(":")[0])
            seen.setdefault(number, {})[member.person_id] = time.perf_counter()

    watching = [await watch(streams, one, conversation_id, lambda u, one=one: told(one, u)) for one in members]
    stub: Any = ChatServiceStub(channel)
    echo: Any = channel.unary_unary(ECHO_METHOD)
    echoes: list[float] = []
    began = time.monotonic()
    for number in range(_WARM_UP + _MESSAGES):
        await asyncio.sleep(max(0.0, began + number * _EVERY_S - time.monotonic()))
        author = members[number % _MEMBERS]
        text = f"{number}: shall we meet at the station at nine?"
        request = pb.SendMessageRequest(conversation_id=conversation_id, text=text, idempotency_key=new_id())
        sent[number] = time.perf_counter()
        sending = asyncio.ensure_future(stub.SendMessage(request, metadata=author.call))
        await asyncio.sleep(_EVERY_S / 2)
        asked = time.perf_counter()
        await echo(request.SerializeToString(), metadata=author.call)
        echoes.append(time.perf_counter() - asked)
        await sending
    async with asyncio.timeout(10):
        while sum(map(len, seen.values())) < len(sent) * _MEMBERS:  # noqa: ASYNC110 (twenty streams fill it)
            await asyncio.sleep(0.05)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    # The author's own stream is left out: what counts is when the others see it.
    ms = [
        1000 * (at - sent[number])
        for number in range(_WARM_UP, len(sent))
        for person_id, at in seen[number].items()
        if person_id != members[number % _MEMBERS].person_id
    ]
    return ms, [1000 * value for value in echoes[_WARM_UP:]]
