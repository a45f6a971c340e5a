"""IdentityService: people and their tokens."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

import grpc

from madeleine.identity.v1 import identity_pb2 as pb
from madeleine.identity.v1.identity_pb2_grpc import IdentityServiceServicer
from madeleine_common.auth import require_person
from madeleine_common.commands import command_key
from madeleine_common.errors import NotFound
from madeleine_common.rpc.checks import Checks
from madeleine_identity.api.mapping import profile_message, tokens_message
from madeleine_identity.application.accounts import Accounts, SignUp
from madeleine_identity.application.ports import CredentialTable, ErasureOperations, PublishedKeys
from madeleine_identity.application.sessions import Sessions
from madeleine_identity.domain import rules
from madeleine_identity.domain.person import Consent, Profile, consent_of
from madeleine_identity.projections.people import People

_SERVICE = "/madeleine.identity.v1.IdentityService/"
OPEN_METHODS = frozenset(_SERVICE + name for name in ("SignUp", "LogIn", "LogInWithOidc", "RefreshToken", "GetJwks"))


class IdentityApi(IdentityServiceServicer):
    """Requests to commands, states to responses. LogInWithOidc and ExportMe are not built yet."""

    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        people: People,
        credentials: CredentialTable,
        published: PublishedKeys,
        erasures: ErasureOperations,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._people = people
        self._credentials = credentials
        self._published = published
        self._erasures = erasures

    async def SignUp(self, request: pb.SignUpRequest, context: grpc.aio.ServicerContext) -> pb.SignUpResponse:
        """Makes an account and signs it in."""
        checks = Checks()
        _check(checks, "handle", rules.handle_fault(request.handle))
        _check(checks, "password", rules.password_fault(request.password))
        _check(checks, "display_name", rules.display_name_fault(request.display_name))
        _check(checks, "time_zone", rules.time_zone_fault(request.time_zone))
        _check(checks, "language", rules.language_fault(request.language))
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        # A fast hash of the password must not be kept, not even as part of another hash.
        told = pb.SignUpRequest()
        told.CopyFrom(request)
        told.ClearField("password")
        person, pair = await self._accounts.sign_up(
            SignUp(
                request.handle,
                request.password,
                Profile(request.display_name, request.time_zone, request.language),
                consent_of(request.consent) if request.HasField("consent") else Consent(),
                request.idempotency_key,
                hashlib.sha256(told.SerializeToString(deterministic=True)).digest(),
            )
        )
        return pb.SignUpResponse(profile=profile_message(person), tokens=tokens_message(pair))

    async def LogIn(self, request: pb.LogInRequest, context: grpc.aio.ServicerContext) -> pb.LogInResponse:
        """Exchanges handle and password for tokens."""
        checks = Checks()
        _check(checks, "handle", rules.handle_fault(request.handle))
        checks.text("password", request.password, most=rules.MOST_PASSWORD)
        checks.done()
        person, pair = await self._accounts.log_in(request.handle, request.password)
        return pb.LogInResponse(profile=profile_message(person), tokens=tokens_message(pair))

    async def RefreshToken(
        self, request: pb.RefreshTokenRequest, context: grpc.aio.ServicerContext
    ) -> pb.RefreshTokenResponse:
        """Exchanges a refresh token for new tokens."""
        checks = Checks()
        checks.text("refresh_token", request.refresh_token)
        checks.done()
        return pb.RefreshTokenResponse(tokens=tokens_message(await self._sessions.renew(request.refresh_token)))

    async def GetJwks(self, request: pb.GetJwksRequest, context: grpc.aio.ServicerContext) -> pb.GetJwksResponse:
        """The keys that verify tokens."""
        return pb.GetJwksResponse(keys=[pb.Jwk(**key) for key in await self._published.jwks()])

    async def GetMe(self, request: pb.GetMeRequest, context: grpc.aio.ServicerContext) -> pb.GetMeResponse:
        """The caller's own profile."""
        return pb.GetMeResponse(profile=profile_message(await self._accounts.me(require_person())))

    async def UpdateProfile(
        self, request: pb.UpdateProfileRequest, context: grpc.aio.ServicerContext
    ) -> pb.UpdateProfileResponse:
        """Changes the fields that are set."""
        caller = require_person()
        checks = Checks()
        changes: dict[str, str] = {}
        if request.HasField("display_name"):
            _check(checks, "display_name", rules.display_name_fault(request.display_name))
            changes["display_name"] = request.display_name
        if request.HasField("time_zone"):
            _check(checks, "time_zone", rules.time_zone_fault(request.time_zone))
            changes["time_zone"] = request.time_zone
        if request.HasField("language"):
            _check(checks, "language", rules.language_fault(request.language))
            changes["language"] = request.language
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        person = await self._accounts.change_profile(
            caller, lambda profile: replace(profile, **changes), command_key(caller, request.idempotency_key, request)
        )
        return pb.UpdateProfileResponse(profile=profile_message(person))

    async def SetConsent(
        self, request: pb.SetConsentRequest, context: grpc.aio.ServicerContext
    ) -> pb.SetConsentResponse:
        """Sets all consent flags."""
        caller = require_person()
        checks = Checks()
        if not request.HasField("consent"):
            checks.bad("consent", "is required; flags that it leaves out are taken back")
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        person = await self._accounts.change_consent(
            caller, consent_of(request.consent), command_key(caller, request.idempotency_key, request)
        )
        return pb.SetConsentResponse(profile=profile_message(person))

    async def GetPerson(self, request: pb.GetPersonRequest, context: grpc.aio.ServicerContext) -> pb.GetPersonResponse:
        """Somebody by exact handle."""
        require_person()
        checks = Checks()
        _check(checks, "handle", rules.handle_fault(request.handle))
        checks.done()
        credential = await self._credentials.of_handle(request.handle)
        found = await self._people.get([credential.person_id]) if credential else []
        if not found:
            raise NotFound(f"nobody has the handle '{request.handle}'", reason="PERSON_NOT_FOUND")
        person = found[0]
        return pb.GetPersonResponse(
            person=pb.Person(person_id=person.person_id, handle=person.handle, display_name=person.profile.display_name)
        )

    async def EraseMe(self, request: pb.EraseMeRequest, context: grpc.aio.ServicerContext) -> pb.EraseMeResponse:
        """Erases the caller; any repeat is told how far the services have come with it."""
        caller = require_person()
        checks = Checks()
        checks.text("password", request.password, most=rules.MOST_PASSWORD)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        await self._accounts.erase(caller, request.password)
        return pb.EraseMeResponse(operation=await self._erasures.state(caller.person_id))

    async def WatchErasure(
        self, request: pb.WatchErasureRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.WatchErasureResponse]:
        """Streams the caller's own erasure."""
        caller = require_person()
        if request.operation_id != self._erasures.operation_id(caller.person_id) or not (
            await self._accounts.erased(caller)
        ):
            raise NotFound("there is no such operation")
        async for operation in self._erasures.watch(caller.person_id):
            yield pb.WatchErasureResponse(operation=operation)


def _check(checks: Checks, field: str, fault: str) -> None:
    if fault:
        checks.bad(field, fault)
