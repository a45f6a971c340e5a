"""The memory service on real servers, as the benchmark uses it: events in through NATS, questions in through gRPC."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.message import Message

from madeleine.chat.v1 import events_pb2 as chat
from madeleine.identity.v1 import events_pb2 as identity
from madeleine.identity.v1.identity_pb2 import Consent
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine.inference.v1.inference_pb2_grpc import (
    InferenceServiceServicer,
    add_InferenceServiceServicer_to_server,
)
from madeleine.memory.v1 import memory_pb2 as pb
from madeleine.memory.v1.memory_pb2_grpc import MemoryServiceStub
from madeleine_common.bus.streams import subject_of, to_headers
from madeleine_common.commands import utc_now
from madeleine_common.embedded import start_nats, start_postgres
from madeleine_common.embedded.process import free_port
from madeleine_common.events import Metadata, NewEvent, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.testing.local_identity import write_service_keys
from madeleine_common.testing.rig import Rig, Servers, TestPerson, running_service
from madeleine_inference.adapters.onnx_embedder import OnnxEmbedder
from madeleine_inference.application.ports import EmbedKind
from madeleine_inference.models import default_model_dir, prepare_embedder
from madeleine_memory.application.ports import Vectors
from madeleine_memory.bootstrap import bootstrap
from madeleine_memory.domain.times import timestamp
from madeleine_memory.settings import MemorySettings

_ANSWERS_S = 600.0
_AT_ONCE = 128
_PROJECTIONS = {"identity": "memory-people", "chat": "memory-messages"}


class EmbedOnly(InferenceServiceServicer):
    """Inference's embedder behind its contract; no language model is loaded.

    `remembering`: the same text is computed once, for measurements that tell the same conversation several times.
    """

    def __init__(self, threads: int = 2, *, remembering: bool = True) -> None:
        self._model = OnnxEmbedder(prepare_embedder(default_model_dir()), threads=threads)
        self._known: dict[tuple[EmbedKind, str], list[float]] | None = {} if remembering else None

    async def Embed(  # noqa: N802 (the contract's name)
        self, request: inference.EmbedRequest, context: Any
    ) -> inference.EmbedResponse:
        """Vectors of texts."""
        kind = EmbedKind.QUERY if request.kind == inference.EMBED_KIND_QUERY else EmbedKind.PASSAGE
        rows = await self._vectors(list(request.texts), kind)
        return inference.EmbedResponse(model=self._model.model_id, vectors=[inference.Vector(values=r) for r in rows])

    async def query(self, text: str) -> Vectors:
        """The vector of a query, without the way over gRPC."""
        return Vectors(self._model.model_id, await self._vectors([text], EmbedKind.QUERY))

    async def _vectors(self, texts: list[str], kind: EmbedKind) -> list[list[float]]:
        known = self._known if self._known is not None else {}
        new = [text for text in dict.fromkeys(texts) if (kind, text) not in known]
        if new:
            made = await asyncio.to_thread(self._model.embed, new, kind)
            known.update({(kind, text): row for text, row in zip(new, made.tolist(), strict=True)})
        return [known[(kind, text)] for text in texts]


@dataclass(frozen=True, slots=True)
class Said:
    """A message to be: who, what, when."""

    person: TestPerson
    text: str
    at: datetime


@dataclass
class MemoryHouse:
    """Plays identity and chat, and calls memory as chat would."""

    rig: Rig[MemorySettings]
    servers: Servers
    versions: Counter[str] = field(default_factory=Counter)

    @property
    def stub(self) -> MemoryServiceStub:
        """The service."""
        return MemoryServiceStub(self.rig.channel)

    @property
    def call(self) -> Any:
        """Metadata of a call by chat."""
        return self.servers.service_call("chat")

    async def sign_up(self, name: str) -> TestPerson:
        """Somebody who wants to be remembered."""
        person = self.servers.person(name)
        up = identity.PersonSignedUp(person_id=person.person_id, display_name=name, consent=Consent(memory=True))
        stream = f"person-{person.person_id}"
        await self._publish("identity", stream, [(up, f"person:{person.person_id}", utc_now())])
        await self.handled("identity", stream)
        return person

    async def say(self, space: str, said: Sequence[Said]) -> list[RecordedEvent]:
        """Publishes messages of one conversation whose memory is `space`, in order; returns their events."""
        conversation = space.partition(":")[2]
        events: list[tuple[Message, str, datetime]] = []
        for one in said:
            sent = chat.MessageSent(
                conversation_id=conversation,
                message_id=new_id(),
                sender_id=one.person.person_id,
                sender_name=one.person.name,
                text=one.text,
                memory_space=space,
            )
            events.append((sent, f"person:{one.person.person_id}", one.at))
        return await self._publish("chat", f"conversation-{conversation}", events)

    async def _publish(
        self, context: str, stream_id: str, events: Sequence[tuple[Message, str, datetime]]
    ) -> list[RecordedEvent]:
        first = self.versions[stream_id] + 1
        self.versions[stream_id] += len(events)
        new = [NewEvent(message, subject) for message, subject, _ in events]
        ids = [new_id() for _ in new]
        sealed = await self.rig.house.codec.seal_all(new, ids, stream_id, first)
        recorded: list[RecordedEvent] = []
        for at in range(0, len(events), _AT_ONCE):
            sending: list[Awaitable[Any]] = []
            for number in range(at, min(at + _AT_ONCE, len(events))):
                type_name, schema, key_id, payload = sealed[number]
                _, subject, happened = events[number]
                event = RecordedEvent(
                    ids[number],
                    type_name,
                    schema,
                    stream_id,
                    first + number,
                    subject,
                    Metadata(subject, happened, new_id()),
                    key_id,
                    None,
                )
                recorded.append(event)
                sending.append(
                    self.rig.house.js.publish(
                        subject_of(context, type_name, stream_id), payload, headers=to_headers(event)
                    )
                )
            await asyncio.gather(*sending)
        return recorded

    async def handled(self, context: str, stream_id: str) -> None:
        """Waits until memory has taken all that was published of a stream."""

        async def there() -> bool:
            version = await self.rig.house.pool.fetchval(
                "SELECT version FROM stream_positions WHERE projection = $1 AND stream_id = $2",
                _PROJECTIONS[context],
                stream_id,
            )
            return (version or 0) >= self.versions[stream_id]

        await until(there)

    async def embedded(self, space: str = "") -> None:
        """Waits until every memory, or every one of a space, has its vector."""

        async def there() -> bool:
            return not await self.rig.house.pool.fetchval(
                "SELECT EXISTS (SELECT FROM memory_vector WHERE embedding IS NULL AND (space = $1 OR $1 = ''))", space
            )

        await until(there)

    async def recall(self, space: str, query: str, before: datetime, limit: int = 10) -> list[pb.RecalledMemory]:
        """What chat would get for a prompt."""
        request = pb.RecallRequest(query=query, spaces=[space], limit=limit, before=timestamp(before))
        return list((await self.stub.Recall(request, metadata=self.call, timeout=60)).memories)

    async def budget(self, space: str, *, size: int = 0, items: int = 0) -> None:
        """Sets what a space may hold."""
        request = pb.SetBudgetRequest(space=space, bytes=size, items=items, idempotency_key=new_id())
        await self.stub.SetBudget(request, metadata=self.call)

    async def tidy(self, space: str, at: datetime) -> pb.TidySpaceResponse:
        """Tidies a space as of a time."""
        request = pb.TidySpaceRequest(space=space, at=timestamp(at))
        return await self.stub.TidySpace(request, metadata=self.call, timeout=_ANSWERS_S)


async def until(true: Callable[[], Awaitable[bool]], within_s: float = _ANSWERS_S) -> None:
    """Waits for a condition; raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not await true():  # noqa: ASYNC110 (no event tells what a consumer has committed)
            await asyncio.sleep(0.02)


