"""Roles, bans, mutes, titles and the switch of memory, over real gRPC, PostgreSQL and NATS."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, eventually, refused, running_service

from .conftest import committed

OWNER, ADMIN, MEMBER, GUEST = pb.MEMBER_ROLE_OWNER, pb.MEMBER_ROLE_ADMIN, pb.MEMBER_ROLE_MEMBER, pb.MEMBER_ROLE_GUEST


@pytest.fixture(scope="module")
async def rig(servers: Servers, all_neighbours, served_words) -> AsyncIterator[Rig[ChatSettings]]:
    more = {f"{name}_address": all_neighbours.address for name in ("identity", "memory", "miniapp")}
    more |= {"inference_address": served_words[1], "chat_answer_s": 5.0}
    async with running_service(servers, "chat", ChatSettings, bootstrap, **more) as rig:
        yield rig


def soon(hours: float = 1) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours))
    return stamp


class Group:
    """A group's calls, by who makes them."""

    def __init__(self, chat, talk) -> None:
        self.chat, self.talk, self.conversation_id = chat, talk, talk.conversation_id

    async def _call(self, name: str, caller, request) -> pb.Conversation:
        return (await getattr(self.chat, name)(request, metadata=caller.call)).conversation

    async def role(self, caller, person, role) -> pb.Conversation:
        request = pb.ChangeRoleRequest(
            conversation_id=self.conversation_id, person_id=person.person_id, role=role, idempotency_key=new_id()
        )
        return await self._call("ChangeRole", caller, request)

    async def remove(self, caller, person) -> pb.Conversation:
        request = pb.RemoveMemberRequest(
            conversation_id=self.conversation_id, person_id=person.person_id, idempotency_key=new_id()
        )
        return await self._call("RemoveMember", caller, request)

    async def ban(self, caller, person) -> pb.Conversation:
        request = pb.BanMemberRequest(
            conversation_id=self.conversation_id, person_id=person.person_id, idempotency_key=new_id()
        )
        return await self._call("BanMember", caller, request)

    async def unban(self, caller, person) -> None:
        request = pb.UnbanMemberRequest(
            conversation_id=self.conversation_id, person_id=person.person_id, idempotency_key=new_id()
        )
        await self.chat.UnbanMember(request, metadata=caller.call)

    async def bans(self, caller) -> list[pb.Ban]:
        request = pb.ListBansRequest(conversation_id=self.conversation_id)
        return list((await self.chat.ListBans(request, metadata=caller.call)).bans)

    async def mute(self, caller, person, until: Timestamp | None) -> pb.Conversation:
        request = pb.MuteMemberRequest(
            conversation_id=self.conversation_id, person_id=person.person_id, until=until, idempotency_key=new_id()
        )
        return await self._call("MuteMember", caller, request)

    async def quiet(self, caller, until: Timestamp | None) -> pb.Conversation:
        request = pb.MuteConversationRequest(
            conversation_id=self.conversation_id, until=until, idempotency_key=new_id()
        )
        return await self._call("MuteConversation", caller, request)

    async def update(self, caller, **fields) -> pb.Conversation:
        request = pb.UpdateConversationRequest(
            **{"conversation_id": self.conversation_id, "idempotency_key": new_id()} | fields
        )
        return await self._call("UpdateConversation", caller, request)

    async def seen(self, caller) -> pb.Conversation:
        request = pb.GetConversationRequest(conversation_id=self.conversation_id)
        return await self._call("GetConversation", caller, request)

    def roles(self, conversation: pb.Conversation) -> dict[str, int]:
        return {m.display_name: m.role for m in conversation.members}


@pytest.fixture
def group(chat, group_talk):
    async def start(*names: str, **more):
        talk, others = await group_talk(*names, **more)
        return (Group(chat, talk), talk.person, *others)

    return start


async def test_a_role_is_given_and_shown_to_all(group) -> None:
    friends, ana, ben, gus = await group("Ben", "Gus")
    changed = await friends.role(ana, ben, ADMIN)
    assert friends.roles(changed) == {"Ana": OWNER, "Ben": ADMIN, "Gus": MEMBER}
    assert friends.roles(await friends.role(ben, gus, GUEST))["Gus"] == GUEST
    assert await friends.seen(gus) == await friends.seen(ben)
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="ROLE_REQUIRED"):
        await friends.role(ben, ben, OWNER)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="LAST_OWNER"):
        await friends.role(ana, ana, MEMBER)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="role"):
        await friends.role(ana, ben, 0)


async def test_two_owners_leaving_at_once_leave_a_group_with_an_owner(group) -> None:
    friends, ana, ben, cleo = await group("Ben", "Cleo")
    await friends.role(ana, ben, OWNER)
    await asyncio.gather(friends.remove(ana, ana), friends.remove(ben, ben))
    assert friends.roles(await friends.seen(cleo)) == {"Cleo": OWNER}
    left = await friends.remove(cleo, cleo)
    # Who is out is told nothing of those who stay.
    assert left == pb.Conversation(conversation_id=friends.conversation_id)
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await friends.seen(cleo)


