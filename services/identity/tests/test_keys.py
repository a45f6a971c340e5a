"""Data keys, erasure and signing keys, on real servers."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import jwt
import pytest

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_RUNNING
from madeleine.identity.v1 import identity_pb2 as pb
from madeleine.identity.v1.identity_pb2_grpc import IdentityServiceStub, KeyringServiceStub, PeopleServiceStub
from madeleine_common.crypto.seal import SealBroken
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, refused
from madeleine_identity.adapters.data_keys import DataKeys
from madeleine_identity.adapters.master_key import MasterKeys, MasterKeyUnknown, read_master_keys
from madeleine_identity.adapters.signing_keys import SigningKeys
from madeleine_identity.settings import IdentitySettings

SignUp = Callable[..., Awaitable[Any]]


@pytest.fixture
def keyring(rig: Rig[IdentitySettings]) -> KeyringServiceStub:
    return KeyringServiceStub(rig.channel)


async def test_a_subject_has_one_key_however_many_ask_at_once(keyring: KeyringServiceStub, servers: Servers) -> None:
    call, subject = servers.service_call("chat"), f"conversation:{new_id()}"
    request = pb.GetOrCreateKeysRequest(subjects=[subject])
    replies = await asyncio.gather(*(keyring.GetOrCreateKeys(request, metadata=call) for _ in range(8)))
    keys = {(reply.keys[0].key_id, reply.keys[0].key) for reply in replies}
    assert len(keys) == 1
    key_id, key = keys.pop()
    assert len(key) == 32
    found = await keyring.GetKeys(pb.GetKeysRequest(key_ids=[key_id]), metadata=servers.service_call("memory"))
    assert [(k.subject, k.key) for k in found.keys] == [(subject, key)]


async def test_a_key_is_kept_wrapped_and_bound_to_its_subject(
    rig: Rig[IdentitySettings], master_key_file: Path, tmp_path: Path
) -> None:
    pool, ana, eve = rig.house.pool, f"person:{new_id()}", f"person:{new_id()}"
    keys = DataKeys(pool, MasterKeys(master_key_file))
    key = (await keys.for_subjects([ana])).keys[0]
    assert key.key not in await pool.fetchval("SELECT wrapped FROM data_keys WHERE subject = $1", ana)
    await pool.execute("UPDATE data_keys SET subject = $2 WHERE subject = $1", ana, eve)
    with pytest.raises(SealBroken):
        await keys.for_subjects([eve])
    other = tmp_path / "other.key"
    other.write_bytes(base64.b64encode(os.urandom(32)))
    with pytest.raises(MasterKeyUnknown, match=r"other\.key, line 1: this is not master key"):
        await DataKeys(pool, MasterKeys(other)).by_ids([key.key_id])


async def test_internal_calls_are_for_services_alone(
    rig: Rig[IdentitySettings], keyring: KeyringServiceStub, sign_up: SignUp
) -> None:
    ana = await sign_up()
    subject = f"person:{ana.person_id}"
    denied = {"code": grpc.StatusCode.PERMISSION_DENIED, "reason": "SERVICE_REQUIRED"}
    async with refused(**denied):
        await keyring.GetOrCreateKeys(pb.GetOrCreateKeysRequest(subjects=[subject]), metadata=ana.call)
    async with refused(**denied):
        await keyring.GetKeys(pb.GetKeysRequest(key_ids=[new_id()]), metadata=ana.call)
    async with refused(**denied):
        people = PeopleServiceStub(rig.channel)
        await people.BatchGetPeople(pb.BatchGetPeopleRequest(person_ids=[ana.person_id]), metadata=ana.call)
    async with refused(grpc.StatusCode.UNAUTHENTICATED):
        await keyring.GetKeys(pb.GetKeysRequest(key_ids=[new_id()]))


async def test_internal_calls_name_bad_fields(
    rig: Rig[IdentitySettings], keyring: KeyringServiceStub, servers: Servers
) -> None:
    invalid, call = grpc.StatusCode.INVALID_ARGUMENT, servers.service_call("chat")
    async with refused(invalid, field="subjects[1]"):
        request = pb.GetOrCreateKeysRequest(subjects=[f"person:{new_id()}", "everybody"])
        await keyring.GetOrCreateKeys(request, metadata=call)
    async with refused(invalid, field="key_ids[0]"):
        await keyring.GetKeys(pb.GetKeysRequest(key_ids=["x"]), metadata=call)
    async with refused(invalid, field="person_ids[0]"):
        await PeopleServiceStub(rig.channel).BatchGetPeople(pb.BatchGetPeopleRequest(person_ids=["x"]), metadata=call)


async def test_erasure_destroys_the_key_and_all_that_lets_the_person_in(
    rig: Rig[IdentitySettings],
    identity: IdentityServiceStub,
    keyring: KeyringServiceStub,
    sign_up: SignUp,
    servers: Servers,
) -> None:
    ana, call = await sign_up(), servers.service_call("chat")
    subject, stream = f"person:{ana.person_id}", f"person-{ana.person_id}"
    of_subject = pb.GetOrCreateKeysRequest(subjects=[subject])
    key_id = (await keyring.GetOrCreateKeys(of_subject, metadata=call)).keys[0].key_id
    people, asked = PeopleServiceStub(rig.channel), pb.BatchGetPeopleRequest(person_ids=[ana.person_id])
    assert len((await people.BatchGetPeople(asked, metadata=call)).people) == 1

    async with refused(grpc.StatusCode.UNAUTHENTICATED, reason="WRONG_CREDENTIALS"):
        await identity.EraseMe(
            pb.EraseMeRequest(password="wrong password", idempotency_key=new_id()), metadata=ana.call
        )
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="password"):
        await identity.EraseMe(pb.EraseMeRequest(idempotency_key=new_id()), metadata=ana.call)
    erase = pb.EraseMeRequest(password=ana.request.password, idempotency_key=new_id())
    operation = (await identity.EraseMe(erase, metadata=ana.call)).operation
    assert operation.state == OPERATION_STATE_RUNNING
    repeated = (await identity.EraseMe(erase, metadata=ana.call)).operation
    assert (repeated.operation_id, repeated.state) == (operation.operation_id, OPERATION_STATE_RUNNING)

    assert (await keyring.GetOrCreateKeys(of_subject, metadata=call)).destroyed_subjects == [subject]
    by_id = await keyring.GetKeys(pb.GetKeysRequest(key_ids=[key_id, new_id()]), metadata=call)
    assert (list(by_id.keys), list(by_id.destroyed_key_ids)) == ([], [key_id])
    events = [e async for e in rig.house.store.read_stream(stream)]
    assert [e.type.rsplit(".", 1)[-1] for e in events] == ["PersonSignedUp", "PersonErased"]
    assert events[0].erased
    assert events[1].message is not None
    assert (await people.BatchGetPeople(asked, metadata=call)).people == []
    for refusal in (
        identity.GetMe(pb.GetMeRequest(), metadata=ana.call),
        identity.GetPerson(pb.GetPersonRequest(handle=ana.request.handle), metadata=ana.call),
    ):
        async with refused(grpc.StatusCode.NOT_FOUND, reason="PERSON_NOT_FOUND"):
            await refusal
    async with refused(grpc.StatusCode.UNAUTHENTICATED, reason="WRONG_CREDENTIALS"):
        await identity.LogIn(pb.LogInRequest(handle=ana.request.handle, password=ana.request.password))
    async with refused(grpc.StatusCode.UNAUTHENTICATED, reason="REFRESH_TOKEN_INVALID"):
        await identity.RefreshToken(pb.RefreshTokenRequest(refresh_token=ana.reply.tokens.refresh_token))
    left = await rig.house.pool.fetchval("SELECT count(*) FROM commands WHERE stream_id = $1", stream)
    assert left == 0


class Clock:
    """A clock that tests move on."""

    def __init__(self) -> None:
        self.now = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def test_signing_keys_rotate_once_for_all_replicas_and_stay_published_until_their_last_token_ends(
    rig: Rig[IdentitySettings], master_key_file: Path
) -> None:
    pool, masters, clock = rig.house.pool, MasterKeys(master_key_file), Clock()
    await pool.execute("DELETE FROM signing_keys")
    replicas = [SigningKeys(pool, masters, timedelta(days=30), timedelta(hours=1), clock) for _ in range(2)]

    async def kid() -> str:
        signed = {jwt.get_unverified_header(await replica.sign({"sub": "x"}))["kid"] for replica in replicas}
        assert len(signed) == 1
        return signed.pop()

    async def published() -> list[str]:
        return [key["kid"] for key in await replicas[0].jwks()]

    assert sorted(await asyncio.gather(*(r.rotate() for r in replicas))) == [False, True]
    first = await kid()
    assert await published() == [first]

    clock.now += timedelta(days=29, hours=12)
    assert sorted(await asyncio.gather(*(r.rotate() for r in replicas))) == [False, True]
    # Verifiers get to know the next key before it signs.
    assert await kid() == first
    second = (await published())[1]

    clock.now += timedelta(days=1)
    assert await kid() == second
    clock.now -= timedelta(hours=11, minutes=30)
    assert first in await published()
    clock.now += timedelta(hours=1)
    await replicas[0].rotate()
    assert await published() == [second]

    clock.now += timedelta(days=365)
    assert await kid() not in (first, second)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"master\.key: the file is empty"),
        (b"\n\n", r"master\.key: the file is empty"),
        (b"c2hvcnQ=", r"master\.key, line 1: a master key must be 32 bytes; this one has 5"),
        (b"%s\nnot base64!" % base64.b64encode(bytes(32)), r"master\.key, line 2: a master key must be base64"),
        ((base64.b64encode(bytes(32)) + b"\n\n") * 2, r"master\.key, line 3: the same key as in line 1"),
    ],
)
def test_a_master_key_that_is_none_is_told_by_its_file_and_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=said) as refusal:
        read_master_keys(path)
    # What stands in the file, right or wrong, is not told.
    assert "AAAA" not in str(refusal.value)
    assert "c2hv" not in str(refusal.value)
