"""The app's own figures."""

from __future__ import annotations

from typing import Any

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceServicer
from madeleine_common.auth import require_person
from madeleine_common.rpc.checks import Checks
from madeleine_miniapp.application.figuring import Figuring


class FiguresApi(MiniappServiceServicer):
    """The RPC that a view's charts and metrics are drawn from."""

    _figuring: Figuring

    async def GetFigures(self, request: m.GetFiguresRequest, context: Any) -> m.GetFiguresResponse:
        """Every aggregate of an app, as of now."""
        checks = Checks()
        checks.id("app_id", request.app_id)
        checks.done()
        return m.GetFiguresResponse(figures=await self._figuring.figures(require_person(), request.app_id))
