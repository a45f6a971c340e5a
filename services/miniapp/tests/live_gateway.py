"""A real Envoy before the live port, with the keys of the test's people."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
from jwt.algorithms import OKPAlgorithm

from madeleine.identity.v1 import identity_pb2, identity_pb2_grpc
from madeleine_common.embedded.process import free_port
from madeleine_common.testing import Servers, eventually


class Keys(identity_pb2_grpc.IdentityServiceServicer):
    """Identity's GetJwks over the test's signer."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    async def GetJwks(self, request: Any, context: Any) -> identity_pb2.GetJwksResponse:
        signer = self._servers.signer
        x = json.loads(OKPAlgorithm.to_jwk(await signer.public_key(signer.KID)))["x"]
        jwk = identity_pb2.Jwk(kty="OKP", crv="Ed25519", alg="EdDSA", use="sig", kid=signer.KID, x=x)
        return identity_pb2.GetJwksResponse(keys=[jwk])


@asynccontextmanager
async def gateway(servers: Servers, folder: Path, live_address: str) -> AsyncIterator[str]:
    """host:port of an Envoy that routes live editing there."""
    server = grpc.aio.server()
    identity_pb2_grpc.add_IdentityServiceServicer_to_server(Keys(servers), server)
    identity = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    listen = f"127.0.0.1:{free_port()}"
    environment = {
        **os.environ,
        "MADELEINE_DATA_DIR": str(folder),
        "MADELEINE_GATEWAY_LISTEN": listen,
        "MADELEINE_GATEWAY_CONCURRENCY": "1",
        "MADELEINE_IDENTITY_ADDRESS": identity,
        "MADELEINE_GATEWAY_LIVE_ADDRESS": live_address,
    }
    with (folder / "envoy.log").open("wb") as log:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "madeleine_gateway.main", "serve", env=environment, stdout=log, stderr=log
        )

    async def ready() -> bool:
        host, port = listen.split(":")
        try:
            reader, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            return False
        # The keys, too: until they are there every token is refused.
        writer.write(f"GET /v1/jwks.json HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return b" 200 " in answer.split(b"\r\n")[0]

    try:
        await eventually(ready, within_s=30)
        yield listen
    finally:
        child.terminate()
        await child.wait()
        await server.stop(0)
