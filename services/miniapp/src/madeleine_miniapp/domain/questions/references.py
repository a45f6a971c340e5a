# ruff: noqa: E501 - patterns of words, one line each.
"""An amount that is told first and then referred to: "my goal is 80 g of protein a day. on how many days did I make it"."""

from __future__ import annotations

import re

_AMOUNT = r"(?P<amount>\d[\d.,]*(?: ?[a-z%]+)?(?: of [a-z]+)?)"
_TOLD = re.compile(
    rf"^(?!(?:how|what|which|when|who|where|did|do|does|is|are|was|were|have|has)\b)(?P<goal>[^.;?!(\d]*?\b{_AMOUNT}[^.;:?!(\d]*?)(?:[.;:!]|,| -|\bso\b|\band\b)+ (?P<question>(?:\w+ ){{0,3}}?(?:how|what|which|when|did|have|has|days)\b[^\d]*)$"
)
_TOLD_ZH = re.compile(
    r"^(?P<goal>[^，,。；;？?\d]*(?P<amount>\d+(?:\.\d+)?[^，,。；;？?\d]{1,6}))[，,。；;]+(?P<question>[^\d]*)$"
)
# How it is said that a goal was reached.
REACHED = "make|made|hit|reach|reached|meet|met|manage|managed|achieve|achieved|get|got"
REACHED_ZH = "达到|做到|完成"
_END = r"(?=\s*(?:$|[?.!,;]|(?:in|this|last|on|since|during|so|yesterday|today|over|for)\b))"
_IT = r"(?: (?:it|that|this|there|(?:my|the|that|this) (?:daily |weekly )?(?:goal|target|amount|limit|quota|mark|budget)))?"
# "Naps of more than 1 hour, how many did we get": what must be passed is said already.
_LIMITED = re.compile(r"\b(?:than|over|under|above|below|at least|at most)\s*$|(?:超过|不到|至少|至多|不超过)$")
# How a goal is spoken of, and what that says of the figure.
_SPOKEN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (rf"\b(?:{REACHED})(?: to)?{_IT}{_END}", "at least"),
        (rf"\b(?:(?:stay|stayed|keep|kept|remain|remained|was|were|been|be|am) )?(?:within|inside){_IT}{_END}", "at most"),
        (rf"\b(?:(?:stay|stayed|keep|kept|remain|remained|was|were|been|be|am|go|went|come|came) )?(?:under|below){_IT}{_END}", "under"),
        (rf"\b(?:(?:go|went|was|were|been|be|am|get|got) )?(?:over|above|past|beyond){_IT}{_END}|\b(?:exceed|exceeded|break|broke){_IT}{_END}", "over"),
        (rf"(?:达标|{REACHED_ZH}|吃够|够)(?:了|目标)?(?=[吗没有？?的]*(?:天|$))", "至少"),
        (r"(?:超标|超过|超)了?(?=[吗没有？?的]*(?:天|$))", "超过"),
    )
)  # fmt: skip


def with_goal(text: str) -> str:
    """The question with the goal where it is spoken of, and without the sentence that told it; else as it is."""
    told = _TOLD.match(text) or _TOLD_ZH.match(text)
    if told is None:
        return text
    limited = _LIMITED.search(text[: told.start("amount")]) is not None
    for spoken, said in _SPOKEN:
        found = list(spoken.finditer(told["question"]))
        if len(found) == 1 and not (limited and said in ("at least", "至少")):
            gap = "" if said[0] > "z" else " "
            amount = f"{said}{gap}{told['amount'].strip()}"
            return f"{told['question'][: found[0].start()]}{amount}{told['question'][found[0].end() :]}".strip()
    return text
