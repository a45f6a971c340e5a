"""Which adapter revisions are in the engine's memory, and who is using them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from madeleine_common.adapters import AdapterInvalid, read_adapter
from madeleine_common.errors import Exhausted, FailedPrecondition
from madeleine_inference.application.ports import BASE, AdapterRefused, Engine


@dataclass(slots=True)
class _Resident:
    leases: int = 0
    pinned: bool = False
    loaded: bool = False
    leaving: bool = False


class Residents:
    """Loads revisions when they are needed and evicts the least recently used; never a leased or pinned one."""

    def __init__(self, engine: Engine, store: Path, capacity: int) -> None:
        self._engine = engine
        self._store = store
        self._capacity = capacity
        # Least recently used first.
        self._residents: OrderedDict[str, _Resident] = OrderedDict()
        # Loads and unloads come one by one: two requests for a cold revision load it once.
        self._changing = asyncio.Lock()

    def is_resident(self, revision: str) -> bool:
        """True for a revision that the engine holds."""
        resident = self._residents.get(revision)
        return resident is not None and resident.loaded

    def pin(self, revision: str, pinned: bool) -> None:
        """Keeps a resident revision from eviction, or lets it go."""
        if resident := self._residents.get(revision):
            resident.pinned = pinned

    @asynccontextmanager
    async def lease(self, revision: str, *, pinned: bool = False) -> AsyncIterator[None]:
        """Holds a revision in the engine while the block runs.

        Raises Exhausted when every slot is leased or pinned; FailedPrecondition when its files cannot be loaded.
        """
        if revision == BASE:
            yield
            return
        resident = self._residents.setdefault(revision, _Resident())
        self._residents.move_to_end(revision)
        resident.pinned = pinned
        resident.leaving = False
        resident.leases += 1
        try:
            await self._load(revision, resident)
            yield
        finally:
            resident.leases -= 1
            if not resident.leases and (resident.leaving or not resident.loaded):
                await self._drop(revision)

    async def retire(self, revision: str) -> None:
        """Takes a revision out of the engine as soon as the last lease ends."""
        if resident := self._residents.get(revision):
            resident.leaving = True
            if not resident.leases:
                await self._drop(revision)

    async def _load(self, revision: str, resident: _Resident) -> None:
        async with self._changing:
            if resident.loaded:
                return
            await self._make_room()
            try:
                adapter = await asyncio.to_thread(read_adapter, self._store / revision)
                if adapter.revision != revision:
                    raise AdapterInvalid("manifest.json", f"is that of {adapter.revision}")
                await self._engine.load_adapter(revision, adapter.folder)
            except (AdapterInvalid, AdapterRefused) as error:
                raise FailedPrecondition(f"{revision}: {error}", reason="ADAPTER_UNLOADABLE") from error
            resident.loaded = True

    async def _make_room(self) -> None:
        loaded = [name for name, resident in self._residents.items() if resident.loaded]
        free = [name for name in loaded if not self._residents[name].leases and not self._residents[name].pinned]
        while len(loaded) >= self._capacity:
            if not free:
                raise Exhausted(
                    f"all {self._capacity} adapter slots are leased or pinned; try again later",
                    reason="ADAPTER_SLOTS_FULL",
                )
            evicted = free.pop(0)
            loaded.remove(evicted)
            del self._residents[evicted]
            await self._engine.unload_adapter(evicted)

    async def _drop(self, revision: str) -> None:
        async with self._changing:
            resident = self._residents.get(revision)
            # Somebody may have leased it again while this waited.
            if resident is None or resident.leases:
                return
            del self._residents[revision]
            # Also when the load was cut short by its caller: the engine may have finished it.
            await self._engine.unload_adapter(revision)
