"""What a person does to their own memories: state, pin, forget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from google.protobuf.message import Message

from madeleine.memory.v1 import events_pb2 as ev
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of, utc_now
from madeleine_common.errors import FailedPrecondition, NotFound, Unavailable
from madeleine_common.events import EventStore, Executed, NewEvent, Repository
from madeleine_common.ids import new_id
from madeleine_memory.application.ports import Filters, Kept, Memories, Plans
from madeleine_memory.application.recall import Recall
from madeleine_memory.domain.ids import private_space, stream_of
from madeleine_memory.domain.ranking import near_the_best
from madeleine_memory.domain.space import Space, evolve, forget, pin

Decide = Callable[[Space], Sequence[Message]]
PLAN_LIFE = timedelta(minutes=10)
_PLAN_MOST = 50


class Keeping:
    """Commands on a caller's private space; each waits until its effect can be read back."""

    def __init__(self, store: EventStore, memories: Memories, plans: Plans, recall: Recall) -> None:
        self._spaces = Repository(store, Space, evolve)
        self._memories = memories
        self._plans = plans
        self._recall = recall

    def drop_cached(self, person_id: str) -> None:
        """Forgets what is cached of an erased person."""
        self._spaces.forget(stream_of(private_space(person_id)))

    async def state(self, caller: Principal, text: str, key: str, request: Message) -> Kept:
        """Keeps a statement; raises FailedPrecondition without the caller's consent to being remembered."""
        remembers = await self._memories.remembers(caller.person_id)
        if remembers is None:
            raise Unavailable("your sign-up has not reached memory yet; try again in a moment")
        if not remembers:
            raise FailedPrecondition("you have switched memory off; switch it on first", reason="MEMORY_OFF")
        space = private_space(caller.person_id)
        stated = ev.StatementRemembered(memory_id=new_id(), space=space, text=text, speaker_id=caller.person_id)
        done = await self._execute(caller, lambda _: [stated], key, request)
        (event,) = [e.message for e in done.events]
        if not isinstance(event, ev.StatementRemembered):
            raise NotFound("what this key stated was erased")
        return await self._own(caller, event.memory_id)

    async def pin(self, caller: Principal, memory_id: str, pinned: bool, key: str, request: Message) -> Kept:
        """Pins or unpins; raises NotFound for what is not in the caller's private space."""
        await self._own(caller, memory_id)
        await self._execute(caller, lambda state: pin(state, memory_id, pinned), key, request)
        return await self._own(caller, memory_id)

    async def plan(self, caller: Principal, wish: str) -> tuple[str, list[Kept]]:
        """(plan id, memories) that a wish to forget would remove; nothing is removed yet."""
        now = utc_now()
        filters = Filters((private_space(caller.person_id),), now)
        found = {r.memory.memory_id: r for r in await self._recall(wish, filters, _PLAN_MOST)}
        meant = [found[r.memory_id].memory for r in near_the_best([f.rank for f in found.values()])]
        plan_id = await self._plans.save(caller.person_id, [m.memory_id for m in meant], now + PLAN_LIFE)
        return plan_id, meant

    async def forget(self, caller: Principal, plan_id: str, key: str, request: Message) -> int:
        """Removes what the plan showed and returns how many; raises NotFound when the plan is gone."""
        planned = await self._plans.find(plan_id, caller.person_id, utc_now())
        space = private_space(caller.person_id)

        def decide(state: Space) -> list[Message]:
            # Asked only here: a repeat of a command that was done finds its events, whatever became of the plan.
            if planned is None:
                raise NotFound("there is no such plan, or its ten minutes are over; make a new one")
            return forget(state, space, planned)

        return len((await self._execute(caller, decide, key, request)).events)

    async def _execute(self, caller: Principal, decide: Decide, key: str, request: Message) -> Executed[Space]:
        space = private_space(caller.person_id)
        done = await self._spaces.execute(
            stream_of(space),
            lambda state: [NewEvent(message, space) for message in decide(state)],
            metadata_of(caller),
            command=command_key(caller, key, request),
        )
        # Whoever did something reads it back at once.
        await self._memories.shown(stream_of(space))
        return done

    async def _own(self, caller: Principal, memory_id: str) -> Kept:
        found = await self._memories.by_ids([private_space(caller.person_id)], [memory_id])
        if memory_id not in found:
            raise NotFound("there is no such memory in your private space")
        return found[memory_id]
