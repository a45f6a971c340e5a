"""What a line of a conversation is worth in its minutes: a decision, a task, an open question, a fact; pure.

The cues stand in `minutes.json`, by kind and language.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

DECIDED, TODO, OPEN, SAID = "decided", "todo", "open", "said"
KINDS = (DECIDED, TODO, OPEN, SAID)

# How many lines after a proposal or a question may take it up.
_FOLLOWING = 4
# How many lines after a proposal it is still the same matter.
_SOON = 6
_SENTENCE = re.compile(r"[^.!?。!?;;\n]+(?:[.](?=\S)[^.!?。!?;;\n]*)*[.!?。!?;;]*")
_WORD = re.compile(r"[a-z0-9à-ÿ]{3,}|[\u4e00-\u9fff]+", re.IGNORECASE)
_NUMBER = re.compile(r"\d|\bi\b|(?:周|星期)[一二三四五六日天]|[一二两三四五六七八九十]点", re.IGNORECASE)
_SHORTEST_FACT = 12
# The weight of what is said plainly.
_FIRM = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """One message, in the order of the conversation; `name` is its speaker's."""

    message_id: str
    sender_id: str
    name: str
    text: str
    at: datetime
    in_reply_to: str = ""
    by_assistant: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of a line that belongs into the minutes; `weight` is how plainly it does."""

    at: int
    kind: str
    text: str
    weight: float


def sentences(text: str) -> list[str]:
    """A text's sentences with their ends."""
    return [s.strip() for s in _SENTENCE.findall(text) if s.strip()]


def terms(text: str) -> set[str]:
    """What a text is about: words without a plural's s, and pairs of Chinese characters."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if "\u4e00" <= word[0] <= "\u9fff":
            found |= {word[i : i + 2] for i in range(len(word) - 1)} or {word}
        elif word not in _empty():
            found.add(word[:-1] if len(word) > 3 and word.endswith("s") else word)
    return found


def topic_of(question: str) -> set[str]:
    """What a question asks about, without the words of asking and of time."""
    stop = _content()["topic_stop"]
    rest = re.sub("|".join(sorted(stop["zh"], key=len, reverse=True)), " ", question)
    words = " ".join(w for w in re.findall(r"[\w']+", rest.lower()) if w not in set(stop["en"]))
    return {t for t in terms(words) if t not in set(stop["en"])}


def notes(lines: Sequence[Line]) -> list[Note]:
    """All that belongs into the minutes, in order; a line gives at most one note of each kind."""
    talk = _Talk(lines)
    found: list[Note] = []
    for at, line in enumerate(lines):
        if line.by_assistant:
            continue
        best: dict[str, Note] = {}
        for sentence in sentences(line.text):
            kind, weight = talk.judged(sentence, at)
            if kind and (kind not in best or weight > best[kind].weight):
                best[kind] = Note(at, kind, sentence, weight)
        # What else a line says is told by its decision or its task.
        if DECIDED in best or TODO in best:
            best.pop(SAID, None)
        found += sorted(best.values(), key=lambda n: KINDS.index(n.kind))
    return [note for i, note in enumerate(found) if not _said_again(note, found[i + 1 : i + 1 + 2 * _SOON])]


def _said_again(note: Note, later: Sequence[Note]) -> bool:
    """Whether a proposal is put plainly soon after: "I vote for X", then "ok, X it is"."""
    return (
        note.kind == DECIDED
        and note.weight < _FIRM
        and any(
            other.kind == DECIDED
            and other.weight == _FIRM
            and other.at - note.at <= _SOON
            and terms(other.text) & terms(note.text)
            for other in later
        )
    )


class _Talk:
    """Lines, and what follows upon each."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._replies: defaultdict[str, list[Line]] = defaultdict(list)
        for line in lines:
            if line.in_reply_to:
                self._replies[line.in_reply_to].append(line)
        self._by_name = _of_names(sorted({line.name for line in lines if line.name}, key=len, reverse=True))

    def judged(self, sentence: str, at: int) -> tuple[str, float]:
        """(kind, weight) of a sentence of a line; ("", 0) for small talk."""
        if not terms(sentence):
            return "", 0.0
        return self._asking(sentence, at) if _says("question", sentence) else self._telling(sentence, at)

    def _asking(self, sentence: str, at: int) -> tuple[str, float]:
        if _says("proposal", sentence) and not _says("undecided", sentence) and self._taken_up(at):
            return DECIDED, 0.8
        if _says("asks_of", sentence) and self._taken_up(at):
            return TODO, 0.9
        return (OPEN, 1.0) if self._unanswered(sentence, at) else ("", 0.0)

    def _telling(self, sentence: str, at: int) -> tuple[str, float]:
        leaves_open = _says("undecided", sentence)
        if not leaves_open and _says("decided", sentence):
            return DECIDED, _FIRM
        proposes = _says("proposal", sentence) and not _says("accepts", sentence)
        if proposes and not leaves_open and self._taken_up(at):
            return DECIDED, 0.8
        if _says("task", sentence) or (self._by_name is not None and self._by_name.search(sentence)):
            return TODO, 1.0
        if not leaves_open:
            if _says("concludes", sentence) and self._takes_up(sentence, at):
                return DECIDED, _FIRM
            if _says("set_time", sentence) and not _says("went", sentence) and self._taken_up(at):
                return DECIDED, 0.7
        signs = sum(bool(p.search(sentence)) for p in _each("fact"))
        long_enough = len(sentence) * (2 if sentence[0] > "\u4e00" else 1) >= _SHORTEST_FACT
        return (SAID, min(1.0, 0.25 * signs)) if signs and long_enough else ("", 0.0)

    def _after(self, at: int) -> list[Line]:
        """What others say soon after a line, or in reply to it."""
        asker = self._lines[at]
        soon = [line for line in self._lines[at + 1 : at + 1 + _FOLLOWING] if line.sender_id != asker.sender_id]
        return soon + [line for line in self._replies[asker.message_id][:_FOLLOWING] if line not in soon]

    def _taken_up(self, at: int) -> bool:
        """Whether somebody agrees before anybody objects."""
        for line in self._after(at):
            if not line.by_assistant and _says("objects", line.text):
                return False
            if not line.by_assistant and _says("accepts", line.text):
                return True
        return False

    def _takes_up(self, sentence: str, at: int) -> bool:
        """Whether a sentence names what has just been named, and somebody else has spoken since."""
        before = self._lines[max(0, at - _FOLLOWING) : at]
        others = any(line.sender_id != self._lines[at].sender_id for line in before)
        return others and any(terms(sentence) & terms(line.text) for line in before)

    def _unanswered(self, sentence: str, at: int) -> bool:
        """Whether nobody has answered: at once, in a reply, with words of the question, or with what it asks for."""
        if _says("idle", sentence):
            return False
        following = self._after(at)
        if following and self._lines[at + 1 : at + 2] == following[:1] and not _says("question", following[0].text):
            return _says("unsure", following[0].text)
        asked = terms(sentence)
        for line in following:
            if line.in_reply_to == self._lines[at].message_id:
                return False
            if _says("question", line.text) or _says("unsure", line.text):
                continue
            if asked & terms(line.text) or _says("accepts", line.text) or _says("objects", line.text):
                return False
            if _says("wants_figure", sentence) and _NUMBER.search(line.text):
                return False
        return True


