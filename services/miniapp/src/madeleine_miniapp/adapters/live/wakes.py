"""Words between replicas over NATS core: lost ones are made up for, since every room looks by itself now and then."""

# NATS ships few types: what it hands us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

_COMMITTED, _PRESENCE = "madeleine.miniapp.live", "madeleine.miniapp.presence"
_RIGHTS = "madeleine.miniapp.rights"
_BY = "Madeleine-Replica"


class NatsWakes:
    """Tells other replicas of commits and of presence, and hears of theirs."""

    def __init__(self, client: Client, replica: str) -> None:
        """`replica`: a name that no other process has."""
        self._client = client
        self._replica = replica

    async def committed(self, app_id: str) -> None:
        """Says that something was stored."""
        await self._publish(f"{_COMMITTED}.{app_id}", b"")

    async def present(self, app_id: str, update: bytes) -> None:
        """Passes on an awareness update."""
        await self._publish(f"{_PRESENCE}.{app_id}", update)

    async def rights(self, person_id: str) -> None:
        """Says that a person's rights somewhere may have changed, to this replica as well."""
        await self._publish(f"{_RIGHTS}.{person_id}", b"")

    async def hear(
        self,
        committed: Callable[[str], Awaitable[None]],
        rights: Callable[[str], None],
        present: Callable[[str, bytes], Awaitable[None]] | None = None,
    ) -> None:
        """Calls back with what replicas say, until cancelled."""

        async def on_commit(message: Msg) -> None:
            if not self._own(message):
                await committed(message.subject.rpartition(".")[2])

        async def on_rights(message: Msg) -> None:
            rights(message.subject.rpartition(".")[2])

        async def on_presence(message: Msg) -> None:
            if present is not None and not self._own(message):
                await present(message.subject.rpartition(".")[2], message.data)

        subscriptions = [
            await self._client.subscribe(f"{_COMMITTED}.*", cb=on_commit),
            await self._client.subscribe(f"{_RIGHTS}.*", cb=on_rights),
            await self._client.subscribe(f"{_PRESENCE}.*", cb=on_presence),
        ]
        try:
            await asyncio.Event().wait()
        finally:
            for subscription in subscriptions:
                with contextlib.suppress(nats.errors.Error):
                    await subscription.unsubscribe()

    def _own(self, message: Msg) -> bool:
        return bool(message.headers) and message.headers.get(_BY) == self._replica

    async def _publish(self, subject: str, data: bytes) -> None:
        if self._client.is_connected:
            with contextlib.suppress(nats.errors.Error):
                await self._client.publish(subject, data, headers={_BY: self._replica})
