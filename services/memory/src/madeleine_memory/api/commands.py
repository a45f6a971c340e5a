"""MemoryService over gRPC: what is done to memories."""

from __future__ import annotations

from typing import Any

from madeleine.memory.v1 import memory_pb2 as pb
from madeleine.memory.v1.memory_pb2_grpc import MemoryServiceServicer
from madeleine_common.auth import require_person, require_service
from madeleine_common.commands import utc_now
from madeleine_common.rpc.checks import Checks
from madeleine_memory.api.audience import check_spaces, time_of
from madeleine_memory.api.convert import as_message
from madeleine_memory.application.keeping import Keeping
from madeleine_memory.application.tidying import Tidying

_MOST_BYTES = 1 << 40


class MemoryCommands(MemoryServiceServicer):
    """Stating, correcting, pinning, sharing, restoring and forgetting, for people; budgets, for services."""

    def __init__(self, keeping: Keeping, tidying: Tidying) -> None:
        self._keeping = keeping
        self._tidying = tidying

    async def Remember(self, request: pb.RememberRequest, context: Any) -> pb.RememberResponse:
        """Keeps a statement of the caller, pinned."""
        caller = require_person()
        checks = Checks()
        checks.text("text", request.text, most=8000)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        kept = await self._keeping.state(caller, request.text, request.idempotency_key, request)
        return pb.RememberResponse(memory=as_message(kept))

    async def CorrectMemory(self, request: pb.CorrectMemoryRequest, context: Any) -> pb.CorrectMemoryResponse:
        """Puts what the caller says in the place of a memory of theirs."""
        caller = require_person()
        checks = Checks()
        checks.id("memory_id", request.memory_id)
        checks.text("text", request.text, most=8000)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        kept = await self._keeping.correct(caller, request.memory_id, request.text, request.idempotency_key, request)
        return pb.CorrectMemoryResponse(memory=as_message(kept))

    async def PinMemory(self, request: pb.PinMemoryRequest, context: Any) -> pb.PinMemoryResponse:
        """Pins or unpins a memory of the caller's."""
        caller = require_person()
        _check_id_and_key(request.memory_id, request.idempotency_key)
        kept = await self._keeping.pin(caller, request.memory_id, request.pinned, request.idempotency_key, request)
        return pb.PinMemoryResponse(memory=as_message(kept))

    async def RestoreMemory(self, request: pb.RestoreMemoryRequest, context: Any) -> pb.RestoreMemoryResponse:
        """Brings a memory of the caller's back from cold storage; it may wait for room."""
        caller = require_person()
        _check_id_and_key(request.memory_id, request.idempotency_key)
        kept = await self._keeping.restore(caller, request.memory_id, request.idempotency_key, request)
        return pb.RestoreMemoryResponse(memory=as_message(kept))

    async def ShareMemory(self, request: pb.ShareMemoryRequest, context: Any) -> pb.ShareMemoryResponse:
        """Copies a private memory into a conversation that the caller is in."""
        caller = require_person()
        checks = Checks()
        checks.id("memory_id", request.memory_id)
        checks.id("conversation_id", request.conversation_id)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        kept = await self._keeping.share(
            caller, request.memory_id, request.conversation_id, request.idempotency_key, request
        )
        return pb.ShareMemoryResponse(memory=as_message(kept))

    async def PlanForget(self, request: pb.PlanForgetRequest, context: Any) -> pb.PlanForgetResponse:
        """What a wish to forget would remove; valid for ten minutes."""
        caller = require_person()
        checks = Checks()
        checks.text("wish", request.wish, most=2000)
        check_spaces(checks, "space", [request.space] if request.space else [])
        checks.done()
        plan_id, meant = await self._keeping.plan(caller, request.wish, request.space)
        return pb.PlanForgetResponse(plan_id=plan_id, memories=[as_message(m) for m in meant])

    async def Forget(self, request: pb.ForgetRequest, context: Any) -> pb.ForgetResponse:
        """Removes exactly what a plan showed."""
        caller = require_person()
        checks = Checks()
        checks.id("plan_id", request.plan_id)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        forgotten = await self._keeping.forget(caller, request.plan_id, request.idempotency_key, request)
        return pb.ForgetResponse(forgotten=forgotten)

    async def SetBudget(self, request: pb.SetBudgetRequest, context: Any) -> pb.SetBudgetResponse:
        """Sets what a space may hold."""
        caller = require_service()
        checks = Checks()
        check_spaces(checks, "space", [request.space])
        checks.between("bytes", request.bytes, 0, _MOST_BYTES)
        checks.between("items", request.items, 0, _MOST_BYTES)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        await self._keeping.set_budget(
            caller, request.space, request.bytes, request.items, request.idempotency_key, request
        )
        return pb.SetBudgetResponse()

    async def TidySpace(self, request: pb.TidySpaceRequest, context: Any) -> pb.TidySpaceResponse:
        """Judges what is new in a space and brings it within its budget; returns when that is done."""
        require_service()
        checks = Checks()
        check_spaces(checks, "space", [request.space])
        at = time_of(checks, "at", request.at) if request.HasField("at") else None
        checks.done()
        done = await self._tidying(request.space, at or utc_now())
        return pb.TidySpaceResponse(
            superseded=done.superseded,
            repeats=done.repeats,
            condensed=done.condensed,
            cooled=done.cooled,
            revived=done.revived,
        )


def _check_id_and_key(memory_id: str, key: str) -> None:
    checks = Checks()
    checks.id("memory_id", memory_id)
    checks.idempotency_key(key)
    checks.done()