def _of_names(names: Sequence[str]) -> re.Pattern[str] | None:
    """ "Ben brings the tent", "小北负责订票": a task of somebody named."""
    if not names:
        return None
    named = "|".join(map(re.escape, names[:50]))
    verbs = (
        r"brings?|books?|buys?|gets?|takes?|makes?|calls?|sends?|asks?|checks?|pays?|orders?|cooks?|prints?|drives?|cleans?"
        r"|prepares?|finds?|handles?|collects?|organi[sz]es|hosts?|bakes?"
    )
    return re.compile(
        rf"\b(?:{named})\b,?(?: please)? (?:(?:will|is going to|can|has to) )?(?:{verbs})\b|\b(?:{named})'ll\b"
        rf"|\b(?:{named}) (?:will|is going to) (?!be\b|have\b|like|love|see\b|never|hate)[a-z]+"
        rf"|(?:{named})(?:来|去|负责|带|买|订|做|准备)(?!了|过)"
    )


def _says(kind: str, text: str) -> bool:
    return _any(kind).search(text) is not None


@cache
def _any(kind: str) -> re.Pattern[str]:
    by_language = _content()[kind]
    return re.compile("|".join(by_language["en"] + by_language["zh"]), re.IGNORECASE)


@cache
def _each(kind: str) -> tuple[re.Pattern[str], ...]:
    by_language = _content()[kind]
    return tuple(re.compile(p, re.IGNORECASE) for p in by_language["en"] + by_language["zh"])


@cache
def _content() -> dict[str, Any]:
    return json.loads(resources.files("madeleine_chat.domain").joinpath("minutes.json").read_text("utf-8"))


@cache
def _empty() -> frozenset[str]:
    """Words that two sentences may share without being about the same."""
    return frozenset(_content()["empty"])
