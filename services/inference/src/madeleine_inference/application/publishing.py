"""Publishing a revision: is it sound, is it what was trained, and does it differ from the base?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine_common.adapters import AdapterFolder, AdapterInvalid, read_adapter
from madeleine_common.auth import Principal
from madeleine_common.commands import metadata_of, utc_now
from madeleine_common.errors import FailedPrecondition, Invalid, NotFound
from madeleine_common.events import CommandKey, NewEvent, Repository
from madeleine_inference.application.lora_config import check_lora_config
from madeleine_inference.application.ports import BASE, Engine
from madeleine_inference.application.residents import Residents
from madeleine_inference.domain import revision as domain
from madeleine_inference.domain.revision import Revision

MAX_TRAINED_DELTA = 1e-2
MIN_BASE_DELTA = 1e-4
# The aliases that point at a revision now or would after a rollback.
UsedBy = Callable[[str], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Probe:
    """A fixed text with logprobs (nats, one for each completion token)."""

    prompt_ids: tuple[int, ...]
    completion_ids: tuple[int, ...]
    trained: tuple[float, ...]
    base: tuple[float, ...] = ()
    served: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Probes as served, with the largest mean differences from training and from the base, nats."""

    probes: tuple[Probe, ...]
    max_trained_delta: float
    max_base_delta: float


@dataclass(frozen=True, slots=True)
class Store:
    """Where adapters lie and what is taken."""

    folder: Path
    max_rank: int


