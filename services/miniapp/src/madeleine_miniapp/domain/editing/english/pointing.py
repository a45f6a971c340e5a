"""English phrases that ask for a field for what was just told: "…, so a checkbox for that"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.described import Described
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.scene import Scene

# "The parent has to sign, so a checkbox for that".
_FOR_THAT = re.compile(
    r"^(?P<t>an?\s+[\w/ -]+?)\s+(?:for|to (?:mark|note|show|track|record|say))\s+(?:that|it|this|them)(?: too)?$", re.I
)
_ANY_FIELD = re.compile(r"an?\s+(?:new\s+|extra\s+|own\s+)?(?:field|column|place|spot|slot|box)", re.I)
_SPOKEN_FOR = re.compile(r"^(?:and|but|also|so|well|because|sometimes|often|usually|mostly|the|our|my)\s+", re.I)


def about_that(plain: str, scene: Scene) -> bool | None:
    """A field of a type for what the clause before tells; None where that is too long for a name."""
    hit = _FOR_THAT.match(plain)
    if hit and _ANY_FIELD.fullmatch(hit["t"]) and 0 < len(scene.remark.split()) <= 6:
        # "We changed supplier, so a field for that": what the remark ends with.
        made = described(scene.remark.split()[-1], scene.prepared)
        return made is not None and scene.exact(made.label) is None and acting.add_described(scene, made)
    wanted = type_named(hit["t"]) if hit else None
    if wanted in (None, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_RELATION):
        return None
    last = scene.operations[-1] if scene.operations else None
    fresh = len(scene.operations) - 1 == scene.before[0]
    if fresh and isinstance(last, ops.AddField) and last.type in ("text", "person"):
        # "Signed by" was made of it: what is wanted is whether.
        scene.retract(last)
        label = re.sub(r"\s+by$", "", last.label) if wanted == s.FIELD_TYPE_BOOLEAN else last.label
        return acting.add_described(scene, Described(label, wanted), last.entity)
    remark = scene.remark
    while (shorter := _SPOKEN_FOR.sub("", remark)) != remark:
        remark = shorter
    if not 0 < len(remark.split()) <= 6:
        return None
    return acting.add_described(scene, Described(remark[:1].upper() + remark[1:], wanted))
