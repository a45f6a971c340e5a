# ruff: noqa: E501 - patterns of questions, one line each.
"""The form of an answer that an English question asks for, held against what a plan shows.

A person for "who", a table for "for each month", a time of day for "what time", two figures for "the number and the
total": a plan of another form answers another question, however well its words were understood.
"""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames.base import CLOCK, WHERE, place_fields
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan

_BUCKET = r"(day|night|week|month|year|weekday)"
# Not "people who", "no matter who", "by who".
_WHO = re.compile(
    r"(?<!people )(?<!person )(?<!someone )(?<!anyone )(?<!everyone )(?<!those )(?<!matter )\b(?:who|whose|whom|who's|which (?:one )?of us|which (?:person|flatmate|member))\b(?! (?:knows|cares|else cares))"
)
# What no record answers, or only a figure with a list.
_NEITHER = re.compile(r"\bwhose (?:turn|go|job)\b|\bhow (?:many|much)\b[^,;?]*(?:[,;?]|\band) (?:and )?who\b")
_WHEN = re.compile(
    r"\bwhen (?:did|do|does|was|were|is|are|have|has|had|will|exactly)\b|\b(?:and|or|at|tell me|know|remember|recall|forget|wondering|idea|since) when(?:\s*[?.!,]|$)|\b(?:know|remember|recall|forget|wondering|idea|tell me|remind me) when\b|\bwhat (?:date|day) (?:did|do|does|was|were|is)\b"
)
_WHICH = re.compile(r"(?:at |in |on |from )?(?:which|what|who)\b")
# "the average for each month", "each week's total", "month by month": a row for each, averages too.
_TABLED = re.compile(
    rf"\b(?:for|in|of|over|on) (?:each|every) (?:single |calendar )?{_BUCKET}\b|\b(?:each|every) {_BUCKET}'s\b"
    r"|\b(?:for|on|of) (?:each|every) (?:single )?(?:mon|tues|wednes|thurs|fri|satur|sun)(day)\b|\b(?P<twice>day|night|week|month|year|weekday) (?:by|after|for) (?P=twice)\b|\bby (?P<plain>day|week|month|year)\b|\bbroken down (?:by|per) (?P<down>day|week|month|year)\b"
)
_PERSONS = re.compile(
    r"\b(?:each|every) (?:one )?(?:of us|of them|person|member|flatmate|reader|one of us)\b|\bper (?:person|head|member|flatmate|reader)\b|\b(?:everyone|everybody|each person|each flatmate)'s\b|\b(?:we|they|us) each\b|\bwho\b[^,;?]*\bhow (?:much|many|far|long|often)\b"
)
_FIGURE = r"(?:total|sum|amount|average|mean|cost|price|distance|duration|length|value)s?"
_COUNTED = r"(?:the )?(?:number|count) of|how many|how often"
_TWO_FIGURES = re.compile(
    rf"\b(?:{_COUNTED})\b[^,;?]*(?:,|\band\b|\bwith\b|\bplus\b|&)\s*(?:and |with )?(?:(?:the|their|its|our|my|what|do|did|does|also|for|at) )*(?:(?:combined|overall|grand|daily) )?(?:{_FIGURE}\b|(?:they|it) (?:add|come|cost|c[ao]me|amount)|how (?:much|long|far|many)\b)"
    rf"|\b(?:the |their )?{_FIGURE}\b[^,;?]*(?:\band\b|\bplus\b|&) (?:(?:the|their|its) )?(?:number|count) of"
)
# "... and my average dinner": the function is said again, of something else.
_FUNCTION = r"(?:average|mean|median|total|sum|number|how (?:many|much))"
_AGAIN = re.compile(
    rf"\b{_FUNCTION}\b.*?(?:\band|\bplus|\bversus|\bvs\.?|\bagainst)(?: (?:my|the|our|on|an|for|in|of|what|is|was))* {_FUNCTION}\b"
)
# "..., and who is reading it": asks of what was found, and restricts nothing.
_OF_FOUND = re.compile(
    r"(?:[,;?]\s*(?:and |but )?|\band )(?:who|what|where|when|how|is|was|did|does|do|has|have|are|were)\b[^,;?]*\b(?:it|that one|them|they|he|she|that (?:day|week|month))\b[^,;?]*"
)
_WHAT_DONE = re.compile(
    r"(?:^|[,;?]|\band) ?what (?:did|do|was|were|am|is|are|have|had) (?:i|we|he|she|they|\w+)\b[^,;?]*\b(?:do|done|doing|eat|eaten|eating|have(?! to)|buy|bought|read|reading|play|called|feel|feeling)\b(?! (?:cost|come|set))"
)
# "How many activities" is no amount of money, "since when" no list.
_CURRENCY = re.compile(r"\b(?:euros?|eur|dollars?|usd|pounds?|yuan|rmb|cny|bucks|quid|money)\b|[€$£¥]")
_SINCE_WHEN = re.compile(r"\bsince when\b")
# "List the days, and the energy on each": a column, no table by it.
_OF_LISTED = re.compile(
    r"^(?:please )?(?:list|show|name|give|which|what)\b.*(?:,|\band|\bwith) (?:the |their |its )?\w+ (?:on|of|for|in|at) each\s*[?.!]*$"
)
_EARLIEST_EVER = re.compile(r"\b(?:earliest|latest)\b[^,;?]*\bever\b")
# "Did I exercise the day ...": yes or no, with nothing else that is asked.
_WHETHER = re.compile(
    r"(?:did|do|does|have|has|had|is|are|was|were|am)\b(?! (?:you|you all)\b)(?!.*\b(?:what|which|when|who|where|how|list|show|or|many|much)\b)"
)
# A quantity of time is no number of records.
_TIME_SPENT = re.compile(r"\b(?:total|how much|average|mean|overall) (?:[a-z]+ing )?time\b(?! of)")
_TIME_UNITS = frozenset(("h", "min", "s", "hours", "minutes", "days", "min/km"))
_ALL_OF_US = re.compile(
    r"(?:did|do|does|has|have|had|is|are|was|were) (?:everyone|everybody|all (?:\w+ )?of us|both of us|we all|we both)\b"
)
_MEAN = re.compile(r"\b(?:averag\w*|avg|means?|typical\w*|usual\w*|normal\w*|median)\b")
_PER_TIME = re.compile(r"\bper (?:day|week|month|year)\b")
_DOES_EACH = re.compile(r"\b(?:does|do|did|has|is) (?:each|every) [a-z]+\b")
_WITH_ITS = re.compile(r"\b(?:and|with|plus) (?:its|their)\b")
_WHO_NOT = re.compile(r"\bwho (?:hasn't|hasnt|has not|haven't|didn't|did not|doesn't|does not|never|has never|isn't)\b")
_WHO_IS_MOST = re.compile(
    r"\bwho(?:'s| is| was) (?:the |our )?(?:\w+est|best|worst|most \w+|least \w+) (?:reader|runner|eater|spender|payer|climber|swimmer|cyclist|one|person|flatmate|of us)\b"
)
_FOR_BOTH = re.compile(
    r"\b(for|of|by|on|in|at|from|to|with) [^\W\d]+(?: [^\W\d]+)?,? and (?:also )?\1 [^\W\d]+\b(?!.*\b(?:together|combined|altogether|in total)\b)"
)
_TOGETHER = re.compile(r"\b(?:together|combined|altogether|in total|in all|all told|total)\b")
_COMPARES = re.compile(r"\bcompare[ds]?\b|\bcomparison\b|\bversus\b|\bvs\b|\bside by side\b")
_PER_RECORD = re.compile(r"\bper (?!day|night|week|month|year|hour|minute|km|kilomet|person|head|member)[a-z]+\b")
_DAY_WITHOUT = re.compile(r"\ba (?:whole |full |single |entire )?(?:day|week|month) (?:without|with no|not)\b")
_UNITS = (
    (re.compile(r"\bhow many (?:hours|minutes)\b"), frozenset(("h", "min", "hours", "minutes", "s"))),
    (re.compile(r"\bhow many (?:km|kilomet(?:re|er)s|miles)\b"), frozenset(("km", "m", "mi", "miles"))),
    (re.compile(r"\bhow many (?:days|nights)\b"), frozenset(("days", "nights", "day", "night", "weeks"))),
    (re.compile(r"\bhow many (?:kcals?|calories)\b"), frozenset(("kcal", "cal", "kJ"))),
    (re.compile(r"\bhow many grams\b"), frozenset(("g", "kg"))),
)
_TEXTS = frozenset({s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE})
_BUCKETS = frozenset({"day", "night", "week", "month", "year", "weekday", "period", "from"})


