"""Whether a few words, without a verb of wishing, name things to add."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.english.listing import items
from madeleine_miniapp.domain.editing.english.words import (
    ADD,
)
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.phrase_words import without_purpose
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import polished

# Questions whose answers a field would hold: "how many bottles are left", "who is the trainer", "did it help".
ASKED = re.compile(
    r"^(?:whether (?:it|they|we|he|she|i|the)\b(?!.*,)|how (?:many|much) [\w ]{2,40}\s(?:are|is|were|was|we have|there"
    r" are)\b|who(?:'s| is| was)\s+(?:(?:the|our"
    r"|my)\s+)?\w+(?:\s+(?:on|with|for))?(?:\s+(?:it|this|that|them))?$"
    r"|whose \w+ (?:it|this|that|they) (?:is|was|are|were)\b(?!.*,)"
    r"|where (?:was|is|were|did|does|do|has) (?:it|they|we|i|he|she|the \w+)\b(?!.*,)"
    r"|(?:what|how much) (?:the |each |an? )?\w+ (?:is|are|was|were) worth\b(?!.*,)"
    r"|how (?:the |my |our )\w+(?: \w+)? (?:was|were|is|are|felt|went)\b(?!.*,)"
    r"|who (?:it|they|this|that)(?:'s|'re| is| are| was| were) (?:for|from|by|with)\b(?!.*,)"
    r"|(?:which|what) (?!is|are|was|were|has|have|can|should|would)\w+(?: \w+)?? (?:it|they|he|she|we|i)(?:'s|'re| is"
    r"| are| was| were)\b(?!.*,)"
    r"|(?:an?\s+)?(?:tick ?box|check ?box|check ?mark)\s+(?:if|whether)\b(?!.*,)|an?\s+(?:tick|tick ?box"
    r"|check ?box|check ?mark|flag|toggle)\s+(?:if|whether|when|that|for|to)\b(?!.*,)"
    r"|(?:until|till|since|by|from) when\b(?!.*,)"
    r"|when (?:it|they|we|i) (?:was|were|is|are|had|did)\b(?!.*,)|how (?:long|far|big|old|heavy|hot|cold|tall"
    r"|deep) (?:the|it|they|we|i|each|a|an)\b(?!.*,)"
    r"|(?:did|does|was|is|has)\s+(?:the|it|they|he|she|my|our|we|i)\b(?!.*,))",
    re.I,
)
# "The lure I used": what is told of a thing that is named.
RELATIVE = re.compile(r"\s+(?:(?:that|which)\s+)?(?:i|we|they|he|she|you)\s+\w+$", re.I)
# "Phone number for each kid", "the sponsor if there is one": said of a field, whatever it is called.
_OF_EACH = re.compile(
    r"\s+(?:(?:for|of|from)\s+(?:each|every)(?:\s+\w+)?|for\s+all\s+the\s+\w+|if\s+(?:there(?:'s|\s+is|\s+was|\s+are"
    r"|\s+were)?\s+(?:one|any"
    r"|some)|any|known|applicable))$",
    re.I,
)


def of_each(text: str) -> bool:
    """Whether a few words without a verb are said to be for each record, or to be given where there is such a"
    " thing."""
    told = _OF_EACH.sub("", text)
    return told != text and len(told.split()) <= 5 and not VERB.search(told) and not ADD.match(text)


VERB = re.compile(
    r"\b(?:is|are|was|were|be|isn't|aren't|should|shouldn't|must|can|can't|could|would"
    r"|will|won't|has|have|had|needs?|wants?|do|does|did|don't"
    r"|doesn't|didn't|never|goes?|gets?|got|makes?|please|remove|delete|drop|rename|"
    r"change|add|calculate|compute|i|we|they|you|it|me|us|to)\b",
    re.I,
)
# What bids something else than to add.
_BIDDING = re.compile(r"(?:merge|combine|connect|join)\s", re.I)
# "The km on the bike": of the bike, and not the bike.
_WHERE = re.compile(r"(?<=\w)\s+(?:on|of|at|in|for|from)\s.*$", re.I)
_OF_THING = re.compile(r"\s+(?:of|for|from)\s+(?:the|each|every|my|our)\s.*$", re.I)
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.I)
_TO_CHOOSE = re.compile(r"(?:an?\s+)?(?:choices?|options?|pick-?list|drop-?down|selection)", re.I)
_TYPED = re.compile(r"(?P<x>(?:(?:an?|the)\s+)?[\w' -]{2,40}?)\s+as\s+(?P<t>[\w /-]+)", re.I)


def is_typed(text: str, scene: Scene) -> bool:
    """Whether a few words name something new and its type: "allergens as text"."""
    hit = _TYPED.fullmatch(polished(text))
    if hit is None or VERB.search(hit["x"]) or ADD.match(text):
        return False
    if type_named(hit["t"]) is None and not (" or " in hit["x"] and _TO_CHOOSE.fullmatch(hit["t"])):
        return False
    ref = scene.exact(hit["x"])
    new = ref is None or scene.names.goes_beyond(scene.prepared.plain(hit["x"]), ref)
    return len(hit["x"].split()) <= 5 and new


def is_described(text: str, scene: Scene) -> bool:
    """Whether a few words without a verb describe fields that are not there."""
    parts = [without_purpose(part) for part in items(polished(text))]
    known = [scene.known.of(_ARTICLE.sub("", scene.prepared.plain(part))) is not None for part in parts]
    if len(parts) == 1 and (thing := _OF_THING.sub("", parts[0])) != parts[0] and not VERB.search(thing):
        # "Address of the guest for the thank you card".
        known = [scene.known.of(_ARTICLE.sub("", thing)) is not None and scene.exact(thing) is None]
    if len(parts) > 1 and all(known) and not ADD.match(text):
        return True
    plain = RELATIVE.sub("", " and ".join(parts))
    if scene.led and len(parts) <= 4 and all(len(part.split()) <= 5 for part in parts) and not VERB.search(plain):
        return not ADD.match(text)
    if _BIDDING.match(text) or any(len(part.split()) > 6 or scene.exact(part) for part in parts) or ADD.match(text):
        return False
    each = [described(part, scene.prepared) for part in parts]
    if len(parts) == 1 and scene.mentions_any(_WHERE.sub("", scene.prepared.plain(text))):
        return False
    return all(
        m and (m.choices or m.type not in (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_BOOLEAN) or is_known or "\ue001" in part)
        for m, is_known, part in zip(each, known, parts, strict=True)
    )
