"""The AI's turn: uses a tool, else recalls and generates, streams to every member, and commits one outcome."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine_chat.application.answering import AnswerGenerator, CannotAnswer, ModelAway
from madeleine_chat.application.attached import with_files
from madeleine_chat.application.attachment_ports import FileTexts
from madeleine_chat.application.judging import Decide, sealed, stream_of
from madeleine_chat.application.offering import offers
from madeleine_chat.application.ports import LiveBus, Memory, People, Turns
from madeleine_chat.application.prompt import MOST_HISTORY, MOST_NOTES, Prompt, history_of, shortened
from madeleine_chat.application.queries import Queries
from madeleine_chat.application.quoting import quoted
from madeleine_chat.application.tools.tool import Asked
from madeleine_chat.application.tools.toolbox import Toolbox
from madeleine_chat.domain import talking
from madeleine_chat.domain.addressing import addresses_assistant, without_name
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.turns import Turn, turn_of
from madeleine_common.auth import Principal
from madeleine_common.commands import caused_by, utc_now
from madeleine_common.crypto.keyring import KeyDestroyed
from madeleine_common.errors import DomainError
from madeleine_common.events import RecordedEvent, Repository

log = logging.getLogger(__name__)

_ACTOR = "service:chat"
_LONGEST_QUERY = 1000


@dataclass(frozen=True, slots=True)
class AssistantTurn:
    """Takes the AI's turns; bears repetition: an outcome is committed once whatever is delivered twice."""

    repository: Repository[Conversation]
    queries: Queries
    people: People
    memory: Memory
    tools: Toolbox
    generator: AnswerGenerator
    live: LiveBus
    turns: Turns
    files: FileTexts
    # Seconds for which an answer waits for the model.
    queue_s: float

    async def react(self, event: RecordedEvent) -> None:
        """Takes the turn that an event calls for, after those that came before it.

        Raises TimeoutError when the read model or an earlier turn is late: the event then comes again.
        """
        turn = turn_of(event.message)
        if turn is None:
            return
        if not await self.queries.caught_up(turn.conversation_id, event.version):
            raise TimeoutError("the read model has not come to this event yet")
        await self.take_open(turn.conversation_id, event.version)

    async def take_open(self, conversation_id: str, up_to: int) -> None:
        """Takes a conversation's open turns up to a version, in order; all wait behind one for which the model is away.

        Whoever waits holds nothing: `WaitingTurns` takes the turn again. Raises TimeoutError.
        """
        away = False
        async with self.turns.alone(conversation_id):
            for version in await self.queries.read_model.open_turns(conversation_id, up_to):
                async for trigger in self.queries.store.read_stream(stream_of(conversation_id), version - 1, version):
                    try:
                        away = away or not await self._take(trigger)
                    except ModelAway:
                        away = True
                    if away:
                        await self._put_off(trigger)

    async def _put_off(self, trigger: RecordedEvent) -> None:
        """Tells members that the answer comes later, or, when it has waited for too long, that it won't."""
        turn = turn_of(trigger.message)
        if turn is None:
            return
        state = (await self.repository.load(trigger.stream_id)).state
        question_id = turn.question_id or _question_of(state, turn.replaces)
        if (utc_now() - trigger.metadata.occurred_at).total_seconds() >= self.queue_s:
            failed = _failed(turn, question_id, "the language model was away for too long; ask again")
            await self._append(trigger, lambda present: talking.settle(present, failed))
            return
        delayed = events.AnswerDelayed(
            conversation_id=turn.conversation_id,
            message_id=turn.answer_id,
            in_reply_to=question_id,
            reason="the language model is away; the answer follows when it is back",
        )
        await self._append(trigger, lambda present: talking.delay(present, delayed))

    async def _take(self, trigger: RecordedEvent) -> bool:
        """Takes one turn; False when it waits for the model already and that is still away. Raises ModelAway."""
        turn = turn_of(trigger.message)
        if turn is None:
            # Its author was erased meanwhile.
            return True
        state = (await self.repository.load(trigger.stream_id)).state
        if state.messages.get(turn.answer_id) is not None:
            return True
        question_id = turn.question_id or _question_of(state, turn.replaces)
        question = state.messages.get(question_id)
        if question is None or question.deleted or turn.asked_by not in state.members:
            outcome: Message = _failed(turn, question_id, "the message to answer, or its author, is gone")
        elif turn.answer_id in state.delayed and not await self.generator.reachable():
            return False
        else:
            start = pb.AnswerStart(message_id=turn.answer_id, in_reply_to=question_id)
            # While it follows itself, this process tells those who come in the middle what was said so far.
            async with self.live.follow(turn.conversation_id):
                await self.live.publish(turn.conversation_id, pb.StreamConversationResponse(answer_start=start))
                try:
                    answer = await self._answer(state, turn, question_id, without_name(question.text))
                    answer.cards.extend(offers(state, question.text, answer))
                    outcome = talking.without_record(answer) if question.off_the_record else answer
                except CannotAnswer as error:
                    outcome = _failed(turn, question_id, str(error))
        await self._append(trigger, lambda present: talking.settle(present, outcome))
        return True

    async def _append(self, trigger: RecordedEvent, decide: Decide) -> None:
        try:
            await self.repository.execute(trigger.stream_id, sealed(decide), caused_by(trigger, _ACTOR))
        except KeyDestroyed:
            log.info("the turn of %s: whoever asked was erased meanwhile", trigger.event_id)

    async def _answer(self, state: Conversation, turn: Turn, question_id: str, question: str) -> events.AnswerCompleted:
        read_model = self.queries.read_model
        asker, said, own_event = await asyncio.gather(
            self._asker(state, turn.asked_by),
            read_model.message(question_id, turn.asked_by),
            read_model.event_of(question_id),
        )
        answer = events.AnswerCompleted(
            conversation_id=turn.conversation_id,
            message_id=turn.answer_id,
            in_reply_to=question_id,
            replaces=turn.replaces,
            asked_by=turn.asked_by,
            memory_space=state.remembered_in,
        )
        zone = _zone(asker.time_zone)
        asked = Asked(
            asker=asker,
            question=question,
            question_id=question_id,
            conversation=state,
            sent_at=(said.sent_at.ToDatetime(UTC) if said else utc_now()).astimezone(zone),
            cursor=said.cursor if said else 0,
            event_id=own_event,
            addressed=addresses_assistant(state, said.text) if said else True,
            own=said is not None and said.sender == f"person:{turn.asked_by}",
        )
        # A file without a word calls for no tool.
        if question.strip() and await self.tools.use(asked, answer):
            return answer
        attached = said.attachments if said else ()
        before = said.cursor if said else None
        notes, earlier, files = await asyncio.gather(
            self._notes(state, asker, own_event, question),
            read_model.messages(turn.conversation_id, turn.asked_by, before, 2 * MOST_HISTORY),
            self._files(attached),
        )
        history = history_of(earlier)
        answer.words_of.extend(_words_of(state, turn, question_id, notes, history))
        prompt = Prompt(
            asker=asker,
            now=utc_now().astimezone(zone),
            in_group=not state.is_direct,
            called=turn.called,
            notes=notes,
            history=history,
            question=with_files(shortened(question), attached),
            files=files,
        )
        return await self.generator.generate(prompt, answer)

    async def _files(self, attached: Sequence[pb.Attachment]) -> tuple[str, ...]:
        """How text files begin, as JSON strings; nothing while they are out of reach."""
        try:
            texts = await self.files.excerpts(attached)
        except (DomainError, KeyDestroyed) as error:
            log.warning("answering without files: %s", type(error).__name__)
            return ()
        return tuple(quoted(name, text) for name, text in texts)

    async def _notes(
        self, state: Conversation, asker: Principal, own_event: str, question: str
    ) -> tuple[memory.Memory, ...]:
        """What memory holds about it for this audience; nothing while memory is switched off or out of reach."""
        if not state.remembered_in or not question.strip():
            return ()
        try:
            recalled = await self.memory.recall(
                asker, question[:_LONGEST_QUERY], state.remembered_in, MOST_NOTES, [own_event] if own_event else []
            )
        except DomainError as error:
            log.warning("answering without memory: %s", error.reason)
            return ()
        return tuple(r.memory for r in recalled)

    async def _asker(self, state: Conversation, person_id: str) -> Principal:
        """Who asked, with their language and time zone where identity is in reach."""
        name = state.members[person_id].display_name
        try:
            profile = (await self.people.profiles([person_id])).get(person_id)
        except DomainError as error:
            log.warning("answering in English and UTC: %s", error.reason)
            profile = None
        if profile is None:
            return Principal(f"person:{person_id}", person_id, name)
        return Principal(
            f"person:{person_id}", person_id, profile.display_name or name, profile.time_zone, profile.language
        )


def _words_of(
    state: Conversation,
    turn: Turn,
    question_id: str,
    notes: Sequence[memory.Memory],
    history: Sequence[pb.Message],
) -> list[str]:
    """Whose words the model is shown: who asks, who said and noted what; and whose stand in its own earlier answers."""
    people = {turn.asked_by, *(note.speaker_id for note in notes)}
    # Somebody else may have wanted the question answered anew.
    if (question := state.messages.get(question_id)) is not None:
        people.add(question.sender_id)
    for line in history:
        known = state.messages.get(line.message_id)
        people.update(known.words_of if known is not None else ())
    return sorted(people - {""})


def _failed(turn: Turn, question_id: str, reason: str) -> events.AnswerFailed:
    return events.AnswerFailed(
        conversation_id=turn.conversation_id,
        message_id=turn.answer_id,
        in_reply_to=question_id,
        reason=reason,
        replaces=turn.replaces,
    )


def _question_of(state: Conversation, answer_id: str) -> str:
    known = state.messages.get(answer_id)
    return known.in_reply_to if known else ""


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
