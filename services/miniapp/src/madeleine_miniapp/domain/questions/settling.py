"""Settles what single mentions mean by where they stand, before anything is put together: 上个月加进来的 dates it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.concepts import RECORDS
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.neighbours import beside, telling
from madeleine_miniapp.domain.questions.text import stems

_BETWEEN = re.compile(r"(?:between|from) (.+?) (?:and|to) (.+)")
_AS_WELL = re.compile("也|一并|一起|照样|同样|count(?:s|ed)? too|(?:are |is )?included")
_HOW_LONG_A_WAY = re.compile(r"\bhow long\b.*\bin (?:km|kilomet\w+|miles|met(?:re|er)s)\b")
_AVERAGED = re.compile(r"平均|(?:average|avg|mean)\b")
_USUALLY = re.compile(r"usually|normally|typically|通常|一般")
_AMOUNTS = (
    "money", "how_much", "how_many", "count", "when", "how_long", "sum", "median", "hour", "weekday_table", "sup",
)  # fmt: skip
_AT_TIMES = re.compile(r"\b(?:in|at|during|by|of|on|this|last|every|[a-z]+day) (?:the |a )?$|[一-龥]$")
_SITTING = re.compile(r"\b(?:evening|night)s?\b")
_PRESENT = re.compile(r" (?:is|are|was|were|come|came) over")
_WHOSE = ("me", "us", "anybody", "who", "each", "rank", "others")


def put(facts: Facts, mentions: Iterable[Mention]) -> None:
    """The facts with these mentions."""
    facts.scan = replace(facts.scan, mentions=tuple(mentions))


def take_sittings(facts: Facts) -> None:
    """ "What did our evenings cost" of film nights: the records are called so, and no time of the day is meant."""
    made: list[Mention] = []
    titled = not facts.subject.logged and bool(_SITTING.search(facts.subject.spec.title.casefold()))
    for mention in facts.items:
        own = mention.of(Kind.ENTITY)
        if titled and not own and _SITTING.fullmatch(mention.text):
            own = (Meaning(Kind.ENTITY, strength=2),)
        if mention.cue("hour") and own and not _AT_TIMES.search(facts.scan.text[: mention.start]):
            mention = replace(mention, meanings=own)
        made.append(mention)
    put(facts, made)


def take_verbs(facts: Facts) -> None:
    """ "What do we cook" asks for a thing, where "cook" names people as well; "guests are over" is of guests."""
    made: list[Mention] = []
    for place, mention in enumerate(facts.items):
        before = facts.items[place - 1] if place else mention
        somebody = (before.cue("us") or before.cue("me") or before.of(Kind.PERSON)) and mention.start - before.end <= 1
        named = mention.typed(s.FIELD_TYPE_PERSON) is not None and mention.of(Kind.ENTITY)
        if named and somebody and facts.has("what", "which") and not facts.has("who"):
            mention = replace(mention, meanings=mention.of(Kind.ENTITY))
        state = mention.cue("cmp") is not None and before.typed(s.FIELD_TYPE_BOOLEAN) is not None
        after = facts.items[place + 1] if place + 1 < len(facts.items) else mention
        if mention.text == "under" and after.kind is Kind.CHOICE and after.start - mention.end <= 1:
            # "Under fruit" is where it is put.
            continue
        if made and state and _PRESENT.fullmatch(facts.scan.text[before.end :].rstrip(" ?!.")):
            text = facts.scan.text[before.start : mention.end]
            made[-1] = replace(before, end=mention.end, text=text)
        else:
            made.append(mention)
    put(facts, made)


def split_times(facts: Facts) -> None:
    """ "The difference between January and March" is of the two, not of what lies between."""
    if not facts.has("difference", "up", "down"):
        return
    made: list[Mention] = []
    for mention in facts.items:
        both = _BETWEEN.fullmatch(mention.text) if mention.kind is Kind.TIME else None
        found = [times.find(both[n], facts.asker.now.date()) for n in (1, 2)] if both else []
        if both is None or not all(len(f) == 1 for f in found):
            made.append(mention)
            continue
        for number, (one,) in enumerate(found, 1):
            start = mention.start + both.start(number) + one.start
            end = mention.start + both.start(number) + one.end
            text = facts.scan.text[start:end]
            made.append(Mention(start, end, text, (Meaning(Kind.TIME, value=text, span=one.span),)))
    put(facts, made)


def take_rest(facts: Facts) -> None:
    """A rest day is one without a workout, where those are what is recorded."""
    words = facts.lexicon.of_words(RECORDS, "workout")
    entity = facts.subject.entity
    if not {stems(entity.name), stems(entity.label)} & words:
        return
    for place, mention in enumerate(facts.items):
        if not mention.cue("rest"):
            continue
        before = facts.items[place - 1] if place else None
        denied = before is not None and before.cue("none")
        # Without a rest day is with a workout on each.
        meaning = Meaning(Kind.VOID) if denied else Meaning(Kind.CUE, "none")
        made = [replace(m, meanings=(meaning,)) if m is mention or (denied and m is before) else m for m in facts.items]
        put(facts, made)
        if not any(m.kind is Kind.PERSON or any(m.cue(n) for n in _WHOSE) for m in facts.items):
            # Whose they are need not be said: one's own.
            facts.put_before(place, Meaning(Kind.CUE, "me"))
        return


def take_mean(facts: Facts) -> None:
    """谁的平均心率最高 asks for a mean of each, though the field is called an average itself."""
    asked = next((m.start for m in facts.items if m.cue("who") and not m.text.startswith("whose")), None)
    if asked is None or facts.has("mean", "times", "row"):
        return
    for place, mention in enumerate(facts.items):
        if mention.of(Kind.FIELD) and _AVERAGED.match(mention.text) and asked < mention.start:
            facts.put_before(place, Meaning(Kind.CUE, "mean"))
            return


def take_length(facts: Facts) -> None:
    """ "How long is my average ride, in km": of a way, not of time."""
    if _HOW_LONG_A_WAY.search(facts.scan.text):
        put(facts, [m for m in facts.items if m.text != "how long"])


def take_usual(facts: Facts) -> None:
    """ "Who usually brings the pizza" asks who does most often, and for no mean."""
    asked = any(m.cue(name) for m in facts.items for name in ("who", "where", "which", "what"))
    if not asked or facts.fields_named(*NUMERIC) or any(m.cue(name) for m in facts.items for name in _AMOUNTS):
        return
    often = (Meaning(Kind.CUE, "often", "max"),)
    put(facts, [replace(m, meanings=often) if _USUALLY.fullmatch(m.text) else m for m in facts.items])


def take_included(facts: Facts) -> None:
    """ "Cancelled ones count as well": what is let in besides is no filter, unless others of its kind are asked for."""
    for place, (index, mention) in enumerate(row := telling(facts)):
        if not place or not mention.cue("include_after"):
            continue
        if not _AS_WELL.match(mention.text):
            # 餐馆和外卖都算: both are meant, and filters like any other.
            two = [m.of(Kind.CHOICE) for _, m in row[:place] if m.of(Kind.CHOICE)][-2:]
            if len(two) == 2 and two[0][0].name == two[1][0].name and beside(facts, row[place - 1][1], mention, 6):
                facts.used.add(index)
            continue
        before, choice = row[place - 1][0], row[place - 1][1]
        if not choice.of(Kind.CHOICE) or not beside(facts, choice, mention, 6):
            continue
        field = choice.of(Kind.CHOICE)[0].name
        asked = [m for m in facts.items if m is not choice and any(c.name == field for c in m.of(Kind.CHOICE))]
        facts.used |= {index} if asked else {index, before}


def take_states(facts: Facts) -> None:
    """Takes words that only say that something has values: 精力状态 is the 精力."""
    ends = {m.end for m in facts.items if m.of(Kind.FIELD)}
    left = tuple(u for u in facts.scan.unplaced if not (u[0] in ends and u[2] in ("状态", "情况", "状况")))
    facts.scan = replace(facts.scan, unplaced=left)


def take_counted(facts: Facts) -> None:
    """Takes Chinese words that only say what is counted, and how many things have just been named.

    几样东西 are so many records, whatever field says what they are; 团费, 旅费两样 are the two.
    """
    title = facts.subject.title
    for place, (one, other) in enumerate(pairwise(facts.items), 1):
        counts = title is not None and one.cue("how_many") and is_chinese(one.text) and other.start == one.end
        of_title = any(title is not None and m.name == title.name and m.strength < 3 for m in other.of(Kind.FIELD))
        if counts and of_title and not other.of(Kind.CHOICE):
            facts.used.add(place)
        number = next((int(m.number) for m in other.of(Kind.NUMBER)), 0)
        if number > 1 and one.kind is Kind.CHOICE and other.start - one.end <= 1 and is_chinese(other.text):
            field = one.of(Kind.CHOICE)[0].name
            named = [m for m in facts.items[:place] if m.kind is Kind.CHOICE and m.of(Kind.CHOICE)[0].name == field]
            if len(named) == number:
                facts.used.add(place)
