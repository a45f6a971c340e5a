"""Tokens: a short-lived JWT that says who calls, and a refresh token that is spent for the next pair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from madeleine_common.auth import AUDIENCE, PEOPLE_ISSUER
from madeleine_common.commands import utc_now
from madeleine_common.errors import Unauthenticated
from madeleine_common.events import Repository
from madeleine_identity.application.ports import RefreshTokenTable, TokenSigning
from madeleine_identity.domain.person import Person, stream_of, subject_of


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a person's client holds."""

    access: str
    access_expires_at: datetime
    refresh: str
    refresh_expires_at: datetime


class Sessions:
    """Starts and continues sessions."""

    def __init__(
        self, people: Repository[Person], refresh: RefreshTokenTable, signing: TokenSigning, access_life: timedelta
    ) -> None:
        self._people = people
        self._refresh = refresh
        self._signing = signing
        self._access_life = access_life

    async def start(self, person: Person) -> TokenPair:
        """Tokens of a new session."""
        refresh, refresh_expires = await self._refresh.start(person.person_id)
        return await self._pair(person, refresh, refresh_expires)

    async def renew(self, refresh_token: str) -> TokenPair:
        """Spends a refresh token for new tokens; raises Unauthenticated."""
        person_id, refresh, refresh_expires = await self._refresh.spend(refresh_token)
        person = (await self._people.load(stream_of(person_id))).state
        if not person.exists:
            raise Unauthenticated("the refresh token is not valid; log in again", reason="REFRESH_TOKEN_INVALID")
        return await self._pair(person, refresh, refresh_expires)

    async def _pair(self, person: Person, refresh: str, refresh_expires: datetime) -> TokenPair:
        now = utc_now().replace(microsecond=0)
        expires = now + self._access_life
        access = await self._signing.sign(
            {
                "iss": PEOPLE_ISSUER,
                "aud": AUDIENCE,
                "sub": subject_of(person.person_id),
                "name": person.profile.display_name,
                "zoneinfo": person.profile.time_zone,
                "locale": person.profile.language,
                "iat": int(now.timestamp()),
                "exp": int(expires.timestamp()),
            }
        )
        return TokenPair(access, expires, refresh, refresh_expires)
