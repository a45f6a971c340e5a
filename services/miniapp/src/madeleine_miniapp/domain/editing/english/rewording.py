"""Ways to put an English wish that come to a plainer one."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing.english.leads import without_lead
from madeleine_miniapp.domain.editing.field_words import type_named

# "Due date missing!"
_MISSING = re.compile(
    r"^(?!(?:what|it|there|we|i|add|make|set|mark|call|rename|put|new|give|drop|remove|delete|turn|change|let"
    r"|show|if|when|who"
    r"|which|how|nothing|something|need|want)\b)([\w-]+(?: [\w-]+){0,2}?)(?<!\bis)(?<!\bare)(?<!\bas)(?<!\bstill)"
    r"\s+(?:still\s+)?missing(?=$|\s+(?:in|from)\s)",
    re.I,
)
_SINCERELY = re.compile(
    r",?\s+(?:honestly|frankly|to be honest|i think|i guess|i suppose|really|for sure|obviously|anyways?|i'd say"
    r"|if you ask me)$",
    re.I,
)
# "Add up cold and warm": a sum, and nothing to add.
_ADD_UP = re.compile(r"^(?:(?:it|you|the app)\s+)?(?:add|sum|tot)\s+up\s+(?:the\s+)?(?=\w)", re.I)
_WHAT_LACKS = re.compile(r"^what(?:'s|\s+is)\s+(?:still\s+)?(?:missing|lacking|needed)\s+(?:is|are)[:\s]+", re.I)
# "Could paddlers be called “participants”": a question that bids.
_INVERTED = re.compile(
    r"^(?:could|can|should|may|might)\s+(?!you\b|we\b|i\b|it\b|there\b|they\b|that\b|this\b)(?:the\s+|our\s+|my\s+)?"
    r"(?P<x>\ue000\d+\ue002|[\w-]+(?: [\w-]+)?)\s+(?:please\s+|also\s+)?be(?P<come>come)?\s+",
    re.I,
)
# "TPU is missing as filament": of what it is one.
_MISSING_AS = re.compile(r"(?<=\bmissing)\s+(?:as|among|under)\s+(?:an?\s+)?(?=[\w ]+$)", re.I)
# "When can i cancel next = date".
_EQUALS = re.compile(r"^(?P<x>[\w' -]{3,40}?)\s*=\s*(?:an?\s+)?(?P<t>[a-z]+(?: [a-z]+)?)$", re.I)
# "Emotion to pick from: angry, sad", "status to choice: have, buy".
_TO_PICK = re.compile(
    r"^(?!(?:turn|make|change|convert|switch|swap|set|put|add|split)\s)"
    r"(?P<x>[\w-]+(?: [\w-]+)?)\s+(?:to\s+(?:pick|choose|select)(?:\s+from)?|(?:in)?to\s+(?:an?\s+)?(?:choices?"
    r"|options?|drop-?down|pick-?list|selection))\s*:\s*(?=[^:]+(?:,|\sor\s))",
    re.I,
)
# "Own use = calculated": it is to be computed.
_CALCULATED = re.compile(
    r"^(?P<x>[\w %/-]{3,40}?)\s*(?:=|:|->|as)\s*(?:calculated|computed|worked out|automatic(?:ally)?|formula)$", re.I
)


def reworded(clause: str) -> str:
    """A clause without what only leads to its wish, in the words that the rules read."""
    text = _MISSING.sub(r"\1 is missing", _SINCERELY.sub("", without_lead(clause)))
    text = _ADD_UP.sub("total of ", _WHAT_LACKS.sub("add ", text))
    text = _INVERTED.sub(lambda hit: f"{hit['x']} should be{hit['come'] or ''} ", _MISSING_AS.sub(" in ", text))
    text = _TO_PICK.sub(r"\g<x>: ", text)
    if (equal := _EQUALS.match(text)) and type_named(equal["t"]) is not None:
        text = f"{equal['x']} as a {equal['t']}"
    return _CALCULATED.sub(r"calculate \g<x>", text)
