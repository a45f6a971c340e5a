"""A standing pull on a durable consumer that hands messages on as they come and notices a deaf subscription.

nats-py's own `fetch(batch=N)` waits out its whole timeout for a batch that isn't full (nats.py#986), and a pull
subscription may stay silent after a server restart (#504); heartbeats tell here.
"""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import json
import time
from types import TracebackType

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

_EXPIRES_S = 30
_HEARTBEAT_S = 5
_SILENCE_S = 2.5 * _HEARTBEAT_S
_NANOSECONDS = 1_000_000_000


class ConsumerLost(Exception):
    """The server went silent, or no longer knows the consumer: subscribe anew."""


class Pull:
    """Use as `async with Pull(...) as pull: message = await pull.next()`."""

    def __init__(self, client: Client, stream: str, consumer: str, batch: int) -> None:
        """`batch`: messages asked for at a time; those beyond the one in hand wait here, not at the server."""
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._batch = batch
        self._inbox = client.new_inbox()
        self._asked = 0
        self._heard_at = time.monotonic()
        self._subscription: Subscription | None = None

    async def __aenter__(self) -> Pull:
        self._subscription = await self._client.subscribe(self._inbox)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._subscription is not None and not self._client.is_closed:
            await self._subscription.unsubscribe()

    async def batch(self, wait_s: float | None = None) -> list[Msg]:
        """The next message and whatever has come behind it already; nothing after `wait_s`. Raises ConsumerLost."""
        end = None if wait_s is None else time.monotonic() + wait_s
        messages: list[Msg] = []
        while not messages and (end is None or time.monotonic() < end):
            messages += await self._take(_SILENCE_S if end is None else max(0.001, end - time.monotonic()))
        while self._asked and self._subscription is not None and self._subscription.pending_msgs:
            messages += await self._take(_SILENCE_S)
        return messages

    async def next(self) -> Msg:
        """The next message, whenever it comes; raises ConsumerLost."""
        while True:
            for message in await self._take(_SILENCE_S):
                return message

    async def _take(self, wait_s: float) -> list[Msg]:
        """The next message, if one comes in time that is not just a word of the server's; raises ConsumerLost."""
        if self._subscription is None:
            raise RuntimeError("enter the pull first")
        if self._asked == 0:
            await self._ask()
        try:
            message = await self._subscription.next_msg(timeout=wait_s)
        except TimeoutError as error:
            if time.monotonic() - self._heard_at < _SILENCE_S:
                return []
            raise ConsumerLost(f"no heartbeat for {_SILENCE_S:g} s") from error
        self._heard_at = time.monotonic()
        status = (message.headers or {}).get("Status") if not message.reply else None
        if status is None:
            self._asked -= 1
            return [message]
        if status != "100":
            # 404 and 408: nothing came in time. 409: the request ended, or the consumer is gone.
            self._asked = 0
            if status not in {"404", "408"}:
                raise ConsumerLost((message.headers or {}).get("Description", status))
        return []

    async def _ask(self) -> None:
        request = {
            "batch": self._batch,
            "expires": _EXPIRES_S * _NANOSECONDS,
            "idle_heartbeat": _HEARTBEAT_S * _NANOSECONDS,
        }
        await self._client.publish(self._subject, json.dumps(request).encode(), reply=self._inbox)
        self._asked = self._batch
