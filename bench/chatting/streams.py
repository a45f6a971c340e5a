"""A thousand open streams on one replica of the chat: what each costs, and how soon all of them have a message.

Fifty people watch twenty groups each, through Envoy; then somebody speaks in one group after the other.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import grpc
import psutil

from chatting.house import Bench, percentile
from chatting.members import Member, group, sign_up_all, watch
from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine_common.ids import new_id

PROCESSES = ("identity", "chat", "gateway")
_PEOPLE, _GROUPS = 50, 20
_STREAMS = _PEOPLE * _GROUPS
_ON_EACH_CONNECTION = 50
_MESSAGES = 40
_EVERY_S = 0.4
_SEEN_WITHIN_S = 10


async def measure(bench: Bench) -> dict[str, Any]:
    """Memory of each stream, the lag of messages, and what any stream missed, doubled or lost."""
    address = bench.processes.addresses["gateway"]
    chat = psutil.Process(bench.processes.pids["chat"])
    connections = [
        grpc.aio.insecure_channel(address, options=(("grpc.use_local_subchannel_pool", 1),))
        for _ in range(_STREAMS // _ON_EACH_CONNECTION)
    ]
    try:
        people = await sign_up_all(connections[0], [f"P{number}" for number in range(_PEOPLE)])
        groups = [await group(connections[0], people) for _ in range(_GROUPS)]
        return await _watch_all(connections, people, groups, chat)
    finally:
        for connection in connections:
            await connection.close()


async def _watch_all(
    connections: list[grpc.aio.Channel], people: list[Member], groups: list[str], chat: psutil.Process
) -> dict[str, Any]:
    # What each stream saw, in order: (number of the message, when).
    seen: dict[tuple[str, str], list[tuple[int, float]]] = {}

    def hearing(key: tuple[str, str]) -> Any:
        seen[key] = []

        def told(update: pb.StreamConversationResponse) -> None:
            if update.HasField("message"):
                seen[key].append((int(update.message.text), time.perf_counter()))

        return told

    # One stream first: what the first one costs is no stream's.
    pairs = [(person, conversation_id) for conversation_id in groups for person in people]
    first, *rest = pairs
    streams = [await watch(connections[0], *first, hearing((first[0].person_id, first[1])))]
    before = chat.memory_info().rss
    for number, (person, conversation_id) in enumerate(rest, 1):
        connection = connections[number % len(connections)]
        streams.append(await watch(connection, person, conversation_id, hearing((person.person_id, conversation_id))))
    rss = chat.memory_info().rss - before
    stub: Any = ChatServiceStub(connections[0])
    sent: dict[int, float] = {}
    began = time.monotonic()
    for number in range(_MESSAGES):
        await asyncio.sleep(max(0.0, began + number * _EVERY_S - time.monotonic()))
        request = pb.SendMessageRequest(
            conversation_id=groups[number % _GROUPS], text=str(number), idempotency_key=new_id()
        )
        sent[number] = time.perf_counter()
        await stub.SendMessage(request, metadata=people[number % _PEOPLE].call)
    wanted = {(p.person_id, c): [n for n in sent if groups[n % _GROUPS] == c] for p, c in pairs}
    end = time.monotonic() + _SEEN_WITHIN_S
    while time.monotonic() < end and any(len(seen[key]) < len(numbers) for key, numbers in wanted.items()):  # noqa: ASYNC110
        # A thousand streams fill it.
        await asyncio.sleep(0.1)
    ended = sum(stream.done() for stream in streams)
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    lags = [1000 * (at - sent[number]) for told in seen.values() for number, at in told]
    wrong = sum([number for number, _ in seen[key]] != numbers for key, numbers in wanted.items())
    return {
        "streams_1000_rss_kib_each": round(rss / 1024 / len(rest), 1),
        "streams_1000_lag_p50_ms": round(percentile(lags, 0.5), 1),
        "streams_1000_lag_p99_ms": round(percentile(lags, 0.99), 1),
        "streams_1000_dropped": ended + wrong,
    }
