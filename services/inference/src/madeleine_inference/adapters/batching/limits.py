"""How much an engine takes on at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """`slots` completions at once and `queue` more waiting, none for longer than `queue_seconds`."""

    slots: int = 8
    queue: int = 32
    # Prompt and completion together.
    context_tokens: int = 4096
    threads: int = 2
    queue_seconds: float = 30.0
