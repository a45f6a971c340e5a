"""What an adjective is about: "longest" is of lengths, "priciest" of amounts."""

from __future__ import annotations

import re
from collections.abc import Callable

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.concepts import CHOICES, FIELDS, RECORDS
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import Quantity, is_rate, quantity

_LENGTHS = frozenset({"km", "m", "mi", "miles", "min", "h", "hours", "minutes", "pages"})

OF_MOOD = re.compile(r"\b(?:happi|sadd|gloomi|cheeri)est\b|最(?:开心|难过|高兴|伤心|快乐)")

_LENGTH_WORDS = frozenset(
    stems(w)
    for w in (
        "duration",
        "distance",
        "length",
        "pages",
        "minutes",
        "hours",
        "time spent",
        "时长",
        "距离",
        "用时",
        "页数",
        "长度",
    )
)

_HARD = frozenset(
    stems(w) for w in ("effort", "intensity", "difficulty", "exertion", "rpe", "强度", "难度", "费力程度")
)

_REST = frozenset(stems(w) for w in ("sleep", "hours slept", "sleep hours", "rest", "睡眠", "睡眠时间", "睡眠时长"))


def is_size(f: s.Field, name: str) -> bool:
    """Whether a field is what an adjective of that dimension is about."""
    sizes: dict[str, Callable[[s.Field], bool]] = {
        "length": lambda f: (
            f.type == s.FIELD_TYPE_DURATION
            or f.unit.casefold() in _LENGTHS
            or bool({stems(f.name), stems(f.label)} & _LENGTH_WORDS)
        ),
        "time": lambda f: f.type == s.FIELD_TYPE_DURATION or f.unit.casefold() in ("min", "h", "hours", "minutes"),
        "distance": lambda f: f.unit.casefold() in ("km", "m", "mi", "miles"),
        "weight": lambda f: f.unit.casefold() in ("kg", "g") or "weight" in f.name,
        "money": lambda f: f.type == s.FIELD_TYPE_MONEY,
        "pages": lambda f: "page" in f.name or "页" in f.name + f.label,
        "temperature": lambda f: f.unit.casefold() in ("°c", "c", "度") or "temp" in f.name,
        "speed": lambda f: f.type == s.FIELD_TYPE_DURATION or f.unit.casefold() in ("min", "h", "s") or is_rate(f),
        "good": lambda f: f.type == s.FIELD_TYPE_RATING,
        "hard": lambda f: bool({stems(f.name), stems(f.label)} & _HARD),
        "food": lambda f: f.unit.casefold() in ("kcal", "kj", "cal"),
        "rest": lambda f: bool({stems(f.name), stems(f.label)} & _REST),
    }
    return sizes[name](f)


def fits(facts: Facts, of: Quantity | None, size: str) -> None:
    """Raises Doubt for "who stayed longest, with how many guests": guests do not say what is longest."""
    sizes = ("length", "time", "distance", "pages", "temperature")
    if of is not None and size in sizes and not is_size(of.field, size):
        said = next((m.text for m in facts.items if m.cue("sup") or m.cue("top")), size)
        raise Doubt(f"{label(of.field)} does not say what is '{said}'")


def how_good(facts: Facts, of: Quantity | None) -> Quantity | None:
    """What is called good or bad: of sleep, which has a quality of its own, that, not its hours."""
    words = facts.lexicon.of_words(FIELDS, "quality")
    rated = [f for f in facts.subject.fields(s.FIELD_TYPE_RATING) if {stems(f.name), stems(f.label)} & words]
    return quantity(rated[0]) if len(rated) == 1 else of


def dimension(facts: Facts, name: str) -> Quantity | None:
    """The quantity that an adjective like "longest" or "priciest" is about; None: there is none. Raises Doubt."""
    found = [f for f in facts.subject.numeric if is_size(f, name)]
    if name == "good" and OF_MOOD.search(facts.scan.text):
        # How hard a thing was does not say how sad the day.
        found = [f for f in found if {stems(f.name), stems(f.label)} & facts.lexicon.of_words(FIELDS, "mood")]
        if not found:
            raise Doubt("nothing is recorded that says how the mood was")
    if name == "money" and (meant := facts.amount(found)) is not None:
        found = [meant]
    if name == "weight" and (energy := [f for f in facts.subject.numeric if is_size(f, "food")]):
        # A heavy dinner is one of many calories, whatever grams of it are noted.
        found = [f for f in found if f.unit.casefold() == "kg" or "weight" in f.name] or energy
    if name == "speed":
        found = [f for f in found if is_rate(f)] or found
    if name == "distance" and len(found) > 1:
        # What is run is told in km, what is climbed in m.
        found = [f for f in found if f.unit.casefold() in ("km", "mi", "miles")] or found
    if name == "length" and len(found) > 1 and moves(facts):
        # The longest run is the farthest.
        found = [f for f in found if f.unit.casefold() in ("km", "m", "mi", "miles")] or found
    elif name == "length" and len(found) > 1:
        # What one does of many kinds, or without going anywhere, is as long as it takes.
        found = [f for f in found if is_size(f, "time")] or found
    if len(found) > 1:
        raise Doubt(f"it may mean {' or '.join(label(f) for f in found)}")
    facts.of_money = facts.of_money or name == "money"
    return quantity(found[0]) if found else None


_WAYS = ("run", "walk", "hike", "cycling", "swim", "row", "ski")


def moves(facts: Facts) -> bool:
    """Whether the records that are meant are of going somewhere: runs, rides, trips."""
    entity = facts.subject.entity
    of_all = {word for way in (*_WAYS, "trip") for word in facts.lexicon.of_words(RECORDS, way)}
    chosen = {word for way in _WAYS for word in facts.lexicon.of_words(CHOICES, way)}
    known = bool({stems(entity.name), stems(entity.label)} & of_all)
    return known or any(stems(c.value) in chosen for c in facts.conditions)
