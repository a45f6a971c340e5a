"""Reminders over gRPC, PostgreSQL, NATS and Temporal: set, read, put off, cancelled, told, forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import grpc
import pytest
from temporalio.service import RPCError
from temporalio.worker import Replayer

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.settings import ChatSettings
from madeleine_chat.workflows.remind import ReminderWorkflow, workflow_id_of
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, eventually, refused
from madeleine_common.testing.temporal_history import opened_history

INVALID, NOT_FOUND, DENIED = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.PERMISSION_DENIED,
)
SOON = timedelta(seconds=5.3)


async def remind(talk, text: str = "call mum", **more) -> pb.Reminder:
    """Sets one, in five seconds and a bit unless told when."""
    request = pb.SetReminderRequest(
        conversation_id=talk.conversation_id, text=text, **{"idempotency_key": new_id(), **more}
    )
    if not more.keys() & {"when", "due_at"}:
        request.due_at.FromDatetime(datetime.now(UTC) + SOON)
    return (await talk.chat.SetReminder(request, metadata=talk.person.call)).reminder


async def listed(talk, **more) -> list[pb.Reminder]:
    request = pb.ListRemindersRequest(conversation_id=talk.conversation_id, **more)
    return list((await talk.chat.ListReminders(request, metadata=talk.person.call)).reminders)


async def snooze(talk, reminder: pb.Reminder, **more) -> pb.Reminder:
    request = pb.SnoozeReminderRequest(
        conversation_id=talk.conversation_id,
        reminder_id=reminder.reminder_id,
        **{"idempotency_key": new_id(), **more},
    )
    return (await talk.chat.SnoozeReminder(request, metadata=talk.person.call)).reminder


async def cancel(talk, reminder: pb.Reminder) -> None:
    request = pb.CancelReminderRequest(
        conversation_id=talk.conversation_id, reminder_id=reminder.reminder_id, idempotency_key=new_id()
    )
    await talk.chat.CancelReminder(request, metadata=talk.person.call)


async def told(talk, texts: list[str], within_s: float = 20.0) -> list[pb.Message]:
    """The AI's reminders in a conversation, oldest first, once they are these."""

    async def found() -> list[pb.Message]:
        messages = [m for m in reversed(await talk.messages()) if m.reminder_id]
        return messages if [m.text for m in messages] == texts else []

    return await eventually(found, within_s=within_s, every_s=0.1)


async def under_way(rig: Rig[ChatSettings], reminder: pb.Reminder) -> None:
    """Waits for the start of a reminder's workflow."""

    async def started() -> bool:
        try:
            await rig.house.temporal.get_workflow_handle(workflow_id_of(reminder.reminder_id)).describe()
        except RPCError:
            return False
        return True

    await eventually(started)


async def ended(rig: Rig[ChatSettings], reminder: pb.Reminder) -> None:
    """Waits for the end of a reminder's workflow."""
    await rig.house.temporal.get_workflow_handle(workflow_id_of(reminder.reminder_id)).result()


