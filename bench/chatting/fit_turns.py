"""Fits the judge of when the AI speaks and writes judge.json: `make fit-turns [DATA=FOLDER]`.

It learns from turns.jsonl beside this file alone: talks invented for it, whose every line says what it does. First a
multinomial logistic model of what a line does; then, over what that says of lines it has not learned from, a logistic
model of whether to speak. DATA (turntaking.jsonl) is never learned from for what is shipped; it is measured on, once
with the shipped weights and once with what was learned from our own talks and the other seven eighths of it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from chatting.turns_data import FOLDS, Talk, own_talks, read_talks
from chatting.turns_figures import best_threshold, figures, reliability
from madeleine_chat.domain.judge.cues import NAMES, cues
from madeleine_chat.domain.judge.judging import near_assistant
from madeleine_chat.domain.judge.lines import Heard, heard
from madeleine_chat.domain.judge.state import ACTS, told
from madeleine_inference.adapters.onnx_embedder import OnnxEmbedder
from madeleine_inference.application.ports import EmbedKind
from madeleine_inference.models import default_model_dir, prepare_embedder

Matrix = npt.NDArray[np.float64]
# Each talk so often, with other names and small talk.
_COPIES = 3
# Vectors are of unit length and close together: in units in which one penalty suits them and cues alike.
_STRETCH = 4.0
_ACTS_PENALTY, _SPEAK_PENALTY = 3e-4, 3e-4
# The share of talks after which it should speak, as the policy's own examples have it: ours are weighted to it.
_SPEAK_SHARE = 0.45
# How much more a talk of the data set counts than one of ours where both are learned from.
_DATA_WEIGHT = 3.0
_ACT_NAMES = list(ACTS)


@dataclass(frozen=True, slots=True)
class Read:
    """A talk, its lines as the judge reads them, and their cues and vectors (lines, ...)."""

    talk: Talk
    lines: Sequence[Heard]
    acts: Sequence[str]
    cues: Matrix
    vectors: Matrix

    def table(self, by_vector: bool) -> Matrix:
        """What the acts are told from."""
        return np.hstack([self.cues, _STRETCH * self.vectors]) if by_vector else self.cues


class Vectors:
    """Embeds each text once."""

    def __init__(self) -> None:
        self._embedder = OnnxEmbedder(prepare_embedder(default_model_dir()), threads=1)
        self.model_id = self._embedder.model_id
        self._known: dict[str, Matrix] = {}

    def read(self, talks: Sequence[Talk]) -> list[Read]:
        """The talks with the vectors of their lines."""
        every = [heard(talk.lines, talk.members) for talk in talks]
        new = sorted({line.text or "…" for lines in every for line in lines} - set(self._known))
        for start in range(0, len(new), 256):
            vectors = self._embedder.embed(new[start : start + 256], EmbedKind.QUERY)
            self._known.update(zip(new[start : start + 256], vectors.astype(np.float64), strict=True))
            print(f"{start + len(vectors)}/{len(new)} lines embedded", file=sys.stderr)
        return [
            Read(
                talk,
                lines,
                talk.acts[-len(lines) :],
                np.array([list(cues(line).values()) for line in lines]),
                np.array([self._known[line.text or "…"] for line in lines]),
            )
            for talk, lines in zip(talks, every, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class ActModel:
    """Weights of the acts: (columns, acts) and (acts,)."""

    weights: Matrix
    intercepts: Matrix

    def __call__(self, read: Read, by_vector: bool) -> list[dict[str, float]]:
        """What the lines of a talk do."""
        logits = read.table(by_vector) @ self.weights + self.intercepts
        raised = np.exp(logits - logits.max(1, keepdims=True))
        told_acts = raised / raised.sum(1, keepdims=True)
        silent = dict.fromkeys(_ACT_NAMES, 0.0)
        return [
            silent if line.by_assistant else dict(zip(_ACT_NAMES, map(float, row), strict=True))
            for line, row in zip(read.lines, told_acts, strict=True)
        ]


def softmax(
    table: Matrix, classes: Sequence[int], count: int, penalty: float, weights: Matrix | None = None
) -> ActModel:
    """Multinomial logistic regression with an L2 penalty on the weights."""
    rows, target = torch.from_numpy(table), torch.tensor(classes)
    each = torch.ones(len(target), dtype=torch.float64) if weights is None else torch.from_numpy(weights)
    learned = torch.zeros(table.shape[1], count, dtype=torch.float64, requires_grad=True)
    intercepts = torch.zeros(count, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([learned, intercepts], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        missed = torch.nn.functional.cross_entropy(rows @ learned + intercepts, target, reduction="none")
        total = (missed * each).sum() / each.sum() + penalty * (learned**2).sum()
        total.backward()
        return total

    optimiser.step(loss)
    return ActModel(learned.detach().numpy(), intercepts.detach().numpy())


def fit_acts(reads: Sequence[Read], by_vector: bool, left_out: int | None = None) -> ActModel:
    """What lines do, learned from the lines of all folds but one, each once."""
    seen: dict[tuple[object, ...], tuple[Matrix, int]] = {}
    for read in reads:
        if read.talk.fold != left_out:
            table = read.table(by_vector)
            for at, act in enumerate(read.acts):
                if act:
                    seen.setdefault(
                        (read.lines[at].text, tuple(read.cues[at]), act), (table[at], _ACT_NAMES.index(act))
                    )
    rows, acts = zip(*seen.values(), strict=True)
    return softmax(np.array(rows), acts, len(_ACT_NAMES), _ACTS_PENALTY)


def features(read: Read, model: ActModel, by_vector: bool) -> dict[str, float]:
    """Where a talk stands."""
    near = near_assistant(read.lines, read.vectors.tolist() if by_vector else None)
    return told(read.lines, model(read, by_vector), near)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Both stages; features of talks that the acts were not learned from."""

    acts: ActModel
    names: Sequence[str]
    table: Matrix
    speak: Matrix

    def final(self, table: Matrix, speak: Matrix, weights: Matrix | None = None) -> Matrix:
        """Intercept, then one weight for each feature."""
        each = np.ones(len(speak)) if weights is None else weights
        share = each[speak > 0].sum() / each.sum()
        each = each * np.where(speak > 0, _SPEAK_SHARE / share, (1 - _SPEAK_SHARE) / (1 - share))
        model = softmax(table, speak.astype(int).tolist(), 2, _SPEAK_PENALTY, each)
        return np.append(model.intercepts[1] - model.intercepts[0], model.weights[:, 1] - model.weights[:, 0])


