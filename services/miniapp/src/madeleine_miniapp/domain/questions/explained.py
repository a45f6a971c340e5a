"""Words that others explain: the kids, namely Lena and Emil; what things cost, in points; what one skips."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.denials import missing_field
from madeleine_miniapp.domain.questions.english import is_person, lemma
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import is_price

_SKIPS = frozenset(("skip", "miss", "neglect", "forget"))
_IN = re.compile(r"\bin (?:the |my |our )?$")
_NAMELY = re.compile(r"(?: ?[,(:–-] ?| )(?:namely|that is|that's|meaning|so|aka)?,? ?")


def take_skipped(facts: Facts) -> None:
    """ "Which habit do we skip most", where records say whether it was done: those of which it was not."""
    done = facts.lexicon.of_words(FIELDS, "done")
    ticks = [f for f in facts.subject.fields(s.FIELD_TYPE_BOOLEAN) if {stems(f.name), stems(f.label)} & done]
    skipped = [u for u in facts.scan.unplaced if lemma(u[2]) in _SKIPS]
    if len(ticks) == 1 and len(skipped) == 1:
        missing_field(facts, ticks[0], skipped[0][0])
        facts.scan = replace(facts.scan, unplaced=tuple(u for u in facts.scan.unplaced if u not in skipped))


def take_price(facts: Facts) -> None:
    """ "What they cost me in points": by the points that were spent, where those are named."""
    named = [m for m in facts.items if _IN.search(facts.scan.text[: m.start])]
    prices = [x.field for m in named for x in m.of(Kind.FIELD) if x.field and x.field.type in NUMERIC]
    if not any(f.type != s.FIELD_TYPE_MONEY and is_price(f) for f in prices):
        return
    for index, mention in facts.free(Kind.FIELD, Kind.CUE):
        meant = mention.of(Kind.FIELD)
        paid = bool(meant) and all(x.strength < 3 and x.field and is_price(x.field) for x in meant)
        if mention not in named and (paid or mention.cue("money")):
            facts.used.add(index)


def take_named_after(facts: Facts) -> None:
    """ "The kids, namely Lena and Emil", "the boys (Tom and Ben)": the names say who is meant."""
    left: list[tuple[int, int, str]] = []
    for one in facts.scan.unplaced:
        after = next((m for m in facts.items if m.start >= one[1] and m.kind is not Kind.VOID), None)
        named = after is not None and after.kind is Kind.PERSON and is_person(one[2].split()[-1])
        if after is None or not named or not _NAMELY.fullmatch(facts.scan.text[one[1] : after.start]):
            left.append(one)
    facts.scan = replace(facts.scan, unplaced=tuple(left))
