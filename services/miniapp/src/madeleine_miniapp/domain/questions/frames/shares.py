# ruff: noqa: E501 - tables and patterns of words, one line each.
"""The frame of shares: what part of the records, or of a total, passes a filter."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, label
from madeleine_miniapp.domain.questions.flows import ways
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.amounts import only_amount
from madeleine_miniapp.domain.questions.frames.divisions import divides, division, of_money, one_of_other, percent
from madeleine_miniapp.domain.questions.frames.figures import money_meant
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.limits import holds
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.units import Quantity, quantity
from madeleine_miniapp.domain.questions.whose import people_fields

# Where costs are shared, "my share" is an amount.
_OWN = re.compile(r"\b(?:my|our|his|her|their|[^\W\d]+'s) (?:(?:total|own|fair|equal) )*(?:share|part)\b")
_IS = re.compile(r"\b(?:are|were|is|was)\b|是")

_AMONG = re.compile(r"里[面头边]?|当中|之中|其中|中间?(?![餐饭午国])")


# "Skip the ones where nobody noted it": a share of those of which it is known.
_OF_KNOWN = re.compile(
    r"\b(?:skip\w*|ignor\w*|leav\w+ out|exclud\w*|disregard\w*|drop|not counting|out of those|of those|only those|only where|only the ones)\b"
    r".{0,40}\b(?:noted|recorded|entered|filled (?:(?:it|that|this) )?in|wrote|written|known|ticked|answered|said|set|noting|empty|blank)\b"
    r"|没(?:有)?(?:填|记|写|勾|标|录)[^，。？,?]{0,10}(?:不算|不管|不计|除外|去掉|排除|忽略)|不算没(?:填|记|写)"
)

_IN_A_WHOLE = re.compile(
    r"^[^,;?]*?\b(?:in|within|of|out of) (?:the |our |my |all )*(?:\w+ ){0,3}"
    r"(?:total|budget|spending|costs?|trip|sum|expenses)\b"
)

# "What share did Noor pay of the rent", not "what share of her meals does Noor cook".
_BY_WHOM = re.compile(
    r"^[^,;?]*\b(?:share|percentage|percent|part|proportion|fraction)\b "
    r"(?:did|does|do|has|have) [^,;?]*\bof(?: the| our| all)? "
)

# "The share of runs among my workouts": of theirs all.
_AMONG_THEIRS = re.compile(r"\b(?:among(?:st)?|out of|within|in|from)(?: all| of)* \0")
_OF_DAYS = re.compile(
    r"\b(?:share|percentage|percent|%|proportion|fraction|part) of (?:(?:my|the|all|our|those) )*days\b"
)
# "Monthly" may as well be of the mean.
_EACH = re.compile(r"(?:each|every|by|per|for each|(\w+) (?:by|for) \1)\b|[每按各]")
# What stands between "share" and the records that it is of.
_OF_THE = re.compile(r"(?:so |and |out )?of (?:(?:all|the|our|my|those|these) ){0,2}")
_SHARED = re.compile(r"(?: of)?(?: (?:the|our|my|all|those))*(?: [^\W\d]+){0,2} ")
_HAVING = re.compile(
    r"\b(?:with|have|has|had|add|added|adding|wrote|write|written|gave|given|got|carr\w+|contain\w*)\b|有|写"
)


def share(facts: Facts) -> Plan | None:
    """What part of the records, or of a total, passes a filter, in percent."""
    if not facts.has("share") or (facts.has("sup") and not facts.conditions):
        return None
    if _OWN.search(facts.scan.text) and any(f.type == s.FIELD_TYPE_MULTI_CHOICE for f in people_fields(facts)):
        raise Doubt("what falls on somebody is told alone, as an amount")
    place = facts.place("share")
    facts.cue("share", "exist", "what", "list")
    spans = facts.spans()
    at = facts.moment()
    timed = facts.has("hour") or facts.has("weekend") != facts.has("workdays") or facts.has("on_weekday")
    parts = [] if timed else _numerators(facts, place)
    told_apart = any(m.cue("each_one") or m.cue("each") for m in facts.items)
    if told_apart and len(parts) > 1 and len({c.field for c in parts}) == 1 and not facts.groups:
        raise Doubt("it asks for several shares of one whole; ask for one, or for the figures themselves")
    whose = _of_ours(facts) or _whose(facts, parts, place)
    limits = [x for x in facts.limits if len(x.fields) == 1 and not x.counted]
    if whose:
        parts = []
    elif limits:
        parts = _beside_limit(facts, parts, limits[0].start, place)
    facts.limits = [x for x in facts.limits if x not in limits]
    income = _income(facts, parts)
    # What makes the part besides the conditions.
    others = base.time_filters(facts, at) if timed else []
    others += [holds(x, quantity(x.fields[0], x.unit).expression) for x in limits]
    if not parts and not others and (whose or facts.people):
        others = base.who(facts)
        given = base.chosen(facts, spans, at, people=False)
    else:
        given = base.chosen(facts, spans, at, leave=(*parts, *income))
    others += [terms.call(q.FUNCTION_NOT, c.expression) for c in income]
    if divides(facts, place):
        given = base.chosen(facts, spans, at)
        return replace(division(facts, given), spans=tuple(spans))
    if not parts and not others:
        if (rate := one_of_other(facts, given)) is not None:
            return replace(rate, spans=tuple(spans))
        if facts.groups or (facts.subject.shared and facts.has("each")):
            return replace(division(facts, given), spans=tuple(spans))
        if (present := _presence(facts)) is None:
            raise Doubt("it does not say a share of what")
        others = [present]
    # Of what is not recorded nobody knows whether it passes.
    given = terms.filtered(given, *[terms.present(terms.column(x.fields[0].name)) for x in limits])
    if _OF_KNOWN.search(facts.scan.text):
        given = terms.filtered(given, *[terms.present(terms.column(c.field)) for c in parts if c.field])
    lacking = any(c.negated and c.kind is Kind.FIELD for c in parts)
    measured = _measured(facts, counted=bool(limits) or lacking)
    keys = _keys(facts, parts)
    whole = terms.both(*(c.expression for c in income)) if income else None
    totals = terms.grouped(given, keys, [measured.of("part", _condition(parts, others)), measured.of("whole", whole)])
    zero = terms.call(q.FUNCTION_COALESCE, terms.column("part"), terms.value(0.0))
    columns = [
        *[q.Named(name=k.name, value=terms.column(k.name)) for k in keys],
        q.Named(name="share", value=percent(zero, terms.column("whole"))),
    ]
    made = terms.extended(totals, columns, only=True)
    if keys and keys[0].name in base.BUCKETS:
        made = terms.ordered(made, terms.order(terms.column(keys[0].name)))
    people = [facts.asker.names.get(p, p) for p in facts.people] if whose else []
    told = _told(facts, [*people, *(c.told for c in parts), *(x.told for x in limits)], measured)
    shown = (*[Shown(k.name) for k in keys], Shown("share", "%"))
    return Plan(made, shown, told, tuple(spans), figure="share", key=keys[0].name if keys else "")


def _income(facts: Facts, parts: list[Condition]) -> list[Condition]:
    """房租占收入的百分之几: what was spent is no part of what came in, and held against it all the same."""
    both = ways(facts.subject)
    if both is None or not parts or any(c.field == both[0].name for c in parts):
        return []
    return [c for c in facts.conditions if c.field == both[0].name and c.value == both[1] and not c.negated]


def _of_ours(facts: Facts) -> bool:
    """ "What share of the km we ran is mine": the part is one person's, of what all did; taken."""
    ours = facts.subject.shared and any(m.cue("us") for m in facts.items)
    named = [m.of(Kind.PERSON)[0].value for m in facts.items if m.kind is Kind.PERSON]
    named += [facts.asker.person_id for m in facts.items if m.cue("me")]
    if not ours or len(set(named)) != 1:
        return False
    facts.people = named[:1]
    return True


