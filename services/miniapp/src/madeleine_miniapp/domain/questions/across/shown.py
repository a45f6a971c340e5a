# ruff: noqa: E501 - patterns of questions, one line each.
"""A joint answer held against the question: what the question asks for, and each word of it that restricts, is there.

A part is read by itself, and what the whole question says of it may be lost: "not", "the last", "where", a person.
"""

from __future__ import annotations

import re

from google.protobuf.struct_pb2 import Value

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.compared_words import FOR_SOMETHING
from madeleine_miniapp.domain.questions.across.places import without_denied
from madeleine_miniapp.domain.questions.across.reader import Reader
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.subjects import Subject

_ASK = r"(?:^|[,;:?.]\s*|\s[-–—]\s|\b(?:and|or|but|so)\s+)"
_DID = r"(?:did|do|does|was|were|am|is|are|have|has|had)"
_WHERE = re.compile(rf"{_ASK}where {_DID}\b|在哪(?![天一几个种次年月周些])|哪[里儿]")
_WHO = re.compile(rf"{_ASK}(?:who|whose|which of us)\b|谁")
_WHAT_DONE = re.compile(
    rf"{_ASK}what {_DID} (?!my\b|our\b|the\b)[a-z]+\b(?! (?:pay|paid) {FOR_SOMETHING})[^,;?]*\b(?:do|done|eat|eaten|have(?! to)|had|buy|bought|read|play|(?:pay|paid) for|train|cook)\b(?!\s*cost)"
    rf"|{_ASK}what (?:was|were) (?:cooked|eaten|watched|read|made|done|bought|played|baked)\b"
    rf"|{_ASK}what {_DID} [a-z]+ (?:watch|see|seen|make|bake|wear|visit|order)\b"
    r"|[吃做买点喝练看读订付][了过]?(?:些|点)?(?:什么|啥)"
)
_MUCH = re.compile(r"\bhow (?:many|much)\b|多少|几")
_THINGS_ASKED = re.compile(r"\b(?:what|which|who|where|list|show|did)\b|什么|啥|哪|谁|列")
_THINGS_NAMED = re.compile(r"\b(?:what|which|who|where|when|list|show)\b|什么|啥|哪|谁|列")
_LISTS = re.compile(r"(?:^|; )(?:records that match|相符的记录)|without a record")
_HOW_MUCH = re.compile(r"\bhow much (?:did|do|does|have|has|had|was|were|is|are)\b")
_COUNTED = ("number of records", "条数")
# "What was cooked, and what did we watch": things, unless a figure is named.
_DONE_BY = re.compile(
    rf"{_ASK}what (?:(?:was|were) [a-z]+(?:ed|en|t)\b(?! on\b)|(?:did|have|has) (?:i|we|he|she|they) [a-z]+\s*(?:[,;?.]|$))"
)
# What is not back was taken: there is a record of it.
_NOT_BACK = re.compile(
    r"\b(?:not|n't|never)\b[^,;?]*\b(?:back|returned|home)\b|n't (?:yet )?(?:been )?(?:back|returned|brought back)\b|没还|未还|还没[归还回]"
)
_FIGURES = re.compile(
    r"\b(?:how (?:much|many|long|far|often)|average|mean|total|sum|cost|costs|sp[ea]n[dt]|pa(?:y|id)|most|least|number|owed?|hours|minutes|money)\b"
)
_HOW_MANY_DAYS = re.compile(
    r"\bhow many (?:\w+ ){0,2}(?:days|nights)\b|\b(?:number|count) of days\b|(?<![哪那这连])(?:多少|几)[天晚](?!前)|天数"
)
_DAYS = re.compile(
    r"\b(?:days?|nights?|dates?|evenings?|when|how often|how many times|times)\b|[天日晚夜次]|什么时候|何时|多久"
)
_WHICH = re.compile(rf"{_ASK}(?:on )?which\b|哪(?:些|几|种|类|[个本部项](?!更|比较|多|少|高|低))")
# A second question: "..., and how much was it?"
_TWO = re.compile(
    rf"{_ASK}(?:what|how|which|where|who)\b.*(?:,|\band)\s*(?:how (?:much|many|long|far|often)|what|which|when|where|who)\b(?! of\b|'s the (?:average|mean|total))"
)
_WHEN_AND_HOW = re.compile(
    r"\bwhen\b[^?]*(?:,|\band) how (?:long|much|many|far|often)\b|(?:什么时候|哪天)[^。？?]*[，,][^。？?]*(?:多久|多少|几)"
)
_WHETHER = re.compile(rf"(?:so )?{_DID} (?:i|we|my|our|it|there)\b")
_WHETHER_ZH = re.compile("[吗么]|是不是|有没有|会不会|是否")
_ASKS = re.compile(r"\b(?:what|which|when|who|where|how|list|show|or|by how)\b|多少|几|什么|哪|谁|还是|列")
_DEGREE = re.compile(
    r"(?<!at )(?<!at the )\b(?:most(?! of (?:the|my|our) )|least|fewest|highest|lowest|longest|shortest|biggest|largest|smallest|busiest|happiest|saddest|heaviest|best|worst|record)\b|(?<!至)最(?!近|后[^一]|多(?=\d)|少(?=\d))"
)
_DEGREE_TOLD = re.compile(
    r"highest|lowest|longest|shortest|largest|smallest|most|least|fewest|best|worst|max|min|earliest|latest|first|last|最"
)
# What picks some rows of a relation: the largest value, the first rows.
_PICKS = re.compile(r"\b(?:limit:|MEASURE_FUNCTION_(?:MAX|MIN))")
_LAST = re.compile(
    r"\b(?:last|first) (?:time|(?:[a-z]+ ){0,2}(?:day|session|entry|run|workout|meal))\b|\b(?:latest|most recent)\b|上次|上一次|最近一次|最后一次|第一次|头一次"
)
_LAST_TOLD = re.compile(r"latest|last|first|earliest|最近|最后|最早|首次|第一")
_WHICH_DAYS = re.compile(
    r"\b(?:which|what|how many) (?:of (?:my|our|the) )?(?:\w+ ){0,2}(?:days|nights)\b|哪(?:几|些|一)?天|(?<![那这])几天"
)
_DENIES = re.compile(
    r"\b(?:not(?! counting| including)|never|without|neither|nor|no(?! matter)|none|nothing|except|excluding|but not|cannot)\b|n't\b|没(?!有?错)|(?<!分)未|除了|从不|不(?:运动|吃|看|读|练|做|跑|算)"
)
_DENIED_TOLD = re.compile(
    r"≠|without|\bno\b|\bnot\b|n't|under|below|less|fewer|without|没有?|除|缺少|不到|低于|少于|不|other days|其他"
)
_PER = re.compile(r"\b(?:per|each|every) (?:day|night|week|month)\b|\b(?:daily|weekly|monthly)\b|每[天晚周月日]|日均")
_PER_TOLD = re.compile(r"\bper\b|averag|mean|each|longest|每|均|连续")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w:])")
# "Lena and me in march": both are asked of.
_AND_ME = re.compile(
    r"(?:^|[:;?.] ?)(?:me|i) (?:and|&) \w|\b(?:and|&) me\b|(?:^|[，。？：])我[和跟与]|[和跟与]我(?=[，,：各分])"
)
_BOTH_EACH = re.compile(r"我[和跟与][^，。？]{1,12}?各|[和跟与]我[^，。？]{0,6}?各")
# "With this, with that and with both": three rows.
_AND_BOTH = re.compile(
    r"(?:,|\band\b) ?(?:with |on |for |when |days (?:with |when )?|(?:i|we) did )*both\b(?! (?:averages|means|numbers|figures|values|totals|sums))(?=\s*(?:$|[,.;?!)]))"
)
_MINUTES = 60.0


