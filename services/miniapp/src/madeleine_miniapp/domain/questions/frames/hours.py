"""Times of the day of records: in their moments, or written out beside their days."""

from __future__ import annotations

from collections.abc import Callable

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Doubt, Facts


def within_hours(facts: Facts, told: list[str], at: q.Expression) -> list[q.Expression]:
    """The filter for "21-24", or for the narrower of two such: "in the morning (before nine)"; raises Doubt."""
    hour, edge = _hour_of(facts, at)
    spans = {tuple(float(x) for x in one.split("-")) for one in told}
    first, last = max(a for a, _ in spans), min(b for _, b in spans)
    if (first, last) not in spans:
        raise Doubt("it names several times of day; I can tell one at a time")
    made = [terms.call(q.FUNCTION_GREATER_OR_EQUAL, hour, edge(first))] if first > 0 else []
    return made + ([terms.call(q.FUNCTION_LESS, hour, edge(last))] if last < 24 else [])


def _hour_of(facts: Facts, at: q.Expression) -> tuple[q.Expression, Callable[[float], q.Expression]]:
    """The time of the day of records, and how an hour is held against it; raises Doubt where they have none."""
    timed = next((f for f in facts.subject.temporal if f.name == at.column), None)
    if timed is None or timed.type != s.FIELD_TYPE_DATE:
        return terms.call(q.FUNCTION_HOUR, at), terms.value
    if (written := clock_field(facts)) is not None:
        # Times that are written out as 09:30 are ordered as texts.
        return terms.column(written.name), lambda hour: terms.value(_clock(hour))
    raise Doubt("the records have days, no times of day")


def _clock(hour: float) -> str:
    """A time of the day as it is written: 09:30."""
    return f"{int(hour):02}:{round(hour % 1 * 60):02}"


def clock_field(facts: Facts) -> s.Field | None:
    """The text field in which records say at what time of the day they are, if they do."""
    held = facts.subject.fields(s.FIELD_TYPE_TEXT)
    return next((f for f in held if f.name in ("time", "时间") or f.label.casefold() in ("time", "时间")), None)
