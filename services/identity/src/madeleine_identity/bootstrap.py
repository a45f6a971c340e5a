"""Wires identity."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta

import grpc

from madeleine.identity.v1.events_pb2 import PersonErased
from madeleine.identity.v1.identity_pb2_grpc import (
    add_IdentityServiceServicer_to_server,
    add_KeyringServiceServicer_to_server,
    add_PeopleServiceServicer_to_server,
)
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.crypto.seal import SealBroken
from madeleine_common.db import DATABASE_ERRORS, Pool, create_pool
from madeleine_common.erasure import PersonalData, PersonalRows
from madeleine_common.events import RecordedEvent, Repository
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, IdentityOverrides, Parts, open_house
from madeleine_common.temporal import WorkerParts
from madeleine_identity.adapters.credentials import Credentials, PasswordAttempts
from madeleine_identity.adapters.data_keys import DataKeys
from madeleine_identity.adapters.erasures import Erasures, ServiceConfirmations
from madeleine_identity.adapters.master_key import MasterKeys
from madeleine_identity.adapters.master_rotation import MasterRotation, Rotated
from madeleine_identity.adapters.passwords import Argon2
from madeleine_identity.adapters.refresh_tokens import RefreshTokens
from madeleine_identity.adapters.signing_keys import SigningKeys
from madeleine_identity.api.identity import OPEN_METHODS, IdentityApi
from madeleine_identity.api.internal import KeyringApi, PeopleApi
from madeleine_identity.application.accounts import Accounts, Secrets
from madeleine_identity.application.sessions import Sessions
from madeleine_identity.domain.person import Person, evolve, stream_of
from madeleine_identity.projections import PROJECTIONS, people
from madeleine_identity.settings import IdentitySettings
from madeleine_identity.workflows.activities import ErasureActivities
from madeleine_identity.workflows.confirm_erasure import ConfirmErasure

log = logging.getLogger(__name__)

_UPKEEP_S = 60.0


_PERSONAL = (
    PersonalRows("data_keys", "subject = 'person:' || $1 AND wrapped IS NOT NULL", "their key"),
    PersonalRows("people", "person_id = $1", "their profile"),
    PersonalRows("credentials", "person_id = $1", "handle and password hash"),
    PersonalRows("refresh_tokens", "person_id = $1", "their sessions"),
    PersonalRows("commands", "stream_id = 'person-' || $1", "idempotency keys, with fingerprints of what they sent"),
    PersonalRows(
        "password_attempts",
        "handle IN (SELECT handle FROM credentials WHERE person_id = $1)",
        "wrong passwords for their handle",
    ),
)


def _signing_keys(pool: Pool, masters: MasterKeys, settings: IdentitySettings) -> SigningKeys:
    return SigningKeys(pool, masters, settings.rotation, settings.access_life)


def _erasures(house: House[IdentitySettings]) -> Erasures:
    settings = house.settings
    return Erasures(
        house.temporal,
        settings.erasure_services,
        settings.identity_erasure_hours * 3600,
        settings.identity_erasure_settle_s,
        rotate=settings.identity_rotate_on_erasure,
    )


def own_keys(settings: Callable[[], IdentitySettings]) -> IdentityOverrides:
    """Identity's tables in place of the calls by which other services get keys; files are read once a pool is there."""

    def masters() -> MasterKeys:
        return MasterKeys(settings().identity_master_key_file)

    return IdentityOverrides(
        key_source=lambda pool: DataKeys(pool, masters()),
        people_key=lambda pool: _signing_keys(pool, masters(), settings()).public_key,
    )


