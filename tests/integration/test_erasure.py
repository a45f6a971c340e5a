"""A person is erased on the whole stack: no service holds a row of theirs, and no copy of their words can be opened."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine.common.v1 import operation_pb2 as operations
from madeleine.identity.v1 import identity_pb2 as identity
from madeleine_cli.attachments import download, upload
from madeleine_cli.demo import meals
from madeleine_cli.demo.people import Person, new_key
from madeleine_cli.events import codec_of, jetstream, settings_of
from madeleine_cli.export import opened
from madeleine_cli.rest import Api, ApiError
from madeleine_common.bus.streams import CONTEXTS, from_message, stream_name
from madeleine_common.testing import eventually

_PASSWORD = "a password to be forgotten"
_SECRET = f"the treasure lies under oak {secrets.token_hex(4)}"


@dataclass(frozen=True)
class Backup:
    """What somebody copied before: every service's events, and identity's wrapped keys."""

    events: dict[str, list[asyncpg.Record]]
    keys: dict[str, asyncpg.Record]


async def _person(house: Any, name: str) -> Person:
    api = Api(house.client)
    request = identity.SignUpRequest(
        handle=f"{name.lower()}-{secrets.token_hex(4)}",
        password=_PASSWORD,
        display_name=name,
        time_zone="Europe/Paris",
        language="en",
        consent=identity.Consent(memory=True, training=True),
        idempotency_key=new_key(),
    )
    signed_up = await api.call(request, identity.SignUpResponse)
    api.token = signed_up.tokens.access_token
    return Person(api, signed_up.profile.person_id, request.handle, name, ZoneInfo("Europe/Paris"))


async def _back_up(house: Any) -> Backup:
    events: dict[str, list[asyncpg.Record]] = {}
    keys: dict[str, asyncpg.Record] = {}
    for service, url in house.databases.items():
        connection = await asyncpg.connect(url)
        events[service] = await connection.fetch("SELECT * FROM events")
        if service == "identity":
            rows = await connection.fetch("SELECT key_id, subject, wrapped FROM data_keys")
            keys = {str(row["key_id"]): row for row in rows}
        await connection.close()
    return Backup(events, keys)


def _madeleine(house: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "madeleine_cli.main", "--data-dir", str(house.data.root), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=200)


async def _watched(person: Person, operation_id: str) -> AsyncIterator[operations.Operation]:
    watch = identity.WatchErasureRequest(operation_id=operation_id)
    async for update in person.api.stream(watch, identity.WatchErasureResponse):
        yield update.operation


@pytest.mark.timeout(400)
async def test_an_erased_person_is_gone_from_rows_streams_exports_and_backups(house, tmp_path: Path) -> None:
    ana, ben = await _person(house, "Ana"), await _person(house, "Ben")
    group, own = await house.group(ben, ana), await house.direct(ana)
    as_ana = await house.follow(ana, group.conversation)
    await as_ana.say(ana, _SECRET)
    kept, _ = await group.say(ben, "We meet at noon.")
    await own.say(ana, f"Only for you: {_SECRET}")
    drawing = tmp_path / "treasure.txt"
    drawing.write_text(_SECRET)
    file = await upload(ana.api, drawing, group.conversation_id)
    sending = chat.SendMessageRequest(
        conversation_id=group.conversation_id, attachment_ids=[file.attachment_id], idempotency_key=new_key()
    )
    await ana.api.call(sending, chat.SendMessageResponse)
    assert (await download(ben.api, group.conversation_id, file)).decode() == _SECRET

    async def remembered() -> bool:
        return any(_SECRET in m.text for m in await house.memories(group))

    await eventually(remembered, within_s=60, every_s=0.2)
    # Ben asks, and judges the answer: both hold Ana's words, cited and in the prompt.
    answer = (await group.ask(ben, "where does the treasure lie?")).message
    assert any(_SECRET in citation.text for citation in answer.answer.citations)
    for judge in (ana, ben):
        rate = chat.RateMessageRequest(
            conversation_id=group.conversation_id,
            message_id=answer.message_id,
            rating=chat.RATING_UP,
            idempotency_key=new_key(),
        )
        await judge.api.call(rate, chat.RateMessageResponse)
    log = await meals.make_log(house.screen, ben, group.conversation_id)
    await meals.record_meals(log, ana, ben)

    async def settled() -> bool:
        rows = json.loads(_madeleine(house, "events", "stats", "--json").stdout)
        consumers = [consumer for stream in rows["streams"] for consumer in stream["consumers"]]
        return not any(consumer["pending"] or consumer["unacknowledged"] for consumer in consumers)

    await eventually(settled, within_s=90, every_s=0.5)
    backup = await _back_up(house)
    export = tmp_path / "events"
    assert _madeleine(house, "events", "export", "--out", str(export)).returncode == 0

    request = identity.EraseMeRequest(password=_PASSWORD, idempotency_key=new_key())
    operation = (await ana.api.call(request, identity.EraseMeResponse)).operation
    assert operation.state == operations.OPERATION_STATE_RUNNING
    with pytest.raises(ApiError) as refused:
        _ = [update async for update in _watched(ben, operation.operation_id)]
    assert refused.value.status in (403, 404)
    steps = [update async for update in _watched(ana, operation.operation_id)]
    assert steps[-1].state == operations.OPERATION_STATE_SUCCEEDED, steps[-1]
    assert "no backup made before can be opened" in steps[-1].step

    await _no_row_is_left(house, ana.person_id)
    assert not (house.data.files / "attachments" / file.attachment_id).exists()
    with pytest.raises(ApiError) as refused:
        await download(ben.api, group.conversation_id, file)
    assert refused.value.status == 404
    left = await house.messages(group)
    assert [m.message_id for m in left if m.text == kept.text] == [kept.message_id]
    assert answer.message_id not in {m.message_id for m in left}
    await _no_copy_opens(house, backup, ana.person_id)
    _no_export_opens(house, export)
    # The answer is gone with her words, but its question was answered: nobody answers it once more.
    again = (await group.ask(ben, "what is good about rain?")).message
    replies = [m.in_reply_to for m in await house.messages(group) if m.HasField("answer")]
    assert again.in_reply_to in replies
    assert answer.in_reply_to not in replies
    await eventually(settled, within_s=60, every_s=0.5)
    _verified(house)


async def _no_row_is_left(house: Any, person_id: str) -> None:
    """Looks through every text of every table of every service; events keep envelopes, and what Ben may still read."""
    for service, url in house.databases.items():
        connection = await asyncpg.connect(url)
        await connection.execute("SELECT set_config('madeleine.spaces', '*', false)")
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND NOT tablename = ANY('{events,processed,stream_positions,schema_migrations}'::text[])"
        )
        for (table,) in tables:
            # Serialized messages stand in the text of a row as hexadecimal.
            holding = (
                f"SELECT count(*) FROM {table} t WHERE position($1 IN t::text) > 0"  # noqa: S608 (our own tables)
                " OR position(encode(convert_to($1, 'UTF8'), 'hex') IN t::text) > 0"
            )
            assert not await connection.fetchval(holding, _SECRET), f"{service}.{table} still holds what was said"
            named = await connection.fetchval(holding, person_id)
            # A grave for the key, and that nobody by this id is to be remembered: neither says anything of them.
            allowed = {("identity", "data_keys"), ("memory", "person")}
            assert not named or (service, table) in allowed, f"{service}.{table} still names them"
        await connection.close()


async def _no_copy_opens(house: Any, backup: Backup, person_id: str) -> None:
    masters = [base64.b64decode(line) for line in (house.data.keys / "master.key").read_text().split()]
    for key_id, row in backup.keys.items():
        bound = f"{key_id}|{row['subject']}".encode()
        for master in masters:
            with pytest.raises(InvalidTag):
                AESGCM(master).decrypt(row["wrapped"][:12], row["wrapped"][12:], bound)
    subject = f"person:{person_id}"
    mine = [row for rows in backup.events.values() for row in rows if row["subject"] == subject]
    assert len({row["type"] for row in mine}) >= 4, "the day left events of several kinds"
    connection = await asyncpg.connect(house.databases["identity"])
    grave = await connection.fetchrow("SELECT key_id, wrapped FROM data_keys WHERE subject = $1", subject)
    await connection.close()
    assert grave is not None
    assert grave["wrapped"] is None
    async with jetstream(settings_of(house.data)) as js, codec_of(settings_of(house.data)) as codec:
        seen = 0
        for context in CONTEXTS:
            for sequence in range(1, (await js.stream_info(stream_name(context))).state.last_seq + 1):
                message = await js.get_msg(stream_name(context), sequence)
                sealed = from_message(message.headers or {}, message.data or b"")
                assert _SECRET.encode() not in sealed.payload
                if str(grave["key_id"]) in sealed.event.key_id.split(","):
                    (event,) = await codec.open_all([sealed])
                    assert event.message is None
                    seen += 1
        assert seen > len(mine), "what others' events hold of her words is sealed by her key too"


def _no_export_opens(house: Any, export: Path) -> None:
    assert not any(_SECRET.encode() in file.read_bytes() for file in export.rglob("*.parquet"))
    messages = opened(export, settings_of(house.data), type="MessageSent").read_all().to_pylist()
    assert {row["text"] for row in messages if row["erased"]} == {None}
    assert "We meet at noon." in {row["text"] for row in messages}
    assert _SECRET not in {row["text"] for row in messages}


def _verified(house: Any) -> None:
    """What the services made of the erasure is what a rebuild makes."""
    done = _madeleine(house, "events", "verify", "--json")
    different = [row["projection"] for row in json.loads(done.stdout) if not row["equal"]]
    assert (done.returncode, different) == (0, [])
