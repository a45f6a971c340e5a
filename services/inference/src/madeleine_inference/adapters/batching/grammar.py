"""JSON Schema as a mask over the next token, by llguidance."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from llguidance import LLMatcher, LLTokenizer


class GrammarError(Exception):
    """The grammar engine gave up on its own mask; a bug or a limit of it, not of the request."""


class Grammars:
    """Compiles schemas for one tokenizer."""

    def __init__(self, tokenizer_json: str, stop_ids: Sequence[int]) -> None:
        self._tokenizer: Any = LLTokenizer(tokenizer_json, eos_token=list(stop_ids))

    def check(self, json_schema: str) -> str:
        """Why the schema cannot be followed; empty when it can."""
        try:
            schema = json.loads(json_schema)
        except ValueError as error:
            return f"is not JSON: {error}"
        if not isinstance(schema, dict):
            return "must be a JSON object"
        return LLMatcher.validate_grammar(_grammar(json_schema), self._tokenizer)

    def start(self, json_schema: str) -> Grammar:
        """A fresh matcher at the beginning of a completion."""
        return Grammar(LLMatcher(self._tokenizer, _grammar(json_schema)))


class Grammar:
    """Where one completion stands in its grammar."""

    def __init__(self, matcher: Any) -> None:
        self._matcher = matcher

    def allowed(self) -> npt.NDArray[np.bool_]:
        """(V) which tokens may come next."""
        return np.frombuffer(self._matcher.compute_logit_bias(), np.uint8) > 0

    def accept(self, token: int) -> None:
        """Moves on by one token; raises GrammarError."""
        if not self._matcher.consume_token(token):
            raise GrammarError(self._matcher.get_error())

    def forced(self) -> list[int]:
        """Tokens that must come next, already moved past: there is nothing to sample in them."""
        tokens: list[int] = self._matcher.compute_ff_tokens()
        for token in tokens:
            self.accept(token)
        return tokens


def _grammar(json_schema: str) -> str:
    # Free whitespace lets a small model fill its whole budget with line breaks.
    return LLMatcher.grammar_from_json_schema(json_schema, defaults={"whitespace_flexible": False})
