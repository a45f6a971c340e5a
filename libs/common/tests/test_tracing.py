"""One trace from the call over the event to the consumer, received by an OTLP collector's own protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from grpc import aio
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.sdk.trace import TracerProvider

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceServicer, ChatServiceStub, add_ChatServiceServicer_to_server
from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.auth import require_person
from madeleine_common.bus import Subscription
from madeleine_common.commands import metadata_of
from madeleine_common.db import Connection
from madeleine_common.events import NewEvent, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_common.settings import Settings
from madeleine_common.telemetry import set_up
from madeleine_common.testing import Servers, eventually, running_service


class Collector(TraceServiceServicer):
    """Keeps (trace id, name) of every span."""

    def __init__(self) -> None:
        self.spans: set[tuple[bytes, str]] = set()
        self.raw = b""

    async def Export(self, request, context):
        self.raw += request.SerializeToString()
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.spans |= {(span.trace_id, span.name) for span in scope.spans}
        return ExportTraceServiceResponse()


class Speaker(ChatServiceServicer):
    """Appends what it is told."""

    def __init__(self, house: House[Settings]) -> None:
        self._house = house

    async def SendMessage(self, request, context):
        caller = require_person()
        sent = NewEvent(MessageSent(text=request.text), f"person:{caller.person_id}")
        await self._house.store.append(f"conversation-{new_id()}", 0, [sent], metadata_of(caller))
        return pb.SendMessageResponse()


async def bootstrap(house: House[Settings]) -> Parts:
    async def hear(_: Connection, event: RecordedEvent) -> None:
        assert isinstance(event.message, MessageSent)

    return Parts(
        ServerParts(lambda server: add_ChatServiceServicer_to_server(Speaker(house), server), ()),
        subscriptions=(Subscription("listener", "chat", apply=hear),),
    )


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    collector = Collector()
    server = aio.server()
    add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    set_up("chat", Settings(otlp_endpoint=f"http://127.0.0.1:{port}"))
    yield collector
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    # It is the process's; other tests must not send to a collector that is gone.
    await asyncio.to_thread(provider.shutdown)
    await server.stop(0)


async def test_a_call_its_event_and_its_consumer_are_one_trace(servers: Servers, collector: Collector) -> None:
    async with running_service(servers, "chat", Settings, bootstrap) as rig:
        await ChatServiceStub(rig.channel).SendMessage(
            pb.SendMessageRequest(text="a secret of Ana"), metadata=servers.person().call
        )

        async def both_ends() -> bool:
            provider = trace.get_tracer_provider()
            assert isinstance(provider, TracerProvider)
            # The collector runs on this loop, so the flush must wait elsewhere.
            await asyncio.to_thread(provider.force_flush)
            called = {t for t, name in collector.spans if name.endswith("ChatService/SendMessage")}
            return any(name == "listener" for t, name in collector.spans if t in called)

        await eventually(both_ends)
    assert b"secret" not in collector.raw
    assert b"Bearer" not in collector.raw
