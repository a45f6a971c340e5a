"""Chat and identity as automations need them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import grpc

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub, PostingServiceStub
from madeleine.identity.v1 import identity_pb2 as identity
from madeleine.identity.v1.identity_pb2_grpc import PeopleServiceStub
from madeleine_common.auth import Principal
from madeleine_common.rpc.client import Caller
from madeleine_common.rpc.errors import from_rpc_error
from madeleine_miniapp.application.automations.ports import Profile

_S = 10.0
_ALL = 200
# Chat takes no reminder that is due sooner than in five seconds.
_SOON = timedelta(seconds=8)
_KEYS = uuid.UUID("6d61646c-0000-5000-8000-6175746f6d61")


class IdentityPeople:
    """Profiles by identity's PeopleService."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = PeopleServiceStub(channel)
        self._caller = caller

    async def profile(self, person_id: str) -> Profile | None:
        """Somebody's profile, None for one who is not known; raises Unavailable."""
        request = identity.BatchGetPeopleRequest(person_ids=[person_id])
        try:
            answer = await self._stub.BatchGetPeople(request, metadata=self._caller.metadata(), timeout=_S)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        for found in answer.people:
            return Profile(found.display_name, _zone(found.time_zone), found.language.startswith("zh"))
        return None


class ChatVoice:
    """Messages and reminders by chat; a repeat with the same key is taken for what it is."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._chat = ChatServiceStub(channel)
        self._posting = PostingServiceStub(channel)
        self._caller = caller

    async def own_conversation(self, person_id: str, profile: Profile) -> str:
        """The direct conversation of a person with the AI, made if there is none."""
        metadata = self._acting_for(person_id, profile)
        try:
            listed = await self._chat.ListConversations(
                chat.ListConversationsRequest(page_size=_ALL), metadata=metadata, timeout=_S
            )
            for conversation in listed.conversations:
                if conversation.kind == chat.CONVERSATION_KIND_DIRECT:
                    return conversation.conversation_id
            request = chat.CreateConversationRequest(
                kind=chat.CONVERSATION_KIND_DIRECT, idempotency_key=_key(f"direct {person_id}")
            )
            made = await self._chat.CreateConversation(request, metadata=metadata, timeout=_S)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return made.conversation.conversation_id

    async def post(
        self, conversation_id: str, owner_id: str, app_id: str, text: str, words_of: Sequence[str], key: str
    ) -> None:
        """A message of the app's."""
        request = chat.PostFromAppRequest(
            conversation_id=conversation_id,
            person_id=owner_id,
            app_id=app_id,
            text=text,
            words_of=words_of,
            idempotency_key=_key(key),
        )
        try:
            await self._posting.PostFromApp(request, metadata=self._caller.metadata(), timeout=_S)
        except grpc.aio.AioRpcError as error:
            _unless_done(error)

    async def remind(self, conversation_id: str, person_id: str, profile: Profile, text: str, key: str) -> None:
        """A reminder of a person's that is due now."""
        request = chat.SetReminderRequest(conversation_id=conversation_id, text=text, idempotency_key=_key(key))
        request.due_at.FromDatetime(datetime.now(UTC) + _SOON)
        try:
            await self._chat.SetReminder(request, metadata=self._acting_for(person_id, profile), timeout=_S)
        except grpc.aio.AioRpcError as error:
            _unless_done(error)

    def _acting_for(self, person_id: str, profile: Profile) -> tuple[tuple[str, str], ...]:
        language = "zh" if profile.chinese else "en"
        return self._caller.metadata(
            Principal(f"person:{person_id}", person_id, profile.name, profile.zone.key, language)
        )


def _unless_done(error: grpc.aio.AioRpcError) -> None:
    """A repeat has another time or wording by now, and the same key: it was said."""
    if error.code() is not grpc.StatusCode.ALREADY_EXISTS:
        raise from_rpc_error(error) from error


def _key(name: str) -> str:
    return str(uuid.uuid5(_KEYS, name))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
