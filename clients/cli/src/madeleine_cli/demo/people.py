"""Who plays the day, and how they reach the house."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from random import SystemRandom
from zoneinfo import ZoneInfo

import httpx

from madeleine.identity.v1 import identity_pb2 as identity
from madeleine_cli.demo.waiting import DemoFailed
from madeleine_cli.rest import Api

# Each day is another one: what is eaten, said and asked is drawn anew.
chance = SystemRandom()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in; `zone` and `name` are as the house has them."""

    api: Api
    person_id: str
    handle: str
    name: str
    zone: ZoneInfo

    def now(self) -> datetime:
        """The time on this person's wall."""
        return datetime.now(UTC).astimezone(self.zone)


def new_key() -> str:
    """An idempotency key."""
    return secrets.token_hex(16)


async def sign_up(
    client: httpx.AsyncClient, name: str, zone: str, language: str, consent: identity.Consent
) -> tuple[Person, identity.Profile]:
    """Makes an account under a handle of its own, logs in, and reads the profile back."""
    handle = f"{name.lower()}-{secrets.token_hex(3)}"
    password = secrets.token_urlsafe(12)
    api = Api(client)
    request = identity.SignUpRequest(
        handle=handle,
        password=password,
        display_name=name,
        time_zone=zone,
        language=language,
        consent=consent,
        idempotency_key=new_key(),
    )
    await api.call(request, identity.SignUpResponse)
    logged_in = await api.call(identity.LogInRequest(handle=handle, password=password), identity.LogInResponse)
    api.token = logged_in.tokens.access_token
    profile = (await api.call(identity.GetMeRequest(), identity.GetMeResponse)).profile
    if profile.handle != handle:
        raise DemoFailed(f"{handle} signed up, but the house says that they are {profile.handle}")
    return Person(api, profile.person_id, handle, profile.display_name, ZoneInfo(profile.time_zone)), profile
