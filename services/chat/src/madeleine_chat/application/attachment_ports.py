"""What attachments need of the world outside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_common.events.appending import SideWrite


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload as far as it has come; `parts` names the objects that hold its bytes, in order."""

    attachment_id: str
    conversation_id: str
    person_id: str
    name: str
    media_type: str
    size_bytes: int
    # Hexadecimal, of the whole file.
    sha256: str
    # The uploader's key.
    key_id: str
    # Bytes of every part but the last.
    part_bytes: int
    parts: tuple[str, ...] = ()
    complete: bool = False
    # Empty until it is sent.
    message_id: str = ""

    @property
    def attachment(self) -> pb.Attachment:
        """As the contract has it."""
        return pb.Attachment(
            attachment_id=self.attachment_id,
            name=self.name,
            media_type=self.media_type,
            size_bytes=self.size_bytes,
            sha256=self.sha256,
            received_bytes=min(len(self.parts) * self.part_bytes, self.size_bytes),
        )

    def bytes_of(self, number: int) -> int:
        """Bytes of one part; 0 or less past the end."""
        return min(self.part_bytes, self.size_bytes - number * self.part_bytes)


class Overtaken(Exception):
    """Another request has changed the upload meanwhile."""


@dataclass(frozen=True, slots=True)
class NotToSend(Exception):
    """This attachment is gone."""

    attachment_id: str


class UploadRows(Protocol):
    """The uploads of this service."""

    async def create(self, upload: Upload, key: str, fingerprint: bytes, most_bytes: int, at: datetime) -> Upload:
        """Keeps a new upload, or gives the one that its idempotency key made.

        Raises Conflict for a key that came with another request, Exhausted past what a person may keep.
        """
        ...

    async def find(self, attachment_id: str) -> Upload | None:
        """An upload that is not gone."""
        ...

    async def add_part(self, upload: Upload, part: str) -> bool:
        """Adds the next part; False when the upload has moved on since `upload` was read."""
        ...

    async def start_anew(self, upload: Upload) -> bool:
        """Takes all parts back; False as above."""
        ...

    def finishing(self, upload: Upload, part: str) -> SideWrite:
        """Adds the last part and marks the upload complete, beside its event; raises Overtaken."""
        ...

    def sending(self, person_id: str, conversation_id: str, message_id: str, ids: Sequence[str]) -> SideWrite:
        """Marks uploads as sent, beside the message's event.

        Raises NotToSend for what is gone, ConcurrencyError for what was sent since the decision.
        """
        ...

    async def doom_person(self, person_id: str) -> None:
        """All uploads of a person are to go: from now on nobody finds them."""
        ...

    async def doom_message(self, message_id: str) -> None:
        """What was sent with a message is to go."""
        ...

    async def doom_unsent(self, before: datetime) -> None:
        """What was never sent, and made before then, is to go."""
        ...

    async def keys_since(self, at: datetime) -> list[str]:
        """Ids of the keys of uploads that were made since then."""
        ...

    async def doom_keys(self, key_ids: Sequence[str]) -> None:
        """Uploads under these keys are to go."""
        ...

    async def doomed(self) -> list[str]:
        """Ids of uploads that are to go."""
        ...

    async def drop(self, attachment_ids: Collection[str]) -> None:
        """Deletes the rows, once the files are gone."""
        ...


class FileTexts(Protocol):
    """What files say, for the AI."""

    async def excerpts(self, attachments: Sequence[pb.Attachment]) -> list[tuple[str, str]]:
        """(name, how it begins) of the text files among these; raises NotFound, Unavailable, KeyDestroyed."""
        ...


class Files(Protocol):
    """Objects by attachment and name; each method raises Unavailable while they cannot be reached."""

    async def put(self, attachment_id: str, name: str, content: bytes) -> None:
        """Keeps an object; it is on disk when this returns."""
        ...

    async def get(self, attachment_id: str, name: str) -> bytes:
        """An object; raises FileNotFoundError."""
        ...

    async def delete(self, attachment_id: str, names: Collection[str] | None = None) -> None:
        """Deletes objects of an attachment, all of them unless named; what is not there is no failure."""
        ...
