"""What accounts and sessions need from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from madeleine.common.v1.operation_pb2 import Operation
from madeleine_common.db import Connection


@dataclass(frozen=True, slots=True)
class Credential:
    """A handle's owner and the encoded hash of their password."""

    person_id: str
    password_hash: str


class CredentialTable(Protocol):
    """Handles and password hashes."""

    async def of_handle(self, handle: str) -> Credential | None:
        """A handle's owner and hash."""
        ...

    async def reserve(self, connection: Connection, person_id: str, handle: str, password_hash: str) -> None:
        """Takes a handle in the caller's transaction; raises Conflict when it is taken."""
        ...

    async def drop(self, connection: Connection, person_id: str) -> None:
        """Removes a person's handle and hash in the caller's transaction."""
        ...


class AttemptLimit(Protocol):
    """How often a handle's password may be tried."""

    async def take(self, handle: str) -> None:
        """Counts an attempt; raises Exhausted."""
        ...

    async def clear(self, handle: str) -> None:
        """Starts anew."""
        ...


class PasswordHashing(Protocol):
    """Slow hashes."""

    async def hash(self, password: str) -> str:
        """The encoded hash."""
        ...

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Whether it is the one; None takes as long and is False."""
        ...


class RefreshTokenTable(Protocol):
    """Opaque tokens that are each spent once."""

    async def start(self, person_id: str) -> tuple[str, datetime]:
        """A new session's first token and its expiry."""
        ...

    async def spend(self, token: str) -> tuple[str, str, datetime]:
        """(person id, next token, its expiry); raises Unauthenticated."""
        ...

    async def drop(self, connection: Connection, person_id: str) -> None:
        """Ends all sessions of a person in the caller's transaction."""
        ...


class TokenSigning(Protocol):
    """Signs access tokens."""

    async def sign(self, claims: dict[str, Any]) -> str:
        """The claims as a JWT."""
        ...


class KeyDestruction(Protocol):
    """Ends a data subject's key."""

    async def destroy(self, connection: Connection, subject: str) -> None:
        """Destroys it in the caller's transaction."""
        ...


class PublishedKeys(Protocol):
    """The keys that verify access tokens."""

    async def jwks(self) -> list[dict[str, str]]:
        """As JSON Web Keys."""
        ...


class ErasureOperations(Protocol):
    """Erasures on their way through the services."""

    def operation_id(self, person_id: str) -> str:
        """The name of a person's erasure."""
        ...

    async def start(self, person_id: str, event_id: str, version: int) -> None:
        """Starts to see one through, or finds it started; raises ConnectionError."""
        ...

    async def state(self, person_id: str) -> Operation:
        """Where it is now; RUNNING while nobody has started it yet, or while that cannot be told."""
        ...

    def watch(self, person_id: str) -> AsyncIterator[Operation]:
        """Its progress until it ends; raises Unavailable."""
        ...


class Confirmations(Protocol):
    """What the services say of an erasure."""

    async def left(self, service: str, person_id: str, event_id: str, version: int) -> str:
        """What stands in the way there, for people to read; "" when it has forgotten. Raises nothing of the call's."""
        ...


class RotationResult(Protocol):
    """What a rotation came to."""

    @property
    def unwritable(self) -> str:
        """Why no new key could be written; "" when one was."""
        ...


class MasterKeyRotation(Protocol):
    """Puts every key of the house under a new master key."""

    async def clock(self) -> datetime:
        """The time by which before and after are told."""
        ...

    async def rotate_after(self, moment: datetime, tell: Callable[[str], None]) -> RotationResult:
        """Rotates unless that was begun after `moment`; `tell` hears of each step."""
        ...
