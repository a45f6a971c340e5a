"""When a phrase wants to be reminded: by the calendar, every so many days, or so long before or after a date."""

from __future__ import annotations

import re

_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "",
            "a an one the 1 一",
            "two couple 两 二",
            "three few 三",
            "four 四",
            "five 五",
            "six 六",
            "seven 七",
            "eight 八",
            "nine 九",
            "ten 十",
            "eleven 十一",
            "twelve 十二",
        )
    )
    for word in words.split()
}
NUMBER = (
    r"(?:\d{1,3}|an?|one|the|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:a )?couple(?: of)?|a few)"
)
NUMBER_ZH = r"(?:\d{1,3}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_UNITS = {"d": 1, "w": 7, "m": 30, "y": 365, "天": 1, "日": 1, "周": 7, "星": 7, "月": 30, "年": 365}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<m>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_NTH = r"(?P<d>\d{1,2}|first|last|second|third|fifteenth)(?:st|nd|rd|th)?"
_WORDED = {"first": 1, "second": 2, "third": 3, "fifteenth": 15, "last": 28}
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAY = r"(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:days?)?"
_WEEKDAYS = re.compile(
    rf"\b(?:(?:every|each|on|all)\s+(?P<l>{_DAY}(?:(?:\s*,\s*|\s+and\s+|\s*&\s*){_DAY})*)\b|(?P<p>(?:sun|mon"
    rf"|tues|wednes|thurs"
    r"|fri|satur)days)\b|(?P<o>(?:sun|mon|tues|wednes|thurs|fri|satur)day)\s+(?:mornings?|evenings?|nights?"
    r"|afternoons?)\b)",
    re.I,
)
_OF_YEAR = re.compile(
    rf"\b(?:{_NTH}\s+(?:of\s+)?{_MONTH}\b"
    rf"|{_MONTH.replace('<m>', '<m2>')}\s+(?:the\s+)?{_NTH.replace('<d>', '<d2>')}\b)",
    re.I,
)
_OF_MONTH = re.compile(
    rf"\b(?:(?:the\s+)?{_NTH}\s+(?:day\s+)?of\s+(?:every|each|the|a)\s+month|(?:every|each)\s+month\s+on\s+(?:the\s+)?"
    rf"{_NTH.replace('<d>', '<d2>')}|(?:every|each)\s+{_NTH.replace('<d>', '<d3>')}(?=\s|$)(?!\s+(?:day|week"
    rf"|month|year)))",
    re.I,
)
_EVERY = re.compile(
    rf"\bevery\s+(?P<n>{NUMBER}|other|second|third|fourth)\s+(?P<u>days?|weeks?|months?|years?)\b"
    rf"|\b(?P<f>fortnightly|every fortnight)\b",
    re.I,
)
_EVERY_ZH = re.compile(rf"每隔?(?P<n>{NUMBER_ZH})个?(?P<u>天|日|周|星期|月|年)(?![一二三四五六日号\d])")
_CLOCK = re.compile(
    r"\b(?:at|around|by)\s+(?P<h>\d{1,2})(?:[:.](?P<m>\d\d))?\s*(?P<p>am|pm|a\.m|p\.m|o'clock)?"
    r"|\b(?P<h2>\d{1,2})(?:[:.](?P<m2>\d\d))?\s*"
    r"(?P<p2>am|pm)\b",
    re.I,
)
_CLOCK_ZH = re.compile(
    rf"(?P<p>早上|早晨|上午|中午|下午|傍晚|晚上|夜里|晚)?(?P<h>{NUMBER_ZH})(?:点|[::](?=\d\d))(?P<m>半|\d\d|一刻)?"
)
_PARTS = (
    (r"\bevenings?\b|\btonight\b|晚上|傍晚", 19),
    (r"\bnoon\b|中午", 12),
    (r"\bafternoons?\b|下午", 15),
    (r"\bnights?\b|夜里|睡前", 21),
)


