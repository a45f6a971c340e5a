"""Says a computed figure and how the question was read, in the question's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.query import ENTERED_BY, field_of
from madeleine_miniapp.domain.questions.reading import Reading

_NAMES = {
    "en": {
        s.AGGREGATE_FUNCTION_COUNT: "number of",
        s.AGGREGATE_FUNCTION_SUM: "sum of",
        s.AGGREGATE_FUNCTION_MEAN: "mean of",
        s.AGGREGATE_FUNCTION_MIN: "lowest",
        s.AGGREGATE_FUNCTION_MAX: "highest",
        s.AGGREGATE_FUNCTION_MEDIAN: "median of",
    },
    "zh": {
        s.AGGREGATE_FUNCTION_COUNT: "条数：",
        s.AGGREGATE_FUNCTION_SUM: "总和：",
        s.AGGREGATE_FUNCTION_MEAN: "平均：",
        s.AGGREGATE_FUNCTION_MIN: "最低：",
        s.AGGREGATE_FUNCTION_MAX: "最高：",
        s.AGGREGATE_FUNCTION_MEDIAN: "中位数：",
    },
}
_WHOLE = {"en": "all records", "zh": "全部记录"}
_EVERYONE = {"en": "everyone", "zh": "所有人"}
_NO_DATA = {"en": "No data", "zh": "没有数据"}
_RECORDS = {"en": ("record", "records"), "zh": ("条记录", "条记录")}


def describe(reading: Reading, today: date, language: str, names: Mapping[str, str]) -> str:
    """ "sum of calories, Mon 9 – Sun 15 March, Meal log"; `names` gives people's names by id."""
    entity, query = reading.subject.entity, reading.query
    field = field_of(entity, query.field) if query.field else None
    what = (field.label or field.name) if field else (entity.label or entity.name)
    function = _NAMES[language][query.function]
    of = " records" if field is None else ""
    parts = [f"{function}{what}" if language == "zh" else f"{function} {what.lower()}{of}"]
    for given in query.filters:
        on = field_of(entity, given.field)
        label = on.label.lower() if on else given.field
        value = names.get(given.value.string_value, given.value.string_value)
        sign = "~" if given.comparison == m.COMPARISON_CONTAINS else "="
        parts.append(f"{label} {sign} {value}")
    people = (ENTERED_BY.name, *reading.subject.person_fields)
    if reading.subject.shared and not any(f.field in people for f in query.filters):
        parts.append(_EVERYONE[language])
    if query.group_by and (group := field_of(entity, query.group_by)):
        parts.append(f"{'按' if language == 'zh' else 'by '}{group.label.lower()}")
    parts.append(reading.span.label(language, today) if reading.span else _WHOLE[language])
    parts.append(reading.subject.spec.title)
    return ("，" if language == "zh" else ", ").join(parts)


def has_data(result: m.QueryResult) -> bool:
    """Whether a figure rests on any record."""
    return bool(result.record_ids)


def answer(reading: Reading, result: m.QueryResult, described: str, language: str, names: Mapping[str, str]) -> str:
    """The answer in a sentence, with its figure as computed; no figure where there is no data."""
    if not has_data(result):
        return f"{_NO_DATA[language]} ({described})."
    seconds = _is_duration(reading)
    if reading.query.group_by:
        figures = "; ".join(
            f"{names.get(row.group, row.group) or '–'}: {figure(row.value, result.unit, seconds)}"
            for row in result.rows
            if row.HasField("value")
        )
    else:
        figures = figure(result.rows[0].value, result.unit, seconds)
    count = len(result.record_ids)
    return f"{figures} ({described}; {count} {_RECORDS[language][count != 1]})."


def figure(value: float, unit: str, is_duration: bool = False) -> str:
    """ "10,630 kcal"; at most two decimals; durations in hours and minutes."""
    if is_duration:
        minutes = round(value / 60)
        return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{text} {unit}".strip()


def _is_duration(reading: Reading) -> bool:
    field = field_of(reading.subject.entity, reading.query.field)
    return field is not None and field.type == s.FIELD_TYPE_DURATION and bool(reading.query.field)
