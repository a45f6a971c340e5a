"""The engine's one thread: every active completion gets one step in turn; they join and leave between steps."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from madeleine_common.errors import Exhausted, Unavailable
from madeleine_inference.adapters.completion import Completion
from madeleine_inference.application.ports import FinishReason

log = logging.getLogger(__name__)
T = TypeVar("T")
Begin = Callable[[float], Completion]
Fail = Callable[[Exception], None]


class Ticket:
    """A place in the queue or among the active; `cancel` gives it up, from any thread."""

    def __init__(self, begin: Begin, fail: Fail, wake: Callable[[], None]) -> None:
        self.begin = begin
        self.fail = fail
        self.queued_at = time.monotonic()
        self.cancelled = False
        self._wake = wake

    def cancel(self) -> None:
        """Frees the slot before the next step."""
        self.cancelled = True
        self._wake()


class Scheduler:
    """Runs at most `slots` completions at once and lets `queue` more wait."""

    def __init__(self, slots: int, queue: int, enter: Callable[[], None]) -> None:
        """`enter` runs first in the thread (thread count, inference mode)."""
        self._slots = slots
        self._queue = queue
        self._enter = enter
        self._changed = threading.Condition()
        # Submitted and not done; those not yet begun stand in `_waiting` too.
        self._open: set[Ticket] = set()
        self._waiting: deque[Ticket] = deque()
        self._active: dict[Ticket, Completion] = {}
        self._calls: deque[Callable[[], None]] = deque()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def submit(self, begin: Begin, fail: Fail) -> Ticket:
        """Queues a completion; `begin(queued_at)` makes it when its turn comes, `fail` hears if that or a step fails.

        Raises Exhausted when full.
        """
        with self._changed:
            self._refuse_when_closing()
            if sum(not ticket.cancelled for ticket in self._open) >= self._slots + self._queue:
                raise Exhausted(
                    f"{self._slots} completions are running and {self._queue} wait for their turn; try again later",
                    reason="QUEUE_FULL",
                )
            ticket = Ticket(begin, fail, self._wake)
            self._waiting.append(ticket)
            self._open.add(ticket)
            self._changed.notify()
        return ticket

    def call(self, function: Callable[[], T]) -> Future[T]:
        """Runs a function in the thread between two steps, where nothing else touches the model."""
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(function())
            except Exception as error:
                future.set_exception(error)

        with self._changed:
            self._refuse_when_closing()
            self._calls.append(run)
            self._changed.notify()
        return future

    def close(self) -> None:
        """Ends all completions as cancelled and joins the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _refuse_when_closing(self) -> None:
        if self._closing:
            raise Unavailable("the engine is shutting down")

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        self._enter()
        while self._next_round():
            for ticket, completion in list(self._active.items()):
                if ticket.cancelled or self._step(ticket, completion):
                    self._leave(ticket)
        for ticket in self._waiting:
            self._admit(ticket)
        for completion in self._active.values():
            completion.finish(FinishReason.CANCELLED)
        self._active.clear()
        for call in self._calls:
            call()

    def _next_round(self) -> bool:
        """Waits for work, runs the calls and fills free slots; False when closing."""
        with self._changed:
            self._changed.wait_for(lambda: self._calls or self._waiting or self._active or self._closing)
            if self._closing:
                return False
            calls, self._calls = self._calls, deque()
            admitted: list[Ticket] = []
            while self._waiting and len(self._active) + len(admitted) < self._slots:
                ticket = self._waiting.popleft()
                if ticket.cancelled:
                    self._open.discard(ticket)
                else:
                    admitted.append(ticket)
        for call in calls:
            call()
        for ticket in admitted:
            self._admit(ticket)
        return True

    def _admit(self, ticket: Ticket) -> None:
        try:
            self._active[ticket] = ticket.begin(ticket.queued_at)
        except Exception as error:
            log.exception("a completion could not begin")
            ticket.fail(error)
            self._leave(ticket)

    def _leave(self, ticket: Ticket) -> None:
        self._active.pop(ticket, None)
        with self._changed:
            self._open.discard(ticket)

    @staticmethod
    def _step(ticket: Ticket, completion: Completion) -> bool:
        try:
            return completion.step()
        except Exception as error:
            # One completion's failure must not end the thread that serves all others.
            log.exception("a completion failed")
            ticket.fail(error)
            return True
