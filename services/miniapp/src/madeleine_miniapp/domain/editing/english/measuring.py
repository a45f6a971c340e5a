"""What English clauses say of the unit and the scale of a number."""

from __future__ import annotations

import re

from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.retyping import retype as retype_field
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.units import unit_named

_SCALED = re.compile(
    r"^(?P<x>[\w ]+?)\s+(?:goes\s+|runs\s+|ranges\s+|is\s+)?(?P<y>out of \d{1,3}(?=,?\s+not\s|$)"
    r"|(?:from\s+)?\d{1,2}\s*(?:to|-|–)\s*\d{1,3}(?:\s+\w+)?)(?:,?\s+not\s+\d+)?$",
    re.I,
)
_IN_UNIT = re.compile(
    r"^(?:show|measure|record|log|enter|give)?\s*(?:the\s+)?(?P<x>\w[\w ]*?)\s+(?:is "
    r"|are )?in\s+(?P<u>\S+)(?:\s+(?:please|pls))?$",
    re.I,
)
_MEASURED = re.compile(r"^(?:the )?(?P<x>[\w ]+?)\s+in\s+(?P<u>\S+)$")
GIVEN_IN = re.compile(r"^(?:measured |given )?in\s+(\S+)$")


def in_unit(text: str, scene: Scene) -> bool | None:
    """ "Show the distance in miles"."""
    hit = _IN_UNIT.match(text)
    ref, unit = (scene.exact(hit["x"]), unit_named(hit["u"])) if hit else (None, "")
    if ref is None or not unit:
        return None
    return ref.field.type in NUMBERS and scene.act(ops.ChangeField(ref.entity, ref.field.name, unit=unit))


def measured(text: str, scene: Scene) -> bool | None:
    """ "Weight in kg" of a number that is there."""
    hit = _MEASURED.match(text)
    ref = scene.exact(hit["x"]) if hit else None
    unit = unit_of(hit, "u", scene) if ref else ""
    if ref is None or not unit or ref.field.type not in NUMBERS:
        return None
    scene.spoken_of(ref)
    return scene.act(ops.ChangeField(ref.entity, ref.field.name, unit=unit))


def scaled(text: str, scene: Scene) -> bool | None:
    """ "Mood from 1 to 5"."""
    return exactly(_SCALED, text, scene)


def exactly(pattern: re.Pattern[str], text: str, scene: Scene) -> bool | None:
    """Changes the field of exactly the name that a pattern finds; None where there is none."""
    hit = pattern.match(text)
    ref = scene.exact(hit["x"]) if hit else None
    return retype_field(scene, ref, hit["y"]) if hit and ref else None


def unit_of(hit: re.Match[str] | None, group: int | str, scene: Scene) -> str:
    """The unit that a part of a match names; "" where it names none."""
    made = described(f"x in {hit[group]}", scene.prepared) if hit else None
    return made.unit if made else ""
