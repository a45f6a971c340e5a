"""English phrases that name a thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.known_fields import KnownFields
from madeleine_miniapp.domain.units import unit_named
from madeleine_miniapp.domain.wishes import cues
from madeleine_miniapp.domain.wishes import english_words as lexis
from madeleine_miniapp.domain.wishes.model import Wish


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of a sentence between commas and question words."""

    words: tuple[str, ...]
    # It stands where things to record are listed.
    listed: bool
    first: bool
    # Something of its sentence stands before it: a capital letter there begins a name.
    inner: bool = False


def noun(words: list[str], phrase: Phrase, known: KnownFields) -> Wish | None:
    """A phrase that names a thing: a known field by its last word, or a noun in a list."""
    lowered = [w.casefold() for w in words]
    head = _head(lowered)
    while head and head[0] in lexis.LEADS and not (len(head) == 1 and known.of(head[0])):
        words, lowered, head = words[1:], lowered[1:], head[1:]
    while len(head) > 1 and head[-1] in lexis.APP_WORDS and known.of(" ".join(head)) is None:
        head = head[:-1]
    if not head or (head[-1] in lexis.APP_WORDS and known.of(" ".join(head)) is None):
        return None
    whole = known.of(" ".join(head))
    if whole is None and len(head) > 1 and (dated := _dated(words, lowered, head, known)):
        return dated
    if whole is None and len(head) > 1 and head[-1] in lexis.COUNTED and not phrase.first:
        return _counted(head, label_of(_with_of(words, len(head))), known)
    if whole is None and (unit := unit_named(head[-1])) and len(head) > 1:
        # "distance km": the unit behind the name.
        inner = noun(words[: len(head) - 1], phrase, known)
        return cues.Detail(s.FIELD_TYPE_NUMBER, unit=unit).on(inner) if inner else None
    talk = any(w in lexis.TALK for w in head)
    label = label_of(_with_of(words, len(head)))
    if whole is None and len(head) > 1 and head[-1] in lexis.NEEDED and phrase.listed and not talk:
        return _unknown(words, head, label, known)
    found = known.last_in(head)
    if found is not None:
        name = " ".join(words[found.start : len(head)])
        if found.start == 0 or talk or all(w in lexis.LEADS for w in head[: found.start]):
            return known_wish(name.split(), found.field.name, known)
        if phrase.first or len(head) > 4:
            return None
        return Wish(label, "", found.field.type, found.field.unit)
    if phrase.first or talk or len(head) > 4 or not phrase.listed or set(head) & lexis.FAMILY:
        return None
    if len(head) == 1 and words[0][:1].isupper() and words[0][1:].islower() and phrase.inner:
        # Somebody's name.
        return None
    if len(words) > len(head) and " ".join(lowered[len(head) :])[:7] in (
        "per day",
        "per wee",
        "per mon",
        "a day",
        "a week",
    ):
        return Wish(label, "", s.FIELD_TYPE_INTEGER)
    return _unknown(words, head, label, known)


def _unknown(words: Sequence[str], head: Sequence[str], label: str, known: KnownFields) -> Wish | None:
    """A noun that no known field is called: by its form, or text."""
    unit = unit_named(head[0])
    if lexis.PARTICIPLES.match(head[-1]) or head[-1] in lexis.NEEDED:
        if unit or (len(head) > 1 and head[-1] in lexis.MEASURED):
            return Wish(label, "", s.FIELD_TYPE_NUMBER, unit)
        if head[-1] in lexis.NEEDED:
            field = known.of(" ".join(head[:-1]))
            return Wish(label, field.name if field else "", field.type if field else None, certain=field is not None)
        return Wish(label, "", s.FIELD_TYPE_BOOLEAN)
    if (
        head[-1].endswith("ly")
        or (head[0].endswith("ing") and len(words) > 1)
        or head[0][:1].isdigit()
        or head[0] in lexis.NUMERALS
        or not any(c.isalpha() for c in head[-1])
    ):
        return None
    if unit := unit_named(head[-1]):
        return Wish(label, "", s.FIELD_TYPE_NUMBER, unit)
    measured = known.of(head[0])
    if len(head) > 1 and measured is not None and measured.type in (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_MONEY):
        # "temp warm side", "tips cash"
        return Wish(label, "", measured.type, measured.unit)
    return Wish(label, "", None, certain=False)


def _counted(head: Sequence[str], label: str, known: KnownFields) -> Wish:
    """A noun such as "salary range" or "insulin units"; a mere number may be a name ("batch number")."""
    first = known.of(" ".join(head[:-1]))
    if first is not None and first.type == s.FIELD_TYPE_MONEY:
        return Wish(label, first.name, s.FIELD_TYPE_MONEY)
    if first is None and head[-1] == "number":
        return Wish(label, "", None, certain=False)
    return Wish(label, "", s.FIELD_TYPE_NUMBER)


def _dated(words: Sequence[str], lowered: Sequence[str], head: Sequence[str], known: KnownFields) -> Wish | None:
    """ "applied on", "last practised", "vaccination date": a moment."""
    label = label_of(words[: len(head)])
    if head[-1] in lexis.TIMELY and (found := known.of(head[-1])) is not None and found.type in lexis.TEMPORAL:
        return Wish(label, "", found.type)
    if head[0] in ("last", "next") and len(head) == 2:
        return Wish(label, "next_date" if head[0] == "next" else "", s.FIELD_TYPE_DATE)
    if head[0] in lexis.ONCE and lexis.PARTICIPLES.match(head[-1]):
        return Wish(label, "next_date" if head[0] == "next" else "", s.FIELD_TYPE_DATE)
    return None


def _head(lowered: Sequence[str]) -> list[str]:
    """The words up to the first preposition behind the noun."""
    for index, word in enumerate(lowered):
        if index and word in lexis.CUT:
            return list(lowered[:index])
    return list(lowered)


def _with_of(words: Sequence[str], head: int) -> list[str]:
    """The noun, with a short "of ..." behind it."""
    if head < len(words) - 1 and words[head].casefold() == "of" and len(words) - head <= 3:
        return list(words)
    return list(words[:head])


def known_wish(words: Sequence[str], name: str, known: KnownFields) -> Wish:
    """A wish for a known field, under the person's words."""
    field = known.named(name)
    if field is None:
        return Wish(label_of(words), name)
    return Wish(label_of(words), name, field.type, field.unit, (), field.least, field.most)


def shortened(words: Sequence[str], *, keep_talk: bool = False) -> list[str]:
    """At most four words up to a preposition; without `keep_talk` also up to a pronoun or auxiliary."""
    kept: list[str] = []
    for word in words:
        low = word.casefold()
        if (low in lexis.CUT and kept) or (not keep_talk and low in lexis.TALK) or len(kept) == 4:
            break
        kept.append(word)
    return kept


def expanded(words: Sequence[str]) -> list[str]:
    """The words with "who's" and the like written out."""
    out: list[str] = []
    for word in words:
        stem, mark, tail = word.partition("'")
        if mark and stem.casefold() in lexis.QUESTIONS and tail in ("s", "re", "d"):
            out += [stem, {"s": "is", "re": "are", "d": "had"}[tail]]
        else:
            out.append(word)
    return out


def label_of(words: Sequence[str]) -> str:
    """A label of the words: at most so long, its first letter large."""
    text = " ".join(words)[: lexis.MAX_LABEL].strip()
    return text[:1].upper() + text[1:]