def fit(reads: Sequence[Read], by_vector: bool) -> Fitted:
    """The acts, and the features of every talk from acts learned without its fold."""
    table: list[list[float]] = [[]] * len(reads)
    names: list[str] = []
    for fold in range(FOLDS):
        model = fit_acts(reads, by_vector, fold)
        for at, read in enumerate(reads):
            if read.talk.fold == fold:
                row = features(read, model, by_vector)
                names, table[at] = list(row), list(row.values())
    speak = np.array([float(read.talk.speak) for read in reads])
    return Fitted(fit_acts(reads, by_vector), names, np.array(table), speak)


def probability(table: Matrix, weights: Matrix) -> Matrix:
    """Of speaking, for each row."""
    return 1 / (1 + np.exp(-np.clip(weights[0] + table @ weights[1:], -30, 30)))


def cross_validated(table: Matrix, speak: Matrix, folds: Matrix, fitted: Fitted) -> Matrix:
    """The probability of each row by weights that have not learned from its fold."""
    found = np.zeros(len(table))
    for fold in range(FOLDS):
        out = folds == fold
        found[out] = probability(table[out], fitted.final(table[~out], speak[~out]))
    return found


def with_data(fitted: Fitted, data: Matrix, speak: Matrix, folds: Matrix) -> Matrix:
    """The probabilities of a data set's talks, by our own talks and the rest of the data set."""
    found = np.zeros(len(data))
    for fold in range(FOLDS):
        out = folds == fold
        table = np.vstack([fitted.table, data[~out]])
        weights = np.append(np.ones(len(fitted.table)), np.full((~out).sum(), _DATA_WEIGHT))
        learned = fitted.final(table, np.append(fitted.speak, speak[~out]), weights)
        found[out] = probability(data[out], learned)
    return found


def exported(fitted: Fitted, by_vector: bool) -> dict[str, Any]:
    """One part of judge.json."""
    weights = fitted.final(fitted.table, fitted.speak)
    acts: dict[str, Any] = {}
    for at, act in enumerate(_ACT_NAMES):
        column = fitted.acts.weights[:, at]
        direction = _STRETCH * column[len(NAMES) :] if by_vector else np.zeros(0)
        acts[act] = {
            "intercept": round(float(fitted.acts.intercepts[at]), 4),
            "weights": {name: round(float(value), 4) for name, value in zip(NAMES, column, strict=False)},
            "direction": [round(float(value), 3) for value in direction],
        }
    speak = {name: round(float(value), 4) for name, value in zip(fitted.names, weights[1:], strict=True)}
    return {"acts": acts, "speak": {"intercept": round(float(weights[0]), 4), "weights": speak}}


def main() -> None:
    """Writes judge.json and prints what it is worth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with turntaking.jsonl")
    data = parser.parse_args().data
    torch.set_num_threads(1)
    vectors = Vectors()
    own = vectors.read(own_talks(_COPIES))
    measured = vectors.read(read_talks(data / "turntaking.jsonl"))
    own_said, said = [read.talk for read in own], [read.talk for read in measured]
    own_folds = np.array([read.talk.fold for read in own])
    folds = np.array([read.talk.fold for read in measured])
    speak = np.array([read.talk.speak for read in measured])
    content: dict[str, Any] = {"embedder": vectors.model_id}
    report: dict[str, Any] = {}
    for part, by_vector in (("vector", True), ("text", False)):
        fitted = fit(own, by_vector)
        content[part] = exported(fitted, by_vector)
        left_out = cross_validated(fitted.table, fitted.speak, own_folds, fitted)
        table = np.array([list(features(read, fitted.acts, by_vector).values()) for read in measured])
        alone = probability(table, fitted.final(fitted.table, fitted.speak))
        both = with_data(fitted, table, speak, folds)
        report[part] = {
            "own_left_out": figures(left_out, own_said),
            "data_never_seen": figures(alone, said),
            "data_left_out": figures(both, said),
            "own_best_threshold": best_threshold(left_out, own_said),
            "data_reliability": reliability(alone, said),
        }
    content["version"] = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
    told_of = (
        f"{len({t.id for t in own_said})} talks of turns.jsonl, {_COPIES} times each with other names and small talk"
    )
    path = Path(str(resources.files("madeleine_chat.domain.judge").joinpath("judge.json")))
    path.write_text(
        json.dumps({"fitted_on": told_of, "figures": report, **content}, separators=(",", ":")) + "\n", "utf-8"
    )
    print(json.dumps(report, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
