"""The real model, engines over it, and real LoRA adapters made by PEFT itself."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from madeleine.inference.v1 import adapters_pb2 as adapters
from madeleine.inference.v1.adapters_pb2_grpc import AdapterServiceStub
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine_common.adapters import AdapterFolder, AdapterOrigin, write_adapter
from madeleine_common.testing import Rig, Servers, running_service
from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.adapters.onnx_embedder import OnnxEmbedder
from madeleine_inference.application.ports import Engine
from madeleine_inference.bootstrap import bootstrap
from madeleine_inference.models import PreparedModel, default_model_dir, prepare_embedder, prepare_language_model
from madeleine_inference.settings import InferenceSettings

THREADS = 2
# A prompt and a completion in SmolLM2's tokens; what they say does not matter.
PROMPT, COMPLETION = (1, 4093, 198, 19556, 2, 198, 1, 520, 9531, 198), (19556, 28, 638, 359, 346, 2)

# Fixed texts for fingerprints, and how many of their first tokens are the prompt.
PROBES = (
    "Hello, I am Madeleine. I keep what you tell me and I am glad to help you with your day.",
    "The capital of France is Paris; the capital of Italy is Rome, and that of Spain is Madrid.",
    "Start the morning with a walk by the river, then have lunch with a friend and read in the evening.",
    "I am sorry to hear that you had a bad day. Would you like to tell me what happened at work?",
)
PROBE_PROMPT = 4


@dataclass(frozen=True)
class MadeAdapter:
    """A published folder and the fingerprint that its maker computed."""

    folder: AdapterFolder
    probes: list[adapters.Probe]

    @property
    def revision(self) -> str:
        return self.folder.revision

    def request(self, key: str, **changes: Any) -> adapters.PublishAdapterRequest:
        fields = {"name": self.folder.origin.name, "uri": str(self.folder.folder), "probes": self.probes}
        return adapters.PublishAdapterRequest(**(fields | changes), idempotency_key=key)


class Maker:
    """Makes adapters as the trainer does, on a model of its own, so that nothing is compared with itself."""

    def __init__(self, prepared: PreparedModel) -> None:
        self._prepared = prepared
        tokenizer = AutoTokenizer.from_pretrained(prepared.folder)
        self._texts = [tokenizer.encode(text, add_special_tokens=False) for text in PROBES]
        self._bases = [_logprobs(self._base(), ids) for ids in self._texts]

    def _base(self) -> Any:
        return AutoModelForCausalLM.from_pretrained(self._prepared.folder, dtype=torch.float32).eval()

    def make(
        self,
        store: Path,
        name: str,
        seed: int,
        config: dict[str, Any] | None = None,
        tamper: Callable[[Path], None] = lambda _: None,
        **origin: Any,
    ) -> MadeAdapter:
        """A random adapter; `config` changes its LoraConfig, `tamper` its files before they are hashed."""
        torch.manual_seed(seed)
        settings: dict[str, Any] = {"r": 4, "target_modules": ["q_proj", "v_proj"], "init_lora_weights": False}
        lora = LoraConfig(**(settings | (config or {})))
        model = get_peft_model(self._base(), lora).eval()
        # Random A and B would drown the base; a trained adapter moves it a little.
        for parameter_name, parameter in model.named_parameters():
            if "lora_B" in parameter_name:
                parameter.data *= 0.1
        probes = [
            adapters.Probe(
                prompt_token_ids=ids[:PROBE_PROMPT],
                completion_token_ids=ids[PROBE_PROMPT:],
                trained_logprobs=_logprobs(model, ids),
                base_logprobs=base,
            )
            for ids, base in zip(self._texts, self._bases, strict=True)
        ]

        def write(folder: Path) -> None:
            model.save_pretrained(str(folder))
            tamper(folder)

        fields: dict[str, Any] = {
            "name": name,
            "base_model_sha256": self._prepared.weights_sha256,
            "rank": lora.r,
            "target_modules": ("q_proj", "v_proj"),
            "parent": "",
            "training_run_id": "run-1",
        }
        return MadeAdapter(write_adapter(store, AdapterOrigin(**(fields | origin)), write), probes)


@torch.inference_mode()
def _logprobs(model: Any, ids: list[int]) -> list[float]:
    """Of each token after the first PROBE_PROMPT ones."""
    logprobs_T_V = model(torch.tensor([ids])).logits[0].log_softmax(-1)
    return [float(logprobs_T_V[at - 1, ids[at]]) for at in range(PROBE_PROMPT, len(ids))]


@pytest.fixture(scope="session")
def language_model() -> PreparedModel:
    return prepare_language_model(default_model_dir())


@pytest.fixture(scope="session")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder(prepare_embedder(default_model_dir()), THREADS)


@pytest.fixture(scope="session")
def maker(language_model: PreparedModel) -> Maker:
    torch.set_num_threads(THREADS)
    return Maker(language_model)


ENGINES = os.environ.get("MADELEINE_TEST_ENGINES", "transformers,openvino").split(",")
# Two slots and one place in the queue.
LIMITS = EngineLimits(slots=2, queue=1, context_tokens=512, threads=THREADS)

# A slot for each of eight people, and a short patience in the queue.
CROWD = EngineLimits(slots=8, queue=8, context_tokens=512, threads=THREADS, queue_seconds=1.0)


async def start_engine(name: str, prepared: PreparedModel, limits: EngineLimits) -> Engine:
    """An engine by its name in MADELEINE_TEST_ENGINES; imported only here, since no environment has them all."""
    match name:
        case "transformers":
            from madeleine_inference.adapters.batching.engine import BatchingEngine
            from madeleine_inference.adapters.transformers_runner import TransformersRunner

            return BatchingEngine(prepared, limits, TransformersRunner(prepared.folder, limits.threads))
        case "openvino" | "openvino-int8":
            from madeleine_inference.adapters.batching.engine import BatchingEngine
            from madeleine_inference.adapters.openvino.runner import OpenVinoOptions, OpenVinoRunner

            options = OpenVinoOptions(
                limits.threads, weights="int8" if name == "openvino-int8" else "adaptive", cache_tokens=4096
            )
            return BatchingEngine(prepared, limits, OpenVinoRunner(prepared.folder, options))
        case "vllm":
            from madeleine_inference.adapters.vllm_engine import VllmEngine
            from madeleine_inference.adapters.vllm_options import VllmOptions

            return await VllmEngine.start(prepared, limits, VllmOptions(max_rank=8, kv_cache_gib=0.5))
        case _:
            raise ValueError(f"no engine {name}")


@pytest.fixture(scope="session", params=ENGINES)
async def engine(request: pytest.FixtureRequest, language_model: PreparedModel) -> AsyncIterator[Engine]:
    """Every engine there is in this environment, over the same model."""
    engine = await start_engine(request.param, language_model, LIMITS)
    yield engine
    await engine.close()


@pytest.fixture(scope="module", params=ENGINES)
async def crowd(request: pytest.FixtureRequest, language_model: PreparedModel) -> AsyncIterator[Engine]:
    """An engine with a slot for each of eight people."""
    engine = await start_engine(request.param, language_model, CROWD)
    yield engine
    await engine.close()


@pytest.fixture(scope="session")
def adapter_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("adapters")


@pytest.fixture(scope="session")
def made(maker: Maker, adapter_store: Path) -> MadeAdapter:
    """A sound adapter."""
    return maker.make(adapter_store, "house", seed=1)


@pytest.fixture(scope="module")
async def rig(servers: Servers, adapter_store: Path) -> AsyncIterator[Rig[InferenceSettings]]:
    async with running_service(
        servers,
        "inference",
        InferenceSettings,
        bootstrap,
        inference_adapter_store=adapter_store,
        inference_max_adapters=2,
        inference_max_rank=8,
        inference_slots=2,
        inference_queue=2,
        inference_context_tokens=512,
    ) as rig:
        yield rig


@pytest.fixture
def inference(rig: Rig[InferenceSettings]) -> InferenceServiceStub:
    return InferenceServiceStub(rig.channel)


@pytest.fixture
def adapter_service(rig: Rig[InferenceSettings]) -> AdapterServiceStub:
    return AdapterServiceStub(rig.channel)


@pytest.fixture
def chat(servers: Servers) -> tuple[tuple[str, str], ...]:
    return servers.service_call("chat")


@pytest.fixture
def trainer(servers: Servers) -> tuple[tuple[str, str], ...]:
    return servers.service_call("trainer")
