"""Given what was said in a conversation, when a member branches it, then this is copied, and this is noted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.judging import others_in, sealed, subject_of
from madeleine_chat.domain import branching, talking
from madeleine_chat.domain.conversation import Conversation, evolve
from madeleine_common.errors import Denied, FailedPrecondition, Invalid, NotFound
from madeleine_common.ids import new_id
from madeleine_common.testing import Scenario

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
C, B = new_id(), new_id()
TRACE = events.SamplerTrace(generation_id="g", revision="base", prompt_token_ids=[1], completion_token_ids=[2])
OWNER, MEMBER = pb.MEMBER_ROLE_OWNER, pb.MEMBER_ROLE_MEMBER


def added(conversation_id: str, person_id: str, role: pb.MemberRole.ValueType) -> events.MemberAdded:
    member = pb.Member(person_id=person_id, display_name=person_id.title(), role=role)
    member.joined_at.FromDatetime(NOW)
    return events.MemberAdded(conversation_id=conversation_id, member=member, added_by=person_id)


def frame(kind=pb.CONVERSATION_KIND_GROUP, title="Picnic") -> events.ConversationCreated:
    return events.ConversationCreated(
        conversation_id=C, kind=kind, title=title, assistant_mode=pb.ASSISTANT_MODE_AUTO,
        creator=pb.Member(person_id="ana", role=OWNER),
    )  # fmt: skip


def asked(message_id: str = "q", sender: str = "ana", text: str = "hello") -> events.MessageSent:
    return events.MessageSent(conversation_id=C, message_id=message_id, sender_id=sender, text=text)


def answered(message_id: str = "a", text: str = "hi") -> events.AnswerCompleted:
    return events.AnswerCompleted(
        conversation_id=C, message_id=message_id, in_reply_to="q", text=text, trace=TRACE, memory_ids=["m"],
        words_of=["ana"],
    )  # fmt: skip


TALK: list[Message] = [
    frame(), added(C, "ana", OWNER), added(C, "ben", MEMBER), asked(), answered(), asked("r", "ben", "me too")
]  # fmt: skip


def after(*happened: Message) -> Conversation:
    state = Conversation()
    for event in happened:
        state = evolve(state, event)
    return state


def shown(message_id: str, text: str, sender: str = "", **more) -> pb.Message:
    """A message as the read model gives it."""
    made = pb.Message(
        message_id=message_id, text=text, sender=f"person:{sender}" if sender else "assistant",
        sender_name=sender.title(), **more,
    )  # fmt: skip
    made.sent_at.FromDatetime(NOW)
    return made


SAID = [
    shown("q", "hello", "ana"),
    shown("a", "hi", in_reply_to="q", answer=pb.Answer(state=pb.ANSWER_STATE_COMPLETE)),
    shown("r", "me too", "ben", in_reply_to="q"),
]


def copied(message: pb.Message, sender: str = "", **more) -> events.MessageCopied:
    def new(message_id: str) -> str:
        return str(uuid.uuid5(uuid.UUID(B), message_id))

    return events.MessageCopied(
        conversation_id=B, message_id=new(message.message_id), sender_id=sender, sender_name=message.sender_name,
        text=message.text, in_reply_to=new(message.in_reply_to) if message.in_reply_to else "",
        sent_at=message.sent_at, copied_from=message.message_id, **more,
    )  # fmt: skip


def given(*happened: Message) -> Scenario[Conversation]:
    return Scenario(Conversation(), evolve).given(*happened)


def when(decide, **command):
    """The decider as the application calls it, its events without their seals."""

    def judged(state: Conversation) -> Sequence[Message]:
        return [new.message for new in sealed(partial(decide, **command))(state)]

    return judged


def branch(source: Conversation, said: Sequence[pb.Message] = SAID, title: str = "", at: str = "r"):
    return when(
        branching.branch, source=source, branch_id=B, message_id=at, title=title, actor=("ben", "Ben"), said=said,
        now=NOW,
    )  # fmt: skip


def begun(kind=pb.CONVERSATION_KIND_GROUP, title="Picnic", at: str = "r", actor: str = "ben") -> list[Message]:
    creator = pb.Member(person_id=actor, role=OWNER)
    creator.joined_at.FromDatetime(NOW)
    created = events.ConversationCreated(
        conversation_id=B, kind=kind, title=title, assistant_mode=pb.ASSISTANT_MODE_AUTO, creator=creator,
        branched_from=C, branched_at_message=at,
    )  # fmt: skip
    return [created, added(B, actor, OWNER)]


COPIES = [
    copied(SAID[0], "ana"),
    copied(SAID[1], words_of=["ana"]),
    copied(SAID[2], "ben"),
]


def test_a_branch_has_what_was_said_and_its_maker_alone() -> None:
    source = after(*TALK)
    state = given().when(branch(source)).then(*begun(), *COPIES)
    assert list(state.members) == ["ben"]
    assert (state.branched_from, state.branched_at_message) == (C, "r")
    given().when(branch(source, SAID[:1], "What if", "q")).then(*begun(title="What if", at="q"), COPIES[0])
    given(*begun(), *COPIES).when(branch(source)).then()


def test_what_must_not_be_read_again_is_left_out() -> None:
    said = [
        shown("q", "hello", "ana"),
        shown("d", "deleted since it was read", "ana"),
        shown("o", "between us", "ben", off_the_record=True),
        shown("f", "", answer=pb.Answer(state=pb.ANSWER_STATE_FAILED)),
        shown("a", "hi", in_reply_to="q", answer=pb.Answer(state=pb.ANSWER_STATE_COMPLETE)),
        shown("t", "tea at five", reminder_id="x"),
        shown("b", "hey", in_reply_to="q", answer=pb.Answer(state=pb.ANSWER_STATE_COMPLETE, replaces="a")),
        shown("gone", "whose author was erased", "eve"),
        shown("r", "me too", "ben", in_reply_to="o"),
    ]
    between_us = asked("o", "ben")
    between_us.off_the_record = True
    more = [
        between_us,
        answered("b", "hey"),
        asked("d"),
        events.MessageDeleted(conversation_id=C, message_id="d", deleted_by="ana", sender_id="ana"),
        events.ReminderFired(conversation_id=C, message_id="t", person_id="ana", text="tea at five"),
    ]
    alone = copied(said[-1], "ben")
    alone.in_reply_to = ""
    given().when(branch(after(*TALK, *more), said)).then(
        *begun(), COPIES[0], copied(said[6], words_of=["ana"]), alone
    )  # fmt: skip
    # Branched at the answer that was replaced later, one has that answer.
    given().when(branch(after(*TALK, *more), said[:5], at="a")).then(*begun(at="a"), COPIES[0], COPIES[1])


def test_a_branch_keeps_the_last_that_fit() -> None:
    many = [asked(f"m{i}", "ana", str(i)) for i in range(2100)]
    said = [shown(f"m{i}", str(i), "ana") for i in range(2100)]
    source = after(*TALK[:3], *many)
    texts = [e.text for e in branch(source, said)(Conversation()) if isinstance(e, events.MessageCopied)]
    assert texts == [str(i) for i in range(100, 2100)]
    large = [shown(f"m{i}", "x" * 2**16, "ana") for i in range(200)]
    copies = [e for e in branch(source, large)(Conversation()) if isinstance(e, events.MessageCopied)]
    assert [c.copied_from for c in copies] == [f"m{i}" for i in range(72, 200)]


def test_a_branch_has_the_settings_that_it_came_from() -> None:
    mode = events.AssistantModeChanged(
        conversation_id=C, mode=pb.ASSISTANT_MODE_AUTO, changed_by="ana", speak_threshold=0.4
    )
    off = events.ConversationMemoryChanged(conversation_id=C, memory_off=True, changed_by="ana")
    state = after(*branch(after(*TALK, mode, off))(Conversation()))
    assert (state.memory_off, state.speak_threshold, state.mode) == (True, 0.4, pb.ASSISTANT_MODE_AUTO)
    direct = after(frame(pb.CONVERSATION_KIND_DIRECT, ""), added(C, "ana", OWNER), asked())
    given().when(branch(direct, title="us")).then_refused(Invalid, text="title")
    assert after(*branch(direct)(Conversation())).is_direct


def test_whose_words_are_copied_still_seals_them() -> None:
    state = Conversation()
    assert [subject_of(c, state) for c in COPIES] == ["person:ana", f"conversation:{B}", "person:ben"]
    assert others_in(COPIES[1]) == ("person:ana",)
    # An answer that ben gave better words holds his too.
    better = events.AnswerEdited(conversation_id=C, message_id="a", edited_by="ben", text="hi there")
    said = [SAID[0], shown("a", "hi there", in_reply_to="q", answer=pb.Answer(state=pb.ANSWER_STATE_COMPLETE))]
    copies = branch(after(*TALK, better), said, at="a")(Conversation())
    assert isinstance(copies[-1], events.MessageCopied)
    assert (copies[-1].text, list(copies[-1].words_of)) == ("hi there", ["ana", "ben"])


def test_the_source_notes_it_once_with_the_lineage_of_the_answer() -> None:
    note = partial(when, branching.branched, actor="ben", branch_id=B)
    noted = events.ConversationBranched(
        conversation_id=C, message_id="a", branched_by="ben", branch_id=B, trace=TRACE, memory_ids=["m"],
        words_of=["ana"],
    )  # fmt: skip
    given(*TALK).when(note(message_id="a")).then(noted)
    given(*TALK, noted).when(note(message_id="a")).then()
    given(*TALK).when(note(message_id="q")).then(
        events.ConversationBranched(conversation_id=C, message_id="q", branched_by="ben", branch_id=B)
    )
    left = events.MemberRemoved(conversation_id=C, person_id="ben", removed_by="ben")
    given(*TALK, left).when(note(message_id="a")).then()
    assert subject_of(noted, after(*TALK)) == "person:ben"
    assert others_in(noted) == ("person:ana",)


def test_only_members_branch_at_what_is_there() -> None:
    def may(actor: str, message_id: str):
        def check(state: Conversation) -> list[Message]:
            branching.may_branch(state, actor=actor, message_id=message_id)
            return []

        return when(check)

    given(*TALK).when(may("ben", "q")).then()
    given(*TALK).when(may("eve", "q")).then_refused(Denied, reason="NOT_A_MEMBER")
    given(*TALK).when(may("ben", "x")).then_refused(NotFound, reason="MESSAGE_NOT_FOUND")
    given().when(may("ben", "x")).then_refused(NotFound, reason="CONVERSATION_NOT_FOUND")


def test_copies_are_replied_to_and_answers_asked_for_anew_but_not_rated_here() -> None:
    branched = [*begun(), *COPIES]
    answer_id = COPIES[1].message_id
    say = when(
        talking.send, actor="ben", actor_name="Ben", message_id="n", text="so?", in_reply_to=answer_id, now=NOW
    )  # fmt: skip
    assert say(after(*branched))
    again = when(talking.regenerate, actor="ben", message_id=answer_id, new_message_id="z", now=NOW)
    given(*branched).when(again).then(
        events.AnswerRegenerationRequested(
            conversation_id=B, message_id=answer_id, requested_by="ben", new_message_id="z", words_of=["ana"]
        )
    )
    rate = when(talking.rate, actor="ben", message_id=answer_id, rating=pb.RATING_UP, reason="")
    given(*branched).when(rate).then_refused(FailedPrecondition, reason="COPIED")
    edit = partial(when, talking.edit, actor="ben", text="hullo", now=NOW)
    given(*branched).when(edit(message_id=answer_id)).then_refused(FailedPrecondition, reason="COPIED")
    given(*branched).when(edit(message_id=COPIES[0].message_id)).then_refused(Denied, reason="NOT_THE_SENDER")