async def test_two_owners_stepping_down_at_once_leave_one(group) -> None:
    friends, ana, ben = await group("Ben")
    await friends.role(ana, ben, OWNER)
    done = await asyncio.gather(friends.role(ana, ana, MEMBER), friends.role(ben, ben, MEMBER), return_exceptions=True)
    assert sorted(friends.roles(await friends.seen(ana)).values()) == [OWNER, MEMBER]
    (error,) = [d for d in done if isinstance(d, grpc.aio.AioRpcError)]
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_who_leaves_while_being_promoted_is_out(group) -> None:
    friends, ana, ben = await group("Ben")
    promoted, _ = await asyncio.gather(friends.role(ana, ben, ADMIN), friends.remove(ben, ben), return_exceptions=True)
    assert friends.roles(await friends.seen(ana)) == {"Ana": OWNER}
    if isinstance(promoted, grpc.aio.AioRpcError):
        assert promoted.code() is grpc.StatusCode.NOT_FOUND
    async with refused(grpc.StatusCode.NOT_FOUND, reason="MEMBER_NOT_FOUND"):
        await friends.role(ana, ben, ADMIN)


async def test_somebody_removed_while_they_write_is_heard_before_it_or_not_at_all(rig, group) -> None:
    friends, ana, ben = await group("Ben")
    talk = friends.talk.seen_by(ben)
    told = await asyncio.gather(*(talk.say(f"{i}") for i in range(6)), friends.remove(ana, ben), return_exceptions=True)
    heard = sum(isinstance(t, pb.Message) for t in told[:-1])
    assert isinstance(told[-1], pb.Conversation)
    for error in (t for t in told if isinstance(t, grpc.aio.AioRpcError)):
        assert error.code() is grpc.StatusCode.PERMISSION_DENIED
    stream = [
        e.type.rpartition(".")[2] async for e in rig.house.store.read_stream(f"conversation-{talk.conversation_id}")
    ]
    assert stream.index("MemberRemoved") == len(stream) - 1
    assert stream.count("MessageSent") == heard


async def test_a_ban_keeps_out_until_it_is_lifted(chat, servers, neighbours, group) -> None:
    friends, ana, ben, cleo = await group("Ben", "Cleo")
    eve = servers.person("Eve")
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="person_id"):
        await friends.ban(ana, eve)
    neighbours.knows(eve)
    assert friends.roles(await friends.ban(ana, ben)) == {"Ana": OWNER, "Cleo": MEMBER}
    await friends.ban(ana, eve)
    assert [(b.display_name, b.banned_by) for b in await friends.bans(ana)] == [
        ("Ben", ana.person_id),
        ("Eve", ana.person_id),
    ]
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="ROLE_REQUIRED"):
        await friends.bans(cleo)
    adding = pb.AddMemberRequest(
        conversation_id=friends.conversation_id, person_id=ben.person_id, idempotency_key=new_id()
    )
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="BANNED"):
        await chat.AddMember(adding, metadata=ana.call)
    await friends.unban(ana, ben)
    async with refused(grpc.StatusCode.NOT_FOUND, reason="BAN_NOT_FOUND"):
        await friends.unban(ana, ben)
    adding.idempotency_key = new_id()
    await chat.AddMember(adding, metadata=ana.call)
    assert [b.display_name for b in await friends.bans(ana)] == ["Eve"]


async def test_who_is_muted_reads_and_does_not_write(chat, group) -> None:
    friends, ana, ben = await group("Ben")
    talk, until = friends.talk.seen_by(ben), soon()
    mine = await talk.say("hello")
    muted = await friends.mute(ana, ben, until)
    assert muted.members[1].muted_until == until
    assert (await friends.seen(ben)).members == muted.members
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="MUTED"):
        await talk.say("let me speak")
    editing = pb.EditMessageRequest(
        conversation_id=talk.conversation_id, message_id=mine.message_id, text="hullo", idempotency_key=new_id()
    )
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="MUTED"):
        await chat.EditMessage(editing, metadata=ben.call)
    assert [m.text for m in await talk.messages()] == ["hello"]
    lifted = await friends.mute(ana, ben, None)
    assert not lifted.members[1].HasField("muted_until")
    assert (await friends.seen(ben)).members == lifted.members
    await talk.say("thanks")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await friends.mute(ana, ben, soon(-1))
    assert "until" in (error.value.details() or "")
    for bad in (friends.mute, lambda who, _, until: friends.quiet(who, until)):
        async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="until"):
            await bad(ana, ben, Timestamp(seconds=-(10**14)))


