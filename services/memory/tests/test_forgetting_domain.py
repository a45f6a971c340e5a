"""What lasts, what is over, what recurs, what is worth keeping, and what people wish for: without an embedder."""

from __future__ import annotations

import json
import math
import time
from datetime import UTC, datetime, timedelta

import pytest

from madeleine_memory.domain import recurrence, supersession
from madeleine_memory.domain.learned import shipped, trying
from madeleine_memory.domain.recurrence import distinct_days, repeated, repeating
from madeleine_memory.domain.remarks import Remark, content, relations
from madeleine_memory.domain.supersession import closed, closes, closing, doubts, replaces
from madeleine_memory.domain.value import base_level, floor, value
from madeleine_memory.domain.wishes import Wish, forget_wish, meant, pin_wish
from madeleine_memory.domain.worth import worth

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def said(text: str, speaker: str = "Ana", worthy: float = 0.9, vector: list[float] | None = None) -> Remark:
    return Remark(text, speaker, worthy, vector)


def unit(*values: float) -> list[float]:
    length = math.sqrt(sum(v * v for v in values))
    return [v / length for v in values]


LASTING = [
    "I'm allergic to penicillin, it was nearly the end of me",
    "my daughter Ilse is deaf, we sign at home",
    "every tuesday at six I have physio",
    "my passport number is K88213, valid until 2031",
    "我对花粉过敏，春天出门要戴口罩",
    "我妹妹叫子涵，在武汉读研究生",
    "媽媽每個禮拜三去透析",
]
PASSING = [
    "a pigeon stole my chip",
    "rain again",
    "the lift smells of soup",
    "今天好冷",
    "路上看到一隻白貓",
    "lost a button",
]


@pytest.mark.parametrize("text", LASTING)
def test_what_lasts_is_worth_keeping_by_its_text_alone(text: str) -> None:
    assert 0.5 < worth(text, None) < 1


@pytest.mark.parametrize("text", PASSING)
def test_passing_talk_is_worth_little(text: str) -> None:
    assert 0 < worth(text, None) < 0.3


def test_a_vector_counts_along_the_learned_direction_and_only_of_the_model_it_was_learned_with() -> None:
    text, learned = "the usual, you know", shipped("worth.json")
    direction = learned["vector"]["direction"]
    along, against = unit(*direction), unit(*(-d for d in direction))
    assert len(direction) == 384
    assert worth(text, along) > 0.9 > 0.1 > worth(text, against)
    assert worth(text, along, learned["model_id"]) == worth(text, along)
    assert worth(text, along, "another") == worth(text, None)


def test_an_empty_text_and_a_huge_one_have_some_worth() -> None:
    assert 0 < worth("", None) < 1
    assert 0 < worth("1 " * 5000, None) < 1


def test_content_words_are_few_and_unspaced_scripts_come_in_pairs() -> None:
    assert content("I was walking the dogs and it's raining") == {"walk", "dog", "rain"}
    assert {"高铁", "上班"} <= content("坐高铁上班了")


OPEN = [
    "I live in Porto, near the river",
    "my dentist is Dr Amsel",
    "yoga on wednesdays at seven",
    "allergic to walnuts",
    "my sister Paloma studies medicine",
]


@pytest.mark.parametrize(
    ("newer", "place"),
    [
        ("moved to Braga, my new address is Rua Nova 8", 0),
        ("Dr Amsel retired, my dentist is Dr Voss now", 1),
        ("yoga moved to saturdays at ten", 2),
    ],
)
def test_a_change_closes_the_one_remark_that_it_changes(newer: str, place: int) -> None:
    assert closed(said(newer), [said(text) for text in OPEN]) == place


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        # Without vectors, a word in common is needed: 搬家了 alone does not close 我住在南京.
        ("跟阿杰分手了", "男朋友叫阿杰"),
        ("书法课改到礼拜天下午了", "每周二晚上练书法"),
        ("搬到苏州了，房租三千", "我住在南京，房租两千五"),
    ],
)
def test_a_change_is_told_in_chinese_too(newer: str, older: str) -> None:
    others = [said("我弟在台東當消防員"), said("我对芒果过敏")]
    assert closed(said(newer), [*others, said(older)]) == 2


@pytest.mark.parametrize(
    "newer",
    [
        "yoga was full today",
        "Paloma sent a photo of a lighthouse",
        "my brother is allergic to bees",
        "the river was high today",
        "ate a pear",
    ],
)
def test_what_only_touches_the_same_matter_closes_nothing(newer: str) -> None:
    assert closed(said(newer, worthy=0.5), [said(text) for text in OPEN]) is None


