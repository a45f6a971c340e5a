"""One answer from the model: fits the prompt, streams the text to every member, and keeps what was sampled."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine_chat.application.ports import LiveBus, Model
from madeleine_chat.application.prompt import Prompt
from madeleine_common.errors import DomainError, Exhausted, Unavailable

log = logging.getLogger(__name__)

_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 8.0
_CITED = 200


class CannotAnswer(Exception):
    """The model gives no answer; the text says why, for people to read."""


class ModelAway(Exception):
    """The model is out of reach or full for longer than anybody is kept waiting in silence."""


@dataclass(frozen=True, slots=True)
class AnswerGenerator:
    """Generates answers; tries again, for a bounded time, while the model is out of reach or full."""

    model: Model
    live: LiveBus
    max_tokens: int
    # Seconds that one answer may take, tries included.
    patience_s: float
    # Seconds after which a model that is out of reach is called away.
    away_s: float

    async def reachable(self) -> bool:
        """Whether the model answers at all."""
        probe = inference.Messages(messages=[inference.ChatMessage(role=inference.ROLE_USER, content="?")])
        try:
            await self.model.count_tokens(probe)
        except (Unavailable, Exhausted):
            return False
        except DomainError:
            # It was there to refuse.
            return True
        return True

    async def generate(self, prompt: Prompt, frame: events.AnswerCompleted) -> events.AnswerCompleted:
        """`frame` with text, trace, notes and counts filled in; raises CannotAnswer, and ModelAway."""
        began = time.monotonic()
        missed_since: float | None = None
        delay = _FIRST_DELAY_S
        try:
            async with asyncio.timeout(self.patience_s):
                while True:
                    try:
                        return await self._attempt(prompt, frame, began)
                    except (Unavailable, Exhausted) as error:
                        log.warning("the model is not ready for %s: %s", frame.message_id, error.reason)
                        missed_since = missed_since or time.monotonic()
                        if time.monotonic() - missed_since >= self.away_s:
                            raise ModelAway from error
                    await asyncio.sleep(delay)
                    delay = min(2 * delay, _LONGEST_DELAY_S)
        except TimeoutError as error:
            raise CannotAnswer("the language model could not answer in time; try again later") from error
        except DomainError as error:
            log.error("the model refused %s: %s", frame.message_id, error.message)
            raise CannotAnswer("the language model could not take this message") from error

    async def _attempt(self, prompt: Prompt, frame: events.AnswerCompleted, began: float) -> events.AnswerCompleted:
        prompt = await self._fitted(prompt)
        answer = events.AnswerCompleted()
        answer.CopyFrom(frame)
        for note in prompt.notes:
            answer.memory_ids.append(note.memory_id)
            answer.citations.add(kind="memory", id=note.memory_id, text=note.text[:_CITED])
        # Closing the iteration, also when this task is cancelled, frees the model's slot.
        async with aclosing(self._sampled(prompt, answer)) as pieces:
            async for text in pieces:
                if not answer.text:
                    answer.first_token_s = time.monotonic() - began
                delta = pb.AnswerDelta(message_id=answer.message_id, offset=len(answer.text), text=text)
                await self.live.publish(answer.conversation_id, pb.StreamConversationResponse(answer_delta=delta))
                answer.text += text
        if not answer.text.strip():
            raise CannotAnswer("the language model gave an empty answer")
        answer.total_s = time.monotonic() - began
        return answer

    async def _sampled(self, prompt: Prompt, answer: events.AnswerCompleted) -> AsyncGenerator[str, None]:
        """The completion's text, piece by piece; its tokens and counts go into `answer`."""
        trace = answer.trace
        async with aclosing(self.model.generate(prompt.messages(), prompt.asker.person_id)) as chunks:
            async for chunk in chunks:
                match chunk.WhichOneof("chunk"):
                    case "begin":
                        trace.generation_id = chunk.begin.generation_id
                        trace.revision = chunk.begin.revision
                        trace.prompt_token_ids.extend(chunk.begin.prompt_token_ids)
                    case "delta":
                        trace.completion_token_ids.extend(chunk.delta.token_ids)
                        trace.logprobs.extend(chunk.delta.logprobs)
                        if chunk.delta.text:
                            yield chunk.delta.text
                    case "end":
                        if chunk.end.finish_reason == inference.FINISH_REASON_CANCELLED:
                            raise Unavailable("the model stopped before the answer was complete")
                        answer.prompt_tokens = chunk.end.prompt_tokens
                        answer.completion_tokens = chunk.end.completion_tokens
                        return
                    case _:
                        continue
        raise Unavailable("the model's stream ended before the answer was complete")

    async def _fitted(self, prompt: Prompt) -> Prompt:
        """The prompt, cut until it leaves room for the answer in the model's context."""
        while True:
            tokens, context = await self.model.count_tokens(prompt.messages())
            if tokens + self.max_tokens <= context:
                return prompt
            smaller = prompt.smaller()
            if smaller is None:
                raise CannotAnswer("the language model's context is too small for any prompt")
            prompt = smaller
