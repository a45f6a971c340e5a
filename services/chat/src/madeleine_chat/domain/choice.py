"""How likely each tool is what a message asks for: multinomial logistic regression on cues and a vector, where known.

Weights are fitted by `bench/chatting/fit_tools.py` on utterances written by hand and are shipped in `choice.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from operator import mul
from typing import Any

from madeleine_chat.domain.cues import cues, unquoted

NONE = "none"
TOOLS = (NONE, "records", "make_app", "edit_app", "set_reminder", "summarize", "recall")


@dataclass(frozen=True, slots=True)
class Line:
    """One tool's logit: intercept + sum of weight x cue + direction . vector."""

    intercept: float
    weights: Mapping[str, float]
    direction: Sequence[float] = ()

    def logit(self, found: Mapping[str, float], vector: Sequence[float]) -> float:
        """Cues without a weight count nothing."""
        told = sum(weight * found.get(name, 0.0) for name, weight in self.weights.items())
        return self.intercept + told + sum(map(mul, self.direction, vector))


@dataclass(frozen=True, slots=True)
class Ranker:
    """Lines by tool: one set for texts with a vector of `model`, one for those without."""

    model: str
    meaning: Mapping[str, Line]
    plain: Mapping[str, Line]

    def probabilities(self, text: str, model: str = "", vector: Sequence[float] = ()) -> dict[str, float]:
        """By tool; they sum to 1. A vector of another model than the fit's counts as none."""
        if not unquoted(text):
            # Nothing but quotation asks for nothing.
            return {tool: float(tool == NONE) for tool in TOOLS}
        known = bool(vector) and model == self.model
        lines = self.meaning if known else self.plain
        found = cues(text)
        logits = {tool: lines[tool].logit(found, vector if known else ()) for tool in TOOLS}
        top = max(logits.values())
        weights = {tool: math.exp(logit - top) for tool, logit in logits.items()}
        total = sum(weights.values())
        return {tool: weight / total for tool, weight in weights.items()}


def ranker_of(content: Mapping[str, Any]) -> Ranker:
    """A ranker from JSON's content."""
    meaning, plain = ({tool: Line(**line) for tool, line in content[part].items()} for part in ("meaning", "plain"))
    return Ranker(content["model"], meaning, plain)


@cache
def shipped() -> Ranker:
    """The ranker that was fitted."""
    return ranker_of(json.loads(resources.files("madeleine_chat.domain").joinpath("choice.json").read_text("utf-8")))
