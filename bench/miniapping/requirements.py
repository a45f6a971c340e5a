"""Whether an app has what a prompt's data says any sensible app for it has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from madeleine.miniapp.v1 import spec_pb2 as s

# What the data calls types that a spec calls otherwise.
_AS = {"duration": ("duration", "duration_minutes"), "text": ("text", "long_text")}
_CJK = re.compile(r"[\u3400-\u9fff]")


def types_of(field: s.Field) -> tuple[str, ...]:
    """The data's names of a field's type."""
    name = s.FieldType.Name(field.type).removeprefix("FIELD_TYPE_").lower()
    return _AS.get(name, (name,))


def readable(name: str) -> str:
    """A name in lower case, camelCase, hyphens and underscores as spaces."""
    return re.sub(r"[_\-\s]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).lower().strip()


def names(field: s.Field, wanted: str) -> bool:
    """Whether a field's name or label holds a name: whole words, a plain plural may differ; Chinese as a substring."""
    for text in (readable(field.name), readable(field.label)):
        if _CJK.search(wanted):
            if wanted in text:
                return True
        elif re.search(rf"(?<!\w){re.escape(readable(wanted).removesuffix('s'))}s?(?!\w)", text):
            return True
    return False


def met(requirement: Mapping[str, Any], spec: s.AppSpec) -> bool:
    """Whether some field of any entity meets a requirement."""
    return any(
        set(types_of(field)) & set(requirement["type_any_of"])
        and any(names(field, wanted) for wanted in requirement["any_of"])
        for entity in spec.entities
        for field in entity.fields
    )


def view_types(spec: s.AppSpec) -> set[str]:
    """The types of an app's views, as the data calls them."""
    return {s.ViewType.Name(view.type).removeprefix("VIEW_TYPE_").lower() for view in spec.views}


def missing(prompt: Mapping[str, Any], spec: s.AppSpec) -> tuple[list[Mapping[str, Any]], list[Sequence[str]]]:
    """The requirements and the groups of views that an app does not meet."""
    fields = [r for r in prompt["must_fields"] if not met(r, spec)]
    shown = view_types(spec)
    return fields, [g for g in prompt["must_views_any_of"] if not shown & set(g)]
