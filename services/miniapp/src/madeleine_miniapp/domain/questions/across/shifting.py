"""Days some days after others: "the day after a run"."""

from __future__ import annotations

import re
from datetime import date

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms

_FIRST = date(2000, 1, 1)
_NEXT = re.compile(
    r"\([^()]*\bnext (?:day|morning)\b[^()]*\)"
    r"|(?:\bon )?\bthe (?:very )?(?:next|following) (?:day|night|morning|evening)s?\b"
    r"|\b(?:the )?(?:day|night|morning) after(?=\s*(?:$|[,.;?!)]))|(?<=[，,。])(?:那)?(?:第二天|次日|隔天)"
)
# Days are spoken of that lie beside those that are named.
SHIFTED_DAY = re.compile(
    r"\b(?:days?|nights?|mornings?) (?:after|following|before|preceding|prior)\b|第二天|次日|隔天|[前后]一天"
)


def next_day(text: str) -> tuple[str, bool]:
    """The text without a remark that the next day's record tells it, and whether there was one."""
    match = _NEXT.search(text)
    return (f"{text[: match.start()]} {text[match.end() :]}", True) if match else (text, False)


def shifted(day: q.Expression, other: q.Expression, shift: int) -> tuple[q.Expression, q.Expression]:
    """Keys by which days are joined to those that they come so many days after."""
    if not shift:
        return day, other
    return _number(day), terms.call(q.FUNCTION_ADD, _number(other), terms.value(float(shift)))


def _number(day: q.Expression) -> q.Expression:
    """A day as a number, so that days may be added."""
    return terms.call(q.FUNCTION_DAYS_BETWEEN, day, terms.value(_FIRST))
