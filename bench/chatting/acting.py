"""What people of a crowd do: each as the API has it, where they may and where they may not."""

from __future__ import annotations

import time
from contextlib import suppress

import grpc

from chatting.crowd import REFUSALS, Crowd
from chatting.playing import everything_said
from chatting.truth import marks_in
from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine_common.ids import new_id
from madeleine_common.testing.rig import TestPerson

_CALL_S = 60.0
_TOPICS = ("tea", "the garden", "our budget", "the trip to Lisbon", "the dentist", "花园", "旅行")
# What happens how often.
_WEIGHTS = {
    "say": 30, "ask": 8, "read": 16, "look": 6, "search": 8, "history": 4, "edit": 4, "delete": 2, "join": 6,
    "leave": 5, "share": 4, "remember": 3, "regenerate": 1, "summarise": 2, "switch": 2,
}  # fmt: skip


class Acting(Crowd):
    """A crowd whose people do something, one thing each."""

    async def one(self) -> None:
        """Does something at random; what is refused is counted."""
        name = self.dice.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        try:
            await getattr(self, f"_{name}")(self.dice.choice(self.people))
        except grpc.aio.AioRpcError as error:
            self.refused[f"{name} {error.code().name}"] += 1
            if error.code() not in REFUSALS:
                self.failed.append(f"{name}: {error.code().name}: {error.details()}")

    async def _say(self, person: TestPerson) -> None:
        await self._send(person, self.somewhere(person), "")

    async def _ask(self, person: TestPerson) -> None:
        await self._send(
            person, self.theirs(person), f"Madeleine, what do you know about {self.dice.choice(_TOPICS)}? "
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
        conversation, since = self.somewhere(person), time.monotonic()
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
        one = self.anywhere()
        found = await self.house.chats.GetConversation(
            pb.GetConversationRequest(conversation_id=one), metadata=person.call, timeout=_CALL_S
        )
        self.truth.read(person.person_id, self.audiences[one], since, "conversation", str(found))

    async def _search(self, person: TestPerson) -> None:
        since = time.monotonic()
        request = pb.SearchMessagesRequest(query=self.dice.choice(_TOPICS), page_size=50)
        if self.dice.random() < 0.3:
            request.conversation_id = self.anywhere()
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
        async with self.moving[group, person.person_id]:
            if self.truth.within(audience, person.person_id, time.monotonic()):
                return
            self.truth.joins(audience, person.person_id)
            try:
                await self.house.chats.AddMember(request, metadata=self.owners[group].call, timeout=_CALL_S)
            except grpc.aio.AioRpcError:
                self.truth.left(audience, person.person_id)
                raise
        self.watch(person, group)

    async def _leave(self, person: TestPerson) -> None:
        group = self.dice.choice(list(self.owners))
        owner = self.owners[group]
        if person is owner:
            return
        by = self.dice.choice((owner, person))
        request = pb.RemoveMemberRequest(conversation_id=group, person_id=person.person_id, idempotency_key=new_id())
        async with self.moving[group, person.person_id]:
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
        conversation, since = self.somewhere(person), time.monotonic()
        audience = self.audiences[conversation]
        listing = memory.ListMemoriesRequest(space=audience, page_size=200)
        held = await self.house.memories.ListMemories(listing, metadata=person.call, timeout=_CALL_S)
        self.truth.read(person.person_id, audience, since, "memories", "\n".join(m.text for m in held.memories))

    async def _regenerate(self, person: TestPerson) -> None:
        conversation = self.theirs(person)
        listing = pb.ListMessagesRequest(conversation_id=conversation, page_size=20)
        page = await self.house.chats.ListMessages(listing, metadata=person.call, timeout=_CALL_S)
        answers = [message for message in page.messages if message.sender == "assistant"]
        if answers:
            target = {"conversation_id": conversation, "message_id": self.dice.choice(answers).message_id}
            request = pb.RegenerateMessageRequest(**target, idempotency_key=new_id())
            await self.house.chats.RegenerateMessage(request, metadata=person.call, timeout=_CALL_S)

    async def _summarise(self, person: TestPerson) -> None:
        conversation, since = self.somewhere(person), time.monotonic()
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
