"""Services as processes of their own behind a real Envoy, for what is measured from outside."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from madeleine_cli.keys import master_key
from madeleine_common.embedded import ServerSpec, running
from madeleine_common.embedded.process import LOOPBACK, free_port, http_healthy
from madeleine_common.embedded.temporal import grpc_healthy
from madeleine_common.testing.rig import Servers, service_database

_START_S = 180.0
_CONTEXTS = ("identity", "chat", "memory", "miniapp", "spark", "trainer", "inference")
ECHO = "echo"
GATEWAY = "gateway"
# A method that Envoy routes; in its service's place the echo answers.
ECHO_METHOD = "/madeleine.spark.v1.SparkService/GetSpark"


@dataclass(frozen=True, slots=True)
class Processes:
    """Where the running services listen (host:port by name), and their process ids."""

    addresses: Mapping[str, str]
    pids: Mapping[str, int]


@contextmanager
def processes(
    servers: Servers, folder: Path, names: Sequence[str], more: Mapping[str, Mapping[str, str]]
) -> Iterator[Processes]:
    """Runs services by name, "gateway" and "echo" among them, in this order; `more`: further environment by name.

    Call it outside a running event loop: it waits with a loop of its own.
    """
    addresses = {name: f"{LOOPBACK}:{free_port()}" for name in (*_CONTEXTS, ECHO, GATEWAY)}
    if ECHO in names:
        addresses["spark"] = addresses[ECHO]
    pids: dict[str, int] = {}
    with ExitStack() as stack:
        for name in names:
            environment = {
                "MADELEINE_NATS_URL": servers.nats_url,
                "MADELEINE_TEMPORAL_ADDRESS": servers.temporal_address,
                "MADELEINE_SERVICE_JWKS_FILE": str(servers.keys / "services.jwks.json"),
                "MADELEINE_DATA_DIR": str(folder / name),
                "MADELEINE_LISTEN": addresses[name],
                **{f"MADELEINE_{context.upper()}_ADDRESS": addresses[context] for context in _CONTEXTS},
                **_own(servers, folder, name, addresses[name]),
                **more.get(name, {}),
            }
            (folder / name).mkdir()
            argv = (sys.executable, *_argv(name))
            healthy = partial(http_healthy, addresses[name], "/healthz") if name == GATEWAY else None
            ready = healthy or partial(grpc_healthy, addresses[name])
            spec = ServerSpec(name, argv, addresses[name], ready, folder / name, environment)
            up = stack.enter_context(running(spec, folder / name / "log", _START_S))
            pids[name] = up.process.pid
        yield Processes(addresses, pids)


def _argv(name: str) -> tuple[str, ...]:
    if name == ECHO:
        return (str(Path(__file__).with_name("echo.py")),)
    return ("-m", f"madeleine_{name}.main", "serve" if name == GATEWAY else "all")


def _own(servers: Servers, folder: Path, name: str, address: str) -> dict[str, str]:
    """What one of them needs besides."""
    if name == ECHO:
        return {}
    if name == GATEWAY:
        return {"MADELEINE_GATEWAY_LISTEN": address, "MADELEINE_GATEWAY_WEB_DIST": str(folder / "web")}
    own = {
        "MADELEINE_DATABASE_URL": asyncio.run(service_database(servers.postgres_url, name)),
        "MADELEINE_SERVICE_KEY_FILE": str(servers.keys / f"{name}.pem"),
    }
    if name == "identity":
        own["MADELEINE_IDENTITY_MASTER_KEY_FILE"] = str(master_key(servers.keys))
    if name == "inference":
        own["MADELEINE_INFERENCE_ADAPTER_STORE"] = str(folder / "adapters")
        if model_dir := os.environ.get("MADELEINE_MODEL_DIR"):
            own["MADELEINE_MODEL_DIR"] = model_dir
    return own
