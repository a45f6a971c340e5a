"""The words with which a part of an English sentence asks for something new, or does not."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing.english.leads import LEADS

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
STARTS = re.compile(
    rf"^(?:{LEADS.pattern[1:]})?(?:{_IMPERATIVES}|{_SUBJECTS})\b(?!\s+(?:long|many|much|often|far|big|old)\b)", re.I
)
PREDICATE = re.compile(
    r"\b(?:is|are|was|were|isn't|aren't|should|shouldn't|must|can|can't|could|would|"
    r"has|have|needs?|wants?|didn't|doesn't|don't|never|becomes?|goes|stays?)\b",
    re.I,
)
WITH_VALUES = re.compile(r"\bwith (?:the |these )?(?:values|options|choices)\b[^.]*$", re.I)
RELATIVE = re.compile(
    r"^(?:and\s+|or\s+)?(?:whether|when|where|who|whom|how|if|which|what|why|that(?!'s)|with"
    r"|default|each|one for|one of|linked|optional|required)\b(?!\s+(?:about|is|are)\b)",
    re.I,
)
STRONG = re.compile(
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
DONE = re.compile(
    r"\bas (?:an? )?(?:drop-?down|pick-?list|number|check ?box|tick ?box|date|text)\b"
    r"|\b(?:mandatory|required|optional)$|\b(?:can|must|should) (?:go|be \w+)$"
    r"|\bwould (?:be \w+|help)(?:\s*\ue001\d+\ue002)?$"
    r"|\b(?:instead of|rather than) \w+(?: \w+)?$"
    r"|^(?:please )?(?:rename|call)\s(?!.*\band\b)",
    re.I,
)
SUM = re.compile(r"\s[-+*/x×=]\s|\b(?:minus|times|divided by|plus|per)\b", re.I)
