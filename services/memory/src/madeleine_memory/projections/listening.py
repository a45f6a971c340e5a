"""What memory does on hearing of other services' events and of its own.

Every handler is a projection: it takes a stream's events gapless and in order, so that an edit never comes before its
message nor a change before its record.

The AI's own answers (AnswerCompleted) are not remembered. They are made from what was recalled; taken in again, a
memory would gain weight by being repeated back, and a mistake of the model would become something somebody "said".
"""

from __future__ import annotations

from google.protobuf.json_format import MessageToDict

from madeleine.identity.v1 import events_pb2 as identity
from madeleine.memory.v1.memory_pb2 import MemoryKind
from madeleine.miniapp.v1 import events_pb2 as miniapp
from madeleine_common.bus import Subscription
from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent
from madeleine_common.projections import Projection
from madeleine_memory.domain.ids import private_space
from madeleine_memory.domain.records import record_sentence
from madeleine_memory.projections.deciding import hear_own
from madeleine_memory.projections.hearing import hear_chat
from madeleine_memory.projections.holding import drop, has_room
from madeleine_memory.projections.rows import NewMemory, person, remember, retract, see_all_spaces


async def hear_miniapp(connection: Connection, event: RecordedEvent) -> None:
    """Remembers records as sentences with their typed values; a changed one replaces what it was."""
    await see_all_spaces(connection)
    match event.message:
        case miniapp.RecordAdded() as added:
            await _record(connection, event, added, added.entered_by)
        case miniapp.RecordChanged() as changed:
            await _record(connection, event, changed, changed.changed_by)
        case miniapp.RecordRemoved() as removed:
            await retract(connection, removed.record_id)
        case _:
            pass


async def _record(
    connection: Connection, event: RecordedEvent, told: miniapp.RecordAdded | miniapp.RecordChanged, by: str
) -> None:
    speaker = await person(connection, by)
    was = await retract(connection, told.record_id)
    # A change is kept as long as what it changed: that may have been of somebody who does not want to be remembered, or
    # who was erased since.
    if not speaker.remembers or (was is None and isinstance(told, miniapp.RecordChanged)):
        return
    values = MessageToDict(told.values)
    sentence = record_sentence(told.app_title, speaker.name, told.entity_label, values)
    await remember(
        connection,
        NewMemory(
            event.event_id,
            told.record_id,
            MemoryKind.MEMORY_KIND_RECORD,
            told.memory_space,
            by,
            speaker.name,
            sentence,
            was.occurred_at if was else event.metadata.occurred_at,
            values,
            pinned=bool(was and was.pinned and await has_room(connection, told.memory_space, len(sentence.encode()))),
            memory_id=was.memory_id if was else "",
            earlier=was.sources if was else (),
        ),
    )


async def hear_identity(connection: Connection, event: RecordedEvent) -> None:
    """Keeps names and consent; drops whatever stems from an erased person."""
    match event.message:
        case identity.PersonSignedUp() as up:
            await connection.execute(
                "INSERT INTO person (person_id, display_name, remembers) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                up.person_id,
                up.display_name,
                up.consent.memory,
            )
        case identity.ProfileChanged() as changed:
            await connection.execute(
                "UPDATE person SET display_name = $2 WHERE person_id = $1", changed.person_id, changed.display_name
            )
        case identity.ConsentChanged() as changed:
            await connection.execute(
                "UPDATE person SET remembers = $2 WHERE person_id = $1", changed.person_id, changed.consent.memory
            )
        case identity.PersonErased() as erased:
            await _erase(connection, erased.person_id)
        case _:
            pass


async def _erase(connection: Connection, person_id: str) -> None:
    await see_all_spaces(connection)
    await connection.execute(
        "INSERT INTO person (person_id, display_name, remembers) VALUES ($1, '', false)"
        " ON CONFLICT (person_id) DO UPDATE SET display_name = '', remembers = false",
        person_id,
    )
    # A record that they entered and another changed goes too: part of it is theirs. So do facts with a source of
    # theirs; what others said towards them comes back, and is made into facts anew.
    rows = await connection.fetch(
        "SELECT memory_id::text FROM memory WHERE space = $2 OR speaker_id = $1"
        " OR memory_id IN (SELECT memory_id FROM memory_source WHERE person_id = $1)",
        person_id,
        private_space(person_id),
    )
    await drop(connection, [r["memory_id"] for r in rows])
    await connection.execute("DELETE FROM memory_use WHERE people @> ARRAY[$1]", person_id)
    await connection.execute("DELETE FROM space_use WHERE space = $1", private_space(person_id))
    await connection.execute("DELETE FROM forget_plan WHERE person_id = $1", person_id)


OWN = "memory-own"
# One read model made from four contexts: a message is only kept if its speaker wants to be remembered, and a memory
# that was to be forgotten stays away. The embeddings come from a model, in the background.
MEMORY = Projection(
    "memory",
    (
        "person",
        "space_use",
        "memory",
        "memory_source",
        "memory_use",
        "memory_doubt",
        "memory_vector",
        "posting",
        "forgotten_origin",
    ),
    (
        Subscription("memory-people", "identity", apply=hear_identity, projection=True),
        Subscription("memory-messages", "chat", apply_many=hear_chat, projection=True),
        Subscription("memory-records", "miniapp", apply=hear_miniapp, projection=True),
        Subscription(OWN, "memory", apply=hear_own, projection=True),
    ),
    elsewhere={
        # What was said before what depends on what was there when each came, which consumers side by side decide.
        "memory": ("waits", "judged", "follows"),
        "memory_vector": ("embedding", "model", "near"),
        "space_use": ("near_index",),
    },
    lift=see_all_spaces,
)
