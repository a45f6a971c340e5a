"""LoRA revisions in vLLM: each load has a name and a number of its own, which are never used again."""

# vLLM lives in an environment of its own, where no type checker looks.
# pyright: reportMissingImports=false

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from madeleine_common.errors import Unavailable
from madeleine_inference.adapters.batching import meters
from madeleine_inference.application.lora_config import WEIGHTS
from madeleine_inference.application.lora_weights import BadHeader, read_header
from madeleine_inference.application.ports import BASE, AdapterRefused


class VllmAdapters:
    """Loads at most `capacity` revisions; vLLM never evicts one, so that none is read from disk amid a request."""

    def __init__(self, llm: Any, modules: Collection[str], capacity: int) -> None:
        """`modules`: the last names of those that vLLM was told to wrap."""
        self._llm = llm
        self._modules = modules
        self._capacity = capacity
        # vLLM keys its prefix cache by the adapter's name and its weights by the number: a name or number that came
        # twice could find what another load left behind.
        self._numbers = itertools.count(1)
        self._loaded: dict[str, Any] = {}
        self._changing = asyncio.Lock()

    def request(self, revision: str) -> Any:
        """The LoRARequest of a loaded revision, None for BASE; raises KeyError for one that is not loaded."""
        return None if revision == BASE else self._loaded[revision]

    async def load(self, revision: str, folder: Path) -> None:
        """Makes a revision resident and keeps it so; raises AdapterRefused, Unavailable."""
        async with self._changing:
            if revision in self._loaded:
                return
            if len(self._loaded) >= self._capacity:
                raise AdapterRefused(f"vLLM holds {self._capacity} adapters already; it was started for no more")
            await asyncio.to_thread(check_modules, folder, self._modules)
            await self._load(revision, folder)

    async def unload(self, revision: str) -> None:
        """Frees a revision; one that is not resident is none of our business."""
        async with self._changing:
            request = self._loaded.pop(revision, None)
            if request is not None:
                await self._llm.remove_lora(request.lora_int_id)

    async def _load(self, revision: str, folder: Path) -> None:
        from vllm.lora.request import LoRARequest
        from vllm.v1.engine.exceptions import EngineDeadError

        number = next(self._numbers)
        request = LoRARequest(lora_name=f"{revision}#{number}", lora_int_id=number, lora_path=str(folder))
        started = time.monotonic()
        try:
            await self._llm.add_lora(request)
            # In its slot before the first request, and never evicted for another one.
            await self._llm.pin_lora(number)
        except EngineDeadError as error:
            raise Unavailable("vLLM's process has ended") from error
        except BaseException as error:
            # Also when the caller has gone: vLLM may have taken it all the same.
            await asyncio.shield(self._llm.remove_lora(number))
            if isinstance(error, Exception):
                raise AdapterRefused(f"{type(error).__name__}: {error}") from error
            raise
        meters.SWAP_SECONDS.observe(time.monotonic() - started)
        self._loaded[revision] = request


def check_modules(folder: Path, modules: Collection[str]) -> None:
    """Raises AdapterRefused for an adapter that changes other modules: vLLM would leave them out without a word."""
    try:
        # base_model.model.<path>.<module>.lora_A.weight
        changed = {name.rsplit(".", 3)[-3] for name in read_header(folder / WEIGHTS) if name.count(".") >= 3}
    except (BadHeader, OSError) as error:
        raise AdapterRefused(f"{WEIGHTS}: {error}") from error
    if others := sorted(changed - set(modules)):
        raise AdapterRefused(f"it changes {', '.join(others)}; vLLM was started for {', '.join(modules)} only")
