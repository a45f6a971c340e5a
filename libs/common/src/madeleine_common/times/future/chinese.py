"""Chinese words for times (simplified; `reading.plain` has made them so), each with the parts that it names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from madeleine_common.times.future.components import Component, Said, after, clock
from madeleine_common.times.numbers import HAN, number

_DAYS = {"大后": 3, "后": 2, "明": 1, "今": 0, "昨": -1, "前": -2}
_PARTS = {
    "凌晨": "dawn",
    "清晨": "early",
    "大清早": "early",
    "早上": "morning",
    "早晨": "morning",
    "一早": "morning",
    "早": "morning",
    "上午": "morning",
    "中午": "noon",
    "正午": "noon",
    "午后": "afternoon",
    "下午": "afternoon",
    "傍晚": "dusk",
    "黄昏": "dusk",
    "晚上": "night",
    "晚间": "night",
    "夜晚": "night",
    "晚": "night",
    "夜里": "late",
    "深夜": "late",
}
_PART = "(?P<part>凌晨|大清早|清晨|早上|早晨|一早|上午|中午|正午|午后|下午|傍晚|黄昏|晚上|晚间|夜晚|夜里|深夜)"
_N = rf"(?:\d{{1,4}}(?:\.\d{{1,2}})?|{HAN}|几)"
_UNIT = "(?:秒钟|秒|分钟|分|小时|个钟头|钟头|天|日|周|星期|礼拜|个月|年)"
_PIECE = (
    rf"(?:(?P<quarters>[一三1-3])刻钟|(?P<halved>半)个?(?P<of>小时|钟头|天|月|年)"
    rf"|(?P<count>{_N})(?P<half>(?:个半)?)(?:个(?!月))?(?P<unit>{_UNIT}|(?<=个半)月)(?P<more>半?))"
)
_PLAIN = re.sub(r"\(\?P<\w+>", "(?:", _PIECE)
DURATION = rf"{_PLAIN}(?:[零又, ]?{_PLAIN})*"
_SECONDS = {
    "秒": 1,
    "分": 60,
    "小": 3600,
    "钟": 3600,
    "天": 86400,
    "日": 86400,
    "周": 604800,
    "星": 604800,
    "礼": 604800,
}
_WEEK = "(?:周|星期|礼拜)"
# 下下个: the week, or month, after next.
_WHICH = "(?P<which>下下|下|这|本|上)个?"
_AHEAD = {"下下": 2, "下": 1, "这": 0, "本": 0, "上": -1}
_YEARS = {"今年": 0, "明年": 1, "后年": 2, "去年": -1}
_YEAR = r"(?:(?P<year>20\d\d|[二][零〇一二三四五六七八九]{3})年|(?P<years>今年|明年|后年|去年))"
_MONTH = r"(?P<month>\d{1,2}|十[一二]?|[一二三四五六七八九])月份?"
_DAY = r"(?P<day>\d{1,2}|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_HOUR = r"(?P<hour>\d{1,2}|二十[一二三四]?|十[一二三四五六七八九]?|[零〇一二两三四五六七八九])"
_MINUTE = r"(?P<minute>\d{1,2}|[二三四五]?十[一二三四五六七八九]?|[零〇]?[一二三四五六七八九])"


def duration(text: str) -> Said:
    """Months, days and seconds of 一个半小时, 两天零三小时."""
    months, days, seconds = 0.0, 0.0, 0.0
    for piece in re.finditer(_PIECE, text):
        if piece["quarters"]:
            seconds += 900 * number(piece["quarters"])
            continue
        amount = 0.5 if piece["halved"] else number(piece["count"])
        amount += 0.5 * bool(piece["half"]) + 0.5 * bool(piece["more"])
        unit = (piece["of"] or piece["unit"]).removeprefix("个")
        if unit in ("月", "年"):
            months += amount * (12 if unit == "年" else 1)
        elif (whole := amount * _SECONDS[unit[0]] / 86400).is_integer() and unit[0] not in "秒分小钟":
            days += whole
        else:
            seconds += amount * _SECONDS[unit[0]]
    return after(months, days, seconds)


def _relative(m: re.Match[str]) -> Said:
    said: dict[str, Any] = {"days": _DAYS[m["day"]]}
    if m["part"]:
        said["part"] = _PARTS[m["part"]]
    return said


def _weekday(m: re.Match[str]) -> Said:
    day = m["weekday"]
    said: dict[str, Any] = {"weekday": 6 if day in "日天" else int(number(day)) - 1}
    if m["which"]:
        said["weeks"] = _AHEAD[m["which"]]
    return said


def _dated(m: re.Match[str]) -> Said:
    said = _year(m)
    said["month"], said["day"] = int(number(m["month"])), int(number(m["day"]))
    return said


def _month(m: re.Match[str]) -> Said:
    return {**_year(m), "month": int(number(m["month"]))}


def _year(m: re.Match[str]) -> dict[str, Any]:
    if m["year"]:
        return {"year": int(number(m["year"]))}
    return {"years": _YEARS[m["years"]]} if m["years"] else {}


def _month_part(m: re.Match[str]) -> Said:
    said: dict[str, Any] = {"day": {"初": 1, "中": 15}.get(m["end"], -1)}
    if m["month"]:
        said["month"] = int(number(m["month"]))
    elif m["which"]:
        said["months"] = _AHEAD[m["which"]]
    return said


def _clock(m: re.Match[str]) -> Said:
    minute = {"半": 30, "一刻": 15, "三刻": 45}.get(m["rest"] or "")
    if minute is None:
        minute = int(number(m["minute"])) if m["minute"] else 0
    return clock(int(number(m["hour"])), minute)


def _less(m: re.Match[str]) -> Said:
    minutes = 15 if m["minutes"].endswith("刻") else int(number(m["minutes"].rstrip("分钟")))
    hour = int(number(m["hour"]))
    return clock((hour - 1) or 12, 60 - minutes)


def _zh(pattern: str, read: Callable[[re.Match[str]], Said], *, follows: bool = False) -> Component:
    return Component(re.compile(pattern), read, follows)


_REST = rf"(?P<rest>半|一刻|三刻|过?{_MINUTE}分?(?!钟?[以之过]?后))"
# 早一点 and 喝一点水 name no hour: a bare 一点 does after a day or a part of one, or where nothing stands before it.
_NO_NOUN = "(?!建议|意见|要求|想法|东西|水|饭|儿|吧)"

COMPONENTS = (
    _zh(rf"(?:再?过)?(?P<d>{DURATION})[以之过]?后", lambda m: duration(m["d"])),
    _zh(rf"再?过(?P<d>{DURATION})", lambda m: duration(m["d"])),
    _zh(rf"{DURATION}[以之]?前", lambda _: {"after_seconds": -1.0}),
    _zh(
        rf"每(?:隔?{DURATION}|个?(?:小时|天|日|周|星期|礼拜|月|年)|[早晚])(?:[一二三四五六日天])?",
        lambda _: {"recurs": True},
    ),
    _zh("(?P<day>大后|后|明|今|昨|前)[天日儿](?P<part>)", _relative),
    _zh("(?P<day>今|明|后|昨)(?P<part>早|晚)(?!上)", _relative),
    _zh(
        "(?P<day>今|明|后|昨)(?P<part>早上|晚上|晨)",
        lambda m: {"days": _DAYS[m["day"]], "part": _PARTS.get(m["part"], "morning")},
    ),
    _zh(rf"(?:{_WHICH})?{_WEEK}(?P<weekday>[一二三四五六日天]|[1-7](?!\d))", _weekday),
    _zh(
        rf"{_WHICH}{_WEEK}末",
        lambda m: {"weekend": True, "weeks": _AHEAD[m["which"]]} if _AHEAD[m["which"]] else {"weekend": True},
    ),
    _zh("周末", lambda _: {"weekend": True}),
    _zh(rf"{_WHICH}{_WEEK}", lambda m: {"weeks": _AHEAD[m["which"]]}),
    _zh(
        rf"(?:{_WHICH}月|(?P<month>\d{{1,2}}|十[一二]?|[一二三四五六七八九])月|月)的?(?P<end>底|末|初|中)(?!旬)",
        _month_part,
    ),
    _zh(rf"{_WHICH}月", lambda m: {"months": _AHEAD[m["which"]]}),
    _zh(
        "(?:(?P<years>今年|明年|后年))?年?的?(?<=年)[底末]|年[底末]",
        lambda m: {"month": 12, "day": -1, **({"years": _YEARS[m["years"]]} if m["years"] else {})},
    ),
    _zh(rf"(?:{_YEAR}的?)?{_MONTH}{_DAY}[日号]?(?!\d)", _dated),
    _zh(rf"(?:{_YEAR}的?)?{_MONTH}(?!{_N}|[内])", _month),
    _zh(_YEAR, _year),
    _zh(rf"{_DAY}[日号](?![楼线门房桌院馆])", lambda m: {"day": int(number(m["day"]))}),
    _zh("平安夜", lambda _: {"month": 12, "day": 24}),
    _zh("圣诞节?", lambda _: {"month": 12, "day": 25}),
    _zh("元旦", lambda _: {"month": 1, "day": 1}),
    _zh(rf"{_HOUR}(?:点|时(?![间候区])){_REST}(?!后)", _clock),
    _zh(rf"{_HOUR}(?:点[钟整]|时(?![间候区]))(?P<rest>)(?P<minute>)", _clock),
    _zh(rf"(?!一点){_HOUR}点(?P<rest>)(?P<minute>){_NO_NOUN}", _clock),
    _zh(rf"(?:^|(?<=[到在于我，,。]))(?P<hour>一)点(?P<rest>)(?P<minute>){_NO_NOUN}", _clock),
    _zh(rf"(?P<hour>一)点(?P<rest>)(?P<minute>){_NO_NOUN}", _clock, follows=True),
    _zh(rf"差(?P<minutes>一刻|{_MINUTE}分钟?)(?:到)?{_HOUR}点钟?".replace("(?P<minute>", "(?:"), _less),
    _zh(rf"{_HOUR}点差(?P<minutes>一刻|{_MINUTE}分)".replace("(?P<minute>", "(?:"), _less),
    _zh("(?:午夜|半夜)(?:十二点|12点|零点)?", lambda _: clock(24, 0, exact=True)),
    _zh("(?:这个|同一|同样的?)时[间候]", lambda _: {"part": "now"}),
    _zh(_PART, lambda m: {"part": _PARTS[m["part"]]}),
)

# What may stand between the parts of one expression, and before it.
GLUE = r"[的在于到，、]|提醒我们?(?:一下)?|叫我|记得|请"
LEADING = r"[在于到]"
