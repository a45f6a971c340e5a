"""Whether an answer to a question over records is the expected one; strict: what is not clearly right is wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from google.protobuf.struct_pb2 import Value

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import query_pb2 as q

EXACT, REFUSED, WRONG = "exact", "refused", "wrong"
# Expected values are rounded to two decimals.
_ROUNDING = 0.005 + 1e-9
_LABEL_VOID = frozenset(["the", "that", "a", "of", "in", "on", "with", "days"])


def score(expected: dict[str, Any], given: m.AskResponse) -> str:
    """exact, refused or wrong. Where there is nothing to tell, a refusal is exact."""
    if expected["type"] == "none":
        return WRONG if given.answered else EXACT
    if not given.answered:
        return REFUSED
    if (wanted := expected.get("verdict")) and _folded(given.verdict) != _folded(wanted):
        return WRONG
    kind, value = expected["type"], expected["value"]
    tolerance = float(expected.get("tolerance", 0)) + _ROUNDING
    if kind == "number":
        right = len(given.result.rows) == 1 and given.result.rows[0].HasField("value")
        right = right and abs(given.result.rows[0].value - value) <= tolerance
    elif kind == "text":
        right = _folded(value) == _folded(given.verdict) or _folded(value) in _only_row(given.table)
    elif kind == "list":
        # The data calls apps by their ids, an answer by their titles.
        titles = {_folded(app.spec.title): _folded(app.app_id) for app in given.apps}
        cells = [_folded(_plain(r.values[0])) for r in given.table.rows if r.values]
        got = list(dict.fromkeys(titles.get(cell, cell) for cell in cells))
        want = list(dict.fromkeys(_folded(v) for v in value))
        right = got == want if expected.get("ordered") else sorted(got) == sorted(want)
    else:
        right = _same_table(
            value["rows"], [list(r.values) for r in given.table.rows], tolerance, expected.get("ordered", False)
        )
    return EXACT if right else WRONG


def _only_row(table: q.Table) -> list[str]:
    """The cells of a table of one row: what was asked for stands in the record that answers."""
    return [_folded(_plain(cell)) for cell in table.rows[0].values] if len(table.rows) == 1 else []


def _same_table(wanted: Sequence[Sequence[Any]], given: list[list[Value]], tolerance: float, ordered: bool) -> bool:
    """As many rows, and each expected one among them with all its cells; further columns may stand beside."""
    if len(wanted) != len(given):
        return False
    if ordered:
        return all(_row_matches(w, g, tolerance) for w, g in zip(wanted, given, strict=True))
    if _same_two(wanted, given, tolerance):
        return True
    left = list(given)
    for row in wanted:
        found = next((g for g in left if _row_matches(row, g, tolerance)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _same_two(wanted: Sequence[Sequence[Any]], given: list[list[Value]], tolerance: float) -> bool:
    """Two sides compared, in the same order, by names of the writer's own: "with a workout" for "training days"."""
    said = {_folded(_plain(cell)) for row in given for cell in row}
    named = all(isinstance(row[0], str) and len(row) > 1 for row in wanted)
    if len(wanted) != 2 or not named or any(_folded(row[0]) in said for row in wanted):
        return False
    return all(_row_matches(w[1:], g[1:], tolerance) for w, g in zip(wanted, given, strict=True))


def _row_matches(wanted: Sequence[Any], given: Sequence[Value], tolerance: float) -> bool:
    left = list(given)
    for cell in wanted:
        found = next((g for g in left if _cell_matches(cell, g, tolerance)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _cell_matches(wanted: Any, given: Value, tolerance: float) -> bool:
    got = _plain(given)
    if wanted is None:
        return got is None
    if isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return isinstance(got, int | float) and abs(got - wanted) <= tolerance
    if not isinstance(got, str):
        return False
    if _folded(wanted) == _folded(got):
        return True
    # Labels of compared rows: "7 days before" for "the 7 days before that".
    one, other = _words(str(wanted)), _words(got)
    return bool(one) and bool(other) and (one <= other or other <= one) and "days" in f"{wanted} {got}"


def _plain(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return ", ".join(sorted(v.string_value for v in value.list_value.values))
    if kind in (None, "null_value"):
        return None
    return getattr(value, kind)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold())) - _LABEL_VOID


def _folded(text: Any) -> str:
    folded = str(text).casefold().strip()
    # "irritable, tired": the order in which a list is told does not matter.
    return ", ".join(sorted(folded.split(", "))) if ", " in folded else folded
