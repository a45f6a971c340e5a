"""What fields are called in general: their usual name, type and unit, by the words that people use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from madeleine_miniapp.domain.blueprint import BlueprintField
from madeleine_miniapp.domain.language import language_of
from madeleine_miniapp.domain.questions.text import normalise

# Shorter Chinese words stand in too many others to be found inside one.
_LEAST_INSIDE = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A known field in a phrase: where its word stands."""

    field: BlueprintField
    start: int
    end: int


def singular(word: str) -> str:
    """An English word without its plain plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def folded(phrase: str) -> str:
    """A phrase as it is looked up: normalised, words singular."""
    return " ".join(singular(w) for w in normalise(phrase.replace("_", " ").replace("-", " ")).split())


class KnownFields:
    """Looks fields up by what people call them."""

    def __init__(self, fields: Iterable[BlueprintField]) -> None:
        self._by_word: dict[str, BlueprintField] = {}
        self._by_name: dict[str, BlueprintField] = {}
        for field in fields:
            self._by_name[field.name] = field
            for word in field.words():
                self._by_word.setdefault(folded(word), field)
        # A field's own name and labels win over another's alias.
        for field in self._by_name.values():
            for word in (field.name, *field.labels.values()):
                self._by_word[folded(word)] = field
        chinese = {w for w in self._by_word if language_of(w) == "zh"}
        self._chinese: Sequence[str] = sorted(chinese, key=len, reverse=True)

    def named(self, name: str) -> BlueprintField | None:
        """The known field of this name."""
        return self._by_name.get(name)

    def of(self, phrase: str) -> BlueprintField | None:
        """The field that the whole phrase names."""
        return self._by_word.get(folded(phrase))

    def last_in(self, words: Sequence[str]) -> Found | None:
        """The known field whose name ends a sequence of English words; the longest such name."""
        for start in range(len(words)):
            if field := self.of(" ".join(words[start:])):
                return Found(field, start, len(words))
        return None

    def starting(self, text: str) -> Found | None:
        """The known field whose Chinese word a text begins with, the longest."""
        word = next((w for w in self._chinese if len(w) >= _LEAST_INSIDE and text.startswith(w)), None)
        return Found(self._by_word[word], 0, len(word)) if word else None

    def with_fields(self, fields: Iterable[BlueprintField]) -> KnownFields:
        """The same, with other fields that win over those known in general."""
        joined = KnownFields(())
        joined._by_name = self._by_name | {f.name: f for f in fields}
        joined._by_word = {**self._by_word}
        for field in fields:
            for word in field.words():
                joined._by_word[folded(word)] = field
        joined._chinese = sorted((w for w in joined._by_word if language_of(w) == "zh"), key=len, reverse=True)
        return joined

    def inside(self, phrase: str) -> Found | None:
        """The known field whose Chinese word stands in a phrase: the longest, of those the one furthest back."""
        text = normalise(phrase)
        for word in self._chinese:
            if len(word) >= _LEAST_INSIDE and (at := text.rfind(word)) >= 0:
                return Found(self._by_word[word], at, at + len(word))
        return None
