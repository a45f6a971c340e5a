"""Templates: an app's spec given away under a code that cannot be guessed."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Protocol

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine_common.auth import Principal
from madeleine_common.commands import command_key, metadata_of
from madeleine_common.errors import Denied, FailedPrecondition, NotFound
from madeleine_common.events.model import NewEvent
from madeleine_common.events.repository import Repository
from madeleine_miniapp.application.access import Access
from madeleine_miniapp.application.making import Making
from madeleine_miniapp.application.recording import role_of
from madeleine_miniapp.application.streams import template_stream
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain import templates as domain
from madeleine_miniapp.domain.permissions import may_edit_spec

_CODE_BYTES = 16


class TemplateRows(Protocol):
    """Templates as projected."""

    async def template(self, code: str) -> m.Template | None:
        """One that was not withdrawn, once all that was said of it is projected; raises Unavailable."""
        ...


class Templates:
    """Makes, shows, uses and withdraws templates."""

    def __init__(
        self, repository: Repository[domain.Template], access: Access, making: Making, rows: TemplateRows
    ) -> None:
        self._repository = repository
        self._access = access
        self._making = making
        self._rows = rows

    async def create(self, caller: Principal, request: m.CreateTemplateRequest) -> m.Template:
        """A template of the app as it stands; a repeat gives the same code. Raises Denied, NotFound."""
        viewed = await self._access.app(caller, request.app_id)
        if not may_edit_spec(role_of(caller, viewed)):
            raise Denied("only who may change an app may make a template of it", reason="ROLE_REQUIRED")
        code = secrets.token_urlsafe(_CODE_BYTES)
        made = events.AppTemplateMade(
            code=code,
            app_id=request.app_id,
            spec=domain.without_people(viewed.app.spec, viewed.names.values()),
            made_by=caller.person_id,
        )
        done = await self._repository.execute(
            template_stream(code),
            lambda _: [NewEvent(made, f"person:{caller.person_id}")],
            metadata_of(caller),
            command=command_key(caller, request.idempotency_key, request),
        )
        recorded = done.events[0]
        if not isinstance(recorded.message, events.AppTemplateMade):
            raise FailedPrecondition("this person's data was erased", reason="ERASED")
        return _template(recorded.message, recorded.metadata.occurred_at)

    async def get(self, code: str) -> m.Template:
        """The template with this code, for whoever has it; raises NotFound."""
        found = await self._rows.template(code)
        if found is None:
            raise NotFound("there is no such template, or it was withdrawn", reason="TEMPLATE_NOT_FOUND")
        return found

    async def use(self, caller: Principal, request: m.CreateAppFromTemplateRequest) -> m.App:
        """An app of the caller's own, made from a template; raises NotFound, Denied."""
        template = await self.get(request.code)
        return await self._making.make(caller, template.spec, request.conversation_id, request.idempotency_key, request)

    async def withdraw(self, caller: Principal, request: m.WithdrawTemplateRequest) -> None:
        """Takes a template back; apps that were made from it stay. Raises NotFound, Denied (NOT_OWNER)."""
        with told():
            await self._repository.execute(
                template_stream(request.code),
                lambda state: [
                    NewEvent(event, f"person:{state.made_by}") for event in domain.withdraw(state, caller.person_id)
                ],
                metadata_of(caller),
                command=command_key(caller, request.idempotency_key, request),
            )


def _template(made: events.AppTemplateMade, at: datetime) -> m.Template:
    template = m.Template(code=made.code, spec=made.spec)
    template.created_at.FromDatetime(at)
    return template
