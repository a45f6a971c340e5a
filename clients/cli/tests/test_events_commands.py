"""`madeleine events` on real PostgreSQL and NATS: tail, export, replay and stats as a person types them."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig
from pydantic import SecretStr
from rich.console import Console
from typer.testing import CliRunner

from madeleine.chat.v1.events_pb2 import AnswerRated
from madeleine_cli.datadir import DataDir
from madeleine_cli.events.connections import EventsSettings, NotRunning, settings_of
from madeleine_cli.events.filters import BadOption, Filter
from madeleine_cli.events.replay import REPLAY, Replayed, Speed, check_unheard, new_run, replay
from madeleine_cli.events.tail import tail
from madeleine_cli.main import app
from madeleine_cli.stats import services, stats
from madeleine_common.bus.payloads import Payloads
from madeleine_common.bus.relay import OutboxRelay
from madeleine_common.bus.streams import connect, declare_stream, from_message, subject_of, to_headers
from madeleine_common.events.reading import EVERYTHING, Selection
from madeleine_common.testing import eventually

from .event_house import ANA, BEN, NOON, House, event_house, in_thread


@pytest.fixture
async def house(postgres_url: str) -> AsyncIterator[House]:
    async with event_house(postgres_url) as opened:
        yield opened


@pytest.fixture
async def nats(nats_url: str) -> AsyncIterator[Client]:
    client = await connect(nats_url, "test")
    js = client.jetstream()
    for stream in await js.streams_info():
        await js.delete_stream(str(stream.config.name))
    await declare_stream(js, "chat")
    yield client
    await client.close()


async def published(house: House, client: Client) -> None:
    """Publishes all events to CHAT, as the relay does, and leaves the outbox as it is."""
    js = client.jetstream()
    async for page in house.reader.pages():
        for event, payload in page.events:
            headers, body = await Payloads(js).check_in(event.event_id, to_headers(event), payload)
            await js.publish(subject_of("chat", event.type, event.stream_id), body, headers=headers)


async def heard(client: Client, pattern: str) -> list[Msg]:
    """A list to which what is published there is appended."""
    messages: list[Msg] = []

    async def take(message: Msg) -> None:
        messages.append(message)

    await client.subscribe(pattern, cb=take)
    await client.flush()
    return messages


def command(house: House, nats_url: str, folder: Path, *arguments: str) -> Any:
    """Runs `madeleine events` against this house alone; returns typer's result."""
    environment = {
        "MADELEINE_EVENTS_DATABASE_URL_CHAT": house.url,
        "MADELEINE_NATS_URL": nats_url,
        "COLUMNS": "400",
    }
    return CliRunner().invoke(app, ["--data-dir", str(folder / "data"), "events", *arguments], env=environment)


async def test_a_replay_keeps_headers_and_seal_and_live_consumers_hear_nothing(
    house: House, nats: Client, nats_url: str, tmp_path: Path
) -> None:
    await house.said("one", "two", at=NOON)
    await house.said("of Ben", person=BEN, stream="conversation-2", at=NOON - timedelta(hours=1))
    await house.said("x" * 700_000, at=NOON + timedelta(hours=1))
    await published(house, nats)
    js = nats.jetstream()
    await js.add_consumer("CHAT", ConsumerConfig(durable_name="live"))
    before = await js.stream_info("CHAT")
    messages = await heard(nats, "again.>")
    result = await in_thread(command, house, nats_url, tmp_path, "replay", "--to", "again", "--stream", "CHAT")
    assert result.exit_code == 0, result.output
    assert "4 events published below again" in result.output

    async def all_there() -> bool:
        return len(messages) == 4

    await eventually(all_there)
    assert [m.subject for m in messages] == [f"again.chat.MessageSent.conversation-{number}" for number in (1, 1, 2, 1)]
    headers: list[dict[str, str]] = [dict(message.headers or {}) for message in messages]
    assert len({each[REPLAY] for each in headers}) == 1
    assert not any("Nats-Msg-Id" in each for each in headers)
    bodies = [await Payloads(js).claim(h, m.data) for h, m in zip(headers, messages, strict=True)]
    sealed = [from_message(h, body) for h, body in zip(headers, bodies, strict=True)]
    texts = [getattr(event.message, "text", "") for event in await house.codec.open_all(sealed)]
    assert texts == ["one", "two", "of Ben", "x" * 700_000]
    after = await js.stream_info("CHAT")
    assert (after.state.messages, after.state.last_seq) == (before.state.messages, before.state.last_seq)
    assert (await js.consumer_info("CHAT", "live")).num_pending == 4

    token = result.output.split("--after ")[1].strip()
    nothing = ("replay", "--to", "again", "--stream", "CHAT", "--after", token)
    result = await in_thread(command, house, nats_url, tmp_path, *nothing)
    assert (result.exit_code, "No event matches" in result.output) == (0, True)


