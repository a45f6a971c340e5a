"""What English clauses make of several fields at once, or of one more as of the one before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.retyping import retype as retype_field
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import listed, tokens

_ALL_OF = re.compile(
    r"^(?:both|all|the (?:two|three|four))\s+(?:of\s+)?(?:the\s+)?(?P<x>\w+)\s+(?:should|must|could|need to|have"
    r" to)\s+be\s+"
    r"(?:chosen from\s+|picked from\s+)?(?P<y>[^,]+)$",
    re.I,
)

_AS_WELL = re.compile(r"^(?:and\s+)?(?:the\s+)?(?P<x>[\w ]+?)\s+(?:as well|too|also)$", re.I)

_ALL_AS = re.compile(r"^(?P<x>[\w ,&]+?)\s+as\s+(?P<y>(?:an?\s+)?(?:\w+\s+)?\w+)$", re.I)

_ALL_MADE = re.compile(r"^(?:make|turn|have)\s+(?P<x>[\w ,&]+)$", re.I)


def of_alike(text: str, scene: Scene) -> bool | None:
    hit = _ALL_OF.match(text)
    alike = _alike(hit["x"], scene) if hit else []
    return _all_as(alike, hit["y"], scene) if hit and alike else None


def as_well(text: str, scene: Scene) -> bool | None:
    hit = _AS_WELL.match(text)
    ref = scene.names.field(hit["x"], least=0.9) if hit else None
    last = scene.operations[-1] if scene.operations else None
    if ref is None or not isinstance(last, ops.ChangeField) or not last.type or last.field == ref.field.name:
        return None
    return scene.act(replace(last, entity=ref.entity, field=ref.field.name))


def one_by_one(text: str, scene: Scene) -> bool | None:
    if hit := _ALL_AS.match(text):
        refs = _fields(hit["x"], scene)
        if len(refs) > 1 and type_named(hit["y"]) is not None:
            return _all_as(refs, hit["y"], scene)
    return _several(hit["x"], scene) if (hit := _ALL_MADE.match(text)) else None


def _alike(noun: str, scene: Scene) -> list[FieldRef]:
    """The fields whose names hold a noun: "players" for player a and player b."""
    wanted = tokens(noun)
    return [r for r in scene.names.fields(scene.home) if set(wanted) <= set(tokens(r.field.label))]


def _fields(listing: str, scene: Scene) -> list[FieldRef]:
    """The fields that an enumeration names one by one; none where a part of it names none."""
    refs = [scene.names.field(part, least=0.9) for part in listed(listing)]
    return [ref for ref in refs if ref] if all(refs) else []


def _all_as(refs: Sequence[FieldRef], kind: str, scene: Scene) -> bool:
    done = [retype_field(scene, ref, kind) for ref in refs]
    return any(done)


def _several(rest: str, scene: Scene) -> bool:
    """ "make from and to real times": fields named one by one, and the type that all are to have."""
    words = rest.split(" ")
    for cut in range(1, len(words)):
        kind, refs = " ".join(words[cut:]), _fields(" ".join(words[:cut]), scene)
        if refs and type_named(kind) is not None:
            return _all_as(refs, kind, scene)
    return False
