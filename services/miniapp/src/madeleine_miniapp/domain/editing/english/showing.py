"""English clauses that ask for a view, or a figure over all records."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.computing import compute
from madeleine_miniapp.domain.editing.english.items import item
from madeleine_miniapp.domain.editing.english.shown import dragged_between, of_board, of_it, with_field
from madeleine_miniapp.domain.editing.english.words import (
    ASKING,
)
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import BRACKETED
from madeleine_miniapp.domain.editing.told_sums import computable
from madeleine_miniapp.domain.editing.viewing import add_view, asks_for_figure, view_type

# "I bought a second board": told, not asked for.
_TOLD = re.compile(
    r"^(?:i|we|he|she|they|my \w+|our \w+)\s+(?:(?:also|just|now|recently|finally|have|has)\s+"
    r"|'ve\s+)*(?:bought|sold|built|got|lost|found|broke"
    r"|moved|hired|borrowed|rented)\b",
    re.I,
)
# "See the total as a number, also a notes field".
_ALSO_ITEM = re.compile(r"^(?P<v>.+?),\s+(?:also|plus)\s+(?P<x>(?:an?|the)\s+.+)$", re.I)


_BY_NEW = re.compile(rf"^(?P<v>.*\bboard)\s+(?:by|per|for each)\s+(?P<x>[\w ]+?)\s*(?P<b>{BRACKETED})$", re.I)


def view(text: str, scene: Scene) -> bool:
    """Whether a clause asked for a view or a figure, which is then added."""
    if (more := _ALSO_ITEM.match(text)) and view(more["v"], scene):
        return item(more["x"], scene)
    if (held := _BY_NEW.match(text)) and scene.exact(held["x"]) is None:
        # "A board by course (starter, main)": the field, and the board by it.
        return item(f"{held['x']}{held['b']}", scene) and view(f"{held['v']} by {held['x']}", scene)
    if columns := dragged_between(text) or of_board(text):
        return add_view(scene, f"a board with {', '.join(columns)}", s.VIEW_TYPE_BOARD)
    plain = scene.prepared.plain(text)
    kind = view_type(plain)
    body = ASKING.sub("", text)
    shown = re.match(
        r"^(?:show|display|see|view|give|plot|chart|graph|count|visuali[sz]e|draw|sort(?! of)|group"
        r"|let "
        r"(?:me|us) see)\b",
        text,
        re.I,
    ) or re.match(r"^(?:to )?(?:see|view|show|know)\b|^who\s+\w+\s+how (?:much|many)\b", body, re.I)
    if _TOLD.match(text):
        return False
    if re.search(r"\b(?:no|not|isn't|aren't|don't|without)\b.*\b(?:needed|necessary|need|want)\b", plain) or not (
        kind or shown
    ):
        return False
    shown_in, held = with_field(text, scene)
    if held:
        return item(held, scene) and view(shown_in, scene)
    if kind:
        parts = [p for p in re.split(r",\s*|\s+(?:and|plus)\s+|\s*[&+]\s*", body) if p.strip()]
        if len(parts) > 1 and all(view_type(scene.prepared.plain(p)) for p in parts):
            done = [add_view(scene, p) for p in parts]
            return all(done)
        if len(parts) > 1 and not shown:
            return False
        return add_view(scene, of_it(text, scene))
    if re.match(r"who\s+\w+(?:\s+\w+)?\s+(?:the\s+)?(?:most|least)\b", body, re.I):
        # "Show me who comes the most": how often each does.
        people = scene.names.of_type(s.FIELD_TYPE_PERSON, entity=scene.home)
        return len(people) == 1 and add_view(scene, f"count by {people[0].field.label}", s.VIEW_TYPE_CHART)
    parts = [p for p in re.split(r"\s+and\s+(?=how\b|what\b|the\b)|,\s*", body) if p.strip()]
    if parts and all(computable(scene, p) for p in parts):
        done = [compute(scene, p) for p in parts]
        return all(done)
    if asks_for_figure(plain) or re.search(
        r"\b(?:total|average|how many|how much|number of|sum|percentage)\b", plain, re.I
    ):
        return add_view(scene, text)
    return False
