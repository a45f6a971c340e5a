"""The frame that compares several times: "more in March than in February"."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.buckets import bucket_asked, figures_of
from madeleine_miniapp.domain.questions.frames.differences import difference_asked, difference_plan
from madeleine_miniapp.domain.questions.frames.figures import compared, compared_rows, direction_asked
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import MONTHS, Span
from madeleine_miniapp.domain.questions.times import calendar

_OF_EACH = re.compile(r"\b(?:for|of|in) each(?: one| of (?:them|these|those|the (?:two|three)))?(?=\s*[?.!]*$)")
_WHICH = re.compile(r"\bwhich\b|哪")
_AND = re.compile(r" ?(?:and|&|\+|和|跟) ?(?:the )?")
_TO_NOW = re.compile(r"\b(?:till|until|to) (?:now|date|today)\b|\bsince\b|到现在|至今|以来")


def span_name(span: Span, zh: bool) -> str:
    """ "March", "past 7 days": as the question named it, tidied."""
    days = (span.last - span.first).days
    if span.first.day == 1 and span.first.month == span.last.month and _TO_NOW.search(span.name):
        return f"{span.first.month}月" if zh else MONTHS[span.first.month - 1]
    running = span.until is not None and span.first.day == 1 and days < 31 and not zh
    if running and not re.match(r"past|last \d|\d", span.name):
        # "The days since 1 March", "spring": what there is of March.
        return MONTHS[span.first.month - 1]
    if span.rolling_hours and not zh and not span.rolling_hours % 24:
        return f"{span.rolling_hours // 24} days before" if span.back_hours else f"past {span.rolling_hours // 24} days"
    if (span.first.day == 1 and 0 < days < 31 and (span.last + timedelta(days=1)).day == 1) or span.name.startswith(
        ("this month", "这个月", "本月")
    ):
        return _month_named(span) if zh else MONTHS[span.first.month - 1]
    if zh and span.first.day == 1 and days < 31 and "月" in span.name:
        return _month_named(span)
    bare = re.sub(r"\b(?:so far|up to now|till now|until now|to date|in|than|and|the|that)\b", "", span.name)
    name = bare.strip(" ,的里份")
    month = next((m for m in MONTHS if name.startswith(m[:3].lower()) and span.first.day == 1), None)
    if month and not zh and len(name.split()) == 1:
        return MONTHS[span.first.month - 1]
    return re.sub(r"\s+", " ", name) or span.name


def _in_english(span: Span) -> str:
    """The name of a time in an English app's table, where the question is in Chinese."""
    days = (span.last - span.first).days + 1
    if span.rolling_hours:
        return f"{days} days before" if span.back_hours else f"past {days} days"
    if span.first.day == 1 and days <= 31 and "月" in span.name:
        return MONTHS[span.first.month - 1]
    if (span.first.month, span.first.day) == (1, 1) and "年" in span.name:
        return str(span.first.year)
    return span_name(span, zh=False)


def _month_named(span: Span) -> str:
    """The month as the question writes it: 二月, 2月."""
    written = re.search(r"(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月", span.name)
    return written.group() if written else f"{span.first.month}月"


def _in_one(facts: Facts, mentioned: list[Mention], times: list[Span]) -> bool:
    """ "How many yesterday and today": two days that follow on each other, and nothing that compares them."""
    if (
        len(times) != 2
        or len(mentioned) != 2
        or facts.has("vs", "than", "more", "less", "up", "down", "or", "each_one")
    ):
        return False
    between = facts.scan.text[mentioned[0].end : mentioned[1].start]
    days = [span.first for span in times if span.first == span.last]
    return len(days) == 2 and abs((days[0] - days[1]).days) == 1 and _AND.fullmatch(between) is not None


def time_named(facts: Facts, span: Span) -> str:
    """What a time is called in a table, which is in the language of the app."""
    zh = measuring.chinese(facts)
    return span_name(span, zh) if not zh or facts.subject.in_chinese else _in_english(span)


_AGAINST = re.compile(r"\b(?:compared (?:to|with)|versus|vs\.?|than|against)(?: (?:in|back in))? ?$|[比跟和与]$")
_LED = re.compile(r"(?:(?:with|to|than|in|vs|versus|against) )*")

# What got more did so since the earlier time.
_BECAME = re.compile(
    r"\b(?:get|gets|got|gotten|getting|become|became|grow|grew|grown) (?:any |much |a (?:bit|lot|little) |even |way )?"
    r"(?:more|less|fewer|worse|better|[a-z]{2,}er)\b|变得?更?[贵多少高低快慢长短好差]"
)


