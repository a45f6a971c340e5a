"""`madeleine events dead-letters`, as a person types it, with the consumer whose letters they are running."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from nats.aio.client import Client
from typer.testing import CliRunner, Result

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_cli.main import app
from madeleine_common.bus import Consumer, Subscription
from madeleine_common.bus import consumer as consuming
from madeleine_common.bus.relay import OutboxRelay
from madeleine_common.bus.streams import connect, declare_stream
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent
from madeleine_common.testing import eventually

from .event_house import House, environment, event_house, in_thread


@dataclass
class Desk:
    """A projection that cannot take "poison" until it is mended, and the command that looks after its letters."""

    house: House
    folder: Path
    mended: bool = False
    taken: list[str] = field(default_factory=list)

    async def apply(self, _: Connection, event: RecordedEvent) -> None:
        assert isinstance(event.message, MessageSent)
        if event.message.text == "poison" and not self.mended:
            raise ValueError("cannot")
        # A batch that fails on one event is taken apart: what came before it in the batch comes once more.
        self.taken = [*(text for text in self.taken if text != event.message.text), event.message.text]

    async def type(self, *words: str) -> Result:
        """`madeleine events dead-letters ...`."""
        owner = {"MADELEINE_OWNER_DATABASE_URL_CHAT": self.house.url}
        command = ["--data-dir", str(self.folder), "events", "dead-letters", *words]
        return await in_thread(CliRunner().invoke, app, command, env=dict(environment(self.house, **owner)))

    async def letters(self, *words: str) -> list[dict[str, object]]:
        """What `list --json` says."""
        return json.loads((await self.type("list", "--service", "chat", "--json", *words)).stdout)

    async def buried(self, count: int) -> list[dict[str, object]]:
        """Waits for so many letters."""

        async def there() -> tuple[list[dict[str, object]], ...]:
            found = await self.letters()
            return (found,) if len(found) == count else ()

        return (await eventually(there, within_s=20))[0]


@pytest.fixture
async def desk(
    postgres_url: str, nats_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    monkeypatch.setattr(consuming, "_RETRY_DELAYS_S", (0.05, 0.05))
    client: Client = await connect(nats_url, "test")
    await declare_stream(client.jetstream(), "chat")
    await client.jetstream().purge_stream("CHAT")
    async with event_house(postgres_url) as house:
        desk = Desk(house, tmp_path)
        name = f"desk-{tmp_path.name}"
        wants = Subscription(name, "chat", apply=desk.apply, projection=True, max_deliveries=2)
        running = [
            asyncio.create_task(OutboxRelay(house.url, client, "chat").run()),
            asyncio.create_task(
                Consumer(wants, house.pool, client, house.codec, Keyring(house.keys, max_age_s=0)).run()
            ),
        ]
        yield desk
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    await client.close()


async def test_a_letter_is_tried_again_and_what_waited_behind_it_follows(desk: Desk) -> None:
    assert "No dead letter matches." in (await desk.type("list", "--service", "chat")).stdout
    await desk.house.said("one", "poison", "three")
    await desk.buried(2)
    (dead,) = await desk.letters("--state", "dead")
    assert (dead["version"], dead["reason"]) == (2, "ValueError after 2 deliveries")
    assert [letter["version"] for letter in await desk.letters("--state", "behind")] == [3]
    failed = await desk.type("replay", str(dead["letter"]))
    assert failed.exit_code == 1
    assert f"{dead['letter']}: dead: ValueError when tried again" in failed.stdout
    desk.mended = True
    done = await desk.type("replay", "--all", "--service", "chat")
    assert (done.exit_code, done.stdout) == (0, f"{dead['letter']}: taken\n")
    await desk.buried(0)
    assert desk.taken == ["one", "poison", "three"]


async def test_a_letter_is_passed_over_for_good(desk: Desk) -> None:
    await desk.house.said("poison", "two")
    await desk.buried(2)
    (dead,) = await desk.letters("--state", "dead")
    asked = await desk.type("discard", str(dead["letter"]))
    assert asked.exit_code == 1
    assert "for good?" in asked.stdout
    assert (await desk.type("discard", str(dead["letter"]), "--yes")).exit_code == 0
    assert [letter["state"] for letter in await desk.buried(1)] == ["discarded"]
    assert desk.taken == ["two"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["replay"], "name letters, or give --all"),
        (["replay", "chat:1", "--all"], "name letters, or give --all"),
        (["replay", "letter"], "'letter' is no letter's id, such as chat:12"),
        (["show", "kitchen:1"], "'kitchen:1' is no letter's id"),
        (["list", "--state", "lost"], "'lost' is not one of dead, parked, behind, retry, discarded"),
        (["list", "--service", "kitchen"], "no service kitchen"),
    ],
)
async def test_a_bad_option_is_named_with_its_reason(desk: Desk, words: list[str], says: str) -> None:
    done = await desk.type(*words)
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())


async def test_a_letter_that_is_not_there_is_said_to_be_so(desk: Desk) -> None:
    done = await desk.type("replay", "chat:999")
    assert done.exit_code == 1
    assert "chat:999: there is no such dead letter" in done.stdout
