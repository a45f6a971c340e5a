"""Revisions before they are published: is the adapter sound, and is it served here as it was trained?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from madeleine_common.adapter_store import AdapterStore, StoreUnreachable
from madeleine_common.adapters import AdapterFolder, AdapterInvalid
from madeleine_common.errors import FailedPrecondition, Invalid, Unavailable
from madeleine_common.events import Repository
from madeleine_inference.application.fingerprint import Fingerprint, Probe, Prover
from madeleine_inference.application.lora_config import check_lora_config
from madeleine_inference.application.lora_weights import Linears, check_lora_weights
from madeleine_inference.application.residents import Residents
from madeleine_inference.domain.revision import Revision, stream_of


@dataclass(frozen=True, slots=True)
class Terms:
    """What an adapter must fit: the base model's weights (hex sha256) and modules, and the largest rank taken."""

    base_sha256: str
    linears: Linears
    max_rank: int


class Candidates:
    """Validates, loads and proves on this replica."""

    def __init__(
        self,
        store: AdapterStore,
        terms: Terms,
        residents: Residents,
        prover: Prover,
        revisions: Repository[Revision],
    ) -> None:
        self._store = store
        self._terms = terms
        self._residents = residents
        self._prover = prover
        self._revisions = revisions

    @asynccontextmanager
    async def proved(
        self, name: str, uri: str, probes: Sequence[Probe]
    ) -> AsyncIterator[tuple[AdapterFolder, Fingerprint]]:
        """Holds a revision whose fingerprint was found right in the engine while the block runs.

        Raises Invalid for an adapter that cannot be served at all, FailedPrecondition for one made for another base,
        tampered with, or whose fingerprint does not match, Unavailable when the store is away.
        """
        adapter = await asyncio.to_thread(self._validated, name, uri)
        async with self._residents.lease(adapter.revision):
            try:
                fingerprint = await self._prover.prove(adapter.revision, probes)
            except FailedPrecondition:
                await self.withdraw(adapter.revision)
                raise
            self._residents.proved(adapter.revision)
            yield adapter, fingerprint

    async def withdraw(self, revision: str) -> None:
        """Drops a revision from memory, unless it is published."""
        if (await self._revisions.load(stream_of(revision))).state.published is None:
            await self._residents.retire(revision)

    def _validated(self, name: str, uri: str) -> AdapterFolder:
        try:
            adapter = self._store.fetch(self._store.revision_at(uri))
        except AdapterInvalid as error:
            if error.field.startswith("files"):
                raise FailedPrecondition(f"uri: {error}", reason="ADAPTER_TAMPERED") from error
            raise Invalid("uri", error.reason if error.field == "uri" else str(error)) from error
        except StoreUnreachable as error:
            raise Unavailable(str(error), reason="ADAPTER_STORE_UNREACHABLE") from error
        if adapter.origin.name != name:
            raise Invalid("name", f"the manifest's name is {adapter.origin.name}")
        if adapter.origin.base_model_sha256 != self._terms.base_sha256:
            raise FailedPrecondition(
                f"uri: manifest.json: base_model_sha256 is {adapter.origin.base_model_sha256[:12]}...;"
                f" the base served here is {self._terms.base_sha256[:12]}...",
                reason="BASE_MODEL_MISMATCH",
            )
        check_lora_config(adapter, self._terms.max_rank)
        check_lora_weights(adapter, self._terms.linears)
        return adapter
