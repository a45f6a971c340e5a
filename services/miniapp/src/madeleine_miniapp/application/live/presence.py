"""Who is where in an app: Yjs awareness states, relayed with the person in them that the token named."""

from __future__ import annotations

import json
import time
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import cast

from madeleine_miniapp.application.live.lib0 import Malformed, Reader, sized, uint

# y-protocols' clients repeat their state every 15 s, and forget others after 30 s.
_STALE_S = 30.0
_MOST_BYTES = 2048
_MOST_CLIENTS = 8


@dataclass(slots=True)
class _State:
    owner: Hashable
    clock: int
    text: str
    at: float


class Presence:
    """The awareness states of one app, by client number; one socket cannot write another's."""

    def __init__(self) -> None:
        self._states: dict[int, _State] = {}

    def take(self, owner: Hashable, person_id: str, name: str, update: bytes) -> bytes:
        """An update of a socket's own states, as others may see it; empty if there is nothing to tell.

        Raises Malformed for what is no awareness update, or too large a one.
        """
        told: list[tuple[int, _State]] = []
        for client, clock, text in _read(update):
            known = self._live(client)
            if known is not None and (known.owner != owner or known.clock > clock):
                continue
            if known is None and sum(s.owner == owner for s in self._states.values()) >= _MOST_CLIENTS:
                continue
            state = _State(owner, clock, _signed(text, person_id, name), time.monotonic())
            self._states[client] = state
            told.append((client, state))
        self._drop_gone()
        return _write(told) if told else b""

    def hear(self, replica: Hashable, update: bytes) -> None:
        """Takes what another replica relays, which has put the persons in."""
        for client, clock, text in _read(update, most=1000):
            known = self._live(client)
            if known is None or (known.owner == replica and known.clock <= clock):
                self._states[client] = _State(replica, clock, text, time.monotonic())
        self._drop_gone()

    def leave(self, owner: Hashable) -> bytes:
        """The update that takes a socket's states away; empty if it has none."""
        gone = [(c, _State(owner, s.clock + 1, "null", s.at)) for c, s in self._states.items() if s.owner == owner]
        for client, _ in gone:
            del self._states[client]
        return _write(gone) if gone else b""

    def everyone(self) -> bytes:
        """All states, for somebody who comes; empty if there are none."""
        states = [(client, state) for client in list(self._states) if (state := self._live(client))]
        return _write(states) if states else b""

    def _live(self, client: int) -> _State | None:
        state = self._states.get(client)
        if state is not None and time.monotonic() - state.at > _STALE_S:
            del self._states[client]
            return None
        return state

    def _drop_gone(self) -> None:
        for client in [c for c, s in self._states.items() if s.text == "null"]:
            del self._states[client]


def _read(update: bytes, most: int = _MOST_CLIENTS) -> list[tuple[int, int, str]]:
    reader = Reader(update)
    count = reader.uint()
    if count > most:
        raise Malformed("it speaks for too many clients")
    found = [(reader.uint(), reader.uint(), reader.text()) for _ in range(count)]
    if any(len(text) > 2 * _MOST_BYTES for _, _, text in found):
        raise Malformed(f"a state has more than {_MOST_BYTES} bytes")
    return found


def _write(states: Iterable[tuple[int, _State]]) -> bytes:
    parts = [uint(client) + uint(state.clock) + sized(state.text.encode()) for client, state in states]
    return uint(len(parts)) + b"".join(parts)


def _signed(text: str, person_id: str, name: str) -> str:
    """A state with its person put in; "null" for one that says goodbye."""
    if len(text.encode()) > _MOST_BYTES:
        raise Malformed(f"a state has more than {_MOST_BYTES} bytes")
    try:
        state: object = json.loads(text)
    except ValueError as error:
        raise Malformed("a state is not JSON") from error
    if state is None:
        return "null"
    if not isinstance(state, dict):
        raise Malformed("a state is not an object")
    named = {**cast("dict[str, object]", state), "person_id": person_id, "name": name}
    return json.dumps(named, ensure_ascii=False, separators=(",", ":"))
