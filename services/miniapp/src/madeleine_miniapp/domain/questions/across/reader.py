# ruff: noqa: E501 - patterns of questions, one line each.
"""Reads parts of a question, each over the kind of record that knows its words best."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.across.places import place_words, without_places
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.gathering import gather
from madeleine_miniapp.domain.questions.ledgers import ledger_of
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Placed
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.reading import Reading, read_scan, vocabulary_of
from madeleine_miniapp.domain.questions.rewording import asked
from madeleine_miniapp.domain.questions.scanning import Scan, scan
from madeleine_miniapp.domain.questions.subjects import Asker, Subject, Subjects
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.vocabulary import Vocabulary

_SETTLES = re.compile(r"\btransfer|\bpayments?\b|\bsen[dt]\b|\bback\b|转|还(?!是|有)|收到|收款|付款")
_COUNTED = re.compile(r"\bhow (?:many|often)\b|\bnumber\b|\bcount|\btimes\b|多少|几|次数|数量|频率")
# What is against records of what lasts, and against those that pass over words of other records.
_LASTING, _IGNORED = 8.0, 9.0
_EVERYONE = re.compile(
    r"\b(?:we|us|our|everyone|everybody|anyone|anybody|somebody|someone|all of us|either of us)\b|我们|大家|有人|任何人|所有人"
)


class Reader:
    """Reads texts over several kinds of record, each text and kind once."""

    def __init__(self, subjects: Subjects, lexicon: Lexicon, placed: Placed | None = None) -> None:
        self.subjects, self.lexicon = subjects, lexicon
        self._placed: Placed = placed or {}
        self.today = subjects[0][1].now.date()
        self._vocabularies: dict[tuple[str, str], Vocabulary] = {}
        self._scans: dict[tuple[str, str, str], Scan] = {}
        self._readings: dict[tuple[str, str, str, bool], Reading] = {}
        ledger = ledger_of(subjects)
        self._payments = ledger.payments if ledger is not None else None
        self.places = place_words(subjects, lexicon)

    def scan(self, text: str, subject: Subject, asker: Asker) -> Scan:
        """The mentions of a text in the words of one subject."""
        kind = (subject.app_id, subject.entity.name)
        if kind not in self._vocabularies:
            self._vocabularies[kind] = vocabulary_of(subject, asker, self.lexicon, self._placed.get(kind, ()))
        if (text, *kind) not in self._scans:
            self._scans[text, *kind] = scan(asked(text), self._vocabularies[kind], asker.now.date())
        return self._scans[text, *kind]

    def read(self, text: str, subject: Subject, asker: Asker, *, mine: bool = False) -> Reading:
        """The reading of a text over one subject; `mine`: of the asker, if it names nobody."""
        key = (text, subject.app_id, subject.entity.name, mine)
        if key not in self._readings:
            found = self.scan(text, subject, asker)
            self._readings[key] = read_scan(found, subject, asker, self.lexicon, mine=mine)
        return self._readings[key]

    def facts(self, text: str, subject: Subject, asker: Asker) -> Facts | None:
        """What a text says of one subject; None where it is clear that it cannot be answered."""
        try:
            return gather(subject, asker, self.lexicon, self.scan(text, subject, asker))
        except Doubt:
            return None

    def best(
        self,
        text: str,
        fits: Callable[[Reading], bool] = lambda _: True,
        *,
        other: Subject | None = None,
        mine: bool = False,
    ) -> tuple[Reading, Asker] | None:
        """The whole reading of a part over the kind of record that it names best."""
        text, among = without_places(text, self.places, self.subjects)
        found = [(self.read(text, s_, asker, mine=mine), asker) for s_, asker in among if not same_kind(s_, other)]
        sound = [p for p in found if p[0].computable and p[0].score > 0 and fits(p[0])]
        sound = [p for p in sound if self.bought(p[0].subject, text)]
        for subject, asker in among if not sound else ():
            for other_text in self.in_own_words(subject, text) if not same_kind(subject, other) else ():
                reading = self.read(other_text, subject, asker, mine=mine)
                if reading.computable and reading.score > 0 and fits(reading):
                    sound.append((reading, asker))
        return max(
            sound, key=lambda p: p[0].score - lasting(p[0].subject) - self.passed_over(text, p[0].subject), default=None
        )

    def passed_over(self, text: str, subject: Subject) -> float:
        """What is against a kind of record that passes over words which name something in another."""
        named: dict[bool, set[int]] = {True: set(), False: set()}
        for one, asker in self.subjects:
            for m in self.scan(text, one, asker).mentions:
                if any(x.name and x.strength > 1 for x in m.of(Kind.FIELD, Kind.CHOICE, Kind.ENTITY)):
                    named[same_kind(one, subject)].update(range(m.start, m.end))
        return _IGNORED if named[False] - named[True] else 0.0

    def bought(self, subject: Subject, text: str) -> bool:
        """Whether a kind of record may be meant where people pay: not what only settles, unless that is said."""
        return _SETTLES.search(text) is not None or not same_kind(subject, self._payments)

    def in_own_words(self, subject: Subject, text: str) -> list[str]:
        """A text that names what records are about, "book", with what they are called themselves: "session"."""
        if len(subject.temporal) > 1:
            return []
        own = {stems(f.name) for f in subject.entity.fields} | {stems(f.label) for f in subject.entity.fields}
        label = (subject.entity.label or subject.entity.name).casefold()
        made: list[str] = []
        for other in subject.spec.entities:
            if other.name == subject.entity.name or not {stems(other.name), stems(other.label)} & own:
                continue
            names = {other.name, other.label, *_words_for(self.lexicon, other)} - {""}
            # A novel where novels are told from other books is no book whatever.
            names -= {choice for f in other.fields for choice in f.choices}
            for name in sorted(names, key=len, reverse=True):
                changed = re.sub(rf"(?<![a-z]){re.escape(name.casefold())}s?(?![a-z])", f" {label} ", text)
                if changed != text and changed not in made:
                    made.append(changed)
        return made


def _words_for(lexicon: Lexicon, entity: s.Entity) -> list[str]:
    return ["".join(name) if is_chinese(name[0]) else " ".join(name) for name in lexicon.of_entity(entity)]


def called_as_others(found: Scan, subject: Subject, among: Sequence[Subject], lexicon: Lexicon) -> bool:
    """ "Training minutes" are those of workouts, though minutes of reading may be called so where there are no others."""
    own = {word for name in lexicon.of_entity(subject.entity) for word in name}
    others = {
        word
        for other in among
        if other.app_id != subject.app_id
        for name in lexicon.of_entity(other.entity)
        if len(name) == 1
        for word in name
    }
    named = [m for m in found.mentions if m.kind is Kind.FIELD and " " in m.text]
    return any(set(stems(m.text)) & (others - own) for m in named if all(x.strength < 3 for x in m.of(Kind.FIELD)))


def lasting(subject: Subject) -> float:
    """What is against records of what lasts, such as books, where days are spoken of."""
    return _LASTING if subject.lasts else 0.0


def own_meant(text: str) -> bool:
    """Whether the asker's own records are meant where nobody is named: unless the question speaks of all."""
    return _EVERYONE.search(text) is None


def same_kind(one: Subject, other: Subject | None) -> bool:
    """Whether two subjects are the same kind of record."""
    return other is not None and (one.app_id, one.entity.name) == (other.app_id, other.entity.name)


def uncounted(reading: Reading, text: str) -> bool:
    """Whether a reading counts records though the text does not ask how many."""
    counts = reading.plan is not None and (reading.plan.counts or any(c.name == "count" for c in reading.plan.shown))
    return counts and _COUNTED.search(text) is None


def made_of(part: Reading, plan: Plan, *others: Subject) -> Reading:
    """A reading computed from other kinds of record as well."""
    return replace(
        part,
        plan=plan,
        unplaced=(),
        problem="",
        also=tuple(one for one in others if not same_kind(one, part.subject)),
    )
