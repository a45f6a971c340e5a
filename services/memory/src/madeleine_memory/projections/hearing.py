"""What memory keeps of chat's events: what was said, its edits and deletes, and what was used for an answer.

Most events are messages, and they come in batches: whatever can be asked for all of them is asked once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from madeleine.chat.v1 import events_pb2 as chat
from madeleine.memory.v1.memory_pb2 import MemoryKind
from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent
from madeleine_memory.domain.wishes import forget_wish, pin_wish
from madeleine_memory.projections.holding import drop, has_room
from madeleine_memory.projections.rows import (
    NewMemory,
    Person,
    keep,
    people,
    person,
    remember,
    retract,
    see_all_spaces,
    use,
)

# What makes two messages the same: space, speaker, words.
Words = tuple[str, str, str]


@dataclass(slots=True)
class _Ahead:
    """What is known of a batch before its first event: who speaks, what was forgotten, what was said before."""

    people: dict[str, Person]
    forgotten: set[str]
    said: set[Words] = field(default_factory=set[Words])


async def hear_chat(connection: Connection, events: Sequence[RecordedEvent]) -> None:
    """Remembers messages, their edits in place of what they said before, and nothing of what was deleted."""
    await see_all_spaces(connection)
    said = [e.message for e in events if isinstance(e.message, chat.MessageSent) and e.message.memory_space]
    ahead = await _look_ahead(connection, said)
    for event in events:
        match event.message:
            # Without a space it was said where memory is switched off, or off the record.
            case chat.MessageSent() as sent if sent.memory_space:
                await _hear_message(connection, event, sent, ahead)
            case chat.MessageEdited() as edited:
                await _hear_edit(connection, event, edited, ahead)
            case chat.MessageDeleted() as deleted:
                await _hear_delete(connection, deleted)
            case chat.AnswerCompleted() as answered if answered.memory_ids and not answered.off_the_record:
                at = event.metadata.occurred_at
                await use(connection, answered.memory_ids, event.event_id, at, answered.words_of)
            case _:
                pass


async def _look_ahead(connection: Connection, messages: Sequence[chat.MessageSent]) -> _Ahead:
    known = await people(connection, {sent.sender_id for sent in messages})
    forgotten = await connection.fetch(
        "SELECT origin FROM forgotten_origin WHERE origin = ANY ($1::text[])", [sent.message_id for sent in messages]
    )
    said = await connection.fetch(
        "SELECT m.space, m.speaker_id, m.text FROM memory m"
        " JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[]) AS t (space, speaker_id, text)) n"
        " ON m.space = n.space AND m.speaker_id = n.speaker_id AND md5(m.text) = md5(n.text) AND m.text = n.text"
        " WHERE m.kind = 1 AND m.state = 'active'",
        [sent.memory_space for sent in messages],
        [sent.sender_id for sent in messages],
        [_plain(sent.text) for sent in messages],
    )
    return _Ahead(known, {r["origin"] for r in forgotten}, {(r["space"], r["speaker_id"], r["text"]) for r in said})


async def _hear_message(connection: Connection, event: RecordedEvent, sent: chat.MessageSent, ahead: _Ahead) -> None:
    speaker = ahead.people.get(sent.sender_id) or await person(connection, sent.sender_id)
    if not speaker.remembers or not sent.text.strip() or sent.message_id in ahead.forgotten:
        return
    # A wish to forget is no memory: kept, it would tell what was to be forgotten.
    if forget_wish(sent.text) is not None:
        return
    asked = pin_wish(sent.text) is not None
    new = NewMemory(
        event.event_id,
        sent.message_id,
        MemoryKind.MEMORY_KIND_EPISODE,
        sent.memory_space,
        sent.sender_id,
        sent.sender_name or speaker.name,
        sent.text,
        event.metadata.occurred_at,
        pinned=asked and await has_room(connection, sent.memory_space, len(sent.text.encode())),
    )
    words = (sent.memory_space, sent.sender_id, _plain(sent.text))
    if words in ahead.said:
        await remember(connection, new)
    else:
        await keep(connection, new)
        ahead.said.add(words)


async def _hear_edit(connection: Connection, event: RecordedEvent, edited: chat.MessageEdited, ahead: _Ahead) -> None:
    speaker = await person(connection, edited.edited_by)
    was = await retract(connection, edited.message_id)
    # Consent withdrawn meanwhile: the old words are no longer theirs and the new ones are not ours to keep.
    if was is None or not speaker.remembers or not edited.text.strip() or edited.memory_off:
        return
    await remember(
        connection,
        NewMemory(
            event.event_id,
            edited.message_id,
            MemoryKind.MEMORY_KIND_EPISODE,
            was.space,
            was.speaker_id,
            was.speaker_name,
            edited.text,
            was.occurred_at,
            pinned=was.pinned and await has_room(connection, was.space, len(edited.text.encode())),
            memory_id="" if was.survives else was.memory_id,
            earlier=was.sources,
        ),
    )
    ahead.said.add((was.space, was.speaker_id, _plain(edited.text)))


async def _hear_delete(connection: Connection, deleted: chat.MessageDeleted) -> None:
    was = await retract(connection, deleted.message_id)
    if was is None or was.survives:
        return
    # What somebody had put into another space is made of the same words.
    shared = await connection.fetch(
        "SELECT DISTINCT memory_id::text FROM memory_source WHERE event_id = ANY ($1::uuid[])",
        [source.event_id for source in was.sources],
    )
    await drop(connection, [r["memory_id"] for r in shared])


def _plain(text: str) -> str:
    # As PostgreSQL can hold it.
    return text.replace("\x00", " ")
