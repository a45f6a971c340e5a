"""English clauses that wish for something without a verb of adding: "a chart would be nice", "who is the trainer"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.english.items import item
from madeleine_miniapp.domain.editing.english.listing import items
from madeleine_miniapp.domain.editing.english.news import unheard_of
from madeleine_miniapp.domain.editing.english.options import option_values
from madeleine_miniapp.domain.editing.english.words import (
    ADD,
)
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.phrase_words import ROW, without_purpose
from madeleine_miniapp.domain.editing.phrases import Described, described
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import polished
from madeleine_miniapp.domain.editing.viewing import add_view, asks_for_figure, view_type


def wished(text: str, scene: Scene) -> bool:
    """ "X would be nice", "a chart is what we miss", and things named without any verb."""
    if re.match(
        r"^.+\b(?:isn't|is not|aren't|are not)\s+(?:really\s+)?(?:needed|necessary|wanted|required)(?:\s+(?:at"
        r" all|any\s?more|here))*$",
        text,
        re.I,
    ):
        # What is not there need not go.
        return True
    if _TOLD.match(text):
        return False
    alone = scene.led and len(text.split()) == 1
    if unheard_of(text, scene, least=1 if alone or re.search(r"\s(?:is|are)\s+(?:still\s+)?missing$", text) else 2):
        return True
    if as_numbers := re.match(
        r"^(?P<x>.+?),?\s+as\s+(?:an?\s+|the\s+|one\s+)?(?:(?:big|single|simple)\s+)?(?:numbers?|figures?"
        r"|totals?|stats?"
        r"|statistics?)(?:\s+(?:on|at the) top)?$",
        text,
        re.I,
    ):
        parts = [
            p
            for p in items(as_numbers["x"])
            if re.match(
                r"(?:the )?(?:total|sum|average|number|overall|how (?:much|many|often)|what .*\b(?:in total"
                r"|altogether|overall)\b)\b",
                p,
                re.I,
            )
        ]
        done = [add_view(scene, p, s.VIEW_TYPE_METRIC) for p in parts]
        if done:
            return all(done)
    if _FIGURE.match(text) and scene.mentions_any(scene.prepared.plain(text)):
        return item(text, scene)
    last = scene.operations[-1] if scene.operations else None
    too = re.match(r"^(?P<v>[\w-]+)\s+(?:too|as well|also)$", text, re.I)
    if too and not isinstance(last, ops.AddField) and unheard_of(too["v"], scene, least=1):
        return True
    if hit := _BY_WHOM.match(text):
        for word, kind in (("by", s.FIELD_TYPE_PERSON), ("on", s.FIELD_TYPE_DATE)):
            if word == "by" or hit["w"]:
                label = f"{hit['v'].capitalize()} {word}"
                # Beside a field "claimed", and not that.
                acting.add_described(scene, Described(label, kind), part_of=scene.exact(label))
        return True
    if hit := _IF_SO.match(text):
        return item(f"whether it is {hit['x']}", scene)
    if re.match(r"^(?:upload|attach)\s+\w", text, re.I):
        done = [item(part, scene) for part in items(text)]
        return all(done)
    if hit := _ASKS.match(text):
        return item(hit["x"], scene)
    if _EACH_DID.match(text) or (
        asks_for_figure(text) and scene.mentions_any(text) and not _VERB.search(text) and len(text.split()) <= 8
    ):
        return add_view(scene, text)
    hit = (
        re.match(
            r"^(?P<x>.+?)\s+(?:would|might|could)\s+(?:also\s+|really\s+)?(?:be\s+(?:really\s+"
            r"|so\s+|very\s+)?(?:nice|good|great|cool|helpful|useful|lovely|handy|awesome|perfect|fab|neat|brilliant"
            r"|fun|fine|better|interesting|important|an?\s+(?:\w+\s+)?(?:laugh|plus|bonus|help|dream|hit|win"
            r"|must|idea|touch))"
            r"|help|make sense|do|(?:motivate|please|interest|amuse|save)\s+(?:me|us|everyone|people"
            r"|the \w+)\b)(?P<rest>.*)$",
            text,
            re.I,
        )
        or re.match(
            r"^(?P<x>.+?)\s+(?:is|are)\s+(?:also\s+)?(?:interesting|important|useful|helpful|relevant|worth"
            r" \w+ing)(?P<rest>)$",
            text,
            re.I,
        )
        or _easier(text)
        or re.match(
            r"^(?P<x>.+?)\s+(?:should|must|could|needs?\s+to|has\s+to|have\s+to|ought\s+to)\s+(?:also\s+)?"
            r"(?:be\s+(?:in\s+(?:there|here|it)|included|added|tracked|recorded|logged|noted|part\s+of\s+it"
            r"|there|on\s+it)|go\s+in|come\s+in)\b(?P<rest>).*$",
            text,
            re.I,
        )
        or re.match(
            r"^(?P<x>.+?)\s+(?:is|are)\s+(?:still\s+)?(?:missing(?:\s+and so (?:is|are) (?P<also>.+))?|what (?:i"
            r"|we) (?:miss|need|"
            r"want|lack)|needed)(?P<rest>)$",
            text,
            re.I,
        )
    )
    if hit:
        also = hit.groupdict().get("also")
        if scene.topic is not None and scene.topic.field.choices and re.search(r"\bin (?:there|here|it)\b", text):
            return acting.add_choices(scene, scene.topic, option_values(hit["x"]))
        wished_for = [*items(hit["x"]), *(items(also) if also else ())]
        parts = [item(f"{part}{hit['rest'] if i == 0 else ''}", scene) for i, part in enumerate(wished_for)]
        return any(parts)
    if re.match(r"^(?:who|which)\b.*\b(?:most|least|best|worst|highest|lowest|fastest|longest)\b", text, re.I):
        # A question to the records, not a field.
        return False
    if of_several := _WHICH_OF.match(text):
        # "Which team it was, u9 or u11".
        return item(f"{of_several['x']}: {of_several['c']}", scene)
    asked = _ASKED.match(text) or _of_each(text)
    bare_phrase = (
        asked
        or re.match(r"^[\w -]{2,30}\s(?:field|column)$", text, re.I)
        or (re.match(r"^[\w /-]{2,40}\s(?:please|pls|plz)$", text, re.I) and not _VERB.search(polished(text)))
        or re.match(r"^\w+ or \w+$", text)
        or re.match(r"^(?:mark|tick|flag)\s+(?:if|whether|when|that)\s", text, re.I)
        or re.match(
            r"^[\w' ]{2,40}\s(?:yes or no|yes/no|y/n|as\s+(?:an?\s+)?(?:tick(?: ?box)?|check ?box"
            r"|yes/no))$",
            text,
            re.I,
        )
        or re.match(r"^(?:an?|another|one more|some|maybe)\s+(?!of\b|people\b|days\b|times\b|folks\b)\S", text, re.I)
        or re.match(
            r"^(?:the )?(?:(?:number|sum|total) of|how (?:many|much|long|often)|when|who|whether|where|what (?:i"
            r"|we|you|they|it)|which (?!is|are|was|were|has|have|can|should|would|we|i)\w+)\b",
            text,
            re.I,
        )
        or (
            re.match(r"^[\w /\ue000-\ue002-]{2,40}\s+(?:too|as well|also|instead)(?:\s*\ue001\d+\ue002)?$", text, re.I)
            and not re.search(r"\b(?:needs?|wants?|has|have|goes|gets|takes)\b", text, re.I)
        )
        or ((row := _BEFORE_ROW.match(text)) and ROW.fullmatch(row["c"]) and scene.exact(row["x"]) is None)
        or ((offering := _OFFERING.match(text)) and not _VERB.search(_RELATIVE.sub("", offering["x"])))
        or _is_typed(text, scene)
        or _is_described(text, scene)
    )
    if (
        bare_phrase
        and all(len(without_purpose(part).partition(":")[0].split()) <= 10 for part in items(text))
        and (asked or not re.search(r"\b(?:is|are|was|were|should|can't|don't|isn't)\b", without_purpose(text), re.I))
    ):
        done = [item(part, scene) for part in items(text)]
        return any(done)
    return False


# Questions whose answers a field would hold: "how many bottles are left", "who is the trainer", "did it help".
_ASKED = re.compile(
    r"^(?:whether (?:it|they|we|he|she|i|the)\b(?!.*,)|how (?:many|much) [\w ]{2,40}\s(?:are|is|were|was|we have|there"
    r" are)\b|who(?:'s| is| was)\s+(?:(?:the|our"
    r"|my)\s+)?\w+(?:\s+(?:on|with|for))?(?:\s+(?:it|this|that|them))?$"
    r"|where (?:was|is|were|did|does|do|has) (?:it|they|we|i|he|she|the \w+)\b(?!.*,)"
    r"|(?:what|how much) (?:the |each |an? )?\w+ (?:is|are|was|were) worth\b(?!.*,)"
    r"|how (?:the |my |our )\w+(?: \w+)? (?:was|were|is|are|felt|went)\b(?!.*,)"
    r"|who (?:it|they|this|that)(?:'s|'re| is| are| was| were) (?:for|from|by|with)\b(?!.*,)"
    r"|(?:which|what) (?!is|are|was|were|has|have|can|should|would)\w+(?: \w+)?? (?:it|they|he|she|we|i)(?:'s|'re| is"
    r"| are| was| were)\b(?!.*,)"
    r"|an?\s+(?:tick|tick ?box|check ?box|check ?mark|flag|toggle)\s+(?:if|whether|when|that|for|to)\b(?!.*,)"
    r"|when (?:it|they|we|i) (?:was|were|is|are|had|did)\b(?!.*,)|how (?:long|far|big|old|heavy|hot|cold|tall"
    r"|deep) (?:the|it|they|we|i|each|a|an)\b(?!.*,)"
    r"|(?:did|does|was|is|has)\s+(?:the|it|they|he|she|my|our|we|i)\b(?!.*,))",
    re.I,
)

_FIGURE = re.compile(
    r"^(?:the |an? )?(?:daily|weekly|monthly|yearly) (?:total|average|sum|number)s?\b|^(?:the |an? )?(?:\w+ rate"
    r"|rate|average|total|sum|highest|lowest|percentage|share)\b.*\b(?:per|by|for each"
    r"|each|every)\b",
    re.I,
)

# "The vet always asks when she last ate".
_ASKS = re.compile(
    r"^(?:(?:the|my|our)\s+)?\w+\s+(?:always\s+|often\s+|keeps?\s+|also\s+)?(?:asks?|asking|wonders?|(?:wants?"
    r"|needs?)\s+to\s+know)\s+"
    r"(?P<x>(?:if|whether|how|when|who|what|where)\b.+)$",
    re.I,
)

# "What did each of us pay in total?": a figure over the records.
_EACH_DID = re.compile(
    r"^(?:how much|how many|what)\s+(?:\w+\s+)?(?:did|does|do|has|have)\s+(?:each|every)\s+(?:of\s+us|one"
    r"|person|\w+)\b",
    re.I,
)

# "Claimed by whom and when?"
_BY_WHOM = re.compile(r"^(?P<v>[a-z]+(?:ed|en|nt|ught))\s+by\s+(?:whom|who)(?P<w>\s+and\s+when)?$", re.I)

_IF_SO = re.compile(
    r"^(?:if|when)\s+(?:it's|its|it is|they're|they are|something's|something is)\s+(?P<x>\w+(?:"
    r" \w+)?),?\s+(?:we|i|you|it)\s+"
    r"(?:should|want to|need to|must|would like to|could)\s+(?:see|know|note|mark|tick|be|show)\b.*$",
    re.I,
)

# "The lure I used": what is told of a thing that is named.
_RELATIVE = re.compile(r"\s+(?:(?:that|which)\s+)?(?:i|we|they|he|she|you)\s+\w+$", re.I)

# What is offered after a colon, as in: sort of beer: lager, ale.
_BEFORE_ROW = re.compile(r"^(?P<x>[a-z][\w /]{1,30}):\s*(?P<c>[^:]+)$", re.I)
_OFFERING = re.compile(r"^(?P<x>[\w /]{2,30}):\s*[^,:]{1,30}(?:,|\sor\s|\sand\s|\s?/)")


# "Which team it was, u9 or u11": options of what is asked.
_WHICH_OF = re.compile(
    r"^(?P<x>(?:which|what)\s+(?:(?:kind|sort|type)\s+of\s+)?\w+(?:\s+\w+)?(?:\s+(?:it|that|this|they|he|she|i"
    r"|we)(?:'s|\s+\w+))?),\s+"
    r"(?P<c>[\w'/ -]{1,25}(?:,\s*[\w'/ -]{1,25})*,?\s+or\s+[\w'/ -]{1,25})$",
    re.I,
)
# "Phone number for each kid", "the sponsor if there is one": said of a field, whatever it is called.
_OF_EACH = re.compile(
    r"\s+(?:(?:for|of|from)\s+(?:each|every)(?:\s+\w+)?|for\s+all\s+the\s+\w+|if\s+(?:there(?:'s|\s+is|\s+was|\s+are"
    r"|\s+were)?\s+(?:one|any"
    r"|some)|any|known|applicable))$",
    re.I,
)


# "The teacher checks that": a remark.
_TOLD = re.compile(
    r"^(?:the|our|my|that)\s+\w+\s+(?:already\s+|always\s+)?\w+s\s+(?:that|it|this|them)$|^there(?:'s|\s+is"
    r"|\s+are)\s+(?:only|just|no)\b|^(?:i|we"
    r"|they)\s+\w+\s+(?:the|it|that)\b",
    re.I,
)


def _of_each(text: str) -> bool:
    """Whether a few words without a verb are said to be for each record, or to be given where there is such a"
    " thing."""
    told = _OF_EACH.sub("", text)
    return told != text and len(told.split()) <= 5 and not _VERB.search(told) and not ADD.match(text)


