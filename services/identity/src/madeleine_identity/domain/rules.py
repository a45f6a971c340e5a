"""What handles, names, time zones and languages must look like; each rule gives the reason against a value, or ""."""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import available_timezones

_HANDLE = re.compile(r"[a-z0-9_-]{3,32}")
# The shape of BCP 47 (RFC 5646, section 2.1): a language and subtags of 1 to 8 letters or digits.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_MOST_LANGUAGE = 35
_MOST_NAME = 80
LEAST_PASSWORD, MOST_PASSWORD = 10, 256


def handle_fault(handle: str) -> str:
    """Handles are lower-case only, so that no two differ by case alone."""
    return "" if _HANDLE.fullmatch(handle) else "must be 3 to 32 of a-z, 0-9, '_' and '-'"


def password_fault(password: str) -> str:
    """Length is all that is asked of a password."""
    if LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        return ""
    return f"must have {LEAST_PASSWORD} to {MOST_PASSWORD} characters; it has {len(password)}"


def display_name_fault(name: str) -> str:
    """A name on one line, without control characters."""
    if not name.strip():
        return "is required"
    if len(name) > _MOST_NAME:
        return f"must have 1 to {_MOST_NAME} characters; it has {len(name)}"
    return "" if name.isprintable() else "must be one line without control characters"


def time_zone_fault(name: str) -> str:
    """An IANA time zone that this machine knows."""
    return "" if name in _time_zones() else "must be an IANA time zone, for example Europe/Paris"


def language_fault(tag: str) -> str:
    """The shape of a BCP 47 tag; whether anybody speaks it is not asked."""
    if len(tag) <= _MOST_LANGUAGE and _LANGUAGE.fullmatch(tag):
        return ""
    return "must be a BCP 47 language tag, for example en or zh-Hans"


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
