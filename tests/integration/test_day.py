"""What people do in a day, through the gateway, on the whole stack with the real model."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine.common.v1 import operation_pb2 as operations
from madeleine.identity.v1 import identity_pb2 as identity
from madeleine.spark.v1 import spark_pb2 as spark
from madeleine.trainer.v1 import trainer_pb2 as trainer
from madeleine_cli.demo import learning, meals
from madeleine_cli.rest import Api, ApiError
from madeleine_common.testing import eventually


async def test_sign_up_log_in_and_read_the_profile_back(house):
    key = secrets.token_hex(16)
    request = identity.SignUpRequest(
        handle=f"ida-{secrets.token_hex(4)}",
        password="correct horse battery",
        display_name="Ida",
        time_zone="Pacific/Auckland",
        language="en",
        consent=identity.Consent(memory=True),
        idempotency_key=key,
    )
    api = Api(house.client)
    signed_up = await api.call(request, identity.SignUpResponse)
    login = identity.LogInRequest(handle=request.handle, password=request.password)
    api.token = (await api.call(login, identity.LogInResponse)).tokens.access_token
    me = (await api.call(identity.GetMeRequest(), identity.GetMeResponse)).profile
    assert me == signed_up.profile
    assert (me.handle, me.time_zone, me.consent) == (request.handle, "Pacific/Auckland", request.consent)
    login.password = "another password"
    with pytest.raises(ApiError) as refused:
        await api.call(login, identity.LogInResponse)
    assert refused.value.status == 401


async def test_every_member_hears_the_answer_while_it_is_made_and_it_cites_what_was_said(house):
    ana, mei = await house.person("Ana"), await house.person("Mei", "Asia/Shanghai")
    group = await house.group(ana, mei)
    heard_by_mei = await house.follow(mei, group.conversation)
    fact, _ = await group.say(ana, "I am allergic to walnuts.")

    async def remembered() -> set[str]:
        return {m.memory_id for m in await house.memories(group) if m.text == fact.text}

    (memory_id,) = await eventually(remembered, within_s=60)
    answer = (await group.ask(mei, "what is Ana allergic to?")).message
    assert answer.answer.revision
    assert memory_id in answer.answer.memory_ids
    assert memory_id in {citation.id for citation in answer.answer.citations}

    async def same() -> bool:
        return answer.message_id in heard_by_mei.messages

    await eventually(same, within_s=30)
    for talk in (group, heard_by_mei):
        assert len(talk.heard[answer.message_id].pieces) > 1
        assert talk.heard[answer.message_id].text.strip() == answer.text.strip()
    # The AI answered what called on it, and nothing else.
    assert [m.in_reply_to for m in await house.messages(group) if m.HasField("answer")] == [answer.in_reply_to]


async def test_a_private_memory_stays_out_of_the_group(house):
    ana, mei = await house.person("Ana"), await house.person("Mei")
    own, group = await house.direct(ana), await house.group(ana, mei)
    await own.say(ana, "My locker code is 4711, tell nobody.")

    async def remembered() -> bool:
        return any("4711" in m.text for m in await house.memories(own))

    await eventually(remembered, within_s=60)
    answer = (await group.ask(mei, "what is the locker code?")).message
    assert not any("4711" in citation.text for citation in answer.answer.citations)
    assert "4711" not in answer.text


async def test_a_meal_log_is_made_and_its_sum_is_exact(house):
    ana, mei = await house.person("Ana"), await house.person("Mei", "Asia/Shanghai")
    group = await house.group(ana, mei)
    log = await meals.make_log(house.screen, ana, group.conversation_id)
    records = await meals.record_meals(log, ana, mei)
    assert len(await meals.list_records(mei, log)) == len(records)
    in_chat = await group.ask(ana, meals.QUESTION)
    found = await meals.compare(ana, log, group.conversation_id, in_chat)
    assert found.exact, found
    # Both weeks have records: a sum over everything would be another one.
    assert found.left_out
    assert found.records


async def test_tomorrows_spark_has_its_reasons(house):
    ana = await house.person("Ana", spark=True)
    own = await house.direct(ana)
    said, _ = await own.say(ana, "My driving test is on Saturday and I have not practised parking.")

    async def remembered() -> set[str]:
        return {m.memory_id for m in await house.memories(own) if m.text == said.text}

    memory_ids = await eventually(remembered, within_s=60)
    day = (ana.now().date() + timedelta(days=1)).isoformat()
    request = spark.MakeSparkRequest(day=day, idempotency_key=secrets.token_hex(16))
    operation = (await ana.api.call(request, spark.MakeSparkResponse)).operation
    watch = spark.WatchSparkOperationRequest(operation_id=operation.operation_id)
    async for update in ana.api.stream(watch, spark.WatchSparkOperationResponse):
        operation = update.operation
    assert operation.state == operations.OPERATION_STATE_SUCCEEDED, operation
    card = (await ana.api.call(spark.GetSparkRequest(spark_id=operation.result_id), spark.GetSparkResponse)).card
    assert card.day == day
    assert {reason.memory_id for reason in card.reasons} == memory_ids
    assert card.body


@pytest.mark.timeout(300)
async def test_feedback_becomes_a_revision_that_is_served_without_a_pause(house):
    ana = await house.person("Ana", training=True)
    own = await house.direct(ana)
    before = await learning.served(ana)
    wheel = await learning.flywheel(ana)
    known = frozenset({wheel.current_run_id, wheel.last_run_id})
    answers = [await own.ask(ana, question) for question in ("What is a good walk?", "What goes with rice?")]
    for answer, rating in zip(answers, (chat.RATING_UP, chat.RATING_DOWN), strict=True):
        request = chat.RateMessageRequest(
            conversation_id=own.conversation_id,
            message_id=answer.message.message_id,
            rating=rating,
            idempotency_key=secrets.token_hex(16),
        )
        rated = (await ana.api.call(request, chat.RateMessageResponse)).message
        assert rated.answer.my_rating == rating
    judges = learning.Judges(house.screen, (ana,), own)
    run_id = await learning.until_run(house.screen, judges, (own,), known)
    learned = await learning.watch(house.screen, own, run_id, before)
    assert learned.run.state == trainer.RUN_STATE_SERVED
    assert learned.changed, learned
    assert learned.run.desirable
    assert learned.run.undesirable
