"""Which adapter revisions are in the engine's memory, and who is using them."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from prometheus_client import Gauge, Histogram

from madeleine_common.adapter_store import AdapterStore, StoreUnreachable
from madeleine_common.adapters import AdapterInvalid
from madeleine_common.errors import Exhausted, FailedPrecondition, Unavailable
from madeleine_inference.application.fingerprint import Probe, Prover
from madeleine_inference.application.ports import BASE, AdapterRefused, Engine
from madeleine_inference.application.table import Held

_RESIDENT = Gauge("madeleine_inference_resident_adapters", "Adapter revisions in the engine's memory")
_LOAD_SECONDS = Histogram(
    "madeleine_inference_adapter_load_seconds",
    "Fetching, checking and loading one adapter revision, waiting for other loads included",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


@dataclass(slots=True)
class _Resident:
    leases: int = 0
    loaded: bool = False
    leaving: bool = False
    # Whoever comes while it is being loaded or proved waits for that.
    becoming: asyncio.Lock = field(default_factory=asyncio.Lock)


class Residents:
    """Loads revisions when they are needed and evicts the least recently used; never a leased or pinned one."""

    def __init__(
        self, engine: Engine, store: AdapterStore, prover: Prover, held: Callable[[str], Held], capacity: int
    ) -> None:
        self.capacity = capacity
        self._engine = engine
        self._store = store
        self._prover = prover
        self._held = held
        # Least recently used first.
        self._residents: OrderedDict[str, _Resident] = OrderedDict()
        # Loads and unloads come one by one: two requests for a cold revision load it once.
        self._changing = asyncio.Lock()
        # Once is enough: what is loaded again has the same bytes, as its name says.
        self._proved: set[str] = set()

    def is_resident(self, revision: str) -> bool:
        """True for a revision that the engine holds."""
        resident = self._residents.get(revision)
        return resident is not None and resident.loaded

    def unproved(self, revision: str) -> bool:
        """True for a revision whose fingerprint this process has not seen to be right."""
        return revision not in self._proved

    def proved(self, revision: str) -> None:
        """Notes that a revision's fingerprint was found right."""
        self._proved.add(revision)

    @asynccontextmanager
    async def lease(self, revision: str, probes: Sequence[Probe] = ()) -> AsyncIterator[None]:
        """Holds a revision in the engine while the block runs; proves it by its probes before its first lease.

        Raises Exhausted when every slot is leased or pinned; FailedPrecondition when its files cannot be loaded or it
        is not served as it was trained; Unavailable when the store is away.
        """
        if revision == BASE:
            yield
            return
        resident = self._residents.setdefault(revision, _Resident())
        self._residents.move_to_end(revision)
        resident.leaving = False
        resident.leases += 1
        try:
            if not resident.loaded or revision not in self._proved:
                await self._become(revision, resident, probes)
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

    async def _become(self, revision: str, resident: _Resident, probes: Sequence[Probe]) -> None:
        async with resident.becoming:
            if not resident.loaded:
                await self._load(revision, resident)
            if probes and revision not in self._proved:
                try:
                    await self._prover.prove(revision, probes)
                except FailedPrecondition:
                    resident.leaving = True
                    raise
                self._proved.add(revision)

    async def _load(self, revision: str, resident: _Resident) -> None:
        started = time.monotonic()
        try:
            # Not yet under the lock: a slow store holds nobody up who asks for another revision.
            adapter = await asyncio.to_thread(self._store.fetch, revision)
            async with self._changing:
                await self._make_room()
                await self._engine.load_adapter(revision, adapter.folder)
        except (AdapterInvalid, AdapterRefused) as error:
            raise FailedPrecondition(f"{revision}: {error}", reason="ADAPTER_UNLOADABLE") from error
        except StoreUnreachable as error:
            raise Unavailable(f"{revision}: {error}", reason="ADAPTER_STORE_UNREACHABLE") from error
        resident.loaded = True
        _LOAD_SECONDS.observe(time.monotonic() - started)
        self._count()
        await asyncio.to_thread(self._store.trim, self._loaded())

    def _loaded(self) -> list[str]:
        return [name for name, resident in self._residents.items() if resident.loaded]

    def _count(self) -> None:
        _RESIDENT.set(len(self._loaded()))

    async def _make_room(self) -> None:
        loaded = self._loaded()
        free = [n for n in loaded if not self._residents[n].leases and self._held(n) is not Held.PINNED]
        # Stable: among those that are worth the same, the least recently used first.
        free.sort(key=self._held)
        while len(loaded) >= self.capacity:
            if not free:
                raise Exhausted(
                    f"all {self.capacity} adapter slots are leased or pinned; try again later",
                    reason="ADAPTER_SLOTS_FULL",
                )
            evicted = free.pop(0)
            # Somebody may have leased it while the one before it left.
            if self._residents[evicted].leases:
                continue
            loaded.remove(evicted)
            del self._residents[evicted]
            await self._engine.unload_adapter(evicted)
        self._count()

    async def _drop(self, revision: str) -> None:
        async with self._changing:
            resident = self._residents.get(revision)
            # Somebody may have leased it again while this waited.
            if resident is None or resident.leases:
                return
            del self._residents[revision]
            # Also when the load was cut short by its caller: the engine may have finished it.
            await self._engine.unload_adapter(revision)
        self._count()
