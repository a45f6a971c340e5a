"""What every part of the chat's benchmark is given, and the servers that it runs on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from chatting.processes import Processes, processes
from madeleine_common.embedded import start_nats, start_postgres, start_temporal
from madeleine_common.testing.local_identity import write_service_keys
from madeleine_common.testing.rig import Servers


@dataclass(frozen=True, slots=True)
class Bench:
    """Real servers with each commit on disk, the folder of the data, where progress is told, and the part's services.

    A part says with PROCESSES which services it wants as processes of their own, and with NEEDS_MODEL = True that
    inference, with the default model, is among them.
    """

    servers: Servers
    data: Path
    console: Console
    processes: Processes

    @property
    def inference_address(self) -> str:
        """host:port of the real inference service."""
        return self.processes.addresses["inference"]


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
def bench_for(
    data: Path, console: Console, names: Sequence[str], more: Mapping[str, Mapping[str, str]]
) -> Iterator[Bench]:
    """What one part is given; `names`, `more`: see `processes`. Call it outside a running event loop."""
    with tempfile.TemporaryDirectory(prefix="madeleine-bench-") as name:
        folder = Path(name)
        with house_servers(folder) as servers, processes(servers, folder, names, more) as up:
            yield Bench(servers, data, console, up)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all do not pass."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
