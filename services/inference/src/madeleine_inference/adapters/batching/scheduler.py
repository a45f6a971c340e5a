"""The engine's one thread: all active sequences share each forward pass; they join and leave between passes."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from madeleine_common.errors import Exhausted, Unavailable
from madeleine_inference.adapters.batching import meters
from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.adapters.batching.runner import Context, Feed, Runner
from madeleine_inference.adapters.batching.work import Work
from madeleine_inference.application.ports import FinishReason

log = logging.getLogger(__name__)
T = TypeVar("T")
Fail = Callable[[Exception], None]
# Prompt tokens in one pass: few beside others' answers, so that these hardly pause; many when nobody else waits.
SHARED_CHUNK, LONE_CHUNK = 24, 256
# In about how many passes a crowd of prompts is read beside answers.
CROWD_PASSES = 8
# An answer feeds the token that it drew and those that a grammar forced after it.
ANSWER_TOKENS = 16


class Ticket:
    """A place in the queue or among the active; `cancel` gives it up, from any thread."""

    def __init__(self, work: Work, fail: Fail, wake: Callable[[], None]) -> None:
        self.work = work
        self.fail = fail
        self.queued_at = time.monotonic()
        self.cancelled = False
        self._wake = wake

    def cancel(self) -> None:
        """Frees the slot before the next step."""
        self.cancelled = True
        self._wake()


class Scheduler:
    """Runs at most `slots` sequences at once and lets `queue` more wait."""

    def __init__(self, runner: Runner, limits: EngineLimits, flush: Callable[[], None]) -> None:
        """`flush` is called between rounds: what the works emitted may go to their readers."""
        self._runner = runner
        self._limits = limits
        self._flush = flush
        self._changed = threading.Condition()
        # Submitted and not done; those not yet begun stand in `_waiting` too.
        self._open: set[Ticket] = set()
        self._waiting: deque[Ticket] = deque()
        self._active: dict[Ticket, Context] = {}
        self._calls: deque[Callable[[], None]] = deque()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def submit(self, work: Work, fail: Fail) -> Ticket:
        """Queues a work; `fail` hears when it cannot begin or a step of it fails. Raises Exhausted when full."""
        with self._changed:
            self._refuse_when_closing()
            if sum(not ticket.cancelled for ticket in self._open) >= self._limits.slots + self._limits.queue:
                raise Exhausted(
                    f"{self._limits.slots} completions are running and {self._limits.queue} wait for their turn;"
                    " try again later",
                    reason="QUEUE_FULL",
                )
            ticket = Ticket(work, fail, self._wake)
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
        """Ends all works as cancelled and joins the thread."""
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
        try:
            self._runner.enter()
            while self._next_round():
                feeds = self._feeds()
                # What the last round drew goes out while this one computes: readers and the engine share one
                # interpreter, and only a forward pass leaves it to them.
                self._flush()
                if feeds:
                    self._step(feeds)
                if not self._active:
                    self._flush()
        except Exception as error:
            # A fault of the engine's own: nobody may wait for a thread that is gone.
            log.critical("the engine stopped", exc_info=error)
            self._refuse_from_now_on()
            for ticket in self._open:
                ticket.fail(Unavailable("the engine has stopped", reason="ENGINE_STOPPED"))
        else:
            for ticket in self._open:
                ticket.work.finish(FinishReason.CANCELLED)
        for call in self._calls:
            call()
        self._flush()

    def _refuse_from_now_on(self) -> None:
        with self._changed:
            self._closing = True

    def _next_round(self) -> bool:
        """Waits for work, runs the calls, lets the cancelled go and fills free slots; False when closing."""
        with self._changed:
            self._changed.wait_for(lambda: self._calls or self._waiting or self._active or self._closing)
            if self._closing:
                return False
            calls, self._calls = self._calls, deque()
        for call in calls:
            call()
        for ticket in [ticket for ticket in self._active if ticket.cancelled]:
            self._leave(ticket)
        self._admit()
        meters.RUNNING.set(len(self._active))
        meters.WAITING.set(len(self._waiting))
        return True

    def _admit(self) -> None:
        """Fills free slots in the order of arrival; who has waited too long is told."""
        overdue = time.monotonic() - self._limits.queue_seconds
        while self._waiting and (self._waiting[0].cancelled or len(self._active) < self._limits.slots):
            ticket = self._waiting[0]
            if not ticket.cancelled and not self._began(ticket):
                break
            self._waiting.popleft()
            if ticket.cancelled:
                self._leave(ticket)
        while self._waiting and self._waiting[0].queued_at < overdue:
            ticket = self._waiting.popleft()
            ticket.fail(
                Exhausted(
                    f"waited {self._limits.queue_seconds:g} s for a free slot; try again later", reason="QUEUE_TIMEOUT"
                )
            )
            self._leave(ticket)

    def _began(self, ticket: Ticket) -> bool:
        """True when its turn has come or it has failed; False while there is no room for it."""
        work = ticket.work
        try:
            context = self._runner.open(work.revision, work.prompt_ids, work.reuse, work.total)
            if context is None:
                return False
            self._active[ticket] = context
            work.begin(context.length)
        except Exception as error:
            log.exception("a sequence could not begin")
            ticket.fail(error)
            ticket.cancelled = True
            return True
        meters.PROMPT_TOKENS.inc(len(work.prompt_ids))
        meters.PREFIX_TOKENS.inc(context.length)
        return True

    def _feeds(self) -> list[tuple[Ticket, Feed]]:
        """Every answer's next tokens, and as much of the prompts as the pass has room for."""
        answers = [ticket for ticket in self._active if ticket.work.waiting_tokens() <= ANSWER_TOKENS]
        prompts = [ticket for ticket in self._active if ticket.work.waiting_tokens() > ANSWER_TOKENS]
        # When many begin at once, small pieces would only make all of them late.
        crowd = sum(ticket.work.waiting_tokens() for ticket in prompts) // CROWD_PASSES
        budget = min(max(SHARED_CHUNK, crowd), LONE_CHUNK) if answers else LONE_CHUNK
        feeds = [self._feed(ticket, ANSWER_TOKENS) for ticket in answers]
        for ticket in prompts:
            if budget <= 0:
                break
            feeds.append(self._feed(ticket, budget))
            budget -= len(feeds[-1][1].token_ids)
        return feeds

    def _feed(self, ticket: Ticket, most: int) -> tuple[Ticket, Feed]:
        token_ids, keep = ticket.work.feed(most)
        return ticket, Feed(self._active[ticket], token_ids, keep)

    def _step(self, feeds: list[tuple[Ticket, Feed]]) -> None:
        started = time.monotonic()
        try:
            logits = self._runner.forward([feed for _, feed in feeds])
        except Exception as error:
            if len(feeds) == 1:
                self._fail(feeds[0][0], error)
            else:
                # One sequence's failure must not end the others: each goes alone once.
                for one in feeds:
                    self._step([one])
            return
        meters.STEP_SECONDS.observe(time.monotonic() - started)
        meters.BATCH_ROWS.observe(len(feeds))
        for (ticket, feed), rows in zip(feeds, logits, strict=True):
            feed.context.length += len(feed.token_ids)
            try:
                if not ticket.cancelled and ticket.work.take(rows):
                    self._leave(ticket)
            except Exception as error:
                self._fail(ticket, error)

    def _fail(self, ticket: Ticket, error: Exception) -> None:
        log.error("a sequence failed", exc_info=error)
        ticket.fail(error)
        self._leave(ticket)

    def _leave(self, ticket: Ticket) -> None:
        if context := self._active.pop(ticket, None):
            self._runner.close(context)
        with self._changed:
            self._open.discard(ticket)
