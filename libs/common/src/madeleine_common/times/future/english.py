"""English words for times (lower case), each with the parts that it names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from madeleine_common.times.future.components import Component, Said, after, clock
from madeleine_common.times.numbers import ENGLISH, MONTHS, ONES, ORDINAL, WEEKDAYS, any_of, number, ordinal

_WEEKDAY = (
    r"mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|saturday|sunday"
    # These two are words as well.
    r"|(?:sat|sun)(?=\.? *(?:[,;\d]|at\b|morning|afternoon|evening|night|noon))"
    r"|(?:^|(?<=on )|(?<=next )|(?<=this ))(?:sat|sun)(?=\.?$)"
)
_MONTH = rf"(?P<month>{any_of(MONTHS)})\.?"
_YEAR = r"(?:,? (?P<year>20\d\d))?"
_NUMBER = rf"(?:\d{{1,4}}(?:[.,]\d{{1,2}})?|a couple of|a couple|a few|several|{ENGLISH}|an?)"
_UNITS = {"s": 1, "mi": 60, "h": 3600, "d": 86400, "w": 604800, "f": 1209600}
_UNIT = r"(?:seconds?|secs?|minutes?|mins?|min|hours?|hrs?|hr|days?|weeks?|fortnights?|months?|years?|h|m)(?![a-z])"
_PIECE = (
    rf"(?:(?P<quarters>(?:an? |three )?quarters?) of an hour|(?P<hours>\d{{1,2}})h(?P<minutes>[0-5]\d)"
    rf"|half (?:an? )?(?P<halved>hour|day|year|minute)"
    rf"|(?P<count>{_NUMBER})(?P<half>(?: and a half|½)?) ?-?(?P<unit>{_UNIT})(?P<more> and a half)?)"
)
_PLAIN = re.sub(r"\(\?P<\w+>", "(?:", _PIECE)
DURATION = rf"{_PLAIN}(?:(?:,? and |, | )?{_PLAIN})*"
_PREPOSITION = r"(?:(?:at|by|around|about|@|from|for about) ?)?"
# "at 9 percent", "at 9 Elm Street" and the like are no times.
_NO_NOUN = (
    r"(?! ?(?:%|°|€|\$|percent|degrees|people|persons|km|kg|euros?|dollars?|[./:]\d|(?:\w+ )?(?:street|road|avenue)))"
)
_AMPM = r"(?P<half>[ap]\.?m\.?(?![a-z]))"
_PART = r"(?P<part>early morning|morning|noon|afternoon|evening|night)"


def duration(text: str) -> Said:
    """Months, days and seconds of "an hour and a half", "2 days and 3 hours"."""
    months, days, seconds = 0.0, 0.0, 0.0
    for piece in re.finditer(_PIECE, text):
        if piece["quarters"]:
            seconds += 2700 if piece["quarters"].startswith("three") else 900
            continue
        if piece["hours"]:
            seconds += 3600 * int(piece["hours"]) + 60 * int(piece["minutes"])
            continue
        amount = 0.5 if piece["halved"] else number(piece["count"])
        amount += 0.5 * bool(piece["half"]) + 0.5 * bool(piece["more"])
        unit = piece["halved"] or piece["unit"]
        if unit.startswith(("mo", "y")):
            months += amount * (12 if unit[0] == "y" else 1)
            continue
        length = 60 if unit == "m" else _UNITS[unit[:2] if unit.startswith("mi") else unit[0]]
        if length >= 86400 and float(amount * length / 86400).is_integer():
            days += amount * length / 86400
        else:
            seconds += amount * length
    return after(months, days, seconds)


def _hour(text: str) -> int:
    return int(number(text))


def _dated(m: re.Match[str]) -> Said:
    said: dict[str, Any] = {"day": ordinal(m["day"]), "month": MONTHS[m["month"]]}
    if m["year"]:
        said["year"] = int(m["year"])
    return said


def _month(m: re.Match[str]) -> Said:
    said: dict[str, Any] = {"month": MONTHS[m["month"]]}
    if m["year"]:
        said["year"] = int(m["year"])
    return said


def _slashed(m: re.Match[str]) -> Said:
    day, month = int(m["a"]), int(m["b"])
    if month > 12 >= day:
        day, month = month, day
    said: dict[str, Any] = {"day": day, "month": month}
    if m["year"]:
        said["year"] = int(m["year"]) % 2000 + 2000
    return said


def _weekday(m: re.Match[str]) -> Said:
    said: dict[str, Any] = {"weekday": WEEKDAYS[m["weekday"]]}
    if m["which"] in ("next", "last"):
        said["weeks"] = 1 if m["which"] == "next" else -1
    if m["week"]:
        said["plus"] = 7
    return said


def _span(m: re.Match[str]) -> Said:
    ahead = {"next": 1, "last": -1, "previous": -1}.get(m["which"] or "", 0)
    if m["unit"] == "weekend":
        return {"weekend": True, "weeks": ahead} if ahead else {"weekend": True}
    return {f"{m['unit']}s": ahead}


def _end(m: re.Match[str]) -> Said:
    ahead = 1 if m["which"] == "next" else 0
    match m["unit"]:
        case "day":
            return {"days": 0, "hour": 17, "minute": 0, "exact": True}
        case "week":
            return {"weekday": 4, "weeks": ahead} if ahead else {"weekday": 4}
        case "month":
            return {"day": -1, "months": ahead} if ahead else {"day": -1}
        case _:
            return {"day": -1, "month": 12, "years": ahead} if ahead else {"day": -1, "month": 12}


def _past_to(m: re.Match[str]) -> Said:
    minutes = {"half": 30, "quarter": 15}.get(m["minutes"].removeprefix("a "))
    minutes = int(number(m["minutes"])) if minutes is None else minutes
    hour = _hour(m["hour"])
    if m["which"] in ("to", "before", "till", "of"):
        hour, minutes = (hour - 1) or 12, 60 - minutes
    return clock(hour, minutes)


def _part(name: str) -> Said:
    return {"part": "dawn" if name == "early morning" else name}


def _en(pattern: str, read: Callable[[re.Match[str]], Said], *, follows: bool = False) -> Component:
    return Component(re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])"), read, follows)


COMPONENTS = (
    _en(rf"in (?:about |exactly )?(?P<d>{DURATION})(?:(?:'s?)? time)?(?: or so)?", lambda m: duration(m["d"])),
    _en(rf"(?:after )?(?P<d>{DURATION}) (?:from now|later|hence)", lambda m: duration(m["d"])),
    _en(rf"after (?P<d>{DURATION})", lambda m: duration(m["d"])),
    _en(rf"(?P<d>{DURATION}) ago", lambda _: {"after_seconds": -1.0}),
    _en(
        rf"(?:every|each) (?:other )?(?:{_WEEKDAY}|day|week|weekday|weekend|month|year|hour|morning|afternoon|evening"
        rf"|night|{DURATION})s?",
        lambda _: {"recurs": True},
    ),
    _en("(?:at )?(?:this|(?:the )?same) time", lambda _: {"part": "now"}),
    _en("first thing", lambda _: {"part": "morning"}),
    _en(
        r"early(?= (?:today|tomorrow|on|next|this|monday|tuesday|wednesday|thursday|friday|saturday|sunday))",
        lambda _: {"part": "early"},
    ),
    _en("early", lambda _: {"part": "early"}, follows=True),
    _en("today", lambda _: {"days": 0}),
    _en("tonight", lambda _: {"days": 0, "part": "night"}),
    _en("(?:the )?day after tomorrow|overmorrow", lambda _: {"days": 2}),
    _en("tomorrow|tomorow|tommorrow|tmrw|tmr", lambda _: {"days": 1}),
    _en("yesterday", lambda _: {"days": -1}),
    _en(rf"(?:(?P<which>this coming|this|next|coming|last) )?(?P<weekday>{_WEEKDAY})\.?(?P<week> week)?", _weekday),
    _en(
        rf"(?:a|one) week (?:on|from) (?P<which>this )?(?P<weekday>{_WEEKDAY})",
        lambda m: {"weekday": WEEKDAYS[m["weekday"]], "plus": 7},
    ),
    _en("(?:a|one) week from tomorrow", lambda _: {"days": 8}),
    _en("(?:a|one) week from today", lambda _: {"days": 7}),
    _en("(?P<which>this|next|last|previous|the) (?P<unit>weekend)", _span),
    _en("(?P<which>this|next|last|previous) (?P<unit>week|month|year)", _span),
    _en("(?:the )?end of (?:(?P<which>the|this|next) )?(?P<unit>day|week|month|year)", _end),
    _en(rf"(?:the )?(?P<day>\d{{1,2}}(?:st|nd|rd|th)?|{ORDINAL})(?: of)? {_MONTH}{_YEAR}", _dated),
    _en(rf"{_MONTH} (?:the )?(?P<day>\d{{1,2}}(?:st|nd|rd|th)?|{ORDINAL})(?![:.]\d| ?[ap]\.?m){_YEAR}", _dated),
    _en(rf"(?:in|next) {_MONTH}{_YEAR}", _month),
    _en(
        rf"the (?P<day>\d{{1,2}}(?:st|nd|rd|th)|{ORDINAL})(?! \w*(?:floor|time|one))",
        lambda m: {"day": ordinal(m["day"])},
    ),
    _en(r"(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<year>(?:20)?\d\d))?", _slashed),
    _en(r"(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<year>20\d\d)?", _slashed),
    _en(
        r"(?P<y>20\d\d)[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})",
        lambda m: {"year": int(m["y"]), "month": int(m["m"]), "day": int(m["d"])},
    ),
    _en(
        r"(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)t(?P<hour>\d\d):(?P<minute>\d\d)(?::00)?",
        lambda m: {
            "year": int(m["y"]),
            "month": int(m["m"]),
            "day": int(m["d"]),
            **clock(int(m["hour"]), int(m["minute"]), exact=True),
        },
    ),
    _en("christmas eve", lambda _: {"day": 24, "month": 12}),
    _en("christmas(?: day)?", lambda _: {"day": 25, "month": 12}),
    _en("new year's eve", lambda _: {"day": 31, "month": 12}),
    _en("new year's(?: day)?", lambda _: {"day": 1, "month": 1}),
    _en(
        rf"{_PREPOSITION}(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::00)?(?: ?{_AMPM})?(?: ?h)?(?: o'clock)?(?: sharp)?",
        lambda m: clock(int(m["hour"]), int(m["minute"]), m["half"] or "", exact=m["hour"][0] == "0"),
    ),
    _en(rf"{_PREPOSITION}(?P<hour>\d{{1,2}})[.](?P<minute>\d\d) ?{_AMPM}", lambda m: clock(int(m[1]), int(m[2]), m[3])),
    _en(
        r"(?:at|by) (?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?: ?h(?:ours|rs)?)?",
        lambda m: clock(int(m[1]), int(m[2]), exact=True),
    ),
    _en(r"(?:at|by|@) ?(?P<hour>\d{1,2})[.](?P<minute>[0-5]\d)", lambda m: clock(int(m[1]), int(m[2]))),
    _en(
        rf"{_PREPOSITION}(?P<hour>\d{{1,2}}|{ONES})(?: ?o'clock)? ?{_AMPM}(?: sharp)?",
        lambda m: clock(_hour(m["hour"]), 0, m["half"]),
    ),
    _en(rf"{_PREPOSITION}(?P<hour>\d{{1,2}}|{ONES}) ?o'clock(?: sharp)?", lambda m: clock(_hour(m["hour"]), 0)),
    _en(
        rf"{_PREPOSITION}(?P<hour>\d{{1,2}})h(?P<minute>\d\d)?",
        lambda m: clock(int(m["hour"]), int(m["minute"] or 0), exact=True),
    ),
    _en(
        rf"(?:at|by|around|@) ?(?:about )?(?P<hour>\d{{1,2}}|{ONES})(?P<minute> (?:thirty|fifteen|forty-five))?"
        rf"(?: sharp)?{_NO_NOUN}",
        lambda m: clock(_hour(m["hour"]), int(number(m["minute"])) if m["minute"] else 0),
    ),
    _en(
        rf"{_PREPOSITION}(?P<minutes>half|(?:a )?quarter|\d{{1,2}}|{ENGLISH})(?: minutes?)?"
        rf" (?P<which>past|to|before|till|of) (?P<hour>\d{{1,2}}|{ONES})(?! ?{_UNIT})",
        _past_to,
    ),
    # British: half nine is half past nine.
    _en(rf"{_PREPOSITION}half (?P<hour>{ONES})", lambda m: clock(_hour(m["hour"]), 30)),
    _en(rf"{_PREPOSITION}(?:noon|midday|lunchtime|lunch time)", lambda _: clock(12, 0, exact=True)),
    _en(rf"{_PREPOSITION}midnight", lambda _: clock(24, 0, exact=True)),
    _en(rf"in the {_PART}|at (?P<night>night)", lambda m: _part(m["part"] or m["night"])),
    _en(rf"this {_PART}", lambda m: {"days": 0, **_part(m["part"])}),
    _en(_PART, lambda m: _part(m["part"]), follows=True),
    _en(
        r"(?P<hour>\d{1,2})(?= ?(?:$|[,;.!?]|(?:to|that|about|please)\b|remind))",
        lambda m: clock(int(m[1]), 0),
        follows=True,
    ),
    _en(r"(?P<hour>\d{1,2})(?= (?:today|tonight|tomorrow|tmrw|in the|on|this)\b)", lambda m: clock(int(m[1]), 0)),
)

# What may stand between the parts of one expression, and before it.
GLUE = r"(?<![a-z0-9])(?:on|at|by|the|of|in|for|later|and|please|remind (?:me|us))(?![a-z])|[ ,]"
LEADING = r"(?<![a-z0-9])(?:on|at|by|the|in|later|until|till|for)(?![a-z0-9])| "
