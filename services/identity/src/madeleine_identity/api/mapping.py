"""Between the contract's messages and the domain."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from madeleine.identity.v1 import identity_pb2 as pb
from madeleine_identity.application.sessions import TokenPair
from madeleine_identity.domain.person import Person, consent_message


def profile_message(person: Person) -> pb.Profile:
    """A person as they see themselves, and as other services do."""
    return pb.Profile(
        person_id=person.person_id,
        handle=person.handle,
        display_name=person.profile.display_name,
        time_zone=person.profile.time_zone,
        language=person.profile.language,
        consent=consent_message(person.consent),
        created_at=_timestamp(person.signed_up_at),
    )


def tokens_message(pair: TokenPair) -> pb.Tokens:
    """A pair of tokens."""
    return pb.Tokens(
        access_token=pair.access,
        access_expires_at=_timestamp(pair.access_expires_at),
        refresh_token=pair.refresh,
        refresh_expires_at=_timestamp(pair.refresh_expires_at),
    )


def _timestamp(moment: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(moment)
    return timestamp
