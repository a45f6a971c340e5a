"""What the words of both languages are made of: a pattern, and the parts that a match of it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from madeleine_common.times.future.parts import Impossible

# Fields of Parts.
Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Component:
    """A pattern, and what a match of it says."""

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Said]
    # Only right after another component: "tomorrow 9", "monday morning".
    follows: bool = False


def after(months: float, days: float, seconds: float) -> Said:
    """Parts of a time from now; a day is 24 hours only where the time of day is said, too ("1 day and 2 hours")."""
    if not float(months).is_integer():
        months, days = int(months), days + 15
    said: dict[str, Any] = {}
    if months:
        said["after_months"] = int(months)
    if days and seconds:
        said["after_seconds"] = seconds + days * 86400
    elif days:
        said["after_days"] = days
    elif seconds or not months:
        said["after_seconds"] = seconds
    return said


def clock(hour: int, minute: int, half: str = "", *, exact: bool = False) -> Said:
    """A time of day; raises Impossible for 25:00 and 15 am."""
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise Impossible(f"{hour}:{minute:02d} is no time of day")
    if half:
        if hour == 0 or (hour > 12 and half[0] == "a"):
            raise Impossible(f"{hour} {half[0]}m is no time of day")
        hour = hour % 12 + (12 if half[0] == "p" else 0) if hour <= 12 else hour
    return {"hour": hour, "minute": minute, "exact": exact or bool(half) or hour > 12 or hour == 0}
