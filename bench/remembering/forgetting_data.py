"""What the memory's models of forgetting are fitted on: remarks, and newer ones beside older ones."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from madeleine_inference.adapters.onnx_embedder import OnnxEmbedder
from madeleine_inference.application.ports import EmbedKind
from madeleine_memory.domain.lexemes import as_unit
from madeleine_memory.domain.remarks import Remark
from madeleine_memory.domain.worth import worth
from remembering.forgetting_simulation import Scenario

FOLDS = 8
_HERE = Path(__file__).parent
# Who said the remarks that were written by hand.
_SPEAKERS = {
    "en": ("Ana", "Tom", "Priya", "Lars", "Wanjiru", "Diego", "Mei", "Sofia", "Omar", "Greta", "Kofi", "Linh", "Pavel"),
    "zh": ("阿杰", "小敏", "老王", "佳怡", "子涵", "美玲", "大伟", "雅婷"),
}
# A remark that nobody's probe asks for may still be worth keeping; of one that recurs, any other would do.
_UNASKED, _RECURRING, _OWN = 0.3, 0.5, 0.5
# Of a turn of long talk: asked for or not says little of whether it lasts, but such talk is what there is most of.
_TALK = 0.1
_NEAREST = 12
# Below this worth, a remark is let go before it could be compared with another.
_HELD = 0.08


@dataclass
class Row:
    """A remark to learn worth from; fold -1: written by hand for this."""

    text: str
    vector: list[float]
    lasts: bool
    weight: float
    fold: int


@dataclass
class Talk:
    """A conversation in LoCoMo's format: who said what, with vectors, and whether a question asks for it."""

    speakers: list[str]
    texts: list[str]
    vectors: list[list[float]]
    asked: list[bool]


@dataclass
class Tied:
    """A newer remark and older ones of its speaker, and what ties it to each: closes, repeats, or none."""

    newer: Remark
    olders: list[Remark]
    ties: list[str]
    # Written as a pair: its negatives are hard ones.
    hard: int | None
    fold: int
    # The mean cosine of the newer and all that its speaker said, where `olders` are only the nearest.
    usual: float | None = None


def embed(embedder: OnnxEmbedder, units: Sequence[str]) -> list[list[float]]:
    """Vectors as the memory service stores them."""
    return embedder.embed(list(units), EmbedKind.PASSAGE).tolist()


def embed_scenarios(embedder: OnnxEmbedder, scenarios: Sequence[Scenario]) -> None:
    """Gives every remark and every probe's question its vector."""
    for scenario in scenarios:
        units = [as_unit(said.speaker, said.text, said.at) for said in scenario.said]
        for said, vector in zip(scenario.said, embed(embedder, units), strict=True):
            said.vector = vector
        asked = [probe["question"] for probe in scenario.probes]
        scenario.questions = [list(map(float, row)) for row in embedder.embed(asked, EmbedKind.QUERY)]


def _day(rng: random.Random) -> datetime:
    return datetime(2025, 11, 1, tzinfo=UTC) + timedelta(days=rng.randrange(380))


def own_remarks(embedder: OnnxEmbedder) -> list[Row]:
    """remarks.jsonl, each said by somebody on some day."""
    told = [json.loads(line) for line in (_HERE / "remarks.jsonl").read_text("utf-8").splitlines()]
    rng = random.Random(5)  # noqa: S311
    units = [as_unit(rng.choice(_SPEAKERS[one["lang"]]), one["text"], _day(rng)) for one in told]
    vectors = embed(embedder, units)
    return [Row(one["text"], v, one["lasts"], _OWN, -1) for one, v in zip(told, vectors, strict=True)]


def own_pairs(embedder: OnnxEmbedder) -> list[Tied]:
    """supersession.jsonl, dealt out to made-up speakers with eight facts each: whose other facts are easy negatives."""
    pairs = [json.loads(line) for line in (_HERE / "supersession.jsonl").read_text("utf-8").splitlines()]
    tied: list[Tied] = []
    for lang, speakers in _SPEAKERS.items():
        rows = [pair for pair in pairs if pair["lang"] == lang]
        people = len(rows) // 8
        for person in range(people):
            speaker, facts = speakers[person % len(speakers)], rows[person::people]
            days = [sorted(_day(random.Random(f"{person} {at} {i}")) for i in "ab") for at in range(len(facts))]  # noqa: S311
            olders = [as_unit(speaker, f["old"], d[0]) for f, d in zip(facts, days, strict=True)]
            newers = [as_unit(speaker, f["new"], d[1]) for f, d in zip(facts, days, strict=True)]
            vectors = embed(embedder, olders + newers)
            held = [Remark(f["old"], speaker, 0.9, v) for f, v in zip(facts, vectors, strict=False)]
            for at, (fact, vector) in enumerate(zip(facts, vectors[len(facts) :], strict=True)):
                ties = [fact["tie"] if place == at else "none" for place in range(len(facts))]
                tied.append(Tied(Remark(fact["new"], speaker, 0.9, vector), held, ties, at, -1))
    return tied