def count_of(word: str) -> int:
    """The number that a word is, in either language; 1 for what is none."""
    plain = re.sub(r"^a (?=couple|few)|\s+of$", "", word.lower().strip())
    if plain.isdecimal():
        return int(plain)
    if plain in _NUMBERS:
        return _NUMBERS[plain]
    tens, sign, ones = plain.partition("十")
    return _NUMBERS.get(tens, 1) * 10 + (_NUMBERS.get(ones, 0) if ones else 0) if sign else 1


def days_of(number: str, unit: str) -> int:
    """So many days, weeks, months or years in days."""
    return count_of(number) * _UNITS[unit[0].lower()]


def time_of_day(plain: str, *, chinese: bool) -> str:
    """The hour and minute that a phrase tells, as in 09:00; "" for none."""
    said = (_CLOCK_ZH if chinese else _CLOCK).search(plain) or any(re.search(p, plain, re.I) for p, _ in _PARTS)
    hour, minute = _clock(plain, chinese)
    return f"{hour:02}:{minute:02}" if said else ""


def interval(plain: str) -> int | None:
    """The days of "every six weeks", "every other day", "每隔三天"; None where each day, week, month or year"
    " will do."""
    if hit := _EVERY.search(plain):
        if hit["f"]:
            return 14
        word = {"other": "two", "second": "two", "third": "three", "fourth": "four"}.get(hit["n"].lower(), hit["n"])
        days = days_of(word, hit["u"])
        return days if count_of(word) > 1 else None
    if hit := _EVERY_ZH.search(plain):
        return days_of(hit["n"], hit["u"]) if count_of(hit["n"]) > 1 else None
    return None


def schedule_of(plain: str, *, chinese: bool) -> str:
    """Cron of "every Monday", "daily at 8", "every 1st of January", "每月五号"; "" for none."""
    hour, minute = _clock(plain, chinese)
    if len(clocks := _clocks(plain, chinese)) > 1 and re.search(
        r"每天|\bdaily\b|\bevery day\b|^(?!.*(?:每|every|each))", plain
    ):
        # "At 8 and at 20": twice a day.
        return f"{clocks[0][1]} {','.join(str(h) for h, _ in sorted(set(clocks)))} * * *"
    when = _regular(interval(plain)) or (_days_zh(plain) if chinese else _days(plain.lower()))
    return f"{minute} {hour} {when}" if when else ""


def _clocks(plain: str, chinese: bool) -> list[tuple[int, int]]:
    """Every hour that a phrase tells."""
    return [_clock(hit[0], chinese) for hit in (_CLOCK_ZH if chinese else _CLOCK).finditer(plain)]


def _regular(days: int | None) -> str:
    """Cron's nearest to every so many days: within a month by its days, beyond it by months."""
    if days == 14:
        return "1,15 * *"
    if days is not None and days < 14:
        return f"*/{days} * *"
    return f"1 */{days // 30} *" if days and days % 30 == 0 and days // 30 <= 12 else ""


def _clock(plain: str, chinese: bool) -> tuple[int, int]:
    hit = (_CLOCK_ZH if chinese else _CLOCK).search(plain)
    if hit is None:
        return next((hour for pattern, hour in _PARTS if re.search(pattern, plain, re.I)), 9), 0
    groups = hit.groupdict()
    hour = count_of(groups["h"] or groups.get("h2") or "")
    said = groups["m"] or groups.get("m2") or ""
    minute = {"半": 30, "一刻": 15}.get(said) or (int(said) if said.isdecimal() else 0)
    part = (groups["p"] or groups.get("p2") or "").lower()
    evening = part[:1] == "p" or part in ("下午", "傍晚", "晚上", "夜里", "晚") or (part == "中午" and hour < 3)
    evening = evening or (not part and bool(re.search(r"\b(?:evening|night|afternoon)s?\b|下午|晚上", plain, re.I)))
    return (hour + 12 if evening and hour < 12 else hour) % 24, min(minute, 59)


