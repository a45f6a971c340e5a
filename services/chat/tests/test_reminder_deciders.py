"""Given what happened to reminders, when somebody wants something of one, then these events follow, or this refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.judging import sealed, subject_of
from madeleine_chat.domain import reminders, talking
from madeleine_chat.domain.conversation import Conversation, evolve
from madeleine_common.errors import Denied, FailedPrecondition, Invalid, NotFound
from madeleine_common.testing import Scenario

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
DUE = NOW + timedelta(hours=1)
LATER = NOW + timedelta(hours=2)
C = "c"


def added(person_id: str, role: pb.MemberRole.ValueType = pb.MEMBER_ROLE_MEMBER) -> events.MemberAdded:
    member = pb.Member(person_id=person_id, display_name=person_id.title(), role=role)
    member.joined_at.FromDatetime(NOW)
    return events.MemberAdded(conversation_id=C, member=member, added_by="ana")


GROUP = (
    events.ConversationCreated(conversation_id=C, kind=pb.CONVERSATION_KIND_GROUP, creator=pb.Member(person_id="ana")),
    added("ana", pb.MEMBER_ROLE_OWNER),
    added("ben"),
    added("gus", pb.MEMBER_ROLE_GUEST),
)


def was_set(reminder_id: str = "r", person_id: str = "ben", text: str = "call mum") -> events.ReminderSet:
    reminder = pb.Reminder(
        reminder_id=reminder_id, conversation_id=C, person_id=person_id, text=text, state=pb.REMINDER_STATE_WAITING
    )
    reminder.due_at.FromDatetime(DUE)
    reminder.created_at.FromDatetime(NOW)
    return events.ReminderSet(reminder=reminder)


def snoozed(at: datetime = LATER, by: str = "ben") -> events.ReminderSnoozed:
    event = events.ReminderSnoozed(conversation_id=C, reminder_id="r", snoozed_by=by)
    event.due_at.FromDatetime(at)
    return event


def cancelled(by: str = "ben", reminder_id: str = "r") -> events.ReminderCancelled:
    return events.ReminderCancelled(conversation_id=C, reminder_id=reminder_id, cancelled_by=by)


def fired(text: str = "Ben, a reminder: call mum", at: datetime = DUE) -> events.ReminderFired:
    state = after(*GROUP, was_set(), *([snoozed(at)] if at != DUE else []))
    (event,) = reminders.fire(state, reminder_id="r", until=at, chinese=False, actor="service:chat")
    assert isinstance(event, events.ReminderFired)
    assert (event.text, event.person_id, event.due_at.ToDatetime(UTC)) == (text, "ben", at)
    return event


def after(*past: Message) -> Conversation:
    state = Conversation()
    for event in past:
        state = evolve(state, event)
    return state


def scenario(*past: Message) -> Scenario[Conversation]:
    return Scenario(Conversation(), evolve).given(*GROUP, *past)


def judged(decide):
    """The decider as callers see it: refusals are errors by then."""

    def judge(state: Conversation) -> Sequence[Message]:
        return [new.message for new in sealed(decide)(state)]

    return judge


def setting(actor: str = "ben", due_at: datetime = DUE, text: str = "call mum"):
    return judged(
        lambda state: reminders.set_reminder(
            state, actor=actor, reminder_id="r", text=text, due_at=due_at, now=NOW, field="when"
        )
    )


def snoozing(actor: str = "ben", due_at: datetime = LATER):
    return judged(
        lambda state: reminders.snooze(state, actor=actor, reminder_id="r", due_at=due_at, now=NOW, field="due_at")
    )


def cancelling(actor: str = "ben"):
    return judged(lambda state: reminders.cancel(state, actor=actor, reminder_id="r"))


def firing(until: datetime = DUE, *, chinese: bool = False):
    return judged(
        lambda state: reminders.fire(state, reminder_id="r", until=until, chinese=chinese, actor="service:chat")
    )


def test_a_member_sets_one_and_it_fires_once() -> None:
    state = scenario().when(setting()).then(was_set())
    assert state.reminders["r"].waits
    state = scenario(was_set()).when(firing()).then(fired())
    assert state.reminders["r"].state == pb.REMINDER_STATE_FIRED
    scenario(was_set(), fired()).when(firing()).then()
    assert not state.messages.get(fired().message_id).by_assistant  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("due_at", "text"),
    [
        (NOW - timedelta(seconds=1), "at least 5 seconds"),
        (NOW + timedelta(seconds=4), "at least 5 seconds"),
        (NOW + timedelta(days=5 * 366, seconds=1), "at most 5 years"),
    ],
)
def test_a_time_out_of_reach_is_refused_with_its_field(due_at: datetime, text: str) -> None:
    scenario().when(setting(due_at=due_at)).then_refused(Invalid, text=text)
    scenario(was_set()).when(snoozing(due_at=due_at)).then_refused(Invalid, text=text)


def test_two_hundred_of_a_person_wait() -> None:
    past = [was_set(f"r{i}") for i in range(reminders.MOST_WAITING)]
    scenario(*past).when(setting()).then_refused(FailedPrecondition, reason="TOO_MANY_REMINDERS")
    scenario(*past).when(setting("gus")).then(was_set(person_id="gus"))
    scenario(*past, cancelled(reminder_id="r7")).when(setting()).then(was_set())
    scenario(was_set(), fired(), *past).when(snoozing()).then_refused(FailedPrecondition, reason="TOO_MANY_REMINDERS")


def test_who_may_change_one() -> None:
    for act in (snoozing, cancelling):
        scenario(was_set()).when(act("gus")).then_refused(Denied, reason="ROLE_REQUIRED")
        scenario(was_set()).when(act("eve")).then_refused(Denied, reason="NOT_A_MEMBER")
        scenario().when(act()).then_refused(NotFound, reason="REMINDER_NOT_FOUND")
    scenario(was_set()).when(snoozing("ana")).then(snoozed(by="ana"))
    scenario(was_set()).when(cancelling("ana")).then(cancelled("ana"))


def test_put_off_it_fires_then_and_once_more_after_it_fired() -> None:
    scenario(was_set()).when(snoozing()).then(snoozed())
    scenario(was_set(), snoozed()).when(snoozing()).then()
    scenario(was_set(), snoozed()).when(firing(DUE)).then()
    scenario(was_set(), fired()).when(snoozing()).then(snoozed())
    again = fired(at=LATER)
    assert again.message_id != fired().message_id
    scenario(was_set(), fired(), snoozed()).when(firing(LATER)).then(again)


def test_a_cancelled_one_stays_so() -> None:
    scenario(was_set(), cancelled()).when(firing()).then()
    scenario(was_set(), cancelled()).when(cancelling()).then()
    scenario(was_set(), cancelled()).when(snoozing()).then_refused(FailedPrecondition, reason="REMINDER_CANCELLED")
    scenario(was_set(), fired()).when(cancelling()).then_refused(FailedPrecondition, reason="REMINDER_FIRED")


def test_who_is_out_is_reminded_of_nothing() -> None:
    out = events.MemberRemoved(conversation_id=C, person_id="ben", removed_by="ana")
    scenario(was_set(), out).when(firing()).then(cancelled("service:chat"))
    dropping = judged(lambda state: reminders.cancel_of(state, person_id="ben", actor="service:chat"))
    past = (was_set(), was_set("s"), was_set("other", "ana"))
    scenario(*past, out).when(dropping).then(cancelled("service:chat"), cancelled("service:chat", "s"))
    scenario(*past).when(dropping).then()


def test_a_muted_member_sets_none() -> None:
    mute = events.MemberMuted(conversation_id=C, person_id="ben", muted_by="ana")
    mute.until.FromDatetime(LATER)
    scenario(mute).when(setting()).then_refused(Denied, reason="MUTED")


def test_in_the_setters_language() -> None:
    state = after(*GROUP, was_set(text="给妈妈打电话"))
    (event,) = reminders.fire(state, reminder_id="r", until=DUE, chinese=True, actor="service:chat")
    assert isinstance(event, events.ReminderFired)
    assert event.text == "Ben，提醒你：给妈妈打电话"


def test_all_of_it_goes_with_the_setter() -> None:
    state = after(*GROUP, was_set())
    for event in (was_set(), fired(), snoozed(by="ana"), cancelled("ana")):
        assert subject_of(event, state) == "person:ben"
    # What can no longer be read is not known, and what happened to it changes nothing.
    left = after(*GROUP, snoozed(), cancelled())
    assert left.reminders == {}


def test_a_reminder_is_no_answer() -> None:
    told = fired().message_id
    past = (was_set(), fired())
    rating = judged(lambda state: talking.rate(state, actor="ana", message_id=told, rating=pb.RATING_UP, reason=""))
    scenario(*past).when(rating).then_refused(FailedPrecondition, reason="NOT_AN_ANSWER")
    again = judged(lambda state: talking.regenerate(state, actor="ana", message_id=told, new_message_id="n", now=NOW))
    scenario(*past).when(again).then_refused(FailedPrecondition, reason="NOT_AN_ANSWER")
    edit = judged(lambda state: talking.edit(state, actor="ben", message_id=told, text="x", now=NOW))
    scenario(*past).when(edit).then_refused(Denied, reason="NOT_THE_SENDER")
