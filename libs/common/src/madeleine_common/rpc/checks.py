"""Explicit checks of requests: they gather every bad field and raise once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from madeleine_common.errors import FieldViolation, Invalid
from madeleine_common.ids import parse_id

MAX_PAGE = 200
DEFAULT_PAGE = 50


class Checks:
    """Gathers the bad fields of one request; `done` raises Invalid if there are any."""

    def __init__(self) -> None:
        self._violations: list[FieldViolation] = []

    def bad(self, field: str, reason: str) -> None:
        """Notes that a field is wrong."""
        self._violations.append(FieldViolation(field, reason))

    def id(self, field: str, value: str, *, optional: bool = False) -> None:
        """A UUID in canonical text form."""
        if (value or not optional) and parse_id(value) is None:
            self.bad(field, "must be a UUID" if value else "is required")

    def text(self, field: str, value: str, *, least: int = 1, most: int = 200) -> None:
        """Text of `least` to `most` characters that is not blank where it is required."""
        if least and not value.strip():
            self.bad(field, "is required")
        elif not least <= len(value) <= most:
            self.bad(field, f"must have {least} to {most} characters; it has {len(value)}")
        elif "\x00" in value:
            self.bad(field, "must not hold the character U+0000")

    def idempotency_key(self, value: str) -> None:
        """8 to 128 printable ASCII characters."""
        if not 8 <= len(value) <= 128 or not value.isascii() or not value.isprintable():
            self.bad("idempotency_key", "must be 8 to 128 printable ASCII characters, chosen anew for each request")

    def one_of(self, field: str, value: int, allowed: Collection[int]) -> None:
        """An enum value that is known and set."""
        if value not in allowed:
            self.bad(field, "must be one of the known values")

    def between(self, field: str, value: float, least: float, most: float) -> None:
        """A number in [least, most]."""
        if not least <= value <= most:
            self.bad(field, f"must be {least:g} to {most:g}; it is {value:g}")

    def moment(self, field: str, value: Timestamp) -> datetime | None:
        """A time between the years 1 and 9999, in UTC; None when it is none."""
        try:
            return value.ToDatetime(UTC)
        except (ValueError, OverflowError):
            self.bad(field, "is not a time between the years 1 and 9999")
            return None

    def page_size(self, value: int) -> int:
        """The page size to use: 50 for 0; 1 to 200."""
        self.between("page_size", value, 0, MAX_PAGE)
        return value or DEFAULT_PAGE

    def done(self) -> None:
        """Raises Invalid with every bad field, if any."""
        if self._violations:
            raise Invalid(self._violations)
