"""Adjectives that compare: the quantity that each speaks of, and whether it says more or less of it."""

from __future__ import annotations

import re

# Quantity ("any": whatever is asked): adjectives for much of it | for little. "*" takes more and most.
_TABLE = """
length: long lengthy | short brief
distance: far | near
weight: heavy hefty chunky | light
money: pricy dear costly *expensive *painful *extravagant *lavish steep | cheap *affordable *economical thrifty
pages: thick fat | thin slim
temperature: hot warm | cold cool chilly
speed: slow sluggish | fast quick speedy swift rapid
good: happy cheery jolly cheerful sunny tasty yummy nice *delicious *beautiful *cheerful
 *generous *lenient kind *enjoyable
 | sad gloomy dark strict harsh *critical stern *severe grumpy *miserable bleak picky fussy
 *disappointing poor lousy crappy
hard: hard tough *intense *strenuous *exhausting *demanding *gruelling sweaty | easy gentle
food: hungry greedy *filling *calorific *fattening *caloric *indulgent |
rest: sleepy *rested *restful | *sleepless *restless
: big large great huge mighty busy *active *productive high strong full *crowded *packed *hectic *eventful keen
 *diligent *industrious *enthusiastic *hardworking sporty fit | small little tiny few low quiet lazy *idle *inactive
 calm weak slack *sedentary
"""
_DOUBLED = frozenset(("big", "hot", "fat", "thin", "sad", "slim", "fit"))
_IRREGULAR = {"far": ("further|farther", "furthest|farthest"), "little": ("less", "least"), "few": ("fewer", "fewest")}
# What these compare is said by the words beside them.
_PLAIN = (
    r"\b(?:the )?(?:single )?(?:most|maximum|max|peak|top)(?: single| ever| of all)?\b",
    r"\b(?:the )?(?:single )?(?:least|minimum)(?: single| ever)?\b|\bthe min\b",
)


def _forms(word: str) -> tuple[str, str]:
    """ "heavy": heavier, heaviest."""
    if word.startswith("*"):
        return rf"more {word[1:]}", rf"most {word[1:]}"
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _DOUBLED:
        word += word[-1]
    elif word.endswith("y"):
        word = word[:-1] + "i"
    elif word.endswith("e"):
        word = word[:-1]
    return f"{word}er", f"{word}est"


def _rows() -> list[tuple[str, list[str], list[str]]]:
    made: list[tuple[str, list[str], list[str]]] = []
    for line in re.sub(r"\n\s+", " ", _TABLE.strip()).splitlines():
        dimension, _, told = line.partition(":")
        much, _, little = told.partition("|")
        made.append((dimension.strip().removesuffix("any"), much.split(), little.split()))
    return made


ROWS = _rows()


def superlatives() -> list[tuple[str, str, str]]:
    """Cues "sup" whose value is the direction and the quantity: ("sup", "max length", pattern of "longest")."""
    made: list[tuple[str, str, str]] = []
    for dimension, *both in ROWS:
        for direction, words in zip(("max", "min"), both, strict=True):
            if not words:
                continue
            told = "|".join(_forms(w)[1] for w in words)
            # Less of what an adjective with "most" says is more of its opposite.
            opposite = "|".join(f"least {w[1:]}" for w in both[direction == "max"] if w.startswith("*"))
            pattern = (
                rf"\b(?:the )?(?:single )?(?:{told}{'|' + opposite if opposite else ''})(?: single| ever| of all)?\b"
            )
            made.append(("sup", f"{direction} {dimension}".strip(), pattern))
    return [*made, ("sup", "max", _PLAIN[0]), ("sup", "min", _PLAIN[1])]


def _kinds() -> dict[str, str]:
    made: dict[str, str] = {"best": "max good", "worst": "min good", "highest": "max", "lowest": "min", "most": "max"}
    for dimension, *both in ROWS:
        for direction, words in zip(("max", "min"), both, strict=True):
            for form in (f for w in words for f in _forms(w)[1].split("|")):
                made.setdefault(form, f"{direction} {dimension}".strip())
    return made


# "longest": "max length".
KINDS = _kinds()
# "At most three" is no list of three.
FORMS = "|".join(sorted(KINDS.keys() - {"most", "least"}, key=len, reverse=True))


def comparatives() -> list[tuple[str, str, str]]:
    """Cues "more" and "less" whose value is the quantity that is compared."""
    made: list[tuple[str, str, str]] = []
    for dimension, *both in ROWS:
        for name, words in zip(("more", "less"), both, strict=True):
            told = "|".join(_forms(w)[0] for w in words if w not in ("little", "far", "few", "near"))
            if not told:
                continue
            made.append((name, dimension, rf"\b(?:{told})\b"))
    return made


def positives() -> list[str]:
    """Adjectives of mood and habit as they stand alone: "how generous am I"."""
    kinds = ("good", "food", "rest", "hard", "")
    return [w.lstrip("*") for name, much, little in ROWS if name in kinds for w in (*much, *little) if len(w) > 3]
