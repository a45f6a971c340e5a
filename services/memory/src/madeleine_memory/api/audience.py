"""Who may look where, and what requests say about spaces, times and pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from google.protobuf.timestamp_pb2 import Timestamp

from madeleine_common.auth import principal
from madeleine_common.errors import Denied, Invalid
from madeleine_common.rpc.checks import Checks
from madeleine_common.rpc.paging import decode_token
from madeleine_memory.domain.ids import is_space, private_space

_MOST_SPACES = 100
_MOST_EXCLUDED = 200


def check_spaces(checks: Checks, field: str, spaces: Sequence[str]) -> None:
    """Each must be the name of a space."""
    if len(spaces) > _MOST_SPACES:
        checks.bad(field, f"at most {_MOST_SPACES} are taken; there are {len(spaces)}")
    for i, space in enumerate(spaces):
        if not is_space(space):
            path = f"{field}[{i}]" if field == "spaces" else field
            checks.bad(path, 'must be "person:<uuid>", "conversation:<uuid>" or "app:<uuid>"')


def check_events(checks: Checks, field: str, event_ids: Sequence[str]) -> None:
    """Each must be an id, and not too many."""
    if len(event_ids) > _MOST_EXCLUDED:
        checks.bad(field, f"at most {_MOST_EXCLUDED} are taken")
    for i, event_id in enumerate(event_ids):
        checks.id(f"{field}[{i}]", event_id)


def audience(field: str, named: Sequence[str]) -> tuple[str, ...]:
    """The spaces to look in; raises Denied for one that the caller may not see, Invalid where a service names none."""
    caller = principal()
    own = private_space(caller.person_id)
    if not caller.is_service:
        if any(space != own for space in named):
            raise Denied("people reach only their own private space", reason="NOT_YOUR_SPACE")
        return (own,)
    if not named:
        raise Invalid(field, "is required of services: name the spaces that the audience may see")
    # A service that acts for somebody never reaches into another person's private space.
    if caller.person_id and any(space.startswith("person:") and space != own for space in named):
        raise Denied("this is another person's private space", reason="NOT_YOUR_SPACE")
    return tuple(dict.fromkeys(named))


def zone_of(checks: Checks, name: str) -> tzinfo:
    """The time zone of that IANA name; UTC for none."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        checks.bad("time_zone", f'"{name[:60]}" is not the name of a time zone, such as "Europe/Berlin"')
        return UTC


def time_of(checks: Checks, field: str, value: Timestamp) -> datetime | None:
    """A time of a request."""
    try:
        return value.ToDatetime(UTC)
    except (ValueError, OverflowError):
        checks.bad(field, "is not a time between the years 1 and 9999")
        return None


def page_after(token: str) -> tuple[datetime, str] | None:
    """Where a page of a list begins; raises Invalid for a token that this service did not give."""
    key = decode_token(token, str, str)
    if key is None:
        return None
    occurred_at, memory_id = str(key[0]), str(key[1])
    checks = Checks()
    checks.id("page_token", memory_id)
    checks.done()
    try:
        return datetime.fromisoformat(occurred_at), memory_id
    except ValueError as error:
        raise Invalid("page_token", "is not a token that this service gave") from error
