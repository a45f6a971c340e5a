"""What a memory is worth now: what it states, how often it came up, and how long ago.

value = ln(worth / (1 - worth)) + repetition x ln(days) + use x B, with ACT-R's base level B = ln(sum of t^-0.5) over
the times it was said, repeated or recalled (Anderson & Schooler 1991), t in days: a sum of log-odds, as in their
rational analysis, where B is the log-odds of being needed as far as the past tells.

A memory below `floor` is let go even where there is room; above it, the least value goes first. Nothing else decays:
what lasts outlives a year of silence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from madeleine_memory.domain.learned import log_odds, shipped
from madeleine_memory.domain.recurrence import distinct_days

_DAY_S = 86_400.0
# Within the hour, all is equally fresh.
_FRESH = 1 / 24


def base_level(touches: Sequence[datetime], now: datetime) -> float:
    """ln(sum of t^-0.5) over touches, t in days and at least an hour; -inf without any."""
    total = recency(touches, now)
    return math.log(total) if total else -math.inf


def recency(touches: Sequence[datetime], now: datetime) -> float:
    """Sum of t^-0.5 over touches, t in days and at least an hour."""
    return sum(max((now - touch).total_seconds() / _DAY_S, _FRESH) ** -0.5 for touch in touches)


def value(worth: float, touches: Sequence[datetime], now: datetime) -> float:
    """What a memory of that worth, said or used at those times, is worth now; log-odds, comparable among memories.

    For one item among equals; a caller with a budget in bytes divides `math.exp(value)` by the bytes.
    """
    constants = shipped("value.json")
    repetition = float(constants["repetition"]) * math.log(max(distinct_days(touches), 1))
    return log_odds(worth) + repetition + float(constants["use"]) * base_level(touches, now)


def floor() -> float:
    """The value below which a memory that nobody pinned is let go."""
    return float(shipped("value.json")["floor"])
