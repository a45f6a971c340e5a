"""Notes what changed, for the streams of those who watch."""

from __future__ import annotations

from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent


async def changed(
    connection: Connection,
    event: RecordedEvent,
    conversation_id: str,
    message_id: str | None = None,
    *,
    of_text: bool = False,
) -> None:
    """A change that every member sees, of a message or of the conversation itself; it counts as activity.

    `of_text`: the message has another text by it.
    """
    await connection.execute(
        "INSERT INTO changes (conversation_id, version, message_id, of_text) VALUES ($1, $2, $3, $4)",
        conversation_id,
        event.version,
        message_id,
        of_text,
    )
    await connection.execute(
        "UPDATE conversations SET last_activity_at = $2 WHERE conversation_id = $1",
        conversation_id,
        event.metadata.occurred_at,
    )


async def changed_for(
    connection: Connection, event: RecordedEvent, conversation_id: str, viewer_id: str, message_id: str | None = None
) -> None:
    """A change that one person sees, and nobody else."""
    await connection.execute(
        "INSERT INTO changes (conversation_id, version, message_id, viewer_id) VALUES ($1, $2, $3, $4)",
        conversation_id,
        event.version,
        message_id,
        viewer_id,
    )
