"""Amounts that are meant though no field is named: the one of money, what is eaten, what is kept of a thing."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames.dimensions import dimension
from madeleine_miniapp.domain.questions.frames.titles import title
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.naming import COUNTED
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import Quantity, factor, quantity

_MONEY_VERB = re.compile(r"(?:pay|pays|paid|spend|spent)(?: for)?|[付花][了过]?")
_EATS = re.compile(r"\b(?:eats?|ate|eaten|eating|consum(?:e|ed|ing))\b(?! out)|(?<![小零好])吃(?![饭力亏惊])|进食|摄入")
_OF = re.compile(r" ?(?:of )?(?:the |my )?")
_USUAL = re.compile(r"一般|通常|平时|\b(?:usually|normally|typically)\b")
_WHAT = re.compile(r"什么|啥|哪|\b(?:what|which)\b(?! (?:is|are|was) the)")
_MONEY = re.compile(r"[花付费钱贵价]|\b(?:spen[dt]\w*|pay\w*|paid|costs?|price|money|cheap|expensive)\b")


def meant_amount(facts: Facts, *, much: bool) -> Quantity | None:
    """The one amount; "my average dinner" is no amount of money where the records hold other figures as well."""
    if not much and len(facts.subject.numeric) > 1 and not _MONEY.search(facts.scan.text) and _others_add_up(facts):
        return None
    return only_amount(facts)


def _others_add_up(facts: Facts) -> bool:
    return any(f.type != s.FIELD_TYPE_MONEY and f.unit and facts.lexicon.additive(f) for f in facts.subject.numeric)


def paying(facts: Facts) -> set[int]:
    """The mentions of an amount by a mere verb: "paid for", "spends"."""
    amounts = {f.name for f in facts.subject.fields(s.FIELD_TYPE_MONEY)}
    return {
        i
        for i, m in facts.free(Kind.FIELD)
        if _MONEY_VERB.fullmatch(m.text) and any(x.name in amounts for x in m.of(Kind.FIELD))
    }


def pieces(facts: Facts) -> Quantity | None:
    """谁钓得最多 asks for the most fish where records tell how many each was, 条数, unless times are named."""
    counted = [f for f in facts.subject.numeric if COUNTED.fullmatch(f.label or f.name)]
    said = facts.has("count", "often", "times", "row", "unit")
    return quantity(counted[0]) if len(counted) == 1 and not said else None


def beside_choices(facts: Facts) -> str:
    """The question without the choices that it filters by: donations of the kind "money" are no sum of it."""
    text = facts.scan.text
    for condition in facts.conditions:
        if condition.kind is Kind.CHOICE and condition.value:
            text = text.replace(condition.value.casefold(), " " * len(condition.value))
    return text


def asks_usual(facts: Facts) -> bool:
    """早饭一般吃什么, "what do I usually have": what is the case most often, no amount."""
    text = facts.scan.text
    return bool(_USUAL.search(text) and _WHAT.search(text)) and not _MONEY.search(text)


def eaten(facts: Facts) -> Quantity | None:
    """ "How much did I eat", "did I eat more": the energy of food, unless what is eaten is named."""
    chosen = [m for m in facts.items if m.of(Kind.CHOICE, Kind.VALUE)]
    eats = [
        found for found in _EATS.finditer(facts.scan.text) if not any(m.start <= found.start() < m.end for m in chosen)
    ]
    if not eats or _MONEY.search(facts.scan.text):
        return None
    if any(0 <= m.start - found.end() <= 1 for m in chosen for found in eats):
        # "Did I eat sushi or ramen more": what is eaten is told.
        return None
    for one, other in pairwise(facts.items):
        compares = any(one.cue(name) for name in ("more", "less", "sup", "how_much", "how_many", "top"))
        if compares and other.of(Kind.CHOICE, Kind.VALUE) and _OF.fullmatch(facts.scan.text[one.end : other.start]):
            return None
    return dimension(facts, "food")


def unit_named_field(facts: Facts) -> Quantity | None:
    """ "Median sleep" of a sleep log with "hours": the one field called by its unit, where the records are named."""
    held = [
        f
        for f in facts.subject.numeric
        if f.unit and (f.name.casefold() == f.unit.casefold() or factor(f.name, f.unit) == 1.0)
    ]
    if len(held) != 1 or not any(m.of(Kind.ENTITY) and m.kind is Kind.ENTITY for m in facts.items):
        return None
    return quantity(held[0])


def stock_of(facts: Facts) -> Quantity | None:
    """ "How many eggs do we have": the quantity that is kept of a thing, where one is."""
    named = _title_name(facts)
    about = any(
        c.kind is Kind.VALUE and (c.field.casefold() in ("unit", "单位") or c.field == named) for c in facts.conditions
    )
    if not about or not re.search(
        r"\b(?:have|has|left|are there|got|in stock|remain)|还有|剩|有几|有多少|带", facts.scan.text
    ):
        return None
    words = facts.lexicon.of_words(FIELDS, "quantity")
    counted = (f for f in facts.subject.numeric if f.type != s.FIELD_TYPE_MONEY)
    held = [f for f in counted if {stems(f.name), stems(f.label)} & words]
    return quantity(held[0]) if len(held) == 1 else None


def _title_name(facts: Facts) -> str:
    """The name of the field that names a record; empty: there is none."""
    found = title(facts)
    return found.name if found is not None else ""


def only_amount(facts: Facts) -> Quantity | None:
    """The one amount of money that the records hold, if they hold one."""
    amounts = facts.subject.fields(s.FIELD_TYPE_MONEY)
    meant = facts.amount(amounts)
    if meant is None:
        return None
    facts.of_money = True
    return quantity(meant)


def said_of_money(facts: Facts) -> bool:
    """Whether an amount is named by a verb alone: "paid", "spent"."""
    named = [m for m in facts.items if any(x.field and x.field.type == s.FIELD_TYPE_MONEY for x in m.of(Kind.FIELD))]
    return bool(named) and all(_MONEY_VERB.fullmatch(m.text) for m in named)
