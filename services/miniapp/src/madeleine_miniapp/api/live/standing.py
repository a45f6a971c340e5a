"""Whether somebody may still be where they are, and what they may do there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from madeleine_common.auth import Principal
from madeleine_common.errors import Denied, NotFound, Unauthenticated
from madeleine_miniapp.application.access import Access, Viewed
from madeleine_miniapp.application.recording import role_of

log = logging.getLogger(__name__)

# After a look that was not possible (chat is away).
_AGAIN_S = 1.0
_LEAST_S = 0.1


class Standing:
    """One socket's rights: looked at as soon as word comes that they may have changed, and now and then without."""

    def __init__(self, access: Access, app_id: str, caller: Principal, expires: float, every_s: float, grace_s: float):
        """`expires`: when the caller's token does (unix time); `every_s`: a word may be lost, so it is looked anyway.

        `grace_s`: for so long an expired token is forgiven, and that nothing can be looked at.
        """
        self._access = access
        self._app_id = app_id
        self._every_s = every_s
        self._grace_s = grace_s
        self._viewed: Viewed | None = None
        self._doubted = asyncio.Event()
        self._settled = asyncio.Event()
        self.caller = caller
        self.expires = expires

    @property
    def role(self) -> str:
        """The role of the last look; empty before the first."""
        return role_of(self.caller, self._viewed) if self._viewed else ""

    async def known(self) -> Viewed | None:
        """What they may use, once it is in no doubt; None before the first look."""
        await self._settled.wait()
        return self._viewed

    def doubt(self) -> None:
        """Says that it may have changed: whoever asks waits until it was looked at."""
        self._settled.clear()
        self._doubted.set()

    def settle(self) -> None:
        """Lets nobody wait any longer: it has ended."""
        self._settled.set()

    async def look(self) -> None:
        """Looks now; raises NotFound, Denied, or what hinders it."""
        self._doubted.clear()
        self._viewed = await self._access.app(self.caller, self._app_id, records=False)
        if not self._doubted.is_set():
            self._settled.set()

    async def watch(self, changed: Callable[[], None]) -> Exception:
        """Why they may not be there any more, once that is so; `changed` is told of another role."""
        looked, wait = time.monotonic(), self._every_s
        while True:
            expiry = self.expires + self._grace_s
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(_LEAST_S, min(wait, expiry - time.time()))):
                    await self._doubted.wait()
            if time.time() > self.expires + self._grace_s:
                return Unauthenticated("the token has expired")
            before = self.role
            try:
                await self.look()
            except (Denied, NotFound, Unauthenticated) as error:
                return error
            except Exception as error:
                log.warning("a live socket's membership cannot be checked: %s", type(error).__name__)
                if time.monotonic() - looked > self._grace_s:
                    return error
                wait = _AGAIN_S
                continue
            looked, wait = time.monotonic(), self._every_s
            if self.role != before:
                changed()
