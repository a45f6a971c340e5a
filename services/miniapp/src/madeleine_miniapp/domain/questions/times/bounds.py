# ruff: noqa: E501 - patterns of words, one line each.
"""Bounds and ranges of times: since, until, before, after, from one to another, the window before another."""

from __future__ import annotations

import re
from datetime import date, timedelta

from madeleine_miniapp.domain.questions.spans import EARLIEST, LATEST, Span
from madeleine_miniapp.domain.questions.times import calendar as c
from madeleine_miniapp.domain.questions.times import terms as t
from madeleine_miniapp.domain.questions.times.pieces import Piece, lead


def since(found: re.Match[str], of: Piece, today: date) -> Span | None:
    """From the first day of a time until today."""
    if of.kind == "weekday" and not found.group().startswith(("since", "ever since", "as of", "from")):
        # "By weekday, starting with monday" tells the order.
        return None
    return _from(of.span.first, today)


def _from(first: date, today: date) -> Span:
    """From a day until today; of what is to come, without an end."""
    return Span(first, today if first <= today else LATEST)


def _until(_: re.Match[str], of: Piece, __: date) -> Span | None:
    return Span(EARLIEST, of.span.until or of.span.last)


def _before(_: re.Match[str], of: Piece, __: date) -> Span | None:
    return Span(EARLIEST, of.span.first - timedelta(days=1))


def _after(_: re.Match[str], of: Piece, today: date) -> Span | None:
    return _from((of.span.until or of.span.last) + timedelta(days=1), today)


# Applied once, to what is left in the end.
BOUNDS = (
    lead(r"\b(?:ever |going back |all the way back |back )?(?:since|starting(?: from| with| on| in)?|beginning(?: with| on| from| in)?|as (?:of|from)|counting from|dating from|on or after|counted from) (?:the )?(?:(?:start|beginning|turn) of (?:the )?)?", since),
    lead(r"\b(?:until|till|til|up to|up until|through to|by|no later than|on or before) (?:and including )?(?:the )?(?:end of (?:the )?)?", _until),
    lead(r"\b(?:before|prior to|earlier than|ahead of|pre) (?:the )?", _before),
    lead(r"\b(?:after|later than|post) (?:the )?", _after),
)  # fmt: skip
_ONWARDS = re.compile(
    r"(?:,? (?:onwards?|forwards?|and (?:after|later|since|onwards?)|(?:up )?(?:until|till|to) (?:now|date|today)))?(?=[\s,.;:?!)]|$)"
)
_FROM_ON = re.compile(
    r"(?:,? (?:onwards?|forwards?|and (?:after|later|since|onwards?)|(?:up )?(?:until|till|to) (?:now|date|today))| on)?(?=[\s,.;:?!)]|$)"
)
_FROM = re.compile(r"\b(?:from|with) (?:the )?(?:(?:start|beginning) of (?:the )?)?$")
_COMPARED = re.compile(r"\bcompar(?:e|ed|ing|ison)\b[^.?!;]*$")
_SINCE_ZH = re.compile(
    r"[)）]?(?:以来|以后|往后|起到?(?:现在|今天)?|开始(?:到现在)?(?![读看学追种养])|算起|到(?:现在|今天|目前)(?:为止)?|至今|截[至止](?:现在|今天|目前))"
)
_AFTER_ZH = re.compile(r"[)）]?(?:之后|过后)")
_FROM_ZH = re.compile(r"(?:从|自从?|打)$")
_UNTIL_ZH = re.compile(r"(?:[以之]前)")
_UP_TO_ZH = re.compile(r"(?:为止)")
_RANGE = re.compile(
    r"(?P<sure>,? ?(?:to|through|thru|till|til|until|up to|up until) (?:and including )?(?:the )?(?:end of )?|\s?[–—~]\s?|(?:开始|起|一直)?(?:到|至))|(?P<and> and (?:the )?)|(?P<to>\s-\s?|-\s)|(?P<dash>-)"
)
_OPENING = re.compile(r"(?:\b(?P<from>from|between|since|starting)(?: the)? |(?:从|自从?))$")
_RANGE_TAIL = re.compile(r"(?:为止|之间|期间|这段时间)")


