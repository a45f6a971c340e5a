"""English clauses that compute, remind, ask, or only speak of something."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.computing import compute
from madeleine_miniapp.domain.editing.derived_sums import tells_hours
from madeleine_miniapp.domain.editing.english.items import item
from madeleine_miniapp.domain.editing.english.words import (
    ASKING,
)
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.reminding import asks_outside_brackets, reminder
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import polished
from madeleine_miniapp.domain.editing.told_sums import computable, computes, spelled
from madeleine_miniapp.domain.editing.viewing import view_type

_RATE = re.compile(
    r"^(?:(?:we|i|they|she|he|it|that|which|one \w+)\s+)?(?:pay|get|charge|take|earn|is|costs?"
    r"|cost|make|receive|owe)s?\s+(?:(?:her|him|them|us|you)\s+)?"
    r"[€$£]?(?P<n>\d+(?:[.,]\d+)?)\s*(?:euros?|eur|dollars?|pounds?|bucks|cents?|[€$£])?\s+(?:an?|per|each|every"
    r"|for an?|for each)\s+"
    r"(?P<u>\w+)$",
    re.I,
)


# "Each hour pays 14 euros".
_EACH_PAYS = re.compile(
    r"^(?:each|every|one|an?)\s+(?P<u>\w+)\s+(?:pays?|costs?|brings?(?: in)?|earns?|is|makes?)\s+(?:(?:me|us|them)\s+)?"
    r"[€$£]?(?P<n>\d+(?:[.,]\d+)?)\s*(?:euros?|eur|dollars?|pounds?|bucks|[€$£])?$",
    re.I,
)
_SO_THAT = re.compile(r",?\s+so (?:that )?(?:i|we) (?:can|could)\b[^,]*", re.I)
# "Can't remember who fed it, so add that".
_NOT_KNOWN = re.compile(
    r"\b(?:can't|cannot|don't|never|nobody|no one|always|not)\s+(?:can\s+)?(?:remembers?|recall|knows?|forgets?)\s+"
    r"(?P<q>(?:who|when|where|how (?:many|much|long)|which|whether|what)\s.+)$",
    re.I,
)
_CALCULATED = re.compile(
    r"\s+(?:(?:should|must|could) be\s+)?(?:calculated|computed|worked out)(?: automatically)?$", re.I
)


def reminding(text: str, scene: Scene) -> bool:
    # "So i can nag the landlord" is what a date is for.
    text = _SO_THAT.sub("", text)
    return asks_outside_brackets(text) and reminder(scene, text, add=lambda phrase: item(ASKING.sub("", phrase), scene))


# "Nights should work itself out from arrival and departure".
_ITSELF = re.compile(
    r"^(?P<x>[\w ]+?)\s+(?:should|must|could|can|has to|needs to)\s+(?:(?:automatically|just)\s+)?"
    r"(?:(?:work|figure)\s+itself\s+out|(?:calculate|compute|fill|add up)\s+(?:in\s+)?itself|be\s+(?:calculated"
    r"|computed"
    r"|worked out|automatic))(?:\s+automatically)?(?:,?\s+(?:from|as|out of|by|with|using|based on)\s+(?P<e>.+))?$",
    re.I,
)


def computing(text: str, scene: Scene) -> bool:
    if by_itself := _ITSELF.match(text):
        if by_itself["e"] and compute(scene, f"{by_itself['x']} = {by_itself['e']}"):
            return True
        if computable(scene, by_itself["x"]):
            return compute(scene, by_itself["x"])
    if not computes(text):
        return False
    if (bare_rate := _RATE.match(f"is {text}")) and compute(scene, text):
        # "12 euros per hour, work out what i get": the next clause may tell what it is called.
        scene.rate = (float(bare_rate["n"].replace(",", ".")), bare_rate["u"])
        return True
    parts = [p for p in re.split(r",?\s+and\s+(?=(?:the|an?|what|how)\s)", text) if p.strip()]
    if told := _sums(_CALCULATED.sub("", text), scene):
        parts = told
    elif len(parts) > 1 and any(view_type(scene.prepared.plain(p)) for p in parts):
        return False
    elif (
        len(parts) > 1
        and spelled(scene, ASKING.sub("", parts[0]))
        and all(spelled(scene, ASKING.sub("", p)) or not computes(p) for p in parts)
    ):
        done = [compute(scene, ASKING.sub("", p)) or item(ASKING.sub("", p), scene) for p in parts]
        return all(done)
    elif not all(re.search(r"\bper\b|\bminus\b|\btimes\b|[=*/]|\bfrom .+ to\b|\bbetween\b", p) for p in parts):
        parts = []
    if len(parts) > 1:
        done = [compute(scene, ASKING.sub("", p)) for p in parts]
        return any(done)
    return compute(scene, ASKING.sub("", text))


def _sums(text: str, scene: Scene) -> list[str]:
    """The sums that an enumeration tells one by one; none where it tells one, or anything else."""
    pieces = re.split(r"(,\s*(?:and\s+)?|\s+and\s+)", text)
    found: list[str] = []
    begun = pieces[0]
    for joint, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if spelled(scene, ASKING.sub("", begun)):
            found.append(begun)
            begun = piece
        else:
            begun += joint + piece
    # The last may be of what the ones before it compute.
    told = found and (spelled(scene, ASKING.sub("", begun)) or re.match(r"(?:the )?[\w ]{2,30}\s*=\s*\S", begun))
    return [*found, begun] if told else []


def question(text: str, scene: Scene) -> bool:
    """ "How much is still open?": what the next clause's sum is called."""
    hit = re.match(r"^(?:how much|what)(?:'s| is| are)\s+(?:still\s+)?(?P<l>[\w /]{3,40})$", text, re.I) or re.match(
        r"^(?P<l>how (?:long|many|much) (?:is|was|were|are|did|do|does|has|have) [\w ]{2,30}"
        r"|what (?:do|does|did|will|should|would) (?:i|we|they|he|she|you|everyone|everybody|each \w+|the \w+)"
        r" [\w ]{2,20})$",
        text,
        re.I,
    )
    if hit and computable(scene, text):
        return compute(scene, text)
    if not hit or scene.mentions_any(hit["l"]):
        return False
    made = described(hit["l"], scene.prepared) if scene.led else None
    if made is not None and made.type != s.FIELD_TYPE_TEXT:
        # "Oh and what's the budget per person": it goes on adding.
        return item(hit["l"], scene)
    scene.question = hit["l"]
    return True


