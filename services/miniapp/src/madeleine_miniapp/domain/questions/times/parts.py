# ruff: noqa: E501 - patterns of words, one line each.
"""Parts of times and what lies around them: halves, edges, the week of a day, what is read as none."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.times import calendar as c
from madeleine_miniapp.domain.questions.times import terms as t
from madeleine_miniapp.domain.questions.times.bounds import since
from madeleine_miniapp.domain.questions.times.pieces import Piece, lead, tail


def _half(found: re.Match[str], of: Piece, today: date) -> Span | None:
    return c.half(of.span, second=found["half"] not in ("first", "1st"), today=today)


def _edge(found: re.Match[str], of: Piece, today: date) -> Span | None:
    number = t.count(found["n"]) if found["n"] else 1
    last = found["edge"] in ("last", "final", "closing", "后", "最后")
    made = c.edge(of.span, number, t.unit(found["unit"]), last=last) if number else None
    # "The last week of the year", of the running one, is still to come: that is hardly meant.
    return None if made is not None and last and made.first > today else made


def _weekend_of(found: re.Match[str], of: Piece, _: date) -> Span | None:
    monday = c.week_of(of.span).first
    whole = (of.span.until or of.span.last) - of.span.first
    first = monday + timedelta(days=5)
    if whole.days > 7:
        # The first or last weekend of a month: one that is all in it.
        if found["edge"] == "last":
            end = of.span.until or of.span.last
            first = end - timedelta(days=(end.weekday() - 6) % 7 + 1)
        elif found["edge"] == "first":
            first = of.span.first + timedelta(days=(5 - of.span.first.weekday()) % 7)
        else:
            return None
    return Span(first, first + timedelta(days=1))


def _week_of(_: re.Match[str], of: Piece, __: date) -> Span | None:
    return c.week_of(of.span) if of.span.last - of.span.first <= timedelta(days=6) else None


def _week_from(_: re.Match[str], of: Piece, __: date) -> Span | None:
    return Span(of.span.first, of.span.first + timedelta(days=6)) if of.span.first == of.span.last else None


def _day_beside(found: re.Match[str], of: Piece, _: date) -> Span | None:
    if of.span.first != of.span.last:
        return None
    before = found["side"] in ("before", "前")
    return c.day(of.span.first + timedelta(days=-1 if before else 1))


def _days_beside(found: re.Match[str], of: Piece, _: date) -> Span | None:
    """ "The three days before christmas", "two weeks after 1 march"."""
    days = t.count(found["n"]) * {"day": 1, "week": 7, "fortnight": 14}.get(t.unit(found["unit"]), 0)
    if not days:
        return None
    if found["side"] in ("before", "leading up to", "up to"):
        return Span(of.span.first - timedelta(days=days), of.span.first - timedelta(days=1))
    return Span(of.span.last + timedelta(days=1), of.span.last + timedelta(days=days))


def _up_to_now(_: re.Match[str], of: Piece, today: date) -> Span | None:
    return Span(of.span.first, today) if of.span.first <= today else None


def _so_far(_: re.Match[str], of: Piece, today: date) -> Span | None:
    return replace(of.span, last=min(of.span.last, today), until=None) if of.span.first <= today else None


def _nothing(_: re.Match[str], __: Piece, ___: date) -> Span | None:
    """ "The end of january" is not January."""
    return None


def _feast_time(_: re.Match[str], of: Piece, __: date) -> Span | None:
    """ "Over christmas" is more than the day, but how much?"""
    return None if of.kind == "feast" else of.span


_IN = r"(?:of|in) (?:the )?(?:month of )?"
# Applied to one time again and again, before ranges are made.
PARTS = (
    lead(rf"\b(?:the )?(?P<half>first|second|1st|2nd|last|latter|other) half {_IN}", _half),
    lead(rf"\b(?:the )?(?:very )?(?P<edge>first|last|final|opening|closing) (?:(?P<n>{t.COUNT}) )?(?P<unit>days?|nights?|weeks?|months?|fortnight) {_IN}", _edge),
    lead(rf"\b(?:the )?(?P<edge>first|last)? ?weekend {_IN}", _weekend_of),
    lead(r"\b(?:the )?(?:same )?week (?:of|with|around|containing|including|that (?:had|has|includes|included|contains)|in which .{0,20}was) (?:the )?", _week_of),
    lead(r"\b(?:the )?(?:week|7 days|seven days) (?:from|starting(?: on)?|beginning(?: on)?|commencing) (?:the )?", _week_from),
    lead(r"\b(?:the )?(?:day|night|eve) (?P<side>before|after|following|of) (?:the )?(?<!of )(?<!of the )", _day_beside),
    lead(rf"\b(?:the |in the )?(?P<n>{t.COUNT}) (?P<unit>days?|weeks?|fortnights?) (?P<side>before|leading up to|up to|after|following) (?:the )?", _days_beside),
    lead(r"(?<!since )(?<!since the )(?<!from )(?<!from the )(?<!until )(?<!until the )(?<!till the )(?<!by the )(?<!to the )(?<!as of the )\b(?:end|start|beginning|close|middle|mid|early|late|course|run-up) (?:of )?(?:the )?|\b(?:mid|early|late)[ -]", _nothing),
    lead(r"\b(?:week|weekend|month|year|night|evening) (?:before|after|following|leading up to|of) (?:the )?(?<!of )(?<!of the )|\b(?:(?:rest|remainder|part|parts|third|quarter|bulk) (?:of|in)|(?<!the )most of) (?:the )?|\b(?:second|third|fourth|2nd|3rd|4th|fifth) (?:week|day|weekend|month) (?:of|in) (?:the )?|\b(?:around|near|close to|sometime in|some time in) (?:the )?", _nothing),
    lead(r"\bover (?:the )?", _feast_time),
    tail(r" (?:so far|to date)\b", _so_far),
    tail(r"(?: up)? (?:to|until|till) (?:right )?(?:now|today)\b", _up_to_now),
    tail(r"'?s?[ -]week\b(?!s|end)", _week_of),
    tail(r"的?(?:那|所在的?|当|这)一?个?(?:周|星期|礼拜)(?![一二三四五六日天末])", _week_of),
    tail(r"的?(?P<edge>头|前|最后|后)(?P<n>" + t.ZH_COUNT + r")(?P<unit>天|日|个?周|个?星期|个?礼拜|个月)", _edge),
    tail(r"的?(?P<edge>第一|最后一|头一)(?P<n>(?!))?个?(?P<unit>天|周|星期|礼拜)", _edge),
    tail(r"的?前(?P<side>一天|一晚|夜|夕)", _nothing),
    tail(r"(?:到目前(?:为止)?|至今|到现在(?:为止)?)(?=[，,。？?]|$)|以?来(?=的?(?:每|平均))", since),
)  # fmt: skip


def apart(text: str, piece: Piece, today: date) -> Piece:
    """The time that the words around one make of it: "the first half of" and so on, the nearest first."""
    changed = True
    while changed and not piece.void:
        changed = False
        for operator in PARTS:
            near = text[piece.end :] if operator.after else text[: piece.start]
            found = operator.words.match(near) if operator.after else operator.words.search(near)
            if found is None:
                continue
            span = operator.change(found, piece, today)
            if span == piece.span and operator.change is _feast_time:
                continue
            start = piece.start if operator.after else found.start()
            end = piece.end + found.end() if operator.after else piece.end
            piece = Piece(start, end, span or piece.span, void=span is None)
            changed = True
            break
    return piece
