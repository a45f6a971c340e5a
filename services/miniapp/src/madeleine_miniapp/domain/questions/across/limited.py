"""Days within two limits of one kind of record, beside each other by what another kind holds."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.across.compared import rows
from madeleine_miniapp.domain.questions.across.compared_words import LESS, MORE
from madeleine_miniapp.domain.questions.across.day_clauses import adds_up
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of, same_kind
from madeleine_miniapp.domain.questions.facts import Facts, Limit
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.limits import holds
from madeleine_miniapp.domain.questions.neighbours import numeric_fields
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.units import quantity

_PLAIN = re.compile(
    r"^(?:bad|good|low|high|lousy|great|fine|ones?|differently|different|days?|nights?|groups?|two|both|averages?|daily|when|whenever|it's|it|that|is|was|my|next|to|side|by|side-by-side|each|than|with|whose|where|had|have|i|better|worse|more|less|compare|compared|vs|versus|the|on|for|up|or|and|per|day|at|over|under|above|below|most|least|的|日子|天|时候|比|更多|更少|各|分别|和|及)*$"
)
_MARKS = re.compile(r"([≤≥])\s*(\d)")
_SAID = {"≤": "at most", "≥": "at least"}


def two_limits(text: str, reader: Reader) -> Reading | None:
    """ "Do I eat more on bad days (mood 5 or less) than on good ones (7 and up)": days by what another kind holds."""
    text = _MARKS.sub(lambda m: f"{_SAID[m[1]]} {m[2]}", text)
    for limiting, asker in reader.subjects:
        bounds = reader.facts(text, limiting, asker)
        if bounds is None or len(bounds.limits) != 2:
            continue
        fields = next((x.fields for x in bounds.limits if x.fields), _named(bounds))
        if len(fields) != 1 or any(x.fields and x.fields != fields for x in bounds.limits):
            continue
        for subject, own in reader.subjects:
            facts = None if same_kind(subject, limiting) else reader.facts(text, subject, own)
            found = _both(text, facts, bounds, [replace(x, fields=fields) for x in bounds.limits], reader)
            if found is not None:
                return made_of(found, found.plan, limiting) if found.plan is not None else None
    return None


def _named(bounds: Facts) -> tuple[s.Field, ...]:
    """The one number that is named, where the limits stand apart from it: "my mood that day is 7 or above"."""
    named = {f.name: f for m in bounds.items for f in numeric_fields(m)}
    return tuple(named.values())


def _both(text: str, facts: Facts | None, bounds: Facts, limits: list[Limit], reader: Reader) -> Reading | None:
    of = facts.quantities() if facts is not None else []
    if facts is None or len(of) != 1 or not _explained(facts, bounds):
        return None
    measured, at, zh = Measured("mean", of[0]), facts.moment(), is_chinese(text)
    spans, field = facts.spans(), limits[0].fields[0]
    inner = Measured("sum" if reader.lexicon.additive(of[0].field) else "mean", of[0])
    sums = terms.grouped(base.chosen(_only(facts), spans, at), terms.named(day=facts.day(at)), [inner.of("value")])
    other = bounds.moment()
    summed = adds_up(bounds, field)
    function = q.MEASURE_FUNCTION_SUM if summed else q.MEASURE_FUNCTION_MEAN
    level = terms.measure("level", function, terms.column(field.name))
    levels = terms.grouped(base.chosen(_only(bounds), spans, other), terms.named(on=bounds.day(other)), [level])
    both = terms.joined(sums, levels, q.JOIN_KIND_INNER, (terms.column("day"), terms.column("on")))
    sides = [
        terms.grouped(
            terms.filtered(
                both, holds(replace(x, number=quantity(field).own(x.number, x.unit)), terms.column("level"))
            ),
            [],
            [terms.measure("value", q.MEASURE_FUNCTION_MEAN, terms.column("value"))],
        )
        for x in limits
    ]
    name = (field.label or field.name).lower()
    names = [
        f"{name}{_told(x.sign, x.number, zh)}的日子" if zh else f"days with {name} {_told(x.sign, x.number, zh)}"
        for x in limits
    ]
    for limit in limits:
        text = text.replace(limit.told, " ")
    verdict = "less" if LESS.search(text) else "more" if MORE.search(_MARKS.sub("", text)) else ""
    if re.search(r"\b(?:or|and) (?:more|less|up|over|under|above|below|higher|lower)\b", text) and verdict:
        verdict = verdict if re.search(r"\b(?:more|less|better|worse|higher|lower) (?!\))[a-z]+", text) else ""
    told = (
        f"每天的{measured.told(zh)}"
        if zh
        else f"{measured.told(zh)} per day, by days' {'total' if summed else 'mean'} {name}"
    )
    plan = replace(rows(names, sides, measured, told, verdict), spans=tuple(spans))
    return Reading(facts.subject, plan, 1.0, facts=_only(facts))


def _only(facts: Facts) -> Facts:
    """The facts without the limits and filters that another kind of record is meant by."""
    made = facts.copy()
    made.limits, made.conditions = [], []
    return made


def _told(sign: str, number: float, zh: bool) -> str:
    told = {"<=": ("or less", "以下"), ">=": ("or more", "以上")}
    if sign in told:
        return f"{number:g}{told[sign][1]}" if zh else f"{number:g} {told[sign][0]}"
    words = {"<": ("below", "低于"), ">": ("above", "高于")}.get(sign, ("", ""))
    return f"{words[zh]}{number:g}" if zh else f"{words[0]} {number:g}".strip()


def _explained(facts: Facts, other: Facts) -> bool:
    """Whether what one reading leaves over is what the other made something of."""
    held = {m.text for i, m in enumerate(other.items) if i in other.used} | {x.told for x in other.limits}
    words = {w for text in held for w in re.findall(r"\w+", text)}
    left = [w for text in facts.left_over() for w in re.findall(r"\w+", text)]
    return all(w in words or _PLAIN.match(w) for w in left)
