"""People in groups and alone with the AI: who they are, where they are, and what comes to them live."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import grpc

from chatting.playing import everything_said
from chatting.truth import Truth
from chatting.whole_house import WholeHouse
from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_common.testing.rig import TestPerson

REFUSALS = (
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.ALREADY_EXISTS,
)


@dataclass
class Crowd:
    """All that is random is drawn by `dice`; what comes to anybody is held against `truth`."""

    house: WholeHouse
    dice: random.Random
    people: list[TestPerson] = field(default_factory=list[TestPerson])
    # Audience by conversation; of a group, its owner.
    audiences: dict[str, str] = field(default_factory=dict[str, str])
    owners: dict[str, TestPerson] = field(default_factory=dict[str, TestPerson])
    sent: list[tuple[TestPerson, pb.Message]] = field(default_factory=list[tuple[TestPerson, pb.Message]])
    unrecorded: set[str] = field(default_factory=set[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    failed: list[str] = field(default_factory=list[str])
    # One person goes in and out of one group one move at a time, or it would not be known where they are.
    moving: defaultdict[tuple[str, str], asyncio.Lock] = field(
        default_factory=lambda: defaultdict[tuple[str, str], asyncio.Lock](asyncio.Lock)
    )
    _watching: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def __post_init__(self) -> None:
        self.truth = Truth(self.dice)

    async def begin(self, people: int, groups: int) -> None:
        """Everybody signs up and has the AI to themselves; groups of a few."""
        names = [f"P{number}" for number in range(people)]
        self.people = list(await asyncio.gather(*(self.house.sign_up(name, "en") for name in names)))
        for person in self.people:
            await self.create(person, ())
        for _ in range(groups):
            owner, *others = self.dice.sample(self.people, self.dice.randint(3, 6))
            await self.create(owner, others)

    async def end(self) -> None:
        """Stops listening."""
        for task in self._watching:
            task.cancel()
        done = await asyncio.gather(*self._watching, return_exceptions=True)
        self.failed += [
            repr(e) for e in done if isinstance(e, BaseException) and not isinstance(e, asyncio.CancelledError)
        ]

    async def create(self, owner: TestPerson, others: Sequence[TestPerson]) -> None:
        """A group of these, or a direct chat; everybody listens."""
        made = await self.house.conversation(owner, *others)
        self.audiences[made] = f"conversation:{made}" if others else f"person:{owner.person_id}"
        if others:
            self.owners[made] = owner
        for person in (owner, *others):
            self.truth.joins(self.audiences[made], person.person_id)
            self.watch(person, made)

    def watch(self, person: TestPerson, conversation: str) -> None:
        """Somebody listens to a conversation from now on."""
        self._watching.add(asyncio.create_task(self._follow(person, conversation)))

    async def _follow(self, person: TestPerson, conversation: str) -> None:
        """Hears a conversation until it is refused."""
        audience = self.audiences[conversation]
        request = pb.StreamConversationRequest(conversation_id=conversation, after_cursor=-1)
        call = self.house.chats.StreamConversation(request, metadata=person.call)
        pieces: dict[str, str] = {}
        try:
            async for update in call:
                told = update.message if update.HasField("message") else update.answer_failed
                delta = update.answer_delta
                pieces[delta.message_id] = pieces.get(delta.message_id, "") + delta.text
                self.truth.told(
                    person.person_id, audience, "stream", f"{everything_said(told)}\n{pieces[delta.message_id]}"
                )
        except grpc.aio.AioRpcError as error:
            if error.code() not in REFUSALS:
                raise
        finally:
            call.cancel()

    def anywhere(self) -> str:
        """Any conversation."""
        return self.dice.choice(list(self.audiences))

    def theirs(self, person: TestPerson) -> str:
        """A conversation that they are in."""
        now = time.monotonic()
        own = [c for c, a in self.audiences.items() if self.truth.within(a, person.person_id, now)]
        return self.dice.choice(own)

    def somewhere(self, person: TestPerson) -> str:
        """Mostly where they are, sometimes where they are not."""
        return self.theirs(person) if self.dice.random() < 0.7 else self.anywhere()
