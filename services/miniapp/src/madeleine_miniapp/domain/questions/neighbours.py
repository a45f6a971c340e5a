"""Mentions beside each other, the fields that they mean, and how filters on them are written."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention

_BARRIER = re.compile(r"[?!;:()。？！；：（）\n…]|(?<!\d)[.,，](?!\d)")


def telling(facts: Facts) -> list[tuple[int, Mention]]:
    """The mentions that say something, with their index."""
    return [(i, m) for i, m in enumerate(facts.items) if m.kind is not Kind.VOID]


def beside(facts: Facts, one: Mention, other: Mention, most: int = 12) -> bool:
    """Whether nothing that matters stands between two mentions."""
    between = facts.scan.text[one.end : other.start]
    unknown = any(one.end <= a < other.start for a, _, _ in facts.scan.unplaced)
    return not unknown and len(between) <= most and not _BARRIER.search(between)


def field_of(mention: Mention) -> s.Field:
    """The field that a mention means."""
    return next(m.field for m in mention.of(Kind.FIELD) if m.field is not None)


def contains(name: str, phrase: str) -> q.Expression:
    """That a text holds a phrase."""
    return terms.call(q.FUNCTION_CONTAINS, terms.column(name), terms.value(phrase))


def name_of(meaning: Meaning) -> str:
    """How the field of a meaning is told."""
    return label(meaning.field).lower() if meaning.field is not None else meaning.name


def numeric_fields(mention: Mention) -> tuple[s.Field, ...]:
    """The numeric fields that a mention may mean, the likeliest."""
    meant = [m for m in mention.of(Kind.FIELD) if m.field is not None and m.field.type in NUMERIC]
    if not meant or mention.kind is Kind.CHOICE:
        return ()
    # "Feelings" by their own name are no other word for the mood.
    most = max(m.strength for m in mention.of(Kind.FIELD))
    return tuple(m.field for m in meant if m.strength == most and m.field is not None)
