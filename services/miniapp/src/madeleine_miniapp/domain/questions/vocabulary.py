"""All words that name something in one kind of record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions import english
from madeleine_miniapp.domain.questions.derived_names import CHOOSING, SAID_WITH_ALL
from madeleine_miniapp.domain.questions.dictionary import Dictionary
from madeleine_miniapp.domain.questions.everyday import Everyday
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning
from madeleine_miniapp.domain.questions.spelling import is_slip, is_slip_of
from madeleine_miniapp.domain.questions.text import Token, normalise, stem, stems, unaccented
from madeleine_miniapp.domain.questions.words import is_void

# What stands between a Chinese verb and what it is done with.
_IN_VERB = "(?:的|(?:多少|[几一两二三四五六七八九十])[次回遍天个]){0,3}"
_AT_WORK = frozenset(stem(w) for w in ("work", "shift", "client", "billable", "employer", "overtime"))
# "What's the most" asks, whatever field is called so.
_ASKS_WHAT = re.compile(r"(?:what|who|when|where)'s$")
_NOT_DONE = re.compile("还?[没未]")
# Empty words that yet tell what stands before them from what stands after: "swims per pool".
_TELLING_APART = frozenset(
    ("each", "every", "per", "by", "which", "what", "where", "how", "when", "most", "least", "and", "or")
)


class Vocabulary:
    """Finds the names of one entity's fields, choices, values and records, and of people, in a question."""

    def __init__(self, entity: s.Entity, held: Dictionary, everyday: Everyday, lexicon: Lexicon) -> None:
        self._entity = entity
        self._held = held
        self.everyday = everyday
        self.particular = lexicon.particular

    def find(self, given: Sequence[Token], at: int) -> list[tuple[int, Meaning]]:
        """What may begin at a token: (number of tokens, meaning)."""
        found: list[tuple[int, Meaning]] = []
        near = given[at : at + self._held.longest]
        for size in range(1, len(near) + 1):
            meant = self._held.terms.get(tuple(t.stem for t in near[:size]), ())
            follows = given[at + size] if at + size < len(given) else None
            # What stands after a comma, as in 低、一般、高, says nothing of the word before.
            ends = follows is None or (is_chinese(follows.text) and follows.start > near[size - 1].end)
            after = "" if follows is None or ends else follows.text
            # "Each sport: sessions" are no sports sessions.
            apart = any(b.start - a.end > 1 for a, b in pairwise(near[:size]))
            found += [
                (size, meaning)
                for meaning in meant
                if not self._weak(near[:size], meaning, after)
                and not (apart and meaning.kind is not Kind.VALUE and meaning.strength < 3)
            ]
        if at and english.is_particle(given[at - 1].text, given[at].text):
            # "The longest sleep I put down" is not "feeling down".
            found = [(size, m) for size, m in found if size > 1 or m.kind is not Kind.CHOICE or m.strength == 3]
        return found + self._parted_values(near)

    def respelled(self, typed: Token) -> Token:
        """A word that nobody knows as the one word of the app's that it is a slip of; else as it is."""
        if not typed.text.isascii() or not typed.text.isalpha() or english.word(typed.text) is not None:
            return typed
        named = (key for key, meant in self._held.terms.items() if any(m.kind is not Kind.PERSON for m in meant))
        alike = {word for key in named for word in key if is_slip(typed.stem, word) or is_slip_of(typed.text, word)}
        if len(alike) != 1:
            return typed
        (meant,) = alike
        return replace(typed, text=self._held.written.get(meant, meant), stem=meant)

    def _parted_values(self, near: Sequence[Token]) -> list[tuple[int, Meaning]]:
        """Values with empty words between: "weekly shop at Lidl" for "weekly shop Lidl", "water the plants"."""
        found: list[tuple[int, Meaning]] = []
        if not near or is_void(near[0].text):
            return found
        # 几次 in 喂了几次奶 asks.
        kinds = (Kind.VALUE,) if is_chinese(near[0].text) else (Kind.VALUE, Kind.CHOICE)
        telling = [i for i, t in enumerate(near) if not is_void(t.text)]
        for count in range(2, len(telling) + 1):
            size = telling[count - 1] + 1
            if size == count or _TELLING_APART & {t.text for t in near[:size]}:
                continue
            # "Still on my want-to-read list" is not "still reading".
            if not self._chosen_within(near[1:size]):
                meant = self._held.terms.get(tuple(near[i].stem for i in telling[:count]), ())
                found += [(size, meaning) for meaning in meant if meaning.kind in kinds]
        return found

    def _chosen_within(self, said: Sequence[Token]) -> bool:
        """Whether a choice ends these tokens that has several words of its own."""
        keys = (tuple(t.stem for t in said[at:]) for at in range(len(said) - 1))
        return any(m.kind is Kind.CHOICE and m.strength == 3 for key in keys for m in self._held.terms.get(key, ()))

    def names(self, word: str) -> bool:
        """Whether a word is the name of anything here but the one field of people."""
        people = [f.name for f in self._entity.fields if f.type == s.FIELD_TYPE_PERSON]
        meant = self._held.terms.get(stems(word), ())
        return any(m.kind is not Kind.FIELD or [m.name] != people for m in meant)

    def chooses(self, word: str) -> bool:
        """Whether a word says which choice is meant."""
        return any(m.kind is Kind.CHOICE for m in self._held.terms.get(stems(word), ()))

    def names_records(self, word: str) -> bool:
        """Whether a word is the records' own name."""
        return any(m.kind is Kind.ENTITY and m.strength == 3 for m in self._held.terms.get(stems(word), ()))

    def parted(self, text: str) -> list[tuple[tuple[int, int], tuple[int, int], Meaning]]:
        """Choices whose verb and what it is done with stand apart, 洗了几次碗: the two stretches, the choice."""
        made: list[tuple[tuple[int, int], tuple[int, int], Meaning]] = []
        for f in self._entity.fields:
            for choice in f.choices if f.type in CHOOSING and is_chinese(text) else ():
                if len(choice) in (2, 3) and is_chinese(choice):
                    meaning = Meaning(Kind.CHOICE, f.name, choice, field=f)
                    places = re.finditer(f"({choice[0]}[了过完]*){_IN_VERB}({re.escape(choice[1:])})", text)
                    made += [(p.span(1), p.span(2), meaning) for p in places if p.group() != choice]
        return made

    @property
    def of_work(self) -> bool:
        """Whether the records tell of work that is done for somebody."""
        return not _AT_WORK.isdisjoint(
            part for name in (self._entity.name, *(f.name for f in self._entity.fields)) for part in stems(name)
        )

    def counts(self, word: str) -> bool:
        """Whether a word names a number that records hold."""
        meant = self._held.terms.get(stems(word), ())
        return any(m.kind is Kind.FIELD and m.strength >= 2 and m.field and m.field.type in NUMERIC for m in meant)

    def choices_called(self, labels: Sequence[str]) -> list[Meaning]:
        """The choices that have one of these very names."""
        held = [
            Meaning(Kind.CHOICE, f.name, choice, strength=2, field=f)
            for f in self._entity.fields
            if f.type in CHOOSING
            for choice in f.choices
            if choice in labels
        ]
        return held[:1]

    def _called(self, text: str) -> bool:
        """Whether a word is what the records are called, in this very form."""
        names = {normalise(self._entity.name), normalise(self._entity.label)} - {""}
        return bool(names & {text, text.removesuffix("s"), text.removesuffix("es")})

    def _weak(self, given: Sequence[Token], meaning: Meaning, after: str = "") -> bool:
        """Whether words do not mean what they are like: empty words a value, another form a state."""
        if meaning.kind is Kind.CHOICE and meaning.strength < 3 and _NOT_DONE.match("".join(t.text for t in given)):
            # What is not read through may have been begun.
            return after in ("完", "够")
        if meaning.kind is Kind.CHOICE and meaning.strength == 3:
            exact = self._held.exact.get(tuple(t.stem for t in given))
            return exact is not None and exact != tuple(t.text for t in given)
        if meaning.kind is Kind.CHOICE and meaning.strength < 3 and "".join(t.text for t in given) == "一般":
            # 一般周几: usually; 精力一般的时候: the state.
            return after not in ("", "的", "时", "那", "和", "或", "跟", "与", "还")
        if len(given) > 1:
            return False
        text = given[0].text
        if meaning.kind is Kind.FIELD and _ASKS_WHAT.match(text):
            return True
        if meaning.kind is Kind.VALUE:
            # "trained" is not the place "train".
            bare = unaccented(text).removesuffix("'s")
            alike = unaccented(normalise(meaning.value)) in (bare, bare.removesuffix("s"), bare.removesuffix("es"))
            translated = is_chinese(bare) != is_chinese(meaning.value)
            return is_void(text) or (meaning.strength == 2 and not alike and not is_chinese(bare) and not translated)
        if meaning.kind is Kind.FIELD and text == "times":
            return True
        if meaning.field is not None and meaning.field.type in TEMPORAL and meaning.strength < 3 and self._called(text):
            # A bill is no day on which it was billed, unless its date is spoken of.
            return after not in ("date", "dates", "day")
        if text == "done" and meaning.field is not None and meaning.field.type == s.FIELD_TYPE_BOOLEAN:
            return False
        return meaning.kind in (Kind.FIELD, Kind.CHOICE) and meaning.strength < 3 and text in SAID_WITH_ALL