async def test_a_replay_to_where_a_stream_listens_is_refused(
    house: House, nats: Client, nats_url: str, tmp_path: Path
) -> None:
    await house.said("one")
    js = nats.jetstream()
    await js.add_stream(name="OTHERS", subjects=["archive.*.MessageSent.>"])
    for prefix, stream in (("madeleine", "CHAT"), ("madeleine.chat.evt", "CHAT"), ("archive", "OTHERS")):
        result = await in_thread(command, house, nats_url, tmp_path, "replay", "--to", prefix, "--stream", "CHAT")
        assert result.exit_code == 2, result.output
        assert f"stream {stream} listens to" in result.output
        assert "Invalid value for --to" in result.output
    await check_unheard(js, "free")
    with pytest.raises(BadOption):
        await check_unheard(js, "archive.chat")
    assert (await js.stream_info("OTHERS")).state.messages == 0


async def test_a_replay_keeps_its_pace_and_goes_on_where_it_was_stopped(house: House, nats: Client) -> None:
    for second in range(6):
        await house.said(str(second), at=NOON + timedelta(seconds=second))
    messages = await heard(nats, "paced.>")
    loop = asyncio.get_running_loop()

    async def run(told: Replayed, speed: str, after: dict[str, Any], selection: Selection = EVERYTHING) -> float:
        began = loop.time()
        await replay(
            {"chat": house.reader},
            nats,
            "paced",
            selection=selection,
            speed=Speed.parse(speed),
            after=after,
            told=told,
        )
        return loop.time() - began

    # Five seconds happened between the first and the last.
    assert 0.4 < await run(new_run(), "10x", {}) < 2.0
    assert 0.2 < await run(new_run(), "20/s", {}) < 1.5
    told = new_run()
    endless = asyncio.create_task(run(told, "1x", {}))

    async def begun() -> bool:
        return told.published == 1 and told.waits_s > 0

    await eventually(begun)
    endless.cancel()
    with pytest.raises(asyncio.CancelledError):
        await endless
    await nats.flush()
    messages.clear()
    rest = new_run()
    await run(rest, "max", told.cursors)
    assert (told.total, rest.total, rest.published) == (6, 5, 5)

    async def all_there() -> bool:
        return len(messages) == 5

    await eventually(all_there)
    assert [(m.headers or {})["ce-streamversion"] for m in messages] == ["2", "3", "4", "5", "6"]


async def test_contexts_are_merged_by_the_clock_and_each_keeps_its_own_order(
    house: House, nats: Client, postgres_url: str
) -> None:
    async with event_house(postgres_url) as other:
        for minute, stream in ((0, "a"), (2, "b"), (1, "c"), (6, "d")):
            await house.said("x", stream=stream, at=NOON + timedelta(minutes=minute))
        for minute, stream in ((1, "p"), (3, "q"), (9, "r")):
            await other.said("x", stream=stream, at=NOON + timedelta(minutes=minute))
        messages, told = await heard(nats, "both.>"), new_run()
        readers = {"chat": house.reader, "memory": other.reader}
        await replay(readers, nats, "both", selection=EVERYTHING, speed=Speed(), after={}, told=told)

        async def all_there() -> bool:
            return len(messages) == 7

        await eventually(all_there)
        assert [m.subject.rsplit(".", 1)[-1] for m in messages] == ["a", "p", "b", "c", "q", "d", "r"]
        assert messages[1].subject == "both.memory.MessageSent.p"
        assert told.cursors["memory"] > (0, 0)


