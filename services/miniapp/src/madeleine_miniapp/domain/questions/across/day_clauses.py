# ruff: noqa: E501 - patterns of questions, one line each.
"""The days that a clause speaks of: "I slept less than 6 hours", "my longest run", "at least two meals"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.across.places import PLACES, meant, without_places
from madeleine_miniapp.domain.questions.across.reader import Reader, lasting, same_kind
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, Limit
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.dimensions import OF_MOOD
from madeleine_miniapp.domain.questions.limits import holds
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.subjects import Asker, Subject, Subjects
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import quantity
from madeleine_miniapp.domain.questions.whose import whose

# Words for one of several records.
ONE = ("sup", "last", "first", "oldest")
# What speaks for records that a clause calls by name.
_NAMED = 3.0
_SLEEP = re.compile(r"sleep|slept|night|睡")
# That there is one at all.
_AT_ALL = re.compile(
    r"\b(?:at least (?:one|a|an|once)|(?:an?|some|any|one)(?: or more)?)\b(?! (?:day|days|time|times)\b)|(?:至少|起码)一[次条个笔]?"
)
# "A bad night (under 6 hours)": the brackets say what is called so.
_DEFINED = re.compile(
    r"\b(?:bad|good|short|long|poor|lousy|great|low|high|rough|lazy|big|heavy|late)\b(?=[^()]*\([^()]*\d[^()]*\))"
    r"|(?:低落|不好|很?差|糟糕?|不错|愉快|很?好|高|低|不足|不够|充足)(?=[（(][^()（）]*\d)"
)
_NONE = re.compile(r"\b(?:skip\w*|no|none|without|miss\w*|never|not|didn't|don't|haven't|wasn't)\b|没|不吃|不做")
_ASKER = re.compile(r"\b(?:i|my|me|mine|myself)\b|我(?!们)")
_PAYS = re.compile(r"(?:paid|pay|pays|spent|spend|bought)(?: for| on)?|花钱?了?|付钱?了?")
# Being somewhere, having something, having written it down: said of whatever happened on a day.
_HAPPENS = re.compile(
    r"\b(?:was|were|is|are|am|be|been|being|sat|sit|had|have|has|got|get|gets|having|getting|went|go|gone|going|did|do|does|done|doing|put|took|take|noted|note|logged|log|recorded|record|entered|ticked|tick|marked|wrote|write|gave|give|made|managed|manage|there|some|something|anything|also|in|at|on|with|of|from|mine|too|as well|up|down|down for|out|said|says|shows?|fell|falls?|come|came|comes|visited|turned|showed|called|bill|invoice|visit|thing)\b"
    r"|勾选?了?|打了|记了?|写了?|标了?|选了?|点了?|打卡|打出|过"
)


@dataclass(frozen=True, slots=True)
class Days:
    """Records whose days are meant."""

    subject: Subject
    records: q.Relation
    day: q.Expression
    told: str
    # It is a limit or a choice that tells these days from others.
    limited: bool = False
    # It is the day of one record: the longest, the last.
    single: bool = False
    # Other kinds of record that they are days of as well.
    also: tuple[Subject, ...] = ()


def find_days(
    reader: Reader, clause: str, *, own: bool, given: Subjects = (), others: Sequence[Subject] = ()
) -> Days | None:
    """The records that a clause like "I slept less than 6 hours" speaks of.

    `own`: the asker's, if nobody is named; `given`: the kinds of record that are meant, if the question says so;
    `others`: those that are not meant.
    """
    clause, among = without_places(clause, reader.places, given or reader.subjects)
    named = meant(clause, reader.places, among) if set(stems(clause)) & PLACES else []
    if len(named) == 1:
        # "An entry in the diary, in the tracker": of one app all.
        subject, among = named[0][0], named
        clause = subject.entity.label or subject.entity.name
    bare = _DEFINED.sub(" ", _AT_ALL.sub(" ", clause))
    found: tuple[float, Days] | None = None
    for subject, asker in among:
        if any(same_kind(subject, other) for other in others):
            continue
        one = _of_clause(reader, bare, subject, asker, own=own)
        if one is None and (less := _HAPPENS.sub(" ", bare)) != bare:
            one = _of_clause(reader, less, subject, asker, own=own)
        if one is not None:
            one = (one[0] - reader.passed_over(bare, subject), one[1])
        if one is not None and (found is None or one[0] > found[0]):
            found = one
    if found is not None and len(found[1].subject.temporal) > 1:
        return _happening(reader, bare, found[1], own=own) or found[1]
    return found[1] if found else None


def _happening(reader: Reader, clause: str, days: Days, *, own: bool) -> Days | None:
    """What happened with such a thing, rather than the thing: days on which a book was read are its sessions'."""
    for subject, asker in reader.subjects:
        if subject.app_id != days.subject.app_id:
            continue
        for text in reader.in_own_words(subject, clause):
            one = _of_clause(reader, text, subject, asker, own=own)
            if one is not None:
                return one[1]
    return None


