# ruff: noqa: E501 - patterns of words, one line each.
"""Words for the days of what is planned: "day 2", 最后一天, when one sets off and comes back.

`find` gives cues: `nth_day` (value: the day counted from the first, 1, or from the last, -1), `sets_off`, `comes_back`,
and `until` for how long there is to go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from madeleine_common.times.numbers import CARDINALS, ORDINALS, han

_LAST = ("last", "final")
_ORDINAL = "|".join((*_LAST, *(word for word, number in ORDINALS.items() if number <= 10)))
_ZH_DAYS = re.compile(
    r"倒数第(?P<back>[一二两三四五六七八九十]+|\d+)[天日晚]|第(?P<n>[一二两三四五六七八九十]+|\d+)[天日晚]|(?P<first>头一天|首日)|(?P<last>最后一?[天日晚]|末日)"
)
_EN_DAYS = re.compile(
    rf"\b(?:on )?(?:the |our |my )?(?:very )?(?P<word>{_ORDINAL}) (?:full )?(?:day|night|evening|morning)\b(?= (?:in|of|on) (?!january|february|march|april|may\b|june|july|august|september|october|november|december|the (?:month|year|week)|this|last|each|every)[a-z])|\b(?:on )?day (?P<n>\d{{1,2}}|one|two|three|four|five|six|seven)\b"
)
_SETS_OFF = re.compile(
    r"(?:(?<=哪天)|(?<=一天)|(?<=几号)|(?<=时候)|(?<=何时))到达?(?![期货账])|(?:到达|抵达|到)(?=[^，,。？?到]{1,5}是?(?:几号|哪一?天|什么时候))"
    r"|(?:(?<=do )|(?<=will )|(?<=are ))we (?:get to|getting to|arrive (?:in|at)|arriving (?:in|at)|reach|reaching)\b"
    r"|(?:正式)?(?:出发|启程|动身|开拔)(?:去|到)?|\b(?:(?:do|are|will) )?we (?:leave(?! (?:\w+ ){0,2}(?:money|cash)\b)|leaving|depart|set off|setting off|set out|head off|fly out)\b(?: (?:for|to))?|\bdeparture\b|\b(?:does|do) (?:the |our )?(?:[a-z]+ )?(?:trip|tour|journey|holiday) (?:start|begin)s?\b"
)
COMES_BACK = re.compile(
    r"返程|回程|返回|回来|回家|归来|\b(?:(?:do|are|will) )?we (?:come back|coming back|get back|return|returning|fly back|fly home|come home|get home)\b|\b(?:does|do) (?:the |our )?(?:[a-z]+ )?(?:trip|tour|journey|holiday) ends?\b"
)
# Words that mean little where nobody asks when.
_ALSO_LIGHT = ("回来", "回家", "返回", "归来")
_ASKS_WHEN = re.compile(
    r"什么时候|何时|几号|哪一?天|几点|几天|多久|\b(?:when|what time|what day|which day|how (?:many days|long))\b"
)
_LAST_ONE = re.compile(r"最后一?[项个条顿站件样笔场本](?!月)")
_TO_GO = r"(?:还有|还剩下?|还差|还要|还得|再过|再有|再等|(?<![我们你他她月年周天])有)"
_UNTIL = re.compile(
    rf"(?:距离?|离)(?=[^,，。？?]{{0,16}}?{_TO_GO}?(?:几|多少)(?:天|周|个?星期)|[^,，。？?]{{0,16}}?多久)"
    rf"|{_TO_GO}(?=(?:多少|几)(?:天|周|个?星期)(?:就|才|能|可以|要|便)*(?:出发|去|到(?!期)|走|开始|启程|动身|飞|坐|住|入住|出门|上|玩|看))"
    r"|(?<=天)[之以]?后(?=就?(?:出发|启程|动身|走))"
    r"|\b(?:is it |are there |is there |do we have |have we got |left |to go |more )*(?:until|(?<!\bthe )till)\b|\bto go (?:before|to)\b"
)


def find(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Every such cue in a normalised text: (start, end, name, value)."""
    for found in _ZH_DAYS.finditer(text):
        number = han(found["n"] or found["back"] or "1") or 0
        if number:
            yield *found.span(), "nth_day", str(-number if found["back"] or found["last"] else number)
    for found in _EN_DAYS.finditer(text):
        told, word = found["n"], found["word"]
        number = (-1 if word in _LAST else ORDINALS[word]) if word else CARDINALS.get(told) or int(told)
        yield *found.span(), "nth_day", str(number)
    asks_when = _ASKS_WHEN.search(text)
    for name, words in (("sets_off", _SETS_OFF), ("comes_back", COMES_BACK), ("until", _UNTIL), ("last", _LAST_ONE)):
        for found in words.finditer(text):
            if asks_when or name in ("until", "last") or found.group() not in _ALSO_LIGHT:
                yield *found.span(), name, ""
