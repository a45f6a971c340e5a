"""What mini-apps say in conversations."""

from __future__ import annotations

from dataclasses import dataclass

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.judging import sealed, stream_of
from madeleine_chat.domain import app_posts as domain
from madeleine_chat.domain.conversation import Conversation
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of
from madeleine_common.errors import FailedPrecondition
from madeleine_common.events import Repository


@dataclass(frozen=True, slots=True)
class AppPosts:
    """Appends messages of apps; each call raises DomainError, and a repeat gives the first one's outcome."""

    repository: Repository[Conversation]

    async def post(self, caller: Principal, request: pb.PostFromAppRequest) -> str:
        """The message's id."""
        done = await self.repository.execute(
            stream_of(request.conversation_id),
            sealed(
                lambda state: domain.post(
                    state,
                    person_id=request.person_id,
                    app_id=request.app_id,
                    text=request.text,
                    words_of=request.words_of,
                    idempotency_key=request.idempotency_key,
                )
            ),
            metadata_of(caller),
            command=command_key(caller, request.idempotency_key, request),
        )
        if any(event.message is None for event in done.events):
            raise FailedPrecondition("this person's data was erased", reason="ERASED")
        return domain.message_id_of(request.app_id, request.idempotency_key)
