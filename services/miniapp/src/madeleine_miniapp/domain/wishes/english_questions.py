"""English phrases that begin with a question word."""

from __future__ import annotations

from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.known_fields import KnownFields, singular
from madeleine_miniapp.domain.questions.english import is_adjective
from madeleine_miniapp.domain.units import unit_named
from madeleine_miniapp.domain.wishes import english_words as lexis
from madeleine_miniapp.domain.wishes.english_nouns import Phrase, expanded, known_wish, label_of, noun, shortened
from madeleine_miniapp.domain.wishes.model import Wish


def question(words: list[str], known: KnownFields) -> Wish | None:
    """A phrase that begins with a question word."""
    words = expanded(words)
    for end in range(min(len(words), 7), 1, -1):
        if end < len(words) and end < 3 and words[0].casefold() == "how":
            # "how many" alone is a quantity; with a noun it counts that.
            break
        if field := known.of(" ".join(words[:end])):
            return known_wish(words[:end], field.name, known)
    lowered = [w.casefold() for w in words]
    if lowered[0] in lexis.PREPOSITIONS:
        words, lowered = words[1:], lowered[1:]
    head, rest = lowered[0], words[1:]
    short = shortened(rest)
    match head:
        case "who" | "whom" | "whose":
            return Wish(
                label_of(["Who", *shortened(rest, keep_talk=True)]), "who" if not rest else "", s.FIELD_TYPE_PERSON
            )
        case "when":
            if rest and rest[0].casefold() in lexis.DONE_ALREADY and "again" not in (w.casefold() for w in rest):
                return None
            again = any(w.casefold() in ("again", "next") for w in rest)
            told = [*shortened(rest, keep_talk=True), "again"] if again else short
            label = label_of(["When", *told])
            return Wish(label, "next_date" if again else "" if short else "date", s.FIELD_TYPE_DATE)
        case "where":
            if len(rest) > 1 and rest[1].casefold() in lexis.MAY:
                return None
            return Wish(label_of(["Where", *short]), "" if short else "place", s.FIELD_TYPE_TEXT)
        case "whether":
            return Wish(label_of(shortened(rest, keep_talk=True)), "", s.FIELD_TYPE_BOOLEAN) if rest else None
        case "which":
            return noun(short, Phrase((), listed=True, first=False), known) if short else None
        case "what":
            return _what(rest, known)
        case _:
            return _how(rest, known)


def _what(rest: list[str], known: KnownFields) -> Wish | None:
    if not rest:
        return Wish("What", "what", s.FIELD_TYPE_TEXT)
    text = " ".join(rest).casefold()
    if lexis.PAID.search(text):
        return Wish(label_of(["What", *rest[:5]]), "cost", s.FIELD_TYPE_MONEY)
    if rest[0].casefold() in lexis.TALK:
        return Wish(label_of(["What", *shortened(rest, keep_talk=True)]), "", s.FIELD_TYPE_TEXT)
    if lexis.PARTICIPLES.match(rest[0].casefold()) or rest[0].casefold().endswith("s"):
        return Wish(label_of(["What", *shortened(rest, keep_talk=True)]), "", s.FIELD_TYPE_TEXT)
    read = noun(shortened(rest), Phrase((), listed=True, first=False), known)
    return replace(read, certain=True) if read else None


def _how(rest: list[str], known: KnownFields) -> Wish | None:
    if not rest:
        return None
    lowered = [w.casefold() for w in rest]
    kind = lexis.ADJECTIVES.get(lowered[0])
    if kind is None:
        # "How hungry" is a degree, as "how it went" is.
        rated = lexis.FELT.search(" ".join(lowered)) or is_adjective(lowered[0])
        return Wish(
            label_of(["How", *shortened(rest, keep_talk=True)]), "", s.FIELD_TYPE_RATING if rated else s.FIELD_TYPE_TEXT
        )
    after = rest[1:]
    if not after:
        return None
    if lowered[0] == "often":
        # "how often she woke" is counted; "how often" alone is a rhythm.
        return Wish(label_of(["How often", *shortened(after, keep_talk=True)]), "", s.FIELD_TYPE_INTEGER)
    if lexis.SO_FAR.search(" ".join(lowered)):
        return None
    if lowered[0] == "much" and lexis.PAID.search(" ".join(lowered)):
        return Wish(label_of(["How much", *shortened(after, keep_talk=True)]), "amount", s.FIELD_TYPE_MONEY)
    if lowered[0] in ("many", "much"):
        noun = shortened(after)
        if not noun or lexis.GENERIC_QUANTITY.match(after[0].casefold()):
            return Wish(label_of(["How", rest[0], *shortened(after, keep_talk=True)]), "", kind)
        unit = unit_named(noun[0])
        found = known.of(" ".join(noun)) or known.of(noun[0])
        numeric = found is not None and found.type in lexis.NUMERIC
        name = found.name if found is not None and numeric and len(noun) == 1 else ""
        measured = len(after) > len(noun) and after[len(noun)].casefold() in lexis.MEASURED
        label = [*noun, after[len(noun)]] if measured else noun
        counted = kind == s.FIELD_TYPE_INTEGER and not unit
        return Wish(label_of(label), name, s.FIELD_TYPE_INTEGER if counted else s.FIELD_TYPE_NUMBER, unit)
    unit = next((u for w, u in lexis.UNITS_OF_LONG.items() if any(singular(x) == w for x in lowered)), "")
    label = label_of(["How", rest[0], *shortened(after, keep_talk=True)])
    if lowered[0] == "long":
        return Wish(label, "", kind, unit or "min")
    if lowered[0] in ("warm", "hot", "cold"):
        return Wish(label, "", kind, "°C")
    return Wish(label, "", kind)
