"""One real day through the gateway's public API."""

from __future__ import annotations

from rich.console import Console


def run(gateway_url: str, console: Console) -> int:
    """Plays the demo against a gateway; returns the exit status."""
    console.print(f"The demo is not there yet; the API is at {gateway_url}/v1/.")
    return 1
