# ruff: noqa: S608 - only fixed fragments, generated names and placeholders are joined; every name and value is a parameter.
"""A checked relation as one SQL statement over the records read model.

What a result rests on: the records that pass the filters and have the values that are needed. Rows carry the ids of
their records up to where they are grouped (or to the result); there all ids are noted whose rows have a value that is
aggregated. What is filtered or cut off later was looked at, and counts. The right side of SEMI and ANTI counts only
where the left side has no records; so does a left side of OUTER that groups without measures, and is joined by keys,
only where the right side has none: it says which rows there are, not what is in them. A limit counts what it was
chosen from when nothing but the result follows, and what it left when that is aggregated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from madeleine_miniapp.adapters.compiling import Compiler, Transfers
from madeleine_miniapp.adapters.statements import Held, Statement
from madeleine_miniapp.domain.relation_tree import Checked


def compile_relation(
    checked: Checked,
    time_zone: str,
    *,
    rows: int,
    ids: int,
    settled: Transfers = (),
    only: Sequence[str] | None = None,
) -> tuple[str, list[Any]]:
    """SQL with one row (rows as JSON, record_ids, record_count) and its arguments.

    At most `rows` rows and one more, and at most `ids` ids, the latest first. `settled` is what stands for a Settle,
    `only` the ids of the only records that are read.
    """
    to = Statement(time_zone, only)
    compiler = Compiler(to, settled)
    made = compiler.node(checked, set(checked.columns), outermost=True)
    if made.carriers:
        made = compiler.noted(made)
    shown = ", ".join(_shown(made.scope[name]) for name in checked.columns)
    union = " UNION ALL ".join(to.rests) or "SELECT NULL::text"
    to.ctes.append(f"rests (id) AS MATERIALIZED (SELECT DISTINCT id FROM ({union}) AS t (id) WHERE id IS NOT NULL)")
    sql = (
        f"WITH {', '.join(to.ctes)}"
        f" SELECT (SELECT json_agg(cells ORDER BY place)::text FROM (SELECT json_build_array({shown}) AS cells,"
        f" row_number() OVER (ORDER BY {made.total_order}) AS place FROM ({made.sql}) AS t"
        f" ORDER BY place LIMIT {rows + 1}) AS u) AS rows,"
        f' ARRAY(SELECT id FROM rests ORDER BY id COLLATE "C" DESC LIMIT {ids}) AS record_ids,'
        " (SELECT count(*) FROM rests) AS record_count"
    )
    return sql, to.arguments


def _shown(held: Held) -> str:
    sql, column = held
    if column.type == "number":
        return f"trim_scale({sql})::text"
    if column.type == "date":
        return f"to_char({sql}, 'YYYY-MM-DD')"
    if column.type == "moment":
        return f"""to_char({sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')"""
    return sql
