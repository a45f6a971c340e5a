"""What belongs into the minutes of a talk, and which of it a summary shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from madeleine_chat.domain.minutes import DECIDED, KINDS, OPEN, TODO, Line, Note, notes, topic_of
from madeleine_chat.domain.summing import MOST, SHORTLIST, about, focus_of, select, shortlist

_START = datetime(2026, 3, 10, 10, tzinfo=UTC)


def talk(*said: str) -> list[Line]:
    """Lines of "Name: text", a minute apart."""
    lines = []
    for i, one in enumerate(said):
        name, text = one.split(": ", 1)
        at = _START + timedelta(minutes=i)
        lines.append(Line(str(i), name, name, text, at, by_assistant=name == "AI"))
    return lines


def kinds(*said: str) -> dict[int, str]:
    return {note.at: note.kind for note in notes(talk(*said)) if note.kind != "said"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("Ana: lake or park?", "Ben: park is full", "Ana: ok, lake it is then"), {2: DECIDED}),
        # A proposal counts when somebody takes it up, and not when somebody objects.
        (("Ana: how about Lisbon in May", "Ben: sounds good"), {0: DECIDED}),
        (("Ana: how about Lisbon in May", "Ben: no, too far for me"), {}),
        (("Ana: how about Lisbon in May",), {0: OPEN}),
        (("Ana: nothing is decided yet, let's talk tomorrow", "Ben: ok"), {}),
        # Others' decisions are no matter of this group's.
        (("Ana: my boss decided to go to Rome", "Ben: lucky him"), {}),
        (("Ana: I'll bring bread and cheese", "Ben: great"), {0: TODO}),
        (("Ana: Ben, can you look for flats?", "Ben: sure"), {0: TODO}),
        (("Ana: does anyone have a big blanket?",), {0: OPEN}),
        (("Ana: what time does it start?", "Ben: at eight"), {}),
        (("Ana: who has the key?", "Ben: no idea, sorry"), {0: OPEN}),
        (("小北: 周末去爬山吗", "阿亮: 去", "小北: 那就百望山吧", "阿亮: 好"), {2: DECIDED}),
        (("小美: 音响交给我", "班长: 好"), {0: TODO}),
        (("小周: 停车场要钱吗",), {0: OPEN}),
        (("小周: 还没决定要不要换新的", "老陈: 再说吧"), {}),
        # What the AI said is never summed up, but it may answer.
        (("Ana: when does the train leave?", "AI: the train leaves at 8:15, we agreed"), {}),
    ],
)
def test_what_is_noted(said: tuple[str, ...], expected: dict[int, str]) -> None:
    assert kinds(*said) == expected


def test_a_reply_answers_a_question_however_late() -> None:
    lines = talk(
        "Ana: does anyone have a big blanket?", *(f"Ben: haha {i}?" for i in range(9)), "Cleo: yes, a blue one"
    )
    assert OPEN in {note.kind for note in notes(lines)}
    reply = Line("10", "Cleo", "Cleo", lines[-1].text, lines[-1].at, in_reply_to="0")
    assert OPEN not in {note.kind for note in notes([*lines[:-1], reply]) if note.at == 0}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what did we decide this week?", (DECIDED,)),
        ("who is doing what?", (TODO,)),
        ("what is still open?", (OPEN,)),
        ("what did we agree on and who does what", (DECIDED, TODO)),
        ("sum up what I missed", KINDS),
        ("我们这周决定了什么", (DECIDED,)),
        ("谁负责做什么", (TODO,)),
    ],
)
def test_a_question_names_headings(question: str, expected: tuple[str, ...]) -> None:
    assert focus_of(question) == expected


def test_a_topic_is_what_is_left_of_a_question() -> None:
    assert topic_of("what did we decide about the hotel this week?") == {"hotel"}
    assert topic_of("sum up what I missed") == set()
    assert topic_of("酒店我们决定了什么") == {"酒店"}


def test_a_topic_keeps_what_is_said_around_it() -> None:
    lines = talk(
        "Ana: the hotel is too expensive", "Ben: we take the flat then", *["Cleo: haha"] * 5, "Ana: we go by train then"
    )
    found = notes(lines)
    assert [n.at for n in about(lines, found, {"hotel"}) if n.kind == DECIDED] == [1]
    assert about(lines, found, set()) == found
    # Nothing on it: better what there is, as it was said, than nothing.
    assert about(lines, found, {"visa"}) == found


def test_a_summary_is_short_and_says_nothing_twice() -> None:
    many = [Note(i, DECIDED, f"we take number {i} of plan{i} with colour{i}", 1.0) for i in range(200)]
    assert len(shortlist(many, [DECIDED])) == SHORTLIST
    assert len(select(shortlist(many, [DECIDED]))) == MOST[DECIDED]
    twice = [Note(0, DECIDED, "we take the flat in Alfama", 1.0), Note(9, DECIDED, "we take the flat in Alfama!", 1.0)]
    assert [note.at for note in select(twice)] == [9]


def test_meaning_decides_what_is_near_to_the_question() -> None:
    found = [Note(i, "said", text, 0.5) for i, text in enumerate(("a 1", "b 2", "c 3", "d 4", "e 5", "f 6"))]
    vectors = [[1.0, 0.0]] * 5 + [[0.0, 1.0]]
    assert 5 in {note.at for note in select(found, vectors, [0.0, 1.0])}
    assert len(select(found, vectors, [0.0, 1.0])) == MOST["said"]
