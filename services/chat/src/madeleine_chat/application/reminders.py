"""Reminders: set, listed, put off, cancelled, and told when they are due."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.judging import Decide, sealed, stream_of
from madeleine_chat.application.ports import People, ReminderList
from madeleine_chat.application.queries import Queries
from madeleine_chat.domain import reminders as domain
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.refusals import Refused
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of, utc_now
from madeleine_common.crypto.keyring import KeyDestroyed
from madeleine_common.errors import DomainError, FailedPrecondition
from madeleine_common.events import Executed, Metadata, Repository
from madeleine_common.ids import new_id
from madeleine_common.rpc.paging import decode_token, encode_token
from madeleine_common.times import NoTime, read

log = logging.getLogger(__name__)

ACTOR = "service:chat"
# A moment, or a refusal of the words that were to name one.
When = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Reminders:
    """Reminders of conversations; each call raises DomainError, and a repeat gives the first one's outcome."""

    repository: Repository[Conversation]
    people: People
    queries: Queries
    rows: ReminderList

    async def set(
        self, caller: Principal, conversation_id: str, text: str, due_at: datetime, idempotency_key: str
    ) -> pb.Reminder:
        """Reminds the conversation of a text (1 to 1,000 characters) at an aware time, 5 seconds to 5 years ahead."""
        request = pb.SetReminderRequest(conversation_id=conversation_id, text=text, idempotency_key=idempotency_key)
        request.due_at.FromDatetime(due_at.astimezone(UTC))
        return await self.ask(caller, request)

    async def ask(self, caller: Principal, request: pb.SetReminderRequest) -> pb.Reminder:
        """As `set`, with a time or words for one ("tomorrow at 9"), in the caller's time zone."""
        when, field, now = await self._when(caller, request)
        reminder_id = new_id()

        def decide(state: Conversation) -> Sequence[Message]:
            state.member(caller.person_id)
            return domain.set_reminder(
                state,
                actor=caller.person_id,
                reminder_id=reminder_id,
                text=request.text,
                due_at=when(),
                now=now,
                field=field,
            )

        done = await self._execute(caller, request, decide)
        was_set = done.events[0].message
        if not isinstance(was_set, events.ReminderSet):
            raise FailedPrecondition("this person's data was erased", reason="ERASED")
        return was_set.reminder

    async def snooze(self, caller: Principal, request: pb.SnoozeReminderRequest) -> pb.Reminder:
        """Puts one off, or lets it fire once more."""
        when, field, now = await self._when(caller, request)

        def decide(state: Conversation) -> Sequence[Message]:
            state.member(caller.person_id)
            return domain.snooze(
                state,
                actor=caller.person_id,
                reminder_id=request.reminder_id,
                due_at=when(),
                now=now,
                field=field,
            )

        done = await self._execute(caller, request, decide)
        return _told(done.state, request.reminder_id)

    async def cancel(self, caller: Principal, request: pb.CancelReminderRequest) -> None:
        """Lets one fire no more."""

        def decide(state: Conversation) -> Sequence[Message]:
            return domain.cancel(state, actor=caller.person_id, reminder_id=request.reminder_id)

        await self._execute(caller, request, decide)

    async def list_(
        self, caller: Principal, request: pb.ListRemindersRequest, page_size: int
    ) -> tuple[list[pb.Reminder], str]:
        """A page of a conversation's reminders, soonest first, and the next page's token."""
        key = decode_token(request.page_token, str, str)
        await self.queries.conversations.of_member(request.conversation_id, caller.person_id)
        await self.queries.caught_up(request.conversation_id)
        after = (str(key[0]), str(key[1])) if key else None
        found = await self.rows.page(request.conversation_id, after, page_size + 1, every=request.all)
        page = found[:page_size]
        if len(found) <= page_size:
            return page, ""
        last = page[-1]
        return page, encode_token(last.due_at.ToDatetime(UTC).isoformat(), last.reminder_id)

    async def fire(self, conversation_id: str, reminder_id: str, due_at: datetime) -> datetime | None:
        """Tells a reminder that is due by `due_at`, once; returns when it is to be looked at again, None: never.

        Whoever calls has waited for that time; this process's own clock may be a little behind. Raises DomainError
        while something is out of reach.
        """
        state = (await self.repository.load(stream_of(conversation_id))).state
        known = state.reminders.get(reminder_id)
        if known is None or not known.waits:
            return None
        chinese = await self._in_chinese(known)

        def decide(present: Conversation) -> Sequence[Message]:
            return domain.fire(present, reminder_id=reminder_id, until=due_at, chinese=chinese, actor=ACTOR)

        try:
            done = await self.repository.execute(
                stream_of(conversation_id), sealed(decide), Metadata(ACTOR, utc_now(), new_id())
            )
        except KeyDestroyed:
            log.info("reminder %s: whoever set it was erased", reminder_id)
            return None
        left = done.state.reminders.get(reminder_id)
        return left.due_at if left is not None and left.waits else None

    async def _in_chinese(self, known: domain.KnownReminder) -> bool:
        """By the setter's language, by the text's where identity is out of reach."""
        try:
            profile = (await self.people.profiles([known.person_id])).get(known.person_id)
        except DomainError as error:
            log.warning("a reminder in the language of its text: %s", error.reason)
            profile = None
        if profile is not None and profile.language:
            return profile.language.startswith("zh")
        return any("\u4e00" <= c <= "\u9fff" for c in known.text)

    async def _when(
        self, caller: Principal, request: pb.SetReminderRequest | pb.SnoozeReminderRequest
    ) -> tuple[When, str, datetime]:
        """The time that was asked for, the field it stands in, and the present.

        It is read within the decision, so that a repeat is known as one even when its time is over by now.
        """
        now = utc_now()
        if request.HasField("due_at"):
            due_at = request.due_at.ToDatetime(UTC)
            return lambda: due_at, "due_at", now
        found = read(request.when, now.astimezone(await self._zone(caller)))

        def named() -> datetime:
            if isinstance(found, NoTime):
                raise Refused("invalid", f"cannot be read: {found.reason}", reason="INVALID", field="when")
            return found.at.astimezone(UTC)

        return named, "when", now

    async def _zone(self, caller: Principal) -> ZoneInfo:
        """The caller's time zone by their profile, by their token where identity is out of reach."""
        name = caller.time_zone
        try:
            profile = (await self.people.profiles([caller.person_id])).get(caller.person_id)
            name = (profile.time_zone if profile else "") or name
        except DomainError as error:
            log.warning("the time zone is the token's: %s", error.reason)
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    async def _execute(
        self,
        caller: Principal,
        request: pb.SetReminderRequest | pb.SnoozeReminderRequest | pb.CancelReminderRequest,
        decide: Decide,
    ) -> Executed[Conversation]:
        return await self.repository.execute(
            stream_of(request.conversation_id),
            sealed(decide),
            metadata_of(caller),
            command=command_key(caller, request.idempotency_key, request),
        )


def _told(state: Conversation, reminder_id: str) -> pb.Reminder:
    known = state.reminders.get(reminder_id)
    if known is None:
        raise FailedPrecondition("this person's data was erased", reason="ERASED")
    reminder = pb.Reminder(
        reminder_id=reminder_id,
        conversation_id=state.conversation_id,
        person_id=known.person_id,
        text=known.text,
        state=known.state,
        message_id=known.message_id,
    )
    reminder.due_at.FromDatetime(known.due_at)
    reminder.created_at.FromDatetime(known.created_at)
    return reminder
