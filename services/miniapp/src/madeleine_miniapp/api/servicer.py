"""Requests to commands, state to responses.

What is not overridden, here or in the parts, the generated base answers with UNIMPLEMENTED.
"""

from __future__ import annotations

from typing import Any

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import miniapp_pb2_grpc
from madeleine_common.auth import require_person
from madeleine_common.rpc.checks import Checks
from madeleine_miniapp.api.editing import EditingApi
from madeleine_miniapp.api.exchange import ExchangeApi
from madeleine_miniapp.api.figures import FiguresApi
from madeleine_miniapp.api.making import MakingApi
from madeleine_miniapp.api.pages import page_key, page_token
from madeleine_miniapp.api.templates import TemplatesApi
from madeleine_miniapp.api.versions import VersionsApi
from madeleine_miniapp.application.apps import Apps
from madeleine_miniapp.application.asking import Asking
from madeleine_miniapp.application.editing import Editing
from madeleine_miniapp.application.figuring import Figuring
from madeleine_miniapp.application.files.exporting import Exporting
from madeleine_miniapp.application.files.founding import Founding
from madeleine_miniapp.application.files.importing import Importing
from madeleine_miniapp.application.ports import Library, Operations
from madeleine_miniapp.application.reading import Reading
from madeleine_miniapp.application.recording import Recording
from madeleine_miniapp.application.templates import Templates
from madeleine_miniapp.application.versions import Versions

_VERDICTS = (m.VERDICT_KEPT, m.VERDICT_DISCARDED)
_MAX_TEXT = 2000


class MiniappServicer(
    MakingApi, EditingApi, ExchangeApi, FiguresApi, TemplatesApi, VersionsApi, miniapp_pb2_grpc.MiniappServiceServicer
):
    """madeleine.miniapp.v1.MiniappService."""

    def __init__(
        self,
        apps: Apps,
        recording: Recording,
        reading: Reading,
        asking: Asking,
        figuring: Figuring,
        operations: Operations,
        exporting: Exporting,
        importing: Importing,
        founding: Founding,
        templates: Templates,
        editing: Editing,
        library: Library,
        versions: Versions,
    ) -> None:
        self._apps = apps
        self._recording = recording
        self._reading = reading
        self._asking = asking
        self._figuring = figuring
        self._operations = operations
        self._editing = editing
        self._exporting = exporting
        self._importing = importing
        self._founding = founding
        self._templates = templates
        self._library = library
        self._versions = versions

    async def GetApp(self, request: m.GetAppRequest, context: Any) -> m.GetAppResponse:
        """One app."""
        _app_checks(request.app_id).done()
        return m.GetAppResponse(app=await self._reading.app(require_person(), request.app_id))

    async def ListApps(self, request: m.ListAppsRequest, context: Any) -> m.ListAppsResponse:
        """The caller's apps, or a conversation's."""
        checks = Checks()
        checks.id("conversation_id", request.conversation_id, optional=True)
        size = checks.page_size(request.page_size)
        checks.done()
        after = page_key(request.page_token)
        found = await self._reading.apps(require_person(), request.conversation_id, after, size + 1)
        last = found[size - 1] if len(found) > size else None
        token = page_token(last.created_at, last.app_id) if last else ""
        return m.ListAppsResponse(apps=found[:size], next_page_token=token)

    async def ShareApp(self, request: m.ShareAppRequest, context: Any) -> m.ShareAppResponse:
        """Shows a private app to a conversation."""
        checks = _app_checks(request.app_id)
        checks.id("conversation_id", request.conversation_id)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        return m.ShareAppResponse(app=await self._apps.share(require_person(), request))

    async def JudgeApp(self, request: m.JudgeAppRequest, context: Any) -> m.JudgeAppResponse:
        """Notes whether an app is kept."""
        checks = _app_checks(request.app_id)
        checks.one_of("verdict", request.verdict, _VERDICTS)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        await self._apps.judge(require_person(), request)
        return m.JudgeAppResponse()

    async def AddRecord(self, request: m.AddRecordRequest, context: Any) -> m.AddRecordResponse:
        """Adds a record."""
        checks = _app_checks(request.app_id)
        checks.text("entity", request.entity, least=0, most=60)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        return m.AddRecordResponse(record=await self._recording.add(require_person(), request))

    async def ChangeRecord(self, request: m.ChangeRecordRequest, context: Any) -> m.ChangeRecordResponse:
        """Changes some of a record's values."""
        checks = _app_checks(request.app_id)
        checks.id("record_id", request.record_id)
        checks.idempotency_key(request.idempotency_key)
        if not request.values.fields:
            checks.bad("values", "must name at least one field")
        checks.done()
        return m.ChangeRecordResponse(record=await self._recording.change(require_person(), request))

    async def RemoveRecord(self, request: m.RemoveRecordRequest, context: Any) -> m.RemoveRecordResponse:
        """Removes a record."""
        checks = _app_checks(request.app_id)
        checks.id("record_id", request.record_id)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        await self._recording.remove(require_person(), request)
        return m.RemoveRecordResponse()

    async def ListRecords(self, request: m.ListRecordsRequest, context: Any) -> m.ListRecordsResponse:
        """An app's records, latest entry first."""
        checks = _app_checks(request.app_id)
        checks.text("entity", request.entity, least=0, most=60)
        size = checks.page_size(request.page_size)
        checks.done()
        after = page_key(request.page_token)
        found = await self._reading.records(require_person(), request.app_id, request.entity, after, size + 1)
        last = found[size - 1] if len(found) > size else None
        token = page_token(last.entered_at, last.record_id) if last else ""
        return m.ListRecordsResponse(records=found[:size], next_page_token=token)

    async def RunQuery(self, request: m.RunQueryRequest, context: Any) -> m.RunQueryResponse:
        """A typed query's figures."""
        checks = _app_checks(request.app_id)
        if request.HasField("query") == request.HasField("relation"):
            checks.bad("query", "is required, or relation in its place")
        checks.done()
        if request.HasField("relation"):
            return m.RunQueryResponse(table=await self._reading.run_relation(require_person(), request.relation))
        result = await self._reading.run_query(require_person(), request.app_id, request.query)
        return m.RunQueryResponse(result=result)

    async def Ask(self, request: m.AskRequest, context: Any) -> m.AskResponse:
        """An answer in a sentence, with its figure as computed."""
        checks = Checks()
        checks.text("question", request.question, most=_MAX_TEXT)
        checks.id("app_id", request.app_id, optional=True)
        checks.id("conversation_id", request.conversation_id, optional=True)
        if request.app_id and request.conversation_id:
            checks.bad("conversation_id", "must be empty when app_id is given")
        checks.done()
        return await self._asking.ask(require_person(), request)


def _app_checks(app_id: str) -> Checks:
    checks = Checks()
    checks.id("app_id", app_id)
    return checks
