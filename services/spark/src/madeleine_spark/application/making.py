"""Making one card: gather and choose evidence, have it written, check it, keep it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from madeleine.spark.v1.spark_pb2 import Reason, SparkCard, Tone
from madeleine_common.auth import Principal
from madeleine_common.commands import metadata_of, utc_now
from madeleine_common.events import NewEvent, Repository
from madeleine_common.ids import new_id
from madeleine_spark.application.ports import Memories, Profiles, Remembered, Writer
from madeleine_spark.application.prompt import EXTRACTIVE, PLAIN_ONLY, conversation, schema
from madeleine_spark.domain import card as words
from madeleine_spark.domain import sparks
from madeleine_spark.domain.card import Words
from madeleine_spark.domain.evidence import WINDOW_DAYS, Evidence, Item, choose
from madeleine_spark.domain.sparks import Sparks, stream_of, subject_of

_ATTEMPTS = 2
_REASON = 500
_SPARK = Principal("service:spark")
NOTHING = "there was nothing of substance to say"
NO_CONSENT = "Daily Sparks are not allowed in this person's consent"


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose card for which day, and where and in what language they live."""

    person_id: str
    day: date
    time_zone: str
    language: str


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of the memories that a card shall rest on; none: there is no card, for `reason`."""

    memory_ids: list[str]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """Checked words, what the model wrote for them, and by which revision."""

    words: Words
    model_output: str
    revision: str


class Making:
    """The steps of making a card; each may be repeated."""

    def __init__(self, repository: Repository[Sparks], memories: Memories, profiles: Profiles, writer: Writer) -> None:
        self._repository = repository
        self._memories = memories
        self._profiles = profiles
        self._writer = writer

    async def gather(self, wish: Wish) -> Found:
        """What the card shall rest on; when there is nothing, an event says why."""
        profile = await self._profiles.of(wish.person_id)
        evidence = await self._evidence(wish) if profile and profile.wants_sparks else None
        if evidence is not None:
            return Found([item.memory_id for item in evidence.items])
        # Asked again here: a schedule fires long after consent was given.
        reason = NOTHING if profile and profile.wants_sparks else NO_CONSENT
        await self._skip(wish, reason)
        return Found([], reason)

    async def write(self, wish: Wish, memory_ids: list[str]) -> str:
        """Writes the card from these memories and keeps it; its id, or "" if too little is left of them."""
        state = (await self._repository.load(stream_of(wish.person_id))).state
        if made := state.of_day(wish.day.isoformat()):
            return made.spark_id
        held = {memory.memory_id: memory for memory in await self._held(wish)}
        # Something may have been forgotten since it was chosen.
        left = [_item(held[memory_id], wish) for memory_id in memory_ids if memory_id in held]
        evidence = choose(left, wish.day, state.dismissed())
        if evidence is None:
            await self._skip(wish, NOTHING)
            return ""
        draft = await self._draft(wish, evidence)
        card = SparkCard(
            spark_id=new_id(),
            person_id=wish.person_id,
            day=wish.day.isoformat(),
            title=draft.words.title,
            body=draft.words.body,
            tone=evidence.tone,
            reasons=[_reason(held[item.memory_id]) for item in evidence.items],
            revision=draft.revision,
            made_at=_timestamp(utc_now()),
        )
        after = await self._append(wish, lambda state: sparks.make(state, card, draft.model_output))
        made = after.of_day(card.day)
        return made.spark_id if made else ""

    async def scheduled(self, person_id: str) -> Wish | None:
        """The wish for today's card of somebody whose cards come by themselves; None for somebody unknown."""
        profile = await self._profiles.of(person_id)
        if profile is None:
            return None
        return Wish(person_id, today(profile.time_zone), profile.time_zone, profile.language)

    async def _evidence(self, wish: Wish) -> Evidence | None:
        state = (await self._repository.load(stream_of(wish.person_id))).state
        items = [_item(memory, wish) for memory in await self._held(wish)]
        return choose(items, wish.day, state.dismissed())

    async def _held(self, wish: Wish) -> list[Remembered]:
        zone = ZoneInfo(wish.time_zone)
        after = datetime.combine(wish.day - timedelta(WINDOW_DAYS), time.min, zone)
        person = Principal(_SPARK.subject, wish.person_id, "", wish.time_zone, wish.language)
        return await self._memories.since(person, after)

    async def _draft(self, wish: Wish, evidence: Evidence) -> Draft:
        for attempt in range(0 if evidence.theme in PLAIN_ONLY else _ATTEMPTS):
            seed = int.from_bytes(hashlib.sha256(f"{wish.person_id}|{wish.day}|{attempt}".encode()).digest()[:4])
            written = await self._writer.write(
                wish.person_id,
                conversation(evidence, wish.language),
                schema(Tone.Name(evidence.tone)),
                seed,
            )
            drafted = _parsed(written.text)
            if drafted and not words.faults(drafted, evidence, wish.language):
                return Draft(drafted, written.text, written.revision)
        # Nobody's words but the person's own: no revision is to be praised or blamed for them.
        return Draft(words.extractive(evidence, wish.language), "", EXTRACTIVE)

    async def _skip(self, wish: Wish, reason: str) -> None:
        await self._append(wish, lambda state: sparks.skip(state, wish.person_id, wish.day.isoformat(), reason))

    async def _append(self, wish: Wish, decide: Callable[[Sparks], list[Message]]) -> Sparks:
        subject = subject_of(wish.person_id)
        done = await self._repository.execute(
            stream_of(wish.person_id),
            lambda state: [NewEvent(message, subject) for message in decide(state)],
            metadata_of(_SPARK),
        )
        return done.state


def today(time_zone: str) -> date:
    """The present day somewhere."""
    return utc_now().astimezone(ZoneInfo(time_zone)).date()


def _item(memory: Remembered, wish: Wish) -> Item:
    local = memory.occurred_at.astimezone(ZoneInfo(wish.time_zone))
    return Item(memory.memory_id, memory.text, local.date(), memory.values)


def _reason(memory: Remembered) -> Reason:
    return Reason(memory_id=memory.memory_id, text=memory.text[:_REASON], occurred_at=_timestamp(memory.occurred_at))


def _parsed(text: str) -> Words | None:
    """The words in the model's JSON; None when it was cut short."""
    try:
        answer = json.loads(text)
        return Words(str(answer["title"]).strip(), str(answer["body"]).strip())
    except (ValueError, KeyError, TypeError):
        return None


def _timestamp(moment: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(moment)
    return timestamp
