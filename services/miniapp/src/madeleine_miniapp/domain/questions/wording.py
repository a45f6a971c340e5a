"""Says a computed table and how the question was read, in the question's language; and what its verdict is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from google.protobuf.struct_pb2 import Value

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain.questions.frames.titles import is_note
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import CLOCK, NO_VALUE, Plan
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.spans import MONTHS, WEEKDAYS
from madeleine_miniapp.domain.questions.subjects import Subject

_WHOLE = {"en": "all records", "zh": "全部记录"}
_EVERYONE = {"en": "everyone", "zh": "所有人"}
_NO_DATA = {"en": "No data", "zh": "没有数据"}
_NO_MATCH = {"en": "No record matches", "zh": "没有相符的记录"}
_RECORDS = {"en": ("record", "records"), "zh": ("条记录", "条记录")}
_VERDICTS = {"zh": {"yes": "是", "no": "否", "same": "一样"}, "en": {"yes": "Yes", "no": "No", "same": "The same"}}
_TOLD_ROWS = 10
# A table is in its app's language; what is said of it in the question's.
_CHINESE_NAMES = (
    {name: f"{i}月" for i, name in enumerate(MONTHS, 1)}
    | {name: f"周{day}" for name, day in zip(WEEKDAYS, "一二三四五六日", strict=True)}
    | {"weekend": "周末", "weekday": "工作日", NO_VALUE: "（无）"}
)
_NAMES = re.compile("|".join(rf"(?:^|(?<=; )){re.escape(name)}(?=:)" for name in _CHINESE_NAMES))
_WRITTEN = re.compile(
    r"\b(?:mention\w*|notes?|noted|wr[io]te|written|writing|says?|said|text|comments?|remarks?|about|complain\w*)\b"
    r"|提到|写|备注|笔记|说|抱怨"
)


def describe(reading: Reading, today: date, language: str, names: Mapping[str, str]) -> str:
    """ "sum of calories, Mon 9 – Sun 15 March, Meal log"; `names` gives people's names by id."""
    if reading.plan is None or reading.facts is None:
        return ""
    parts = [reading.plan.told]
    parts += [c.told for c in reading.facts.conditions if c.told and c.told not in reading.plan.told]
    parts += [note for note in reading.plan.notes if not any(note in part for part in parts)]
    if reading.facts.people:
        parts.append(", ".join(names.get(p, p) for p in reading.facts.people))
    elif reading.subject.shared:
        parts.append(_EVERYONE[language])
    spans = [span.label(language, today) for span in reading.plan.spans]
    parts.append((" / ".join(spans)) if spans else _WHOLE[language])
    titles = dict.fromkeys(_called(subject) for subject in (reading.subject, *reading.also))
    parts.append(" + ".join(titles))
    return ("，" if language == "zh" else ", ").join(parts)


def _called(subject: Subject) -> str:
    """The app's title; of an app with several kinds of record, which kind it is."""
    entity = subject.entity
    named = len(subject.spec.entities) > 1
    also = f" + {subject.beyond.entity}" if subject.beyond else ""
    return f"{subject.spec.title}: {entity.label or entity.name}{also}" if named else subject.spec.title


def units(plan: Plan, table: q.Table, language: str = "en") -> q.Table:
    """The table with the units in which the plan gives its columns, and with months by their names in a language."""
    shown = {s.name: s.unit for s in plan.shown}
    made = q.Table()
    made.CopyFrom(table)
    for column in made.columns:
        if column.name in shown and column.type == "number":
            column.unit = shown[column.name]
    if (at := place(made, CLOCK)) >= 0:
        _times(made, at)
    if (at := place(made, "month")) >= 0 and made.columns[at].type == "date" and plan.key == "month":
        _months(made, at, language)
    return made


