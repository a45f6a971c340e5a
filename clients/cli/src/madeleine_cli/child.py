"""One child process: its start, its lines, its health and its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Awaitable, Callable

from madeleine_common.embedded.process import ServerSpec

_POLL_S = 0.1
_CHUNK = 65536


class Child:
    """A running process, the head of a process group of its own."""

    def __init__(
        self,
        spec: ServerSpec,
        process: Process,
        output: asyncio.StreamReader,
        pipe: asyncio.ReadTransport,
        line: Callable[[str, str], None],
    ) -> None:
        self._spec = spec
        self._process = process
        self._output = output
        self._pipe = pipe
        self._exit = asyncio.create_task(process.wait())
        self._lines = asyncio.create_task(self._read_lines(line))

    @classmethod
    async def start(cls, spec: ServerSpec, line: Callable[[str, str], None]) -> Child:
        """Starts the program; `line` is called with the name and each line it prints."""
        spec.cwd.mkdir(parents=True, exist_ok=True)
        # A pipe of our own and not asyncio's: with that, the end of a process is only told once every process that
        # inherited its output has ended too.
        read_end, write_end = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *spec.command(),
                cwd=spec.cwd,
                env=spec.environment(),
                stdin=DEVNULL,
                stdout=write_end,
                stderr=STDOUT,
                # Of its own: a Ctrl-C in the terminal reaches us alone, and we stop the children in order.
                process_group=0,
            )
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        output = asyncio.StreamReader()
        pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(output), os.fdopen(read_end, "rb")
        )
        return cls(spec, process, output, pipe, line)

    @property
    def pid(self) -> int:
        """The process's id, also its group's."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """True once the process is gone."""
        return self._exit.done()

    async def healthy(self, ready: Callable[[], Awaitable[bool]]) -> None:
        """Returns once a probe succeeds or the process has ended."""
        while not self.ended and not await ready():
            await asyncio.wait({self._exit}, timeout=_POLL_S)

    async def wait(self) -> str:
        """Waits for the end; returns how it came: "ended with 1", "killed by SIGSEGV"."""
        code = await asyncio.shield(self._exit)
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"

    async def stop(self, grace_s: float, hurry: asyncio.Event) -> bool:
        """Asks the process to stop, kills it after `grace_s` or at `hurry`; true if it had to be killed.

        Whatever it left running in its process group is killed too.
        """
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(self._spec.stop_signal)
        hurrying = asyncio.create_task(hurry.wait())
        await asyncio.wait({self._exit, hurrying}, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
        hurrying.cancel()
        killed = not self.ended
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        await self._exit
        # The pipe ends with the last process that holds it; one that left the group must not hold us.
        await asyncio.wait({self._lines}, timeout=1.0)
        self._lines.cancel()
        self._pipe.close()
        return killed

    async def _read_lines(self, line: Callable[[str, str], None]) -> None:
        rest = b""
        while chunk := await self._output.read(_CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > _CHUNK:
                lines, rest = [*lines, rest], b""
            for item in lines:
                line(self._spec.name, item.decode("utf-8", errors="replace").rstrip("\r"))
        if rest:
            line(self._spec.name, rest.decode("utf-8", errors="replace"))
