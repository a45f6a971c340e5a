"""Apps made by the real model, through Temporal, from a sentence to an answered question."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from grpc import StatusCode

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_SUCCEEDED, Operation
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.events_pb2 import AppCreated
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, TestPerson, refused, running_service
from madeleine_miniapp.bootstrap import bootstrap
from madeleine_miniapp.domain.validation import problems
from madeleine_miniapp.settings import MiniappSettings

from .conftest import ChatPeer, Door
from .test_api import today

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
async def whole_door(servers: Servers, chat: ChatPeer, inference_address: str) -> AsyncIterator[Door]:
    async with running_service(
        servers, "miniapp", MiniappSettings, bootstrap, chat_address=chat.address, inference_address=inference_address
    ) as rig:
        yield Door(rig, MiniappServiceStub(rig.channel))


async def make(door: Door, who: TestPerson, request: m.CreateAppRequest) -> tuple[str, list[Operation]]:
    """Starts and watches to the end: the operation's id and what was told on the way."""
    operation_id = (await door.stub.CreateApp(request, metadata=who.call)).operation.operation_id
    watched = m.WatchAppOperationRequest(operation_id=operation_id)
    return operation_id, [r.operation async for r in door.stub.WatchAppOperation(watched, metadata=who.call)]


async def test_a_meal_log_is_made_from_a_sentence_and_answers(
    whole_door: Door, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    group = chat.group(ana, ben)
    request = m.CreateAppRequest(
        prompt="Make us a meal log with calories, please", conversation_id=group, idempotency_key=new_id()
    )
    operation_id, told = await make(whole_door, ana, request)
    assert told[-1].state == OPERATION_STATE_SUCCEEDED, told[-1]
    assert [o.progress for o in told] == sorted(o.progress for o in told)
    app = (await whole_door.stub.GetApp(m.GetAppRequest(app_id=told[-1].result_id), metadata=ben.call)).app
    assert (app.blueprint, app.conversation_id, app.version) == ("meals", group, 1)
    assert problems(app.spec) == []
    assert app.revision
    created = (await anext(whole_door.rig.house.store.read_stream(f"app-{app.app_id}"))).message
    assert isinstance(created, AppCreated)
    assert created.model_output.startswith("{")
    # The same request is the same operation and the same app.
    again, told_again = await make(whole_door, ana, request)
    assert (again, told_again[-1].result_id) == (operation_id, app.app_id)
    assert await whole_door.rig.house.store.head(f"app-{app.app_id}") == 1
    request.prompt = "Something else"
    async with refused(StatusCode.ALREADY_EXISTS, reason="IDEMPOTENCY_KEY_REUSED"):
        await whole_door.stub.CreateApp(request, metadata=ana.call)
    async with refused(StatusCode.NOT_FOUND):
        await anext(
            aiter(whole_door.stub.WatchAppOperation(m.WatchAppOperationRequest(operation_id=again), metadata=ben.call))
        )
    for calories in (420.5, 610):
        await whole_door.add(ana, app.app_id, dish="noodles", eaten_at=today(), calories=calories)
    answer = await whole_door.ask(ana, "how many calories did I eat this week?", conversation_id=group)
    assert answer.text.startswith("1,030.5 kcal")
    assert len(answer.records) == 2


async def test_a_watering_log_is_made_from_chinese(whole_door: Door, servers: Servers) -> None:
    mei = servers.person("Mei", time_zone="Asia/Shanghai", language="zh")
    request = m.CreateAppRequest(prompt="帮我做一个给植物浇水的记录", idempotency_key=new_id())
    _, told = await make(whole_door, mei, request)
    assert told[-1].state == OPERATION_STATE_SUCCEEDED, told[-1]
    app = (await whole_door.stub.GetApp(m.GetAppRequest(app_id=told[-1].result_id), metadata=mei.call)).app
    assert app.blueprint == "plants"
    assert {"植物", "日期"} <= {f.label for f in app.spec.entities[0].fields}
    assert problems(app.spec) == []


async def test_a_doubt_is_settled_by_meaning_or_left(whole_door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await whole_door.app(ana)
    await whole_door.add(ana, app_id, dish="soup", eaten_at=today(), calories=300, protein=12)
    assert not (await whole_door.ask(ana, "how many carbs today?")).answered
    assert not (await whole_door.ask(ana, "how many people live in Berlin?")).answered
