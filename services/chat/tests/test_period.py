"""The time that a question for a summary names, English and Chinese, in the asker's zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine_chat.application.summaries.period import period_of

_BERLIN = ZoneInfo("Europe/Berlin")
# A Wednesday.
_NOW = datetime(2026, 3, 11, 15, 30, tzinfo=_BERLIN)


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("what did we decide this week?", "2026-03-09T00:00", "2026-03-11T15:30"),
        ("sum up last week", "2026-03-02T00:00", "2026-03-09T00:00"),
        ("recap of yesterday please", "2026-03-10T00:00", "2026-03-11T00:00"),
        ("can you summarise today's chat", "2026-03-11T00:00", "2026-03-11T15:30"),
        ("what's been going on since Monday", "2026-03-09T00:00", "2026-03-11T15:30"),
        ("what has been said since yesterday", "2026-03-10T00:00", "2026-03-11T15:30"),
        ("recap of the past 3 days", "2026-03-08T15:30", "2026-03-11T15:30"),
        ("summarize the last hour", "2026-03-11T14:30", "2026-03-11T15:30"),
        ("I was away for two days, what happened", "2026-03-09T15:30", "2026-03-11T15:30"),
        ("what was discussed last night", "2026-03-10T18:00", "2026-03-11T05:00"),
        ("the decisions from this month", "2026-03-01T00:00", "2026-03-11T15:30"),
        ("what did Ben and Lena agree on last Friday", "2026-03-06T00:00", "2026-03-07T00:00"),
        ("what did we say on 3 March?", "2026-03-03T00:00", "2026-03-04T00:00"),
        ("总结一下今天聊了什么", "2026-03-11T00:00", "2026-03-11T15:30"),
        ("我们这周决定了什么", "2026-03-09T00:00", "2026-03-11T15:30"),
        ("上周都说了些啥", "2026-03-02T00:00", "2026-03-09T00:00"),
        ("上周五我们定了什么", "2026-03-06T00:00", "2026-03-07T00:00"),
        ("从周一到现在聊了什么", "2026-03-09T00:00", "2026-03-11T15:30"),
        ("最近三天的要点", "2026-03-08T15:30", "2026-03-11T15:30"),
        ("帮我概括一下昨天的讨论", "2026-03-10T00:00", "2026-03-11T00:00"),
        # No time named: thirty days.
        ("what did we decide about the hotel?", "2026-02-09T15:30", "2026-03-11T15:30"),
    ],
)
def test_a_time_that_is_named(question: str, start: str, end: str) -> None:
    period = period_of(question, _NOW)
    assert not period.unread
    assert not period.last
    assert period.start is not None
    assert (period.start.isoformat()[:16], period.end.isoformat()[:16]) == (start, end)


@pytest.mark.parametrize(
    ("question", "last"),
    [("tl;dr of the last 50 messages", 50), ("最近20条消息总结一下", 20), ("the last few messages, please", 3)],
)
def test_the_last_messages(question: str, last: int) -> None:
    assert period_of(question, _NOW).last == last


@pytest.mark.parametrize(
    "question",
    ["sum up what I missed", "catch me up", "anything since I last looked?", "我错过了什么", "我没看到的消息讲了什么"],
)
def test_what_the_asker_has_not_read(question: str) -> None:
    assert period_of(question, _NOW).unread
