"""How what an English clause enumerates falls into single things."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing.text import listed
from madeleine_miniapp.domain.editing.viewing import view_type

# "Paid or open" is one thing with two options.
_ADDED = ("and", "plus", "as well as", "&")


def items(body: str) -> list[str]:
    """The things to add: members of an enumeration, but not of the options after a colon or the words of a formula."""
    head, colon, tail = body.partition(":")
    if colon and tail.strip() and not view_type(head):
        before = listed(head, _ADDED)
        return [*before[:-1], f"{before[-1]}:{tail}"] if before else [body]
    body = re.sub(
        r"\s+and\s+(?:also\s+)?(?:to\s+)?(?:say|note|record|write|tell|log|mark|see)\s+(?=how|what|who|when"
        r"|where|whether|if)",
        ", ",
        body,
    )
    protected = re.sub(r"\bdate and time\b", "date-time", body, flags=re.I)
    protected = re.sub(
        r"\s+plus\s+(?=(?:an?|another)\s)|\s+\+\s+(?=(?:an?|the|another|how|who|which|whether|when|where|what|if"
        r"|(?:until|since|by) when)\b)",
        ", ",
        protected,
        flags=re.I,
    )
    if re.search(
        r"[=]|\b(?:(?<!many )(?<!few )(?<!often )times|minus|divided by|plus|total (?:\w+ )?of|sum of"
        r"|difference between|between)\b",
        protected,
    ):
        return _formula_items(protected)
    parts = listed(protected, _ADDED)
    merged: list[str] = []
    for part in parts:
        if merged and re.match(
            r"(?!(?:from|by|for|with|in|to) (?:whom?|where|which)\b)(?:with|w/|in|default|defaulting|from"
            r"|which(?! (?!is|are|was|were|has|can)\w+ (?:i|we|it|they|is|are"
            r"|was|were|got)\b)|that|so|each|per|by|for|linked|as)\b"
            r"|(?:required|mandatory|compulsory|optional)$"
            r"|(?:from\s+)?\d+\s*(?:to|-|–)\s*\d+$|out of \d+$|(?:worked out|calculated|computed)\b",
            part,
            re.I,
        ):
            merged[-1] += f", {part}"
        else:
            merged.append(part)
    return merged


def _formula_items(body: str) -> list[str]:
    parts = re.split(r",\s*(?:and\s+)?|\s+and\s+(?=(?:an?|the)\s)", body)
    joined: list[str] = []
    for part in parts:
        if (
            joined
            and re.search(r"\b(?:total (?:\w+ )?of|sum of|difference between|between)\s+[^,]*$", joined[-1])
            and " and " not in joined[-1]
        ):
            joined[-1] += f" and {part}"
        else:
            joined += (
                re.split(r"\s+and\s+(?=\w+(?:\s\w+)?$)", part)
                if not re.search(r"(?:total|sum|difference|between)", part)
                else [part]
            )
    return [p for p in joined if p.strip()]
