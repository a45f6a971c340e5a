"""What single mentions mean in a comparison or a count: degrees, two sides of one filter, notes that are counted."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import replace
from itertools import pairwise

from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.denials import has_value
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.settling import put
from madeleine_miniapp.domain.questions.text import stems

_IN_TOWN = ("市区", "市里", "城里", "市内")
_JOINED = re.compile(r"\s*(?:市区|市里|城里|市内)?(?:和|跟|与|还是|、|and|or|vs\.?|&|,|，)\s*")


# What stands between "the cheapest" and "the priciest meal".
_BETWEEN_ENDS = re.compile(
    r"(?: [\w'-]+){0,3}?,? ?(?:and|&|/|or|vs\.?|versus|to|plus) ?"
    r"(?:(?:who|which|what)(?: [a-z]+){0,2} )?(?:(?:the|my|our|its|their|then) )*"
    r"|[\u4e00-\u9fff]{0,5}?(?:和|与|跟|以及|、|还有|[,，])(?:[\u4e00-\u9fff]|哪个?[天周月人]|谁)?"
)


def ends_asked(facts: Facts) -> list[int]:
    """Where the most and the least are asked side by side, "the cheapest and the priciest"; empty: nowhere."""
    at = [i for i, m in enumerate(facts.items) if m.cue("sup")]
    told = [x.value.partition(" ")[0] for i in at if (x := facts.items[i].cue("sup"))]
    if sorted(told) != ["max", "min"] or any(m.cue("often") and not m.cue("sup") for m in facts.items):
        return []
    one, other = (facts.items[i] for i in at)
    named = [m.start for m in facts.items if m.of(Kind.CHOICE, Kind.VALUE, Kind.TIME, Kind.PERSON)]
    if any(one.end <= start < other.start for start in named) and any(start >= other.end for start in named):
        # "The cheapest dinner and the priciest lunch": each of its own records.
        return []
    apart = ("weekday_table", "workdays", "weekend", "each", "by")
    if any(m.cue(n) for m in facts.items for n in apart if not m.cue("each_one")):
        return []
    return at if _BETWEEN_ENDS.fullmatch(facts.scan.text[one.end : other.start]) else []


def compare_by_degree(facts: Facts) -> None:
    """ "比之前高吗" asks for more, whatever choice is called 高."""
    made: list[Mention] = []
    for mention in facts.items:
        degree = mention.cue("more") or mention.cue("less")
        if degree and "比" in facts.scan.text[: mention.start] and all(m.strength < 3 for m in mention.of(Kind.CHOICE)):
            mention = replace(mention, meanings=tuple(m for m in mention.meanings if m.kind is not Kind.CHOICE))
        made.append(mention)
    put(facts, made)


def tell_places(facts: Facts) -> None:
    """哈尔滨 may be a trip or a city: what it stands beside, or its 市区, says which of the fields is meant."""
    made = list(facts.items)
    towns = facts.lexicon.of_words(FIELDS, "city") | facts.lexicon.of_words(FIELDS, "place")
    for place, mention in enumerate(made):
        named = {m.name for m in mention.of(Kind.CHOICE) if stems(m.name) in towns}
        within = [u for u in facts.scan.unplaced if u[0] == mention.end and facts.scan.text[u[0] : u[1]] in _IN_TOWN]
        if named and within:
            made[place] = _of_fields(mention, named)
            facts.scan = replace(facts.scan, unplaced=tuple(u for u in facts.scan.unplaced if u not in within))
    told = [place for place, m in enumerate(made) if m.of(Kind.CHOICE)]
    for at, after in pairwise(told):
        one, other = made[at], made[after]
        if _JOINED.fullmatch(facts.scan.text[one.end : other.start]):
            common = {m.name for m in one.of(Kind.CHOICE)} & {m.name for m in other.of(Kind.CHOICE)}
            made[at], made[after] = _of_fields(one, common), _of_fields(other, common)
    put(facts, made)


def _of_fields(mention: Mention, names: Set[str]) -> Mention:
    """A mention with the choices of these fields only, where it has any."""
    kept = tuple(m for m in mention.meanings if m.kind is not Kind.CHOICE or m.name in names)
    return replace(mention, meanings=kept) if names else mention


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
