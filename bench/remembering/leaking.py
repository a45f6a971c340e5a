"""What people and services do at random with the real memory service, each time held against the truth."""

from __future__ import annotations

import random
import time
from typing import Any

import grpc
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct

from madeleine.chat.v1 import events_pb2 as chat
from madeleine.memory.v1 import memory_pb2 as pb
from madeleine.miniapp.v1 import events_pb2 as miniapp
from madeleine_common.auth import Principal, ServiceTokens
from madeleine_common.ids import new_id
from madeleine_common.testing.rig import TestPerson
from remembering.playing import House, Play, words_of

_TOPICS = ("tea", "rain", "music", "the garden", "a trip to Lisbon", "our budget", "the dentist", "花园", "旅行")
REFUSALS = (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION)
_CALL_S = 60.0
# What happens how often.
_WEIGHTS = {
    "say": 26, "edit": 4, "record": 4, "move": 5, "recall": 9, "context": 7, "search": 8, "recall_for": 9, "read": 12,
    "look": 4, "remember": 2, "pin": 2, "correct": 2, "share": 4, "forget": 2, "budget": 2, "tidy": 2,
}  # fmt: skip


class Crowd(Play):
    """One operation each; all are drawn by `dice`."""

    def __init__(self, house: House, members: dict[str, list[str]], dice: random.Random) -> None:
        super().__init__(house, members, dice)
        self.chat = ServiceTokens("chat", self.servers.keys / "chat.pem")

    async def one(self) -> None:
        """Does something at random; raises what the service answers."""
        name = self.dice.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        await getattr(self, f"_{name}")(self.dice.choice(self.people), time.monotonic())

    def _where(self, person: TestPerson) -> str:
        """A space that somebody may see now."""
        groups = [f"conversation:{g}" for g in self.groups if person.person_id in self.members[g]]
        return self.dice.choice([f"person:{person.person_id}", *groups])

    def _anywhere(self) -> str:
        kinds = [f"conversation:{self.dice.choice(self.groups)}", f"person:{self.dice.choice(self.people).person_id}"]
        return self.dice.choice(kinds)

    def _text(self, person: TestPerson, space: str, like: str = "") -> str:
        word = self.truth.new(person.person_id, space, like)
        return f"{self.dice.choice(['I like', 'we spoke of', '我们说起'])} {self.dice.choice(_TOPICS)} {word}"

    def _query(self) -> str:
        """Common words, and words that others' texts alone have."""
        words = list(self.truth.homes)[-300:]
        return f"{self.dice.choice(_TOPICS)} {' '.join(self.dice.sample(words, min(3, len(words))))}"

    def _mine(self, person: TestPerson) -> pb.Memory:
        return self.dice.choice(self.truth.own[person.person_id] or [pb.Memory(memory_id=new_id())])

    async def _say(self, person: TestPerson, since: float) -> None:
        space = self._where(person)
        stream = f"conversation-{space.partition(':')[2]}"
        text = self._text(person, space)
        sent = chat.MessageSent(
            conversation_id=stream.partition("-")[2],
            message_id=new_id(),
            sender_id=person.person_id,
            sender_name=person.name,
            text=text + self.dice.choice(["", " and a lot of other things besides" * self.dice.randint(1, 20)]),
            memory_space=space,
        )
        await self.publish("chat", stream, sent, f"person:{person.person_id}")
        self.sent.append((person, sent, text.split()[-1], space))

    async def _edit(self, person: TestPerson, since: float) -> None:
        if not self.sent:
            return
        at = self.dice.randrange(len(self.sent))
        person, sent, word, space = self.sent[at]
        if person not in self.people:
            return
        text = self._text(person, space, word)
        del self.sent[at]
        edited = chat.MessageEdited(
            conversation_id=sent.conversation_id, message_id=sent.message_id, edited_by=person.person_id, text=text
        )
        stream = f"conversation-{sent.conversation_id}"
        version = await self.publish("chat", stream, edited, f"person:{person.person_id}")
        await self.handled("chat", stream, version)
        # A copy that was shared into the same space would stay.
        if self.truth.homes[word][space] == 1:
            self.truth.gone[space, word] = time.monotonic()

    async def _record(self, person: TestPerson, since: float) -> None:
        space, app = self._where(person), new_id()
        added = miniapp.RecordAdded(
            app_id=app,
            record_id=new_id(),
            values=ParseDict({"name": self._text(person, space), "kcal": 640}, Struct()),
            entered_by=person.person_id,
            app_title="Meal log",
            memory_space=space,
            entity_label="Meal",
        )
        await self.publish("miniapp", f"app-{app}", added, f"person:{person.person_id}")

    async def _move(self, person: TestPerson, since: float) -> None:
        group = self.dice.choice(self.groups)
        if person.person_id not in self.members[group]:
            self.join(group, person)
        elif len(self.members[group]) > 2:
            self.leave(group, person.person_id)

    async def _recall(self, person: TestPerson, since: float) -> None:
        request = pb.RecallRequest(query=self._query(), limit=50, include_superseded=self.dice.random() < 0.3)
        if self.dice.random() < 0.2:
            request.spaces.append(self._anywhere())
        answer = await self.stub.Recall(request, metadata=person.call, timeout=_CALL_S)
        memories = [r.memory for r in answer.memories]
        self.truth.check(person.name, [f"person:{person.person_id}"], since, memories)

    async def _recall_for(self, person: TestPerson, since: float) -> None:
        """Chat, for an audience or for a person: another person's own space is closed to the latter."""
        acting = self.dice.random() < 0.5
        spaces = [self._anywhere() for _ in range(self.dice.randint(1, 4))]
        call = (("authorization", f"Bearer {self._token(person if acting else None)}"),)
        request = pb.RecallRequest(query=self._query(), spaces=spaces, limit=50)
        answer = await self.stub.Recall(request, metadata=call, timeout=_CALL_S)
        own = f"person:{person.person_id}"
        may = [s for s in spaces if not acting or s == own or not s.startswith("person:")]
        self.truth.check("chat", may, since, [r.memory for r in answer.memories])

    async def _context(self, person: TestPerson, since: float) -> None:
        spaces = [] if self.dice.random() < 0.5 else [self._anywhere(), f"person:{person.person_id}"]
        call = person.call if not spaces else self.servers.service_call("chat")
        request = pb.StreamContextRequest(query=self._query(), spaces=spaces, token_budget=2000)
        async for part in self.stub.StreamContext(request, metadata=call, timeout=_CALL_S):
            if part.line:
                seen = spaces or [f"person:{person.person_id}"]
                self.truth.check("context", seen, since, [part.recalled.memory])
                self.truth.check_text("context", set(seen), since, part.line)

    async def _search(self, person: TestPerson, since: float) -> None:
        space = self._anywhere() if self.dice.random() < 0.6 else self._where(person)
        request = pb.SearchMemoriesRequest(query=self._query(), space=space, page_size=100, include_superseded=True)
        answer = await self.stub.SearchMemories(request, metadata=person.call, timeout=_CALL_S)
        self._seen(person, space, since, [r.memory for r in answer.memories])

    async def _read(self, person: TestPerson, since: float) -> None:
        """Lists or exports a space, with what lies in cold storage."""
        space = self._anywhere() if self.dice.random() < 0.6 else self._where(person)
        if self.dice.random() < 0.5:
            listing = pb.ListMemoriesRequest(space=space, page_size=200, include_cold=True)
            memories = list((await self.stub.ListMemories(listing, metadata=person.call, timeout=_CALL_S)).memories)
        else:
            exporting = pb.ExportMemoriesRequest(space=space)
            export = self.stub.ExportMemories(exporting, metadata=person.call, timeout=_CALL_S)
            memories = [part.memory async for part in export]
        self._seen(person, space, since, memories)

    async def _look(self, person: TestPerson, since: float) -> None:
        """Asks after a memory that may be anybody's, in a space that may be."""
        memory, space = self._mine(self.dice.choice(self.people)), self._anywhere()
        kind = self.dice.choice(["ExplainMemory", "GetHistory", "GetProfile"])
        if kind == "GetProfile":
            profile = await self.stub.GetProfile(pb.GetProfileRequest(limit=100), metadata=person.call)
            self._seen(person, f"person:{person.person_id}", since, [f.memory for f in profile.facts])
        elif kind == "GetHistory":
            asked = pb.GetHistoryRequest(memory_id=memory.memory_id, space=space)
            self._seen(person, space, since, (await self.stub.GetHistory(asked, metadata=person.call)).memories)
        else:
            told = pb.ExplainMemoryRequest(memory_id=memory.memory_id, space=space)
            self._seen(person, space, since, [(await self.stub.ExplainMemory(told, metadata=person.call)).memory])

    def _seen(self, person: TestPerson, space: str, since: float, memories: Any) -> None:
        may = [space] if self.truth.sees(person.person_id, space, since) else []
        if memories and not may:
            self.truth.leaks.append(f"{person.name} looked into {space}")
        self.truth.check(person.name, may, since, memories)

    async def _remember(self, person: TestPerson, since: float) -> None:
        text = self._text(person, f"person:{person.person_id}")
        request = pb.RememberRequest(text=text, idempotency_key=new_id())
        answer = await self.stub.Remember(request, metadata=person.call, timeout=_CALL_S)
        self.truth.check(person.name, [f"person:{person.person_id}"], since, [answer.memory])

    async def _pin(self, person: TestPerson, since: float) -> None:
        memory = self._mine(self.dice.choice([person, self.dice.choice(self.people)]))
        pinned = self.dice.random() < 0.5
        request = pb.PinMemoryRequest(memory_id=memory.memory_id, pinned=pinned, idempotency_key=new_id())
        kept = (await self.stub.PinMemory(request, metadata=person.call, timeout=_CALL_S)).memory
        self._seen(person, kept.space, since, [kept])

    async def _correct(self, person: TestPerson, since: float) -> None:
        memory = self._mine(person)
        text = self._text(person, memory.space or f"person:{person.person_id}")
        request = pb.CorrectMemoryRequest(memory_id=memory.memory_id, text=text, idempotency_key=new_id())
        kept = (await self.stub.CorrectMemory(request, metadata=person.call, timeout=_CALL_S)).memory
        self._seen(person, kept.space, since, [kept])

    async def _share(self, person: TestPerson, since: float) -> None:
        memory, group = self._mine(person), self.dice.choice(self.groups)
        space = f"conversation:{group}"
        homes = [self.truth.homes[word] for word in words_of(memory.text)]
        for home in homes:
            home[space] += 1
        request = pb.ShareMemoryRequest(memory_id=memory.memory_id, conversation_id=group, idempotency_key=new_id())
        try:
            kept = (await self.stub.ShareMemory(request, metadata=person.call, timeout=_CALL_S)).memory
        except grpc.aio.AioRpcError as error:
            if error.code() in REFUSALS:
                for home in homes:
                    home[space] -= 1
            raise
        self._seen(person, space, since, [kept])

    async def _forget(self, person: TestPerson, since: float) -> None:
        wish = pb.PlanForgetRequest(wish=f"forget {self._mine(person).text or 'the dentist'}"[:200])
        if self.dice.random() < 0.4:
            wish.space = self._anywhere()
        plan = await self.stub.PlanForget(wish, metadata=person.call, timeout=_CALL_S)
        for memory in plan.memories:
            # Their own words, wherever a copy of them is, and never another's.
            if memory.speaker_id != person.person_id:
                self.truth.leaks.append(f"{person.name} may forget what another said: {memory.text}")
            self.truth.check_text(person.name, {memory.space}, since, memory.text)
        if len(plan.memories) > 4:
            return
        request = pb.ForgetRequest(plan_id=plan.plan_id, idempotency_key=new_id())
        await self.stub.Forget(request, metadata=person.call, timeout=_CALL_S)
        done = time.monotonic()
        for memory in plan.memories:
            for word in words_of(memory.text):
                # Said or shared twice into the same space, one of them stays.
                if self.truth.homes[word][memory.space] == 1:
                    self.truth.gone[memory.space, word] = done

    async def _budget(self, person: TestPerson, since: float) -> None:
        size, items = self.dice.choice([0, 200, 500, 2000, 5000]), self.dice.choice([0, 0, 3, 20])
        request = pb.SetBudgetRequest(space=self._anywhere(), bytes=size, items=items, idempotency_key=new_id())
        await self.stub.SetBudget(request, metadata=self.servers.service_call("chat"), timeout=_CALL_S)

    async def _tidy(self, person: TestPerson, since: float) -> None:
        await self.tidy(self._anywhere())

    def _token(self, person: TestPerson | None) -> str:
        return self.chat.token(
            Principal(f"person:{person.person_id}", person.person_id, person.name) if person else None
        )
