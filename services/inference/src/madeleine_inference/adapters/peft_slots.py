"""LoRA revisions resident beside one base model, switched from one step to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import PeftConfig, PeftModel, set_peft_model_state_dict
from peft.tuners.tuners_utils import BaseTunerLayer
from safetensors import SafetensorError
from safetensors.torch import load_file

from madeleine_inference.application.ports import BASE, AdapterRefused


@dataclass(frozen=True, slots=True)
class PeftWeights:
    """An adapter as PEFT wants it."""

    config: PeftConfig
    tensors: Mapping[str, torch.Tensor]


def read_peft(folder: Path) -> PeftWeights:
    """Reads an adapter's folder; raises AdapterRefused."""
    try:
        return PeftWeights(PeftConfig.from_pretrained(str(folder)), load_file(folder / "adapter_model.safetensors"))
    except (ValueError, RuntimeError, KeyError, OSError, SafetensorError) as error:
        raise AdapterRefused(f"{type(error).__name__}: {error}") from error


class PeftSlots:
    """Holds revisions under their own names; PEFT wraps the model's layers in place."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._peft: Any = None
        self._resident: set[str] = set()
        self._layers: list[BaseTunerLayer] = []
        # "": not known, so that the next step sets it.
        self._active = BASE

    def attach(self, revision: str, weights: PeftWeights) -> None:
        """Makes a revision resident; raises AdapterRefused."""
        if revision in self._resident:
            return
        try:
            self._inject(revision, weights.config, weights.tensors)
        except (ValueError, RuntimeError, KeyError) as error:
            self.detach(revision)
            raise AdapterRefused(f"{type(error).__name__}: {error}") from error

    def _inject(self, revision: str, config: PeftConfig, weights: Mapping[str, torch.Tensor]) -> None:
        config.inference_mode = True
        if self._peft is None:
            self._peft = PeftModel(self._model, config, adapter_name=revision)
        else:
            self._peft.add_adapter(revision, config)
        self._resident.add(revision)
        self._layers = [m for m in self._peft.modules() if isinstance(m, BaseTunerLayer)]
        # PEFT activates the first adapter it loads and none of the later ones: whoever steps next chooses anew.
        self._active = ""
        loaded: Any = set_peft_model_state_dict(self._peft, dict(weights), adapter_name=revision)
        missing = [key for key in loaded.missing_keys if f".{revision}." in key]
        if missing or loaded.unexpected_keys:
            raise ValueError(f"weights do not fit: missing {missing[:2]}, unexpected {loaded.unexpected_keys[:2]}")
        self._peft.eval()

    def detach(self, revision: str) -> None:
        """Frees a revision; one that is not resident is none of our business."""
        if revision not in self._resident:
            return
        self._resident.remove(revision)
        if self._resident:
            # PEFT wants another one active in place of what it deletes.
            self.activate(next(iter(self._resident)))
            self._peft.delete_adapter(revision)
            self._layers = [m for m in self._peft.modules() if isinstance(m, BaseTunerLayer)]
        else:
            # The last one: PEFT's wrappers go too, and the base is as fast as it was.
            self._peft.unload()
            self._peft = None
            self._layers = []
        self._active = ""

    def activate(self, revision: str) -> None:
        """Makes the next forward run under `revision` or BASE; raises KeyError for one that is not resident."""
        if revision == self._active or (revision == BASE and not self._layers):
            return
        if revision == BASE:
            for layer in self._layers:
                layer.enable_adapters(False)
        elif revision not in self._resident:
            raise KeyError(revision)
        else:
            for layer in self._layers:
                layer.enable_adapters(True)
                layer.set_adapter(revision, inference_mode=True)
        self._active = revision
