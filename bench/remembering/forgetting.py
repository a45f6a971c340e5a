"""forgetting.jsonl through the service: remarks as events with the clock set to theirs, a budget in items, probes."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from madeleine.memory.v1 import memory_pb2 as pb
from madeleine_common.ids import new_id
from madeleine_common.testing.rig import TestPerson
from madeleine_memory.domain.wishes import forget_wish
from remembering.house import MemoryHouse, Said

_LIMIT = 10
# Scenarios are strangers to each other: while one waits for a vector, others go on.
_AT_ONCE = 8


@dataclass
class Counts:
    """Probes by kind, and what is left at the end."""

    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    used: int = 0
    gone: int = 0
    over_budget: int = 0
    trivia: int = 0
    trivia_held: int = 0
    held: int = 0


def read(path: Path) -> list[dict[str, Any]]:
    """The scenarios of a file in forgetting.jsonl's format; none if there is no such file."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


async def measure(house: MemoryHouse, scenarios: list[dict[str, Any]], console: Console) -> dict[str, Any]:
    """Shares over all probes; `forget_superseded_used`: superseded remarks that came back as current."""
    counts = Counts()
    slots = asyncio.Semaphore(_AT_ONCE)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("forgetting", total=len(scenarios))

        async def play(scenario: dict[str, Any]) -> None:
            async with slots:
                await _play(house, scenario, counts)
                progress.advance(task)

        await asyncio.gather(*map(play, scenarios))
    needed = {kind: n for kind, n in counts.asked.items() if kind != "forget_request"}
    requests = counts.asked.get("forget_request", 0)
    return {
        "forget_probes": sum(needed.values()),
        "forget_found": round(sum(counts.found[kind] for kind in needed) / max(1, sum(needed.values())), 3),
        **{f"forget_found_{kind}": round(counts.found[kind] / n, 3) for kind, n in sorted(needed.items())},
        "forget_superseded_used": counts.used,
        "forget_requests": requests,
        "forget_gone": round(counts.gone / requests, 3) if requests else None,
        "forget_over_budget": counts.over_budget,
        "forget_trivia_held": round(counts.trivia_held / max(1, counts.trivia), 3),
        "junk_rate": round(counts.trivia_held / max(1, counts.held), 3),
    }


async def _play(house: MemoryHouse, scenario: dict[str, Any], counts: Counts) -> None:
    names = sorted({remark["speaker"] for remark in scenario["timeline"]})
    people = {name: await house.sign_up(name) for name in names}
    # One speaker: their private space; several share one.
    own = people[names[0]]
    space = f"person:{own.person_id}" if len(names) == 1 else f"conversation:{new_id()}"
    await house.budget(space, items=scenario["budget_items"])
    remark_of: dict[str, int] = {}
    for place, remark in enumerate(scenario["timeline"]):
        speaker, at = people[remark["speaker"]], datetime.fromisoformat(remark["at"])
        (event,) = await house.say(space, [Said(speaker, remark["text"], at)])
        remark_of[event.event_id] = place
        await house.handled("chat", f"conversation-{space.partition(':')[2]}")
        if forget_wish(remark["text"]) is not None:
            await _forget(house, speaker, space, remark["text"])
        if remark.get("pin"):
            await _pin(house, speaker, event.event_id)
        await house.embedded(space)
        await house.tidy(space, at)
        counts.over_budget += await _held(house, space) > scenario["budget_items"]
    for probe in scenario["probes"]:
        await _ask(house, scenario, probe, space, remark_of, counts)
    held = await _active(house, space, remark_of)
    counts.held += len(held)
    trivia = set(scenario["trivia"])
    counts.trivia += len(trivia)
    counts.trivia_held += len(trivia & set[int]().union(*held)) if held else 0


async def _ask(
    house: MemoryHouse,
    scenario: dict[str, Any],
    probe: dict[str, Any],
    space: str,
    remark_of: dict[str, int],
    counts: Counts,
) -> None:
    counts.asked[probe["kind"]] += 1
    at = datetime.fromisoformat(probe["at"])
    recalled = await house.recall(space, probe["question"], at, _LIMIT)
    current = [{remark_of[e] for e in one.memory.source_event_ids if e in remark_of} for one in recalled]
    got = set[int]().union(*current) if current else set[int]()
    if probe["kind"] == "forget_request":
        texts = [scenario["timeline"][i]["text"] for i in probe["must_not_use"]]
        counts.gone += not got & set(probe["must_not_use"]) and not await _anywhere(house, space, texts)
        return
    needs = set(probe["needs"])
    counts.found[probe["kind"]] += needs <= got if probe["needs_mode"] == "all" else bool(needs & got)
    counts.used += len(got & set(probe["must_not_use"]))


async def _forget(house: MemoryHouse, speaker: TestPerson, space: str, wish: str) -> None:
    """What a client does with a wish to forget: shows the plan, and has it carried out."""
    named = "" if space.startswith("person:") else space
    plan = await house.stub.PlanForget(pb.PlanForgetRequest(wish=wish, space=named), metadata=speaker.call)
    if plan.memories:
        request = pb.ForgetRequest(plan_id=plan.plan_id, idempotency_key=new_id())
        await house.stub.Forget(request, metadata=speaker.call)


async def _pin(house: MemoryHouse, speaker: TestPerson, event_id: str) -> None:
    memory_id = await house.rig.house.pool.fetchval(
        "SELECT memory_id::text FROM memory_source WHERE event_id = $1", event_id
    )
    request = pb.PinMemoryRequest(memory_id=memory_id, pinned=True, idempotency_key=new_id())
    await house.stub.PinMemory(request, metadata=speaker.call)


async def _held(house: MemoryHouse, space: str) -> int:
    return await house.rig.house.pool.fetchval(
        "SELECT count(*) FROM memory WHERE space = $1 AND state = 'active' AND NOT waits", space
    )


async def _active(house: MemoryHouse, space: str, remark_of: dict[str, int]) -> list[set[int]]:
    rows = await house.rig.house.pool.fetch(
        "SELECT array_agg(s.event_id::text) AS events FROM memory m JOIN memory_source s USING (memory_id)"
        " WHERE m.space = $1 AND m.state = 'active' GROUP BY m.memory_id",
        space,
    )
    return [{remark_of[event] for event in row["events"] if event in remark_of} for row in rows]


async def _anywhere(house: MemoryHouse, space: str, texts: list[str]) -> bool:
    """Whether any of these texts is left in the tables, the index, the vectors or an export."""
    pool = house.rig.house.pool
    rows = await pool.fetchval("SELECT count(*) FROM memory WHERE space = $1 AND text = ANY ($2)", space, texts)
    orphans = await pool.fetchval(
        "SELECT (SELECT count(*) FROM posting p WHERE space_key = hashtextextended($1, 0) AND NOT EXISTS"
        " (SELECT FROM memory m WHERE m.memory_id = p.memory_id))"
        " + (SELECT count(*) FROM memory_vector v WHERE space = $1 AND NOT EXISTS"
        " (SELECT FROM memory m WHERE m.memory_id = v.memory_id))",
        space,
    )
    exported = [
        one.memory.text
        async for one in house.stub.ExportMemories(pb.ExportMemoriesRequest(space=space), metadata=house.call)
    ]
    return bool(rows or orphans or any(text in exported for text in texts))
