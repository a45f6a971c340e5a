"""Given/when/then for aggregates: past events, a command, the events or the error that follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from google.protobuf.message import Message

from madeleine_common.errors import DomainError

S = TypeVar("S")


class Scenario(Generic[S]):
    """Scenario(initial, evolve).given(...).when(decide).then(...)."""

    def __init__(self, initial: S, evolve: Callable[[S, Message], S]) -> None:
        self._state = initial
        self._evolve = evolve
        self._events: Sequence[Message] = ()
        self._error: DomainError | None = None

    def given(self, *events: Message) -> Scenario[S]:
        """What happened before."""
        for event in events:
            self._state = self._evolve(self._state, event)
        return self

    def when(self, decide: Callable[[S], Sequence[Message]]) -> Scenario[S]:
        """The command, as a function of the state."""
        try:
            self._events = list(decide(self._state))
        except DomainError as error:
            self._error = error
        return self

    def then(self, *expected: Message) -> S:
        """Exactly these events follow; returns the state after them."""
        assert self._error is None, f"refused: {self._error}"
        assert list(self._events) == list(expected)
        state = self._state
        for event in self._events:
            state = self._evolve(state, event)
        return state

    def then_refused(self, kind: type[DomainError], *, reason: str | None = None, text: str = "") -> None:
        """The command is refused with this error."""
        assert isinstance(self._error, kind), f"expected {kind.__name__}, got {self._error!r} and {list(self._events)}"
        assert reason is None or self._error.reason == reason
        assert text in self._error.message
