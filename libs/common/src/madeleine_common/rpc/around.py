"""What happens around every call on a server: size limit, caller, errors, metrics."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc_status import rpc_status
from prometheus_client import Histogram

from madeleine_common.auth import Principal, TokenVerifier, set_principal
from madeleine_common.db import transient
from madeleine_common.errors import DomainError, Invalid, Unauthenticated, Unavailable
from madeleine_common.rpc.errors import as_domain_error, to_status

log = logging.getLogger(__name__)

_SECONDS = Histogram("madeleine_rpc_seconds", "Duration of RPCs on the server", ["method", "code"])
_UNGUARDED = ("/grpc.health.v1.", "/grpc.reflection.")
Handler = Callable[[Any, Any], Any]


def largest_field(request: Message) -> str:
    """The path of the field that takes most of a message, to tell what is too long."""
    sizes: dict[str, int] = {}
    for field, value in request.ListFields():
        lone = type(request)()
        if field.is_repeated:
            getattr(lone, field.name).MergeFrom(value)
        elif field.message_type:
            getattr(lone, field.name).CopyFrom(value)
        else:
            setattr(lone, field.name, value)
        sizes[field.name] = lone.ByteSize()
    return max(sizes, key=lambda name: sizes[name], default="request")


class HouseInterceptor(grpc.aio.ServerInterceptor):
    """Runs every handler with its caller known, and turns what it raises into a status."""

    def __init__(
        self,
        verifier: TokenVerifier,
        open_methods: frozenset[str],
        max_request_bytes: int,
        larger: Mapping[str, int] | None = None,
    ) -> None:
        """`open_methods`: full method names ("/pkg.Service/Method") that need no token.

        `larger`: most bytes of a request by method name, in place of `max_request_bytes`.
        """
        self._verifier = verifier
        self._open = open_methods
        self._max_bytes = max_request_bytes
        self._larger = larger or {}

    async def intercept_service(  # pyright: ignore[reportIncompatibleMethodOverride] (grpc-stubs lag behind)
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        """Wraps unary-unary and unary-stream handlers; the house has no other kinds of its own."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        # None: no such method; gRPC answers that itself.
        if handler is None or method.startswith(_UNGUARDED):  # pyright: ignore[reportUnnecessaryComparison]
            return handler
        metadata = {k: v for k, v in handler_call_details.invocation_metadata or () if isinstance(v, str)}
        if handler.unary_unary:
            call = handler.unary_unary

            async def unary(request: Any, context: Any) -> Any:
                async with self._around(method, metadata, request, context):
                    return await call(request, context)

            return grpc.unary_unary_rpc_method_handler(unary, handler.request_deserializer, handler.response_serializer)
        if handler.unary_stream:
            stream: Any = handler.unary_stream

            async def streaming(request: Any, context: Any) -> AsyncIterator[Any]:
                async with self._around(method, metadata, request, context):
                    async for response in stream(request, context):
                        yield response

            return grpc.unary_stream_rpc_method_handler(
                streaming, handler.request_deserializer, handler.response_serializer
            )
        return handler

    @asynccontextmanager
    async def _around(
        self, method: str, metadata: dict[str, str], request: Any, context: Any
    ) -> AsyncGenerator[None, None]:
        began = time.perf_counter()
        code = "OK"
        try:
            set_principal(await self._caller(method, metadata, request))
            yield
        except (asyncio.CancelledError, GeneratorExit):
            code = "CANCELLED"
            raise
        except grpc.aio.AbortError:
            code = "ABORTED"
            raise
        except NotImplementedError:
            code = "UNIMPLEMENTED"
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{method} is in the contract but not there yet")
        except Exception as error:
            told = self._told(method, error)
            if told is None:
                code = "INTERNAL"
                log.exception("%s failed", method)
                await context.abort(grpc.StatusCode.INTERNAL, "something went wrong on our side; it is logged")
            else:
                status = rpc_status.to_status(to_status(told))
                code = status.code.name
                await context.abort_with_status(status)
        finally:
            _SECONDS.labels(method, code).observe(time.perf_counter() - began)

    @staticmethod
    def _told(method: str, error: Exception) -> DomainError | None:
        if not isinstance(error, DomainError) and transient(error):
            log.warning("%s: %s", method, error or type(error).__name__)
            return Unavailable("the service is not ready to do this now; try again")
        return as_domain_error(error)

    async def _caller(self, method: str, metadata: dict[str, str], request: Message) -> Principal | None:
        caller: Principal | None = None
        scheme, _, token = metadata.get("authorization", "").partition(" ")
        if method not in self._open:
            if scheme.lower() != "bearer" or not token:
                raise Unauthenticated("no token was given; log in and send 'authorization: Bearer <token>'")
            caller = await self._verifier.verify(token)
        most = self._larger.get(method, self._max_bytes)
        if (caller is None or not caller.is_service) and (size := request.ByteSize()) > most:
            raise Invalid(largest_field(request), f"the request has {size} bytes; at most {most} are taken")
        return caller
