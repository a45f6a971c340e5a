"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from madeleine.common.v1.operation_pb2 import Operation
from madeleine.miniapp.v1.miniapp_pb2 import App, Query, QueryResult, Record
from madeleine.miniapp.v1.query_pb2 import Table
from madeleine.miniapp.v1.spec_pb2 import Entity
from madeleine_common.auth import Principal
from madeleine_miniapp.domain.blueprint import Blueprint
from madeleine_miniapp.domain.known_fields import KnownFields
from madeleine_miniapp.domain.relation_tree import Checked

# (time, id) of a page's last row.
PageKey = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Order:
    """An app to be made; plain data, since it travels through Temporal."""

    app_id: str
    prompt: str
    conversation_id: str
    person_id: str
    actor: str
    idempotency_key: str
    # sha256 of the request, hexadecimal.
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Generated:
    """What the model wrote, and which revision wrote it."""

    text: str
    revision: str


class Members(Protocol):
    """Who is in a conversation."""

    async def of(self, conversation_id: str, caller: Principal) -> Mapping[str, str] | None:
        """Names by person id; None when there is no such conversation or the caller may not see it."""
        ...


class Model(Protocol):
    """The language model and the embedder."""

    async def generate(self, system: str, user: str, json_schema: str, person_id: str) -> Generated:
        """A completion that satisfies the schema."""
        ...

    async def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        """A unit vector for each text, as a question; raises Unavailable."""
        ...

    async def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """A unit vector for each text, as a thing to be found."""
        ...


class Library(Protocol):
    """The blueprints."""

    def all(self) -> Sequence[Blueprint]:
        """Every blueprint."""
        ...

    def get(self, blueprint_id: str) -> Blueprint:
        """One blueprint; raises KeyError."""
        ...

    def known_fields(self) -> KnownFields:
        """What fields are called in general."""
        ...


class Operations(Protocol):
    """The making of apps as long work."""

    async def start(self, order: Order) -> str:
        """Starts it, or finds it started by the same request; the operation's id. Raises Conflict for a reused key."""
        ...

    def app_of(self, operation_id: str) -> str:
        """The app that an operation makes; empty for another kind of operation."""
        ...

    def watch(self, operation_id: str, person_id: str) -> AsyncIterator[Operation]:
        """How far it has come, until it ends; raises NotFound for an unknown one or another person's."""
        ...

    async def cancel(self, operation_id: str, person_id: str) -> Operation:
        """Stops it, and tells how it stands; one that has ended stays as it ended. Raises NotFound as `watch` does."""
        ...


class ReadModel(Protocol):
    """Apps and records as projected; `wait_for` makes one's own writes readable."""

    async def wait_for(self, app_id: str, *, records: bool = True) -> None:
        """Waits until every committed event of an app is projected; raises Unavailable when that takes long.

        `records`: those of its records, too.
        """
        ...

    async def app(self, app_id: str) -> App | None:
        """One app."""
        ...

    async def apps(self, *, owner_id: str, conversation_id: str, after: PageKey | None, limit: int) -> list[App]:
        """A conversation's apps, or without one an owner's; latest first."""
        ...

    async def private_apps(self, owner_id: str, limit: int) -> list[App]:
        """A person's unshared apps, latest first."""
        ...

    async def versions(self, app_id: str, *, before: int | None, limit: int) -> list[App]:
        """An app's versions before one, latest first."""
        ...

    async def roles(self, app_id: str) -> dict[str, str]:
        """The roles that were given in an app, by person id."""
        ...

    async def roles_of(self, person_id: str, app_ids: Sequence[str]) -> dict[str, str]:
        """The roles that a person was given in these apps, by app id."""
        ...

    async def record(self, app_id: str, record_id: str) -> Record | None:
        """One record."""
        ...

    async def records(self, app_id: str, entity: str, *, after: PageKey | None, limit: int) -> list[Record]:
        """Records of an app (of one entity, if named), latest entry first."""
        ...

    async def records_by_id(self, app_id: str, record_ids: Sequence[str]) -> list[Record]:
        """Those of the named records that there are, latest entry first."""
        ...


class Figures(Protocol):
    """Exact figures over records."""

    async def table(self, checked: Checked, time_zone: str, *, only: Sequence[str] | None = None) -> Table:
        """The table of a checked relation, of all records or only those with these ids.

        Raises Exhausted (QUERY_TOO_LONG), Invalid for what no number holds.
        """
        ...

    async def compute(self, app_id: str, entity: Entity, query: Query, time_zone: str) -> QueryResult:
        """The result of a checked query."""
        ...


@dataclass(frozen=True, slots=True)
class Contents:
    """What the records of one entity hold: short texts, the fields of people that are filled, first and last day."""

    texts: Mapping[str, Sequence[str]]
    # How many records have such a text.
    counts: Mapping[str, int]
    filled: tuple[str, ...]
    first_day: date | None
    last_day: date | None


class RecordContents(Protocol):
    """What records hold, as far as questions need it to be read."""

    async def of(self, app_id: str, entity: Entity, zone: ZoneInfo) -> Contents:
        """The contents of an entity's records; days are those of `zone`."""
        ...

    async def holding(self, app_id: str, entity: Entity, phrase: str) -> list[str]:
        """The text fields in which at least one record holds the phrase, in any case."""
        ...
