"""What members see before the read model shows it: who is there, who types, what is said just now."""

from __future__ import annotations

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application import presence as presences
from madeleine_chat.application.stream import FROM_NOW
from madeleine_chat.application.watching import Watch
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, TestPerson, refused, running_service

from .conftest import Talk, Watching, addresses


def present(seen: Watching) -> set[str]:
    """Who is present, by the last word of it."""
    told = [u.presence.person_ids for u in seen.updates if u.HasField("presence")]
    return set(told[-1]) if told else set()


def typing(seen: Watching) -> list[tuple[str, bool]]:
    return [(u.typing.person_id, u.typing.typing) for u in seen.updates if u.HasField("typing")]


async def set_typing(talk: Talk, is_typing: bool = True) -> None:
    request = pb.SetTypingRequest(conversation_id=talk.conversation_id, typing=is_typing)
    await talk.chat.SetTyping(request, metadata=talk.person.call)


@pytest.fixture
async def watch():
    watching: list[Watching] = []

    def start(talk: Talk, after: int = FROM_NOW) -> Watching:
        watching.append(Watching(talk.stream(after)))
        return watching[-1]

    yield start
    for one in watching:
        await one.stop()


@pytest.fixture
def other_process(servers: Servers, rig, all_neighbours):
    """One more replica over the same database."""
    more = {**addresses(all_neighbours), "inference_address": "127.0.0.1:1", "database_url": rig.database_url}
    return running_service(servers, "chat", ChatSettings, bootstrap, roles=("serve",), **more)


async def test_somebody_with_three_devices_is_present_once(group_talk, watch) -> None:
    talk, (ben,) = await group_talk()
    ana, bens = talk.person.person_id, talk.seen_by(ben)
    seen = watch(talk)
    devices = [watch(bens) for _ in range(3)]
    await seen.until(lambda: present(seen) == {ana, ben.person_id})
    await devices[2].until(lambda: present(devices[2]) == {ana, ben.person_id})
    told = [list(u.presence.person_ids) for u in seen.updates if u.HasField("presence")]
    assert all(len(people) == len(set(people)) for people in told)
    for device in devices[:2]:
        await device.stop()
    await bens.say("still here")
    await seen.until(lambda: seen.texts == ["still here"])
    assert present(seen) == {ana, ben.person_id}
    await devices[2].stop()
    await seen.until(lambda: present(seen) == {ana})


async def test_presence_is_merged_across_processes(group_talk, watch, other_process) -> None:
    talk, (ben,) = await group_talk()
    ana = talk.person.person_id
    async with other_process as there:
        seen = watch(talk)
        await seen.until(lambda: present(seen) == {ana})
        bens = Watching(Talk(type(talk.chat)(there.channel), ben, talk.conversation_id).stream(FROM_NOW))
        await seen.until(lambda: present(seen) == {ana, ben.person_id})
        await bens.until(lambda: present(bens) == {ana, ben.person_id})
        await bens.stop()
        await seen.until(lambda: present(seen) == {ana})


async def test_who_is_removed_is_not_present(chat, group_talk, watch) -> None:
    talk, (ben,) = await group_talk()
    seen, bens = watch(talk), watch(talk.seen_by(ben))
    await seen.until(lambda: ben.person_id in present(seen))
    await remove(talk, ben)
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await bens.ended()
    await seen.until(lambda: present(seen) == {talk.person.person_id})


async def remove(talk: Talk, person: TestPerson) -> None:
    request = pb.RemoveMemberRequest(
        conversation_id=talk.conversation_id, person_id=person.person_id, idempotency_key=new_id()
    )
    await talk.chat.RemoveMember(request, metadata=talk.person.call)


def test_a_process_that_is_silent_is_gone() -> None:
    presence = presences.Presence()
    presence.come("ana")
    presence.told("p1", ["ben", "ana"], now=100.0)
    presence.told("p2", ["cleo"], now=100.0 + presences.BEAT_S)
    assert presence.people == ["ana", "ben", "cleo"]
    presence.forget_silent(100.0 + presences.GONE_S + 1)
    assert presence.people == ["ana", "cleo"]
    presence.told("p2", [], now=130.0)
    assert presence.people == ["ana"]


