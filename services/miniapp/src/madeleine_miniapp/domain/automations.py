"""What sets an app's automations off, and what they say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.files.writing import cells_of, title_field
from madeleine_miniapp.domain.formulas import Engine, Json, holds

POST, REMIND = "post", "remind"
_RECORD, _SCHEDULE, _DATE = "record", "schedule", "date"
_PLACE = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
# Chat's limit for reminders.
MOST_SAID = 1000
_MOST_VALUE = 100


def timed(spec: s.AppSpec) -> dict[str, str]:
    """The automations that go by the clock, with their schedules (cron): a date's is looked at once a day."""
    found: dict[str, str] = {}
    for automation in spec.automations:
        if automation.trigger == _SCHEDULE:
            found[automation.name] = automation.schedule
        elif automation.trigger == _DATE:
            hour, _, minute = automation.at.partition(":")
            found[automation.name] = f"{int(minute)} {int(hour)} * * *"
    return found


def named(spec: s.AppSpec, name: str) -> s.Automation | None:
    """An automation by its name, if the app still has it."""
    return next((automation for automation in spec.automations if automation.name == name), None)


def waits_for_records(spec: s.AppSpec, entity: str) -> list[s.Automation]:
    """The automations that records of an entity can set off."""
    return [a for a in spec.automations if a.trigger == _RECORD and a.entity == entity]


def is_met(automation: s.Automation, kind: s.Entity, values: Mapping[str, Json], engine: Engine) -> bool:
    """Whether a record meets an automation's condition; an empty one always."""
    return holds(kind, automation.condition, values, engine)


def is_due(automation: s.Automation, kind: s.Entity, values: Mapping[str, Json], today: date, engine: Engine) -> bool:
    """Whether today is so many days before a record's date."""
    day = day_of(automation, values)
    return (
        day is not None
        and day - timedelta(days=automation.days_before) == today
        and is_met(automation, kind, values, engine)
    )


def day_of(automation: s.Automation, values: Mapping[str, Json]) -> date | None:
    """The day in a record's date field; of a date-time its own day."""
    text = values.get(automation.field)
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None


def is_dated(automation: s.Automation) -> bool:
    """Whether it goes by a date of records."""
    return automation.trigger == _DATE


def person_of(kind: s.Entity, values: Mapping[str, Json]) -> str:
    """Whom a record is about: its first person field; empty for nobody."""
    return next((str(values[f.name]) for f in kind.fields if f.type == s.FIELD_TYPE_PERSON and values.get(f.name)), "")


def wording(
    spec: s.AppSpec,
    automation: s.Automation,
    record: tuple[s.Entity, Mapping[str, Json]] | None,
    names: Mapping[str, str],
    *,
    chinese: bool,
) -> str:
    """What an automation says: which app, its text with a record's values in place of {names}, and why now."""
    text, why = automation.text, ""
    if record is not None:
        kind, values = record
        cells = cells_of(kind, values, names, {})
        shown = {f.name: cell[:_MOST_VALUE] for f, cell in zip(kind.fields, cells, strict=True)}
        text = _PLACE.sub(lambda place: shown.get(place[1], place[0]), text)
        why = _why(automation, kind, values, shown.get(title_field(kind), ""), chinese=chinese)
    elif automation.trigger == _SCHEDULE:
        why = "按计划" if chinese else "as planned"
    head = " ".join(part for part in (spec.icon, spec.title) if part)
    tail = f"（{why}）" if chinese and why else f" ({why})" if why else ""
    colon = "：" if chinese else ": "
    return f"{head}{colon}{text}"[: MOST_SAID - len(tail)] + tail


def _why(automation: s.Automation, kind: s.Entity, values: Mapping[str, Json], called: str, *, chinese: bool) -> str:
    quoted = (f"“{called}”" if chinese else f'"{called}"') if called else kind.label
    day = day_of(automation, values) if is_dated(automation) else None
    if day is None:
        return f"关于{quoted}" if chinese else f"about {quoted}"
    field = next((f for f in kind.fields if f.name == automation.field), s.Field())
    label = field.label or field.name
    return f"{quoted}的{label}：{day.isoformat()}" if chinese else f"{quoted}, {label}: {day.isoformat()}"


def authors(entered_by: str, changed_by: Sequence[str]) -> list[str]:
    """Whose words a record holds."""
    return sorted({person for person in (entered_by, *changed_by) if person})