def ranged(text: str, pieces: list[Piece]) -> list[Piece]:
    """Joins "from A to B", "between A and B", "A until now"."""
    made: list[Piece] = []
    index = 0
    while index < len(pieces):
        one = pieces[index]
        after = pieces[index + 1] if index + 1 < len(pieces) else None
        joined = _joined(text, one, after) if after is not None else None
        made.append(joined or one)
        index += 2 if joined else 1
    return made


def _joined(text: str, one: Piece, after: Piece) -> Piece | None:
    between = _RANGE.fullmatch(text[one.end : after.start])
    if between is None or one.void or after.void or one.kind in ("now", "part") or after.kind in ("part", "start"):
        return None
    if one.kind == after.kind == "weekday":
        # "Mon to Fri" are days of any week: `recurring` has them.
        return None
    opening = _OPENING.search(text[: one.start])
    sure = (
        between["sure"]
        or between["dash"]
        or (opening and (between["and"] or between["to"]) and opening["from"] != "since")
    )
    if sure and opening and one.span.first > after.span.last:
        # "From last Friday to last Sunday", said on a Sunday.
        return Piece(one.start, after.end, one.span, void=True)
    if not sure or one.span.first > after.span.last:
        return None
    start = opening.start() if opening else one.start
    tail = _RANGE_TAIL.match(text[after.end :])
    last = after.span.last
    return Piece(start, after.end + (tail.end() if tail else 0), Span(one.span.first, last))


def bounded(text: str, piece: Piece, today: date) -> Piece:
    """Applies "since", "until", "before", "after" in front of a time, "onwards" and the like behind it."""
    before = text[: piece.start]
    for operator in BOUNDS:
        if found := operator.words.search(before):
            span = operator.change(found, piece, today)
            tailed = _ONWARDS if found.group().startswith(("since", "ever")) else _FROM_ON
            tail = tailed.match(text[piece.end :]) if operator.change is since else None
            end = piece.end + (tail.end() if tail else 0)
            return Piece(found.start(), end, span or piece.span, void=span is None)
    found = _FROM.search(before)
    if found and found.group().startswith("with") and _COMPARED.search(before):
        # "Compared with 3 March" is with that day alone.
        return Piece(found.start(), piece.end, piece.span)
    if found:
        tail = _FROM_ON.match(text[piece.end :])
        onwards = tail is not None and bool(tail.group().strip(" ,"))
        dated = piece.span.first == piece.span.last and not re.match(
            r"(?:last|yesterday|today|this)\b", text[piece.start :]
        )
        if onwards or "start" in found.group() or "beginning" in found.group() or dated:
            end = piece.end + (tail.end() if tail else 0)
            return Piece(found.start(), end, _from(piece.span.first, today))
        return Piece(found.start(), piece.end, piece.span)
    tail = re.match(r" (?:onwards?|and (?:later|after)|or later)\b", text[piece.end :])
    if tail:
        return Piece(piece.start, piece.end + tail.end(), _from(piece.span.first, today))
    return _bounded_zh(text, piece, today)


def _bounded_zh(text: str, piece: Piece, today: date) -> Piece:
    after = text[piece.end :]
    lead = _FROM_ZH.search(text[: piece.start])
    start = lead.start() if lead else piece.start
    if tail := _SINCE_ZH.match(after):
        return Piece(start, piece.end + tail.end(), _from(piece.span.first, today))
    if (tail := _AFTER_ZH.match(after)) and (span := _after(tail, piece, today)):
        return Piece(start, piece.end + tail.end(), span)
    if tail := _UNTIL_ZH.match(after):
        return Piece(start, piece.end + tail.end(), Span(EARLIEST, piece.span.first - timedelta(days=1)))
    if (tail := _UP_TO_ZH.match(after)) and re.search(r"(?:到|截[至止])$", text[: piece.start]):
        return Piece(piece.start - 1, piece.end + tail.end(), Span(EARLIEST, piece.span.last))
    if lead and lead.group() != "打":
        return Piece(start, piece.end, _from(piece.span.first, today))
    return piece


