# ruff: noqa: E501 - tables of patterns, one line each.
"""Finds the times that a question speaks of, in English and Chinese, against a given present in the asker's time zone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from madeleine_miniapp.domain.questions.spans import Found, Span
from madeleine_miniapp.domain.questions.time_words import PATTERNS, WORDS, count_of, month_of


def find(text: str, today: date) -> list[Found]:
    """Every time that a normalised text speaks of, in the text's order; longer expressions first where they overlap."""
    found: list[Found] = []
    taken = [False] * len(text)
    for pattern, read in PATTERNS:
        for match in pattern.finditer(text):
            if match.start() == match.end() or any(taken[match.start() : match.end()]):
                continue
            span = read(match, today)
            if span is None:
                continue
            name = re.sub(r"^(?:in|during|for|of|on|from|since|over|within|the) ", "", match.group().strip(" '"))
            found.append(Found(match.start(), match.end(), replace(span, name=name)))
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
    found.sort(key=lambda f: f.start)
    made = _chained(text, _relative(text, found, today), today)
    # "The first two weeks of february, 1st to 14th" is one time, said twice.
    told: dict[tuple[date, date, int], Span] = {}
    return [replace(f, span=told.setdefault((f.span.first, f.span.last, f.span.rolling_hours), f.span)) for f in made]


def _relative(text: str, found: list[Found], today: date) -> list[Found]:
    """Adds windows that hang on the one before them: "the 7 days before that"."""
    taken = list(found)
    for match in _BEFORE_THAT.finditer(text):
        # "the week before last", "2 weeks before christmas" are no such thing.
        earlier = [f for f in found if f.end <= match.start()]
        if not earlier or any(f.start < match.end() and match.start() < f.end for f in found):
            continue
        base = earlier[-1].span
        number = match.groupdict().get("n") or match.groupdict().get("zn")
        days = (base.last - base.first).days + 1
        if number:
            days = (count_of(number) or 0) * (7 if match.groupdict().get("w") or match.groupdict().get("zw") else 1)
        elif match.groupdict().get("unit") == "month" or match.groupdict().get("zunit") == "月":
            index = base.first.year * 12 + base.first.month - 2
            span = month_of(index // 12, index % 12 + 1, today)
            taken.append(Found(match.start(), match.end(), replace(span, name=match.group().strip())))
            continue
        elif match.groupdict().get("unit") == "week" or match.groupdict().get("zunit") in ("周", "星期"):
            monday = base.first - timedelta(days=base.first.weekday() + 7)
            span = Span(monday, monday + timedelta(days=6))
            taken.append(Found(match.start(), match.end(), replace(span, name=match.group().strip())))
            continue
        if not days:
            continue
        last = base.first - timedelta(days=1)
        hours = 24 * days if base.rolling_hours else 0
        span = Span(last - timedelta(days=days - 1), last, hours, base.back_hours + base.rolling_hours)
        taken.append(Found(match.start(), match.end(), replace(span, name=match.group().strip())))
    return sorted(taken, key=lambda f: f.start)


def _chained(text: str, found: list[Found], today: date) -> list[Found]:
    """Joins "from A to B", "between A and B", and applies "since", "until", "before", "after" in front of a time."""
    made: list[Found] = []
    index = 0
    while index < len(found):
        one = found[index]
        after = found[index + 1] if index + 1 < len(found) else None
        lead = text[: one.start]
        if after is not None:
            between = text[one.end : after.start]
            opening = _OPENING.search(lead)
            plain = _RANGE.fullmatch(between)
            if plain and (plain["sure"] or (opening and (opening["from"] or plain["and"] or plain["to"]))):
                start = opening.start() if opening else one.start
                end = after.end + (len(t.group()) if (t := _RANGE_TAIL.match(text[after.end :])) else 0)
                if one.span.first <= after.span.last:
                    span = Span(one.span.first, after.span.last, name=text[start:end].strip())
                    made.append(Found(start, end, span))
                    index += 2
                    continue
        made.append(_bounded(text, one, today))
        index += 1
    return made


def _bounded(text: str, one: Found, today: date) -> Found:
    span = one.span
    if lead := _SINCE.search(text[: one.start]):
        return Found(lead.start(), one.end, Span(span.first, max(today, span.first), name=text[lead.start() : one.end]))
    if lead := _UNTIL.search(text[: one.start]):
        last = span.first - timedelta(days=1) if lead["before"] else span.last
        return Found(lead.start(), one.end, Span(date(1900, 1, 1), last, name=text[lead.start() : one.end]))
    if lead := _AFTER.search(text[: one.start]):
        first = span.last + timedelta(days=1)
        return Found(lead.start(), one.end, Span(first, max(today, first), name=text[lead.start() : one.end]))
    if tail := _SINCE_ZH.match(text[one.end :]):
        end = one.end + tail.end()
        lead = re.search(r"[从自]$", text[: one.start])
        start = lead.start() if lead else one.start
        return Found(start, end, Span(span.first, max(today, span.first), name=text[start:end]))
    if tail := _UNTIL_ZH.match(text[one.end :]):
        end = one.end + tail.end()
        return Found(one.start, end, Span(date(1900, 1, 1), span.first - timedelta(days=1), name=text[one.start : end]))
    return one


_BEFORE_THAT = re.compile(
    r"\b(?:the )?(?:(?P<n>\d{1,3}|"
    + "|".join(WORDS)
    + r") (?:days?|(?P<w>weeks?)) (?:before|prior|preceding)(?: that)?"
    r"|previous (?:(?:\d{1,3}|"
    + "|".join(WORDS)
    + r") )?(?:days|weeks|one)\b|(?P<unit>week|month|period) before(?: that)?|one before(?: that)?)\b(?! (?:last|yesterday))"
    r"|(?:再)?(?:之前|再往前|此前|前面)(?:的)?(?:那)?(?:(?P<zn>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:天|个?(?P<zw>周|星期))|一?个?(?P<zunit>月|周|星期))"
)
_OPENING = re.compile(r"(?:\b(?P<from>from|between) |[从自])$")
_RANGE = re.compile(
    r"(?P<sure> (?:to|through|till|until|up to) (?:the )?|\s?[–—~]\s?|到|至)|(?P<and> and )|(?P<to>\s?-\s?)"
)
_RANGE_TAIL = re.compile(r"(?:之间|期间)")
_SINCE = re.compile(r"\b(?:ever )?(?:since|starting|as of|from) (?:the )?(?:(?:start|beginning) of )?$|自从?$")
_UNTIL = re.compile(r"\b(?:(?P<before>before|prior to)|until|till|up to|by the end of) (?:the )?$")
_AFTER = re.compile(r"\bafter (?:the )?$")
_SINCE_ZH = re.compile(r"(?:以来|以后|之后|起|开始|到现在|至今|到目前为止)")
_UNTIL_ZH = re.compile(r"(?:以前|之前)")
