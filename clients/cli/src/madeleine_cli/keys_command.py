"""`madeleine keys`: the keys of the stack on a data directory."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from madeleine_cli.main import Context

keys_app = typer.Typer(help="Looks after the keys that seal what people say.", no_args_is_help=True)


@keys_app.callback()
def _keys() -> None:
    """Keeps `rotate` a command of its own while it is the only one."""


@keys_app.command()
def rotate(ctx: typer.Context) -> None:
    """Puts all keys under a new master key, so that no backup made before can be opened. The stack may go on meanwhile.

    Exit status 1: it failed, and nothing is lost. 2: something is to be done by hand first. 3: there is no stack.
    """
    context: Context = ctx.obj
    file = context.data.env / "identity.env"
    if not file.exists():
        context.console.print(f"[red]Nothing was ever started on {context.data.root}[/]; `madeleine up` does.")
        raise typer.Exit(3)
    from dotenv import dotenv_values

    settings = {name: value for name, value in dotenv_values(file, interpolate=False).items() if value is not None}
    command = [sys.executable, "-m", "madeleine_identity.main", "rotate-master-key"]
    raise typer.Exit(subprocess.run(command, env={**os.environ, **settings}, check=False).returncode)
