"""Messages of mini-apps as rows."""

from __future__ import annotations

from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.projections.changes import changed
from madeleine_chat.projections.finding import find
from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent


async def posted(connection: Connection, event: RecordedEvent, said: events.AppPosted) -> None:
    """It stands among the messages, and is found by its words."""
    at = event.metadata.occurred_at
    await connection.execute(
        "INSERT INTO messages (message_id, conversation_id, version, event_id, sender_name, text, sent_at, app_id,"
        " words_of) VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8)",
        said.message_id,
        said.conversation_id,
        event.version,
        event.event_id,
        said.text,
        at,
        said.app_id,
        [said.person_id, *said.words_of],
    )
    await find(connection, said.message_id, said.text, said.conversation_id, event.version, None, at)
    await changed(connection, event, said.conversation_id, said.message_id, of_text=True)
