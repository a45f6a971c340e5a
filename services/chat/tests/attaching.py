"""How tests upload and download files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine_common.ids import new_id
from madeleine_common.testing import TestPerson

PART = 4096
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(range(256)) * 40


def announced(in_conversation: str, content: bytes, **changes: Any) -> pb.CreateAttachmentRequest:
    """What announces a picture, unless `changes` say otherwise."""
    fields = {
        "conversation_id": in_conversation,
        "name": "tart.png",
        "media_type": "image/png",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "idempotency_key": new_id(),
    }
    return pb.CreateAttachmentRequest(**fields | changes)


@dataclass(frozen=True)
class Uploading:
    """One person's upload, part by part."""

    chat: ChatServiceStub
    person: TestPerson
    conversation_id: str
    attachment_id: str

    async def part(self, content: bytes, number: int, **changes: Any) -> pb.Attachment:
        at = number * PART
        fields = {
            "conversation_id": self.conversation_id,
            "attachment_id": self.attachment_id,
            "offset": at,
            "data": content[at : at + PART],
        }
        request = pb.UploadAttachmentPartRequest(**fields | changes)
        return (await self.chat.UploadAttachmentPart(request, metadata=self.person.call)).attachment

    async def all(self, content: bytes, begin: int = 0) -> pb.Attachment:
        """The parts from one on; the attachment after the last."""
        return [await self.part(content, number) for number in range(begin, -(-len(content) // PART))][-1]

    async def get(self, person: TestPerson | None = None) -> pb.Attachment:
        request = pb.GetAttachmentRequest(conversation_id=self.conversation_id, attachment_id=self.attachment_id)
        return (await self.chat.GetAttachment(request, metadata=(person or self.person).call)).attachment

    def downloading(self, person: TestPerson | None = None):
        request = pb.DownloadAttachmentRequest(conversation_id=self.conversation_id, attachment_id=self.attachment_id)
        return self.chat.DownloadAttachment(request, metadata=(person or self.person).call)

    async def download(self, person: TestPerson | None = None) -> bytes:
        return b"".join([piece.data async for piece in self.downloading(person)])


async def begin(chat: ChatServiceStub, talk, content: bytes = PNG, **changes: Any) -> Uploading:
    """An upload that was announced."""
    request = announced(talk.conversation_id, content, **changes)
    created = await chat.CreateAttachment(request, metadata=talk.person.call)
    return Uploading(chat, talk.person, talk.conversation_id, created.attachment.attachment_id)


async def upload(chat: ChatServiceStub, talk, content: bytes = PNG, **changes: Any) -> Uploading:
    """A file that arrived whole."""
    uploading = await begin(chat, talk, content, **changes)
    await uploading.all(content)
    return uploading
