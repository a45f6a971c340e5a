"""Identity on real servers, and people who signed up at it."""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from madeleine.identity.v1 import identity_pb2 as pb
from madeleine.identity.v1.identity_pb2_grpc import IdentityServiceStub
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, running_service
from madeleine_identity.bootstrap import bootstrap, own_keys
from madeleine_identity.settings import IdentitySettings

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Somebody:
    """A person who signed up, with the metadata of their calls."""

    request: pb.SignUpRequest
    reply: pb.SignUpResponse

    @property
    def person_id(self) -> str:
        return self.reply.profile.person_id

    @property
    def call(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.reply.tokens.access_token}"),)


SignUp = Callable[..., Awaitable[Somebody]]


@pytest.fixture(scope="module")
def master_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("identity") / "master.key"
    path.touch(mode=0o600)
    path.write_bytes(base64.b64encode(os.urandom(32)))
    return path


@pytest.fixture(scope="module")
async def rig(servers: Servers, master_key_file: Path) -> AsyncIterator[Rig[IdentitySettings]]:
    settings = {"identity_master_key_file": master_key_file, "identity_password_attempts": 3}
    keys = own_keys(lambda: IdentitySettings(**settings))
    async with running_service(servers, "identity", IdentitySettings, bootstrap, identity=keys, **settings) as rig:
        yield rig


@pytest.fixture
def identity(rig: Rig[IdentitySettings]) -> IdentityServiceStub:
    return IdentityServiceStub(rig.channel)


@pytest.fixture
def sign_up(identity: IdentityServiceStub) -> SignUp:
    async def sign_up(**changes: Any) -> Somebody:
        fields: dict[str, Any] = {
            "handle": f"ana-{new_id()[-12:]}",
            "password": PASSWORD,
            "display_name": "Ana",
            "time_zone": "Europe/Paris",
            "language": "fr",
            "idempotency_key": new_id(),
        }
        request = pb.SignUpRequest(**(fields | changes))
        return Somebody(request, await identity.SignUp(request))

    return sign_up
