# ruff: noqa: S608 - only fixed fragments and placeholders are joined; every name and value is a parameter.
"""Typed queries as SQL over the records read model; every name and value travels as a parameter.

Numbers are summed as `numeric`, from the shortest decimal that stands for the double: 0.1 + 0.2 is 0.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.db import Pool
from madeleine_miniapp.domain.query import ENTERED_BY, field_of, time_field
from madeleine_miniapp.domain.validation import NUMERIC

_MEDIAN = (
    "(percentile_disc(0.5) WITHIN GROUP (ORDER BY value) + percentile_disc(0.5) WITHIN GROUP (ORDER BY value DESC)) / 2"
)
_AGGREGATES = {
    s.AGGREGATE_FUNCTION_COUNT: "count(*)::numeric",
    s.AGGREGATE_FUNCTION_SUM: "sum(value)",
    s.AGGREGATE_FUNCTION_MEAN: "avg(value)",
    s.AGGREGATE_FUNCTION_MIN: "min(value)",
    s.AGGREGATE_FUNCTION_MAX: "max(value)",
    s.AGGREGATE_FUNCTION_MEDIAN: _MEDIAN,
}
_SIGNS = {
    m.COMPARISON_EQUAL: "=",
    m.COMPARISON_NOT_EQUAL: "<>",
    m.COMPARISON_LESS: "<",
    m.COMPARISON_LESS_OR_EQUAL: "<=",
    m.COMPARISON_GREATER: ">",
    m.COMPARISON_GREATER_OR_EQUAL: ">=",
}


@dataclass(slots=True)
class _Statement:
    """SQL under construction: `put` adds a parameter and gives its placeholder."""

    arguments: list[Any] = field(default_factory=list)

    def put(self, value: Any, cast: str = "text") -> str:
        self.arguments.append(value)
        return f"${len(self.arguments)}::{cast}"

    def text(self, known: s.Field) -> str:
        """The field as text; the person who entered the record has a column of their own."""
        return "entered_by" if known.name == ENTERED_BY.name else f"data->>{self.put(known.name)}"

    def typed(self, known: s.Field) -> str:
        """The field as what it holds, NULL where it is missing."""
        text = self.text(known)
        if known.type in NUMERIC:
            return f"({text})::numeric"
        if known.type == s.FIELD_TYPE_BOOLEAN:
            return f"({text})::boolean"
        if known.type == s.FIELD_TYPE_DATE:
            return f"({text})::date"
        if known.type == s.FIELD_TYPE_DATETIME:
            return f"({text})::timestamptz"
        return text


class PostgresFigures:
    """Computes checked queries."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def compute(self, app_id: str, entity: s.Entity, query: m.Query, time_zone: str) -> m.QueryResult:
        """The result of a query that `domain.query.check` passed; days are those of `time_zone`."""
        sql, arguments = compile_query(app_id, entity, query, time_zone)
        rows = await self._pool.fetch(sql, *arguments)
        known = field_of(entity, query.field) if query.field else None
        counting = query.function == s.AGGREGATE_FUNCTION_COUNT
        unit = known.unit if known is not None and not counting else ""
        result = m.QueryResult(unit=unit)
        ids: dict[str, None] = {}
        for row in rows:
            made = result.rows.add(group=row["grp"])
            if row["value"] is not None:
                made.value = float(row["value"])
            ids |= dict.fromkeys(row["ids"] or ())
        result.record_ids.extend(ids)
        return result

    async def fields_filled(self, app_id: str, entity: str, fields: Sequence[str]) -> list[str]:
        """Those of the fields that at least one record has."""
        rows = await self._pool.fetch(
            "SELECT name FROM unnest($3::text[]) WITH ORDINALITY AS f (name, place) WHERE EXISTS"
            " (SELECT FROM records WHERE app_id = $1 AND entity = $2 AND data ? name) ORDER BY place",
            app_id,
            entity,
            list(fields),
        )
        return [row["name"] for row in rows]

    async def fields_holding(self, app_id: str, entity: str, fields: Sequence[str], phrase: str) -> list[str]:
        """Those of the text fields in which at least one record holds the phrase, in any case."""
        rows = await self._pool.fetch(
            "SELECT name FROM unnest($3::text[]) WITH ORDINALITY AS f (name, place) WHERE EXISTS"
            " (SELECT FROM records WHERE app_id = $1 AND entity = $2 AND strpos(lower(data->>name), lower($4)) > 0)"
            " ORDER BY place",
            app_id,
            entity,
            list(fields),
            phrase,
        )
        return [row["name"] for row in rows]