async def test_ctrl_c_in_a_replay_prints_the_token(house: House, nats: Client, nats_url: str, tmp_path: Path) -> None:
    await house.said("first", at=NOON)
    await house.said("an hour later", at=NOON + timedelta(hours=1))
    messages = await heard(nats, "slow.>")
    arguments = ("replay", "--to", "slow", "--stream", "CHAT", "--speed", "1x")
    environment = {"MADELEINE_EVENTS_DATABASE_URL": house.url, "MADELEINE_NATS_URL": nats_url, "COLUMNS": "400"}
    program = [sys.executable, "-m", "madeleine_cli.main", "--data-dir", str(tmp_path), "events", *arguments]
    process = await asyncio.create_subprocess_exec(
        *program, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )

    async def first() -> bool:
        return len(messages) == 1 or process.returncode is not None

    await eventually(first, within_s=30)
    process.send_signal(signal.SIGINT)
    output = (await process.communicate())[0].decode()
    assert process.returncode == 130, output
    assert "Stopped after 1 of 2 events; go on with --after" in output
    assert "Traceback" not in output


async def test_tail_shows_what_matches_and_ends_when_told(
    house: House, nats: Client, nats_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, house_keys: Path
) -> None:
    now = datetime.now(UTC)
    await house.said("of Ana", at=now)
    await house.said("of Ben", person=BEN, at=now, cause="cause-b")
    await house.said("x" * 600_000, at=now, stream="conversation-3")
    await house.happened("conversation-2", AnswerRated(reason="good"), at=now)
    await published(house, nats)
    settings = EventsSettings(
        nats_url=SecretStr(nats_url), service_key_file=house_keys / "cli.pem", identity_address="127.0.0.1:1"
    )

    async def shown(**options: Any) -> list[dict[str, Any]]:
        console = Console(record=True, width=200, file=(tmp_path / "out").open("w"))
        wanted = Filter.parse(
            streams=["CHAT"], since="1h", until=(now + timedelta(milliseconds=1)).isoformat(), **options
        )
        count = await tail(settings, console, wanted, raw=True)
        console.file.close()
        lines = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
        assert count == len(lines)
        return lines

    assert len(await shown()) == 4
    assert [line["datasubject"] for line in await shown(person=BEN)] == [f"person:{BEN}"]
    assert [line["correlationid"] for line in await shown(correlation="cause-b")] == ["cause-b"]
    assert [line["type"].split(".")[-1] for line in await shown(types=["AnswerRated"])] == ["AnswerRated"]
    (large,) = await shown(stream_id="conversation-3")
    assert len(large["data_base64"]) > 800_000
    assert await shown(person=ANA.replace("a", "c")) == []
    with pytest.raises(NotRunning, match="no stream SPARK"):
        await tail(settings, Console(quiet=True), Filter.parse(streams=["SPARK"], since="1h"), raw=True)


async def test_export_by_its_command(house: House, nats_url: str, tmp_path: Path) -> None:
    await house.said("one", "two")
    await house.happened("conversation-2", AnswerRated(reason="good"), person=BEN)
    out = str(tmp_path / "e")
    run = ("export", "--out", out, "--stream", "CHAT")
    result = await in_thread(command, house, nats_url, tmp_path, *run)
    assert result.exit_code == 0, result.output
    assert "3 events in 2 files" in result.output
    assert "3 of them are sealed" in result.output
    again = await in_thread(command, house, nats_url, tmp_path, *run)
    assert f"Nothing new to export; {out} holds 3 events" in again.output
    other = await in_thread(command, house, nats_url, tmp_path, *run, "--person", BEN)
    assert other.exit_code == 2
    assert "Invalid value for --out" in other.output
    assert "choose another folder" in other.output
    none = ("export", "--out", str(tmp_path / "none"), "--stream", "CHAT", "--correlation", "nobody")
    assert "No event matches" in (await in_thread(command, house, nats_url, tmp_path, *none)).output
    no_key = await in_thread(command, house, nats_url, tmp_path, *run[:2], str(tmp_path / "open"), *run[3:], "--open")
    assert no_key.exit_code == 3
    assert "stays so after people are erased" in no_key.output
    assert "MADELEINE_SERVICE_KEY_FILE" in no_key.output


