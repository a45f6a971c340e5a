"""A killed process loses nothing that was acknowledged, and nothing happens twice.

Where a process is to be killed between an acknowledgement and what follows from it, it is frozen first (SIGSTOP): what
was acknowledged meanwhile cannot have reached it. SIGKILL then ends it without its noticing.
"""

from __future__ import annotations

import asyncio
import secrets

import httpx

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine_cli.demo.people import Person
from madeleine_cli.demo.talk import Talk
from madeleine_cli.rest import ApiError
from madeleine_common.testing import eventually

_EFFECT_S = 60.0


async def test_chat_is_killed_right_after_it_acknowledged(house):
    ana, mei = await house.person("Ana"), await house.person("Mei")
    group = await house.group(ana, mei)
    first, _ = await group.say(ana, f"We meet at {secrets.token_hex(4)}.")
    cursor = first.cursor
    request = _message(group, f"Bring {secrets.token_hex(4)}.")
    sent = (await ana.api.call(request, chat.SendMessageResponse)).message
    await house.kill("chat")

    # The same call again, as a client does that saw its connection break: the same message, not another.
    again = (await _send_until_taken(ana, request)).message
    assert again.message_id == sent.message_id
    await _remembered_once(house, group, request.text)
    # What the killed process had taken and not acknowledged comes again after a while.
    await house.drained("chat", "chat-read-model")
    assert [m.message_id for m in await house.messages(group)] == [sent.message_id, first.message_id]
    assert await _streamed(mei, group, cursor) == [sent.message_id]


async def test_chat_is_killed_before_the_ai_answered(house):
    ana = await house.person("Ana")
    own = await house.direct(ana)
    request = _message(own, "What is good about rain?")
    house.freeze("inference")
    sent = (await ana.api.call(request, chat.SendMessageResponse)).message
    await house.kill("chat")
    await house.kill("inference")

    async def answers() -> list[chat.Message]:
        return [m for m in await house.messages(own) if m.HasField("answer") and m.in_reply_to == sent.message_id]

    (answer,) = await eventually(answers, within_s=180, every_s=0.5)
    assert answer.answer.state == chat.ANSWER_STATE_COMPLETE


async def test_chat_is_killed_while_the_ai_speaks(house):
    ana = await house.person("Ana")
    own = await house.direct(ana)
    sent = await _say(ana, own, "Tell me at length about the rain in Brittany.")
    request = chat.StreamConversationRequest(conversation_id=own.conversation_id, after_cursor=sent.cursor)
    async for update in ana.api.stream(request, chat.StreamConversationResponse):
        if update.HasField("answer_delta"):
            break
    await house.kill("chat")

    # From the cursor that the client has: the whole answer, once, or word that there is none.
    outcomes: list[chat.Message] = []
    async with asyncio.timeout(_EFFECT_S):
        async for update in ana.api.stream(request, chat.StreamConversationResponse):
            told = update.answer_failed if update.HasField("answer_failed") else update.message
            if told.HasField("answer"):
                outcomes.append(told)
                break
    (outcome,) = outcomes
    assert outcome.answer.failure or outcome.text
    answers = [m for m in await house.messages(own) if m.HasField("answer") and m.in_reply_to == sent.message_id]
    assert [m.message_id for m in answers] == [outcome.message_id]


async def test_memory_is_killed_before_it_heard_of_a_message(house):
    ana = await house.person("Ana")
    own = await house.direct(ana)
    # Memory knows her by now: what it must hear of is the message alone.
    await _remembered_once(house, own, (await _say(ana, own, "Good morning!")).text)
    house.freeze("memory")
    sent = await _say(ana, own, f"My locker is number {secrets.token_hex(4)}.")
    await house.kill("memory")
    await _remembered_once(house, own, sent.text)


async def test_nats_is_killed_before_it_took_an_event(house):
    ana, mei = await house.person("Ana"), await house.person("Mei")
    group = await house.group(ana, mei)
    first, _ = await group.say(ana, "Good morning!")
    await _remembered_once(house, group, first.text)
    house.freeze("nats")
    # Acknowledged by PostgreSQL alone.
    sent = await _say(ana, group, f"The cabin is number {secrets.token_hex(4)}.")
    await house.kill("nats")
    await _remembered_once(house, group, sent.text)
    assert [m.message_id for m in await house.messages(group)] == [sent.message_id, first.message_id]
    assert await _streamed(mei, group, first.cursor) == [sent.message_id]


def _message(talk: Talk, text: str) -> chat.SendMessageRequest:
    key = secrets.token_hex(16)
    return chat.SendMessageRequest(conversation_id=talk.conversation_id, text=text, idempotency_key=key)


async def _say(person: Person, talk: Talk, text: str) -> chat.Message:
    return (await person.api.call(_message(talk, text), chat.SendMessageResponse)).message


async def _send_until_taken(person: Person, request: chat.SendMessageRequest) -> chat.SendMessageResponse:
    async def taken() -> chat.SendMessageResponse | None:
        try:
            return await person.api.call(request, chat.SendMessageResponse)
        except httpx.TransportError:
            return None
        except ApiError as error:
            if error.status != httpx.codes.SERVICE_UNAVAILABLE:
                raise
            return None

    answer = await eventually(taken, within_s=_EFFECT_S, every_s=0.2)
    assert answer is not None
    return answer


async def _remembered_once(house, talk: Talk, text: str) -> None:
    """Memory comes to hold the text as one memory with one source, and the streams' consumers have nothing left."""

    async def held() -> bool:
        try:
            return any(m.text == text for m in await house.memories(talk))
        except (httpx.TransportError, ApiError):
            return False

    await eventually(held, within_s=_EFFECT_S, every_s=0.2)
    await house.drained("chat", "memory-messages")
    (memory,) = [m for m in await house.memories(talk) if m.text == text]
    assert len(memory.source_event_ids) == 1


async def _streamed(person: Person, talk: Talk, cursor: int) -> list[str]:
    """Ids of the messages that a stream resumed from a cursor sends before one that is said now."""
    last = await _say(person, talk, "Good night!")
    request = chat.StreamConversationRequest(conversation_id=talk.conversation_id, after_cursor=cursor)
    ids: list[str] = []
    async for update in person.api.stream(request, chat.StreamConversationResponse):
        if update.message.message_id == last.message_id:
            return ids
        if update.HasField("message"):
            ids.append(update.message.message_id)
    raise AssertionError("the stream ended")
