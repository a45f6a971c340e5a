"""What a field holds where nothing is entered: "fee is 40 by default", "default status is open", "默认是待确认"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import polished
from madeleine_miniapp.domain.language import is_chinese

_V = r"(?P<v>[^,]+?)"
_FORMS = (
    re.compile(rf"^(?:set|put|pre-?fill)\s+(?P<x>[^,]+?)\s+(?:to|with|as)\s+{_V}\s+by default(?P<more>)$", re.I),
    re.compile(
        rf"^(?P<x>[^,]+?)\s+(?:is|are|be|should be|has|starts? as|starts? at)\s+(?:set to\s+)?{_V}\s+by default"
        r"(?P<more>\s+and\s+(?:required|mandatory))?$",
        re.I,
    ),
    re.compile(
        rf"^(?P<x>[^,]+?)\s+(?:should |must |can |to )?defaults?(?:\s+(?:to|is|value"
        rf"|being))*\s+{_V}(?P<more>\s+and\s+(?:required"
        r"|mandatory))?$",
        re.I,
    ),
    re.compile(
        r"^(?:the\s+|make\s+(?:the\s+)?|set\s+(?:the\s+)?)?default\s+(?:value\s+)?(?:(?:of"
        r"|for)\s+)?(?P<x>[^,]+?)\s+(?:is|to|should be|must be|:)\s+"
        rf"{_V}(?P<more>)$",
        re.I,
    ),
    re.compile(rf"^(?P<x>)(?:the\s+)?default(?:s|ing)?(?:\s+(?:to|is|being))?\s*:?\s+{_V}(?P<more>)$", re.I),
    re.compile(
        rf"^(?:make|use|set)\s+{_V}\s+(?:as\s+)?(?:the\s+)?default(?:\s+(?:for|of|in)\s+(?P<x>[^,]+?))?(?P<more>)$",
        re.I,
    ),
)
_NAMED_ZH = re.compile(
    r"^(?:把|将)?默认的?(?P<x>[^,，]{1,8}?)(?:设)?(?:为|是|成)(?P<v>[^,，]+?)(?:就行|就好|吧)*(?P<more>)$"
)
_FORM_ZH = re.compile(
    r"^(?:把|将)?(?P<x>[^,，]*?)(?:的)?默认(?:值)?(?:都|就)?(?:是|为|设为|设成|选"
    r"|填)?(?:成)?[“\"]?(?P<v>[^,，]+?)(?:就行|就好|吧)*(?P<more>)$"
)


def default(text: str, scene: Scene) -> bool:
    """Sets the default that a clause tells; False where it names no field, or no value of it."""
    for form in (_FORM_ZH, _NAMED_ZH) if is_chinese(text) else _FORMS:
        hit = form.match(polished(text))
        ref = _holder(scene, hit["x"] or "", hit["v"]) if hit else None
        value = _value(scene, ref, hit["v"]) if hit and ref else None
        if hit and ref and value is not None:
            scene.spoken_of(ref)
            required = True if hit["more"] else None
            return scene.act(ops.ChangeField(ref.entity, ref.field.name, default=value, required=required))
    return False


def _holder(scene: Scene, named: str, value: str) -> FieldRef | None:
    if named.strip():
        return scene.names.field(scene.prepared.plain(named), least=0.9)
    chosen = scene.choice(value)
    return FieldRef(chosen.entity, chosen.field) if chosen else scene.topic


def _value(scene: Scene, ref: FieldRef, said: str) -> str | float | bool | None:
    plain = scene.prepared.plain(said)
    if ref.field.choices:
        found = scene.names.choice(plain, ref)
        return found.value if found and ref.field.type == s.FIELD_TYPE_CHOICE else None
    if ref.field.type == s.FIELD_TYPE_BOOLEAN:
        folded = plain.strip().lower()
        return (
            True
            if folded in ("yes", "true", "on", "是", "勾上")
            else False
            if folded in ("no", "false", "off", "否")
            else None
        )
    if ref.field.type in NUMBERS and (number := re.fullmatch(r"[€$£¥]?\s*(-?\d+(?:\.\d+)?)\s*[^\d\s]*", plain)):
        return float(number[1])
    return None
