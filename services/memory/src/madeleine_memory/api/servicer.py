"""MemoryService over gRPC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from madeleine.memory.v1 import memory_pb2 as pb
from madeleine.memory.v1.memory_pb2_grpc import MemoryServiceServicer
from madeleine_common.auth import principal, require_person
from madeleine_common.commands import utc_now
from madeleine_common.errors import Denied, Invalid, NotFound
from madeleine_common.rpc.checks import Checks
from madeleine_common.rpc.paging import decode_token, encode_token
from madeleine_memory.api.convert import as_message, explain
from madeleine_memory.application.keeping import Keeping
from madeleine_memory.application.ports import Filters, Members, Memories
from madeleine_memory.application.recall import Recall
from madeleine_memory.domain.ids import is_space, private_space

_MOST_SPACES = 100
_MOST_RECALLED = 50
_MOST_EXCLUDED = 200


class MemoryServicer(MemoryServiceServicer):
    """Recall for people and services; stating, pinning and forgetting for people alone."""

    def __init__(
        self, recall: Recall, memories: Memories, keeping: Keeping, members: Members, limit_bytes: int
    ) -> None:
        self._recall = recall
        self._memories = memories
        self._keeping = keeping
        self._members = members
        self._limit_bytes = limit_bytes

    async def Recall(self, request: pb.RecallRequest, context: Any) -> pb.RecallResponse:
        """Ranks what is relevant to a query in the caller's own space, or in those that a service names."""
        checks = Checks()
        checks.text("query", request.query, most=8000)
        checks.between("limit", request.limit, 0, _MOST_RECALLED)
        if len(request.spaces) > _MOST_SPACES:
            checks.bad("spaces", f"at most {_MOST_SPACES} are taken; there are {len(request.spaces)}")
        if len(request.exclude_event_ids) > _MOST_EXCLUDED:
            checks.bad("exclude_event_ids", f"at most {_MOST_EXCLUDED} are taken")
        for i, event_id in enumerate(request.exclude_event_ids):
            checks.id(f"exclude_event_ids[{i}]", event_id)
        before = _time(checks, "before", request.before) if request.HasField("before") else None
        after = _time(checks, "after", request.after) if request.HasField("after") else None
        _check_spaces(checks, "spaces", request.spaces)
        checks.done()
        spaces = _audience("spaces", request.spaces)
        filters = Filters(spaces, before or utc_now(), after, tuple(request.exclude_event_ids))
        found = await self._recall(request.query, filters, request.limit or 10)
        return pb.RecallResponse(
            memories=[pb.RecalledMemory(memory=as_message(r.memory), score=r.rank.score, why=r.rank.why) for r in found]
        )

    async def ListMemories(self, request: pb.ListMemoriesRequest, context: Any) -> pb.ListMemoriesResponse:
        """All that is held in a space, newest first; of a conversation's, for its members."""
        checks = Checks()
        size = checks.page_size(request.page_size)
        named = [request.space] if request.space else []
        _check_spaces(checks, "space", named)
        checks.done()
        (space,) = named if await self._is_shared(request.space) else _audience("space", named)
        rows = await self._memories.page(space, _page_after(request.page_token), size + 1)
        page = rows[:size]
        token = encode_token(page[-1].occurred_at.isoformat(), page[-1].memory_id) if len(rows) > size else ""
        total, _ = await self._memories.totals(space)
        return pb.ListMemoriesResponse(memories=[as_message(m) for m in page], next_page_token=token, total=total)

    async def _is_shared(self, space: str) -> bool:
        """True for the space of a conversation that the calling person is in."""
        kind, _, conversation_id = space.partition(":")
        caller = principal()
        return (
            kind == "conversation" and not caller.is_service and await self._members.includes(conversation_id, caller)
        )

    async def Remember(self, request: pb.RememberRequest, context: Any) -> pb.RememberResponse:
        """Keeps a statement of the caller, pinned."""
        caller = require_person()
        checks = Checks()
        checks.text("text", request.text, most=8000)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        kept = await self._keeping.state(caller, request.text, request.idempotency_key, request)
        return pb.RememberResponse(memory=as_message(kept))

    async def ExplainMemory(self, request: pb.ExplainMemoryRequest, context: Any) -> pb.ExplainMemoryResponse:
        """Where a memory of the caller's private space comes from."""
        caller = require_person()
        _check_id("memory_id", request.memory_id)
        found = await self._memories.by_ids([private_space(caller.person_id)], [request.memory_id])
        if request.memory_id not in found:
            raise NotFound("there is no such memory in your private space")
        kept = found[request.memory_id]
        return pb.ExplainMemoryResponse(memory=as_message(kept), reasons=explain(kept))

    async def PinMemory(self, request: pb.PinMemoryRequest, context: Any) -> pb.PinMemoryResponse:
        """Pins or unpins a memory of the caller's private space."""
        caller = require_person()
        checks = Checks()
        checks.id("memory_id", request.memory_id)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        kept = await self._keeping.pin(caller, request.memory_id, request.pinned, request.idempotency_key, request)
        return pb.PinMemoryResponse(memory=as_message(kept))

    async def PlanForget(self, request: pb.PlanForgetRequest, context: Any) -> pb.PlanForgetResponse:
        """What a wish to forget would remove; valid for ten minutes."""
        caller = require_person()
        checks = Checks()
        checks.text("wish", request.wish, most=2000)
        checks.done()
        plan_id, meant = await self._keeping.plan(caller, request.wish)
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

    async def GetBudget(self, request: pb.GetBudgetRequest, context: Any) -> pb.GetBudgetResponse:
        """Bytes that the caller's private space holds and may hold."""
        caller = require_person()
        _, used = await self._memories.totals(private_space(caller.person_id))
        return pb.GetBudgetResponse(used_bytes=used, limit_bytes=self._limit_bytes)


def _check_spaces(checks: Checks, field: str, spaces: Sequence[str]) -> None:
    for i, space in enumerate(spaces):
        if not is_space(space):
            path = f"{field}[{i}]" if field == "spaces" else field
            checks.bad(path, 'must be "person:<uuid>" or "conversation:<uuid>"')


def _audience(field: str, named: Sequence[str]) -> tuple[str, ...]:
    """The spaces to look in; raises Denied for one that the caller may not see, Invalid where a service names none."""
    caller = principal()
    own = private_space(caller.person_id)
    if not caller.is_service:
        if any(space != own for space in named):
            raise Denied("people reach only their own private space", reason="NOT_YOUR_SPACE")
        return (own,)
    if not named:
        raise Invalid(field, "is required of services: name the spaces that the audience may see")
    # A service that acts for somebody never reaches into another person's private space.
    if caller.person_id and any(space.startswith("person:") and space != own for space in named):
        raise Denied("this is another person's private space", reason="NOT_YOUR_SPACE")
    return tuple(dict.fromkeys(named))


def _check_id(field: str, value: str) -> None:
    checks = Checks()
    checks.id(field, value)
    checks.done()


def _time(checks: Checks, field: str, value: Timestamp) -> datetime | None:
    try:
        return value.ToDatetime(UTC)
    except (ValueError, OverflowError):
        checks.bad(field, "is not a time between the years 1 and 9999")
        return None


def _page_after(token: str) -> tuple[datetime, str] | None:
    key = decode_token(token, str, str)
    if key is None:
        return None
    occurred_at, memory_id = str(key[0]), str(key[1])
    checks = Checks()
    checks.id("page_token", memory_id)
    checks.done()
    try:
        return datetime.fromisoformat(occurred_at), memory_id
    except ValueError as error:
        raise Invalid("page_token", "is not a token that this service gave") from error
