"""Uses tools in a turn: chooses one, fills its arguments in, does it once, and tells the outcome in the answer."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.ports import LiveBus
from madeleine_chat.application.tools.choosing import WRITES, Candidate, Choosing
from madeleine_chat.application.tools.failures import reason_of
from madeleine_chat.application.tools.schemas import fits
from madeleine_chat.application.tools.tool import Arguments, Asked, Outcome, Tool, Unfit
from madeleine_chat.domain.choice import NONE
from madeleine_chat.domain.cues import cues
from madeleine_common.errors import DomainError

log = logging.getLogger(__name__)

# It computes or steps back: its own verdict is better than any guess.
_PROVES_ITSELF = "records"
# Below this it was only tried, and its failure is nobody's concern.
_MEANT = 0.5


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The tools of a turn by name."""

    tools: Mapping[str, Tool]
    choosing: Choosing
    live: LiveBus

    async def use(self, asked: Asked, answer: events.AnswerCompleted) -> bool:
        """Fills `answer` in by a tool, shown live; False when the message only wants an answer in words."""
        began = time.monotonic()
        candidates = await self.choosing.candidates(asked.question, addressed=asked.addressed)
        known = [
            c for c in candidates if c.tool == NONE or (c.tool in self.tools and (asked.own or c.tool not in WRITES))
        ]
        while chosen := await self._chosen(asked, known):
            outcome = await self._used(asked, chosen, answer)
            if outcome is not None:
                await self._tell(outcome, asked, answer, began)
                return True
            del answer.calls[:]
            known.remove(chosen)
        return False

    async def _chosen(self, asked: Asked, known: Sequence[Candidate]) -> Candidate | None:
        """The next tool to try; None when talk is what is wanted."""
        if not known:
            return None
        proving = next((c for c in known if c.tool == _PROVES_ITSELF), None)
        chosen = proving or await self.choosing.choose(asked.question, known, asked.asker.person_id)
        return chosen if chosen.tool != NONE else None

    async def _used(self, asked: Asked, chosen: Candidate, answer: events.AnswerCompleted) -> Outcome | None:
        """What a tool made of it, failures told; None when it steps back."""
        tool = self.tools[chosen.tool]
        call = answer.calls.add(name=tool.name, confidence=chosen.probability)
        try:
            arguments = await self._arguments(asked, tool)
            call.arguments = json.dumps(arguments, ensure_ascii=False)
            return await tool.run(asked, arguments)
        except Unfit as unfit:
            # Who did not speak of reminding is better served by words than by "say when".
            if tool.name == "set_reminder" and not cues(asked.question)["remind"]:
                return None
            call.failure = str(unfit)
        except DomainError as error:
            log.warning("the tool %s failed: %s", tool.name, error.reason)
            if tool.name == _PROVES_ITSELF and chosen.probability < _MEANT:
                return None
            call.failure = reason_of(error, asked)
        card = pb.Card(kind=tool.kind, title=_title(tool.name, asked), failure=call.failure)
        said = asked.told(f"I could not do that: {call.failure}.", f"没能办到:{call.failure}。")
        return Outcome(said, card)

    async def _arguments(self, asked: Asked, tool: Tool) -> Arguments:
        """From the message itself, else as a model reads it and the message bears it out; raises Unfit."""
        schema = await tool.schema(asked)
        arguments = await tool.arguments(asked)
        if arguments is None:
            proposed = await self.choosing.propose(asked.question, tool.name, schema, asked.asker.person_id)
            arguments = await tool.checked(asked, proposed or {})
        if not fits(arguments, schema):
            raise Unfit(asked.told("I did not understand what exactly is wanted", "我没明白具体要做什么"))
        return arguments

    async def _tell(self, outcome: Outcome, asked: Asked, answer: events.AnswerCompleted, began: float) -> None:
        answer.cards.append(outcome.card)
        answer.citations.extend(outcome.card.citations)
        answer.memory_ids.extend(outcome.memory_ids)
        answer.words_of.extend(sorted((outcome.words_of | {asked.asker.person_id}) - {""}))
        answer.first_token_s = time.monotonic() - began
        # Line by line, as an answer of the model's comes word by word.
        for line in outcome.text.splitlines(keepends=True):
            delta = pb.AnswerDelta(message_id=answer.message_id, offset=len(answer.text), text=line)
            await self.live.publish(answer.conversation_id, pb.StreamConversationResponse(answer_delta=delta))
            answer.text += line
        answer.total_s = time.monotonic() - began


_TITLES = {
    "records": ("A figure", "数字"),
    "make_app": ("A new app", "新应用"),
    "edit_app": ("A change of an app", "修改应用"),
    "set_reminder": ("A reminder", "提醒"),
    "summarize": ("A summary", "总结"),
    "recall": ("What I remember", "我记得的"),
}


def _title(tool: str, asked: Asked) -> str:
    return asked.told(*_TITLES[tool])
