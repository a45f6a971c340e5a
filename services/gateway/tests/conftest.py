"""A real Envoy in front of a real gRPC server that speaks the house's contracts."""

# The generated servicers are typed as complete and blocking; these are partial and asynchronous.
# pyright: reportAbstractUsage=false, reportGeneralTypeIssues=false, reportArgumentType=false, reportCallIssue=false

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc.aio
import httpx
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.api import httpbody_pb2
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status
from jwt.algorithms import OKPAlgorithm

from madeleine.chat.v1 import chat_pb2, chat_pb2_grpc
from madeleine.identity.v1 import identity_pb2, identity_pb2_grpc

# As large as chat sends them.
FILE_PIECE = b"<script>" * 8192
HOUSE_KEY = Ed25519PrivateKey.generate()
PERSON = "01920000-0000-7000-8000-000000000001"


def token(key: Ed25519PrivateKey = HOUSE_KEY, kid: str = "k1", **changes: Any) -> str:
    """A person's token, good unless `changes` spoil it."""
    now = int(time.time())
    claims = {"iss": "madeleine", "aud": "madeleine", "sub": f"person:{PERSON}", "iat": now, "exp": now + 300}
    return jwt.encode({**claims, **changes}, key, algorithm="EdDSA", headers={"kid": kid})


class Identity(identity_pb2_grpc.IdentityServiceServicer):
    """Keys, profile and log-in, as the gateway sees them."""

    def __init__(self) -> None:
        self.keys_read = 0
        self.keys_read_thrice = asyncio.Event()

    async def GetJwks(self, request, context):
        self.keys_read += 1
        if self.keys_read == 3:
            self.keys_read_thrice.set()
        x = json.loads(OKPAlgorithm.to_jwk(HOUSE_KEY.public_key()))["x"]
        jwk = identity_pb2.Jwk(kty="OKP", crv="Ed25519", alg="EdDSA", use="sig", kid="k1", x=x)
        return identity_pb2.GetJwksResponse(keys=[jwk])

    async def LogIn(self, request, context):
        return identity_pb2.LogInResponse(profile=identity_pb2.Profile(handle=request.handle))

    async def GetMe(self, request, context):
        metadata = dict(context.invocation_metadata())
        bearer = metadata["authorization"].removeprefix("Bearer ")
        subject = jwt.decode(bearer, options={"verify_signature": False})["sub"]
        return identity_pb2.GetMeResponse(
            profile=identity_pb2.Profile(person_id=subject, display_name=metadata.get("traceparent", ""))
        )


class Keyring(identity_pb2_grpc.KeyringServiceServicer):
    """Must stay out of reach: a call that gets here would succeed."""

    async def GetKeys(self, request, context):
        return identity_pb2.GetKeysResponse(keys=[identity_pb2.DataKey(key=b"secret")])


