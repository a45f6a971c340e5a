"""How often the right tool is chosen, and how well summaries pick: `make bench-chat ONLY=tools`.

Utterances: those of utterances.jsonl that the fit has not seen, and, as another writer's, the requests for apps,
changes and figures in DATA (miniapp_prompts, miniapp_edits, record_queries). Each is judged by what the ranking has
first (`code`), by the ranking with the model's say where it is open (`tool_accuracy`), and as a turn goes, where
`records` proves itself (`proven`: its service is taken to answer the figures and nothing else). Summaries: the chats of
summaries.jsonl that the cues were not first written with.
"""

from __future__ import annotations

import json
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc

from chatting.fit_tools import Utterance, utterances
from chatting.house import Bench
from madeleine_chat.adapters.structured import EmbedderClient, WriterClient
from madeleine_chat.application.tools.choosing import Candidate, Choosing
from madeleine_chat.domain.choice import NONE, shipped
from madeleine_chat.domain.minutes import DECIDED, OPEN, TODO, Line, notes
from madeleine_common.auth import ServiceTokens
from madeleine_common.rpc.client import Caller

NEEDS_MODEL = True
_SUMMARIES = Path(__file__).with_name("summaries.jsonl")
_OTHERS = (("miniapp_prompts", "prompt", "make_app"), ("miniapp_edits", "request", "edit_app"),
           ("record_queries", "question", "records"))  # fmt: skip
_LONG = 10_000


async def measure(bench: Bench) -> dict[str, object]:
    """The figures of choosing and of summing up."""
    caller = Caller(ServiceTokens("chat", bench.servers.keys / "chat.pem"))
    held_out = [u for u in utterances() if u.split == "held_out"]
    async with grpc.aio.insecure_channel(bench.inference_address) as channel:
        embedder = EmbedderClient(channel, caller, 30.0)
        choosing = Choosing(shipped(), embedder, WriterClient(channel, caller, "default", 60.0))
        # The first call waits for the embedder to load; without one nothing here would mean anything.
        await embedder.embed(["hello"])
        figures = await _choices(choosing, held_out, bench)
        for name, field, tool in _OTHERS:
            path = bench.data / f"{name}.jsonl"
            if path.exists():
                rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
                ranked = [(await choosing.candidates(row[field]))[0].tool for row in rows]
                figures[f"tool_{name}"] = round(ranked.count(tool) / len(ranked), 3)
    return figures | _summed_up()


async def _choices(choosing: Choosing, held_out: Sequence[Utterance], bench: Bench) -> dict[str, object]:
    """Accuracy, false calls and milliseconds, with and without the model."""
    by: defaultdict[str, list[bool]] = defaultdict(list)
    ranking_ms: list[float] = []
    model_ms: list[float] = []
    model_right: list[bool] = []
    for i, said in enumerate(held_out):
        began = time.monotonic()
        candidates = await choosing.candidates(said.text)
        ranking_ms.append(1000 * (time.monotonic() - began))
        began = time.monotonic()
        chosen = (await choosing.choose(said.text, candidates, "")).tool
        if len(candidates) > 1 and candidates[0].tool != NONE:
            model_ms.append(1000 * (time.monotonic() - began))
            model_right.append(chosen == said.tool)
            by["open_code"].append(candidates[0].tool == said.tool)
        by["model"].append(chosen == said.tool)
        by["code"].append(candidates[0].tool == said.tool)
        by["proven"].append(await _proven(choosing, said, candidates) == said.tool)
        by[f"tool {said.tool}"].append(chosen == said.tool)
        by[f"lang {said.lang}"].append(chosen == said.tool)
        if said.tool == NONE:
            by["false"].append(chosen != NONE)
            by["false_code"].append(candidates[0].tool != NONE)
        if i % 50 == 0:
            bench.console.print(f"  {i} of {len(held_out)} utterances")
    return {
        "tool_utterances": len(held_out),
        "tool_accuracy": _share(by["model"]),
        "tool_accuracy_code": _share(by["code"]),
        "tool_accuracy_proven": _share(by["proven"]),
        "tool_false_calls": _share(by["false"]),
        "tool_false_calls_code": _share(by["false_code"]),
        "tool_accuracy_by_tool": {k.removeprefix("tool "): _share(v) for k, v in by.items() if k.startswith("tool ")},
        "tool_accuracy_by_lang": {k.removeprefix("lang "): _share(v) for k, v in by.items() if k.startswith("lang ")},
        "tool_open": _share([len(model_ms) > i for i in range(len(held_out))]),
        "tool_open_right_model": _share(model_right),
        "tool_open_right_code": _share(by["open_code"]),
        "tool_ranking_p50_ms": round(statistics.median(ranking_ms), 1),
        "tool_model_p50_ms": round(statistics.median(model_ms), 1) if model_ms else None,
    }


async def _proven(choosing: Choosing, said: Utterance, candidates: Sequence[Candidate]) -> str:
    """The tool of a turn in which `records` answers the figures, and steps back from all else."""
    if any(c.tool == "records" for c in candidates):
        if said.tool == "records":
            return "records"
        candidates = [c for c in candidates if c.tool != "records"]
    if not candidates:
        return NONE
    return (await choosing.choose(said.text, candidates, "")).tool


def _summed_up() -> dict[str, object]:
    """Precision and recall of what is picked, and the seconds that 10,000 messages take."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    everything: list[Line] = []
    for line in _SUMMARIES.read_text("utf-8").splitlines():
        chat: dict[str, Any] = json.loads(line)
        lines = _lines(chat["lines"])
        everything += lines
        if chat["split"] != "held_out":
            continue
        picked = notes(lines)
        for kind in (DECIDED, TODO, OPEN):
            want = {i for i, said in enumerate(chat["lines"]) if said["label"] == kind}
            have = {note.at for note in picked if note.kind == kind}
            for i, number in enumerate((len(want & have), len(have), len(want))):
                counts[kind][i] += number
    figures: dict[str, object] = {}
    for kind, (both, have, want) in counts.items():
        figures[f"summary_{kind}_precision"] = round(both / max(have, 1), 3)
        figures[f"summary_{kind}_recall"] = round(both / max(want, 1), 3)
    long = (everything * (_LONG // len(everything) + 1))[:_LONG]
    began = time.monotonic()
    notes(long)
    return figures | {"summary_10000_messages_s": round(time.monotonic() - began, 2)}


def _lines(said: Sequence[dict[str, str]]) -> list[Line]:
    start = datetime(2026, 3, 10, 10, tzinfo=UTC)
    return [
        Line(str(i), one["name"], one["name"], one["text"], start + timedelta(minutes=i)) for i, one in enumerate(said)
    ]


def _share(values: Sequence[bool]) -> float:
    return round(sum(values) / max(len(values), 1), 3)