def _whose(facts: Facts, parts: list[Condition], place: int) -> bool:
    """Whether the part is a person's: "percentage of laundry done by Noor"."""
    spoken = [m.start for m in facts.items if m.of(Kind.PERSON) or m.cue("me")]
    if not (facts.people and parts and spoken) or _AMONG_THEIRS.search(facts.scan.text[: spoken[-1]] + "\0"):
        return False
    if _BY_WHOM.search(facts.scan.text[place : parts[0].start]) and place < spoken[0] < parts[0].start:
        # "What share did Noor pay of the rent".
        return True
    return spoken[-1] > max(c.start for c in parts) and place < parts[0].start


def _beside_limit(facts: Facts, parts: list[Condition], limit: int, place: int) -> list[Condition]:
    """The parts that are said with a limit: "were runs over 8 km", not "what share of my runs went over 8 km"."""
    text = facts.scan.text
    being = [m.start() for m in _IS.finditer(text) if m.start() > place]
    verb = max((i for i in _verbs(text) if place < i < limit), default=-1)
    return [c for c in parts if 0 <= verb < c.start < limit and any(v < c.start for v in being)]


def _condition(parts: list[Condition], others: list[q.Expression]) -> q.Expression:
    """What makes the part; of several choices of one field any will do."""
    alike: dict[str, list[q.Expression]] = {}
    for c in parts:
        alike.setdefault(c.field if not c.negated else f"{c.field}!{c.value}", []).append(c.expression)
    any_of = [e[0] if len(e) == 1 else terms.call(q.FUNCTION_OR, *e) for e in alike.values()]
    return terms.both(*any_of, *others)


