"""What was decided, promised and left open in this conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.prompt import MOST_HISTORY
from madeleine_chat.application.summaries.summaries import MOST_QUESTION, Summaries, Wish
from madeleine_chat.application.tools.schemas import arguments_schema, text
from madeleine_chat.application.tools.tool import Arguments, Asked, Outcome
from madeleine_chat.domain.cues import cues


@dataclass(frozen=True, slots=True)
class Summarize:
    """Sums this conversation up, up to the question itself."""

    summaries: Summaries
    name: str = "summarize"
    kind: str = "summary"

    async def schema(self, asked: Asked) -> dict[str, Any]:
        """What to look for, and when."""
        return arguments_schema(question=text(MOST_QUESTION))

    async def arguments(self, asked: Asked) -> Arguments | None:
        """The message: it names the time and the topic."""
        return {"question": asked.question[:MOST_QUESTION]}

    async def checked(self, asked: Asked, proposed: Arguments) -> Arguments:
        """The message, whatever was proposed."""
        return {"question": asked.question[:MOST_QUESTION]}

    async def run(self, asked: Asked, arguments: Arguments) -> Outcome | None:
        """The summary with its messages; None where the messages themselves do better."""
        wish = Wish(arguments["question"], asked.sent_at, before=asked.cursor or None, chinese=asked.chinese)
        summary = await self.summaries.sum_up(asked.asker, asked.conversation.conversation_id, wish)
        # A plain question about a few lines is for the model, which is shown all of them.
        if summary.messages <= MOST_HISTORY and not cues(asked.question)["sum_up"]:
            return None
        card = pb.Card(kind=self.kind, title=asked.told("A summary", "总结"), text=summary.text)
        card.citations.extend(summary.citations)
        return Outcome(summary.text, card, summary.words_of)
