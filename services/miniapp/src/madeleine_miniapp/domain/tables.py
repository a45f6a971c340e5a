"""Computed tables, for people to read."""

from __future__ import annotations

from collections.abc import Mapping

from madeleine.miniapp.v1 import query_pb2 as q


def named(table: q.Table, names: Mapping[str, str]) -> q.Table:
    """The table for people to read: names where it holds the ids of people, by person id."""
    shown = q.Table()
    shown.CopyFrom(table)
    for place, column in enumerate(shown.columns):
        # A row that a reader made for somebody is labelled with their id, too; what a row is called stands first.
        if column.type != "person" and not (column.type == "text" and place == 0):
            continue
        for row in shown.rows:
            held = row.values[place]
            if held.WhichOneof("kind") == "string_value":
                held.string_value = names.get(held.string_value, held.string_value)
    return shown
