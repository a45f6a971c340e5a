"""A request that the words do not give away goes to the real model, which may touch only what the request names."""

from __future__ import annotations

import pytest

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_SUCCEEDED
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, running_service
from madeleine_miniapp.bootstrap import bootstrap
from madeleine_miniapp.settings import MiniappSettings

from .conftest import ChatPeer, Door
from .test_editing import apply, ended, proposed, read

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]


async def test_a_model_touches_only_what_is_named(servers: Servers, chat: ChatPeer, inference_address: str) -> None:
    ana = servers.person("Ana")
    async with running_service(
        servers, "miniapp", MiniappSettings, bootstrap, chat_address=chat.address, inference_address=inference_address
    ) as rig:
        door = Door(rig, MiniappServiceStub(rig.channel))
        app_id = await door.app(ana)
        request = m.EditAppRequest(
            app_id=app_id, request="zap the calories into outer space, would you?", idempotency_key=new_id()
        )
        operation = await ended(door, ana, request)
        if operation.state == OPERATION_STATE_SUCCEEDED:
            edit = await read(door, ana, app_id, operation.result_id)
            assert edit.revision
            assert all("calories" in f"{c.name} {c.text}".lower() for c in edit.changes), edit.changes
        else:
            assert operation.error.startswith("I did not understand what to change: ")
        # A phrase that names a field by its meaning alone is placed by the embedder.
        edit = await proposed(door, ana, app_id, "add a feeling")
        await door.stub.ApplyAppEdit(apply(app_id, edit.edit_id), metadata=ana.call)
        request = m.EditAppRequest(app_id=app_id, request="drop the mood", idempotency_key=new_id())
        operation = await ended(door, ana, request)
        assert operation.state == OPERATION_STATE_SUCCEEDED, operation.error
        edit = await read(door, ana, app_id, operation.result_id)
        assert [(c.kind, c.name) for c in edit.changes if c.what == "field"] == [("remove", "feeling")]
