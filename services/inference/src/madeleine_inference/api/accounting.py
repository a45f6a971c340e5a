"""What people's and services' use of the model adds up to."""

from __future__ import annotations

from opentelemetry import trace
from prometheus_client import Counter

_TOKENS = Counter("madeleine_inference_tokens", "Tokens read and written", ["feature", "kind"])


def count_tokens(feature: str, prompt_tokens: int, completion_tokens: int, person_id: str = "") -> None:
    """Adds one completion to its feature's account, and tells the trace whose it was.

    By person only there: a label for each would make as many time series as there are people.
    """
    _TOKENS.labels(feature or "other", "prompt").inc(prompt_tokens)
    _TOKENS.labels(feature or "other", "completion").inc(completion_tokens)
    told = {"feature": feature, "person_id": person_id, "prompt": prompt_tokens, "completion": completion_tokens}
    trace.get_current_span().add_event("tokens", told)
