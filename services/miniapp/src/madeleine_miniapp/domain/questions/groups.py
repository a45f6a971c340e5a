"""What the answer is grouped by: "by language", "per attack type", "for both trips"; or each record for itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.neighbours import beside, numeric_fields, telling
from madeleine_miniapp.domain.questions.text import stems

_GROUPING = (
    s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_TEXT, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_BOOLEAN,
)  # fmt: skip
_GOING_BY = re.compile(r"(?:来|去)?(?:算|计|看|说|统计|比|为准)")
# "Per meal type" is of the field, though a record is called a meal.
_KIND_BEHIND = re.compile(r" ?(?:type|kind|category|sort)s?\b|类型|种类")
_EACH_RECORD = re.compile("[每各][项笔条样件]")
_ASKS_OF_IT = re.compile("几点|多少|谁|什么时候|哪")
_OF_KIND = re.compile("[每各哪]一?[种类项]")

# "Minutes per sport" are those of each kind of workout, no mean of one.
_KIND_OF_DOING = re.compile(r"sports?|disciplines?|运动项目|项目")
_BOTH = re.compile(r"\b(?:both|the two|the three|all)(?: (?:the|our|my|of|two|three|four))* $")
_LISTED = re.compile(r"[^，,。？?的]{1,6}[和跟与、][^，,。？?的]{1,6}$")
_AS_ONE = re.compile(r" (?:(?:taken|put|added|counted) )?(?:together|combined)\b")

_Row = Sequence[tuple[int, Mention]]


def find_groups(facts: Facts) -> None:
    """Takes what the question groups by, and whether it asks of each record."""
    row = telling(facts)
    _by_number(facts, row)
    _together(facts)
    for place, (index, mention) in enumerate(row):
        if index not in facts.used and (mention.cue("by") or mention.cue("each_one")):
            _by_name(facts, row, place)


def _by_number(facts: Facts, row: _Row) -> None:
    """ "both trips": as many as there are to choose from."""
    for place, (index, mention) in enumerate(row[:-1]):
        after = row[place + 1]
        if after[1].text == "个" and place + 2 < len(row):
            after = row[place + 2]
        again = row[place + 2] if place + 2 < len(row) else after
        number = next((m.number for m in mention.of(Kind.NUMBER)), 0)
        held = after[1].typed(s.FIELD_TYPE_CHOICE)
        if (
            held
            and (number == len(held.choices) or _of_some(facts, held, number))
            and beside(facts, mention, after[1], 2)
            and index not in facts.used
        ):
            compared = facts.has("which", "who") and facts.has("more", "less", "sup")
            behind = row[place + 2] if place + 2 < len(row) else after
            if facts.has("more", "less", "sup") and behind[1].cue("sum") and beside(facts, after[1], behind[1], 3):
                # 两趟加起来谁负责的多: one of others is asked for, of the two together.
                compared = False
                facts.used.add(behind[0])
            told_apart = compared or facts.has("each", "each_one", "by", "rank")
            same = {i for i, m in row[place + 2 :] if m.text == after[1].text and is_chinese(m.text)}
            if same and facts.has("sup"):
                # 两趟里哪趟最贵: as much as 哪趟最贵.
                facts.used |= {index, after[0]}
                continue
            facts.used |= same
            if told_apart or not (behind[1].cue("sum") or facts.has("sum") or is_chinese(mention.text)):
                facts.groups.append(held)
            facts.used |= {index, after[0]}
            if again[1].typed(s.FIELD_TYPE_CHOICE) == held and again[1].start == after[1].end:
                # 两趟行程: the measure word says the same.
                facts.used.add(again[0])


def _together(facts: Facts) -> None:
    """ "Both trips together": what is told apart by them is not asked for."""
    for index, mention in facts.free(Kind.FIELD):
        before, after = facts.scan.text[: mention.start], facts.scan.text[mention.end :]
        if mention.typed(s.FIELD_TYPE_CHOICE) and _BOTH.search(before) and (as_one := _AS_ONE.match(after)):
            end = mention.end + as_one.end()
            facts.used |= {index, *(i for i, m in enumerate(facts.items) if m.cue("sum") and m.end == end)}


def _of_some(facts: Facts, held: s.Field, number: float) -> bool:
    """云南四个城市按预算从高到低, 各要多少: as many as the others that are named have."""
    others = any(c.name != held.name for m in facts.items if m.kind is Kind.CHOICE for c in m.of(Kind.CHOICE))
    ranked = facts.has("rank") and facts.has("by")
    told_apart = facts.has("each", "each_one")
    return (ranked or told_apart) and not facts.has("sup", "top") and others and 1 < number < len(held.choices)


def _does(mention: Mention) -> bool:
    return bool(mention.of(Kind.PERSON)) or any(mention.cue(n) for n in ("me", "us", "each", "anybody"))


def _by_name(facts: Facts, row: _Row, place: int) -> None:
    """Takes one "by", "per" or "each" with what stands after it."""
    index, mention = row[place]
    if place + 1 == len(row):
        return
    at, after = row[place + 1]
    if _EACH_RECORD.fullmatch(mention.text) and _ASKS_OF_IT.match(after.text):
        # 每项几点开始: asked of every record.
        facts.used.add(index)
        return
    if numeric_fields(after) and _GOING_BY.match(facts.scan.text[after.end :]):
        # 按预算算 says which figure is meant.
        facts.used.add(index)
        return
    if _filtered(facts, after) and _GOING_BY.match(facts.scan.text[after.end :]):
        # 甜食按标签算 says which field it is filtered by.
        facts.used |= {index, at}
        return
    if place and mention.text == "by" and (named := _ranked(facts, row[place - 1], mention, after)) is not None:
        facts.groups.append(named)
        facts.used |= {index, row[place - 1][0]}
        return
    if after.cue("me") and place + 2 < len(row):
        # "Each of my runs": my is said of them.
        place += 1
        at, after = row[place + 1]
    if after.cue("what") and place + 2 < len(row) and _does(row[place + 2][1]):
        # "By what we laid out": by the amount.
        facts.used |= {index, at}
        return
    if after.kind is Kind.PERSON and mention.text == "by":
        # "done by Noor".
        facts.used.add(index)
        return
    if at in facts.used or not beside(facts, mention, after, 16):
        return
    beyond = row[place + 2][1] if place + 2 < len(row) else None
    if after.kind is Kind.CHOICE and mention.text == "by" and not groupable(after):
        if beyond is None or beyond.kind is not Kind.CHOICE:
            # "Paid by standing order".
            facts.used.add(index)
        return
    if place + 2 < len(row) and row[place + 2][0] not in facts.used and _of_records(facts, after, row[place + 2][1]):
        # "Per attack type": by the type.
        facts.used.add(at)
        at, after = row[place + 2]
    if mention.text == "by" and place + 2 < len(row) and _figure_of(facts, after, row[place + 2][1]):
        # "Ranked by chore points": by the points, of whichever chore.
        facts.used |= {index, at}
        return
    held = groupable(after)
    if mention.cue("for_every") and (after.kind is Kind.CHOICE or (facts.has("how_many") and after.of(Kind.ENTITY))):
        # "For every chore Ben does, how many do I": one number over another.
        return
    if not held and after.of(Kind.ENTITY) and not any(m.strength > 1 for m in after.of(Kind.ENTITY)):
        # What is but a verb of the records, or a word of their app's title, is no record: "per shop".
        return
    if after.of(Kind.ENTITY) and not held and mention.cue("by") and mention.text != "各" and not _measures(after):
        if _OF_KIND.fullmatch(mention.text) or tells_kinds(facts, after):
            # 每种运动 are those of each kind, not each of them.
            facts.groups.append(kind_field(facts))
        else:
            # "per refuel": per record.
            facts.per_record = True
        facts.used |= {index, at}
        return
    kinds = held and (_KIND_BEHIND.match(facts.scan.text, after.end) or _share_of_each(facts, held))
    kinds = kinds or _called_exactly(facts, after, held)
    if any(m.strength == 3 for m in after.of(Kind.ENTITY)) and mention.text in ("per", "each", "每") and not kinds:
        facts.per_record = True
        facts.used |= {index, at}
    elif mention.text == "各" and facts.has("each"):
        # 我们仨各跑了: each of us.
        return
    elif mention.text == "各" and len(after.text) == 1 and _LISTED.search(facts.scan.text[: mention.start]):
        # 泡面和零食各带多少: each of these, whoever brings them.
        facts.used.add(at)
    elif after.kind is Kind.CHOICE and mention.cue("by") and mention.text != "by":
        # "each sight": of every record that is one.
        facts.per_record = True
        facts.used.add(index)
    elif held and after.kind is not Kind.CHOICE:
        best = max(
            held,
            key=lambda m: (
                not _one_chosen(facts, m),
                m.strength,
                m.field is not None and m.field.type != s.FIELD_TYPE_TEXT,
            ),
        )
        if best.field is not None and best.field not in facts.groups:
            facts.groups.append(best.field)
        facts.used |= {index, at}


def _measures(mention: Mention) -> bool:
    """Whether a word names a figure rather than the records: "top projects by hours" of an app of hours."""
    figure = max((m.strength for m in mention.of(Kind.FIELD) if m.field and m.field.type in NUMERIC), default=0)
    return figure > max((m.strength for m in mention.of(Kind.ENTITY)), default=0)


def _called_exactly(facts: Facts, mention: Mention, held: Sequence[Meaning]) -> bool:
    """Whether a field has the very name that is said, and the records only its stem: "per cook" of what was cooked."""
    own = any(
        m.field is not None and mention.text in (m.field.name.casefold(), label(m.field).casefold()) for m in held
    )
    return own and facts.subject.entity.name.casefold() != mention.text


def tells_kinds(facts: Facts, mention: Mention) -> bool:
    """Whether a word for the records, "sport", stands for the one field of choices that tells them apart."""
    return (
        _KIND_OF_DOING.fullmatch(mention.text) is not None
        and bool(mention.of(Kind.ENTITY))
        and len(facts.subject.fields(s.FIELD_TYPE_CHOICE)) == 1
    )


def _share_of_each(facts: Facts, held: Sequence[Meaning]) -> bool:
    """ "What share came from each meal": what is shared out among is told apart by a field of choices."""
    chosen = any(m.strength == 3 and m.field is not None and m.field.type == s.FIELD_TYPE_CHOICE for m in held)
    return chosen and facts.has("share", "split")


def _one_chosen(facts: Facts, meaning: Meaning) -> bool:
    """ "Feeds by type": the type of the feeds, as all of them are of the one kind."""
    chosen = {
        c.value for m in facts.items if m.kind is Kind.CHOICE for c in m.of(Kind.CHOICE) if c.name == meaning.name
    }
    return len(chosen) == 1


def _filtered(facts: Facts, mention: Mention) -> bool:
    """Whether the only choice that a question names is one of this field."""
    chosen = [c.name for m in facts.items if m.kind is Kind.CHOICE for c in m.of(Kind.CHOICE)]
    return len(chosen) == 1 and any(m.name == chosen[0] for m in mention.of(Kind.FIELD))


def _ranked(facts: Facts, named: tuple[int, Mention], by: Mention, figure: Mention) -> s.Field | None:
    """ "Genres by number of books", "places by minutes": what is told apart stands before what it is ranked by."""
    index, mention = named
    held = [m.field for m in groupable(mention) if m.strength >= 2]
    plural = mention.text.endswith("s") and not mention.of(Kind.ENTITY, Kind.CHOICE)
    measured = any(figure.cue(n) for n in ("count", "sum", "mean", "median")) or any(
        m.field is not None and m.field.type in NUMERIC for m in figure.of(Kind.FIELD)
    )
    if (
        index in facts.used
        or facts.has("top", "sup")
        or not plural
        or not measured
        or not beside(facts, mention, by, 2)
    ):
        return None
    return held[0] if beside(facts, by, figure, 8) and held else None


def _of_records(facts: Facts, one: Mention, other: Mention) -> bool:
    """Whether a mention only says of which records the field right after it is."""
    names_records = one.kind in (Kind.ENTITY, Kind.FIELD) and bool(one.of(Kind.ENTITY)) and not groupable(one)
    named = other.kind is Kind.FIELD and bool(groupable(other))
    return names_records and named and facts.scan.text[one.end : other.start] == " "


def _figure_of(facts: Facts, one: Mention, other: Mention) -> bool:
    """Whether a mention only says of which records the figure right after it is."""
    named = any(m.strength == 3 for m in one.of(Kind.ENTITY)) and not numeric_fields(one)
    return named and bool(numeric_fields(other)) and facts.scan.text[one.end : other.start] == " "


def groupable(mention: Mention) -> list[Meaning]:
    """The fields that a mention may mean, the likeliest, and that an answer may be grouped by."""
    most = max((m.strength for m in mention.of(Kind.FIELD)), default=0)
    named = [m for m in mention.of(Kind.FIELD) if m.field is not None and m.field.type in _GROUPING]
    return [m for m in named if m.strength == most or most < 3]


def kind_field(facts: Facts) -> s.Field:
    """The field that tells the kinds of records apart; raises Doubt where none does, or several may."""
    choosing = facts.subject.fields(s.FIELD_TYPE_CHOICE)
    kinds = facts.lexicon.of_words(FIELDS, "kind") | facts.lexicon.of_words(FIELDS, "category")
    named = [f for f in choosing if {stems(f.name), stems(f.label)} & kinds] or choosing
    if len(named) != 1:
        raise Doubt("it does not say by what the kinds are told apart")
    return named[0]
