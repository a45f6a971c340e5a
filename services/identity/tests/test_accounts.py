"""Accounts over gRPC on real servers: sign-up, log-in, sessions, profile, consent, finding people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import jwt
import pytest

from madeleine.identity.v1 import identity_pb2 as pb
from madeleine.identity.v1.identity_pb2_grpc import IdentityServiceStub, PeopleServiceStub
from madeleine_common.auth import keys_of_jwks
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, refused
from madeleine_identity.settings import IdentitySettings

SignUp = Callable[..., Awaitable[Any]]
INVALID, UNAUTHENTICATED = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNAUTHENTICATED


async def count(rig: Rig[IdentitySettings], table: str) -> int:
    return await rig.house.pool.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608


async def test_a_person_signs_up_and_is_known_by_their_token(identity: IdentityServiceStub, sign_up: SignUp) -> None:
    ana = await sign_up(handle="ana-1", consent=pb.Consent(memory=True, spark=True))
    me = (await identity.GetMe(pb.GetMeRequest(), metadata=ana.call)).profile
    assert me == ana.reply.profile
    assert (me.handle, me.display_name, me.time_zone, me.language) == ("ana-1", "Ana", "Europe/Paris", "fr")
    assert me.consent == pb.Consent(memory=True, training=False, spark=True)


async def test_the_published_keys_verify_a_token_and_its_claims(identity: IdentityServiceStub, sign_up: SignUp) -> None:
    ana = await sign_up()
    keys = (await identity.GetJwks(pb.GetJwksRequest())).keys
    fields = ("kty", "crv", "alg", "use", "kid", "x")
    public = keys_of_jwks({"keys": [{f: getattr(key, f) for f in fields} for key in keys]})
    token = ana.reply.tokens.access_token
    kid = jwt.get_unverified_header(token)["kid"]
    claims = jwt.decode(token, public[kid], algorithms=["EdDSA"], audience="madeleine", issuer="madeleine")
    assert claims["sub"] == f"person:{ana.person_id}"
    assert (claims["name"], claims["zoneinfo"], claims["locale"]) == ("Ana", "Europe/Paris", "fr")
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["exp"] == ana.reply.tokens.access_expires_at.seconds


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("handle", "Ana"),
        ("handle", ""),
        ("password", "too short"),
        ("password", "x" * 257),
        ("display_name", " "),
        ("display_name", "x" * 81),
        ("time_zone", "Paris"),
        ("language", "en_GB"),
        ("idempotency_key", "short"),
        ("idempotency_key", ""),
        ("display_name", "x" * 70_000),
    ],
)
async def test_a_bad_field_is_named_and_nothing_is_appended(
    rig: Rig[IdentitySettings], sign_up: SignUp, field: str, value: str
) -> None:
    before = await count(rig, "events"), await count(rig, "credentials")
    async with refused(INVALID, field=field) as refusal:
        await sign_up(**{field: value})
    assert list(refusal.fields) == [field]
    assert (await count(rig, "events"), await count(rig, "credentials")) == before


async def test_the_same_sign_up_again_gives_the_same_person_and_new_tokens(
    rig: Rig[IdentitySettings], identity: IdentityServiceStub, sign_up: SignUp
) -> None:
    ana = await sign_up()
    events = await count(rig, "events")
    again = await identity.SignUp(ana.request)
    assert again.profile == ana.reply.profile
    assert again.tokens.refresh_token != ana.reply.tokens.refresh_token
    assert await count(rig, "events") == events


async def test_a_guessed_idempotency_key_opens_no_account(identity: IdentityServiceStub, sign_up: SignUp) -> None:
    ana = await sign_up()
    guess = pb.SignUpRequest()
    guess.CopyFrom(ana.request)
    guess.password = "some other password"
    async with refused(grpc.StatusCode.ALREADY_EXISTS, reason="IDEMPOTENCY_KEY_REUSED"):
        await identity.SignUp(guess)


async def test_a_handle_belongs_to_one_person(identity: IdentityServiceStub, sign_up: SignUp) -> None:
    ana = await sign_up()
    async with refused(grpc.StatusCode.ALREADY_EXISTS, reason="HANDLE_TAKEN"):
        await sign_up(handle=ana.request.handle)


async def test_of_parallel_sign_ups_for_a_handle_one_wins(rig: Rig[IdentitySettings], sign_up: SignUp) -> None:
    results = await asyncio.gather(*(sign_up(handle="wanted") for _ in range(4)), return_exceptions=True)
    refusals = [r.code() for r in results if isinstance(r, grpc.aio.AioRpcError)]
    assert refusals == [grpc.StatusCode.ALREADY_EXISTS] * 3
    assert await rig.house.pool.fetchval("SELECT count(*) FROM credentials WHERE handle = 'wanted'") == 1


async def test_log_in_with_the_right_password_only(identity: IdentityServiceStub, sign_up: SignUp) -> None:
    ana = await sign_up()
    reply = await identity.LogIn(pb.LogInRequest(handle=ana.request.handle, password=ana.request.password))
    assert reply.profile.person_id == ana.person_id
    messages = set()
    for handle in (ana.request.handle, "nobody-at-all"):
        async with refused(UNAUTHENTICATED, reason="WRONG_CREDENTIALS") as refusal:
            await identity.LogIn(pb.LogInRequest(handle=handle, password="not the password"))
        messages.add(refusal.message)
    # Which of the two was wrong is nobody's business.
    assert len(messages) == 1


@pytest.mark.parametrize(("field", "value"), [("handle", "Ana Ana"), ("password", "")])
async def test_log_in_names_bad_fields(identity: IdentityServiceStub, field: str, value: str) -> None:
    fields = {"handle": "somebody", "password": "some password"} | {field: value}
    async with refused(INVALID, field=field):
        await identity.LogIn(pb.LogInRequest(**fields))


async def test_too_many_wrong_passwords_close_the_handle_even_to_the_right_one(
    identity: IdentityServiceStub, sign_up: SignUp
) -> None:
    ana = await sign_up()
    wrong = pb.LogInRequest(handle=ana.request.handle, password="not the password")
    for _ in range(3):
        async with refused(UNAUTHENTICATED, reason="WRONG_CREDENTIALS"):
            await identity.LogIn(wrong)
    async with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, reason="TOO_MANY_ATTEMPTS"):
        await identity.LogIn(pb.LogInRequest(handle=ana.request.handle, password=ana.request.password))


async def test_a_refresh_token_is_spent_once_and_its_reuse_ends_the_session(
    identity: IdentityServiceStub, sign_up: SignUp
) -> None:
    ana = await sign_up()
    first = ana.reply.tokens.refresh_token
    second = (await identity.RefreshToken(pb.RefreshTokenRequest(refresh_token=first))).tokens
    me = await identity.GetMe(pb.GetMeRequest(), metadata=(("authorization", f"Bearer {second.access_token}"),))
    assert me.profile.person_id == ana.person_id
    async with refused(UNAUTHENTICATED, reason="REFRESH_TOKEN_REUSED"):
        await identity.RefreshToken(pb.RefreshTokenRequest(refresh_token=first))
    async with refused(UNAUTHENTICATED, reason="REFRESH_TOKEN_INVALID"):
        await identity.RefreshToken(pb.RefreshTokenRequest(refresh_token=second.refresh_token))


async def test_other_sessions_outlive_a_stolen_token(identity: IdentityServiceStub, sign_up: SignUp) -> None:
    ana = await sign_up()
    other = await identity.LogIn(pb.LogInRequest(handle=ana.request.handle, password=ana.request.password))
    stolen = pb.RefreshTokenRequest(refresh_token=ana.reply.tokens.refresh_token)
    await identity.RefreshToken(stolen)
    async with refused(UNAUTHENTICATED, reason="REFRESH_TOKEN_REUSED"):
        await identity.RefreshToken(stolen)
    await identity.RefreshToken(pb.RefreshTokenRequest(refresh_token=other.tokens.refresh_token))


@pytest.mark.parametrize(("token", "code"), [("", INVALID), ("made up", UNAUTHENTICATED)])
async def test_a_refresh_token_that_we_did_not_make(
    identity: IdentityServiceStub, token: str, code: grpc.StatusCode
) -> None:
    async with refused(code):
        await identity.RefreshToken(pb.RefreshTokenRequest(refresh_token=token))


async def test_only_the_fields_that_are_set_change_and_a_repeat_changes_nothing(
    rig: Rig[IdentitySettings], identity: IdentityServiceStub, sign_up: SignUp
) -> None:
    ana = await sign_up()
    change = pb.UpdateProfileRequest(time_zone="Asia/Shanghai", idempotency_key=new_id())
    profile = (await identity.UpdateProfile(change, metadata=ana.call)).profile
    assert (profile.time_zone, profile.display_name, profile.language) == ("Asia/Shanghai", "Ana", "fr")
    events = await count(rig, "events")
    assert (await identity.UpdateProfile(change, metadata=ana.call)).profile == profile
    assert await count(rig, "events") == events
    change.time_zone = "UTC"
    async with refused(grpc.StatusCode.ALREADY_EXISTS, reason="IDEMPOTENCY_KEY_REUSED"):
        await identity.UpdateProfile(change, metadata=ana.call)


async def test_bad_changes_are_refused_by_field(identity: IdentityServiceStub, sign_up: SignUp) -> None:
    ana = await sign_up()
    async with refused(INVALID) as refusal:
        await identity.UpdateProfile(
            pb.UpdateProfileRequest(display_name="", time_zone="Mars/Base", language="?"), metadata=ana.call
        )
    assert set(refusal.fields) == {"display_name", "time_zone", "language", "idempotency_key"}
    async with refused(INVALID, field="consent"):
        await identity.SetConsent(pb.SetConsentRequest(idempotency_key=new_id()), metadata=ana.call)


async def test_consent_counts_in_the_very_next_question_of_a_service(
    rig: Rig[IdentitySettings], identity: IdentityServiceStub, sign_up: SignUp, servers: Servers
) -> None:
    people, spark = PeopleServiceStub(rig.channel), servers.service_call("spark")
    ana, ben = await sign_up(), await sign_up(display_name="Ben")
    wish = pb.SetConsentRequest(consent=pb.Consent(spark=True), idempotency_key=new_id())
    await identity.SetConsent(wish, metadata=ana.call)
    asked = pb.BatchGetPeopleRequest(person_ids=[ana.person_id, ben.person_id, new_id()])
    found = {p.person_id: p for p in (await people.BatchGetPeople(asked, metadata=spark)).people}
    assert found.keys() == {ana.person_id, ben.person_id}
    assert found[ana.person_id].consent == pb.Consent(spark=True)
    assert found[ben.person_id] == ben.reply.profile


async def test_people_are_found_by_exact_handle(identity: IdentityServiceStub, sign_up: SignUp) -> None:
    ana, ben = await sign_up(), await sign_up(display_name="Ben")
    request = pb.GetPersonRequest(handle=ben.request.handle)
    person = (await identity.GetPerson(request, metadata=ana.call)).person
    assert person == pb.Person(person_id=ben.person_id, handle=ben.request.handle, display_name="Ben")
    async with refused(grpc.StatusCode.NOT_FOUND):
        await identity.GetPerson(pb.GetPersonRequest(handle="nobody-here"), metadata=ana.call)
    async with refused(INVALID, field="handle"):
        await identity.GetPerson(pb.GetPersonRequest(handle="%"), metadata=ana.call)
    async with refused(UNAUTHENTICATED):
        await identity.GetPerson(request)


async def test_what_is_not_built_says_so(identity: IdentityServiceStub, sign_up: SignUp) -> None:
    ana = await sign_up()
    async with refused(grpc.StatusCode.UNIMPLEMENTED):
        await identity.ExportMe(pb.ExportMeRequest(idempotency_key=new_id()), metadata=ana.call)
    async with refused(grpc.StatusCode.UNIMPLEMENTED):
        await identity.LogInWithOidc(pb.LogInWithOidcRequest(provider="x", id_token="y"))


async def test_no_secret_is_kept_in_the_clear(rig: Rig[IdentitySettings], sign_up: SignUp) -> None:
    ana = await sign_up()
    pool = rig.house.pool
    stored = await pool.fetchval("SELECT password_hash FROM credentials WHERE person_id = $1", ana.person_id)
    assert stored.startswith("$argon2id$")
    payload = await pool.fetchval("SELECT payload FROM events WHERE stream_id = $1", f"person-{ana.person_id}")
    assert b"Ana" not in payload
    tokens = await pool.fetch("SELECT t::text AS row FROM refresh_tokens t")
    assert not any(ana.reply.tokens.refresh_token in r["row"] for r in tokens)
