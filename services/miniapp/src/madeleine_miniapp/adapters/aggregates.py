"""Measures of the query language as SQL."""

from __future__ import annotations

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.adapters.expressions import quotient
from madeleine_miniapp.adapters.statements import Held, comparable, sortable


def aggregate(function: q.MeasureFunction.ValueType, held: Held | None, where: str) -> str:
    """SQL of one measure over a column (None: over rows), of rows for which the column `where` is true."""
    only = f" FILTER (WHERE {where})" if where else ""
    if held is None:
        return f"(count(*){only})::numeric"
    value = held[0]
    if function == q.MEASURE_FUNCTION_COUNT:
        return f"(count({value}){only})::numeric"
    if function == q.MEASURE_FUNCTION_COUNT_DISTINCT:
        return f"(count(DISTINCT {comparable(held)}){only})::numeric"
    if function == q.MEASURE_FUNCTION_MEAN:
        return quotient(f"sum({value}){only}", f"count({value}){only}")
    if function == q.MEASURE_FUNCTION_MEDIAN:
        # The two in the middle: percentile_cont would compute with doubles.
        middle = f"percentile_disc(0.5) WITHIN GROUP (ORDER BY {value}{{}}){only}"
        return f"(({middle.format('')} + {middle.format(' DESC')}) * 0.5)"
    if function == q.MEASURE_FUNCTION_LIST:
        some = f" FILTER (WHERE {value} IS NOT NULL{f' AND {where}' if where else ''})"
        told = {"number": f"trim_scale({value})", "date": f"to_char({value}, 'YYYY-MM-DD')"}
        text = told.get(held[1].type, f'{value} COLLATE "C"')
        return f"array_to_string(array_agg(DISTINCT {text} ORDER BY {text}){some}, ', ')"
    name = {q.MEASURE_FUNCTION_SUM: "sum", q.MEASURE_FUNCTION_MIN: "min", q.MEASURE_FUNCTION_MAX: "max"}[function]
    return f"{name}({sortable(held) if name != 'sum' else value}){only}"
