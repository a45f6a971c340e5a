"""Are a spec's automations and permissions sound?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import limits as n
from madeleine_miniapp.domain.cron import cron_problem
from madeleine_miniapp.domain.errors import Violation
from madeleine_miniapp.domain.expressions import functions as f
from madeleine_miniapp.domain.formulas import scope_of, unsound

_AT = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def automation_problems(spec: s.AppSpec) -> Iterator[Violation]:
    """What is wrong with the automations."""
    for index, automation in enumerate(spec.automations):
        path = f"automations[{index}]"
        if automation.trigger not in n.TRIGGERS:
            yield Violation(f"{path}.trigger", f"must be one of {', '.join(n.TRIGGERS)}")
        if automation.action not in n.ACTIONS:
            yield Violation(f"{path}.action", f"must be one of {', '.join(n.ACTIONS)}")
        if not automation.text.strip() or len(automation.text) > n.MAX_TEXT:
            yield Violation(f"{path}.text", f"must be text of 1 to {n.MAX_TEXT} characters")
        entity = next((e for e in spec.entities if e.name == automation.entity), None)
        if automation.entity and entity is None:
            yield Violation(f"{path}.entity", "must name an entity of the app")
        match automation.trigger:
            case "record":
                yield from _on_record(path, automation, entity)
            case "schedule":
                if reason := cron_problem(automation.schedule):
                    yield Violation(f"{path}.schedule", reason)
            case "date":
                yield from _on_date(path, automation, entity)
            case _:
                pass


def _on_record(path: str, automation: s.Automation, entity: s.Entity | None) -> Iterator[Violation]:
    if entity is None:
        if not automation.entity:
            yield Violation(f"{path}.entity", "must name the entity whose records set it off")
    elif automation.condition and (reason := unsound(automation.condition, scope_of(entity), (f.BOOLEAN,))):
        yield Violation(f"{path}.condition", reason)


def _on_date(path: str, automation: s.Automation, entity: s.Entity | None) -> Iterator[Violation]:
    if entity is None:
        if not automation.entity:
            yield Violation(f"{path}.entity", "must name the entity that has the date")
        return
    field = next((known for known in entity.fields if known.name == automation.field), None)
    if field is None or field.type not in n.TEMPORAL:
        yield Violation(f"{path}.field", f"must name a date of {entity.name}")
    if not 0 <= automation.days_before <= n.MAX_DAYS_BEFORE:
        yield Violation(f"{path}.days_before", f"must be 0 to {n.MAX_DAYS_BEFORE}")
    if not _AT.fullmatch(automation.at):
        yield Violation(f"{path}.at", "must be a time of day such as 09:00")
    if automation.condition and (reason := unsound(automation.condition, scope_of(entity), (f.BOOLEAN,))):
        yield Violation(f"{path}.condition", reason)


def permission_problems(spec: s.AppSpec) -> Iterator[Violation]:
    """What is wrong with the permissions."""
    seen: set[tuple[str, str]] = set()
    for index, permission in enumerate(spec.permissions):
        path = f"permissions[{index}]"
        if permission.role not in n.ROLES:
            yield Violation(f"{path}.role", f"must be one of {', '.join(n.ROLES)}")
        meant = [e for e in spec.entities if permission.entity in ("", e.name)]
        if not meant:
            yield Violation(f"{path}.entity", "must name an entity of the app")
        known = {field.name for entity in meant for field in entity.fields}
        for at, name in enumerate(permission.locked_fields):
            if meant and name not in known:
                yield Violation(f"{path}.locked_fields[{at}]", "is not a field of it")
        if (permission.role, permission.entity) in seen:
            yield Violation(f"{path}.role", "has a permission for this entity already")
        seen.add((permission.role, permission.entity))
