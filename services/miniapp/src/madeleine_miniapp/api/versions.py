"""Requests about an app's versions, its spec as a whole, and roles in it."""

from __future__ import annotations

from typing import Any

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine_common.auth import require_person
from madeleine_common.rpc.checks import Checks
from madeleine_common.rpc.paging import decode_token, encode_token
from madeleine_miniapp.application.versions import Versions
from madeleine_miniapp.domain.schema import spec_schema

_MAX_RENAMED = 100


class VersionsApi:
    """ListAppVersions, RestoreAppVersion, UpdateAppSpec, GetAppSpecSchema, SetAppRole, ListAppRoles."""

    _versions: Versions

    async def ListAppVersions(self, request: m.ListAppVersionsRequest, context: Any) -> m.ListAppVersionsResponse:
        """An app's versions, latest first."""
        checks = Checks()
        checks.id("app_id", request.app_id)
        size = checks.page_size(request.page_size)
        checks.done()
        key = decode_token(request.page_token, int)
        before = int(key[0]) if key else None
        found = await self._versions.list(require_person(), request.app_id, before, size + 1)
        token = encode_token(found[size - 1].version) if len(found) > size else ""
        return m.ListAppVersionsResponse(versions=found[:size], next_page_token=token)

    async def RestoreAppVersion(self, request: m.RestoreAppVersionRequest, context: Any) -> m.RestoreAppVersionResponse:
        """Makes an older version the next one."""
        checks = Checks()
        checks.id("app_id", request.app_id)
        if request.version < 1:
            checks.bad("version", "must be a version of the app, from 1")
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        return m.RestoreAppVersionResponse(app=await self._versions.restore(require_person(), request))

    async def UpdateAppSpec(self, request: m.UpdateAppSpecRequest, context: Any) -> m.UpdateAppSpecResponse:
        """Makes a spec that was edited by hand the next version."""
        checks = Checks()
        checks.id("app_id", request.app_id)
        if not request.HasField("spec"):
            checks.bad("spec", "is required")
        if request.base_version < 1:
            checks.bad("base_version", "must be the version that was edited, from 1")
        if len(request.renamed) > _MAX_RENAMED:
            checks.bad("renamed", f"must be at most {_MAX_RENAMED}")
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        return m.UpdateAppSpecResponse(app=await self._versions.update(require_person(), request))

    async def GetAppSpecSchema(self, request: m.GetAppSpecSchemaRequest, context: Any) -> m.GetAppSpecSchemaResponse:
        """The JSON Schema of a spec."""
        require_person()
        return m.GetAppSpecSchemaResponse(json_schema=spec_schema())

    async def SetAppRole(self, request: m.SetAppRoleRequest, context: Any) -> m.SetAppRoleResponse:
        """Gives a person a role in an app."""
        checks = Checks()
        checks.id("app_id", request.app_id)
        checks.id("person_id", request.person_id)
        checks.text("role", request.role, most=20)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        await self._versions.set_role(require_person(), request)
        return m.SetAppRoleResponse()

    async def ListAppRoles(self, request: m.ListAppRolesRequest, context: Any) -> m.ListAppRolesResponse:
        """Who may do what in an app."""
        checks = Checks()
        checks.id("app_id", request.app_id)
        checks.done()
        return m.ListAppRolesResponse(roles=await self._versions.roles(require_person(), request.app_id))
