"""What a person does to their own memories: state, correct, pin, share, restore, forget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message

from madeleine.memory.v1 import events_pb2 as ev
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of, utc_now
from madeleine_common.errors import Denied, FailedPrecondition, NotFound, Unavailable
from madeleine_common.events import Executed, NewEvent, Repository
from madeleine_common.ids import new_id
from madeleine_memory.application.ports import Filters, Kept, Members, Memories, Plans
from madeleine_memory.application.recall import Recall
from madeleine_memory.domain import space as deciding
from madeleine_memory.domain.ids import conversation_space, private_space, stream_of
from madeleine_memory.domain.ranking import near_the_best
from madeleine_memory.domain.remarks import Remark
from madeleine_memory.domain.space import Space
from madeleine_memory.domain.times import timestamp
from madeleine_memory.domain.wishes import Wish, forget_wish, meant

Decide = Callable[[Space], Sequence[Message]]
PLAN_LIFE = timedelta(minutes=10)
_PLAN_MOST = 50
# Clocks differ: what is to be forgotten is so whatever time it bears.
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


class Keeping:
    """Commands on what is the caller's own; each waits until its effect can be read back."""

    def __init__(
        self, spaces: Repository[Space], memories: Memories, plans: Plans, recall: Recall, members: Members
    ) -> None:
        self._spaces = spaces
        self._memories = memories
        self._plans = plans
        self._recall = recall
        self._members = members

    def drop_cached(self, person_id: str) -> None:
        """Forgets what is cached of an erased person."""
        self._spaces.forget(stream_of(private_space(person_id)))

    async def state(self, caller: Principal, text: str, key: str, request: Message) -> Kept:
        """Keeps a statement; raises FailedPrecondition without consent to being remembered, or without room."""
        await self._consents(caller)
        space = private_space(caller.person_id)
        await self._has_room(space, len(text.encode()))
        stated = ev.StatementRemembered(memory_id=new_id(), space=space, text=text, speaker_id=caller.person_id)
        done = await self._execute(caller, space, lambda _: [stated], key, request)
        return await self._first(done, space, "what this key stated was erased")

    async def correct(self, caller: Principal, memory_id: str, text: str, key: str, request: Message) -> Kept:
        """Puts a statement in a memory's place; raises NotFound for what is not the caller's, and as `state` does."""
        await self._consents(caller)
        kept = await self._own(caller, memory_id)
        await self._has_room(kept.space, len(text.encode()))
        stated = ev.StatementRemembered(memory_id=new_id(), space=kept.space, text=text, speaker_id=caller.person_id)

        def decide(state: Space) -> list[Message]:
            closed = ev.MemorySuperseded(
                memory_id=memory_id,
                space=kept.space,
                superseded_by=stated.memory_id,
                valid_to=timestamp(utc_now()),
                probability=1.0,
            )
            if not (closing := deciding.supersede(state, closed)):
                raise FailedPrecondition("this memory was replaced before; correct what replaced it", reason="REPLACED")
            return [stated, *closing]

        done = await self._execute(caller, kept.space, decide, key, request)
        return await self._first(done, kept.space, "what this key stated was erased")

    async def pin(self, caller: Principal, memory_id: str, pinned: bool, key: str, request: Message) -> Kept:
        """Pins or unpins; raises NotFound for what is not the caller's, FailedPrecondition without room."""
        kept = await self._own(caller, memory_id)
        if pinned and not kept.pinned:
            await self._has_room(kept.space, kept.bytes)
        # By the row and not by our own events: a message that asks for it ("remember this: ...") is pinned as it comes.
        changed = ev.MemoryPinnedChanged(memory_id=memory_id, pinned=pinned)
        await self._execute(caller, kept.space, lambda _: [] if kept.pinned == pinned else [changed], key, request)
        return await self._own(caller, memory_id)

    async def restore(self, caller: Principal, memory_id: str, key: str, request: Message) -> Kept:
        """Brings a memory back from cold storage; raises NotFound for what is not the caller's."""
        kept = await self._own(caller, memory_id)
        revived = ev.MemoriesRevived(space=kept.space, memory_ids=[memory_id], reason="asked")
        await self._execute(caller, kept.space, lambda _: [revived] if kept.state == "cold" else [], key, request)
        return await self._own(caller, memory_id)

    async def share(self, caller: Principal, memory_id: str, conversation_id: str, key: str, request: Message) -> Kept:
        """Copies a private memory into a conversation; raises NotFound, Denied for one that the caller is not in."""
        kept = await self._own(caller, memory_id)
        if kept.space != private_space(caller.person_id):
            raise NotFound("there is no such memory in your private space")
        if not await self._members.includes(conversation_id, caller):
            raise Denied("you are not in this conversation", reason="NOT_A_MEMBER")
        space = conversation_space(conversation_id)
        await self._has_room(space, kept.bytes)
        shared = ev.MemoryShared(
            memory_id=new_id(),
            space=space,
            text=kept.text,
            speaker_id=caller.person_id,
            from_memory_id=memory_id,
            source_event_ids=kept.source_event_ids,
        )
        done = await self._execute(caller, space, lambda _: [shared], key, request)
        return await self._first(done, space, "what this key shared was erased")

    async def plan(self, caller: Principal, wish: str, space: str) -> tuple[str, list[Kept]]:
        """(plan id, memories) that a wish to forget would remove, with all that was made of them; nothing goes yet.

        Only what the caller said or recorded themselves; raises Denied for a space that they may not see.
        """
        now = utc_now()
        space = await self.visible(caller, space)
        understood = forget_wish(wish)
        if understood is not None and understood.points_back:
            own = await self._last_said(caller, space, wish)
        else:
            own = await self._about(caller, space, wish, understood, now)
        derived = await self._memories.derived([space], [m.memory_id for m in own]) if own else []
        planned = [*own, *(m for m in derived if m.speaker_id == caller.person_id)]
        plan_id = await self._plans.save(caller.person_id, [m.memory_id for m in planned], now + PLAN_LIFE)
        return plan_id, planned

    async def forget(self, caller: Principal, plan_id: str, key: str, request: Message) -> int:
        """Removes what the plan showed and returns how many; raises NotFound when the plan is gone."""
        planned = await self._plans.find(plan_id, caller.person_id, utc_now())
        space = private_space(caller.person_id)

        def decide(state: Space) -> list[Message]:
            # Asked only here: a repeat of a command that was done finds its events, whatever became of the plan.
            if planned is None:
                raise NotFound("there is no such plan, or its ten minutes are over; make a new one")
            return deciding.forget(state, space, planned)

        return len((await self._execute(caller, space, decide, key, request)).events)

    async def set_budget(
        self, caller: Principal, space: str, size: int, items: int, key: str, request: Message
    ) -> None:
        """Sets what a space may hold; less than is pinned there has even that wait."""
        await self._execute(
            caller, space, lambda state: deciding.set_budget(state, space, size, items), key, request, subject=""
        )

    async def visible(self, caller: Principal, space: str) -> str:
        """The space itself, the caller's own for an empty name; raises Denied for one that they may not see."""
        own = private_space(caller.person_id)
        if space in ("", own):
            return own
        kind, _, conversation_id = space.partition(":")
        if kind == "conversation" and await self._members.includes(conversation_id, caller):
            return space
        raise Denied(
            "people reach only their own space and those of conversations they are in", reason="NOT_YOUR_SPACE"
        )

    async def _about(
        self, caller: Principal, space: str, wish: str, understood: Wish | None, now: datetime
    ) -> list[Kept]:
        """What a wish is about: as it was understood, or else whatever matches it nearly as well as the best."""
        query = understood.target if understood is not None and understood.target else wish
        found = await self._recall(query, Filters((space,), _EVER, history=True), _PLAN_MOST, now=now)
        own = [r.memory for r in found if r.memory.speaker_id == caller.person_id]
        cold = await self._memories.cold_about(space, caller.person_id, query)
        if understood is not None:
            # Oldest first: "that password" is most likely the latest.
            in_time = sorted([*own, *cold], key=lambda m: (m.occurred_at, m.memory_id))
            places = meant(understood, [Remark(m.text, m.speaker_id, 0.5) for m in in_time])
            if places:
                return [in_time[place] for place in places]
        near = {r.memory_id for r in near_the_best([r.rank for r in found])}
        return [*(memory for memory in own if memory.memory_id in near), *cold]

    async def _last_said(self, caller: Principal, space: str, wish: str) -> list[Kept]:
        """What "forget that" means: the last that they said there before the wish itself, if that was remembered."""
        page = await self._memories.page(space, None, 50, True)
        return [m for m in page if m.speaker_id == caller.person_id and m.text.strip() != wish.strip()][:1]

    async def _consents(self, caller: Principal) -> None:
        remembers = await self._memories.remembers(caller.person_id)
        if remembers is None:
            raise Unavailable("your sign-up has not reached memory yet; try again in a moment")
        if not remembers:
            raise FailedPrecondition("you have switched memory off; switch it on first", reason="MEMORY_OFF")

    async def _has_room(self, space: str, size: int) -> None:
        use = await self._memories.use(space)
        if use.pinned_bytes + size > use.budget_bytes:
            raise FailedPrecondition(
                f"pinned memories take {use.pinned_bytes} of {use.budget_bytes} bytes; {size} more do not fit."
                " Unpin something first",
                reason="BUDGET_FULL",
            )

    async def _execute(
        self, caller: Principal, space: str, decide: Decide, key: str, request: Message, subject: str | None = None
    ) -> Executed[Space]:
        # Sealed by whose words they are, in whichever space: an erasure takes them along.
        sealed_for = private_space(caller.person_id) if subject is None else subject
        done = await self._spaces.execute(
            stream_of(space),
            lambda state: [NewEvent(message, sealed_for) for message in decide(state)],
            metadata_of(caller),
            command=command_key(caller, key, request),
        )
        # Whoever did something reads it back at once.
        await self._memories.shown(stream_of(space))
        return done

    async def _first(self, done: Executed[Space], space: str, erased: str) -> Kept:
        made = done.events[0].message if done.events else None
        if not isinstance(made, ev.StatementRemembered | ev.MemoryShared):
            raise NotFound(erased)
        found = await self._memories.by_ids([space], [made.memory_id])
        if made.memory_id not in found:
            raise NotFound("it was forgotten meanwhile")
        return found[made.memory_id]

    async def _own(self, caller: Principal, memory_id: str) -> Kept:
        """A memory of the caller's private space, or what they said in a conversation that they are in."""
        found = await self._memories.of_speaker(caller.person_id, memory_id)
        if found is None or (
            found.space != private_space(caller.person_id)
            and not await self._members.includes(found.space.partition(":")[2], caller)
        ):
            raise NotFound("there is no such memory of yours")
        return found
