"""A card's words: what must hold of the model's, and plain ones from the evidence where they fail."""

from __future__ import annotations

import re
from dataclasses import dataclass

from madeleine_spark.domain.evidence import Evidence, Item
from madeleine_spark.domain.terms import is_chinese, terms

MOST_TITLE, MOST_BODY = 80, 240
_LEAST_BODY = 12
# Share of a body's content words that must be the evidence's.
_LEAST_GROUNDED = 1 / 3
_QUOTE = 80
_QUOTED = re.compile(r"“[^”]*”")
_AS_OWN = re.compile(r"\b(my|mine|me)\b|我的", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?。！？…]+[.!?。！？…]*")
_ENDINGS = (".", "!", "?", "。", "！", "？", "…", "”")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Words:
    """What a card says."""

    title: str
    body: str


def faults(words: Words, evidence: Evidence, language: str) -> list[str]:
    """Why words may not be shown, one sentence each; none: they may."""
    said = f"{words.title} {words.body}"
    own, body = _QUOTED.sub("", said), words.body.strip()
    sentences = [sentence.strip().lower() for sentence in _SENTENCE.findall(_QUOTED.sub("", body))]
    about = terms(evidence.topic).union(*(item.about for item in evidence.items))
    grounded, spoken_of = len(terms(body) & about), len(terms(body))
    unknown = sorted(numbers(said) - numbers(" ".join(item.text for item in evidence.items)))
    checks = {
        f"it states numbers that are not in the evidence: {', '.join(unknown)}": bool(unknown),
        "it has no title or no body of a fitting length": not words.title or not _LEAST_BODY <= len(body) <= MOST_BODY,
        "it breaks off": not body.endswith(_ENDINGS),
        "it says the same thing twice": len({*sentences, words.title.lower()}) <= len(sentences),
        "most of it is not of the evidence": not grounded or grounded < _LEAST_GROUNDED * spoken_of,
        # Small models like to go on in the voice of the notes; a card speaks to their writer.
        "it speaks as if it were the person": _AS_OWN.search(own) is not None,
        f"it is not in the person's language ({language})": is_chinese(body) != language.startswith("zh"),
    }
    return [fault for fault, holds in checks.items() if holds]


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
