"""The words by which English requests ask, add, take away and pass the time; and how sentences fall into clauses."""

from __future__ import annotations

import re

_I = (
    r"(?:i|we|you|people|everyone|everybody|users|they|one|my \w+|our \w+|the (?:doctor"
    r"|boss|coach|team|teacher|client|customers?))"
)
_WANT = (
    rf"(?:{_I}(?:'d|'ll| would| also| really| still| just| do| now| always)*\s+(?:(?:also"
    rf"|really|still|now|rather|just|much)\s+)*"
    r"(?:want(?:s|ed)?|need(?:s|ed)?|like|love|prefer|have|see|wish|require|get|miss"
    r"|lack)(?:\s+(?:also|really|to be able))?"
    r"(?:\s+(?:to\s+)?(?:have|see|add|include|get|log|track|record|note|enter|know|keep track of"
    r"|write down|store|save|put in|also))*)"
)
_VERBS = (
    r"(?:add(?:\s+in)?|get(?!\s+(?:rid|me|us)\b)|include|insert|put(?:\s+in|\s+on)?|"
    r"create|introduce|give\s+(?:me|us|it|them|each\s+\w+)(?:\s+also)?|get\s+(?:me|us)"
    r"|build|set\s+up|make(?=\s+(?:an?|another|one|some|me|us|it\s+an?)\b)|squeeze\s+in"
    r"|throw\s+in|attach|append|extend\s+(?:it|this)\s+"
    r"(?:with|by)"
    r"|log|track|record|note(?:\s+down)?|store|save|capture|show(?:\s+(?:me|us))?|display"
    r"|bring\s+in|have|need|want|let's\s+(?:have|add|get|track|log|include|also\s+\w+)"
    r"|let\s+(?:me|us)\s+(?:add|enter|log|record|track|note|put|write|have|store|mark"
    r"|tick|choose|pick|say|see|attach|count|measure|rate|fill\s+in|upload"
    r"|save)"
    r"|what\s+about|how\s+about|where(?:'s|\s+is|\s+are)|there(?:'s|\s+is|\s+are)(?:\s+no)?"
    r"|there\s+(?:should|must|could|needs\s+to|has\s+to)\s+(?:also\s+)?be|plus|also"
    r"|it\s+(?:should|could|must|needs?\s+to|has\s+to)\s+(?:also\s+)?(?:have|include"
    r"|show|track|record)|it\s+(?:also\s+)?(?:needs|lacks|misses|wants)|missing(?:\s+is"
    r"|\s+are)?|still\s+missing)"
)
_POLITE = (
    r"(?:(?:can|could|would|will)\s+(?:you|we|it|i)\s+(?:please\s+|also\s+|maybe\s+|"
    r"just\s+)*|please\s+|pls\s+|i\s+wonder\s+if\s+\w+\s+(?:could|can)\s+|is\s+it\s+possible\s+to\s+"
    r"|would\s+it\s+be\s+possible\s+to\s+|it\s+would\s+be\s+(?:nice|great|good|cool|"
    r"helpful|useful|lovely)\s+(?:to|if\s+\w+\s+(?:could|can|had|would))\s+|help\s+(?:me"
    r"|us)\s+(?:to\s+)?|try\s+to\s+)"
)
# What introduces a wish, before what is wished for.
ASKING = re.compile(rf"^(?:{_POLITE})*(?:(?:{_WANT}|{_VERBS})\s+)+(?:(?:also|in|on|back|please|now|then)\s+)*", re.I)
ADD = re.compile(
    rf"^(?:(?:{_POLITE})*(?:(?:{_WANT}|{_VERBS})\s+)+(?:(?:also|in|on|back|please|then)\s+)*(?P<x>.+))$", re.I
)
_OUT = (
    r"(?:remove|delete|drop|erase|get\s+rid\s+of|take\s+(?:out|away|off)|kick\s+out|"
    r"throw\s+(?:out|away)|toss(?:\s+out)?|lose|ditch|scrap|cut(?:\s+out)?|kill|hide"
    r"|clear\s+out|leave\s+out|strip(?:\s+out)?|eliminate|chuck(?:\s+out)?|bin|dump|"
    r"discard|no\s+more|without|forget\s+about|stop\s+(?:tracking|logging|recording|"
    r"asking\s+for|showing)|skip|omit|forget)"
)
REMOVE = re.compile(
    rf"^(?:{_POLITE}|{_WANT}\s+to\s+|let's\s+|just\s+|also\s+|then\s+)*{_OUT}\s+(?:the\s+"
    rf"|that\s+|this\s+|our\s+|my\s+|all\s+)*(?P<x>.+?)(?:\s+(?:from|in|out of)\s+(?:the\s+"
    rf"|this\s+|our\s+)?(?:app|list|table|form|log|here|there|view|whole thing))?$"
    r"|^(?:take|throw|kick|cut|leave|toss|chuck|bin|strip)\s+(?P<y>.+?)\s+(?:out|away|off|altogether|entirely)$",
    re.I,
)
_NEVER = r"(?:not|never|no longer|isn't|aren't|ain't|is not|are not|n't)"
REMOVE_AFTER = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"^(?:{_I}|nobody|no one|none of us)\s+(?:really\s+|actually\s+|ever\s+)?(?:do(?:es)?n't"
        rf"|don't|do not|does not|no longer|never|didn't|won't|will not|needn't)\s+(?:really\s+"
        rf"|actually\s+|ever\s+|even\s+)?(?:need|use|want|care\s+about|care\s+for|fill(?:\s+in"
        rf"|\s+out)?|look\s+at|require|like|track|log|enter|have)\s+(?:to\s+(?:see|know|track"
        rf"|log|have)\s+)?(?:the\s+|any\s+|an?\s+|that\s+|this\s+|our\s+|my\s+|to fill in\s+"
        rf"|in\s+)*(?P<x>.+?)(?:\s+(?:any\s?more|any longer|at all|here|in (?:it|here|there)"
        rf"|so\b.*|really))*$",
        r"^(?:no|any)\s?(?:body|one|\sone)\s+(?:really\s+|ever\s+|actually\s+)?(?:uses?|"
        r"needs?|wants?|uploads?|fills?(?:\s+in|\s+out)?|enters?|cares?\s+about|looks?\s+at"
        r"|reads?|writes?|tracks?|logs?|puts? in|keeps?|knows?)\s+(?:the\s+|any\s+|an?\s+"
        r"|that\s+)*(?P<x>.+?)(?:\s+(?:any\s?more|any longer|at all))*$",
        r"^(?:don't|do not|no longer|no)\s+(?:really\s+)?(?:need|want|use|care about|needed"
        r"|show|track|log)(?:\s+for)?\s+(?:the\s+|any\s+|an?\s+)*(?P<x>.+?)(?:\s+(?:any\s?more"
        r"|any longer|at all))*$",
        r"^no\s+need\s+(?:for|of)\s+(?:the\s+|an?\s+)*(?P<x>.+)$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>.+?)\s+(?:can|may|should|must|could|has to"
        r"|have to|needs? to)\s+(?:all\s+|both\s+|just\s+)?(?:go|be\s+(?:removed|deleted"
        r"|dropped|gone|taken\s+out|thrown\s+out|scrapped|hidden))(?:\s+away)?(?:\s+(?:now"
        r"|please|too|as well))*$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>.+?)\s+(?:is|are|was|were|has\s+been|have\s+been"
        r"|seems?|turned\s+out)\s+(?:really\s+|actually\s+|just\s+|totally\s+|completely\s+"
        r"|pretty\s+|quite\s+)*(?:not\s+(?:needed|necessary|useful|used|interesting|important"
        r"|required\s+any\s?more|wanted|relevant)|never\s+(?:used|filled(?:\s+in)?|needed"
        r"|looked at)|no\s+longer\s+(?:needed|used|necessary|relevant|wanted)|useless|unnecessary"
        r"|pointless|superfluous|redundant|unused|irrelevant|obsolete|needless|noise|clutter"
        r"|rubbish)(?:\s+(?:any\s?more|at all|now|to (?:us|me)))*$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>.+?)\s+(?:isn't|aren't|wasn't)\s+(?:really\s+"
        r"|actually\s+)?(?:needed|necessary|useful|used|interesting|important|wanted|relevant"
        r"|worth\s+\w+)(?:\s+(?:any\s?more|at all|now))*$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>[\w ]+?)\s*[:,-]?\s*(?:away with it|gone"
        r"|out with it|bye|delete|remove it|drop it|removed)$",
        r"^(?:away|out|down)\s+with\s+(?:the\s+)?(?P<x>.+)$",
    )
)
TAKE_BACK = re.compile(
    r"^(?:no,?\s+wait|wait,?\s*no|wait|never\s?mind(?:\s+(?:that|about that|it))?|nevermind"
    r"|scratch\s+that|forget\s+(?:it|that|about\s+(?:it|that))|ignore\s+that|on second thought"
    r"|actually,?\s+no|no,?\s+don't)\b[,:]?\s*",
    re.I,
)
NOISE = re.compile(
    r"^(?:(?:ok|okay|hi|hey|hello|yo|well|hmm|oh|so|please|pls|thanks?(?: (?:you|a lot"
    r"|so much|in advance))?|thx|cheers|ta|great|nice|cool|sorry|btw|by the way|that"
    r"(?:'s| is| was)? (?:all|it|everything|enough)(?: for now)?|for now|everyone|guys"
    r"|again|too|also|as well|instead|etc"
    r"|(?:do|make) (?:so|that|the same|it so)|all good|no worries|if (?:you can|possible"
    r"|that's possible|that works)|would be "
    r"(?:nice|great|good|cool|helpful)|madeleine)[\s,!]*)+$"
    r"|^(?:nothing|everything|the rest|all|anything|all the (?:rest|other)|(?:all )?"
    r"(?:the )?others?|no other \w+)\b.{0,30}\b(?:change[sd]?|stays?|keep|kept|leave"
    r"|as (?:it )?is|remains?|same|untouched|alone|fine|ok|okay|good|keeps?|moved?|touched)\b.*$"
    r"|^(?:leave|keep|don't (?:touch|change|alter)|do not (?:touch|change|alter)|no changes? to)\b.*\b"
    r"(?:rest|everything(?: else)?|anything(?: else)?|others?|all else|nothing else)\b.*$"
    r"|^(?:change|touch|move|alter|merge|remove|add|hide|drop|rename|delete) nothing(?: else)?\b.*$"
    r"|^(?:never|rarely|hardly ever) used(?: (?:it|them|those|that))?$|^(?:it|they|that"
    r"|this)(?:'s| is|'re| are| was| were)? (?:never used|useless|not needed|enough|"
    r"fine|too much|confusing|annoying|good|great|helpful|boring)$"
    r"|^(?:only|just) (?:that|this)$",
    re.I,
)
# Courtesies and reasons after what is wished for.
AFTERTHOUGHT = re.compile(
    r"(?:,?\s+(?:please|pls|thanks|thank you|as well|too|also|would be (?:nice|great"
    r"|good|cool|helpful|useful|lovely|handy|awesome|perfect)|if (?:you can|possible)"
    r"|for now|while you're at it|on there|in there|on top|at the end|somewhere|to it))+$",
    re.I,
)
_LEADS = re.compile(
    r"^(?:(?:and|but|also|then|plus|so|instead|oh|ok|okay|please|pls|maybe|perhaps|just"
    r"|besides|finally|lastly|first|firstly|second|secondly|next|again|well|btw|by the way"
    r"|additionally|furthermore|moreover|further|on top of that|in addition|apart from that"
    r"|actually|basically|hey|hi|hello|madeleine|one more thing|another thing|oh and"
    r"|yes,|no,|hmm|now|anyway|additionaly|w/|&|\+|-|\*|\d[.)]|to(?= (?:drop|remove|"
    r"delete|add|rename|change|get rid|split)\b))[\s,:]+)+",
    re.I,
)
_IMPERATIVES = (
    r"add|include|insert|put|create|make|turn|change|convert|switch|swap|replace|rename"
    r"|re-?label|call|name|label|remove|delete|drop|erase|get|take|kick|throw|lose|ditch"
    r"|scrap|cut|hide|show|display|give|let|let's|need|want|compute|calculate|work|figure"
    r"|remind|ping|notify|alert|warn|nudge|tell|split|divide|merge|move|set|mark|keep"
    r"|leave|group|sort|log|track|record|allow|only|nobody|nothing|everything|don't|"
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
_RELATIVE = re.compile(
    r"^(?:and\s+|or\s+)?(?:whether|when|where|who|whom|how|if|which|what|why|that|with"
    r"|default|each|one for|one of|linked|optional|required)\b(?!\s+(?:about|is|are)\b)",
    re.I,
)
_JOINTS = re.compile(
    r"(\s[-–—]\s|:\s+(?=(?:please\s+)?(?:split|remove|drop|delete|rename|add|make|change"
    r"|call|turn)\s)|\s+so\s+(?:please\s+)?(?=we\b|i\b|you\b|it\b|they\b|let\b|remove"
    r"|drop|delete|get|take|add|change|make"
    r"|rename|throw)|,\s*(?:and\s+|but\s+|then\s+|so\s+|plus\s+|also\s+)*|\s+but\s+|"
    r"\s+and\s+(?:also\s+|then\s+|please\s+)*|\s+then\s+|\s+plus\s+(?:also\s+)?|\s*&\s*)",
    re.I,
)
_STRONG = re.compile(
    r"^(?:add|include|insert|create|make|turn|change|convert|switch|swap|replace|rename"
    r"|relabel|call|remove|delete|drop|erase|get rid|get me|get us|get|take out|take"
    r"|kick|throw|lose|ditch|scrap|cut|hide|show|display|give|let|let's|compute|calculate"
    r"|work out|figure out|remind|ping|notify|alert|warn|nudge|tell|split|divide|move"
    r"|set|mark|keep|leave|group|don't|do not|never|forget|put|limit|restrict|stop"
    r"|i'd|i'll|i want|i need|i would|i also|i don't|we'd|we want|we need|we would|we also"
    r"|we don't|we never|i never|there's|there is|there are|there should|it should|it needs"
    r"|nobody|no one|only|only \w+ (?:can|may|should)|please|also|instead|can you|could you"
    r"|would you|no longer|what about|how about)\b",
    re.I,
)
_APP_TAIL = re.compile(
    r"\s+(?:to|in|from|on|into|of|for)\s+(?:the|our|my|this)\s+(?:[\w&'’]+\s+){0,3}(?:app"
    r"|tracker|application)\b(?!\s+(?:field|column))",
    re.I,
)


def without_lead(clause: str) -> str:
    """A clause without "and also", "please", "could you" before it, and a list after a dash as after a colon."""
    text = clause.strip(" ,.:;-")
    for _ in range(4):
        shorter = re.sub(rf"^{_POLITE}", "", _LEADS.sub("", text), flags=re.I).strip(" ,.;-")
        if shorter == text:
            break
        text = shorter
    return text if "=" in text else re.sub(r"\s[-–—]\s(?=[^-]*(?:,|\sor\s))", ": ", text)


def clauses(sentence: str) -> list[str]:
    """The clauses of a sentence: cut where something new is asked, never within an enumeration."""
    sentence = _APP_TAIL.sub("", sentence)
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
    if re.search(r"\bbetween\s+\S+(?:\s\S+)?$", before) and "and" in joint and not _STRONG.match(text):
        return False
    if "but" in joint:
        return True
    if re.fullmatch(r"\s[-–—]\s", joint):
        return bool(_STARTS.match(text)) and "=" not in before
    if re.match(r"to\s+(?:drop|remove|delete|add|rename|change|get rid|split)\b", text):
        return True
    if "," in joint and re.match(
        r"(?:the )?\w+(?: \w+)? as (?:an? )?(?:\w+ )?(?:text|number|date|link|person|rating|choice)\b", text
    ):
        return True
    if re.match(r"\w+(?: \w+)?:\s", text) and ":" not in before and "," in joint:
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
        return True
    if "then" in joint or re.match(r"\s+so\s", joint):
        return True
    if re.match(r"to\s+(?:drop|remove|delete|add|rename|change|get rid|split|show|see)\b", text):
        return True
    # After a mere "and" only what is plainly asked anew: "date and I" and "name and number" go on.
    return bool(_STRONG.match(text)) or bool(
        re.match(
            r"\s*(?:the |an? )?[\w\ue000-\ue002]+(?: [\w\ue000-\ue002]+)? (?:can go|must|has to"
            r"|have to|needs to|should (?:be"
            r"|go)|isn't|is not needed|must be|ought to|is useless|would be|needs to)\b",
            text,
        )
    )
