"""Which events a command is about: the filters that all of `madeleine events` share."""

from __future__ import annotations

import difflib
import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from madeleine_common.bus.streams import CONTEXTS, stream_name
from madeleine_common.events.model import RecordedEvent
from madeleine_common.events.reading import Selection
from madeleine_common.ids import parse_id

_AGE = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_FULL_NAME = re.compile(r"madeleine\.([a-z]+)\.v\d+\.[A-Z]\w*")
# These would mean something else in a subject.
_NOT_IN_A_SUBJECT = re.compile(r"[\s*>\x00-\x1f]")


class BadOption(ValueError):
    """An option's value cannot be taken; `option` names it as it is typed."""

    def __init__(self, option: str, reason: str) -> None:
        super().__init__(reason)
        self.option = option


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are wanted, as options say it; empty: all. Made by `parse`, which checks everything."""

    streams: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    stream_id: str = ""
    person: str = ""
    correlation: str = ""
    since: str = ""
    until: str = ""
    # What `since` and `until` meant when they were said.
    from_: datetime | None = None
    to: datetime | None = None

    @classmethod
    def parse(
        cls,
        *,
        streams: Sequence[str] = (),
        types: Sequence[str] = (),
        stream_id: str = "",
        person: str = "",
        correlation: str = "",
        since: str = "",
        until: str = "",
        now: datetime | None = None,
    ) -> Filter:
        """The filter that options spell; raises BadOption, which names the option and the reason."""
        now = now or datetime.now(UTC)
        person = person.removeprefix("person:")
        if person and parse_id(person) is None:
            raise BadOption("--person", f"{person!r} is not a person's id (a UUID in small letters)")
        for option, value in (("--stream-id", stream_id), ("--correlation", correlation)):
            if _NOT_IN_A_SUBJECT.search(value) or len(value) > 200:
                raise BadOption(option, f"{value[:200]!r} is no id: at most 200 characters, no spaces, no * and no >")
        moments = [_moment(option, text, now) for option, text in (("--since", since), ("--until", until))]
        if moments[0] is not None and moments[1] is not None and moments[0] >= moments[1]:
            raise BadOption("--until", f"{until} is not after --since {since}: nothing lies between them")
        names = tuple(_type(name) for name in types)
        return cls(_streams(streams, names), names, stream_id, person, correlation, since, until, *moments)

    def contexts(self) -> Sequence[str]:
        """The contexts whose streams are read."""
        return self.streams or CONTEXTS

    def selection(self) -> Selection:
        """The same for a database."""
        return Selection(self.types, self.stream_id, self.person, self.correlation, self.from_, self.to)

    def subjects(self, context: str) -> list[str]:
        """The subjects that JetStream filters by; it knows nothing of persons, correlation and the end."""
        names = [name.rsplit(".", 1)[-1] for name in self.types] or ["*"]
        return [f"madeleine.{context}.evt.{name}.{self.stream_id or '>'}" for name in names]

    def matches(self, event: RecordedEvent) -> bool:
        """Whether an event that came by such a subject is wanted."""
        person = f"person:{self.person}"
        return (
            (not self.person or person in (event.subject, event.metadata.actor))
            and (not self.correlation or event.metadata.correlation_id == self.correlation)
            and (self.from_ is None or event.metadata.occurred_at >= self.from_)
            and (self.to is None or event.metadata.occurred_at < self.to)
        )

    def described(self) -> dict[str, object]:
        """The filter for a manifest: what was typed, and the moments that it meant."""
        return {
            "stream": [stream_name(context) for context in self.streams],
            "type": list(self.types),
            "stream-id": self.stream_id,
            "person": self.person,
            "correlation": self.correlation,
            "since": self.since,
            "until": self.until,
            "moments": [moment.isoformat() if moment else None for moment in (self.from_, self.to)],
        }

    def as_first_meant(self, described: Mapping[str, object]) -> Filter:
        """This filter with the moments of an earlier `described`: an age counts from the first run of an export."""
        moments = described["moments"]
        if not isinstance(moments, list):
            raise TypeError("moments is not a list")
        first, last = (datetime.fromisoformat(str(moment)) if moment else None for moment in moments)
        return Filter(
            *(self.streams, self.types, self.stream_id, self.person, self.correlation, self.since, self.until),
            *(first, last),
        )


def parse_moment(text: str, now: datetime) -> datetime:
    """A point in time from an age ("90s", "10m", "2h", "7d") or ISO 8601; raises ValueError."""
    if match := _AGE.fullmatch(text):
        return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is neither an age (90s, 10m, 2h, 7d) nor a time (2026-11-23T20:00)") from error
    # A time without a zone is the clock on this person's wall.
    return moment.astimezone(UTC)


@cache
def known_types() -> dict[str, str]:
    """Every event type that this release writes: full name by name."""
    names: dict[str, str] = {}
    for context in CONTEXTS:
        contract = importlib.import_module(f"madeleine.{context}.v1.events_pb2")
        for name, descriptor in contract.DESCRIPTOR.message_types_by_name.items():
            names.setdefault(name, descriptor.full_name)
    return names


def _moment(option: str, text: str, now: datetime) -> datetime | None:
    try:
        return parse_moment(text, now) if text else None
    except (ValueError, OverflowError) as error:
        raise BadOption(option, str(error)) from error


def _type(name: str) -> str:
    """A type as `Selection` takes it; a full name may be of a later release."""
    if name in known_types() or _FULL_NAME.fullmatch(name):
        return name
    close = difflib.get_close_matches(name, known_types(), 3)
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise BadOption("--type", f"there is no event type {name!r}{hint}")


def _streams(streams: Sequence[str], types: Sequence[str]) -> tuple[str, ...]:
    """The contexts that are read: those that were named, or those that can hold the types."""
    for name in streams:
        if name.lower() not in CONTEXTS:
            raise BadOption("--stream", f"no stream {name}; there are {', '.join(map(stream_name, CONTEXTS))}")
    wanted = {name.lower() for name in streams}
    holding = {known_types().get(name, name).split(".")[1] for name in types}
    if wanted and holding and not wanted & holding:
        said = ", ".join(stream_name(context) for context in sorted(holding))
        raise BadOption("--type", f"{', '.join(types)} is in stream {said}, not in {', '.join(streams)}")
    chosen = wanted & holding if wanted and holding else wanted or holding
    return tuple(context for context in CONTEXTS if context in chosen)