@contextmanager
def house_servers() -> Iterator[Servers]:
    """PostgreSQL and NATS as in production, each commit on disk. Where Temporal would be, nothing listens.

    Tidying is asked for, at the times of the data.
    """
    with (
        tempfile.TemporaryDirectory(prefix="madeleine-bench-") as name,
        start_postgres(Path(name) / "postgres") as postgres,
        start_nats(Path(name) / "nats") as nats,
    ):
        keys = Path(name) / "keys"
        keys.mkdir()
        write_service_keys(keys)
        yield Servers(postgres.url(), nats.url, f"127.0.0.1:{free_port()}", keys)


@asynccontextmanager
async def memory_house(servers: Servers, embedder: EmbedOnly | None, **settings: Any) -> AsyncIterator[MemoryHouse]:
    """Memory on a database of its own; with no embedder, words are all there is."""
    server = grpc.aio.server()
    address = servers.temporal_address
    if embedder is not None:
        add_InferenceServiceServicer_to_server(embedder, server)
        address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        await server.start()
    try:
        async with running_service(
            servers,
            "memory",
            MemorySettings,
            bootstrap,
            roles=("serve", "relay", "project"),
            inference_address=address,
            chat_address=servers.temporal_address,
            memory_quiet_s=10**8,
            **settings,
        ) as rig:
            yield MemoryHouse(rig, servers)
    finally:
        await server.stop(0)
