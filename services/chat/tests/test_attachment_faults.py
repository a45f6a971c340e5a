"""What becomes of files when things go wrong or go: restarts, crashes, a store that is away, erasure, deletion, age."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import boto3
import grpc
import pytest
from moto.server import ThreadedMotoServer

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine_chat.adapters.files import ObjectFiles
from madeleine_chat.adapters.uploads import PostgresUploads
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.projections import PROJECTIONS
from madeleine_chat.settings import ChatSettings
from madeleine_common.ids import new_id
from madeleine_common.projections.rebuild import Rebuilder
from madeleine_common.testing import Rig, Servers, eventually, refused, running_service
from madeleine_common.testing.rig import fresh_database

from .attaching import PART, PNG, Uploading, begin, upload
from .conftest import Neighbours, addresses, start_talk

Process = Callable[..., AbstractAsyncContextManager[Rig[ChatSettings]]]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "attachments"


@pytest.fixture(scope="module")
async def database_url(servers: Servers) -> AsyncIterator[str]:
    async with fresh_database(servers.postgres_url) as url:
        yield url


@pytest.fixture
def process(servers: Servers, all_neighbours: Neighbours, database_url: str, store: Path) -> Process:
    """Starts a process of the chat; all of them share one database and one store."""

    def start(**changes):
        more = {
            **addresses(all_neighbours),
            "inference_address": "127.0.0.1:1",
            "chat_answer_s": 0.5,
            "database_url": database_url,
            "chat_attachments_url": str(store),
            "chat_attachments_part_bytes": PART,
            "chat_attachments_tidy_s": 0.05,
        }
        return running_service(servers, "chat", ChatSettings, bootstrap, **more | changes)

    return start


@pytest.fixture
def group(servers: Servers, neighbours: Neighbours):
    """A group of Ana and Ben at a process."""

    async def start(rig: Rig[ChatSettings]):
        ben = servers.person("Ben")
        neighbours.knows(ben)
        return await start_talk(ChatServiceStub(rig.channel), servers.person(), ben, assistant_mode=3), ben

    return start


def at(rig: Rig[ChatSettings], uploading: Uploading) -> Uploading:
    """The same upload at another process."""
    return Uploading(ChatServiceStub(rig.channel), uploading.person, uploading.conversation_id, uploading.attachment_id)


async def gone(rig: Rig[ChatSettings], store: Path, uploading: Uploading) -> None:
    """Waits until neither file nor row is left."""

    async def nothing_left() -> bool:
        rows = await rig.house.pool.fetchval(
            "SELECT count(*) FROM uploads WHERE attachment_id = $1", uploading.attachment_id
        )
        return rows == 0 and not (store / uploading.attachment_id).exists()

    await eventually(nothing_left)


async def test_an_upload_goes_on_after_a_restart(process: Process, group) -> None:
    async with process() as dying:
        talk, _ = await group(dying)
        uploading = await begin(talk.chat, talk)
        await uploading.part(PNG, 0)
    # Also when the house has other parts now.
    async with process(chat_attachments_part_bytes=2 * PART) as risen:
        again = at(risen, uploading)
        received = (await again.get()).received_bytes
        assert received == PART
        await again.all(PNG, received // PART)
        assert await again.download() == PNG


async def test_an_object_that_a_crash_left_is_nobodys(process: Process, group, store: Path) -> None:
    async with process() as rig:
        talk, _ = await group(rig)
        uploading = await begin(talk.chat, talk)
        await uploading.part(PNG, 0)
        # What is there when a process dies after it wrote an object, and before the row speaks of it.
        await ObjectFiles(str(store), store).put(uploading.attachment_id, f"00001-{new_id()}", b"cut off")
        await uploading.all(PNG, 1)
        assert await uploading.download() == PNG
        assert len(list((store / uploading.attachment_id).iterdir())) == 4
        await PostgresUploads(rig.house.pool).doom_person(uploading.person.person_id)
        await gone(rig, store, uploading)


async def test_what_was_to_go_when_a_process_died_goes_when_one_starts(process: Process, group, store: Path) -> None:
    async with process(chat_attachments_tidy_s=3600) as dying:
        talk, _ = await group(dying)
        uploading = await upload(talk.chat, talk)
        await PostgresUploads(dying.house.pool).doom_person(uploading.person.person_id)
        assert (store / uploading.attachment_id).exists()
        async with refused(grpc.StatusCode.NOT_FOUND, reason="ATTACHMENT_NOT_FOUND"):
            await uploading.download()
    async with process(chat_attachments_tidy_s=3600) as risen:
        await gone(risen, store, uploading)


async def test_whoever_is_removed_in_the_middle_of_a_download_gets_no_more(process: Process, group) -> None:
    part, parts = 512 * 1024, 24
    content = PNG + bytes(part * parts - len(PNG))
    async with process(chat_attachments_part_bytes=part) as rig:
        talk, ben = await group(rig)
        uploading = await begin(talk.chat, talk, content)
        for number in range(parts):
            await uploading.part(content, 0, offset=number * part, data=content[number * part : (number + 1) * part])
        await talk.say("look", attachment_ids=[uploading.attachment_id])
        pieces = aiter(uploading.downloading(ben))
        received = len((await anext(pieces)).data)
        removing = pb.RemoveMemberRequest(
            conversation_id=talk.conversation_id, person_id=ben.person_id, idempotency_key=new_id()
        )
        await talk.chat.RemoveMember(removing, metadata=talk.person.call)
        # What lies in buffers on the way is theirs already; the rest is not.
        async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
            async for piece in pieces:
                received += len(piece.data)
        assert received < len(content)


async def test_what_was_never_sent_goes_after_a_day(process: Process, group, store: Path) -> None:
    async with process() as rig:
        talk, ben = await group(rig)
        sent, unsent, begun = (
            await upload(talk.chat, talk),
            await upload(talk.chat, talk),
            await begin(talk.chat, talk),
        )
        await begun.part(PNG, 0)
        await talk.say("look", attachment_ids=[sent.attachment_id])
        fresh = await upload(talk.chat, talk)
        await rig.house.pool.execute(
            "UPDATE uploads SET created_at = created_at - $1::interval WHERE attachment_id <> $2",
            timedelta(days=1),
            fresh.attachment_id,
        )
        await gone(rig, store, unsent)
        await gone(rig, store, begun)
        async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="attachment_ids[1]"):
            await talk.say("too late", attachment_ids=[fresh.attachment_id, unsent.attachment_id])
        async with refused(grpc.StatusCode.NOT_FOUND, reason="ATTACHMENT_NOT_FOUND"):
            await begun.part(PNG, 1)
        assert await sent.download(ben) == PNG
        assert (await talk.say("in time", attachment_ids=[fresh.attachment_id])).attachments


async def test_an_erased_persons_files_are_gone_and_no_copy_opens(
    process: Process, group, servers: Servers, erase, rebuilt_equal, store: Path
) -> None:
    async with process() as rig:
        talk, ben = await group(rig)
        theirs = talk.seen_by(ben)
        kept = await upload(talk.chat, theirs)
        await theirs.say("mine", attachment_ids=[kept.attachment_id])
        uploading, unsent = await upload(talk.chat, talk), await begin(talk.chat, talk)
        await unsent.part(PNG, 0)
        await talk.say("look", attachment_ids=[uploading.attachment_id])
        assert await uploading.download(ben) == PNG
        key_id = await rig.house.pool.fetchval(
            "SELECT key_id FROM uploads WHERE attachment_id = $1", uploading.attachment_id
        )
        backup = await rig.house.pool.fetch("SELECT * FROM uploads WHERE attachment_id = $1", uploading.attachment_id)
        copies = {path.name: path.read_bytes() for path in (store / uploading.attachment_id).iterdir()}

        await erase(rig, talk.person)
        await gone(rig, store, uploading)
        await gone(rig, store, unsent)
        assert await rig.house.keyring.by_ids([key_id]) == {key_id: None}

        async def forgotten() -> bool:
            try:
                await uploading.get(ben)
            except grpc.aio.AioRpcError as error:
                return error.code() is grpc.StatusCode.NOT_FOUND
            return False

        await eventually(forgotten)
        # Brought back from a backup, row and files: still nobody reads it.
        files = ObjectFiles(str(store), store)
        for name, content in copies.items():
            await files.put(uploading.attachment_id, name, content)
        columns = list(backup[0].keys())
        await rig.house.pool.execute(
            f"INSERT INTO uploads ({', '.join(columns)})"  # noqa: S608 (its own columns)
            f" VALUES ({', '.join(f'${i}' for i in range(1, len(columns) + 1))})",
            *backup[0].values(),
        )
        async with refused(grpc.StatusCode.NOT_FOUND):
            await uploading.download(ben)
        assert await kept.download(ben) == PNG
        await rebuilt_equal(rig)


async def test_what_an_erased_persons_last_request_began_goes_too(
    process: Process, group, servers: Servers, erase, store: Path
) -> None:
    async with process() as rig:
        talk, _ = await group(rig)
        uploading = await begin(talk.chat, talk)
        await uploading.part(PNG, 0)
        # Their key is gone, but word of it came before this upload: nobody will tell of them again.
        servers.data_keys.destroy(f"person:{talk.person.person_id}")
        rig.house.keyring.forget(f"person:{talk.person.person_id}")
        await gone(rig, store, uploading)
        await erase(rig, talk.person)

        async def forgotten() -> bool:
            person_id = talk.person.person_id
            return not await rig.house.pool.fetchval("SELECT count(*) FROM members WHERE person_id = $1", person_id)

        await eventually(forgotten)


async def test_a_deleted_messages_files_go_with_it(process: Process, group, rebuilt_equal, store: Path) -> None:
    async with process() as rig:
        talk, ben = await group(rig)
        uploading, other = await upload(talk.chat, talk), await upload(talk.chat, talk)
        sent = await talk.say("look", attachment_ids=[uploading.attachment_id])
        await talk.say("and this", attachment_ids=[other.attachment_id])
        await talk.messages()
        deleting = pb.DeleteMessageRequest(
            conversation_id=talk.conversation_id, message_id=sent.message_id, idempotency_key=new_id()
        )
        await talk.chat.DeleteMessage(deleting, metadata=talk.person.call)
        async with refused(grpc.StatusCode.NOT_FOUND, reason="ATTACHMENT_NOT_FOUND"):
            await uploading.download(ben)
        await gone(rig, store, uploading)
        assert await other.download(ben) == PNG
        assert [len(message.attachments) for message in await talk.messages()] == [1, 0]
        await rebuilt_equal(rig)


async def test_a_rebuild_leaves_files_and_uploads_as_they_are(process: Process, group) -> None:
    async with process() as rig:
        talk, ben = await group(rig)
        sent, begun = await upload(talk.chat, talk), await begin(talk.chat, talk)
        await begun.part(PNG, 0)
        shown = await talk.say("look", attachment_ids=[sent.attachment_id])
        await talk.messages()
        projection, _ = PROJECTIONS
        rebuilder = Rebuilder(projection, rig.database_url, {"chat": rig.database_url}, rig.house.codec)
        assert (await rebuilder.rebuild(lambda done, total: None)).events
        assert (await talk.messages())[0] == shown
        assert await sent.download(ben) == PNG
        await begun.all(PNG, 1)
        assert await begun.download() == PNG


async def test_a_store_that_is_away_is_told_and_nothing_is_taken(process: Process, group) -> None:
    away = "s3://attachments/x?endpoint_override=http://127.0.0.1:1&region=eu-west-1"
    async with process(chat_attachments_url=away) as rig:
        talk, _ = await group(rig)
        uploading = await begin(talk.chat, talk)
        async with refused(grpc.StatusCode.UNAVAILABLE):
            await uploading.part(PNG, 0)
        assert (await uploading.get()).received_bytes == 0


@pytest.fixture
def s3() -> Iterator[str]:
    """A real S3 server with a bucket "attachments"."""
    before = dict(os.environ)
    os.environ.update(AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret", AWS_DEFAULT_REGION="eu-west-1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    client = boto3.client("s3", endpoint_url=address)
    client.create_bucket(Bucket="attachments", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield address
    server.stop()
    os.environ.clear()
    os.environ.update(before)


async def test_files_lie_in_object_storage(process: Process, group, s3: str) -> None:
    url = f"s3://attachments/house?endpoint_override={s3}"
    async with process(chat_attachments_url=url) as rig:
        talk, ben = await group(rig)
        uploading = await upload(talk.chat, talk)
        await talk.say("look", attachment_ids=[uploading.attachment_id])
        assert await uploading.download(ben) == PNG
        prefix = f"house/{uploading.attachment_id}/"
        client = boto3.client("s3", endpoint_url=s3)

        def objects() -> int:
            found = client.list_objects_v2(Bucket="attachments", Prefix=prefix).get("Contents", [])
            return sum(not one["Key"].endswith("/") for one in found)

        assert objects() == 3
        await PostgresUploads(rig.house.pool).doom_person(talk.person.person_id)

        async def removed() -> bool:
            return objects() == 0

        await eventually(removed)
