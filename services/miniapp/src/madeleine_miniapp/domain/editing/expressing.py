"""What a phrase computes of an app's fields: a sum in words, or a figure whose parts it names."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import (
    NUMBERS,
    TIMES,
    Sum,
    days_after,
    days_between,
    joined,
    ratio,
    read_sum,
)
from madeleine_miniapp.domain.editing.derived_sums import hours_of
from madeleine_miniapp.domain.editing.expressing_chinese import chinese_expression
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.operands import operand, operands
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.scheduling import NUMBER, NUMBER_ZH, days_of
from madeleine_miniapp.domain.language import is_chinese

# What ends "what a litre costs us each month".
COSTS = r"(?:costs?|is|comes to)(?:\s+(?:me|us|you))?(?:\s+(?:each|every|per|a|this)\s+(?:day|week|month|year))?"
_RATIO = re.compile(
    r"^(?:the\s+|an?\s+)?(?:ratio|proportion)\s+(?:(?:of|between)\s+)?(?:the\s+)?(?P<a>[\w ]+?)\s+(?:to|and|over|versus"
    r"|vs)\s+(?:the\s+)?(?P<b>[\w ]+)$"
    r"|^(?:the\s+|an?\s+)?(?P<a2>\w+)(?:[ -]to[ -]|\s*[/:]\s*)(?P<b2>\w+)[ -](?:ratio|proportion)$",
    re.I,
)

_SUMS = re.compile(
    r"^(?:the\s+)?(?:total|sum|both|all|combined)\s*(?:(?:\w+\s+)?(?:of|for|from))?\s+(?P<p>.+?)(?:\s+(?:too|as"
    r" well|together|added up))*$",
    re.I,
)

_DIFFERENCE = re.compile(r"(?:the\s+)?difference\s+(?:between|of|from)\s+(?P<a>.+?)\s+(?:and|to)\s+(?P<b>.+)$", re.I)

_BETWEEN = re.compile(
    r"(?:(?:number of|how many)\s+)?(?:days?|hours?|minutes?|(?:\w+ )?time|how long|duration)\s*(?:it took|passed"
    r"|there are)?\s*(?:between|from)\s+(?P<a>.+?)\s+(?:and|to|until)\s+(?P<b>.+)$",
    re.I,
)

_PLUS_DAYS = re.compile(
    rf"^(?P<x>.+?)\s*(?:\+|plus)\s*(?P<n>{NUMBER})\s+(?P<u>days?|weeks?|months?|years?)$"
    rf"|^(?P<x2>.+?)(?:加上?|\+|之?后)(?P<n2>{NUMBER_ZH})个?(?P<u2>天|周|星期|月|年)$",
    re.I,
)
_FROM_TO = re.compile(
    r"^(?:from\s+)?(?P<a>[\w ]+?)\s+(?:to|until|till|through)\s+(?P<b>[\w ]+)$|^从?(?P<a2>.+?)到(?P<b2>[^到]+)$", re.I
)
_SHARES = (
    re.compile(r"^(?P<a>.+?)\s+(?:as|in)\s+(?:an?\s+)?(?:percent(?:age)?|%|share)\s+of\s+(?:the\s+)?(?P<b>.+)$", re.I),
    re.compile(
        r"^(?:.*?\b(?:as|in)\s+)?(?:the\s+|an?\s+)?(?:percent(?:age)?|%"
        r"|share)\s+of\s+(?:the\s+)?(?P<b>.+?)\s+(?:that|which)\s+"
        r"(?:was|is|were|got|has been|we)\s+(?P<a>.+)$",
        re.I,
    ),
    re.compile(r"^(?P<a>.+?)[和与跟比](?P<b>.+?)的(?:百分比|比例|比率)$"),
    re.compile(r"^(?P<a>.+?)占(?P<b>.+?)的?(?:百分比|百分之几|百分之多少|比例|比重|多少)$"),
)
_LATER_BY = re.compile(
    rf"^(?:always\s+|due\s+)*(?P<n>{NUMBER})\s+(?P<u>days?|weeks?|months?|years?)\s+(?P<w>after|before|from)\s+"
    r"(?:(?:the|it was|we|it's|it is|they're|they are|they were|being|when)\s+)*(?P<x>.+)$",
    re.I,
)


_AT_RATE = re.compile(
    r"^[€$£]?(?P<n>\d+(?:[.,]\d+)?)\s*(?P<c>euros?|eur|dollars?|pounds?|bucks|cents?|[€$£])?\s+(?:per|an?|each"
    r"|for each"
    r"|for every)\s+(?P<x>\w+)$",
    re.I,
)


def expression_of(scene: Scene, text: str, label: str, entity: str) -> Sum | None:
    """What a text computes: a sum in words, or a figure whose parts it names."""
    names = scene.names
    text = re.sub(
        r"\s*\((?:in )?(?:days|hours|minutes|euros?)\)$|,?\s*(?:as|in) (?:an? )?(?:percentages?|percent|%)\s*$"
        r"|\s+in days$|\s+(?:per|for each|on each"
        r"|in each) (?:row|record|entry|line|item)\b",
        "",
        text.strip(" ."),
        flags=re.I,
    )
    if found := share(scene, text, entity):
        return found
    last = scene.operations[-1] if scene.operations else None
    if isinstance(last, ops.AddField) and last.formula and not is_chinese(text):
        # "Minus that": what was computed a moment ago.
        text = re.sub(
            r"\b(minus|times|plus|by|[-+*/×])\s*(?:that|it"
            r"|this)\b",
            lambda hit: f"{hit[1]} {last.label}",
            text,
            flags=re.I,
        )
    text = re.sub(
        r"\bin (?:percent|%|percentage)\b\s*:?|^(?:percentage|percent|%) (?:of )?|[,，]?(?:按|用|算成?|的)?百分比$",
        "",
        text.strip(" .,:"),
        flags=re.I,
    ).strip(" ,:")
    # "Hours x 15 euros".
    text = re.sub(
        r"(?<=[-+*x×/] )[€$£](?=\d)|(?<=\d)\s*(?:euros?|eur|dollars?|bucks|[€$£])(?=$|\s+(?:minus|plus|times)\b"
        r"|\s[-+*x×/])",
        "",
        text,
        flags=re.I,
    )
    if (hit := _AT_RATE.match(text)) and (ref := operand(scene, hit["x"], entity)):
        price = float(hit["n"].replace(",", ".")) / (100 if (hit["c"] or "").startswith("cent") else 1)
        return Sum(f"{ref.field.name} * {price!r}", ref.entity, s.FIELD_TYPE_MONEY)
    if found := read_sum(text, names, entity) or read_sum(text, names):
        return found
    if hit := re.match(
        r"^(?P<l>(?:the )?(?:number of )?days? [\w ]+?),?\s*(?:from|between)\s+(?P<a>.+?)\s+"
        r"(?:to|and|until)\s+(?P<b>.+)$",
        text,
        re.I,
    ):
        earlier, later = names.field(hit["a"], entity), names.field(hit["b"], entity)
        if earlier and later and (found := days_between(earlier, later)):
            return found
    if (hit := _LATER_BY.match(text)) and (ref := names.field(hit["x"], entity)) and ref.field.type in TIMES:
        days = days_of(hit["n"], hit["u"])
        return days_after(ref, -days if hit["w"].lower() == "before" else days)
    if hit := _PLUS_DAYS.match(text):
        ref = names.field(hit["x"] or hit["x2"], entity)
        if ref is not None and ref.field.type in TIMES:
            return days_after(ref, days_of(hit["n"] or hit["n2"], hit["u"] or hit["u2"]))
    if hit := re.match(r"^(?:the )?(?:number of )?days\s+(?:to|until|till)\s+(?:the )?(?P<b>[\w ]+)$", text, re.I):
        later = names.field(hit["b"], entity)
        earlier = [r for r in names.of_type(*TIMES, entity=entity) if later is None or r.field.name != later.field.name]
        if later is not None and later.field.type in TIMES and len(earlier) == 1:
            return days_between(earlier[0], later)
    if (hit := _FROM_TO.match(text)) and (
        (a := names.field(hit["a"] or hit["a2"], entity))
        and (b := names.field(hit["b"] or hit["b2"], entity))
        and {a.field.type, b.field.type} <= TIMES
    ):
        return days_between(a, b)
    if hit := _BETWEEN.match(text):
        earlier, later = names.field(hit["a"], entity), names.field(hit["b"], entity)
        if earlier and later and (found := days_between(earlier, later)):
            return found
    if (
        (hit := _DIFFERENCE.search(text))
        and (a := names.field(hit["a"], entity))
        and (b := names.field(hit["b"], entity))
    ):
        return days_between(b, a) if a.field.type in TIMES else joined("-", [a, b])
    if hit := _RATIO.match(text):
        a, b = operand(scene, hit["a"] or hit["a2"], entity), operand(scene, hit["b"] or hit["b2"], entity)
        held = names.of_type(*NUMBERS, entity=entity)
        if len(held) == 2 and (a is None) != (b is None):
            # "Water to coffee" of water and grams: there is no other number.
            (other,) = [r for r in held if r not in (a, b)]
            a, b = a or other, b or other
        if a is not None and b is not None:
            return ratio(a, b)
    if re.search(r"percent|%", label, re.I) and (
        hit := re.match(r"^(?P<a>[\w ]+?)\s+(?:out )?of\s+(?:the\s+)?(?P<b>[\w ]+)$", text, re.I)
    ):
        a, b = operand(scene, hit["a"], entity), operand(scene, hit["b"], entity)
        if a and b:
            return ratio(a, b)
    if (hit := _SUMS.match(text)) and (refs := operands(scene, hit["p"], entity)) and len(refs) > 1:
        return joined("+", refs)
    if hit := re.match(r"^(?P<l>.+?)\s+in\s+(?P<a>.+?)\s+per\s+(?P<b>.+)$", text, re.I):
        a, b = names.field(hit["a"], entity), names.field(hit["b"], entity)
        if a and b:
            return ratio(a, b)
    if (
        (hit := re.match(r"^(?P<a>.+?)\s+per\s+(?P<n>\d+(?:\.\d+)?)\s*(?P<b>.+)$", text, re.I))
        and (a := operand(scene, hit["a"], entity))
        and (b := operand(scene, hit["b"], entity))
    ):
        found = ratio(a, b)
        return found and Sum(f"{found.expression} * {float(hit['n'])!r}", found.entity, found.type)
    if (hit := re.match(r"^(?P<a>.+?)\s+(?:per|for each|for every)\s+(?P<b>.+)$", text, re.I)) and (
        a := operand(scene, hit["a"], entity)
    ):
        if b := operand(scene, hit["b"], entity):
            return ratio(a, b)
        if hours := hours_of(hit["b"], names, entity):
            # "Pages per hour", where minutes are noted down.
            kind = s.FIELD_TYPE_MONEY if a.field.type == s.FIELD_TYPE_MONEY else s.FIELD_TYPE_NUMBER
            return Sum(f"{a.field.name} / {hours}", a.entity, kind)
    if (hit := re.match(rf"^(?:what|how much)?\s*(?:one|an?|each|1|every)\s+(?P<b>.+?)\s+{COSTS}$", text, re.I)) and (
        below := names.field(hit["b"], entity)
    ):
        money = scene.names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
        return ratio(money[0], below) if len(money) == 1 else None
    if is_chinese(text):
        return chinese_expression(scene, text, entity)
    refs = operands(scene, text, entity)
    return _guessed(refs, label) if len(refs) == 2 and " and " in text else None


def share(scene: Scene, text: str, entity: str) -> Sum | None:
    """ "Given as a percentage of asked", "the percentage of asked that was given", "实际占预算的百分比"."""
    for pattern in _SHARES:
        hit = pattern.match(text)
        above = operand(scene, hit["a"], entity) if hit else None
        below = operand(scene, hit["b"], entity) if hit else None
        if above and below and (found := ratio(above, below)):
            return Sum(f"({found.expression}) * 100.0", found.entity, s.FIELD_TYPE_NUMBER, "%")
    return None


def _guessed(refs: list[FieldRef], label: str) -> Sum | None:
    """Of two fields without a word for what to do: what the result is called tells."""
    a, b = refs
    if a.field.type in TIMES and b.field.type in TIMES:
        return days_between(a, b)
    if re.search(r"distance|driven|difference|consum|used|gain|loss|change|elapsed|duration|travel", label, re.I):
        return joined("-", [b, a])
    if re.search(r"total|sum|together|gross|overall", label, re.I):
        return joined("+", refs)
    if re.search(r"amount|cost|pay|area|product|volume|wage|earning", label, re.I):
        return joined("*", refs)
    return None
