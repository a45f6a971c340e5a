"""What memory keeps of other services' events, and what it must not keep; every event is delivered twice."""

from __future__ import annotations

import asyncio

from madeleine.chat.v1 import events_pb2 as chat
from madeleine.memory.v1 import memory_pb2 as pb
from madeleine.miniapp.v1 import events_pb2 as miniapp
from madeleine_common.ids import new_id
from madeleine_common.testing import eventually
from madeleine_memory.domain.ids import memory_id_of


async def test_a_message_is_recalled_in_english_though_the_embedder_is_down(world) -> None:
    ana = await world.sign_up("Ana")
    event, _ = await world.say(ana, "My sister Clara moved to Lisbon in spring")
    await world.say(ana, "The weather is fine today")
    found = await world.recall(ana, "Where did my sister move?")
    memory = found[0].memory
    assert memory.text == "My sister Clara moved to Lisbon in spring"
    assert memory.memory_id == memory_id_of(event.event_id)
    assert list(memory.source_event_ids) == [event.event_id]
    assert memory.occurred_at.ToDatetime() == event.metadata.occurred_at.replace(tzinfo=None)
    assert (memory.kind, memory.speaker_name, memory.bytes) == (pb.MEMORY_KIND_EPISODE, "Ana", len(memory.text))
    assert "meaning 0.00" in found[0].why


async def test_chinese_is_recalled_by_its_bigrams(world) -> None:
    mei = await world.sign_up("美")
    await world.say(mei, "我妹妹三月搬到了上海")
    await world.say(mei, "今天天气很好")
    assert (await world.recall(mei, "妹妹搬到哪里去了？"))[0].memory.text == "我妹妹三月搬到了上海"


async def test_a_speaker_is_named_by_a_word_and_not_by_a_part_of_one(world) -> None:
    ana, mei = await world.sign_up("Ana"), await world.sign_up("美")
    await world.say(ana, "I bought bananas")
    await world.say(mei, "我买了香蕉")
    for person, query, named in (
        (ana, "Who bought bananas?", False),
        (ana, "What are Ana's bananas like?", True),
        (mei, "谁买了香蕉？", False),
        (mei, "美买了香蕉吗？", True),
    ):
        (found,) = await world.recall(person, query)
        assert ("its speaker is named" in found.why) == named, query


async def test_delivered_twice_has_one_effect_and_said_twice_touches_the_old(world) -> None:
    ben = await world.sign_up("Ben")
    first, _ = await world.say(ben, "I am allergic to peanuts")
    second, _ = await world.say(ben, "I am allergic to peanuts")
    (found,) = await world.recall(ben, "peanuts")
    assert set(found.memory.source_event_ids) == {first.event_id, second.event_id}
    seen = await world.rig.house.pool.fetchval(
        "SELECT times_seen FROM memory WHERE memory_id = $1", found.memory.memory_id
    )
    assert seen == 2


async def test_an_edit_replaces_what_was_said_and_spares_who_else_said_it(world) -> None:
    cleo = await world.sign_up("Cleo")
    first, sent = await world.say(cleo, "The keys are under the mat")
    await world.edit(cleo, sent, "The keys are in the shed")
    (found,) = await world.recall(cleo, "keys")
    assert found.memory.text == "The keys are in the shed"
    assert found.memory.memory_id == memory_id_of(first.event_id)
    assert len(found.memory.source_event_ids) == 2
    assert await world.recall(cleo, "mat") == []
    await world.say(cleo, "Dinner at eight")
    _, again = await world.say(cleo, "Dinner at eight")
    await world.edit(cleo, again, "Dinner at nine")
    assert {r.memory.text for r in await world.recall(cleo, "dinner")} == {"Dinner at eight", "Dinner at nine"}


async def test_a_deleted_message_is_forgotten_and_who_else_said_it_is_not(world) -> None:
    nia = await world.sign_up("Nia")
    _, sent = await world.say(nia, "The vault code is hidden behind the painting")
    assert len(await world.recall(nia, "vault code")) == 1
    held = (
        "SELECT (SELECT count(*) FROM memory WHERE space = $1) + (SELECT count(*) FROM memory_vector WHERE space = $1)"
    )
    held += " + (SELECT count(*) FROM posting WHERE space_key = hashtextextended($1, 0))"
    held += " + (SELECT count(*) FROM memory_source WHERE person_id = $2)"
    counted = (held, f"person:{nia.person_id}", nia.person_id)
    assert await world.rig.house.pool.fetchval(*counted) > 0
    await world.delete(nia, sent)
    assert await world.recall(nia, "vault code") == []
    assert await world.rig.house.pool.fetchval(*counted) == 0
    first, _ = await world.say(nia, "Dinner at eight")
    _, again = await world.say(nia, "Dinner at eight")
    await world.delete(nia, again)
    (left,) = await world.recall(nia, "dinner")
    assert list(left.memory.source_event_ids) == [first.event_id]


