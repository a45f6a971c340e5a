"""The fingerprint of an adapter made elsewhere: `python -m madeleine_trainer.training.probe FOLDER`.

For whoever publishes by hand. Takes the trainer's settings and prints one line of JSON:
{"base_model_sha256": hex, "probes": [ProbeReport, ...]}. What cannot be read as an adapter of the base is told on the
error stream, with exit status 1.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import torch
from peft import PeftModel
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging as transformers_logging

from madeleine_trainer.settings import TrainerSettings
from madeleine_trainer.training.run import fingerprint


def main(folder: Path) -> None:
    """Loads the base in float32 with the adapter over it, and prints what it makes of the probes."""
    settings = TrainerSettings()  # pyright: ignore[reportCallIssue] (pydantic-settings takes it)
    base_model = settings.model_dir / settings.trainer_base_model
    transformers_logging.disable_progress_bar()
    torch.set_num_threads(settings.trainer_threads)
    try:
        prepared = json.loads((base_model / "prepared.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise SystemExit(f"MADELEINE_TRAINER_BASE_MODEL: {error.filename} is missing") from error
    base = AutoModelForCausalLM.from_pretrained(base_model, dtype=torch.float32, attn_implementation="sdpa")
    try:
        model = PeftModel.from_pretrained(base, str(folder))
    except (ValueError, RuntimeError, TypeError, KeyError, SafetensorError) as error:
        # What PEFT raises for modules that the base lacks, other shapes, fields it does not know, and broken files.
        raise SystemExit(f"{folder} is no adapter of {base_model.name}: {error}") from error
    probes = fingerprint(model, AutoTokenizer.from_pretrained(base_model))
    weights_sha256 = prepared["files"][prepared["weights_file"]]
    print(json.dumps({"base_model_sha256": weights_sha256, "probes": [asdict(probe) for probe in probes]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
