"""The frame of the most and the least: of what, and whether a record, a day, a person or a choice is sought."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import dimensions, measuring, pairs
from madeleine_miniapp.domain.questions.frames.amounts import eaten, only_amount, pieces
from madeleine_miniapp.domain.questions.frames.extreme_figures import buckets, ranked, told_besides
from madeleine_miniapp.domain.questions.frames.extreme_groups import sought
from madeleine_miniapp.domain.questions.frames.extreme_records import record
from madeleine_miniapp.domain.questions.frames.figure_list import adds_up
from madeleine_miniapp.domain.questions.frames.figures import money_meant
from madeleine_miniapp.domain.questions.frames.latest import kind_of
from madeleine_miniapp.domain.questions.frames.per_bucket import ALL_AND_WHICH
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.units import Quantity, is_price, is_rate, quantity

_TOTALLED = re.compile(r"daily|weekly|monthly|yearly|一[天周年]|每|(?:in|on|within) (?:an?|one|any|any one|the same) ")
_SUM = re.compile(r"(?:the )?(?:total|sum)s?|总[额数和]|合计")
_MOST = re.compile(r"(?:the )?(?:most|fewest|least)|最多的?|最少的?")
_BIG = re.compile(r"\b(?:big|larg|small|littl|hug|tini)\w*est\b|\blargest\b|最[大小]")
# "The best nights of sleep".
_OF_IT = re.compile(r" ?(?:(?:nights?|days?|amounts?|hours?) of )?")
# 用得最少 is of how often it is done, whatever that is told by; 花得最少 is of money.
_DONE_MOST = re.compile(
    r"[^花付垫掏交出贵便买卖赚挣]得最[多少](?!的?一?[次笔顿天])|\b(?:i|we) (?:\w+ )?(?!spen|pa[iy]|cost)\w+(?: \w+)?"
    r" (?:the )?(?:most|least)$"
)
# What sells best may be what sells most often, the most pieces, or for the most.
_SELLS = re.compile(r"\bsell(?:s|ing|ers?)?\b|\bsold\b|卖")
_TIME_UNITS = ("min", "h", "s", "hours", "minutes", "min/km")


def extreme(facts: Facts) -> Plan | None:
    """The record with the largest or smallest value; the day, week or month; the person or choice."""
    top = next((m for _, ms in facts.free_cues("top") for m in ms), None)
    sup = next((m for _, ms in facts.free_cues("sup") for m in ms), None)
    if ALL_AND_WHICH.search(facts.scan.text):
        return None
    if sup is None and (top is None or kind_of(top.value) in ("last", "first", "often")):
        return None
    ratio = pairs.asked(facts)
    by_person = ratio is not None and facts.has("who")
    facts.cue("top", "sup", "number_wanted")
    told = sup.value if sup is not None else kind_of(top.value if top else "")
    descending = told.startswith("max")
    size = told.partition(" ")[2]
    limit = int(top.number) if top is not None and top.number else 1
    average = facts.has("mean")
    besides = None if ratio is not None or size else told_besides(facts)
    of = ratio.each if ratio is not None else None if besides and besides.quantity else _named(facts, size)
    if of is not None and ratio is None and size == "speed" and of.unit not in _TIME_UNITS and not is_rate(of.field):
        # The slowest tempo is the lowest; of times it is the highest.
        descending = not descending
    if of is None and size:
        of = _of_size(facts, size)
    if of is not None and ratio is None and size == "speed" and _hurries(facts, of):
        raise Doubt("what is fast may be told by what is done in a time, or by the time alone")
    if of is None and size == "good" and (best := _best_of(facts)) is not None:
        return ranked(facts, best, _takings(facts), descending, limit, None)
    if of is None and not size and facts.has("who") and _went_most(facts):
        of = dimensions.dimension(facts, "distance")
    if of is None and besides is None and not size and _MOST.fullmatch(_said(facts)):
        of = pieces(facts)
    if of is None and _BIG.search(_said(facts)) and money_meant(facts):
        # "The biggest category": by what was spent, where nothing else is recorded.
        of = only_amount(facts)
    further = of is not None and any(f[2][0] != of.field for f in facts.fields_named(*NUMERIC))
    bucket = _bucket(facts, eats=of is None and eaten(facts) is not None)
    _take_one(facts)
    summed = (of is not None and facts.cue("by") is not None) or average or facts.has("sum")
    # "Who reads fastest, pages per hour": what each has in all.
    by_size = "" if by_person else size
    grouped = sought(facts.copy(), of, by_size, summed) is not None
    if grouped and facts.has("unit") and not facts.has("which_bucket"):
        # "which activity ... on high energy days".
        facts.cue("unit")
        bucket = ""
    if of is not None and not bucket and not grouped:
        facts.cue("mean")
    if bucket and facts.has("which_bucket") and (facts.has("times", "per_record") or _record_said(facts)):
        bucket = ""
    once_a_day = of is not None and not adds_up(facts, of) and bucket in ("day", "night")
    if further and of is not None and once_a_day:
        # One sleeps but once a night: the record tells the rest.
        facts.cue("unit", "which_bucket", "per")
        return record(facts, of, descending, limit)
    if further and (grouped or bucket):
        raise Doubt("it asks for two figures; I can compute one at a time")
    # What does not add up is highest in a record of the day.
    if bucket and not (of is not None and not facts.additive(of.field) and bucket in ("day", "night")):
        return buckets(facts, bucket, of, descending, limit, ratio)
    if (group := sought(facts, of, by_size, summed)) is not None:
        return ranked(facts, group, of, descending, limit, ratio, besides)
    if besides is not None:
        raise Doubt("it asks for two figures; I can compute one at a time")
    if of is None and _DONE_MOST.search(facts.scan.text):
        raise Doubt("it does not say by what the most is told")
    of = of or _big(facts) or only_amount(facts) or _only_number(facts)
    if of is None:
        raise Doubt("it does not say the most of what")
    if average:
        raise Doubt("it does not say the average of what for each")
    return record(facts, of, descending, limit)


def _hurries(facts: Facts, of: Quantity) -> bool:
    """ "Who reads fastest": whoever does most in an hour, not whose sitting was the shortest."""
    amounts = [f for f in facts.subject.numeric if f.type == s.FIELD_TYPE_INTEGER and facts.additive(f)]
    return facts.has("who") and of.unit in _TIME_UNITS and any(f.name != of.field.name for f in amounts)


def _record_said(facts: Facts) -> bool:
    """Whether a record is spoken of; not in 云南这趟, where the word says what is filtered on."""
    filtered = {c.field for c in facts.conditions}
    return any(
        i not in facts.used and m.cue("row") and not any(x.name in filtered for x in m.of(Kind.FIELD))
        for i, m in enumerate(facts.items)
    )


def _take_one(facts: Facts) -> None:
    """ "Which month was the most expensive one": one of the months, no record."""
    sought = next((m.start for m in facts.items if m.cue("which_bucket")), -1)
    for before, (index, mention) in pairwise(enumerate(facts.items)):
        if 0 <= sought < before[1].start and before[1].cue("sup") and mention.cue("row") and mention.text == "one":
            facts.used.add(index)


def _went_most(facts: Facts) -> bool:
    """ "Who drove most": the farthest in all, not the most often."""
    for one, other in pairwise(facts.items):
        if other.cue("sup") and _MOST.fullmatch(other.text) and one.of(Kind.ENTITY) and other.start - one.end <= 1:
            counted = facts.has("count", "often", "times", "row", "unit")
            return dimensions.moves(facts) and not one.text.endswith("s") and not counted
    return False


def _best_of(facts: Facts) -> s.Field | None:
    """ "Our best customer", where nothing is rated: the field that is named, taken."""
    sup = next((m for m in facts.items if m.cue("sup") or m.cue("top")), None)
    for index, mention, fields in facts.fields_named(s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_PERSON):
        if sup is not None and 0 <= mention.start - sup.end <= 9:
            facts.used.add(index)
            return fields[0]
    return None


def _takings(facts: Facts) -> Quantity:
    """What comes in, by which the best buyer is told; raises Doubt where it is not the only measure."""
    held = [f for f in facts.subject.numeric if f.name in facts.lexicon.takings(facts.subject.entity)]
    if len(held) != 1 or _SELLS.search(facts.scan.text):
        raise Doubt("it does not say by what the best is told")
    facts.cue("which", "what", "who", "list")
    return quantity(held[0])


def _big(facts: Facts) -> Quantity | None:
    """ "My biggest dinner": the one of most calories; a harvest is as big as the one figure that adds up says."""
    if not _BIG.search(_said(facts)):
        return None
    adding = [f for f in facts.subject.numeric if facts.additive(f)]
    return dimensions.dimension(facts, "food") or (quantity(adding[0]) if len(adding) == 1 else None)


def _said(facts: Facts) -> str:
    """The superlative."""
    return next((m.text for m in facts.items if m.cue("sup") or m.cue("top")), "")


def _only_number(facts: Facts) -> Quantity | None:
    return quantity(facts.subject.numeric[0]) if len(facts.subject.numeric) == 1 else None


def _named(facts: Facts, size: str) -> Quantity | None:
    """The quantity that is named, if any; raises Doubt where the superlative is not about it."""
    named = facts.fields_named(*NUMERIC)
    found = facts.quantities()
    of = found[0] if found else None
    if len(found) > 1:
        of = _of_several(facts, [n for n in named if n[2][0].name in {x.field.name for x in found}], size)
        # The others are told of the record that is found.
        facts.used -= {index for index, _, fields in named if of.field not in fields}
    if of is not None and size == "money" and of.field.type != s.FIELD_TYPE_MONEY and not is_price(of.field):
        # "cost us most in fuel": of fuel, but money.
        of = dimensions.dimension(facts, size)
        if of is None:
            raise Doubt("no cost is recorded")
    if size == "good":
        of = dimensions.how_good(facts, of)
    dimensions.fits(facts, of, size)
    if of is not None and size == "good" and (of.field.type == s.FIELD_TYPE_MONEY or of.unit == "kcal"):
        raise Doubt(f"it does not say whether much or little {label(of.field).lower()} is better")
    return of


def _of_several(facts: Facts, named: list[tuple[int, Mention, tuple[s.Field, ...]]], size: str) -> Quantity:
    """Of several figures the one that the superlative is said of; raises Doubt where it may be any."""
    sup = next(m for m in facts.items if m.cue("sup") or m.cue("top"))
    near = [
        fields[0]
        for _, m, fields in named
        if _OF_IT.fullmatch(facts.scan.text[sup.end : m.start])
        or (measuring.chinese(facts) and 0 <= sup.start - m.end <= 1)
    ]
    if len(near) == 1:
        return quantity(near[0])
    if size == "speed" and any(dimensions.is_size(f, "distance") for f in facts.subject.numeric):
        raise Doubt("what is fast may be told by pace or by time")
    of = dimensions.dimension(facts, size) if size else None
    if of is None:
        raise Doubt("it asks for two figures; I can compute one at a time")
    return of


def _of_size(facts: Facts, size: str) -> Quantity | None:
    """The quantity that the superlative itself is about; raises Doubt where there must be one and is not."""
    of = dimensions.dimension(facts, size)
    if of is None and size not in ("weight", "hard", "good"):
        said = next((m.text for m in facts.items if m.cue("sup")), "")
        raise Doubt(f"nothing is recorded that says which is '{said}'")
    return of


def _bucket(facts: Facts, *, eats: bool) -> str:
    """The unit of time that is sought ("which week", "the highest daily total"); empty: none is."""
    named = next((m.value for _, ms in facts.free_cues("which_bucket", "unit") for m in ms), "")
    per = next((ms[0].value for i, ms in facts.free_cues("per") if _TOTALLED.match(facts.items[i].text)), "")
    listed = _listed_sum(facts)
    if not named and per and per != "night":
        # "The highest daily total", 最好的一天: the day.
        named = per
        facts.cue("per")
    elif not named and facts.has("when") and _most_of_records(facts):
        named = "day"
    elif not named and facts.has("when") and ((facts.has("sum") and not listed) or eats):
        # "What date has the highest total", "on which day did I eat least": what it comes to on a day.
        named = "day"
    if named and not per and _asked_too(facts):
        # "the dearest dish: name, price and day" is a record, with its day.
        facts.cue("which_bucket", "unit")
        named = ""
    return named


def _most_of_records(facts: Facts) -> bool:
    """ "On what date did I log the most meals": the day with most records."""
    for one, other in pairwise(facts.items):
        if one.cue("sup") and _MOST.fullmatch(one.text) and other.start - one.end <= 1:
            return any(m.strength == 3 for m in other.of(Kind.ENTITY)) or other.cue("row") is not None
    return False


def _listed_sum(facts: Facts) -> bool:
    """ "The top expense: item, sum and payer": the sum is a column; taken."""
    sup = next((m for m in facts.items if m.cue("sup") or m.cue("top")), None)
    for index, mention in enumerate(facts.items):
        noun = mention.cue("sum") and _SUM.fullmatch(mention.text)
        if sup and index not in facts.used and noun and mention.start > sup.end:
            between = facts.scan.text[sup.end : mention.start]
            if re.search(r"[,:;]|\s[-–]\s", between):
                facts.used.add(index)
                return True
    return False


def _asked_too(facts: Facts) -> bool:
    """Whether days are but one of several things that are asked of the extreme."""
    sup = next((m for m in facts.items if m.cue("sup") or m.cue("top")), None)
    day = next((m for m in facts.items if m.cue("which_bucket") or m.cue("unit")), None)
    if sup is None or day is None or day.start < sup.end or not re.fullmatch(r".*\bdays?|.*[天日]", day.text):
        return False
    return bool(re.search(r"[,;:/+，、：?]|\s[-–]\s|\band\b|\bwith\b|和", facts.scan.text[sup.end : day.start]))
