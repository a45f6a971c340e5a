"""The making of apps on real servers while its worker goes, or people are faster than the model.

Apart from the other tests: services with databases of their own would take each other's events.
"""

from __future__ import annotations

import asyncio
from typing import Any

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.events_pb2 import AppCreated, AppSpecChanged
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, running_service
from madeleine_common.testing.rig import fresh_database
from madeleine_miniapp.bootstrap import bootstrap
from madeleine_miniapp.settings import MiniappSettings

from .conftest import ChatPeer, Hanging


async def test_another_worker_goes_on_where_one_was_stopped(servers: Servers, chat: ChatPeer, hanging: Hanging) -> None:
    ana = servers.person()
    addresses: dict[str, Any] = {"chat_address": chat.address, "inference_address": hanging.address}
    async with fresh_database(servers.postgres_url) as url:
        request = m.CreateAppRequest(prompt="note my bread: flour, hours, rise", idempotency_key=new_id())
        async with running_service(
            servers, "miniapp", MiniappSettings, bootstrap, database_url=url, **addresses
        ) as rig:
            stub = MiniappServiceStub(rig.channel)
            operation_id = (await stub.CreateApp(request, metadata=ana.call)).operation.operation_id
            # The draft is there, and the model is being asked: now the worker goes.
            await asyncio.wait_for(hanging.asked.wait(), 30)
        # Nothing that it began goes on without it.
        assert not [task for task in asyncio.all_tasks() if "Likeness" in repr(task)]
        hanging.go.set()
        async with running_service(
            servers, "miniapp", MiniappSettings, bootstrap, database_url=url, **addresses
        ) as rig:
            stub = MiniappServiceStub(rig.channel)
            watched = m.WatchAppOperationRequest(operation_id=operation_id)
            shown = [r async for r in stub.WatchAppOperation(watched, metadata=ana.call)]
            app = shown[-1].app
            assert shown[-1].operation.step.endswith("refined by the model")
            assert (app.version, app.spec.title) == (2, "Bread log")
            stream = [e.message async for e in rig.house.store.read_stream(f"app-{app.app_id}")]
            assert [type(e) for e in stream] == [AppCreated, AppSpecChanged]
            changed = stream[1]
            assert isinstance(changed, AppSpecChanged)
            assert (changed.revision, changed.repairs, changed.changed_by) == ("r7", 0, ana.person_id)
            assert "Bread log" in changed.diff


async def test_what_a_person_changed_meanwhile_stays(servers: Servers, chat: ChatPeer, hanging: Hanging) -> None:
    ana = servers.person()
    addresses: dict[str, Any] = {"chat_address": chat.address, "inference_address": hanging.address}
    async with running_service(servers, "miniapp", MiniappSettings, bootstrap, **addresses) as rig:
        stub = MiniappServiceStub(rig.channel)
        request = m.CreateAppRequest(prompt="note my bread: flour, hours, rise", idempotency_key=new_id())
        operation_id = (await stub.CreateApp(request, metadata=ana.call)).operation.operation_id
        await asyncio.wait_for(hanging.asked.wait(), 30)
        watch = stub.WatchAppOperation(m.WatchAppOperationRequest(operation_id=operation_id), metadata=ana.call)
        draft = (await anext(r async for r in watch if r.app.app_id)).app
        edited = draft.spec
        edited.title = "My own name for it"
        change = m.UpdateAppSpecRequest(app_id=draft.app_id, spec=edited, base_version=1, idempotency_key=new_id())
        await stub.UpdateAppSpec(change, metadata=ana.call)
        hanging.go.set()
        last = [r async for r in watch][-1]
        assert "as drafted" in last.operation.step
        assert (last.app.version, last.app.spec.title) == (2, "My own name for it")
