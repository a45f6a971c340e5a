# ruff: noqa: E501 - patterns of words, one line each.
"""Times that English names by themselves; `parts` and `bounds` make others of them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from madeleine_miniapp.domain.questions.spans import LATEST, Span
from madeleine_miniapp.domain.questions.times import calendar as c
from madeleine_miniapp.domain.questions.times import terms as t
from madeleine_miniapp.domain.questions.times.near import numbered, numbered_days
from madeleine_miniapp.domain.questions.times.pieces import Atom, Pattern, back, pattern

_BACK = {
    "this": 0, "the current": 0, "the present": 0, "the running": 0, "last": 1, "the last": 1, "the previous": 1, "previous": 1,
    "the preceding": 1, "next": -1, "the next": -1, "the coming": -1, "coming": -1, "the following": -1, "following": -1, "the upcoming": -1,
}  # fmt: skip
_WHICH = "|".join(sorted(_BACK, key=len, reverse=True))
_FEASTS = (
    (r"new year'?s?'? eve|nye|silvester", "new year's eve"), (r"new year(?:'s|s)?(?: day)?", "new year"),
    (r"(?:christmas|xmas|x-mas) eve", "christmas eve"), (r"(?:christmas|xmas|x-mas)(?: day)?", "christmas"), (r"boxing day", "boxing day"),
    (r"(?:st\.? )?valentine'?s?'?(?: day)?", "valentine"), (r"hallowe'?en", "halloween"), (r"(?:international )?women'?s day", "women's day"),
    (r"april fools?'?(?: day)?", "april fool"), (r"st\.? patrick'?s(?: day)?", "st patrick"), (r"may day|labou?r day", "may day"), (r"epiphany|three kings", "epiphany"),
    (r"st\.? nicholas(?: day)?", "st nicholas"), (r"thanksgiving(?: day)?", "thanksgiving"), (r"good friday", "good friday"), (r"easter monday", "easter monday"),
    (r"easter(?: sunday)?", "easter"), (r"pentecost|whit sunday", "pentecost"), (r"(?:chinese|lunar) new year|spring festival", "spring festival"),
    (r"dragon boat(?: festival)?", "dragon boat"), (r"mid-?autumn(?: festival| day)?", "mid-autumn"),
)  # fmt: skip


def _year(found: re.Match[str], today: date) -> int | None:
    told = found.groupdict().get("year")
    if not told:
        return None
    return int(told) if told.isdecimal() else today.year - (1 if told.startswith("last") else 0)


def _iso(found: re.Match[str], _: date) -> Span | None:
    year, month, number = int(found["y"]), int(found["m"]), int(found["d"])
    return c.day(date(year, month, number)) if c.is_day(year, month, number) else None


def _slashed(found: re.Match[str], today: date) -> Span | None:
    """24/12 and 12/24; 4/5 may be either, unless a year follows in the English way, 4/5/2026: refused as well."""
    a, b = int(found["a"]), int(found["b"])
    number, month = (a, b) if a > 12 else (b, a) if b > 12 else (0, 0)
    year = int(found["y"]) if found["y"] else None
    if not number:
        return None
    of = date(year, month, number) if year and c.is_day(year, month, number) else c.nearest(month, number, today)
    return c.day(of) if of else None


def _date(found: re.Match[str], today: date) -> Span | None:
    return c.dated(t.month(found["month"]), t.ordinal(found["day"]), _year(found, today), today)


def _dates(found: re.Match[str], today: date) -> Span | None:
    """ "1 to 14 February": the days of one month."""
    month, year = t.month(found["month"]), _year(found, today)
    first, last = t.ordinal(found["a"]), t.ordinal(found["b"])
    if year is None:
        of = c.nearest(month, first, today)
        year = of.year if of else 0
    if not (c.is_day(year or 1, month, first) and c.is_day(year or 1, month, last) and first <= last):
        return None
    return Span(date(year, month, first), date(year, month, last))


def _month(found: re.Match[str], today: date) -> Span | None:
    month, year = t.month(found["month"]), _year(found, today)
    return c.month_of(year, month, today) if year else c.latest_month(month, today)


def _whole_year(found: re.Match[str], today: date) -> Span | None:
    year = int(found["year"])
    return c.running(date(year, 1, 1), date(year, 12, 31), today) if 2010 <= year <= today.year else None


def _feast(name: str) -> Atom:
    def read(found: re.Match[str], today: date) -> Span | None:
        year = _year(found, today)
        of = c.feast(name, year, today)
        return c.day(of) if of else None

    return read


def _season(found: re.Match[str], today: date) -> Span | None:
    which, year = found["which"] or "", _year(found, today)
    return c.season(found["season"], year, "last" if which == "last" else "", today)


def _whole(found: re.Match[str], today: date) -> Span | None:
    return c.whole(
        t.unit(found["unit"]) if found["unit"] != "weekend" else "weekend", _BACK.get(found["which"], 1), today
    )


def _named_quarter(found: re.Match[str], today: date) -> Span | None:
    number = (
        4 if found["q"] in ("last", "final") else int(found["q"]) if found["q"].isdecimal() else t.ordinal(found["q"])
    )
    year = _year(found, today) or today.year
    span = c.month_of(year, number * 3 - 2, today, 3) if 1 <= number <= 4 else None
    return c.month_of(year - 1, number * 3 - 2, today, 3) if span and span.first > today and not found["year"] else span


def _ago(found: re.Match[str], today: date) -> Span | None:
    number, unit = t.count(found["n"]), t.unit(found["unit"])
    if not number or unit == "hour" or number > 500:
        return None
    return c.whole("week", number * 2, today) if unit == "fortnight" else c.whole(unit, number, today)


def _rolling(found: re.Match[str], today: date) -> Span | None:
    told = found.groupdict()
    number = t.count(told.get("n") or "1")
    return c.rolling(number, t.unit(told["unit"] or "fortnight"), today) if number else None


def _coming(found: re.Match[str], today: date) -> Span | None:
    number, unit = t.count(found["n"]), t.unit(found["unit"])
    return c.coming(number, unit, today) if number and unit != "hour" and number < 500 else None


def _weekday(found: re.Match[str], today: date) -> Span | None:
    wanted, which = t.weekday(found["weekday"]), (found.groupdict().get("which") or "").strip()
    monday = today - timedelta(days=today.weekday())
    if found.groupdict().get("week"):
        return c.day(
            monday + timedelta(days=wanted - 7 * {"this": 0, "last": 1, "next": -1}[found["week"].split(" ")[0]])
        )
    if which == "this":
        return c.day(monday + timedelta(days=wanted))
    ahead = (wanted - today.weekday()) % 7
    if which in ("next", "coming", "the coming"):
        return c.day(today + timedelta(days=ahead or 7))
    back = (today.weekday() - wanted) % 7
    return c.day(today - timedelta(days=7 if which in ("last", "past") and not back else back))


def _begun(found: re.Match[str], today: date) -> Span | None:
    """The first day of a running period: "the start of the year", "the month began"."""
    first = c.whole(t.unit(found["unit"]), 0, today).first
    return c.day(first)


def _to_come(_: re.Match[str], today: date) -> Span:
    return Span(today, LATEST)


def _day_before(found: re.Match[str], today: date) -> Span | None:
    """ "Yesterday or the day before": that before the day that is named last."""
    named = re.findall(r"\b(?:yesterday|today)\b", found.string[: found.start()])
    return c.whole("day", 2 if named[-1] == "yesterday" else 1, today) if named else None


_YEAR = rf"(?:,? (?:of |in )?(?P<year>{t.YEAR}|last year|this year))?"
_AND = r" ?(?:and|to|-|–|—|until|till|through|thru|up to) ?(?:and including )?(?:the )?"
_ON = rf"(?:(?:(?:last|this|next|past|coming) )?(?:{t.WEEKDAY}),? )?(?:the )?"
# "The last day of the year" is not a year.
_PARTS_OF = re.split(
    " ", "day days week weeks weekend month months half quarter part end start beginning middle rest time"
)
_SEASON = "spring|summer|autumn|fall|winter"
_PERIOD = "week|month|quarter|year"


def _after(*words: str) -> str:
    return rf"\b(?:{'|'.join(rf'(?<={word} )' for word in words)})"


ATOMS: tuple[Pattern, ...] = (
    pattern(r"\b(?P<y>20\d\d)-(?P<m>\d\d?)-(?P<d>\d\d?)\b", _iso),
    pattern(r"(?<![\d/])(?P<a>\d\d?)/(?P<b>\d\d?)(?:/(?P<y>20\d\d))?(?![\d/])", _slashed),
    pattern(rf"\b(?:between |from )?{_ON}(?P<a>{t.DAY}|{t.ORDINAL}){_AND}{_ON}(?P<b>{t.DAY}|{t.ORDINAL})(?: of)? (?P<month>{t.MONTH})\b{_YEAR}", _dates),
    pattern(rf"\b(?:between |from )?(?P<month>{t.MONTH}),? (?:from )?(?:the )?(?P<a>{t.DAY}){_AND}(?P<b>{t.DAY})\b(?! (?:days|weeks|times|{t.MONTH})\b){_YEAR}", _dates),
    pattern(rf"\b{_ON}(?P<day>{t.DAY}|{t.ORDINAL})(?: of)? (?P<month>{t.MONTH})\b{_YEAR}", _date),
    pattern(rf"\b(?:(?:(?:last|this|next|past) )?(?:{t.WEEKDAY}),? )?(?P<month>{t.MONTH}) (?:the )?(?P<day>{t.DAY})(?!\d| (?:days|weeks|times|of)\b)\b{_YEAR}", _date),
    *(
        pattern(rf"(?:\blast )?\b(?:{words})(?!\w)(?!'s (?:resolution|party|dinner|fireworks)){_YEAR}", _feast(name), "feast", ) for words, name in _FEASTS),
    pattern(rf"\b(?:the |these |this )?(?:past|last|most recent|latest) (?P<n>{t.COUNT}) (?P<unit>{t.UNIT})\b(?! of\b)", _rolling),
    pattern(rf"\b(?:the past|this past|past|the last|last) (?P<n>{t.COUNT})[ -](?P<unit>hour|day|week|month)(?: (?:stretch|period|window))?\b", _rolling),
    pattern(r"\b(?:the |this )?past (?P<unit>day|week|month|year)\b|\b(?:past|last) (?P<fortnight>fortnight)\b", _rolling),
    pattern(rf"\b(?P<n>{t.COUNT}) (?P<unit>{t.UNIT}) (?:ago|back|earlier than today)\b", _ago),
    pattern(rf"\b(?:the )?(?:next|coming|following|upcoming) (?P<n>{t.COUNT}) (?P<unit>{t.UNIT})\b", _coming),
    pattern(r"\b(?:over|during) the weekend\b", lambda _, d: c.whole("weekend", 0 if d.weekday() > 4 else 1, d)),
    pattern(r"\bthe (?P<unit>week|month|weekend|year) (?:before (?:last|the last(?: one)?)|before the previous one)\b", lambda m, d: c.whole(m["unit"], 2, d)),
    pattern(r"\bthe (?P<unit>week|month|year) (?:before (?:this(?: one)?|the (?:current|present|running) one)|just gone|that just ended|gone by|past)\b", lambda m, d: c.whole(m["unit"], 1, d)),
    pattern(r"\b(?P<unit>year|month|week)[ -]to[ -]date\b|\b(?:ytd|mtd|wtd)\b", lambda m, d: c.whole(m["unit"] or {"y": "year", "m": "month", "w": "week"}[m.group()[0]], 0, d)),
    pattern(rf"\b(?:(?:{t.WEEKDAY}),? )?(?P<which>this|last|past|next|coming|the coming) (?P<weekday>{t.WEEKDAY})\b(?:'s)?", _weekday),
    pattern(rf"(?<!every )(?<!each )(?<!on )\b(?P<weekday>{t.WEEKDAY})'s\b(?= [a-z])", _weekday),
    pattern(rf"\b(?P<weekday>{t.WEEKDAY})(?:,? (?:of )?)(?P<week>(?:this|last|next) week)\b", _weekday),
    pattern(rf"\b(?P<week>(?:this|last|next) week)(?:'s)?,? (?:on )?(?P<weekday>{t.WEEKDAY})\b(?! ?(?:-|–|to|through)(?: |\b))", _weekday),
    pattern(rf"\b(?P<which>{_WHICH}|(?:the )?past(?= weekend)) (?P<unit>{_PERIOD}|weekend)\b(?:'s)?(?! of\b)", _whole),
    pattern(r"\b(?:my|our) (?P<unit>week|month|year)\b(?= (?:so far|looking|going|shaping|been|like)\b)", lambda m, d: c.whole(m["unit"], 0, d)),
    pattern(rf"{''.join(f'(?<!{w} )' for w in _PARTS_OF)}\bof the (?P<unit>year|month|week)\b(?! of\b)", lambda m, d: c.whole(m["unit"], 0, d)),
    pattern(rf"\b(?:q(?P<q>[1-4]))\b{_YEAR}", _named_quarter),
    pattern(rf"\b(?:the )?(?P<q>first|second|third|fourth|1st|2nd|3rd|4th) quarter\b(?: of the year)?{_YEAR}", _named_quarter),
    pattern(rf"\b(?:the )?(?P<q>last|final) quarter\b(?: of the year)?(?:,? (?:of |in )(?P<year>{t.YEAR}|last year|this year))", _named_quarter),
    pattern(rf"\b(?:(?P<which>this|last|the past|past|the) )?(?P<season>{_SEASON})(?:'s)?\b(?<!\bfall)(?<!\bspring festival)(?:,? (?:of )?(?P<year>{t.YEAR}|last year|this year)\b)?(?! (?:clean|onion|roll|water|break))", _season),
    pattern(rf"\b(?:the )?(?:(?:start|beginning|first day|turn|dawn) of (?:the|this) (?:new )?(?P<unit>{_PERIOD}))\b", _begun),
    pattern(rf"\b(?:the|this) (?P<unit>{_PERIOD}) (?:began|begun|begins|started|starts)\b", _begun),
    pattern(rf"\b(?P<month>{t.SURE_MONTH})(?:'s)?\b{_YEAR}(?! \d{{1,2}}\b(?!:))", _month),
    pattern(rf"(?:(?<=[-–/,])|(?<=, ))(?P<month>may|mar|sep)\b{_YEAR}", _month),
    pattern(rf"{_after('in', 'of', 'or', 'vs', 'to', 'for', 'and', 'since', 'until', 'after', 'from', 'this', 'last', 'than', 'over', 'till', 'during', 'before')}(?P<month>may|mar|sep)\b{_YEAR}", _month),
    pattern(r"(?<![\d.,/$€£-])(?<!over )(?<!under )(?<!than )(?<!least )(?<!most )(?<!past )(?<!about )(?<!exactly )(?<!of about )\b(?:the year )?(?P<year>20\d\d)\b(?:'s)?(?![\d%]|[-/.,]\d| ?(?:kcal|g|km|kg|m|ml|l|min|mins|minutes|hours?|h|steps?|calories|cals?|euros?|eur|bucks|points?|pages?|metres|meters|words|people|times)\b)", _whole_year),
    pattern(r"\bthe day before yesterday(?:'s)?\b", back("day", 2)),
    pattern(r"\bthe day before\b(?= ?(?:$|[?.!,;]))", _day_before),
    pattern(r"\bthe day after tomorrow(?:'s)?\b", back("day", -2)),
    pattern(r"\b(?:yesterday(?:'s)?|the day before today)\b", back("day", 1)),
    pattern(r"\b(?:tomorrow(?:'s)?)\b", back("day", -1)),
    pattern(r"\b(?:today(?:'s)?|tonight(?:'s)?|this (?=morning|afternoon|evening))", back("day", 0)),
    pattern(rf"{_after('since', 'on', 'until', 'till', 'from', 'by', 'after', 'before')}(?P<weekday>{t.WEEKDAY})\b(?:'s)?(?! ?(?:-|–|/|and) ?(?:{t.WEEKDAY})| (?:morning|afternoon|evening|night)s)", _weekday),
    pattern(rf"\b(?:between |from )?(?:the )?(?P<a>\d{{1,2}})(?:st|nd|rd|th)?{_AND}(?P<b>\d{{1,2}}(?:st|nd|rd|th))\b", numbered_days),
    pattern(r"\b(?:on )?the (?P<day>(?:[12]\d|3[01]|[1-9])(?:st|nd|rd|th))\b(?! (?:of|time|entry|one|place|most|best))", numbered),
    pattern(r"\b(?:upcoming|still ahead(?: of (?:me|us))?|ahead of (?:me|us)|yet to come|still to come|coming up|from now on|in the future|lies ahead|lie ahead)\b", _to_come),
    pattern(rf"(?<= of )the (?P<unit>{_PERIOD})\b(?! (?:before|after|of))", lambda m, d: c.whole(t.unit(m["unit"]), 0, d), "part"),
    pattern(r"\b(?:(?:right |just )?now|the (?:present|current) (?:day|moment|time)|this (?:very )?(?:moment|minute|day)|the present|date)\b", back("day", 0), "now"),
    pattern(rf"\b(?P<weekday>{t.WEEKDAY})\b(?!s| (?:morning|afternoon|evening|night)s)", _weekday, "weekday"),
)  # fmt: skip
