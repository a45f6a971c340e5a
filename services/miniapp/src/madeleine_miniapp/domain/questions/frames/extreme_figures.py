"""The days, people or choices of which the figure is the highest or lowest: "which week", "who spent most"."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.amounts import eaten, only_amount, unit_named_field
from madeleine_miniapp.domain.questions.frames.buckets import bucket_asked, figures_of, told_per
from madeleine_miniapp.domain.questions.frames.extreme_groups import most_records
from madeleine_miniapp.domain.questions.frames.grouping import with_zeros
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.units import Quantity, quantity

_MONEY = re.compile(r"\b(?:spen|paid|pay|cost|money)|花|钱|[付垫掏](?!款)")
# Numbers of records are not high.
_HIGH = re.compile(r"\b(?:highest|lowest|priciest|cheapest)\b|最[高低贵]")
# "Who had the biggest week", not "which week, and who ran most in it".
_WHOSE = re.compile(
    r"^(?:so )?(?:who|whose|which (?:one )?of us)\b|\b(?:who|whose)\b(?= was| is|'s|\s*(?:and |,|[?.!]|$)| had| did it)"
    r"|^谁|[是和,，]谁|谁[^,，]{0,6}最"
)
# A superlative of nothing but number, and where the next thing is asked.
_MOST = re.compile(r"(?:the )?(?:most|fewest|least)|最多的?|最少的?")
_NEXT = re.compile(
    r"(?:[,;:.?!]|\band\b|\bwith\b) ?(?:and )?(?=(?:(?:in|over|on) )?(?:how (?:many|much)|what)\b)"
    r"|[，,；;。？?](?=[^，,。？?]{0,4}(?:多少|几))"
)
_BEST = re.compile(r"\b(?:best|worst)\b")
_TAKEN = ("which", "what", "number_wanted", "row", "times", "how_much", "how_many", "count", "often")


def buckets(
    facts: Facts, name: str, of: Quantity | None, descending: bool, limit: int, ratio: Measured | None = None
) -> Plan:
    """The days, weeks or months with the most or the least."""
    facts.cue(*_TAKEN, "unit", "which_bucket", "when", "calorie_wise")
    mean = facts.cue("mean") is not None
    per = next((x[0].value for _, x in facts.free_cues("per") if x[0].value not in (name, "night")), "")
    facts.cue("sum", "per")
    sup = next((m.text for m in facts.items if m.cue("sup")), "")
    high = _HIGH.search(sup) is not None
    if of is None and high:
        of = only_amount(facts)
        if of is None:
            raise Doubt("it does not say the highest of what")
    if of is None:
        of, mean = _lasting(facts), False
    measured = ratio or _measured(facts, of, mean)
    if per and not mean:
        raise Doubt(f"it does not say whether an average per {per} is meant")
    if measured.function not in ("mean", "ratio") and _BEST.search(sup):
        raise Doubt("it may go by the sum or by the average")
    if of is None and not descending:
        raise Doubt("days without any record would be the least")
    spans = facts.spans()
    at = facts.moment()
    # What has no day is in none of them.
    given = terms.filtered(base.chosen(facts, spans, at), terms.present(at))
    keys = [q.Named(name=name, value=base.bucket(name, at))]
    shown = [Shown(name), Shown("value", measured.unit)]
    if _of_anybody(facts):
        # "The biggest week any of us had": a week of one person.
        keys.append(q.Named(name=facts.person, value=terms.column(facts.person)))
        shown.insert(1, Shown(facts.person))
    made = _foremost(figures_of(facts, given, measured, at, per if mean else "", keys), descending, limit)
    zh = measuring.chinese(facts)
    figure = told_per(facts, measured, per if mean else "", zh)
    told = (
        f"{figure}{'最多' if descending else '最少'}的{name}"
        if zh
        else f"{name} with the {'highest' if descending else 'lowest'} {figure}"
    )
    return Plan(made, tuple(shown), told, tuple(spans), figure="value" if limit == 1 else "", key=name)


def _of_anybody(facts: Facts) -> bool:
    """Whether it is asked whose day or week it is."""
    one_of = facts.subject.shared and len(facts.people) != 1
    if not one_of or not (facts.cue("anybody") or _WHOSE.search(facts.scan.text)):
        return False
    facts.cue("who", "anybody")
    return True


def told_besides(facts: Facts) -> Measured | None:
    """ "Who finished the most books, and how many pages was that": what else is asked of those that have the most.

    Taken; None: nothing is. A number of records is told beside the figure that the most is of.
    """
    sup = next((m for m in facts.items if m.cue("sup")), None)
    named = [n for n in facts.fields_named(*NUMERIC) if len(n[2]) == 1]
    if sup is None or len(named) != 1 or not _MOST.fullmatch(sup.text):
        return None
    index, mention, (field,) = named[0]
    stops = [f.end() for f in _NEXT.finditer(facts.scan.text, sup.end)]
    if stops and mention.end <= stops[0]:
        return Measured("count") if _counts_after(facts, stops[0]) else None
    clause = max((stop for stop in stops if stop <= mention.start), default=-1)
    if clause < 0:
        return None
    mean = next((i for i, _ in facts.free_cues("mean") if facts.items[i].start >= clause), None)
    if mean is None and not (most_records(facts) and facts.additive(field)):
        return None
    facts.used |= {index} if mean is None else {index, mean}
    return Measured("sum" if mean is None else "mean", quantity(field))


def _counts_after(facts: Facts, start: int) -> bool:
    """Whether the number of records is asked behind a place."""
    for one, other in pairwise([*facts.items, None]):
        if one is not None and one.start >= start and (one.cue("count") or one.cue("how_many")):
            return one.cue("count") is not None or (
                other is not None and (other.kind is Kind.ENTITY or other.cue("row") is not None)
            )
    return False


def ranked(
    facts: Facts,
    group: s.Field,
    of: Quantity | None,
    descending: bool,
    limit: int,
    ratio: Measured | None = None,
    besides: Measured | None = None,
) -> Plan:
    """The people or choices with the most or the least; `besides`: another figure that is told of them."""
    facts.cue(*_TAKEN, "who", "list", "each_one")
    mean = facts.cue("mean") is not None
    if facts.cue("sum") and of is None:
        of = only_amount(facts)
    if of is None and _MONEY.search(facts.scan.text):
        of = only_amount(facts)
        if of is None and facts.subject.fields(s.FIELD_TYPE_MONEY):
            raise Doubt("it may mean any of several amounts; say which")
    measured = ratio or _measured(facts, of, mean)
    per = bucket_asked(facts) if mean else ""
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    if group.type == s.FIELD_TYPE_MULTI_CHOICE:
        given = terms.unnested(given, group.name)
    held = terms.column(group.name)
    given = terms.filtered(given, terms.present(held))
    key = [q.Named(name=group.name, value=held)]
    figures = figures_of(facts, given, measured, at, per, key)
    if besides is not None:
        figures = terms.grouped(given, key, [measured.of("value"), besides.of(besides.name)])
    least = group.type == s.FIELD_TYPE_PERSON and not descending and ratio is None and not per and besides is None
    if least and measured.function in ("count", "sum"):
        # Who has none of it has the least.
        figures = with_zeros(facts, figures, group.name)
    made = _foremost(figures, descending, limit)
    zh = measuring.chinese(facts)
    figure = told_per(facts, measured, per, zh)
    told = (
        f"按{label(group)}：{figure}"
        if zh
        else f"{figure} by {label(group).lower()}, {'highest' if descending else 'lowest'} first"
    )
    shown = [Shown(group.name, told=label(group)), Shown("value", measured.unit)]
    if besides is not None:
        shown.append(Shown(besides.name, besides.unit, besides.told(zh)))
        told = f"{told}；{besides.told(zh)}" if zh else f"{told}; {besides.told(zh)}"
    return Plan(
        made,
        tuple(shown),
        told,
        tuple(spans),
        key=group.name,
        figure="value" if limit == 1 and besides is None else "",
        verdict="cell" if limit == 1 else "",
    )


def _lasting(facts: Facts) -> Quantity | None:
    """What there is most of in a day, where no quantity is named: time; None: records."""
    counted = any(m.cue(name) for m in facts.items for name in ("count", "times", "row", "often"))
    if not counted and (food := eaten(facts)) is not None:
        return food
    lasting = facts.subject.fields(s.FIELD_TYPE_DURATION)
    if most_records(facts):
        return None
    if len(lasting) == 1 and any(m.of(Kind.ENTITY) for m in facts.items):
        # Who trains most in a week trains longest.
        return quantity(lasting[0])
    # The fullest week of hours that are logged is that with most hours.
    return unit_named_field(facts)


def _measured(facts: Facts, of: Quantity | None, mean: bool) -> Measured:
    if of is None:
        return Measured("count")
    return Measured("mean" if mean or not facts.additive(of.field) else "sum", of)


def _foremost(figures: q.Relation, descending: bool, limit: int) -> q.Relation:
    """The first by their figure; with a limit of one, all that are equal to it."""
    value = terms.column("value")
    made = terms.filtered(figures, terms.present(value))
    return terms.ordered(made, terms.order(value, descending=descending), limit=limit, with_ties=limit == 1)
