"""One HTTP exchange: who calls, what they sent, and whether they are still there for the answer."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from madeleine_common.auth import Principal, TokenVerifier
from madeleine_common.errors import Denied, Invalid, Unauthenticated
from madeleine_inference.api.openai.errors import error_response, told

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]
Emit = Callable[[dict[str, Any]], Awaitable[None]]
# nginx's status for an answer that nobody waits for; it is never seen.
_CLIENT_CLOSED = 499


class ClientGone(Exception):
    """The client hung up."""


def answering(endpoint: Endpoint) -> Endpoint:
    """Turns what an endpoint raises into its answer."""

    @functools.wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ClientGone:
            return Response(status_code=_CLIENT_CLOSED)
        except Exception as error:
            return error_response(error)

    return answer


async def caller_of(request: Request, verifier: TokenVerifier) -> Principal:
    """Whose token came with the request; raises Unauthenticated."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("no token was given; log in and use your access token as api_key")
    return await verifier.verify(token)


def person_of(caller: Principal, user: str) -> str:
    """On whose behalf it runs; raises Denied when someone speaks for somebody else."""
    if user and user != caller.person_id and (caller.person_id or not caller.is_service):
        raise Denied("user: is not yours to name; leave it out", reason="NOT_YOU", metadata={"param": "user"})
    return user or caller.person_id


async def body_of(request: Request, caller: Principal, most_bytes: int) -> Any:
    """The JSON value sent; raises Invalid, and HTTPException for more than a person may send."""
    raw = await request.body()
    if len(raw) > most_bytes and not caller.is_service:
        raise HTTPException(413, f"the request has {len(raw)} bytes; at most {most_bytes} are taken")
    try:
        return json.loads(raw, parse_constant=_no_number)
    # A deep nesting is as unreadable as a missing brace.
    except (ValueError, RecursionError) as error:
        raise Invalid("body", "is not JSON") from error


async def while_there(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives; once the client hangs up it is cancelled, and ClientGone raised."""
    working, gone = asyncio.create_task(work), asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        working.cancel()
        gone.cancel()
        await asyncio.gather(working, gone, return_exceptions=True)


class EventStream(Response):
    """Server-sent events; the status waits for the first one, so that a refusal still gets its own."""

    def __init__(self, work: Callable[[Emit], Coroutine[Any, Any, None]]) -> None:
        """`work` emits JSON values."""
        super().__init__(media_type="text/event-stream", headers={"cache-control": "no-cache"})
        # There is no telling how long it will be.
        del self.headers["content-length"]
        self._work = work
        self._begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def emit(value: dict[str, Any]) -> None:
            await self._send(send, json.dumps(value, separators=(",", ":")))

        try:
            await while_there(receive, self._work(emit))
        except ClientGone:
            return
        except Exception as error:
            if not self._begun:
                await error_response(error)(scope, receive, send)
                return
            await emit(told(error)[1])
        await self._send(send, "[DONE]")
        await send({"type": "http.response.body", "body": b""})

    async def _send(self, send: Send, data: str) -> None:
        if not self._begun:
            self._begun = True
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": f"data: {data}\n\n".encode(), "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