def periods(facts: Facts) -> Plan | None:
    """A figure in each of several times, and which is larger."""
    mentioned = [m for _, m in facts.free(Kind.TIME)]
    times = [m.of(Kind.TIME)[0].span for m in mentioned]
    distinct = list(dict.fromkeys(t for t in times if t is not None))
    changed = facts.has("up", "down") and len(distinct) == 1
    # "Did it rise in February?": against the month before.
    earlier = calendar.before(distinct[0]) if changed else None
    # "Compared to February": the month that runs against that one.
    against = False
    if earlier is not None and (led := _LED.match(mentioned[0].text)) is not None:
        against = _AGAINST.search(facts.scan.text[: mentioned[0].start + led.end()]) is not None
    if len(distinct) < 2 and earlier is None:
        return None
    joined = re.search(r"\b(?:together|combined|altogether|in total)\b|合计|一共|总共|加起来", facts.scan.text)
    if joined and not facts.has("vs", "than", "more", "less", "up", "down"):
        # One figure over all of these times.
        return None
    if _in_one(facts, mentioned, distinct) or (len(facts.people) > 1 and facts.has("who")):
        # Who ran more in January and February: in both together.
        return None
    counted_days = [m for m in facts.items if m.cue("unit") and not re.fullmatch(r"个?[月周]|个?星期", m.text)]
    if counted_days and facts.has("how_many", "count") and not facts.has("streak"):
        raise Doubt("it counts days of several times; ask for one time")
    facts.cue(
        "vs",
        "than",
        "exist",
        "or",
        "now",
        "each_one",
        "how_many",
        "how_much",
        "list",
        "which",
        "what",
        "unit",
        "logged_only",
        "number_wanted",
    )
    if not facts.subject.shared or len(facts.people) == 1:
        facts.cue("each")
    facts.used |= {i for i, m in enumerate(facts.items) if m.cue("each") and m.text == "respectively"}
    for one, other in pairwise(list(enumerate(facts.items))):
        number = next((m.number for m in one[1].of(Kind.NUMBER)), 0)
        if number == len(distinct) and other[1].cue("unit"):
            # "Both months", 两个月: these.
            facts.used.add(one[0])
    if (of_each := _OF_EACH.search(facts.scan.text)) is not None:
        # "Minutes for each": of these times.
        facts.used |= {i for i, m in facts.free(Kind.CUE) if m.end > of_each.start()}
    either = re.search(r"\bor\b|还是", facts.scan.text[mentioned[0].end : mentioned[-1].start])
    named = facts.has("which_bucket") or bool(either) or _WHICH.search(facts.scan.text) is not None
    facts.cue("which_bucket")
    spans = [*([earlier] if earlier else []), *facts.spans()]
    if against:
        spans = [spans[1], calendar.whole("month" if spans[1].first.day == 1 else "week", 0, facts.asker.now.date())]
    up = facts.has("up", "down") or _BECAME.search(facts.scan.text) is not None
    wants_difference = difference_asked(facts)
    direction = direction_asked(facts)
    sup = facts.cue("sup") if named else None
    per = bucket_asked(facts)
    if per == "month" and not facts.has("mean") and all(span.first.day == 1 and "月" in span.name for span in spans):
        # 一月, 二月, 三月每个月: these months are what it is told by.
        per = ""
    measured = compared(facts, times=not any(c.kind is Kind.VALUE for c in facts.conditions))
    at = facts.moment()
    if len(facts.people) > 1:
        return _of_people(facts, spans, measured, per)
    parts: list[tuple[str, q.Relation]] = []
    for span in spans:
        given = base.chosen(facts, [span], at)
        parts.append((time_named(facts, span), figures_of(facts, given, measured, at, per, [])))
    verdict = direction if len(spans) == 2 else ""
    # "Did it go up?" compares the later with the earlier, "was that the busier one?" the one that is named again.
    again = len(mentioned) > 2 and times[-1] == spans[-1]
    if verdict and (again if not up else spans[0].first < spans[1].first):
        verdict = {"more": "less", "less": "more"}[verdict]
    if wants_difference and len(spans) == 2:
        return difference_plan(facts, parts, verdict, measured, spans)
    if (named and (direction or sup)) or (sup and len(spans) > 2):
        verdict = "least" if direction == "less" or (sup and sup.value.startswith("min")) else "who"
    return compared_rows(facts, parts, "period", measured, per, spans, verdict)


def _of_people(facts: Facts, spans: list[Span], measured: Measured, per: str) -> Plan:
    """ "Jonas and me in January, February and March": a figure of each in each month; raises Doubt for others."""
    months = [span.first.day == 1 and span.first.month == span.last.month for span in spans]
    if not all(months) or per:
        raise Doubt("it compares people as well as times; ask for one of both")
    at = facts.moment()
    keys = [
        q.Named(name="month", value=base.bucket("month", at)),
        q.Named(name=facts.person, value=terms.column(facts.person)),
    ]
    made = figures_of(facts, base.chosen(facts, spans, at), measured, at, per, keys)
    made = terms.ordered(made, *[terms.order(terms.column(k.name)) for k in keys])
    shown = (Shown("month"), Shown(facts.person), Shown("value", measured.unit))
    return Plan(made, shown, measured.told(measuring.chinese(facts)), tuple(spans), key="month")
