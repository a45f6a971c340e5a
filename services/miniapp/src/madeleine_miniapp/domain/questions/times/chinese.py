# ruff: noqa: E501 - patterns of words, one line each.
"""Times that Chinese names by themselves; `parts` and `bounds` make others of them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from madeleine_miniapp.domain.questions.spans import LATEST, Span
from madeleine_miniapp.domain.questions.times import calendar as c
from madeleine_miniapp.domain.questions.times import terms as t
from madeleine_miniapp.domain.questions.times.near import numbered, numbered_days
from madeleine_miniapp.domain.questions.times.pieces import Atom, Pattern, back, pattern

_FEASTS = (
    ("跨年夜?|新年前夜|元旦前夜", "new year's eve"), ("元旦|新年(?!快乐)", "new year"), ("平安夜|圣诞(?:节)?前夜|圣诞前夕", "christmas eve"), ("圣诞节?", "christmas"),
    ("情人节", "valentine"), ("万圣节", "halloween"), ("妇女节|三八节|女神节", "women's day"), ("愚人节", "april fool"), ("劳动节|(?<![周期拜])五一(?!\\d)", "may day"),
    ("国庆节?(?!假期|期间|那几天|黄金周|长假)", "national day"), ("感恩节", "thanksgiving"), ("复活节", "easter"),
    ("春节(?!假期|期间|那几天|前后)|大年初一", "spring festival"), ("端午节?", "dragon boat"), ("中秋节?", "mid-autumn"), ("除夕夜?|大?年三十", "lunar new year's eve"), ("元宵节?", "lantern"), ("七夕节?", "seventh night"),
    ("(?<![周期拜])六一儿童节|(?<![周期拜])六一(?!\\d)|儿童节", "children's day"), ("教师节", "teachers' day"), ("双十一|双11", "singles' day"), ("双十二|双12", "double twelve"),
)  # fmt: skip
_YEARS = {"今年": 0, "本年": 0, "这一年": 0, "去年": 1, "上一年": 1, "前年": 2, "明年": -1}


def _year(found: re.Match[str], today: date) -> int | None:
    told = (found.groupdict().get("year") or "").rstrip("的")
    return None if not told else today.year - _YEARS[told] if told in _YEARS else int(told[:4])


def _date(found: re.Match[str], today: date) -> Span | None:
    return c.dated(t.month(found["month"]), t.ordinal(found["day"]), _year(found, today), today)


def _dates(found: re.Match[str], today: date) -> Span | None:
    """2月1号到14号: days of one month."""
    month, year = t.month(found["month"]), _year(found, today)
    first, last = t.ordinal(found["a"]), t.ordinal(found["b"])
    if year is None:
        of = c.nearest(month, first, today)
        year = of.year if of else 1
    if not (c.is_day(year, month, first) and c.is_day(year, month, last) and first <= last):
        return None
    return Span(date(year, month, first), date(year, month, last))


def _month(found: re.Match[str], today: date) -> Span | None:
    month, year = t.month(found["month"]), _year(found, today)
    return c.month_of(year, month, today) if year else c.latest_month(month, today)


def _third(found: re.Match[str], today: date) -> Span | None:
    """上旬, 中旬, 下旬: the ten days of a month; 上半月, 下半月."""
    if found["month"]:
        whole = _month(found, today) or c.whole("month", 0, today)
    else:
        whole = c.whole("month", 1 if (found["which"] or "").startswith("上") else 0, today)
    if found["part"] in ("上半月", "下半月"):
        return c.half(whole, second=found["part"][0] == "下", today=today)
    year, month = whole.first.year, whole.first.month
    first, last = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, monthrange(year, month)[1])}[found["part"]]
    return Span(date(year, month, first), date(year, month, last))


def _year_half(found: re.Match[str], today: date) -> Span | None:
    whole = c.whole("year", today.year - (_year(found, today) or today.year), today)
    return c.half(whole, second=found["half"] == "下", today=today)


def _season(found: re.Match[str], today: date) -> Span | None:
    told = (found["year"] or "").rstrip("的")
    if told == "去年":
        return c.season(found["season"][0], None, "last year", today)
    if told in ("今年", ""):
        return c.season(found["season"][0], None, "last" if (found["which"] or "").startswith("上") else "", today)
    return c.season(found["season"][0], _year(found, today), "", today)


def _quarter(found: re.Match[str], today: date) -> Span | None:
    number, year = t.ordinal(found["q"]), _year(found, today) or today.year
    return c.month_of(year, number * 3 - 2, today, 3) if 1 <= number <= 4 else None


def _months(found: re.Match[str], today: date) -> Span | None:
    """一到三月."""
    first, last = t.month(found["a"]), t.month(found["b"])
    if not first or not first < last <= 12:
        return None
    year = _year(found, today) or today.year - (first > today.month)
    return c.month_of(year, first, today, last - first + 1)


def _half_month(found: re.Match[str], today: date) -> Span | None:
    """二月前半个月, 上个月后半月."""
    whole = (_month(found, today) if found["month"] else None) or c.whole("month", 1 if found["back"] else 0, today)
    return c.half(whole, second=found["half"] in "下后", today=today)


def _rolling_half(found: re.Match[str], today: date) -> Span | None:
    return c.rolling(15, "day", today) if found["unit"] == "月" else c.rolling(6, "month", today)


def _golden_week(found: re.Match[str], today: date) -> Span | None:
    first = c.feast("national day", _year(found, today), today)
    return Span(first, first + timedelta(days=6)) if first else None


def _may_holiday(found: re.Match[str], today: date) -> Span | None:
    first = c.feast("may day", _year(found, today), today)
    return Span(first, first + timedelta(days=4)) if first else None


def _whole_year(found: re.Match[str], today: date) -> Span | None:
    year = _year(found, today)
    return c.whole("year", today.year - year, today) if year else None


def _whole(found: re.Match[str], today: date) -> Span | None:
    which = found["which"]
    back = (
        2
        if which.startswith("上上")
        else 1
        if which.startswith(("上", "前一"))
        else -1
        if which.startswith("下")
        else 0
    )
    return c.whole("weekend" if found["unit"] == "周末" else t.unit(found["unit"]), back, today)


def _weekday(found: re.Match[str], today: date) -> Span | None:
    which = found["which"] or ""
    if not which and re.search(r"[年月]的?$", found.string[: found.start()]):
        # 今年周六 are all of the year's Saturdays: `cues` has them.
        return None
    back = {"上上": 14, "上": 7, "下": -7}.get(which.rstrip("一个"), 0)
    return c.day(today - timedelta(days=today.weekday() + back - t.weekday(found["weekday"])))


def _rolling(found: re.Match[str], today: date) -> Span | None:
    number, unit = t.count(found["n"]), t.unit(found["unit"])
    return c.rolling(number, unit, today) if number and unit != "quarter" else None


def _ago(found: re.Match[str], today: date) -> Span | None:
    number, unit = t.count(found["n"]), t.unit(found["unit"])
    return c.whole(unit, number, today) if number and unit != "hour" else None


def _coming(found: re.Match[str], today: date) -> Span | None:
    number, unit = t.count(found["n"]), t.unit(found["unit"])
    return c.coming(number, unit, today) if number and unit not in ("hour", "quarter") else None


def _feast(name: str) -> Atom:
    def read(found: re.Match[str], today: date) -> Span | None:
        of = c.feast(name, _year(found, today), today)
        return c.day(of) if of else None

    return read


def _may_day(found: re.Match[str], today: date) -> Span | None:
    return (
        None
        if not found.group().endswith("天") and re.match(r"去|要去|出[发游]|旅", found.string[found.end() :])
        else _feast("may day")(found, today)
    )


_YEAR = rf"(?:(?P<year>{t.YEAR}年|今年|去年|前年|明年)的?)?"
_TO = "(?:到|至|-|–|—|~)"
_INSIDE = "(?:之?内|以内|里面?|中|来|以来|期间)?"

ATOMS: tuple[Pattern, ...] = (
    pattern(rf"{_YEAR}国庆节?(?:假期|期间|那几天|黄金周|长假)", _golden_week),
    pattern(rf"{_YEAR}(?:五一|劳动节)(?:小?长假|假期|期间|黄金周|那几天)", _may_holiday),
    pattern(rf"{_YEAR}从?(?P<a>{t.ZH_MONTH})月?{_TO}(?P<b>{t.ZH_MONTH})月份?(?:之间|期间)?(?!\d|[一二三四五六七八九十号日])", _months),
    pattern(rf"{_YEAR}(?:(?P<month>{t.ZH_MONTH})月份?的?|(?P<back>上一?个?月)的?|(?:这个?|本|当)月的?)(?P<half>[上下前后])半个?月", _half_month),
    pattern(rf"(?:过去|最近|近|前|这)的?半个?(?P<unit>年|月){_INSIDE}", _rolling_half),
    pattern(rf"(?<![近过去来第\d])(?P<n>{t.ZH_COUNT})(?P<unit>{t.ZH_UNIT})(?:之|以)?内(?!就?要?(?:到期|过期|截止))", _rolling),
    pattern(rf"{_YEAR}(?P<month>{t.ZH_MONTH})月份?(?P<a>{t.ZH_DAY})[日号]?{_TO}(?P<b>{t.ZH_DAY})[日号](?:之间|期间)?", _dates),
    pattern(rf"{_YEAR}(?P<month>{t.ZH_MONTH})月(?P<day>{t.ZH_DAY})[日号]?(?:那一?天|当天|当日|一整天|整天|全天|这一?天)?(?![天周个月年次共起直边般])", _date),
    pattern(r"(?<![\d/])(?P<month>1[0-2]|[1-9])/(?P<day>[12]\d|3[01]|[1-9])(?:那天|当天)?(?=[\u3400-\u9fff，。？！])", _date),
    pattern(rf"(?P<which>上|这|本)?个?月?{_YEAR}(?:(?P<month>{t.ZH_MONTH})月份?的?)?(?P<part>[上中下]旬|[上下]半月)", _third),
    pattern(rf"{_YEAR}(?P<half>[上下])半年", _year_half),
    *(pattern(rf"{_YEAR}(?:{words})(?:那天|当天)?", _may_day if name == "may day" else _feast(name), "feast") for words, name in _FEASTS),
    pattern(rf"(?:在)?(?:过去|最近|近|(?<![往之以])前|这)的?(?P<n>{t.ZH_COUNT})(?P<unit>{t.ZH_UNIT}){_INSIDE}(?!多|[以之]?前)", _rolling),
    pattern(rf"(?P<n>{t.ZH_COUNT})(?P<unit>{t.ZH_UNIT})(?:[以之]?前)", _ago),
    pattern(rf"(?:在)?(?:接下来|未来|今后|往后|之后|后面|将来)的?(?P<n>{t.ZH_COUNT})(?P<unit>{t.ZH_UNIT}){_INSIDE}", _coming),
    pattern(rf"(?P<n>{t.ZH_COUNT})(?P<unit>天)(?:之|以)?内(?=就?要?(?:到期|过期|截止))", _coming),
    pattern(r"(?P<which>上上|上一|上|下一|下|这一|这|本|前一)个?(?P<unit>周末|季度)", _whole),
    pattern(r"(?P<which>上上|上一|上|下一|下|这一|这|本)?个?(?:周|星期|礼拜)(?P<weekday>一(?![共直起般次样下定])|日(?![均记常程])|[二三四五六天])(?![二三四五六日、和]|到|至)", _weekday),
    pattern(r"(?P<which>上上|上一|上|下一|下|这一|这|本|当)个?(?P<unit>周|星期|礼拜|月)份?(?!末|[上中下]旬)", _whole),
    pattern(rf"{_YEAR}第?(?P<q>[一二三四1-4])季度", _quarter),
    pattern(rf"(?:(?P<which>这个?|上一?个)的?)?{_YEAR}(?P<season>[春夏秋冬][天季])", _season),
    pattern(r"年初", lambda _, d: c.day(date(d.year, 1, 1)), "start"),
    pattern(r"月初", lambda _, d: c.day(date(d.year, d.month, 1)), "start"),
    pattern(rf"{_YEAR}(?P<month>{t.ZH_MONTH})月份?(?!\d|(?!一[共起直边般])[一二三四五六七八九十])", _month),
    pattern(rf"(?P<year>{t.YEAR}年|今年|本年|这一年|去年|前年|明年)(?!初)", _whole_year),
    pattern(r"大前天", back("day", 3)),
    pattern(r"前天", back("day", 2)),
    pattern(r"大后天", back("day", -3)),
    pattern(r"后天", back("day", -2)),
    pattern(r"昨[天日晚]", back("day", 1)),
    pattern(r"明[天日晚]", back("day", -1)),
    pattern(r"今[天日晚]", back("day", 0)),
    pattern(rf"从?(?P<a>\d{{1,2}})[日号]?{_TO}(?P<b>\d{{1,2}})[日号](?:之间|期间)?", numbered_days),
    pattern(r"(?<![月\d])(?P<day>\d{1,2})[号](?:那天|当天)?", numbered),
    pattern(r"(?:还没到|尚未到来|将要到来|即将到来)的?", lambda _, d: Span(d, LATEST)),
    pattern(r"现在|目前|此刻|如今", back("day", 0), "now"),
)  # fmt: skip
