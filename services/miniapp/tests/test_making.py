"""The making of apps on real servers while the model is away."""

from __future__ import annotations

from grpc import StatusCode

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_RUNNING, OPERATION_STATE_SUCCEEDED
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, TestPerson, refused
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.validation import problems

from .conftest import ChatPeer, Door


async def make(stub: MiniappServiceStub, who: TestPerson, prompt: str) -> list[m.WatchAppOperationResponse]:
    """Starts and watches to the end."""
    request = m.CreateAppRequest(prompt=prompt, idempotency_key=new_id())
    operation_id = (await stub.CreateApp(request, metadata=who.call)).operation.operation_id
    watched = m.WatchAppOperationRequest(operation_id=operation_id)
    return [r async for r in stub.WatchAppOperation(watched, metadata=who.call)]


async def test_without_any_model_the_app_is_there_all_the_same(door: Door, servers: Servers) -> None:
    ana = servers.person()
    shown = await make(door.stub, ana, "what we must buy: product, shop, who buys it")
    last = shown[-1]
    assert last.operation.state == OPERATION_STATE_SUCCEEDED
    assert last.operation.step == "made from blueprint shopping, as drafted: the model could not be reached"
    # It was usable while the model was still being waited for.
    first = next(r for r in shown if r.app.app_id)
    assert first.operation.state == OPERATION_STATE_RUNNING
    assert first.app.spec == last.app.spec
    app = (await door.stub.GetApp(m.GetAppRequest(app_id=last.operation.result_id), metadata=ana.call)).app
    assert (app.blueprint, app.version, app.revision) == ("shopping", 1, "")
    assert {"name", "shop", "who", "bought"} <= {f.name for f in app.spec.entities[0].fields}
    record = await door.add(ana, app.app_id, name="bread", bought=True)
    assert record.values["name"] == "bread"


async def test_what_its_owner_discards_is_listed_no_more(door: Door, servers: Servers, chat: ChatPeer) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    group = chat.group(ana, ben)
    app_id = await door.app(ana, conversation_id=group)

    async def judge(who: TestPerson, verdict: m.Verdict.ValueType) -> list[str]:
        request = m.JudgeAppRequest(app_id=app_id, verdict=verdict, idempotency_key=new_id())
        await door.stub.JudgeApp(request, metadata=who.call)
        await door.stub.GetApp(m.GetAppRequest(app_id=app_id), metadata=who.call)
        listed = await door.stub.ListApps(m.ListAppsRequest(conversation_id=group), metadata=ben.call)
        return [app.app_id for app in listed.apps]

    # Another's word takes nothing from its owner.
    assert await judge(ben, m.VERDICT_DISCARDED) == [app_id]
    assert await judge(ana, m.VERDICT_DISCARDED) == []
    assert (await door.add(ana, app_id, dish="soup", eaten_at="2026-03-15T20:00:00+00:00")).app_id == app_id
    assert await judge(ana, m.VERDICT_KEPT) == [app_id]


async def test_every_blueprint_is_listed_in_both_languages(door: Door, servers: Servers) -> None:
    ana = servers.person()
    for language, title in (("", "Meal log"), ("zh", "饮食记录")):
        request = m.ListBlueprintsRequest(language=language)
        found = (await door.stub.ListBlueprints(request, metadata=ana.call)).blueprints
        assert len(found) == len(PackagedLibrary().all())
        assert all(problems(b.spec) == [] for b in found)
        assert title in {b.spec.title for b in found if b.blueprint_id == "meals"}
    async with refused(StatusCode.INVALID_ARGUMENT, field="language"):
        await door.stub.ListBlueprints(m.ListBlueprintsRequest(language="fr"), metadata=ana.call)
    async with refused(StatusCode.UNAUTHENTICATED):
        await door.stub.ListBlueprints(m.ListBlueprintsRequest())
