# ruff: noqa: E501 - tables of patterns, one line each.
"""Words for times: each pattern with what it means as of a day."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from madeleine_miniapp.domain.questions.spans import MONTHS, WEEKDAYS, Span
from madeleine_miniapp.domain.questions.text import chinese_number

_ABBREVIATIONS = {name[:3].lower(): i for i, name in enumerate(MONTHS, 1)} | {"sept": 9}
_NAMED = {name.lower(): i for i, name in enumerate(MONTHS, 1)}
_MONTHS = _NAMED | _ABBREVIATIONS
WORDS = {
    w: i
    for i, w in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}
_SMALL = {"a couple of": 2, "couple of": 2, "few": 0}
_DAYS = {name.lower(): i for i, name in enumerate(WEEKDAYS)} | {
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
_DAYS_ZH = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_SEASONS_ZH = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
_FEASTS = {
    r"new year'?s? eve": (12, 31), r"new year(?:'?s)?(?: day)?": (1, 1), r"christmas eve": (12, 24),
    r"boxing day": (12, 26), r"(?:christmas|xmas)(?: day)?": (12, 25), r"valentine'?s?(?: day)?": (2, 14),
    r"hallowe'?en": (10, 31), r"元旦": (1, 1), r"平安夜": (12, 24), r"圣诞节?": (12, 25), r"情人节": (2, 14),
    r"国庆节?": (10, 1), r"劳动节|五一": (5, 1), r"跨年夜?": (12, 31),
}  # fmt: skip


Reader = Callable[[re.Match[str], date], Span | None]


def count_of(number: str) -> int | None:
    """What a number word means."""
    number = number.strip()
    return WORDS.get(number) or _SMALL.get(number) or chinese_number(number)


def _day(back: int) -> Reader:
    return lambda _, today: Span(today - timedelta(days=back), today - timedelta(days=back))


def _week(back: int) -> Reader:
    def read(_: re.Match[str], today: date) -> Span:
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return Span(monday, today if back == 0 else monday + timedelta(days=6), until=monday + timedelta(days=6))

    return read


def month_of(year: int, month: int, today: date) -> Span:
    """A month, up to today if it is running."""
    first = date(year, month, 1)
    last = date(year, month, monthrange(year, month)[1])
    return Span(first, min(last, today) if first <= today else last, until=last)


def _month(back: int) -> Reader:
    def read(_: re.Match[str], today: date) -> Span:
        index = today.year * 12 + today.month - 1 - back
        return month_of(index // 12, index % 12 + 1, today)

    return read


def _year(back: int) -> Reader:
    def read(_: re.Match[str], today: date) -> Span:
        year = today.year - back
        return Span(date(year, 1, 1), today if back == 0 else date(year, 12, 31), until=date(year, 12, 31))

    return read


def _quarter(back: int) -> Reader:
    def read(_: re.Match[str], today: date) -> Span:
        index = today.year * 4 + (today.month - 1) // 3 - back
        first = date(index // 4, index % 4 * 3 + 1, 1)
        last = date(first.year, first.month + 2, monthrange(first.year, first.month + 2)[1])
        return Span(first, min(last, today))

    return read


def _past(found: re.Match[str], today: date) -> Span | None:
    groups = found.groupdict()
    days = count_of(groups.get("n") or "1")
    if not days:
        return None
    if groups.get("months"):
        index = today.year * 12 + today.month - 1 - days
        year, month = index // 12, index % 12 + 1
        first = date(year, month, min(today.day, monthrange(year, month)[1])) + timedelta(days=1)
        return Span(first, today)
    days *= 7 if groups.get("weeks") else 1
    return Span(today - timedelta(days=days - 1), today, rolling_hours=24 * days) if days <= 3660 else None


def _ago(found: re.Match[str], today: date) -> Span | None:
    number, unit = count_of(found["n"] or "1"), found["unit"]
    if not number or number > 500:
        return None
    if unit.startswith(("day", "天")):
        return _day(number)(found, today)
    return (_week if unit.startswith(("week", "周", "星期", "个星期")) else _month)(number)(found, today)


def _named_month(found: re.Match[str], today: date) -> Span | None:
    groups = found.groupdict()
    month = _MONTHS.get(groups["month"]) or chinese_number(groups["month"])
    if not month or not 1 <= month <= 12:
        return None
    # Unless told, the latest one that is past or running.
    year = _year_of(groups, today.year - (month > today.month), today)
    return month_of(year, month, today)


def _year_of(groups: dict[str, str | None], default: int, today: date) -> int:
    named = groups.get("year")
    if not named:
        return default
    named = named.strip(" 的")
    if named in ("last year", "last year's", "去年"):
        return today.year - 1
    if named in ("this year", "今年"):
        return today.year
    return int(re.sub(r"\D", "", named))


def _named_day(found: re.Match[str], today: date) -> Span | None:
    groups = found.groupdict()
    month = _MONTHS.get(groups["month"]) or chinese_number(groups["month"])
    number = _ORDINALS.get(groups["day"]) or chinese_number(groups["day"])
    if not month or not number:
        return None
    try:
        if groups.get("year"):
            day = date(_year_of(groups, today.year, today), month, number)
        else:
            # The nearest one, the coming ones of plans among them.
            years = [date(today.year + d, month, number) for d in (-1, 0, 1) if _is_day(today.year + d, month, number)]
            day = min(years, key=lambda d: (abs((d - today).days), d > today))
    except ValueError:
        return None
    return Span(day, day)


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _days_of(found: re.Match[str], today: date) -> Span | None:
    groups = found.groupdict()
    month = _MONTHS.get(groups["month"]) or chinese_number(groups["month"])
    first, last = chinese_number(groups["a"]), chinese_number(groups["b"])
    if not month or not first or not last:
        return None
    year = _year_of(groups, today.year - ((month, first) > (today.month, today.day) and month - today.month > 2), today)
    if not (_is_day(year, month, first) and _is_day(year, month, last) and first <= last):
        return None
    return Span(date(year, month, first), date(year, month, last))


def _ahead(found: re.Match[str], today: date) -> Span | None:
    """The days that come: "the next 7 days", of which today is none, unless it is still to be told."""
    groups = found.groupdict()
    number = count_of(groups.get("n") or "1")
    if not number or number > 500:
        return None
    if groups.get("months"):
        index = today.year * 12 + today.month - 1 + number
        year, month = index // 12, index % 12 + 1
        return Span(today, date(year, month, min(today.day, monthrange(year, month)[1])))
    return Span(today, today + timedelta(days=number * (7 if groups.get("weeks") else 1)))


def _whole_ahead(unit: str) -> Reader:
    def read(_: re.Match[str], today: date) -> Span:
        if unit == "week":
            monday = today + timedelta(days=7 - today.weekday())
            return Span(monday, monday + timedelta(days=6))
        if unit == "weekend":
            monday = today + timedelta(days=7 - today.weekday())
            return Span(monday + timedelta(days=5), monday + timedelta(days=6))
        if unit == "year":
            return Span(date(today.year + 1, 1, 1), date(today.year + 1, 12, 31))
        index = today.year * 12 + today.month
        year, month = index // 12, index % 12 + 1
        return Span(date(year, month, 1), date(year, month, monthrange(year, month)[1]))

    return read


def _month_near(found: re.Match[str], today: date) -> tuple[int, int]:
    """The month that the text names before it, else after it: "february, 1st to 14th"; else the running one."""
    text = found.string
    named = [m for m in _SOME_MONTH.finditer(text) if not found.start() <= m.start() < found.end()]
    month = 0
    if named:
        last = max((m for m in named if m.start() < found.start()), key=lambda m: m.start(), default=named[0])
        month = _MONTHS.get(last.group().rstrip("月")) or chinese_number(last.group().rstrip("月")) or 0
    elif re.search(r"last month|上个?月", text):
        month = (today.month - 2) % 12 + 1
    if not 1 <= month <= 12:
        return today.year, today.month
    return today.year - (month > today.month), month


def _ordinals(found: re.Match[str], today: date) -> Span | None:
    first, last = chinese_number(found["a"]), chinese_number(found["b"])
    year, month = _month_near(found, today)
    if not first or not last or first > last or not (_is_day(year, month, first) and _is_day(year, month, last)):
        return None
    return Span(date(year, month, first), date(year, month, last))


def _edge(found: re.Match[str], today: date) -> Span | None:
    """ "The first two weeks of february", "the last 10 days of last month"."""
    groups = found.groupdict()
    number = count_of(groups.get("n") or "1")
    if not number:
        return None
    month = _MONTHS.get(groups.get("month") or "") or chinese_number(groups.get("month") or "") or 0
    year = today.year - (month > today.month)
    if groups.get("back"):
        index = today.year * 12 + today.month - 2
        year, month = index // 12, index % 12 + 1
    if groups.get("whole"):
        start, end = date(today.year, 1, 1), date(today.year, 12, 31)
    else:
        year, month = (year, month) if month else (today.year, today.month)
        start, end = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    days = number * (7 if groups.get("weeks") else 1)
    if groups["edge"] in ("first", "头", "前"):
        return Span(start, min(end, start + timedelta(days=days - 1)))
    return Span(max(start, end - timedelta(days=days - 1)), end)


def _third(found: re.Match[str], today: date) -> Span | None:
    """上旬, 中旬, 下旬: the ten days of a month."""
    groups = found.groupdict()
    if groups.get("month"):
        month = chinese_number(groups["month"]) or 0
        year = _year_of(groups, today.year - (month > today.month), today)
    else:
        index = today.year * 12 + today.month - 1 - (groups.get("which") == "上")
        year, month = index // 12, index % 12 + 1
    if not 1 <= month <= 12:
        return None
    first, last = {"上": (1, 10), "中": (11, 20), "下": (21, monthrange(year, month)[1])}[found["third"]]
    return Span(date(year, month, first), date(year, month, last))


def _this_months_day(found: re.Match[str], today: date) -> Span | None:
    number = chinese_number(found["day"])
    if not number or not 1 <= number <= monthrange(today.year, today.month)[1]:
        return None
    day = date(today.year, today.month, number)
    return Span(day, day)


def _weekday(found: re.Match[str], today: date) -> Span | None:
    groups = found.groupdict()
    wanted = _DAYS.get(groups["weekday"])
    if wanted is None:
        return None
    if groups.get("which") == "this":
        day = today + timedelta(days=wanted - today.weekday())
        return Span(day, day)
    back = (today.weekday() - wanted) % 7
    if groups.get("which") in ("last", "past") and back == 0:
        back = 7
    return _day(back)(found, today)


def _weekday_zh(found: re.Match[str], today: date) -> Span | None:
    if not found["which"] and re.search(r"[年月]的?$", found.string[: found.start()]):
        # 今年周六 are all of the year's Saturdays: `cues` has them.
        return None
    back = {"上上": 14, "上": 7}.get(found["which"] or "", 0)
    day = today - timedelta(days=today.weekday() + back - _DAYS_ZH[found["weekday"]])
    return Span(day, day)


def _weekend(back: int) -> Reader:
    def read(_: re.Match[str], today: date) -> Span:
        saturday = today + timedelta(days=5 - today.weekday() - 7 * back)
        return Span(saturday, saturday + timedelta(days=1))

    return read


def _season(found: re.Match[str], today: date) -> Span | None:
    groups = found.groupdict()
    name = groups["season"]
    month = _SEASONS.get(name) or _SEASONS_ZH[name[0]]
    which, year = groups.get("which") or "", groups.get("year")
    starts = date(int(re.sub(r"\D", "", year)) if year else today.year, month, 1)
    if not year and starts > today:
        starts = date(today.year - 1, month, 1)
    end_index = starts.year * 12 + starts.month + 1
    last = date(end_index // 12, end_index % 12 + 1, monthrange(end_index // 12, end_index % 12 + 1)[1])
    if which in ("last", "去年", "上个") and last >= today and not year:
        return _season_before(starts)
    if which == "去年" and starts.year == today.year:
        return _season_before(starts)
    return Span(starts, min(last, today))


def _season_before(starts: date) -> Span:
    first = date(starts.year - 1, starts.month, 1)
    index = first.year * 12 + first.month + 1
    return Span(first, date(index // 12, index % 12 + 1, monthrange(index // 12, index % 12 + 1)[1]))


def _half(found: re.Match[str], today: date) -> Span:
    year = today.year - ((found["year"] or "") in ("去年", "去年的"))
    if "上" in found["half"] or "first" in found["half"]:
        return Span(date(year, 1, 1), min(date(year, 6, 30), today))
    return Span(date(year, 7, 1), min(date(year, 12, 31), max(today, date(year, 7, 1))))


def _feast(month: int, day: int) -> Reader:
    def read(_: re.Match[str], today: date) -> Span:
        year = today.year - ((month, day) > (today.month, today.day))
        return Span(date(year, month, day), date(year, month, day))

    return read


def _named_year(found: re.Match[str], today: date) -> Span | None:
    year = int(found["year"])
    return Span(date(year, 1, 1), min(date(year, 12, 31), today)) if 2010 <= year <= today.year else None


def _iso(found: re.Match[str], today: date) -> Span | None:
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:
        return None
    return Span(day, day)


_NUMBER = r"(?P<n>\d{1,3}|" + "|".join(sorted(WORDS, key=len, reverse=True)) + "|couple of)"
_ZH_NUMBER = r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})"
_LONG_MONTH = "|".join(m for m in _NAMED if m != "may")
_ORDINALS = {
    w: i for i, w in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"), 1
    )
} | {"fifteenth": 15, "twentieth": 20, "thirtieth": 30, "thirty-first": 31}  # fmt: skip
_ANY_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_BARE_MONTH = "|".join(sorted((m for m in _MONTHS if m not in ("may", "mar", "sep")), key=len, reverse=True))
_SOME_MONTH = re.compile(
    r"\b(?:" + "|".join(sorted((m for m in _MONTHS if m not in ("may", "mar", "sep")), key=len, reverse=True))
    + r")\b|(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月"
)  # fmt: skip
_EN_YEAR = r"(?:,? (?:of )?(?P<year>20\d\d|last year|this year))?"
_ZH_YEAR = r"(?:(?P<year>20\d\d年|去年|今年)的?)?"
_EN_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_ZH_MONTH = r"(?P<month>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月"
_WEEKDAY = "(?P<weekday>" + "|".join(sorted(_DAYS, key=len, reverse=True)) + ")"
_SEASON = "(?P<season>" + "|".join(_SEASONS) + ")"

PATTERNS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"\b(?:on )?(?P<day>\d{4}-\d\d-\d\d)\b", _iso),
        (
            r"(?P<which>上|这|本)?个?月?(?:(?P<year>20\d\d年|去年|今年)的?)?(?:(?P<month>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?的?)?(?P<third>[上中下])旬",
            _third,
        ),
        (
            r"\b(?:in |during |over |for )?(?:the )?(?P<edge>first|last) (?:"
            + _NUMBER
            + r" )?(?:days?|(?P<weeks>weeks?)) (?:of|in) (?:(?P<month>"
            + _ANY_MONTH
            + r")|(?P<back>last month)|(?P<whole>the year|this year)|(?:the|this) month)\b",
            _edge,
        ),
        (
            r"(?:(?P<month>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?|(?P<back>上个?月)|(?:这个?|本)月|(?P<whole>今年))的?(?P<edge>头|前|最后|后)(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:天|日|个?(?P<weeks>周|星期|礼拜))",
            _edge,
        ),
        (
            r"\b(?:between |from |on )?(?:the )?(?P<a>\d{1,2})(?:st|nd|rd|th)? ?(?:and|to|-|–|until|till) ?(?:the )?(?P<b>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?P<month>"
            + _ANY_MONTH
            + r")\b"
            + _EN_YEAR,
            _days_of,
        ),
        (
            r"\b(?:between |from )?(?P<month>"
            + _ANY_MONTH
            + r"),? (?:from )?(?:the )?(?P<a>\d{1,2})(?:st|nd|rd|th)? ?(?:and|to|-|–|until|through) ?(?:the )?(?P<b>\d{1,2})(?:st|nd|rd|th)?\b(?! (?:days|weeks|times))",
            _days_of,
        ),
        (
            r"从?" + _ZH_YEAR + _ZH_MONTH + r"(?P<a>\d{1,2})[日号]?(?:到|至|-|–|—|~)(?P<b>\d{1,2})[日号](?:之间|期间)?",
            _days_of,
        ),
        (
            r"\b(?:on )?the (?P<day>" + "|".join(_ORDINALS) + r") of (?P<month>" + _ANY_MONTH + r")\b" + _EN_YEAR,
            _named_day,
        ),
        (r"\b(?:on )?(?:the )?" + _EN_DAY + r"(?: of)? (?P<month>" + _ANY_MONTH + r")\b" + _EN_YEAR, _named_day),
        (
            r"\b(?:on )?(?P<month>"
            + _ANY_MONTH
            + r") (?:the )?"
            + _EN_DAY
            + r"(?!\d| (?:days|weeks|times|of\b))\b"
            + _EN_YEAR,
            _named_day,
        ),
        (
            _ZH_YEAR + _ZH_MONTH + r"(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})[日号]?(?:那天|当天)?(?![天周个月])",
            _named_day,
        ),
        *(
            (
                r"\b(?:on |at )?(?:last )?" + feast + r"\b" if feast.isascii() else feast + "(?:那天|当天)?",
                _feast(*when),
            )
            for feast, when in _FEASTS.items()
        ),
        (
            r"\b(?:in |over |during |within |for )?(?:the )?(?:past|last|previous) "
            + _NUMBER
            + r" (?:days|nights|(?P<weeks>weeks)|(?P<months>months))\b",
            _past,
        ),
        (r"\b(?:in |over |during )?the past (?:(?P<weeks>week)|(?P<months>month))\b", _past),
        (
            r"(?:在)?(?:过去|最近|近|前|这)的?"
            + _ZH_NUMBER
            + r"(?:天|日|个?(?P<weeks>周|星期|礼拜)|个(?P<months>月))(?:里面?|内|以来|中|来)?",
            _past,
        ),
        (r"\b(?:" + _NUMBER + r"|a) (?P<unit>day|week|month)s? ago\b", _ago),
        (_ZH_NUMBER + r"个?(?P<unit>天|周|星期|月)(?:以|之)?前", _ago),
        (
            r"\b(?:so far )?this year\b(?:'s)?(?: so far)?|今年(?:以来)?(?![春夏秋冬上下])|年初(?:以来|到现在|至今)|\byear to date\b",
            _year(0),
        ),
        (r"\blast year(?:'s)?\b|去年(?![春夏秋冬上下])", _year(1)),
        (r"\bthe year before last\b|前年", _year(2)),
        (r"\bthe week before last\b|上上个?(?:周|星期|礼拜)(?![一二三四五六日天末])", _week(2)),
        (r"\bthe month before last\b|上上个?月", _month(2)),
        (r"\b(?:this|the current) week(?:end)(?:'s)?\b|(?:这个?|本)周末", _weekend(0)),
        (r"\b(?:last|past) weekend(?:'s)?\b|上个?周末", _weekend(1)),
        (
            r"(?P<which>上上|上|这|本)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])(?![二三四五六日、和])",
            _weekday_zh,
        ),
        (
            r"\b(?:so far )?(?:in )?(?:this|the current) week(?:'s)?\b(?: so far)?|本周|这一?个?(?:周|星期|礼拜)|本星期",
            _week(0),
        ),
        (r"\b(?:last|the previous) week(?:'s)?\b|上一?个?(?:周|星期|礼拜)", _week(1)),
        (
            r"\b(?:so far )?(?:in )?(?:this|the current) month(?:'s)?\b(?: so far)?|本月份?|这一?个?月份?|当月",
            _month(0),
        ),
        (r"\b(?:last|the previous) month(?:'s)?\b|上一?个?月份?", _month(1)),
        (r"\bthis quarter(?:'s)?\b|(?:这个?|本)季度", _quarter(0)),
        (r"\blast quarter(?:'s)?\b|上个?季度", _quarter(1)),
        (
            r"\b(?:(?:in|during|over|of) )?(?:(?P<which>this|last|the|past) )?"
            + _SEASON
            + r"(?:'s)?(?: (?P<year>20\d\d))?\b(?<!\bfall)",
            _season,
        ),
        (r"(?:(?P<which>这个?|去年|今年|上个)的?)?(?:(?P<year>20\d\d年)的?)?(?P<season>[春夏秋冬][天季])", _season),
        (r"(?P<year>今年|去年的?)?(?P<half>上半年|下半年)", _half),
        (
            r"\b(?:(?:in|during|for|of|over|from) )?(?P<month>"
            + _BARE_MONTH
            + r")(?:'s)?\b"
            + _EN_YEAR
            + r"(?: so far)?(?! \d{1,2}\b)",
            _named_month,
        ),
        (
            r"\b(?:(?:in|during|for|of|since|from|and|vs|than|until|before|after|this|last|over) )(?P<month>"
            + _ANY_MONTH
            + r")\b"
            + _EN_YEAR
            + "(?: so far)?",
            _named_month,
        ),
        (_ZH_YEAR + _ZH_MONTH + r"份?(?:里面?|间|当中)?(?!\d|[一二三四五六七八九十])", _named_month),
        (
            r"\b(?:in |during |for |of |over |throughout |(?:all|the whole) of )?(?:the year )?(?P<year>20\d\d)(?:'s)?(?: so far| to date| until now| up to now| only| alone)",
            _named_year,
        ),
        (
            r"\b(?:so far |up to now |to date )?(?:in|during|for|of|over|throughout|since) (?:the year )?(?<!since )(?P<year>20\d\d)\b(?!-\d)",
            _named_year,
        ),
        (
            r"(?:^|(?<=[,;:(] )|(?<=since )|(?<=from ))(?:the year )?(?P<year>20\d\d)\b(?=\s*(?:[,.;:?!)]|$|by\b|per\b|vs\b))(?!-\d)",
            _named_year,
        ),
        (r"(?P<year>20\d\d)年", _named_year),
        (
            r"\b(?:(?:in|over|during|within|for) )?(?:the )?(?:next|coming|following|upcoming) "
            + _NUMBER
            + r" (?:days|nights|(?P<weeks>weeks)|(?P<months>months))\b",
            _ahead,
        ),
        (
            r"(?:在)?(?:接下来|未来|今后|往后|之后|后面)的?"
            + _ZH_NUMBER
            + r"(?:天|日|个?(?P<weeks>周|星期|礼拜)|个(?P<months>月))(?:里面?|内|之内|以内|中)?",
            _ahead,
        ),
        (r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})天(?:之|以)?内(?=就?要?(?:到期|过期|截止))", _ahead),
        (
            r"\b(?:in |during |for )?(?:the )?(?:next|coming|following) week(?:'s)?\b(?! of\b)|下一?个?(?:周|星期|礼拜)(?![一二三四五六日天末])",
            _whole_ahead("week"),
        ),
        (r"\b(?:(?:on|at|over) )?(?:the )?(?:next|coming) weekend(?:'s)?\b|下个?周末", _whole_ahead("weekend")),
        (
            r"\b(?:in |during |for )?(?:the )?(?:next|coming|following) month(?:'s)?\b|下一?个?月份?",
            _whole_ahead("month"),
        ),
        (r"\bnext year(?:'s)?\b|明年", _whole_ahead("year")),
        (r"\bthe day after tomorrow\b|后天", _day(-2)),
        (r"\btomorrow(?:'s)?\b|明天|明日|明晚", _day(-1)),
        (r"\bthe day before yesterday\b|前天", _day(2)),
        (r"\btoday(?:'s)?\b|今天|今日|\btonight(?:'s)?\b|今晚", _day(0)),
        (r"\byesterday(?:'s)?\b|昨天|昨日|昨晚", _day(1)),
        (r"\b(?:on )?(?:(?P<which>last|this|past) )" + _WEEKDAY + r"(?:'s)?\b", _weekday),
        (r"\b(?:(?P<which>(?!))|(?:on|since|until) )" + _WEEKDAY + r"\b(?:'s)?", _weekday),
        (
            r"\b(?:between |from )?(?:the )?(?P<a>\d{1,2})(?:st|nd|rd|th)? ?(?:and|to|-|–|through|thru|until|till) ?(?:the )?(?P<b>\d{1,2})(?:st|nd|rd|th)\b",
            _ordinals,
        ),
        (r"从?(?P<a>\d{1,2})[日号]?(?:到|至|-|–|—|~)(?P<b>\d{1,2})[日号](?:之间|期间)?", _ordinals),
        (r"\b(?:on )?the " + _EN_DAY + r"(?<=[a-z])\b", _this_months_day),
        (r"(?<![月\d])(?P<day>\d{1,2})号", _this_months_day),
    )
)