def test_nobody_closes_what_another_said() -> None:
    newer = said("yoga moved to saturdays at ten")
    assert closes(newer, said(OPEN[2]), [said(t) for t in OPEN[:2]]) >= supersession.threshold()
    assert closing(newer, [said(OPEN[2], "Tom"), said(OPEN[1], "Tom")]) == [0.0, 0.0]
    assert closed(newer, [said(OPEN[2], "Tom")]) is None
    assert closed(newer, []) is None
    assert repeating(said("yoga wednesday again"), [said(OPEN[2], "Tom")]) == [0.0]


def test_what_another_of_the_household_says_makes_doubtful_what_it_would_close() -> None:
    lease = [said("the lease runs till august, the rent is 1,650", "Tom"), said("the lift smells of soup", "Tom")]
    assert closed(said("new lease signed, the rent is 1,720 now"), lease) is None
    assert list(doubts(said("new lease signed, the rent is 1,720 now"), lease)) == [0]
    assert doubts(said("the lift is broken"), lease) == {}
    assert doubts(said("anything"), []) == {}


def test_only_the_likeliest_two_become_doubtful() -> None:
    olders = [said(f"my desk is on floor {i}, by the window") for i in range(3, 8)]
    assert 0 < len(doubts(said("they moved my desk, floor 9 by the window now"), olders)) <= 2


def test_the_likelier_a_change_the_less_well_it_need_answer() -> None:
    least = float(shipped("supersession.json")["doubtful"])
    assert replaces(least, 0.85, 0.85)
    assert not replaces(least, 0.84, 0.85)
    assert replaces(20 * least, 0.84, 0.85)
    assert not replaces(20 * least, 0.6, 0.85)


def test_others_among_the_olders_keep_their_places() -> None:
    newer = said("moved to Braga, my new address is Rua Nova 8")
    mixed = [said("I live in Faro", "Tom"), *(said(text) for text in OPEN)]
    alone = closing(newer, mixed[1:])
    assert closing(newer, mixed) == [0.0, *alone]


def test_the_nearest_vector_is_the_likelier_object_of_a_change() -> None:
    newer = said("that's over, it is another one now", vector=unit(1, 0.1, 0))
    near, far = (
        said("something quite different", vector=unit(1, 0, 0)),
        said("a wholly unlike fact", vector=unit(0, 1, 0)),
    )
    found = closing(newer, [far, near])
    assert found[1] > found[0]


def test_what_is_usual_may_come_from_the_caller() -> None:
    newer = said("x", vector=unit(1, 0))
    olders = [said("y", vector=unit(1, 0)), said("z", vector=unit(1, 1))]
    by_default, told = relations(newer, olders), relations(newer, olders, usual=0.5)
    assert by_default[0]["nearer"] == pytest.approx(10 * (1 - math.sqrt(0.5)))
    assert told[0]["nearer"] == pytest.approx(5)
    assert [pair["nearest"] for pair in told] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("yoga wednesday again, my back says thanks", "yoga on wednesdays at seven"),
        ("又是周四，陪奶奶透析", "周四照例陪奶奶去透析，下午两点"),
    ],
)
def test_talk_that_recurs_is_the_same_memory(newer: str, older: str) -> None:
    others = [said("allergic to walnuts"), said("我住在成都")]
    assert repeated(said(newer, worthy=0.6), [*others, said(older)]) == 2


def test_another_fact_or_a_change_is_no_repetition() -> None:
    olders = [said(text) for text in OPEN]
    assert repeated(said("my son Leo plays the oboe"), olders) is None
    assert repeated(said("yoga moved to saturdays at ten"), olders) is None
    assert repeated(said("anything"), []) is None


def test_without_anything_in_common_nearness_alone_repeats_nothing() -> None:
    same = unit(1, 0.2)
    assert repeating(said("quux", vector=same), [said("plugh", vector=same)]) == [0.0]


def test_a_day_counts_once() -> None:
    assert distinct_days([NOW, NOW + timedelta(hours=3), NOW - timedelta(days=2)]) == 2
    assert distinct_days([]) == 0


def test_value_grows_with_worth_use_and_days_and_fades_with_age() -> None:
    week, hour = timedelta(days=7), timedelta(hours=1)
    once = value(0.5, [NOW - week], NOW)
    assert value(0.8, [NOW - week], NOW) > once
    assert value(0.5, [NOW - hour], NOW) > once > value(0.5, [NOW - 10 * week], NOW)
    same_day = value(0.5, [NOW - week, NOW - week + hour], NOW)
    two_days = value(0.5, [NOW - week, NOW - week + timedelta(days=1)], NOW)
    assert once < same_day < two_days


def test_the_base_level_is_as_act_r_has_it() -> None:
    assert base_level([NOW - timedelta(days=4)], NOW) == pytest.approx(math.log(0.5))
    assert base_level([NOW - timedelta(days=4), NOW - timedelta(days=16)], NOW) == pytest.approx(math.log(0.75))
    assert base_level([NOW + timedelta(days=1)], NOW) == base_level([NOW], NOW) == pytest.approx(math.log(24**0.5))
    assert base_level([], NOW) == -math.inf


