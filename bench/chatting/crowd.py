"""People in groups and alone with the AI, at once and at random; what anybody is shown is held against the truth."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import grpc

from chatting.playing import everything_said
from chatting.truth import Truth, marks_in
from chatting.whole_house import WholeHouse
from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine_common.ids import new_id
from madeleine_common.testing.rig import TestPerson
from madeleine_common.testing.waiting import eventually

_REFUSALS = (
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.ALREADY_EXISTS,
    # RPCs that are not built yet.
    grpc.StatusCode.UNIMPLEMENTED,
)
_CALL_S, _ANSWERS_S = 60.0, 120.0
_ENOUGH = 30
_TOPICS = ("tea", "the garden", "our budget", "the trip to Lisbon", "the dentist", "花园", "旅行")
# What happens how often.
_WEIGHTS = {
    "say": 30, "ask": 8, "read": 16, "look": 6, "search": 8, "history": 4, "edit": 4, "delete": 2, "join": 6,
    "leave": 5, "share": 4, "remember": 3, "regenerate": 1, "summarise": 2, "switch": 2,
}  # fmt: skip


@dataclass
class Crowd:
    """One operation each; all are drawn by `dice`."""

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
    _moving: defaultdict[tuple[str, str], asyncio.Lock] = field(
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
            await self._create(person, ())
        for _ in range(groups):
            owner, *others = self.dice.sample(self.people, self.dice.randint(3, 6))
            await self._create(owner, others)

    async def one(self) -> None:
        """Does something at random; what is refused is counted."""
        name = self.dice.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        try:
            await getattr(self, f"_{name}")(self.dice.choice(self.people))
        except grpc.aio.AioRpcError as error:
            self.refused[f"{name} {error.code().name}"] += 1
            if error.code() not in _REFUSALS:
                self.failed.append(f"{name}: {error.code().name}: {error.details()}")

    async def end(self) -> None:
        """Stops listening."""
        for task in self._watching:
            task.cancel()
        done = await asyncio.gather(*self._watching, return_exceptions=True)
        self.failed += [
            repr(e) for e in done if isinstance(e, BaseException) and not isinstance(e, asyncio.CancelledError)
        ]

    async def _create(self, owner: TestPerson, others: Sequence[TestPerson]) -> None:
        made = await self.house.conversation(owner, *others)
        self.audiences[made] = f"conversation:{made}" if others else f"person:{owner.person_id}"
        if others:
            self.owners[made] = owner
        for person in (owner, *others):
            self.truth.joins(self.audiences[made], person.person_id)
            self._watch(person, made)

    def _watch(self, person: TestPerson, conversation: str) -> None:
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
            if error.code() not in _REFUSALS:
                raise
        finally:
            call.cancel()

    def _anywhere(self) -> str:
        return self.dice.choice(list(self.audiences))

    def _theirs(self, person: TestPerson) -> str:
        now = time.monotonic()
        own = [c for c, a in self.audiences.items() if self.truth.within(a, person.person_id, now)]
        return self.dice.choice(own)

    def _somewhere(self, person: TestPerson) -> str:
        """Mostly where they are, sometimes where they are not."""
        return self._theirs(person) if self.dice.random() < 0.7 else self._anywhere()

    async def _say(self, person: TestPerson) -> None:
        await self._send(person, self._somewhere(person), "")

    async def _ask(self, person: TestPerson) -> None:
        await self._send(
            person, self._theirs(person), f"Madeleine, what do you know about {self.dice.choice(_TOPICS)}? "
        )

    async def _send(self, person: TestPerson, conversation: str, question: str) -> None:
        mark = self.truth.mark(self.audiences[conversation])
        text = f"{question}{self.dice.choice(['I like', 'we spoke of', '我们说起'])} {self.dice.choice(_TOPICS)} {mark}"
        # An answer to every remark to the AI alone would be all that happens.
        if not question and self.audiences[conversation].startswith("person:") and self.dice.random() < 0.7:
            return
        unrecorded = self.dice.random() < 0.1
        if unrecorded:
            self.unrecorded.add(mark)
        sent = await self.house.say(person, conversation, text, off_the_record=unrecorded)
        self.sent.append((person, sent))

    async def _read(self, person: TestPerson) -> None:
        conversation, since = self._somewhere(person), time.monotonic()
        request = pb.ListMessagesRequest(conversation_id=conversation, page_size=200)
        page = await self.house.chats.ListMessages(request, metadata=person.call, timeout=_CALL_S)
        text = "\n".join(everything_said(message) for message in page.messages)
        self.truth.read(person.person_id, self.audiences[conversation], since, "list", text)

    async def _look(self, person: TestPerson) -> None:
        since = time.monotonic()
        listed = await self.house.chats.ListConversations(
            pb.ListConversationsRequest(page_size=200), metadata=person.call, timeout=_CALL_S
        )
        for conversation in listed.conversations:
            audience = self.audiences.get(conversation.conversation_id, "")
            self.truth.read(person.person_id, audience, since, "conversations", str(conversation))
        one = self._anywhere()
        found = await self.house.chats.GetConversation(
            pb.GetConversationRequest(conversation_id=one), metadata=person.call, timeout=_CALL_S
        )
        self.truth.read(person.person_id, self.audiences[one], since, "conversation", str(found))

    async def _search(self, person: TestPerson) -> None:
        since = time.monotonic()
        request = pb.SearchMessagesRequest(query=self.dice.choice(_TOPICS), page_size=50)
        if self.dice.random() < 0.3:
            request.conversation_id = self._anywhere()
        found = await self.house.chats.SearchMessages(request, metadata=person.call, timeout=_CALL_S)
        for hit in found.hits:
            audience = self.audiences[hit.message.conversation_id]
            self.truth.read(person.person_id, audience, since, "search", str(hit))

    async def _history(self, person: TestPerson) -> None:
        _, message = self.dice.choice(self.sent or [(person, pb.Message())])
        since = time.monotonic()
        request = pb.GetMessageHistoryRequest(conversation_id=message.conversation_id, message_id=message.message_id)
        if message.message_id:
            told = await self.house.chats.GetMessageHistory(request, metadata=person.call, timeout=_CALL_S)
            audience = self.audiences[message.conversation_id]
            self.truth.read(person.person_id, audience, since, "history", str(told))

    async def _edit(self, person: TestPerson) -> None:
        person, message = self.dice.choice(self.sent or [(person, pb.Message())])
        if message.message_id:
            text = f"I meant {self.dice.choice(_TOPICS)} {self.truth.mark(self.audiences[message.conversation_id])}"
            if message.off_the_record:
                self.unrecorded |= marks_in(text)
            request = pb.EditMessageRequest(
                conversation_id=message.conversation_id,
                message_id=message.message_id,
                text=text,
                idempotency_key=new_id(),
            )
            await self.house.chats.EditMessage(request, metadata=person.call, timeout=_CALL_S)

    async def _delete(self, person: TestPerson) -> None:
        person, message = self.dice.choice(self.sent or [(person, pb.Message())])
        if message.message_id:
            target = {"conversation_id": message.conversation_id, "message_id": message.message_id}
            request = pb.DeleteMessageRequest(**target, idempotency_key=new_id())
            await self.house.chats.DeleteMessage(request, metadata=person.call, timeout=_CALL_S)

    async def _join(self, person: TestPerson) -> None:
        group = self.dice.choice(list(self.owners))
        audience = self.audiences[group]
        request = pb.AddMemberRequest(conversation_id=group, person_id=person.person_id, idempotency_key=new_id())
        async with self._moving[group, person.person_id]:
            if self.truth.within(audience, person.person_id, time.monotonic()):
                return
            self.truth.joins(audience, person.person_id)
            try:
                await self.house.chats.AddMember(request, metadata=self.owners[group].call, timeout=_CALL_S)
            except grpc.aio.AioRpcError:
                self.truth.left(audience, person.person_id)
                raise
        self._watch(person, group)

    async def _leave(self, person: TestPerson) -> None:
        group = self.dice.choice(list(self.owners))
        owner = self.owners[group]
        if person is owner:
            return
        by = self.dice.choice((owner, person))
        request = pb.RemoveMemberRequest(conversation_id=group, person_id=person.person_id, idempotency_key=new_id())
        async with self._moving[group, person.person_id]:
            await self.house.chats.RemoveMember(request, metadata=by.call, timeout=_CALL_S)
            self.truth.left(self.audiences[group], person.person_id)

    async def _share(self, person: TestPerson) -> None:
        """Something that they told the AI alone, with a group that they are in or not."""
        listing = memory.ListMemoriesRequest(space=f"person:{person.person_id}", page_size=50)
        own = (await self.house.memories.ListMemories(listing, metadata=person.call, timeout=_CALL_S)).memories
        if not own:
            return
        shared, group = self.dice.choice(own), self.dice.choice(list(self.owners))
        audience = self.audiences[group]
        request = memory.ShareMemoryRequest(memory_id=shared.memory_id, conversation_id=group, idempotency_key=new_id())
        added = [mark for mark in marks_in(shared.text) if audience not in self.truth.homes[mark]]
        for mark in added:
            self.truth.homes[mark].add(audience)
        try:
            await self.house.memories.ShareMemory(request, metadata=person.call, timeout=_CALL_S)
        except grpc.aio.AioRpcError:
            for mark in added:
                self.truth.homes[mark].discard(audience)
            raise

    async def _remember(self, person: TestPerson) -> None:
        """Looks at what memory holds, of theirs or of a group."""
        conversation, since = self._somewhere(person), time.monotonic()
        audience = self.audiences[conversation]
        listing = memory.ListMemoriesRequest(space=audience, page_size=200)
        held = await self.house.memories.ListMemories(listing, metadata=person.call, timeout=_CALL_S)
        self.truth.read(person.person_id, audience, since, "memories", "\n".join(m.text for m in held.memories))

    async def _regenerate(self, person: TestPerson) -> None:
        conversation = self._theirs(person)
        listing = pb.ListMessagesRequest(conversation_id=conversation, page_size=20)
        page = await self.house.chats.ListMessages(listing, metadata=person.call, timeout=_CALL_S)
        answers = [message for message in page.messages if message.sender == "assistant"]
        if answers:
            target = {"conversation_id": conversation, "message_id": self.dice.choice(answers).message_id}
            request = pb.RegenerateMessageRequest(**target, idempotency_key=new_id())
            await self.house.chats.RegenerateMessage(request, metadata=person.call, timeout=_CALL_S)

    async def _summarise(self, person: TestPerson) -> None:
        conversation, since = self._somewhere(person), time.monotonic()
        request = pb.SummarizeConversationRequest(conversation_id=conversation, question="what did we say today?")
        told = await self.house.chats.SummarizeConversation(request, metadata=person.call, timeout=_CALL_S)
        self.truth.read(person.person_id, self.audiences[conversation], since, "summary", str(told))

    async def _switch(self, person: TestPerson) -> None:
        """Memory off, or on again; the AI answers to its name, or when it judges that it should."""
        group = self.dice.choice(list(self.owners))
        mode = self.dice.choice((pb.ASSISTANT_MODE_MENTION, pb.ASSISTANT_MODE_AUTO))
        setting = pb.SetAssistantModeRequest(conversation_id=group, mode=mode, idempotency_key=new_id())
        await self.house.chats.SetAssistantMode(setting, metadata=self.owners[group].call, timeout=_CALL_S)
        request = pb.UpdateConversationRequest(conversation_id=group, idempotency_key=new_id())
        request.memory_off = self.dice.random() < 0.5
        with suppress(grpc.aio.AioRpcError):
            await self.house.chats.UpdateConversation(request, metadata=self.owners[group].call, timeout=_CALL_S)


async def run(
    house: WholeHouse, *, people: int, groups: int, seconds: float, at_once: int, seed: int
) -> dict[str, Any]:
    """What came of so many seconds; none of "leaks" and "failed" is wanted."""
    crowd = Crowd(house, random.Random(seed))  # noqa: S311 (nothing secret is drawn)
    await crowd.begin(people, groups)
    done, end = 0, time.monotonic() + seconds

    async def work() -> None:
        nonlocal done
        while time.monotonic() < end:
            await crowd.one()
            done += 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(work())
    await _answered(crowd)
    answers = await _committed(crowd)
    for prompt in house.recorder.prompts:
        crowd.truth.prompted(prompt.person_id, prompt.text)
    kept = await _remembered(crowd)
    await crowd.end()
    return {
        "leaks": crowd.truth.leaks,
        "failed": crowd.failed,
        "operations": done,
        "checks": crowd.truth.checks,
        "answers": answers,
        "memories": kept,
        "prompts": len(house.recorder.prompts),
        "refused": dict(crowd.refused),
    }


async def _answered(crowd: Crowd) -> None:
    """Waits until nobody waits for an answer, or enough were given; the model of a busy machine takes its time."""

    async def enough() -> bool:
        pool = crowd.house.chat.house.pool
        given = await pool.fetchval("SELECT count(*) FROM messages WHERE answer IS NOT NULL")
        return given >= _ENOUGH or not await pool.fetchval("SELECT EXISTS (SELECT FROM open_turns)")

    await eventually(enough, within_s=_ANSWERS_S, every_s=0.2)


async def _committed(crowd: Crowd) -> int:
    """Holds every answer, and the prompt that it was sampled from, against the truth; how many there are."""
    answers = 0
    for conversation, audience in crowd.audiences.items():
        async for event in crowd.house.chat.house.store.read_stream(f"conversation-{conversation}"):
            if isinstance(event.message, events.AnswerCompleted):
                answers += 1
                crowd.truth.holds(audience, "answer", str(event.message))
                prompt = crowd.house.recorder.text_of(event.message.trace.prompt_token_ids)
                crowd.truth.holds(audience, "prompt of an answer", prompt)
    return answers


async def _remembered(crowd: Crowd) -> int:
    """Holds all that memory has against the truth; how many memories there are."""
    async with crowd.house.memory.house.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
        rows = await connection.fetch("SELECT space, text FROM memory")
    for row in rows:
        crowd.truth.holds(row["space"], "memory", row["text"])
        crowd.truth.leaks += [f"memory: {m} was off the record" for m in marks_in(row["text"]) & crowd.unrecorded]
    return len(rows)
