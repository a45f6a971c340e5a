"""Logistic models whose weights were fitted by `bench/remembering/fit_forgetting.py` and are shipped as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from operator import mul
from typing import Any


@dataclass(frozen=True, slots=True)
class Logistic:
    """ln(p / (1 - p)) = intercept + sum of weight x feature + direction . vector."""

    intercept: float
    weights: Mapping[str, float]
    direction: Sequence[float] = ()

    def logit(self, features: Mapping[str, float], vector: Sequence[float] = ()) -> float:
        """The logarithm of the odds; features without a weight count nothing."""
        told = sum(weight * features[name] for name, weight in self.weights.items())
        return self.intercept + told + sum(map(mul, self.direction, vector))

    def probability(self, features: Mapping[str, float], vector: Sequence[float] = ()) -> float:
        """Within (0, 1)."""
        return sigmoid(self.logit(features, vector))


def sigmoid(logit: float) -> float:
    """1 / (1 + exp(-logit)), kept within (0, 1) where floats would round to its ends."""
    return 1 / (1 + math.exp(-min(max(logit, -30.0), 30.0)))


def log_odds(probability: float) -> float:
    """The inverse of `sigmoid`."""
    return math.log(probability / (1 - probability))


_tried: dict[str, Mapping[str, Any]] = {}


@cache
def shipped(name: str) -> Mapping[str, Any]:
    """A JSON file beside this module."""
    if name in _tried:
        return _tried[name]
    return json.loads(resources.files("madeleine_memory.domain").joinpath(name).read_text("utf-8"))


@cache
def model(name: str, part: str) -> Logistic:
    """One of the models of a JSON file."""
    return Logistic(**shipped(name)[part])


@contextmanager
def trying(files: Mapping[str, Mapping[str, Any]]) -> Generator[None]:
    """Other contents than the shipped ones, by name, for a fit that measures weights before it writes them."""
    _tried.update(files)
    _forget_loaded()
    try:
        yield
    finally:
        for name in files:
            del _tried[name]
        _forget_loaded()


def _forget_loaded() -> None:
    shipped.cache_clear()
    model.cache_clear()
