"""Choosing what a card rests on: the most important theme of the three weeks before its day, or none.

Rules, not a model: the same memories always give the same evidence, and no card is made without any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from madeleine.spark.v1.spark_pb2 import (
    TONE_CELEBRATING,
    TONE_COMFORTING,
    TONE_CURIOUS,
    TONE_PRACTICAL,
    Tone,
)
from madeleine_spark.domain.dates import named_day
from madeleine_spark.domain.terms import terms

WINDOW_DAYS = 21
_RECENT_DAYS = 7
_AHEAD_DAYS = 10
_MOST = 8
_LOW_MOOD = 2
_MOOD_SCALE = 5
_MOOD_FIELDS = ("mood", "score", "feeling", "心情", "情绪")
_LOW_WORDS = re.compile(
    r"\b(sad|lonely|exhausted|worn out|hopeless|crying|cried|miserable|depressed|anxious|overwhelmed|heartbroken)\b"
    r"|难过|難過|孤独|崩溃|焦虑|伤心|傷心|好累|太累|想哭|撑不住",
    re.IGNORECASE,
)
_ENOUGH = re.compile(
    r"\b(don'?t bring (it|this|that) up|(i'?m )?done with|gave up on|give up on|stop (asking|talking) about|no more)\b"
    r"|别再|別再|不要再|再也不",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One memory: what was said or recorded, on which local day; `values` are those of a record."""

    memory_id: str
    text: str
    day: date
    values: Mapping[str, Any] | None = None

    @property
    def about(self) -> frozenset[str]:
        """What it is about; of a record, without the app's name, which says only where it stands."""
        return terms(self.text if self.values is None else self.text.split(":", 2)[-1])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Items that belong together, oldest first, and the tone that fits them."""

    theme: str
    tone: Tone.ValueType
    items: tuple[Item, ...]
    # The word or the app's name that holds them together.
    topic: str = ""


def choose(items: Sequence[Item], day: date, unwelcome: Sequence[str] = ()) -> Evidence | None:
    """The evidence of the first theme that there is enough of, low mood before all; None: nothing to say.

    `unwelcome`: texts whose topics the person does not want to see again.
    """
    window = sorted(
        (item for item in items if day - timedelta(WINDOW_DAYS) <= item.day <= day), key=lambda item: item.day
    )
    dropped = [item for item in window if _ENOUGH.search(item.text)]
    avoided = frozenset[str]().union(*(terms(text) for text in unwelcome), *(item.about for item in dropped))
    left = [item for item in window if not item.about & avoided]
    themes: tuple[Callable[[list[Item], date], Evidence | None], ...] = (_low_mood, _approaching, _topic, _series)
    for theme in themes:
        if evidence := theme(left, day):
            return evidence
    return None


def _low_mood(items: list[Item], day: date) -> Evidence | None:
    """Two low moods of the last week, or one at the bottom of the scale; with what was said of the same matters."""
    low = [item for item in items if _is_low(item) and item.day >= day - timedelta(_RECENT_DAYS)]
    if len(low) < 2 and not any(_mood(item) == 1 for item in low):
        return None
    shared = frozenset[str]().union(*(item.about for item in low))
    akin = [item for item in items if item not in low and item.values is None and item.about & shared]
    return _evidence("low_mood", TONE_COMFORTING, [*akin[-(_MOST - len(low)) :], *low] if len(low) < _MOST else low)


def _approaching(items: list[Item], day: date) -> Evidence | None:
    """Something that was said of a day within the next ten, with what else was said of it."""
    for item in reversed(items):
        when = named_day(item.text, item.day) if item.values is None else None
        if when is not None and day <= when <= day + timedelta(_AHEAD_DAYS) and item.about:
            akin = [other for other in items if other != item and other.values is None and other.about & item.about]
            return _evidence("approaching", TONE_PRACTICAL, [*akin[-(_MOST - 1) :], item])
    return None


def _topic(items: list[Item], _: date) -> Evidence | None:
    """A matter that was spoken of at least three times on at least two days."""
    spoken = [item for item in items if item.values is None]
    counts = Counter(term for item in spoken for term in item.about)
    # The longer word says more, and the order must not hang on that of a set.
    for term, count in sorted(counts.items(), key=lambda pair: (-pair[1], -len(pair[0]), pair[0])):
        about = [item for item in spoken if term in item.about]
        if count >= 3 and len({item.day for item in about}) >= 2:
            return _evidence("topic", TONE_CURIOUS, about[-_MOST:], term)
    return None


def _series(items: list[Item], day: date) -> Evidence | None:
    """An app that was written to at least three times in the last week."""
    recent = [item for item in items if item.values is not None and item.day >= day - timedelta(_RECENT_DAYS)]
    counts = Counter(app_of(item) for item in recent)
    for app, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if count >= 3:
            return _evidence("series", TONE_CELEBRATING, [item for item in recent if app_of(item) == app][-_MOST:], app)
    return None


def app_of(item: Item) -> str:
    """The name of the app that a record is in: memory tells records as "<app>: <who> recorded <what>: <values>"."""
    return item.text.partition(":")[0]


def _is_low(item: Item) -> bool:
    mood = _mood(item)
    return mood <= _LOW_MOOD if mood is not None else _LOW_WORDS.search(item.text) is not None


def _mood(item: Item) -> float | None:
    for name, value in (item.values or {}).items():
        # JSON has no bool among its numbers, Python has.
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if is_number and name.lower() in _MOOD_FIELDS and 1 <= value <= _MOOD_SCALE:
            return value
    return None


def _evidence(theme: str, tone: Tone.ValueType, items: list[Item], topic: str = "") -> Evidence:
    return Evidence(theme, tone, tuple(sorted(items, key=lambda item: item.day)), topic)
