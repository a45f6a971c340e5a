"""People and groups around the real memory service, and the truth about what may come back to whom.

Every text has a word of its own, so that whatever comes back tells which space it is of, and who wrote it.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from google.protobuf.message import Message

from madeleine.chat.v1 import events_pb2 as chat
from madeleine.identity.v1 import events_pb2 as identity
from madeleine.identity.v1.identity_pb2 import Consent
from madeleine.memory.v1 import memory_pb2 as pb
from madeleine_common.bus.streams import subject_of, to_headers
from madeleine_common.commands import utc_now
from madeleine_common.events import Metadata, NewEvent, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.testing.rig import Rig, Servers, TestPerson
from madeleine_memory.settings import MemorySettings

_TOKEN = re.compile(r"zq\d+x")
_PROJECTIONS = {"identity": "memory-people", "chat": "memory-messages", "miniapp": "memory-records"}
_CALL_S = 60.0
_FOR_EVER = float("inf")


class House(Protocol):
    """Memory that runs, and its servers."""

    @property
    def rig(self) -> Rig[MemorySettings]:
        """The service."""
        ...

    @property
    def servers(self) -> Servers:
        """Where its servers are, and whose keys they know."""
        ...

    @property
    def stub(self) -> Any:
        """A client of it."""
        ...


def words_of(text: str) -> list[str]:
    """The words in a text that are of one text alone."""
    return _TOKEN.findall(text)


@dataclass
class Truth:
    """What may come back to whom, and when: kept beside the service, and more generous only while things change."""

    # By a text's own word: in how many ways it may stand in a space. What an edit makes of it shares the counter.
    homes: dict[str, Counter[str]] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)
    # (space, word) -> since when it must not come back; by person since their erasure was done.
    gone: dict[tuple[str, str], float] = field(default_factory=dict)
    erased: dict[str, float] = field(default_factory=dict)
    # (group, person) -> when they were in it.
    stays: dict[tuple[str, str], list[list[float]]] = field(default_factory=lambda: defaultdict(list))
    # What each person may ask things about.
    own: dict[str, deque[pb.Memory]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=30)))
    leaks: list[str] = field(default_factory=list)
    ghosts: list[str] = field(default_factory=list)
    texts: int = 0

    def new(self, author: str, space: str, like: str = "") -> str:
        """A word of a new text; `like`: of the text whose place it takes."""
        word = f"zq{len(self.homes)}x"
        self.homes[word] = self.homes[like] if like else Counter({space: 1})
        self.authors[word] = author
        return word

    def sees(self, person: str, space: str, since: float) -> bool:
        """Whether somebody might look into a space at some time from `since` until now."""
        kind, _, name = space.partition(":")
        return name == person if kind == "person" else any(end >= since for _, end in self.stays[name, person])

    def check(self, asker: str, spaces: Iterable[str], since: float, memories: Iterable[pb.Memory]) -> None:
        """Memories that came back from these spaces, asked for at `since`."""
        allowed = set(spaces)
        for memory in memories:
            if memory.space not in allowed:
                self.leaks.append(f"{asker} was shown {memory.space}: {memory.text}")
            self.check_text(asker, {memory.space}, since, memory.text)
            self.own[memory.speaker_id].append(memory)

    def check_text(self, asker: str, spaces: set[str], since: float, text: str) -> None:
        """A text that came back from these spaces, asked for at `since`."""
        self.texts += 1
        for word in words_of(text):
            homes = {space for space in spaces if self.homes.get(word, Counter[str]())[space] > 0}
            if not homes:
                self.leaks.append(f"{asker} was told from {spaces}: {text}")
            elif all(self.gone.get((space, word), _FOR_EVER) < since for space in homes):
                self.ghosts.append(f"{asker} was told what had gone: {text}")
            elif self.erased.get(self.authors[word], _FOR_EVER) < since:
                self.ghosts.append(f"{asker} was told what an erased person wrote: {text}")


class Play:
    """People, groups and services that do things at random."""

    def __init__(self, house: House, members: dict[str, list[str]], dice: random.Random) -> None:
        self.house, self.members, self.dice, self.truth = house, members, dice, Truth()
        self.stub, self.servers = house.stub, house.servers
        self.people: list[TestPerson] = []
        self.groups: list[str] = []
        self.versions: Counter[str] = Counter()
        self.locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.sent: deque[tuple[TestPerson, chat.MessageSent, str, str]] = deque(maxlen=300)

    async def begin(self, people: int, groups: int) -> None:
        """Signs people up; each group has some of them."""
        for number in range(people):
            person = self.servers.person(f"P{number}")
            up = identity.PersonSignedUp(
                person_id=person.person_id, display_name=person.name, consent=Consent(memory=True)
            )
            await self.publish("identity", f"person-{person.person_id}", up, f"person:{person.person_id}")
            self.people.append(person)
        for _ in range(groups):
            group = new_id()
            self.groups.append(group)
            self.members[group] = []
            for person in self.dice.sample(self.people, min(people, self.dice.randint(2, 8))):
                self.join(group, person)
        await self.handled("identity", f"person-{self.people[-1].person_id}")

    def join(self, group: str, person: TestPerson) -> None:
        """Somebody comes into a group."""
        self.truth.stays[group, person.person_id].append([time.monotonic(), _FOR_EVER])
        self.members[group].append(person.person_id)

    def leave(self, group: str, person_id: str) -> None:
        """Somebody leaves a group."""
        self.members[group].remove(person_id)
        self.truth.stays[group, person_id][-1][1] = time.monotonic()

    async def publish(self, context: str, stream: str, message: Message, subject: str) -> int:
        """Seals and publishes the next event of a stream, as its relay would; returns its version."""
        async with self.locks[stream]:
            self.versions[stream] += 1
            version, event_id = self.versions[stream], new_id()
            codec, js = self.house.rig.house.codec, self.house.rig.house.js
            ((name, schema, key_id, payload),) = await codec.seal_all(
                [NewEvent(message, subject)], [event_id], stream, version
            )
            metadata = Metadata(subject or "service:test", utc_now(), new_id())
            event = RecordedEvent(event_id, name, schema, stream, version, subject, metadata, key_id, None)
            await js.publish(subject_of(context, name, stream), payload, headers=to_headers(event))
            return version

    async def handled(self, context: str, stream: str, version: int = 0) -> None:
        """Waits until memory has taken a stream up to a version; 0: all of it."""
        version = version or self.versions[stream]
        query = "SELECT version >= $3 FROM stream_positions WHERE projection = $1 AND stream_id = $2"
        await self._until(query, _PROJECTIONS[context], stream, version)

    async def tidy(self, space: str) -> None:
        """Tidies a space."""
        request = pb.TidySpaceRequest(space=space)
        await self.stub.TidySpace(request, metadata=self.servers.service_call("chat"), timeout=_CALL_S)

    async def erase(self) -> None:
        """Erases somebody, whatever they are about to do."""
        person = self.people.pop(self.dice.randrange(len(self.people)))
        for group in self.groups:
            if person.person_id in self.members[group]:
                self.leave(group, person.person_id)
        subject = f"person:{person.person_id}"
        self.servers.data_keys.destroy(subject)
        stream = f"person-{person.person_id}"
        erased = identity.PersonErased(person_id=person.person_id)
        await self.handled("identity", stream, await self.publish("identity", stream, erased, ""))
        self.truth.erased[person.person_id] = time.monotonic()

    async def settled(self) -> None:
        """Waits until memory has taken all that was published, and all of its own."""
        contexts = {"person": "identity", "conversation": "chat", "app": "miniapp"}
        for stream in self.versions:
            await self.handled(contexts[stream.partition("-")[0]], stream)
        await self._until(
            "SELECT NOT EXISTS (SELECT FROM (SELECT stream_id, max(version) AS head FROM events GROUP BY stream_id) e"
            " LEFT JOIN stream_positions p ON p.stream_id = e.stream_id AND p.projection = 'memory-own'"
            " WHERE coalesce(p.version, 0) < e.head)"
        )

    async def _until(self, query: str, *values: object) -> None:
        async with asyncio.timeout(_CALL_S):
            while not await self.house.rig.house.pool.fetchval(query, *values):  # noqa: ASYNC110 (no event tells)
                await asyncio.sleep(0.02)

    async def remains(self) -> list[str]:
        """What is left of erased people."""
        pool, ids = self.house.rig.house.pool, list(self.truth.erased)
        async with pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT set_config('madeleine.spaces', '*', true)")
            rows = await connection.fetch(
                "SELECT m.space, m.kind, m.text FROM memory m WHERE m.speaker_id = ANY ($1::text[])"
                " OR m.space = ANY (SELECT 'person:' || p FROM unnest($1::text[]) p)"
                " OR m.memory_id IN (SELECT memory_id FROM memory_source WHERE person_id = ANY ($1::text[]))",
                ids,
            )
        return [f"something of an erased person is left ({len(rows)}): {dict(rows[0])}"] if rows else []