def test_what_lasts_outlives_years_and_passing_talk_goes_within_days() -> None:
    assert value(0.95, [NOW - timedelta(days=3 * 365)], NOW) > floor()
    assert value(0.03, [NOW - timedelta(days=2)], NOW) < floor()


def test_what_is_tried_takes_the_place_of_what_is_shipped_and_gives_it_back() -> None:
    before = floor()
    with trying({"value.json": {**shipped("value.json"), "floor": 7.5}}):
        assert floor() == 7.5
    assert floor() == before


@pytest.mark.parametrize("name", ["worth.json", "supersession.json", "recurrence.json", "value.json"])
def test_files_are_small_and_say_what_they_were_fitted_on(name: str) -> None:
    content_of = shipped(name)
    assert content_of["fitted_on"]
    assert content_of["left_out"]["found"]
    assert len(json.dumps(content_of)) < 20_000
    assert 0 < recurrence.threshold() < 1
    assert 0 < supersession.threshold() < 1


FORGET = [
    ("forget that", Wish("", True)),
    ("Madeleine, please forget what I just said.", Wish("", True)),
    ("don't remember that please", Wish("", True)),
    ("刚才那句当我没说", Wish("", True)),
    ("剛剛說的請忘掉", Wish("", True)),
    ("这条别记", Wish("", True)),
    ("forget what I said about Ola", Wish("Ola", False, False)),
    ("hey madeleine, could you forget the thing about my therapist?", Wish("my therapist", False)),
    ("delete what I told you about my salary", Wish("my salary", False, False)),
    ("请忘掉关于阿强的事", Wish("阿强", False, False)),
]


@pytest.mark.parametrize(("text", "wish"), FORGET)
def test_a_wish_to_forget_says_what(text: str, wish: Wish) -> None:
    assert forget_wish(text) == wish


@pytest.mark.parametrize(
    "text",
    [
        "don't forget the milk",
        "I forget",
        "I forget things when I'm tired",
        "forget about it, I will go alone",
        "forget it, I'll walk",
        "never forget where you come from",
        "did you forget?",
        "let's forget about work tonight",
        "Tom, forget what I said",
        "delete the photo from the album",
        "forget the milk, we have enough",
        "don't let me forget mum's birthday",
        "别忘了带伞",
        "不要忘记吃药",
        "我忘了带钥匙",
        "忘不了那天",
        "老是忘东西",
        "別忘了明天開會",
        "删掉这张照片吧",
        "",
    ],
)
def test_talk_of_forgetting_is_no_wish(text: str) -> None:
    assert forget_wish(text) is None


def test_the_ai_may_have_another_name() -> None:
    assert forget_wish("Robin, forget what I said", "Robin") == Wish("", True)
    assert forget_wish("Robin, forget what I said") is None


def test_a_wish_means_the_last_remark_or_what_its_words_fit() -> None:
    olders = [said("Ola has debts"), said("Ola's party was fun"), said("bought plums")]
    assert meant(Wish("", True), olders) == [2]
    assert meant(Wish("Ola", False, one=False), olders) == [0, 1]
    assert meant(Wish("the debts", False), olders) == [0]
    # One thing about Ola, just after it was said.
    assert meant(Wish("Ola", False), olders[:2]) == [1]
    assert meant(Wish("Zoe", False), olders) == []
    assert meant(Wish("", True), []) == []


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("pin this: gate code 4411#", "gate code 4411#"),
        ("Madeleine, please remember this: I hate olives", "I hate olives"),
        ("My number at work, pin it: 0555 210", "My number at work, 0555 210"),
        ("don't forget: the alarm is 5519", "the alarm is 5519"),
        ("please remember that my son is deaf", "my son is deaf"),
        ("记住：我对花生过敏", "我对花生过敏"),
        ("幫我釘住：外婆的生日是三月三", "外婆的生日是三月三"),
        ("请帮我记住我的车牌是京A", "我的车牌是京A"),
    ],
)
def test_a_wish_to_keep_gives_the_statement(text: str, statement: str) -> None:
    assert pin_wish(text) == statement


@pytest.mark.parametrize(
    "text",
    [
        "remember to call Ana",
        "remember that time we got lost?",
        "I remember: it was cold",
        "do you remember this?",
        "my pin is 4411",
        "don't forget the milk",
        "记得买牛奶",
        "我记住了",
        "你记住我的名字了吗",
        "别忘了带伞",
        "",
    ],
)
def test_a_reminder_is_no_wish_to_keep(text: str) -> None:
    assert pin_wish(text) is None


@pytest.mark.parametrize("text", ["so no please " * 3000, "hm" * 5000, "的忘" * 5000, "pin " * 5000, "a," * 9000])
def test_long_texts_take_no_long_time(text: str) -> None:
    started = time.perf_counter()
    forget_wish(text)
    pin_wish(text)
    worth(text, None)
    content(text)
    assert time.perf_counter() - started < 2