def _measured(facts: Facts, *, counted: bool) -> Measured:
    """What the whole is a sum of, or the number of records; raises Doubt.

    A share of "expenses" is of money, unless it is of those over a limit or without a value: these are `counted`.
    """
    amounts = {f.name for f in facts.subject.fields(s.FIELD_TYPE_MONEY)}
    of_amounts = (
        not counted
        and not facts.has("how_many", "count")
        and any(m.of(Kind.ENTITY) and any(x.name in amounts for x in m.of(Kind.FIELD)) for m in facts.items)
    )
    counted = counted or _of_records(facts)
    found = [] if _of_records(facts) else facts.quantities()
    facts.cue("how_many", "how_much", "count", "sum", "row", "times", "each_one")
    if len(found) > 1:
        raise Doubt("it asks for two figures; I can compute one at a time")
    meant = not counted and (of_amounts or of_money(facts) or money_meant(facts))
    of = found[0] if found else only_amount(facts) if meant else None
    if of is not None and not facts.additive(of.field):
        raise Doubt(f"{label(of.field)} does not add up")
    if of is None and _OF_DAYS.search(facts.scan.text):
        # "On what share of days": of those of which there are records.
        return Measured("days", Quantity(s.Field(name="days"), facts.day(facts.moment()), "days"))
    return Measured("sum", of) if of is not None else Measured("count")


def _of_records(facts: Facts) -> bool:
    """ "Share of the items that are paid": a state of theirs names no amount."""
    share = next((m for m in facts.items if m.cue("share")), None)
    if share is None or not all(named.of(Kind.CHOICE) for _, named, _ in facts.fields_named(*NUMERIC)):
        return False
    text = facts.scan.text
    rows = [m for m in facts.items if m.cue("row") and m.text.endswith("s") and m.start >= share.end]
    if any(_SHARED.fullmatch(text[share.end : m.start]) for m in rows):
        return True
    # "Of the bills already paid, what %": of so many.
    led = [m for m in facts.items if m.text.endswith("s") and any(x.strength == 3 for x in m.of(Kind.ENTITY))]
    return any(_OF_THE.fullmatch(text[: m.start]) and m.typed(s.FIELD_TYPE_MONEY) is None for m in led)


def _keys(facts: Facts, parts: list[Condition]) -> list[q.Named]:
    """What there is a share of each of: 哈尔滨, 云南分别, each month."""
    for _, (per, *_) in facts.free_cues("per") if not facts.groups else ():
        if per.value in base.BUCKETS and any(m.cue("per") and _EACH.match(m.text) for m in facts.items):
            facts.cue("per", "each_one")
            return [q.Named(name=per.value, value=base.bucket(per.value, facts.moment()))]
    facts.grouped = len(facts.groups) == 1
    name = facts.groups[0].name if facts.groups else _split(facts, parts)
    if not name and facts.subject.shared and facts.cue("each"):
        name = facts.person
    return [q.Named(name=name, value=terms.column(name))] if name else []


