# ruff: noqa: E501 - patterns of words, one line each.
"""Times that come again: days of the week, hours of the day, as filters; English and Chinese.

`find` gives cues: `weekend`, `workdays`, `on_weekday` (value: the days, Monday 1, as "2,4"), `hour` (value: "from-to" in
hours, "21-24"), and `all_week` for "Monday to Sunday", which restricts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from madeleine_miniapp.domain.questions.times import terms as t

_DAY = rf"(?:{t.WEEKDAY})"
_JOIN = r"(?:,? ?(?:and|or|&|\+|/|,) ?(?:on )?(?:an? )?)"
_PARTS = {"morning": "0-12", "afternoon": "12-18", "evening": "18-24", "forenoon": "0-12"}
_ZH_PARTS = {
    "早上": "0-12",
    "上午": "0-12",
    "早晨": "0-12",
    "清晨": "0-12",
    "中午前": "0-12",
    "下午": "12-18",
    "午后": "12-18",
    "晚上": "18-24",
    "傍晚": "18-24",
}
_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_CLOCK = rf"(?:(?P<h{{0}}>\d{{{{1,2}}}}(?![\d,]|\.\d\d\d)|{_WORDS})(?:[:.](?P<m{{0}}>\d\d))?(?: ?(?P<ap{{0}}>a\.?m\b\.?|p\.?m\b\.?|o'clock|h\b)| in the (?P<part{{0}}>morning|afternoon|evening)| at (?P<night{{0}}>night))?|(?P<word{{0}}>noon|midday|midnight))"
_ZH_CLOCK = r"(?P<zpart{0}>早上|上午|凌晨|清晨|下午|晚上|中午|夜里|傍晚)?(?P<zh{0}>\d{{1,2}}|[一二两三四五六七八九十]{{1,3}})(?:点|[:：](?P<zm{0}>\d\d))(?P<half{0}>半)?钟?"


@dataclass(frozen=True, slots=True)
class Recurring:
    """A filter that the text names, from `start` to `end`."""

    start: int
    end: int
    name: str
    value: str = ""

    def text(self, of: str) -> str:
        """The words that name it."""
        return of[self.start : self.end]


def _hour(found: re.Match[str], at: str) -> float | None:
    """The hour of the day; None where it may be of the morning or of the evening."""
    told = {k: v for k, v in found.groupdict().items() if v}
    if word := told.get(f"word{at}"):
        return 24.0 if word == "midnight" else 12.0
    if chinese := told.get(f"zh{at}"):
        hour = float(t.count(chinese) if not chinese.isdecimal() else int(chinese))
        late = told.get(f"zpart{at}", told.get("zpart1", "")) in ("下午", "晚上", "傍晚", "夜里") and hour < 12
        return hour + (12 if late else 0) + (0.5 if f"half{at}" in told else 0) + float(told.get(f"zm{at}", 0)) / 60
    text = told.get(f"h{at}", "")
    hour = float(t.count(text) if not text.isdecimal() else int(text))
    part = told.get(f"part{at}", "")
    sign = told.get(f"ap{at}", told.get("ap2", "")) or (
        "am" if part == "morning" else "pm" if part or f"night{at}" in told else ""
    )
    bare = not sign and f"m{at}" not in told
    if hour > 24 or (bare and at == "1" and "h2" not in told and _COUNTS.match(found.string[found.end() :])):
        return None
    if sign.startswith("p") and hour < 12:
        hour += 12
    elif sign.startswith("a") and hour == 12:
        hour = 0.0
    elif bare and hour <= 12:
        near = found.string
        if re.search(r"\b(?:evening|night|tonight|dinner|afternoon)s?\b", near):
            hour += 12 if hour < 12 else 0
        elif not re.search(r"\b(?:morning|breakfast)s?\b", near):
            return None
    return hour + float(told.get(f"m{at}", 0)) / 60


def _before(found: re.Match[str]) -> str:
    hour = _hour(found, "1")
    return "" if hour is None else f"0-{hour:g}"


def _from(found: re.Match[str]) -> str:
    hour = _hour(found, "1")
    return "" if hour is None else f"{hour:g}-24"


def _within(found: re.Match[str]) -> str:
    first, last = _hour(found, "1"), _hour(found, "2")
    return "" if first is None or last is None or first >= last else f"{first:g}-{last:g}"


def _part(found: re.Match[str]) -> str:
    return _PARTS[found["dp"]]


def _part_zh(found: re.Match[str]) -> str:
    return _ZH_PARTS[found.group()]


_AT = _CLOCK.format(1)
# A bare number is an hour only where nothing is counted: "after 6 sessions".
_COUNTS = re.compile(
    r" ?(?:%|[a-z])(?<! [a-z])| (?!(?:in|on|at|since|this|last|during|or|and|was|is|did|do|have|how|per)\b)[a-z]"
)
_AFTER = r"(?:(?:late,? )?after|later than|past|from|not before|no earlier than)"
_BEFORE = r"(?:before|earlier than|by|until|till|not after|no later than)"
_HOURS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(words), read)
    for words, read in (
        (rf"\b(?:between|from) {_CLOCK.format(1)} ?(?:and|to|-|–|till|until) ?{_CLOCK.format(2)}", _within),
        (rf"\b(?:(?:at|from|by) )?{_AT} (?:or|and) (?:later|after|afterwards|onwards?|beyond|past)\b(?! \d)", _from),
        (rf"\b(?:(?:at|by) )?{_AT} (?:or|and) (?:earlier|before|sooner)\b(?! \d)", _before),
        (rf"\b{_AFTER} (?:about )?{_AT}(?: onwards?\b)?", _from),
        (rf"\b{_BEFORE} (?:about )?{_AT}", _before),
        (rf"{_ZH_CLOCK.format(1)}(?:到|至|-|~){_ZH_CLOCK.format(2)}(?:之间)?", _within),
        (rf"{_ZH_CLOCK.format(1)}(?:钟)?(?:[以之]?前)", _before),
        (rf"{_ZH_CLOCK.format(1)}(?:钟)?(?:[以之]?后|或更晚|起)", _from),
        (
            r"\b(?:in the |of (?:the )?)?(?P<dp>morning|afternoon|evening|forenoon)s?\b(?! (?:person|run|walk|shift|star|routine|pages|yoga))",
            _part,
        ),
        (
            r"(?<![一两二三四五六七八九十\d]个)(?:早上|上午|早晨|清晨|下午|午后|傍晚|晚上)(?![吃睡]?饭|好(?![吗还些一多]))",
            _part_zh,
        ),
    )
)
_WEEKEND = re.compile(
    r"\b(?:falls?|fell|fallen|falling|lands?|landed|(?:took|takes?|taking) place|happen(?:s|ed)?|was|were) (?:at|on|over|during) (?:an? |the )?weekends?\b|\b(?:at|on|over|during) (?:an? |the )?weekends?\b|\bweekends?\b|\bsat(?:urday)?s?(?: ?(?:/|&|and|or|\+|-|,) ?(?:on )?(?:an? )?)sun(?:day)?s?\b(?!,? \d)|周末|双休日|周六[和、或与到至]?(?:周|星期|礼拜)?日|周六周?日|(?:星期|礼拜)六[和、或与到至]?(?:星期|礼拜)?[日天]"
)
_WORKDAYS = re.compile(
    r"\b(?:on |during )?(?:the )?(?:weekdays?|work(?:ing)? ?days?)\b|\b(?:on )?mon(?:day)?s? ?(?:-|–|to|through|thru|till|until|/) ?fri(?:day)?s?\b|\b(?:during|in|through) the week\b(?! (?:of|before|after|from|starting|with|that))|工作日|平日|平时|(?:周|星期|礼拜)一(?:到|至|-|~)(?:周|星期|礼拜)?五"
)
_ALL_WEEK = re.compile(
    r"\bmon(?:day)?s? ?(?:-|–|to|through|thru|till|until) ?sun(?:day)?s?\b|从?(?:周|星期|礼拜)一(?:到|至|-|~)(?:周|星期|礼拜)?[日天]|\b(?:starting|beginning) (?:with|on|from) monday\b|\bmondays? first\b"
)
_RANGE = re.compile(rf"\b(?:on )?(?P<a>{_DAY})s? ?(?:-|–|to|through|thru) ?(?P<b>{_DAY})s?\b")
_ZH_RANGE = re.compile(r"(?:周|星期|礼拜)(?P<a>[一二三四五六])(?:到|至|-|~)(?:周|星期|礼拜)?(?P<b>[二三四五六日天])")
_PLURAL = re.compile(
    rf"\b(?:(?:on|of|all|every|for|the|my|our|her|his|their) )*(?P<days>(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|{_DAY}s)(?:{_JOIN}(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|{_DAY}s))*)\b"
)
_EACH = re.compile(
    rf"\b(?:(?:falls?|fell|falling|lands?|landed|happen(?:s|ed)?) )?(?:(?:on|of|at) )?(?:an?|any|every|each|your average|a typical|an average|a normal|the average) (?P<days>(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:{_JOIN}(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day))*)\b(?!s)"
)
_BARE = re.compile(
    r"\b(?:(?:on|at|in|of|for) )?(?<!last )(?<!this )(?<!next )(?<!on )(?P<days>(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?='?s? [a-z]{3,}(?:s|ing)\b)"
    rf"|\b(?:(?:on|in|of|for) )?(?P<days2>{_DAY})(?= (?:mornings|afternoons|evenings|nights)\b)"
)
# "Do I run more on saturdays or sundays": each for itself.
_COMPARED = re.compile(r"\b(?:more|less|fewer|better|worse|which|[a-z]+er|than|vs)\b|[更比哪]|还是")
_ZH_ONE = re.compile(
    r"(?:周|星期|礼拜)(?P<days>[一二三四五六日天])(?=(?:和|跟|与|比|还是|、)(?:周|星期|礼拜)[一二三四五六日天])"
    r"|(?<=[一二三四五六日天][和跟与比是、])(?:周|星期|礼拜)(?P<days2>[一二三四五六日天])"
)
_ZH_EACH = re.compile(
    r"(?:每个?|逢|所有的?|历次|凡是?)(?:周|星期|礼拜)(?P<days>[一二三四五六日天](?:[和、或与](?:周|星期|礼拜)?[一二三四五六日天])*)|(?<=[年月])的?(?:周|星期|礼拜)(?P<days2>[一二三四五六日天])(?![二三四五六日、和至到])"
)


def find(text: str) -> Iterator[Recurring]:
    """Every such filter in a normalised text, overlapping ones too."""
    for pattern, read in _HOURS:
        for found in pattern.finditer(text):
            if value := read(found):
                yield Recurring(found.start(), found.end(), "hour", value)
    for name, words in (("weekend", _WEEKEND), ("workdays", _WORKDAYS), ("all_week", _ALL_WEEK)):
        for found in words.finditer(text):
            if not (_apart(found.group()) and _COMPARED.search(text)):
                yield Recurring(found.start(), found.end(), name)
    for words in (_RANGE, _ZH_RANGE):
        for found in words.finditer(text):
            a, b = t.weekday(found["a"]) + 1, t.weekday(found["b"]) + 1
            if a < b and (a, b) not in ((1, 5), (1, 7), (6, 7)):
                yield Recurring(found.start(), found.end(), "on_weekday", ",".join(str(d) for d in range(a, b + 1)))
    if _COMPARED.search(text):
        for found in _ZH_ONE.finditer(text):
            day = str(_days(found["days"] or found["days2"])[0])
            yield Recurring(found.start(), found.end(), "on_weekday", day)
    for words in (_PLURAL, _EACH, _BARE, _ZH_EACH):
        for found in words.finditer(text):
            told = found.groupdict()
            days = _days(told["days"] or told["days2"] or "")
            if days == [6, 7] and not (_apart(found.group()) and _COMPARED.search(text)):
                yield Recurring(found.start(), found.end(), "weekend")
            elif (
                any(s in found.group() for s in ("days", "every", "each", "any", "周", "星期", "礼拜"))
                or words is not _PLURAL
            ):
                yield Recurring(found.start(), found.end(), "on_weekday", ",".join(str(d) for d in days))


def _apart(days: str) -> bool:
    """Whether days are named as two that one may choose between."""
    return bool(re.search(r" or |[或还]", days))


def _days(text: str) -> list[int]:
    named = re.findall(rf"{_DAY}|[一二三四五六日天]", text)
    return sorted({t.weekday(d) + 1 for d in named})
