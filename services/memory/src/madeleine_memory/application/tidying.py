"""Keeping a space true and small: what repeats, what is no longer so, and what the budget has no room for.

Nothing is decided twice or silently: every decision is an event, which the rows follow from. A process that dies in the
middle leaves what it decided, and the next goes on from there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from google.protobuf.message import Message

from madeleine.memory.v1 import events_pb2 as ev
from madeleine.memory.v1.memory_pb2 import MemoryKind
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import KeyDestroyed
from madeleine_common.events import Metadata, NewEvent, Repository
from madeleine_common.ids import new_id
from madeleine_common.telemetry import traceparent
from madeleine_memory.application.ports import Held, Memories, Shelf, Use
from madeleine_memory.domain import judging
from madeleine_memory.domain.condensing import Rarity, condense, still_answers, words_of
from madeleine_memory.domain.ids import private_space, stream_of
from madeleine_memory.domain.space import Space, supersede
from madeleine_memory.domain.times import timestamp
from madeleine_memory.domain.value import floor

_ACTOR = "service:memory"
_BATCH = 200
# How many earlier memories a new one is held against.
_ALIKE = 20
# A full space is brought down to this share, so that not every message has to make room for itself; one with less than
# the other share of that has room for what lies in cold storage.
_DOWN_TO, _ROOM = 0.97, 0.8


@dataclass(slots=True)
class Tidied:
    """What one tidying did, in memories."""

    superseded: int = 0
    repeats: int = 0
    condensed: int = 0
    cooled: int = 0
    revived: int = 0


@dataclass(slots=True)
class _Decided:
    """Decisions about one space by whose words they are about: each person's key seals their own."""

    space: str
    by_speaker: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))


