"""Tells members at once what was committed, before it has gone through the event bus and the read model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.ports import LiveBus
from madeleine_chat.domain.conversation import Conversation, evolve
from madeleine_common.events import EventStore, Executed, NewEvent, RecordedEvent, Repository

# A committed MessageSent as members see it.
Shown = Callable[[RecordedEvent], pb.Message]


class TellingRepository(Repository[Conversation]):
    """Conversations whose new messages, and removals of members, are told live once they are committed.

    The read model stays the truth: whoever has not seen all before a message waits for it there.
    """

    def __init__(self, store: EventStore, cached: int, live: LiveBus, shown: Shown) -> None:
        super().__init__(store, Conversation, evolve, cached)
        self._live = live
        self._shown = shown

    async def execute(
        self, stream_id: str, decide: Callable[[Conversation], Sequence[NewEvent]], *args: Any, **more: Any
    ) -> Executed[Conversation]:
        """As Repository.execute."""
        done = await super().execute(stream_id, decide, *args, **more)
        if not done.repeated:
            for event in done.events:
                await self._tell(event)
        return done

    async def _tell(self, event: RecordedEvent) -> None:
        match event.message:
            case events.MessageSent():
                response = pb.StreamConversationResponse(cursor=event.version, message=self._shown(event))
            case events.MemberRemoved():
                response = pb.StreamConversationResponse(cursor=event.version)
            case _:
                return
        await self._live.publish(event.stream_id.removeprefix("conversation-"), response)