def unshown(text: str, reading: Reading, reader: Reader) -> bool:
    """Whether a joint answer lacks something that its question asks for or says."""
    plan = reading.plan
    if plan is None:
        return True
    subjects = (reading.subject, *reading.also)
    return _misshapen(text, plan, subjects) or _lost(text, reading, plan, reader)


def _misshapen(text: str, plan: Plan, subjects: tuple[Subject, ...]) -> bool:
    """Whether something is asked for that has no column: a place, a person, a thing, a number of days, yes or no."""
    types = {f.name: f.type for one in subjects for f in one.entity.fields}
    names = {re.sub(r"_\d+$", "", c.name) for c in plan.shown}
    held = {types[n] for n in names if n in types}
    named = bool(held & {s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE}) or "app" in names
    single = plan.figure != "" and not plan.key
    if _WHERE.search(text) and not named:
        return True
    if _WHO.search(text) and s.FIELD_TYPE_PERSON not in held and plan.verdict not in ("who", "least"):
        return True
    if _WHAT_DONE.search(text) and not named:
        return True
    if named and not plan.key and "; " in plan.told and _MUCH.search(text) and not _THINGS_ASKED.search(text):
        # "How many minutes do I train and read": no list beside a figure.
        return True
    if "; " in plan.told and _LISTS.search(plan.told) and not _THINGS_NAMED.search(text):
        # "How far did I run": nor where nothing but figures is asked for.
        return True
    if _HOW_MUCH.search(text) and all(part.strip().startswith(_COUNTED) for part in plan.told.split("; ")):
        # "How much did I pay, and how many times": a number of records is no amount.
        return True
    if "without a record" in plan.told and _NOT_BACK.search(text):
        return True
    if _DONE_BY.search(text) and not named and not _FIGURES.search(text):
        return True
    if _HOW_MANY_DAYS.search(text) and "days" not in names and not any(c.unit in ("days", "天") for c in plan.shown):
        return True
    if (single and _TWO.search(text)) or (len(plan.shown) == 1 and _WHEN_AND_HOW.search(text)):
        return True
    if plan.figure == "days" and not _DAYS.search(text):
        return True
    if _WHICH.search(text) and single and not plan.verdict:
        return True
    asked = _WHETHER.match(text) or (is_chinese(text) and _WHETHER_ZH.search(text))
    return bool(asked) and not _ASKS.search(text) and not plan.verdict


