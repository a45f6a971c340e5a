# ruff: noqa: E501 - patterns of questions, one line each.
"""Puts neighbouring mentions together: groups, filters, people; with limits and negations."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.absences import find_absences
from madeleine_miniapp.domain.questions.accounting import as_one, further_groups, two_people
from madeleine_miniapp.domain.questions.chatter import without_chatter
from madeleine_miniapp.domain.questions.concepts import CHOICES, FIELDS
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, label
from madeleine_miniapp.domain.questions.flows import direct
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.limits import find_limits, numeric_fields
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.negations import find_negations, missing_field, missing_value
from madeleine_miniapp.domain.questions.neighbours import beside, contains, name_of, telling
from madeleine_miniapp.domain.questions.polarity import turn_round
from madeleine_miniapp.domain.questions.scanning import Scan
from madeleine_miniapp.domain.questions.selecting import select
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import normalise, stems
from madeleine_miniapp.domain.questions.units import quantity

_GROUPING = (
    s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_TEXT, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_BOOLEAN,
)  # fmt: skip
_WHOLE_LOG = re.compile(r"\s*(?:logs?|lists?|diary|book|history|records?|entries|app|tracker|记录|日记|清单|列表|表)\b")
_AT_PRESENT = re.compile(r"right now|at the moment|currently|at present|these days|现在|目前|当前")
_BETWEEN = re.compile(r"(?:between|from) (.+?) (?:and|to) (.+)")
_NOBODY = re.compile(r"\b(?:nobody|no one|no-one|none of us|neither of us)\b|谁[都也]没|没有?人")
_DATING = re.compile("日子|日期|时间|哪天|哪一天")
_AS_WELL = re.compile("也|一并|一起|照样|同样|count(?:s|ed)? too|(?:are |is )?included")
_ADDED = re.compile(
    r"(?:新|最[早晚近后]|刚)?(?:新增|添加|录入|加)(?:进来|进去|进|入|上)?(?:了|的)|新[加增添]"
    r"|\b(?:newly )?added\b|\badd\b"
)
_ADDING = re.compile(r"添加|新增|录入|加入|创建|added|created|entered", re.IGNORECASE)
_OF_KIND = re.compile("[每各哪]一?[种类]")
_BY_MEANS = re.compile(r"(?:用|通过|靠|以|走|是)$")
_PAID_FOR = re.compile(r"\bi\b[^,;?]*\b(?:paid|pay|spent|bought|covered|laid out)\b[^,;?]* for\b")
_DONE_BY_ME = re.compile(r"\b(?:have|did|do|had|am|was) i\b|\bi(?:'ve| have| had| did)\b")
_ALL_OF = re.compile(
    r"\b(?:all|both) (?:(?:two|three|four|five|six|\d) )?of (?:us|them)\b(?! (?:together|combined|put))|\bthe whole (?:gang|crew|lot) of us\b|[仨俩]都|都在场|全员|人都"
)
_NEVER = re.compile(r"\b(?:never|not once|none of us)\b|从没|从不|从未|没有人")


def gather(subject: Subject, asker: Asker, lexicon: Lexicon, scan: Scan) -> Facts:
    """The facts of a question; raises Doubt."""
    facts = Facts(subject, asker, lexicon, without_chatter(scan))
    if _NEVER.search(scan.text) and facts.has("who"):
        raise Doubt("it asks who has no such record; I can only tell who has")
    _which_person(facts)
    turn_round(facts)
    _two_times(facts)
    as_one(facts)
    _who_does(facts)
    _dated_by(facts)
    _included(facts)
    _defined(facts)
    find_absences(facts)
    find_limits(facts)
    find_negations(facts)
    if (
        subject.shared
        and _NOBODY.search(scan.text)
        and any(c.negated and c.kind is Kind.CHOICE for c in facts.conditions)
    ):
        raise Doubt("it asks what nobody has; I can only tell what somebody has not")
    select(facts)
    _counted(facts)
    _groups(facts)
    further_groups(facts)
    _booleans(facts)
    _filters(facts)
    direct(facts)
    _under_way(facts)
    _people(facts)
    return facts


def _which_person(facts: Facts) -> None:
    """ "Which reader": the field of people, asked for by "which", asks who."""
    made: list[Mention] = []
    for place, mention in enumerate(facts.items):
        before = facts.items[place - 1] if place else None
        person = next((m for m in mention.of(Kind.FIELD) if m.field and m.field.type == s.FIELD_TYPE_PERSON), None)
        if (
            person
            and before
            and before.cue("which")
            and 0 <= mention.start - before.end <= 8
            and not mention.cue("who")
        ):
            mention = replace(mention, meanings=(*mention.meanings, Meaning(Kind.CUE, "who")))
        if mention.text == "each" and before and before.kind is Kind.PERSON:
            # "Lena and Mei each read": of each of them, not of each record.
            mention = replace(mention, meanings=(Meaning(Kind.CUE, "each"),))
        made.append(mention)
    facts.scan = replace(facts.scan, mentions=tuple(made))


def _who_does(facts: Facts) -> None:
    """谁垫, 谁付 ask who it was: the field of people that they name by another word says by whom it is told."""
    made: list[Mention] = []
    for mention in facts.items:
        held = next((m for m in mention.of(Kind.FIELD) if m.field and m.field.type == s.FIELD_TYPE_PERSON), None)
        if held is not None and held.strength < 3 and mention.text.startswith("谁") and not mention.cue("who"):
            if held.name in facts.subject.person_fields:
                facts.person_field = held.name
            mention = replace(mention, meanings=(Meaning(Kind.CUE, "who"),))
        made.append(mention)
    facts.scan = replace(facts.scan, mentions=tuple(made))


def _two_times(facts: Facts) -> None:
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
    facts.scan = replace(facts.scan, mentions=tuple(made))


def _dated_by(facts: Facts) -> None:
    """上个月加进来的 goes by 添加时间, not by the day that the records are about."""
    found = _ADDED.search(facts.scan.text)
    own = facts.subject.temporal[1:]
    held = next((f for f in own if _ADDING.match(f.label or f.name)), None) if found else None
    if found is not None and held is not None:
        facts.dated = held
        facts.scan = replace(facts.scan, unplaced=tuple(u for u in facts.scan.unplaced if not _within(u, found)))


def _within(phrase: tuple[int, int, str], found: re.Match[str]) -> bool:
    return found.start() <= phrase[0] and phrase[1] <= found.end()


def _included(facts: Facts) -> None:
    """ "Cancelled ones count as well": what is let in besides is no filter, unless others of its kind are asked for."""
    for place, (index, mention) in enumerate(row := telling(facts)):
        if not place or not mention.cue("include_after") or not _AS_WELL.match(mention.text):
            continue
        before, choice = row[place - 1][0], row[place - 1][1]
        if not choice.of(Kind.CHOICE) or not beside(facts, choice, mention, 6):
            continue
        field = choice.of(Kind.CHOICE)[0].name
        asked = [m for m in facts.items if m is not choice and any(c.name == field for c in m.of(Kind.CHOICE))]
        facts.used |= {index} if asked else {index, before}


def _defined(facts: Facts) -> None:
    """ "what is open? planned and started both count": the choices say what the unknown word means."""
    named = [m for m in facts.items if m.kind is Kind.CHOICE]
    if len(facts.scan.unplaced) == 1 and facts.has("include_after") and any(m.of(Kind.CHOICE) for m in facts.items):
        facts.scan = replace(facts.scan, unplaced=())
        facts.cue("include_after", "none")
    index = next((i for i, m in enumerate(facts.items) if m.cue("undecided")), -1)
    if index < 0:
        return
    undecided = facts.items[index]
    told = [m for m in named if m.start >= undecided.end and m.of(Kind.CHOICE)[0].strength == 3]
    dated = [(i, m) for i, m in facts.free(Kind.FIELD) if _is_date(m) and abs(m.start - undecided.start) <= 10]
    if told:
        # 还没定(想去, 待预订): the choices say what it means.
        facts.cue("undecided", "include_after", "row")
    elif (
        not dated
        and facts.subject.temporal
        and _DATING.search(facts.scan.text[max(0, undecided.start - 4) : undecided.end + 4])
    ):
        facts.cue("undecided", "unit", "thing", "when")
        missing_field(facts, facts.subject.temporal[0], undecided.start)
    elif dated:
        missing_value(facts, *dated[0])
        facts.cue("undecided")


def _is_date(mention: Mention) -> bool:
    return any(m.field is not None and m.field.type in TEMPORAL for m in mention.of(Kind.FIELD))


def _counted(facts: Facts) -> None:
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


def _groups(facts: Facts) -> None:
    row = telling(facts)
    for place, (index, mention) in enumerate(row[:-1]):
        # "both trips": as many as there are to choose from.
        after = row[place + 1]
        number = next((m.number for m in mention.of(Kind.NUMBER)), 0)
        held = next((m.field for m in after[1].of(Kind.FIELD) if m.field and m.field.type == s.FIELD_TYPE_CHOICE), None)
        if held and number == len(held.choices) and beside(facts, mention, after[1], 2) and index not in facts.used:
            if facts.has("each", "each_one", "by") or not (facts.has("sum") or is_chinese(mention.text)):
                facts.groups.append(held)
            facts.used |= {index, after[0]}
    for place, (index, mention) in enumerate(row):
        if index in facts.used or not (mention.cue("by") or mention.cue("each_one")):
            continue
        after = row[place + 1] if place + 1 < len(row) else None
        if after is not None and after[1].kind is Kind.PERSON and mention.text == "by":
            # "done by Noor".
            facts.used.add(index)
            continue
        if after is None or after[0] in facts.used or not beside(facts, mention, after[1], 16):
            continue
        further = row[place + 2] if place + 2 < len(row) else None
        if (
            after[1].kind in (Kind.ENTITY, Kind.FIELD)
            and after[1].of(Kind.ENTITY)
            and further is not None
            and further[0] not in facts.used
            and facts.scan.text[after[1].end : further[1].start] == " "
            and further[1].kind is Kind.FIELD
            and any(m.field and m.field.type in _GROUPING for m in further[1].of(Kind.FIELD))
            and not any(m.field and m.field.type in _GROUPING for m in after[1].of(Kind.FIELD))
        ):
            # "Per attack type": by the type.
            facts.used.add(after[0])
            after = further
        if (
            after[1].of(Kind.ENTITY)
            and not any(m.field and m.field.type in _GROUPING for m in after[1].of(Kind.FIELD))
            and mention.cue("by")
            and mention.text != "各"
        ):
            if _OF_KIND.fullmatch(mention.text):
                # 每种运动 are those of each kind, not each of them.
                facts.groups.append(_kind_field(facts))
                facts.used |= {index, after[0]}
                continue
            # "per refuel": per record.
            facts.per_record = True
            facts.used |= {index, after[0]}
            continue
        if mention.cue("for_every") and after[1].kind is Kind.CHOICE:
            continue
        named = any(m.strength == 3 for m in after[1].of(Kind.ENTITY)) and mention.text in ("per", "each", "每")
        if (after[1].kind is Kind.CHOICE and mention.cue("by") and mention.text != "by") or named:
            # "each sight": of every record that is one.
            facts.per_record = True
            facts.used |= {index, after[0]} if named else {index}
            continue
        held = [m for m in after[1].of(Kind.FIELD) if m.field is not None and m.field.type in _GROUPING]
        if held and after[1].kind is not Kind.CHOICE:
            best = max(held, key=lambda m: (m.strength, m.field is not None and m.field.type != s.FIELD_TYPE_TEXT))
            if best.field is not None and best.field not in facts.groups:
                facts.groups.append(best.field)
            facts.used |= {index, after[0]}


def _kind_field(facts: Facts) -> s.Field:
    """The field that tells the kinds of records apart; raises Doubt where none does, or several may."""
    choosing = facts.subject.fields(s.FIELD_TYPE_CHOICE)
    kinds = facts.lexicon.of_words(FIELDS, "kind") | facts.lexicon.of_words(FIELDS, "category")
    named = [f for f in choosing if {stems(f.name), stems(f.label)} & kinds] or choosing
    if len(named) != 1:
        raise Doubt("it does not say by what the kinds are told apart")
    return named[0]


def _booleans(facts: Facts) -> None:
    for index, mention in facts.free(Kind.FIELD):
        known = next(
            (m.field for m in mention.of(Kind.FIELD) if m.field and m.field.type == s.FIELD_TYPE_BOOLEAN), None
        )
        if known is None or mention.of(Kind.CHOICE) or mention.kind is not Kind.FIELD:
            continue
        weak = mention.of(Kind.ENTITY) and max(m.strength for m in mention.of(Kind.FIELD)) < 3
        if weak and not mention.text.endswith("ed"):
            continue
        if mention.text.endswith("ing") and not f"{known.name} {known.label}".casefold().endswith("ing"):
            # What we are paying is not what is paid.
            continue
        if (
            facts.has("share", "each")
            or facts.has("how_many")
            or facts.has("which", "what", "list", "count", "exist", "who", "rank", "sum", "last")
        ):
            expression = terms.call(q.FUNCTION_EQUAL, terms.column(known.name), terms.value(True))
            facts.conditions.append(
                Condition(expression, f"{label(known)} ✓", known.name, "true", mention.start, kind=Kind.FIELD)
            )
            facts.used.add(index)


def _filters(facts: Facts) -> None:
    for index, mention in enumerate(facts.items):
        if index in facts.used:
            continue
        if mention.kind is Kind.CHOICE:
            chosen = _one_choice(mention, facts.scan.text[mention.start :])
            if _called_so(facts, chosen, mention) or _all_records(facts, chosen, mention):
                facts.used.add(index)
                continue
            if _alone(facts, chosen, mention) or _said_before(facts, chosen):
                facts.used.add(index)
                continue
            facts.used.add(index)
            if any((c.field, c.value, c.negated) == (chosen.name, chosen.value, False) for c in facts.conditions):
                # Said twice: "did I climb more (bouldering sessions each)".
                continue
            told = f"{name_of(chosen)} = {chosen.value}"
            facts.conditions.append(Condition(chosen_one(chosen), told, chosen.name, chosen.value, mention.start))
        elif mention.kind is Kind.VALUE:
            values = mention.of(Kind.VALUE)
            before = facts.items[index - 1] if index else None
            if before and (before.cue("by") or before.cue("times")) and beside(facts, before, mention, 2):
                # "anything by Le Guin".
                facts.used.add(index - 1)
            title = facts.subject.title
            chosen = next((v for v in values if title and v.name == title.name), values[0])
            facts.conditions.append(
                Condition(
                    contains(chosen.name, chosen.value),
                    f"{name_of(chosen)} ~ {chosen.value}",
                    chosen.name,
                    chosen.value,
                    mention.start,
                    kind=Kind.VALUE,
                )
            )
            facts.used.add(index)
    for limit in facts.limits:
        if limit.sign == "=" and len(limit.fields) == 1:
            f = limit.fields[0]
            expression = terms.call(q.FUNCTION_EQUAL, quantity(f, limit.unit).expression, terms.value(limit.number))
            told = f"{label(f)} = {limit.number:g}"
            facts.conditions.append(
                Condition(expression, told, f.name, f"{limit.number:g}", limit.start, kind=Kind.NUMBER)
            )
    facts.limits = [limit for limit in facts.limits if not (limit.sign == "=" and len(limit.fields) == 1)]


def _under_way(facts: Facts) -> None:
    """ "What are you on right now": where records have states, those that are under way."""
    if not any(m.cue("now") and _AT_PRESENT.fullmatch(m.text) for m in facts.items) or not facts.has("which", "what"):
        return
    going = facts.lexicon.of_words(CHOICES, "in progress") | facts.lexicon.of_words(CHOICES, "currently reading")
    for field in facts.subject.fields(s.FIELD_TYPE_CHOICE):
        held = next((c for c in field.choices if stems(c) in going), "")
        if held and not any(c.field == field.name for c in facts.conditions):
            chosen = Meaning(Kind.CHOICE, field.name, held, field=field)
            facts.conditions.append(Condition(chosen_one(chosen), f"{name_of(chosen)} = {held}", field.name, held, 0))


def _called_so(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether Chinese calls the records so, and a choice by another word only: 转账 are all payments."""
    named = any(m.name and m.strength >= 2 for m in mention.of(Kind.ENTITY))
    if not is_chinese(mention.text) or chosen.strength == 3 or not named:
        return False
    return not _BY_MEANS.search(facts.scan.text[: mention.start])


