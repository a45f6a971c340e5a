"""Of whose records a question is: people who are named, the asker, everybody; raises Doubt for what is not told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.times.numbers import CARDINALS, han
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.concepts import FIELDS, RECORDS
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.neighbours import numeric_fields, telling
from madeleine_miniapp.domain.questions.text import names_of_records, stems
from madeleine_miniapp.domain.questions.whose import people_fields, tells_who_was_there, two_people

_PAID_FOR = re.compile(r"\bi\b[^,;?]*\b(?:paid|pay|spent|bought|covered|laid out)\b[^,;?]* for\b")
_DONE_BY_ME = re.compile(r"\b(?:have|did|do|had|am|was) i\b|\bi(?:'ve| have| had| did)\b")
# "How much of that": what comes before is the whole.
_OF_THAT = re.compile(
    r"(?:[,;?]|\band)(?: and)? (?:how (?:much|many)|what) of (?:that|it|those|them|these|which)\b|[,，;；?？。]其中"
)
_EVERYONE = re.compile(r"every(?:one|body)\b|我们")
_ALTOGETHER = re.compile(r"(?:all )?together|altogether|all in all")
_WE = re.compile(r"\bwe\b|\bour\b")
_TOGETHER = re.compile(r"\b(?:and|with|or|vs\.?|than)\b|和|跟|与|比|还是")
_BOTH = re.compile(r"\bboth\b|都")
_ALL_OF = re.compile(
    r"\b(?:all|both) (?:(?:two|three|four|five|six|\d) )?of (?:us|them)\b"
    r"(?! (?:together|combined|put|spend|spent|pay|paid))"
    r"|\bthe whole (?:gang|crew|lot) of us\b|[仨俩]都|都在场|全员|人都"
)
# "With everybody", and everybody at once.
_WITH_ALL = re.compile(
    r"我[^，,。？?和]{0,6}跟大(?:家|伙)|\bi\b.*\bwith (?:every(?:one|body)|the (?:others|club|group|team))\b"
)
_ALL_THERE = re.compile(
    r"(?:(?P<n>[两二三四五六七八九十\d]+)个?人|全员|所有人|大家|人)(?:全都|全|都)(?:到|来|在|参加|出席)(?:[了齐场过]|的时候)*"
    r"|\ball (?:(?:of us|members|the members) )?(?:were|was|came|showed up|turned up|attended)\b(?: (?:there|present))?"
)
_HEADS = re.compile(r"([两二三四五六七八九十\d]+)个?人|\b(\d|two|three|four|five|six) (?:people|of us)\b")
_MONEY = re.compile(r"[花付出掏摊]|钱|预算|费|\b(?:cost|pay|spend|budget|owe|money|come to)\w*")
_DEEDS = re.compile(
    r"花(?:了|得|的|钱|掉)|(?:谁|我|你|他|她)(?:来|都|还|已经)?(?:付|垫|掏|买单|请客|出的?钱)|[付垫](?:了|的钱|得)"
    r"|谁(?:新)?(?:加|添|录|填|写|提议|推荐)(?:的|了|进)|\b(?:spent|paid|pays|spends|added|suggested)\b"
)
_ONES_OWN = ("workout", "reading session", "practice", "study session", "diary", "sleep", "swim", "run", "ride", "hike")
# Who speaks of several people, or asks who it is, is not the one to have done it.
_OF_SEVERAL = ("us", "anybody", "who", "each", "rank", "others")

_OWNER = re.compile(r"(\w+)['’]s\b")
# A whole sentence, or one about people in general, says who is meant, or means all.
_SENTENCE = re.compile(
    r"[\u4e00-\u9fff]|'s\b|\b(?:is|are|was|were|am|be|been|do|does|did|has|have|had|can|could|will|would|should|there|got|get|gets"
    r"|goes|go|went|take|takes|took|show|list|give|tell|typical|typically|usual|usually|person|people|whose|group)\b"
)


def find_people(facts: Facts) -> None:
    """Takes who is meant; the asker, where "I" and nobody else is, in records of several people; raises Doubt."""
    _take_part_of(facts)
    _take_everybody(facts)
    named = _named(facts)
    spoken_at = next((m.start for m in facts.items if m.cue("me")), 0)
    before = sum(m.start < spoken_at for m in _first_named(facts, named))
    _take_by(facts)
    _take_person_field(facts)
    everyone = _everyone(facts) and not named
    # "My last three runs": "my" is part of the words for the last three.
    spoken = facts.cue("me") is not None or any(m.cue("top") and m.text.startswith("my ") for m in facts.items)
    # "How much did everyone pay": each of them.
    facts.used |= {
        i for i, m in enumerate(facts.items) if m.cue("us") and not (m.cue("each") and _EVERYONE.match(m.text))
    }
    me = spoken or (not named and _done_by_asker(facts))
    asker, shared = facts.asker.person_id, facts.subject.shared
    if (
        me
        and not everyone
        and shared
        and asker not in named
        and (not named or facts.has("for_every") or _TOGETHER.search(facts.scan.text))
    ):
        # Which is more than which goes by the order in which they are named.
        named.insert(before, asker)
    if me and named and asker not in named:
        two_people(facts)
        if _PAID_FOR.search(facts.scan.text):
            raise Doubt("it asks what one has paid for another; the records tell who paid")
    if _in_common(facts, named):
        raise Doubt("it asks what several people have in common; I can only tell what each has")
    if not shared and any(p != asker for p in named):
        raise Doubt("these records are yours alone")
    facts.people = named if shared else []


def take_doer(facts: Facts) -> None:
    """ "Who approved my last reward": by whom it was, of the records that are one's own."""
    for one, (index, other) in zip(facts.items, list(enumerate(facts.items))[1:], strict=False):
        roles = [m.field for m in other.of(Kind.FIELD) if m.field is not None and m.field.type == s.FIELD_TYPE_PERSON]
        roles = [f for f in roles if f.name in facts.subject.person_fields and f.name != facts.subject.person]
        if not one.cue("who") or not roles or other.start - one.end > 1 or not facts.subject.shared:
            continue
        facts.person_field = roles[0].name
        facts.used.add(index)
        spoken = [(i, m) for i, m in facts.free(Kind.PERSON, Kind.CUE) if m.of(Kind.PERSON) or m.cue("me")]
        if len(spoken) == 1:
            _of_person(facts, *spoken[0], facts.subject.person)
        return


