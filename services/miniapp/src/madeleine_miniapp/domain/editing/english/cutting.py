"""How English sentences fall into clauses."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing.english.words import POLITE
from madeleine_miniapp.domain.editing.viewing import view_type

_LEADS = re.compile(
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
_IMPERATIVES = (
    r"add|include|insert|put|create|make|turn|change|convert|switch|swap|replace|rename"
    r"|re-?label|call|name|label|remove|delete|drop|erase|get|take|kick|throw|lose|ditch"
    r"|scrap|cut|hide|show|display|give|let|let's|need|want|compute|calculate|work|figure"
    r"|remind|ping|notify|alert|warn|nudge|tell|split|divide|merge|move|set|mark|keep"
    r"|leave|group|sort(?! of)|log|track|record|allow|only|nobody|nothing|everything|don't|"
    r"do|no|never|forget|scratch|please|limit|restrict|stop|bring|build|have"
)
_SUBJECTS = (
    r"out with|away with|down with|i|i'd|i'm|i've|i'll|we|we'd|we're|we've|we'll|you"
    r"|can|could|would|will|there's|there|it|it's|its|they|that's|what|how about|where's"
    r"|also|instead|then|the (?:doctor|boss|coach)|doctor|nobody|no one|everyone"
)
_STARTS = re.compile(
    rf"^(?:{_LEADS.pattern[1:]})?(?:{_IMPERATIVES}|{_SUBJECTS})\b(?!\s+(?:long|many|much|often|far|big|old)\b)", re.I
)
_PREDICATE = re.compile(
    r"\b(?:is|are|was|were|isn't|aren't|should|shouldn't|must|can|can't|could|would|"
    r"has|have|needs?|wants?|didn't|doesn't|don't|never|becomes?|goes|stays?)\b",
    re.I,
)
_WITH_VALUES = re.compile(r"\bwith (?:the |these )?(?:values|options|choices)\b[^.]*$", re.I)
_RELATIVE = re.compile(
    r"^(?:and\s+|or\s+)?(?:whether|when|where|who|whom|how|if|which|what|why|that(?!'s)|with"
    r"|default|each|one for|one of|linked|optional|required)\b(?!\s+(?:about|is|are)\b)",
    re.I,
)
_JOINTS = re.compile(
    r"(\s[-–—]\s|:\s+(?=(?:please\s+)?(?:split|remove|drop|delete|rename|add|make|change"
    r"|call|turn)\s)|\s+so\s+(?:please\s+)?(?!\w+ can\b)(?=we\b|i\b|an?\b|you\b|it\b|they\b|that\b|those\b|skip\b"
    r"|omit\b|let\b|leave\b|out\b|away\b|gone\b|bye\b|bin\b"
    r"|no more|no longer|remove"
    r"|drop|delete|get|take|add|change|make|lose|ditch|scrap|kick|put|call|turn|show"
    r"|rename|throw)|,\s*(?:and\s+|but\s+|then\s+|so\s+|plus\s+|also\s+)*|\s+but\s+|"
    r"\s+\+\s+(?=(?:ping|remind|notify|alert|warn|nudge|tell|make|add|remove|drop|delete|rename|change|show"
    r"|split|call)\s)|\s+and\s+(?:also\s+|then\s+|please\s+)*"
    r"|\s+then\s+|\s+plus\s+(?:also\s+)?|\s*&\s*)",
    re.I,
)
_STRONG = re.compile(
    r"^(?:add|include|insert|create|make|turn|change|convert|switch|swap|replace|rename"
    r"|relabel|call|remove|delete|drop|erase|get rid|get me|get us|get|take out|take"
    r"|kick|throw|lose|ditch|scrap|cut|hide|show|display|give|let|let's|compute|calculate"
    r"|work out|figure out|remind|ping|notify|alert|warn|nudge|tell|split|divide|move"
    r"|set|mark|keep|leave|group|don't|do not|never|forget|put|limit|restrict|stop"
    r"|next to (?:it|that|this|them)|beside (?:it|that|this|them)"
    r"|i'd|i'll|i want|i need|i would|i also|i don't|we'd|we want|we need|we would|we also"
    r"|we don't|we never|i never|there's|there is|there are|there should|it should|it needs"
    r"|nobody|no one|only|only \w+ (?:can|may|should)|please|also|instead|can you|could you"
    r"|would you|no longer|what about|how about)\b",
    re.I,
)
# What is asked for of something that is there: "region as a dropdown and which rack it's in" goes on with a new thing.
_DONE = re.compile(
    r"\bas (?:an? )?(?:drop-?down|pick-?list|number|check ?box|tick ?box|date|text)\b"
    r"|\b(?:mandatory|required|optional)$|\b(?:can|must|should) (?:go|be \w+)$"
    r"|\bwould (?:be \w+|help)(?:\s*\ue001\d+\ue002)?$"
    r"|\b(?:instead of|rather than) \w+(?: \w+)?$"
    r"|^(?:please )?(?:rename|call)\s(?!.*\band\b)",
    re.I,
)
_SUM = re.compile(r"\s[-+*/x×=]\s|\b(?:minus|times|divided by|plus|per)\b", re.I)
_APP_TAIL = re.compile(
    r"\s+(?:to|in|from|on|into|of|for)\s+(?:the|our|my|this)\s+(?:[\w&'’]+\s+){0,3}(?:app"
    r"|tracker|application)\b(?!\s+(?:field|column))",
    re.I,
)


# "When it is out for two weeks, ping us": one wish.
_WHEN = re.compile(
    r"(?:when|if|once|whenever|as soon as|after|before|every|each|on|(?:an?|\w+) (?:days?|weeks?|months?)"
    r" (?:after|before))\b[^,]*$",
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
_REMINDS = re.compile(r"(?:please\s+)?(?:remind|ping|notify|alert|warn|nudge|tell|let (?:me|us) know)\b", re.I)


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
        shorter = re.sub(rf"^{POLITE}", "", _LEADS.sub("", text), flags=re.I).strip(" ,.;-")
        if shorter == text:
            break
        text = shorter
    return text if "=" in text else re.sub(r"\s[-–—]\s(?=[^-]*(?:,(?! call)|\sor\s))", ": ", text)


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
        if _begins(joint, piece, found[-1]):
            found.append(piece)
        else:
            found[-1] += joint + piece
    return [f.strip() for f in found if f.strip()]


def _begins(joint: str, piece: str, before: str) -> bool:
    text = piece.strip()
    if re.search(r"\bbetween\s+\S+(?:\s\S+)?(?:,[^,]+)?$", before) and "and" in joint and not _STRONG.match(text):
        return False
    if _WITH_VALUES.search(before) and len(text.split()) <= 3 and not _STRONG.match(text):
        return False
    if "," in joint and re.search(r":[^:]*$", before) and len(text.split()) == 1:
        # "To choose from: private, work, fun".
        return False
    if "," in joint and re.match(r"call (?:it|that|this)\b", text, re.I) and _SUM.search(before):
        return False
    if re.search(r"\bbetween\s+\S+$", before) and "," in joint and not _STRONG.match(text):
        # "A choice between midwife, doctor and hospital".
        return False
    if "but" in joint:
        if re.search(
            r"\b(?:isn't|aren't|not)\s+(?:be\s+)?(?:just\s+|only\s+)?(?:an?\s+|the\s+)?"
            r"(?!needed|necessary|wanted|required|used|useful|interesting|important|there"
            r"|enough)[\w-]+$",
            before,
        ) and re.match(r"(?:rather\s+)?(?:an?\s|one of\b|from\b|which\b|\w+:)", text, re.I):
            # "Isn't stars but a word".
            return False
        if re.match(r"(?:nobody|no one)\s", before.strip(), re.I) and len(text.split()) < 3:
            # "Nobody can delete it but me."
            return False
        return bool(_STRONG.match(text)) or not re.search(
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
    if "," in joint and _WHEN.match(without_lead(before)) and _REMINDS.match(text):
        return False
    if "," in joint and re.match(
        r"(?:instead of|rather than|in place of)\s[\w ]{2,30}?\s(?:just|only|whether|i|we|an?|add)\s", text, re.I
    ):
        return True
    if re.fullmatch(r"\s[-–—]\s", joint):
        return bool(_STARTS.match(text)) and "=" not in before
    if re.match(r"to\s+(?:drop|remove|delete|add|rename|change|get rid|split)\b", text):
        return True
    if "," in joint and re.match(
        r"(?:the )?\w+(?: \w+)? (?:from|out of) (?:an?|the) (?:list|drop-?down|menu)\b", text, re.I
    ):
        return True
    if "," in joint and re.match(
        r"(?:the )?\w+(?: \w+)? as (?:an? )?(?:\w+ )?(?:text|number|date|link|person|rating|choice)\b", text
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
    if "," in joint and re.search(r"\b(?:is|are)\s+(?:still\s+)?missing$", before):
        return True
    if "," in joint and re.search(r"\bso\s*$", joint) and re.match(r"(?:what|how|an?|the|some|another)\s", text):
        return True
    if re.match(r"(?:who|what|which|where|how|whether|if|did|does|was)\s", text, re.I) and _DONE.search(before):
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
    if _RELATIVE.match(text):
        return False
    if "," in joint:
        return bool(
            _STARTS.match(text)
            or (
                _PREDICATE.search(text)
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
    if re.fullmatch(r"(?:the )?[\w-]+", before.strip()) and not _STRONG.match(text):
        # "Name and phone must be filled in."
        return False
    # After a mere "and" only what is plainly asked anew: "date and I" and "name and number" go on.
    return bool(_STRONG.match(text)) or bool(
        re.match(
            r"\s*(?:the |an? )?[\w\ue000-\ue002]+(?: [\w\ue000-\ue002]+)? (?:can go|must|has to"
            r"|have to|needs to|should (?:be"
            r"|go)|isn't|is not needed|(?:is|are) called|must be|ought to|is useless|would be|needs to)\b",
            text,
        )
    )
