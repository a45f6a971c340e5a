"""An app's own aggregates as relations, and those that are computed from others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.columns import unit_of
from madeleine_miniapp.domain.expressions import functions as f
from madeleine_miniapp.domain.expressions.checking import FIELD, check
from madeleine_miniapp.domain.expressions.tokens import names
from madeleine_miniapp.domain.formulas import Engine
from madeleine_miniapp.domain.query import field_of, time_field
from madeleine_miniapp.domain.querying import GROUP, aggregated

_MAX_GROUPS = 1_000


def relation_of(
    app_id: str, entity: s.Entity, aggregate: s.Aggregate, where: q.Expression | None, now: datetime
) -> q.Relation:
    """An aggregate over records as a relation; `now` is in the time zone that its days are of."""
    conditions = [*_days(entity, aggregate.days, now), *([where] if where is not None else [])]
    group = field_of(entity, aggregate.group_by) if aggregate.group_by else None
    rows = terms.filtered(terms.records(app_id, entity.name), *conditions)
    made = aggregated(rows, aggregate.function, aggregate.field, group, aggregate.bucket)
    if group is None:
        return made
    # Of more groups than anybody looks at, the latest.
    return terms.ordered(made, terms.order(terms.column(GROUP), descending=True), limit=_MAX_GROUPS)


def unit_of_figure(spec: s.AppSpec, entity: s.Entity, aggregate: s.Aggregate) -> str:
    """The aggregate's own unit, else that of its field's values."""
    known = field_of(entity, aggregate.field)
    counting = aggregate.function == s.AGGREGATE_FUNCTION_COUNT
    return aggregate.unit or (unit_of(spec, known) if known is not None and not counting else "")


def parts_of(aggregate: s.Aggregate) -> frozenset[str]:
    """The aggregates that one is computed from."""
    return names(aggregate.expression) if aggregate.expression else frozenset()


def combined(aggregate: s.Aggregate, parts: Mapping[str, m.QueryResult], engine: Engine) -> m.QueryResult:
    """An aggregate that is computed from others, group by group; no data where one of them has none."""
    result = m.QueryResult(unit=aggregate.unit)
    text = check(aggregate.expression, dict.fromkeys(parts, f.NUMBER), (f.NUMBER,)).engine_text
    for group in sorted({row.group for part in parts.values() for row in part.rows}):
        held = {
            FIELD + name: next((r.value for r in part.rows if r.group == group and r.HasField("value")), None)
            for name, part in parts.items()
        }
        value = engine.evaluate(text, held)
        row = result.rows.add(group=group)
        if isinstance(value, float):
            row.value = value
    result.record_ids.extend(dict.fromkeys(i for part in parts.values() for i in part.record_ids))
    return result


def _days(entity: s.Entity, days: int, now: datetime) -> list[q.Expression]:
    """That a record is of the last so many days: calendar days with today, or times 24 hours up to now."""
    if not days:
        return []
    timed = time_field(entity)
    held = terms.column(timed.name if timed else "entered_at")
    if timed is not None and timed.type == s.FIELD_TYPE_DATE:
        first, last = now.date() - timedelta(days=days - 1), now.date()
        since = terms.call(q.FUNCTION_GREATER_OR_EQUAL, held, terms.value(first))
        return [since, terms.call(q.FUNCTION_LESS_OR_EQUAL, held, terms.value(last))]
    # By the clock, not by the wall: a day on which clocks change has 24 hours here, too.
    begins = (now.astimezone(UTC) - timedelta(days=days)).astimezone(now.tzinfo)
    since = terms.call(q.FUNCTION_GREATER, held, terms.value(begins))
    return [since, terms.call(q.FUNCTION_LESS_OR_EQUAL, held, terms.value(now))]