def _of_clause(reader: Reader, clause: str, subject: Subject, asker: Asker, *, own: bool) -> tuple[float, Days] | None:
    facts = reader.facts(clause, subject, asker) if clause.strip() else None
    if facts is None or (_NONE.search(clause) and any(c.negated for c in facts.conditions)):
        # A day without breakfast is not one with another meal.
        return None
    if own and subject.shared and not facts.people and not _concerns_all(clause, facts):
        facts.people = [asker.person_id]
    if facts.people and not _whose_known(facts):
        return None
    # Records of such a thing by name rather than those that only mention it.
    named = any(m.of(Kind.ENTITY) for m in facts.items)
    score = reader.read(clause, subject, asker).score
    limited = bool(facts.limits or facts.conditions)
    told = ", ".join([*(c.told for c in facts.conditions if c.told), *(x.told for x in facts.limits)])
    made, single = _records(facts), False
    if made is None and (made := _one_day(reader, clause, subject, asker)) is not None:
        if OF_MOOD.search(clause):
            # "My happiest day" names the mood, whatever its field is called.
            score += 1
        single = True
        plan = reader.read(clause, subject, asker).plan
        told = ", ".join(x for x in (plan.told if plan else "", told) if x)
    if made is None or score <= 0:
        return None
    days = Days(subject, *made, told or subject.entity.label or subject.entity.name, limited, single)
    # "Arrived" names the day of what lasts.
    dated = any(x.strength > 1 and x.field and x.field.type in TEMPORAL for m in facts.items for x in m.of(Kind.FIELD))
    if subject.logged and not dated:
        # A day of films is one on which one was watched, not one on which one was put on the list.
        return None
    return score + (_NAMED if named else 0.0) - (0.0 if dated else lasting(subject)), days


def _concerns_all(clause: str, facts: Facts) -> bool:
    """Whether it happened to all, whoever paid and wrote it down: "the plumber came"."""
    named = {f.name for f in facts.subject.fields(s.FIELD_TYPE_TEXT)}
    paid = bool(facts.subject.fields(s.FIELD_TYPE_MONEY))
    return paid and _ASKER.search(clause) is None and any(c.field in named for c in facts.conditions)


def _one_day(reader: Reader, clause: str, subject: Subject, asker: Asker) -> tuple[q.Relation, q.Expression] | None:
    """The day of "my longest run", of "the lowest mood", of the last such record."""
    if not any(m.cue(n) for m in reader.scan(clause, subject, asker).mentions for n in ONE):
        return None
    readings = (reader.read(text, subject, asker) for text in (clause, f"my {clause} day"))
    plan = next((r.plan for r in readings if r.computable and r.plan is not None), None)
    if plan is None:
        return None
    column = next((c.name for c in plan.shown if c.name in ("day", "on")), "")
    if not column:
        return None
    return terms.extended(plan.relation, terms.named(that=terms.column(column)), only=True), terms.column("that")


def _whose_known(facts: Facts) -> bool:
    try:
        whose(facts)
    except Doubt:
        return False
    return True


def _records(facts: Facts) -> tuple[q.Relation, q.Expression] | None:
    """The records that a clause means, and their day, if it was wholly understood.

    A limit on what adds up is one on the day's sum ("days I ate over 2000 kcal"); ratings and nights are told one by
    one. "At least two meals" are as many on a day.
    """
    facts.cue("me", "us", "how_much", "exist", "row", "times", "verb", "unit", "share_none", "sum", "per", "others")
    if facts.subject.fields(s.FIELD_TYPE_MONEY):
        facts.cue("money")
    at = facts.moment()
    for index, _, fields in facts.fields_named(*TEMPORAL):
        # "Somebody arrived": on the day that is called so.
        at = terms.column(fields[0].name)
        facts.used.add(index)
    held = list(facts.limits)
    daily = [x for x in facts.limits if x.counted or (len(x.fields) == 1 and adds_up(facts, x.fields[0]))]
    facts.limits = [x for x in facts.limits if x not in daily]
    if any(x.counted and x.fields for x in daily) or facts.spans():
        return None
    made = base.chosen(facts, [], at)
    limited = {f.name for x in (*held, *daily) for f in x.fields}
    # "Under six hours of sleep": the limit's own field.
    facts.used |= {i for i, m in enumerate(facts.items) if any(x.name in limited for x in m.of(Kind.FIELD))}
    # "I paid for groceries": the amount's verb only says what was done.
    facts.used |= {i for i, m in facts.free(Kind.FIELD) if _PAYS.fullmatch(m.text)}
    if facts.left_over():
        return None
    day = facts.day(at)
    for limit in daily:
        made = terms.joined(made, _passing(facts, made, day, limit), q.JOIN_KIND_SEMI, (day, terms.column("on")))
    return made, day


def _passing(facts: Facts, given: q.Relation, day: q.Expression, limit: Limit) -> q.Relation:
    """The days that pass a limit on their sum, mean or number: column "on"."""
    if limit.counted:
        level = terms.measure("level", q.MEASURE_FUNCTION_COUNT)
    else:
        function = q.MEASURE_FUNCTION_SUM if adds_up(facts, limit.fields[0]) else q.MEASURE_FUNCTION_MEAN
        level = terms.measure("level", function, quantity(limit.fields[0], limit.unit).expression)
    levels = terms.grouped(given, terms.named(on=day), [level])
    return terms.filtered(levels, holds(limit, terms.column("level")))


def adds_up(facts: Facts, field: s.Field) -> bool:
    """Whether a day's values of a field are added up: nights are told one by one."""
    return facts.additive(field) and not _SLEEP.search(f"{field.name} {field.label}".casefold())
