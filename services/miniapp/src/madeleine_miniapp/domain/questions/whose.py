"""Whose an answer is: the field of people that a question means, where records name people in several ways."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.english import deed
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.text import stem, stems

# Names of fields that say whose a record is, not what that person did.
_PLAIN_ROLES = frozenset(
    stems(w)
    for w in ("who", "person", "member", "by", "whose", "owner", "name", "people", "user", "谁", "人", "成员", "姓名")
)
_EMPTY = frozenset(
    part
    for w in ("by", "to", "from", "for", "who", "person", "at", "of", "is", "的", "了", "人", "者")
    for part in stems(w)
)
_PAID = frozenset(part for w in ("paid", "pay", "spent", "payer", "buyer", "bought", "付", "买") for part in stems(w))
_GETS = re.compile(
    r"\b(?:buy|buys|bought|buying|get|gets|got|fetch(?:es|ed)?|pick(?:s|ed)? up|order(?:s|ed)?|shop(?:s|ped|ping)?"
    r"|bring|brought|(?:go|goes|went|gone)(?= (?:to|shopping|for|and))|(?:do|does|did|done)(?= (?:the|our|a|most)\b)"
    r"|(?:puts?|chip(?:s|ped)?|lay|laid) (?:in|out)|contribut\w+|cover(?:s|ed)?|treat(?:s|ed)?|stock(?:s|ed)? up)\b"
    r"|[买购垫付]|请(?:客|大家|我们)"
)
_GIVERS = frozenset(stems(w) for w in ("from", "sender", "giver", "付款人", "转出人", "出款人"))
# Who a record is of, beside people who only kept company, helped, or had the idea.
_SUBJECTS = frozenset(
    stems(w)
    for w in (
        "child", "kid", "student", "pupil", "learner", "patient", "player", "athlete", "孩子", "学生", "宝宝", "学员",
        "病人", "选手",
    )
)  # fmt: skip
_COMPANIONS = frozenset(
    stems(w)
    for w in (
        "partner", "buddy", "companion", "helper", "assistant", "helped by", "with", "witness", "supervisor", "coach",
        "teacher", "tutor", "accompanied by", "suggested by", "recommended by", "given by", "belayer", "陪同", "陪伴",
        "搭档", "同伴", "伙伴", "帮手", "老师", "教练", "谁给的", "谁陪", "推荐人", "陪同人",
        "handled by", "经手人", "记账人", "登记人", "代办人",
    )
)  # fmt: skip
_IN_COMPANY = re.compile(r"\b(?:with|together|alongside|and)\b|[和跟与同陪]|一起")
# Who buys something pays for it.
_BUYS = re.compile(r"\b(?:buy|buys|bought|buying|purchas\w+|shopping)\b|买|采购")
# Who settles up is who gives.
_SETTLES = re.compile(r"\bsettl(?:e|es|ed|ing)(?: up)?\b")
_RECEIVES = re.compile(r"\b(?:get|got|gets|receiv\w*|back|to me|owed)\b|收到|收了|给我")


def whose(facts: Facts) -> None:
    """Raises Doubt where records name people in several ways and the question's words choose none of them.

    "Count per head" of rehearsals with `present` and `paid_by` is no count of who paid.
    """
    if facts.person_field or not facts.subject.shared:
        return
    held = people_fields(facts)
    first = next((f for f in held if f.name == facts.subject.person), None)
    if first is None or len(held) < 2:
        return
    said = {part for m in facts.scan.text.split() for part in stems(m)}
    held = [f for f in held if f is first or not _only_state(facts, f)]
    fitting = [f for f in held if _role(f) & said or _mentioned(facts, f)] or [f for f in held if _scores(facts, f)]
    if fitting:
        chosen = first if first in fitting else fitting[0]
        if chosen.type != s.FIELD_TYPE_PERSON:
            raise Doubt(f"{label(chosen)} names several people; I can only tell by one, such as {label(first)}")
        facts.person_field = chosen.name
        return
    if stems(first.name) in _PLAIN_ROLES or stems(first.label) in _PLAIN_ROLES:
        return
    if _is_of(facts, first, [f for f in held if f is not first]):
        return
    if _role(first) & _PAID and (_GETS.search(facts.scan.text) or _by_somebody(facts)):
        # Who buys what others share has paid for it.
        return
    gives = stems(first.name) in _GIVERS and not _RECEIVES.search(facts.scan.text)
    spent = facts.of_money or _of_money(facts) or _BUYS.search(facts.scan.text) is not None
    spent = spent or (gives and _SETTLES.search(facts.scan.text) is not None)
    if (gives or _role(first) & _PAID) and spent:
        return
    raise Doubt(f"it may go by {' or '.join(label(f) for f in held)}")


def _only_state(facts: Facts, f: s.Field) -> bool:
    """Whether the word for a role is said of whether it was done, and not by whom: "my unchecked chores"."""
    states = {c.field for c in facts.conditions if c.kind is Kind.FIELD and c.field != f.name and stems(c.field)}
    told = [name for name in states if _role(f) <= {*stems(name)}]
    people = [m for m in facts.items if m.of(Kind.PERSON) or m.cue("me") or m.cue("who")]
    words = [m for m in facts.items if any(x.name == f.name for x in m.of(Kind.FIELD))]
    beside = any(-2 <= w.start - p.end <= 2 or 0 <= p.start - w.end <= 4 for w in words for p in people)
    return bool(told) and not beside


def _scores(facts: Facts, f: s.Field) -> bool:
    """Whether the question's figure is called by what somebody does: the winning score is the winner's."""
    deeds = {stem(verb) for name in (f.name, f.label) if (verb := deed(name.casefold()))}
    return any(
        deeds & {*stems(x.field.name), *stems(x.field.label)}
        for m in facts.items
        for x in m.of(Kind.FIELD)
        if x.field is not None and x.field.type in NUMERIC and x.strength >= 2
    )


def _by_somebody(facts: Facts) -> bool:
    """ "The dearest grocery trip by Mei"."""
    people = [m.start for m in facts.items if m.of(Kind.PERSON) or m.cue("me")]
    return any(facts.scan.text[:start].endswith("by ") for start in people)


def two_people(facts: Facts) -> None:
    """Raises Doubt for "how much did I get from Ruth" where records have a field for each."""
    if len(people_fields(facts)) > 1 and facts.person_field:
        raise Doubt("it speaks of two people, each in a part of their own; I can tell by one")


def _is_of(facts: Facts, first: s.Field, others: list[s.Field]) -> bool:
    """Whether the first field says whose records they are, and the others only who was there besides: climber, partner.

    Whom one did something with is asked for by the others: "with Karim".
    """
    entity = facts.subject.entity
    own = {word for name in (stems(entity.name), stems(entity.label)) for word in name}
    does = {stem(w[:-2]) for w in (first.name.casefold(), first.label.casefold()) if w.endswith(("er", "or"))}
    if not (does & own or {stems(first.name), stems(first.label)} & _SUBJECTS):
        return False
    aside = all({stems(f.name), stems(f.label)} & _COMPANIONS for f in others)
    alone = len(facts.people) < 2 and not facts.has("who")
    return aside and (alone or not _IN_COMPANY.search(facts.scan.text))


def _of_money(facts: Facts) -> bool:
    amounts = [f.name for f in facts.subject.fields(s.FIELD_TYPE_MONEY)]
    sizes = (x.value for m in facts.items for n in ("sup", "more", "less") if (x := m.cue(n)) is not None)
    return any(size.endswith("money") for size in sizes) or any(
        m.cue("money") or any(x.name in amounts for x in m.of(Kind.FIELD)) for m in facts.items
    )


def people_fields(facts: Facts) -> list[s.Field]:
    """Fields that its records fill with people, also as choices of people's names."""
    names = {n.casefold() for n in (*facts.asker.people, *facts.asker.names.values())}
    return [
        f
        for f in facts.subject.entity.fields
        if (f.type == s.FIELD_TYPE_PERSON and f.name in facts.subject.person_fields)
        or (f.type == s.FIELD_TYPE_MULTI_CHOICE and len(f.choices) > 1 and {c.casefold() for c in f.choices} <= names)
    ]


def _role(f: s.Field) -> set[str]:
    return {*stems(f.name), *stems(f.label)} - _EMPTY


def _mentioned(facts: Facts, f: s.Field) -> bool:
    return any(m.name == f.name and m.strength >= 2 for x in facts.items for m in x.of(Kind.FIELD))
