"""AdapterService: lists for everybody, changes for the trainer and the operator's command line."""

from __future__ import annotations

import grpc

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine.inference.v1.adapters_pb2_grpc import AdapterServiceServicer
from madeleine_common.adapters import NAME, REVISION
from madeleine_common.auth import principal, require_service
from madeleine_common.commands import command_key
from madeleine_common.errors import Unsupported
from madeleine_common.rpc.checks import Checks
from madeleine_inference.api.mapping import to_probes
from madeleine_inference.application.aliases import Aliases
from madeleine_inference.application.ports import Engine
from madeleine_inference.application.publishing import Publishing
from madeleine_inference.application.residents import Residents
from madeleine_inference.domain.alias import BASE, targets_of
from madeleine_inference.projections.catalog import Catalog

_MAY_CHANGE = ("trainer", "cli")


class AdapterApi(AdapterServiceServicer):
    """Maps requests to the application, and its results to responses."""

    def __init__(
        self, publishing: Publishing, aliases: Aliases, residents: Residents, catalog: Catalog, engine: Engine
    ) -> None:
        self._publishing = publishing
        self._aliases = aliases
        self._residents = residents
        self._catalog = catalog
        self._engine = engine

    async def PublishAdapter(
        self, request: pb.PublishAdapterRequest, context: grpc.aio.ServicerContext
    ) -> pb.PublishAdapterResponse:
        caller = require_service(*_MAY_CHANGE)
        if not self._engine.vocabulary_size:
            raise Unsupported(f"the engine {self._engine.name} takes no adapters", reason="ADAPTERS_UNSUPPORTED")
        checks = Checks()
        _check_name("name", request.name, checks)
        checks.text("uri", request.uri, most=1024)
        probes = to_probes(request.probes, self._engine, checks)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        revision, fingerprint = await self._publishing.publish(
            request.name, request.uri, probes, caller, command_key(caller, request.idempotency_key, request)
        )
        return pb.PublishAdapterResponse(
            revision=self._as_of_now(revision),
            probes=[probe.message() for probe in fingerprint.probes],
            max_trained_delta=fingerprint.max_trained_delta,
            max_base_delta=fingerprint.max_base_delta,
            effect_slope=fingerprint.slope,
            effect_cosine=fingerprint.cosine,
        )

    async def SetAlias(self, request: pb.SetAliasRequest, context: grpc.aio.ServicerContext) -> pb.SetAliasResponse:
        caller = require_service(*_MAY_CHANGE)
        checks = Checks()
        _check_alias(request.alias, checks)
        for index, target in enumerate(request.targets):
            if target.revision != BASE:
                _check_revision(f"targets[{index}].revision", target.revision, checks)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        key = command_key(caller, request.idempotency_key, request)
        alias = await self._aliases.point(request.alias, targets_of(request.targets), caller, key)
        return pb.SetAliasResponse(alias=alias)

    async def RollbackAlias(
        self, request: pb.RollbackAliasRequest, context: grpc.aio.ServicerContext
    ) -> pb.RollbackAliasResponse:
        caller = require_service(*_MAY_CHANGE)
        checks = Checks()
        _check_alias(request.alias, checks)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        key = command_key(caller, request.idempotency_key, request)
        return pb.RollbackAliasResponse(alias=await self._aliases.roll_back(request.alias, caller, key))

    async def PinRevision(
        self, request: pb.PinRevisionRequest, context: grpc.aio.ServicerContext
    ) -> pb.PinRevisionResponse:
        caller = require_service(*_MAY_CHANGE)
        checks = Checks()
        _check_revision("revision", request.revision, checks)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        key = command_key(caller, request.idempotency_key, request)
        state = await self._publishing.pin(request.revision, request.pinned, caller, key)
        revision = pb.Revision(pinned=state.pinned)
        if state.published:
            revision.MergeFrom(state.published)
        return pb.PinRevisionResponse(revision=self._as_of_now(revision))

    async def UnloadRevision(
        self, request: pb.UnloadRevisionRequest, context: grpc.aio.ServicerContext
    ) -> pb.UnloadRevisionResponse:
        caller = require_service(*_MAY_CHANGE)
        checks = Checks()
        _check_revision("revision", request.revision, checks)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        key = command_key(caller, request.idempotency_key, request)
        await self._publishing.unload(request.revision, caller, key)
        return pb.UnloadRevisionResponse()

    async def ListRevisions(
        self, request: pb.ListRevisionsRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListRevisionsResponse:
        principal()
        checks = Checks()
        page_size = checks.page_size(request.page_size)
        checks.done()
        revisions, token = await self._catalog.revisions(page_size, request.page_token)
        return pb.ListRevisionsResponse(revisions=[self._as_of_now(r) for r in revisions], next_page_token=token)

    async def ListAliases(
        self, request: pb.ListAliasesRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListAliasesResponse:
        principal()
        return pb.ListAliasesResponse(
            aliases=await self._catalog.aliases(), base_model=self._engine.base_model, engine=self._engine.name
        )

    def _as_of_now(self, revision: pb.Revision) -> pb.Revision:
        """The revision with what only this replica knows."""
        now = pb.Revision()
        now.CopyFrom(revision)
        now.resident = self._residents.is_resident(revision.revision)
        return now


def _check_name(field: str, value: str, checks: Checks) -> None:
    if not NAME.fullmatch(value):
        checks.bad(field, "must be 1 to 48 of A-Z, a-z, 0-9, '_' and '-'")


def _check_alias(value: str, checks: Checks) -> None:
    _check_name("alias", value, checks)
    if value == BASE:
        checks.bad("alias", "'base' always means the base model")


def _check_revision(field: str, value: str, checks: Checks) -> None:
    if not REVISION.fullmatch(value):
        checks.bad(field, "must be a revision: name@<12 hex digits>")
