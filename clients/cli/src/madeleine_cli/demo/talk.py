"""A conversation as one of its members lives it: saying things, and hearing answers while they are made."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine_cli.demo.people import Person, new_key
from madeleine_cli.demo.screen import Screen
from madeleine_cli.demo.waiting import DemoFailed
from madeleine_cli.rest import ApiError

_ANSWER_S = 180.0
_LISTEN_S = 30.0
_RECONNECT_S = 0.2


@dataclass(slots=True)
class Heard:
    """One answer as it came in: its pieces' times (monotonic, s) and its text so far."""

    in_reply_to: str = ""
    text: str = ""
    pieces: list[float] = field(default_factory=list[float])


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of the AI's, complete: as committed, and how it came in."""

    talk: Talk
    question: str
    message: chat.Message
    # Seconds from the question to its first piece, and to its commit.
    first_token_s: float
    total_s: float
    # Longest wait between two pieces, in seconds; 0 for an answer in one piece.
    longest_silence_s: float


class Talk:
    """One conversation, heard by one member through its live stream."""

    def __init__(self, screen: Screen, listener: Person, conversation: chat.Conversation) -> None:
        self._screen = screen
        self.listener = listener
        self.conversation = conversation
        self.conversation_id = conversation.conversation_id
        self.direct = conversation.kind == chat.CONVERSATION_KIND_DIRECT
        # What to call it when it is printed.
        self.where = f"private with {listener.name}" if self.direct else conversation.title
        self.messages: dict[str, chat.Message] = {}
        self.heard: dict[str, Heard] = {}
        self._cursor = 0
        self._news = asyncio.Condition()
        self._listening = asyncio.Event()

    @asynccontextmanager
    async def live(self) -> AsyncGenerator[None, None]:
        """Follows the stream until the end of the block, resuming from the cursor when a connection breaks."""
        task = asyncio.create_task(self._follow())
        listening = asyncio.create_task(self._listening.wait())
        try:
            done, _ = await asyncio.wait({task, listening}, timeout=_LISTEN_S, return_when=asyncio.FIRST_COMPLETED)
            if task in done:
                task.result()
            if not done:
                raise DemoFailed(f"the stream of {self.where} said nothing for {_LISTEN_S:.0f} s")
            yield
        finally:
            listening.cancel()
            task.cancel()
            await asyncio.gather(task, listening, return_exceptions=True)

    async def say(self, speaker: Person, text: str) -> tuple[chat.Message, float]:
        """Sends a message; returns it, and when it was sent (monotonic, s)."""
        began = time.monotonic()
        request = chat.SendMessageRequest(conversation_id=self.conversation_id, text=text, idempotency_key=new_key())
        message = (await speaker.api.call(request, chat.SendMessageResponse)).message
        self._screen.said(message.sender_name, self.where, message.text)
        return message, began

    async def ask(self, speaker: Person, text: str) -> Answered:
        """Calls on the AI, in a group by its name, and waits for the answer; raises DemoFailed."""
        question, began = await self.say(speaker, text if self.direct else f"@Madeleine {text}")
        return await self.answer_to(question, began)

    async def answer_to(self, said: chat.Message, began: float) -> Answered:
        """Waits for the AI's answer to a message that was said; raises DemoFailed."""
        return await self._answer(said.text, began, lambda m: m.in_reply_to == said.message_id)

    async def until(self, is_it: Callable[[chat.Message], bool], what: str) -> chat.Message:
        """The first message heard that is it; raises DemoFailed naming what was awaited."""
        try:
            async with asyncio.timeout(_ANSWER_S), self._news:
                while not (found := next(filter(is_it, self.messages.values()), None)):
                    await self._news.wait()
                return found
        except TimeoutError as error:
            raise DemoFailed(f"waited {_ANSWER_S:.0f} s for {what}, in vain") from error

    async def regenerate(self, person: Person, answer: Answered) -> Answered:
        """Asks for another answer in place of one; raises DemoFailed."""
        began = time.monotonic()
        request = chat.RegenerateMessageRequest(
            conversation_id=self.conversation_id, message_id=answer.message.message_id, idempotency_key=new_key()
        )
        new_id = (await person.api.call(request, chat.RegenerateMessageResponse)).message_id
        return await self._answer(answer.question, began, lambda m: m.message_id == new_id)

    async def _answer(self, question: str, began: float, is_it: Callable[[chat.Message], bool]) -> Answered:
        with self._screen.lane(f"Madeleine in {self.where}") as lane:
            try:
                async with asyncio.timeout(_ANSWER_S), self._news:
                    while not (message := self._complete(is_it)):
                        await self._news.wait()
                        lane.text = " … ".join(h.text for i, h in self.heard.items() if i not in self.messages)
            except TimeoutError as error:
                raise DemoFailed(f"no answer in {self.where} within {_ANSWER_S:.0f} s") from error
        ended = time.monotonic()
        heard = self.heard.get(message.message_id, Heard())
        silences = [after - before for before, after in itertools.pairwise(heard.pieces)]
        first = (heard.pieces[0] if heard.pieces else ended) - began
        answered = Answered(self, question, message, first, ended - began, max(silences, default=0.0))
        tokens = f", {message.answer.completion_tokens} tokens" if message.answer.completion_tokens else ""
        by = f", {message.answer.revision}" if message.answer.revision else ""
        note = f"({first:.1f} s to the first piece, {answered.total_s:.1f} s in all{tokens}{by})"
        self._screen.said("Madeleine", self.where, message.text, note)
        return answered

    def _complete(self, is_it: Callable[[chat.Message], bool]) -> chat.Message | None:
        for message in self.messages.values():
            if message.HasField("answer") and is_it(message):
                if message.answer.state == chat.ANSWER_STATE_FAILED:
                    raise DemoFailed(f"the AI could not answer in {self.where}: {message.answer.failure}")
                if message.answer.state == chat.ANSWER_STATE_COMPLETE:
                    return message
        return None

    async def _follow(self) -> None:
        while True:
            request = chat.StreamConversationRequest(conversation_id=self.conversation_id, after_cursor=self._cursor)
            try:
                async for update in self.listener.api.stream(request, chat.StreamConversationResponse):
                    async with self._news:
                        self._take(update)
                        self._news.notify_all()
            except httpx.TransportError:
                pass
            except ApiError as error:
                if error.status < httpx.codes.INTERNAL_SERVER_ERROR:
                    raise
            await asyncio.sleep(_RECONNECT_S)

    def _take(self, update: chat.StreamConversationResponse) -> None:
        self._listening.set()
        self._cursor = max(self._cursor, update.cursor)
        match update.WhichOneof("update"):
            case "message":
                self.messages[update.message.message_id] = update.message
            case "answer_failed":
                self.messages[update.answer_failed.message_id] = update.answer_failed
            case "answer_start":
                self.heard[update.answer_start.message_id] = Heard(update.answer_start.in_reply_to)
            case "answer_delta":
                heard = self.heard.setdefault(update.answer_delta.message_id, Heard())
                heard.text += update.answer_delta.text
                heard.pieces.append(time.monotonic())
            case _:
                pass