def _all_records(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether a choice that is spelt like the kind of record names all its records; raises Doubt where it may.

    "The repair log" is not its records of the kind "repair".
    """
    if not any(m.strength == 3 for m in mention.of(Kind.ENTITY)):
        return False
    before, after = facts.scan.text[: mention.start], facts.scan.text[mention.end :]
    if _WHOLE_LOG.match(after):
        return True
    if any(_tells_kind(facts, chosen, mention, other) for other in facts.items):
        return True
    if chosen.field is not None and re.search(rf"{re.escape(label(chosen.field).casefold())}\W*$", before):
        return False
    raise Doubt(f"'{mention.text}' may be every {label_of(facts)} or those whose {name_of(chosen)} is {chosen.value}")


def _tells_kind(facts: Facts, chosen: Meaning, mention: Mention, other: Mention) -> bool:
    """Whether another choice says which of the records are meant: "a repair of kind engine"."""
    first, last = sorted((mention, other), key=lambda m: m.start)
    between = facts.scan.text[first.end : last.start]
    same = any(c.name == chosen.name and c.value != chosen.value for c in other.of(Kind.CHOICE))
    return same and not re.search(r"\b(?:and|or|vs|versus|than|not|plus)\b|[,/&]|[和或与、]", between)


def _said_before(facts: Facts, chosen: Meaning) -> bool:
    """Whether a choice is named again: "did I climb more ... bouldering sessions each"; it is no second side."""
    return any(c.field == chosen.name and c.value == chosen.value and not c.negated for c in facts.conditions)


def label_of(facts: Facts) -> str:
    """What a record of the subject is called."""
    return facts.subject.entity.label or facts.subject.entity.name


def _alone(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether a choice only repeats the one before it, "excused absences"; of one field a record has but one choice.

    Raises Doubt for two choices side by side that cannot both be meant.
    """
    if chosen.field is None or chosen.field.type != s.FIELD_TYPE_CHOICE:
        return False
    for other in facts.items:
        if other.end <= mention.start and other.kind is Kind.CHOICE and other.of(Kind.CHOICE)[0].name == chosen.name:
            between = facts.scan.text[other.end : mention.start]
            if not between.strip(" -") and other.of(Kind.CHOICE)[0].value != chosen.value:
                if chosen.strength < 3 and other.of(Kind.CHOICE)[0].strength == 3:
                    return True
                raise Doubt(f"a record is either {other.text} or {mention.text}")
    return False


def chosen_one(choice: Meaning) -> q.Expression:
    """That a record has the choice."""
    held = terms.column(choice.name)
    if choice.field is not None and choice.field.type == s.FIELD_TYPE_MULTI_CHOICE:
        return terms.one_of(held, [choice.value])
    return terms.call(q.FUNCTION_EQUAL, held, terms.value(choice.value))


def _one_choice(mention: Mention, after: str) -> Meaning:
    meant = mention.of(Kind.CHOICE)
    most = max(m.strength for m in meant)
    best = [m for m in meant if m.strength == most]
    if len({m.name for m in best}) < len(best):
        # "6c" is not "6c+", though the sign is no word.
        exact = [m for m in best if re.match(rf"{re.escape(normalise(m.value))}(?![\w+#*-])", after)]
        if len(exact) == 1:
            return exact[0]
        raise Doubt(f"'{mention.text}' may be {' or '.join(f'{name_of(m)} {m.value}' for m in best)}")
    # The same word in two fields: the first of the record, as the reading tells.
    return best[0]


def _people(facts: Facts) -> None:
    """Who is meant; the asker, where "I" and nobody else is, in records of several people."""
    named: list[str] = []
    for index, mention in facts.free(Kind.PERSON):
        person = mention.of(Kind.PERSON)[0].value
        if person not in named:
            named.append(person)
        facts.used.add(index)
    for index, mention in facts.free(Kind.FIELD):
        held = next((m.field for m in mention.of(Kind.FIELD) if m.field and m.field.type == s.FIELD_TYPE_PERSON), None)
        spoken = [m for m in facts.items if m.of(Kind.PERSON) or m.cue("me")]
        if (
            held
            and held.name in facts.subject.person_fields
            and any(abs(m.start - mention.end) <= 2 or abs(mention.start - m.end) <= 2 for m in spoken)
        ):
            facts.person_field = held.name
            facts.used.add(index)
    # "How much have I paid for all of us": who did it is who asks.
    done_by_me = bool(_DONE_BY_ME.search(facts.scan.text)) and not re.search(r"\bwe\b|\bour\b", facts.scan.text)
    everyone = ((facts.has("us") and not done_by_me) or facts.has("anybody")) and not named
    me = facts.cue("me") is not None
    facts.cue("us")
    # "km run this week": a quantity of something done, with nobody to have done it but who asks.
    row = telling(facts)
    done = any(
        numeric_fields(a[1]) and b[1].kind is Kind.CHOICE and facts.scan.text[a[1].end : b[1].start].strip() == ""
        for a, b in pairwise(row)
    )
    others = any(m.cue(n) for m in facts.items for n in ("us", "anybody", "who", "each", "rank", "others"))
    me = me or (done and facts.subject.shared and bool(facts.subject.person_fields) and not named and not others)
    if me and not everyone and facts.subject.shared and facts.asker.person_id not in named:
        together = bool(re.search(r"\b(?:and|with|or|vs\.?|than)\b|和|跟|与|比|还是", facts.scan.text)) and named
        if not named or together:
            named.insert(0, facts.asker.person_id)
    if me and named and facts.asker.person_id not in named:
        two_people(facts)
        if _PAID_FOR.search(facts.scan.text):
            raise Doubt("it asks what one has paid for another; the records tell who paid")
    if (
        len(named) > 1
        and re.search(r"\bboth\b|都", facts.scan.text)
        and not facts.has("each", "vs", "than", "more", "less")
    ):
        raise Doubt("it asks what several people have in common; I can only tell what each has")
    names = {n.casefold() for n in (*facts.asker.people, *facts.asker.names.values())}
    listed = [f for f in facts.subject.fields(s.FIELD_TYPE_MULTI_CHOICE) if {c.casefold() for c in f.choices} <= names]
    if listed and _ALL_OF.search(facts.scan.text) and not facts.has("sum", "each", "how_much", "mean"):
        # Who was there is a list: whether all were is not what each record says.
        raise Doubt("it asks what several people have in common; I can only tell what each has")
    if not facts.subject.shared:
        strangers = [p for p in named if p != facts.asker.person_id]
        if strangers:
            raise Doubt("these records are yours alone")
        named = []
    facts.people = named