def compile_query(app_id: str, entity: s.Entity, query: m.Query, time_zone: str) -> tuple[str, list[Any]]:
    """SQL with columns grp, value, ids, and its arguments."""
    statement = _Statement()
    conditions = [f"app_id = {statement.put(app_id)}", f"entity = {statement.put(entity.name)}"]
    source = "records"
    value = "NULL::numeric"
    known = field_of(entity, query.field) if query.field else None
    if known is not None:
        counting = query.function == s.AGGREGATE_FUNCTION_COUNT
        value = "1::numeric" if counting else statement.typed(known)
        conditions.append(f"{statement.text(known)} IS NOT NULL")
    group = "''"
    if query.group_by and (by := field_of(entity, query.group_by)) is not None:
        if by.type == s.FIELD_TYPE_MULTI_CHOICE:
            source += (
                f" LEFT JOIN LATERAL jsonb_array_elements_text(data->{statement.put(by.name)}) AS held (choice) ON true"
            )
            group = "held.choice"
        elif by.type == s.FIELD_TYPE_DATETIME:
            group = f"({statement.typed(by)} AT TIME ZONE {statement.put(time_zone)})::date::text"
        else:
            group = statement.text(by)
        group = f"coalesce({group}, '')"
    conditions += [_condition(statement, field_of(entity, given.field) or ENTERED_BY, given) for given in query.filters]
    conditions += _range(statement, entity, query, time_zone)
    key = "grp" if query.group_by else "''::text AS grp"
    sql = (
        f"WITH picked AS (SELECT record_id, {value} AS value, {group} AS grp FROM {source}"
        f" WHERE {' AND '.join(conditions)})"
        f" SELECT {key}, {_AGGREGATES[query.function]} AS value,"
        " array_agg(DISTINCT record_id) AS ids FROM picked"
    )
    if query.group_by:
        sql += " GROUP BY grp ORDER BY grp"
    return sql, statement.arguments


def _condition(statement: _Statement, known: s.Field, given: m.Filter) -> str:
    kind = given.value.WhichOneof("kind")
    value: Any = getattr(given.value, kind or "string_value")
    contains = given.comparison == m.COMPARISON_CONTAINS
    if known.type == s.FIELD_TYPE_MULTI_CHOICE:
        held = f"data->{statement.put(known.name)}"
        if contains:
            needle = statement.put(value)
            elements = f"jsonb_array_elements_text({held}) AS held_choices (one)"
            return f"EXISTS (SELECT FROM {elements} WHERE strpos(lower(one), lower({needle})) > 0)"
        holds = f"({held}) ? {statement.put(value)}"
        return holds if given.comparison == m.COMPARISON_EQUAL else f"NOT ({holds})"
    if contains:
        return f"strpos(lower({statement.text(known)}), lower({statement.put(value)})) > 0"
    cast = "text"
    if known.type in NUMERIC:
        # By way of text: the shortest decimal, as the stored values are read.
        value, cast = repr(value), "text::numeric"
    elif known.type == s.FIELD_TYPE_BOOLEAN:
        cast = "boolean"
    elif known.type == s.FIELD_TYPE_DATE:
        cast = "text::date"
    elif known.type == s.FIELD_TYPE_DATETIME:
        cast = "text::timestamptz"
    return f"{statement.typed(known)} {_SIGNS[given.comparison]} {statement.put(value, cast)}"


def _range(statement: _Statement, entity: s.Entity, query: m.Query, time_zone: str) -> list[str]:
    if not (query.HasField("from") or query.HasField("to")):
        return []
    timed = time_field(entity)
    if timed is None:
        moment = "entered_at"
    elif timed.type == s.FIELD_TYPE_DATE:
        # A date stands for its midnight where the caller is.
        moment = f"({statement.typed(timed)}::timestamp AT TIME ZONE {statement.put(time_zone)})"
    else:
        moment = statement.typed(timed)
    conditions: list[str] = []
    if query.HasField("from"):
        start = getattr(query, "from").ToDatetime(tzinfo=UTC)
        conditions.append(f"{moment} >= {statement.put(start, 'timestamptz')}")
    if query.HasField("to"):
        conditions.append(f"{moment} < {statement.put(query.to.ToDatetime(tzinfo=UTC), 'timestamptz')}")
    return conditions
