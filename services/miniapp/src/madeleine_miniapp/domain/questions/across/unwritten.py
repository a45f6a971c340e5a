# ruff: noqa: E501 - patterns of questions, one line each.
"""That an app holds nothing: "wrote nothing in the diary", "left the tracker empty", 日记里什么都没写."""

from __future__ import annotations

import re

_APP = r"(?:[\w'-]+ ){0,2}?(?:diary|journal|log|logbook|tracker|list|ledger|sheet|app)"
_WHEN = r"(?:(?:when|where|that|on which) )?"
_THE = r"(?:the |my |our )"
_NOTHING = (
    re.compile(
        rf"\b{_WHEN}(?:(?:i|we|there|there's) )?(?:(?:did|do|have|had|is|are|was|were) )?(?:(?:write|wrote|written|log|logged|put|enter|entered|note|noted|record|recorded|there|there's|with|have|had|has|say|said|add|added) )?(?:down )?nothing(?: at all)?(?: (?:written|noted|logged|recorded|entered|put))?(?: down)? (?:in|into) (?P<x>{_THE}?{_APP})\b(?! (?:about|of|except|besides|other than)\b)"
    ),
    re.compile(
        rf"\b{_WHEN}(?:(?:i|we) )?(?:have |had )?(?:leave|left|kept|leaving) (?P<x>{_THE}?{_APP}) (?:empty|blank|alone|untouched)\b"
    ),
    re.compile(rf"\b(?:was|is) (?P<x>{_THE}{_APP}) (?:empty|blank|untouched)\b"),
    re.compile(
        rf"\b{_WHEN}(?P<x>{_THE}?{_APP}) (?:is|was|were|stayed|remained|stays|has been) (?:empty|blank|untouched)\b"
    ),
)
_X = r"(?P<x>(?:(?![但却而可是又也我在往给那的没有][^账])[\u3400-\u9fff]){0,3}?(?:日记|记录|账本|日志|清单)本?)"
_ZH_NOTHING = (
    re.compile(
        rf"(?:在)?{_X}(?:里面?|中|上)?(?:却|又|也)?(?:什么|啥|一个字|一个字儿|一条)(?:东西)?[都也]?没有?[写记填留]?下?[过了]?"
    ),
    re.compile(rf"{_X}(?:里面?|中|上)?(?:却|又|也|还)?是?空(?:[着白]|(?=的))"),
    re.compile(rf"没有?(?:在|往|给){_X}(?:里面?|中|上)?[写记填留]下?过?(?:任何|什么)?(?:东西|内容)?"),
)


def as_without(text: str) -> str:
    """The text with "without the diary" for whatever else says that nothing is in it."""
    for pattern in _NOTHING:
        text = pattern.sub(r"without \g<x>", text)
    for pattern in _ZH_NOTHING:
        text = pattern.sub(r"没有\g<x>", text)
    return text
