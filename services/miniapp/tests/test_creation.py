"""Apps made by the real model, through Temporal, from a sentence to an answered question."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from grpc import StatusCode

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_RUNNING, OPERATION_STATE_SUCCEEDED
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.events_pb2 import AppCreated, AppSpecChanged
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


async def make(
    door: Door, who: TestPerson, request: m.CreateAppRequest
) -> tuple[str, list[m.WatchAppOperationResponse]]:
    """Starts and watches to the end: the operation's id and what was told on the way."""
    operation_id = (await door.stub.CreateApp(request, metadata=who.call)).operation.operation_id
    watched = m.WatchAppOperationRequest(operation_id=operation_id)
    return operation_id, [r async for r in door.stub.WatchAppOperation(watched, metadata=who.call)]


async def test_a_meal_log_is_made_from_a_sentence_and_answers(
    whole_door: Door, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    group = chat.group(ana, ben)
    request = m.CreateAppRequest(
        prompt="Make us a meal log with calories, please", conversation_id=group, idempotency_key=new_id()
    )
    operation_id, shown = await make(whole_door, ana, request)
    told = [r.operation for r in shown]
    assert told[-1].state == OPERATION_STATE_SUCCEEDED, told[-1]
    assert [o.progress for o in told] == sorted(o.progress for o in told)
    app = (await whole_door.stub.GetApp(m.GetAppRequest(app_id=told[-1].result_id), metadata=ben.call)).app
    assert (app.blueprint, app.conversation_id) == ("meals", group)
    assert problems(app.spec) == []
    stream = [e.message async for e in whole_door.rig.house.store.read_stream(f"app-{app.app_id}")]
    assert isinstance(stream[0], AppCreated)
    # The model's part, if it changed anything, is an event of its own.
    changes = [e for e in stream if isinstance(e, AppSpecChanged)]
    assert len(changes) == len(stream) - 1 == app.version - 1
    assert all(e.model_output.startswith("{") and e.revision for e in changes)
    assert app.version == 1 or "refined" in told[-1].step
    # The first screen came before the end, and what was named is on it.
    first = next(r for r in shown if r.app.app_id)
    assert first.operation.state == OPERATION_STATE_RUNNING
    assert "calories" in {f.name for f in first.app.spec.entities[0].fields}
    assert (shown[-1].app.role, app.role) == ("owner", "editor")
    app.role = "owner"
    assert shown[-1].app == app
    # The same request is the same operation and the same app.
    again, shown_again = await make(whole_door, ana, request)
    assert (again, shown_again[-1].operation.result_id) == (operation_id, app.app_id)
    assert await whole_door.rig.house.store.head(f"app-{app.app_id}") == app.version
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
    _, shown = await make(whole_door, mei, request)
    told = [r.operation for r in shown]
    assert told[-1].state == OPERATION_STATE_SUCCEEDED, told[-1]
    app = (await whole_door.stub.GetApp(m.GetAppRequest(app_id=told[-1].result_id), metadata=mei.call)).app
    assert app.blueprint == "plants"
    assert {"植物", "日期"} <= {f.label for f in app.spec.entities[0].fields}
    assert problems(app.spec) == []


async def test_a_doubt_is_settled_by_meaning_or_left(whole_door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await whole_door.app(ana)
    await whole_door.add(ana, app_id, dish="soup", eaten_at=today(), calories=300, protein=12)
    assert not (await whole_door.ask(ana, "how much fibre today?")).answered
    assert not (await whole_door.ask(ana, "how many people live in Berlin?")).answered
