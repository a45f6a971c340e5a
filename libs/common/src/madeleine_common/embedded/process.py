"""What a child process is, and how one is started, awaited and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

LOOPBACK = "127.0.0.1"
_LAUNCH = Path(__file__).with_name("launch.py")
_POLL_S = 0.05


class NotReady(Exception):
    """A child ended, or was not healthy in time; the message carries the end of its log."""


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """A program to run: how it is started, where it listens, when it is healthy, how it is stopped."""

    name: str
    argv: tuple[str, ...]
    # host:port, or "" for a program that listens nowhere.
    address: str
    # One probe: true once the server answers; it raises nothing and takes at most a few seconds.
    ready: Callable[[], Awaitable[bool]]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    # Account to run as when we are root; "": our own.
    user: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    # Sent by the kernel when the process that started it dies, however it dies.
    death_signal: signal.Signals = signal.SIGKILL

    def command(self) -> list[str]:
        """The whole command line for this process as parent: see `launch`."""
        # -I -S: the wrapper needs the standard library only and must start in milliseconds.
        wrapper = [sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid()), str(int(self.death_signal))]
        return [*wrapper, self.user or "-", *self.argv]

    def environment(self) -> dict[str, str]:
        """Our own environment, and the spec's variables over it."""
        return {**os.environ, **self.env}


@dataclass(frozen=True, slots=True)
class Running:
    """A child that is up."""

    spec: ServerSpec
    process: subprocess.Popen[bytes]
    log: Path


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def port_is_free(port: int) -> bool:
    """True when a server could listen on this loopback port."""
    with socket.socket() as probe:
        # As servers do: connections of a former server in TIME_WAIT don't hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


async def http_healthy(address: str, path: str, timeout_s: float = 2.0) -> bool:
    """True when a GET of http://address/path answers 200."""
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, TimeoutError):
        return False


def write_private(path: Path, content: str | bytes) -> None:
    """Writes a file that only its owner can read, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    data = content.encode() if isinstance(content, str) else content
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def secret_file(path: Path) -> str:
    """The secret in a file (0600), made at first use: 32 hexadecimal digits."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, secrets.token_hex(16))
    return path.read_text("utf-8").strip()


@contextmanager
def running(spec: ServerSpec, log: Path, timeout_s: float = 30.0) -> Generator[Running, None, None]:
    """Starts a program, waits until it is healthy, and stops it on exit; raises NotReady.

    Call it outside a running event loop, or from a thread: it waits with a loop of its own.
    """
    spec.cwd.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            spec.command(),
            cwd=spec.cwd,
            env=spec.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Of its own, so that a Ctrl-C in the terminal reaches us alone and children are stopped in order.
            process_group=0,
        )
    try:
        asyncio.run(_wait_ready(spec, process, log, timeout_s))
        yield Running(spec, process, log)
    finally:
        process.send_signal(spec.stop_signal)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


async def _wait_ready(spec: ServerSpec, process: subprocess.Popen[bytes], log: Path, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            while not await spec.ready():
                if (code := process.poll()) is not None:
                    raise NotReady(f"{spec.name} ended with {code}:\n{tail(log)}")
                await asyncio.sleep(_POLL_S)
    except TimeoutError as error:
        raise NotReady(f"{spec.name} was not healthy within {timeout_s:g} s:\n{tail(log)}") from error


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log file."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-lines:])