async def test_everybody_sees_it_fire_and_it_fires_again_when_put_off(
    rig: Rig[ChatSettings], group_talk, servers: Servers
) -> None:
    talk, (ben,) = await group_talk("Ben")
    theirs = talk.seen_by(ben)
    watching = theirs.stream()
    reminder = await remind(theirs)
    assert (await listed(talk)) == [reminder]
    assert (reminder.state, reminder.person_id) == (pb.REMINDER_STATE_WAITING, ben.person_id)

    live = [u.message async for u in first(watching, lambda u: u.message.reminder_id != "")][-1]
    assert datetime.now(UTC) >= reminder.due_at.ToDatetime(UTC)
    assert (live.text, live.sender) == ("Ben, a reminder: call mum", "assistant")
    assert (await told(talk, ["Ben, a reminder: call mum"])) == [live]
    assert await listed(talk) == []
    (fired,) = await listed(talk, all=True)
    assert (fired.state, fired.message_id) == (pb.REMINDER_STATE_FIRED, live.message_id)
    await ended(rig, reminder)

    again = await snooze(theirs, reminder, when="in 6 seconds")
    assert again.state == pb.REMINDER_STATE_WAITING
    await told(talk, ["Ben, a reminder: call mum"] * 2)
    await ended(rig, reminder)
    types = [
        e.type.rpartition(".")[2] async for e in rig.house.store.read_stream(f"conversation-{talk.conversation_id}")
    ]
    assert types[-4:] == ["ReminderSet", "ReminderFired", "ReminderSnoozed", "ReminderFired"]

    # Temporal knows nothing of what it was about, and its history replays.
    workflow_id = workflow_id_of(reminder.reminder_id)
    kept = await opened_history(rig.house.temporal, workflow_id)
    assert reminder.reminder_id.encode() in kept
    assert b"mum" not in kept
    history = await rig.house.temporal.get_workflow_handle(workflow_id).fetch_history()
    converter = rig.house.temporal.data_converter
    await Replayer(workflows=[ReminderWorkflow], data_converter=converter).replay_workflow(history)


async def first(stream, wanted):
    """The updates of a stream up to the first that is wanted."""
    async for update in stream:
        yield update
        if wanted(update):
            stream.cancel()
            return


async def test_in_words_in_the_profiles_time_zone_and_language(
    rig: Rig[ChatSettings], chat, group_talk, servers: Servers, neighbours
) -> None:
    talk, (fang,) = await group_talk("王芳")
    neighbours.knows(fang, time_zone="Asia/Shanghai", language="zh-Hans")
    theirs = talk.seen_by(fang)
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    reminder = await remind(theirs, "给妈妈打电话", when="明天早上九点")
    at = reminder.due_at.ToDatetime(UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    assert (at.date(), at.hour, at.minute) == (now.date() + timedelta(days=1), 9, 0)
    sooner = await remind(theirs, "关火", when="6秒后")
    assert [r.reminder_id for r in await listed(talk)] == [sooner.reminder_id, reminder.reminder_id]
    await told(talk, ["王芳，提醒你：关火"])
    neighbours.away = True
    # Identity out of reach: the time zone of the token, the language of the text.
    paris = await remind(talk, "call mum", when="tomorrow at 9")
    at = paris.due_at.ToDatetime(UTC).astimezone(ZoneInfo("Europe/Paris"))
    assert (at.hour, at.minute) == (9, 0)


async def test_a_repeat_is_the_same_reminder(rig: Rig[ChatSettings], group_talk) -> None:
    talk, _ = await group_talk("Ben")
    key = new_id()
    reminder = await remind(talk, when="in 5 seconds", idempotency_key=key)
    await told(talk, ["Ana, a reminder: call mum"])
    # It is over by now; the repeat is still one.
    repeated = await remind(talk, when="in 5 seconds", idempotency_key=key)
    assert repeated == reminder
    assert len(await listed(talk, all=True)) == 1


async def test_cancelled_and_put_off_before_it_fires(rig: Rig[ChatSettings], group_talk, rebuilt_equal) -> None:
    talk, (ben,) = await group_talk("Ben")
    gone, kept, last = await remind(talk, "gone"), await remind(talk, "kept"), await remind(talk, "last")
    await under_way(rig, gone)
    await cancel(talk, gone)
    await cancel(talk, gone)
    async with refused(DENIED, reason="ROLE_REQUIRED"):
        await cancel(talk.seen_by(ben), kept)
    put_off = await snooze(talk, kept, when="in 3 days")
    await told(talk, ["Ana, a reminder: last"])
    assert await listed(talk) == [put_off]
    await ended(rig, gone)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="REMINDER_FIRED"):
        await cancel(talk, last)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="REMINDER_CANCELLED"):
        await snooze(talk, gone, when="in 3 days")
    states = {r.text: r.state for r in await listed(talk, all=True)}
    assert states == {
        "gone": pb.REMINDER_STATE_CANCELLED,
        "kept": pb.REMINDER_STATE_WAITING,
        "last": pb.REMINDER_STATE_FIRED,
    }
    await rebuilt_equal(rig)


