"""Files to and from conversations, over REST."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
import secrets
from pathlib import Path

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine_cli.rest import Api

# What Python's own table does not know, or knows under another name.
_TYPES = {".md": "text/markdown", ".wav": "audio/wav", ".flac": "audio/flac", ".webp": "image/webp"}


class DownloadBroken(Exception):
    """What arrived is not the whole file."""


async def upload(api: Api, path: Path, conversation_id: str, media_type: str = "") -> chat.Attachment:
    """Uploads a file to a conversation, ready to be named in SendMessage.attachment_ids; raises as `Api.call`.

    `media_type`: by the file's name unless given.
    """
    content = await asyncio.to_thread(path.read_bytes)
    create = chat.CreateAttachmentRequest(
        conversation_id=conversation_id,
        name=path.name,
        media_type=media_type or _TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0] or "",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        idempotency_key=secrets.token_hex(16),
    )
    created = await api.call(create, chat.CreateAttachmentResponse)
    return await resume(api, path, conversation_id, created.attachment, created.part_bytes)


async def resume(
    api: Api, path: Path, conversation_id: str, attachment: chat.Attachment, part_bytes: int
) -> chat.Attachment:
    """Uploads what is missing of a file; `part_bytes` is what CreateAttachment answered. Raises as `Api.call`."""
    with path.open("rb") as file:
        while attachment.received_bytes < attachment.size_bytes:
            file.seek(attachment.received_bytes)
            part = chat.UploadAttachmentPartRequest(
                conversation_id=conversation_id,
                attachment_id=attachment.attachment_id,
                offset=attachment.received_bytes,
                data=file.read(part_bytes),
            )
            attachment = (await api.call(part, chat.UploadAttachmentPartResponse)).attachment
    return attachment


async def download(api: Api, conversation_id: str, attachment: chat.Attachment) -> bytes:
    """A whole file, checked against its hash; raises DownloadBroken, and as `Api.call`."""
    request = chat.DownloadAttachmentRequest(conversation_id=conversation_id, attachment_id=attachment.attachment_id)
    content = b"".join([piece async for piece in api.content(request)])
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise DownloadBroken(f"{len(content)} of {attachment.size_bytes} bytes came, or others than were sent")
    return content
