"""Wires identity."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta

import asyncpg
import grpc

from madeleine.identity.v1.identity_pb2_grpc import (
    add_IdentityServiceServicer_to_server,
    add_KeyringServiceServicer_to_server,
    add_PeopleServiceServicer_to_server,
)
from madeleine_common.db import Pool
from madeleine_common.events import Repository
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, IdentityOverrides, Parts
from madeleine_identity.adapters.credentials import Credentials, PasswordAttempts
from madeleine_identity.adapters.data_keys import DataKeys
from madeleine_identity.adapters.master_key import read_master_key
from madeleine_identity.adapters.passwords import Argon2
from madeleine_identity.adapters.refresh_tokens import RefreshTokens
from madeleine_identity.adapters.signing_keys import SigningKeys
from madeleine_identity.api.identity import OPEN_METHODS, IdentityApi
from madeleine_identity.api.internal import KeyringApi, PeopleApi
from madeleine_identity.application.accounts import Accounts, Secrets
from madeleine_identity.application.sessions import Sessions
from madeleine_identity.domain.person import Person, evolve
from madeleine_identity.projections import people
from madeleine_identity.settings import IdentitySettings

log = logging.getLogger(__name__)

_UPKEEP_S = 60.0


def _signing_keys(pool: Pool, settings: IdentitySettings) -> SigningKeys:
    master = read_master_key(settings.identity_master_key_file)
    return SigningKeys(pool, master, settings.rotation, settings.access_life)


def own_keys(settings: Callable[[], IdentitySettings]) -> IdentityOverrides:
    """Identity's tables in place of the calls by which other services get keys; files are read once a pool is there."""
    return IdentityOverrides(
        key_source=lambda pool: DataKeys(pool, read_master_key(settings().identity_master_key_file)),
        people_key=lambda pool: _signing_keys(pool, settings()).public_key,
    )


async def bootstrap(house: House[IdentitySettings]) -> Parts:
    """Identity's parts."""
    settings, pool = house.settings, house.pool
    signing = _signing_keys(pool, settings)
    data_keys = DataKeys(pool, read_master_key(settings.identity_master_key_file))
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

    def register(server: grpc.aio.Server) -> None:
        api = IdentityApi(accounts, sessions, read_model, credentials, signing)
        add_IdentityServiceServicer_to_server(api, server)
        add_PeopleServiceServicer_to_server(PeopleApi(read_model), server)
        add_KeyringServiceServicer_to_server(KeyringApi(data_keys), server)

    async def prepare() -> None:
        # The first token, and the gateway's first look at the keys, must find one.
        await signing.rotate()

    def upkeep() -> Coroutine[None, None, None]:
        return _upkeep(signing, refresh, attempts)

    names = ("IdentityService", "PeopleService", "KeyringService")
    return Parts(
        ServerParts(register, [f"madeleine.identity.v1.{name}" for name in names], OPEN_METHODS),
        subscriptions=[people.subscription()],
        prepare=prepare,
        background=[upkeep],
    )


async def _upkeep(signing: SigningKeys, refresh: RefreshTokens, attempts: PasswordAttempts) -> None:
    """Every minute: rotates signing keys when due, drops what has expired."""
    while True:
        try:
            if await signing.rotate():
                log.info("made a new signing key")
            await refresh.prune()
            await attempts.prune()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            log.warning("upkeep waits for the database: %s", error or type(error).__name__)
        await asyncio.sleep(_UPKEEP_S)
