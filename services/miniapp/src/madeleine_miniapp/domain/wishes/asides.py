"""What a prompt says besides its fields: views, figures, reminders."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.times.numbers import CARDINALS, han
from madeleine_miniapp.domain.wishes.model import Figure, Reminder

_VIEWS: Sequence[tuple[s.ViewType.ValueType, str]] = (
    (s.VIEW_TYPE_BOARD, r"\bkanban\b|\bboard\b(?! ?games?)|\bpipeline\b|看板|面板"),
    (
        s.VIEW_TYPE_CHART,
        r"\bcharts?\b|\bgraphs?\b|\bplots?\b|\bcurves?\b|\btrends?\b|\bover time\b|\bprogress(?:ion)?\b"
        r"|\bdevelop(?:s|ment)\b"
        r"|\bstatistics\b|\bstats\b|\bper (?:day|week|month|year)\b|\b(?:week|month)ly (?:total|sum|average)"
        r"|图表|曲线|折线|柱状|饼图|走势|趋势|变化|统计|每[天日周月年](?:的)?(?:总|合计|平均|一共|多少|花|用)",
    ),
    (
        s.VIEW_TYPE_CALENDAR,
        r"\bcalendar\b|\bschedule\b|\btimetable\b|\bwhich days?\b|\bagenda\b|\bmonth view\b|日历|日程|排期|课表|哪几天",
    ),
    (
        s.VIEW_TYPE_CHECKLIST,
        r"\bcheck-?lists?\b|\btick(?:ed|ing)?\b|\bcheck(?:ed|ing)? (?:it |them |things )?off\b|\bto-?do list\b"
        r"|\bcross (?:it |them )?off\b"
        r"|打勾|打钩|勾选|勾掉|划掉|打卡|待办",
    ),
    (s.VIEW_TYPE_GALLERY, r"\bgallery\b|\bphotos?\b|\bpictures?\b|\bpics?\b|\bimages?\b|图库|相册|照片墙|照片|图片"),
    (s.VIEW_TYPE_TABLE, r"\btables?\b(?! tennis| \d)|\bspreadsheet\b|\bgrid\b|表格|一张表|列表格"),
    (
        s.VIEW_TYPE_METRIC,
        r"\btotals?\b|\bin total\b|\bsum\b|\baltogether\b|\boverall\b|\baverages?\b|\bhow (?:much|many)"
        r" .{0,30}\b(?:left|so far|in all)\b"
        r"|总共|一共|合计|总计|总额|总数|平均|累计",
    ),
    (s.VIEW_TYPE_LIST, r"\blists?\b|清单|列表|名单"),
)
_VIEW_PATTERNS = [(kind, re.compile(words, re.IGNORECASE)) for kind, words in _VIEWS]
_FUNCTIONS: Sequence[tuple[s.AggregateFunction.ValueType, re.Pattern[str]]] = (
    (s.AGGREGATE_FUNCTION_MEDIAN, re.compile(r"\bmedian\b|中位数", re.I)),
    (s.AGGREGATE_FUNCTION_MEAN, re.compile(r"\baverages?\b|\bmean\b(?! to)|\bavg\b|平均", re.I)),
    (
        s.AGGREGATE_FUNCTION_MAX,
        re.compile(
            r"\b(?:max(?:imum)?|highest|longest|heaviest|personal best|record high|biggest)\b"
            r"|最高|最大|最长|最多|最好成绩",
            re.I,
        ),
    ),
    (
        s.AGGREGATE_FUNCTION_MIN,
        re.compile(r"\b(?:min(?:imum)? of|lowest|shortest|cheapest|smallest)\b|最低|最小|最短|最少|最便宜", re.I),
    ),
    (
        s.AGGREGATE_FUNCTION_COUNT,
        re.compile(r"\bhow often\b|\bhow many times\b|\bnumber of times\b|\bcount of\b|几次|多少次|次数", re.I),
    ),
    (
        s.AGGREGATE_FUNCTION_SUM,
        re.compile(
            r"\btotals?\b|\bsum\b|\bsums\b|\baltogether\b|\badds? up\b|\bin total\b|\boverall\b|\bso far\b"
            r"|\bhow (?:much|many|far|long)\b[^,.;!?]{0,40}\b(?:per|each|a|every|this|by) (?:day|week|month|year"
            r"|person|child)\b"
            r"|总共|一共|合计|总计|总额|总数|总和|累计|加起来|汇总",
            re.I,
        ),
    ),
)
_BUCKETS: Sequence[tuple[str, re.Pattern[str]]] = (
    ("day", re.compile(r"\b(?:per|each|every|a|by) day\b|\bdaily\b|每天|每日|按天", re.I)),
    ("week", re.compile(r"\b(?:per|each|every|a|by|this) week\b|\bweekly\b|每周|每星期|按周|本周|这周", re.I)),
    ("month", re.compile(r"\b(?:per|each|every|a|by|this) month\b|\bmonthly\b|每月|每个月|按月|本月|这个月", re.I)),
    ("year", re.compile(r"\b(?:per|each|every|a|by|this) year\b|\byearly\b|\bannual(?:ly)?\b|每年|按年|今年", re.I)),
)
_BY = re.compile(
    r"\b(?:per|by|for each|for every|of each|of every|split by|grouped by)\s+([a-z][a-z-]*(?: [a-z][a-z-]*)?)"
    r"|每(?:个|位|只|种|本|家|条|辆|块)?(人|[\u3400-\u9fff]{1,4}?)(?:的|总|一共|平均|花|用|各)|按([\u3400-\u9fff]{1,4})",
    re.I,
)
_LAST_DAYS = re.compile(
    r"\b(?:last|past) (\d{1,3}) days\b|\b(?:last|past) (week|month|year|fortnight|two weeks)\b|(?:最近|过去)(\d{1,3}"
    r"|[一二两三四五六七八九十]+)天",
    re.I,
)
_PERIOD_DAYS = {"week": 7, "month": 30, "year": 365, "fortnight": 14, "two weeks": 14}
_OWES = re.compile(r"\bwho owes\b|\bowes? (?:whom|who|what|each)\b|\bsettle up\b|谁欠谁|欠多少|结算|AA", re.I)
_CLAUSES = re.compile(r"[,.;!?\n，。；！？、]|\band\b|\bwith\b|以及|还有", re.I)

_UNIT_DAYS = {
    "day": 1,
    "week": 7,
    "month": 30,
    "fortnight": 14,
    "天": 1,
    "日": 1,
    "周": 7,
    "星期": 7,
    "个星期": 7,
    "个月": 30,
}
_BEFORE = re.compile(
    r"(?:\b(?:remind(?:s|er|ers)?|warn(?:s|ing)?|alert(?:s)?|notify|notifies|ping|tell|nudge)\b[^.;!?]{0,40}?)?"
    r"\b(?P<n>\d{1,3}|a|an|one|two|three|four|five|ten) (?P<unit>day|week|month|fortnight)s? (?:before(?:hand)?"
    r"|in advance|ahead(?: of)?|prior to)"
    r"(?:\s+(?P<of>[^,.;!?]{1,40}))?"
    r"|提前(?P<zn>\d{1,3}|[一二两三四五六七八九十]+)(?P<zunit>天|日|周|个?星期|个月)(?:提醒|通知|告诉)?(?P<zof>[\u3400-\u9fff]{0,8})"
    r"|(?P<zof2>[\u3400-\u9fff]{1,8}?)(?:之?前|提前)(?P<zn2>\d{1,3}|[一二两三四五六七八九十]+)(?P<zunit2>天|日|周|个?星期|个月)(?:提醒|通知"
    r"|告诉)我?们?",
    re.I,
)
_WHEN_DUE = re.compile(
    r"\b(?:remind(?:s|er|ers)?|warn(?:s|ing)?|alert(?:s)?|notify|notifies|ping|nudge)\b[^.;!?]{0,30}?"
    r"\b(?:before|when|if|about|of|for|until)\b(?P<of>[^,.;!?]{1,50})|(?:到期|过期|快到"
    r"|该)(?P<zof>[\u3400-\u9fff]{0,6}?)(?:时|前|了)?(?:提醒|通知)"
    r"|提醒我?们?(?P<zof2>[\u3400-\u9fff]{1,8})",
    re.I,
)
_OVER = re.compile(
    r"\b(?:warn|alert|notify|remind|tell|ping|flag|mark|highlight)\w*\b[^.;!?]{0,20}?\b(?:if|when|once|as soon"
    r" as)\b\s+(?P<of>[^.;!?]{1,40}?)\s+"
    r"(?:is |are |goes |gets |rises |falls |drops |climbs |exceeds? ?)*"
    r"(?P<cmp>over|above|more than|higher than|exceeds?|>=?|below|under|less than|lower than"
    r"|<=?)\s*(?P<n>\d+(?:\.\d+)?)"
    r"|(?P<zof>[\u3400-\u9fff A-Za-z]{1,8}?)(?P<zcmp>超过|高于|大于|多于|低于|少于|小于"
    r"|不足)\s*(?P<zn>\d+(?:\.\d+)?)[^，。；]{0,6}?(?:就|时|要|的话)*(?:提醒|警告|报警|通知)",
    re.I,
)
_DAYS = {
    "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sunday": 0,
    "周一": 1, "周二": 2, "周三": 3, "周四": 4, "周五": 5, "周六": 6, "周日": 0, "周天": 0,
}  # fmt: skip
_REGULAR = re.compile(
    r"\b(?:remind|ping|nudge|ask|notify)\w*\b[^.;!?]{0,40}?\b(?:every|each|on)\s+(?P<day>monday|tuesday"
    r"|wednesday|thursday|friday|saturday|sunday|day|"
    r"morning|evening|night|week|month)s?(?:\s+at\s+(?P<at>\d{1,2})(?::(?P<min>\d\d))?\s*(?P<pm>pm|am)?)?"
    r"|(?P<zday>每天|每晚|每周[一二三四五六日天]?|每月)(?:[早晚]上)?(?:(?P<zat>\d{1,2})点)?提醒",
    re.I,
)


def views(prompt: str) -> tuple[s.ViewType.ValueType, ...]:
    """The views that the prompt's words call for."""
    return tuple(kind for kind, pattern in _VIEW_PATTERNS if pattern.search(prompt))


