"""Whether somebody asks after what only they may have told: their own figures, dates and secrets.

By the words of the question alone: an offer that depended on what is known would itself tell that there is something.
"""

from __future__ import annotations

import re

_DONE = (
    r"weigh\w*|spen[dt]|eaten|eat|sleep|slept|tak\w+|took|run|ran|wr[io]t\w+|not\w+|record\w*|log\w*|say|said|tell|told"
    r"|owe|earn\w*|save|saved|lose|lost|walk\w*|drink|pay|paid|book\w*|plan\w*"
)
_OWN = re.compile(
    rf"\b(?:did|have|had|do) i (?:\w+ )?(?:{_DONE})\b"
    r"|\b(?:was|is|were|are|what'?s|when'?s|where'?s|how'?s) (?:on )?my \w"
    r"|\b(?:that|what|which|things?|something) (?:\w+ )?i (?:told|wrote|gave|sent|said to) (?:to )?you\b"
    r"|\bwhich \w+ (?:is|was) it (?:that )?i\b"
    r"|\bcan i afford\b"
    r"|\b(?:look at|look into|check|see|according to) my \w"
    r"|\b(?:am|was) i (?:free|busy|due|on track)\b"
    r"|\bdo i have (?:any(?:thing)?|an?|time|plans|something)\b.*\b(?:on|at|today|tomorrow|tonight|this|next)\b"
    r"|我[^，。？！,.?!]{0,10}(?:多少|几[点號号岁天次]|哪[天個个里裡种種]|什么时候|什麼時候|来着|來著|怎么样|怎麼樣)"
    r"|我的?[^，。？！,.?!]{0,6}(?:密码|密碼|药|藥|体重|體重|心情|工资|工資|账|帳)[^，。！,.!]{0,6}(?:什么|什麼|多少|怎|吗|嗎|呢|几|幾)"
    r"|我[^，。？！,.?!]{0,6}(?:告诉|告訴|跟|和|对|對)你(?:说|說|讲|講|提)?过?的",
    re.IGNORECASE,
)


def asks_about_own(text: str) -> bool:
    """True for a question after the asker's own matters; English and Chinese."""
    return _OWN.search(text) is not None
