"""Finds out what the unknown words of a question are: texts that stand in the records, or another word for a field."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.errors import Unavailable
from madeleine_miniapp.application.ports import Model, RecordContents
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions import english
from madeleine_miniapp.domain.questions.concepts import alike, translated
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Placed
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.scanning import Scan
from madeleine_miniapp.domain.questions.subjects import Subject
from madeleine_miniapp.domain.questions.text import normalise, stem, tokens
from madeleine_miniapp.domain.questions.words import is_void

log = logging.getLogger(__name__)

# Cosine and lead over the second field, with multilingual-e5-small: "hours slept" -> sleep (0.88, 0.07) and
# "kilometres" -> distance (0.90, 0.05) pass; "carbs" -> calories (0.86, 0.00) and "water" (0.84, 0.00) do not.
_LIKENESS, _LEAD = 0.87, 0.04
# More unknown phrases than this, and the question is about something else.
_MOST = 3


class Placing:
    """Looks unknown phrases up in the records, then one at most by its meaning."""

    def __init__(self, contents: RecordContents, model: Model) -> None:
        self._contents = contents
        self._model = model

    async def place(self, reading: Reading, beside: Sequence[Reading] = ()) -> list[tuple[str, Meaning]]:
        """Meanings for the unknown phrases of a reading; empty if any of them stays unknown.

        `beside` are the readings of the app's other kinds of record: what one of them knows is no remark here.
        """
        if reading.facts is None:
            return []
        phrases = reading.facts.scan_left()
        if not phrases or len(phrases) > _MOST:
            return []
        made: list[tuple[str, Meaning]] = []
        unknown: list[str] = []
        for phrase in phrases:
            found = await self._in_records(reading, phrase)
            if any(m.field and is_note(m.field) for _, m in found) and any(_knows(one, phrase) for one in beside):
                return []
            made += found
            if not found:
                unknown.append(phrase)
        if not unknown:
            return made
        if len(unknown) == 1 and (meaning := await self._by_meaning(reading, unknown[0])) is not None:
            return [*made, (unknown[0], meaning)]
        return []

    async def place_jointly(self, readings: Sequence[Reading]) -> Placed:
        """Meanings, by kind of record, of the phrases that none of the readings knows; empty if any stays unknown."""
        unknown = _left_by_all([r.scan for r in readings if r.scan is not None])
        if not unknown or len(unknown) > _MOST:
            return {}
        made: dict[tuple[str, str], list[tuple[str, Meaning]]] = {}
        for phrase in unknown:
            held = [(r.subject, await self._in_records(r, phrase)) for r in readings]
            # What is called so in one kind of record is no remark in another.
            called = [(of, found) for of, found in held if any(m.field and not is_note(m.field) for _, m in found)]
            chosen = called or [(of, found) for of, found in held if found]
            if not chosen:
                return {}
            for of, found in chosen:
                made.setdefault((of.app_id, of.entity.name), []).extend(found)
        return made

    async def _in_records(self, reading: Reading, phrase: str) -> list[tuple[str, Meaning]]:
        """The phrase, or each of its words, as texts that records hold."""
        single = " " not in phrase and not is_chinese(phrase)
        common = single and not english.is_name(phrase) and not english.is_adjective(phrase)
        # A "mock exam" is called so among the exams, whatever else mocks.
        common = common and not _before_records(reading, phrase)
        # A common noun is looked for only in the other language, as the thing that it is.
        variants = [v for v in _variants(phrase) if not common or is_chinese(v)]
        if len(phrase) < 2:
            return []
        subject = reading.subject
        if single and (form := _form_in(reading.subject, phrase)) is not None:
            return [(phrase, form)]
        for held in variants:
            names = await self._contents.holding(subject.app_id, subject.entity, held)
            if not names and (beyond := subject.beyond) is not None:
                other = next(e for e in subject.spec.entities if e.name == beyond.entity)
                names = [n for n in await self._contents.holding(subject.app_id, other, held) if n in beyond.fields]
            fields = {f.name: f for f in subject.entity.fields}
            # A remark that mentions something is less than a thing called so; one that has "late" in it, nothing.
            called = [n for n in names if not is_note(fields[n])]
            if single and not called and not english.is_name(phrase):
                continue
            if names:
                best = (called or names)[0]
                return [(phrase, Meaning(Kind.VALUE, best, held, strength=2, field=fields[best]))]
        words = [w for w in phrase.split(" ") if not is_void(w)]
        named = _before_records(reading, phrase)
        words = [w for w in words if english.is_name(w) or (named and w is words[-1])]
        if is_chinese(phrase) or single:
            return []
        made: list[tuple[str, Meaning]] = []
        for word in words:
            one = await self._in_records(reading, word)
            if not one:
                return []
            made += one
        return made

    async def _by_meaning(self, reading: Reading, phrase: str) -> Meaning | None:
        """The one field that a phrase means, clearly more than any other."""
        fields = [f for f in reading.subject.entity.fields if f.type in NUMERIC]
        if not fields or reading.facts is None or reading.facts.lexicon.knows_field(phrase):
            # "Carbs" are known, and not what is recorded here.
            return None
        labels = [_told_field(f) for f in fields]
        try:
            asked = (await self._model.embed_queries([phrase]))[0]
            vectors = await self._model.embed_passages(labels)
        except Unavailable as error:
            # A doubt that cannot be settled is a question not understood; chat must not fail over it.
            log.warning("a question was not compared by meaning: %s", error.reason)
            return None
        likeness = [sum(a * b for a, b in zip(asked, v, strict=True)) for v in vectors]
        ranked = sorted(likeness, reverse=True)
        if ranked[0] < _LIKENESS or (len(ranked) > 1 and ranked[0] - ranked[1] < _LEAD):
            return None
        field = fields[likeness.index(ranked[0])]
        return Meaning(Kind.FIELD, field.name, strength=2, field=field)


def _before_records(reading: Reading, phrase: str) -> bool:
    """Whether a word stands right before the name of the records."""
    held = reading.scan.mentions if reading.scan is not None else ()
    ends = {
        end
        for _, end, said in (reading.scan.unplaced if reading.scan is not None else ())
        if f" {said}".endswith(f" {phrase}")
    }
    return any(m.start - 1 in ends and m.of(Kind.ENTITY) for m in held)


def _knows(reading: Reading, phrase: str) -> bool:
    """Whether a phrase names a choice or another thing of a kind of record."""
    held = reading.scan.mentions if reading.scan is not None else ()
    named = (m for m in held if m.text in phrase and len(m.text) * 2 > len(phrase))
    return any(x.name and x.strength > 1 for m in named for x in m.of(Kind.CHOICE, Kind.FIELD, Kind.ENTITY))


def _left_by_all(scans: Sequence[Scan]) -> list[str]:
    """The phrases in which none of the scans of one text found anything."""
    left: set[int] | None = None
    for one in scans:
        places = {i for start, end, _ in one.unplaced for i in range(start, end)}
        left = places if left is None else left & places
    made: list[list[int]] = []
    for place in sorted(left or ()):
        if made and made[-1][-1] == place - 1:
            made[-1].append(place)
        else:
            made.append([place])
    phrases = [scans[0].text[run[0] : run[-1] + 1].strip() for run in made]
    return [phrase for phrase in phrases if phrase]


def _variants(phrase: str) -> list[str]:
    """The phrase as it may stand in a text: as it is, in another form of its word, and in the other language."""
    if is_chinese(phrase):
        # 高铁票 is a ticket for what is called 高铁.
        bare = [phrase[:-1]] if len(phrase) > 2 and phrase[-1] in "票费钱款类" else []
        return [phrase, *translated(phrase), *alike(phrase), *bare]
    singular = [phrase.removesuffix(e) for e in ("'s", "es", "s") if phrase.endswith(e) and len(phrase) - len(e) >= 3]
    forms = english.forms(phrase) if " " not in phrase else ()
    return [phrase, *singular, *forms, *(other for one in (phrase, *singular) for other in translated(one))]


def _form_in(subject: Subject, word: str) -> Meaning | None:
    """What things are called by another form of a word: "vacuuming" for what is called "vacuumed downstairs"."""
    if english.word(word) is None:
        return None
    for field in subject.fields(s.FIELD_TYPE_TEXT):
        held = {
            t.text
            for text in subject.texts.get(field.name, ())
            for t in tokens(normalise(text))
            if t.stem == stem(word)
        }
        called = min(held, key=len, default="")
        if called and not is_note(field) and all(one.startswith(called) for one in held):
            return Meaning(Kind.VALUE, field.name, called, strength=1, field=field)
    return None


def _told_field(field: s.Field) -> str:
    label = field.label or field.name.replace("_", " ")
    return f"{label} ({field.unit})" if field.unit else label
