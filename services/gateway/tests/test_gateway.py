"""What clients meet: transcoding, errors, streams, tokens, limits and what stays out of reach."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from pathlib import Path
from typing import Any

import grpc.aio
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from madeleine.chat.v1 import chat_pb2, chat_pb2_grpc
from madeleine.identity.v1 import identity_pb2, identity_pb2_grpc
from madeleine_common.testing import eventually

MESSAGES = "/v1/conversations/c1/messages"


async def test_a_call_is_transcoded_with_the_contracts_names(client: httpx.AsyncClient):
    answer = await client.post(MESSAGES, json={"text": "bonjour", "idempotency_key": "k" * 8})
    assert answer.status_code == 200
    assert (
        answer.json()["message"] | {"conversation_id": "c1", "text": "bonjour", "cursor": "7", "edited": False}
        == (answer.json()["message"])
    )


async def test_field_violations_come_through(client: httpx.AsyncClient):
    answer = await client.post(MESSAGES, json={"text": ""})
    assert answer.status_code == 400
    body = answer.json()
    assert body["code"] == 3
    assert body["message"] == "text: is empty"
    violation = body["details"][0]["field_violations"][0]
    assert (violation["field"], violation["description"]) == ("text", "is empty")


async def test_a_status_without_details_is_json_too(client: httpx.AsyncClient):
    answer = await client.get(MESSAGES)
    assert (answer.status_code, answer.json()["code"]) == (404, 5)
    assert answer.json()["message"] == "there is no such conversation"


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "says"),
    [
        ("POST", MESSAGES, b'{"text"', 400, "Unexpected end"),
        ("POST", MESSAGES, b'{"text": {"a": 1}}', 400, "text"),
        ("GET", "/v1/me?colour=red", None, 400, "colour"),
        ("GET", "/v1/nothing", None, 404, "no such"),
        ("PUT", "/v1/me", b"{}", 404, "no such"),
        ("GET", "/nothing", None, 404, "nothing at this path"),
        ("GET", "/v1/conversations%2Fc1", None, 400, ""),
        ("GET", "/v1/apps", None, 503, "connect"),
        ("POST", MESSAGES, json.dumps({"text": "x" * 1_100_000}).encode(), 413, "Too Large"),
    ],
)
async def test_what_envoy_refuses_has_the_same_shape(
    client: httpx.AsyncClient, method: str, path: str, content: bytes | None, status: int, says: str
):
    answer = await client.request(method, path, content=content)
    assert answer.status_code == status
    body = answer.json()
    assert set(body) == {"code", "message", "details"}
    assert says in body["message"]


@pytest.mark.parametrize("accept", ["*/*", "text/event-stream"])
async def test_a_file_comes_as_itself_and_is_never_run(client: httpx.AsyncClient, chat, accept: str):
    answer = await client.get("/v1/conversations/c1/attachments/a1:download", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.content == b"<script>" * 8192 * chat.file_pieces
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="a.txt"'
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    missing = await client.get("/v1/conversations/c1/attachments/none:download")
    assert (missing.status_code, missing.json()["message"]) == (404, "there is no such attachment")


async def test_the_largest_part_of_a_file_passes(client: httpx.AsyncClient):
    size = 700 * 1024
    data = base64.b64encode(b"x" * size).decode()
    answer = await client.put("/v1/conversations/c1/attachments/a1/parts", json={"offset": "0", "data": data})
    assert answer.status_code == 200, answer.text
    assert answer.json()["attachment"]["received_bytes"] == str(size)


@pytest.mark.parametrize(("accept", "frame"), [("application/json", "{}\n"), ("text/event-stream", "data: {}\n\n")])
async def test_a_stream_arrives_piece_by_piece(client: httpx.AsyncClient, chat, accept: str, frame: str):
    # Each piece is sent only after the one before has been read here: a buffering gateway would hang.
    chat.release.release()
    url = "/v1/conversations/c1:stream?after_cursor=5"
    async with client.stream("GET", url, headers={"accept": accept}) as answer:
        assert answer.status_code == 200
        pieces = answer.aiter_text()
        for index in range(3):
            piece = await anext(pieces)
            before, after = frame.split("{}")
            assert piece.startswith(before)
            assert piece.endswith(after)
            update = json.loads(piece.removeprefix(before))
            assert update["cursor"] == "5"
            assert update["answer_delta"]["text"] == f"piece {index}"
            chat.release.release()
    # The last release has nobody waiting for it.
    await chat.release.acquire()


async def test_a_good_token_reaches_the_service(client: httpx.AsyncClient):
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = await client.get("/v1/me", headers={"traceparent": parent})
    assert answer.status_code == 200
    profile = answer.json()["profile"]
    assert profile["person_id"].startswith("person:")
    assert profile["display_name"] == parent


@pytest.mark.parametrize(
    ("spoil", "status", "says"),
    [
        ({"exp": 1}, 401, "expired"),
        ({"iss": "madeleine-services"}, 401, "issuer"),
        ({"aud": "elsewhere"}, 403, "Audience"),
        ({"key": Ed25519PrivateKey.generate()}, 401, "verification fails"),
        ({"kid": "unknown"}, 401, ""),
        (None, 401, "missing"),
    ],
)
async def test_a_bad_token_is_refused_with_a_reason(
    gateway: str, make_token, spoil: dict | None, status: int, says: str
):
    headers = {} if spoil is None else {"authorization": f"Bearer {make_token(**spoil)}"}
    async with httpx.AsyncClient(base_url=gateway) as client:
        answer = await client.get("/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, {401: 16, 403: 7}[status])
    assert says in answer.json()["message"]


async def test_a_token_in_the_url_is_no_token(gateway: str, make_token):
    async with httpx.AsyncClient(base_url=gateway) as client:
        answer = await client.get(f"/v1/conversations?access_token={make_token()}")
    assert answer.status_code in (400, 401)


async def test_keys_and_log_in_need_no_token(gateway: str):
    async with httpx.AsyncClient(base_url=gateway) as client:
        assert (await client.get("/v1/jwks.json")).json()["keys"][0]["crv"] == "Ed25519"
        assert (await client.post("/v1/login", json={"handle": "ann"})).status_code == 200


async def test_native_grpc_goes_through_and_internal_services_do_not(gateway: str, make_token):
    signed_in = (("authorization", f"Bearer {make_token()}"),)
    async with grpc.aio.insecure_channel(gateway.removeprefix("http://")) as channel:
        # The generated stubs are typed for blocking channels.
        chat: Any = chat_pb2_grpc.ChatServiceStub(channel)
        keyring: Any = identity_pb2_grpc.KeyringServiceStub(channel)
        request = chat_pb2.SendMessageRequest(conversation_id="c1", text="hello")
        assert (await chat.SendMessage(request, metadata=signed_in)).message.text == "hello"
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await chat.SendMessage(request)
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert refused.value.details() == "Jwt is missing"
        with pytest.raises(grpc.aio.AioRpcError) as unknown:
            await keyring.GetKeys(identity_pb2.GetKeysRequest(key_ids=["k"]), metadata=signed_in)
        assert unknown.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_an_internal_service_is_not_found_over_http(client: httpx.AsyncClient):
    answer = await client.post("/madeleine.identity.v1.KeyringService/GetKeys", json={"key_ids": ["k"]})
    assert answer.status_code == 404


async def test_grpc_web(client: httpx.AsyncClient):
    message = chat_pb2.SendMessageRequest(conversation_id="c1", text="from a browser").SerializeToString()
    answer = await client.post(
        "/madeleine.chat.v1.ChatService/SendMessage",
        content=b"\0" + len(message).to_bytes(4, "big") + message,
        headers={"content-type": "application/grpc-web+proto", "x-grpc-web": "1"},
    )
    assert answer.status_code == 200
    # Two frames: the message (flag 0) and the trailers (flag 128).
    size = int.from_bytes(answer.content[1:5], "big")
    first, trailers = answer.content[5 : 5 + size], answer.content[5 + size :]
    assert chat_pb2.SendMessageResponse.FromString(first).message.text == "from a browser"
    assert (answer.content[0], trailers[0]) == (0, 128)
    assert b"grpc-status:0" in trailers


async def test_cors_answers_the_configured_origin_only(client: httpx.AsyncClient):
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    allowed = await client.options(MESSAGES, headers={"origin": "https://app.example", **asked})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://app.example"
    assert "authorization" in allowed.headers["access-control-allow-headers"]
    answer = await client.get("/v1/me", headers={"origin": "https://app.example"})
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    other = await client.options(MESSAGES, headers={"origin": "https://evil.example", **asked})
    assert "access-control-allow-origin" not in other.headers


async def test_the_web_client_is_served_safely(gateway: str):
    async with httpx.AsyncClient(base_url=gateway) as client:
        for path in ("/", "/conversations/c1", "/conversations/c1/apps", "/apps", "/apps/a1"):
            page = await client.get(path)
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
            assert page.headers["x-content-type-options"] == "nosniff"
            assert page.headers["cache-control"] == "no-cache"
        script = await client.get("/assets/app-abc123.js")
        assert script.headers["content-type"].startswith("text/javascript")
        assert "immutable" in script.headers["cache-control"]
        assert len(script.content) == 22_000
        assert (await client.post("/", content=b"x")).status_code == 404


async def test_the_model_over_http_streams_and_hears_of_a_hang_up(backend: str, run_envoy, tmp_path: Path, make_token):
    heads: list[bytes] = []
    release, gone = asyncio.Event(), asyncio.Event()

    async def model(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: 1\n\n")
        await release.wait()
        writer.write(b"data: 2\n\n")
        await reader.read()
        writer.close()
        gone.set()

    async with await asyncio.start_server(model, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        settings = {"MADELEINE_IDENTITY_ADDRESS": backend, "MADELEINE_GATEWAY_OPENAI_ADDRESS": f"{host}:{port}"}
        with run_envoy(tmp_path, **settings) as url:
            async with httpx.AsyncClient(base_url=url, timeout=10) as client:
                refused = await client.get("/openai/v1/models")
                assert refused.status_code == 401
                assert refused.json() == {"error": {"message": "Jwt is missing", "type": "gateway_error", "code": 401}}
                token = {"authorization": f"Bearer {make_token()}"}
                async with client.stream("GET", "/openai/v1/models", headers=token) as answer:
                    pieces = answer.aiter_text()
                    assert await anext(pieces) == "data: 1\n\n"
                    release.set()
                    assert await anext(pieces) == "data: 2\n\n"
                async with asyncio.timeout(10):
                    await gone.wait()
    assert len(heads) == 1
    assert f"authorization: {token['authorization']}".encode() in heads[0]


async def test_limits_and_logs(backend: str, run_envoy, tmp_path: Path, make_token):
    """A listener of its own, with small limits and without a built web client."""
    with run_envoy(
        tmp_path,
        MADELEINE_IDENTITY_ADDRESS=backend,
        MADELEINE_CHAT_ADDRESS=backend,
        MADELEINE_GATEWAY_LOGINS_PER_MINUTE="2",
        MADELEINE_GATEWAY_WEB_DIST=str(tmp_path / "none"),
    ) as url:
        async with httpx.AsyncClient(base_url=url) as client:
            answers = [await client.post("/v1/login", json={"handle": "ann"}) for _ in range(3)]
            assert [answer.status_code for answer in answers] == [200, 200, 429]
            assert answers[2].json()["code"] == 8
            # Guessing passwords takes nothing from those who are signed in.
            bearer = {"authorization": f"Bearer {make_token()}"}
            assert (await client.get("/v1/me?handle=zzsecret", headers=bearer)).status_code == 400
            assert (await client.get("/v1/me", headers=bearer)).status_code == 200
            await client.post("/v1/invites/zzsecret:join", json={}, headers=bearer)
            assert "make web" in (await client.get("/")).text
    log = (tmp_path / "envoy.log").read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {"/madeleine.identity.v1.IdentityService/GetMe", "index"} <= {line["route"] for line in lines}
    assert "zzsecret" not in log
    assert bearer["authorization"].removeprefix("Bearer ") not in log


async def test_tokens_hold_while_identity_is_away(backend: str, lone_identity, run_envoy, tmp_path: Path, make_token):
    address, identity, server = lone_identity
    with run_envoy(
        tmp_path,
        MADELEINE_IDENTITY_ADDRESS=address,
        MADELEINE_CHAT_ADDRESS=backend,
        MADELEINE_GATEWAY_JWKS_CACHE_S="1",
    ) as url:
        bearer = {"authorization": f"Bearer {make_token()}"}
        async with httpx.AsyncClient(base_url=url, headers=bearer) as client:
            assert (await client.get("/v1/me")).status_code == 200
            # Once by the call and then in the background, as the cache runs out.
            await identity.keys_read_thrice.wait()
            await server.stop(0)
            # Longer than the keys are cached: every call must go through, not only the first.
            end = time.monotonic() + 3
            while time.monotonic() < end:
                assert (await client.post(MESSAGES, json={"text": "still here"})).status_code == 200
            assert (await client.get("/v1/me")).status_code == 503


class Traces(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps what Envoy tells of its requests."""

    def __init__(self) -> None:
        self.told: list[bytes] = []

    async def Export(self, request, context):
        self.told.append(request.SerializeToString())
        return trace_service_pb2.ExportTraceServiceResponse()


async def test_traces_hold_no_path_for_it_may_hold_an_invite(backend: str, run_envoy, tmp_path: Path, make_token):
    traces, server = Traces(), grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(traces, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    with run_envoy(
        tmp_path,
        MADELEINE_IDENTITY_ADDRESS=backend,
        MADELEINE_CHAT_ADDRESS=backend,
        MADELEINE_OTLP_ENDPOINT=f"http://127.0.0.1:{port}",
    ) as url:
        bearer = {"authorization": f"Bearer {make_token()}"}
        async with httpx.AsyncClient(base_url=url, headers=bearer) as client:
            await client.post("/v1/invites/zzsecret:join", json={})

            async def joined_is_told() -> bool:
                return any(b"POST" in told for told in traces.told)

            await eventually(joined_is_told)
    await server.stop(0)
    assert not any(b"zzsecret" in told for told in traces.told)
