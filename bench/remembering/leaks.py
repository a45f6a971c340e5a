"""Whether anything comes back to somebody who may not see it: people, groups and services at once, on the real service.

Besides what is shown to the wrong ones (a leak) it counts what comes back though it was edited, forgotten or erased (a
ghost), and holds what the database has in the end against what must always be so.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc

from madeleine.chat.v1 import chat_pb2
from madeleine.chat.v1.chat_pb2_grpc import MembershipServiceServicer, add_MembershipServiceServicer_to_server
from madeleine_common.db import Pool
from madeleine_common.testing.rig import Servers, running_service
from madeleine_memory.bootstrap import bootstrap
from madeleine_memory.settings import MemorySettings
from remembering.leaking import REFUSALS, Crowd
from remembering.playing import House

# Each statement finds what must never be.
_NEVER = {
    "a space holds more than its budget": """
        SELECT m.space, sum(m.bytes), count(*), u.budget_bytes, u.budget_items FROM memory m
        JOIN space_use u USING (space) WHERE m.state = 'active' AND NOT m.waits GROUP BY u.space, m.space
        HAVING sum(m.bytes) > coalesce(u.budget_bytes, (SELECT bytes FROM default_budget))
            OR count(*) > coalesce(u.budget_items, 1::bigint << 62)""",
    "what a space is said to hold is not what it holds": """
        SELECT u.*, m.* FROM space_use u FULL JOIN (
            SELECT space, count(*) AS memories, sum(bytes) AS bytes, sum(words) AS words,
                   coalesce(sum(bytes) FILTER (WHERE pinned), 0) AS pinned_bytes
            FROM memory WHERE state = 'active' GROUP BY space) m USING (space)
        WHERE (coalesce(u.memories, 0), coalesce(u.bytes, 0), coalesce(u.words, 0), coalesce(u.pinned_bytes, 0))
            <> (coalesce(m.memories, 0), coalesce(m.bytes, 0), coalesce(m.words, 0), coalesce(m.pinned_bytes, 0))""",
    "postings are not those of what is active": """
        WITH made AS (
            SELECT memory_id, hashtextextended(m.space, 0) AS space_key, count(*) AS lexemes,
                   sum(hashtextextended(l.lexeme, coalesce(cardinality(l.positions), 1) + 1000 * m.words)) AS sum
            FROM memory m CROSS JOIN LATERAL unnest(m.lexemes) AS l (lexeme, positions, weights)
            WHERE m.state = 'active' GROUP BY 1, 2
        ), held AS (
            SELECT memory_id, space_key, count(*) AS lexemes, sum(hashtextextended(lexeme, times + 1000 * words)) AS sum
            FROM posting GROUP BY 1, 2
        )
        SELECT memory_id, made.lexemes, held.lexemes FROM made FULL JOIN held USING (memory_id, space_key)
        WHERE made.sum IS DISTINCT FROM held.sum OR made.lexemes IS DISTINCT FROM held.lexemes""",
    "vectors are not those of what is active": """
        SELECT memory_id, m.state, v.space FROM (SELECT * FROM memory WHERE state = 'active') m
        FULL JOIN memory_vector v USING (memory_id)
        WHERE m.memory_id IS NULL OR v.memory_id IS NULL OR m.space <> v.space OR md5(m.text)::uuid <> v.text_md5""",
    "a memory comes from nothing": """
        SELECT memory_id FROM memory m
        WHERE NOT EXISTS (SELECT FROM memory_source s WHERE s.memory_id = m.memory_id)""",
    "what stands for a cold memory is not there": """
        SELECT m.memory_id, m.text FROM memory m WHERE m.state = 'cold' AND m.covered_by IS NOT NULL
          AND NOT EXISTS (SELECT FROM memory c WHERE c.memory_id = m.covered_by)""",
    "something pinned is cold": "SELECT memory_id, text, reason FROM memory WHERE state = 'cold' AND pinned",
    "something waits though there is room": """
        SELECT m.memory_id, m.text, u.* FROM memory m JOIN space_use u USING (space) WHERE m.waits
          AND u.bytes <= coalesce(u.budget_bytes, (SELECT bytes FROM default_budget))
          AND u.memories <= coalesce(u.budget_items, 1::bigint << 62)""",
}


@dataclass
class Membership(MembershipServiceServicer):
    """Chat's answer to who is in which conversation."""

    conversations: dict[str, list[str]] = field(default_factory=dict)

    async def GetMembers(  # noqa: N802 (the contract's name)
        self, request: chat_pb2.GetMembersRequest, context: Any
    ) -> chat_pb2.GetMembersResponse:
        """Members of a conversation."""
        if request.conversation_id not in self.conversations:
            await context.abort(grpc.StatusCode.NOT_FOUND, "there is no such conversation")
        members = [chat_pb2.Member(person_id=i) for i in self.conversations[request.conversation_id]]
        return chat_pb2.GetMembersResponse(members=members)


