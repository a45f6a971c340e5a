"""RPCs about reminders."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceServicer
from madeleine_chat.application.reminders import Reminders
from madeleine_chat.domain.reminders import MOST_TEXT
from madeleine_common.auth import require_person
from madeleine_common.rpc.checks import Checks

_MOST_WHEN = 200


class RemindersApi(ChatServiceServicer):
    """Needs `reminders`."""

    reminders: Reminders

    async def SetReminder(self, request: pb.SetReminderRequest, context) -> pb.SetReminderResponse:
        caller = require_person()
        checks = _mutation(request)
        checks.text("text", request.text, most=MOST_TEXT)
        _time(checks, request)
        checks.done()
        return pb.SetReminderResponse(reminder=await self.reminders.ask(caller, request))

    async def ListReminders(self, request: pb.ListRemindersRequest, context) -> pb.ListRemindersResponse:
        caller = require_person()
        checks = Checks()
        checks.id("conversation_id", request.conversation_id)
        size = checks.page_size(request.page_size)
        checks.done()
        page, token = await self.reminders.list_(caller, request, size)
        return pb.ListRemindersResponse(reminders=page, next_page_token=token)

    async def CancelReminder(self, request: pb.CancelReminderRequest, context) -> pb.CancelReminderResponse:
        caller = require_person()
        checks = _mutation(request)
        checks.id("reminder_id", request.reminder_id)
        checks.done()
        await self.reminders.cancel(caller, request)
        return pb.CancelReminderResponse()

    async def SnoozeReminder(self, request: pb.SnoozeReminderRequest, context) -> pb.SnoozeReminderResponse:
        caller = require_person()
        checks = _mutation(request)
        checks.id("reminder_id", request.reminder_id)
        _time(checks, request)
        checks.done()
        return pb.SnoozeReminderResponse(reminder=await self.reminders.snooze(caller, request))


def _mutation(request: pb.SetReminderRequest | pb.CancelReminderRequest | pb.SnoozeReminderRequest) -> Checks:
    checks = Checks()
    checks.id("conversation_id", request.conversation_id)
    checks.idempotency_key(request.idempotency_key)
    return checks


def _time(checks: Checks, request: pb.SetReminderRequest | pb.SnoozeReminderRequest) -> None:
    """Exactly one of due_at and when."""
    if request.HasField("due_at"):
        if request.when:
            checks.bad("when", "must be empty where due_at is given")
        if not _is_a_time(request.due_at):
            checks.bad("due_at", "is no time in the years 1 to 9999")
    elif request.when:
        checks.text("when", request.when, most=_MOST_WHEN)
    else:
        checks.bad("when", "or due_at is required")


def _is_a_time(value: Timestamp) -> bool:
    try:
        value.ToDatetime()
    except (ValueError, OverflowError):
        return False
    return True
