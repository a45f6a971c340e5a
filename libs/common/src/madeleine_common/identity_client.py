"""What every other service asks of identity: keys that seal events, and keys that verify people's tokens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Any

import grpc

from madeleine.identity.v1 import identity_pb2 as pb
from madeleine.identity.v1.identity_pb2_grpc import IdentityServiceStub, KeyringServiceStub
from madeleine_common.auth import keys_of_jwks
from madeleine_common.crypto.keyring import DataKey, KeyBatch
from madeleine_common.rpc.client import Caller

_TIMEOUT_S = 10.0
# Between two questions for signing keys: forged key ids must not make us ask at every call.
_REFETCH_S = 0.5
# As many as KeyringService takes in one call.
_MOST_KEYS = 1000


def _batch(keys: Sequence[pb.DataKey], destroyed: Sequence[str]) -> KeyBatch:
    return KeyBatch(tuple(DataKey(k.key_id, k.subject, k.key) for k in keys), frozenset(destroyed))


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _MOST_KEYS):
        yield names[start : start + _MOST_KEYS]


class RemoteKeySource:
    """Data keys from identity's KeyringService."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = KeyringServiceStub(channel)
        self._caller = caller

    async def for_subjects(self, subjects: Sequence[str]) -> KeyBatch:
        """Each subject's current key, made at first use; raises grpc.aio.AioRpcError."""
        keys: list[pb.DataKey] = []
        destroyed: list[str] = []
        for part in _parts(subjects):
            request = pb.GetOrCreateKeysRequest(subjects=part)
            reply = await self._stub.GetOrCreateKeys(request, metadata=self._caller.metadata(), timeout=_TIMEOUT_S)
            keys += reply.keys
            destroyed += reply.destroyed_subjects
        return _batch(keys, destroyed)

    async def by_ids(self, key_ids: Sequence[str]) -> KeyBatch:
        """Keys by id; raises grpc.aio.AioRpcError."""
        keys: list[pb.DataKey] = []
        destroyed: list[str] = []
        for part in _parts(key_ids):
            request = pb.GetKeysRequest(key_ids=part)
            reply = await self._stub.GetKeys(request, metadata=self._caller.metadata(), timeout=_TIMEOUT_S)
            keys += reply.keys
            destroyed += reply.destroyed_key_ids
        return _batch(keys, destroyed)

    async def destroy_all(self, subjects: Sequence[str]) -> None:
        """Destroys conversations' keys; raises grpc.aio.AioRpcError: only the chat service may."""
        for part in _parts(subjects):
            request = pb.DestroyKeysRequest(subjects=part)
            await self._stub.DestroyKeys(request, metadata=self._caller.metadata(), timeout=_TIMEOUT_S)


class PeopleKeys:
    """Identity's token-signing keys, fetched again, twice a second at most, for one that is unknown."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = IdentityServiceStub(channel)
        self._keys: dict[str, Any] = {}
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()

    async def __call__(self, kid: str) -> Any:
        """The public key of an id; raises KeyError for an unknown one, AioRpcError when identity is out of reach."""
        asked_at = time.monotonic()
        if kid not in self._keys:
            async with self._lock:
                # One fetch answers all who came before it.
                if self._fetched_at <= asked_at:
                    await asyncio.sleep(self._fetched_at + _REFETCH_S - time.monotonic())
                    await self._fetch()
        return self._keys[kid]

    async def _fetch(self) -> None:
        began_at = time.monotonic()
        reply = await self._stub.GetJwks(pb.GetJwksRequest(), timeout=_TIMEOUT_S)
        fields = ("kty", "crv", "alg", "use", "kid", "x")
        self._keys = keys_of_jwks({"keys": [{f: getattr(key, f) for f in fields} for key in reply.keys]})
        self._fetched_at = began_at
