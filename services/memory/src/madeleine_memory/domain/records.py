"""Records of mini-apps told as sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")


def record_sentence(app_title: str, speaker_name: str, entity_label: str, values: Mapping[str, object]) -> str:
    """ "Meal log: Ana recorded Meal: pasta, 640 kcal, 2026-03-10": text first, then numbers, flags and dates.

    Told by template, not by a model: the same values always give the same words. Empty values are left out.
    """
    parts = sorted((_rank(value), key, _told(key, value)) for key, value in values.items() if value not in (None, ""))
    told = ", ".join(part for _, _, part in parts) or "nothing"
    return f"{app_title}: {speaker_name} recorded {entity_label}: {told}"


def _rank(value: object) -> int:
    if isinstance(value, str):
        return 3 if _DATE.fullmatch(value) else 0
    return 2 if isinstance(value, bool) else 1


def _told(key: str, value: object) -> str:
    label = key.replace("_", " ")
    if isinstance(value, bool):
        return label if value else f"not {label}"
    if isinstance(value, int | float):
        return f"{value:.12g} {label}"
    return str(value)
