# ruff: noqa: E501 - tables of words.
"""Which English words of a question restrict nothing, by what they mostly are and where they stand.

An adverb, a verb, an adjective may be passed over where something else says what the question is about; a noun never:
nothing may have been recorded of it. Neither may words of not doing, nor what is done in particular ("floss").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.english import PARTICLES, Word, denies, is_doing, lemma, phrase_denies, word
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.text import Token, stem
from madeleine_miniapp.domain.questions.words import is_void

# Verbs of thought, speech, feeling (l), perception, being (i) and company (o) say how somebody stands to what is done.
_OF_MIND = frozenset("tslpio")
# Of the others those with many senses are light: "give", "set", "open"; what moves (g), is made, eaten, fought for or done with the
# body is mostly particular, what one has or hands over (h) says which way, and what changes is never light.
_LIGHT = {"c": 99, "h": 19, "g": 9, "m": 9, "e": 9, "f": 9, "b": 9, "w": 9}
_MOST_PARTICULAR = 4
# Moving and making, where what is moved or made is a doing.
_DOING = frozenset("gm")
# Contact (k) and having: with very many senses they are light even where some app records them ("open", "hold").
_HANDLING = frozenset("kh")
# What somebody says, makes or shows: who did it is asked for by that word alone.
_MADE = frozenset("scm")
_ARTICLES = frozenset(
    (
        "a", "an", "the", "my", "our", "any", "some", "his", "her", "their", "your", "that", "this", "these", "those", "no", "one",
    )
)  # fmt: skip
# "Cave in to pizza", "lace up for training": what follows is what was done.
_TOWARDS = frozenset(("to", "at", "in"))
_SELVES = frozenset(("myself", "yourself", "himself", "herself", "itself", "ourselves", "themselves"))
_SOMETHING = frozenset(("anything", "something", "everything", "any", "some"))
_OBJECTS = frozenset(("me", "us", "him", "her", "it", "them", "this", "that", "these", "those", "you"))
# Particles that are mostly said of where something is.
_PLACES = frozenset(("in", "on", "over", "by"))
_LEADS = frozenset(("for", "to", "into", "on", "onto", "with", "through", "at", "of", "about", "over", "upon", "in"))
_WHENCE = frozenset(("from", "at"))
_BEFORE_VERBS = """
i we you they he she it who that to and or did do does have has had having can could will would shall should may might must
be been being am are is was were get got gets last first didn doesn haven hasn't didn't ever actually
"""
_BEFORE_VERB = frozenset(_BEFORE_VERBS.split())
# Adverbs that say when, where, how well or in what company, and how much more: those restrict.
_TELLING_ADVERBS = """
early late indoors outdoors outside inside abroad alone twice thrice once weekly monthly yearly daily hourly nightly home upstairs
downstairs elsewhere overseas downtown ahead behind further farther above below apart solo first last more less most least not
never no nowhere away consecutively before after until since ago separately together fast hard high low long
badly poorly soundly terribly perfectly
"""
_TELLING = frozenset(_TELLING_ADVERBS.split())
# What something named is called when it happens: "the Lidl run", "two pizza nights".
_OCCURRENCES = frozenset(
    (
        "trip", "trips", "run", "runs", "visit", "visits", "round", "rounds", "outing", "outings", "haul", "hauls", "receipt", "receipts",
        "stuff", "thing", "things", "entry", "entries", "occasion", "occasions", "stop", "stops", "errand", "errands",
        "habit", "habits", "addiction",
    )
)  # fmt: skip
_AMOUNTS = frozenset(("bill", "bills", "cost", "costs", "fee", "fees", "charge", "charges", "price", "prices", "money"))
_DEGREES = frozenset(("how", "how's"))
# "Can charge", "still waiting", "supposed to give": not all that is recorded.
_MODAL = frozenset(
    ("can", "could", "should", "must", "may", "might", "still", "yet", "not", "didn't", "don't", "doesn't")
)
_DENIED = re.compile(r"\b(?:no|not|never|without|nobody|none|neither|nothing|cannot)\b|n't\b")


def passed(text: str, given: Sequence[Token], mentions: Sequence[Mention], particular: Collection[str]) -> list[bool]:
    """Which words of a question may be passed over; `particular` are stems of what records in general are about."""
    made = [False] * len(given)
    sentence = _Sentence(
        given, {m.start: m for m in mentions}, particular, bool(_DENIED.search(text)), any(_names(m) for m in mentions)
    )
    for index, token in enumerate(given):
        if token.text.isascii() and token.text.isalpha():
            made[index] = sentence.passes(index)
    return made


def denying(given: Sequence[Token]) -> list[bool]:
    """Which words are a verb of not doing with its particle, "turned me down", though each may say nothing by itself."""
    made = [False] * len(given)
    for index, token in enumerate(given):
        after = index + 1
        while after < len(given) and given[after].text in _OBJECTS:
            after += 1
        particle = given[after].text if after < len(given) else ""
        if particle in PARTICLES - _PLACES and phrase_denies(token.text, particle):
            made[index] = made[after] = True
    return made


def _names(mention: Mention) -> bool:
    return bool(mention.of(Kind.CHOICE, Kind.VALUE)) or any(
        m.strength >= 2 for m in mention.of(Kind.FIELD, Kind.ENTITY)
    )


@dataclass(frozen=True, slots=True)
class _Sentence:
    given: Sequence[Token]
    at: dict[int, Mention]
    particular: Collection[str]
    denied: bool
    named: bool

    def passes(self, index: int) -> bool:
        """Whether a word restricts nothing where it stands."""
        token, held = self.given[index], word(self.given[index].text)
        if token.text in _OCCURRENCES:
            return self._after_a_name(index)
        if token.text in _AMOUNTS and self._after_money(index):
            return True
        if held is None or denies(token.text) or denies(f"{token.text} {self._text(index + 1)}"):
            return False
        if held.adverb >= 5:
            return token.text not in _TELLING
        if not self.named:
            return False
        if self._text(index + 1) in _WHENCE and self._of(self._skipped(index + 1), Kind.VALUE):
            # "Borrowed from the library": where it came from says it.
            return self._is_verb(index, held)
        if held.adjective >= 5:
            # "How generous am I? mean stars".
            return self._text(index - 1) in _DEGREES
        return self._is_verb(index, held) and self._light(index, held)

    def _is_verb(self, index: int, held: Word) -> bool:
        token, before = self.given[index], index - 1
        while self._is_adverb(before):
            before -= 1
        if self._text(before) in _BEFORE_VERB or self._of(before, Kind.PERSON):
            return held.verb > 0
        return held.verb >= 7 and token.text != lemma(token.text)

    def _after_a_name(self, index: int) -> bool:
        """Whether the word before names something, or nothing is known of it yet."""
        before = self._text(index - 1)
        if before in ("of", "many") and self.named and self._text(index).endswith("s"):
            # "Number of trips per person": so many records of what is named.
            return True
        if (
            (before in _ARTICLES or before == "many")
            and self._text(index + 1) in _TOWARDS
            and self._named_after(index + 1)
        ):
            # "One trip to the Vietnamese place".
            return True
        if not before or is_void(before) or before in _BEFORE_VERB or not before.isalpha():
            return False
        held = next((m for m in self.at.values() if m.end == self.given[index - 1].end), None)
        return held.kind in (Kind.CHOICE, Kind.VALUE) if held is not None else word(before) is None

    def _after_money(self, index: int) -> bool:
        """ "The labour bill", where labour is an amount."""
        held = next((m for m in self.at.values() if index and m.end == self.given[index - 1].end), None)
        return held is not None and held.typed(s.FIELD_TYPE_MONEY) is not None

    def _is_adverb(self, index: int) -> bool:
        held = word(self._text(index))
        return held is not None and held.adverb >= 5 and self._text(index) not in _BEFORE_VERB

    def _light(self, index: int, held: Word) -> bool:
        """Whether a verb only leads over to what is named.

        "What do we smell" asks for what is smelled, "can charge" and "still waiting" say which of the records.
        """
        token = self.given[index]
        before = [self._text(i) for i in range(max(0, index - 3), index)]
        if set(before) & _MODAL or _asked_for(before):
            return False
        if before[-1:] in (["who"], ["who's"]) and held.kind in _MADE:
            # "Who narrates it" asks for what is not said otherwise.
            return False
        light = held.senses > _LIGHT.get(held.kind, _MOST_PARTICULAR)
        if self.denied:
            return light and (self._named_after(index) or self._text(index + 1) == "no")
        if {stem(token.text), stem(lemma(token.text))} & set(self.particular) and not (
            held.kind in _HANDLING and held.senses > 9
        ):
            return False
        records = self._records_after(index)
        if records is not None and not is_doing(records.text):
            # "Opened a book", "repotted the plants": what was done with them.
            return False
        if records is not None and held.kind in _DOING:
            # "Send applications", "attend rehearsals": the doing itself is what was done.
            return True
        return light or held.kind in _OF_MIND or self._leads(index)

    def _leads(self, index: int) -> bool:
        """ "Lace up for training": what follows is what was done."""
        index += 1
        if self._text(index) in _SELVES:
            # "Treated myself to".
            index += 1
        if self._text(index) in _LEADS and self._named_after(index):
            return True
        if self._text(index) not in PARTICLES:
            return False
        # "Lace up for", "wolf down".
        return self._named(index + 1) or (self._text(index + 1) in _LEADS and self._named_after(index + 1))

    def _records_after(self, index: int) -> Mention | None:
        """The name of all the records where a verb has it for its object."""
        index = self._skipped(index)
        held = self.at.get(self.given[index].start) if index < len(self.given) else None
        return held if held is not None and held.kind is Kind.ENTITY else None

    def _named_after(self, index: int) -> bool:
        return self._named(self._skipped(index))

    def _skipped(self, index: int) -> int:
        index += 1
        while self._text(index) in _SOMETHING or (
            self._text(index) in _ARTICLES and self.given[index].start not in self.at
        ):
            index += 1
        return index

    def _text(self, index: int) -> str:
        return self.given[index].text if 0 <= index < len(self.given) else ""

    def _of(self, index: int, kind: Kind) -> bool:
        held = self.at.get(self.given[index].start) if 0 <= index < len(self.given) else None
        return held is not None and bool(held.of(kind))

    def _named(self, index: int) -> bool:
        held = self.at.get(self.given[index].start) if 0 <= index < len(self.given) else None
        return held is not None and _names(held)


def _asked_for(before: Sequence[str]) -> bool:
    """Whether a verb follows "what did I": it tells what is asked."""
    return len(before) == 3 and before[0] in ("what", "which") and before[1] in ("do", "did", "does", "have", "has")
