"""Files through the gateway: uploaded and downloaded over REST, over a killed service, gone with who sent them."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import time
from pathlib import Path

import pytest

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine_cli.attachments import download, resume, upload
from madeleine_cli.demo.people import new_key
from madeleine_cli.rest import ApiError

_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def _picture(folder: Path, size: int) -> Path:
    path = folder / "tarte aux pommes.png"
    path.write_bytes(_PNG + os.urandom(size - len(_PNG)))
    return path


async def _sent(person, talk, attachment: chat.Attachment, text: str = "") -> chat.Message:
    request = chat.SendMessageRequest(
        conversation_id=talk.conversation_id,
        text=text,
        attachment_ids=[attachment.attachment_id],
        idempotency_key=new_key(),
    )
    return (await person.api.call(request, chat.SendMessageResponse)).message


async def test_a_picture_goes_up_and_comes_down_as_itself(house, tmp_path: Path):
    ana, ben, eve = await house.person("Ana"), await house.person("Ben"), await house.person("Eve")
    group = await house.group(ana, ben)
    path = _picture(tmp_path, 3_000_000)
    attachment = await upload(ana.api, path, group.conversation_id)
    assert attachment.received_bytes == attachment.size_bytes == 3_000_000
    message = await _sent(ana, group, attachment)
    assert [a.name for a in message.attachments] == [path.name]
    assert await download(ben.api, group.conversation_id, attachment) == path.read_bytes()

    url = f"/v1/conversations/{group.conversation_id}/attachments/{attachment.attachment_id}:download"
    answer = await house.client.get(url, headers={"authorization": f"Bearer {ben.api.token}"})
    assert answer.status_code == 200
    assert answer.content == path.read_bytes()
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    with pytest.raises(ApiError) as refused:
        await download(eve.api, group.conversation_id, attachment)
    assert refused.value.status == 403


@pytest.mark.parametrize(("name", "content"), [("a.html", b"<script>"), ("a.svg", b"<svg/>"), ("a.png", b"<script>")])
async def test_what_a_browser_would_run_is_not_taken(house, tmp_path: Path, name: str, content: bytes):
    ana = await house.person("Ana")
    own = await house.direct(ana)
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ApiError) as refused:
        await upload(ana.api, path, own.conversation_id)
    assert refused.value.status == 400
    assert set(refused.value.fields) & {"media_type", "data"}


async def test_an_upload_goes_on_where_a_killed_service_left_it(house, tmp_path: Path):
    ana = await house.person("Ana")
    own = await house.direct(ana)
    path = _picture(tmp_path, 1_300_000)
    content = path.read_bytes()
    create = chat.CreateAttachmentRequest(
        conversation_id=own.conversation_id,
        name=path.name,
        media_type="image/png",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        idempotency_key=secrets.token_hex(16),
    )
    created = await ana.api.call(create, chat.CreateAttachmentResponse)
    first = chat.UploadAttachmentPartRequest(
        conversation_id=own.conversation_id,
        attachment_id=created.attachment.attachment_id,
        data=content[: created.part_bytes],
    )
    await ana.api.call(first, chat.UploadAttachmentPartResponse)
    await house.kill("chat")
    get = chat.GetAttachmentRequest(conversation_id=own.conversation_id, attachment_id=first.attachment_id)
    found = (await ana.api.call(get, chat.GetAttachmentResponse)).attachment
    assert found.received_bytes == created.part_bytes
    whole = await resume(ana.api, path, own.conversation_id, found, created.part_bytes)
    assert await download(ana.api, own.conversation_id, whole) == content


async def test_the_largest_file_and_several_at_once(house, tmp_path: Path):
    """25 MiB, and five more beside it; says how long it took."""
    ana = await house.person("Ana")
    own = await house.direct(ana)
    (tmp_path / "small").mkdir()
    large, small = _picture(tmp_path, 25 * 1024 * 1024), _picture(tmp_path / "small", 700_000)
    began = time.monotonic()
    made = await asyncio.gather(
        upload(ana.api, large, own.conversation_id), *(upload(ana.api, small, own.conversation_id) for _ in range(5))
    )
    print(f"uploaded {sum(one.size_bytes for one in made) / 1e6:.0f} MB in {time.monotonic() - began:.1f} s")
    began = time.monotonic()
    assert await download(ana.api, own.conversation_id, made[0]) == large.read_bytes()
    print(f"downloaded 26 MB in {time.monotonic() - began:.1f} s")
    large.write_bytes(large.read_bytes() + b"x")
    with pytest.raises(ApiError) as refused:
        await upload(ana.api, large, own.conversation_id)
    assert "size_bytes" in refused.value.fields
