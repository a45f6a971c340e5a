"""TrainerService over gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from madeleine.trainer.v1 import trainer_pb2 as pb
from madeleine.trainer.v1.trainer_pb2_grpc import TrainerServiceServicer
from madeleine_common.auth import principal, require_service
from madeleine_common.errors import FailedPrecondition, NotFound
from madeleine_common.rpc.checks import Checks
from madeleine_common.rpc.paging import decode_token, encode_token
from madeleine_trainer.application.ports import Signals
from madeleine_trainer.application.queries import Runs, Starter

_POLL_S = 0.25
_UNDER_WAY = (pb.RUN_STATE_TRAINING, pb.RUN_STATE_PUBLISHING)


class TrainerApi(TrainerServiceServicer):
    """Runs hold no personal data, so everybody who is signed in may see them."""

    def __init__(self, signals: Signals, runs: Runs, starter: Starter, threshold: int) -> None:
        self._signals = signals
        self._runs = runs
        self._starter = starter
        self._threshold = threshold

    async def GetFlywheel(self, request: pb.GetFlywheelRequest, context: Any) -> pb.GetFlywheelResponse:
        principal()
        return pb.GetFlywheelResponse(
            waiting=len(await self._signals.waiting()),
            threshold=self._threshold,
            current_run_id=await self._runs.current(),
            last_run_id=await self._runs.last(),
        )

    async def ListRuns(self, request: pb.ListRunsRequest, context: Any) -> pb.ListRunsResponse:
        principal()
        checks = Checks()
        size = checks.page_size(request.page_size)
        checks.done()
        key = decode_token(request.page_token, str, str)
        page = await self._runs.page(size, (str(key[0]), str(key[1])) if key else None)
        return pb.ListRunsResponse(
            runs=page.runs, next_page_token=encode_token(*page.next_key) if page.next_key else ""
        )

    async def GetRun(self, request: pb.GetRunRequest, context: Any) -> pb.GetRunResponse:
        principal()
        return pb.GetRunResponse(run=await self._run(request.run_id))

    async def WatchRun(self, request: pb.WatchRunRequest, context: Any) -> AsyncIterator[pb.WatchRunResponse]:
        principal()
        last: pb.Run | None = None
        while True:
            run = await self._run(request.run_id)
            if run != last:
                yield pb.WatchRunResponse(run=run)
                last = run
            if run.state not in _UNDER_WAY:
                return
            await asyncio.sleep(_POLL_S)

    async def StartRun(self, request: pb.StartRunRequest, context: Any) -> pb.StartRunResponse:
        require_service("cli")
        if not await self._signals.waiting():
            raise FailedPrecondition("no judgement waits to be learnt from", reason="NOTHING_WAITS")
        await self._starter.start()
        return pb.StartRunResponse()

    async def CancelRun(self, request: pb.CancelRunRequest, context: Any) -> pb.CancelRunResponse:
        require_service("cli")
        run = await self._run(request.run_id)
        if run.state not in _UNDER_WAY:
            raise FailedPrecondition("the run is over", reason="RUN_ENDED")
        await self._starter.cancel()
        return pb.CancelRunResponse()

    async def _run(self, run_id: str) -> pb.Run:
        checks = Checks()
        checks.id("run_id", run_id)
        checks.done()
        run = await self._runs.get(run_id)
        if run is None:
            raise NotFound("there is no such run")
        return run