class Publishing:
    """The life of revisions."""

    def __init__(
        self, engine: Engine, store: Store, residents: Residents, revisions: Repository[Revision], used_by: UsedBy
    ) -> None:
        self._engine = engine
        self._store = store
        self._residents = residents
        self._revisions = revisions
        self._used_by = used_by

    async def publish(
        self, name: str, uri: str, probes: Sequence[Probe], caller: Principal, command: CommandKey
    ) -> tuple[pb.Revision, Fingerprint]:
        """Validates, loads, proves and publishes; again with the same adapter proves it again and appends nothing.

        Raises Invalid for an adapter that cannot be served at all, FailedPrecondition for one made for another base,
        tampered with, or whose fingerprint does not match.
        """
        adapter = await asyncio.to_thread(self._validated, name, uri)
        stream = domain.stream_of(adapter.revision)
        async with self._residents.lease(adapter.revision):
            try:
                fingerprint = await self._fingerprint(adapter.revision, probes)
                _judge(adapter.revision, fingerprint)
            except FailedPrecondition:
                if (await self._revisions.load(stream)).state.published is None:
                    await self._residents.retire(adapter.revision)
                raise
            message = _message(adapter)
            done = await self._revisions.execute(
                stream,
                lambda state: [
                    NewEvent(event)
                    for event in domain.publish(
                        state, message, fingerprint.max_trained_delta, fingerprint.max_base_delta
                    )
                ],
                metadata_of(caller),
                command=command,
            )
        return done.state.published or message, fingerprint

    async def pin(self, revision: str, pinned: bool, caller: Principal, command: CommandKey) -> Revision:
        """Keeps a revision from eviction or lets it go; raises NotFound."""
        try:
            done = await self._revisions.execute(
                domain.stream_of(revision),
                lambda state: [NewEvent(event) for event in domain.pin(state, revision, pinned)],
                metadata_of(caller),
                command=command,
            )
        except domain.NotPublished as error:
            raise NotFound(f"no revision {revision} is published", reason="REVISION_UNKNOWN") from error
        self._residents.pin(revision, done.state.pinned)
        return done.state

    async def unload(self, revision: str, caller: Principal, command: CommandKey) -> None:
        """Takes a revision out of serving once its leases end; raises NotFound, FailedPrecondition while aliased."""
        stream = domain.stream_of(revision)
        if not (await self._revisions.load(stream)).version:
            raise NotFound(f"no revision {revision} is published", reason="REVISION_UNKNOWN")
        used_by = await self._used_by(revision)
        try:
            await self._revisions.execute(
                stream,
                lambda state: [NewEvent(event) for event in domain.unload(state, revision, used_by)],
                metadata_of(caller),
                command=command,
            )
        except domain.InUse as error:
            raise FailedPrecondition(
                f"{revision} is what alias {error} points at or may be rolled back to", reason="REVISION_IN_USE"
            ) from error
        await self._residents.retire(revision)

    def _validated(self, name: str, uri: str) -> AdapterFolder:
        folder = self._folder(uri)
        try:
            adapter = read_adapter(folder)
        except AdapterInvalid as error:
            if error.field.startswith("files"):
                raise FailedPrecondition(f"uri: {error}", reason="ADAPTER_TAMPERED") from error
            raise Invalid("uri", str(error)) from error
        if adapter.origin.name != name:
            raise Invalid("name", f"the manifest's name is {adapter.origin.name}")
        if folder.name != adapter.revision:
            raise Invalid("uri", f"the folder must be named {adapter.revision}, after its manifest")
        if adapter.origin.base_model_sha256 != self._engine.base_sha256:
            raise FailedPrecondition(
                f"uri: manifest.json: base_model_sha256 is {adapter.origin.base_model_sha256[:12]}...;"
                f" the base served here is {self._engine.base_sha256[:12]}...",
                reason="BASE_MODEL_MISMATCH",
            )
        check_lora_config(adapter, self._store.max_rank)
        return adapter

    def _folder(self, uri: str) -> Path:
        parts = urlsplit(uri)
        if parts.scheme not in ("", "file") or parts.netloc:
            raise Invalid("uri", "must be the path or file: URI of a folder in the adapter store")
        store = self._store.folder.resolve()
        # Resolved first, so that neither ".." nor a link leads out of the store.
        folder = Path(unquote(parts.path) if parts.scheme else uri).resolve()
        if folder.parent != store or not folder.is_dir():
            raise Invalid("uri", "must be a folder directly in the adapter store")
        return folder

    async def _fingerprint(self, revision: str, probes: Sequence[Probe]) -> Fingerprint:
        proved: list[Probe] = []
        for probe in probes:
            served = await self._engine.score(revision, probe.prompt_ids, probe.completion_ids)
            base = await self._engine.score(BASE, probe.prompt_ids, probe.completion_ids)
            proved.append(replace(probe, served=tuple(served), base=tuple(base)))
        return Fingerprint(
            tuple(proved),
            max(_mean_delta(probe.served, probe.trained) for probe in proved),
            max(_mean_delta(probe.served, probe.base) for probe in proved),
        )


def _mean_delta(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(abs(a - b) for a, b in zip(left, right, strict=True)) / len(left)


def _judge(revision: str, fingerprint: Fingerprint) -> None:
    """Raises FailedPrecondition unless the revision is served as trained and differs from the base."""
    # A NaN must not pass, so both conditions say what is wanted.
    if not fingerprint.max_trained_delta <= MAX_TRAINED_DELTA:
        raise FailedPrecondition(
            f"probes: {revision} as served differs from training by {fingerprint.max_trained_delta:.4g} nats a token;"
            f" at most {MAX_TRAINED_DELTA:g} is taken",
            reason="FINGERPRINT_MISMATCH",
        )
    if not fingerprint.max_base_delta > MIN_BASE_DELTA:
        raise FailedPrecondition(
            f"probes: {revision} gives the base model's logprobs (difference {fingerprint.max_base_delta:.4g} nats):"
            " the adapter never arrived",
            reason="ADAPTER_NOT_DELIVERED",
        )


def _message(adapter: AdapterFolder) -> pb.Revision:
    message = pb.Revision(
        revision=adapter.revision,
        name=adapter.origin.name,
        base_model_sha256=adapter.origin.base_model_sha256,
        rank=adapter.origin.rank,
        parent=adapter.origin.parent,
        training_run_id=adapter.origin.training_run_id,
    )
    message.published_at.FromDatetime(utc_now())
    return message
