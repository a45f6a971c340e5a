"""ChatService: summaries."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.api.base import ChatRoom
from madeleine_chat.application.summaries.summaries import LONGEST, MOST_QUESTION, Summaries, Wish
from madeleine_chat.domain.cues import is_chinese
from madeleine_common.auth import Principal, require_person
from madeleine_common.commands import utc_now
from madeleine_common.rpc.checks import Checks


class SummariesApi(ChatRoom):
    """RPCs that sum up."""

    summaries: Summaries

    async def SummarizeConversation(
        self, request: pb.SummarizeConversationRequest, context
    ) -> pb.SummarizeConversationResponse:
        caller = require_person()
        start, end = _checked(request)
        chinese = is_chinese(request.question) if request.question else caller.language.startswith("zh")
        now = utc_now().astimezone(_zone(caller))
        wish = Wish(request.question.strip(), now, start, end, chinese=chinese)
        summary = await self.summaries.sum_up(caller, request.conversation_id, wish)
        response: Any = pb.SummarizeConversationResponse(
            text=summary.text, citations=summary.citations, messages=summary.messages
        )
        # "from" is a word of Python's.
        getattr(response, "from").FromDatetime(summary.start)
        response.to.FromDatetime(summary.end)
        return response


def _checked(request: pb.SummarizeConversationRequest) -> tuple[datetime | None, datetime | None]:
    """(from, to), each if given; raises Invalid."""
    checks = Checks()
    checks.id("conversation_id", request.conversation_id)
    checks.text("question", request.question, least=0, most=MOST_QUESTION)
    start = checks.moment("from", getattr(request, "from")) if request.HasField("from") else None
    end = checks.moment("to", request.to) if request.HasField("to") else None
    until = end or utc_now()
    if start is not None and start > until:
        checks.bad("from", "must not be after to")
    elif start is not None and until - start > LONGEST:
        checks.bad("from", f"must be at most {LONGEST.days} days before to")
    checks.done()
    return start, end


def _zone(caller: Principal) -> ZoneInfo:
    try:
        return ZoneInfo(caller.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