def _of_person(facts: Facts, index: int, mention: Mention, role: str) -> None:
    """Takes that a field of people is who is spoken of."""
    person = mention.of(Kind.PERSON)[0].value if mention.of(Kind.PERSON) else facts.asker.person_id
    held = terms.call(q.FUNCTION_EQUAL, terms.column(role), terms.value(person))
    named = next((label(f) for f in facts.subject.entity.fields if f.name == role), role)
    told = f"{named} = {facts.asker.names.get(person, person)}"
    facts.conditions.append(Condition(held, told, role, person, mention.start, kind=Kind.CHOICE))
    facts.used.add(index)


def _take_part_of(facts: Facts) -> None:
    """ "Party costs, and how much of that did Ann pay": who is named in the latter part alone restricts only that."""
    of_that = _OF_THAT.search(facts.scan.text)
    spoken = [(i, m) for i, m in facts.free(Kind.PERSON, Kind.CUE) if m.of(Kind.PERSON) or m.cue("me")]
    role = next((f for f in facts.subject.entity.fields if f.name == facts.person), None)
    if of_that is None or len(spoken) != 1 or role is None or not facts.subject.shared:
        return
    if spoken[0][1].start >= of_that.start():
        _of_person(facts, *spoken[0], role.name)


def _sees_to(facts: Facts) -> bool:
    """Whether records tell who sees to things, and that field is not named."""
    role = next((f for f in facts.subject.fields(s.FIELD_TYPE_PERSON) if f.name == facts.person), None)
    words = facts.lexicon.of_words(FIELDS, "responsible")
    named = any(m.of(Kind.FIELD) and m.typed(s.FIELD_TYPE_PERSON) for m in facts.items)
    return role is not None and not named and bool({stems(role.name), stems(role.label)} & words)


def refuse_deeds(facts: Facts) -> None:
    """Raises Doubt for who paid, or who put it on the list, where records tell who sees to things."""
    by_somebody = facts.people or facts.has("who") or (facts.has("each") and not facts.per_head)
    if by_somebody and _sees_to(facts) and _DEEDS.search(facts.scan.text):
        raise Doubt("it is recorded who sees to things, not who paid for them or put them down")


def find_heads(facts: Facts) -> None:
    """Takes that an amount is shared out among people: 人均, or "per person" where people only see to things."""
    asked = facts.has("each") and not facts.has("who", "rank", "sup", "top")
    each = asked and _sees_to(facts) and _MONEY.search(facts.scan.text) is not None
    if facts.subject.shared and (facts.has("per_head") or each):
        facts.cue("each") if each else None
        told = _HEADS.search(facts.scan.text)
        number = next((x for x in told.groups() if x), "") if told else ""
        facts.per_head = (CARDINALS.get(number) or han(number) or 0) if told else len(facts.asker.names)


def _named(facts: Facts) -> list[str]:
    """The people who are named, each once."""
    named: list[str] = []
    for index, mention in facts.free(Kind.PERSON):
        person = mention.of(Kind.PERSON)[0].value
        if person not in named:
            named.append(person)
        facts.used.add(index)
    return named


def _first_named(facts: Facts, named: Sequence[str]) -> list[Mention]:
    """Where each of these people is named first."""
    return [next(m for m in facts.items if any(x.value == p for x in m.of(Kind.PERSON))) for p in named]


