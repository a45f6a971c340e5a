"""Given what happened, when somebody wants something, then these events follow, or this refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pytest
from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.judging import sealed, subject_of
from madeleine_chat.domain import frame as framing
from madeleine_chat.domain import membership, talking
from madeleine_chat.domain.addressing import without_name
from madeleine_chat.domain.conversation import Conversation, evolve
from madeleine_chat.domain.turns import turn_of
from madeleine_common.errors import Conflict, Denied, FailedPrecondition, Invalid, NotFound
from madeleine_common.testing import Scenario

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
C = "c"
OWNER, ADMIN, MEMBER, GUEST = pb.MEMBER_ROLE_OWNER, pb.MEMBER_ROLE_ADMIN, pb.MEMBER_ROLE_MEMBER, pb.MEMBER_ROLE_GUEST


def member(person_id: str, role: pb.MemberRole.ValueType = MEMBER) -> pb.Member:
    made = pb.Member(person_id=person_id, display_name=person_id.title(), role=role)
    made.joined_at.FromDatetime(NOW)
    return made


def added(person_id: str, role: pb.MemberRole.ValueType = MEMBER, by: str = "ana") -> events.MemberAdded:
    return events.MemberAdded(conversation_id=C, member=member(person_id, role), added_by=by)


def removed(person_id: str, by: str) -> events.MemberRemoved:
    return events.MemberRemoved(conversation_id=C, person_id=person_id, removed_by=by)


def frame(kind=pb.CONVERSATION_KIND_GROUP, title="Picnic", mode=pb.ASSISTANT_MODE_MENTION):
    creator = pb.Member(person_id="ana", role=OWNER, joined_at=member("ana").joined_at)
    return events.ConversationCreated(conversation_id=C, kind=kind, title=title, assistant_mode=mode, creator=creator)


def group(*members: events.MemberAdded) -> list[Message]:
    return [frame(), added("ana", OWNER), *members]


def direct() -> list[Message]:
    return [frame(pb.CONVERSATION_KIND_DIRECT, ""), added("ana", OWNER)]


TRACE = events.SamplerTrace(generation_id="g", revision="base", prompt_token_ids=[1], completion_token_ids=[2])


def question(text: str = "hello", message_id: str = "q", sender: str = "ana") -> events.MessageSent:
    return events.MessageSent(
        conversation_id=C, message_id=message_id, sender_id=sender, sender_name=sender.title(), text=text,
        memory_space=f"conversation:{C}",
    )  # fmt: skip


def answer(message_id: str = "a", *, traced: bool = True) -> events.AnswerCompleted:
    return events.AnswerCompleted(
        conversation_id=C, message_id=message_id, in_reply_to="q", text="hi", memory_ids=["m"],
        trace=TRACE if traced else None,
    )  # fmt: skip


def failure(message_id: str = "a") -> events.AnswerFailed:
    return events.AnswerFailed(conversation_id=C, message_id=message_id, in_reply_to="q", reason="away")


def given(*happened: Message) -> Scenario[Conversation]:
    return Scenario(Conversation(), evolve).given(*happened)


def after(*happened: Message) -> Conversation:
    state = Conversation()
    for event in happened:
        state = evolve(state, event)
    return state


def when(decide, **command):
    """The decider as the application calls it, its events without their seals."""

    def judged(state: Conversation) -> Sequence[Message]:
        return [new.message for new in sealed(partial(decide, **command))(state)]

    return judged


add = partial(when, membership.add_member, role=MEMBER, now=NOW)
create = partial(when, membership.create, conversation_id=C, creator=("ana", "Ana"), now=NOW)
send = partial(when, talking.send, actor_name="", message_id="q", text="hello", in_reply_to="", now=NOW)


def test_a_group_begins_with_its_members() -> None:
    creating = create(
        kind=pb.CONVERSATION_KIND_GROUP, title="Picnic", mode=pb.ASSISTANT_MODE_UNSPECIFIED, others=[("ben", "Ben")]
    )
    state = given().when(creating).then(*group(added("ben")))
    assert list(state.members) == ["ana", "ben"]


def test_a_direct_conversation_always_listens() -> None:
    creating = create(kind=pb.CONVERSATION_KIND_DIRECT, title="", mode=pb.ASSISTANT_MODE_SILENT, others=[])
    assert given().when(creating).then(*direct()).mode == pb.ASSISTANT_MODE_MENTION


def test_no_seal_of_one_person_holds_what_is_anothers() -> None:
    state = after(*group(added("ben")))
    seals = [subject_of(e, state) for e in group(added("ben"))]
    assert seals == [f"conversation:{C}", "person:ana", "person:ben"]
    assert not frame().creator.display_name
    assert subject_of(removed("ben", "ana"), state) == "person:ben"
    assert subject_of(question(), state) == "person:ana"
    assert subject_of(answer(), state) == subject_of(failure(), state) == f"conversation:{C}"
    # Whether memory keeps anything or not.
    assert subject_of(answer(), after(*direct())) == "person:ana"


@pytest.mark.parametrize(("actor", "role"), [("ana", ADMIN), ("ana", GUEST), ("adi", MEMBER)])
def test_owners_and_admins_add_people(actor: str, role: pb.MemberRole.ValueType) -> None:
    given(*group(added("adi", ADMIN))).when(add(actor=actor, person_id="cleo", name="Cleo", role=role)).then(
        added("cleo", role, by=actor)
    )


@pytest.mark.parametrize(("actor", "role"), [("ben", MEMBER), ("adi", ADMIN)])
def test_others_do_not(actor: str, role: pb.MemberRole.ValueType) -> None:
    given(*group(added("adi", ADMIN), added("ben"))).when(
        add(actor=actor, person_id="cleo", name="Cleo", role=role)
    ).then_refused(Denied, reason="ROLE_REQUIRED")


def test_nobody_is_added_twice_or_to_a_full_group_or_to_two() -> None:
    adding = partial(add, actor="ana", name="Ben")
    given(*group(added("ben"))).when(adding(person_id="ben")).then_refused(Conflict, reason="ALREADY_A_MEMBER")
    full = group(*(added(f"p{i}") for i in range(49)))
    given(*full).when(adding(person_id="ben")).then_refused(FailedPrecondition, reason="GROUP_FULL")
    given(*direct()).when(adding(person_id="ben")).then_refused(FailedPrecondition, reason="DIRECT_CONVERSATION")


def test_anybody_leaves() -> None:
    leaving = when(membership.remove_member, actor="ben", person_id="ben")
    given(*group(added("ben"))).when(leaving).then(removed("ben", "ben"))


@pytest.mark.parametrize(
    ("actor", "person_id", "allowed"),
    [("ana", "adi", True), ("adi", "ben", True), ("adi", "ana", False), ("adi", "ali", False), ("ben", "adi", False)],
)
def test_people_are_removed_by_those_above_them(actor: str, person_id: str, allowed: bool) -> None:
    scenario = given(*group(added("adi", ADMIN), added("ali", ADMIN), added("ben")))
    scenario.when(when(membership.remove_member, actor=actor, person_id=person_id))
    if allowed:
        scenario.then(removed(person_id, actor))
    else:
        scenario.then_refused(Denied, reason="ROLE_REQUIRED")


def test_the_last_owner_hands_the_group_on() -> None:
    leaving = when(membership.remove_member, actor="ana", person_id="ana")
    given(*group(added("ben"), added("adi", ADMIN))).when(leaving).then(removed("ana", "ana"), added("adi", OWNER))
    state = given(*group(added("ben"), added("cleo"))).when(leaving).then(removed("ana", "ana"), added("ben", OWNER))
    assert list(state.members) == ["ben", "cleo"]
    given(*group()).when(leaving).then(removed("ana", "ana"))


def test_a_group_whose_owner_was_erased_gets_another() -> None:
    # What the erased owner did can no longer be read; the frame of the conversation can.
    given(frame(), added("ben")).when(when(membership.appoint_owner, actor="service:chat")).then(
        added("ben", OWNER, by="service:chat")
    )


def test_who_is_not_there_is_not_removed() -> None:
    removing = when(membership.remove_member, actor="ana", person_id="eve")
    given(*group()).when(removing).then_refused(NotFound, reason="MEMBER_NOT_FOUND")
    leaving = when(membership.remove_member, actor="ana", person_id="ana")
    given(*direct()).when(leaving).then_refused(FailedPrecondition, reason="DIRECT_CONVERSATION")


def test_the_mode_of_a_group_is_set_by_its_leaders() -> None:
    silent = partial(when, framing.set_assistant_mode, mode=pb.ASSISTANT_MODE_SILENT, speak_threshold=0)
    changed = events.AssistantModeChanged(conversation_id=C, mode=pb.ASSISTANT_MODE_SILENT, changed_by="ana")
    given(*group()).when(silent(actor="ana")).then(changed)
    given(*group(), changed).when(silent(actor="ana")).then()
    given(*group(added("ben"))).when(silent(actor="ben")).then_refused(Denied, reason="ROLE_REQUIRED")
    given(*direct()).when(silent(actor="ana")).then_refused(FailedPrecondition, reason="DIRECT_CONVERSATION")
    auto = partial(when, framing.set_assistant_mode, actor="ana", mode=pb.ASSISTANT_MODE_AUTO)
    keener = events.AssistantModeChanged(
        conversation_id=C, mode=pb.ASSISTANT_MODE_AUTO, changed_by="ana", speak_threshold=0.25
    )
    state = given(*group()).when(auto(speak_threshold=0.25)).then(keener)
    assert (state.mode, state.speak_threshold) == (pb.ASSISTANT_MODE_AUTO, 0.25)
    given(*group(), keener).when(auto(speak_threshold=0.25)).then()
    own = events.AssistantModeChanged(conversation_id=C, mode=pb.ASSISTANT_MODE_AUTO, changed_by="ana")
    given(*group(), keener).when(auto(speak_threshold=0)).then(own)


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("Madeleine, what now?", True),
        ("what do you think, @madeleine", True),
        ("@AI help", True),
        ("玛德琳你好", True),
        ("today's AI news", False),
        ("madeleines are cakes", False),
        ("mail me@ai.example", False),
    ],
)
def test_in_a_group_its_name_calls_the_ai(text: str, called: bool) -> None:
    sent = question(text)
    sent.addresses_assistant = called
    given(*group()).when(send(actor="ana", text=text)).then(sent)
    given(frame(mode=pb.ASSISTANT_MODE_SILENT), added("ana", OWNER)).when(send(actor="ana", text=text)).then(
        question(text)
    )


def test_alone_with_it_one_needs_no_name() -> None:
    sent = question()
    sent.addresses_assistant, sent.memory_space = True, "person:ana"
    given(*direct()).when(send(actor="ana")).then(sent)
    assert turn_of(sent) == turn_of(sent)
    assert turn_of(question()) is None


def test_what_is_asked_has_no_name_in_front() -> None:
    assert without_name("@Madeleine, how many?") == "how many?"
    assert without_name("Madeleine") == "Madeleine"


def test_only_members_speak_and_only_in_what_exists() -> None:
    given(*group()).when(send(actor="eve")).then_refused(Denied, reason="NOT_A_MEMBER")
    given().when(send(actor="eve")).then_refused(NotFound, reason="CONVERSATION_NOT_FOUND")
    given(*group()).when(send(actor="ana", in_reply_to="x")).then_refused(Invalid, text="in_reply_to")


def test_ratings_carry_their_lineage() -> None:
    talk = [*group(added("ben")), question(), answer()]
    rate = partial(when, talking.rate, actor="ben", message_id="a", reason="")
    up = events.AnswerRated(
        conversation_id=C, message_id="a", rated_by="ben", rating=pb.RATING_UP, trace=TRACE, text="hi", memory_ids=["m"]
    )
    given(*talk).when(rate(rating=pb.RATING_UP)).then(up)
    given(*talk, up).when(rate(rating=pb.RATING_UP)).then()
    none = events.AnswerRated()
    none.CopyFrom(up)
    none.rating = pb.RATING_NONE
    given(*talk, up).when(rate(rating=pb.RATING_NONE)).then(none)
    given(*talk).when(rate(rating=pb.RATING_NONE)).then()


def test_only_answers_that_came_are_rated() -> None:
    rate = partial(when, talking.rate, rating=pb.RATING_UP, reason="")
    talk = [*group(), question(), failure()]
    given(*talk).when(rate(actor="ana", message_id="q")).then_refused(FailedPrecondition, reason="NOT_AN_ANSWER")
    given(*talk).when(rate(actor="ana", message_id="a")).then_refused(FailedPrecondition, reason="ANSWER_FAILED")
    given(*talk).when(rate(actor="ana", message_id="x")).then_refused(NotFound, reason="MESSAGE_NOT_FOUND")
    given(*talk).when(rate(actor="eve", message_id="a")).then_refused(Denied, reason="NOT_A_MEMBER")


def test_a_figure_from_records_has_no_trace_to_carry() -> None:
    talk = [*group(), question(), answer(traced=False)]
    rating = when(talking.rate, actor="ana", message_id="a", rating=pb.RATING_UP, reason="exact")
    given(*talk).when(rating).then(
        events.AnswerRated(
            conversation_id=C, message_id="a", rated_by="ana", rating=pb.RATING_UP, reason="exact", text="hi",
            memory_ids=["m"],
        )
    )  # fmt: skip


def test_answers_are_regenerated_whether_they_came_or_failed() -> None:
    again = partial(when, talking.regenerate, actor="ana", new_message_id="b", now=NOW)
    wanted = events.AnswerRegenerationRequested(
        conversation_id=C, message_id="a", requested_by="ana", new_message_id="b", trace=TRACE, memory_ids=["m"]
    )
    given(*group(), question(), answer()).when(again(message_id="a")).then(wanted)
    wanted.ClearField("trace")
    wanted.ClearField("memory_ids")
    given(*group(), question(), failure()).when(again(message_id="a")).then(wanted)
    given(*group(), question()).when(again(message_id="q")).then_refused(FailedPrecondition, reason="NOT_AN_ANSWER")


def test_editing_an_answer_keeps_what_was_sampled() -> None:
    edit = partial(when, talking.edit, actor="ana", message_id="a", now=NOW)
    once = events.AnswerEdited(
        conversation_id=C, message_id="a", edited_by="ana", original_text="hi", text="hello!", trace=TRACE,
        memory_ids=["m"],
    )  # fmt: skip
    talk = [*group(), question(), answer()]
    given(*talk).when(edit(text="hello!")).then(once)
    twice = events.AnswerEdited()
    twice.CopyFrom(once)
    twice.text = "hello there!"
    given(*talk, once).when(edit(text="hello there!")).then(twice)
    given(*talk, once).when(edit(text="hello!")).then()


def test_people_edit_their_own_messages() -> None:
    edit = partial(when, talking.edit, message_id="q", now=NOW)
    talk = [*group(added("ben")), question()]
    given(*talk).when(edit(actor="ana", text="hullo")).then(
        events.MessageEdited(conversation_id=C, message_id="q", edited_by="ana", text="hullo")
    )
    given(*talk).when(edit(actor="ana", text="hello")).then()
    given(*talk).when(edit(actor="ben", text="hullo")).then_refused(Denied, reason="NOT_THE_SENDER")


def test_a_turn_ends_once() -> None:
    given(*group(), question()).when(when(talking.settle, outcome=answer())).then(answer())
    given(*group(), question(), answer()).when(when(talking.settle, outcome=answer())).then()
    given(*group(), question(), failure()).when(when(talking.settle, outcome=answer())).then()
