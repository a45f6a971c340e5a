"""What people do in conversations: load, decide, append."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.identity.v1 import identity_pb2 as identity
from madeleine_chat.application.attachment_ports import NotToSend, UploadRows
from madeleine_chat.application.judging import Decide, error_of, sealed, stream_of
from madeleine_chat.application.ports import People
from madeleine_chat.domain import frame, membership, talking
from madeleine_chat.domain.attaching import not_to_send
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.refusals import Refused
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of, utc_now
from madeleine_common.errors import FieldViolation, Invalid
from madeleine_common.events import Executed, Repository
from madeleine_common.events.appending import SideWrite
from madeleine_common.ids import new_id

Done = Executed[Conversation]


def until_of(request: pb.MuteConversationRequest | pb.MuteMemberRequest) -> datetime | None:
    """Until when, in UTC; None when it is not set."""
    return request.until.ToDatetime(UTC) if request.HasField("until") else None


@dataclass(frozen=True, slots=True)
class Conversations:
    """Commands on conversations; each raises DomainError, and a repeat gives the first one's outcome."""

    repository: Repository[Conversation]
    people: People
    uploads: UploadRows

    async def of_member(self, conversation_id: str, person_id: str) -> Conversation:
        """The conversation as it stands; raises NotFound, or Denied for somebody who is not in it."""
        state = (await self.repository.load(stream_of(conversation_id))).state
        try:
            state.member(person_id)
        except Refused as refused:
            raise error_of(refused) from refused
        return state

    async def create(self, caller: Principal, request: pb.CreateConversationRequest) -> Done:
        """Makes a conversation whose first owner is the caller."""
        others = await self.named(request.member_ids, "member_ids")
        conversation_id = new_id()
        now = utc_now()

        def decide(state: Conversation) -> Sequence[Message]:
            return membership.create(
                state,
                conversation_id=conversation_id,
                kind=request.kind,
                title=request.title,
                mode=request.assistant_mode,
                creator=(caller.person_id, caller.name),
                others=[(p.person_id, p.display_name) for p in others],
                now=now,
            )

        return await self.execute(caller, conversation_id, request.idempotency_key, request, decide)

    async def update(self, caller: Principal, request: pb.UpdateConversationRequest) -> Done:
        """Changes a title, or switches memory."""

        def decide(state: Conversation) -> Sequence[Message]:
            return frame.update(
                state,
                actor=caller.person_id,
                title=request.title if request.HasField("title") else None,
                memory_off=request.memory_off if request.HasField("memory_off") else None,
            )

        return await self.execute(caller, request.conversation_id, request.idempotency_key, request, decide)

    async def mute(self, caller: Principal, request: pb.MuteConversationRequest) -> Done:
        """Keeps the caller from being notified for a while."""
        until, now = until_of(request), utc_now()

        def decide(state: Conversation) -> Sequence[Message]:
            return frame.mute_notifications(state, actor=caller.person_id, until=until, now=now)

        return await self.execute(caller, request.conversation_id, request.idempotency_key, request, decide)

    async def add_member(self, caller: Principal, request: pb.AddMemberRequest) -> Done:
        """Adds a person to a group."""
        await self.of_member(request.conversation_id, caller.person_id)
        (added,) = await self.named([request.person_id], "person_id")
        now = utc_now()

        def decide(state: Conversation) -> Sequence[Message]:
            return membership.add_member(
                state,
                actor=caller.person_id,
                person_id=added.person_id,
                name=added.display_name,
                role=request.role,
                now=now,
            )

        return await self.execute(caller, request.conversation_id, request.idempotency_key, request, decide)

    async def remove_member(self, caller: Principal, request: pb.RemoveMemberRequest) -> Done:
        """Removes a person from a group, or lets the caller leave."""

        def decide(state: Conversation) -> Sequence[Message]:
            return membership.remove_member(state, actor=caller.person_id, person_id=request.person_id)

        return await self.execute(caller, request.conversation_id, request.idempotency_key, request, decide)

    async def set_assistant_mode(self, caller: Principal, request: pb.SetAssistantModeRequest) -> Done:
        """Says when the AI speaks in a group."""

        def decide(state: Conversation) -> Sequence[Message]:
            return frame.set_assistant_mode(
                state, actor=caller.person_id, mode=request.mode, speak_threshold=request.speak_threshold
            )

        return await self.execute(caller, request.conversation_id, request.idempotency_key, request, decide)

    async def send(self, caller: Principal, request: pb.SendMessageRequest) -> Done:
        """Says something, perhaps with files."""
        message_id, now = new_id(), utc_now()

        def decide(state: Conversation) -> Sequence[Message]:
            return talking.send(
                state,
                actor=caller.person_id,
                actor_name=caller.name,
                message_id=message_id,
                text=request.text,
                in_reply_to=request.in_reply_to,
                now=now,
                attachment_ids=request.attachment_ids,
                unrecorded=request.off_the_record,
            )

        ids, sending = list(request.attachment_ids), None
        if ids:
            sending = self.uploads.sending(caller.person_id, request.conversation_id, message_id, ids)
        key = request.idempotency_key
        try:
            return await self.execute(caller, request.conversation_id, key, request, decide, sending)
        except NotToSend as error:
            refused = not_to_send(ids.index(error.attachment_id), "was never sent and is gone; upload it anew")
            raise error_of(refused) from error

    async def edit(self, caller: Principal, request: pb.EditMessageRequest) -> Done:
        """Changes the caller's own message, or the AI's answer."""
        edits, now = request.edits if request.HasField("edits") else None, utc_now()

        def decide(state: Conversation) -> Sequence[Message]:
            return talking.edit(
                state, actor=caller.person_id, message_id=request.message_id, text=request.text, edits=edits, now=now
            )

        return await self.execute(caller, request.conversation_id, request.idempotency_key, request, decide)

    async def rate(self, caller: Principal, request: pb.RateMessageRequest) -> Done:
        """Gives an answer a thumb."""

        def decide(state: Conversation) -> Sequence[Message]:
            return talking.rate(
                state,
                actor=caller.person_id,
                message_id=request.message_id,
                rating=request.rating,
                reason=request.reason,
            )

        return await self.execute(caller, request.conversation_id, request.idempotency_key, request, decide)

    async def regenerate(self, caller: Principal, request: pb.RegenerateMessageRequest) -> Done:
        """Asks for another answer."""
        new_message_id, now = new_id(), utc_now()

        def decide(state: Conversation) -> Sequence[Message]:
            return talking.regenerate(
                state, actor=caller.person_id, message_id=request.message_id, new_message_id=new_message_id, now=now
            )

        return await self.execute(caller, request.conversation_id, request.idempotency_key, request, decide)

    async def execute(
        self,
        caller: Principal,
        conversation_id: str,
        idempotency_key: str,
        request: Message,
        decide: Decide,
        side_write: SideWrite | None = None,
    ) -> Done:
        """Appends what is decided, under the key of the request."""
        return await self.repository.execute(
            stream_of(conversation_id),
            sealed(decide),
            metadata_of(caller),
            command=command_key(caller, idempotency_key, request),
            side_write=side_write,
        )

    async def named(self, person_ids: Sequence[str], field: str) -> list[identity.Profile]:
        """The people's profiles in this order; raises Invalid for those whom identity does not know."""
        known = await self.people.profiles(person_ids) if person_ids else {}
        single = field == "person_id"
        unknown = [
            FieldViolation(field if single else f"{field}[{i}]", "nobody has this id")
            for i, person_id in enumerate(person_ids)
            if person_id not in known
        ]
        if unknown:
            raise Invalid(unknown)
        return [known[person_id] for person_id in person_ids]
