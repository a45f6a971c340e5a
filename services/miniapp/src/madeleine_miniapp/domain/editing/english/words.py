"""The words by which English requests ask, add, take away and pass the time."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing.text import QUOTED

I_OR_WE = (
    r"(?:i|we|you|people|everyone|everybody|users|they|one|my \w+|our \w+|the (?:doctor"
    r"|boss|coach|team|teacher|client|customers?)|(?:the\s+)?\w+(?=\s+(?:wants|would\s+like|would\s+love"
    r"|asked\s+for|asks\s+for)\b))"
)
_WANT = (
    rf"(?:{I_OR_WE}(?:'d|'ll| would| also| really| still| just| do| now| always)*\s+(?:(?:also"
    rf"|really|still|now|rather|just|much)\s+)*"
    r"(?:want(?:s|ed)?|need(?:s|ed)?|like|love|prefer|have|see|wish|require|get|miss|ask(?:s|ed)?\s+for"
    r"|lack)(?:\s+(?:also|really|to be able))?"
    r"(?:\s+(?:to\s+)?(?:have|see|add|include|get|log|track|record|note|enter|know|keep track of"
    r"|write(?: down| in)?|type(?: in)?|fill in|store|save|put in|give(?!\s+(?:me|us|it|them|each"
    r"|every|the|my|our)\b)|also))*)"
)
_VERBS = (
    r"(?:(?:i|we|you|it|they)\s+(?:should|must|could|ought\s+to)\s+(?:also\s+)?(?:record|log|note|track"
    r"|write\s+down|keep|store)(?:\s+down)?"
    r"|add(?:\s+in)?|get(?!\s+(?:rid|me|us)\b)|include|insert|put(?:\s+in|\s+on)?|"
    r"create|introduce|give\s+(?:me|us|it|them|each\s+\w+)(?:\s+also)?|get\s+(?:me|us)"
    r"|build|set\s+up|make(?=\s+(?:an?|another|one|some|me|us|it\s+an?)\b)|squeeze\s+in"
    r"|throw\s+in|attach|append|extend\s+(?:it|this)\s+"
    r"(?:with|by)"
    r"|log|track|record|note(?:\s+down)?|store|save|capture|show(?:\s+(?:me|us))?|display"
    r"|bring\s+in|have|need|want|tell\s+(?:me|us)(?=\s+(?:who|when|where|how|whether"
    r"|which|if|what)\b)|let's\s+(?:have|add|get|track|log|include|also\s+\w+)"
    r"|let\s+(?:me|us)\s+(?:add|enter|log|record|track|note|put|write|have|store|mark"
    r"|tick|choose|pick|say|see|attach|count|measure|rate|fill\s+in|upload"
    r"|save)"
    r"|what\s+about|how\s+about|where(?:'s|\s+is|\s+are)|there(?:'s|\s+is|\s+are)(?:\s+no)?"
    r"|there\s+(?:should|must|could|needs\s+to|has\s+to)\s+(?:also\s+)?be|plus|also"
    r"|it\s+(?:should|could|must|needs?\s+to|has\s+to)\s+(?:also\s+)?(?:have|include"
    r"|show|track|record)|it\s+(?:also\s+)?(?:needs|lacks|misses|wants)|(?:it's|it\s+is|we're|we\s+are|i'm"
    r"|i\s+am)\s+(?:still\s+)?(?:missing|lacking)|missing(?:\s+is"
    r"|\s+are)?|still\s+missing)"
)
POLITE = (
    r"(?:(?:can|could|would|will|should)\s+(?:you|we|it|i|everyone|everybody|people|they|members)\s+(?:please\s+"
    r"|also\s+|maybe\s+|"
    r"just\s+)*|please\s+|pls\s+|i\s+wonder\s+if\s+\w+\s+(?:could|can)\s+|is\s+it\s+possible\s+to\s+"
    r"|would\s+it\s+be\s+possible\s+to\s+|(?:it(?:'d|\s+would|'s)\s+|would\s+|'d\s+)?be\s+(?:nice|great|good|cool|"
    r"helpful|useful|lovely|fab|handy|neat|awesome)\s+(?:to|if\s+\w+\s+(?:could|can|had|would))\s+"
    r"|(?:i|we|you|everyone|everybody|people|they|members)\s+(?:should|must|could|want\s+to"
    r"|need\s+to)\s+be\s+able\s+to\s+"
    r"|any\s+chance\s+(?:you|we|i|it)"
    r"\s+(?:could|can)\s+|is\s+there\s+(?:a|any)\s+way\s+to\s+|help\s+(?:me"
    r"|us)\s+(?:to\s+)?|try\s+to\s+)"
)
# What introduces a wish, before what is wished for.
ASKING = re.compile(rf"^(?:{POLITE})*(?:(?:{_WANT}|{_VERBS})\s+)+(?:(?:also|in|on|back|please|now|then)\s+)*", re.I)
ADD = re.compile(
    rf"^(?:(?:{POLITE})*(?:(?:{_WANT}|{_VERBS})\s+)+(?:(?:also|in|on|back|please|then)\s+)*(?P<x>.+))$", re.I
)
_OUT = (
    r"(?:remove|delete|drop|erase|get\s+rid\s+of|take\s+(?:out|away|off)|kick(?:\s+out)?|"
    r"throw\s+(?:out|away)|toss(?:\s+out)?|lose|ditch|scrap|cut(?:\s+out)?|kill|hide"
    r"|clear\s+out|leave\s+out|strip(?:\s+out)?|eliminate|chuck(?:\s+out)?|bin|dump|"
    r"discard|no\s+more|without|forget\s+about|stop\s+(?:tracking|logging|recording|"
    r"asking\s+for|showing)|skip|omit|forget)"
)
REMOVE = re.compile(
    rf"^(?:{POLITE}|{_WANT}\s+to\s+|(?:(?:i|we|you)\s+)?(?:could|can|should|might|may|will)\s+(?:safely\s+"
    rf"|happily\s+)?|(?:we|i|you)'ll\s+"
    rf"|let's\s+|just\s+|also\s+|then\s+)*{_OUT}\s+(?:the\s+"
    rf"|that\s+|this\s+|our\s+|my\s+|all\s+)*(?P<x>.+?)(?:\s+(?:from|in|out of)\s+(?:the\s+"
    rf"|this\s+|our\s+)?(?:app|list|table|form|log|here|there|view|whole thing))?$"
    r"|^(?:take|throw|kick|cut|leave|toss|chuck|bin|strip|put(?=.*\saway))\s+(?P<y>.+?)\s+(?:out|away|off"
    r"|altogether|entirely)"
    r"(?:\s+(?:of\s+)?(?:the|our|my|this)\s+\w+)?(?:\s+please)?$",
    re.I,
)
REMOVE_AFTER = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"^(?:{I_OR_WE}|nobody|no one|none of us)\s+(?:really\s+|actually\s+|ever\s+)?(?:do(?:es)?n't"
        rf"|don't|do not|does not|no longer|never|didn't|won't|will not|needn't)\s+(?:really\s+"
        rf"|actually\s+|ever\s+|even\s+)?(?:need|use|want|care\s+about|care\s+for|fill(?:\s+in"
        rf"|\s+out)?|look\s+at|require|like|track|log|enter|have|measure|record|note(?:\s+down)?"
        rf"|write\s+down)\s+(?:to\s+(?:see|know|track"
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
        r"^no\s+(?:more\s+)?(?P<x>(?!need|wait|one|other|idea|longer|just|only|less|matter|problem|rush|more"
        r"|worries|then|i|we|it)\w+(?: \w+){0,2})$",
        r"^(?P<x>.+?)\s*(?:'s|\sis|\sare|'re)\s+(?:out|gone|off|history)$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>[\w-]+(?: [\w-]+)?)\s+(?:not|no longer"
        r"|never)\s+(?:really\s+)?(?:needed|used"
        r"|necessary|wanted|required)(?:\s+(?:any\s?more|at all|here|now))*$",
        r"^no\s+need\s+(?:for|of)\s+(?:the\s+|an?\s+)*(?P<x>.+)$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>.+?)\s+(?:can|may|should|must|could|has to"
        r"|have to|needs? to)\s+(?:all\s+|both\s+|just\s+)?(?:go|vanish|disappear|retire|be\s+(?:removed|deleted"
        r"|dropped|gone|(?:taken|thrown|left|kicked|cut)\s+out|left\s+off|scrapped|hidden|skipped|omitted|ditched"
        r"|binned|erased))(?:\s+away)?(?:\s+from (?:the |our"
        r" )?\w+)?(?:\s+(?:now"
        r"|please|too|as well))*(?:\s+(?:it's|its|they're|there's|cause|because|since|as)\s"
        r"(?!.*\b(?:need|want|add|should|make|please)\b).*)?$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>.+?)\s+(?:is|are|was|were|has\s+been|have\s+been"
        r"|seems?|turned\s+out)\s+(?:both\s+|all\s+|kind of\s+|a bit\s+|really\s+|actually\s+|just\s+"
        r"|totally\s+|completely\s+"
        r"|pretty\s+|quite\s+)*(?:not\s+(?:needed|necessary|useful|used|interesting|important"
        r"|required\s+any\s?more|wanted|relevant)|never\s+(?:used|filled(?:\s+in)?|needed"
        r"|looked at)|no\s+longer\s+(?:needed|used|necessary|relevant|wanted)|useless|unnecessary"
        r"|pointless|superfluous|redundant|unused|irrelevant|obsolete|needless|noise|clutter"
        r"|rubbish)(?:\s+(?:any\s?more|at all|now|to (?:us|me)))*$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>.+?)\s+(?:isn't|aren't|wasn't)\s+(?:really\s+"
        r"|actually\s+)?(?:needed|necessary|useful|used|interesting|important|wanted|relevant"
        r"|worth\s+\w+)(?:\s+(?:any\s?more|at all|now|(?:for|to) (?:me|us|anyone)))*$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>[\w ]+?)\s*[:,-]?\s*(?:away with it|gone"
        r"|out with it|bye|delete|remove it|drop it|removed)$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>.+?)\s+(?:is not|isn't|aren't|are not)\s+(?:something|anything"
        r"|what)\s+(?:that\s+)?(?:i|we|anyone|anybody)\s+"
        r"(?:really\s+)?(?:wants?|needs?|cares?|uses?|keeps?|looks?)\b.*$",
        r"^(?:away|out|down)\s+with\s+(?:the\s+)?(?P<x>.+)$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>[\w ]+?),?\s+(?:nobody|no one)\s+(?:ever\s+"
        r"|really\s+)?\w+s(?:\s+any\s?more)?$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>[\w ]+?),?\s+(?:i|we|they|nobody|no one"
        r"|people)\s+(?:really\s+)?(?:don't|do not|no longer|never"
        r"|didn't)\s+(?:really\s+|actually\s+|ever\s+)?(?:need|want|use|fill\s+in|look\s+at"
        r"|care\s+about)(?:\s+(?:that|it|them|any\s?more|any longer|at all|in there"
        r"|really))*$",
        r"^(?:the\s+|that\s+|our\s+|my\s+)*(?P<x>.+?)\s+(?:does\s+not|doesn't|do\s+not|don't"
        r"|didn't)\s+(?:really\s+|actually\s+)?"
        r"(?:matter|count|(?:interest|tell|bother)\s+(?:me|us|anyone|anybody)(?:\s+(?:anything|much|a thing))?"
        r"|(?:say|mean)\s+(?:anything|much|a thing)|help|work(?:\s+for\s+us)?)(?:\s+(?:any\s?more|at"
        r" all|to (?:us|me)))*$",
    )
)
TAKE_BACK = re.compile(
    r"^(?:(?:nah|nope|ok|okay|well|hmm|oh|and|but),?\s+)?(?:no,?\s+wait|wait,?\s*no|wait"
    r"|never\s?mind(?:\s+(?:that|about that|it))?|nevermind"
    r"|scratch\s+that|forget\s+(?:it|that|about\s+(?:it|that))|ignore\s+that|on second thought"
    r"|actually,?\s+no|no,?\s+don't)\b[,:]?\s*",
    re.I,
)
NOISE = re.compile(
    r"^(?:(?:ok|okay|nah|nope|hm+|meh|ugh|eh|yeah|yep|yup|lol|haha|tbh|honestly|finally|phew|hi|hey|hello|yo|well"
    r"|oh|so|please|pls|thanks?(?: (?:you|a lot"
    r"|so much|in advance))?|thx|cheers|ta|great|nice|cool|sorry|btw|by the way|that"
    r"(?:'s| is| was)? (?:all|it|everything|enough)(?: for now)?|for now|everyone|guys"
    r"|again|too|also|as well|instead|etc"
    r"|(?:do|make) (?:so|that|the same|it so)|(?:would|could|can|will) you|all good|no worries|if (?:you can|possible"
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
    r"|^(?:only|just) (?:that|this)$|^get rid$",
    re.I,
)
# Courtesies and reasons after what is wished for.
AFTERTHOUGHT = re.compile(
    r"(?:,?\s+(?:please|pls|thanks|thank you|as well|too|also|would be (?:nice|great"
    r"|good|cool|helpful|useful|lovely|handy|awesome|perfect)|if (?:you can|possible)"
    r"|for now|while you're at it|on there|in there|on top|at the end|somewhere|to it))+$",
    re.I,
)
# One name in a clause: a quotation, or words without a comma.
NAME = rf"(?:{QUOTED}|[^,]+?)"
TO_CHOICES = re.compile(
    r"^(?P<v>.+?)\s+(?:as\s+(?:an?\s+|another\s+|new\s+)*(?:options?|choices?|values?"
    r"|possibilit(?:y|ies))\s+)?(?:to|for|in|under|into|on)\s+(?:the\s+)?(?:list of\s+"
    r"|options? (?:of|for)\s+|choices? (?:of|for)\s+)?(?P<x>.+)$",
    re.I,
)
