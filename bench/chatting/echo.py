"""A bare gRPC server that gives every request back: no token is checked here, nothing is read or kept."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc


class Echo(grpc.GenericRpcHandler):
    """Takes every method; the health service is registered before it."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes]:
        """The same handler for all."""

        async def echo(request: bytes, context: Any) -> bytes:
            return request

        return grpc.unary_unary_rpc_method_handler(echo)


async def main() -> None:
    """Serves until killed."""
    server = grpc.aio.server()
    alive = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(alive, server)
    server.add_generic_rpc_handlers((Echo(),))
    server.add_insecure_port(os.environ["MADELEINE_LISTEN"])
    await server.start()
    await alive.set("", health_pb2.HealthCheckResponse.SERVING)
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(main())