def figures(prompt: str) -> tuple[Figure, ...]:
    """The figures that it asks for, a clause at a time."""
    found: list[Figure] = []
    if _OWES.search(prompt):
        found.append(Figure(s.AGGREGATE_FUNCTION_SUM, of="amount", by="paid by"))
    for clause in _CLAUSES.split(prompt):
        function = next((f for f, pattern in _FUNCTIONS if pattern.search(clause)), None)
        bucket = next((name for name, pattern in _BUCKETS if pattern.search(clause)), "")
        by = next((g for m in _BY.finditer(clause) for g in m.groups() if g), "")
        by = (
            "" if by.casefold().split(" ")[0] in ("day", "week", "month", "year", "the", "天", "周", "月", "年") else by
        )
        if function is None and not (by or bucket):
            continue
        days = 0
        if last := _LAST_DAYS.search(clause):
            days = int(last[1] or 0) or _PERIOD_DAYS.get((last[2] or "").casefold(), 0) or han(last[3] or "0") or 0
        if function is None and days == 0 and not bucket:
            function = s.AGGREGATE_FUNCTION_UNSPECIFIED
        found.append(Figure(function or s.AGGREGATE_FUNCTION_UNSPECIFIED, clause.strip(), by, bucket, days))
    return tuple(found[:4])


