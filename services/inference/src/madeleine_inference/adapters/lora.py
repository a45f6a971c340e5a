"""LoRA revisions resident beside one base model, switched from one step to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from peft import PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer

from madeleine_inference.application.ports import BASE, AdapterRefused


class LoraSlots:
    """Holds revisions under their own names; PEFT wraps the model's layers in place."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._peft: Any = None
        self._resident: set[str] = set()
        self._layers: list[BaseTunerLayer] = []
        self._active = BASE

    def load(self, revision: str, folder: Path) -> None:
        """Makes a revision resident; raises AdapterRefused."""
        if revision in self._resident:
            return
        try:
            if self._peft is None:
                self._peft = PeftModel.from_pretrained(self._model, folder, adapter_name=revision)
            else:
                self._peft.load_adapter(folder, adapter_name=revision)
        except (ValueError, RuntimeError, KeyError, OSError) as error:
            raise AdapterRefused(f"{type(error).__name__}: {error}") from error
        self._resident.add(revision)
        self._peft.eval()
        self._layers = [m for m in self._peft.modules() if isinstance(m, BaseTunerLayer)]
        # PEFT activates what it loads; whoever steps next chooses anew.
        self._active = revision

    def unload(self, revision: str) -> None:
        """Frees a revision; one that is not resident is none of our business."""
        if revision not in self._resident:
            return
        self._resident.remove(revision)
        if self._resident:
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
