"""SQL statements under construction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from madeleine_miniapp.domain.columns import Column

# SQL by name of the column that it reads, and the column's type.
Held = tuple[str, Column]
Scope = Mapping[str, Held]


@dataclass(slots=True)
class Statement:
    """SQL under construction: `put` adds a parameter and gives its placeholder, `name` a name that is not taken."""

    time_zone: str
    # Ids of the only records that are read; None: all.
    only: Sequence[str] | None = None
    arguments: list[Any] = field(default_factory=list[Any])
    ctes: list[str] = field(default_factory=list[str])
    # SELECTs of the ids of records that the result rests on.
    rests: list[str] = field(default_factory=list[str])
    _known: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    _names: int = 0

    def put(self, value: Any, cast: str = "text") -> str:
        """The placeholder of a value; equal ones share it."""
        key = (repr(value), cast)
        if key not in self._known:
            self.arguments.append(value)
            self._known[key] = f"${len(self.arguments)}::{cast}"
        return self._known[key]

    def name(self, kind: str = "c") -> str:
        """A new identifier."""
        self._names += 1
        return f"{kind}{self._names}"

    def local(self, held: Held) -> str:
        """A date or moment as a timestamp of the query's time zone."""
        sql, column = held
        return f"({sql} AT TIME ZONE {self.put(self.time_zone)})" if column.type == "moment" else f"{sql}::timestamp"


def comparable(held: Held) -> str:
    """SQL by which a value is compared and grouped."""
    sql, column = held
    return sql if column.exact else f"round({sql}, 20)"


def sortable(held: Held) -> str:
    """SQL by which a value is ordered: text by code points, whatever the database's language."""
    return f'{held[0]} COLLATE "C"' if held[1].base == "text" else comparable(held)


@dataclass(frozen=True, slots=True)
class Made:
    """A node's SELECT: its columns, ids of records, and what orders it (a column and a direction each)."""

    sql: str
    scope: Scope
    carriers: tuple[str, ...] = ()
    order: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> list[str]:
        """All columns of the SELECT."""
        held = [sql for sql, _ in self.scope.values()]
        return list(dict.fromkeys((*held, *self.carriers, *(name for name, _ in self.order))))

    @property
    def total_order(self) -> str:
        """Terms that leave nothing to chance: the order asked for, then the record, then all that is shown."""
        asked = [f"{name}{direction}" for name, direction in self.order]
        rest = [*self.carriers, *(sortable(held) for held in self.scope.values())]
        return ", ".join(dict.fromkeys((*asked, *rest))) or "1"