def _times(table: q.Table, at: int) -> None:
    """Times of day as "19:40" in place of moments and of hours since midnight."""
    for row in table.rows:
        held = row.values[at]
        if held.WhichOneof("kind") == "number_value":
            minutes = round(held.number_value * 60) % (24 * 60)
            held.string_value = f"{minutes // 60:02d}:{minutes % 60:02d}"
        elif "T" in held.string_value:
            held.string_value = held.string_value.partition("T")[2][:5]
    table.columns[at].type = "text"
    table.columns[at].unit = ""


def _months(table: q.Table, at: int, language: str) -> None:
    """Names of months in place of their first days, with the year where a name alone would be said twice."""
    days = [date.fromisoformat(c.string_value) if (c := row.values[at]).string_value else None for row in table.rows]
    twice = len({d.month for d in days if d}) < len({(d.year, d.month) for d in days if d})
    for row, day in zip(table.rows, days, strict=True):
        if day is not None:
            year = (f" {day.year}", f"{day.year}年") if twice else ("", "")
            named = f"{year[1]}{day.month}月" if language == "zh" else f"{MONTHS[day.month - 1]}{year[0]}"
            row.values[at].string_value = named
    table.columns[at].type = "text"


def place(table: q.Table, name: str) -> int:
    """Where a column stands; -1: there is none."""
    return next((i for i, c in enumerate(table.columns) if c.name == name), -1)


def number(value: Value) -> float | None:
    """The number that a cell holds."""
    return value.number_value if value.WhichOneof("kind") == "number_value" else None


def is_empty(plan: Plan, table: q.Table) -> bool:
    """Whether the table holds no data: no rows, or no figure where one is asked for."""
    if not table.rows:
        return True
    numbers = [i for i, c in enumerate(table.columns) if c.type == "number"]
    if plan.figure and (at := place(table, plan.figure)) >= 0:
        value = number(table.rows[0].values[at])
        if plan.counts and value is None:
            table.rows[0].values[at].number_value = 0
            return False
        return value is None
    if plan.key and numbers:
        return all(row.values[i].WhichOneof("kind") in (None, "null_value") for row in table.rows for i in numbers)
    return all(v.WhichOneof("kind") in (None, "null_value") for row in table.rows for v in row.values)


def only_remarked(reading: Reading, table: q.Table) -> bool:
    """Whether a count of nothing rests on a word that only remarks hold: "how many coffees" where none is a record."""
    plan, facts = reading.plan, reading.facts
    if plan is None or facts is None or not plan.counts or len(table.rows) != 1:
        return False
    if _WRITTEN.search(facts.scan.text):
        return False
    notes = {f.name for f in reading.subject.entity.fields if is_note(f)}
    remarked = any(c.kind is Kind.VALUE and c.field in notes for c in facts.conditions)
    at = place(table, plan.figure)
    return remarked and at >= 0 and not number(table.rows[0].values[at])


def verdict(plan: Plan, table: q.Table) -> str:
    """Yes, no, or a name, where the question asks for that; empty otherwise, and where it cannot be said."""
    if plan.verdict in ("any", "none"):
        at = place(table, plan.figure)
        there = bool(table.rows) if at < 0 else any((number(r.values[at]) or 0) > 0 for r in table.rows)
        return "yes" if there == (plan.verdict == "any") else "no"
    if plan.verdict == "passes":
        at = place(table, "passes")
        held = table.rows[0].values[at] if table.rows and at >= 0 else Value()
        return ("yes" if held.bool_value else "no") if held.WhichOneof("kind") == "bool_value" else ""
    if plan.verdict == "cell":
        return _cell_text(table.rows[0].values[0]) if table.rows else ""
    if plan.verdict in ("more", "less"):
        at = [i for i, c in enumerate(table.columns) if c.type == "number"]
        cells = (
            [number(r.values[at[0]]) for r in table.rows]
            if len(table.rows) > 1
            else [number(table.rows[0].values[i]) for i in at]
        )
        if len(cells) != 2 or cells[0] is None or cells[1] is None:
            return ""
        return "yes" if (cells[0] > cells[1] if plan.verdict == "more" else cells[0] < cells[1]) else "no"
    if plan.verdict in ("who", "least"):
        at, key = next((i for i, c in enumerate(table.columns) if c.type == "number"), -1), place(table, plan.key)
        rows = [(number(r.values[at]), _cell_text(r.values[key])) for r in table.rows]
        known = [(v, k) for v, k in rows if v is not None]
        if not known:
            return ""
        best = (max if plan.verdict == "who" else min)(v for v, _ in known)
        winners = [k for v, k in known if v == best]
        return winners[0] if len(winners) == 1 else "same"
    return ""


