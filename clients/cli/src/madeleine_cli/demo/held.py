"""What memory holds of the day: every message and every record, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine_cli.demo.talk import Talk
from madeleine_cli.demo.waiting import DemoFailed, until

_REMEMBERED_S = 60.0


@dataclass(frozen=True, slots=True)
class Held:
    """How many items memory holds of a space, and whose it is."""

    owner: str
    space: str
    items: int


async def remembered(talks: Sequence[Talk], records: int) -> tuple[Held, ...]:
    """Waits until memory holds all that people said in the talks, and `records` of their group; raises DemoFailed."""
    return tuple([await _held(talk, await _said(talk) + (0 if talk.direct else records)) for talk in talks])


async def _held(talk: Talk, expected: int) -> Held:
    owner = talk.listener.name if talk.direct else talk.where
    space = f"person:{talk.listener.person_id}" if talk.direct else f"conversation:{talk.conversation_id}"
    request = memory.ListMemoriesRequest(space=space, page_size=1)
    totals: list[int] = []

    async def all_there() -> Held | None:
        totals.append((await talk.listener.api.call(request, memory.ListMemoriesResponse)).total)
        return Held(owner, space, expected) if totals[-1] == expected else None

    try:
        return await until(f"memory to hold {expected} items of {owner}", all_there, _REMEMBERED_S)
    except DemoFailed as error:
        raise DemoFailed(f"{error}: it holds {totals[-1]}") from error


async def _said(talk: Talk) -> int:
    """How many things people said in a conversation, as it lists them; the same words said again are one memory."""
    said: set[tuple[str, str]] = set()
    token = ""
    while True:
        request = chat.ListMessagesRequest(conversation_id=talk.conversation_id, page_size=200, page_token=token)
        page = await talk.listener.api.call(request, chat.ListMessagesResponse)
        said |= {(message.sender, message.text) for message in page.messages if message.sender.startswith("person:")}
        token = page.next_page_token
        if not token:
            return len(said)
