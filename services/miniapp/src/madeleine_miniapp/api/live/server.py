"""The WebSocket server: /v1/apps/{app_id}/live."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from weakref import WeakKeyDictionary

from prometheus_client import Gauge
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from madeleine_common.auth import Principal, TokenVerifier
from madeleine_common.errors import Unauthenticated
from madeleine_miniapp.api.live.hub import Hub
from madeleine_miniapp.api.live.messages import PROTOCOL
from madeleine_miniapp.api.live.session import Limits, Session
from madeleine_miniapp.api.live.tokens import token_of
from madeleine_miniapp.application.access import Access
from madeleine_miniapp.application.live.lib0 import Malformed
from madeleine_miniapp.application.live.rooms import Rooms
from madeleine_miniapp.domain.formulas import Engine

log = logging.getLogger(__name__)
# Of its own, and never below INFO: at DEBUG the library writes headers, and a token is among them.
_quiet = logging.getLogger(f"{__name__}.websockets")
_quiet.setLevel(logging.WARNING)

_PATH = re.compile(r"/v1/apps/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/live")
# Beyond this nothing is read to its end. What is merely too large is, so that the word for it arrives: a connection
# that is cut off while it sends looks like a lost one, and its client would try again for ever.
_WALL_BYTES = 16 * 1024 * 1024
_ROOMS = Gauge("madeleine_miniapp_live_rooms", "Apps whose document is in memory")
_SOCKETS = Gauge("madeleine_miniapp_live_sockets", "Open live sockets")


class LiveServer:
    """Listens, lets in who has a token, and hands each socket to a session."""

    def __init__(
        self,
        listen: str,
        access: Access,
        rooms: Rooms,
        verifier: TokenVerifier,
        engine: Engine,
        relay: Callable[[str, bytes], Awaitable[None]],
        limits: Limits,
    ) -> None:
        """`listen`: host:port; `relay` tells other replicas who is where."""
        self._host, _, port = listen.rpartition(":")
        self.port = int(port)
        self._access = access
        self._rooms = rooms
        self._verifier = verifier
        self._engine = engine
        self._relay = relay
        self._limits = limits
        self._hubs: dict[str, Hub] = {}
        self._sessions: set[Session] = set()
        self._admitted: WeakKeyDictionary[ServerConnection, tuple[str, Principal, str]] = WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()
        _ROOMS.set_function(lambda: len(rooms))
        _SOCKETS.set_function(lambda: sum(len(hub.members) for hub in self._hubs.values()))

    async def run(self) -> None:
        """Serves until cancelled."""
        async with serve(
            self._serve,
            self._host,
            self.port,
            process_request=self._admit,
            subprotocols=[Subprotocol(PROTOCOL)],
            max_size=max(_WALL_BYTES, self._limits.update_bytes),
            # Updates are small; the first sync of a large app costs more time to press than to send.
            compression=None,
            logger=_quiet,
            server_header=None,
        ) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            log.info("live editing listens on port %d", self.port)
            await asyncio.Event().wait()

    async def heard(self, app_id: str, states: bytes) -> None:
        """Another replica says where its people are."""
        if hub := self._hubs.get(app_id):
            with contextlib.suppress(Malformed):
                hub.heard(states)

    def doubt(self, person_id: str) -> None:
        """A person's rights somewhere may have changed: their sockets look whether they may still be there."""
        for session in self._sessions:
            if session.person_id == person_id:
                session.doubt()

    async def _admit(self, socket: ServerConnection, request: Request) -> Response | None:
        found = _PATH.fullmatch(request.path)
        if found is None:
            return socket.respond(HTTPStatus.NOT_FOUND, "there is nothing at this path\n")
        token = token_of(request.headers.get_all("Sec-WebSocket-Protocol"))
        try:
            caller = await self._verifier.verify(token)
        except Unauthenticated as error:
            return socket.respond(HTTPStatus.UNAUTHORIZED, f"{error.message}\n")
        if not caller.person_id or caller.is_service:
            return socket.respond(HTTPStatus.FORBIDDEN, "this is for people\n")
        self._admitted[socket] = (found[1], caller, token)
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        app_id, caller, token = self._admitted.pop(socket)
        hub = self._hubs.get(app_id)
        if hub is None:
            hub = self._hubs[app_id] = Hub(app_id, self._rooms, self._tell)
        hub.sessions += 1
        session = Session(socket, hub, self._access, self._verifier, self._engine, caller, token, self._limits)
        self._sessions.add(session)
        try:
            await session.run()
        finally:
            self._sessions.discard(session)
            hub.sessions -= 1
            if not hub.sessions:
                self._hubs.pop(app_id, None)

    def _tell(self, app_id: str, states: bytes) -> None:
        task = asyncio.ensure_future(self._relay(app_id, states))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
