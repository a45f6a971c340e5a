"""ChatService's RPCs about attachments."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from urllib.parse import quote

from google.api import httpbody_pb2

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.api import attachment_checks as checks
from madeleine_chat.api.base import ChatRoom
from madeleine_chat.application.attachment_ports import Upload
from madeleine_chat.application.media_types import served_as
from madeleine_common.auth import require_person

UPLOAD = "/madeleine.chat.v1.ChatService/UploadAttachmentPart"
# Envoy gathers a whole message before it sends any of it on.
_PIECE = 64 * 1024


class AttachmentsApi(ChatRoom):
    """RPCs about files."""

    async def CreateAttachment(self, request: pb.CreateAttachmentRequest, context) -> pb.CreateAttachmentResponse:
        caller = require_person()
        checks.create(request, self.attachments.limits)
        created = await self.attachments.create(caller, request)
        return pb.CreateAttachmentResponse(attachment=created.attachment, part_bytes=created.part_bytes)

    async def UploadAttachmentPart(
        self, request: pb.UploadAttachmentPartRequest, context
    ) -> pb.UploadAttachmentPartResponse:
        caller = require_person()
        checks.part(request)
        return pb.UploadAttachmentPartResponse(attachment=await self.attachments.add_part(caller, request))

    async def GetAttachment(self, request: pb.GetAttachmentRequest, context) -> pb.GetAttachmentResponse:
        caller = require_person()
        checks.one(request)
        found = await self.attachments.get(caller, request.conversation_id, request.attachment_id)
        return pb.GetAttachmentResponse(attachment=found)

    async def DownloadAttachment(
        self, request: pb.DownloadAttachmentRequest, context
    ) -> AsyncIterator[httpbody_pb2.HttpBody]:
        caller = require_person()
        checks.one(request)
        begun = False
        async for upload, part in self.attachments.download(caller, request.conversation_id, request.attachment_id):
            if not begun:
                begun = True
                await context.send_initial_metadata(_headers(upload))
            content_type = served_as(upload.media_type)
            for at in range(0, len(part), _PIECE):
                yield httpbody_pb2.HttpBody(content_type=content_type, data=part[at : at + _PIECE])


def _headers(upload: Upload) -> tuple[tuple[str, str], ...]:
    """HTTP headers, which the gateway hands on: a browser saves the file, and never runs it as a page of this house."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in upload.name)
    digest = base64.b64encode(bytes.fromhex(upload.sha256)).decode()
    return (
        ("content-disposition", f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(upload.name, safe='')}"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cache-control", "private, no-store"),
        # RFC 9530: a client can tell a whole file from one that broke off.
        ("repr-digest", f"sha-256=:{digest}:"),
    )
