"""A spec while it is edited: finds what operations name, and notes what was done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine.miniapp.v1.events_pb2 import Migration, MigrationKind
from madeleine.miniapp.v1.miniapp_pb2 import Change
from madeleine_miniapp.domain.errors import Bad, Violation
from madeleine_miniapp.domain.naming import ascii_name, stable_name
from madeleine_miniapp.domain.operations.wording import Words

T = TypeVar("T", s.Entity, s.Field, s.View, s.Aggregate, s.Automation)


class Editor:
    """One copy of a spec with the migrations and changes so far; `path` is that of the operation at work."""

    def __init__(self, spec: s.AppSpec) -> None:
        self.spec = s.AppSpec()
        self.spec.CopyFrom(spec)
        self.words = Words.of(spec)
        self.migrations: list[Migration] = []
        self.changes: list[Change] = []
        self.path = ""

    def fail(self, part: str, reason: str) -> NoReturn:
        """Refuses the operation for one of its parts."""
        raise Bad([Violation(f"{self.path}.{part}" if part else self.path, reason)])

    def entity(self, given: str, part: str = "entity") -> s.Entity:
        """The entity of that name or label; the only one when there is but one and none is named."""
        if not given and len(self.spec.entities) == 1:
            return self.spec.entities[0]
        return self._found(self.spec.entities, given, part)

    def field(self, entity: s.Entity, given: str, part: str = "field") -> s.Field:
        """The entity's field of that name or label."""
        return self._found(entity.fields, given, part)

    def field_name(self, entity: s.Entity, given: str | None, part: str) -> str:
        """The name of a field that is named, if any is."""
        return self.field(entity, given, part).name if given else ""

    def view(self, given: str) -> s.View:
        """The view of that name or title."""
        return self._found(self.spec.views, given, "view")

    def aggregate(self, given: str, part: str = "aggregate") -> s.Aggregate:
        """The aggregate of that name or label."""
        return self._found(self.spec.aggregates, given, part)

    def automation(self, given: str) -> s.Automation:
        """The automation of that name."""
        return self._found(self.spec.automations, given, "automation")

    def new_name(self, items: Iterable[T], label: str, name: str, kind: str) -> str:
        """A name for something new; raises Bad when its name or label is taken."""
        listed = list(items)
        for item in listed:
            if _label(item).casefold() == label.casefold() or (name and item.name == name):
                self.fail("name" if name and item.name == name else "label", f"{label} is there already")
        return name or stable_name(label, {item.name for item in listed}, kind)

    def later_name(self, item: T, items: Iterable[T], label: str, name: str) -> str:
        """The name after a renaming: after the new label, or as it was when that has no ASCII name."""
        others = [other for other in items if other.name != item.name]
        if name and name in {other.name for other in others}:
            self.fail("name", f"{name} is taken")
        if any(_label(other).casefold() == label.casefold() for other in others):
            self.fail("label", f"{label} is there already")
        if name or not ascii_name(label):
            return name or item.name
        return stable_name(label, {other.name for other in others})

    def migrate(self, kind: MigrationKind.ValueType, entity: str, **parts: Any) -> None:
        """Notes how records follow."""
        self.migrations.append(Migration(kind=kind, entity=entity, **parts))

    def note(self, kind: str, what: str, name: str, english: str, chinese: str) -> None:
        """Notes a change for people."""
        self.changes.append(Change(kind=kind, what=what, name=name, text=self.words.pick(english, chinese)))

    def _found(self, items: Iterable[T], given: str, part: str) -> T:
        listed = list(items)
        wanted = given.strip()
        for item in listed:
            if item.name == wanted:
                return item
        labelled = [i for i in listed if wanted.casefold() in (_label(i).casefold(), i.name.replace("_", " "))]
        if len(labelled) != 1:
            known = ", ".join(i.name for i in listed) or "none"
            self.fail(part, f"must be one of: {known}" if wanted else f"is required; one of: {known}")
        return labelled[0]


def _label(item: Any) -> str:
    return str(getattr(item, "label", "") or getattr(item, "title", "") or item.name)
