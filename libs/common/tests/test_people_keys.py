"""Keys that verify people's tokens: a new one is known at once, and forged ids keep nobody busy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madeleine.identity.v1 import identity_pb2 as pb
from madeleine.identity.v1 import identity_pb2_grpc
from madeleine_common.auth import jwk_of
from madeleine_common.identity_client import PeopleKeys


class Identity(identity_pb2_grpc.IdentityServiceServicer):
    """Has no key before somebody signs up."""

    def __init__(self) -> None:
        self.keys: list[pb.Jwk] = []
        self.asked = 0

    def sign_up(self) -> str:
        kid = f"key-{len(self.keys)}"
        self.keys.append(pb.Jwk(**jwk_of(Ed25519PrivateKey.generate(), kid)))
        return kid

    async def GetJwks(self, request: Any, context: Any) -> pb.GetJwksResponse:
        self.asked += 1
        return pb.GetJwksResponse(keys=self.keys)


@pytest.fixture
async def identity() -> AsyncIterator[tuple[Identity, PeopleKeys]]:
    server = grpc.aio.server()
    servicer = Identity()
    identity_pb2_grpc.add_IdentityServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield servicer, PeopleKeys(channel)
    await server.stop(None)


async def test_a_forged_id_before_the_first_key_keeps_no_real_one_out(identity: tuple[Identity, PeopleKeys]) -> None:
    servicer, keys = identity
    with pytest.raises(KeyError):
        await keys("forged")
    kid = servicer.sign_up()
    assert await keys(kid)
    later = servicer.sign_up()
    assert await keys(later)


async def test_many_forged_ids_are_asked_for_together(identity: tuple[Identity, PeopleKeys]) -> None:
    servicer, keys = identity
    kid = servicer.sign_up()
    assert await keys(kid)
    found = await asyncio.gather(*(keys(f"forged-{n}") for n in range(200)), return_exceptions=True)
    assert all(isinstance(one, KeyError) for one in found)
    assert servicer.asked == 2
    assert await keys(kid)
    assert servicer.asked == 2