@asynccontextmanager
async def membership() -> AsyncIterator[tuple[Membership, str]]:
    """A chat that knows members alone, and its address: what memory must be given as `chat_address`."""
    peer, server = Membership(), grpc.aio.server()
    add_MembershipServiceServicer_to_server(peer, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield peer, address
    finally:
        await server.stop(0)


async def broken(pool: Pool) -> list[str]:
    """What the database holds that must never be, one line for each kind, with an example; nothing may be under way."""
    found: list[str] = []
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
        for name, query in _NEVER.items():
            rows = await connection.fetch(query)
            if rows:
                found.append(f"{name} ({len(rows)}): {dict(rows[0])}")
    return found


async def leaks(
    house: House,
    members: dict[str, list[str]],
    *,
    people: int = 50,
    groups: int = 20,
    operations: int = 10_000,
    concurrency: int = 16,
    erasures: int = 5,
    seed: int = 11,
) -> dict[str, Any]:
    """Runs `operations` at random, `concurrency` at a time; none of "leaks", "ghosts", "broken" and "failed" is wanted.

    `members`: by conversation, what chat says to memory about who is in it (`membership`). "leaked": the first few.
    """
    crowd = Crowd(house, members, random.Random(seed))  # noqa: S311 (nothing secret is drawn)
    await crowd.begin(people, groups)
    refused: Counter[str] = Counter()
    failed: list[str] = []
    left = operations
    erase_at = {operations * (n + 1) // (erasures + 1) for n in range(erasures)}
    began = time.monotonic()

    async def work() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            try:
                await (crowd.erase() if left in erase_at else crowd.one())
            except grpc.aio.AioRpcError as error:
                refused[error.code().name] += 1
                if error.code() not in REFUSALS:
                    failed.append(f"{error.code().name}: {error.details()}")

    async with asyncio.TaskGroup() as tasks:
        for _ in range(concurrency):
            tasks.create_task(work())
    seconds = time.monotonic() - began
    await crowd.settled()
    wrong = await broken(house.rig.house.pool)
    for space in [*(f"person:{p.person_id}" for p in crowd.people), *(f"conversation:{g}" for g in crowd.groups)]:
        await crowd.tidy(space)
    wrong += await broken(house.rig.house.pool)
    wrong += await crowd.remains()
    truth = crowd.truth
    return {
        "leaks": len(truth.leaks),
        "ghosts": len(truth.ghosts),
        "broken": wrong,
        "operations": operations,
        "refused": sum(refused.values()) - len(failed),
        "failed": failed,
        "texts": truth.texts,
        "seconds": round(seconds, 1),
        "operations_per_s": round(operations / seconds, 1),
        "leaked": (truth.leaks + truth.ghosts)[:5],
    }


async def measure(servers: Servers) -> dict[str, Any]:
    """The figures of one run on a memory of its own, without an embedder and without Temporal."""
    # The house loads the embedder's runtime, which the test of this does without.
    from remembering.house import MemoryHouse

    async with (
        membership() as (chat, address),
        running_service(
            servers,
            "memory",
            MemorySettings,
            bootstrap,
            roles=("serve", "relay", "project"),
            inference_address=servers.temporal_address,
            chat_address=address,
            memory_quiet_s=10**8,
        ) as rig,
    ):
        found = await leaks(MemoryHouse(rig, servers), chat.conversations)
    wrong = [*found["leaked"], *found["broken"], *found["failed"]]
    return {
        # What is out of order otherwise counts as well: no run with it is clean.
        "leaks": found["leaks"] + found["ghosts"] + len(found["broken"]) + len(found["failed"]),
        "leaks_first": wrong[:3],
        "leaks_operations": found["operations"],
        "leaks_refused": found["refused"],
        "leaks_texts": found["texts"],
        "leaks_operations_per_s": found["operations_per_s"],
    }