def reminders(prompt: str, language: str) -> tuple[tuple[Reminder, ...], str]:
    """The reminders that it asks for, and the prompt without them."""
    found: list[Reminder] = []
    rest = prompt
    for pattern, read in ((_OVER, _limit), (_BEFORE, _before), (_REGULAR, _regular), (_WHEN_DUE, _due)):
        if match := pattern.search(rest):
            found.append(read(match, language))
            rest = rest[: match.start()] + ". " + rest[match.end() :]
    return tuple(found), rest


def _limit(match: re.Match[str], language: str) -> Reminder:
    word = (match["cmp"] or match["zcmp"]).casefold()
    low = word in ("below", "under", "less than", "lower than", "<", "<=", "低于", "少于", "小于", "不足")
    of = (match["of"] or match["zof"]).strip()
    return Reminder(match[0].strip(), of, comparison="<" if low else ">", limit=float(match["n"] or match["zn"]))


def _before(match: re.Match[str], language: str) -> Reminder:
    count = match["n"] or match["zn"] or match["zn2"]
    number = CARDINALS.get(count.casefold()) or han(count) or 1
    unit = match["unit"] or match["zunit"] or match["zunit2"]
    of = match["of"] or match["zof"] or match["zof2"] or ""
    return Reminder(match[0].strip(), of.strip(), days_before=min(number * _UNIT_DAYS.get(unit.casefold(), 1), 365))


def _regular(match: re.Match[str], language: str) -> Reminder:
    day = (match["day"] or match["zday"]).casefold().removeprefix("每")
    hour = int(match["at"] or match["zat"] or 9)
    if match["pm"] and match["pm"].casefold() == "pm" and hour < 12:
        hour += 12
    if (day in ("evening", "night", "晚") or "晚" in match[0]) and hour < 12:
        hour = hour + 12 if match["at"] or match["zat"] else 20
    minute = int(match["min"] or 0)
    if day in _DAYS:
        when = f"* * {_DAYS[day]}"
    elif day in ("week", "周"):
        when = "* * 1"
    else:
        when = "1 * *" if day in ("month", "月") else "* * *"
    return Reminder(match[0].strip(), schedule=f"{minute} {hour % 24} {when}")


def _due(match: re.Match[str], language: str) -> Reminder:
    of = match["of"] or match["zof"] or match["zof2"] or ""
    return Reminder(match[0].strip(), of.strip(), days_before=1)