def _lost(text: str, reading: Reading, plan: Plan, reader: Reader) -> bool:
    """Whether a word that restricts is in no part of the answer: the most, the last, not, a number, a time, a person."""
    told = " ".join([plan.told, *plan.notes, *(c.told for c in plan.shown)])
    facts = reading.facts
    conditions = facts.conditions if facts is not None else []
    told = " ".join([told, *(c.told for c in conditions)])
    computed = plan.relation.SerializeToString(deterministic=True)
    compared = plan.key in ("days", "app") or plan.verdict in ("who", "least", "more", "less")
    picked = _DEGREE_TOLD.search(told) or _PICKS.search(str(plan.relation)) or plan.verdict in ("who", "least")
    if _DEGREE.search(text) and not picked:
        return True
    if _LAST.search(text) and not _LAST_TOLD.search(told):
        return True
    if _WHICH_DAYS.search(text) and "≠" in told:
        # Days with a record that is not so may have another that is.
        return True
    if (
        _DENIES.search(without_denied(text))
        and not compared
        and not _DENIED_TOLD.search(told)
        and plan.verdict != "none"
    ):
        return True
    if (
        _PER.search(text)
        and not all(_PER_TOLD.search(part) for part in plan.told.split("; "))
        and plan.key not in ("day", "week", "month")
    ):
        return True
    return _number_lost(text, computed, reader) or _person_lost(text, reading, computed, reader)


def _number_lost(text: str, computed: bytes, reader: Reader) -> bool:
    """Whether a number, of no time, is not computed with."""
    for found in sorted(times.find(text, reader.today), key=lambda f: -f.start):
        text = f"{text[: found.start]} {text[found.end :]}"
    for match in _NUMBER.finditer(text):
        number = float(match.group())
        given = [number, number * _MINUTES, number / _MINUTES]
        if not any(_literal(n) in computed for n in given):
            return True
    return False


def _literal(number: float) -> bytes:
    return q.Expression(literal=Value(number_value=number)).SerializeToString(deterministic=True)


def _person_lost(text: str, reading: Reading, computed: bytes, reader: Reader) -> bool:
    """Whether somebody is named and no record is told by whose it is."""
    meant = {(one.app_id, one.entity.name) for one in (reading.subject, *reading.also)}
    apart = reading.plan is not None and reading.plan.key != ""
    if not apart and _BOTH_EACH.search(text):
        return True
    if reading.plan is not None and reading.plan.key == "days" and _AND_BOTH.search(text):
        return True
    for subject, asker in reader.subjects:
        if (subject.app_id, subject.entity.name) not in meant:
            continue
        named = {m.value for x in reader.scan(text, subject, asker).mentions for m in x.of(Kind.PERSON)}
        if named and _AND_ME.search(text):
            named.add(asker.person_id)
        if any(person.encode() not in computed for person in named if person):
            return True
    return False
