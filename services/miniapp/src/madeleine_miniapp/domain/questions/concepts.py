"""Words that mean the same, in English and Chinese: `concepts.txt`, `things.txt`, and what the blueprints add."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.text import stems

Stems = tuple[str, ...]
FIELDS, RECORDS, CHOICES, PLACES = "fields", "records", "choices", "places"


class Concepts:
    """Groups of words by what they name; a word may be in several groups."""

    def __init__(self) -> None:
        self._groups: dict[str, list[frozenset[Stems]]] = defaultdict(list)
        self._first: dict[str, list[Stems]] = defaultdict(list)
        self._by_word: dict[str, dict[Stems, list[int]]] = defaultdict(lambda: defaultdict(list))

    def add(self, section: str, words: Iterable[str]) -> None:
        """A group of words with one meaning."""
        keys = [key for word in words if (key := stems(word))]
        group = frozenset(keys)
        self._first[section].append(keys[0] if keys else ())
        for key in group:
            self._by_word[section][key].append(len(self._groups[section]))
        self._groups[section].append(group)

    def of(self, section: str, name: Stems, *, sure: bool = False) -> frozenset[Stems]:
        """Every word that means what the name means, itself not counted; `sure`: of groups that begin with the name."""
        return frozenset(
            word
            for index in self._by_word[section].get(name, ())
            if not sure or self._first[section][index] == name
            for word in self._groups[section][index]
        ) - {name}

    def words(self, section: str) -> Iterable[Stems]:
        """Every word of a section."""
        return self._by_word[section].keys()

    def shared(self, section: str, word: Stems, names: set[Stems]) -> frozenset[Stems]:
        """The words of the groups that hold both a word and one of the names."""
        groups = [self._groups[section][i] for i in self._by_word[section].get(word, ())]
        return frozenset(w for group in groups if group & names for w in group)


@cache
def shipped() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The lines of the tables: (section, words)."""
    lines: list[tuple[str, tuple[str, ...]]] = []
    for table in ("concepts.txt", "things.txt"):
        section = ""
        for line in (files("madeleine_miniapp.domain.questions") / table).read_text("utf-8").splitlines():
            if line.startswith("#"):
                section = line.partition("[")[2].partition("]")[0] or section
            elif line.strip():
                lines.append((section, tuple(w.strip() for w in line.replace("|", ",").split(",") if w.strip())))
    return tuple(lines)


@cache
def _translations() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for section, words in shipped():
        if section in (CHOICES, PLACES):
            english, chinese = [w for w in words if w.isascii()], [w for w in words if not w.isascii()]
            for word in words:
                found[word] += [w for w in (chinese if word.isascii() else english) if w not in found[word]]
    return {word: tuple(others) for word, others in found.items()}


def translated(word: str) -> tuple[str, ...]:
    """What a thing is called in the other language, the likeliest first."""
    return _translations().get(word, ())


@cache
def _alikes() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for section, words in shipped():
        for word in words if section in (CHOICES, PLACES) else ():
            found[word] += [w for w in words if w != word and w.isascii() == word.isascii() and w not in found[word]]
    return {word: tuple(others) for word, others in found.items()}


def alike(word: str) -> tuple[str, ...]:
    """What else a thing is called in the same language."""
    return _alikes().get(word, ())


@cache
def chinese_words() -> frozenset[str]:
    """Every Chinese word for things and places of the tables."""
    return frozenset(w for section, words in shipped() if section in (CHOICES, PLACES) for w in words if is_chinese(w))
