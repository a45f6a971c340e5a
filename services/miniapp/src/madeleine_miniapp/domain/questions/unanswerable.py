"""What no single figure or list over records answers, though each of its words is known."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.contrasts import ends_asked
from madeleine_miniapp.domain.questions.deadlines import LATE, ON_TIME, dates_kept
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.flows import MINUS
from madeleine_miniapp.domain.questions.frames.dimensions import is_size
from madeleine_miniapp.domain.questions.frames.ratios import RATIO
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.text import stems, tokens

_MORE_THAN_ONE = re.compile(
    r"\b(?:we|you)(?:'ve)? (?:all|both)\b|\b(?:have|did|do) we (?:all|both)\b|\b(?:all|both|two|three) of us\b"
    r"|(?:我们|大家|两个?人)都"
)
# "The flight number of", not "the total number of".
_NUMBERED = re.compile(
    r"\b(?:the|our|my|his|her|their|its|a|[^\W\d]+'s) (?:[a-z]+ )?(?P<of>"
    r"flight|phone|telephone|mobile|room|seat|train|booking|order|reference"
    r"|confirmation|reservation|ticket|account|invoice|tracking|serial|house"
    r"|street|passport|platform|gate|customer|card|licen[cs]e|contact) numbers?\b"
)
# 哪本书读了最久; not of one sitting.
_READ_LONGEST = re.compile(
    r"^(?!.*(?:一口气|一次|一天|一共|总共)).*哪一?[本部](?!.*从).{0,8}[读看](?:了|得)(?:时间)?最[久长短]"
)
_WITHIN = re.compile(r"\bwithin (?:an?|one|two|three|\d+|the) (?:hours?|days?|weeks?|months?|years?)\b")
_SAME_DAY = re.compile(r"\b(?:on|in) the (?:very )?same (?:days?|evenings?|nights?|weeks?)\b")
_DRINKS = re.compile(r"\b(?:drink|drank|drunk|drinking|sip|sipped)\b|喝")
_STILL_TO_GO = re.compile(
    r"\b(?:do|does|have|has) \w+ (?:still )?(?:have|got)"
    r" (?:left(?! (?:in|of|from|out of) [^,.?!]*budget)|to (?:go|read))\b"
    r"|还(?:剩|差)(?:下)?(?:多少|几)[页章公分小]|还有(?:多少|几)[页章](?:没|要|才|就)"
    r"|\bstill to go\b|\b(?:pages?|km|minutes?|hours?|chapters?) (?:to go|left|remaining)\b"
)
# "Is Monday worse than Friday", not "last Monday".
_SOME_WEEKDAY = re.compile(
    r"(?<!last )(?<!this )(?<!next )(?<!past )\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|(?<![上这本下个每])(?:周|星期)[一二三四五六日天](?![到至])"
)
_WHO_WITH_WHOM = re.compile(r"谁[跟和与同]谁|\bwho\b[^?]*\bwith whom?\b")
# What lists two values of a field, or holds them against each other.
_BOTH_MEANT = re.compile(
    r"\b(?:and|or|vs\.?|versus|than|against|compared|either|both|between|nor|then|plus|minus|to|not|without|but|except)\b|[,/&+;:]"
    r"|[和与跟或及、，；：比还]|对比|相比|不是|除了"
)
_DEGREE = re.compile("(?:very )?(?:low|high|medium|good|bad|poor|ok|okay|great|strong|weak)|[低高中好差强弱]")
# What is done so many times within one record.
_PART_OF_DOING = re.compile(r"laps?|lengths|reps?|sets|weights?")
_UNTIL = re.compile(r"\b(?:days?|weeks?|nights?|months?) (?:till|until)\b")
_LEFT = frozenset(("left", "remaining", "to go", "still to go", "still left", "are left", "left to read"))
# Words that relate what is said to something else; beside a name, they restrict what is asked.
_RELATIONS = frozenset(
    (
        "before", "after", "until", "unless", "if", "within", "between", "instead", "neither", "same", "together",
        "following", "preceding",
    )
)  # fmt: skip


def as_one(facts: Facts) -> None:
    """Raises Doubt for what no single figure or list over records answers, though each of its words is known."""
    text = facts.scan.text
    if facts.subject.shared and facts.has("which", "list") and _MORE_THAN_ONE.search(text):
        raise Doubt("it asks what several people have in common; I can only tell what each has")
    if (number := _NUMBERED.search(text)) is not None and not any(
        m.of(Kind.FIELD) and m.start < number.end() and number.start("of") <= m.start for m in facts.items
    ):
        raise Doubt(f"no {number['of']} number is recorded")
    if _READ_LONGEST.search(text):
        raise Doubt("it may go by one sitting, by all of them, or by the days from start to finish")
    if _WITHIN.search(text) and not any(m.kind is Kind.TIME for m in facts.items):
        raise Doubt("I cannot tell what 'within' restricts")
    if (same := _SAME_DAY.search(text)) is not None:
        raise Doubt(f"I cannot tell what fell '{same.group()}'")
    if _DRINKS.search(text) and _is_food(facts) and not any(m.of(Kind.CHOICE, Kind.VALUE) for m in facts.items):
        raise Doubt("what was drunk is not told from what was eaten")
    days = len(_SOME_WEEKDAY.findall(text)) if facts.has("than", "vs", "more", "less") else 0
    if days > 1 and sum(m.kind is Kind.TIME for m in facts.items) > 1:
        raise Doubt("it may mean these two days, or all such days")
    if _WHO_WITH_WHOM.search(text):
        raise Doubt("who is with whom is not recorded")
    if _UNTIL.search(text) and not _plans(facts):
        raise Doubt("what is still to go is no figure that a record holds")
    if _STILL_TO_GO.search(text):
        facts.remaining = True
        facts.scan = replace(facts.scan, unplaced=tuple(u for u in facts.scan.unplaced if u[2] not in _LEFT))
    sups = {x.value.partition(" ")[0] for m in facts.items for n in ("sup", "often") if (x := m.cue(n))}
    if {"max", "min"} <= sups and not ends_asked(facts):
        raise Doubt("it asks for the most and for the least; I can tell one at a time")
    other = _other_kind(facts)
    if other:
        raise Doubt(f"it speaks of {other}, too, which are other records")
    for token in tokens(text):
        inside = any(m.start <= token.start < m.end for m in facts.items)
        if _by_the_deadline(facts, token.start):
            continue
        if token.text == "after" and _slept(facts, token.end):
            continue
        if token.text in _RELATIONS and not inside and _beside_a_name(facts, token.end):
            raise Doubt(f"I cannot tell what '{token.text}' restricts")


def _by_the_deadline(facts: Facts, at: int) -> bool:
    """Whether a word belongs to "after the due date", where records tell both days."""
    said = any(m.start() <= at < m.end() for p in (LATE, ON_TIME) for m in p.finditer(facts.scan.text))
    return said and None not in dates_kept(facts)


def check_values(facts: Facts) -> None:
    """Raises Doubt for two values of a field of one choice that nothing joins: "metres of climbing my rides had"."""
    single = {f.name for f in facts.subject.fields(s.FIELD_TYPE_CHOICE)}
    chosen = sorted(
        (c for c in facts.conditions if c.field in single and c.kind is Kind.CHOICE and not c.negated),
        key=lambda c: c.start,
    )
    # 早餐午餐晚餐各几次: they are listed.
    listed = is_chinese(facts.scan.text) and any(m.cue("each_one") for m in facts.items)
    _refuse_unrecorded(facts)
    # "Bottles per breastfeed, as a ratio", "for each hour of design, how many of revisions": the one by the other.
    listed = listed or (len(chosen) == 2 and (facts.has("for_every") or RATIO.search(facts.scan.text) is not None))
    if MINUS.search(facts.scan.text):
        return
    for one, other in pairwise([] if listed else chosen):
        between = facts.scan.text[one.start : other.start]
        if one.field == other.field and one.value != other.value and not _BOTH_MEANT.search(between):
            raise Doubt(f"it names {one.value} and {other.value}, and a record has one of them")


def _refuse_unrecorded(facts: Facts) -> None:
    """Raises Doubt for "how many laps", "which shoes": what is asked for is but a word for a kind, or in a remark."""
    notes = {f.name for f in facts.subject.fields(s.FIELD_TYPE_TEXT) if is_note(f)}
    for place, (one, other) in enumerate(pairwise(facts.items), 2):
        follows = facts.items[place] if place < len(facts.items) else None
        if follows is not None and follows.of(Kind.ENTITY) and follows.start - other.end <= 1:
            # "How many weights sessions".
            continue
        asks = any(one.cue(n) for n in ("which", "what")) and other.start - one.end <= 1
        remark = other.kind is Kind.VALUE and all(m.name in notes for m in other.of(Kind.VALUE))
        if asks and remark and not any(other.text.startswith(w) for w in ("note", "entr", "day")):
            raise Doubt(f"only remarks speak of {other.text}; no record says which")
        counts = asks or (any(one.cue(n) for n in ("how_many", "how_much")) and other.start - one.end <= 1)
        if counts and other.kind is Kind.CHOICE and _PART_OF_DOING.fullmatch(other.text):
            raise Doubt(f"no record says how many or which {other.text}")


def check_degrees(facts: Facts) -> None:
    """Raises Doubt for a degree of one field beside a figure of another: "low mood" where only an energy is low."""
    for condition in facts.conditions:
        if condition.kind is not Kind.CHOICE or not _DEGREE.fullmatch(condition.value.casefold()):
            continue
        at = next((i for i, m in enumerate(facts.items) if m.start == condition.start), -1)
        beside = [facts.items[i] for i in (at - 1, at + 1) if at >= 0 and _touch(facts, at, i)]
        named = {x.name: x.field for m in beside for x in m.of(Kind.FIELD) if x.field is not None}
        if condition.field not in named and any(f.type in NUMERIC for f in named.values()):
            raise Doubt(f"I cannot tell of what it says {condition.value}")


def _touch(facts: Facts, one: int, other: int) -> bool:
    if not 0 <= other < len(facts.items):
        return False
    first, second = sorted((facts.items[one], facts.items[other]), key=lambda m: m.start)
    return not facts.scan.text[first.end : second.start].strip()


def _is_food(facts: Facts) -> bool:
    """Whether the records tell the energy of what was had."""
    return any(f.unit.casefold() in ("kcal", "kj", "cal") for f in facts.subject.numeric)


def _plans(facts: Facts) -> bool:
    """Whether there are records of days to come."""
    last = facts.subject.last_day
    return last is not None and last > facts.asker.now.date()


def _beside_a_name(facts: Facts, at: int) -> bool:
    following = next((m for m in facts.items if m.start >= at), None)
    return (
        following is not None
        and following.kind is not Kind.PERSON
        and following.start - at <= 8
        and bool(following.of(Kind.CHOICE, Kind.VALUE, Kind.ENTITY, Kind.FIELD, Kind.NUMBER))
    )


def _slept(facts: Facts, at: int) -> bool:
    """ "My mood after six hours of sleep": an entry tells of the night before it."""
    clause = re.split(r"[,;?!.]", facts.scan.text[at:])[0]
    inside = [m for m in facts.items if at <= m.start < at + len(clause)]
    return any(m.of(Kind.NUMBER) for m in inside[:3]) and any(
        f.field is not None and is_size(f.field, "rest") for m in inside for f in m.of(Kind.FIELD)
    )


def _other_kind(facts: Facts) -> str:
    """Another kind of record of the app that the question names by its own name, and that is nothing else here."""
    given = tokens(facts.scan.text)
    for entity in facts.subject.spec.entities:
        if entity.name == facts.subject.entity.name:
            continue
        for key in {stems(entity.name), stems(entity.label)} - {()}:
            for at in range(len(given) - len(key) + 1):
                if tuple(t.stem for t in given[at : at + len(key)]) != key:
                    continue
                held = next((m for m in facts.items if m.start <= given[at].start < m.end), None)
                meant = held is not None and (
                    held.of(Kind.CHOICE, Kind.VALUE, Kind.TIME, Kind.PERSON)
                    or any(m.strength == 3 for m in held.of(Kind.FIELD, Kind.ENTITY))
                    or (facts.has("next") and any(m.field in facts.subject.temporal for m in held.of(Kind.FIELD)))
                    or any(m.kind is Kind.CUE for m in held.meanings)
                )
                if not meant:
                    return entity.label or entity.name
    return ""
