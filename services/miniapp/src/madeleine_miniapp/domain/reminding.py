"""The automations of a drafted app."""

from __future__ import annotations

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.blueprint import Blueprint
from madeleine_miniapp.domain.figuring import words_of
from madeleine_miniapp.domain.known_fields import KnownFields
from madeleine_miniapp.domain.naming import stable_name
from madeleine_miniapp.domain.questions.text import normalise, term_pattern
from madeleine_miniapp.domain.wishes.model import Reminder, Wishes

_TEMPORAL = (s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME)
_NUMERIC = (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_MONEY, s.FIELD_TYPE_RATING)
# Dates that lie ahead: what one wants to be reminded of.
_AHEAD = ("due_date", "due", "renewal_date", "next_date", "next", "expires", "warranty_until", "birthday", "end_date")
_AT = "09:00"


def automate(spec: s.AppSpec, blueprint: Blueprint, wishes: Wishes, known: KnownFields) -> None:
    """Adds the prompt's reminders, then those of the blueprint that speak of no date spoken of already."""
    wished = (_wished(spec, reminder, blueprint, wishes.language, known) for reminder in wishes.reminders)
    made = [automation for automation in wished if automation is not None]
    for one in blueprint.automations:
        fields = {f.name for e in spec.entities if e.name == one.entity for f in e.fields}
        told = {(a.trigger, a.field) for a in made}
        if (one.field and one.field not in fields) or (one.trigger, one.field) in told:
            continue
        if one.trigger == "schedule" and not wishes.reminders:
            # Nobody wants to be called every day without having asked.
            continue
        made.append(
            s.Automation(
                trigger=one.trigger,
                action="remind",
                text=one.texts[wishes.language],
                entity=one.entity,
                field=one.field,
                days_before=one.days_before,
                at=one.at,
                schedule=one.schedule,
            )
        )
    names: set[str] = set()
    for automation in made:
        automation.name = stable_name(f"{automation.trigger}_{automation.field or 'reminder'}", names)
        names.add(automation.name)
        spec.automations.append(automation)


def _wished(
    spec: s.AppSpec, reminder: Reminder, blueprint: Blueprint, language: str, known: KnownFields
) -> s.Automation | None:
    main = spec.entities[0]
    chinese = language == "zh"
    if reminder.schedule:
        text = f"该记录了：{spec.title}" if chinese else f"Time for: {spec.title}"
        return s.Automation(
            trigger="schedule", action="remind", text=text, entity=main.name, schedule=reminder.schedule
        )
    if reminder.comparison:
        field = _named(main, reminder.of, _NUMERIC, blueprint, known)
        if field is None:
            return None
        over = reminder.comparison == ">"
        words = ("超过" if over else "低于") if chinese else ("is over" if over else "is under")
        limit = float(reminder.limit)
        return s.Automation(
            trigger="record",
            action="remind",
            text=f"{field.label} {words} {limit:g}" if not chinese else f"{field.label}{words}{limit:g}",
            entity=main.name,
            field=field.name,
            condition=f"{field.name} {reminder.comparison} {limit!r}",
        )
    field = _named(main, reminder.of, _TEMPORAL, blueprint, known) or _ahead(main, known, language)
    days = reminder.days_before
    if chinese:
        text = f"{days}天后：{field.label}" if days else f"今天：{field.label}"
    else:
        text = f"{field.label}: {f'in {days} days' if days > 1 else 'tomorrow' if days else 'today'}"
    return s.Automation(
        trigger="date", action="remind", text=text, entity=main.name, field=field.name, days_before=days, at=_AT
    )


def _named(
    main: s.Entity, said: str, types: tuple[s.FieldType.ValueType, ...], blueprint: Blueprint, known: KnownFields
) -> s.Field | None:
    text = normalise(said)
    fitting = [f for f in main.fields if f.type in types]
    found = [
        (max((len(w) for w in words_of(f, blueprint, known) if term_pattern(w).search(text)), default=0), -i)
        for i, f in enumerate(fitting)
    ]
    best = max(found, default=(0, 0))
    return fitting[-best[1]] if best[0] else None


def _ahead(main: s.Entity, known: KnownFields, language: str) -> s.Field:
    """A date that lies ahead; one is added where there is none."""
    dates = [f for f in main.fields if f.type in _TEMPORAL]
    found = next((f for name in _AHEAD for f in dates if f.name == name), None)
    if found is None and dates and dates[0].name not in ("date", "purchase_date", "start_date"):
        found = dates[0]
    if found is not None:
        return found
    general = known.named("due_date")
    label = general.labels[language] if general is not None else "Due"
    main.fields.append(s.Field(name="due_date", label=label, type=s.FIELD_TYPE_DATE))
    return main.fields[-1]
