"""Uploading and reading attachments: resumable, checked at the end, seen by members only."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application import media_types
from madeleine_chat.application.attached import MOST_EXCERPT, excerpt
from madeleine_chat.application.attachment_ports import Overtaken, Upload, UploadRows
from madeleine_chat.application.commands import Conversations
from madeleine_chat.application.judging import error_of, sealed, stream_of
from madeleine_chat.application.sealed_parts import SealedParts
from madeleine_chat.domain import attaching
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of, utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.errors import Invalid
from madeleine_common.ids import new_id


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken: media types, bytes of a file, of a person's in all, of one part, and files of one message."""

    types: frozenset[str]
    file_bytes: int
    person_bytes: int
    part_bytes: int
    per_message: int


@dataclass(frozen=True, slots=True)
class Attachments:
    """Files of conversations; each method raises NotFound or Denied for those who are not members now."""

    conversations: Conversations
    rows: UploadRows
    parts: SealedParts
    keyring: Keyring
    limits: Limits

    async def create(self, caller: Principal, request: pb.CreateAttachmentRequest) -> Upload:
        """Announces a file; raises Exhausted when the caller keeps too much already, Conflict for a reused key."""
        await self.conversations.of_member(request.conversation_id, caller.person_id)
        subject = f"person:{caller.person_id}"
        upload = Upload(
            attachment_id=new_id(),
            conversation_id=request.conversation_id,
            person_id=caller.person_id,
            name=request.name,
            media_type=request.media_type,
            size_bytes=request.size_bytes,
            sha256=request.sha256,
            key_id=(await self.keyring.for_subjects([subject]))[subject].key_id,
            part_bytes=self.limits.part_bytes,
        )
        command = command_key(caller, request.idempotency_key, request)
        return await self.rows.create(upload, command.key, command.fingerprint, self.limits.person_bytes, utc_now())

    async def add_part(self, caller: Principal, request: pb.UploadAttachmentPartRequest) -> pb.Attachment:
        """Takes the next part, or one that came before; raises Invalid for one that does not fit.

        The last part completes the file; when it is not what was announced, all parts are taken back.
        """
        while True:
            state = await self.conversations.of_member(request.conversation_id, caller.person_id)
            upload = await self.rows.find(request.attachment_id)
            if (
                upload is None
                or (upload.conversation_id, upload.person_id) != (request.conversation_id, caller.person_id)
                or (upload.complete and request.attachment_id not in state.attachments)
            ):
                raise error_of(attaching.no_attachment())
            number = _number(upload, request)
            if number < len(upload.parts):
                if await self.parts.read(upload, number) != request.data:
                    raise Invalid("data", "differs from what came before at this offset", reason="PART_DIFFERS")
                return upload.attachment
            part = await self.parts.write(upload, number, request.data)
            if (number + 1) * upload.part_bytes >= upload.size_bytes:
                taken = await self._finish(caller, upload, part, request.data)
            else:
                taken = await self.rows.add_part(upload, part)
            if not taken:
                # The same part came twice at once: the other one stands, and ours is compared with it.
                await self.parts.delete(upload, [part])
                continue
            attachment = upload.attachment
            attachment.received_bytes = request.offset + len(request.data)
            return attachment

    async def get(self, caller: Principal, conversation_id: str, attachment_id: str) -> pb.Attachment:
        """An attachment that the caller may see, and how much of it has arrived."""
        return (await self._visible(caller, conversation_id, attachment_id)).attachment

    async def download(
        self, caller: Principal, conversation_id: str, attachment_id: str
    ) -> AsyncIterator[tuple[Upload, bytes]]:
        """The file's parts; the caller's rights are looked at before each of them."""
        number = 0
        while True:
            upload = await self._visible(caller, conversation_id, attachment_id)
            if not upload.complete:
                raise error_of(attaching.no_attachment())
            if number == len(upload.parts):
                return
            yield upload, await self.parts.read(upload, number)
            number += 1

    async def excerpts(self, attachments: Sequence[pb.Attachment]) -> list[tuple[str, str]]:
        """(name, how it begins) of the text files among these, 4 KB in all; for the AI, whoever may see them."""
        found: list[tuple[str, str]] = []
        left = MOST_EXCERPT
        for attachment in attachments:
            upload = await self.rows.find(attachment.attachment_id)
            if upload is None or upload.media_type not in media_types.TEXT_TYPES or left <= 0:
                continue
            content = await self.parts.read(upload, 0)
            found.append((upload.name, excerpt(content[:left])))
            left -= len(content)
        return found

    async def _visible(self, caller: Principal, conversation_id: str, attachment_id: str) -> Upload:
        state = await self.conversations.of_member(conversation_id, caller.person_id)
        upload = await self.rows.find(attachment_id)
        if upload is not None and upload.conversation_id == conversation_id:
            begun = not upload.complete and upload.person_id == caller.person_id
            if begun or attaching.visible(state, caller.person_id, attachment_id):
                return upload
        raise error_of(attaching.no_attachment())

    async def _finish(self, caller: Principal, upload: Upload, part: str, last: bytes) -> bool:
        """Completes the upload with its last part; False when another request came first.

        Raises Invalid when the file is not what was announced: it can be uploaded anew then.
        """
        if wrong := await self._wrong(upload, last):
            if await self.rows.start_anew(upload):
                await self.parts.delete(upload, [*upload.parts, part])
            raise wrong
        attachment = upload.attachment
        attachment.received_bytes = upload.size_bytes
        try:
            await self.conversations.repository.execute(
                stream_of(upload.conversation_id),
                sealed(lambda state: attaching.complete(state, actor=upload.person_id, attachment=attachment)),
                metadata_of(caller),
                side_write=self.rows.finishing(upload, part),
            )
        except Overtaken:
            return False
        return True

    async def _wrong(self, upload: Upload, last: bytes) -> Invalid | None:
        """What is wrong with the whole file, read back as it is kept."""
        digest, text = hashlib.sha256(), media_types.Text()
        is_text = upload.media_type in media_types.TEXT_TYPES
        for number in range(len(upload.parts) + 1):
            at_end = number == len(upload.parts)
            piece = last if at_end else await self.parts.read(upload, number)
            digest.update(piece)
            if is_text and not text.takes(piece, last=at_end):
                return Invalid(
                    "media_type",
                    f"is {upload.media_type}, but the file is not text in UTF-8; upload it anew",
                    reason="MEDIA_TYPE_DIFFERS",
                )
        if digest.hexdigest() != upload.sha256:
            return Invalid("sha256", "is not that of the bytes that arrived; upload them anew", reason="SHA256_DIFFERS")
        return None


def _number(upload: Upload, request: pb.UploadAttachmentPartRequest) -> int:
    """Which part this is; raises Invalid with what is wrong with it."""
    received = upload.attachment.received_bytes
    number, within = divmod(request.offset, upload.part_bytes)
    if within or request.offset > received or request.offset >= upload.size_bytes:
        raise Invalid("offset", f"must be {received}, where this upload goes on", reason="PART_OUT_OF_ORDER")
    if len(request.data) != (size := upload.bytes_of(number)):
        raise Invalid("data", f"must have {size} bytes at this offset; it has {len(request.data)}")
    if number == 0 and not media_types.begins_as(upload.media_type, request.data):
        raise Invalid("data", f"begins as no file of type {upload.media_type} does", reason="MEDIA_TYPE_DIFFERS")
    return number
