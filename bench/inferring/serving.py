"""The whole service over gRPC, on real PostgreSQL and NATS: what streaming costs, and what a swap does to who waits.

Every logprob that was streamed is kept, so that it can be compared with the trainer's forward afterwards.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import grpc

from inferring.engine import prompts, rate
from inferring.peers import BENCH, trainers_probes
from inferring.texts import QUESTIONS, SYSTEM
from madeleine.inference.v1 import adapters_pb2 as adapters
from madeleine.inference.v1 import inference_pb2 as pb
from madeleine.inference.v1.adapters_pb2_grpc import AdapterServiceStub
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine_common.adapters import AdapterFolder
from madeleine_common.embedded import start_nats, start_postgres
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, running_service
from madeleine_common.testing.local_identity import write_service_keys
from madeleine_inference import bootstrap as wiring
from madeleine_inference.application.ports import BASE, Engine
from madeleine_inference.engines import start_engine
from madeleine_inference.settings import InferenceSettings

ALIAS = "bench"


@dataclass(slots=True)
class Heard:
    """One streamed completion, and the seconds between its messages."""

    revision: str = ""
    prompt: list[int] = field(default_factory=list[int])
    tokens: list[int] = field(default_factory=list[int])
    logprobs: list[float] = field(default_factory=list[float])
    gaps: list[float] = field(default_factory=list[float])


class Service:
    """A running inference service and calls to it."""

    def __init__(self, servers: Servers, rig: Rig[InferenceSettings], engine: Engine) -> None:
        self.call = {"address": rig.address, "metadata": servers.service_call("chat")}
        # The one that the service itself runs on, to be called past it.
        self.engine = engine
        self._inference = InferenceServiceStub(rig.channel)
        self._adapters = AdapterServiceStub(rig.channel)
        self._servers = servers

    async def hear(
        self, model: str, question: str = "", *, tokens: int = 64, seed: int = 0, prompt: Sequence[int] = ()
    ) -> Heard:
        """Streams one answer to a question, or one continuation of token ids."""
        chat = [
            pb.ChatMessage(role=pb.ROLE_SYSTEM, content=SYSTEM),
            pb.ChatMessage(role=pb.ROLE_USER, content=question),
        ]
        request = pb.GenerateRequest(
            model=model,
            feature="bench",
            sampling=pb.Sampling(max_tokens=tokens, temperature=1.0 if seed else 0.0, seed=seed),
        )
        if prompt:
            request.token_ids.ids.extend(prompt)
        else:
            request.chat.messages.extend(chat)
        heard, last = Heard(), 0.0
        async for message in self._inference.Generate(request, metadata=self._servers.service_call("chat")):
            if message.HasField("begin"):
                heard.revision = message.begin.revision
                heard.prompt = list(message.begin.prompt_token_ids)
            elif message.HasField("delta"):
                now = time.perf_counter()
                if last:
                    heard.gaps.append(now - last)
                last = now
                heard.tokens += message.delta.token_ids
                heard.logprobs += message.delta.logprobs
        return heard

    async def publish(self, adapter: AdapterFolder, probes: Sequence[adapters.Probe]) -> None:
        """Publishes a revision."""
        request = adapters.PublishAdapterRequest(
            name=adapter.origin.name, uri=str(adapter.folder), probes=probes, idempotency_key=new_id()
        )
        await self._adapters.PublishAdapter(request, metadata=self._servers.service_call("trainer"))

    async def point(self, revision: str) -> None:
        """Flips the alias."""
        target = adapters.WeightedRevision(revision=revision, weight=1.0)
        request = adapters.SetAliasRequest(alias=ALIAS, targets=[target], idempotency_key=new_id())
        await self._adapters.SetAlias(request, metadata=self._servers.service_call("trainer"))

    async def score(self, model: str, prompt: Sequence[int], completion: Sequence[int]) -> list[float]:
        """log p of given tokens."""
        request = pb.ScoreRequest(model=model, prompt_token_ids=prompt, completion_token_ids=completion)
        answer = await self._inference.Score(request, metadata=self._servers.service_call("trainer"))
        return list(answer.logprobs)

    async def tokenize(self, text: str) -> list[int]:
        """Token ids of a text."""
        request = pb.TokenizeRequest(text=text)
        return list((await self._inference.Tokenize(request, metadata=self._servers.service_call("chat"))).token_ids)


@contextmanager
def servers() -> Iterator[Servers]:
    """Starts PostgreSQL and NATS on free ports."""
    with (
        tempfile.TemporaryDirectory(prefix="madeleine-bench-") as folder,
        start_postgres(Path(folder) / "postgres") as postgres,
        start_nats(Path(folder) / "nats") as nats,
    ):
        keys = Path(folder) / "keys"
        keys.mkdir()
        write_service_keys(keys)
        yield Servers(postgres.url(), nats.url, "127.0.0.1:1", keys)


@asynccontextmanager
async def service(at: Servers, store: Path, **settings: Any) -> AsyncIterator[Service]:
    """Starts inference."""
    engines: list[Engine] = []

    async def start(chosen: InferenceSettings) -> Engine:
        engines.append(await start_engine(chosen))
        return engines[0]

    with mock.patch.object(wiring, "start_engine", start):
        async with running_service(
            at,
            "inference",
            InferenceSettings,
            wiring.bootstrap,
            roles=("serve", "relay", "project"),
            data_dir=at.keys.parent / "data",
            inference_adapter_store=str(store),
            **settings,
        ) as rig:
            yield Service(at, rig, engines[0])


async def streaming_cost(here: Service, rounds: int, tokens: int) -> dict[str, float]:
    """The share of the engine's own tokens a second that is lost on the way through the service and gRPC.

    Both make the same tokens of the same prompts. The client is a process of its own on the same cores.
    """
    client = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "inferring.client",
        cwd=BENCH,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    given, told = client.stdin, client.stdout
    if given is None or told is None:
        raise RuntimeError("the client has no pipes")
    figures: dict[str, float] = {}
    for streams in (1, 8):
        lost: list[float] = []
        asked = here.call | {"prompts": prompts(here.engine, streams), "tokens": tokens}

        async def through_grpc(line: str = json.dumps(asked)) -> float:
            given.write(f"{line}\n".encode())
            made, seconds = json.loads(await told.readline())
            return made / seconds

        await through_grpc()
        for _ in range(rounds):
            direct = await rate(here.engine, [BASE] * streams, tokens)
            served = await through_grpc()
            again = await rate(here.engine, [BASE] * streams, tokens)
            lost.append(1 - served / ((direct + again) / 2))
        figures[f"grpc_overhead_{streams}"] = statistics.median(lost)
    given.close()
    await client.wait()
    return figures


async def probes_of(made: Sequence[AdapterFolder]) -> dict[str, list[adapters.Probe]]:
    """Each adapter's probes, made by the trainer's own code."""
    reports = await trainers_probes([one.folder for one in made])
    return {
        one.revision: [
            adapters.Probe(
                prompt_token_ids=probe["prompt_token_ids"],
                completion_token_ids=probe["completion_token_ids"],
                trained_logprobs=probe["trained_logprobs"],
                base_logprobs=probe["base_logprobs"],
            )
            for probe in probes
        ]
        for one, probes in zip(made, reports, strict=True)
    }


async def swaps(here: Service, made: Sequence[AdapterFolder], count: int) -> tuple[dict[str, float], list[Heard]]:
    """Flips the alias `count` times, a tenth of a second apart, while four streams talk without a pause."""
    await here.point(made[0].revision)
    over = asyncio.Event()
    heard: list[Heard] = []
    errors = 0

    async def talk(person: int) -> None:
        nonlocal errors
        turn = 0
        while not over.is_set():
            turn += 1
            question = QUESTIONS[(person + turn) % len(QUESTIONS)]
            try:
                heard.append(await here.hear(ALIAS, question, tokens=48, seed=1000 * person + turn))
            except grpc.aio.AioRpcError:
                errors += 1

    people = [asyncio.create_task(talk(person)) for person in range(4)]
    began = time.perf_counter()
    flips: list[float] = []
    for number in range(count):
        at = time.perf_counter()
        await here.point(made[(number + 1) % len(made)].revision)
        flips.append(time.perf_counter() - at)
        await asyncio.sleep(0.1)
    over.set()
    await asyncio.gather(*people)
    gaps = [gap for one in heard for gap in one.gaps]
    return {
        "swaps": count,
        "swap_seconds": round(time.perf_counter() - began, 1),
        "swap_flip_p50_s": statistics.median(flips),
        "swap_turns": len(heard),
        "swap_revisions": len({one.revision for one in heard}),
        "swap_errors": errors,
        "swap_gap_vs_median": max(gaps) / statistics.median(gaps),
        "swap_gap_p99_vs_median": sorted(gaps)[len(gaps) * 99 // 100] / statistics.median(gaps),
        "swap_gap_median_ms": 1000 * statistics.median(gaps),
    }, heard


async def first_tokens(
    here: Service, made: Sequence[AdapterFolder], probes: dict[str, list[adapters.Probe]]
) -> list[float]:
    """Seconds from the call of PublishAdapter, over the flip, to the first token on each new revision."""
    taken: list[float] = []
    for adapter in made:
        began = time.perf_counter()
        await here.publish(adapter, probes[adapter.revision])
        await here.point(adapter.revision)
        heard = await here.hear(ALIAS, QUESTIONS[0], tokens=1)
        taken.append(time.perf_counter() - began)
        if heard.revision != adapter.revision:
            raise RuntimeError(f"asked for {adapter.revision}, served by {heard.revision}")
    return taken
