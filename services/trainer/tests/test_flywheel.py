"""The whole way from thumbs to a served revision, on real servers and the real model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import grpc
import pytest
from grpc import aio

from madeleine.chat.v1.chat_pb2 import RATING_DOWN, RATING_NONE, RATING_UP, Rating
from madeleine.chat.v1.events_pb2 import AnswerRated, MessageDeleted, SamplerTrace
from madeleine.identity.v1 import identity_pb2
from madeleine.identity.v1.events_pb2 import PersonErased
from madeleine.identity.v1.identity_pb2_grpc import PeopleServiceServicer, add_PeopleServiceServicer_to_server
from madeleine.inference.v1 import adapters_pb2, inference_pb2
from madeleine.inference.v1.adapters_pb2_grpc import AdapterServiceStub
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine.trainer.v1 import trainer_pb2 as pb
from madeleine.trainer.v1.trainer_pb2_grpc import TrainerServiceStub
from madeleine_common.ids import new_id
from madeleine_common.projections.rebuild import Rebuilder
from madeleine_common.rpc.client import channel
from madeleine_common.testing import Peer, Rig, Servers, eventually, refused, running_service
from madeleine_trainer.bootstrap import bootstrap
from madeleine_trainer.projections import PROJECTIONS
from madeleine_trainer.settings import TrainerSettings

pytestmark = pytest.mark.model


class People(PeopleServiceServicer):
    """Identity's side: everybody agreed to training but those named."""

    def __init__(self) -> None:
        self.refusing: set[str] = set()

    async def BatchGetPeople(self, request, context):
        return identity_pb2.BatchGetPeopleResponse(
            people=[
                identity_pb2.Profile(person_id=p, consent=identity_pb2.Consent(training=p not in self.refusing))
                for p in request.person_ids
            ]
        )


@pytest.fixture(scope="module")
def people() -> People:
    return People()


@pytest.fixture(scope="module")
async def rig(
    servers: Servers, inference_address: str, people: People, adapter_store: Path
) -> AsyncIterator[Rig[TrainerSettings]]:
    identity = aio.server()
    add_PeopleServiceServicer_to_server(people, identity)
    port = identity.add_insecure_port("127.0.0.1:0")
    await identity.start()
    async with running_service(
        servers,
        "trainer",
        TrainerSettings,
        bootstrap,
        identity_address=f"127.0.0.1:{port}",
        inference_address=inference_address,
        trainer_adapter_store=adapter_store,
        trainer_threshold=4,
        trainer_epochs=1,
    ) as rig:
        yield rig
    await identity.stop(0)


@pytest.fixture(scope="module")
async def inference(inference_address: str) -> AsyncIterator[aio.Channel]:
    opened = channel(inference_address)
    yield opened
    await opened.close()


@pytest.fixture
def chat(rig: Rig[TrainerSettings]) -> Peer:
    return Peer("chat", rig.house.js, rig.house.codec)


async def sample(inference: aio.Channel, servers: Servers, question: str) -> SamplerTrace:
    """An answer as chat would have it: sampled by the served model, with its token ids and logprobs."""
    request = inference_pb2.GenerateRequest(
        chat=inference_pb2.Messages(
            messages=[inference_pb2.ChatMessage(role=inference_pb2.ROLE_USER, content=question)]
        ),
        sampling=inference_pb2.Sampling(max_tokens=12, temperature=1.0, seed=1),
    )
    trace = SamplerTrace()
    async for reply in InferenceServiceStub(inference).Generate(request, metadata=servers.service_call("chat")):
        trace.prompt_token_ids.extend(reply.begin.prompt_token_ids)
        trace.revision = reply.begin.revision or trace.revision
        trace.completion_token_ids.extend(reply.delta.token_ids)
        trace.logprobs.extend(reply.delta.logprobs)
    return trace


async def rate(chat: Peer, person: str, rating: Rating.ValueType, trace: SamplerTrace, message_id: str = "") -> None:
    rated = AnswerRated(message_id=message_id or new_id(), rated_by=person, rating=rating, trace=trace)
    await chat.publish(f"conversation-{new_id()}", rated, f"person:{person}")


async def waiting(rig: Rig[TrainerSettings], servers: Servers) -> int:
    reply = await TrainerServiceStub(rig.channel).GetFlywheel(pb.GetFlywheelRequest(), metadata=servers.person().call)
    return reply.waiting


