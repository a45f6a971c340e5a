"""Where one stack keeps everything: layout, lock and ports of a data directory."""

from __future__ import annotations

import fcntl
import json
import os
import random
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from madeleine_common.embedded.process import port_is_free

# Below Linux's ephemeral range (32768 and up), where any outgoing connection could take a port we remember.
_PORTS = range(20000, 32000)
DEFAULT_DATA_DIR = Path("~/.local/share/madeleine")


class Held(Exception):
    """Another process has this data directory up; carries its pid."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"held by process {pid}")
        self.pid = pid


@dataclass(frozen=True, slots=True)
class DataDir:
    """The files of one stack, all under `root`."""

    root: Path

    @property
    def keys(self) -> Path:
        """Keys and passwords; readable by their owner only."""
        return self.root / "keys"

    @property
    def logs(self) -> Path:
        """One log for each service, rotated."""
        return self.root / "logs"

    @property
    def files(self) -> Path:
        """What services keep beside their databases (adapters, models): MADELEINE_DATA_DIR of every service."""
        return self.root / "files"

    @property
    def env(self) -> Path:
        """Each service's settings as a file, to run one by hand; readable by their owner only."""
        return self.root / "env"

    @property
    def state(self) -> Path:
        """What `up` last said of itself."""
        return self.root / "state.json"

    def create(self) -> None:
        """Makes the directories."""
        self.root.mkdir(parents=True, exist_ok=True)
        for private in (self.keys, self.env, self.logs, self.files):
            private.mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def lock(self) -> Generator[None, None, None]:
        """Holds this directory for one `up`; raises Held. The kernel drops the lock when its holder dies, however."""
        self.create()
        with (self.root / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Held(self._holder()) from error
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def holder(self) -> int | None:
        """The pid of the `up` that has this directory, or None."""
        try:
            with (self.root / "lock").open("r") as file:
                # A shared lock: two that only look must not take each other for an `up`.
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return None
        except BlockingIOError:
            return self._holder()
        return None

    def _holder(self) -> int:
        text = (self.root / "lock").read_text("utf-8")
        # Empty for the instant between its lock and its first write.
        return int(text) if text.isdigit() else 0


class Ports:
    """Free loopback ports by name, remembered, so that addresses stay the same from one start to the next."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ports: dict[str, int] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self._taken: set[int] = set()

    def take(self, name: str, preferred: int | None = None) -> int:
        """The remembered port if it is still free, else the preferred one if that is, else another free one."""
        candidates = [p for p in (self._ports.get(name), preferred) if p is not None]
        candidates += random.sample(_PORTS, 100)
        for port in candidates:
            if port not in self._taken and port_is_free(port):
                self._taken.add(port)
                self._ports[name] = port
                return port
        raise RuntimeError(f"no free port for {name} in {_PORTS.start}-{_PORTS.stop}")

    def save(self) -> None:
        """Remembers the ports taken so far."""
        self._path.write_text(json.dumps(self._ports, indent=2), "utf-8")
