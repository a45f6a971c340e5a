# ruff: noqa: E501 - patterns of words, one line each.
"""Frames of weekdays, and of what is most frequent."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, dimensions, measuring, titles
from madeleine_miniapp.domain.questions.frames.amounts import asks_usual, paying, pieces
from madeleine_miniapp.domain.questions.frames.buckets import bucket_asked, figures_of, told_per
from madeleine_miniapp.domain.questions.frames.context import CLOCK
from madeleine_miniapp.domain.questions.frames.extreme_groups import most_records
from madeleine_miniapp.domain.questions.frames.figures import compared, money_said
from madeleine_miniapp.domain.questions.frames.latest import kind_of
from madeleine_miniapp.domain.questions.frames.places import where_most
from madeleine_miniapp.domain.questions.groups import kind_field
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import WEEKDAYS, WEEKDAYS_ZH
from madeleine_miniapp.domain.questions.whose import who_field

_WHOLE_WEEK = re.compile(r"mon(?:day)?s? ?(?:to|-|–|through) ?sun(?:day)?s?|从?(?:周|星期)一[到至](?:周|星期)[日天]")
_WHICH_WEEKDAY = re.compile(r"\b(?:which|what)\b|哪|几")
_MOST_DONE = re.compile(
    r"\b(?:what|which (?!day|week|month|year|one of us)[\w ]{2,20}?) (?:do|did|have|has|does) (?:i|we|\w+) (?:\w+ )?(?:eat|eaten|ate|cook|cooked|have|had|order|ordered|drink|drunk|snack on|snacked on) (?:the )?most\b"
    r"|(?:什么|啥|哪[道种样个款]\w{0,3}?)我?[吃喝做点叫](?:得|的)?最多|[吃喝做点叫](?:得|的)?最多的(?:是|一?[道种样个]?\w{0,2}是?)(?:什么|啥|哪)"
)  # fmt: skip
_NAMING = (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)


def weekdays(facts: Facts) -> Plan | None:
    """A figure for each day of the week, Monday first."""
    said = next((m.text for _, m in facts.free(Kind.CUE) if m.cue("weekday_table")), "")
    if not facts.cue("weekday_table"):
        return None
    if facts.has("on_weekday"):
        raise Doubt("it names some weekdays and asks for all")
    facts.cue(
        "by", "exist", "list", "unit", "which", "what", "which_bucket", "when", "each_one", "each", "number_wanted"
    )
    for index, mention in facts.free(Kind.TIME):
        if _WHOLE_WEEK.fullmatch(mention.text):
            facts.used.add(index)
    sup = facts.cue("sup")
    # "On what day of the week do we usually shop": most often.
    usual = facts.has("mean") and asks_usual(facts) and not facts.fields_named(*NUMERIC)
    often = facts.has("often") or (usual and facts.cue("mean") is not None)
    # "Which weekday is the busiest" asks for one, "by weekday, and which is the busiest" for all.
    only = bool(sup or often) and bool(_WHICH_WEEKDAY.search(said))
    per = bucket_asked(facts)
    measured = measuring.Measured("count") if usual else compared(facts)
    if measured.function == "mean" and not per and dimensions.is_size(_field(measured), "food"):
        # Of what is eaten, it is the days that are averaged.
        per = "day"
    spans = facts.spans()
    at = facts.moment()
    zh = measuring.chinese(facts)
    facts.cue("row", "times")
    given = base.chosen(facts, spans, at)
    number = terms.call(q.FUNCTION_WEEKDAY, at)
    made = figures_of(facts, given, measured, at, per, [q.Named(name="number", value=number)])
    names = WEEKDAYS_ZH if zh and facts.subject.in_chinese else WEEKDAYS
    name: q.Expression = terms.value(names[6])
    for place in range(5, -1, -1):
        is_it = terms.call(q.FUNCTION_EQUAL, terms.column("number"), terms.value(float(place + 1)))
        name = terms.call(q.FUNCTION_IF, is_it, terms.value(names[place]), name)
    least = bool(sup and sup.value.startswith("min"))
    if only:
        made = terms.ordered(made, terms.order(terms.column("value"), descending=not least), limit=1, with_ties=True)
    else:
        made = terms.ordered(made, terms.order(terms.column("number")))
    made = terms.extended(made, terms.named(weekday=name, value=terms.column("value")), only=True)
    told = told_per(facts, measured, per, zh) + ("，按星期几" if zh else " by weekday")
    return Plan(
        made,
        (Shown("weekday"), Shown("value", measured.unit)),
        told,
        tuple(spans),
        key="weekday",
        verdict="cell" if only else ("least" if least else "who") if sup else "",
    )


def _field(measured: measuring.Measured) -> s.Field:
    return measured.quantity.field if measured.quantity is not None else s.Field()


# 谁管的最多？四个人各几项: everybody's figure, not only who has the most.
_EACH_BEHIND = re.compile(r"最[多少][^，,。？?]{0,6}[，,。？?][^，,。？?]{0,8}(?:各|每个?人|分别)")


def frequent(facts: Facts) -> Plan | None:
    """What is recorded most often."""
    top = next((m for _, ms in facts.free_cues("top") for m in ms), None)
    often = next((m for _, ms in facts.free_cues("often") for m in ms), None)

    # 最贵的, 列前五: the dearest, not the most frequent.
    sized = any(" " in x.value for m in facts.items if (x := m.cue("sup")))
    plain_top = (
        top is not None
        and top.value == "top"
        and not sized
        and not facts.fields_named(*NUMERIC)
        and not money_said(facts)
    )
    frequent_top = top is not None and (kind_of(top.value) == "often" or often is not None or plain_top)
    # 最贵的一次 is a record.
    sized = any(m.value.partition(" ")[2] == "money" for _, ms in facts.free_cues("sup") for m in ms)
    counted = facts.has("sup") and (
        ((facts.has("count") or _times_counted(facts)) and not sized)
        or most_records(facts)
        or _top_one(facts)
        or _done_most(facts)
    )
    counted_by_piece = facts.has("sup") and pieces(facts) is not None
    if counted_by_piece or (where_most(facts) and (facts.groups or facts.fields_named(*NUMERIC))):
        # What adds up there is another frame's.
        return None
    where = where_most(facts)
    usual = facts.has("mean") and asks_usual(facts) and not CLOCK.search(facts.scan.text)
    if usual and not facts.fields_named(*NUMERIC):
        # "What do I usually have for lunch": what it is most often.
        counted = facts.cue("mean") is not None
    counted = counted or where is not None
    if (
        often is None
        and not frequent_top
        and not counted
        and not (facts.has("sup") and not sized and _number_before(facts.copy()))
    ):
        return None
    everybody = any(m.cue("number_wanted") and re.search(r"\b(?:all|each|every)", m.text) for m in facts.items)
    everybody = everybody or _EACH_BEHIND.search(facts.scan.text) is not None
    asks_who = facts.has("who") or any("谁" in m.text for m in facts.items)
    if (facts.has("each", "rank") or everybody) and (asks_who or facts.groups):
        return None
    if not often and not counted and facts.fields_named(*NUMERIC):
        return None
    named = facts.fields_named(s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_PERSON)
    title = titles.title(facts)
    group: s.Field | None = None
    if where is not None:
        group = where
        facts.cue("where")
        facts.used |= {index for index, _, fields in named if where in fields}
    elif facts.has("who") and facts.subject.shared:
        group = who_field(facts)
        facts.used |= {index for index, _, fields in named if facts.person in {f.name for f in fields}}
    elif named:
        filtered = {c.field for c in facts.conditions}
        named = [n for n in named if n[2][0].name not in filtered] or named
        best = next((n for n in named if not n[1].of(Kind.ENTITY)), named[0])
        # A word for the name and for a choice, 菜, means the name.
        group = title if title is not None and title in best[2] else best[2][0]
        facts.used.add(best[0])
        for index, _, fields in named:
            if group in fields:
                facts.used.add(index)
    elif title is not None:
        group = title
    elif often is not None:
        group = _kind_named(facts)
    if group is None:
        return None
    wanted = _number_before(facts, group)
    facts.cue(
        "by",
        "each_one",
        "each",
        "rank",
        "top",
        "often",
        "sup",
        "who",
        "which",
        "what",
        "row",
        "times",
        "count",
        "number_wanted",
        "list",
        "how_many",
        "now",
        "verb",
    )
    # "Who pays for groceries most often": the verb only says what was done.
    facts.used |= paying(facts)
    descending = often is None or often.value != "min"
    limit = int(top.number) if top is not None and top.number else wanted or 1
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    if group.type == s.FIELD_TYPE_MULTI_CHOICE:
        given = terms.unnested(given, group.name)
    given = terms.filtered(given, terms.present(terms.column(group.name)))
    made = terms.grouped(
        given,
        [q.Named(name=group.name, value=terms.column(group.name))],
        [terms.measure("count", q.MEASURE_FUNCTION_COUNT)],
    )
    made = terms.ordered(
        made, terms.order(terms.column("count"), descending=descending), limit=limit, with_ties=limit == 1
    )
    zh = measuring.chinese(facts)
    told = f"{label(group)}出现的次数" if zh else f"{label(group).lower()} by number of records"
    return Plan(
        made,
        (Shown(group.name, told=label(group)), Shown("count")),
        told,
        tuple(spans),
        key=group.name,
        verdict="cell" if limit == 1 else "",
        counts=True,
    )


def _kind_named(facts: Facts) -> s.Field | None:
    """ "Our favourite sport": where the records are sports, the kind of them."""
    if not any(m.of(Kind.ENTITY) for m in facts.items):
        return None
    try:
        return kind_field(facts)
    except Doubt:
        return None


def _done_most(facts: Facts) -> bool:
    """ "What do I eat (the) most", 哪道菜吃得最多: the thing that is recorded most often."""
    plain = any(x.value == "max" for m in facts.items if (x := m.cue("sup")))
    return plain and _MOST_DONE.search(facts.scan.text) is not None and not facts.fields_named(*NUMERIC)


def _times_counted(facts: Facts) -> bool:
    """Whether times are counted, and not the one that is the most: 最长的一次."""
    ends = {m.end for m in facts.items if m.cue("sup")}
    return any(m.cue("times") and m.start not in ends for i, m in enumerate(facts.items) if i not in facts.used)


def _top_one(facts: Facts) -> bool:
    """ "The top feeling": the one that is recorded most often."""
    for place, mention in enumerate(facts.items[:-1]):
        after = facts.items[place + 1]
        held = any(m.field and m.field.type in _NAMING for m in after.of(Kind.FIELD) if m.strength == 3)
        if mention.cue("sup") and mention.text.endswith("top") and after.start - mention.end <= 1:
            return held
    return False


def _number_before(facts: Facts, group: s.Field | None = None) -> int:
    """ "The three feelings that I tick most": how many are asked for; 0: no number is said."""
    for place, (index, mention) in enumerate(
        rest := [(i, m) for i, m in enumerate(facts.items) if m.kind is not Kind.VOID]
    ):
        number = next((m.number for m in mention.of(Kind.NUMBER)), 0)
        after = rest[place + 1][1] if place + 1 < len(rest) else None
        if index in facts.used or not 2 <= number <= 20 or after is None or after.start - mention.end > 2:
            continue
        named = [m.field for m in after.of(Kind.FIELD) if m.field is not None]
        if group in named or after.of(Kind.ENTITY) or after.cue("row") or (group is None and named):
            facts.used.add(index)
            return int(number)
    return 0
