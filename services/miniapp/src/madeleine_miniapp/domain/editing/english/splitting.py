"""Fields taken apart, and fields that must be filled in, as English sentences ask for it."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.english.words import (
    NAME,
)
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import listed

_SPLIT = re.compile(
    rf"^(?:split|divide|break|separate|cut)\s+(?:up\s+)?(?P<x>{NAME})\s+(?:up\s+|apart\s+)?"
    rf"(?:into|in|to)\s+(?P<y>.+)$"
    rf"|^(?P<x2>{NAME})\s+(?:(?:should|must|could|can|has\s+to|needs\s+to|is\s+to)\s+be\s+|is\s+)?"
    rf"(?:split|divided|broken|separated)"
    rf"\s+(?:up\s+)?(?:into|in|to)\s+(?P<y2>.+)$",
    re.I,
)

_APART = re.compile(
    rf"^(?P<x>{NAME})\s+(?:should|must|has\s+to|needs\s+to|could)\s+(?:be|become"
    rf"|turn\s+into)\s+(?P<y>.+?\s(?:and|&)\s.+?)\s+(?:separately|apart"
    r"|as (?:two|separate) fields)$",
    re.I,
)

_OWN_FIELD = re.compile(
    rf"^(?:(?:split|pull|move|take|break|separate)\s+(?:out\s+)?(?:the\s+)?(?P<x>{NAME})"
    rf"|(?P<y>{NAME})\s+(?:should|needs?|deserves?|could)"
    r"(?:\s+to)?(?:\s+(?:be|have|get|become))?)\s+(?:out\s+)?(?:as|in|into|to|)\s*(?:its|their|a|an)\s+(?:own"
    r"|separate|extra)\s+"
    r"(?:field|column|box)\b.*$",
    re.I,
)

_NOT_REQUIRED = re.compile(
    rf"^(?P<x>{NAME})\s+(?:shouldn't|should not|needn't|need not|(?:doesn't|don't)\s+(?:have|need)\s+to"
    rf"|mustn't|isn't|aren't|is not)\s+"
    r"(?:always\s+)?(?:be\s+)?(?:an?\s+)?(?:required|mandatory|compulsory|obligatory|filled(?:\s+in|\s+out)?"
    r"|a must)(?:\s+field)?(?:\s+any\s?more)?$",
    re.I,
)

_REQUIRE = (
    re.compile(
        rf"^(?:make|set|mark|have)\s+(?P<x>{NAME})\s+(?:as\s+|to\s+be\s+|be\s+)?(?P<y>required"
        rf"|mandatory|compulsory|obligatory|optional|not required|non-optional)(?:\s+field)?$",
        re.I,
    ),
    re.compile(
        rf"^(?P<x>{NAME})\s+(?:must|should|could|can|has to|have to|needs to|is|are)\s+(?:always\s+)?"
        rf"(?:be\s+)?(?:(?:made|set|marked|switched|turned|changed)\s+(?:as\s+"
        rf"|to\s+)?)?(?:an?\s+)?(?P<y>filled(?: in| out)?|(?:in )?there|required|mandatory|compulsory|optional"
        rf"|not required|entered|given|set|present)(?:\s+field)?(?:\s+always)?$",
        re.I,
    ),
    re.compile(r"^(?P<x>(?:the\s+)?\w+(?: \w+)?)\s+(?P<y>required|mandatory|compulsory|optional)$", re.I),
)


# "It must always have a language".
_ALWAYS_HAS = re.compile(
    r"^(?:it|there|everything|(?:every|each|an?)\s+\w+)\s+(?:must|has to|should|needs to)\s+always\s+(?:have"
    r"|be)\s+(?:an?\s+|the\s+)?"
    r"(?P<x>[\w ]+)$",
    re.I,
)
# "A phone number, required": of what was just added.
_MUST = re.compile(
    r"^(?:(?:it|that|this)(?:'s|\s+is)\s+)?(?:required|mandatory|compulsory|obligatory|an?\s+must)$", re.I
)


def split(text: str, scene: Scene) -> bool:
    """One field taken apart into several, or what is to be a field of its own ("split out the ingredients")."""
    if (hit := _OWN_FIELD.match(text)) and scene.exact(hit["x"] or hit["y"]) is None:
        made = described(hit["x"] or hit["y"], scene.prepared)
        return made is not None and acting.add_described(scene, made)
    if hit := _APART.match(text):
        return acting.split(scene, hit["x"], listed(hit["y"]))
    hit = _SPLIT.match(text)
    if hit and hit["x2"] and scene.exact(hit["x2"]) is None:
        return False
    return bool(hit) and acting.split(scene, hit["x"] or hit["x2"], listed(hit["y"] or hit["y2"]))


def require(text: str, scene: Scene) -> bool:
    """Fields that must be filled in from now on, or need not be."""
    if _MUST.match(text) and scene.topic is not None and not scene.topic_gone:
        return acting.require(scene, scene.topic.field.label or scene.topic.field.name, True)
    if hit := _NOT_REQUIRED.match(text):
        done = [acting.require(scene, part, False) for part in listed(hit["x"])]
        return all(done)
    if (held := _ALWAYS_HAS.match(text)) and scene.exact(held["x"]) is not None:
        return acting.require(scene, held["x"], True)
    for pattern in _REQUIRE:
        if hit := pattern.match(text):
            required = not re.search(r"optional|not required", hit["y"], re.I) or "non-optional" in hit["y"]
            done = [acting.require(scene, part, required) for part in listed(hit["x"])]
            return all(done)
    return False
