"""Requests about templates."""

from __future__ import annotations

from typing import Any

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine_common.auth import require_person
from madeleine_common.rpc.checks import Checks
from madeleine_miniapp.application.templates import Templates

_MAX_CODE = 64


class TemplatesApi:
    """CreateTemplate, GetTemplate, CreateAppFromTemplate, WithdrawTemplate."""

    _templates: Templates

    async def CreateTemplate(self, request: m.CreateTemplateRequest, context: Any) -> m.CreateTemplateResponse:
        """Gives an app's spec away under a code."""
        checks = Checks()
        checks.id("app_id", request.app_id)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        return m.CreateTemplateResponse(template=await self._templates.create(require_person(), request))

    async def GetTemplate(self, request: m.GetTemplateRequest, context: Any) -> m.GetTemplateResponse:
        """What a code leads to."""
        _checks(request.code).done()
        require_person()
        return m.GetTemplateResponse(template=await self._templates.get(request.code))

    async def CreateAppFromTemplate(
        self, request: m.CreateAppFromTemplateRequest, context: Any
    ) -> m.CreateAppFromTemplateResponse:
        """Makes an app of the caller's own."""
        checks = _checks(request.code)
        checks.id("conversation_id", request.conversation_id, optional=True)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        return m.CreateAppFromTemplateResponse(app=await self._templates.use(require_person(), request))

    async def WithdrawTemplate(self, request: m.WithdrawTemplateRequest, context: Any) -> m.WithdrawTemplateResponse:
        """Takes a template back."""
        checks = _checks(request.code)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        await self._templates.withdraw(require_person(), request)
        return m.WithdrawTemplateResponse()


def _checks(code: str) -> Checks:
    checks = Checks()
    checks.text("code", code, most=_MAX_CODE)
    return checks
