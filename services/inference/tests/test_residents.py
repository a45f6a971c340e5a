"""A thousand revisions behind eight places, with real adapter files on a real engine."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from madeleine_common.adapter_store import AdapterStore
from madeleine_common.adapters import AdapterOrigin, read_adapter, write_adapter
from madeleine_common.errors import Exhausted, FailedPrecondition
from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.application.fingerprint import Prover
from madeleine_inference.application.ports import Engine
from madeleine_inference.application.residents import Residents
from madeleine_inference.application.table import Held
from madeleine_inference.models import PreparedModel

from .conftest import COMPLETION, PROMPT, Maker, start_engine

pytestmark = [pytest.mark.model, pytest.mark.timeout(180)]
CAPACITY, ADDRESSABLE = 8, 1000


@pytest.fixture(scope="module")
async def own(language_model: PreparedModel) -> AsyncIterator[Engine]:
    """An engine whose adapters nobody else touches."""
    engine = await start_engine("openvino", language_model, EngineLimits(slots=4, queue=64, context_tokens=512))
    yield engine
    await engine.close()


@pytest.fixture(scope="module")
def thousand(maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> tuple[AdapterStore, list[str]]:
    """As many revisions, each under its own name, over one file of weights."""
    folder = tmp_path_factory.mktemp("thousand")
    first = maker.make(folder, "n0", seed=41, config={"r": 1, "target_modules": ["q_proj"]}).folder

    def link(into: Path) -> None:
        for name in first.files:
            os.link(first.folder / name, into / name)

    origins = [replace(first.origin, name=f"n{n}", rank=1, target_modules=("q_proj",)) for n in range(ADDRESSABLE)]
    revisions = [write_adapter(folder, origin, link).revision for origin in origins]
    return AdapterStore(str(folder), folder), revisions


class Holding:
    """What the alias table would say."""

    def __init__(self) -> None:
        self.by_revision: dict[str, Held] = {}

    def __call__(self, revision: str) -> Held:
        return self.by_revision.get(revision, Held.NOT)


def residents_of(engine: Engine, store: AdapterStore, held: Holding) -> Residents:
    return Residents(engine, store, Prover(engine), held, CAPACITY)


async def test_any_of_a_thousand_answers_and_never_more_than_eight_are_in_memory(
    own: Engine, thousand: tuple[AdapterStore, list[str]]
) -> None:
    store, revisions = thousand
    held = Holding()
    served, previous = revisions[:2]
    held.by_revision = {served: Held.ALIASED, previous: Held.ALIASED}
    residents = residents_of(own, store, held)
    most = 0

    async def talk(revision: str) -> None:
        nonlocal most
        async with residents.lease(revision):
            await own.score(revision, PROMPT, COMPLETION)
            most = max(most, sum(residents.is_resident(name) for name in revisions))

    for revision in (served, previous):
        await talk(revision)
    chosen = random.Random(3).sample(revisions[2:], 100)
    places = asyncio.Semaphore(4)

    async def person(revision: str) -> None:
        async with places:
            await talk(revision)

    await asyncio.gather(*(person(revision) for revision in chosen))
    assert most <= CAPACITY
    assert REGISTRY.get_sample_value("madeleine_inference_resident_adapters") == CAPACITY
    # What an alias names outlasts a hundred strangers: a rollback finds it in memory.
    assert residents.is_resident(served)
    assert residents.is_resident(previous)
    for name in revisions:
        await residents.retire(name)
    assert REGISTRY.get_sample_value("madeleine_inference_resident_adapters") == 0


async def test_more_aliases_than_places_share_them(own: Engine, thousand: tuple[AdapterStore, list[str]]) -> None:
    store, revisions = thousand
    held = Holding()
    held.by_revision = dict.fromkeys(revisions, Held.ALIASED)
    residents = residents_of(own, store, held)
    for revision in revisions[: 2 * CAPACITY]:
        async with residents.lease(revision):
            pass
    assert [residents.is_resident(name) for name in revisions[: 2 * CAPACITY]] == [False] * CAPACITY + [True] * CAPACITY
    for name in revisions:
        await residents.retire(name)


async def test_the_leased_and_the_pinned_stay(own: Engine, thousand: tuple[AdapterStore, list[str]]) -> None:
    store, revisions = thousand
    held = Holding()
    held.by_revision = dict.fromkeys(revisions[: CAPACITY - 1], Held.PINNED)
    residents = residents_of(own, store, held)
    for revision in revisions[: CAPACITY - 1]:
        async with residents.lease(revision):
            pass
    async with residents.lease(revisions[CAPACITY]):
        with pytest.raises(Exhausted) as caught:
            async with residents.lease(revisions[CAPACITY + 1]):
                pass
        assert caught.value.reason == "ADAPTER_SLOTS_FULL"
    async with residents.lease(revisions[CAPACITY + 1]):
        assert not residents.is_resident(revisions[CAPACITY])
    for name in revisions:
        await residents.retire(name)


async def test_what_retires_while_it_is_used_leaves_with_its_last_lease(
    own: Engine, thousand: tuple[AdapterStore, list[str]]
) -> None:
    store, revisions = thousand
    residents = residents_of(own, store, Holding())
    async with residents.lease(revisions[0]):
        async with residents.lease(revisions[0]):
            await residents.retire(revisions[0])
        assert residents.is_resident(revisions[0])
        await own.score(revisions[0], PROMPT, COMPLETION)
    assert not residents.is_resident(revisions[0])


async def test_files_that_went_bad_since_are_refused_by_name(
    own: Engine, thousand: tuple[AdapterStore, list[str]], tmp_path: Path
) -> None:
    store, revisions = thousand
    shutil.copytree(store.fetch(revisions[5]).folder, tmp_path / revisions[5])
    weights = tmp_path / revisions[5] / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    residents = residents_of(own, AdapterStore(str(tmp_path), tmp_path), Holding())
    with pytest.raises(FailedPrecondition, match="sha256") as caught:
        async with residents.lease(revisions[5]):
            pass
    assert caught.value.reason == "ADAPTER_UNLOADABLE"
    assert not residents.is_resident(revisions[5])
    assert read_adapter(store.fetch(revisions[5]).folder).origin == AdapterOrigin(
        "n5", store.fetch(revisions[5]).origin.base_model_sha256, 1, ("q_proj",), "", "run-1"
    )
