"""Where it was: the fields in which records say so, and questions that ask for it."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.text import stems

WHERE = re.compile(
    r"(?:^|[,;?] ?|\band |\bor )where (?!do (?:i|we) stand\b)"
    r"(?:did|do|does|was|were|is|are|have|has|and|i|we)\b|\bwhere\s*[?.]?$"
)
_WHERE_DO = re.compile(r"^(?:so |and )?where (?!do (?:i|we) stand\b)(?:do|did|does|have|has|am|are)\b")
_PLACES = ("place", "city", "shop", "room")


def place_fields(facts: Facts) -> list[s.Field]:
    """The fields in which records say where it was."""
    # "Where did you get it" asks for the shop, or who gave it.
    got = re.search(
        r"\bwhere (?:did|do|does|have|has)\b[^,;?]*\b(?:get|got|buy|bought|come from|order)\b", facts.scan.text
    )
    names = ("shop", "source") if got else _PLACES
    words = {w for place in names for w in facts.lexicon.of_words(FIELDS, place)}
    types = (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE)
    return [f for f in facts.subject.fields(*types) if {stems(f.name), stems(f.label)} & words]


def where_most(facts: Facts) -> s.Field | None:
    """ "Where do we swim most": the field of places that is asked by, if the records have just one."""
    held = place_fields(facts)
    plain = any(x.value == "max" for m in facts.items if (x := m.cue("sup"))) or facts.has("often")
    asks = facts.has("where") and _WHERE_DO.search(facts.scan.text) is not None
    return held[0] if asks and plain and len(held) == 1 else None
