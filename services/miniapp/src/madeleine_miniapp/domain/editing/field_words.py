"""The words for types of fields."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.text import bare
from madeleine_miniapp.domain.language import is_chinese

TYPE_WORDS: tuple[tuple[str, s.FieldType.ValueType], ...] = (
    (r"date and time|datetime|date-time|timestamp|time stamp", s.FIELD_TYPE_DATETIME),
    (r"(?:calendar )?dates?|days?|(?:date )?picker", s.FIELD_TYPE_DATE),
    (r"(?:clock )?times?", s.FIELD_TYPE_DATETIME),
    (r"whole numbers?|integers?|counts?", s.FIELD_TYPE_INTEGER),
    (r"numbers?|numeric|decimals?|figures?", s.FIELD_TYPE_NUMBER),
    (r"(?:check|tick) ?box(?:es)?|booleans?|yes[ /-]*(?:or )?no|y/n|toggle|flag|switch|tick", s.FIELD_TYPE_BOOLEAN),
    (
        r"(?:(?:pick|choose|select|chosen|picked|selected)(?:ed)? )?(?:from |out of |one of "
        r"|of )?(?:the |our )?(?:group |app )?"
        r"(?:persons?|people|members?|us|somebody|someone)(?: (?:from|of|in|out of) (?:the|our|this) \w+)?",
        s.FIELD_TYPE_PERSON,
    ),
    (r"stars?|(?:star )?ratings?|star scale", s.FIELD_TYPE_RATING),
    (r"durations?|length of time", s.FIELD_TYPE_DURATION),
    (r"money|prices?|currency|amounts? of money", s.FIELD_TYPE_MONEY),
    (
        r"(?:file )?uploads?|attachments?|files?|documents?|(?:upload|file) ?(?:/|or) ?link|links?|urls?|web"
        r" ?(?:address|links?)",
        s.FIELD_TYPE_URL,
    ),
    (r"(?:photo|picture|image) uploads?|photos?|pictures?|images?", s.FIELD_TYPE_IMAGE),
    (
        r"(?:(?:free|plain|long|longer|short|big|bigger|larger|multi-?line) )*text(?: ?(?:box|area))?|words"
        r"|string|notes?",
        s.FIELD_TYPE_TEXT,
    ),
)
TYPE_WORDS_ZH: tuple[tuple[str, s.FieldType.ValueType], ...] = (
    (r"日期时间|时间点|具体时间|时间", s.FIELD_TYPE_DATETIME),
    (r"日期|日子", s.FIELD_TYPE_DATE),
    (r"整数", s.FIELD_TYPE_INTEGER),
    (r"数字|数值|数", s.FIELD_TYPE_NUMBER),
    (r"是否|是/否|是或否|勾选框?|打勾|复选框|勾选", s.FIELD_TYPE_BOOLEAN),
    (
        r"(?:从)?(?:选择?)?(?:一个)?(?:人员?|成员|人名|群成员)(?:里?选)?|从?(?:群|成员|我们|群成员)(?:里面?"
        r"|中)?(?:选|挑)(?:一个|个)?(?:人|成员)?|(?:群?成员|群|我们)(?:里面?|当中|中)?的?人",
        s.FIELD_TYPE_PERSON,
    ),
    (
        r"(?:[一二三四五六七八九十\d]+)?(?:颗?星|分制?|星星来?)?(?:的?(?:评分|打分|评星|打星))|星级(?:的?(?:评分|打分|评价))?|[一二三四五六七八九十\d]+颗?星"
        r"|[一二三四五六七八九十\d]+到[一二三四五六七八九十\d]+(?:颗?星|分)"
        r"|星星",
        s.FIELD_TYPE_RATING,
    ),
    (r"时长", s.FIELD_TYPE_DURATION),
    (r"金额|钱|价格", s.FIELD_TYPE_MONEY),
    (r"链接|网址", s.FIELD_TYPE_URL),
    (r"照片|图片|图", s.FIELD_TYPE_IMAGE),
    (r"文字|文本|长文本", s.FIELD_TYPE_TEXT),
)


_AROUND = re.compile(
    r"^(?:(?:an?|the|proper|real|actual|simple|plain|normal|ordinary|regular|just|only|as)\s+|(?:一个|成(?!员))\s*)"
    r"|\s*(?:\b(?:field|column|instead|please|type|value)|的|类型|格式|字段|吧)$",
    re.I,
)


def type_named(text: str) -> s.FieldType.ValueType | None:
    """The type that words like "a number", "日期" name."""
    folded = bare(text)
    for _ in range(2):
        # "A plain number field".
        folded = _AROUND.sub("", folded)
    for pattern, kind in TYPE_WORDS_ZH if is_chinese(folded) else TYPE_WORDS:
        if re.fullmatch(pattern, folded):
            return kind
    return None
