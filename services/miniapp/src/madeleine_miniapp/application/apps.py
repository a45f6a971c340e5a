"""Commands on apps."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from google.protobuf.message import Message

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of
from madeleine_common.events.model import NewEvent
from madeleine_common.events.repository import Executed, Repository
from madeleine_miniapp.application.access import Access
from madeleine_miniapp.application.ports import Operations, Order
from madeleine_miniapp.application.streams import stream_of
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain import app as domain

_APPS = uuid.UUID("6d1f3c80-3a67-5a0c-9a55-6d696e696170")


def zone_of(caller: Principal) -> ZoneInfo:
    """The caller's time zone; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(caller.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


class Apps:
    """Makes, shares and judges apps."""

    def __init__(self, repository: Repository[domain.App], access: Access, operations: Operations) -> None:
        self._repository = repository
        self._access = access
        self._operations = operations

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

    async def _execute(
        self,
        caller: Principal,
        request: m.ShareAppRequest | m.JudgeAppRequest,
        decide: Callable[[domain.App], Sequence[Message]],
    ) -> Executed[domain.App]:
        with told():
            return await self._repository.execute(
                stream_of(request.app_id),
                lambda state: [NewEvent(event, f"person:{caller.person_id}") for event in decide(state)],
                metadata_of(caller),
                command=command_key(caller, request.idempotency_key, request),
            )
