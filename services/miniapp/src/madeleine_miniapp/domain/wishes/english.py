"""Field phrases of an English prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.known_fields import KnownFields
from madeleine_miniapp.domain.units import unit_named
from madeleine_miniapp.domain.wishes import cues
from madeleine_miniapp.domain.wishes import english_words as lexis
from madeleine_miniapp.domain.wishes.english_nouns import Phrase, known_wish, label_of, noun
from madeleine_miniapp.domain.wishes.english_questions import question
from madeleine_miniapp.domain.wishes.model import Wish


def fields(prompt: str, known: KnownFields) -> list[Wish]:
    """The fields that an English prompt names, in order."""
    details: list[str] = []

    def mark(found: re.Match[str]) -> str:
        details.append(found[1])
        return f" {lexis.MARK}{len(details) - 1}{lexis.MARK} "

    wishes: list[Wish] = []
    if order := lexis.AROUND.search(prompt):
        # "before and after meals" is one question with two answers.
        wishes.append(Wish(label_of(order[0].split()[:6]), "", s.FIELD_TYPE_CHOICE, choices=("before", "after")))
        prompt = prompt.replace(order[0], " ")
    plain = re.sub(r"\?\s*,", ",", prompt.replace("’", "'").replace("‘", "'"))
    text = lexis.BRACKET.sub(mark, plain)
    sentences = [piece for piece in lexis.SENTENCES.split(text) if piece.strip()]
    for number, sentence in enumerate(sentences):
        for phrase in _phrases(sentence, opening=number == 0):
            said, rest = _detail_of(phrase, details)
            if lexis.EACH.search(" ".join(phrase.words)) and said.type == s.FIELD_TYPE_RATING:
                wishes = [w if w.certain else said.on(w) for w in wishes]
            if len(rest) == 1 and (pair := lexis.SLASHED.fullmatch(rest[0])) and said == cues.Detail():
                # "smell/taste": two fields with one comma saved.
                both = [_read(replace(phrase, words=(w,)), known) for w in pair[1].split("/")]
                wishes += [w for w in both if w is not None]
                continue
            read = _read(replace(phrase, words=rest, listed=phrase.listed or said.type is not None), known)
            if read is None and said != cues.Detail():
                # "mood, 1-10": the scale belongs to what came before.
                bare = not rest or len(rest) <= 2
                if bare and wishes and not wishes[-1].choices and said.type is not None:
                    wishes[-1] = said.on(wishes[-1])
                elif said.type == s.FIELD_TYPE_RATING:
                    wishes.append(said.on(Wish("Rating", "rating", s.FIELD_TYPE_RATING)))
                continue
            if read is not None:
                wishes.append(said.on(read))
    return _settled(wishes)


def _settled(wishes: Sequence[Wish]) -> list[Wish]:
    """Nouns in lists count only beside something certain, or where there are several."""
    certain = sum(w.certain for w in wishes)
    if not certain and len(wishes) < 2:
        return list(wishes)
    seen: set[str] = set()
    kept: list[Wish] = []
    for wish in wishes:
        key = wish.name or wish.label.casefold()
        if key not in seen and wish.label.casefold() not in seen:
            kept.append(wish)
        seen |= {key, wish.label.casefold()}
    return kept


def _phrases(sentence: str, *, opening: bool) -> Iterator[Phrase]:
    """The phrases of a sentence between commas, "and", and before question words."""
    parts = lexis.COLON.split(sentence)
    listed = False
    for index, part in enumerate(parts):
        colon = index > 0
        listed = listed or colon
        pieces = [p for p in lexis.COMMAS.split(part) if p.strip()]
        for number, piece in enumerate(pieces):
            words = lexis.WORD.findall(piece)
            start = 0
            for cut in [*_breaks(words), len(words)]:
                stretch = tuple(words[start:cut])
                if stretch:
                    opened = any(w.casefold() in lexis.OPENERS for w in stretch)
                    first = opening and index == 0 and number == 0 and start == 0
                    opened = opened and not first
                    inner = not (index == 0 and number == 0 and start == 0) and "\n" not in sentence
                    yield Phrase(stretch, listed or opened or len(pieces) > 2, first, inner)
                    listed = listed or opened or (first and any(w.casefold() in lexis.OPENERS for w in stretch))
                start = cut


def _breaks(words: Sequence[str]) -> list[int]:
    """Where a question word starts a phrase of its own: after a verb of telling, not after a noun that it describes."""
    at: list[int] = []
    for index, word in enumerate(words):
        if index == 0 or word.casefold().split("'")[0] not in lexis.QUESTIONS:
            continue
        start = index
        before = words[index - 1].casefold()
        if before in lexis.PREPOSITIONS:
            start -= 1
            before = words[start - 1].casefold() if start else ""
        if start == 0:
            continue
        asks = (
            word.casefold() in ("what", "how", "whether", "whose") or before in lexis.LEADS or before in lexis.OPENERS
        )
        if asks or words[start - 1].startswith(lexis.MARK):
            at.append(start)
    return at


def _detail_of(phrase: Phrase, details: Sequence[str]) -> tuple[cues.Detail, tuple[str, ...]]:
    """What brackets, scales, units and slashes say, and the words without them."""
    said = cues.Detail()
    kept: list[str] = []
    for word in phrase.words:
        if word.startswith(lexis.MARK):
            found = cues.detail(details[int(word.strip(lexis.MARK))])
            said = found if found != cues.Detail() else said
        else:
            kept.append(word)
    text = " ".join(kept)
    if said == cues.Detail():
        if found := cues.scale(text):
            said, text = found, cues.without_scale(text)
        elif cues.yes_no(text):
            said, text = cues.Detail(s.FIELD_TYPE_BOOLEAN), cues.without_yes_no(text)
        elif (slashed := lexis.SLASHED.search(text)) and not unit_named(slashed[1]):
            options = cues.choices(slashed[1])
            if len(options) > 2 or (options and slashed.start() > 0):
                said, text = cues.Detail(s.FIELD_TYPE_CHOICE, choices=options), text.replace(slashed[1], " ")
    words = text.split()
    if len(words) > 1 and words[-2].casefold() == "in" and (unit := unit_named(words[-1])):
        said, words = cues.Detail(s.FIELD_TYPE_NUMBER, unit=unit), words[:-2]
    while len(words) > 1 and words[-1].casefold().strip(".!") in lexis.TRAILING:
        words = words[:-1]
    return said, tuple(w.strip(".:;?!'\"") for w in words if w.strip(".:;?!'\"-–"))


def _read(phrase: Phrase, known: KnownFields) -> Wish | None:
    words = list(phrase.words)
    lowered = [w.casefold() for w in words]
    if len(words) == 1 and phrase.listed and lowered[0] not in lexis.STOPS and not phrase.first:
        if field := known.of(words[0]):
            return known_wish(words, field.name, known)
        if lowered[0] in lexis.OPENERS:
            return Wish(label_of(words), "", None, certain=False)
    if lowered and lowered[0] in ("before", "after", "during", "without", "per"):
        return None
    while words:
        field = known.of(" ".join(words))
        # A bare lead such as "see" is a known word only by accident.
        too = phrase.listed and len(phrase.words) > 1 and lowered[0] in lexis.NOUNS_TOO
        if field is not None and (len(words) > 1 or lowered[0] not in lexis.LEADS or too):
            return known_wish(words, field.name, known)
        if lowered[0] in lexis.QUESTIONS or (
            lowered[0] in lexis.PREPOSITIONS and len(words) > 1 and lowered[1] in lexis.QUESTIONS
        ):
            return question(words, known)
        if lowered[0] not in lexis.LEADS:
            break
        words, lowered = words[1:], lowered[1:]
    if not words:
        return None
    if len(words) in (2, 3) and lowered[-1] in lexis.TO_THE_END:
        participle = bool(lexis.PARTICIPLES.match(lowered[-2]))
        if lowered[-1] == "by" and participle:
            return Wish(label_of(words), "", s.FIELD_TYPE_PERSON)
        if participle or lowered[-1] in ("before", "by", "until"):
            return Wish(label_of(words), "", s.FIELD_TYPE_DATE)
    return noun(words, phrase, known)
