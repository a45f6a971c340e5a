"""Where within an English sentence something new is asked."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing.english.joint_words import (
    DONE,
    PREDICATE,
    RELATIVE,
    STARTS,
    STRONG,
    SUM,
    WITH_VALUES,
)
from madeleine_miniapp.domain.editing.english.leads import without_lead
from madeleine_miniapp.domain.editing.phrase_words import GRADES
from madeleine_miniapp.domain.editing.viewing import view_type

# "When it is out for two weeks, ping us": one wish.
_WHEN = re.compile(
    r"(?:when|if|once|whenever|as soon as|after|before|every|each|on|(?:an?|\w+) (?:days?|weeks?|months?)"
    r" (?:after|before))\b[^,]*$",
    re.I,
)
# "Opening as text": a type was told.
_TYPED = re.compile(
    r"\b(?:as|be)\s+(?:an?\s+)?(?:\w+\s+)?(?:text|number|date|link|person|rating|stars?|photo|money)$", re.I
)
_REMINDS = re.compile(r"(?:please\s+)?(?:remind|ping|notify|alert|warn|nudge|tell|let (?:me|us) know)\b", re.I)


def begins_anew(joint: str, piece: str, before: str) -> bool:
    """Whether a part of a sentence asks for something new, and does not go on with what is before it."""
    text = piece.strip()
    if re.search(r"\bbetween\s+\S+(?:\s\S+)?(?:,[^,]+)?$", before) and "and" in joint and not STRONG.match(text):
        return False
    if WITH_VALUES.search(before) and len(text.split()) <= 3 and not STRONG.match(text):
        return False
    if "," in joint and re.search(r":[^:]*$", before) and len(text.split()) == 1:
        # "To choose from: private, work, fun".
        return False
    if "," in joint and re.match(r"call (?:it|that|this)\b", text, re.I) and SUM.search(before):
        return False
    if re.search(r"\bbetween\s+\S+$", before) and "," in joint and not STRONG.match(text):
        # "A choice between midwife, doctor and hospital".
        return False
    if "but" in joint:
        if re.search(
            r"\b(?:isn't|aren't|not|shouldn't)\s+(?:be\s+)?(?:just\s+|only\s+)?(?:an?\s+|the\s+)?"
            r"(?!needed|necessary|wanted|required|used|useful|interesting|important|there"
            r"|enough)[\w-]+$",
            before,
        ) and (re.match(r"(?:rather\s+)?(?:an?\s|one of\b|from\b|which\b|\w+:)", text, re.I) or GRADES.fullmatch(text)):
            # "Isn't stars but a word".
            return False
        if re.match(r"(?:nobody|no one)\s", before.strip(), re.I) and len(text.split()) < 3:
            # "Nobody can delete it but me."
            return False
        return bool(STRONG.match(text)) or not re.search(
            r"\b(?:everything|all|anything|nothing|every \w+|all \w+)$", before.strip(), re.I
        )
    if re.match(
        r"(?:everything|all(?: \w+)?|only|(?:just )?keep only|only keep)\b(?:.*\b(?:but|except|besides)\b)?",
        before,
        re.I,
    ) and (re.search(r"\b(?:go|stay|remain|be (?:removed|deleted|dropped))s?$", text)):
        return False
    if "," in joint and re.match(
        r"(?:an?|another)\s+(?:place|field|column|spot|box|tick ?box|check ?box|tick|space)\s+(?:for|to|if"
        r"|whether|where|called)\s",
        text,
        re.I,
    ):
        return True
    if "," in joint and "=" not in before and _WHEN.match(without_lead(before)) and _REMINDS.match(text):
        return False
    if "," in joint and re.match(
        r"(?:instead of|rather than|in place of)\s[\w ]{2,30}?\s(?:just|only|whether|i|we|an?|add)\s", text, re.I
    ):
        return True
    if re.fullmatch(r"\s[-–—]\s", joint):
        return bool(STARTS.match(text)) and "=" not in before
    if re.match(r"to\s+(?:drop|remove|delete|add|rename|change|get rid|split)\b", text):
        return True
    if "," in joint and re.match(
        r"(?:the )?\w+(?: \w+)? (?:from|out of) (?:an?|the) (?:list|drop-?down|menu)\b", text, re.I
    ):
        return True
    if "," in joint and re.match(
        r"(?:the )?\w+(?: \w+)? as (?:an? )?(?:\w+ )?(?:text|number|date|link|person|rating|stars|photo|choice"
        r"|drop-?down|pick[- ]?list)\b",
        text,
    ):
        return True
    if re.match(r"(?:several|multiple|more than one|any)\b", text, re.I):
        return False
    if "," in joint and re.match(r"(?:an?|the)\s", text, re.I) and re.search(r"\bremind", before, re.I):
        return True
    if "," in joint and re.match(
        r"(?:the )?\w+(?: \w+){0,3}\s*=\s*\S|(?:the )?(?:number of )?days (?:between|from)\b", text, re.I
    ):
        return True
    if re.match(r"\w+(?: \w+)?:\s", text) and ":" not in before and "," in joint:
        return True
    if re.match(r"(?:the )?\w+(?: \w+)? (?:optional|mandatory|required|compulsory)$", text, re.I) and re.search(
        r"\b(?:optional|mandatory|required|compulsory)$", before.strip(), re.I
    ):
        return True
    if "," in joint and re.match(r"(?:the )?\w+(?: \w+)? (?:as well|too|also)$", text, re.I):
        return True
    if "," in joint and re.search(
        r"\bas (?:an? |the )?(?:further|more|additional|new|other|extra|another) \w+$", text, re.I
    ):
        return True
    if re.match(r"(?:and\s+)?(?:who|how)\b", text, re.I) and view_type(text):
        return True
    if "," in joint and (
        (re.search(r"\S\s*(?:->|=>|→)\s*\S", text) and re.search(r"->|=>|→|\w \w", before))
        or re.search(r"^(?:an?\s+)?(?:\w+\s+)?(?:reminder|notification)\b", text, re.I)
        or re.match(r"\w+(?: \w+)? (?:becomes|does(?:n't| not)) ", text, re.I)
    ):
        return True
    if "," in joint and re.match(
        r"\w+ (?:left|joined|quit|(?:has|have) (?:left|joined)|moved (?:in|out|away))$", text, re.I
    ):
        return True
    if re.match(r"(?:an?|another|one)\s", text, re.I) and view_type(text) and not re.search(r"\b(?:per|by)\b", before):
        return True
    if "," in joint and re.fullmatch(r"(?:the )?\w+(?: \w+)? (?:out|gone)", before.strip(), re.I):
        return True
    if "," in joint and re.search(r"->|=>|→", before) and view_type(text):
        return True
    if "," in joint and re.match(r"(?:since|until|till|by|from) when\b", text, re.I):
        return True
    if "," in joint and _TYPED.search(before) and (view_type(text) or re.match(r"[\w ]{2,30}?\s?\ue001", text)):
        return True
    if "," in joint and re.search(r"=\s*(?:calculated|computed|automatic(?:ally)?|worked out)$", before):
        return True
    if "," in joint and re.match(r"(?:the )?\w+(?: \w+)? to (?:tick|pick|choose|select)\b", text, re.I):
        return True
    if "plus" in joint and re.match(r"(?:an?|the|some|another)\s", text, re.I):
        return True
    if re.match(r"(?:and\s+)?who(?:'s| is| was)\s", text, re.I):
        return True
    if "," in joint and re.match(r"with an? (?:\w+ )?(?:field|column)\b", text, re.I) and view_type(before):
        return True
    if "," in joint and re.match(r"with an? (?:reminder|notification|alert)\b", text, re.I):
        return bool(re.search(r"\b(?:missing|lacking|needed)$", before.strip(), re.I))
    if (
        "," in joint
        and re.match(
            r"(?:and\s+)?(?:who|what|which"
            r"|how)\s",
            text,
            re.I,
        )
        and re.match(
            rf"{_REMINDS.pattern}|(?:an?\s+)?(?:\w+\s+)?(?:reminder|notification"
            rf"|alert)\b",
            before.strip(),
            re.I,
        )
    ):
        return True
    if "," in joint and re.fullmatch(r"(?:an?\s+|the\s+)?[\w' -]{2,30}\s(?:field|column)", text, re.I):
        return ":" not in before
    if "," in joint and re.search(r"\b(?:is|are)\s+(?:still\s+)?missing$", before):
        return True
    if "," in joint and re.search(r"\bso\s*$", joint) and re.match(r"(?:what|how|an?|the|some|another)\s", text):
        return True
    if re.match(r"(?:who|what|which|where|how|whether|if|did|does|was)\s", text, re.I) and DONE.search(before):
        return True
    if "," in joint and re.match(
        r"\w+ (?:out of|from) \d|(?:the )?\w+(?: \w+)? (?:should be |is "
        r"|gets )?split (?:in)?to ",
        text,
    ):
        return True
    if "," in joint and re.match(r"[\w ]{2,30}\s=\s", text) and "=" not in before:
        return True
    if "," in joint and re.match(r"(?:what|how much)\s[\w ]{2,30}[:=]\s", text, re.I) and ":" not in before:
        return True
    if "plus" in joint and re.match(r"(?:where|when|who|what|how|whether)\s", text, re.I):
        return True
    if "," in joint and re.match(
        r"(?:the )?[\w'-]+(?: [\w'-]+)? (?:joins?|joined|left|moved in|moves in|starts|quits?)\b", text, re.I
    ):
        return True
    if len(before.split()) > 2 and re.match(
        r"[\w'-]+ (?:has |have )?(?:joins?|joined|left|moved (?:in"
        r"|out))\b",
        text,
        re.I,
    ):
        return True
    if RELATIVE.match(text):
        return False
    if "," in joint:
        return bool(
            STARTS.match(text)
            or (
                PREDICATE.search(text)
                and not re.match(r"(?:and\s+)?(?:their|its|the number|how)\b.*\b(?:of|it)\b", text)
            )
        )
    if joint.strip() == ":":
        # "Room: add kitchen and garden".
        return not (
            text.lower().startswith("add ") and re.fullmatch(r"(?:the |for )?\w+(?: \w+)?", before.strip(), re.I)
        )
    if "then" in joint or re.match(r"\s+so\s", joint):
        return True
    if re.match(r"to\s+(?:drop|remove|delete|add|rename|change|get rid|split|show|see)\b", text):
        return True
    if re.match(r"(?:i|we)\s+\w+\s+.+\s(?:too|as well|also)$", text, re.I):
        return True
    if re.fullmatch(r"(?:the )?[\w-]+", before.strip()) and not STRONG.match(text):
        # "Name and phone must be filled in."
        return False
    # After a mere "and" only what is plainly asked anew: "date and I" and "name and number" go on.
    return bool(STRONG.match(text)) or bool(
        re.match(
            r"\s*(?:the |an? )?[\w\ue000-\ue002]+(?: [\w\ue000-\ue002]+)? (?:can go|must|has to"
            r"|have to|needs to|should (?:be"
            r"|go)|isn't|is not needed|(?:is|are) called|must be|ought to|is useless|would be|needs to)\b",
            text,
        )
    )
