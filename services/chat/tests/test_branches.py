"""Branches over real gRPC, PostgreSQL and NATS, with a model of three words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.events import RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, TestPerson, eventually, refused, running_service


@pytest.fixture(scope="module")
async def rig(servers: Servers, all_neighbours, served_words) -> AsyncIterator[Rig[ChatSettings]]:
    more = {f"{name}_address": all_neighbours.address for name in ("identity", "memory", "miniapp")}
    more |= {"inference_address": served_words[1], "chat_answer_s": 5.0}
    async with running_service(servers, "chat", ChatSettings, bootstrap, **more) as rig:
        yield rig


def branching(talk, message: pb.Message, **fields) -> pb.BranchConversationRequest:
    return pb.BranchConversationRequest(
        **{
            "conversation_id": talk.conversation_id,
            "message_id": message.message_id,
            "idempotency_key": new_id(),
        }
        | fields
    )


async def stream_of(rig: Rig[ChatSettings], conversation_id: str) -> list[RecordedEvent]:
    return [e async for e in rig.house.store.read_stream(f"conversation-{conversation_id}")]


async def noted(rig: Rig[ChatSettings], conversation_id: str) -> list[events.ConversationBranched]:
    stream = await stream_of(rig, conversation_id)
    return [e.message for e in stream if isinstance(e.message, events.ConversationBranched)]


@pytest.fixture
def seen_in(chat):
    async def messages(person: TestPerson, conversation_id: str) -> list[pb.Message]:
        request = pb.ListMessagesRequest(conversation_id=conversation_id, page_size=200)
        return list((await chat.ListMessages(request, metadata=person.call)).messages)[::-1]

    return messages


async def test_a_member_goes_on_alone_from_an_answer(rig, chat, group_talk, neighbours, words, seen_in) -> None:
    talk, (ben,) = await group_talk(assistant_mode=pb.ASSISTANT_MODE_MENTION)
    await talk.say("Shall we go to the lake?")
    asked = await talk.seen_by(ben).say("Madeleine, what do you think?", in_reply_to="")
    answer = await talk.answer()
    await talk.say("no, the hills")
    request = branching(talk, answer, title="The lake")
    branch = (await chat.BranchConversation(request, metadata=ben.call)).conversation
    assert [m.display_name for m in branch.members] == ["Ben"]
    assert (branch.title, branch.kind) == ("The lake", pb.CONVERSATION_KIND_GROUP)
    assert (branch.branched_from, branch.branched_at_message) == (talk.conversation_id, answer.message_id)
    found = await chat.GetConversation(
        pb.GetConversationRequest(conversation_id=branch.conversation_id), metadata=ben.call
    )
    assert found.conversation == branch
    # What was copied was read before.
    assert branch.unread == 0

    said = await seen_in(ben, branch.conversation_id)
    original = [m for m in await seen_in(ben, talk.conversation_id) if m.cursor <= answer.cursor]
    assert [(m.sender, m.sender_name, m.text, m.sent_at) for m in said] == [
        (m.sender, m.sender_name, m.text, m.sent_at) for m in original
    ]
    assert said[2].answer.state == pb.ANSWER_STATE_COMPLETE
    assert said[2].in_reply_to == said[1].message_id
    (note,) = await noted(rig, talk.conversation_id)
    assert (note.branch_id, note.branched_by) == (branch.conversation_id, ben.person_id)
    assert (note.trace.generation_id, note.trace.revision) == ("g", "base")
    assert set(note.words_of) == {talk.person.person_id, ben.person_id}

    # It goes on there: the model is shown what was copied, and an answer can be had again.
    here = type(talk)(chat, ben, branch.conversation_id)
    await here.say("Madeleine, and the boats?")

    async def went_on() -> bool:
        return len(await seen_in(ben, branch.conversation_id)) == 5

    await eventually(went_on)
    shown = [m.content for m in words.prompts[-1].messages]
    assert any("Shall we go to the lake?" in content for content in shown)
    assert not any("hills" in content for content in shown)
    again = pb.RegenerateMessageRequest(
        conversation_id=branch.conversation_id, message_id=said[2].message_id, idempotency_key=new_id()
    )
    new_message = (await chat.RegenerateMessage(again, metadata=ben.call)).message_id
    assert (await here.answer(new_message)).answer.replaces == said[2].message_id
    assert asked.message_id != said[1].message_id
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await seen_in(talk.person, branch.conversation_id)


async def test_what_was_taken_back_or_said_off_the_record_is_in_no_branch(chat, group_talk, seen_in) -> None:
    talk, (ben,) = await group_talk()
    await talk.say("one")
    between_us = await talk.say("between us", off_the_record=True)
    regretted = await talk.say("regretted")
    request = pb.DeleteMessageRequest(
        conversation_id=talk.conversation_id, message_id=regretted.message_id, idempotency_key=new_id()
    )
    await chat.DeleteMessage(request, metadata=talk.person.call)
    last = await talk.seen_by(ben).say("two", in_reply_to=between_us.message_id)
    for at, texts in ((last, ["one", "two"]), (regretted, ["one"])):
        branch = (await chat.BranchConversation(branching(talk, at), metadata=ben.call)).conversation
        said = await seen_in(ben, branch.conversation_id)
        assert [m.text for m in said] == texts
        assert not said[-1].in_reply_to


async def test_repeats_make_one_branch_and_one_note(rig, chat, group_talk) -> None:
    talk, (ben,) = await group_talk()
    sent = await talk.say("hello")
    request = branching(talk, sent)
    twins = await asyncio.gather(*(chat.BranchConversation(request, metadata=ben.call) for _ in range(4)))
    assert len({t.conversation.conversation_id for t in twins}) == 1
    assert len(await noted(rig, talk.conversation_id)) == 1
    branch_id = twins[0].conversation.conversation_id
    before = len(await stream_of(rig, branch_id))
    leaving = pb.RemoveMemberRequest(
        conversation_id=talk.conversation_id, person_id=ben.person_id, idempotency_key=new_id()
    )
    await chat.RemoveMember(leaving, metadata=ben.call)
    # Also for who has left since: the branch is theirs.
    again = await chat.BranchConversation(request, metadata=ben.call)
    assert again.conversation.members == twins[0].conversation.members
    assert len(await stream_of(rig, branch_id)) == before
    request.title = "another"
    async with refused(grpc.StatusCode.ALREADY_EXISTS, reason="IDEMPOTENCY_KEY_REUSED"):
        await chat.BranchConversation(request, metadata=ben.call)


async def test_what_cannot_be_branched_is_refused(rig, chat, servers, group_talk, direct_talk) -> None:
    talk, _ = await group_talk()
    sent = await talk.say("hello")
    own = await direct_talk()
    mine = await own.say("hello")
    eve = servers.person("Eve")
    for request, caller, code, told in (
        (branching(talk, sent), eve, grpc.StatusCode.PERMISSION_DENIED, {"reason": "NOT_A_MEMBER"}),
        (branching(talk, mine), talk.person, grpc.StatusCode.NOT_FOUND, {"reason": "MESSAGE_NOT_FOUND"}),
        (branching(talk, sent, title="x" * 201), talk.person, grpc.StatusCode.INVALID_ARGUMENT, {"field": "title"}),
        (branching(talk, sent, message_id=""), talk.person, grpc.StatusCode.INVALID_ARGUMENT, {"field": "message_id"}),
        (branching(own, mine, title="us"), own.person, grpc.StatusCode.INVALID_ARGUMENT, {"field": "title"}),
    ):
        async with refused(code, **told):
            await chat.BranchConversation(request, metadata=caller.call)
    assert not await noted(rig, talk.conversation_id)


async def test_an_erased_person_leaves_the_branches_too(
    rig, chat, group_talk, neighbours, words, erase, rebuilt_equal, seen_in
) -> None:
    talk, (ben,) = await group_talk(assistant_mode=pb.ASSISTANT_MODE_MENTION)
    await talk.say("my secret")
    await talk.seen_by(ben).say("Madeleine, what is new?")
    answer = await talk.answer()
    last = await talk.seen_by(ben).say("thanks")
    branch = (await chat.BranchConversation(branching(talk, last), metadata=ben.call)).conversation
    assert [m.text for m in await seen_in(ben, branch.conversation_id)] == [
        "my secret", "Madeleine, what is new?", answer.text, "thanks",
    ]  # fmt: skip
    await rebuilt_equal(rig)
    await erase(rig, talk.person)

    async def forgotten() -> bool:
        # The answer was made with her words in sight.
        left = [m.text for m in await seen_in(ben, branch.conversation_id)]
        return left == ["Madeleine, what is new?", "thanks"]

    await eventually(forgotten)
    await rebuilt_equal(rig)
    held = await rig.house.pool.fetchval(
        "SELECT count(*) FROM messages WHERE sender_id = $1 OR words_of @> ARRAY[$1::uuid]", talk.person.person_id
    )
    assert held == 0


async def test_an_answer_with_the_words_of_somebody_who_did_nothing_here_goes_with_them_too(
    rig, chat, servers, group_talk, neighbours, words, erase, rebuilt_equal, seen_in
) -> None:
    carl = servers.person("Carl")
    talk, (ben,) = await group_talk(assistant_mode=pb.ASSISTANT_MODE_MENTION)
    # What he shared with the group before he left it, say.
    note = memory.Memory(memory_id=new_id(), text="I hide it under the mat", speaker_id=carl.person_id)
    neighbours.memories = [note]
    await talk.say("Madeleine, where is it?")
    answer = await talk.answer()
    branch = (await chat.BranchConversation(branching(talk, answer), metadata=ben.call)).conversation
    places = (talk.conversation_id, branch.conversation_id)
    for place in places:
        assert len(await seen_in(ben, place)) == 2
    await erase(rig, carl)

    async def forgotten() -> bool:
        return [len(await seen_in(ben, place)) for place in places] == [1, 1]

    await eventually(forgotten)
    await rebuilt_equal(rig)
