"""Errors that mean something to a caller; one interceptor turns them into gRPC statuses (`rpc.errors`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One bad field: its path as in the request ("values.kcal") and the reason, for people to read."""

    field: str
    reason: str


class DomainError(Exception):
    """Base of all errors that a caller may be told; `reason` is a stable UPPER_SNAKE code."""

    reason = "UNKNOWN"

    def __init__(self, message: str, *, reason: str | None = None, metadata: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or type(self).reason
        self.metadata = dict(metadata or {})


class Invalid(DomainError):
    """The request is wrong in itself; carries the fields that are."""

    reason = "INVALID"

    def __init__(
        self, violations: Sequence[FieldViolation] | str, message: str = "", *, reason: str | None = None
    ) -> None:
        """`violations`: the bad fields, or one field's path with its reason in `message`."""
        fields = (FieldViolation(violations, message),) if isinstance(violations, str) else tuple(violations)
        super().__init__("; ".join(f"{v.field}: {v.reason}" for v in fields), reason=reason)
        self.violations = fields


class Unauthenticated(DomainError):
    """No valid token."""

    reason = "UNAUTHENTICATED"


class Denied(DomainError):
    """The caller is known but may not do this."""

    reason = "PERMISSION_DENIED"


class NotFound(DomainError):
    """There is no such thing, or the caller may not know that there is."""

    reason = "NOT_FOUND"


class Conflict(DomainError):
    """Something with this name or key exists already."""

    reason = "ALREADY_EXISTS"


class FailedPrecondition(DomainError):
    """The request is sound but not in the present state."""

    reason = "FAILED_PRECONDITION"


class Exhausted(DomainError):
    """A limit is reached: a full queue, a spent quota."""

    reason = "RESOURCE_EXHAUSTED"


class Unavailable(DomainError):
    """Something needed is out of reach for now; the caller may try again."""

    reason = "UNAVAILABLE"


class Unsupported(DomainError):
    """What was asked for is sound, but this installation can never do it."""

    reason = "UNSUPPORTED"


class ConcurrencyError(DomainError):
    """Another writer appended to the stream first."""

    reason = "ABORTED"
