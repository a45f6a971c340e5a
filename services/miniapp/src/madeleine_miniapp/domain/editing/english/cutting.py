"""How English sentences fall into clauses."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing.english.joints import begins_anew

_JOINTS = re.compile(
    r"(\s[-–—]\s|:\s+(?=(?:please\s+)?(?:split|remove|drop|delete|rename|add|make|change"
    r"|call|turn)\s)|\s+so\s+(?:please\s+)?(?!\w+ can\b)(?=we\b|i\b|an?\b|you\b|it\b|they\b|that\b|those\b|skip\b"
    r"|omit\b|let\b|leave\b|out\b|away\b|gone\b|bye\b|bin\b"
    r"|no more|no longer|no (?!need\b|one\b|idea\b|wonder\b)\w+(?: \w+)?(?=$|,)|\ue000\d+\ue002 as|remove"
    r"|drop|delete|get|take|add|change|make|lose|ditch|scrap|kick|put|call|turn|show"
    r"|rename|throw)|,\s*(?:and\s+|but\s+|then\s+|so\s+|plus\s+|also\s+)*|\s+but\s+|"
    r"\s+\+\s+(?=(?:ping|remind|notify|alert|warn|nudge|tell|make|add|remove|drop|delete|rename|change|show"
    r"|split|call)\s)|\s+and\s+(?:also\s+|then\s+|please\s+)*"
    r"|\s+then\s+|\s+plus\s+(?:also\s+)?|\s*&\s*)",
    re.I,
)
_APP_TAIL = re.compile(
    r"\s+(?:to|in|from|on|into|of|for)\s+(?:the|our|my|this)\s+(?:[\w&'’]+\s+){0,3}(?:app"
    r"|tracker|application)\b(?!\s+(?:field|column))",
    re.I,
)


# "Tea is missing and so is milk": of both the same.
_SO_IS = re.compile(
    r"(?P<a>[^,]+?)\s+(?P<p>(?:is|are|can|could)\s+[^,]+?),?\s+(?:and\s+)?so\s+(?:is|are|can|could|does"
    r"|do)\s+(?P<b>[^,]+?)"
    r"(?=$|,|\s+(?:but|and)\s)",
    re.I,
)
# "…, place and cost stay": two that something is said of, after something else.
_BOTH = re.compile(
    r",\s+(?:and\s+|but\s+)?(?=(?:the\s+|our\s+)?\w+(?: \w+)?\s+(?:and|&)\s+(?:the\s+|our\s+)?\w+(?: \w+)?\s+"
    r"(?:stay|remain|(?:can|should|must|may)\s+(?:stay|go|be)|are\s+(?:fine|ok|good|useless|not|pointless)|aren't)\b)",
    re.I,
)
_ALL_BUT = re.compile(r"\b(?:but|except|besides|other than|apart from|only)\b|^\s*(?:if|when|as long as)\b", re.I)


def clauses(sentence: str) -> list[str]:
    """The clauses of a sentence: cut where something new is asked, never within an enumeration."""
    sentence = _SO_IS.sub(r"\g<a> and \g<b> \g<p>", _APP_TAIL.sub("", sentence))
    if (hit := _BOTH.search(sentence)) and not _ALL_BUT.search(sentence[: hit.start()]):
        return [*clauses(sentence[: hit.start()]), *clauses(sentence[hit.end() :])]
    pieces = _JOINTS.split(sentence)
    found = [pieces[0]]
    for joint, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if not piece.strip():
            continue
        if begins_anew(joint, piece, found[-1]):
            found.append(piece)
        else:
            found[-1] += joint + piece
    return [f.strip() for f in found if f.strip()]
