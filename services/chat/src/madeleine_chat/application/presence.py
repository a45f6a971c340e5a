"""Who watches a conversation: in this process, and in others as they have told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

# A process says this often who watches there; one that has been silent for longer than GONE_S is gone.
BEAT_S = 10.0
GONE_S = 25.0


class Presence:
    """Somebody with several devices is present once."""

    def __init__(self) -> None:
        self._here: Counter[str] = Counter()
        self._elsewhere: dict[str, tuple[float, frozenset[str]]] = {}

    @property
    def here(self) -> list[str]:
        """Who watches in this process."""
        return sorted(self._here)

    @property
    def people(self) -> list[str]:
        """Who watches anywhere."""
        return sorted(set(self._here).union(*(people for _, people in self._elsewhere.values())))

    def come(self, person_id: str) -> bool:
        """Somebody has one stream more here; True when it is their first."""
        self._here[person_id] += 1
        return self._here[person_id] == 1

    def go(self, person_id: str) -> bool:
        """Somebody has one stream less here; True when it was their last."""
        self._here[person_id] -= 1
        if self._here[person_id] > 0:
            return False
        del self._here[person_id]
        return True

    def told(self, process: str, people: Iterable[str], now: float) -> None:
        """Who watches in another process, as it said at a time (seconds)."""
        if present := frozenset(people):
            self._elsewhere[process] = (now, present)
        else:
            self._elsewhere.pop(process, None)

    def forget_silent(self, now: float) -> None:
        """Leaves out processes that have not said anything for too long."""
        self._elsewhere = {p: (at, who) for p, (at, who) in self._elsewhere.items() if now - at <= GONE_S}