async def test_a_wish_not_to_be_notified_is_shown_to_nobody_else(rig, group) -> None:
    friends, ana, ben = await group("Ben")
    until = soon()
    await friends.talk.say("hello")
    before = await friends.seen(ana)
    wished = await friends.quiet(ben, until)
    assert wished.notifications_muted_until == until
    assert (wished.unread, wished.last_activity_at) == (1, before.last_activity_at)
    assert (await friends.seen(ben)).notifications_muted_until == until
    assert await friends.seen(ana) == before
    head = await rig.house.store.head(f"conversation-{friends.conversation_id}")
    own = friends.talk.seen_by(ben).stream(head - 1)
    update = await own.read()
    assert (update.cursor, update.conversation.notifications_muted_until) == (head, until)
    own.cancel()
    await friends.talk.say("news")
    other = friends.talk.stream(head - 1)
    update = await committed(other)
    # Ana's cursor goes past the change that is Ben's own.
    assert (update.message.text, update.cursor) == ("news", head + 1)
    other.cancel()
    await friends.quiet(ben, None)
    assert not (await friends.seen(ben)).HasField("notifications_muted_until")


async def test_a_new_title_is_told_to_who_watches(group) -> None:
    friends, ana, ben = await group("Ben")
    watching = friends.talk.seen_by(ben).stream(-1)
    await watching.read()
    renamed = await friends.update(ana, title="Hike")
    async with asyncio.timeout(15):
        update = await committed(watching)
    watching.cancel()
    assert update.conversation.title == renamed.title == "Hike"
    for field, fields in (
        ("title", {"title": "x" * 201}),
        ("title", {}),
        ("idempotency_key", {"idempotency_key": "", "title": "x"}),
    ):
        async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
            await friends.update(ana, **fields)
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="ROLE_REQUIRED"):
        await friends.update(ben, title="Mine")


async def test_a_threshold_is_kept_with_the_mode(chat, group) -> None:
    friends, ana, _ = await group("Ben")
    request = pb.SetAssistantModeRequest(
        conversation_id=friends.conversation_id,
        mode=pb.ASSISTANT_MODE_AUTO,
        speak_threshold=0.25,
        idempotency_key=new_id(),
    )
    set_so = (await chat.SetAssistantMode(request, metadata=ana.call)).conversation
    assert (set_so.assistant_mode, set_so.speak_threshold) == (pb.ASSISTANT_MODE_AUTO, 0.25)
    assert await friends.seen(ana) == set_so
    for bad in (1.0, -0.1, float("nan")):
        request.speak_threshold = bad
        async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="speak_threshold"):
            await chat.SetAssistantMode(request, metadata=ana.call)


async def test_with_memory_off_the_ai_answers_from_what_it_sees_alone(
    rig, chat, direct_talk, neighbours, words
) -> None:
    talk = await direct_talk()
    neighbours.knows(talk.person)
    neighbours.memories = [memory.Memory(memory_id=new_id(), text="Ana likes figs.", speaker_name="Ana")]
    friends = Group(chat, talk)
    assert (await friends.update(talk.person, memory_off=True)).memory_off
    await talk.say("what do I like?")
    answer = await talk.answer()
    assert answer.text == "I am here."
    assert not answer.answer.memory_ids
    assert not answer.answer.citations
    assert not neighbours.recalls
    assert "figs" not in words.prompts[-1].messages[0].content
    recorded = [e async for e in rig.house.store.read_stream(f"conversation-{talk.conversation_id}")]
    assert [e.message.memory_space for e in recorded[-2:]] == ["", ""]
    # Its one person's key still seals what it told them.
    assert recorded[-1].subject == f"person:{talk.person.person_id}"

    await friends.update(talk.person, memory_off=False)
    sent = await talk.say("and now?")

    async def answered() -> bool:
        return (await talk.messages())[0].in_reply_to == sent.message_id

    await eventually(answered)
    assert "figs" in words.prompts[-1].messages[0].content


async def test_an_erased_member_takes_bans_mutes_and_wishes_along(
    rig, servers, neighbours, group, erase, rebuilt_equal
) -> None:
    friends, ana, ben, cleo = await group("Ben", "Cleo")
    await friends.role(ana, ben, ADMIN)
    await friends.mute(ana, cleo, soon())
    await friends.quiet(cleo, soon())
    await friends.mute(ana, ben, soon())
    await friends.ban(ana, ben)
    await friends.update(ana, title="Hike", memory_off=True)
    await rebuilt_equal(rig)
    for gone in (ben, cleo):
        await erase(rig, gone)

    async def forgotten() -> bool:
        names = [m.display_name for m in (await friends.seen(ana)).members]
        return names == ["Ana"] and not await friends.bans(ana)

    await eventually(forgotten)
    seen = await friends.seen(ana)
    assert (seen.title, seen.memory_off) == ("Hike", True)
    people = [ben.person_id, cleo.person_id]
    for table in ("mutes", "notifications", "members"):
        held = await rig.house.pool.fetchval(
            f"SELECT count(*) FROM {table} WHERE person_id = ANY($1::uuid[])",  # noqa: S608 (constants only)
            people,
        )
        assert held == 0, table
    await rebuilt_equal(rig)