def _easier(text: str) -> re.Match[str] | None:
    """ "A list is easier on the phone": a view that is better than what there is."""
    hit = re.match(
        r"^(?P<x>an?\s+[\w ]+?)(?:'s|\s+is|\s+works?|\s+looks?)\s+(?:\w+\s+)?(?:easier|better|nicer|handier"
        r"|clearer|simpler"
        r"|enough|best|best of all)\b(?P<rest>).*$",
        text,
        re.I,
    )
    return hit if hit and view_type(hit["x"]) else None


_VERB = re.compile(
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


def _is_typed(text: str, scene: Scene) -> bool:
    """Whether a few words name something new and its type: "allergens as text"."""
    hit = _TYPED.fullmatch(polished(text))
    if hit is None or _VERB.search(hit["x"]) or ADD.match(text):
        return False
    if type_named(hit["t"]) is None and not (" or " in hit["x"] and _TO_CHOOSE.fullmatch(hit["t"])):
        return False
    return len(hit["x"].split()) <= 5 and scene.exact(hit["x"]) is None


def _is_described(text: str, scene: Scene) -> bool:
    """Whether a few words without a verb describe fields that are not there."""
    parts = [without_purpose(part) for part in items(polished(text))]
    known = [scene.known.of(_ARTICLE.sub("", scene.prepared.plain(part))) is not None for part in parts]
    if len(parts) == 1 and (thing := _OF_THING.sub("", parts[0])) != parts[0] and not _VERB.search(thing):
        # "Address of the guest for the thank you card".
        known = [scene.known.of(_ARTICLE.sub("", thing)) is not None and scene.exact(thing) is None]
    if len(parts) > 1 and all(known) and not ADD.match(text):
        return True
    plain = _RELATIVE.sub("", " and ".join(parts))
    if scene.led and len(parts) <= 4 and all(len(part.split()) <= 5 for part in parts) and not _VERB.search(plain):
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
