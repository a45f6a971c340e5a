"""People in groups and alone with the AI, at once and at random; what anybody is shown is held against the truth."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from chatting.acting import Acting
from chatting.truth import marks_in
from chatting.whole_house import WholeHouse
from madeleine.chat.v1 import events_pb2 as events
from madeleine_common.testing.waiting import eventually

_ANSWERS_S = 120.0
# Answers, after which nobody waits for more.
_ENOUGH = 30


async def run(
    house: WholeHouse, *, people: int, groups: int, seconds: float, at_once: int, seed: int
) -> dict[str, Any]:
    """What came of so many seconds; none of "leaks" and "failed" is wanted."""
    crowd = Acting(house, random.Random(seed))  # noqa: S311 (nothing secret is drawn)
    await crowd.begin(people, groups)
    done, end = 0, time.monotonic() + seconds

    async def work() -> None:
        nonlocal done
        while time.monotonic() < end:
            await crowd.one()
            done += 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(work())
    await _answered(crowd)
    answers = await _committed(crowd)
    for prompt in house.recorder.prompts:
        crowd.truth.prompted(prompt.person_id, prompt.text)
    kept = await _remembered(crowd)
    await crowd.end()
    return {
        "leaks": crowd.truth.leaks,
        "failed": crowd.failed,
        "operations": done,
        "checks": crowd.truth.checks,
        "answers": answers,
        "memories": kept,
        "prompts": len(house.recorder.prompts),
        "refused": dict(crowd.refused),
    }


async def _answered(crowd: Acting) -> None:
    """Waits until nobody waits for an answer, or enough were given; the model of a busy machine takes its time."""

    async def enough() -> bool:
        pool = crowd.house.chat.house.pool
        given = await pool.fetchval("SELECT count(*) FROM messages WHERE answer IS NOT NULL")
        return given >= _ENOUGH or not await pool.fetchval("SELECT EXISTS (SELECT FROM open_turns)")

    await eventually(enough, within_s=_ANSWERS_S, every_s=0.2)


async def _committed(crowd: Acting) -> int:
    """Holds every answer, and the prompt that it was sampled from, against the truth; how many there are."""
    answers = 0
    for conversation, audience in crowd.audiences.items():
        async for event in crowd.house.chat.house.store.read_stream(f"conversation-{conversation}"):
            if isinstance(event.message, events.AnswerCompleted):
                answers += 1
                crowd.truth.holds(audience, "answer", str(event.message))
                prompt = crowd.house.recorder.text_of(event.message.trace.prompt_token_ids)
                crowd.truth.holds(audience, "prompt of an answer", prompt)
    return answers


async def _remembered(crowd: Acting) -> int:
    """Holds all that memory has against the truth; how many memories there are."""
    async with crowd.house.memory.house.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
        rows = await connection.fetch("SELECT space, text FROM memory")
    for row in rows:
        crowd.truth.holds(row["space"], "memory", row["text"])
        crowd.truth.leaks += [f"memory: {m} was off the record" for m in marks_in(row["text"]) & crowd.unrecorded]
    return len(rows)