class Tidying:
    """Tidies one space at a time, in whichever process."""

    def __init__(self, spaces: Repository[Space], shelf: Shelf, memories: Memories) -> None:
        self._spaces = spaces
        self._shelf = shelf
        self._memories = memories

    async def __call__(self, space: str, now: datetime) -> Tidied:
        """Judges what is new, then brings the space within its budget, as of `now`."""
        done = Tidied()
        async with self._shelf.alone(space):
            await self._judge(space, done)
            use = await self._memories.use(space)
            await self._fit(space, use, now, done)
            await self._bring_back(space, now, done)
        return done

    async def _judge(self, space: str, done: Tidied) -> None:
        """What repeats an earlier memory is told by that one; what ends one closes it."""
        while fresh := await self._shelf.fresh(space, _BATCH, judging.model_id(), judging.direction()):
            decided = _Decided(space)
            settled: set[str] = set()
            for new in fresh:
                if new.kind in (MemoryKind.MEMORY_KIND_RECORD, MemoryKind.MEMORY_KIND_FACT):
                    continue
                alike = await self._shelf.alike(space, new.memory_id, _ALIKE, judging.model_id(), judging.direction())
                # What somebody pinned holds until they say so themselves.
                open_ones = [old for old in alike if old.memory_id not in settled and not old.pinned]
                earlier = [old for old in open_ones if old.speaker_id == new.speaker_id]
                others = [old for old in open_ones if old.speaker_id != new.speaker_id]
                vectors = await self._shelf.vectors(space, [new.memory_id, *(old.memory_id for old in open_ones)])
                own = sum(old.speaker_id == new.speaker_id for old in alike)
                usual = await self._shelf.usual(space, new.memory_id) if own >= _ALIKE else None
                verdict = judging.judge(new, earlier, vectors, usual, others)
                if verdict.ends is not None:
                    settled.add(verdict.ends)
                    done.superseded += 1
                    decided.by_speaker[new.speaker_id].append(
                        ev.MemorySuperseded(
                            memory_id=verdict.ends,
                            space=space,
                            superseded_by=new.memory_id,
                            valid_to=timestamp(new.occurred_at),
                            probability=verdict.probability,
                        )
                    )
                elif verdict.repeats is not None and not new.pinned:
                    settled.add(new.memory_id)
                    done.repeats += 1
                    cooled = ev.CooledMemory(memory_id=new.memory_id, covered_by=verdict.repeats)
                    decided.by_speaker[new.speaker_id].append(
                        ev.MemoriesCooled(space=space, cooled=[cooled], reason="repeats")
                    )
                for memory_id, probability in verdict.doubts.items():
                    doubted = ev.MemoryDoubted(
                        memory_id=memory_id, space=space, doubted_by=new.memory_id, probability=probability
                    )
                    decided.by_speaker[new.speaker_id].append(doubted)
            await self._append(decided)
            await self._shelf.judged([new.memory_id for new in fresh])

    async def _fit(self, space: str, use: Use, now: datetime, done: Tidied) -> None:
        """Mask, allocate, refill: what is worth least for its bytes makes way, whole or but for its telling words."""
        rows = await self._shelf.held(space, judging.model_id(), judging.direction())
        size = sum(row.bytes for row in rows)
        if use.budget_items is not None:
            rows = await self._fit_items(space, use, rows, now, done)
            size = sum(row.bytes for row in rows)
        if size <= use.budget_bytes:
            return
        loose = {row.memory_id: row for row in rows if not row.pinned}
        room = int(_DOWN_TO * use.budget_bytes) - (size - sum(row.bytes for row in loose.values()))
        values = judging.byte_values(list(loose.values()), now)
        # The typed values of a record are exact or nothing.
        whole = {i for i, row in loose.items() if row.kind == MemoryKind.MEMORY_KIND_RECORD}
        kept = condense({i: row.text for i, row in loose.items()}, values, room, whole)
        rarity = Rarity([words_of(row.text) for row in rows])
        shorter: list[tuple[Held, str]] = []
        gone: list[Held] = []
        for memory_id, row in loose.items():
            text = kept.get(memory_id)
            if text is None or (text != row.text and not still_answers(row.text, text, rarity)):
                gone.append(row)
            elif text != row.text:
                shorter.append((row, text))
        await self._refill(space, use, shorter, values, done)
        await self._cool(space, use, gone, values, done)

    async def _fit_items(self, space: str, use: Use, rows: list[Held], now: datetime, done: Tidied) -> list[Held]:
        """Where memories are counted, what is not worth a place gets none, whether or not one is free."""
        values = {row.memory_id: judging.item_value(row, now) for row in rows if not row.pinned}
        most = max(0, (use.budget_items or 0) - (len(rows) - len(values)))
        ranked = sorted((row for row in rows if row.memory_id in values), key=lambda row: -values[row.memory_id])
        stay = {row.memory_id for row in ranked[:most] if values[row.memory_id] >= floor()}
        await self._cool(space, use, [row for row in ranked if row.memory_id not in stay], values, done)
        return [row for row in rows if row.pinned or row.memory_id in stay]

    async def _refill(
        self, space: str, use: Use, shorter: Sequence[tuple[Held, str]], values: dict[str, float], done: Tidied
    ) -> None:
        """A fact stands for what was condensed, in the same decision."""
        for at in range(0, len(shorter), _BATCH):
            facts: dict[str, list[ev.FactConsolidated]] = defaultdict(list)
            cooled: dict[str, list[ev.CooledMemory]] = defaultdict(list)
            for row, text in shorter[at : at + _BATCH]:
                fact = ev.FactConsolidated(
                    memory_id=new_id(),
                    space=space,
                    text=text,
                    source_event_ids=row.sources,
                    valid_from=timestamp(row.occurred_at),
                    source_memory_ids=[row.memory_id],
                    speaker_id=row.speaker_id,
                    speaker_name=row.speaker_name,
                    method="condensed",
                )
                facts[row.speaker_id].append(fact)
                cooled[row.speaker_id].append(
                    ev.CooledMemory(memory_id=row.memory_id, value=values[row.memory_id], covered_by=fact.memory_id)
                )
            decided = _Decided(space)
            for speaker, made in facts.items():
                decided.by_speaker[speaker] += [
                    ev.FactsConsolidated(space=space, facts=made),
                    _cooled(space, use, cooled[speaker], "condensed"),
                ]
            done.condensed += await self._append(decided, lambda m: len(getattr(m, "facts", ())))

    async def _cool(self, space: str, use: Use, rows: Sequence[Held], values: dict[str, float], done: Tidied) -> None:
        for at in range(0, len(rows), _BATCH):
            decided = _Decided(space)
            by_speaker: dict[str, list[ev.CooledMemory]] = defaultdict(list)
            for row in rows[at : at + _BATCH]:
                by_speaker[row.speaker_id].append(ev.CooledMemory(memory_id=row.memory_id, value=values[row.memory_id]))
            for speaker, cooled in by_speaker.items():
                decided.by_speaker[speaker].append(_cooled(space, use, cooled, "budget"))
            done.cooled += await self._append(decided, lambda m: len(getattr(m, "cooled", ())))

    async def _bring_back(self, space: str, now: datetime, done: Tidied) -> None:
        """What made way comes back, the most valuable first, where there is room again."""
        use = await self._memories.use(space)
        room = _ROOM * _DOWN_TO * use.budget_bytes - use.bytes
        items = None if use.budget_items is None else use.budget_items - use.memories - use.waiting_memories
        if use.waiting_memories or room <= 0 or (items is not None and items <= 0):
            return
        decided = _Decided(space)
        by_speaker: dict[str, list[str]] = defaultdict(list)
        for row in await self._shelf.cold(space, _BATCH, judging.model_id(), judging.direction()):
            if row.bytes > room or (items is not None and (items <= 0 or judging.item_value(row, now) < floor())):
                continue
            room -= row.bytes
            items = None if items is None else items - 1
            by_speaker[row.speaker_id].append(row.memory_id)
        for speaker, ids in by_speaker.items():
            decided.by_speaker[speaker].append(ev.MemoriesRevived(space=space, memory_ids=ids, reason="room"))
        done.revived += await self._append(decided, lambda m: len(getattr(m, "memory_ids", ())))

    async def _append(self, decided: _Decided, count: Callable[[Message], int] = lambda _: 1) -> int:
        """Records decisions and waits until the rows follow; returns how many memories they are about.

        Those about somebody who was erased meanwhile are passed over: there is nothing left to decide about.
        """
        stream = stream_of(decided.space)
        told = 0
        for speaker, messages in decided.by_speaker.items():
            subject = private_space(speaker)

            def decide(state: Space, messages: list[Message] = messages, subject: str = subject) -> list[NewEvent]:
                events: list[NewEvent] = []
                for message in messages:
                    once = supersede(state, message) if isinstance(message, ev.MemorySuperseded) else [message]
                    events += [NewEvent(one, subject) for one in once]
                return events

            metadata = Metadata(_ACTOR, utc_now(), new_id(), "", traceparent())
            try:
                executed = await self._spaces.execute(stream, decide, metadata)
            except KeyDestroyed:
                continue
            told += sum(count(event.message) for event in executed.events if event.message is not None)
        if told:
            await self._memories.shown(stream)
        return told


def _cooled(space: str, use: Use, cooled: Sequence[ev.CooledMemory], reason: str) -> ev.MemoriesCooled:
    return ev.MemoriesCooled(
        space=space,
        cooled=cooled,
        reason=reason,
        used_bytes=use.bytes,
        budget_bytes=use.budget_bytes,
        used_items=use.memories,
        budget_items=use.budget_items or 0,
    )
