"""Mentions, emoji, edits in order, deletes, and what is said off the record: deciders and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pytest
from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.judging import sealed
from madeleine_chat.application.prompt import history_of
from madeleine_chat.domain import reacting, talking
from madeleine_chat.domain.conversation import Conversation, evolve
from madeleine_chat.domain.emoji import is_one_emoji
from madeleine_chat.domain.naming import named
from madeleine_chat.domain.words import excerpt, searchable
from madeleine_common.errors import Denied, FailedPrecondition, NotFound
from madeleine_common.testing import Scenario

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
C = "c"
TRACE = events.SamplerTrace(generation_id="g", revision="base", prompt_token_ids=[1], completion_token_ids=[2])


def added(person_id: str, role: pb.MemberRole.ValueType = pb.MEMBER_ROLE_MEMBER) -> events.MemberAdded:
    member = pb.Member(person_id=person_id, display_name=person_id.title(), role=role)
    member.joined_at.FromDatetime(NOW)
    return events.MemberAdded(conversation_id=C, member=member, added_by="ana")


def sent(text: str = "hello", message_id: str = "q", sender: str = "ben", **more) -> events.MessageSent:
    return events.MessageSent(
        conversation_id=C,
        message_id=message_id,
        sender_id=sender,
        sender_name=sender.title(),
        text=text,
        memory_space="" if more.get("off_the_record") else f"conversation:{C}",
        **more,
    )


def answer(message_id: str = "a", **more) -> events.AnswerCompleted:
    return events.AnswerCompleted(
        conversation_id=C, message_id=message_id, in_reply_to="q", text="hi", trace=TRACE, asked_by="ben", **more
    )


def reacted(emoji: str = "👍", by: str = "ana", *, removed: bool = False) -> events.MessageReacted:
    return events.MessageReacted(conversation_id=C, message_id="q", person_id=by, emoji=emoji, removed=removed)


def deleted(message_id: str = "q", by: str = "ben", sender: str = "ben") -> events.MessageDeleted:
    return events.MessageDeleted(conversation_id=C, message_id=message_id, deleted_by=by, sender_id=sender)


def edited(text: str, *mentions: str) -> events.MessageEdited:
    return events.MessageEdited(conversation_id=C, message_id="q", edited_by="ben", text=text, mention_ids=mentions)


GROUP = [
    events.ConversationCreated(
        conversation_id=C, kind=pb.CONVERSATION_KIND_GROUP, assistant_mode=pb.ASSISTANT_MODE_MENTION
    ),
    added("ana", pb.MEMBER_ROLE_OWNER),
    added("adi", pb.MEMBER_ROLE_ADMIN),
    added("ben"),
    added("cleo"),
]


def given(*happened: Message) -> Scenario[Conversation]:
    return Scenario(Conversation(), evolve).given(*GROUP, *happened)


def when(decide, **command):
    """The decider as the application calls it, its events without their seals."""

    def judged(state: Conversation) -> Sequence[Message]:
        return [new.message for new in sealed(partial(decide, **command))(state)]

    return judged


send = partial(when, talking.send, actor="ben", actor_name="", message_id="q", text="hello", in_reply_to="", now=NOW)
edit = partial(when, talking.edit, actor="ben", message_id="q", now=NOW)
react = partial(when, reacting.react, actor="ana", message_id="q", emoji="👍", remove=False, now=NOW)
delete = partial(when, reacting.delete, message_id="q")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("hi @ana maria and @CLEO!", ["maria", "cleo"]),
        ("@Ana, @ana and @Ana Marianne", ["ana", "twin"]),
        ("请@小明看一下", ["ming"]),
        ("＠小明你好", ["ming"]),
        ("@Ana你好", ["ana", "twin"]),
        ("@Anabel, mail me@cleo.example", []),
        ("@straße and @STRASSE", ["strasse"]),
        ("@Zoe\u0301's and @Zoé", ["zoe"]),
        ("@C++ now", ["cpp"]),
        ("@ @nobody", []),
    ],
)
def test_who_is_named_is_found(text: str, people: list[str]) -> None:
    names = {
        "ana": "Ana", "twin": "ana", "maria": "Ana  Maria", "ming": "小明", "cleo": "Cleo", "strasse": "Straße",
        "zoe": "Zoé", "cpp": "C++", "nameless": "",
    }  # fmt: skip
    assert named([pb.Member(person_id=i, display_name=n) for i, n in names.items()], text) == people


def test_a_message_and_its_edit_tell_whom_they_name() -> None:
    given().when(send(text="@cleo?")).then(sent("@cleo?", mention_ids=["cleo"]))
    given(sent("@cleo?", mention_ids=["cleo"])).when(edit(text="@ana?")).then(edited("@ana?", "ana"))
    gone = events.MemberRemoved(conversation_id=C, person_id="cleo", removed_by="cleo")
    given(gone).when(send(text="@cleo?")).then(sent("@cleo?"))


@pytest.mark.parametrize("text", ["👍", "👍🏽", "❤️", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "🇫🇷", "1️⃣", "✓", "‼️", "🏳️‍🌈", "\U0001fae8"])
def test_one_emoji_is_taken(text: str) -> None:
    assert is_one_emoji(text)


@pytest.mark.parametrize(
    "text", ["", "a", "lol", "1", "你", " ", "👍👍", "👍 ", "👍\u200d", "\u200d", "🇫", "😀\u200d" * 5 + "😀"]
)
def test_anything_else_is_not(text: str) -> None:
    assert not is_one_emoji(text)


def test_emoji_are_put_on_and_taken_off_once() -> None:
    given(sent()).when(react()).then(reacted())
    given(sent(), reacted()).when(react()).then()
    given(sent(), reacted()).when(react(remove=True)).then(reacted(removed=True))
    given(sent(), reacted(), reacted(removed=True)).when(react(remove=True)).then()
    given(sent(), answer()).when(react(message_id="a")).then(
        events.MessageReacted(conversation_id=C, message_id="a", person_id="ana", emoji="👍")
    )


def test_a_message_takes_twenty_different_emoji() -> None:
    full = [sent(), *(reacted(chr(0x1F600 + i), "cleo") for i in range(20))]
    given(*full).when(react()).then_refused(FailedPrecondition, reason="TOO_MANY_REACTIONS")
    given(*full).when(react(emoji="\U0001f600")).then(reacted("\U0001f600"))
    given(*full, reacted("\U0001f600", "cleo", removed=True)).when(react()).then(reacted())


def test_only_members_react_and_only_to_what_is_there() -> None:
    given(sent()).when(react(actor="eve")).then_refused(Denied, reason="NOT_A_MEMBER")
    given().when(react()).then_refused(NotFound, reason="MESSAGE_NOT_FOUND")


def test_an_edit_of_an_older_text_is_refused() -> None:
    given(sent()).when(edit(text="one", edits=0)).then(edited("one"))
    once = [sent(), edited("one")]
    for late in ("two", "one"):
        given(*once).when(edit(text=late, edits=0)).then_refused(FailedPrecondition, reason="EDITED_MEANWHILE")
    given(*once).when(edit(text="two", edits=1)).then(edited("two"))
    given(*once).when(edit(text="two")).then(edited("two"))
    given(*once).when(edit(text="two", edits=7)).then_refused(FailedPrecondition, reason="EDITED_MEANWHILE")


@pytest.mark.parametrize(("actor", "may"), [("ben", True), ("ana", True), ("adi", True), ("cleo", False)])
def test_messages_are_deleted_by_their_sender_and_by_those_who_lead(actor: str, may: bool) -> None:
    asked = answer()
    for message_id, happened in (("q", [sent()]), ("a", [sent(), asked])):
        scenario = given(*happened).when(delete(actor=actor, message_id=message_id))
        if may:
            scenario.then(deleted(message_id, actor, "" if message_id == "a" else "ben"))
        else:
            scenario.then_refused(Denied, reason="NOT_THE_SENDER")


def test_a_failed_answer_is_deleted_by_whoever_asked() -> None:
    failed = events.AnswerFailed(conversation_id=C, message_id="a", in_reply_to="q", reason="away")
    given(sent(), failed).when(delete(actor="ben", message_id="a")).then(deleted("a", "ben", ""))
    given(sent(), failed).when(delete(actor="cleo", message_id="a")).then_refused(Denied)


def test_what_is_deleted_is_deleted_once_and_takes_nothing_more() -> None:
    gone = [sent(), reacted(), answer(), deleted(), deleted("a", "ben", "")]
    state = given(*gone).when(delete(actor="ana")).then()
    question = state.messages.get("q")
    assert question is not None
    assert (question.text, dict(question.reactions), question.on_record) == ("", {}, False)
    for refused in (
        send(message_id="r", in_reply_to="q"),
        edit(text="again"),
        react(),
        when(talking.rate, actor="ben", message_id="a", rating=pb.RATING_UP, reason=""),
        when(talking.regenerate, actor="ben", message_id="a", new_message_id="b", now=NOW),
    ):
        given(*gone).when(refused).then_refused(FailedPrecondition, reason="MESSAGE_DELETED")


def test_an_answer_to_a_deleted_message_is_not_regenerated() -> None:
    again = when(talking.regenerate, actor="ben", message_id="a", new_message_id="b", now=NOW)
    given(sent(), answer(), deleted()).when(again).then_refused(FailedPrecondition, reason="MESSAGE_DELETED")


def test_what_is_said_off_the_record_is_for_no_memory() -> None:
    given().when(send(unrecorded=True)).then(sent(off_the_record=True))
    told = talking.without_record(answer(memory_space=f"conversation:{C}"))
    assert (told.text, told.off_the_record, told.memory_space, told.HasField("trace")) == ("hi", True, "", False)
    for refused in (
        when(talking.rate, actor="ben", message_id="a", rating=pb.RATING_UP, reason=""),
        when(talking.regenerate, actor="ben", message_id="a", new_message_id="b", now=NOW),
        edit(message_id="a", text="better"),
    ):
        given(sent(off_the_record=True), told).when(refused).then_refused(FailedPrecondition, reason="OFF_THE_RECORD")


def test_a_prompt_has_nothing_that_was_said_off_the_record() -> None:
    lines = [pb.Message(message_id=str(i), text=str(i), off_the_record=i == 1) for i in range(3)]
    assert [line.text for line in history_of(lines[::-1])] == ["0", "2"]


def test_unspaced_scripts_are_searched_by_pairs_and_by_single_characters() -> None:
    search = searchable("我的iPhone手机 is old")
    assert search.runs == ("我的", "手机")
    assert search.grams == ("我的", "的", "手机", "机")
    assert len(search.words) == len("我的iPhone手机 is old")
    assert search.words.split() == ["iPhone", "is", "old"]


def test_an_excerpt_stands_around_the_first_hit() -> None:
    long = f"{'before it all ' * 40}the Needles lie here {'and after it ' * 40}"
    found = excerpt(long, "Needles", ())
    assert "the Needles lie here" in found
    assert len(found) <= 200
    assert found[0] == found[-1] == "…"
    assert excerpt("a needle", "needle", ()) == "a needle"
    assert excerpt("start art", "art", ()) == "start art"
    chinese = f"{'天' * 300}妹妹{'地' * 300}"
    assert "天妹妹地" in excerpt(chinese, "", ("妹妹",))
    assert len(excerpt(chinese, "", ("妹妹",))) <= 200