@pytest.mark.timeout(400)
async def test_enough_thumbs_become_a_revision_that_is_served_as_trained(
    rig: Rig[TrainerSettings], servers: Servers, people: People, chat: Peer, inference: aio.Channel
) -> None:
    ana, ben, cal = new_id(), new_id(), new_id()
    people.refusing.add(cal)
    trace = await sample(inference, servers, "What shall I cook?")
    disliked = await sample(inference, servers, "Tell me a joke.")

    # Taken back, changed, refused and computed judgements: of these only Ana's last word on `m` counts.
    await rate(chat, ana, RATING_UP, trace, "taken-back")
    await rate(chat, ana, RATING_NONE, trace, "taken-back")
    await rate(chat, ana, RATING_UP, trace, "m")
    await rate(chat, ana, RATING_DOWN, disliked, "m")
    await rate(chat, cal, RATING_UP, trace)
    await rate(chat, ben, RATING_UP, SamplerTrace())
    await eventually(lambda: _is(waiting(rig, servers), 1))

    await rate(chat, ana, RATING_UP, trace)
    await rate(chat, ben, RATING_UP, trace)
    await rate(chat, ben, RATING_DOWN, disliked)
    stub, call = TrainerServiceStub(rig.channel), servers.person().call

    async def begun() -> str:
        return (await stub.GetFlywheel(pb.GetFlywheelRequest(), metadata=call)).current_run_id

    run_id = await eventually(begun, within_s=60)
    seen = [r.run async for r in stub.WatchRun(pb.WatchRunRequest(run_id=run_id), metadata=call)]
    run = seen[-1]
    assert run.state == pb.RUN_STATE_SERVED, run.failure
    assert (run.desirable, run.undesirable) == (2, 2)
    assert [r.progress for r in seen] == sorted(r.progress for r in seen)
    assert len(run.metrics) == 1
    assert len(run.probes) == 8
    served, trained = [p.served_logprob for p in run.probes], [p.trained_logprob for p in run.probes]
    assert served == pytest.approx(trained, abs=1e-3)
    assert any(abs(p.trained_logprob - p.base_logprob) > 1e-4 for p in run.probes)

    aliases = await AdapterServiceStub(inference).ListAliases(
        adapters_pb2.ListAliasesRequest(), metadata=servers.service_call("trainer")
    )
    assert [t.revision for a in aliases.aliases if a.alias == "default" for t in a.targets] == [run.revision]
    assert (await sample(inference, servers, "And tomorrow?")).revision == run.revision
    assert await waiting(rig, servers) == 0
    listed = await stub.ListRuns(pb.ListRunsRequest(), metadata=call)
    assert [r.run_id for r in listed.runs] == [run_id]


async def test_an_erased_persons_judgements_are_not_learnt_from(
    rig: Rig[TrainerSettings], servers: Servers, chat: Peer
) -> None:
    ana = new_id()
    await rate(chat, ana, RATING_UP, SamplerTrace(revision="base", prompt_token_ids=[1], completion_token_ids=[2]))
    await eventually(lambda: _is(waiting(rig, servers), 1))
    servers.data_keys.destroy(f"person:{ana}")
    identity = Peer("identity", rig.house.js, rig.house.codec)
    await identity.publish(f"person-{ana}", PersonErased(person_id=ana))
    await eventually(lambda: _is(waiting(rig, servers), 0))


async def test_judgements_of_a_deleted_answer_are_not_learnt_from(
    rig: Rig[TrainerSettings], servers: Servers, chat: Peer
) -> None:
    ana, gone, kept = new_id(), new_id(), new_id()
    trace = SamplerTrace(revision="base", prompt_token_ids=[1], completion_token_ids=[2])

    async def delete(message_id: str, sender_id: str = "") -> None:
        deleted = MessageDeleted(message_id=message_id, deleted_by=ana, sender_id=sender_id)
        await chat.publish(f"conversation-{new_id()}", deleted, f"person:{ana}")

    await rate(chat, ana, RATING_UP, trace, gone)
    await eventually(lambda: _is(waiting(rig, servers), 1))
    await delete(gone)
    await eventually(lambda: _is(waiting(rig, servers), 0))
    # A thumb that comes late, and somebody's own message that is no answer.
    await rate(chat, ana, RATING_DOWN, trace, gone)
    await delete(kept, sender_id=ana)
    await rate(chat, ana, RATING_UP, trace, kept)
    await eventually(lambda: _is(waiting(rig, servers), 1))
    rows = await rig.house.pool.fetch("SELECT message_id FROM signals WHERE run_id IS NULL")
    assert [row["message_id"] for row in rows] == [kept]
    (projection,) = PROJECTIONS
    rebuilder = Rebuilder(projection, rig.database_url, {"trainer": rig.database_url}, rig.house.codec)
    assert (await rebuilder.verify(lambda done, total: None)).equal
    await delete(kept)
    await eventually(lambda: _is(waiting(rig, servers), 0))


async def _is(value: Awaitable[int], wanted: int) -> bool:
    return await value == wanted


async def test_bad_input_is_refused(rig: Rig[TrainerSettings], servers: Servers) -> None:
    stub, call = TrainerServiceStub(rig.channel), servers.person().call
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="run_id"):
        await stub.GetRun(pb.GetRunRequest(run_id="nonsense"), metadata=call)
    async with refused(grpc.StatusCode.NOT_FOUND):
        await stub.GetRun(pb.GetRunRequest(run_id=new_id()), metadata=call)
    async with refused(grpc.StatusCode.NOT_FOUND):
        async for _ in stub.WatchRun(pb.WatchRunRequest(run_id=new_id()), metadata=call):
            pass
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="page_size"):
        await stub.ListRuns(pb.ListRunsRequest(page_size=-1), metadata=call)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="page_token"):
        await stub.ListRuns(pb.ListRunsRequest(page_token="!"), metadata=call)
    async with refused(grpc.StatusCode.UNAUTHENTICATED):
        await stub.GetFlywheel(pb.GetFlywheelRequest())
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="SERVICE_REQUIRED"):
        await stub.StartRun(pb.StartRunRequest(), metadata=call)
