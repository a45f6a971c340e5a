"""What single mentions mean in a comparison or a count: degrees, two sides of one filter, notes that are counted."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.denials import has_value
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.settling import put


def compare_by_degree(facts: Facts) -> None:
    """ "比之前高吗" asks for more, whatever choice is called 高."""
    made: list[Mention] = []
    for mention in facts.items:
        degree = mention.cue("more") or mention.cue("less")
        if degree and "比" in facts.scan.text[: mention.start] and all(m.strength < 3 for m in mention.of(Kind.CHOICE)):
            mention = replace(mention, meanings=tuple(m for m in mention.meanings if m.kind is not Kind.CHOICE))
        made.append(mention)
    put(facts, made)


def take_opposed(facts: Facts) -> None:
    """ "When I exercise and when I don't exercise": takes what is said not to be so, the other side of a filter."""
    so = {(c.field, c.value) for c in facts.conditions if c.field and c.value and not c.negated}
    denied = [c for c in facts.conditions if c.negated and (c.field, c.value) in so]
    facts.opposed = bool(denied)
    facts.conditions = [c for c in facts.conditions if c not in denied]


def take_notes(facts: Facts) -> None:
    """ "How many notes did I write": the records that have one are counted."""
    for place, (one, other) in enumerate(pairwise(facts.items), 1):
        known = next((m.field for m in other.of(Kind.FIELD) if m.field is not None and m.strength >= 2), None)
        asks = one.cue("how_many") and not is_chinese(one.text) and other.text.endswith("s")
        if asks and known is not None and is_note(known) and other.kind is Kind.FIELD:
            has_value(facts, place, other)