async def bootstrap(house: House[IdentitySettings]) -> Parts:
    """Identity's parts."""
    settings, pool = house.settings, house.pool
    masters = MasterKeys(settings.identity_master_key_file)
    signing = _signing_keys(pool, masters, settings)
    data_keys, rotation = DataKeys(pool, masters), MasterRotation(pool, masters)
    credentials, refresh = Credentials(pool), RefreshTokens(pool, settings.refresh_life)
    attempts = PasswordAttempts(
        pool, settings.identity_password_attempts, timedelta(minutes=settings.identity_password_window_minutes)
    )
    repository = Repository(house.store, Person, evolve)
    sessions = Sessions(repository, refresh, signing, settings.access_life)
    accounts = Accounts(
        repository, sessions, Secrets(credentials, attempts, Argon2(), refresh, data_keys), house.keyring
    )
    read_model = people.People(pool)
    erasures = _erasures(house)

    async def see_through(event: RecordedEvent) -> None:
        if isinstance(event.message, PersonErased):
            await erasures.start(event.message.person_id, event.event_id, event.version)

    seeing_through = Subscription("identity-erasure", "identity", react=see_through, types=(PERSON_ERASED,))
    others = [service for service in settings.erasure_services if service != house.name]
    confirmations = ServiceConfirmations(
        PersonalData(pool, [*people.PEOPLE.subscriptions, seeing_through], _PERSONAL),
        {service: house.channel(getattr(settings, f"{service}_address")) for service in others},
        house.caller,
    )

    def register(server: grpc.aio.Server) -> None:
        api = IdentityApi(accounts, sessions, read_model, credentials, signing, erasures)
        add_IdentityServiceServicer_to_server(api, server)
        add_PeopleServiceServicer_to_server(PeopleApi(read_model), server)
        add_KeyringServiceServicer_to_server(KeyringApi(data_keys), server)

    async def prepare() -> None:
        # The first token, and the gateway's first look at the keys, must find one.
        await signing.rotate()

    def upkeep() -> Coroutine[None, None, None]:
        return _upkeep(masters, rotation, signing, refresh, attempts)

    names = ("IdentityService", "PeopleService", "KeyringService")
    return Parts(
        ServerParts(register, [f"madeleine.identity.v1.{name}" for name in names], OPEN_METHODS),
        projections=PROJECTIONS,
        subscriptions=[seeing_through],
        worker=WorkerParts([ConfirmErasure], ErasureActivities(confirmations, rotation).all()),
        prepare=prepare,
        background=[upkeep],
        personal=_PERSONAL,
    )


async def _upkeep(
    masters: MasterKeys,
    rotation: MasterRotation,
    signing: SigningKeys,
    refresh: RefreshTokens,
    attempts: PasswordAttempts,
) -> None:
    """Every minute: forgets master keys that are gone, rotates signing keys when due, drops what has expired."""
    finished = False
    while True:
        try:
            if not finished:
                await rotation.finish(log.info)
                finished = True
            masters.reload()
            if await signing.rotate():
                log.info("made a new signing key")
            await refresh.prune()
            await attempts.prune()
        except DATABASE_ERRORS as error:
            log.warning("upkeep waits for the database: %s", error or type(error).__name__)
        except (SealBroken, ValueError) as error:
            # Of the master keys; what there is to do about it is in the message.
            log.error("upkeep: %s", error)
        await asyncio.sleep(_UPKEEP_S)


async def rotate_master_key(settings: IdentitySettings, tell: Callable[[str], None]) -> Rotated:
    """Rotates the master key from the command line; raises what the database, the file or a seal raises."""
    pool = await create_pool(settings.database_url.get_secret_value(), 2)
    try:
        return await MasterRotation(pool, MasterKeys(settings.identity_master_key_file)).rotate(tell)
    finally:
        await pool.close()


async def confirm_erasure(settings: IdentitySettings, person_id: str) -> bool:
    """Starts to see an erasure through once more, where that had failed; False for somebody who was not erased.

    Raises ConnectionError when Temporal is away, and what the database raises.
    """
    async with open_house("identity", settings, own_keys(lambda: settings)) as house:
        async for event in house.store.read_stream(stream_of(person_id)):
            if isinstance(event.message, PersonErased):
                await _erasures(house).start(person_id, event.event_id, event.version)
                return True
    return False
