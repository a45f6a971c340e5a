"""A person's account: profile and consent, from the events of the stream person-<id>."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias

from google.protobuf.message import Message

from madeleine.identity.v1 import events_pb2 as events
from madeleine.identity.v1 import identity_pb2 as pb

Decided: TypeAlias = list[Message]


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person's data may be used for."""

    # Remembering is what the platform is for; the rest is off until given.
    memory: bool = True
    training: bool = False
    spark: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person may change about themselves."""

    display_name: str = ""
    time_zone: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One account; `person_id` is empty before sign-up and after erasure."""

    person_id: str = ""
    handle: str = ""
    profile: Profile = Profile()
    consent: Consent = Consent()
    erased: bool = False

    @property
    def exists(self) -> bool:
        """True from sign-up until erasure."""
        return bool(self.person_id)

    @property
    def signed_up_at(self) -> datetime:
        """When the account was made: the UUIDv7 carries it in its first 48 bits (RFC 9562, section 5.7)."""
        return datetime.fromtimestamp((uuid.UUID(self.person_id).int >> 80) / 1000, UTC)


def stream_of(person_id: str) -> str:
    """The stream of a person's account."""
    return f"person-{person_id}"


def subject_of(person_id: str) -> str:
    """The data subject whose key seals what a person did."""
    return f"person:{person_id}"


def sign_up(state: Person, person_id: str, handle: str, profile: Profile, consent: Consent) -> Decided:
    """A new account; nothing if the stream has one already."""
    if state.exists or state.erased:
        return []
    return [
        events.PersonSignedUp(
            person_id=person_id,
            handle=handle,
            display_name=profile.display_name,
            time_zone=profile.time_zone,
            language=profile.language,
            consent=consent_message(consent),
        )
    ]


def log_in(state: Person) -> Decided:
    """A successful log-in; nothing for an erased person."""
    return [events.LoggedIn(person_id=state.person_id)] if state.exists else []


def change_profile(state: Person, profile: Profile) -> Decided:
    """The profile as it shall be; nothing if it is so already."""
    if not state.exists or profile == state.profile:
        return []
    return [
        events.ProfileChanged(
            person_id=state.person_id,
            display_name=profile.display_name,
            time_zone=profile.time_zone,
            language=profile.language,
        )
    ]


def change_consent(state: Person, consent: Consent) -> Decided:
    """All consent flags as they shall be; nothing if they are so already."""
    if not state.exists or consent == state.consent:
        return []
    return [events.ConsentChanged(person_id=state.person_id, consent=consent_message(consent))]


def erase(state: Person) -> Decided:
    """The end of the account; nothing if it has ended."""
    return [events.PersonErased(person_id=state.person_id)] if state.exists else []


def evolve(state: Person, event: Message) -> Person:
    """The state after an event."""
    match event:
        case events.PersonSignedUp():
            return Person(event.person_id, event.handle, profile_of(event), consent_of(event.consent))
        case events.ProfileChanged():
            return replace(state, profile=profile_of(event))
        case events.ConsentChanged():
            return replace(state, consent=consent_of(event.consent))
        case events.PersonErased():
            return Person(erased=True)
        case _:
            return state


def profile_of(message: events.PersonSignedUp | events.ProfileChanged) -> Profile:
    """The profile that an event carries."""
    return Profile(message.display_name, message.time_zone, message.language)


def consent_of(message: pb.Consent) -> Consent:
    """Consent from its message."""
    return Consent(message.memory, message.training, message.spark)


def consent_message(consent: Consent) -> pb.Consent:
    """The message of a consent."""
    return pb.Consent(memory=consent.memory, training=consent.training, spark=consent.spark)
