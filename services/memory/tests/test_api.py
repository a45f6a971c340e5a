"""The gRPC face: audiences, filters, paging, stating, pinning, forgetting, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from madeleine.memory.v1 import memory_pb2 as pb
from madeleine_common.ids import new_id
from madeleine_common.testing import refused


async def test_nobody_ever_recalls_what_another_audience_said(world, dice) -> None:
    """Many people and groups, random talk: zero leaks, and everything that is theirs comes back."""
    people = [await world.sign_up(f"P{i}") for i in range(6)]
    spaces = {f"person:{p.person_id}": {p.person_id} for p in people}
    groups = [new_id() for _ in range(4)]
    members = {g: dice.sample(people, 3) for g in groups}
    spaces |= {f"conversation:{g}": {p.person_id for p in members[g]} for g in groups}
    said: dict[str, set[str]] = {space: set() for space in spaces}
    for i in range(60):
        text = f"secret number {i} about {dice.choice(['tea', 'rain', 'music'])}"
        if dice.random() < 0.5:
            speaker = dice.choice(people)
            await world.say(speaker, text)
            said[f"person:{speaker.person_id}"].add(text)
        else:
            group = dice.choice(groups)
            await world.say(dice.choice(members[group]), text, conversation=group, group=True)
            said[f"conversation:{group}"].add(text)
    for person in people:
        mine = {r.memory.text for r in await world.recall(person, "secret number", limit=50)}
        assert mine == said[f"person:{person.person_id}"]
    for _ in range(20):
        audience = dice.sample(sorted(spaces), dice.randint(1, 4))
        heard = {r.memory.text for r in await world.recall_in(audience, "secret number", limit=50)}
        allowed = set().union(*(said[space] for space in audience))
        assert heard <= allowed
        assert len(heard) == min(50, len(allowed))


async def test_a_person_reaches_only_their_own_space_and_a_service_must_name_its(world) -> None:
    ana, ben = await world.sign_up("Ana"), await world.sign_up("Ben")
    other = f"person:{ben.person_id}"
    assert await world.recall(ana, "x", spaces=[f"person:{ana.person_id}"]) == []
    for space in (other, f"conversation:{new_id()}"):
        async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_YOUR_SPACE"):
            await world.recall(ana, "x", spaces=[space])
        async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_YOUR_SPACE"):
            await world.stub.ListMemories(pb.ListMemoriesRequest(space=space), metadata=ana.call)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="spaces"):
        await world.recall_in([], "x")


async def test_a_member_lists_what_is_kept_of_their_group_and_nobody_else_does(world) -> None:
    ana, ben, eve = await world.sign_up("Ana"), await world.sign_up("Ben"), await world.sign_up("Eve")
    group = new_id()
    world.chat.conversations[group] = [ana.person_id, ben.person_id]
    await world.say(ana, "we meet at nine", conversation=group, group=True)
    request = pb.ListMemoriesRequest(space=f"conversation:{group}")
    listed = await world.stub.ListMemories(request, metadata=ben.call)
    assert [(m.text, m.speaker_id) for m in listed.memories] == [("we meet at nine", ana.person_id)]
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_YOUR_SPACE"):
        await world.stub.ListMemories(request, metadata=eve.call)
    world.chat.conversations[group].remove(ben.person_id)
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_YOUR_SPACE"):
        await world.stub.ListMemories(request, metadata=ben.call)


async def test_row_level_security_holds_even_where_a_query_forgets_its_filter(world) -> None:
    ana = await world.sign_up("Ana")
    await world.say(ana, "for me alone")
    connection = await asyncpg.connect(world.rig.database_url)
    try:
        async with connection.transaction():
            # The tests' own role is a superuser, whom no policy binds.
            await connection.execute("CREATE ROLE plain NOLOGIN; GRANT SELECT ON memory TO plain; SET LOCAL ROLE plain")
            count = "SELECT count(*), count(DISTINCT space) FROM memory"
            assert tuple(await connection.fetchrow(count) or ()) == (0, 0)
            await connection.execute("SELECT set_config('madeleine.spaces', $1, true)", f"person:{ana.person_id}")
            assert tuple(await connection.fetchrow(count) or ()) == (1, 1)
            await connection.execute("RESET ROLE; REVOKE ALL ON memory FROM plain; DROP ROLE plain")
    finally:
        await connection.close()


async def test_filters_by_time_and_by_event(world) -> None:
    ana = await world.sign_up("Ana")
    first, _ = await world.say(ana, "tea one")
    second, _ = await world.say(ana, "tea two")
    at = Timestamp()
    at.FromDatetime(second.metadata.occurred_at)
    assert [r.memory.text for r in await world.recall(ana, "tea", before=at)] == ["tea one"]
    assert [r.memory.text for r in await world.recall(ana, "tea", after=at)] == ["tea two"]
    assert [r.memory.text for r in await world.recall(ana, "tea", exclude_event_ids=[second.event_id])] == ["tea one"]
    again, _ = await world.say(ana, "tea one")
    kept = await world.recall(ana, "tea", exclude_event_ids=[again.event_id])
    assert {r.memory.text for r in kept} == {"tea one", "tea two"}, "an earlier memory stays when it is only repeated"
    assert again.metadata.occurred_at - first.metadata.occurred_at > timedelta(0)


async def test_a_list_is_paged_newest_first_with_its_total(world) -> None:
    ana = await world.sign_up("Ana")
    for i in range(5):
        await world.say(ana, f"note {i}")
    texts, token = [], ""
    while True:
        request = pb.ListMemoriesRequest(page_size=2, page_token=token)
        page = await world.stub.ListMemories(request, metadata=ana.call)
        assert page.total == 5
        texts += [m.text for m in page.memories]
        token = page.next_page_token
        if not token:
            break
    assert texts == [f"note {i}" for i in reversed(range(5))]
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="page_token"):
        await world.stub.ListMemories(pb.ListMemoriesRequest(page_token="WzFd"), metadata=ana.call)


async def test_a_statement_is_kept_pinned_once_and_explained(world) -> None:
    ana = await world.sign_up("Ana")
    request = pb.RememberRequest(text="Call me Annie", idempotency_key=new_id())
    first = (await world.stub.Remember(request, metadata=ana.call)).memory
    again = (await world.stub.Remember(request, metadata=ana.call)).memory
    assert first == again
    assert first.pinned
    assert first.kind == pb.MEMORY_KIND_STATEMENT
    assert [r.memory for r in await world.recall(ana, "Annie")] == [first]
    pin = pb.PinMemoryRequest(memory_id=first.memory_id, pinned=False, idempotency_key=new_id())
    assert not (await world.stub.PinMemory(pin, metadata=ana.call)).memory.pinned
    explained = await world.stub.ExplainMemory(pb.ExplainMemoryRequest(memory_id=first.memory_id), metadata=ana.call)
    assert explained.reasons[0].startswith("Ana asked to have it remembered on ")
    budget = await world.stub.GetBudget(pb.GetBudgetRequest(), metadata=ana.call)
    assert (budget.used_bytes, budget.limit_bytes) == (len("Call me Annie"), 4 * 1024 * 1024)
    ben = await world.sign_up("Ben")
    async with refused(grpc.StatusCode.NOT_FOUND):
        await world.stub.ExplainMemory(pb.ExplainMemoryRequest(memory_id=first.memory_id), metadata=ben.call)
    async with refused(grpc.StatusCode.NOT_FOUND):
        await world.stub.PinMemory(pin, metadata=ben.call)


async def test_nothing_is_stated_without_consent(world) -> None:
    eve = await world.sign_up("Eve", remembers=False)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="MEMORY_OFF"):
        await world.stub.Remember(pb.RememberRequest(text="me", idempotency_key=new_id()), metadata=eve.call)


async def test_what_a_plan_showed_is_forgotten_for_good(world) -> None:
    ana, ben = await world.sign_up("Ana"), await world.sign_up("Ben")
    _, sent = await world.say(ana, "My knee surgery is in May")
    await world.say(ana, "I like jazz")
    plan = await world.stub.PlanForget(pb.PlanForgetRequest(wish="forget my knee surgery"), metadata=ana.call)
    assert [m.text for m in plan.memories] == ["My knee surgery is in May"]
    assert await world.recall(ana, "knee"), "a plan removes nothing"
    request = pb.ForgetRequest(plan_id=plan.plan_id, idempotency_key=new_id())
    async with refused(grpc.StatusCode.NOT_FOUND):
        await world.stub.Forget(request, metadata=ben.call)
    for _ in range(2):
        assert (await world.stub.Forget(request, metadata=ana.call)).forgotten == 1
    assert await world.recall(ana, "knee") == []
    # The same message told again, as a replay of the chat stream into a fresh consumer would.
    await world.publish("chat", f"conversation-{new_id()}", sent, f"person:{ana.person_id}")
    await world.edit(ana, sent, "My knee surgery is in June")
    assert await world.recall(ana, "knee") == []
    assert [r.memory.text for r in await world.recall(ana, "jazz")] == ["I like jazz"]


async def test_bad_requests_name_every_bad_field_and_strangers_are_refused(world) -> None:
    ana = await world.sign_up("Ana")
    async with refused(grpc.StatusCode.INVALID_ARGUMENT) as refusal:
        await world.recall(ana, " ", limit=51, spaces=["person:*"], exclude_event_ids=["x"])
    assert set(refusal.fields) == {"query", "limit", "spaces[0]", "exclude_event_ids[0]"}
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="query"):
        await world.recall(ana, "x" * 70_000)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="before"):
        await world.recall(ana, "x", before=Timestamp(seconds=10**13))
    async with refused(grpc.StatusCode.UNAUTHENTICATED):
        await world.stub.Recall(pb.RecallRequest(query="x"))
    async with refused(grpc.StatusCode.PERMISSION_DENIED):
        await world.stub.GetBudget(pb.GetBudgetRequest(), metadata=world.servers.service_call("chat"))


async def test_a_search_is_paged_in_the_order_of_its_ranking(world) -> None:
    ana = await world.sign_up("Ana")
    await world.say(ana, "rice for dinner")
    for i in range(5):
        await world.say(ana, f"the lake was cold on walk {i}")
    texts, token = [], ""
    while True:
        request = pb.SearchMemoriesRequest(query="cold lake", page_size=2, page_token=token)
        page = await world.stub.SearchMemories(request, metadata=ana.call)
        texts += [r.memory.text for r in page.memories]
        token = page.next_page_token
        if not token:
            break
    assert sorted(texts) == [f"the lake was cold on walk {i}" for i in range(5)]
    assert texts == [r.memory.text for r in await world.recall(ana, "cold lake")]
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="page_token"):
        await world.stub.SearchMemories(pb.SearchMemoriesRequest(query="x", page_token="WzFd" * 3), metadata=ana.call)


async def test_a_profile_has_what_is_pinned_and_what_lasts_first_and_of_nobody_else(world) -> None:
    ana, ben = await world.sign_up("Ana"), await world.sign_up("Ben")
    for text in ("a bin lid blew across the road", "I am a nurse and I am allergic to penicillin, since 2009"):
        await world.say(ana, text)
    kept = await world.remember(ana, "Call me Annie")
    await world.say(ben, "I am a baker in Lake Street")
    profile = await world.stub.GetProfile(pb.GetProfileRequest(), metadata=ana.call)
    assert (profile.person_id, profile.display_name, profile.remembers) == (ana.person_id, "Ana", True)
    texts = [fact.memory.text for fact in profile.facts]
    assert texts == [kept.text, "I am a nurse and I am allergic to penicillin, since 2009", texts[2]]
    assert [fact.lasting for fact in profile.facts] == sorted((f.lasting for f in profile.facts), reverse=True)
    assert profile.facts[0].lasting == 1
    (first,) = (await world.stub.GetProfile(pb.GetProfileRequest(limit=1), metadata=ana.call)).facts
    assert first.memory.memory_id == kept.memory_id
