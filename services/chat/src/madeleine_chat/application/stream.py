"""Following a conversation: its committed history after a cursor, no gap and no repetition, then live news."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.feed import Feed
from madeleine_chat.application.judging import stream_of
from madeleine_chat.application.ports import Change
from madeleine_chat.application.queries import Queries
from madeleine_chat.application.watching import Page
from madeleine_common.auth import Principal

FROM_NOW = -1
HEARTBEAT_S = 15.0
PRESENCE_EVERY_S = 0.25
_PAGE = 200
# Committed messages that came before the one before them, and answers whose late pieces are dropped.
_MOST_AHEAD, _MOST_SETTLED = 64, 64

Updates = AsyncIterator[pb.StreamConversationResponse]


@dataclass(frozen=True, slots=True)
class Follow:
    """Follows one conversation for one member."""

    queries: Queries

    async def __call__(self, caller: Principal, conversation_id: str, after_cursor: int) -> Updates:
        """Updates until the caller leaves; raises NotFound, and Denied as soon as they are no longer a member.

        Cursors come from the read model, which takes each stream's events in order of version; a committed message is
        sent before that only to whom it is the very next. Live pieces have no cursor, and after a committed answer no
        late piece of it is sent.
        """
        await self.queries.conversations.of_member(conversation_id, caller.person_id)
        # Listening begins before the past is read, so that nothing falls between the two.
        async with self.queries.live.follow(conversation_id, caller.person_id) as feed:
            start = after_cursor
            if after_cursor == FROM_NOW:
                start = await self.queries.store.head(stream_of(conversation_id))
                # Tells where "now" is, so that a client can resume even if nothing else comes.
                yield pb.StreamConversationResponse(cursor=start, heartbeat=pb.Heartbeat())
            async for response in _Following(self.queries, caller, conversation_id, feed, start).updates():
                yield response


@dataclass(slots=True)
class _Following:
    """One member's way through a conversation."""

    queries: Queries
    caller: Principal
    conversation_id: str
    feed: Feed
    # All before and at this version was sent, or is not for this member.
    cursor: int
    # The version at which they were last known to be a member, and what the watch knew at the last look.
    checked: int = 0
    seen: int = 0
    forgotten: int = 0
    members: frozenset[str] = frozenset()
    present: Sequence[str] = ()
    ahead: dict[int, pb.StreamConversationResponse] = field(default_factory=dict[int, pb.StreamConversationResponse])
    waits: set[str] = field(default_factory=set[str])
    settled: deque[str] = field(default_factory=lambda: deque[str](maxlen=_MOST_SETTLED))

    async def updates(self) -> Updates:
        """What was, then what happens."""
        watch = self.feed.watch
        async for response in self._look(alone=True):
            yield response
        for waiting in await self.queries.read_model.waiting(self.conversation_id):
            if waiting.message_id not in self.waits:
                # It was told before the cursor; whoever comes while it waits is told as well.
                yield pb.StreamConversationResponse(answer_waiting=waiting)
        spoke, due = time.monotonic(), 0.0
        while True:
            for piece in self.feed.take():
                if piece.WhichOneof("update") is None:
                    # Somebody may have been removed: before they are told anything else.
                    async for response in self._look():
                        yield response
                elif piece.cursor:
                    self.ahead[piece.cursor] = piece
                elif not self._mute(piece):
                    yield piece
                    spoke = time.monotonic()
                for response in self._next():
                    yield response
                    spoke = time.monotonic()
            if (
                watch.head > self.checked
                or watch.reached > max(self.cursor, self.seen)
                or watch.forgotten != self.forgotten
            ):
                async for response in self._look():
                    yield response
                    spoke = time.monotonic()
            present = [p for p in watch.presence.people if p in self.members]
            # When everybody comes back at once, each is not told of each.
            if (changed := present != self.present) and time.monotonic() >= due:
                self.present, changed, due = present, False, time.monotonic() + PRESENCE_EVERY_S
                yield pb.StreamConversationResponse(presence=pb.Presence(person_ids=present))
                spoke = time.monotonic()
            if time.monotonic() - spoke >= HEARTBEAT_S:
                yield pb.StreamConversationResponse(cursor=self.cursor, heartbeat=pb.Heartbeat())
                spoke = time.monotonic()
            self.feed.cursor = self.cursor
            wait_until = min(due, spoke + HEARTBEAT_S) if changed else spoke + HEARTBEAT_S
            await self.feed.wait(max(0.0, wait_until - time.monotonic()))

    def _mute(self, piece: pb.StreamConversationResponse) -> bool:
        """Whether a live piece is not for this member: of an answer that is there already, or their own typing."""
        if piece.HasField("typing"):
            return piece.typing.person_id not in self.members - {self.caller.person_id}
        return (piece.answer_start.message_id or piece.answer_delta.message_id) in self.settled

    def _next(self) -> Sequence[pb.StreamConversationResponse]:
        """Committed messages that come right after what was sent.

        Whoever has seen all before a message was a member when it was sent: a removal before it would have been seen.
        """
        following: list[pb.StreamConversationResponse] = []
        while response := self.ahead.pop(self.cursor + 1, None):
            self.cursor = self.checked = response.cursor
            following.append(response)
        if len(self.ahead) > _MOST_AHEAD:
            # The read model shows them all.
            self.ahead.clear()
        return following

    async def _look(self, *, alone: bool = False) -> Updates:
        """What the read model holds after the cursor, which moves along; `alone`: not for others at the same place."""
        watch = self.feed.watch
        while True:
            self.seen, self.forgotten = watch.reached, watch.forgotten
            page = await (self._own_page() if alone else self._page())
            if self.caller.person_id not in page.members:
                # Says why.
                await self.queries.conversations.of_member(self.conversation_id, self.caller.person_id)
            self.members, self.checked = page.members, max(self.checked, page.checked)
            changes = page.changes.changes
            for at, change in enumerate(changes):
                # Of several changes of the frame in a row only the last is told: each would show the same state.
                last = at + 1 == len(changes) or not _of_frame(changes[at + 1])
                if last or not _of_frame(change):
                    async for response in self._told(change):
                        yield response
                self.cursor = change.cursor
            if len(changes) < _PAGE:
                break
        self.cursor = max(self.cursor, page.changes.reached)
        self.ahead = {cursor: r for cursor, r in self.ahead.items() if cursor > self.cursor}

    async def _page(self) -> Page:
        """The page after the cursor, read once for all who wait for it here."""
        watch = self.feed.watch
        async with watch.reading:
            page = watch.page
            if (
                page is None
                or page.after != self.cursor
                or page.changes.reached < watch.reached
                or page.checked < watch.head
            ):
                page = watch.page = await self._read(None)
        return await self._own_page() if page.changes.personal else page

    async def _own_page(self) -> Page:
        return await self._read(self.caller.person_id)

    async def _read(self, viewer: str | None) -> Page:
        head = self.feed.watch.head
        changes = await self.queries.read_model.changes(self.conversation_id, viewer, self.cursor, _PAGE)
        # Members are looked at last: who was removed by one of these changes is not told of any.
        loaded = await self.queries.conversations.repository.load(stream_of(self.conversation_id))
        return Page(self.cursor, changes, frozenset(loaded.state.members), max(head, loaded.version))

    async def _told(self, change: Change) -> Updates:
        message = change.message
        if change.waiting is not None:
            self.waits.add(change.waiting.message_id)
            # What it may have said before the model went away is no part of the answer to come.
            self.feed.watch.settled(change.waiting.message_id)
            yield pb.StreamConversationResponse(cursor=change.cursor, answer_waiting=change.waiting)
        elif message is None and not change.waited:
            conversation = await self.queries.read_model.conversation(self.conversation_id, self.caller.person_id)
            yield pb.StreamConversationResponse(cursor=change.cursor, conversation=conversation)
        elif message is not None:
            if message.HasField("answer"):
                self.settled.append(message.message_id)
                self.feed.watch.settled(message.message_id)
            if message.answer.state == pb.ANSWER_STATE_FAILED:
                yield pb.StreamConversationResponse(cursor=change.cursor, answer_failed=message)
            else:
                yield pb.StreamConversationResponse(cursor=change.cursor, message=message)


def _of_frame(change: Change) -> bool:
    """Whether it is the conversation itself that changed."""
    return change.message is None and not change.waited
