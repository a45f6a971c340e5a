"""Lines of talk as the judge reads them: who is named, and the words without names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

# As many of the last lines as the judge looks at: an answer of the AI's further back is nobody's subject any more.
MOST_LINES = 6
_LONGEST = 400

_OWN_NAMES = (
    r"madeleine|madeleines?|madelein|madelaine|madaleine|madeline|maddie|maddy|mads|玛德琳|瑪德琳|马德琳|小玛|玛姐"
)
# Names and descriptions by which people call an AI, not its name alone.
_AI = re.compile(
    rf"(?<![a-z])(?:{_OWN_NAMES}|(?:chat)?-?bots?|robots?|machine|computer|assistant|ai|a\.i\.|chatbot|m)(?![a-z])"
    r"|机器人|人工智能|助手|助理|智能|(?<![a-z])ai(?![a-z])|電腦|电子管家|玛德琳|瑪德琳|马德琳|小玛|玛姐",
    re.IGNORECASE,
)
_NAME = re.compile(rf"(?<![a-z])@?(?:{_OWN_NAMES})(?![a-z])|[玛瑪马]德琳|小玛|玛姐", re.IGNORECASE)
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Line:
    """Something said; `speaker` is a person's display name, empty for the AI."""

    speaker: str
    text: str

    @property
    def by_assistant(self) -> bool:
        """True for the AI's own."""
        return not self.speaker


@dataclass(frozen=True, slots=True)
class Heard:
    """A line as it is judged."""

    speaker: str
    # Its words; other people's names stand as "Sam" or "小李", the AI's as "Madeleine".
    text: str
    # How another member is named: "at", "lead", "end", "within" or "".
    human: str
    # How the AI is: by its name or a nickname "at", "lead", "end", "within"; by what it is "described"; or "".
    assistant: str

    @property
    def by_assistant(self) -> bool:
        """True for the AI's own."""
        return not self.speaker


def is_chinese(text: str) -> bool:
    """Whether a text has Chinese characters."""
    return _HAN.search(text) is not None


def heard(lines: Sequence[Line], members: Iterable[str]) -> list[Heard]:
    """The last lines as they are judged; `members` are display names, the AI's may be among them."""
    names = frozenset(
        name for name in (*members, *(line.speaker for line in lines)) if name and not _NAME.fullmatch(name)
    )
    return [_heard(line, names) for line in lines[-MOST_LINES:]]


def _heard(line: Line, names: frozenset[str]) -> Heard:
    text = line.text[:_LONGEST].strip()
    if line.by_assistant:
        return Heard("", text, "", "")
    others = _pattern(names - {line.speaker})
    human = _where(others, text) if others else ""
    assistant = _where(_name_pattern(bool(_initial_is_free(names))), text)
    if not assistant and _AI.search(text):
        assistant = "described"
    if others:
        text = others.sub(lambda m: "小李" if is_chinese(m.group()) else "Sam", text)
    return Heard(line.speaker, _NAME.sub("Madeleine", text), human, assistant)


def _initial_is_free(names: frozenset[str]) -> bool:
    """Whether "M" can only be the AI."""
    return not any(name[:1] in "Mm" for name in names)


@cache
def _name_pattern(initial: bool) -> re.Pattern[str]:
    more = r"|(?<![A-Za-z'’.])@?M(?![A-Za-z'’.\d])" if initial else ""
    return re.compile(rf"(?i:{_NAME.pattern}){more}")


@cache
def _pattern(names: frozenset[str]) -> re.Pattern[str] | None:
    """Whole names and the first words of longer ones ("Uncle Raj" also as "Raj"), long ones first."""
    known: set[str] = set()
    for name in names:
        known.add(name)
        known.update(word for word in name.split() if len(word) > 2 and word.lower() not in _TITLES)
        if _HAN.search(name) and len(name) > 2:
            known.add(name[-2:])
    if not known:
        return None
    either = "|".join(re.escape(name) for name in sorted(known, key=lambda n: (-len(n), n)))
    return re.compile(rf"@?(?<![A-Za-z])(?:{either})(?![A-Za-z])", re.IGNORECASE)


_TITLES = frozenset(
    ("uncle", "aunt", "auntie", "the", "mrs", "miss", "sir", "fr.", "father", "sister", "brother", "coach")
)
_GREETING = re.compile(
    r"^(?:\s*(?:ok(?:ay)?|hey|hi|hello|so|and|dear|oi|yo|well|right|no|yes|please|pls|嘿|喂|那|哎|诶|但"
    r"|不过)[\s,，!！.]*)*$",
    re.I,
)


def _where(name: re.Pattern[str], text: str) -> str:
    """Where a name stands in a text."""
    found = list(name.finditer(text))
    if not found:
        return ""
    if any(m.group().startswith("@") for m in found):
        return "at"
    if _GREETING.match(text[: found[0].start()]):
        return "lead"
    tail = text[found[-1].end() :].strip(" ?!.,，。？！~😂🙏)")
    before = text[: found[-1].start()].rstrip()
    if not tail and before[-1:] in ",，。.!?！？ ":
        return "end"
    # Called within: set off by punctuation on both sides, or at the beginning of a sentence and before a comma.
    for m in found:
        left, right = text[: m.start()].rstrip(), text[m.end() :].lstrip()
        if (not left or left[-1] in ",.;:!?，。；：！？") and right[:1] in (",", "，", ":", "：", "?", "？", "!", "！"):
            return "end"
    return "within"
