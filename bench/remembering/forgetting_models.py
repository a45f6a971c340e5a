"""How the memory's models of forgetting are fitted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from madeleine_memory.domain.cues import cues
from madeleine_memory.domain.learned import trying
from madeleine_memory.domain.remarks import relations
from madeleine_memory.domain.worth import worth
from remembering.forgetting_data import FOLDS, Row, Tied

Files = dict[str, dict[str, Any]]
Matrix = npt.NDArray[np.float64]
# Negatives that were written as such are worth more than what happens to be no tie.
_HARD = 2.0
# Pairs of talk are many and alike.
_OF_TALK = 0.3
# Vectors are of unit length and close together: in units in which a penalty of 1 suits weights and direction alike.
_STRETCH = 10.0
# Relations that need vectors.
_BY_VECTOR = frozenset(
    ("near", "near_square", "turned_near", "news_near", "nearer", "nearest", "turned_nearer", "turned_nearest")
)


def fitted(rows: Sequence[Row], tied: Sequence[Tied], left_out: int | None, model_id: str) -> Files:
    """The three files but for thresholds, learned from all folds but one; `tied` have their remarks' worth already."""
    kept = [row for row in rows if row.fold != left_out]
    learning = [one for one in tied if one.fold != left_out]
    related = [relations(one.newer, one.olders, one.usual) for one in learning]
    files: Files = {"worth.json": worth_file(kept, model_id)}
    for name, tie in (("supersession.json", "closes"), ("recurrence.json", "repeats")):
        files[name] = {part: _ties(learning, related, tie, part == "vector") for part in ("vector", "text")}
    return files


def worth_file(rows: Sequence[Row], model_id: str) -> dict[str, Any]:
    """worth.json, learned from rows."""
    told = np.array([list(cues(row.text).values()) for row in rows])
    vectors = np.array([row.vector for row in rows])
    own = np.array([[float(row.fold < 0)] for row in rows])
    lasts, weights = np.array([float(row.lasts) for row in rows]), np.array([row.weight for row in rows])
    middle = vectors.mean(0)
    names = list(cues(""))
    both = newton(np.hstack([own, told, (vectors - middle) * _STRETCH]), lasts, weights, 1.0)
    text = newton(np.hstack([own, told]), lasts, weights, 1.0)
    direction = both[2 + len(names) :] * _STRETCH
    return {
        "model_id": model_id,
        "vector": _model(both[0] - float(middle @ direction), names, both[2:], direction),
        "text": _model(text[0], names, text[2:]),
    }


def _ties(
    learning: Sequence[Tied], related: Sequence[list[dict[str, float]]], tie: str, by_vector: bool
) -> dict[str, Any]:
    names = [name for name in related[-1][0] if by_vector or name not in _BY_VECTOR]
    table: list[list[float]] = []
    is_tie: list[float] = []
    weights: list[float] = []
    for one, pairs in zip(learning, related, strict=True):
        for place, pair in enumerate(pairs):
            table.append([float(one.fold < 0), *(pair[name] for name in names)])
            is_tie.append(float(one.ties[place] == tie))
            weights.append(_HARD if place == one.hard else _OF_TALK if one.fold == FOLDS else 1.0)
    learned = newton(np.array(table), np.array(is_tie), np.array(weights), 0.5)
    return _model(learned[0], names, learned[2:])


def _model(intercept: float, names: Sequence[str], weights: Matrix, direction: Matrix | None = None) -> dict[str, Any]:
    return {
        "intercept": round(float(intercept), 4),
        "weights": {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=False)},
        "direction": [] if direction is None else [round(float(weight), 4) for weight in direction],
    }


def newton(rows: Matrix, is_so: Matrix, weights: Matrix, penalty: float) -> Matrix:
    """Logistic regression by Newton's method: intercept, then one weight for each column.

    The first column says whether a row was written by hand: those are so more often than in life, which it takes up.
    """
    table = np.hstack([np.ones((len(rows), 1)), rows])
    penalties = np.array([1e-3, 1e-2] + [penalty] * (rows.shape[1] - 1))
    learned = np.zeros(table.shape[1])
    for _ in range(30):
        told = 1 / (1 + np.exp(-np.clip(table @ learned, -30, 30)))
        slope = table.T @ (weights * (told - is_so)) + penalties * learned
        bend = weights * told * (1 - told) + 1e-9
        step = np.linalg.solve((table * bend[:, None]).T @ table + np.diag(penalties), slope)
        learned -= step
        if np.abs(step).max() < 1e-6:
            break
    return learned


def judged(rows: Sequence[Row], model_id: str) -> dict[int, float]:
    """The worth of every row, by the id of its vector, as a model says that has not learned from its fold."""
    found: dict[int, float] = {}
    for fold in range(FOLDS):
        parts = [row for at, row in enumerate(rows) if (row.fold if row.fold >= 0 else at % FOLDS) != fold]
        with trying({"worth.json": worth_file(parts, model_id)}):
            for at, row in enumerate(rows):
                if (row.fold if row.fold >= 0 else at % FOLDS) == fold:
                    found[id(row.vector)] = worth(row.text, row.vector)
    return found
