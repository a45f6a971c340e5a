"""Operations that are cancelled: what is there stays, nothing more is made, and the model is let go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from grpc import StatusCode

from madeleine.common.v1.operation_pb2 import (
    OPERATION_STATE_CANCELLED,
    OPERATION_STATE_RUNNING,
    OPERATION_STATE_SUCCEEDED,
)
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, TestPerson, refused, running_service
from madeleine_miniapp.bootstrap import bootstrap
from madeleine_miniapp.settings import MiniappSettings

from .conftest import ChatPeer, Door, Hanging


@pytest.fixture
async def slow(servers: Servers, chat: ChatPeer, hanging: Hanging) -> AsyncIterator[Door]:
    """The service with a model that never ends."""
    async with running_service(
        servers, "miniapp", MiniappSettings, bootstrap, chat_address=chat.address, inference_address=hanging.address
    ) as rig:
        yield Door(rig, MiniappServiceStub(rig.channel))


def cancel(operation_id: str) -> m.CancelAppOperationRequest:
    return m.CancelAppOperationRequest(operation_id=operation_id, idempotency_key=new_id())


def watch(door: Door, who: TestPerson, operation_id: str) -> AsyncIterator[m.WatchAppOperationResponse]:
    return aiter(door.stub.WatchAppOperation(m.WatchAppOperationRequest(operation_id=operation_id), metadata=who.call))


async def edits(door: Door, who: TestPerson, app_id: str) -> list[m.AppEdit]:
    return list((await door.stub.ListAppEdits(m.ListAppEditsRequest(app_id=app_id), metadata=who.call)).edits)


async def test_a_cancelled_creation_leaves_the_app_as_it_is(slow: Door, servers: Servers, hanging: Hanging) -> None:
    ana = servers.person()
    create = m.CreateAppRequest(prompt="note my bread: flour, hours, rise", idempotency_key=new_id())
    operation_id = (await slow.stub.CreateApp(create, metadata=ana.call)).operation.operation_id
    watched = watch(slow, ana, operation_id)
    await asyncio.wait_for(hanging.asked.wait(), 30)
    request = cancel(operation_id)
    answer = await slow.stub.CancelAppOperation(request, metadata=ana.call)
    assert (answer.operation.operation_id, answer.operation.state) == (operation_id, OPERATION_STATE_CANCELLED)
    assert (answer.app.version, answer.app.prompt) == (1, create.prompt)
    last = [r async for r in watched][-1]
    assert (last.operation.state, last.operation.step) == (OPERATION_STATE_CANCELLED, "cancelled")
    assert last.app == answer.app
    # Nobody waits for the model any more.
    await asyncio.wait_for(hanging.given_up.wait(), 30)
    assert (await slow.add(ana, answer.app.app_id, what="rye", date="2026-03-10", hours=12)).record_id
    app = (await slow.stub.GetApp(m.GetAppRequest(app_id=answer.app.app_id), metadata=ana.call)).app
    assert app == answer.app
    # The same again, with this key and another; and the creation's own repeat makes nothing anew.
    for again in (request, cancel(operation_id)):
        assert await slow.stub.CancelAppOperation(again, metadata=ana.call) == answer
    assert (await slow.stub.CreateApp(create, metadata=ana.call)).operation.operation_id == operation_id
    assert [r async for r in watch(slow, ana, operation_id)][-1] == last


async def test_a_cancelled_change_is_not_proposed(slow: Door, servers: Servers, hanging: Hanging) -> None:
    ana = servers.person()
    app_id = await slow.app(ana)
    head = await slow.rig.house.store.head(f"app-{app_id}")
    # Nothing of it is understood by its words: the model is asked.
    edit = m.EditAppRequest(app_id=app_id, request="make it feel a bit more like spring", idempotency_key=new_id())
    operation_id = (await slow.stub.EditApp(edit, metadata=ana.call)).operation.operation_id
    watched = watch(slow, ana, operation_id)
    await asyncio.wait_for(hanging.asked.wait(), 30)
    answer = await slow.stub.CancelAppOperation(cancel(operation_id), metadata=ana.call)
    assert answer.operation.state == OPERATION_STATE_CANCELLED
    assert not answer.HasField("app")
    assert [r.operation.state async for r in watched][-1] == OPERATION_STATE_CANCELLED
    await asyncio.wait_for(hanging.given_up.wait(), 30)
    assert await slow.rig.house.store.head(f"app-{app_id}") == head
    assert await edits(slow, ana, app_id) == []


async def test_what_has_ended_stays_as_it_ended(slow: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await slow.app(ana)
    edit = m.EditAppRequest(app_id=app_id, request="add a spiciness rating", idempotency_key=new_id())
    operation_id = (await slow.stub.EditApp(edit, metadata=ana.call)).operation.operation_id
    last = [r async for r in watch(slow, ana, operation_id)][-1]
    assert last.operation.state == OPERATION_STATE_SUCCEEDED
    answer = await slow.stub.CancelAppOperation(cancel(operation_id), metadata=ana.call)
    assert answer.operation == last.operation
    assert [(e.edit_id, e.state) for e in await edits(slow, ana, app_id)] == [(last.operation.result_id, "proposed")]


async def test_nobody_cancels_anothers_operation(slow: Door, servers: Servers, hanging: Hanging) -> None:
    ana, eve = servers.person("Ana"), servers.person("Eve")
    create = m.CreateAppRequest(prompt="note my bread: flour, hours, rise", idempotency_key=new_id())
    operation_id = (await slow.stub.CreateApp(create, metadata=ana.call)).operation.operation_id
    await asyncio.wait_for(hanging.asked.wait(), 30)
    for who, named in ((eve, operation_id), (ana, f"create-app-{new_id()}")):
        async with refused(StatusCode.NOT_FOUND):
            await slow.stub.CancelAppOperation(cancel(named), metadata=who.call)
    async with refused(StatusCode.UNAUTHENTICATED):
        await slow.stub.CancelAppOperation(cancel(operation_id))
    for field, request in (
        ("operation_id", m.CancelAppOperationRequest(idempotency_key=new_id())),
        ("idempotency_key", m.CancelAppOperationRequest(operation_id=operation_id)),
    ):
        async with refused(StatusCode.INVALID_ARGUMENT, field=field):
            await slow.stub.CancelAppOperation(request, metadata=ana.call)
    assert (await anext(watch(slow, ana, operation_id))).operation.state == OPERATION_STATE_RUNNING