@dataclass
class Chat(chat_pb2_grpc.ChatServiceServicer):
    """Messages, and a stream that says one thing each time the test lets it."""

    file_pieces: int = 40
    release: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def SendMessage(self, request, context):
        if not request.text:
            detail = error_details_pb2.BadRequest(
                field_violations=[error_details_pb2.BadRequest.FieldViolation(field="text", description="is empty")]
            )
            packed = any_pb2.Any()
            packed.Pack(detail)
            status = status_pb2.Status(code=code_pb2.INVALID_ARGUMENT, message="text: is empty", details=[packed])
            await context.abort_with_status(rpc_status.to_status(status))
        message = chat_pb2.Message(
            message_id="m1", conversation_id=request.conversation_id, text=request.text, cursor=7
        )
        return chat_pb2.SendMessageResponse(message=message)

    async def ListMessages(self, request, context):
        await context.abort(grpc.StatusCode.NOT_FOUND, "there is no such conversation")

    async def UploadAttachmentPart(self, request, context):
        attachment = chat_pb2.Attachment(attachment_id=request.attachment_id, received_bytes=len(request.data))
        return chat_pb2.UploadAttachmentPartResponse(attachment=attachment)

    async def DownloadAttachment(self, request, context):
        if request.attachment_id == "none":
            await context.abort(grpc.StatusCode.NOT_FOUND, "there is no such attachment")
        await context.send_initial_metadata(
            (("content-disposition", 'attachment; filename="a.txt"'), ("content-security-policy", "sandbox"))
        )
        for _ in range(self.file_pieces):
            yield httpbody_pb2.HttpBody(content_type="text/plain; charset=utf-8", data=FILE_PIECE)

    async def StreamConversation(self, request, context):
        for index in range(3):
            await self.release.acquire()
            delta = chat_pb2.AnswerDelta(message_id="m2", offset=index, text=f"piece {index}")
            yield chat_pb2.StreamConversationResponse(cursor=request.after_cursor, answer_delta=delta)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def envoy(folder: Path, **settings: str) -> Iterator[str]:
    """Runs the gateway with its own data directory; gives its base URL once it answers, and ends it."""
    listen = f"127.0.0.1:{free_port()}"
    environment = {
        **os.environ,
        "MADELEINE_DATA_DIR": str(folder),
        "MADELEINE_GATEWAY_LISTEN": listen,
        "MADELEINE_GATEWAY_CONCURRENCY": "1",
        **settings,
    }
    with (folder / "envoy.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "madeleine_gateway.main", "serve"], env=environment, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                if httpx.get(f"http://{listen}/healthz").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Envoy did not come up:\n{(folder / 'envoy.log').read_text()[-4000:]}")
            time.sleep(0.05)
        yield f"http://{listen}"
    finally:
        child.terminate()
        child.wait(10)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chat() -> Chat:
    """The chat service behind the gateway."""
    return Chat()


@pytest_asyncio.fixture(loop_scope="session")
async def lone_identity() -> AsyncIterator[tuple[str, Identity, grpc.aio.Server]]:
    """host:port of a server with identity alone, the servicer, and the server, for a test to stop."""
    server = grpc.aio.server()
    identity = Identity()
    identity_pb2_grpc.add_IdentityServiceServicer_to_server(identity, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}", identity, server
    await server.stop(0)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def backend(chat: Chat) -> AsyncIterator[str]:
    """host:port of a gRPC server with public and internal services."""
    server = grpc.aio.server()
    identity_pb2_grpc.add_IdentityServiceServicer_to_server(Identity(), server)
    identity_pb2_grpc.add_KeyringServiceServicer_to_server(Keyring(), server)
    chat_pb2_grpc.add_ChatServiceServicer_to_server(chat, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(0)


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny built web client."""
    dist = tmp_path_factory.mktemp("dist")
    (dist / "assets").mkdir()
    (dist / "index.html").write_text("<!doctype html><title>Madeleine</title>")
    (dist / "assets" / "app-abc123.js").write_text("export {};\n" * 2000)
    return dist


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def gateway(backend: str, web: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Base URL of the gateway in front of the backend."""
    with envoy(
        tmp_path_factory.mktemp("gateway"),
        MADELEINE_IDENTITY_ADDRESS=backend,
        MADELEINE_CHAT_ADDRESS=backend,
        MADELEINE_GATEWAY_CORS_ORIGINS="https://app.example",
        MADELEINE_GATEWAY_WEB_DIST=str(web),
    ) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def client(gateway: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the gateway, signed in."""
    headers = {"authorization": f"Bearer {token()}"}
    async with httpx.AsyncClient(base_url=gateway, headers=headers, timeout=10) as found:
        yield found


@pytest.fixture(scope="session")
def make_token() -> Any:
    """Makes tokens (see `token`)."""
    return token


@pytest.fixture(scope="session")
def run_envoy() -> Any:
    """Runs a gateway of its own (see `envoy`)."""
    return envoy
