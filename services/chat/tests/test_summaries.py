"""Summaries over real conversations: what is picked, what never enters, ranges, bad requests, and the tool."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, eventually, refused, running_service


@pytest.fixture(scope="module")
async def rig(servers: Servers, all_neighbours, served_words) -> AsyncIterator[Rig[ChatSettings]]:
    more = {f"{name}_address": all_neighbours.address for name in ("identity", "memory", "miniapp")}
    more |= {"inference_address": served_words[1], "chat_answer_s": 5.0}
    async with running_service(servers, "chat", ChatSettings, bootstrap, **more) as rig:
        yield rig


async def sum_up(talk, question: str = "", **more) -> pb.SummarizeConversationResponse:
    request = pb.SummarizeConversationRequest(conversation_id=talk.conversation_id, question=question, **more)
    return await talk.chat.SummarizeConversation(request, metadata=talk.person.call)


@pytest.fixture
def planned(group_talk):
    """A group in which a trip was planned; by text: the message."""

    async def plan():
        talk, (ben,) = await group_talk("Ben", assistant_mode=pb.ASSISTANT_MODE_MENTION)
        said = {}
        for who, text in (
            (talk, "lake or mountains?"),
            (talk.seen_by(ben), "lake"),
            (talk, "ok, lake it is then"),
            (talk.seen_by(ben), "I'll bring bread and cheese"),
            (talk, "haha"),
            (talk, "does anybody have a tent?"),
        ):
            said[text] = await who.say(text)
        return talk, ben, said

    return plan


async def test_it_picks_decisions_tasks_and_open_questions_with_speaker_and_link(planned, neighbours, words) -> None:
    talk, _, said = await planned()
    summary = await sum_up(talk, "what did we agree, who does what and what is still open today?")
    assert summary.messages == 6
    lines = summary.text.splitlines()
    # As in the asker's time zone.
    day = datetime.now(ZoneInfo("Europe/Paris"))
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    on = f"({day.day} {months[day.month - 1]})"
    assert lines[1:] == [
        "Decided:",
        f"- Ana {on}: ok, lake it is then",
        "To do:",
        f"- Ben {on}: I'll bring bread and cheese",
        "Open:",
        f"- Ana {on}: does anybody have a tent?",
    ]
    picked = ["ok, lake it is then", "I'll bring bread and cheese", "does anybody have a tent?"]
    assert [(c.kind, c.id) for c in summary.citations] == [("message", said[text].message_id) for text in picked]


async def test_a_question_names_what_to_look_for(planned, neighbours, words) -> None:
    talk, _, _ = await planned()
    summary = await sum_up(talk, "我们今天决定了什么?")
    assert "决定:" in summary.text
    assert "lake it is then" in summary.text
    assert "bread" not in summary.text


async def test_off_the_record_stays_out(planned, neighbours, words) -> None:
    talk, _, _ = await planned()
    await talk.say("we have decided to fire Tom", off_the_record=True)
    assert "Tom" not in (await sum_up(talk, "what did we decide today?")).text


async def test_what_is_deleted_stays_out(planned, neighbours, words) -> None:
    talk, _, said = await planned()
    gone = pb.DeleteMessageRequest(
        conversation_id=talk.conversation_id,
        message_id=said["ok, lake it is then"].message_id,
        idempotency_key=new_id(),
    )
    await talk.chat.DeleteMessage(gone, metadata=talk.person.call)
    summary = await sum_up(talk, "what did we decide today?")
    assert summary.messages == 5
    assert "lake it is" not in summary.text
    assert "I find nothing that was decided." in summary.text


async def test_an_empty_range_says_so(planned, neighbours, words) -> None:
    talk, _, _ = await planned()
    end = datetime.now(UTC) - timedelta(days=2)
    first, last = Timestamp(), Timestamp()
    first.FromDatetime(end - timedelta(days=1))
    last.FromDatetime(end)
    summary = await sum_up(talk, "", **{"from": first, "to": last})
    assert summary.messages == 0
    assert not summary.citations
    assert summary.text.startswith("Nothing was said from ")
    assert (getattr(summary, "from"), summary.to) == (first, last)


async def test_what_i_missed_begins_after_what_i_said_last(planned, neighbours, words) -> None:
    talk, ben, _ = await planned()
    summary = await sum_up(talk.seen_by(ben), "sum up what I missed")
    assert summary.messages == 2
    assert "tent" in summary.text
    assert "lake" not in summary.text


async def test_without_a_question_it_is_what_the_caller_has_not_read(rig, planned, neighbours, words) -> None:
    talk, ben, said = await planned()

    async def read(text: str) -> None:
        mark = pb.MarkReadRequest(
            conversation_id=talk.conversation_id, cursor=said[text].cursor, idempotency_key=new_id()
        )
        await talk.chat.MarkRead(mark, metadata=ben.call)

    await read("haha")

    async def one_left() -> bool:
        return (await sum_up(talk.seen_by(ben))).messages == 1

    await eventually(one_left)
    assert "tent" in (await sum_up(talk.seen_by(ben))).text
    await read("does anybody have a tent?")

    async def all_read() -> bool:
        return (await sum_up(talk.seen_by(ben))).messages == 0

    await eventually(all_read)
    # Who opened it to ask has read all of it by then.
    assert (await sum_up(talk.seen_by(ben), "what did I miss?")).messages == 2


@pytest.mark.parametrize(
    ("field", "request_fields"),
    [
        ("question", {"question": "x" * 1001}),
        ("conversation_id", {"conversation_id": "no id"}),
        ("from", {"from": Timestamp(seconds=200), "to": Timestamp(seconds=100)}),
        ("from", {"from": Timestamp(seconds=0), "to": Timestamp(seconds=367 * 86400)}),
        ("to", {"to": Timestamp(seconds=10**15)}),
    ],
)
async def test_a_bad_request_names_its_field(direct_talk, field: str, request_fields: dict) -> None:
    talk = await direct_talk()
    fields = {"conversation_id": talk.conversation_id} | request_fields
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await talk.chat.SummarizeConversation(pb.SummarizeConversationRequest(**fields), metadata=talk.person.call)


async def test_a_stranger_reads_no_summary(planned, servers: Servers, neighbours, words) -> None:
    talk, _, _ = await planned()
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await sum_up(talk.seen_by(servers.person("Eve")), "what did they decide?")


async def test_the_tool_sums_up_before_the_question_and_goes_with_its_speakers(rig, planned, neighbours, words) -> None:
    talk, _, _ = await planned()
    await talk.say("@Madeleine what did we decide today?")
    answer = await talk.answer()
    (card,) = answer.answer.cards
    assert card.kind == "summary"
    assert "6 messages" in answer.text
    assert "lake it is then" in answer.text
    assert [c.kind for c in card.citations] == ["message"]
    stored = [e.message async for e in rig.house.store.read_stream(f"conversation-{talk.conversation_id}")][-1]
    assert isinstance(stored, events.AnswerCompleted)
    assert list(stored.words_of) == [talk.person.person_id]
