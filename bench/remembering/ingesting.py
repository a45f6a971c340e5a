"""How many messages a second go through the stream into memory, and how many of them get their vectors."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from madeleine_common.ids import new_id
from madeleine_common.testing.rig import Servers
from remembering.house import EmbedOnly, MemoryHouse, Said, memory_house
from remembering.locomo import turns

_CONVERSATIONS = 8
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
# What one person says in a year, at twenty messages a day.
_YEARLY = 20 * 365
_TABLES = ("memory", "memory_source", "memory_vector", "posting")
_TICKS = os.sysconf("SC_CLK_TCK")


async def measure(servers: Servers, samples: Sequence[dict[str, Any]], messages: int) -> dict[str, Any]:
    """Publishes `messages` of LoCoMo's turns in eight conversations; a message is in once it is found by its words.

    The embedder works meanwhile, in batches, as it does in a house in use, and goes on until every vector is there.
    """
    texts = [text for sample in samples for _, _, text, _ in turns(sample["conversation"])]
    async with memory_house(servers, EmbedOnly(remembering=False), memory_embed_batch=32) as house:
        people = [await house.sign_up(f"P{n}") for n in range(4)]
        spaces = [f"conversation:{new_id()}" for _ in range(_CONVERSATIONS)]
        began, cpu = time.monotonic(), _cpu_seconds()
        for start in range(0, messages, 256):
            for number, space in enumerate(spaces):
                places = range(start + number, min(start + 256, messages), _CONVERSATIONS)
                at = _BEGAN + timedelta(seconds=start)
                await house.say(space, [Said(people[i % 4], f"{texts[i % len(texts)]} #{i}", at) for i in places])
        for space in spaces:
            await house.handled("chat", f"conversation-{space.partition(':')[2]}")
        seconds, used = time.monotonic() - began, _cpu_seconds() - cpu
        await house.embedded()
        whole, all_used = time.monotonic() - began, _cpu_seconds() - cpu
        each = await _bytes_each(house, messages)
    return {
        "ingest_messages": messages,
        "ingest_per_s": round(messages / seconds, 1),
        "ingest_per_core_s": round(messages / used, 1),
        "ingest_embedded_per_s": round(messages / whole, 1),
        "ingest_embedded_per_core_s": round(messages / all_used, 1),
        "bytes_per_message": round(each),
        "bytes_per_person_year": round(each * _YEARLY),
    }


async def _bytes_each(house: MemoryHouse, messages: int) -> float:
    total = 0
    for table in _TABLES:
        total += await house.rig.house.pool.fetchval("SELECT pg_total_relation_size($1::regclass)", table)
    return total / messages


def _cpu_seconds() -> float:
    """Processor time of this process and all below it: service, embedder, PostgreSQL, NATS and the publisher."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            # It ended while we looked.
            continue
        parents[int(entry.name)], ticks[int(entry.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    own = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in own and pid not in own}:
        own |= more
    return sum(ticks.get(pid, 0) for pid in own) / _TICKS
