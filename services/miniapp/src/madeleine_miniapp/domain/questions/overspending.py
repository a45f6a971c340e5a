"""What was paid beyond what was planned, where records hold both: a figure like any other, and a filter."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.text import stems

# 超了多少, "how much over budget": the amount, not the records.
_AMOUNT = re.compile(
    r"(?:预算)?[了出掉的]*(?:(?:超过|多于|大于|不到|少于|低于|达到?)?\s*\d|多少(?!个|项|笔|条|样|处)|几(?=[百千块元]))|最[多少大小高低]|得最"
)
_HOW_MUCH = re.compile(r"\b(?:by )?how (?:much|far)\b")
_AVERAGED = ("mean", "median", "rank", "top", "sup")
_DESCRIBES = re.compile(r"(?:预算)?了?的")
_COUNTED = re.compile(r"(?:几|多少)[个项笔条样处道顿]|\bhow many\b")
_NOT = re.compile(r"(?:(?<!有)没有?|未|不|\b(?:not|n't|never))\s*$")


def find_overspent(facts: Facts) -> None:
    """Takes "over budget" and "under budget": as the figure that is asked for, or as a filter on records."""
    amounts = facts.subject.fields(s.FIELD_TYPE_MONEY)
    planned = facts.lexicon.of_words(FIELDS, "budget")
    budget = [f for f in amounts if {stems(f.name), stems(f.label)} & planned]
    paid = [f for f in amounts if f not in budget]
    if len(budget) != 1 or len(paid) != 1:
        return
    for index, mention in enumerate(facts.items):
        if index not in facts.used and mention.cue("remaining"):
            _left(facts, index, budget[0], paid[0])
            continue
        over, under = mention.cue("over_budget"), mention.cue("under_budget")
        if index in facts.used or not (over or under):
            continue
        sides = (paid[0], budget[0]) if over else (budget[0], paid[0])
        if _is_figure(facts, mention):
            _measure(facts, index, sides, over=over is not None)
        elif _is_filter(facts, mention) or _said_again(facts, index):
            _restrict(facts, index, sides, (budget[0], paid[0]), over=over is not None)


def _is_figure(facts: Facts, mention: Mention) -> bool:
    after = facts.scan.text[mention.end :]
    if is_chinese(facts.scan.text):
        return _AMOUNT.match(after) is not None or (facts.has(*_AVERAGED) and not _DESCRIBES.match(after))
    return _HOW_MUCH.search(facts.scan.text) is not None or facts.has(*_AVERAGED)


def _is_filter(facts: Facts, mention: Mention) -> bool:
    if is_chinese(facts.scan.text) and _DESCRIBES.match(facts.scan.text[mention.end :]):
        return True
    asked = facts.has("which", "list") or _COUNTED.search(facts.scan.text) is not None
    return asked and not facts.has("each_one", "share", "each")


def _said_again(facts: Facts, index: int) -> bool:
    """哪几项超了预算，各超了多少: first the filter, then the figure."""
    return any(m.cue("over_budget") or m.cue("under_budget") for m in facts.items[index + 1 :])


def _measure(facts: Facts, index: int, sides: tuple[s.Field, s.Field], *, over: bool) -> None:
    """Makes the mention one of a figure: by how much the one amount is beyond the other."""
    zh = is_chinese(facts.scan.text)
    name, said = (
        ("over_budget", "超支" if zh else "over budget") if over else ("under_budget", "节省" if zh else "saved")
    )
    field = s.Field(name=name, label=said, type=s.FIELD_TYPE_MONEY, unit=sides[0].unit)
    facts.derived[name] = terms.call(q.FUNCTION_SUBTRACT, *(terms.column(f.name) for f in sides))
    _rename(facts, index, field)
    _take_amounts(facts, sides, least=1)
    facts.cue("difference", "than")


def _left(facts: Facts, index: int, budget: s.Field, paid: s.Field) -> None:
    """Makes the mention one of what is left of the plan: what nothing was paid for yet is left whole."""
    spent = terms.call(q.FUNCTION_COALESCE, terms.column(paid.name), terms.value(0.0))
    said = f"{label(budget)} - {label(paid)}"
    field = s.Field(name="left_of_it", label=said, type=s.FIELD_TYPE_MONEY, unit=budget.unit)
    facts.derived[field.name] = terms.call(q.FUNCTION_SUBTRACT, terms.column(budget.name), spent)
    _rename(facts, index, field)
    _take_amounts(facts, (budget, paid), least=1)


def _rename(facts: Facts, index: int, field: s.Field) -> None:
    items = list(facts.items)
    items[index] = replace(items[index], meanings=(Meaning(Kind.FIELD, field.name, field=field),))
    facts.scan = replace(facts.scan, mentions=tuple(items))


def _restrict(
    facts: Facts, index: int, sides: tuple[s.Field, s.Field], amounts: tuple[s.Field, s.Field], *, over: bool
) -> None:
    mention = facts.items[index]
    denied = _NOT.search(facts.scan.text[: mention.start])
    sign = q.FUNCTION_LESS_OR_EQUAL if denied else q.FUNCTION_GREATER
    held = terms.call(sign, *(terms.column(f.name) for f in sides))
    budget, paid = (f.label or f.name for f in amounts)
    told = f"{paid} {('≤' if denied else '>') if over else ('≥' if denied else '<')} {budget}"
    facts.conditions.append(Condition(held, told, "over_budget", "", mention.start, kind=Kind.FIELD))
    facts.used.add(index)
    facts.used |= {i for i, m in enumerate(facts.items) if denied and m.cue("none") and m.end == mention.start}
    _take_amounts(facts, sides, least=3)


def _take_amounts(facts: Facts, amounts: tuple[s.Field, s.Field], *, least: int) -> None:
    """The two amounts, named at least so surely, only say of what it is."""
    names = {f.name for f in amounts}
    meant = ((i, m.of(Kind.FIELD)) for i, m in facts.free(Kind.FIELD))
    facts.used |= {i for i, held in meant if {x.name for x in held} <= names and held[0].strength >= least}