async def test_pages_soonest_first(group_talk) -> None:
    talk, _ = await group_talk("Ben")
    days = (5, 2, 9, 2, 7)
    at = datetime.now(UTC)
    for day in days:
        await remind(talk, f"day {day}", due_at=at + timedelta(days=day))
    found, token = [], ""
    while True:
        request = pb.ListRemindersRequest(conversation_id=talk.conversation_id, page_size=2, page_token=token)
        reply = await talk.chat.ListReminders(request, metadata=talk.person.call)
        assert len(reply.reminders) <= 2
        found += [r.text for r in reply.reminders]
        token = reply.next_page_token
        if not token:
            break
    assert found == [f"day {day}" for day in sorted(days)]
    async with refused(INVALID, field="page_token"):
        await listed(talk, page_token="made-up")


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 1001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"when": ""}, "when"),
        ({"when": "x" * 201}, "when"),
        ({"when": "buy milk"}, "when"),
        ({"when": "31 February"}, "when"),
        ({"when": "yesterday"}, "when"),
        ({"when": "every day at 9"}, "when"),
        ({"when": "in 2 seconds"}, "when"),
        ({"when": "in 6 years"}, "when"),
        ({"when": "in 9999 years"}, "when"),
        ({"when": "tomorrow", "due_at": datetime(2027, 1, 1, tzinfo=UTC)}, "when"),
        ({"when": "", "due_at": datetime(2020, 1, 1, tzinfo=UTC)}, "due_at"),
        ({"when": "", "due_at": datetime(2090, 1, 1, tzinfo=UTC)}, "due_at"),
        ({"idempotency_key": "short"}, "idempotency_key"),
        ({"conversation_id": "nonsense"}, "conversation_id"),
    ],
)
async def test_bad_reminders_are_refused_with_their_field(group_talk, bad: dict, field: str) -> None:
    talk, _ = await group_talk("Ben")
    good = {
        "conversation_id": talk.conversation_id,
        "text": "call mum",
        "when": "tomorrow at 9",
        "idempotency_key": new_id(),
    }
    async with refused(INVALID, field=field):
        await talk.chat.SetReminder(pb.SetReminderRequest(**good | bad), metadata=talk.person.call)
    assert await listed(talk, all=True) == []


async def test_strangers_and_what_is_not_there(group_talk, servers: Servers) -> None:
    talk, _ = await group_talk("Ben")
    reminder = await remind(talk, when="tomorrow")
    eve = talk.seen_by(servers.person("Eve"))
    nowhere = replace(talk, conversation_id=new_id())
    for stranger, code in ((eve, DENIED), (nowhere, NOT_FOUND)):
        for act in (
            remind(stranger, when="tomorrow"),
            listed(stranger),
            cancel(stranger, reminder),
            snooze(stranger, reminder, when="tomorrow"),
        ):
            async with refused(code):
                await act
    missing = pb.Reminder(reminder_id=new_id())
    async with refused(NOT_FOUND, reason="REMINDER_NOT_FOUND"):
        await cancel(talk, missing)
    async with refused(NOT_FOUND, reason="REMINDER_NOT_FOUND"):
        await snooze(talk, missing, when="tomorrow")


async def test_who_leaves_takes_their_reminders_along(rig: Rig[ChatSettings], group_talk, servers: Servers) -> None:
    talk, (ben,) = await group_talk("Ben")
    theirs, mine = await remind(talk.seen_by(ben), when="tomorrow"), await remind(talk, when="tomorrow")
    await under_way(rig, theirs)

    request = pb.RemoveMemberRequest(
        conversation_id=talk.conversation_id, person_id=ben.person_id, idempotency_key=new_id()
    )
    await talk.chat.RemoveMember(request, metadata=talk.person.call)

    async def dropped() -> bool:
        return await listed(talk) == [mine]

    await eventually(dropped)
    await ended(rig, theirs)
