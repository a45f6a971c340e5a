"""What automations need from outside: clocks, marks, people, and a voice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from madeleine_miniapp.application.files.ports import Row


@dataclass(frozen=True, slots=True)
class Firing:
    """One automation that goes off; `record_id` is empty where no record set it off.

    `key`: the same for a repeat, so that nothing is said twice; empty: that of the workflow.
    """

    app_id: str
    name: str
    record_id: str
    key: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What automations know of a person."""

    name: str
    zone: ZoneInfo
    chinese: bool


class People(Protocol):
    """Profiles of people."""

    async def profile(self, person_id: str) -> Profile | None:
        """Somebody's profile, None for one who is not known (erased); raises Unavailable."""
        ...


class Clocks(Protocol):
    """What goes off by the clock."""

    async def keep(self, app_id: str, name: str, schedule: str, zone: ZoneInfo) -> None:
        """Sets an automation's clock, whatever it was set to before; raises Unavailable."""
        ...

    async def drop(self, app_id: str, name: str) -> None:
        """Takes an automation's clock away, if it has one; raises Unavailable."""
        ...


class Starter(Protocol):
    """Starts what goes off."""

    async def start(self, firing: Firing) -> None:
        """Starts it once for each key; raises Unavailable."""
        ...


class Marks(Protocol):
    """What automations have done, in the database."""

    async def clocks(self, app_id: str) -> Mapping[str, tuple[str, str]]:
        """The clocks that are set: (schedule, zone) by automation."""
        ...

    async def clock_set(self, app_id: str, name: str, owner_id: str, schedule: str, zone: str) -> None:
        """Notes that a clock was set."""
        ...

    async def clock_dropped(self, app_id: str, name: str) -> None:
        """Notes that a clock was taken away."""
        ...

    async def apps_with_clocks_of(self, owner_id: str) -> Sequence[tuple[str, str]]:
        """(app, automation) of a person's clocks."""
        ...

    async def forget_owner(self, owner_id: str) -> None:
        """Forgets what records of a person's apps have set off."""
        ...

    async def met(self, app_id: str, record_id: str) -> frozenset[str]:
        """The automations whose condition a record met when it was looked at last."""
        ...

    async def mark(self, app_id: str, name: str, record_id: str, owner_id: str, *, met: bool) -> None:
        """Notes whether a record meets an automation's condition."""
        ...

    async def lately(self, app_id: str, name: str) -> int:
        """How many records came to meet it in the last hour."""
        ...

    async def forget_record(self, app_id: str, record_id: str) -> None:
        """Forgets a record that was removed."""
        ...

    async def row(self, app_id: str, record_id: str) -> tuple[Row, str] | None:
        """A record as projected, and who changed it last."""
        ...


class Voice(Protocol):
    """Says things in conversations; each call raises a DomainError, and bears repetition with the same key."""

    async def own_conversation(self, person_id: str, profile: Profile) -> str:
        """The direct conversation of a person with the AI, made if there is none."""
        ...

    async def post(
        self, conversation_id: str, owner_id: str, app_id: str, text: str, words_of: Sequence[str], key: str
    ) -> None:
        """A message of the app's."""
        ...

    async def remind(self, conversation_id: str, person_id: str, profile: Profile, text: str, key: str) -> None:
        """A reminder of a person's that is due now."""
        ...
