"""Tells a context's relay that something was appended."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import asyncio
import contextlib

import nats.errors
from nats.aio.client import Client

from madeleine_common.bus.streams import wake_subject


class Waker:
    """Call it after each commit; calls that come close together send one word. The relay also looks by itself."""

    def __init__(self, client: Client, context: str) -> None:
        self._client = client
        self._subject = wake_subject(context)
        self._sending: asyncio.Task[None] | None = None

    def __call__(self) -> None:
        """Returns at once; nothing is sent while NATS is away."""
        if self._sending is None and self._client.is_connected:
            self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        try:
            with contextlib.suppress(nats.errors.Error):
                await self._client.publish(self._subject)
        finally:
            self._sending = None