def _cell_text(value: Value) -> str:
    kind = value.WhichOneof("kind")
    return value.string_value if kind == "string_value" else f"{value.number_value:g}" if kind == "number_value" else ""


def result(plan: Plan, table: q.Table) -> m.QueryResult:
    """The table as one figure or as groups with a figure, for those who read only that."""
    made = m.QueryResult(record_ids=table.record_ids)
    at = (
        place(table, plan.figure)
        if plan.figure
        else next((i for i, c in enumerate(table.columns) if c.type == "number"), -1)
    )
    key = place(table, plan.key) if plan.key else -1
    if at >= 0:
        made.unit = table.columns[at].unit
        # Records that share the highest figure answer with the one figure.
        alike = plan.figure and len({number(row.values[at]) for row in table.rows}) == 1
        for row in table.rows if key >= 0 else table.rows[:1] if alike or len(table.rows) == 1 else ():
            added = made.rows.add(group=_cell_text(row.values[key]) if key >= 0 else "")
            if (value := number(row.values[at])) is not None:
                added.value = value
    return made


def answer(plan: Plan, table: q.Table, described: str, language: str, said: str) -> str:
    """The answer in a sentence, with its figures as computed; no figure where there is no data."""
    if not said and is_empty(plan, table):
        return f"{(_NO_DATA if plan.figure else _NO_MATCH)[language]} ({described})."
    opening = ""
    if said in _VERDICTS[language]:
        opening = _VERDICTS[language][said] + ("：" if language == "zh" else ": ")
    rows = [_row(table, row.values, language) for row in table.rows[:_TOLD_ROWS]]
    more = "; …" if len(table.rows) > _TOLD_ROWS else ""
    body = "; ".join(r for r in rows if r) + more
    if language == "zh":
        body = _NAMES.sub(lambda m: _CHINESE_NAMES[m.group()], body)
    count = table.record_count
    return f"{opening}{body or '–'} ({described}; {count} {_RECORDS[language][count != 1]})."


def _row(table: q.Table, values: Sequence[Value], language: str) -> str:
    cells = [_cell(c, v, language) for c, v in zip(table.columns, values, strict=True)]
    named = [c for c in cells if c]
    if len(named) == 2 and table.columns[0].type != "number" and table.columns[1].type == "number":
        return f"{named[0]}: {named[1]}"
    return ", ".join(named)


def _cell(column: q.Column, value: Value, language: str) -> str:
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        return figure(value.number_value, column.unit)
    if kind == "string_value" and column.type == "date":
        day = date.fromisoformat(value.string_value)
        return (
            f"{day.year}年{day.month}月{day.day}日"
            if language == "zh"
            else f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        )
    if kind == "string_value":
        return value.string_value
    if kind == "list_value":
        return ", ".join(v.string_value for v in value.list_value.values)
    if kind == "bool_value":
        return "✓" if value.bool_value else "✗"
    return "–"


def figure(value: float, unit: str) -> str:
    """ "10,630 kcal"; at most two decimals; an hour or more of minutes in hours and minutes."""
    if unit == "min" and value >= 60:
        minutes = round(value)
        return f"{value:,.2f}".rstrip("0").rstrip(".") + f" min ({minutes // 60} h {minutes % 60} min)"
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{text} {unit}".strip() if unit != "%" else f"{text} %"
