"""Streams and the bucket follow the settings; what JetStream refuses fails the start. On a real NATS server."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import pytest
from nats.aio.client import Client
from nats.js.errors import APIError

from madeleine_common.bus.payloads import BUCKET, declare_bucket
from madeleine_common.bus.streams import LimitsRefused, StreamLimits, connect, declare_stream
from madeleine_common.testing import Servers
from madeleine_common.testing.rig import fresh_database

_SERVICE = """
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import Parts, service_main
from madeleine_common.settings import Settings

async def bootstrap(_):
    return Parts(ServerParts(lambda _: None, ()))

service_main("chat", Settings, bootstrap)
"""
_NO_LIMITS = {0, -1, None}


@pytest.fixture
async def nats(nats_url: str) -> AsyncIterator[Client]:
    client = await connect(nats_url, "test")
    for stream in await client.jetstream().streams_info():
        await client.jetstream().delete_stream(str(stream.config.name))
    yield client
    await client.close()


async def test_changed_limits_reach_streams_that_exist_and_what_they_hold_stays(nats: Client) -> None:
    js = nats.jetstream()
    await declare_stream(js, "chat")
    await declare_bucket(js)
    await (await js.object_store(BUCKET)).put("large", b"sealed")
    for _ in range(3):
        await js.publish("madeleine.chat.evt.MessageSent.a", b"sealed")

    limits = StreamLimits(max_age_days=30, max_bytes=10**6, max_messages=2)
    await declare_stream(js, "chat", limits)
    await declare_bucket(js, limits)
    stream = await js.stream_info("CHAT")
    assert (stream.config.max_age, stream.config.max_bytes, stream.config.max_msgs) == (30 * 86400, 10**6, 2)
    assert (await js.stream_info(f"OBJ_{BUCKET}")).config.max_age == 30 * 86400
    # Fewer than it holds: nothing is dropped for it, and nothing more is taken.
    assert stream.state.messages == 3
    with pytest.raises(APIError, match="maximum messages exceeded"):
        await js.publish("madeleine.chat.evt.MessageSent.a", b"sealed")

    await declare_stream(js, "chat")
    await declare_bucket(js)
    stream = await js.stream_info("CHAT")
    assert {stream.config.max_age, stream.config.max_bytes, stream.config.max_msgs} <= _NO_LIMITS
    assert (await js.stream_info(f"OBJ_{BUCKET}")).config.max_age in _NO_LIMITS
    await js.publish("madeleine.chat.evt.MessageSent.a", b"sealed")
    assert (await (await js.object_store(BUCKET)).get("large")).data == b"sealed"


@pytest.mark.parametrize("exists", [False, True])
async def test_limits_that_jetstream_refuses_name_their_settings(nats: Client, exists: bool) -> None:
    js = nats.jetstream()
    if exists:
        await declare_stream(js, "chat")
    with pytest.raises(LimitsRefused, match=r"stream CHAT with MADELEINE_NATS_REPLICAS=3.*replicas"):
        await declare_stream(js, "chat", StreamLimits(replicas=3))


async def test_a_service_whose_limits_are_refused_ends_with_one_line_that_names_them(
    servers: Servers, nats: Client
) -> None:
    async with fresh_database(servers.postgres_url) as url:
        settings = servers.settings("chat", database_url=url, nats_replicas=3)
        environment = {**os.environ, **{f"MADELEINE_{name.upper()}": str(value) for name, value in settings.items()}}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _SERVICE, "relay", env=environment, stderr=asyncio.subprocess.PIPE
        )
        _, said = await asyncio.wait_for(process.communicate(), 40)
    assert process.returncode == 1
    last = said.decode().splitlines()[-1]
    assert "chat does not start: JetStream refuses stream" in last
    assert "MADELEINE_NATS_REPLICAS=3" in last
    assert b"Traceback" not in said