def _told(facts: Facts, parts: list[str], measured: Measured) -> str:
    if measuring.chinese(facts):
        return f"占比：{', '.join(parts) or '这些记录'}"
    of = f" in {measured.told(False)}" if measured.quantity is not None else ""
    return f"share of {', '.join(parts) or 'those records'}{of}"


def _split(facts: Facts, parts: list[Condition]) -> str:
    """The field of which several choices are to be told apart, of what is not the part itself; empty if none is."""
    if not any(m.cue("each_one") or m.cue("each") for m in facts.items):
        return ""
    whole = [c.field for c in facts.conditions if c not in parts and not c.negated and c.kind is Kind.CHOICE]
    return next((name for name in whole if whole.count(name) > 1), "")


def _presence(facts: Facts) -> q.Expression | None:
    """ "What share of my entries have a note": that the field which is named has a value."""
    if not _HAVING.search(facts.scan.text):
        return None
    for index, mention in facts.free(Kind.FIELD):
        sure = [m.field for m in mention.of(Kind.FIELD) if m.strength == 3 and m.field is not None]
        if sure and not mention.of(Kind.ENTITY):
            facts.used.add(index)
            return terms.present(terms.column(sure[0].name))
    return None


def _numerators(facts: Facts, place: int) -> list[Condition]:
    """The filters that make the part: those after a verb ("... of meals were X"), or before 占; else all there are."""
    held = sorted((c for c in facts.conditions if c.field), key=lambda c: c.start)
    # "Booked or paid, cancelled left out": what is left out is no part, but of no whole either.
    chosen = {c.field for c in held if not c.negated}
    held = [c for c in held if not (c.negated and c.field in chosen)]
    text = facts.scan.text
    if any(m.cue("each_one") or m.cue("each") for m in facts.items):
        # 哈尔滨, 云南分别: what is told apart is no part.
        fields = [c.field for c in held if c.kind is Kind.CHOICE and not c.negated]
        held = [c for c in held if c.negated or fields.count(c.field) < 2] or held
    if len(held) <= 1:
        return held
    if inside := _among(facts, held):
        return inside
    if "占" in text:
        before = [c for c in held if c.start < text.index("占")]
        if len(before) == len(held) and facts.place("share") > text.index("占") - 1:
            # 云南待预订的占百分之几: of those in 云南, what is said last.
            return [c for c in held if c.field == held[-1].field]
        return before or held
    verb = next(
        (i for i in _verbs(text) if i > place and any(c.start > i for c in held) and any(c.start < i for c in held)), -1
    )
    if verb >= 0:
        return [c for c in held if c.start > verb]
    if measuring.chinese(facts):
        after = [c for c in held if c.start > place]
        return after or held
    first, last = held[0], held[-1]
    if first.field != last.field and _IN_A_WHOLE.search(text[first.start :]) and first.start > place:
        # "The share of hotels in the Yunnan budget".
        return [c for c in held if c.field == first.field]
    # "percentage of dinners takeaway": what comes last is the part.
    fields = {c.field for c in held}
    return [c for c in held if c.field == held[-1].field] if len(fields) > 1 else held


def _among(facts: Facts, held: list[Condition]) -> list[Condition]:
    """晚饭里自己做的占多少: what stands behind "among" is the part, of what stands before it."""
    for inside in _AMONG.finditer(facts.scan.text):
        torn = any(m.start <= inside.start() < m.end for m in facts.items if m.of(Kind.CHOICE, Kind.VALUE))
        part = [c for c in held if c.start > inside.start()]
        if not torn and part and len(part) < len(held):
            return part
    return []


def _verbs(text: str) -> list[int]:
    return [
        m.start()
        for m in re.finditer(
            r"\b(?:that|which|were|was|are|is|went|go|goes|did|have|had|has|start|starts|i|we)\b|是", text
        )
    ]
