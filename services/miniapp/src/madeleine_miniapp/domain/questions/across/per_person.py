# ruff: noqa: E501 - patterns of questions, one line each.
"""Figures of several kinds of record for each of several people: "Lena and me in march: workouts and pages read"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of
from madeleine_miniapp.domain.questions.across.tops import figure_of
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.text import unaccented

# A row each for all of us.
_EACH = re.compile(
    r"\b(?:for |of |by )?(?:each|every ?one|both|all(?: (?:two|three|four))?|the (?:two|three|four)) of us(?: (?:each|separately))?\b|\b(?:per|by|for each|each) (?:person|head|member|(?:flat|room)mate)\b|每个?人(?:各自?|分别)?|我们(?:每人|每个人|各自|[两三四]个人?各?(?:自|人)?)"
)
_OF_SEVERAL = re.compile(r"\b(?:of )?(?:each|both) of us\b|\b(?:each|both|separately|respectively)\b|各自?|分别")
_PART = re.compile(r"[,，、;；/+&:：?？]\s*(?:and )?|\band\b|\bas well as\b|\s[-–—]\s|和|与|跟|以及|还有")
_ASIDE = re.compile(
    r"\b(?:in (?:a|one) table|side by side|next to each other|as a table|please|compared?|show me|give me|list|table of|the numbers (?:for|of))\b|列(?:成|个|一下|出)*(?:表格?)?"
)
# What is compared, or asked of one of them, is no row of figures each.
_OTHER_FORM = re.compile(
    r"\b(?:who|whose|which|when|where|than|more|less|most|least|plus|together|combined|altogether|total of both|days?)\b|谁|哪|比|更|最|一共|总共|加起来|天"
)
_LEADS = re.compile(r"^(?:(?:what|that|how|do|did|does|have|has|is|was|were|the|our|of|for|we|have we)\s+)+(?=\w)")
_LEAST, _MOST = 2, 4


def per_person(text: str, reader: Reader) -> Reading | None:
    """One row for each person, one column for each figure."""
    found = times.find(text, reader.today)
    spans = list(dict.fromkeys(f.span for f in found))
    bare = text
    for one in sorted(found, key=lambda f: -f.start):
        bare = f"{bare[: one.start]} {bare[one.end :]}"
    named = _named(bare, reader)
    each = _EACH.search(bare)
    if len(spans) > 1 or not (named or each) or _OTHER_FORM.search(bare):
        return None
    people: list[str] = []
    if named is not None:
        start, end, people = named
        bare = f"{bare[:start]} , {bare[end:]}"
    bare = _OF_SEVERAL.sub(" ", _ASIDE.sub(" ", _EACH.sub(" ", bare)))
    pieces = [p for p in (_LEADS.sub("", x.strip(" ?？。.'")) for x in _PART.split(bare)) if p.strip()]
    if not _LEAST <= len(pieces) <= _MOST:
        return None
    return _table(text, pieces, people, spans, reader)


def _named(text: str, reader: Reader) -> tuple[int, int, list[str]] | None:
    """Where several people stand in a row, the asker among them or not, and who they are."""
    asker = reader.subjects[0][1]
    folded = {form: i for name, i in asker.people.items() for form in (name.casefold(), unaccented(name.casefold()))}
    folded |= dict.fromkeys(("me", "i", "myself", "mine", "我"), asker.person_id)
    one = rf"(?<![^\W_])(?:{'|'.join(re.escape(n) for n in sorted(folded, key=len, reverse=True))})(?![a-z])"
    several = re.search(rf"(?:\b(?:for|of|by) )?{one}(?:(?:,? and |, ?| ?& ?| ?[和与跟、] ?| vs\.? | / ?){one})+", text)
    if several is None:
        return None
    people = [folded[m.group()] for m in re.finditer(one, several.group())]
    return (*several.span(), people) if len(set(people)) > 1 else None


def _table(text: str, pieces: list[str], people: list[str], spans: Sequence[Span], reader: Reader) -> Reading | None:
    columns: list[tuple[q.Relation, Shown, Reading]] = []
    for place, piece in enumerate(pieces):
        ways = (f"{piece}一共多少",) if is_chinese(piece) else (f"total {piece}", f"number of {piece}")
        found = next((x for p in (piece, *ways) if (x := figure_of(p, reader, own=False)) is not None), None)
        if found is None or not found[0].person or found[0].people:
            return None
        facts, measured, given = found
        at, who = facts.moment(), terms.column(facts.person)
        given = terms.filtered(given, *(facts.within(s, at) for s in spans))
        if people:
            given = terms.filtered(given, terms.one_of(who, people))
        name = f"{measured.name}_{place}"
        told = Reading(facts.subject, Plan(given, (), measured.told(is_chinese(text))), 1.0, facts=facts)
        columns.append(
            (terms.grouped(given, terms.named(who=who), [measured.of(name)]), Shown(name, measured.unit), told)
        )
    if len({c[2].subject.app_id for c in columns}) < _LEAST:
        return None
    made = terms.grouped(
        terms.united(*(terms.extended(c[0], terms.named(who=terms.column("who")), only=True) for c in columns)),
        terms.named(who=terms.column("who")),
        [],
    )
    for place, (column, shown, _) in enumerate(columns):
        keyed = {f"who_{place}": terms.column("who"), shown.name: terms.column(shown.name)}
        keys = (terms.column("who"), terms.column(f"who_{place}"))
        made = terms.joined(made, terms.extended(column, terms.named(**keyed), only=True), q.JOIN_KIND_OUTER, keys)
    kept = {"who": terms.column("who"), **{c[1].name: terms.column(c[1].name) for c in columns}}
    made = terms.ordered(terms.extended(made, terms.named(**kept), only=True), terms.order(terms.column("who")))
    plans = [c[2].plan for c in columns]
    told = "; ".join(p.told for p in plans if p is not None)
    told = f"{told}（每人）" if is_chinese(text) else f"{told}, for each person"
    plan = Plan(made, (Shown("who"), *(c[1] for c in columns)), told, tuple(spans), key="who")
    return made_of(columns[0][2], plan, *(c[2].subject for c in columns[1:]))
