"""Pytest fixtures: real servers, each started once a session when a test first asks for it."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from madeleine_common.embedded import ServerSpec, running, start_nats, start_postgres, start_temporal
from madeleine_common.embedded.process import free_port
from madeleine_common.embedded.temporal import grpc_healthy
from madeleine_common.testing.local_identity import write_service_keys
from madeleine_common.testing.rig import Servers, service_database

_MODEL_LOAD_S = 180.0


@pytest.fixture(scope="session")
def house_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every service's key and services.jwks.json."""
    folder = tmp_path_factory.mktemp("keys")
    write_service_keys(folder)
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The superuser's URL of a real PostgreSQL with pgvector."""
    # Not below pytest's own folder: any other session that starts closes that to the account PostgreSQL runs as.
    with (
        tempfile.TemporaryDirectory(prefix="madeleine-postgres-") as folder,
        start_postgres(Path(folder), fsync=False) as server,
    ):
        yield server.url()


@pytest.fixture(scope="module")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real NATS with JetStream, empty for each module: streams have fixed names."""
    with start_nats(tmp_path_factory.mktemp("nats"), fsync=False) as server:
        yield server.url


@pytest.fixture(scope="session")
def temporal_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Temporal development server."""
    with start_temporal(tmp_path_factory.mktemp("temporal")) as server:
        yield server.address


@pytest.fixture(scope="module")
def servers(postgres_url: str, nats_url: str, temporal_address: str, house_keys: Path) -> Servers:
    """All servers, with keys and tokens that fit them."""
    return Servers(postgres_url, nats_url, temporal_address, house_keys)


@pytest.fixture(scope="session")
def adapter_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that this session's inference service takes adapters from."""
    return tmp_path_factory.mktemp("adapters")


@pytest.fixture(scope="session")
def inference_address(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_url: str,
    temporal_address: str,
    house_keys: Path,
    adapter_store: Path,
) -> Iterator[str]:
    """The real inference service with the real model, in a process of its own (it loads torch; the tests don't)."""
    folder = tmp_path_factory.mktemp("inference")
    address = f"127.0.0.1:{free_port()}"
    database_url = asyncio.run(service_database(postgres_url, "inference"))
    with start_nats(folder / "nats", fsync=False) as nats:
        environment = {
            "MADELEINE_LISTEN": address,
            "MADELEINE_DATABASE_URL": database_url,
            "MADELEINE_NATS_URL": nats.url,
            "MADELEINE_TEMPORAL_ADDRESS": temporal_address,
            "MADELEINE_SERVICE_KEY_FILE": str(house_keys / "inference.pem"),
            "MADELEINE_SERVICE_JWKS_FILE": str(house_keys / "services.jwks.json"),
            "MADELEINE_DATA_DIR": str(folder),
            "MADELEINE_INFERENCE_ADAPTER_STORE": str(adapter_store),
        }

        async def ready() -> bool:
            return await grpc_healthy(address)

        if model_dir := os.environ.get("MADELEINE_MODEL_DIR"):
            environment["MADELEINE_MODEL_DIR"] = model_dir
        argv = (sys.executable, "-m", "madeleine_inference.main", "all")
        spec = ServerSpec("inference", argv, address, ready, folder, environment)
        with running(spec, folder / "inference.log", _MODEL_LOAD_S):
            yield address
