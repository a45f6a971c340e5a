"""What English clauses tell of a view besides its kind: a field to show in it, the columns things are moved between."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import listed
from madeleine_miniapp.domain.editing.viewing import view_type

# "In a gallery, with a link to a photo": a field that the records shown are to have.
_SHOWN_WITH = re.compile(r"^(?P<v>.+?),?\s+with\s+(?P<x>(?:an?|our|my)\s+[^,]+)$", re.I)
_HELD = (s.FIELD_TYPE_URL, s.FIELD_TYPE_IMAGE, s.FIELD_TYPE_RATING, s.FIELD_TYPE_BOOLEAN)
# "Drag them around between idea, planned and done": a board with these columns.
_DRAGGED = re.compile(
    r"^.{0,30}?\b(?:drag|move|push|slide|shift|pull)\s+(?:them|it|these|those|things|everything|the \w+"
    r"|our \w+|\w+s)\s+(?:around\s+|along\s+|over\s+)?"
    r"(?:between|from|through|across)\s+(?P<c>.+?(?:,|\sand\s|\sto\s).+)$",
    re.I,
)


def with_field(text: str, scene: Scene) -> tuple[str, str]:
    """A view that is asked for with a field to show, as both; "" where there is no such field."""
    hit = _SHOWN_WITH.match(text)
    if hit is None or not view_type(scene.prepared.plain(hit["v"])) or view_type(scene.prepared.plain(hit["x"])):
        return text, ""
    made = described(hit["x"], scene.prepared)
    named = re.search(r"\s(?:field|column)$", hit["x"], re.I)
    return (hit["v"], hit["x"]) if named or (made is not None and made.type in _HELD) else (text, "")


def dragged_between(text: str) -> list[str]:
    """The columns that things are to be moved between; none where a clause tells of none."""
    hit = _DRAGGED.match(text)
    columns = listed(re.sub(r"\s+to\s+", ", ", hit["c"])) if hit else []
    return columns if len(columns) > 2 and all(len(c.split()) <= 3 for c in columns) else []


_OF_BOARD = re.compile(r"^.{0,30}?\b(?:board|kanban)\b[^:]{0,20}:\s*(?P<c>[^:]+,[^:]+)$", re.I)


def of_board(text: str) -> list[str]:
    """The columns that a board is asked for with after a colon; none where it tells of none."""
    hit = _OF_BOARD.match(text)
    columns = listed(hit["c"]) if hit else []
    return columns if len(columns) > 2 and all(len(c.split()) <= 3 for c in columns) else []


_DRAW_IT = re.compile(
    r"(?:draw|plot|chart|graph|show|see|display)\s+(?:it|that|this|them)\b.*\b(?:chart|graph|plot|line|curve)\b", re.I
)


def of_it(text: str, scene: Scene) -> str:
    """ "My weight class and draw it as a chart": what is drawn is a number, and the chart is of it."""
    last = scene.operations[-1] if scene.operations else None
    if not (
        _DRAW_IT.match(scene.prepared.plain(text))
        and isinstance(last, ops.AddField)
        and last.type in ("text", "number", "integer", "money", "rating")
        and not last.choices
    ):
        return text
    if last.type == "text":
        scene.retract(last)
        scene.act(replace(last, type="number"))
    return f"a chart of {last.label} over time"
