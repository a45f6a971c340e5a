"""The frame of tables: a figure for each choice, person, month, or pair of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, dimensions, measuring, titles
from madeleine_miniapp.domain.questions.frames.buckets import buckets_asked, figures_of, told_per
from madeleine_miniapp.domain.questions.frames.columns import add_column, asked_columns, each_with_its
from madeleine_miniapp.domain.questions.frames.context import context
from madeleine_miniapp.domain.questions.frames.figures import best_of_each, compared, direction_asked, money_said
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import NO_VALUE, Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span

# "Who cooked most" asks for a sum; "the longest walk of each" for one record of each.
_HOW_MUCH = re.compile(r"多少|\bhow much\b")
_SUMMED = re.compile(
    r"\b(?:most|least|fewest|winner|wins|winning|leads|leading|in the lead|ahead|out on top)\b|最多|最少|领先|\bfirst\b"
)
# "The most expensive".
_MOST_SO = re.compile(r"\b(?:most|least) [a-z]+$")
# "Rank us", not only "highest first".
_RANKS = re.compile(r"rank|leader|league|standings|in order of|order|sort|排")
# "Fewest first", 从低到高.
_UPWARD = re.compile(
    r"^(?:the )?(?:least|fewest|lowest|smallest|shortest|cheapest|worst)\b|\bascending|low to high|[少低小短]到"
)
# "Places where I read: minutes for each".
_FOR_EACH = ("for each", "each", "for every one", "in each", "per each", "for each one", "各", "分别")
_IN_ALL = re.compile(r"\b(?:together|combined|altogether|in (?:total|all))\b|合计|一共|总共|加起来")
_NAMING = ("which", "who")
_GROUPABLE = (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_TEXT)


@dataclass(slots=True)
class _Keys:
    fields: list[s.Field]
    # Only these choices of the field, where the question names them.
    restricted: list[Condition]
    by_person: bool = False


def groups(facts: Facts) -> Plan | None:
    """A figure for each choice of a field, for each person, for each month, or for pairs of them."""
    keys = _keys(facts)
    if keys is None:
        return None
    who = facts.has("who")
    if facts.has("often") and not who and not facts.has("more", "less") and facts.has("each"):
        raise Doubt("it asks for the most frequent of each; I can tell one at a time")
    sup = facts.cue("sup")
    upward = any(m.cue("rank") and _UPWARD.search(m.text) for _, m in facts.free(Kind.CUE))
    facts.cue("rank")
    direction = direction_asked(facts) if facts.has("more", "less") else ""
    buckets, per = buckets_asked(facts)
    if len(buckets) + len(keys.fields) > 2:
        raise Doubt("it groups by three things; I can group by two")
    naming = facts.has(*_NAMING)
    summed = _SUMMED.search(_said(facts)) is not None and not _MOST_SO.search(_said(facts))
    # 多少 may be how much as well.
    counted = facts.has("count", "sum") or any(m.cue("how_many") and not m.cue("how_much") for m in facts.items)
    of_each = sup is not None and not naming and not summed and not per and not counted
    listed = _asks_for_records(facts)
    facts.cue("each", "by", "split", "list", "which", "what", "exist", "each_one", "who", "logged_only", "often")
    facts.cue("number_wanted")
    size = sup.value.partition(" ")[2] if sup else ""
    of_records = of_each and _names_records(facts)
    if of_each and sup is not None:
        measured = best_of_each(facts, sup.value)
    elif facts.per_record or facts.cue("per_record"):
        facts.used |= {i for i, m in enumerate(facts.items) if m.cue("mean")}
        measured = measuring.measured(facts, default="mean") or compared(facts)
    elif size == "good" and not facts.quantities_named():
        # "Who is the strictest" of those who rate: whose mean is the lowest.
        facts.cue("mean")
        of = dimensions.dimension(facts, size)
        measured = Measured("mean", of) if of is not None else compared(facts)
    else:
        measured = compared(facts)
    if listed and measured.function == "count" and not counted:
        # "What is each of us reading": the books, no number of them.
        return None
    if of_records and not buckets and len(keys.fields) == 1 and measured.over is None:
        return _best_records(facts, keys, measured)
    facts.cue("unit", "row", "times")
    if sup:
        dimensions.fits(facts, measured.quantity, size)
    verdict = _verdict(who or (naming and direction != ""), sup, direction) if not of_each else ""
    return _table(facts, keys, buckets, per, measured, verdict, upward=upward)


def _asks_for_records(facts: Facts) -> bool:
    """ "What is each of us reading", "which books has each of us finished": what, of each, and not how many."""
    asking = re.match(r"(?:so |and |ok )?(?:what|which)\b", facts.scan.text)
    return bool(asking) and facts.has("each") and not facts.has("sup", "often", "rank", "more", "less", "share")


def _names_records(facts: Facts) -> bool:
    """Whether it matters which record it is that is the most of each: it has a name, or its day is asked for."""
    named = titles.title(facts)
    if named is None or named in facts.groups:
        kinds = (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_TEXT)
        told = [f for _, m, f in facts.fields_named(*kinds) if m.kind is Kind.FIELD and f[0] not in facts.groups]
        return facts.has("when", "where") or bool(told)
    title = any(m.name == named.name for x in facts.items for m in x.of(Kind.FIELD))
    records = any(m.strength == 3 for x in facts.items for m in x.of(Kind.ENTITY)) or facts.has("row", "thing")
    return title or (records and titles.names_surely(facts, named)) or facts.has("when", "where")


def _best_records(facts: Facts, keys: _Keys, measured: Measured) -> Plan:
    """The record of each that has the most or the least: "the longest book each of us read"."""
    facts.cue("when", "where", "row", "times", "unit", "which_bucket", "what")
    if measured.quantity is None:
        raise Doubt("it does not say the most of what")
    of, (field,) = measured.quantity, keys.fields
    spans, at = facts.spans(), facts.moment()
    asked = [f for f in asked_columns(facts, but=of.field.name) if f != field]
    each = terms.column(field.name)
    given = terms.filtered(base.chosen(facts, spans, at), terms.present(each), terms.present(of.expression))
    ends = terms.extended(
        measured.grouped(given, [q.Named(name=field.name, value=each)], "value"),
        terms.named(told_by=each, end=terms.column("value")),
        only=True,
    )
    joined = terms.joined(
        given, ends, q.JOIN_KIND_SEMI, (each, terms.column("told_by")), (of.expression, terms.column("end"))
    )
    columns, shown = context(facts, at)
    first = (q.Named(name=field.name, value=each), q.Named(name=of.field.name, value=of.expression))
    columns = [*first, *[c for c in columns if c.name not in (field.name, of.field.name)]]
    shown = [Shown(field.name, told=label(field)), Shown(of.field.name, of.unit, label(of.field))] + [
        c for c in shown if c.name not in (field.name, of.field.name)
    ]
    for f in asked:
        add_column(facts, columns, shown, f)
    made = terms.ordered(joined, terms.order(of.expression, descending=measured.function == "max"))
    zh = measuring.chinese(facts)
    told = f"按{label(field)}：{measured.told(zh)}" if zh else f"{measured.told(zh)} by {label(field).lower()}"
    return Plan(terms.extended(made, columns, only=True), tuple(shown), told, tuple(spans), key=field.name)


def _said(facts: Facts) -> str:
    return " ".join(m.text for m in facts.items if m.cue("sup"))


def _verdict(who: bool, sup: object, direction: str) -> str:
    if not who and not sup:
        return ""
    told = getattr(sup, "value", "")
    return "least" if told.startswith("min") or direction == "less" else "who"


# 是谁付的，每个人付了多少: each of those who did.
_WHO_DID = re.compile(r"是谁[\u4e00-\u9fff]{1,3}的")


def _keys(facts: Facts) -> _Keys | None:
    """What the table has a row for."""
    if each_with_its(facts):
        return None
    # "Who bought the curtain, and for how much" asks for a record, not for a row of each.
    of_one = any(c.kind is Kind.VALUE for c in facts.conditions) and facts.has("how_much")
    much = (
        _HOW_MUCH.search(facts.scan.text) is not None and money_said(facts) and not facts.has("what", "which", "list")
    )
    counted = facts.has("how_many", "count") or (bool(much) and not facts.has("last", "first", "when"))
    whose = facts.has("who") and counted and not facts.has("sup") and not of_one
    ranked = any(m.cue("rank") and _RANKS.match(m.text) for m in facts.items)
    everybody = any(m.cue("number_wanted") and re.search(r"\b(?:all|each|every)", m.text) for m in facts.items)
    # "Books by status, how many each": of each status.
    bare = facts.groups and not any(m.cue("each") and m.text != "each" for _, m in facts.free(Kind.CUE))
    # 谁花得最多？各花了多少: all of them, and who it is.
    most_and_each = facts.has("who") and facts.has("sup") and facts.has("each_one")
    asked = (
        (facts.has("each") and not bare)
        or most_and_each
        or (ranked and not facts.groups)
        or whose
        or (everybody and facts.has("who"))
    )
    # "Who paid me, and how much" asks of those who did, "how much did each" of all.
    told_of = whose and (not (facts.has("each") or ranked or everybody) or _WHO_DID.search(facts.scan.text) is not None)
    by_person = facts.subject.shared and len(facts.people) != 1 and asked
    if by_person:
        # 每个人负责几项: the field that the rows are told by.
        named = [(i, m) for i, m in facts.free(Kind.FIELD) if all(x.name == facts.person for x in m.of(Kind.FIELD))]
        # A field may itself be called "who", which is asked as well.
        facts.used |= {index for index, m in named if not m.cue("who")}
    split = facts.has("split") and not facts.groups and not by_person
    if split or (not facts.groups and not by_person and facts.has("each_one")):
        held = [c for c in facts.conditions if not c.negated and c.kind is Kind.CHOICE]
        several = next((c.field for c in held if [x.field for x in held].count(c.field) >= 2), "")
        group = next((f for f in facts.subject.entity.fields if f.name == several), None)
        if group is None and split:
            named = facts.fields_named(*_GROUPABLE)
            group = named[-1][2][0] if named else None
            if named:
                facts.used.add(named[-1][0])
        if group is None:
            return None
        return _Keys([group], [c for c in held if c.field == group.name])
    if any(is_note(f) for f in facts.groups):
        raise Doubt("remarks are no groups")
    fields = list(facts.groups)
    if not fields and not by_person and any(m.text in _FOR_EACH and not m.of(Kind.FIELD) for m in facts.items):
        named = [n for n in facts.fields_named(*_GROUPABLE) if n[1].of(Kind.FIELD)[0].strength >= 2]
        named = [n for n in named if not is_note(n[2][0])]
        if len({n[2][0].name for n in named}) == 1:
            fields = [named[0][2][0]]
            facts.used |= {n[0] for n in named}
            facts.cue("by", "for_every", "each_one")
    facts.grouped = bool(facts.groups)
    by_person = by_person or any(
        f.type == s.FIELD_TYPE_PERSON and re.search(r"\b(?:each|every)\b|每|各", facts.scan.text) for f in fields
    )
    if by_person and not any(f.type == s.FIELD_TYPE_PERSON for f in fields):
        person = next((f for f in facts.subject.entity.fields if f.name == facts.person), None)
        fields.append(person or s.Field(name="entered_by", label="who", type=s.FIELD_TYPE_PERSON))
    if not fields:
        buckets, per = buckets_asked(facts.copy())
        # Of months alone: only where days are averaged in each.
        return _Keys([], []) if buckets and per else None
    return _Keys(fields, [], by_person and not told_of)


def _table(
    facts: Facts, keys: _Keys, buckets: list[str], per: str, measured: Measured, verdict: str, *, upward: bool
) -> Plan:
    _told_apart(facts, keys)
    spans = facts.spans()
    if len(spans) > 1 and not _IN_ALL.search(facts.scan.text):
        buckets = _months_too(facts, spans, [*buckets, *(f.name for f in keys.fields)])
    at = facts.moment()
    zh = measuring.chinese(facts)
    given = base.chosen(facts, spans, at)
    made_of: list[q.Named] = [q.Named(name=b, value=base.bucket(b, at)) for b in buckets]
    for field in keys.fields:
        held = terms.column(field.name)
        if field.type == s.FIELD_TYPE_MULTI_CHOICE:
            given = terms.unnested(given, field.name)
            if keys.restricted:
                given = terms.filtered(given, terms.one_of(held, [c.value for c in keys.restricted]))
        optional = field.type in (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_TEXT) and not keys.restricted
        averaged = measured.function in ("mean", "median")
        placed = averaged or (field.type == s.FIELD_TYPE_TEXT and measured.function != "count")
        if field.type == s.FIELD_TYPE_PERSON or placed:
            # What is nobody's, or is summed up of nowhere, is no row; what says nothing has no average to compare.
            given = terms.filtered(given, terms.present(held))
        name = terms.call(q.FUNCTION_COALESCE, held, terms.value(NO_VALUE)) if optional else held
        made_of.append(q.Named(name=field.name, value=name))
    made = figures_of(facts, given, measured, at, per, made_of)
    if measured.function != "count":
        made = terms.filtered(made, terms.present(terms.column("value")))
    people = [f for f in keys.fields if f.type == s.FIELD_TYPE_PERSON]
    if keys.by_person and people and len(made_of) == 1 and measured.function in ("count", "sum") and not per:
        made = with_zeros(facts, made, people[0].name)
    # The least time for a distance is the foremost.
    timed = measured.over is not None and measured.unit.startswith(("min/", "h/", "s/"))
    least = verdict == "least" or upward or timed
    order = [terms.order(terms.column(b)) for b in buckets]
    made = terms.ordered(made, *order, terms.order(terms.column("value"), descending=not least))
    told = told_per(facts, measured, per, zh)
    names = [*buckets, *[label(f) if zh else label(f).lower() for f in keys.fields]]
    told = f"按{'、'.join(names)}：{told}" if zh else f"{told} by {' and '.join(names)}"
    shown = (*[Shown(b) for b in buckets], *[Shown(f.name, told=label(f)) for f in keys.fields])
    key = buckets[0] if buckets else keys.fields[0].name
    return Plan(made, (*shown, Shown("value", measured.unit)), told, tuple(spans), key=key, verdict=verdict)


def _months_too(facts: Facts, spans: list[Span], told_by: list[str]) -> list[str]:
    """ "January vs February by category": a row for each in each month; raises Doubt where that is not said."""
    months = all(span.first.day == 1 and span.first.month == span.last.month for span in spans)
    if not months or len(told_by) > 1 or not facts.has("vs", "each_one", "each"):
        raise Doubt("it names several times: ask for one, or for all of them together")
    facts.cue("vs", "each_one", "each")
    return ["month"]


def _told_apart(facts: Facts, keys: _Keys) -> None:
    """Raises Doubt where another sentence names choices of what is grouped: "by meal. Is it the snacks?"."""
    names = {f.name for f in keys.fields} - {c.field for c in keys.restricted}
    grouped = next((m.start for m in facts.items if any(x.name in names for x in m.of(Kind.FIELD))), 0)
    for condition in facts.conditions:
        between = facts.scan.text[min(grouped, condition.start) : max(grouped, condition.start)]
        if condition.field in names and re.search(r"[.?!。？！]\s", between):
            raise Doubt(f"it may ask of all, or only of {condition.value}")


def with_zeros(facts: Facts, counted: q.Relation, key: str) -> q.Relation:
    """Everybody who has any record at all, with zero where none matches."""
    everyone = terms.grouped(
        terms.filtered(base.records(facts), terms.present(terms.column(key))),
        [q.Named(name=key, value=terms.column(key))],
        [],
    )
    right = terms.extended(counted, terms.named(other=terms.column(key), counted=terms.column("value")), only=True)
    both = terms.joined(everyone, right, q.JOIN_KIND_OUTER, (terms.column(key), terms.column("other")))
    zero = terms.call(q.FUNCTION_COALESCE, terms.column("counted"), terms.value(0.0))
    return terms.extended(
        both, [q.Named(name=key, value=terms.column(key)), q.Named(name="value", value=zero)], only=True
    )