async def test_an_edited_message_that_is_deleted_leaves_neither_text(world) -> None:
    oto = await world.sign_up("Oto")
    _, sent = await world.say(oto, "The ferry leaves at noon")
    await world.edit(oto, sent, "The ferry leaves at one")
    await world.delete(oto, sent)
    assert await world.recall(oto, "ferry") == []


async def test_what_was_shared_of_a_deleted_message_goes_too(world) -> None:
    pia, quin, group = await world.sign_up("Pia"), await world.sign_up("Quin"), new_id()
    world.chat.conversations[group] = [pia.person_id, quin.person_id]
    event, sent = await world.say(pia, "My allergy is to walnuts")
    await world.share(pia, memory_id_of(event.event_id), group)
    assert len(await world.recall_in([f"conversation:{group}"], "walnuts")) == 1
    await world.delete(pia, sent)
    assert await world.recall_in([f"conversation:{group}", f"person:{pia.person_id}"], "walnuts") == []


async def test_nothing_said_off_the_record_is_in_any_table(world) -> None:
    rex = await world.sign_up("Rex")
    conversation = new_id()
    context, stream, sent, subject = world.message(rex, "Remember this: the surprise is a wombat", conversation)
    sent.memory_space, sent.off_the_record = "", True
    event = await world.publish(context, stream, sent, subject)
    edited = await world.edit(rex, sent, "Remember this: the surprise is a wombat and a quokka")
    used, _ = await world.say(rex, "I feed the marmots", conversation=conversation)
    answer = chat.AnswerCompleted(
        conversation_id=conversation,
        message_id=new_id(),
        in_reply_to=sent.message_id,
        text="A wombat, then.",
        memory_ids=[memory_id_of(used.event_id)],
        words_of=[rex.person_id],
        off_the_record=True,
    )
    answered = await world.publish("chat", stream, answer, subject)
    assert await world.recall(rex, "wombat quokka surprise") == []
    pool = world.rig.house.pool
    tables = await pool.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename <> ALL ('{events,outbox,processed,stream_positions,schema_migrations}'::text[])"
    )
    assert len(tables) > 8
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
        assert await connection.fetchval("SELECT count(*) FROM memory WHERE speaker_id = $1", rex.person_id) == 1
        for (table,) in tables:
            for trace in ("wombat", "quokka", sent.message_id, event.event_id, edited.event_id, answered.event_id):
                holding = f"SELECT count(*) FROM {table} t WHERE position($1 IN t::text) > 0"  # noqa: S608 (our own)
                assert not await connection.fetchval(holding, trace), f"{table} holds {trace}"


async def test_records_are_told_with_their_values_change_and_go(world) -> None:
    dora = await world.sign_up("Dora")
    space = f"person:{dora.person_id}"
    values = {"name": "pasta", "kcal": 640, "date": "2026-03-10"}
    app, record_id = await world.record(dora, space, values)
    await world.record(dora, space, values, app)
    first, second = [r.memory for r in await world.recall(dora, "pasta")]
    assert first.text == second.text == "Meal log: Dora recorded Meal: pasta, 640 kcal, 2026-03-10"
    assert dict(first.values) == values
    assert first.kind == pb.MEMORY_KIND_RECORD
    changed = miniapp.RecordChanged(
        app_id=app,
        record_id=record_id,
        changed_by=dora.person_id,
        app_title="Meal log",
        memory_space=space,
        entity_label="Meal",
    )
    changed.values.update({"name": "rice", "kcal": 500})
    await world.publish("miniapp", f"app-{app}", changed, space)
    (rice,) = await world.recall(dora, "rice")
    assert rice.memory.text == "Meal log: Dora recorded Meal: rice, 500 kcal"
    assert len(rice.memory.source_event_ids) == 2
    removed = miniapp.RecordRemoved(app_id=app, record_id=record_id, removed_by=dora.person_id)
    await world.publish("miniapp", f"app-{app}", removed, space)
    assert await world.recall(dora, "rice") == []


async def test_without_consent_nothing_is_remembered_and_withdrawing_it_stops_new_memories(world) -> None:
    eve = await world.sign_up("Eve", remembers=False)
    await world.say(eve, "My passport number is secret")
    await world.record(eve, f"person:{eve.person_id}", {"name": "secret soup"})
    assert await world.recall(eve, "secret") == []
    await world.consent(eve, True)
    await world.say(eve, "I collect stamps")
    await world.consent(eve, False)
    await world.say(eve, "I collect coins")
    assert [r.memory.text for r in await world.recall(eve, "collect")] == ["I collect stamps"]


