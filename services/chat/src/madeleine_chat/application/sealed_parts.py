"""The parts of attachments, sealed by the uploader's key: when the key is destroyed no copy of them can be read."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass

from madeleine_chat.application.attachment_ports import Files, Upload
from madeleine_common.crypto.keyring import DataKey, KeyDestroyed, Keyring
from madeleine_common.crypto.seal import SealBroken, seal, unseal
from madeleine_common.errors import NotFound, Unavailable
from madeleine_common.ids import new_id

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SealedParts:
    """Writes and reads parts; each method raises KeyDestroyed for an erased uploader, Unavailable."""

    files: Files
    keyring: Keyring

    async def write(self, upload: Upload, number: int, content: bytes) -> str:
        """Keeps a part; returns its object's name, a new one each time, so that nobody's part is written over."""
        name = f"{number:05d}-{new_id()}"
        sealed = seal((await self._key(upload)).cipher, content, _associated(upload, number))
        await self.files.put(upload.attachment_id, name, sealed)
        return name

    async def read(self, upload: Upload, number: int) -> bytes:
        """A part that arrived; raises NotFound when its object is gone, Unavailable when it was damaged."""
        key = await self._key(upload)
        try:
            sealed = await self.files.get(upload.attachment_id, upload.parts[number])
            content = unseal(key.cipher, sealed, _associated(upload, number))
        except FileNotFoundError as error:
            raise NotFound("the file is no longer there", reason="ATTACHMENT_NOT_FOUND") from error
        except SealBroken as error:
            log.error("part %d of attachment %s does not open: it was altered", number, upload.attachment_id)
            raise Unavailable("the file is damaged", reason="ATTACHMENT_DAMAGED") from error
        return content

    async def delete(self, upload: Upload, names: Collection[str]) -> None:
        """Deletes parts that were not taken, or taken back."""
        await self.files.delete(upload.attachment_id, names)

    async def _key(self, upload: Upload) -> DataKey:
        key = (await self.keyring.by_ids([upload.key_id])).get(upload.key_id)
        if key is None:
            raise KeyDestroyed(upload.key_id)
        return key


def _associated(upload: Upload, number: int) -> bytes:
    """What the seal binds a part to: it can stand for no other part and in no other file."""
    return f"attachment|{upload.attachment_id}|{number}".encode()
