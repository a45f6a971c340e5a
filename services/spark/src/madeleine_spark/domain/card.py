"""A card's words: what must hold of the model's, and plain ones from the evidence where they fail."""

from __future__ import annotations

import re
from dataclasses import dataclass

from madeleine_spark.domain.evidence import Evidence, Item
from madeleine_spark.domain.terms import is_chinese

MOST_TITLE, MOST_BODY = 80, 400
_LEAST_BODY = 12
_QUOTE = 120
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Words:
    """What a card says."""

    title: str
    body: str


def faults(words: Words, evidence: Evidence, language: str) -> list[str]:
    """Why words may not be shown, one sentence each; none: they may."""
    said = f"{words.title} {words.body}"
    found: list[str] = []
    known = numbers(" ".join(item.text for item in evidence.items))
    if unknown := sorted(numbers(said) - known):
        found.append(f"it states numbers that are not in the evidence: {', '.join(unknown)}")
    if not words.title.strip() or not _LEAST_BODY <= len(words.body.strip()) <= MOST_BODY:
        found.append("it has no title or no body of a fitting length")
    about = frozenset[str]().union(*(item.about for item in evidence.items), {evidence.topic.lower()} - {""})
    if not any(term in said.lower() for term in about):
        found.append("it touches nothing of the evidence")
    if is_chinese(words.body) != language.startswith("zh"):
        found.append(f"it is not in the person's language ({language})")
    return found


def numbers(text: str) -> frozenset[str]:
    """Numbers in a text, in one spelling: 1,700 is 1700, 6.0 is 6."""
    return frozenset(_one_spelling(match) for match in _NUMBER.findall(text))


def _one_spelling(number: str) -> str:
    if ":" in number:
        return number
    plain = re.sub(r",(?=\d{3}(?!\d))", "", number).replace(",", ".")
    return re.sub(r"\.0+$", "", plain)


def extractive(evidence: Evidence, language: str) -> Words:
    """A card that quotes the evidence and adds nothing of its own, in Chinese or English."""
    first, last = _quote(evidence.items[0]), _quote(evidence.items[-1])
    if language.startswith("zh"):
        return _chinese(evidence, first, last)
    match evidence.theme:
        case "low_mood":
            return Words("Be kind to yourself", f"You noted: {last}. You need not carry it all today; rest is allowed.")
        case "approaching":
            return Words("It is getting close", f"You said: {last}. What is one small thing you could prepare today?")
        case "topic":
            topic = evidence.topic
            return Words(
                f"You keep coming back to {topic}", f"You said: {first}. And later: {last}. What about {topic} is next?"
            )
        case _:
            return Words(f"{evidence.topic}: you keep it up", f"Your latest entry: {last}. Well kept.")


def _chinese(evidence: Evidence, first: str, last: str) -> Words:
    match evidence.theme:
        case "low_mood":
            return Words("对自己好一点", f"你记下了：{last}。今天不必什么都扛着，休息一下也可以。")
        case "approaching":
            return Words("日子近了", f"你说过：{last}。今天可以先准备哪一件小事？")
        case "topic":
            return Words(f"你常说起{evidence.topic}", f"你说过：{first}。后来又说：{last}。接下来想了解什么？")
        case _:
            return Words(f"{evidence.topic}：你坚持下来了", f"最近一条记录：{last}。记得真好。")


def _quote(item: Item) -> str:
    text = " ".join(item.text.split())
    return f"“{text if len(text) <= _QUOTE else text[: _QUOTE - 1] + '…'}”"
