"""Months of remarks under a budget of items, kept by the memory's domain: what is found, and what is not gone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import mul
from pathlib import Path
from typing import Any

from madeleine_memory.domain.recurrence import repeated
from madeleine_memory.domain.remarks import Remark
from madeleine_memory.domain.supersession import closed, doubts, replaces
from madeleine_memory.domain.value import floor, value
from madeleine_memory.domain.wishes import forget_wish, meant, pin_wish
from madeleine_memory.domain.worth import worth


@dataclass
class Said:
    """A remark of a scenario."""

    at: datetime
    speaker: str
    text: str
    pinned: bool
    vector: list[float]


@dataclass
class Scenario:
    """One line of forgetting.jsonl."""

    id: str
    lang: str
    budget: int
    said: list[Said]
    probes: list[dict[str, Any]]
    trivia: set[int]
    # The probes' questions as vectors.
    questions: list[list[float]] = field(default_factory=list)


@dataclass
class Item:
    """A memory, and the remarks it was made of."""

    remark: Remark
    touches: list[datetime]
    sources: set[int]
    pinned: bool
    closed: bool = False

    def value(self, now: datetime) -> float:
        """What is evicted first: what is no longer so, then the least value."""
        return value(self.remark.worth, self.touches, now) - 1000 * self.closed


@dataclass
class Kept:
    """What one scenario's memory held at its end."""

    scenario: Scenario
    items: list[Item]
    # By the remark that was closed, the one that closed it.
    closings: dict[int, int] = field(default_factory=dict)
    # By (newer, older) remark, how likely the older is no longer so.
    doubts: dict[tuple[int, int], float] = field(default_factory=dict)
    # By probe, what is doubtful and has a better answer.
    left_out: list[set[int]] = field(default_factory=list)


def read_scenarios(path: Path) -> list[Scenario]:
    """The scenarios of a file, their remarks without vectors yet."""
    scenarios: list[Scenario] = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        said = [
            Said(datetime.fromisoformat(r["at"]), r["speaker"], r["text"], bool(r.get("pin")), [])
            for r in row["timeline"]
        ]
        scenarios.append(Scenario(row["id"], row["lang"], row["budget_items"], said, row["probes"], set(row["trivia"])))
    return scenarios


def live(scenario: Scenario) -> Kept:
    """Feeds a scenario in order, and lets the clock run on to its last probe."""
    kept = Kept(scenario, [])
    for index, said in enumerate(scenario.said):
        _hear(kept, index, said)
        _make_room(kept, said.at)
    ends = [datetime.fromisoformat(probe["at"]) for probe in scenario.probes]
    _make_room(kept, max(ends))
    kept.left_out = [_left_out(kept, question) for question in scenario.questions]
    return kept


def _hear(kept: Kept, index: int, said: Said) -> None:
    wish = forget_wish(said.text)
    if wish is not None:
        before = [(at, r) for at, r in enumerate(kept.scenario.said[:index]) if r.speaker == said.speaker]
        told = [Remark(r.text, r.speaker, 0.5) for _, r in before]
        gone = {before[place][0] for place in meant(wish, told)}
        kept.items = [item for item in kept.items if not item.sources & gone]
        return
    remark = Remark(said.text, said.speaker, worth(said.text, said.vector), said.vector)
    pinned = said.pinned or pin_wish(said.text) is not None
    # What somebody pinned holds until they say so themselves.
    open_ones = [item for item in kept.items if not item.closed and not item.pinned]
    open_items = [item for item in open_ones if item.remark.speaker == said.speaker]
    olders = [item.remark for item in open_items]
    place = closed(remark, olders)
    if place is not None:
        open_items[place].closed = True
        kept.closings |= dict.fromkeys(open_items[place].sources, index)
    else:
        place = None if pinned else repeated(remark, olders)
        if place is not None:
            item = open_items[place]
            item.touches.append(said.at)
            item.sources.add(index)
            if remark.worth > item.remark.worth:
                item.remark = replace(remark)
            return
    for speaker in {item.remark.speaker for item in open_ones}:
        theirs = [item for item in open_ones if item.remark.speaker == speaker and not item.closed]
        for at, probability in doubts(remark, [item.remark for item in theirs]).items():
            kept.doubts |= {(index, source): probability for source in theirs[at].sources}
    kept.items.append(Item(remark, [said.at], {index}, pinned))


def _make_room(kept: Kept, now: datetime) -> None:
    kept.items = [item for item in kept.items if item.pinned or item.closed or item.value(now) >= floor()]
    while len(kept.items) > kept.scenario.budget:
        loose = [item for item in kept.items if not item.pinned]
        kept.items.remove(min(loose or kept.items, key=lambda item: item.value(now)))


def tally(ends: Sequence[Kept]) -> Counter[str]:
    """Counts over scenarios: probes and those found by kind and language, and what should not be there."""
    counts: Counter[str] = Counter()
    for kept in ends:
        scenario = kept.scenario
        current = set[int]().union(*(item.sources for item in kept.items if not item.closed))
        anyhow = set[int]().union(*(item.sources for item in kept.items))
        old = {i for p in scenario.probes for i in p["must_not_use"]}
        needed = {i for p in scenario.probes for i in p["needs"]}
        for place, probe in enumerate(scenario.probes):
            needs, unwanted = set(probe["needs"]), set(probe["must_not_use"])
            if probe["kind"] == "forget_request":
                counts["forgets"] += 1
                counts["forgets_left"] += bool(unwanted & anyhow)
                continue
            told = current - kept.left_out[place]
            found = needs <= told if probe["needs_mode"] == "all" else bool(needs & told)
            for group in ("all", probe["kind"], scenario.lang):
                counts[f"probes/{group}"] += 1
                counts[f"found/{group}"] += found
            if unwanted:
                counts["superseded"] += 1
                counts["superseded_used"] += bool(unwanted & told)
                counts["superseded_closed"] += unwanted <= set(kept.closings)
        counts["closed"] += len(kept.closings)
        counts["closed_falsely"] += len((set(kept.closings) & needed) - old)
        counts["trivia"] += len(scenario.trivia)
        counts["trivia_held"] += len(scenario.trivia & anyhow)
        counts["items"] += len(kept.items)
        counts["merged"] += sum(len(item.sources) > 1 for item in kept.items)
        # What one item holds together although no probe asks for both: taken for one fact, told as one.
        counts["merged_wrongly"] += sum(_mixed(item, scenario) for item in kept.items)
    return counts


def _left_out(kept: Kept, question: Sequence[float]) -> set[int]:
    current = set[int]().union(*(item.sources for item in kept.items if not item.closed))
    near = {at: sum(map(mul, kept.scenario.said[at].vector, question)) for at in current}
    return {
        older
        for (newer, older), probability in kept.doubts.items()
        if {newer, older} <= current and replaces(probability, near[newer], near[older])
    }


def _mixed(item: Item, scenario: Scenario) -> bool:
    alike = [set(p["needs"]) for p in scenario.probes if p["needs_mode"] == "any"]
    wanted = {i for p in scenario.probes for i in p["needs"] + p["must_not_use"]}
    rest = item.sources & (wanted | scenario.trivia)
    return len(rest) > 1 and not any(rest <= group for group in alike)
