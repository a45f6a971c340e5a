"""Two remarks side by side: what they share, and what sets the newer apart.

Cosines of this embedder differ with date, speaker and language more than with the matter. What tells is how much nearer
one older remark is than the speaker's others: hence a newer remark is held against all candidates at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul

from madeleine_memory.domain.cues import cues
from madeleine_memory.domain.frames import frames
from madeleine_memory.domain.learned import log_odds

_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.:,]\d+)*")
_CAPITAL = re.compile(r"\b[A-ZÀ-Ž]\w+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f]+")
_WEEKDAY = re.compile(
    r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b|(?:[周週]|星期|[礼禮]拜)([一二三四五六日天末])", re.IGNORECASE
)
_FILLERS = frozenset(
    re.findall(
        r"\w[\w']*",
        """a about after all also am an and any are as at be been before being but by can could did do does doing down
        for from get got had has have he her here him his how i if i'm in into is it it's its just me my never new no
        not now of off on one only or our out over she since so some still such than that the their them then there
        they this those till to too up until us very was we were what when where which while who will with would you
        your""",
    )
)
_JOINTS = frozenset("的了吗嗎呢吧啊我你您他她它们們是在有和就都也很不这這那個个一要到被把还還跟與与")
# How many: in digits or in words, "four hives", 三室.
_COUNT = re.compile(
    r"\d+(?:[.:,]\d+)*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|twice|once)\b"
    r"|[一二兩两三四五六七八九十百千半]+(?=[个個室只隻天点點片岁歲次人块塊年月号號层層楼樓晚])",
    re.IGNORECASE,
)
# Cosines of texts by one speaker lie around 0.85, some hundredths apart.
_USUAL, _SPREAD = 0.85, 10.0
# Some 80 letters, by the feature "length".
_LONG = 0.73


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that somebody said, as it is remembered."""

    text: str
    speaker: str
    # `worth` of it.
    worth: float
    # Of unit length; None: not embedded (yet).
    vector: Sequence[float] | None = None


@lru_cache(maxsize=8192)
def content(text: str) -> frozenset[str]:
    """The content words of a text: spaced words without their commonest endings, pairs of unspaced characters."""
    found: set[str] = set()
    for run in _UNSPACED.findall(text):
        pairs = (run[i : i + 2] for i in range(len(run) - 1))
        found.update(pair for pair in pairs if not _JOINTS & set(pair))
    for word in _WORD.findall(_UNSPACED.sub(" ", text)):
        plain = word.lower()
        if len(plain) > 1 and plain not in _FILLERS:
            found.add(_stem(plain))
    return frozenset(found)


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def cosine(one: Remark, other: Remark) -> float | None:
    """The cosine of two remarks' vectors; None where one has none."""
    if one.vector is None or other.vector is None:
        return None
    return sum(map(mul, one.vector, other.vector))


def relations(newer: Remark, olders: Sequence[Remark], usual: float | None = None) -> list[dict[str, float]]:
    """What ties a newer remark to each of the same speaker's older ones, by name.

    `usual` is the mean cosine of the newer to all that the speaker said, for a caller who hands in only the nearest; by
    default it is taken over `olders`.
    """
    cosines = [cosine(newer, older) for older in olders]
    known = [value for value in cosines if value is not None]
    found = [_pair(newer, older, value) for older, value in zip(olders, cosines, strict=True)]
    turned = cues(newer.text)["turned"]
    for at, (pair, value) in enumerate(zip(found, cosines, strict=True)):
        # Alone, it is a little nearer than nothing.
        nearer = 0.01
        if value is not None and usual is not None:
            nearer = value - usual
        elif value is not None and len(known) > 1:
            nearer = value - (sum(known) - value) / (len(known) - 1)
        best = float(value is not None and value >= max(known))
        others = [other for place, other in enumerate(found) if place != at]
        pair["nearer"], pair["nearest"] = nearer * _SPREAD, best
        pair["turned_nearer"], pair["turned_nearest"] = turned * nearer * _SPREAD, turned * best
        pair["share_ahead"] = pair["share"] - max((other["share"] for other in others), default=0.0)
        pair["frames_ahead"] = pair["frames"] - max((other["frames"] for other in others), default=0.0)
    return found


def _pair(newer: Remark, older: Remark, value: float | None) -> dict[str, float]:
    new, old = cues(newer.text), cues(older.text)
    words, before = content(newer.text), content(older.text)
    shared = words & before
    lower = newer.text.lower()
    names = {name.lower() for name in _CAPITAL.findall(older.text)} - _FILLERS
    named = any(re.search(rf"\b{re.escape(name)}\b", lower) for name in names)
    days, days_before = _weekdays(newer.text), _weekdays(older.text)
    numbers, numbers_before = set(_COUNT.findall(newer.text)), set(_COUNT.findall(older.text))
    both_number = bool(numbers and numbers_before)
    framed = len(frames(newer.text) & frames(older.text))
    subject, frame = float(bool(shared) or named), float(framed > 0)
    turned, news = new["turned"], new["news"]
    near = 0.0 if value is None else (value - _USUAL) * _SPREAD
    return {
        "near": near,
        "near_square": max(near, 0.0) ** 2,
        "share": len(shared) / max(1, min(len(words), len(before))),
        "shared": float(bool(shared)),
        "named_again": float(named),
        "subject": subject,
        "frame": frame,
        "frames": min(framed, 3) / 3,
        "turned": turned,
        "news": news,
        "still": new["still"],
        "old_turned": old["turned"],
        "turned_near": turned * near,
        "news_near": news * (1 - turned) * near,
        "turned_subject": turned * subject,
        "news_subject": news * subject,
        "turned_frame": turned * frame,
        "news_frame": news * frame,
        "turned_named": turned * named,
        "turned_alone": turned * (1 - subject) * (1 - frame),
        "still_subject": new["still"] * subject,
        "days_differ": float(bool(days and days_before and not days & days_before)),
        "days_agree": float(bool(days & days_before)),
        "numbers": float(both_number),
        "numbers_differ": float(both_number and not numbers & numbers_before),
        "numbers_for_it": float(both_number and not numbers & numbers_before and bool(shared)),
        **{name: new[name] * old[name] for name in ("kin", "health", "where")},
        "kin_differs": abs(new["kin"] - old["kin"]),
        "health_differs": abs(new["health"] - old["health"]),
        "new_standing": new["standing"],
        "old_standing": old["standing"],
        "both_standing": new["standing"] * old["standing"],
        "new_length": new["length"],
        "old_length": old["length"],
        # Long ones share words and frames with whatever else is long.
        "new_long": max(0.0, new["length"] - _LONG) * _SPREAD,
        "old_long": max(0.0, old["length"] - _LONG) * _SPREAD,
        "old_own": old["own"],
        "old_states": old["states"],
        "new_worth": _tempered(newer.worth),
        "old_worth": _tempered(older.worth),
    }


def _weekdays(text: str) -> set[str]:
    return {(match[1] or match[2]).lower() for match in _WEEKDAY.finditer(text)}


def _tempered(probability: float) -> float:
    # Beyond e^8 to 1, surer says no more.
    return min(max(log_odds(probability) / 4, -2.0), 2.0)
