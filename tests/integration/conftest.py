"""The whole stack, brought up once by `madeleine up` on an empty data directory; tests reach it through its gateway."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest
from rich.console import Console

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine.identity.v1 import identity_pb2 as identity
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine_cli.datadir import DataDir
from madeleine_cli.demo.people import Person, sign_up
from madeleine_cli.demo.screen import Screen
from madeleine_cli.demo.talk import Talk
from madeleine_cli.events import jetstream, settings_of
from madeleine_cli.stack import SERVICES
from madeleine_cli.state import StackState, UnitState, UnitStatus
from madeleine_common.bus.streams import stream_name
from madeleine_common.testing import eventually

_HERE = Path(__file__).parent
# The stack's start counts into the first test that asks for it, and it loads a model.
_TIMEOUT_S = 240
# Small enough for tests: short answers, and a training run on a handful of thumbs.
_SETTINGS = {
    "MADELEINE_CHAT_MAX_TOKENS": "24",
    "MADELEINE_TRAINER_THRESHOLD": "2",
    "MADELEINE_TRAINER_PERSON_SHARE": "1",
    "MADELEINE_TRAINER_EPOCHS": "1",
    # No cache outlives an erasure for long here: what waits for it need not wait as long as in a real house.
    "MADELEINE_IDENTITY_ERASURE_SETTLE_S": "3",
}
_UP_S = 300
_RESTART_S = 90.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test of this folder."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.stack)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(_TIMEOUT_S))


@dataclass
class House:
    """The running stack, as tests see it."""

    data: DataDir
    client: httpx.AsyncClient
    screen: Screen
    live: AsyncExitStack
    databases: dict[str, str] = field(default_factory=dict)

    async def person(self, name: str, zone: str = "Europe/Paris", **consent: bool) -> Person:
        """Somebody new, who consents to being remembered and to what is named."""
        given = identity.Consent(**{"memory": True, **consent})
        return (await sign_up(self.client, name, zone, "en", given))[0]

    async def group(self, owner: Person, *others: Person) -> Talk:
        """A group that its owner follows live; the AI speaks when it is called on."""
        request = chat.CreateConversationRequest(
            kind=chat.CONVERSATION_KIND_GROUP,
            title="Hikers",
            member_ids=[person.person_id for person in others],
            assistant_mode=chat.ASSISTANT_MODE_MENTION,
        )
        return await self._talk(owner, request)

    async def direct(self, person: Person) -> Talk:
        """A person's own conversation with the AI, followed live."""
        return await self._talk(person, chat.CreateConversationRequest(kind=chat.CONVERSATION_KIND_DIRECT))

    async def follow(self, person: Person, conversation: chat.Conversation) -> Talk:
        """A conversation as this person hears it."""
        talk = Talk(self.screen, person, conversation)
        await self.live.enter_async_context(talk.live())
        return talk

    async def messages(self, talk: Talk) -> list[chat.Message]:
        """All messages of a conversation, newest first."""
        request = chat.ListMessagesRequest(conversation_id=talk.conversation_id, page_size=200)
        return list((await talk.listener.api.call(request, chat.ListMessagesResponse)).messages)

    async def memories(self, talk: Talk) -> list[memory.Memory]:
        """All that memory holds of a conversation."""
        space = f"person:{talk.listener.person_id}" if talk.direct else f"conversation:{talk.conversation_id}"
        request = memory.ListMemoriesRequest(space=space, page_size=200)
        return list((await talk.listener.api.call(request, memory.ListMemoriesResponse)).memories)

    async def events(self) -> dict[str, int]:
        """How many events each service has appended, as its own database says."""
        counts: dict[str, int] = {}
        for service, url in self.databases.items():
            connection = await asyncpg.connect(url)
            counts[service] = await connection.fetchval("SELECT count(*) FROM events")
            await connection.close()
        return counts

    async def drained(self, context: str, consumer: str) -> None:
        """Waits until a durable consumer has taken and acknowledged all that its context's stream holds."""

        async def done() -> bool:
            async with jetstream(settings_of(self.data)) as js:
                info = await js.consumer_info(stream_name(context), consumer)
            return not info.num_pending and not info.num_ack_pending

        await eventually(done, within_s=60)

    def unit(self, name: str) -> UnitStatus:
        """One process of the stack, as `madeleine status` has it."""
        state = StackState.read(self.data.state)
        assert state is not None
        return next(unit for unit in state.units if unit.name == name)

    def freeze(self, name: str) -> None:
        """Stops a process where it stands: it takes nothing more, and its connections stay open."""
        psutil.Process(self.unit(name).pid).suspend()

    async def kill(self, name: str) -> None:
        """Kills a process as nothing in it can notice, and waits until the supervisor has it healthy again."""
        before = self.unit(name)
        os.kill(before.pid, signal.SIGKILL)

        async def back() -> bool:
            now = self.unit(name)
            return now.pid != before.pid and now.state is UnitState.HEALTHY

        await eventually(back, within_s=_RESTART_S)

    async def _talk(self, person: Person, request: chat.CreateConversationRequest) -> Talk:
        request.idempotency_key = secrets.token_hex(16)
        made = await person.api.call(request, chat.CreateConversationResponse)
        return await self.follow(person, made.conversation)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataDir]:
    """A stack that is up; it is taken down at the end, and must go down in order."""
    data = DataDir(tmp_path_factory.mktemp("stack"))
    command = [sys.executable, "-m", "madeleine_cli.main", "--data-dir", str(data.root)]
    environment = {**os.environ, **_SETTINGS}
    subprocess.run([*command, "up", "--detach"], check=True, timeout=_UP_S, env=environment)
    yield data
    subprocess.run([*command, "down"], check=True, timeout=_UP_S)


@pytest.fixture
async def house(stack: DataDir) -> AsyncIterator[House]:
    """The stack through its gateway; the streams that a test opens are closed at its end."""
    state = StackState.read(stack.state)
    assert state is not None
    databases = {service: _setting(stack, service, "MADELEINE_DATABASE_URL") for service in SERVICES}
    async with httpx.AsyncClient(base_url=state.gateway_url, timeout=60.0) as client, AsyncExitStack() as live:
        yield House(stack, client, Screen(Console(quiet=True)), live, databases)


def _setting(data: DataDir, service: str, name: str) -> str:
    lines = (data.env / f"{service}.env").read_text("utf-8").splitlines()
    return next(line.partition("=")[2].strip("'") for line in lines if line.startswith(f"{name}="))