async def test_others_see_who_types_and_at_most_so_often(group_talk, watch) -> None:
    talk, (ben,) = await group_talk()
    seen, own = watch(talk), watch(talk.seen_by(ben))
    await seen.until(lambda: ben.person_id in present(seen))
    bens = talk.seen_by(ben)
    for _ in range(5):
        await set_typing(bens)
    await set_typing(bens, False)
    await set_typing(bens, False)
    await bens.say("done")
    await own.until(lambda: own.texts == ["done"])
    await seen.until(lambda: seen.texts == ["done"])
    assert typing(seen) == [(ben.person_id, True), (ben.person_id, False)]
    # Nobody needs to be told of their own.
    assert typing(own) == []


async def test_only_members_type(chat, servers: Servers, group_talk) -> None:
    talk, _ = await group_talk()
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await set_typing(talk.seen_by(servers.person("Eve")))
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="conversation_id"):
        await chat.SetTyping(pb.SetTypingRequest(conversation_id="x"), metadata=talk.person.call)
    async with refused(grpc.StatusCode.NOT_FOUND, reason="CONVERSATION_NOT_FOUND"):
        await set_typing(Talk(chat, talk.person, "00000000-0000-7000-8000-000000000000"))


async def test_a_message_is_seen_before_the_read_model_has_it(
    monkeypatch: pytest.MonkeyPatch, rig, group_talk, watch
) -> None:
    talk, (ben,) = await group_talk()
    await talk.messages()
    seen = watch(talk.seen_by(ben))
    await seen.until(lambda: bool(present(seen)))
    # The read model is held off by a lock on its tables, as a slow database would hold it.
    async with rig.house.pool.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE changes IN EXCLUSIVE MODE")
        first, second = await talk.say("one"), await talk.say("two")
        await seen.until(lambda: seen.texts == ["one", "two"])
    cursors = [u.cursor for u in seen.updates if u.HasField("message")]
    assert cursors == [first.cursor, second.cursor]
    # When the read model has it, nothing comes twice, and a resume shows nothing again.
    last = await talk.say("three")
    assert [m.text for m in await talk.messages()] == ["three", "two", "one"]
    again = watch(talk.seen_by(ben), second.cursor)
    await again.until(lambda: again.texts == ["three"])
    await seen.until(lambda: seen.texts == ["one", "two", "three"])
    assert last.cursor == seen.updates[-1].cursor


async def test_twenty_followers_read_once(monkeypatch: pytest.MonkeyPatch, rig, chat, group_talk, watch) -> None:
    talk, others = await group_talk(*(f"P{i}" for i in range(19)))
    sent = await talk.say("at noon")
    await talk.messages()
    everybody = [watch(talk), *(watch(talk.seen_by(other)) for other in others)]
    for seen in everybody:
        await seen.until(lambda seen=seen: len(present(seen)) == 20)
    reads = 0
    before = type(rig.house.pool).fetch

    async def counted(pool, query: str, *args, **more):
        nonlocal reads
        reads += "LATERAL (SELECT * FROM changes" in query
        return await before(pool, query, *args, **more)

    monkeypatch.setattr(type(rig.house.pool), "fetch", counted)
    request = pb.EditMessageRequest(
        conversation_id=talk.conversation_id, message_id=sent.message_id, text="at one", idempotency_key=new_id()
    )
    await chat.EditMessage(request, metadata=talk.person.call)
    for seen in everybody:
        await seen.until(lambda seen=seen: seen.texts == ["at one"])
    assert 1 <= reads <= 3


async def test_lost_news_of_a_commit_is_made_up_for(monkeypatch: pytest.MonkeyPatch, chat, group_talk, watch) -> None:
    talk, _ = await group_talk()
    sent = await talk.say("at noon")
    heard = Watch.committed

    def only_polled(watch: Watch, head: int = 0, reached: int = 0) -> None:
        if head:
            heard(watch, head, reached)

    monkeypatch.setattr(Watch, "committed", only_polled)
    seen = watch(talk)
    await seen.until(lambda: bool(present(seen)))
    request = pb.EditMessageRequest(
        conversation_id=talk.conversation_id, message_id=sent.message_id, text="at one", idempotency_key=new_id()
    )
    await chat.EditMessage(request, metadata=talk.person.call)
    await seen.until(lambda: seen.texts == ["at one"])
