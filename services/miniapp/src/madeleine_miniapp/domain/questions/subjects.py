"""What a question may be about, and who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.query import ENTERED_BY

# What the day of a record is called that says nothing else of it.
_DAYS = frozenset(("date", "day", "日期", "日子"))


@dataclass(frozen=True, slots=True)
class Beyond:
    """Another kind of record that records name by its title: which, by what, and what it says of them."""

    entity: str
    link: str
    title: str
    fields: tuple[str, ...]
    # Fields of people that must be the same in both.
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of record that a question may be about, with what its records hold."""

    spec: s.AppSpec
    entity: s.Entity
    # Records of several people: "my" then means a filter.
    shared: bool
    # Fields of type person that its records do fill.
    person_fields: tuple[str, ...] = ()
    app_id: str = ""
    # Short texts that stand in the records, by field; and the days of the first and the last record.
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    first_day: date | None = None
    last_day: date | None = None

    # How many records have such a text, by field.
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    # Other kinds of record that the question may be about as well: what names them is no mere verb here.
    beside: tuple[s.Entity, ...] = ()
    # Kinds of record that are each a log of what was done with what this one lists.
    logged: tuple[str, ...] = ()
    # What the records say by naming a record of another kind, whose fields are then among the entity's.
    beyond: Beyond | None = None

    def texts_of(self, name: str) -> int:
        """How many records have a short text in that field."""
        return self.counts.get(name, len(self.texts.get(name, ())))

    def fields(self, *types: s.FieldType.ValueType) -> list[s.Field]:
        """The entity's fields of these types."""
        return [f for f in self.entity.fields if f.type in types]

    @property
    def numeric(self) -> list[s.Field]:
        """The fields that hold numbers."""
        return [f for f in self.entity.fields if f.type in NUMERIC]

    @property
    def temporal(self) -> list[s.Field]:
        """The fields that hold dates or date-times."""
        return [f for f in self.entity.fields if f.type in TEMPORAL]

    @property
    def lasts(self) -> bool:
        """Whether its records are of what lasts: they have several dates, none of which is simply their day."""
        dates = self.temporal
        dated = bool(dates) and bool({dates[0].name.casefold(), dates[0].label.casefold()} & _DAYS)
        return len(dates) > 1 and not dated

    @property
    def happens(self) -> bool:
        """Whether its records are first of all of the moment at which something was done."""
        return len(self.entity.fields) > 0 and self.entity.fields[0].type == s.FIELD_TYPE_DATETIME

    @property
    def in_chinese(self) -> bool:
        """Whether the app is in Chinese: what stands in a table is said in the app's language, as its choices are."""
        named = self.spec.title + self.entity.label
        return is_chinese(named) or any(is_chinese(f.label) for f in self.entity.fields)

    @property
    def title(self) -> s.Field | None:
        """The field that names a record: its first text."""
        return next((f for f in self.entity.fields if f.type == s.FIELD_TYPE_TEXT), None)

    @property
    def person(self) -> str:
        """The field that says whose a record is; who entered it, if none does."""
        return self.person_fields[0] if self.person_fields else ENTERED_BY.name


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, when (in their time zone), and who may be named: person id by name."""

    person_id: str
    now: datetime
    people: Mapping[str, str]
    # Names by id, for what is told.
    names: Mapping[str, str] = field(default_factory=dict[str, str])


# What a question may be about, each with who asks of it.
Subjects = Sequence[tuple[Subject, Asker]]
