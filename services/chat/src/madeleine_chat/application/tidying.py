"""What becomes of attachments: they go with their message, with their uploader, and when they are never sent."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from madeleine.chat.v1 import events_pb2 as events
from madeleine.identity.v1 import events_pb2 as identity
from madeleine_chat.application.attachment_ports import Files, UploadRows
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import DATABASE_ERRORS
from madeleine_common.errors import DomainError
from madeleine_common.events import RecordedEvent

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AttachmentTidying:
    """Deletes files; bears repetition and crashes, since a row goes after its file.

    `keep_s`: how long what was never sent is kept; `every_s`: how often that is looked at.
    """

    rows: UploadRows
    files: Files
    keyring: Keyring
    keep_s: float
    every_s: float

    async def react(self, event: RecordedEvent) -> None:
        """Deletes the files of an erased person, or of a deleted message."""
        match event.message:
            case identity.PersonErased() as erased:
                await self.rows.doom_person(erased.person_id)
            case events.MessageDeleted() as deleted:
                await self.rows.doom_message(deleted.message_id)
            case _:
                return
        await self.delete_doomed()

    async def run(self) -> None:
        """Looks for what was never sent, and for what a crash left, until cancelled."""
        while True:
            try:
                await self.rows.doom_unsent(utc_now() - timedelta(seconds=self.keep_s))
                await self._doom_of_erased()
                await self.delete_doomed()
            except (DomainError, *DATABASE_ERRORS) as error:
                log.warning("attachments are tidied later: %s", error or type(error).__name__)
            await asyncio.sleep(self.every_s)

    async def _doom_of_erased(self) -> None:
        """What a request that was under way as its person was erased may have begun after all the rest had gone."""
        keys = await self.keyring.by_ids(await self.rows.keys_since(utc_now() - timedelta(seconds=self.keep_s)))
        await self.rows.doom_keys([key_id for key_id, key in keys.items() if key is None])

    async def delete_doomed(self) -> None:
        """Deletes the files of all uploads that are to go, then their rows; raises Unavailable."""
        for attachment_id in await self.rows.doomed():
            await self.files.delete(attachment_id)
            await self.rows.drop([attachment_id])
