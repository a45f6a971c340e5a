"""Makes an app of a spec that is there already: read off a file, or taken from a template."""

from __future__ import annotations

import uuid

from google.protobuf.message import Message

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of
from madeleine_common.events.model import NewEvent
from madeleine_common.events.repository import Repository
from madeleine_miniapp.application.access import Access
from madeleine_miniapp.application.streams import stream_of
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain import app as domain

_MADE = uuid.UUID("8e3c5b52-70b0-5c3f-9d15-6d6164656170")


class Making:
    """Makes apps at once, without a model."""

    def __init__(self, repository: Repository[domain.App], access: Access) -> None:
        self._repository = repository
        self._access = access

    async def make(
        self, caller: Principal, spec: AppSpec, conversation_id: str, idempotency_key: str, request: Message
    ) -> m.App:
        """The new app, the same one for a repeat; raises Invalid for a spec that is not sound, Denied."""
        if conversation_id:
            await self._access.conversation(caller, conversation_id)
        # The id follows from the key: whatever is repeated, there is one app.
        app_id = str(uuid.uuid5(_MADE, f"{caller.subject}|{caller.person_id}|{idempotency_key}"))
        created = events.AppCreated(
            app_id=app_id, owner_id=caller.person_id, conversation_id=conversation_id, spec=spec
        )
        with told():
            await self._repository.execute(
                stream_of(app_id),
                lambda state: [
                    NewEvent(event, f"person:{caller.person_id}") for event in domain.create(state, created)
                ],
                metadata_of(caller),
                command=command_key(caller, idempotency_key, request),
            )
        return (await self._access.app(caller, app_id)).app
