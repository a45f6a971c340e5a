# ruff: noqa: E501 - patterns of words, one line each.
"""Which records are meant, beyond their choices and names: the latest few, those that mention a word, those of such days."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions.english import is_past
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.frames.dimensions import is_size
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.neighbours import contains, numeric_fields


def select(facts: Facts) -> None:
    """Takes a window of the latest records, words that remarks mention, and dates that records must have."""
    _window(facts)
    _searched(facts)
    _happened(facts)


_MEASURING = ("mean", "median", "sum", "share", "how_much", "sup", "often", "distinct", "weekday_table")


_SEARCHED = re.compile(
    r"\b(?:mention\w*|(?:wrote|write|written|writes|said|says|say|noted|notes?|something|anything) about)\s+(?:the |my |our |an? )?$"
)
_FOUND = re.compile(r"\s*(?:comes? up|came up|(?:is|was|gets?|got) mentioned|appears?|is named)\b")


def _searched(facts: Facts) -> None:
    """ "How many entries mention work": a word of the remarks, though it names a choice or a person as well."""
    note = next((f for f in facts.subject.fields(s.FIELD_TYPE_TEXT) if is_note(f)), None)
    for index, mention in enumerate(facts.items):
        if note is None or index in facts.used or mention.kind not in (Kind.CHOICE, Kind.PERSON):
            continue
        text = facts.scan.text
        if not (_SEARCHED.search(text[: mention.start]) or _FOUND.match(text[mention.end :])):
            continue
        word = mention.text.removesuffix("'s").removesuffix("s")
        told = f"{label(note).lower()} ~ {word}"
        held = contains(note.name, word)
        facts.conditions.append(Condition(held, told, note.name, word, mention.start, kind=Kind.VALUE))
        facts.used.add(index)


_DONE = re.compile(
    r"\b(?:(?:i|we|he|she|they)(?:'ve|'d)?|have|has|had|been|was|were|that|which|never|ever|already)\s+(?:\w+ )?$"
)


def _happened(facts: Facts) -> None:
    """ "Books that I started": those that have a day of it, where no time is asked about."""
    if len(facts.subject.temporal) < 2 or any(m.kind is Kind.TIME for m in facts.items):
        return
    if facts.has("when", "took", "been_at", "ago", "how_long", "last", "first", "gap", "streak", "per", "unit"):
        return
    for index, mention, fields in facts.fields_named(*TEMPORAL):
        verb = is_past(mention.text)
        sure = len(fields) == 1 and mention.kind is Kind.FIELD and not mention.of(Kind.CHOICE)
        if verb and sure and _DONE.search(facts.scan.text[: mention.start]):
            held = terms.present(terms.column(fields[0].name))
            told = f"{label(fields[0])} ✓"
            facts.conditions.append(Condition(held, told, fields[0].name, "", mention.start, kind=Kind.FIELD))
            facts.used.add(index)


def _measured_of(facts: Facts, index: int) -> bool:
    """Whether a quantity stands before: "the kcal of my last three meals"."""
    before = facts.items[index - 1] if index else None
    between = facts.scan.text[before.end : facts.items[index].start] if before else ""
    return (
        before is not None
        and bool(numeric_fields(before))
        and bool(re.fullmatch(r"\s*(?:of|over|in|from)\s*", between))
    )


def _window(facts: Facts) -> None:
    """ "The average of my last ten entries": a figure of the latest records alone."""
    for index, meanings in facts.free_cues("top"):
        word, number = meanings[0].value, int(meanings[0].number)
        latest, first = word in ("last", "latest", "most recent"), word in ("first", "oldest", "earliest")
        if (latest or first) and number > 1 and (facts.has(*_MEASURING) or _measured_of(facts, index)):
            facts.window = number if latest else -number
            facts.used.add(index)
            facts.cue("row")
            return


_ON = re.compile(r"\b(?:on|for|in|during|from|of|over|after)\s+(?:(?:the|those|these|all|any|my|such)\s+)*$")
_WHOSE = re.compile(
    r"(?: (?:that|when|where|which|with|of|(?:(?:do|did|was|were|am|have|had) )?(?:i|we)(?:'d|'m|'ve|'re)?))+ | (?:under|over|below|above|at least|at most|(?:less|more|fewer|shorter|longer) than) "
)
# "The day the plumber came": of what happened on it, though no word says so.
_THE = re.compile(r"\bthe (?:same |very )?$")
_HAPPENED = re.compile(
    r" (?:the |our |my |an? )?(?:[^\W\d]+ ){1,3}?(?:came|was|were|arrived|happened|turned up|showed up|visited|broke|fell due)\b"
)
_ZH_THAT_DAY = ("那天", "当天", "那一天", "同一天")
_OF_DATE = re.compile(r" (?:of|from|on)(?: the)? ")
_ZH_WHOSE = re.compile(r"的(?:那些|那几个?|那)?$")
_ZH_COUNTED = re.compile(r"(?:(?:一共|总共)?有?(?:多少|几)|[是有]?哪)")
_CLAUSE = re.compile(r"[?!;:.？！；：。,，]")


def take_days(facts: Facts) -> None:
    """ "My mood on the days I felt lonely": only says of which records, those that pass the filter beside it.

    Where one record does not tell of its whole day, "calories on days I had takeaway", all records of these days.
    """
    if facts.has("the_others", "streak", "gap", "none", "more", "less", "up", "down", "changes", "vs", "than"):
        return
    for index, mention in enumerate(facts.items):
        unit = mention.cue("unit")
        with_one = mention.cue("with_value") is not None and mention.text.startswith("days")
        that_day = mention.text in _ZH_THAT_DAY and facts.has("how_much", "sum")
        of_days = with_one or that_day or (unit is not None and unit.value in ("day", "night"))
        if (index in facts.used and not that_day) or not of_days:
            continue
        before, after = facts.scan.text[: mention.start], facts.scan.text[mention.end :]
        if _OF_DATE.match(after) and any(
            m.kind is Kind.TIME and m.start - mention.end < 8 for m in facts.items[index:]
        ):
            # "The night of March 3rd" is the day.
            facts.used.add(index)
        told = _ON.search(before) and (with_one or _WHOSE.match(after))
        told = told or (
            _THE.search(before) and _HAPPENED.match(after) and not any(m.of(Kind.PERSON) for m in facts.items)
        )
        if is_chinese(mention.text):
            told = _ZH_WHOSE.search(before) and not _ZH_COUNTED.match(after)
        if told and _narrow(facts, mention):
            facts.used.add(index)


def _in_one(near: list[Condition]) -> Condition:
    """ "A canteen lunch": all of it is of one record; of several choices of one field any will do."""
    alike: dict[str, list[q.Expression]] = {}
    for one in near:
        alike.setdefault(one.field, []).append(one.expression)
    any_of = [e[0] if len(e) == 1 else terms.call(q.FUNCTION_OR, *e) for e in alike.values()]
    return replace(near[0], expression=terms.both(*any_of))


def _narrow(facts: Facts, days: Mention) -> bool:
    """Whether days are told by filters that stand with them, which then are such days where records are not."""
    first, last = (0, days.start) if is_chinese(days.text) else (days.end, len(facts.scan.text))
    near = [c for c in facts.conditions if first <= c.start < last and c.kind is not Kind.NUMBER]
    limits = [x for x in facts.limits if first <= x.start < last and len(x.fields) == 1]
    starts = [one.start for one in (*near, *limits)]
    if not starts or _CLAUSE.search(facts.scan.text[min(days.end, max(starts)) : max(days.start, min(starts))]):
        return False
    if all(not facts.additive(f) or is_size(f, "rest") for f in facts.subject.numeric):
        return True
    named = [f for _, _, fields in facts.fields_named(*NUMERIC) for f in fields]
    if not named and is_chinese(days.text) and facts.has("how_much"):
        # 花了多少 names no field, and asks for money.
        named = facts.subject.fields(s.FIELD_TYPE_MONEY)
    if (
        any(c.negated for c in near)
        or not named
        or not all(facts.additive(f) for f in named + [f for x in limits for f in x.fields])
    ):
        return False
    facts.of_days += [*([_in_one(near)] if near else []), *limits]
    facts.one_day = days.text in ("day", "night")
    facts.limits = [x for x in facts.limits if x not in limits]
    facts.conditions = [c for c in facts.conditions if c not in near]
    facts.conditions += [replace(one, expression=terms.value(True), told=f"days: {one.told}", field="") for one in near]
    facts.conditions += [Condition(terms.value(True), f"days: {x.told}", "", "", x.start) for x in limits]
    return True
