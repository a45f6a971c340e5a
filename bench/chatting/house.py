"""What every part of the chat's benchmark is given, and the servers that it runs on."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from rich.console import Console

from madeleine_common.db import migrate
from madeleine_common.embedded import ServerSpec, running, start_nats, start_postgres, start_temporal
from madeleine_common.embedded.process import free_port
from madeleine_common.embedded.temporal import grpc_healthy
from madeleine_common.testing.local_identity import write_service_keys
from madeleine_common.testing.rig import Servers

_MODEL_LOAD_S = 180.0


@dataclass(frozen=True, slots=True)
class Bench:
    """Real servers with each commit on disk, the folder of the data, and where progress is told."""

    servers: Servers
    data: Path
    console: Console
    # host:port of the real inference service with the default model, for a part with NEEDS_MODEL = True; else "".
    inference_address: str = ""


@contextmanager
def house_servers(folder: Path) -> Iterator[Servers]:
    """PostgreSQL, NATS and Temporal as in production; a service of a part makes its database in them.

    Every part has servers of its own, since the streams of NATS have fixed names.
    """
    with (
        start_postgres(folder / "postgres") as postgres,
        start_nats(folder / "nats") as nats,
        start_temporal(folder / "temporal") as temporal,
    ):
        keys = folder / "keys"
        keys.mkdir()
        write_service_keys(keys)
        yield Servers(postgres.url(), nats.url, temporal.address, keys)


@contextmanager
def bench_for(data: Path, console: Console, *, needs_model: bool) -> Iterator[Bench]:
    """What one part is given. Call it outside a running event loop: starting servers waits with a loop of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="madeleine-bench-")))
        servers = stack.enter_context(house_servers(folder))
        address = stack.enter_context(_inference(servers, folder / "inference")) if needs_model else ""
        yield Bench(servers, data, console, address)


@contextmanager
def _inference(servers: Servers, folder: Path) -> Generator[str, None, None]:
    """The address of the inference service, in a process of its own."""
    url = asyncio.run(make_database(servers, "inference"))
    address = f"127.0.0.1:{free_port()}"
    environment = process_environment(servers, "inference", folder, address, url)
    environment["MADELEINE_INFERENCE_ADAPTER_STORE"] = str(folder / "adapters")
    if model_dir := os.environ.get("MADELEINE_MODEL_DIR"):
        environment["MADELEINE_MODEL_DIR"] = model_dir

    async def ready() -> bool:
        return await grpc_healthy(address)

    argv = (sys.executable, "-m", "madeleine_inference.main", "all")
    spec = ServerSpec("inference", argv, address, ready, folder, environment)
    folder.mkdir()
    with running(spec, folder / "inference.log", _MODEL_LOAD_S):
        yield address


async def make_database(servers: Servers, service: str) -> str:
    """The URL of a new, migrated database for a service that runs in a process of its own."""
    url = servers.postgres_url.rsplit("/", 1)[0] + f"/{service}"
    admin = await asyncpg.connect(servers.postgres_url)
    await admin.execute(f'CREATE DATABASE "{service}"')
    await admin.close()
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    await migrate(connection, f"madeleine_{service}")
    await connection.close()
    return url


def process_environment(
    servers: Servers, service: str, folder: Path, address: str, database_url: str
) -> dict[str, str]:
    """Variables that point a service's own process at these servers."""
    return {
        "MADELEINE_LISTEN": address,
        "MADELEINE_DATABASE_URL": database_url,
        "MADELEINE_NATS_URL": servers.nats_url,
        "MADELEINE_TEMPORAL_ADDRESS": servers.temporal_address,
        "MADELEINE_SERVICE_KEY_FILE": str(servers.keys / f"{service}.pem"),
        "MADELEINE_SERVICE_JWKS_FILE": str(servers.keys / "services.jwks.json"),
        "MADELEINE_DATA_DIR": str(folder),
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all do not pass."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
