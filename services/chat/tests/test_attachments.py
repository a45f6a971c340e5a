"""Files: uploaded in parts, sent, downloaded, refused; over real gRPC, PostgreSQL, NATS and files."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, Servers, refused, running_service

from .attaching import PART, PNG, announced, begin, upload
from .conftest import Neighbours, addresses

UNKNOWN = "0191aaaa-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attachments")


@pytest.fixture(scope="module")
async def rig(servers: Servers, all_neighbours: Neighbours, store: Path) -> AsyncIterator[Rig[ChatSettings]]:
    more = {
        **addresses(all_neighbours),
        "inference_address": "127.0.0.1:1",
        "chat_answer_s": 0.5,
        "chat_attachments_url": str(store),
        "chat_attachments_part_bytes": PART,
        "chat_attachments_person_bytes": 100_000,
        "chat_attachments_file_bytes": 50_000,
        "chat_attachments_per_message": 3,
    }
    async with running_service(servers, "chat", ChatSettings, bootstrap, **more) as rig:
        yield rig


@pytest.fixture
def chat(rig: Rig[ChatSettings]) -> ChatServiceStub:
    return ChatServiceStub(rig.channel)


async def head(rig: Rig[ChatSettings], talk) -> int:
    return await rig.house.store.head(f"conversation-{talk.conversation_id}")


async def test_a_picture_is_uploaded_in_parts_sent_and_downloaded(chat, group_talk) -> None:
    talk, (ben,) = await group_talk()
    request = announced(talk.conversation_id, PNG, name="tarte aux pommes 🥧.png")
    created = await chat.CreateAttachment(request, metadata=talk.person.call)
    assert created.part_bytes == PART
    assert created.attachment.received_bytes == 0
    uploading = await begin(chat, talk, PNG, name=request.name)
    assert (await uploading.part(PNG, 0)).received_bytes == PART
    assert (await uploading.get()).received_bytes == PART
    whole = await uploading.all(PNG, 1)
    assert whole.received_bytes == whole.size_bytes == len(PNG)

    sent = await talk.say("", attachment_ids=[uploading.attachment_id])
    assert list(sent.attachments) == [whole]
    assert (await talk.seen_by(ben).messages())[0] == sent
    assert await uploading.download(ben) == PNG
    assert await uploading.get(ben) == whole


async def test_a_download_says_how_a_browser_is_to_take_it(chat, group_talk) -> None:
    talk, _ = await group_talk()
    uploading = await upload(chat, talk, b"<script>alert(1)</script>", media_type="text/plain", name='b"é.html')
    call = uploading.downloading()
    pieces = [piece async for piece in call]
    assert {piece.content_type for piece in pieces} == {"text/plain; charset=utf-8"}
    headers = dict(await call.initial_metadata())
    assert headers["content-disposition"] == "attachment; filename=\"b__.html\"; filename*=UTF-8''b%22%C3%A9.html"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_what_lies_in_the_store_is_sealed(chat, group_talk, store: Path) -> None:
    talk, _ = await group_talk()
    secret = b"the treasure lies under the oak " * 300
    uploading = await upload(chat, talk, secret, media_type="text/plain", name="secret.txt")
    kept = [path.read_bytes() for path in (store / uploading.attachment_id).iterdir()]
    assert len(kept) == -(-len(secret) // PART)
    assert not any(b"treasure" in sealed for sealed in kept)


async def test_an_altered_or_swapped_part_is_not_given_out(chat, group_talk, store: Path) -> None:
    talk, _ = await group_talk()
    uploading = await upload(chat, talk)
    first, second, *_ = sorted((store / uploading.attachment_id).iterdir())
    whole = first.read_bytes()
    first.write_bytes(second.read_bytes())
    async with refused(grpc.StatusCode.UNAVAILABLE, reason="ATTACHMENT_DAMAGED"):
        await uploading.download()
    first.write_bytes(whole)
    assert await uploading.download() == PNG
    first.unlink()
    async with refused(grpc.StatusCode.NOT_FOUND, reason="ATTACHMENT_NOT_FOUND"):
        await uploading.download()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("conversation_id", {"conversation_id": "nonsense"}),
        ("name", {"name": ""}),
        ("name", {"name": "x" * 201}),
        ("name", {"name": "../etc/passwd"}),
        ("name", {"name": "a\\b.png"}),
        ("name", {"name": "a\nb.png"}),
        ("name", {"name": "gpj.\u202eexe"}),
        ("name", {"name": ".."}),
        ("media_type", {"media_type": "image/svg+xml"}),
        ("media_type", {"media_type": "text/html"}),
        ("media_type", {"media_type": ""}),
        ("size_bytes", {"size_bytes": 0}),
        ("size_bytes", {"size_bytes": 50_001}),
        ("sha256", {"sha256": "AB" * 32}),
        ("idempotency_key", {"idempotency_key": "short"}),
    ],
)
async def test_a_bad_announcement_names_its_field(rig, chat, group_talk, field, changes) -> None:
    talk, _ = await group_talk()
    before = await rig.house.pool.fetchval("SELECT count(*) FROM uploads")
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await begin(chat, talk, PNG, **changes)
    assert await rig.house.pool.fetchval("SELECT count(*) FROM uploads") == before


async def test_the_same_key_announces_one_file(chat, group_talk) -> None:
    talk, _ = await group_talk()
    request = announced(talk.conversation_id, PNG)
    twins = await asyncio.gather(*(chat.CreateAttachment(request, metadata=talk.person.call) for _ in range(4)))
    assert len({twin.attachment.attachment_id for twin in twins}) == 1
    request.name = "other.png"
    async with refused(grpc.StatusCode.ALREADY_EXISTS, reason="IDEMPOTENCY_KEY_REUSED"):
        await chat.CreateAttachment(request, metadata=talk.person.call)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("offset", {"offset": 2 * PART}),
        ("offset", {"offset": 1}),
        ("offset", {"offset": -1}),
        ("offset", {"offset": 1 << 40}),
        ("data", {"data": b""}),
        ("data", {"data": PNG[: PART - 1]}),
        ("data", {"data": PNG[: PART + 1]}),
        ("data", {"data": b"\0" * PART}),
        ("data", {"data": b"\xff\xd8\xff\xe0" + b"\0" * (PART - 4)}),
        ("data", {"data": b"x" * 70_000}),
        ("attachment_id", {"attachment_id": "nonsense"}),
    ],
)
async def test_a_part_that_does_not_fit_names_its_field(chat, group_talk, field, changes) -> None:
    talk, _ = await group_talk()
    uploading = await begin(chat, talk)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await uploading.part(PNG, 0, **changes)
    assert (await uploading.get()).received_bytes == 0
    await uploading.all(PNG)


async def test_a_part_that_came_before_is_taken_as_it_was_or_refused(rig, chat, group_talk) -> None:
    talk, _ = await group_talk()
    uploading = await begin(chat, talk)
    await uploading.part(PNG, 0)
    await uploading.part(PNG, 1)
    assert (await uploading.part(PNG, 0)).received_bytes == 2 * PART
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="data", reason="PART_DIFFERS"):
        await uploading.part(PNG, 1, data=b"\0" * PART)
    await uploading.all(PNG, 2)
    before = await head(rig, talk)
    assert (await uploading.part(PNG, 2)).received_bytes == len(PNG)
    assert await head(rig, talk) == before
    assert await uploading.download() == PNG


async def test_the_same_part_twice_at_once_leaves_one(rig, chat, group_talk, store: Path) -> None:
    talk, _ = await group_talk()
    uploading = await begin(chat, talk)
    for number in range(3):
        twins = await asyncio.gather(*(uploading.part(PNG, number) for _ in range(5)))
        assert len({twin.received_bytes for twin in twins}) == 1
    assert await uploading.download() == PNG
    assert len(list((store / uploading.attachment_id).iterdir())) == 3
    events = [e async for e in rig.house.store.read_stream(f"conversation-{talk.conversation_id}", 0)]
    assert [e.type for e in events].count("madeleine.chat.v1.AttachmentCreated") == 1


async def test_different_bytes_at_once_never_mix(chat, group_talk) -> None:
    """Whoever was told that their part was taken finds it there."""
    talk, _ = await group_talk()
    other = b"".join(bytes(reversed(PNG[at : at + PART])) for at in range(0, len(PNG), PART))
    other = PNG[:PART] + other[PART:]
    for _ in range(5):
        uploading = await begin(chat, talk)
        await uploading.part(PNG, 0)
        told = await asyncio.gather(
            uploading.part(PNG, 1), uploading.part(other, 1), uploading.part(PNG, 1), return_exceptions=True
        )
        mine, others, mine_again = (not isinstance(one, BaseException) for one in told)
        assert (mine, mine_again) == (not others, not others)


async def test_a_file_with_other_bytes_than_announced_starts_anew(rig, chat, group_talk, store: Path) -> None:
    talk, _ = await group_talk()
    uploading = await begin(chat, talk)
    before = await head(rig, talk)
    wrong = PNG[:-1] + b"?"
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="sha256", reason="SHA256_DIFFERS"):
        await uploading.all(wrong)
    assert (await uploading.get()).received_bytes == 0
    assert list((store / uploading.attachment_id).iterdir()) == []
    assert await head(rig, talk) == before
    assert (await uploading.all(PNG)).received_bytes == len(PNG)
    assert await uploading.download() == PNG


async def test_text_must_be_text_to_its_last_byte(chat, group_talk) -> None:
    talk, _ = await group_talk()
    # A character that lies across two parts.
    text = b"a" * (PART - 1) + "é".encode() + b"b" * 10
    assert await (await upload(chat, talk, text, media_type="text/csv", name="a.csv")).download() == text
    for bad in (text[:-1] + b"\xc3", b"a" * PART + b"\0", "a".encode("utf-16")):
        with pytest.raises(grpc.aio.AioRpcError, match="not text in UTF-8"):
            await upload(chat, talk, bad, media_type="text/plain", name="a.txt")


async def test_an_office_file_is_told_from_a_plain_zip(chat, group_talk) -> None:
    talk, _ = await group_talk()
    docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    def packed(*names: str) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        return made.getvalue()

    await upload(chat, talk, packed("a.txt"), media_type="application/zip", name="a.zip")
    await upload(chat, talk, packed("[Content_Types].xml", "word/document.xml"), media_type=docx, name="a.docx")
    await upload(chat, talk, packed("docProps/core.xml", "a.bin", "word/document.xml"), media_type=docx, name="b.docx")
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="data", reason="MEDIA_TYPE_DIFFERS"):
        await upload(chat, talk, packed("a.txt"), media_type=docx, name="c.docx")


async def test_a_person_keeps_only_so_much(chat, group_talk) -> None:
    talk, _ = await group_talk()
    twins = await asyncio.gather(*(begin(chat, talk, PNG, size_bytes=40_000) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, grpc.aio.AioRpcError) for one in twins) == 2
    async with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, reason="ATTACHMENTS_FULL"):
        await begin(chat, talk, PNG, size_bytes=40_000)


async def test_only_members_upload_and_only_what_was_sent_is_seen(rig, chat, servers, group_talk) -> None:
    talk, (ben,) = await group_talk()
    eve = servers.person("Eve")
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await begin(chat, talk.seen_by(eve))
    uploading = await upload(chat, talk)
    for who, code in ((ben, grpc.StatusCode.NOT_FOUND), (eve, grpc.StatusCode.PERMISSION_DENIED)):
        async with refused(code):
            await uploading.get(who)
        async with refused(code):
            await uploading.download(who)
        async with refused(code):
            request = pb.UploadAttachmentPartRequest(
                conversation_id=talk.conversation_id, attachment_id=uploading.attachment_id, data=PNG[:PART]
            )
            await chat.UploadAttachmentPart(request, metadata=who.call)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="attachment_ids[0]"):
        await talk.seen_by(ben).say("mine", attachment_ids=[uploading.attachment_id])
    await talk.say("look", attachment_ids=[uploading.attachment_id])
    assert await uploading.download(ben) == PNG
    removing = pb.RemoveMemberRequest(
        conversation_id=talk.conversation_id, person_id=ben.person_id, idempotency_key=new_id()
    )
    await chat.RemoveMember(removing, metadata=talk.person.call)
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await uploading.download(ben)


async def test_an_attachment_is_of_one_conversation(chat, group_talk) -> None:
    talk, _ = await group_talk()
    uploading = await upload(chat, talk)
    other, _ = await group_talk()
    elsewhere = type(uploading)(chat, talk.person, other.conversation_id, uploading.attachment_id)
    async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await elsewhere.get()
    async with refused(grpc.StatusCode.NOT_FOUND, reason="ATTACHMENT_NOT_FOUND"):
        await elsewhere.get(other.person)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="attachment_ids[0]"):
        await other.say("here", attachment_ids=[uploading.attachment_id])


@pytest.mark.parametrize(
    ("field", "ids"),
    [
        ("attachment_ids[0]", ["nonsense"]),
        ("attachment_ids[0]", [UNKNOWN]),
        ("attachment_ids[1]", [UNKNOWN, UNKNOWN]),
        ("attachment_ids", [new_id() for _ in range(4)]),
    ],
)
async def test_bad_attachments_of_a_message_name_their_field(rig, chat, group_talk, field, ids) -> None:
    talk, _ = await group_talk()
    before = await head(rig, talk)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await talk.say("look", attachment_ids=ids)
    assert await head(rig, talk) == before


async def test_what_is_not_whole_is_neither_sent_nor_downloaded(chat, group_talk) -> None:
    talk, _ = await group_talk()
    uploading = await begin(chat, talk)
    await uploading.part(PNG, 0)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="attachment_ids[0]"):
        await talk.say("look", attachment_ids=[uploading.attachment_id])
    async with refused(grpc.StatusCode.NOT_FOUND, reason="ATTACHMENT_NOT_FOUND"):
        await uploading.download()


async def test_a_file_is_sent_once(chat, group_talk) -> None:
    talk, _ = await group_talk()
    uploading = await upload(chat, talk)
    key = new_id()
    twins = await asyncio.gather(
        *(talk.say("look", attachment_ids=[uploading.attachment_id], idempotency_key=key) for _ in range(3))
    )
    assert len({twin.message_id for twin in twins}) == 1
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="attachment_ids[0]", reason="ATTACHMENT_NOT_TO_SEND"):
        await talk.say("again", attachment_ids=[uploading.attachment_id])
    contested = await upload(chat, talk)
    told = await asyncio.gather(
        *(talk.say(f"{i}", attachment_ids=[contested.attachment_id]) for i in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, pb.Message) for one in told) == 1


async def test_a_message_needs_text_or_a_file(chat, group_talk) -> None:
    talk, _ = await group_talk()
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, field="text"):
        await talk.say("")


def test_the_setting_takes_no_type_that_cannot_be_told() -> None:
    with pytest.raises(ValueError, match=r"image/svg\+xml, text/html"):
        ChatSettings.model_validate({"chat_attachments_types": "image/png, image/svg+xml, text/html"})
    settings = ChatSettings.model_validate({"chat_attachments_types": "image/png, text/csv"})
    assert settings.attachment_types == {"image/png", "text/csv"}
