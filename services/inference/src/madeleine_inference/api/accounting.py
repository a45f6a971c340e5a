"""What people's and services' use of the model adds up to."""

from __future__ import annotations

from prometheus_client import Counter

_TOKENS = Counter("madeleine_inference_tokens", "Tokens read and written", ["feature", "kind"])


def count_tokens(feature: str, prompt_tokens: int, completion_tokens: int) -> None:
    """Adds one completion to its feature's account."""
    _TOKENS.labels(feature or "other", "prompt").inc(prompt_tokens)
    _TOKENS.labels(feature or "other", "completion").inc(completion_tokens)
