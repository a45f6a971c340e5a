"""The one way in which callers of the API write records: through the app's room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of
from madeleine_common.errors import NotFound
from madeleine_common.events.model import RecordedEvent
from madeleine_common.events.store import EventStore, PastCommand
from madeleine_common.ids import new_id
from madeleine_miniapp.application.access import Access, Viewed
from madeleine_miniapp.application.apps import zone_of
from madeleine_miniapp.application.live.actions import Action, Add, Amend, Done, Remove
from madeleine_miniapp.application.live.room import Writing
from madeleine_miniapp.application.live.rooms import Rooms
from madeleine_miniapp.application.ports import ReadModel
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain.formulas import Engine
from madeleine_miniapp.domain.recording import Author, Facts, Kept, memory_space
from madeleine_miniapp.domain.records import Surroundings


@dataclass(frozen=True, slots=True)
class Written:
    """What a caller's actions led to; `done` is None for a repeat, whose events alone are known."""

    done: Done | None
    events: Sequence[RecordedEvent]


class Recording:
    """Adds, changes and removes records."""

    def __init__(self, store: EventStore, access: Access, rooms: Rooms, read_model: ReadModel, engine: Engine) -> None:
        self._store = store
        self._access = access
        self._rooms = rooms
        self._read_model = read_model
        self._engine = engine

    async def write(
        self,
        caller: Principal,
        app_id: str,
        actions: Sequence[Action],
        idempotency_key: str,
        request: Message,
        *,
        partly: bool = False,
    ) -> Written:
        """Carries out actions, all or none; `partly`: those with bad values are left out, and said to be.

        Raises Invalid, Denied, NotFound, FailedPrecondition; Conflict for a key that came with another request.
        """
        viewed = await self._access.app(caller, app_id, records=False)
        command = command_key(caller, idempotency_key, request)
        if past := await self._store.past_command(command):
            return await self._repeated(past)
        room = self._rooms.of(app_id)
        if room.place.epoch and room.place.spec_version < viewed.app.version:
            # The caller has seen a newer spec than the room, which looks only now and then.
            await room.catch_up(facts_of(viewed.app))
        try:
            with told():
                done, recorded = await room.write(
                    actions, writing_of(caller, viewed, self._engine), command, partly=partly
                )
        except Exception:
            # A twin that was committed in between must not be judged against itself.
            if (past := await self._store.past_command(command)) is None:
                raise
            return await self._repeated(past)
        return Written(done, recorded)

    def writing(self, caller: Principal, viewed: Viewed) -> Writing:
        """A caller's writing now, as `write` judges it."""
        return writing_of(caller, viewed, self._engine)

    async def add(self, caller: Principal, request: m.AddRecordRequest) -> m.Record:
        """Adds a record; the record as stored."""
        action = Add(new_id(), request.entity, request.values)
        written = await self.write(caller, request.app_id, [action], request.idempotency_key, request)
        recorded = written.events[0]
        added = recorded.message
        if not isinstance(added, events.RecordAdded):
            raise NotFound("the record was erased")
        record = m.Record(
            record_id=added.record_id,
            app_id=added.app_id,
            entity=added.entity,
            values=added.values,
            entered_by=added.entered_by,
        )
        record.entered_at.FromDatetime(recorded.metadata.occurred_at)
        return record

    async def change(self, caller: Principal, request: m.ChangeRecordRequest) -> m.Record:
        """Changes the given fields; the record after it."""
        action = Amend(request.record_id, request.values)
        written = await self.write(caller, request.app_id, [action], request.idempotency_key, request)
        outcome = written.done.outcomes[0] if written.done else None
        if isinstance(outcome, Kept):
            return as_record(request.app_id, request.record_id, outcome)
        await self._read_model.wait_for(request.app_id)
        record = await self._read_model.record(request.app_id, request.record_id)
        if record is None:
            raise NotFound("the record was removed")
        return record

    async def remove(self, caller: Principal, request: m.RemoveRecordRequest) -> None:
        """Removes a record."""
        action = Remove(request.record_id)
        await self.write(caller, request.app_id, [action], request.idempotency_key, request)

    async def _repeated(self, past: PastCommand) -> Written:
        found = self._store.read_stream(past.stream_id, past.first_version - 1, past.last_version)
        return Written(None, [event async for event in found])


def facts_of(app: m.App) -> Facts:
    """What records of an app are judged by."""
    return Facts(app.app_id, app.spec, app.version, memory_space(app.owner_id, app.conversation_id))


def role_of(caller: Principal, viewed: Viewed) -> str:
    """The caller's role in an app that they may use."""
    return viewed.app.role


def writing_of(caller: Principal, viewed: Viewed, engine: Engine) -> Writing:
    """A caller's writing now."""
    around = Surroundings(zone_of(caller), viewed.people, engine=engine)
    return Writing(Author(caller.person_id, role_of(caller, viewed)), metadata_of(caller), around)


def as_record(app_id: str, record_id: str, kept: Kept) -> m.Record:
    """An accepted record as callers see it."""
    record = m.Record(record_id=record_id, app_id=app_id, entity=kept.entity, entered_by=kept.by)
    record.values.update(kept.values)
    record.entered_at.FromJsonString(kept.at)
    return record