async def test_a_copy_in_a_branch_is_not_remembered_again(world) -> None:
    jo = await world.sign_up("Jo")
    await world.say(jo, "My bike is red")
    branch = new_id()
    copy = chat.MessageCopied(
        conversation_id=branch, message_id=new_id(), sender_id=jo.person_id, sender_name="Jo", text="My bike is red"
    )
    await world.publish("chat", f"conversation-{branch}", copy, f"person:{jo.person_id}")
    # Nor by an edit there.
    mended = chat.MessageEdited(
        conversation_id=branch, message_id=copy.message_id, edited_by=jo.person_id, text="My bike is blue"
    )
    await world.publish("chat", f"conversation-{branch}", mended, f"person:{jo.person_id}")
    (found,) = await world.recall(jo, "bike")
    assert found.memory.text == "My bike is red"
    assert len(found.memory.source_event_ids) == 1


async def test_where_memory_is_switched_off_nothing_is_kept_and_an_edit_takes_back_what_was(world) -> None:
    ida = await world.sign_up("Ida")
    conversation = new_id()
    _, before = await world.say(ida, "My tent is green", conversation=conversation)
    _, stream_id, sent, subject = world.message(ida, "My tent is torn", conversation)
    sent.memory_space = ""
    await world.publish("chat", stream_id, sent, subject)
    assert [r.memory.text for r in await world.recall(ida, "tent")] == ["My tent is green"]
    await world.edit(ida, sent, "My tent is torn and wet")
    await world.edit(ida, before, "My tent is at my sister's", memory_off=True)
    assert await world.recall(ida, "tent") == []
    held = await world.rig.house.pool.fetchval("SELECT count(*) FROM memory WHERE speaker_id = $1", ida.person_id)
    assert held == 0
    assert await world.rig.house.pool.fetchval("SELECT count(*) FROM dead_letters") == 0


async def test_a_message_that_overtakes_the_sign_up_waits_for_it(world) -> None:
    finn = world.servers.person("Finn")
    arguments = world.message(finn, "I play the cello", new_id())
    await world.send(*arguments)
    await world.sign_up_as(finn)
    await world.handled("chat", arguments[1])
    assert [r.memory.text for r in await world.recall(finn, "cello")] == ["I play the cello"]


async def test_an_erased_person_leaves_no_row_behind(world) -> None:
    gus, hana = await asyncio.gather(world.sign_up("Gus"), world.sign_up("Hana"))
    group = new_id()
    await world.say(gus, "Let us hike on Sunday", conversation=group, group=True)
    await world.say(hana, "I will bring a map for the hike", conversation=group, group=True)
    await world.say(gus, "I snore")
    app, record_id = await world.record(gus, f"conversation:{group}", {"name": "trail mix"})
    changed = miniapp.RecordChanged(
        app_id=app,
        record_id=record_id,
        changed_by=hana.person_id,
        app_title="Meal log",
        memory_space=f"conversation:{group}",
        entity_label="Meal",
    )
    await world.publish("miniapp", f"app-{app}", changed, f"person:{hana.person_id}")
    await world.erase(gus)
    left = await world.recall_in([f"conversation:{group}", f"person:{gus.person_id}"], "hike snore trail mix recorded")
    assert [r.memory.speaker_name for r in left] == ["Hana"]
    pool = world.rig.house.pool
    for table, column in (("memory", "speaker_id"), ("memory_source", "person_id")):
        assert not await pool.fetchval(f"SELECT count(*) FROM {table} WHERE {column} = $1", gus.person_id)  # noqa: S608
    assert await pool.fetchval("SELECT display_name FROM person WHERE person_id = $1", gus.person_id) == ""


async def test_vectors_are_waited_for_not_invented(world) -> None:
    ivy = await world.sign_up("Ivy")
    await world.say(ivy, "I water the ferns on Mondays")

    async def unembedded() -> bool:
        return bool(await world.rig.house.pool.fetchval("SELECT count(*) FROM memory_vector WHERE embedding IS NULL"))

    await eventually(unembedded)
    assert await world.rig.house.pool.fetchval("SELECT count(*) FROM memory_vector WHERE embedding IS NOT NULL") == 0


async def test_that_a_memory_was_used_for_an_answer_is_forgotten_with_those_whose_words_it_held(world) -> None:
    jon, kim = await world.sign_up("Jon"), await world.sign_up("Kim")
    event, sent = await world.say(kim, "The spare key hangs in the shed")
    used = memory_id_of(event.event_id)
    answer = chat.AnswerCompleted(
        conversation_id=sent.conversation_id,
        message_id=new_id(),
        memory_ids=[used, new_id()],
        words_of=[jon.person_id, kim.person_id],
    )
    await world.publish("chat", f"conversation-{sent.conversation_id}", answer, f"person:{jon.person_id}")
    assert "It was shown to the AI for 1 answer(s)." in await world.reasons(kim, used)
    (found,) = await world.recall(kim, "spare key")
    assert "activation" in found.why
    await world.erase(jon)
    assert "shown to the AI" not in await world.reasons(kim, used)
    (found,) = await world.recall(kim, "spare key")
    assert "activation" not in found.why
