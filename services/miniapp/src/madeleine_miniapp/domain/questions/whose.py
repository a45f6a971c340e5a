"""Whose an answer is: the field of people that a question means, where records name people in several ways."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.derived_names import lists_people
from madeleine_miniapp.domain.questions.english import deed
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, label
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
PAID = frozenset(part for w in ("paid", "pay", "spent", "payer", "buyer", "bought", "付", "买") for part in stems(w))
_WON = frozenset(part for w in ("win", "won", "winner", "loser", "lost", "胜", "赢", "输", "负") for part in stems(w))
# What tells the sides of one thing apart: "player 1", 选手A.
_SIDE = re.compile(r"[\s_-]*(?:[ab12甲乙]|one|two|first|second|home|away)$")
_LOST = re.compile(r"输(?:了|过|掉)?|\blost\b|\blose\b")
_WIN_RATE = re.compile(r"胜率|\bwin(?:ning)? (?:rate|percentage|ratio)\b")
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
    if _take_match(facts, held):
        return
    said = {part for m in facts.scan.text.split() for part in stems(m)}
    held = [f for f in held if f is first or not _only_state(facts, f)]
    fitting = [f for f in held if _role(f) & said or _mentioned(facts, f)] or [f for f in held if _scores(facts, f)]
    if fitting:
        chosen = first if first in fitting else fitting[0]
        go_by(facts, chosen)
        return
    if stems(first.name) in _PLAIN_ROLES or stems(first.label) in _PLAIN_ROLES:
        return
    if _is_of(facts, first, [f for f in held if f is not first]):
        return
    if _role(first) & PAID and (_GETS.search(facts.scan.text) or _by_somebody(facts)):
        # Who buys what others share has paid for it.
        return
    gives = stems(first.name) in _GIVERS and not _RECEIVES.search(facts.scan.text)
    spent = facts.of_money or _of_money(facts) or _BUYS.search(facts.scan.text) is not None
    spent = spent or (gives and _SETTLES.search(facts.scan.text) is not None)
    if (gives or _role(first) & PAID) and spent:
        return
    accounts = bool(facts.subject.numeric) and all(f.type == s.FIELD_TYPE_MONEY for f in facts.subject.numeric)
    doing = [f for f in held if not _role(f) & (PAID | _WON)]
    if not spent and not accounts and (len(doing) == 1 or _sides(doing)):
        # Who did something was there, or played; who paid or won is asked for as such.
        go_by(facts, doing[0], doing[1:])
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


def _take_match(facts: Facts, held: Sequence[s.Field]) -> bool:
    """Takes matches of two sides that have a winner: 胜率 is of those one played, 我输了几场 of those another won."""
    winners = [f for f in held if _role(f) & _WON]
    sides = [f for f in held if f not in winners]
    lost, rate = _LOST.search(facts.scan.text), _WIN_RATE.search(facts.scan.text)
    if len(winners) != 1 or not _sides(sides) or not facts.people:
        return False
    (winner,) = winners
    if len(facts.people) == 2 and _mentioned(facts, winner):
        # Of the matches of these two with one another.
        one, other = ([terms.call(q.FUNCTION_OR, *_named_in(facts, p, sides))] for p in facts.people)
        told = " – ".join(facts.asker.names.get(p, p) for p in facts.people)
        facts.conditions.append(Condition(terms.both(*one, *other), told, "", told, 0, kind=Kind.PERSON))
        facts.person_field, facts.people = winner.name, []
        return True
    if len(facts.people) != 1 or not (lost or rate) or (lost and facts.has("none")):
        return False
    if rate and not facts.has("share"):
        raise Doubt("ask for it in percent")
    person, found = facts.people[0], lost or rate
    go_by(facts, sides[0], sides[1:])
    held_by = terms.call(q.FUNCTION_EQUAL, terms.column(winner.name), terms.value(person))
    name = facts.asker.names.get(person, person)
    start = found.start() if found else 0
    if lost:
        known = terms.present(terms.column(winner.name))
        held_by = terms.both(known, terms.call(q.FUNCTION_NOT, held_by))
    told = f"{label(winner)} {'≠' if lost else '='} {name}"
    facts.conditions.append(Condition(held_by, told, winner.name, name, start, negated=bool(lost)))
    stretch = range(start, found.end() if found else 0)
    facts.used |= {i for i, m in enumerate(facts.items) if m.start in stretch and m.of(Kind.FIELD)}
    facts.scan = replace(facts.scan, unplaced=tuple(u for u in facts.scan.unplaced if u[0] not in stretch))
    return True


def who_field(facts: Facts) -> s.Field:
    """The field that says whose a record is, or who was there."""
    found = next((f for f in people_fields(facts) if f.name == facts.person), None)
    return found or s.Field(name=facts.person, label="who", type=s.FIELD_TYPE_PERSON)


def tells_who_was_there(facts: Facts) -> bool:
    """Whether a field names all those who did something."""
    return any(f.type == s.FIELD_TYPE_MULTI_CHOICE for f in people_fields(facts))


def go_by(facts: Facts, chosen: s.Field, others: Sequence[s.Field] = ()) -> None:
    """Goes by a field that says who did something, of several people by each; with `others`: by any of these sides."""
    if chosen.type == s.FIELD_TYPE_PERSON and not others:
        facts.person_field = chosen.name
        return
    if not facts.people:
        if others:
            raise Doubt(f"it may go by {' or '.join(label(f) for f in (chosen, *others))}")
        facts.person_field = chosen.name
        return
    if len(facts.people) > 1 and facts.has("each", "each_one", "vs", "than", "more", "less", "who", "rank"):
        raise Doubt(f"{label(chosen)} names several people; I can only tell those whom one of them was with")
    held = [
        terms.call(q.FUNCTION_OR, *sides) if len(sides := _named_in(facts, person, (chosen, *others))) > 1 else sides[0]
        for person in facts.people
    ]
    names = "、".join(facts.asker.names.get(p, p) for p in facts.people)
    told = f"{'/'.join(label(f) for f in (chosen, *others))} = {names}"
    facts.conditions.append(Condition(terms.both(*held), told, "", names, 0, kind=Kind.PERSON))
    facts.people = []


def _named_in(facts: Facts, person: str, fields: Sequence[s.Field]) -> list[q.Expression]:
    """That each of the fields names a person, as one or among others."""
    name = facts.asker.names.get(person, person).casefold()
    return [
        terms.call(q.FUNCTION_EQUAL, terms.column(f.name), terms.value(person))
        if f.type == s.FIELD_TYPE_PERSON
        else terms.one_of(terms.column(f.name), [c for c in f.choices if c.casefold() == name])
        for f in fields
    ]


def _sides(held: Sequence[s.Field]) -> bool:
    """Whether fields of one person each are the sides of one thing: player A and player B."""
    alone = all(f.type == s.FIELD_TYPE_PERSON for f in held)
    bare = {_SIDE.sub("", label(f).casefold()) for f in held}
    return alone and len(held) > 1 and len(bare) == 1


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
    # What was checked_by somebody is no less of who learned it.
    aside = all(
        {stems(f.name), stems(f.label)} & _COMPANIONS or (f.name.endswith("_by") and not _role(f) & PAID)
        for f in others
    )
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
    names = (*facts.asker.people, *facts.asker.names.values())
    return [
        f
        for f in facts.subject.entity.fields
        if (f.type == s.FIELD_TYPE_PERSON and f.name in facts.subject.person_fields) or lists_people(f, names)
    ]


def _role(f: s.Field) -> set[str]:
    return {*stems(f.name), *stems(f.label)} - _EMPTY


def _mentioned(facts: Facts, f: s.Field) -> bool:
    return any(m.name == f.name and m.strength >= 2 for x in facts.items for m in x.of(Kind.FIELD))
