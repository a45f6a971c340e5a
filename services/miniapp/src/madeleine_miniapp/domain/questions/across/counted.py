# ruff: noqa: E501 - patterns of questions, one line each.
"""Asks of days of several kinds of record: how many, which, the last one, whether there is one, how many in a row."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.compared_words import COMPARES
from madeleine_miniapp.domain.questions.across.day_sets import Part, asker_of, parts_of, relation, told
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of, own_meant
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.spans import Span

# That days are asked for, and how many or which, or one of them.
_HOW_MANY = re.compile(
    r"\bhow many (?:of )?(?:my |our |the |all )?(?:\w+ )?(?:days|nights|dates)\b|\b(?:the )?(?:number|count) of (?:calendar )?(?:days|nights)\b|\bcount (?:of )?(?:the |my |all )?(?:days|nights)\b|\bhow often\b.*\b(?:same|one) day\b|\b(?:days|nights)\b[^?]*\bhow many\b|\bhow many\b[^?]*\b(?:days|nights)\b|^(?:on )?(?:days|nights)\b|(?<![哪那这])(?:多少|几)[天晚]|天数"
)
_WHICH = re.compile(
    r"\b(?:on )?(?:which|what|list|show|give me)\b[^?]*\b(?:days|nights|dates)\b|\b(?:days|nights|dates)\b[^?]*\blist\b|哪(?:几|些)?天|哪些日子|列出.*[天日]"
)
# "How many days this and how many that" are two figures.
_NUMBERS = re.compile(r"\bhow many\b|(?<!哪)[多几][少天](?!天)")
# "The last time I did this, did I do that": not the last time that both were.
_THEN = re.compile(r"\b(?:that|the same) day\b|,\s*(?:did|do|have|had|was|how|what|which|who)\b|那天|当天")
_LISTED = re.compile(r"^list\b|\blist (?:them|all|the|which|please|pls)\b|, ?list\b|列(?:出|一下)")
_LAST = re.compile(
    r"\b(?:(?:when was )?(?:the |my )?(?:last|latest|most recent) (?:day|date|time|occasion)|when did (?:i|we) last|when (?:i|we) last|when last)\b|(?:最近|最后|上)一(?:次|天)(?:是)?(?:哪天|什么时候)?"
)
_FIRST = re.compile(
    r"\b(?:(?:when was )?(?:the |my )?(?:first|earliest) (?:day|date|time|occasion)|when did (?:i|we) first|when (?:i|we) first)\b|(?:最早|第)一(?:次|天)(?:是)?(?:哪天|什么时候)?"
)
_STREAK = re.compile(
    r"\b(?:longest|best|my record|record|biggest) (?:(?:ever|single|unbroken|daily) )*(?:streak|run|stretch|series)(?: of (?:consecutive )?days)?(?: in a row)?\b|\bmost days in a row\b|\bhow many days in a row\b(?: at (?:most|best))?|\bat (?:most|best)\b(?=.*\bin a row\b)|\bin a row\b|最(?:长|多)?连续|连续最[长多]?"
)
_WHETHER = re.compile(
    r"^(?:so |and )?(?:did|have|has|had) (?:i|we)(?: ever)?\b|^(?:so )?(?:was|were|is|are|has) there (?:ever |been )?(?:a|any|one)(?: single)? (?:day|night|date)s?\b|(?:有没有|了没有?|过没有?|是不是|是否|吗)"
)
_ANY_DAY = re.compile(r"有没有(?:哪|一|任何)[一几]?天|^(?:was|is|were|has) there (?:ever |been )?any day")
_SHARE = re.compile(
    r"\b(?:what )?(?:share|percentage|percent|fraction|proportion|part|%) of (?:the |my |all )?days\b|百分之(?:几|多少)的?(?:天|日子)|(?:天|日子)的?(?:占比|比例|百分比)"
)
# A share of some days: "of my takeaway days, what percentage had a mood of 7 or more".
_SHARE_OF = re.compile(
    r"\b(?:what )?(?:share|percentage|percent|per cent|fraction|proportion|part|%) of (?:the |my |all |our )*(?P<base>(?!days)[^,?]*?)\s*\bdays\b,?\s*(?:(?:was|were|is|are|had|have|did|when|where|that|with|on which|in which|of which|also)\s+)*(?P<rest>[^?]+)"
    r"|\bof (?:the |my |all |our )*(?P<base2>(?!days)[^,?]*?)\s*\bdays,? (?:on |in |for )?(?:what|which) (?:share|percentage|percent|fraction|proportion|%)(?: of them)?\s*(?:(?:was|were|is|are|had|have|did|i|also)\s+)*(?P<rest2>[^?]+)"
    r"|\bof (?:the |all )?days (?:when |that |with |where |on which )?(?P<base3>[^,?]*?),? (?:on |in )?(?:what|which) (?:share|percentage|percent|fraction|proportion|%)(?: of them)?\s*(?:(?:was|were|is|are|had|have|did|i|also)\s+)*(?P<rest3>[^?]+)"
    r"|^(?P<base4>[^，,。？?]+?)的(?:那些)?(?:日子|天)(?:里面?|中|当中)?[，,]?(?:我)?(?:有)?(?:百分之(?:几|多少)|多大比例|多少比例|几成)(?:的(?:天|日子))?(?:也|是|我|都)*(?P<rest4>[^？?]+)"
)
_ASKED = re.compile(
    r"\b(?:on )?how many (?:of (?:my|our|the|all) )?(?:calendar )?(?:days|nights|dates)\b|\b(?:on )?how many(?: of)?\b|\b(?:the )?(?:number|count) of\b|\bcount(?: of)?\b|\bhow often\b|\b(?:on )?(?:which|what)\b|\b(?:list(?: them)?|show|give me)\b|\b(?:on|in) (?:the|one and the|one) same (?:day|date|night)\b|\bon (?:one|a single) day\b"
    r"|\b(?:calendar )?(?:days|nights|dates|day|date)\b|\b(?:when|where|that|on which|are there|were there|did it happen|is it like that|all together)\b|\b(?:did|do|have|had|has|am|was) (?:i|we)\b|\b(?:do |did |had )?all (?:two|three|four)(?: of (?:them|these))?\b:?|\b(?:(?:do |have |manage |get )?both\s*[,:]|both|either way|of mine|also|too|as well)\b|\bi've (?:got|had)\b|\b(?:both )?of (?:them|these)\b|\bplease\b"
    r"|\b(?:either|any|one)(?: one)?(?: of (?:them|the two|these))? (?:counts|is fine|will do|is enough|is ok)\b|\b(?:or|and) both\b|\bat least one of (?:them|the two|these|those)\b|\bone or the other\b|\beither(?: of (?:them|the two|these|those))?(?= |$)|\bthere (?:ever|been)\b"
    r"|(?:有|一共有?|总共有?)?(?:多少|几)[天晚]|天数|哪(?:几|些)?天|哪些日子|(?:的)?(?:那些|那)?(?:天|日子)|既|同时|同一天|都有|有(?=\s|$)|(?:有|算)?(?:一样|一个|任何一[样个])(?:就|都|也)?算|(?:都|也)算"
)

_FORMS = {"streak": (_STREAK,), "last": (_LAST,), "first": (_FIRST,), "share": (_SHARE,), "whether": (_WHETHER,)}
# A span that has no beginning begins there.
_BEGINNING = 1900


def days_of_several(text: str, reader: Reader) -> Reading | None:
    """The days on which several kinds of record are, or are not."""
    form = _form(text, reader)
    if form in ("last", "first") and _THEN.search(text):
        return None
    if not form or len(_NUMBERS.findall(text)) > 1:
        return None
    found = times.find(text, reader.today)
    spans = list(dict.fromkeys(f.span for f in found))
    if len(spans) > 1:
        return None
    bare = text
    for one in sorted(found, key=lambda f: -f.start):
        bare = f"{bare[: one.start]} {bare[one.end :]}"
    of_some = _SHARE_OF.search(bare) if form == "share" else None
    if of_some is not None:
        base, rest = (x for x in of_some.groups() if x is not None)
        bare = f"{base}{'而且' if is_chinese(text) else ' and '}{rest}"
    for pattern in _FORMS.get(form, ()):
        bare = pattern.sub(" ", bare)
    bare = re.sub(r"\s+", " ", _ASKED.sub(" ", re.sub(r"[?？。!！.]+\s*", " , ", bare))).strip(" ,:，：")
    own = own_meant(text)
    parts = parts_of(bare, reader, own=own)
    if not parts or (of_some is not None and (parts[0].without or any(p.joined == "or" for p in parts))):
        return None
    return _made(text, form, parts, spans, reader, own=own, of_some=of_some is not None)


def _form(text: str, reader: Reader) -> str:
    """What is asked of the days; empty if none are asked for."""
    timeless = text
    for one in sorted(times.find(text, reader.today), key=lambda f: -f.start):
        timeless = f"{timeless[: one.start]} {timeless[one.end :]}"
    forms = (
        ("share", _SHARE), ("streak", _STREAK), ("last", _LAST), ("first", _FIRST), ("which", _LISTED),
        ("many", _HOW_MANY), ("which", _WHICH),
    )  # fmt: skip
    if _SHARE_OF.search(timeless):
        return "share"
    if _ANY_DAY.search(timeless):
        return "whether"
    for form, pattern in forms:
        if pattern.search(timeless):
            return form
    return "whether" if _WHETHER.search(timeless.strip()) and not COMPARES.search(timeless) else ""


def _made(
    text: str, form: str, parts: list[Part], spans: list[Span], reader: Reader, *, own: bool, of_some: bool
) -> Reading | None:
    first = parts[0].days.subject
    facts = reader.facts("", first, asker_of(first, reader))
    bounds = _bounds(parts, spans, reader)
    made = relation(parts, spans, reader, bounds)
    if made is None or facts is None:
        return None
    if own and first.shared:
        # Told of whom it is computed.
        facts.people = [asker_of(first, reader).person_id]
    of = relation(parts[:1], spans, reader, bounds) if of_some else None
    plan = _plan(made, form, told(parts, text), bounds, of, zh=is_chinese(text))
    if plan is None:
        return None
    plan = replace(plan, spans=tuple(spans))
    return made_of(Reading(first, plan, 1.0, facts=facts), plan, *(p.days.subject for p in parts[1:]))


def _bounds(parts: list[Part], spans: list[Span], reader: Reader) -> tuple[date, date] | None:
    """The first and the last day that may be meant, where days without any record are."""
    begins = [day for p in parts if (day := p.days.subject.first_day) is not None]
    if not begins:
        return None
    first = spans[0].first if spans and spans[0].first.year > _BEGINNING else min(begins)
    last = min(spans[0].last, reader.today) if spans else reader.today
    return (first, last) if first <= last else None


def _plan(
    made: q.Relation, form: str, told_: str, bounds: tuple[date, date] | None, of: q.Relation | None, *, zh: bool
) -> Plan | None:
    day = terms.column("day")
    if form == "streak":
        runs = terms.ordered(terms.runs(made, day), terms.order(terms.column("length"), descending=True), limit=1)
        told_ = f"最长连续：{told_}" if zh else f"longest run of {told_}"
        return Plan(runs, (Shown("length", "天" if zh else "days"),), told_, figure="length", counts=True)
    if form in ("last", "first"):
        one = terms.ordered(made, terms.order(day, descending=form == "last"), limit=1)
        told_ = f"{'最后' if form == 'last' else '最早'}一次：{told_}" if zh else f"{form} of the {told_}"
        return Plan(one, (Shown("day"),), told_)
    if form in ("which", "whether"):
        verdict = "any" if form == "whether" else ""
        return Plan(terms.ordered(made, terms.order(day)), (Shown("day"),), told_, verdict=verdict)
    counted = terms.grouped(made, [], [terms.measure("days", q.MEASURE_FUNCTION_COUNT)])
    if form == "many":
        return Plan(counted, (Shown("days", "天" if zh else "days"),), told_, figure="days", counts=True)
    if of is not None:
        return _share(counted, of, told_, zh=zh)
    if bounds is None:
        return None
    all_days = float((bounds[1] - bounds[0]).days + 1)
    share = terms.call(q.FUNCTION_DIVIDE, terms.column("days"), terms.value(all_days / 100))
    told_ = f"{told_}占全部天数的百分比" if zh else f"{told_}, as a percentage of all days"
    return Plan(
        terms.extended(counted, terms.named(share=share), only=True), (Shown("share", "%"),), told_, figure="share"
    )


def _share(counted: q.Relation, of: q.Relation, told_: str, *, zh: bool) -> Plan:
    """The days as a percentage of some days."""
    whole = terms.grouped(of, [], [terms.measure("all_days", q.MEASURE_FUNCTION_COUNT)])
    both = terms.joined(counted, whole, q.JOIN_KIND_INNER)
    part = terms.call(q.FUNCTION_MULTIPLY, terms.column("days"), terms.value(100.0))
    share = terms.call(q.FUNCTION_DIVIDE, part, terms.column("all_days"))
    told_ = f"{told_}所占的百分比" if zh else f"{told_}, as a percentage of the former"
    return Plan(
        terms.extended(both, terms.named(share=share), only=True), (Shown("share", "%"),), told_, figure="share"
    )
