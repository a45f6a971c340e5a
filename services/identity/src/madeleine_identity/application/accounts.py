"""Accounts: sign-up, log-in, profile, consent, erasure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from madeleine_common.auth import Principal
from madeleine_common.commands import metadata_of
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import Connection
from madeleine_common.errors import Conflict, NotFound, Unauthenticated
from madeleine_common.events import CommandKey, NewEvent, Repository
from madeleine_common.ids import new_id
from madeleine_identity.application.ports import (
    AttemptLimit,
    CredentialTable,
    KeyDestruction,
    PasswordHashing,
    RefreshTokenTable,
)
from madeleine_identity.application.sessions import Sessions, TokenPair
from madeleine_identity.domain import person as domain
from madeleine_identity.domain.person import Consent, Person, Profile, stream_of, subject_of


@dataclass(frozen=True, slots=True)
class SignUp:
    """The wish to join; `fingerprint` tells requests apart and must not be made from the password."""

    handle: str
    password: str
    profile: Profile
    consent: Consent
    idempotency_key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where secrets are kept, and how they end."""

    credentials: CredentialTable
    attempts: AttemptLimit
    passwords: PasswordHashing
    refresh: RefreshTokenTable
    keys: KeyDestruction


class Accounts:
    """What people do with their accounts."""

    def __init__(self, people: Repository[Person], sessions: Sessions, secrets: Secrets, keyring: Keyring) -> None:
        self._people = people
        self._sessions = sessions
        self._secrets = secrets
        self._keyring = keyring

    async def sign_up(self, wish: SignUp) -> tuple[Person, TokenPair]:
        """A new person, signed in; the same request again gives the same person and new tokens.

        Raises Conflict when the handle is taken or the idempotency key belongs to another request.
        """
        person_id = new_id()
        password_hash = await self._secrets.passwords.hash(wish.password)

        async def reserve(connection: Connection) -> None:
            await self._secrets.credentials.reserve(connection, person_id, wish.handle, password_hash)

        done = await self._people.execute(
            stream_of(person_id),
            lambda state: [
                NewEvent(message, subject_of(person_id))
                for message in domain.sign_up(state, person_id, wish.handle, wish.profile, wish.consent)
            ],
            metadata_of(Principal(subject_of(person_id), person_id)),
            # Nobody is signed in yet: the handle keeps the keys of different people apart.
            command=CommandKey(f"signup:{wish.handle}", wish.idempotency_key, wish.fingerprint),
            side_write=reserve,
        )
        if done.repeated:
            # A guessed idempotency key must not open an account.
            try:
                await self._person_with(wish.handle, wish.password)
            except Unauthenticated as error:
                raise Conflict(
                    "idempotency_key was used before with another request", reason="IDEMPOTENCY_KEY_REUSED"
                ) from error
        return done.state, await self._sessions.start(done.state)

    async def log_in(self, handle: str, password: str) -> tuple[Person, TokenPair]:
        """The person and their tokens; raises Unauthenticated, or Exhausted after too many wrong passwords."""
        person_id = await self._person_with(handle, password)
        done = await self._people.execute(
            stream_of(person_id),
            lambda state: [NewEvent(message, subject_of(person_id)) for message in domain.log_in(state)],
            metadata_of(Principal(subject_of(person_id), person_id)),
        )
        return done.state, await self._sessions.start(done.state)

    async def me(self, caller: Principal) -> Person:
        """The caller's account; raises NotFound once it was erased."""
        return _existing((await self._people.load(stream_of(caller.person_id))).state)

    async def change_profile(self, caller: Principal, change: Callable[[Profile], Profile], key: CommandKey) -> Person:
        """The account after a change of its profile; raises NotFound."""

        def decide(state: Person) -> list[NewEvent]:
            return self._sealed(caller, domain.change_profile(_existing(state), change(state.profile)))

        done = await self._people.execute(stream_of(caller.person_id), decide, metadata_of(caller), command=key)
        return done.state

    async def change_consent(self, caller: Principal, consent: Consent, key: CommandKey) -> Person:
        """The account after its consent flags were set; raises NotFound."""

        def decide(state: Person) -> list[NewEvent]:
            return self._sealed(caller, domain.change_consent(_existing(state), consent))

        done = await self._people.execute(stream_of(caller.person_id), decide, metadata_of(caller), command=key)
        return done.state

    async def erased(self, caller: Principal) -> bool:
        """Whether the caller was erased; their token outlives that by a while."""
        return (await self._people.load(stream_of(caller.person_id))).state.erased

    async def erase(self, caller: Principal, password: str) -> None:
        """Destroys the caller's key and drops all that is held of them here; done before: nothing.

        Raises Unauthenticated for a wrong password. `PersonErased` tells the other services.
        """
        person = (await self._people.load(stream_of(caller.person_id))).state
        if person.erased:
            return
        await self._person_with(_existing(person).handle, password)
        stream, subject = stream_of(caller.person_id), subject_of(caller.person_id)

        async def drop(connection: Connection) -> None:
            await self._secrets.keys.destroy(connection, subject)
            await self._secrets.credentials.drop(connection, caller.person_id)
            await self._secrets.refresh.drop(connection, caller.person_id)
            # Their keys and fingerprints were made from what the person sent.
            await connection.execute("DELETE FROM commands WHERE stream_id = $1", stream)

        # In the clear: the key that would seal it is gone.
        await self._people.execute(
            stream, lambda state: [NewEvent(m) for m in domain.erase(state)], metadata_of(caller), side_write=drop
        )
        self._keyring.forget(subject)

    async def _person_with(self, handle: str, password: str) -> str:
        """The id of the person whose handle and password these are; raises Unauthenticated or Exhausted."""
        await self._secrets.attempts.take(handle)
        credential = await self._secrets.credentials.of_handle(handle)
        matches = await self._secrets.passwords.verify(credential.password_hash if credential else None, password)
        if credential is None or not matches:
            raise Unauthenticated("handle or password is wrong", reason="WRONG_CREDENTIALS")
        await self._secrets.attempts.clear(handle)
        return credential.person_id

    @staticmethod
    def _sealed(caller: Principal, messages: domain.Decided) -> list[NewEvent]:
        return [NewEvent(message, subject_of(caller.person_id)) for message in messages]


def _existing(state: Person) -> Person:
    if not state.exists:
        raise NotFound("there is no such person", reason="PERSON_NOT_FOUND")
    return state
