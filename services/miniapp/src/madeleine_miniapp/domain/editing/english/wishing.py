"""English clauses that wish for something without a verb of adding: "a chart would be nice", "who is the trainer"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.described import Described
from madeleine_miniapp.domain.editing.english.describing import ASKED, RELATIVE, VERB, is_described, is_typed, of_each
from madeleine_miniapp.domain.editing.english.items import item
from madeleine_miniapp.domain.editing.english.listing import items
from madeleine_miniapp.domain.editing.english.news import unheard_of
from madeleine_miniapp.domain.editing.english.options import option_values
from madeleine_miniapp.domain.editing.phrase_words import ROW, without_purpose
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
    if _TOLD.match(text) or re.match(
        r"(?:calculate|compute|work out|figure out|make|turn|change|convert|swap|replace)\b", text, re.I
    ):
        # What is to be computed or made of something and cannot be is no field to fill in.
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
        asks_for_figure(text) and scene.mentions_any(text) and not VERB.search(text) and len(text.split()) <= 8
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
    asked = ASKED.match(text) or of_each(text)
    bare_phrase = (
        asked
        or re.match(r"^[\w -]{2,30}\s(?:field|column)$", text, re.I)
        or (re.match(r"^[\w /-]{2,40}\s(?:please|pls|plz)$", text, re.I) and not VERB.search(polished(text)))
        or re.match(r"^\w+ or \w+$|^\w+(?: \w+)? to tick(?: several)?\s*:[^:]+(?:,|\sor\s)", text, re.I)
        or ((linked := _PICTURE_OF.match(text)) and scene.names.entity(linked["x"]) is None)
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
        or ((offering := _OFFERING.match(text)) and not VERB.search(RELATIVE.sub("", offering["x"])))
        or is_typed(text, scene)
        or is_described(text, scene)
    )
    if (
        bare_phrase
        and all(len(without_purpose(part).partition(":")[0].split()) <= 10 for part in items(text))
        and (asked or not re.search(r"\b(?:is|are|was|were|should|can't|don't|isn't)\b", without_purpose(text), re.I))
    ):
        done = [item(part, scene) for part in items(text)]
        return any(done)
    return False


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
_BY_WHOM = re.compile(
    r"^(?P<v>[a-z]+(?:ed|en|nt|ught)|done|sold|made|met)\s+by\s+(?:whom|who)(?P<w>\s+and\s+when)?$", re.I
)

_IF_SO = re.compile(
    r"^(?:if|when)\s+(?:it's|its|it is|they're|they are|something's|something is)\s+(?P<x>\w+(?:"
    r" \w+)?),?\s+(?:we|i|you|it)\s+"
    r"(?:should|want to|need to|must|would like to|could)\s+(?:see|know|note|mark|tick|be|show)\b.*$",
    re.I,
)


# "Link to the model file": a thing of a type, and not to link two kinds of record.
_PICTURE_OF = re.compile(
    r"^(?:an?\s+|the\s+)?(?:link|url|photo|picture|pic|screenshot|video|scan|pdf)s?\s+(?:to|of|for"
    r"|from)\s+(?:the\s+|our\s+"
    r"|my\s+|an?\s+|each\s+)?(?P<x>\w+(?: \w+){0,3})(?:\s*\ue001\d+\ue002)?$",
    re.I,
)
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


# "The teacher checks that": a remark.
_TOLD = re.compile(
    r"^(?:the|our|my|that)\s+\w+\s+(?:already\s+|always\s+)?\w+s\s+(?:that|it|this|them)$|^there(?:'s|\s+is"
    r"|\s+are)\s+(?:only|just|no)\b|^(?:i|we"
    r"|they)\s+\w+\s+(?:the|it|that)\b",
    re.I,
)


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
