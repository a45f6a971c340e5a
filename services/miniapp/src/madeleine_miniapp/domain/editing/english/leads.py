"""What English clauses begin with and do not mean anything by."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing.english.words import POLITE

LEADS = re.compile(
    r"^(?:(?:and|but|also|then|plus|so|instead(?! of)|rather(?! than)|oh|ok|okay|please|pls|maybe|perhaps|just"
    r"|besides|finally|lastly|first|firstly|second|secondly|next(?=,)|again|well|btw|by the way"
    r"|additionally|furthermore|moreover|further|on top of that|in addition|apart from that"
    r"|next to (?:it|that|this|them)|beside (?:it|that|this|them)|alongside(?: (?:it|that))?"
    r"|actually|basically|hey|hi|hello|madeleine|one more thing|another thing|oh and"
    r"|yes,|no,|hmm|now|anyway|additionaly|with(?=\s+an?\s+(?:\w+\s+)?(?:field|column)\b)|&|\+|-|\*|\d[.)]"
    r"|to(?= (?:drop|remove|"
    r"delete|add|rename|change|get rid|split)\b))[\s,:]+)+",
    re.I,
)


def without_lead(clause: str) -> str:
    """A clause without "and also", "please", "could you" before it, and a list after a dash as after a colon."""
    text = re.sub(
        r"^(?:(?:we|i|also|still)\s+)*(?:needs?|wants?|add|missing|new fields?|wishes|wish ?list|to ?do|to"
        r" add)\s*:\s+",
        "add ",
        clause.strip(" ,.:;-"),
        flags=re.I,
    )
    text = re.sub(
        r"^(?:everything|nothing|the rest|all)(?: else)? (?:stays?|remains?|is fine|changes?"
        r"|keeps?)[\w ]{0,15}?,?\s+(?:but|except|only)(?: that)?\s*:?\s+(?=\S+ \S+ \S)",
        "",
        text,
        flags=re.I,
    )
    text = re.sub(
        r"^(?:i|we)(?:'d| would)(?:\s+(?:rather|also|just|like to|prefer to))*\s+(?=(?:swap|replace|rename|drop"
        r"|remove|call|merge|split|turn|change|move|delete|scrap)\b)",
        "",
        text,
        flags=re.I,
    )
    for _ in range(4):
        shorter = re.sub(rf"^{POLITE}", "", LEADS.sub("", text), flags=re.I).strip(" ,.;-")
        if shorter == text:
            break
        text = shorter
    return text if "=" in text else re.sub(r"\s[-–—]\s(?=[^-]*(?:,(?! call)|\sor\s))", ": ", text)
