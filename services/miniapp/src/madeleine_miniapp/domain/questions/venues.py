"""Words that name a kind of record and a place at once: "which pool do I go to", "sessions per climbing gym"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames.places import place_fields
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.settling import put
from madeleine_miniapp.domain.questions.text import normalise

_VENUE = re.compile(
    r"\b(?:pool|gym|hall|wall|studio|club|court|crag|track|rink|centre|center|bath|place)s?$|[池馆房场]$"
)
_ASKING = ("which", "what", "by", "list")
_BETWEEN = re.compile(r"\s*(?:of )?(?:the |my |our |all )*(?:different )?")


def ask_venue(facts: Facts) -> None:
    """ "Which pool" asks for the place of what is done in a pool, "which studio" for that of places called so."""
    held = place_fields(facts)
    if len(held) != 1:
        return
    named = Meaning(Kind.FIELD, held[0].name, strength=2, field=held[0])
    made: list[Mention] = []
    for mention in facts.items:
        before = made[-1] if made else None
        if before is not None and _asks_for(facts, before, mention) and _is_venue(facts, mention, held[0]):
            made.append(Mention(mention.start, mention.start, "", (named,)))
        made.append(mention)
    put(facts, made)


def _asks_for(facts: Facts, before: Mention, mention: Mention) -> bool:
    between = facts.scan.text[before.end : mention.start]
    return any(before.cue(name) for name in _ASKING) and _BETWEEN.fullmatch(between) is not None


def _is_venue(facts: Facts, mention: Mention, place: s.Field) -> bool:
    """Whether a mention that is a kind or a part of names of places is a word for a place."""
    if mention.of(Kind.FIELD):
        return False
    if mention.kind is Kind.VALUE:
        written = {normalise(text) for text in facts.subject.texts.get(place.name, ())}
        return all(m.name == place.name and normalise(m.value) not in written for m in mention.of(Kind.VALUE))
    kinds = mention.kind is Kind.CHOICE and all(m.strength < 3 for m in mention.of(Kind.CHOICE))
    return (kinds or mention.kind is Kind.ENTITY) and _VENUE.search(mention.text) is not None
