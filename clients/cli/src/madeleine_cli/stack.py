"""What a whole stack on one machine consists of: servers, services, their settings and the order of their start."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from madeleine_cli.databases import create_databases, grant_reader, migrate_all, reader_url, url_of
from madeleine_cli.datadir import DataDir, Ports
from madeleine_cli.keys import master_key, service_key, services_jwks
from madeleine_cli.supervisor import Unit
from madeleine_common.embedded.nats import NatsServer, nats
from madeleine_common.embedded.postgres import PostgresServer, postgres
from madeleine_common.embedded.process import LOOPBACK, ServerSpec, http_healthy, secret_file, write_private
from madeleine_common.embedded.temporal import TemporalServer, grpc_healthy, temporal

# In order of their start; those after identity start together.
SERVICES = ("identity", "inference", "chat", "memory", "miniapp", "spark", "trainer")
GATEWAY = "gateway"
SERVERS = ("postgres", "nats", "temporal")
# Who may call services: each has a key, and its public half is known to all.
CALLERS = (*SERVICES, GATEWAY, "cli")
GATEWAY_PORT = 8080
# Loading a model from a cold disk takes its time.
_LOAD_MODEL = ("inference", "trainer")
_MODEL_TIMEOUT_S = 300.0
_REPOSITORY = Path(__file__).parents[4]


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack ready to run: its units, and where its front door will be."""

    units: tuple[Unit, ...]
    gateway_url: str
    environments: Mapping[str, Mapping[str, str]]


def build(data: DataDir, skip: Sequence[str] = ()) -> Stack:
    """Chooses ports, makes what secrets are missing, and describes every process.

    Takes some seconds at the first start (`initdb`). Services named in `skip` get settings and a database, but no
    process: somebody runs them by hand.
    """
    ports = Ports(data.root / "ports.json")
    take = ports.take
    database = postgres(data.root / "postgres", take("postgres"))
    bus = nats(data.root / "nats", take("nats"), take("nats-monitor"))
    workflows = temporal(data.root / "temporal", take("temporal"), take("temporal-http"), take("temporal-metrics"))
    addresses = {service: f"{LOOPBACK}:{take(service)}" for service in SERVICES}
    gateway = f"{LOOPBACK}:{take(GATEWAY, GATEWAY_PORT)}"
    passwords = {service: secret_file(data.keys / f"{service}.password") for service in SERVICES}
    urls = {service: url_of(database, service, passwords[service]) for service in SERVICES}
    shared = _shared_environment(data, bus, workflows, addresses)
    environments = {
        service: {
            **shared,
            "MADELEINE_LISTEN": addresses[service],
            "MADELEINE_DATABASE_URL": urls[service],
            "MADELEINE_SERVICE_KEY_FILE": str(service_key(data.keys, service)),
            "MADELEINE_METRICS_LISTEN": f"{LOOPBACK}:{take(f'{service}-metrics')}",
        }
        for service in SERVICES
    }
    environments["identity"]["MADELEINE_IDENTITY_MASTER_KEY_FILE"] = str(master_key(data.keys))
    openai = f"{LOOPBACK}:{take('inference-openai')}"
    environments["inference"]["MADELEINE_INFERENCE_OPENAI_LISTEN"] = openai
    live = f"{LOOPBACK}:{take('miniapp-live')}"
    environments["miniapp"]["MADELEINE_MINIAPP_LIVE_LISTEN"] = live
    # One writes the adapters that the other serves.
    for service in _LOAD_MODEL:
        environments[service][f"MADELEINE_{service.upper()}_ADAPTER_STORE"] = str(data.files / "adapters")
    # For `madeleine events`, from another terminal.
    reader = secret_file(data.keys / "events.password")
    environments["cli"] = {
        **shared,
        "MADELEINE_SERVICE_KEY_FILE": str(service_key(data.keys, "cli")),
        "MADELEINE_EVENTS_DATABASE_URL": reader_url(database, reader),
    }
    environments[GATEWAY] = {
        **shared,
        "MADELEINE_GATEWAY_LISTEN": gateway,
        "MADELEINE_GATEWAY_ADMIN_LISTEN": f"{LOOPBACK}:{take('gateway-admin')}",
        "MADELEINE_GATEWAY_OPENAI_ADDRESS": openai,
        "MADELEINE_GATEWAY_LIVE_ADDRESS": live,
        "MADELEINE_GATEWAY_WEB_DIST": os.environ.get(
            "MADELEINE_GATEWAY_WEB_DIST", str(_REPOSITORY / "clients/web/dist")
        ),
    }
    ports.save()
    _write_environments(data, environments)
    units = [*_servers(database, bus, workflows, passwords, urls, reader)]
    running = [service for service in SERVICES if service not in skip]
    units += [_service(data, service, addresses[service], environments[service], running) for service in running]
    if GATEWAY not in skip:
        units.append(_gateway(data, gateway, environments[GATEWAY], running))
    return Stack(tuple(units), f"http://{gateway}", environments)


def _shared_environment(
    data: DataDir, bus: NatsServer, workflows: TemporalServer, addresses: Mapping[str, str]
) -> dict[str, str]:
    return {
        "MADELEINE_NATS_URL": bus.url,
        "MADELEINE_TEMPORAL_ADDRESS": workflows.address,
        **{f"MADELEINE_{service.upper()}_ADDRESS": address for service, address in addresses.items()},
        "MADELEINE_SERVICE_JWKS_FILE": str(services_jwks(data.keys, CALLERS)),
        "MADELEINE_DATA_DIR": str(data.files),
        "PYTHONUNBUFFERED": "1",
        # glibc gives each thread an arena of its own; two keep nine processes of many threads small.
        "MALLOC_ARENA_MAX": "2",
    }


def _servers(
    database: PostgresServer,
    bus: NatsServer,
    workflows: TemporalServer,
    passwords: Mapping[str, str],
    urls: Mapping[str, str],
    reader: str,
) -> list[Unit]:
    async def migrations() -> None:
        await migrate_all(urls)
        await grant_reader(database, tuple(urls), reader)

    return [
        Unit("postgres", database.spec),
        Unit("nats", bus.spec),
        Unit("temporal", workflows.spec),
        Unit("databases", partial(create_databases, database, passwords), needs=("postgres",)),
        Unit("migrations", migrations, needs=("databases",)),
    ]


def _service(data: DataDir, name: str, address: str, env: Mapping[str, str], running: Sequence[str]) -> Unit:
    needs = ["migrations", "nats", "temporal"]
    if name != "identity" and "identity" in running:
        needs.append("identity")
    spec = ServerSpec(
        name=name,
        argv=(sys.executable, "-m", f"madeleine_{name}.main", "all"),
        address=address,
        ready=partial(grpc_healthy, address),
        cwd=data.files,
        env=env,
    )
    return Unit(name, spec, tuple(needs), _MODEL_TIMEOUT_S if name in _LOAD_MODEL else 60.0)


def _gateway(data: DataDir, address: str, env: Mapping[str, str], running: Sequence[str]) -> Unit:
    argv = (sys.executable, "-m", "madeleine_gateway.main", "serve")
    ready = partial(http_healthy, address, "/healthz")
    return Unit(GATEWAY, ServerSpec(GATEWAY, argv, address, ready, data.files, env), tuple(running))


def _write_environments(data: DataDir, environments: Mapping[str, Mapping[str, str]]) -> None:
    for service, values in environments.items():
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in sorted(values.items())]
        write_private(data.env / f"{service}.env", "".join(lines))