def misshapen(facts: Facts, plan: Plan) -> list[str]:
    """The words that ask for a form of answer which the plan has not."""
    text = facts.scan.text
    names = {c.name for c in plan.shown}
    types = {f.name: f.type for f in facts.subject.entity.fields}
    missed = [m.group() for m in (_WHO.search(text),) if m and not _tells_person(facts, plan, names, types)]
    missed += [m.group() for m in (_NEITHER.search(text),) if m]
    timed = {f.name for f in facts.subject.entity.fields if f.type in (s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME)}
    if (when := _WHEN.search(text)) and not names & (timed | _BUCKETS | {"on", "day_of_it", "to", "first", "last"}):
        missed.append(when.group())
    if (clock := CLOCK.search(text)) and not names & {"at_what_time", "time", "hour", "时间"}:
        missed.append(clock.group())
    if tabled := _TABLED.search(text):
        bucket = next(x for x in tabled.groups() if x)
        if bucket not in names and not (names & _BUCKETS and not plan.figure) and "period" not in names:
            missed.append(tabled.group())
    if facts.subject.shared and (persons := _PERSONS.search(text)) and not names & _people(facts):
        missed.append(persons.group())
    if (two := _TWO_FIGURES.search(text)) and len([c for c in plan.shown if _is_figure(c.name, types, plan)]) < 2:
        missed.append(two.group())
    if plan.figure and not plan.key and len(plan.shown) == 1 and _AGAIN.search(text):
        missed.append("and")
    if (done := _WHAT_DONE.search(text)) and not any(types.get(n) in _TEXTS for n in names):
        missed.append(done.group().strip())
    if re.match(r"(?:\w+ ){0,2}how many\b", text) and not _CURRENCY.search(text) and _is_money(plan):
        missed.append("how many")
    if WHERE.search(text) and not _tells_place(facts, names):
        missed.append("where")
    if (since := _SINCE_WHEN.search(text)) and not (plan.figure or plan.verdict) and not facts.conditions:
        missed.append(since.group())
    if (ever := _EARLIEST_EVER.search(text)) and not re.search(r"\bdate|\bday", text):
        missed.append(ever.group())
    if _WHETHER.match(text) and not plan.verdict and not re.search(r"[?.!:;]\s|\s[-–—]\s", text):
        missed.append(text.partition(" ")[0])
    if (everyone := _ALL_OF_US.match(text)) and plan.verdict == "any":
        missed.append(everyone.group())
    averaged = _MEAN.search(text) is not None
    if plan.key and "averaged" in plan.told and not averaged and (per := _PER_TIME.search(text)):
        missed.append(per.group())
    if plan.told.startswith("mean") and not plan.key and not averaged and (each := _DOES_EACH.search(text)):
        missed.append(each.group())
    if (its := _WITH_ITS.search(text)) and len(plan.shown) < 2:
        missed.append(its.group())
    if facts.subject.shared:
        if (never := _WHO_NOT.search(text)) and not names <= {*_people(facts), "value", "count"}:
            missed.append(never.group())
        if (most := _WHO_IS_MOST.search(text)) and plan.key not in _people(facts):
            missed.append(most.group())
    apart = [c.field for c in facts.conditions if not c.negated and c.kind is Kind.CHOICE]
    several = len(facts.people) > 1 or len(set(apart)) < len(apart)
    if (both := _FOR_BOTH.search(text)) and several and len(plan.shown) < 2 and not _TOGETHER.search(text):
        missed.append(both.group())
    if (compares := _COMPARES.search(text)) and len(plan.shown) < 2 and not plan.verdict:
        missed.append(compares.group())
    best = any(m.cue("sup") for m in facts.items)
    if best and plan.figure and not plan.key and (per := _PER_RECORD.search(text)) and _WHICH.match(text):
        missed.append(per.group())
    if len(facts.people) > 1 and not plan.key and plan.told.startswith("mean"):
        missed.append("average")
    if (spent := _TIME_SPENT.search(text)) and not any(c.unit in _TIME_UNITS for c in plan.shown):
        missed.append(spent.group())
    if (without := _DAY_WITHOUT.search(text)) and any(c.negated for c in facts.conditions):
        missed.append(without.group())
    unit = next((c.unit for c in plan.shown if c.name == plan.figure), "")
    missed += [m.group() for asked, units in _UNITS if unit and (m := asked.search(text)) and unit not in units]
    if _OF_LISTED.search(text) and plan.key:
        missed.append("each")
    return missed + _asked_of_found(facts) + _unshown(facts, plan)


