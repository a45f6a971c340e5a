"""Given a talk in auto mode, when it was judged, then the AI speaks or is silent; and how its share holds it back."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from functools import partial, reduce

import pytest
from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.application.judging import sealed, subject_of
from madeleine_chat.domain import speaking, talking
from madeleine_chat.domain.conversation import Conversation, evolve
from madeleine_chat.domain.speaking import Manners, Verdict, threshold_of
from madeleine_chat.domain.turns import turn_of
from madeleine_common.testing import Scenario

C = "c"
NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
MANNERS = Manners(threshold=0.5, most_share=0.4)


def group(mode: pb.AssistantMode.ValueType = pb.ASSISTANT_MODE_AUTO) -> list[Message]:
    created = events.ConversationCreated(conversation_id=C, kind=pb.CONVERSATION_KIND_GROUP, assistant_mode=mode)
    people = [pb.Member(person_id=person, display_name=person.title()) for person in ("ana", "ben")]
    return [created, *(events.MemberAdded(conversation_id=C, member=member) for member in people)]


def said(message_id: str, sender: str = "ana", text: str = "how far is it?") -> events.MessageSent:
    return events.MessageSent(conversation_id=C, message_id=message_id, sender_id=sender, text=text)


def answered(message_id: str, question: str, replaces: str = "") -> events.AnswerCompleted:
    return events.AnswerCompleted(
        conversation_id=C, message_id=message_id, in_reply_to=question, text="far", replaces=replaces
    )


def verdict(score: float, answers: str = "q", asked_by: str = "ana") -> Verdict:
    return Verdict(score, answers, asked_by, "j")


def decided(**fields) -> events.SpeakingDecided:
    usual = {
        "conversation_id": C, "message_id": "q", "asked_by": "ana", "answers": "q", "threshold": 0.5,
        "reason": "score", "judge": "j",
    }  # fmt: skip
    return events.SpeakingDecided(**usual | fields)


def decide(score: float, message_id: str = "q", **more):
    def judged(state: Conversation) -> list[Message]:
        deciding = partial(speaking.decide, message_id=message_id, verdict=verdict(score, **more), manners=MANNERS)
        return [new.message for new in sealed(deciding)(state)]

    return judged


def given(*happened: Message) -> Scenario[Conversation]:
    return Scenario(Conversation(), evolve).given(*happened)


def state_after(*happened: Message) -> Conversation:
    return reduce(evolve, happened, Conversation())


def test_it_speaks_from_the_threshold_on_and_tells_why() -> None:
    given(*group(), said("q")).when(decide(0.5)).then(decided(score=0.5, speak=True))
    given(*group(), said("q")).when(decide(0.49)).then(decided(score=0.49, speak=False))


def test_only_in_auto_mode() -> None:
    for mode in (pb.ASSISTANT_MODE_SILENT, pb.ASSISTANT_MODE_MENTION):
        given(*group(mode), said("q")).when(decide(0.99)).then()


def test_a_message_is_decided_about_once() -> None:
    given(*group(), said("q"), decided(score=0.9, speak=True)).when(decide(0.9)).then()


def test_of_a_burst_only_the_latest_is_judged() -> None:
    given(*group(), said("q"), said("r", "ben")).when(decide(0.9)).then()
    given(*group(), said("q"), said("r", "ben")).when(decide(0.9, "r")).then(
        decided(score=0.9, speak=True, message_id="r")
    )


def test_what_is_gone_is_not_decided_about() -> None:
    given(*group()).when(decide(0.9)).then()
    given(*group(), said("q")).when(decide(0.9, asked_by="eve")).then()


def test_the_turn_follows_from_the_decision_to_speak() -> None:
    turn = turn_of(decided(speak=True, message_id="r"))
    assert turn is not None
    assert (turn.question_id, turn.asked_by) == ("q", "ana")
    assert turn_of(decided(speak=False)) is None
    # The message that called the AI by name is what its turn follows from.
    assert turn_of(decided(speak=True, reason="addressed")) is None
    assert subject_of(decided(), Conversation()) == "person:ana"


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("Madeleine, how far is it?", True),
        ("hey madeleine what's the plan", True),
        ("how far is it @Madeleine", True),
        ("@AI help", True),
        ("玛德琳,几点了", True),
        ("嘿 玛德琳 几点了", True),
        ("Madeleine said it was closed", False),
        ("madeleines are cakes", False),
        ("thank you @Madeleine", False),
        ("my aunt is called Madeleine", False),
        ("昨天玛德琳推荐的书不错", False),
    ],
)
def test_in_auto_mode_it_is_called_by_its_name_not_spoken_of(text: str, called: bool) -> None:
    state = state_after(*group())
    (sent,) = talking.send(state, actor="ana", actor_name="", message_id="q", text=text, in_reply_to="", now=NOW)
    assert isinstance(sent, events.MessageSent)
    assert sent.addresses_assistant == called


def test_who_calls_it_by_name_is_heard_whatever_its_share() -> None:
    talk = [answered(f"a{i}", "q") for i in range(20)]
    state = state_after(*group(), said("q"), *talk, said("r"))
    (noted,) = speaking.addressed(state, message_id="r", asked_by="ana", manners=MANNERS)
    assert isinstance(noted, events.SpeakingDecided)
    assert (noted.speak, noted.reason, noted.share) == (True, "addressed", 19 / 20)


def test_a_new_answer_in_place_of_another_is_no_more_of_the_talk() -> None:
    state = state_after(*group(), said("q"), answered("a", "q"), answered("b", "q", replaces="a"))
    assert state.talk.share == 1 / 20


def test_its_share_raises_the_threshold_and_ends_at_the_most() -> None:
    thresholds = [threshold_of(0.5, share / 20, 0.4) for share in range(9)]
    assert thresholds[0] == thresholds[3] == 0.5
    assert thresholds == sorted(thresholds)
    assert 0.5 < thresholds[5] < thresholds[7] < 1
    assert thresholds[8] == 1
    talk = [m for i in range(6) for m in (said(f"m{i}"), answered(f"a{i}", f"m{i}"))]
    given(*group(), *talk, said("q")).when(decide(0.6)).then(
        decided(score=0.6, speak=False, share=6 / 20, reason="cool_down", threshold=threshold_of(0.5, 0.3, 0.4))
    )


@pytest.mark.parametrize("most", [0.05, 0.2, 0.4, 0.7])
@pytest.mark.parametrize("seed", range(5))
def test_it_never_dominates_however_much_it_is_asked(most: float, seed: int) -> None:
    chance = random.Random(seed)
    manners = Manners(0.5, most)
    state = state_after(*group())
    spoke = 0
    for n in range(200):
        # Eager: nearly always sure that it should speak.
        score = chance.choice((0.3, 0.9, 0.999, 1.0))
        state = evolve(state, said(f"m{n}", chance.choice(("ana", "ben"))))
        (told,) = speaking.decide(state, message_id=f"m{n}", verdict=verdict(score, f"m{n}"), manners=manners)
        assert isinstance(told, events.SpeakingDecided)
        assert told.share == state.talk.share
        state = evolve(state, told)
        if told.speak:
            spoke += 1
            state = evolve(state, answered(f"a{n}", f"m{n}"))
        assert state.talk.share <= most + 1e-9
    assert spoke > 0