def _days(lowered: str) -> str:
    if re.search(r"\b(?:every|each|on) (?:week|work|working )days?\b|\bweekdays\b", lowered):
        return "* * 1-5"
    if re.search(r"\b(?:every|each|at the) weekends?\b|\bweekends\b", lowered):
        return "* * 6"
    if hit := _WEEKDAYS.search(lowered):
        named = re.findall(r"sun|mon|tue|wed|thu|fri|sat", hit["l"] or hit["p"] or hit["o"])
        return "* * " + ",".join(str(d) for d in sorted({_DAYS.index(n) for n in named}))
    if hit := _OF_YEAR.search(lowered):
        return f"{_nth(hit['d'] or hit['d2'])} {_MONTHS.index((hit['m'] or hit['m2'])[:3]) + 1} *"
    if hit := _OF_MONTH.search(lowered):
        return f"{_nth(hit['d'] or hit['d2'] or hit['d3'])} * *"
    if hit := re.search(rf"\b(?:every|each)(?: year in)? {_MONTH}\b", lowered):
        return f"1 {_MONTHS.index(hit['m'][:3]) + 1} *"
    if re.search(r"\bend of (?:the|every|each) month\b|\bmonth'?s end\b", lowered):
        return "28 * *"
    for pattern, when in (
        (r"\b(?:every|each) (?:day|morning|evening|night|afternoon|noon)\b|\bdaily\b|\bonce a day\b", "* * *"),
        (r"\b(?:every|each) week\b|\bweekly\b|\bonce a week\b", "* * 1"),
        (r"\b(?:every|each) month\b|\bmonthly\b|\bonce a month\b|\bstart of (?:the|every|each) month\b", "1 * *"),
        (r"\b(?:every|each) quarter\b|\bquarterly\b|\bevery (?:three|3) months\b", "1 */3 *"),
        (r"\b(?:every|each) year\b|\byearly\b|\bannually\b|\bonce a year\b", "1 1 *"),
    ):
        if re.search(pattern, lowered):
            return when
    return ""


def _nth(word: str) -> int:
    return min(28 if word == "last" else _WORDED.get(word) or int(word), 31) or 1


def _days_zh(plain: str) -> str:
    if re.search(r"工作日|每个?(?:周|星期)一(?:到|至)(?:周|星期)?五", plain):
        return "* * 1-5"
    if re.search(r"每个?周末", plain):
        return "* * 6"
    if hit := re.search(
        r"(?:每个?|逢)(?:周|星期|礼拜)(?P<d>[日天一二三四五六](?:[、和与,，]?(?:周|星期)?[日天一二三四五六])*)", plain
    ):
        named = sorted(
            {"日一二三四五六".index(d) for d in re.sub(r"[^日一二三四五六]", "", hit["d"].replace("天", "日"))}
        )
        return "* * " + ",".join(map(str, named))
    if hit := re.search(rf"每年的?(?P<m>{NUMBER_ZH})月(?:(?P<d>{NUMBER_ZH})[号日])?", plain):
        return f"{count_of(hit['d']) if hit['d'] else 1} {min(count_of(hit['m']), 12)} *"
    if hit := re.search(rf"每个?月的?(?P<d>{NUMBER_ZH})[号日]", plain):
        return f"{min(count_of(hit['d']), 31)} * *"
    for pattern, when in (
        (r"每个?月底|月底", "28 * *"),
        (r"每天|每日|天天|每晚|每早|每个?(?:早上|晚上)", "* * *"),
        (r"每个?(?:周|星期|礼拜)", "* * 1"),
        (r"每个?月", "1 * *"),
        (r"每个?季度|每季|每三个月", "1 */3 *"),
        (r"每年", "1 1 *"),
    ):
        if re.search(pattern, plain):
            return when
    return ""
