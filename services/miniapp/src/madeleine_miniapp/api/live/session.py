"""One socket: somebody who has an app open."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass

from prometheus_client import Counter
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from madeleine_common.auth import Principal, TokenVerifier
from madeleine_common.crypto.keyring import KeyDestroyed
from madeleine_common.errors import Denied, DomainError, NotFound, Unauthenticated
from madeleine_common.telemetry import where
from madeleine_miniapp.api.live.hub import Hub
from madeleine_miniapp.api.live.messages import Close, Kind, Step, awareness, own, sync
from madeleine_miniapp.api.live.outgoing import Outgoing
from madeleine_miniapp.api.live.standing import Standing
from madeleine_miniapp.api.live.tokens import expiry_of
from madeleine_miniapp.application.access import Access
from madeleine_miniapp.application.live.keeper import Renewed
from madeleine_miniapp.application.live.lib0 import Malformed, Reader
from madeleine_miniapp.application.live.ports import Gap, Place, Spoilt
from madeleine_miniapp.application.live.sheet import Taken
from madeleine_miniapp.application.recording import writing_of
from madeleine_miniapp.domain.formulas import Engine

log = logging.getLogger(__name__)

# So long a client is waited for that does not say what it has, or is slow to take what it lacks.
_SERVED_S = 2.0
# Each leaves something behind in the document.
_MOST_IN_VAIN = 100
_UPDATES = Counter("madeleine_miniapp_live_updates_total", "Updates of documents by what became of them", ["outcome"])


@dataclass(frozen=True, slots=True)
class Limits:
    """What one socket may do."""

    update_bytes: int = 2 * 1024 * 1024
    # Waiting to be sent, besides what a client asked for to catch up.
    queued_bytes: int = 8 * 1024 * 1024
    # Updates under way; more are not read.
    in_flight: int = 32
    presence_per_s: float = 20.0
    # Membership and role are looked at when word of a change comes; so often without, since words may be lost.
    look_every_s: float = 30.0
    # A check that cannot be made (chat is away) is forgiven for so long, and an expired token.
    grace_s: float = 30.0


class Session:
    """Serves one socket until it closes."""

    def __init__(
        self,
        socket: ServerConnection,
        hub: Hub,
        access: Access,
        verifier: TokenVerifier,
        engine: Engine,
        caller: Principal,
        token: str,
        limits: Limits,
    ) -> None:
        self._socket = socket
        self._hub = hub
        self._verifier = verifier
        self._engine = engine
        self._limits = limits
        self._standing = Standing(access, hub.app_id, caller, expiry_of(token), limits.look_every_s, limits.grace_s)
        self._place = Place(0, 0, 0, 0)
        self._out = Outgoing(socket, limits.queued_bytes, self._standing.settle)
        self._slots = asyncio.Semaphore(limits.in_flight)
        self._tasks: set[asyncio.Task[None]] = set()
        self._gaps = self._in_vain = 0
        self._presence_left = limits.presence_per_s
        self._presence_at = time.monotonic()

    async def run(self) -> None:
        """Serves the socket; returns when it is closed."""
        try:
            await self._standing.look()
            self._place = await self._hub.room.enter(self)
        except Exception as error:
            await self._socket.close(*_refusal(error))
            return
        self._hub.join(self)
        self._hello()
        beside = [asyncio.create_task(doing()) for doing in (self._out.write, self._watch, self._ask)]
        try:
            if states := self._hub.presence.everyone():
                self._out.send(awareness(states))
            await self._read()
        except ConnectionClosed:
            pass
        except Exception as error:
            log.error("a live socket failed: %s", where(error))
            self.close(Close.TRY_AGAIN, "try again")
        finally:
            self._hub.leave(self)
            # Who writes ends by itself, once the word for why it closes is out.
            for task in (*(beside[1:] if self._out.closing else beside), *self._tasks):
                task.cancel()
            await asyncio.gather(*beside, *self._tasks, return_exceptions=True)

    @property
    def person_id(self) -> str:
        """Whose socket it is."""
        return self._standing.caller.person_id

    def doubt(self) -> None:
        """Word came that their rights may have changed: nothing more is taken from them before they are looked at."""
        self._standing.doubt()

    def updated(self, update: bytes) -> None:
        """Hands over what was accepted of others."""
        self._out.send(sync(Step.UPDATE, update))

    def renewed(self) -> None:
        """Ends the connection: the document is another one now."""
        self.close(Close.RENEWED, "the document was made anew")

    def informed(self, place: Place) -> None:
        """Says that the app's spec is another one now."""
        self._place = place
        self._hello()

    def present(self, states: bytes) -> None:
        """Hands over where others are."""
        self._out.send(awareness(states))

    def close(self, code: Close, reason: str) -> None:
        """Closes once what waits is sent; nothing more is read."""
        self._out.close(code, reason)

    async def _read(self) -> None:
        async for message in self._socket:
            if self._out.closing:
                return
            if len(message) > self._limits.update_bytes:
                self.close(Close.TOO_LARGE, f"an update has at most {self._limits.update_bytes} bytes")
                return
            try:
                if isinstance(message, str):
                    raise Malformed("it is text")
                await self._take(message)
            except Malformed as error:
                self.close(Close.BAD_MESSAGE, str(error)[:100])
                return

    async def _take(self, message: bytes) -> None:
        reader = Reader(message)
        match reader.uint():
            case Kind.SYNC:
                step, data = reader.uint(), reader.bytes()
                if step == Step.STATE:
                    await self._answer(data)
                elif step in (Step.MISSING, Step.UPDATE):
                    await self._slots.acquire()
                    task = asyncio.create_task(self._submit(data))
                    self._tasks.add(task)
                    task.add_done_callback(self._submitted)
                else:
                    raise Malformed("there is no such step")
            case Kind.AWARENESS:
                self._presence(reader.bytes())
            case Kind.QUERY_AWARENESS:
                self._out.send(awareness(self._hub.presence.everyone() or b"\x00"))
            case Kind.TOKEN:
                await self._renew_token(reader.text())
            case _:
                pass

    async def _answer(self, state: bytes) -> None:
        """Sends what the client lacks; the last part of it ends the step."""
        *before, last = await self._hub.room.missing(state)
        for update in before:
            self._out.send(sync(Step.UPDATE, update), asked=True)
        self._out.send(sync(Step.MISSING, last), asked=True)
        self._out.answered()

    async def _ask(self) -> None:
        """Asks for what the client has and the document has not; one that is not in memory is read only then."""
        try:
            if not self._hub.room.read:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._has_got_all(), _SERVED_S)
            self._out.send(sync(Step.STATE, await self._hub.room.state()))
        except ConnectionClosed:
            pass
        except Exception as error:
            self.close(*_refusal(error))

    async def _has_got_all(self) -> None:
        """Returns when what the client waits for is not only sent, but has arrived."""
        await self._out.served.wait()
        await (await self._socket.ping())

    def _submitted(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._slots.release()

    async def _submit(self, update: bytes) -> None:
        """One update, to its end; tasks start in the order of their messages."""
        viewed = await self._standing.known()
        if self._out.closing or viewed is None:
            return
        try:
            writing = writing_of(self._standing.caller, viewed, self._engine)
            taken = await self._hub.room.submit(update, writing, self)
        except Malformed as error:
            _UPDATES.labels("malformed").inc()
            self.close(Close.BAD_MESSAGE, str(error)[:100])
        except Gap:
            # It has what the document lost, or made it up: once it is asked for all that it has.
            self._gaps += 1
            if self._gaps > 1:
                self.close(Close.BAD_MESSAGE, "an update builds on what the document does not have")
                return
            self._out.send(sync(Step.STATE, await self._hub.room.state()))
        except Spoilt:
            _UPDATES.labels("malformed").inc()
            self.close(Close.BAD_MESSAGE, "the update cannot be applied")
        except Renewed:
            self.renewed()
        except Exception as error:
            _UPDATES.labels("not stored").inc()
            self.close(*_refusal(error))
        else:
            self._told(taken)

    def _told(self, taken: Taken) -> None:
        self._gaps = 0
        self._in_vain = self._in_vain + 1 if taken.refusals and not taken.events else 0
        if self._in_vain > _MOST_IN_VAIN:
            self.close(Close.BAD_MESSAGE, "all that you write is refused")
        _UPDATES.labels("refused" if taken.refusals else "accepted").inc()
        if taken.undone:
            self._out.send(sync(Step.UPDATE, taken.undone))
        for refusal in taken.refusals:
            field = refusal.field.removeprefix("values.")
            self._out.send(
                own(Kind.REFUSED, {"record_id": refusal.record_id, "field": field, "reason": refusal.reason})
            )
        self._out.send(own(Kind.SAVED, {"updates": 1}))

    def _presence(self, update: bytes) -> None:
        now = time.monotonic()
        most = self._limits.presence_per_s
        self._presence_left = min(most, self._presence_left + (now - self._presence_at) * most)
        self._presence_at = now
        # Passed over when there are too many; the client repeats its state anyway.
        if self._presence_left >= 1:
            self._presence_left -= 1
            self._hub.present(self, self._standing.caller, update)

    async def _renew_token(self, token: str) -> None:
        try:
            caller = await self._verifier.verify(token)
        except Unauthenticated as error:
            raise Malformed("the token is not valid") from error
        if caller.person_id != self.person_id or caller.is_service:
            raise Malformed("the token is another person's")
        self._standing.caller, self._standing.expires = caller, expiry_of(token)

    async def _watch(self) -> None:
        self.close(*_refusal(await self._standing.watch(self._hello)))

    def _hello(self) -> None:
        self._out.send(
            own(
                Kind.HELLO,
                {
                    "epoch": str(self._place.epoch),
                    "spec_version": self._place.spec_version,
                    "role": self._standing.role,
                    "person_id": self.person_id,
                },
            )
        )


def _refusal(error: Exception) -> tuple[Close, str]:
    match error:
        case NotFound():
            return Close.NO_SUCH_APP, error.message
        case Denied():
            return Close.NOT_ALLOWED, error.message
        case Unauthenticated():
            return Close.TOKEN_EXPIRED, error.message
        case KeyDestroyed():
            return Close.NOT_ALLOWED, "this person was erased"
        case Renewed():
            return Close.RENEWED, "the document was made anew"
        case _:
            if not isinstance(error, DomainError):
                log.warning("a live socket is closed: %s", type(error).__name__)
            return Close.TRY_AGAIN, "try again"
