"""What an operator wants to see of an engine; none of it names a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SHORT = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
QUEUE_SECONDS = Histogram("madeleine_inference_queue_seconds", "Wait for a slot", buckets=(*_SHORT, 10, 30))
FIRST_TOKEN_SECONDS = Histogram(
    "madeleine_inference_first_token_seconds", "From request to first token", buckets=(*_SHORT, 10, 30)
)
GAP_SECONDS = Histogram("madeleine_inference_token_gap_seconds", "Between two tokens of one answer", buckets=_SHORT)
BATCH_ROWS = Histogram("madeleine_inference_batch_sequences", "Sequences in one step", buckets=(1, 2, 4, 8, 16, 32, 64))
STEP_SECONDS = Histogram("madeleine_inference_step_seconds", "One forward pass", buckets=_SHORT)
SWAP_SECONDS = Histogram(
    "madeleine_inference_swap_stall_seconds", "Time that all sequences stood still for an adapter", buckets=_SHORT
)
RUNNING = Gauge("madeleine_inference_running", "Completions that have a slot")
WAITING = Gauge("madeleine_inference_waiting", "Completions in the queue")
PREFIX_TOKENS = Counter("madeleine_inference_prefix_tokens", "Prompt tokens that were known already")
PROMPT_TOKENS = Counter("madeleine_inference_prompt_tokens", "Prompt tokens in all")