def _is_money(plan: Plan) -> bool:
    return any(c.name == plan.figure and re.fullmatch("[A-Z]{3}", c.unit) for c in plan.shown)


def _tells_place(facts: Facts, names: set[str]) -> bool:
    """Whether a column says where."""
    return any(f.name in names for f in place_fields(facts))


def _unshown(facts: Facts, plan: Plan) -> list[str]:
    """Fields that the question calls by their own name and the relation never reads."""
    read = plan.relation.SerializeToString()
    missed: list[str] = []
    for index, mention in enumerate(facts.items):
        fields = [m for m in mention.meanings if m.kind is Kind.FIELD]
        listed = _beside_another(facts, index)
        if mention.kind is not Kind.FIELD or not (listed or index in facts.used) or len({m.name for m in fields}) != 1:
            continue
        if fields[0].strength < 3 or (not listed and any(m.kind in (Kind.ENTITY, Kind.CUE) for m in mention.meanings)):
            continue
        if q.Expression(column=fields[0].name).SerializeToString() not in read:
            missed.append(mention.text)
    return missed


def _asked_of_found(facts: Facts) -> list[str]:
    """Filters that were made of what is asked about the record that was found."""
    if (asked := _OF_FOUND.search(facts.scan.text)) is None or asked.start() < 8:
        return []
    inside = [c for c in facts.conditions if c.kind is Kind.CHOICE and asked.start() <= c.start < asked.end()]
    return [c.value for c in inside]


def _beside_another(facts: Facts, index: int) -> bool:
    """Whether a field stands with another in a list of two: "mood and sleep"."""
    for one, other in pairwise(facts.items):
        if facts.items[index] not in (one, other):
            continue
        both = all(
            any(m.field and m.field.type in NUMERIC and m.strength == 3 for m in x.meanings) for x in (one, other)
        )
        if both and facts.scan.text[one.end : other.start].strip() in ("and", ",", "&", "+", "plus"):
            return True
    return False


def _people(facts: Facts) -> set[str]:
    return {"who", "entered_by", facts.person, *facts.subject.person_fields}


def _tells_person(facts: Facts, plan: Plan, names: set[str], types: dict[str, s.FieldType.ValueType]) -> bool:
    by_key = plan.key in _people(facts) and plan.verdict in ("who", "least")
    return by_key or bool(names & _people(facts)) or any(types.get(n) == s.FIELD_TYPE_PERSON for n in names)


def _is_figure(name: str, types: dict[str, s.FieldType.ValueType], plan: Plan) -> bool:
    return types[name] in NUMERIC if name in types else name not in _BUCKETS | {plan.key, "on", "who", "to"}