async def test_stats_show_lag_and_what_waits(house: House, nats: Client, nats_url: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    await house.said("old", at=now - timedelta(minutes=10))
    await house.said("new", at=now)
    await house.happened("conversation-2", AnswerRated(reason="good"), at=now - timedelta(minutes=1))
    await published(house, nats)
    js = nats.jetstream()
    await js.add_consumer("CHAT", ConsumerConfig(durable_name="all"))
    ratings = "madeleine.chat.evt.AnswerRated.>"
    await js.add_consumer("CHAT", ConsumerConfig(durable_name="ratings", filter_subjects=[ratings]))

    async def lags() -> dict[str, float]:
        (row,) = await stats(js)
        consumers: Any = row["consumers"]
        return {consumer["consumer"]: consumer["lag_s"] for consumer in consumers}

    before = await lags()
    assert 600 <= before["all"] < 700
    assert 60 <= before["ratings"] < 120
    pull = await js.pull_subscribe_bind("all", "CHAT")
    (message,) = await pull.fetch(1)
    await message.ack_sync()
    assert (await lags())["all"] < 120
    for message in await pull.fetch(2):
        await message.ack_sync()
    assert (await lags())["all"] == 0.0

    await house.pool.execute(
        "INSERT INTO dead_letters (consumer, event_id, subject, headers, payload, reason, deliveries, state)"
        " SELECT 'chat-view', n::text, 's', '{}', '', 'r', 1, CASE WHEN n > 1 THEN 'parked' ELSE 'dead' END"
        " FROM generate_series(1, 3) n"
    )
    async with house.pool.acquire() as connection:
        (row,) = await services({"chat": connection})
        assert row["dead_letters"] == {"chat-view": {"dead": 1, "parked": 2}}
        assert row["outbox"] == 3
        age: Any = row["outbox_oldest_s"]
        assert 600 <= age < 700

    result = await in_thread(command, house, nats_url, tmp_path, "stats", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert [stream["stream"] for stream in told["streams"]] == ["CHAT"]
    assert "database of identity" in told["note"]
    table = (await in_thread(command, house, nats_url, tmp_path, "stats")).output
    assert "ratings" in table
    assert "Nothing of outboxes and dead letters" in table


async def test_the_relay_and_the_tools_agree_on_the_wire(house: House, nats: Client) -> None:
    """What `published` above does is what the relay does."""
    await house.said("one")
    connection = await asyncpg.connect(house.url)
    assert await OutboxRelay(house.url, nats, "chat").publish_batch(connection) == 1
    await connection.close()
    relayed = await nats.jetstream().get_msg("CHAT", 1)
    await nats.jetstream().purge_stream("CHAT")
    async for page in house.reader.pages():
        (event, payload) = page.events[0]
        assert (relayed.subject, relayed.data) == (subject_of("chat", event.type, event.stream_id), payload)
        assert dict(relayed.headers or {}) == to_headers(event)


def test_settings_come_from_the_environment_or_from_what_up_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = DataDir(tmp_path)
    with pytest.raises(NotRunning, match="nothing was ever started"):
        settings_of(data)
    monkeypatch.setenv("MADELEINE_EVENTS_DATABASE_URL", "postgresql://u:p@h/madeleine_{context}")
    monkeypatch.setenv("MADELEINE_EVENTS_DATABASE_URL_SPARK", "postgresql://u:p@other/spark")
    settings = settings_of(data)
    assert settings.database("chat") == "postgresql://u:p@h/madeleine_chat"
    assert settings.database("spark") == "postgresql://u:p@other/spark"
    assert "u:p" not in repr(settings)
    monkeypatch.delenv("MADELEINE_EVENTS_DATABASE_URL")
    with pytest.raises(NotRunning, match="MADELEINE_EVENTS_DATABASE_URL_CHAT"):
        settings.model_copy(update={"events_database_url": EventsSettings().events_database_url}).database("chat")
    data.create()
    (data.env / "cli.env").write_text("MADELEINE_EVENTS_DATABASE_URL='postgresql://f@h/madeleine_{context}'\n")
    assert settings_of(data).database("memory") == "postgresql://f@h/madeleine_memory"
