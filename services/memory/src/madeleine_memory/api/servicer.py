"""MemoryService over gRPC: what is asked of memory. What is done to it: `commands.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from madeleine.memory.v1 import memory_pb2 as pb
from madeleine_common.auth import principal, require_person
from madeleine_common.commands import utc_now
from madeleine_common.errors import NotFound
from madeleine_common.rpc.checks import Checks
from madeleine_common.rpc.paging import decode_token, encode_token
from madeleine_memory.api.audience import audience, check_events, check_spaces, page_after, time_of, zone_of
from madeleine_memory.api.commands import MemoryCommands
from madeleine_memory.api.convert import as_message, explain
from madeleine_memory.application.keeping import Keeping
from madeleine_memory.application.ports import Filters, Kept, Memories
from madeleine_memory.application.profile import Profiles
from madeleine_memory.application.recall import Recall, Recalled
from madeleine_memory.application.tidying import Tidying
from madeleine_memory.domain.context import Source, pack

_MOST_RECALLED = 50
# About as many as there are candidates: what comes later was hardly meant.
_MOST_FOUND = 100
_LEAST_TOKENS, _TOKENS, _MOST_TOKENS = 16, 512, 32_000


class MemoryServicer(MemoryCommands):
    """Recall for people and services; all else that people may know of what is held about them."""

    def __init__(
        self,
        recall: Recall,
        memories: Memories,
        keeping: Keeping,
        tidying: Tidying,
        profiles: Profiles,
    ) -> None:
        super().__init__(keeping, tidying)
        self._recall = recall
        self._memories = memories
        self._profiles = profiles

    async def Recall(self, request: pb.RecallRequest, context: Any) -> pb.RecallResponse:
        """Ranks what is relevant to a query in the caller's own space, or in those that a service names."""
        checks = Checks()
        checks.text("query", request.query, most=8000)
        checks.between("limit", request.limit, 0, _MOST_RECALLED)
        check_events(checks, "exclude_event_ids", request.exclude_event_ids)
        before = time_of(checks, "before", request.before) if request.HasField("before") else None
        after = time_of(checks, "after", request.after) if request.HasField("after") else None
        check_spaces(checks, "spaces", request.spaces)
        zone = zone_of(checks, request.time_zone)
        checks.done()
        filters = Filters(
            audience("spaces", request.spaces),
            before or utc_now(),
            after,
            tuple(request.exclude_event_ids),
            request.include_superseded,
        )
        found = await self._recall(request.query, filters, request.limit or 10, zone)
        return pb.RecallResponse(memories=[_recalled(r) for r in found])

    async def StreamContext(
        self, request: pb.StreamContextRequest, context: Any
    ) -> AsyncIterator[pb.StreamContextResponse]:
        """Lines for a prompt, one message each, in reading order; the last message has the sum alone."""
        checks = Checks()
        checks.text("query", request.query, most=8000)
        if request.token_budget:
            checks.between("token_budget", request.token_budget, _LEAST_TOKENS, _MOST_TOKENS)
        check_events(checks, "exclude_event_ids", request.exclude_event_ids)
        before = time_of(checks, "before", request.before) if request.HasField("before") else None
        check_spaces(checks, "spaces", request.spaces)
        zone = zone_of(checks, request.time_zone)
        checks.done()
        spaces = audience("spaces", request.spaces)
        filters = Filters(spaces, before or utc_now(), None, tuple(request.exclude_event_ids))
        found = await self._recall(request.query, filters, _MOST_RECALLED, zone)
        sources = [Source(r.memory.speaker_name, r.memory.text, r.memory.occurred_at) for r in found]
        total = 0
        for line in pack(sources, request.token_budget or _TOKENS):
            total += line.tokens
            yield pb.StreamContextResponse(
                line=line.text, recalled=_recalled(found[line.at]), tokens=line.tokens, total_tokens=total
            )
        yield pb.StreamContextResponse(total_tokens=total)

    async def SearchMemories(self, request: pb.SearchMemoriesRequest, context: Any) -> pb.SearchMemoriesResponse:
        """Ranks like Recall, page by page, in the caller's space or that of a conversation they are in."""
        caller = require_person()
        checks = Checks()
        checks.text("query", request.query, most=8000)
        checks.between("page_size", request.page_size, 0, 100)
        zone = zone_of(checks, request.time_zone)
        check_spaces(checks, "space", [request.space] if request.space else [])
        checks.done()
        size = request.page_size or 20
        key = decode_token(request.page_token, int)
        begin = max(0, int(key[0])) if key else 0
        space = await self._keeping.visible(caller, request.space)
        filters = Filters((space,), utc_now(), history=request.include_superseded)
        found = await self._recall(request.query, filters, min(begin + size + 1, _MOST_FOUND), zone)
        token = encode_token(begin + size) if len(found) > begin + size else ""
        return pb.SearchMemoriesResponse(
            memories=[_recalled(r) for r in found[begin : begin + size]], next_page_token=token
        )

    async def GetProfile(self, request: pb.GetProfileRequest, context: Any) -> pb.GetProfileResponse:
        """What is held to be lasting about the caller."""
        caller = require_person()
        checks = Checks()
        checks.between("limit", request.limit, 0, 100)
        checks.done()
        profile = await self._profiles(caller.person_id, request.limit or 20)
        return pb.GetProfileResponse(
            person_id=caller.person_id,
            display_name=profile.display_name,
            remembers=profile.remembers,
            facts=[pb.ProfileFact(memory=as_message(kept), lasting=lasting) for kept, lasting in profile.facts],
        )

    async def ListMemories(self, request: pb.ListMemoriesRequest, context: Any) -> pb.ListMemoriesResponse:
        """All that is held in a space, newest first; of a conversation's, for its members."""
        checks = Checks()
        size = checks.page_size(request.page_size)
        check_spaces(checks, "space", [request.space] if request.space else [])
        checks.done()
        space = await self._readable(request.space)
        rows = await self._memories.page(space, page_after(request.page_token), size + 1, request.include_cold)
        page = rows[:size]
        token = encode_token(page[-1].occurred_at.isoformat(), page[-1].memory_id) if len(rows) > size else ""
        use = await self._memories.use(space)
        total = use.memories + use.waiting_memories + (use.cold_memories if request.include_cold else 0)
        return pb.ListMemoriesResponse(memories=[as_message(m) for m in page], next_page_token=token, total=total)

    async def ExportMemories(
        self, request: pb.ExportMemoriesRequest, context: Any
    ) -> AsyncIterator[pb.ExportMemoriesResponse]:
        """All that is held in a space, newest first, each with the reasons why it is as it is."""
        checks = Checks()
        check_spaces(checks, "space", [request.space] if request.space else [])
        checks.done()
        space = await self._readable(request.space)
        after = None
        while rows := await self._memories.page(space, after, 200, True):
            for kept in rows:
                yield pb.ExportMemoriesResponse(memory=as_message(kept), reasons=explain(kept))
            after = (rows[-1].occurred_at, rows[-1].memory_id)

    async def ExplainMemory(self, request: pb.ExplainMemoryRequest, context: Any) -> pb.ExplainMemoryResponse:
        """Where a memory comes from, what it is worth, and why it is or is not recalled."""
        kept = await self._one(request.memory_id, request.space)
        return pb.ExplainMemoryResponse(memory=as_message(kept), reasons=explain(kept))

    async def GetHistory(self, request: pb.GetHistoryRequest, context: Any) -> pb.GetHistoryResponse:
        """What a memory replaced, in turn, and what replaced it."""
        kept = await self._one(request.memory_id, request.space)
        rows = await self._memories.history(kept.space, kept.memory_id)
        return pb.GetHistoryResponse(memories=[as_message(m) for m in rows])

    async def GetBudget(self, request: pb.GetBudgetRequest, context: Any) -> pb.GetBudgetResponse:
        """What the caller's private space holds and may hold."""
        caller = require_person()
        use = await self._memories.use(await self._keeping.visible(caller, ""))
        return pb.GetBudgetResponse(
            used_bytes=use.bytes,
            limit_bytes=use.budget_bytes,
            used_items=use.memories,
            limit_items=use.budget_items or 0,
            pinned_bytes=use.pinned_bytes,
            cold_items=use.cold_memories,
            cold_bytes=use.cold_bytes,
            waiting_items=use.waiting_memories,
        )

    async def _one(self, memory_id: str, named: str) -> Kept:
        caller = require_person()
        checks = Checks()
        checks.id("memory_id", memory_id)
        check_spaces(checks, "space", [named] if named else [])
        checks.done()
        space = await self._keeping.visible(caller, named)
        found = await self._memories.by_ids([space], [memory_id])
        if memory_id not in found:
            where = "this conversation's space" if named.startswith("conversation:") else "your private space"
            raise NotFound(f"there is no such memory in {where}")
        return found[memory_id]

    async def _readable(self, named: str) -> str:
        """The one space to list: a service's as it names it, a person's own or of a conversation they are in."""
        caller = principal()
        if caller.is_service:
            (space,) = audience("space", [named] if named else [])
            return space
        return await self._keeping.visible(caller, named)


def _recalled(one: Recalled) -> pb.RecalledMemory:
    return pb.RecalledMemory(memory=as_message(one.memory), score=one.rank.score, why=one.rank.why)
