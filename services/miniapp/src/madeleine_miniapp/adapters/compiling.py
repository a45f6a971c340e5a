# ruff: noqa: S608 - only fixed fragments, generated names and placeholders are joined; every name and value is a parameter.
"""Each node of a checked relation as a SELECT."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.aggregates import aggregate
from madeleine_miniapp.adapters.expressions import compile_expression
from madeleine_miniapp.adapters.statements import Held, Made, Scope, Statement, comparable, sortable
from madeleine_miniapp.domain.buckets import buckets
from madeleine_miniapp.domain.columns import DATE, Column, measured
from madeleine_miniapp.domain.relation_tree import Checked
from madeleine_miniapp.domain.relations import MAX_CALENDAR

Transfers = Sequence[tuple[str, str, Decimal]]
_BUILTIN = {"record_id": "record_id", "entered_by": "entered_by", "entered_at": "entered_at"}


_UNITS = {q.BUCKET_DAY: "day", q.BUCKET_WEEK: "week", q.BUCKET_MONTH: "month", q.BUCKET_YEAR: "year"}
# Consecutive buckets have consecutive numbers.
_ORDINALS = {
    q.BUCKET_DAY: "({0} - date '2000-01-03')",
    q.BUCKET_WEEK: "(({0} - date '2000-01-03') / 7)",
    q.BUCKET_MONTH: "(extract(year FROM {0}) * 12 + extract(month FROM {0}))",
    q.BUCKET_YEAR: "extract(year FROM {0})",
}


def fields_of(expressions: Iterable[q.Expression]) -> set[str]:
    """The columns that expressions read."""
    found: set[str] = set()
    for one in expressions:
        found |= {one.column} if one.WhichOneof("kind") == "column" else fields_of(one.call.arguments)
    return found


def names_rows(given: q.Relation.Join) -> bool:
    """Whether the left side only says which rows there are: everybody, say, whether they have a figure or not."""
    named = given.left.WhichOneof("kind") == "group" and not given.left.group.measures
    return given.kind == q.JOIN_KIND_OUTER and named and bool(given.left_keys)


class Compiler:
    """Compiles the nodes of one relation into one statement."""

    def __init__(self, to: Statement, settled: Transfers) -> None:
        self.to = to
        self.settled = settled
        # Whether what is compiled counts among what the result rests on.
        self.counts = True

    def node(self, checked: Checked, needed: set[str], *, outermost: bool = False) -> Made:
        """SQL of a node with the columns that are needed of it."""
        kind = checked.node.WhichOneof("kind") or ""
        return getattr(self, f"_{kind}")(checked, getattr(checked.node, kind), needed, outermost)

    def noted(self, made: Made, where: str = "true") -> Made:
        """The same, computed once and read twice: the records of its rows are noted, and carried no further."""
        name = self.to.name("n")
        self.to.ctes.append(f"{name} AS MATERIALIZED ({made.sql})")
        self.to.rests += [f"SELECT {carrier} FROM {name} WHERE {where}" for carrier in made.carriers]
        order = (*made.order, *((carrier, "") for carrier in made.carriers))
        return replace(made, sql=f"SELECT * FROM {name}", carriers=(), order=order)

    def _compute(self, given: q.Expression, scope: Scope) -> Held:
        return compile_expression(given, scope, self.to)

    def _records(self, checked: Checked, given: q.Relation.Records, needed: set[str], _: bool) -> Made:
        fields = {f.name: f for f in checked.entity.fields}
        carrier = self.to.name("r")
        parts, scope = [f"record_id AS {carrier}"], dict[str, Held]()
        for name, column in checked.columns.items():
            if name in needed:
                scope[name] = (self.to.name(), column)
                value = self._field(fields[name], column) if name in fields else _BUILTIN[name]
                parts.append(f"{value} AS {scope[name][0]}")
        where = f"app_id = {self.to.put(given.app_id)} AND entity = {self.to.put(checked.entity.name)}"
        if self.to.only is not None:
            where += f" AND record_id = ANY({self.to.put(self.to.only, 'text[]')})"
        return Made(f"SELECT {', '.join(parts)} FROM records WHERE {where} OFFSET 0", scope, (carrier,))

    def _field(self, known: s.Field, column: Column) -> str:
        """A field as what it holds; a value of another type, from before the field had this one, is missing."""
        name = self.to.put(known.name)
        text = f"(data->>{name})"
        if column.type in ("number", "boolean"):
            cast = "numeric" if column.type == "number" else "boolean"
            return f"CASE WHEN jsonb_typeof(data->{name}) = '{column.type}' THEN {text}::{cast} END"
        if column.type in ("date", "moment"):
            cast, form = ("date", "____-__-__") if column.type == "date" else ("timestamptz", "____-__-__T%")
            # PostgreSQL takes "yesterday", too.
            return f"CASE WHEN {text} LIKE '{form}' AND pg_input_is_valid({text}, '{cast}') THEN {text}::{cast} END"
        if column.type == "list":
            return f"CASE WHEN jsonb_typeof(data->{name}) = 'array' THEN data->{name} END"
        return text

    def _calendar(self, checked: Checked, given: q.Relation.Calendar, needed: set[str], _: bool) -> Made:
        first, last = (date.fromisoformat(day) for day in (getattr(given, "from"), given.to))
        rows = buckets(first, last, given.bucket, MAX_CALENDAR) or []
        start, end = self.to.name(), self.to.name()
        arrays = ", ".join(self.to.put([row[i] for row in rows], "date[]") for i in (0, 1))
        sql = f"SELECT {start}, {end} FROM unnest({arrays}) AS t ({start}, {end})"
        return Made(sql, {"from": (start, DATE), "to": (end, DATE)}, order=((start, ""),))

    def _filter(self, checked: Checked, given: q.Relation.Filter, needed: set[str], outermost: bool) -> Made:
        below = self.node(checked.inputs[0], needed | fields_of([given.condition]), outermost=outermost)
        condition, _ = self._compute(given.condition, below.scope)
        return replace(below, sql=f"SELECT * FROM ({below.sql}) AS t WHERE {condition}")

    def _extend(self, checked: Checked, given: q.Relation.Extend, needed: set[str], outermost: bool) -> Made:
        computed = {one.name: one.value for one in given.columns if one.name in needed}
        kept = set[str]() if given.only else needed - set(computed)
        below = self.node(checked.inputs[0], kept | fields_of(computed.values()), outermost=outermost)
        parts, scope = list(below.names), {n: h for n, h in below.scope.items() if n in kept}
        for name, value in computed.items():
            sql, column = self._compute(value, below.scope)
            scope[name] = (self.to.name(), column)
            parts.append(f"{sql} AS {scope[name][0]}")
        # Not pulled up: columns computed from each other would be written out again and again.
        return replace(below, sql=f"SELECT {', '.join(parts)} FROM ({below.sql}) AS t OFFSET 0", scope=scope)

    def _group(self, checked: Checked, given: q.Relation.Group, needed: set[str], _: bool) -> Made:
        values = [one.value for one in given.measures if one.HasField("value")]
        conditions = [one.where for one in given.measures if one.HasField("where")]
        read = fields_of([*(key.value for key in given.keys), *values, *conditions])
        below = self.node(checked.inputs[0], read)
        parts, scope, shown = list(below.carriers), dict[str, Held](), list[str]()
        keys: list[str] = []
        for key in given.keys:
            held = self._compute(key.value, below.scope)
            keys.append(self.to.name())
            parts.append(f"{comparable(held)} AS {keys[-1]}")
            scope[key.name] = (keys[-1], held[1])
        shown += keys
        aggregated: list[str] = []
        for one in given.measures:
            held: Held | None = None
            if one.HasField("value"):
                sql, column = self._compute(one.value, below.scope)
                held = (self.to.name("v"), column)
                parts.append(f"{sql} AS {held[0]}")
                aggregated.append(f"{held[0]} IS NOT NULL")
            where = ""
            if one.HasField("where"):
                where = self.to.name("w")
                parts.append(f"{self._compute(one.where, below.scope)[0]} AS {where}")
            name = self.to.name()
            shown.append(f"{aggregate(one.function, held, where)} AS {name}")
            scope[one.name] = (name, measured(one.function, held[1] if held else None))
        # All rows count where rows are counted, or told apart by their keys only.
        having = " OR ".join(aggregated) if len(aggregated) == len(given.measures) and aggregated else "true"
        source = f"SELECT {', '.join(parts) or '0'} FROM ({below.sql}) AS t OFFSET 0"
        order = tuple((key, "") for key in keys)
        return self._grouped(Made(source, scope, below.carriers, order), shown, keys, having)

    def _grouped(self, rows: Made, shown: Sequence[str], keys: Sequence[str], having: str) -> Made:
        """Rows as one for each tuple of keys; the records of all are noted."""
        by = f" GROUP BY {', '.join(keys)}" if keys else ""
        if not (rows.carriers and self.counts):
            return replace(rows, sql=f"SELECT {', '.join(shown)} FROM ({rows.sql}) AS t{by}", carriers=())
        ids = {self.to.name("p"): carrier for carrier in rows.carriers}
        held = [f"array_agg({carrier}) FILTER (WHERE {having}) AS {name}" for name, carrier in ids.items()]
        name = self.to.name("n")
        self.to.ctes.append(f"{name} AS MATERIALIZED (SELECT {', '.join([*shown, *held])} FROM ({rows.sql}) AS t{by})")
        self.to.rests += [f"SELECT unnest({p}) FROM {name}" for p in ids]
        return replace(rows, sql=f"SELECT * FROM {name}", carriers=())

    def _join(self, checked: Checked, given: q.Relation.Join, needed: set[str], _: bool) -> Made:
        half = given.kind in (q.JOIN_KIND_SEMI, q.JOIN_KIND_ANTI)
        of_left, of_right = (one.columns for one in checked.inputs)
        counted = self.counts
        self.counts = counted and not (names_rows(given) and checked.inputs[1].rests)
        left = self.node(checked.inputs[0], (needed & set(of_left)) | fields_of(given.left_keys))
        self.counts = counted and not (half and checked.inputs[0].rests)
        wanted = set[str]() if half else needed & set(of_right) - set(of_left)
        right = self.node(checked.inputs[1], wanted | fields_of(given.right_keys))
        if half and self.counts and right.carriers:
            right = self.noted(right)
        self.counts = counted
        pairs = zip(given.left_keys, given.right_keys, strict=True)
        equal = [
            f"{comparable(self._compute(a, left.scope))} = {comparable(self._compute(b, right.scope))}"
            for a, b in pairs
        ]
        on = " AND ".join(equal) or "true"
        if half:
            sign = "" if given.kind == q.JOIN_KIND_SEMI else "NOT "
            exists = f"{sign}EXISTS (SELECT FROM ({right.sql}) AS r WHERE {on})"
            return replace(left, sql=f"SELECT * FROM ({left.sql}) AS l WHERE {exists}")
        kind = "JOIN" if given.kind == q.JOIN_KIND_INNER else "LEFT JOIN"
        sql = f"SELECT * FROM ({left.sql}) AS l {kind} ({right.sql}) AS r ON {on}"
        scope = {**left.scope, **{n: h for n, h in right.scope.items() if n in wanted}}
        return Made(sql, scope, left.carriers + right.carriers, left.order + right.order)

    def _union(self, checked: Checked, given: q.Relation.Union, needed: set[str], _: bool) -> Made:
        made = [self.node(one, needed) for one in checked.inputs]
        wanted = [name for name in checked.columns if name in needed]
        carriers = [self.to.name("r") for _ in range(max(len(one.carriers) for one in made))]
        scope = {name: (self.to.name(), checked.columns[name]) for name in wanted}
        place = self.to.name("o")
        names = ", ".join([place, *(sql for sql, _ in scope.values()), *carriers])
        selects: list[str] = []
        for index, one in enumerate(made):
            held = [*one.carriers, *["NULL::text"] * (len(carriers) - len(one.carriers))]
            parts = [str(index), *(one.scope[name][0] for name in wanted), *held]
            selects.append(f"SELECT {', '.join(parts)} FROM ({one.sql}) AS t")
        sql = f"SELECT * FROM ({' UNION ALL '.join(selects)}) AS t ({names})"
        return Made(sql, scope, tuple(carriers), ((place, ""),))

    def _sort(self, checked: Checked, given: q.Relation.Sort, needed: set[str], outermost: bool) -> Made:
        read = fields_of(one.value for one in given.by)
        below = self.node(checked.inputs[0], needed | read, outermost=outermost)
        parts, order = list(below.names), list[tuple[str, str]]()
        for one in given.by:
            name = self.to.name("o")
            parts.append(f"{sortable(self._compute(one.value, below.scope))} AS {name}")
            order.append((name, " DESC NULLS LAST" if one.descending else " NULLS LAST"))
        made = Made(f"SELECT {', '.join(parts)} FROM ({below.sql}) AS t", below.scope, below.carriers, tuple(order))
        # Stable: what is equal keeps the order that it had.
        kept = replace(made, order=(*order, *below.order))
        if not given.limit:
            return kept
        if outermost and made.carriers and self.counts:
            kept = self.noted(kept, f"{order[0][0]} IS NOT NULL")
        by = ", ".join(f"{name}{direction}" for name, direction in order) if given.with_ties else kept.total_order
        limit = f"FETCH FIRST {given.limit} ROWS WITH TIES" if given.with_ties else f"LIMIT {given.limit}"
        return replace(kept, sql=f"SELECT * FROM ({kept.sql}) AS t ORDER BY {by} {limit}")

    def _runs(self, checked: Checked, given: q.Relation.Runs, needed: set[str], _: bool) -> Made:
        read = fields_of([given.day, *(one.value for one in given.partition)])
        below = self.node(checked.inputs[0], read)
        unit = _UNITS[given.bucket]
        day, island, scope = self.to.name(), self.to.name("i"), dict[str, Held]()
        parts = [
            *below.carriers,
            f"date_trunc('{unit}', ({self._compute(given.day, below.scope)[0]})::timestamp)::date AS {day}",
        ]
        keys: list[str] = []
        for one in given.partition:
            held = self._compute(one.value, below.scope)
            keys.append(self.to.name())
            parts.append(f"{comparable(held)} AS {keys[-1]}")
            scope[one.name] = (keys[-1], held[1])
        source = (
            f"SELECT * FROM (SELECT {', '.join(parts)} FROM ({below.sql}) AS t) AS t WHERE {day} IS NOT NULL OFFSET 0"
        )
        days = self._grouped(Made(source, scope, below.carriers), [*keys, day], [*keys, day], "true")
        by = f"PARTITION BY {', '.join(keys)} " if keys else ""
        number = _ORDINALS[given.bucket].format(day)
        islands = f"SELECT *, {number} - row_number() OVER ({by}ORDER BY {day}) AS {island} FROM ({days.sql}) AS t"
        start, end, length = (self.to.name() for _ in range(3))
        shown = [
            *keys,
            f"min({day}) AS {start}",
            f"(max({day}) + interval '1 {unit}' - interval '1 day')::date AS {end}",
            f"count(*)::numeric AS {length}",
        ]
        sql = f"SELECT {', '.join(shown)} FROM ({islands}) AS t GROUP BY {', '.join([*keys, island])}"
        scope |= {"from": (start, DATE), "to": (end, DATE), "length": (length, checked.columns["length"])}
        return Made(sql, scope, order=((start, ""),))

    def _settle(self, checked: Checked, given: q.Relation.Settle, needed: set[str], _: bool) -> Made:
        payer, payee, amount, place = (self.to.name() for _ in range(4))
        who = [self.to.put([row[i] for row in self.settled], "text[]") for i in (0, 1)]
        amounts = self.to.put([str(row[2]) for row in self.settled], "text[]::numeric[]")
        names = ", ".join((payer, payee, amount, place))
        sql = f"SELECT * FROM unnest({who[0]}, {who[1]}, {amounts}) WITH ORDINALITY AS t ({names})"
        held = zip(("from", "to", "amount"), (payer, payee, amount), strict=True)
        return Made(sql, {name: (sql_name, checked.columns[name]) for name, sql_name in held}, order=((place, ""),))

    def _unnest(self, checked: Checked, given: q.Relation.Unnest, needed: set[str], _: bool) -> Made:
        below = self.node(checked.inputs[0], needed | {given.column})
        element = self.to.name()
        held = below.scope[given.column][0]
        sql = f"SELECT * FROM ({below.sql}) AS t CROSS JOIN LATERAL jsonb_array_elements_text({held}) AS e ({element})"
        return replace(below, sql=sql, scope={**below.scope, given.column: (element, checked.columns[given.column])})
