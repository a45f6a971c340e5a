"""Finds the times that a question speaks of: atoms, what operators make of them, and which of them are one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from madeleine_miniapp.domain.questions.spans import Found, Span
from madeleine_miniapp.domain.questions.times import calendar, chinese, english
from madeleine_miniapp.domain.questions.times.bounds import before_that, bounded, ranged
from madeleine_miniapp.domain.questions.times.parts import apart
from madeleine_miniapp.domain.questions.times.pieces import Piece

_LEAD = re.compile(
    r"(?:\b(?:in|during|for|on|over|within|throughout|back in) )?"
    r"(?:\b(?:all|whole|entire|the whole|the entire|all of|the whole of) )?(?:\bthe )?$"
)
_PREPOSITION = re.compile(r"^(?:in|during|for|of|on|from|since|over|within|the) ")
_TAIL = re.compile(r"(?: (?:so far|alone|only)\b)?")
# What stands between a time and the same again in other words.
_AGAIN = re.compile(
    r"\s*(?:\(|（|\[|,|，|:|：|;|[-–—]|"
    r"(?:, )?(?:i mean|i\.e\.|ie|that is|that's|namely|so|meaning|or rather|也就是|即|就是)\s*)+"
    r"\s*(?:(?:i mean|i\.e\.|ie|that is|that's|namely|so|meaning|from|between|也就是|即|就是)\s*)*"
)
# "Last year in December", "last month, on the 12th": the latter is within the former.
_WITHIN = re.compile(r"\s*,?\s*(?:back |namely |i mean )?(?:in|on|during)\s+(?:the )?")
_YEAR = re.compile(r"20\d\d|last year")
_CLOSING = re.compile(r"\s*[)）\]]")


def find(text: str, today: date) -> list[Found]:
    """Every time that a normalised text speaks of, in the text's order; longer expressions first where they overlap."""
    pieces = [apart(text, piece, today) for piece in _atoms(text, today)]
    pieces = _apart_from_each_other(pieces)
    pieces = ranged(text, pieces)
    pieces = before_that(text, pieces, today)
    pieces = _explained(text, [p for p in pieces if p.kind in ("", "feast", "start") and not p.void], today)
    made = [bounded(text, piece, today) for piece in pieces]
    made = [_widened(text, piece) for piece in made if not piece.void and not piece.weak]
    # One time that is said twice is one.
    told: dict[tuple[date, date, int, int], Span] = {}
    found: list[Found] = []
    for piece in made:
        said = text[piece.start : piece.end].strip(" ',")
        span = replace(piece.span, name=_PREPOSITION.sub("", said))
        key = (span.first, span.last, span.rolling_hours, span.back_hours)
        found.append(Found(piece.start, piece.end, told.setdefault(key, span)))
    return found


def _atoms(text: str, today: date) -> list[Piece]:
    found: list[Piece] = []
    taken = [False] * len(text)
    for one in (*english.ATOMS, *chinese.ATOMS):
        for match in one.words.finditer(text):
            if match.start() == match.end() or any(taken[match.start() : match.end()]):
                continue
            span = one.read(match, today)
            if span is None:
                continue
            end = match.start() + len(match.group().rstrip())
            found.append(Piece(match.start(), end, span, one.kind))
            taken[match.start() : end] = [True] * (end - match.start())
    return sorted(found, key=lambda p: p.start)


def _apart_from_each_other(pieces: list[Piece]) -> list[Piece]:
    """Without those that an operator took in as words of its own: the latter of two that overlap."""
    made: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: (p.start - p.end, p.start)):
        if not any(p.start < piece.end and piece.start < p.end for p in made):
            made.append(piece)
    return sorted(made, key=lambda p: p.start)


def _explained(text: str, pieces: list[Piece], today: date) -> list[Piece]:
    """Of two beside each other, one an explanation of the other ("that week (9th to 15th)"), the narrower alone."""
    made: list[Piece] = []
    for piece in pieces:
        last = made[-1] if made else None
        between = text[last.end : piece.start] if last else ""
        if last is not None and last.end <= piece.start and _WITHIN.fullmatch(between):
            within = _within(
                last.span, piece.span, today, dated=_YEAR.search(text[piece.start : piece.end]) is not None
            )
            if within is not None:
                made[-1] = Piece(last.start, piece.end, within)
                continue
        if last is not None and last.end <= piece.start and _AGAIN.fullmatch(between):
            bracketed = "(" in between or "（" in between
            # "The first half of February (1st to 15th)": what the brackets say of the same beginning is meant.
            same = bracketed and last.span.first == piece.span.first and piece.span.first < piece.span.last
            inner = piece.span if same else _narrower(last.span, piece.span)
            if inner is not None and (bracketed or inner in (last.span, piece.span)):
                closing = _CLOSING.match(text[piece.end :]) if bracketed else None
                made[-1] = Piece(last.start, piece.end + (closing.end() if closing else 0), inner)
                continue
        made.append(piece)
    return made


def _within(outer: Span, inner: Span, today: date, *, dated: bool) -> Span | None:
    """The month of a whole year, or the day of a whole month, that is said after it; None if it is of another."""
    end, last = outer.until or outer.last, inner.until or inner.last
    year, month = outer.first.year, outer.first.month
    if outer.rolling_hours or inner.rolling_hours:
        return None
    if outer == calendar.running(date(year, 1, 1), date(year, 12, 31), today):
        if outer.first <= inner.first and last <= end:
            return inner
        of = calendar.month_of(year, inner.first.month, today)
        whole = inner == calendar.month_of(inner.first.year, inner.first.month, today)
        return of if whole and not dated and of.first <= today else None
    if outer == calendar.month_of(year, month, today) and inner.first == inner.last:
        if outer.first <= inner.first <= end:
            return inner
        of_month = not dated and calendar.is_day(year, month, inner.first.day)
        return calendar.day(date(year, month, inner.first.day)) if of_month else None
    return None


def _narrower(one: Span, other: Span) -> Span | None:
    """The one that lies in the other, the whole of a running period counted; None if neither does."""
    if one.rolling_hours or other.rolling_hours:
        return one if (one.first, one.last) == (other.first, other.last) else None
    for inner, outer in ((other, one), (one, other)):
        if (
            inner.first == inner.last
            and outer.first.day == 1
            and inner.first.month == outer.first.month == outer.last.month
        ):
            # 29号（四月）: the nearest 29th, whichever year the month by itself would be of.
            return inner
        if outer.first <= inner.first and inner.last <= (outer.until or outer.last):
            return inner
    return None


def _widened(text: str, piece: Piece) -> Piece:
    lead = _LEAD.search(text[: piece.start])
    tail = _TAIL.match(text[piece.end :])
    return replace(piece, start=lead.start() if lead else piece.start, end=piece.end + (tail.end() if tail else 0))
