"""Which engine runs the model: made from settings, and imported only when it is chosen."""

from __future__ import annotations

import asyncio
import logging

from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.application.ports import Engine
from madeleine_inference.models import PreparedModel, prepare_language_model, prepared_folder
from madeleine_inference.settings import InferenceSettings

log = logging.getLogger(__name__)


async def start_engine(settings: InferenceSettings) -> Engine:
    """The engine that the settings name, with its model loaded; fetches and converts the model where needed."""
    limits = EngineLimits(
        settings.inference_slots,
        settings.inference_queue,
        settings.inference_context_tokens,
        settings.inference_threads,
        settings.inference_queue_seconds,
    )
    match settings.inference_engine:
        case "openvino":
            return await asyncio.to_thread(_openvino, settings, limits)
        case "transformers":
            return await asyncio.to_thread(_transformers, settings, limits)
        case "vllm":
            return await _vllm(settings, limits)
        case "openai":
            return _upstream(settings, limits)


def _openvino(settings: InferenceSettings, limits: EngineLimits) -> Engine:
    from madeleine_inference.adapters.batching.engine import BatchingEngine
    from madeleine_inference.adapters.openvino.runner import OpenVinoOptions, OpenVinoRunner

    prepared = language_model(settings)
    options = OpenVinoOptions(
        limits.threads,
        weights=settings.inference_weights,
        # The longest request must fit when it is alone.
        cache_tokens=max(settings.inference_cache_tokens, settings.inference_context_tokens),
    )
    return BatchingEngine(prepared, limits, OpenVinoRunner(prepared.folder, options))


def _transformers(settings: InferenceSettings, limits: EngineLimits) -> Engine:
    from madeleine_inference.adapters.batching.engine import BatchingEngine
    from madeleine_inference.adapters.transformers_runner import TransformersRunner

    prepared = language_model(settings)
    runner = TransformersRunner(prepared.folder, limits.threads, settings.inference_device)
    return BatchingEngine(prepared, limits, runner)


async def _vllm(settings: InferenceSettings, limits: EngineLimits) -> Engine:
    from madeleine_inference.adapters.vllm_engine import VllmEngine
    from madeleine_inference.adapters.vllm_options import VllmOptions

    prepared = await asyncio.to_thread(language_model, settings)
    options = VllmOptions(
        dtype=settings.inference_vllm_dtype,
        adapters=settings.inference_max_adapters,
        max_rank=settings.inference_max_rank,
        more=settings.inference_vllm_more,
    )
    return await VllmEngine.start(prepared, limits, options)


def _upstream(settings: InferenceSettings, limits: EngineLimits) -> Engine:
    from madeleine_inference.adapters.openai_engine import OpenAIEngine

    key = settings.inference_upstream_key.get_secret_value()
    return OpenAIEngine(settings.inference_upstream_url, settings.inference_upstream_model, key, limits)


def language_model(settings: InferenceSettings) -> PreparedModel:
    """The base model: a folder of the operator's, else the small one that comes with the house."""
    if settings.inference_model is not None:
        return prepared_folder(settings.inference_model)
    return prepare_language_model(settings.model_dir, log.info)
