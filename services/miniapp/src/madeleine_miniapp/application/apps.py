"""Commands on apps and their records."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of
from madeleine_common.errors import NotFound
from madeleine_common.events.model import NewEvent
from madeleine_common.events.repository import Executed, Repository
from madeleine_common.ids import new_id
from madeleine_miniapp.application.access import Access, Viewed
from madeleine_miniapp.application.ports import Operations, Order, ReadModel
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain import app as domain
from madeleine_miniapp.domain.records import Surroundings

_APPS = uuid.UUID("6d1f3c80-3a67-5a0c-9a55-6d696e696170")


def stream_of(app_id: str) -> str:
    """The stream of an app."""
    return f"app-{app_id}"


def zone_of(caller: Principal) -> ZoneInfo:
    """The caller's time zone; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(caller.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


class Apps:
    """Makes, shares and judges apps; adds, changes and removes records."""

    def __init__(
        self, repository: Repository[domain.App], access: Access, operations: Operations, read_model: ReadModel
    ) -> None:
        self._repository = repository
        self._access = access
        self._operations = operations
        self._read_model = read_model

    async def create(self, caller: Principal, request: m.CreateAppRequest) -> str:
        """Starts to make an app; the operation's id, the same one for a repeat."""
        if request.conversation_id:
            await self._access.conversation(caller, request.conversation_id)
        # The id follows from the key: whatever is repeated, there is one operation and one app.
        app_id = str(uuid.uuid5(_APPS, f"{caller.subject}|{caller.person_id}|{request.idempotency_key}"))
        key = command_key(caller, request.idempotency_key, request)
        order = Order(
            app_id,
            request.prompt,
            request.conversation_id,
            caller.person_id,
            caller.subject,
            request.idempotency_key,
            key.fingerprint.hex(),
        )
        return await self._operations.start(order)

    async def share(self, caller: Principal, request: m.ShareAppRequest) -> m.App:
        """Shares an app with a conversation of the caller's."""
        viewed = await self._access.app(caller, request.app_id)
        await self._access.conversation(caller, request.conversation_id)
        await self._execute(
            caller, request, lambda state: domain.share(state, caller.person_id, request.conversation_id)
        )
        return (await self._access.app(caller, viewed.app.app_id)).app

    async def judge(self, caller: Principal, request: m.JudgeAppRequest) -> None:
        """Notes a verdict."""
        await self._access.app(caller, request.app_id)
        await self._execute(caller, request, lambda state: domain.judge(state, caller.person_id, request.verdict))

    async def add_record(self, caller: Principal, request: m.AddRecordRequest) -> m.Record:
        """Adds a record; the record as stored."""
        viewed = await self._access.app(caller, request.app_id)
        record_id = new_id()
        around = _around(caller, viewed)
        done = await self._execute(
            caller,
            request,
            lambda state: domain.add_record(state, caller.person_id, record_id, request.entity, request.values, around),
        )
        recorded = done.events[0]
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

    async def change_record(self, caller: Principal, request: m.ChangeRecordRequest) -> m.Record:
        """Changes the given fields; the record after it."""
        viewed = await self._access.app(caller, request.app_id)
        around = _around(caller, viewed)
        values: Struct = request.values
        await self._execute(
            caller,
            request,
            lambda state: domain.change_record(state, caller.person_id, request.record_id, values, around),
        )
        await self._read_model.wait_for(request.app_id)
        record = await self._read_model.record(request.app_id, request.record_id)
        if record is None:
            raise NotFound("the record was removed")
        return record

    async def remove_record(self, caller: Principal, request: m.RemoveRecordRequest) -> None:
        """Removes a record."""
        await self._access.app(caller, request.app_id)
        await self._execute(
            caller, request, lambda state: domain.remove_record(state, caller.person_id, request.record_id)
        )

    async def _execute(
        self,
        caller: Principal,
        request: m.ShareAppRequest
        | m.JudgeAppRequest
        | m.AddRecordRequest
        | m.ChangeRecordRequest
        | m.RemoveRecordRequest,
        decide: Callable[[domain.App], Sequence[Message]],
    ) -> Executed[domain.App]:
        with told():
            return await self._repository.execute(
                stream_of(request.app_id),
                lambda state: [NewEvent(event, _subject(caller, state, event)) for event in decide(state)],
                metadata_of(caller),
                command=command_key(caller, request.idempotency_key, request),
            )


def _subject(caller: Principal, state: domain.App, event: Message) -> str:
    """Whose key seals an event: who acted; but a removal goes with what was removed, and never before it."""
    if isinstance(event, events.RecordRemoved) and (record := state.records.get(event.record_id)):
        return f"person:{record.entered_by}"
    return f"person:{caller.person_id}"


def _around(caller: Principal, viewed: Viewed) -> Surroundings:
    return Surroundings(zone_of(caller), viewed.people)