def _take_by(facts: Facts) -> None:
    """ "Given by all of us", "done by me": what is by somebody is theirs."""
    for index, (one, other) in enumerate(pairwise(facts.items)):
        somebody = other.of(Kind.PERSON) or other.cue("us") or other.cue("me")
        if one.text == "by" and one.cue("by") and somebody and other.start - one.end <= 8 and not other.cue("each"):
            facts.used.add(index)


def _take_person_field(facts: Facts) -> None:
    """Takes the field of people that stands beside who is meant: as what they are, "paid by me"."""
    spoken = [m for m in facts.items if m.of(Kind.PERSON) or m.cue("me")]
    for index, mention in facts.free(Kind.FIELD):
        held = mention.typed(s.FIELD_TYPE_PERSON)
        near = any(abs(m.start - mention.end) <= 2 or abs(mention.start - m.end) <= 2 for m in spoken)
        if held and held.name in facts.subject.person_fields and near:
            facts.person_field = held.name
            facts.used.add(index)


def _everyone(facts: Facts) -> bool:
    """Whether all are meant; "how much have I paid for all of us", "my minutes, all together" are of who asks."""
    all_of_it = [m for m in facts.items if m.cue("us") and _ALTOGETHER.fullmatch(m.text)]
    if all_of_it and facts.has("me") and len(all_of_it) == sum(m.cue("us") is not None for m in facts.items):
        return facts.has("anybody")
    if facts.has("me") and _WITH_ALL.search(facts.scan.text) and tells_who_was_there(facts):
        # 我跟大家跑了: where one was one of those who were there.
        return False
    done_by_me = bool(_DONE_BY_ME.search(facts.scan.text)) and not _WE.search(facts.scan.text)
    return (facts.has("us") and not done_by_me) or facts.has("anybody")


def _done_by_asker(facts: Facts) -> bool:
    """ "km run this week": a quantity of something done, with nobody to have done it but who asks."""
    if not facts.subject.shared or not facts.subject.person_fields or not _of_ones_own(facts):
        return False
    done = any(
        one.text
        and numeric_fields(one)
        and other.kind is Kind.CHOICE
        and facts.scan.text[one.end : other.start].strip() == ""
        for (_, one), (_, other) in pairwise(telling(facts))
    )
    return (done or _of_doings(facts)) and not any(m.cue(name) for m in facts.items for name in _OF_SEVERAL)


def _of_ones_own(facts: Facts) -> bool:
    """Whether records are of what everybody does for themselves; the plants at home are everybody's."""
    entity = facts.subject.entity
    words = {word for kind in _ONES_OWN for word in facts.lexicon.of_words(RECORDS, kind)}
    return bool(names_of_records(entity.name, entity.label) & words)


def _of_doings(facts: Facts) -> bool:
    """ "Reading time this week": a figure of what takes somebody's time, in words without a verb."""
    subject = facts.subject
    takes_time = bool(subject.fields(s.FIELD_TYPE_DURATION)) and not subject.fields(s.FIELD_TYPE_MONEY)
    asks_for_figure = any(numeric_fields(m) for m in facts.items)
    by_person = any(m.typed(s.FIELD_TYPE_PERSON) for m in facts.items)
    verbless = not _SENTENCE.search(facts.scan.text)
    own = takes_time and asks_for_figure and len(subject.person_fields) == 1 and verbless and not by_person
    return own and not _of_another(facts)


def _of_another(facts: Facts) -> bool:
    """Whether the app is called by somebody who keeps no records in it, "Emil's log": they tell what he does."""
    named = _OWNER.match(facts.subject.spec.title)
    return named is not None and named[1].casefold() not in {n.casefold() for n in facts.asker.people}


def _in_common(facts: Facts, named: Sequence[str]) -> bool:
    """Whether it asks what several people have in common, or, where who was there is a list, whether all were."""
    if len(named) > 1 and _BOTH.search(facts.scan.text) and not facts.has("each", "vs", "than", "more", "less"):
        return True
    return bool(tells_who_was_there(facts) and _ALL_OF.search(facts.scan.text)) and not facts.has(
        "sum", "each", "how_much", "mean"
    )


def _take_everybody(facts: Facts) -> None:
    """四个人全到的: records in which all those are ticked that can be."""
    found = _ALL_THERE.search(facts.scan.text)
    listed = [f for f in people_fields(facts) if f.type == s.FIELD_TYPE_MULTI_CHOICE]
    if found is None or len(listed) != 1:
        return
    number = CARDINALS.get(found["n"] or "") or han(found["n"] or "")
    if number and number != len(listed[0].choices):
        return
    held = [terms.one_of(terms.column(listed[0].name), [c]) for c in listed[0].choices]
    told = f"{label(listed[0])} = {'、'.join(listed[0].choices)}"
    facts.conditions.append(Condition(terms.both(*held), told, "", told, found.start(), kind=Kind.PERSON))
    left = tuple(u for u in facts.scan.unplaced if not found.start() <= u[0] < found.end())
    facts.scan = replace(facts.scan, unplaced=left)
    facts.used |= {i for i, m in enumerate(facts.items) if found.start() <= m.start < found.end()}