def read_talk(embedder: OnnxEmbedder, folder: Path, most: int) -> list[Talk]:
    """The first conversations of a folder's *.json; none if there is no such folder."""
    found: list[Talk] = []
    for sample in (one for path in sorted(folder.glob("*.json")) for one in json.loads(path.read_text("utf-8"))):
        if len(found) == most:
            break
        told, asked = sample["conversation"], {turn for q in sample["qa"] for turn in q.get("evidence", [])}
        talk, units = Talk([], [], [], []), list[str]()
        sessions = sorted((k for k in told if k.startswith("session_") and isinstance(told[k], list)), key=_number)
        for session in sessions:
            # 1:56 pm on 8 May, 2023
            at = datetime.strptime(told[f"{session}_date_time"], "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
            for turn in told[session]:
                talk.speakers.append(turn["speaker"])
                talk.texts.append(turn["text"])
                talk.asked.append(turn["dia_id"] in asked)
                units.append(as_unit(turn["speaker"], turn["text"], at))
        talk.vectors = embed(embedder, units)
        found.append(talk)
    return found


def _number(session: str) -> int:
    return int(session.split("_")[1])


def talk_rows(talks: Sequence[Talk]) -> list[Row]:
    """Turns of long talk to learn worth from."""
    return [
        Row(text, vector, asked, _TALK, FOLDS)
        for talk in talks
        for text, vector, asked in zip(talk.texts, talk.vectors, talk.asked, strict=True)
    ]


def talk_ties(talks: Sequence[Talk], step: int) -> list[Tied]:
    """Some turns of long talk beside the nearest older ones, as tidying compares them: hardly any changes anything."""
    tied: list[Tied] = []
    for talk in talks:
        table = np.array(talk.vectors)
        for at in range(step, len(talk.texts), step):
            same = [place for place in range(at) if talk.speakers[place] == talk.speakers[at]]
            if len(same) <= _NEAREST:
                continue
            cosines = table[same] @ table[at]
            nearest = [same[place] for place in np.argsort(-cosines)[:_NEAREST]]
            newer, *olders = (
                Remark(talk.texts[i], talk.speakers[i], worth(talk.texts[i], talk.vectors[i]), talk.vectors[i])
                for i in (at, *nearest)
            )
            tied.append(Tied(newer, olders, ["none"] * len(olders), None, FOLDS, float(cosines.mean())))
    return tied


def _vector(remark: Remark) -> list[float]:
    assert isinstance(remark.vector, list)  # noqa: S101
    return remark.vector


def worth_rows(scenarios: Sequence[Scenario], own: Sequence[Row], pairs: Sequence[Tied]) -> list[Row]:
    """What was asked for, or was so before it changed, lasts; trivia pass. What was to be forgotten teaches nothing."""
    rows = list(own)
    for fold, scenario in enumerate(scenarios):
        kinds = {i: p["kind"] for p in scenario.probes for i in p["needs"]}
        old = {i for p in scenario.probes if p["kind"] != "forget_request" for i in p["must_not_use"]}
        gone = {i for p in scenario.probes if p["kind"] == "forget_request" for i in p["must_not_use"]}
        for index, said in enumerate(scenario.said):
            if index in gone:
                continue
            lasts = index not in scenario.trivia
            weight = 1.0 if not lasts or index in old else _UNASKED
            if index in kinds:
                weight = _RECURRING if kinds[index] == "recurring" else 1.0
            rows.append(Row(said.text, said.vector, lasts, weight, fold % FOLDS))
    seen: set[str] = set()
    for tied in pairs:
        assert tied.hard is not None  # noqa: S101
        older = tied.olders[tied.hard]
        if older.text not in seen:
            rows.append(Row(older.text, _vector(older), True, _OWN, -1))
        if tied.ties[tied.hard] == "closes":
            rows.append(Row(tied.newer.text, _vector(tied.newer), True, _OWN, -1))
        seen.add(older.text)
    return rows


def scenario_ties(scenarios: Sequence[Scenario], worths: dict[int, float]) -> list[Tied]:
    """For each remark of a scenario, the older ones that a memory may still have held; `worths` by id of the vector."""
    tied: list[Tied] = []
    for fold, scenario in enumerate(scenarios):
        closings = {
            (need, old)
            for p in scenario.probes
            if p["kind"] == "superseded"
            for need in p["needs"]
            for old in p["must_not_use"]
        }
        groups = [set(p["needs"]) for p in scenario.probes if p["needs_mode"] == "any"]
        gone = {i for p in scenario.probes if p["kind"] == "forget_request" for i in p["must_not_use"]}
        old = {at for _, at in closings}
        said = [Remark(s.text, s.speaker, worths.get(id(s.vector), 0.5), s.vector) for s in scenario.said]
        # What is so passing that it was never held is no candidate; what was superseded always is.
        held = [at for at, r in enumerate(said) if at not in gone and (r.worth > _HELD or at in old)]
        # Passing talk comes as the newer of two nonetheless: it is most of what there is, and must close nothing.
        for at in range(len(said)):
            before = [o for o in held if o < at and said[o].speaker == said[at].speaker]
            ties = [_tie(at, o, closings, groups) for o in before]
            if before and at not in gone:
                tied.append(Tied(said[at], [said[o] for o in before], ties, None, fold % FOLDS))
    return tied


def _tie(newer: int, older: int, closings: set[tuple[int, int]], groups: Sequence[set[int]]) -> str:
    if (newer, older) in closings:
        return "closes"
    return "repeats" if any({newer, older} <= group for group in groups) else "none"
