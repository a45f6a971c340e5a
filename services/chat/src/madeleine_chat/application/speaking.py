"""In auto mode: judges after each message whether the AI should speak, and notes what was decided."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.judging import Decide, sealed
from madeleine_chat.application.ports import Embedder
from madeleine_chat.application.queries import Queries
from madeleine_chat.domain import speaking
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.judge import MOST_LINES, Line, judge, texts_to_embed
from madeleine_chat.domain.speaking import Manners, Verdict
from madeleine_chat.domain.turns import turn_of
from madeleine_common.commands import caused_by
from madeleine_common.crypto.keyring import KeyDestroyed
from madeleine_common.errors import DomainError
from madeleine_common.events import RecordedEvent, Repository

log = logging.getLogger(__name__)

_ACTOR = "service:chat"
# Messages that are read for the last lines: answers that were replaced, or failed, are among them.
_READ = 4 * MOST_LINES


@dataclass(frozen=True, slots=True)
class Speaking:
    """Decides about every message in auto mode; bears repetition: each is decided about once."""

    repository: Repository[Conversation]
    queries: Queries
    embedder: Embedder
    manners: Manners

    async def react(self, event: RecordedEvent) -> None:
        """Decides about one message, unless a newer one came: that is judged with this one before it.

        Raises TimeoutError when the read model is late: the event then comes again.
        """
        sent = event.message
        if not isinstance(sent, events.MessageSent):
            return
        state = (await self.repository.load(event.stream_id)).state
        if state.mode != pb.ASSISTANT_MODE_AUTO or state.is_direct:
            return
        if sent.addresses_assistant:
            await self._append(event, lambda present: self._addressed(present, sent))
            return
        if state.talk.latest_id != sent.message_id or sent.message_id in state.talk.decided:
            return
        if not await self.queries.caught_up(sent.conversation_id, event.version):
            raise TimeoutError("the read model has not come to this message yet")
        said = await self._said(sent, event)
        if not said or said[-1].message_id != sent.message_id:
            # It was deleted meanwhile, or its author erased.
            return
        verdict = await self._verdict(state, said)
        await self._append(
            event,
            lambda present: speaking.decide(
                present, message_id=sent.message_id, verdict=verdict, manners=self._manners(present)
            ),
        )

    def _addressed(self, state: Conversation, sent: events.MessageSent) -> Sequence[Message]:
        return speaking.addressed(
            state, message_id=sent.message_id, asked_by=sent.sender_id, manners=self._manners(state)
        )

    def _manners(self, state: Conversation) -> Manners:
        """The house's, with the conversation's own threshold where it has one."""
        own = state.speak_threshold
        return Manners(own, self.manners.most_share) if own else self.manners

    async def _append(self, event: RecordedEvent, decide: Decide) -> None:
        try:
            await self.repository.execute(event.stream_id, sealed(decide), caused_by(event, _ACTOR))
        except KeyDestroyed:
            log.info("event %s: whoever wrote it was erased meanwhile", event.event_id)

    async def _said(self, sent: events.MessageSent, event: RecordedEvent) -> list[pb.Message]:
        """The last messages up to this one, oldest first, each answer right after what it answers.

        An answer that is still being made, or came after this message was written, stands there without text: whoever
        reads on knows that the AI has taken the question, but the sender did not speak of its answer.
        """
        # Before the messages: an answer that comes between the two reads is then in both, not in neither.
        answers = {
            question_id: pb.Message(sender="assistant", in_reply_to=question_id)
            for question_id in await self._taken(sent.conversation_id, event)
        }
        newest = await self.queries.read_model.messages(sent.conversation_id, sent.sender_id, None, _READ)
        replaced = {message.answer.replaces for message in newest}
        people: list[pb.Message] = []
        for message in reversed(newest):
            if message.off_the_record and message.message_id != sent.message_id:
                continue
            seen = message.cursor <= event.version
            if message.sender == "assistant" and message.text and message.message_id not in replaced:
                text = message.text if seen else ""
                answers[message.in_reply_to] = pb.Message(sender="assistant", text=text)
            elif message.sender != "assistant" and message.text and seen:
                people.append(message)
        ordered: list[pb.Message] = []
        for message in people:
            ordered.append(message)
            if message.message_id in answers:
                ordered.append(answers[message.message_id])
        return ordered[-MOST_LINES:]

    async def _taken(self, conversation_id: str, event: RecordedEvent) -> list[str]:
        """Messages that the AI is about to answer."""
        taken: list[str] = []
        for version in await self.queries.read_model.open_turns(conversation_id, event.version):
            triggers = self.queries.store.read_stream(event.stream_id, version - 1, version)
            taken += [turn.question_id async for trigger in triggers if (turn := turn_of(trigger.message))]
        return taken

    async def _verdict(self, state: Conversation, said: Sequence[pb.Message]) -> Verdict:
        lines = [Line("" if m.sender == "assistant" else m.sender_name, m.text) for m in said]
        members = [member.display_name for member in state.members.values()]
        try:
            embedded = await self.embedder.embed(texts_to_embed(lines, members))
            judged = judge(lines, members, embedded.vectors, embedded.model)
        except DomainError as error:
            log.warning("judging without an embedder: %s", error.reason)
            judged = judge(lines, members, None, "")
        answered = said[judged.answers]
        return Verdict(
            score=judged.score,
            answers=answered.message_id,
            asked_by=answered.sender.removeprefix("person:"),
            judge=judged.judge,
        )