def rate(text: str, scene: Scene) -> bool:
    """ "We pay 12 euros an hour": kept for the sum that asks for it."""
    hit = _RATE.match(text) or _EACH_PAYS.match(text)
    known = hit is not None and (scene.names.field(hit["u"]) or tells_hours(hit["u"], scene.names, scene.home))
    if hit is None or not known:
        return False
    scene.rate = (float(hit["n"].replace(",", ".")), hit["u"])
    return True


def automatic(text: str, scene: Scene) -> bool:
    """ "I'd like that worked out automatically": said of a field that is computed already."""
    said = re.match(
        r"^(?:computed|calculated|worked out|(?:(?:it|that)\s+)?(?:should|must|could|can)\s+(?:calculate|compute"
        r"|work)\s+"
        r"(?:it|itself)(?:\s+out)?)$|^(?:compute|calculate|work out|figure out)\s+(?:that|this|it"
        r"|them)$|^.{0,30}\b(?:that|this|it)(?:'s|"
        r" is| be| to be| should be)?\s+(?:be\s+)?(?:worked out"
        r"|calculated|computed|automatic(?:ally)?|filled in)\b.*$",
        polished(text),
        re.I,
    )
    return bool(said and scene.topic and scene.topic.field.formula) or bool(
        said and any(getattr(o, "formula", "") for o in scene.operations[-1:])
    )


def topic(text: str, scene: Scene) -> bool:
    """A remark that asks for nothing, but says what is spoken of."""
    subject = re.match(
        r"^(?:the\s+)?(?P<x>\ue000\d+\ue002|\w+(?: \w+)?)\s+(?:is|isn't|are|aren't|was|sounds|seems)\b", text, re.I
    )
    if subject and scene.exact(subject["x"]) is None and scene.choice(subject["x"]) is not None:
        return False
    left = re.match(
        r"^(?:the\s+)?(?P<x>\ue000\d+\ue002|[\w'-]+)\s+(?:has\s+|have\s+|just\s+)*(?:left|quit|moved|retired"
        r"|stopped|died|dropped)\b",
        text,
        re.I,
    )
    if left and scene.choice(left["x"]) is not None:
        # "Olli left, take him out": whom "him" is.
        return False
    lacking = re.match(
        r"^(?:the\s+)?(?P<x>[\w ]+?)\s+(?:isn't|aren't|is not|are not)\s+(?:tracked|recorded"
        r"|logged|there|included|in (?:there|here|it))\b",
        text,
        re.I,
    )
    if unknown := _NOT_KNOWN.search(text):
        scene.lacking = unknown["q"]
        return False
    if lacking and scene.exact(lacking["x"]) is None:
        scene.lacking = lacking["x"]
        return False
    if subject and scene.shaped(scene.prepared.plain(subject["x"])) is not None:
        scene.lacking = subject["x"]
        return False
    if subject and (named := scene.names.field(scene.prepared.plain(subject["x"]))):
        scene.spoken_of(named)
        return False
    chosen = [
        c for word in re.findall(r"[\w-]+", scene.prepared.plain(text)) if len(word) > 1 and (c := scene.choice(word))
    ]
    if len({c.value for c in chosen}) == 1 and not scene.mentions_any(text):
        # "Sold the Holga": it can go now.
        scene.topic, scene.chosen = None, chosen[0]
        return False
    mentioned = scene.names.mentions(scene.prepared.plain(text))
    if mentioned:
        scene.spoken_of(mentioned[0][2])
    elif needing := re.match(r"^(?:the\s+)?(?P<x>\w+)\s+(?:needs?|has to|have to|wants?)\b", text, re.I):
        scene.lacking = needing["x"]
    elif subject:
        # It speaks of something that is not known: "it" is not what was spoken of before.
        scene.topic = scene.chosen = None
        scene.lost = True
    return False