_BEFORE_THAT = re.compile(
    rf"\b(?:the )?(?:same )?(?:(?P<n>{t.COUNT})(?:[ -](?P<unit>days?|weeks?|months?)(?:[ -](?:stretch|period|window|block))?)? )(?:just |right |immediately |directly )?(?:before|prior|preceding|previous|earlier|beforehand)(?: (?:that|those|them|it|these))?\b(?! (?:last|yesterday|christmas))"
    rf"|\b(?:the )?(?:one|ones|period) (?:before|prior|preceding)(?: (?:that|it))?\b"
    rf"|\b(?:the )?(?P<unit2>week|month|period|one) (?:before|prior|preceding)(?: (?:that|it))?\b(?! last)"
    rf"|\b(?:the )?(?:previous|preceding|prior) (?:(?P<n2>{t.COUNT})(?:[ -](?P<unit3>days?|weeks?|months?)(?:[ -](?:stretch|period|window|block))?)?|(?P<unit4>week|month|period|one|ones|days|weeks))\b"
    rf"|(?:再)?(?:之前|再往前|往前|此前|前面|更早|再前|前)的?(?:那|一个)?(?:(?P<zn>{t.ZH_COUNT})(?P<zunit>天|个?周|个?星期|个月)|一?个?(?P<zunit2>月|周|星期|时段|阶段))"
)


def before_that(text: str, pieces: list[Piece], today: date) -> list[Piece]:
    """Adds windows that hang on the one before them: "the 7 days before that", "the previous 7"."""
    taken = list(pieces)
    for found in _BEFORE_THAT.finditer(text):
        # "the week before last", "2 weeks before christmas" are no such thing.
        earlier = [p for p in pieces if p.end <= found.start() and not p.weak]
        if not earlier and found["n2"] and found["unit3"]:
            taken.append(
                Piece(
                    found.start(),
                    found.end(),
                    c.rolling(t.count(found["n2"]), t.unit(found["unit3"]), today) or c.whole("day", 0, today),
                )
            )
        if not earlier or any(p.start < found.end() and found.start() < p.end for p in pieces):
            continue
        told = found.groupdict()
        number = "" if told["n"] == "one" and not told["unit"] else told["n"] or told["n2"] or told["zn"]
        unit = told["unit"] or told["unit2"] or told["unit3"] or told["unit4"] or told["zunit"] or told["zunit2"] or ""
        if (
            not number
            and unit
            not in ("week", "month", "period", "one", "ones", "days", "weeks", "月", "周", "星期", "时段", "阶段")
            and not re.match(r"(?:the )?(?:ones?|period)\b", found.group())
        ):
            continue
        taken.append(
            Piece(found.start(), found.end(), _preceding(earlier[-1].span, t.count(number or ""), unit, today))
        )
    return sorted(taken, key=lambda p: p.start)


def _preceding(base: Span, number: int, unit: str, today: date) -> Span:
    kind = unit.removesuffix("s").removeprefix("个")
    if not number and kind in ("month", "月"):
        index = base.first.year * 12 + base.first.month - 2
        return c.month_of(index // 12, index % 12 + 1, today)
    if not number and kind in ("week", "周", "星期"):
        monday = base.first - timedelta(days=base.first.weekday() + 7)
        return Span(monday, monday + timedelta(days=6))
    if base.first.weekday() == 5 and base.last == base.first + timedelta(days=1) and not number:
        # Before a weekend comes the last weekend.
        return Span(base.first - timedelta(days=7), base.last - timedelta(days=7))
    last = base.first - timedelta(days=1)
    if number and kind in ("month", "月"):
        return Span(c.shifted(base.first, -number), last)
    days = number * (7 if kind in ("week", "周", "星期") else 1) or (base.last - base.first).days + 1
    hours = 24 * days if base.rolling_hours else 0
    return Span(last - timedelta(days=days - 1), last, hours, base.back_hours + base.rolling_hours)
