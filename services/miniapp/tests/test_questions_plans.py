"""Questions about what is planned: what went over its budget, what nobody sees to, days to go, days of a trip."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Asker, Subject

LEXICON = Lexicon(PackagedLibrary().all())
NOW = datetime(2026, 5, 20, 20, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ASKER = Asker("阿月", NOW, {"阿月": "阿月", "大刚": "大刚"}, {"阿月": "阿月", "大刚": "大刚"})


def _plan() -> s.AppSpec:
    spec = s.AppSpec(title="露营计划", currency="CNY")
    entity = spec.entities.add(name="安排", label="安排")
    entity.fields.add(name="行程", label="行程", type=s.FIELD_TYPE_CHOICE).choices.extend(["海岛", "草原"])
    entity.fields.add(name="日期", label="日期", type=s.FIELD_TYPE_DATE)
    entity.fields.add(name="时间", label="时间", type=s.FIELD_TYPE_TEXT)
    entity.fields.add(name="名称", label="名称", type=s.FIELD_TYPE_TEXT)
    entity.fields.add(name="类型", label="类型", type=s.FIELD_TYPE_CHOICE).choices.extend(["餐饮", "住宿", "交通"])
    entity.fields.add(name="状态", label="状态", type=s.FIELD_TYPE_CHOICE).choices.extend(["待预订", "已付款", "取消"])
    entity.fields.add(name="预算", label="预算", type=s.FIELD_TYPE_MONEY, unit="CNY")
    entity.fields.add(name="实付", label="实付", type=s.FIELD_TYPE_MONEY, unit="CNY")
    entity.fields.add(name="负责人", label="负责人", type=s.FIELD_TYPE_PERSON)
    return spec


def ask(question: str) -> Reading:
    spec = _plan()
    texts = {"名称": ["快艇", "湖边木屋（2晚）"]}
    subject = Subject(
        spec, spec.entities[0], True, ("负责人",), "app", texts, date(2026, 1, 10), date(2026, 7, 4), {"名称": 2}
    )
    return read(question, subject, ASKER, LEXICON)


def told(question: str) -> tuple[str, list[str]]:
    """What is computed, and the filters."""
    reading = ask(question)
    assert reading.computable, (question, reading.unplaced, reading.problem)
    assert reading.plan is not None
    assert reading.facts is not None
    return reading.plan.told, [c.told for c in reading.facts.conditions]


@pytest.mark.parametrize(
    ("question", "figure", "filters"),
    [
        ("海岛一共超支多少钱", "总和：超支", ["行程 = 海岛"]),
        ("海岛哪项超支最多，超了多少", "超支最高的记录", ["行程 = 海岛"]),
        ("实付比预算多出多少", "总和：超支", []),
        ("住宿比预算省了多少", "总和：节省", ["类型 = 住宿"]),
        ("各类型超支多少", "按类型：总和：超支", []),
        ("哪一类超支最厉害", "按类型：总和：超支", []),
        ("海岛有几项超预算了", "条数", ["实付 > 预算", "行程 = 海岛"]),
        ("没超预算的有几项", "条数", ["实付 ≤ 预算"]),
        ("超预算的餐饮一共花了多少", "总和：实付", ["实付 > 预算", "类型 = 餐饮"]),
        ("超支超过100块的有几项", "条数", []),
        ("how much over budget were we in total?", "sum of over budget", []),
        ("how many items went over budget", "number of records", ["实付 > 预算"]),
    ],
)
def test_what_went_over_its_budget_is_a_figure_and_a_filter(question: str, figure: str, filters: list[str]) -> None:
    computed, held = told(question)
    assert computed == figure
    assert held[: len(filters)] == filters


@pytest.mark.parametrize(
    ("question", "verdict"), [("海岛有没有超预算", "less"), ("did we stay within budget?", "more")]
)
def test_a_budget_is_gone_over_or_kept(question: str, verdict: str) -> None:
    reading = ask(question)
    assert reading.computable
    assert reading.plan is not None
    assert reading.plan.verdict == verdict


@pytest.mark.parametrize("question", ["没人负责的有哪些", "海岛有几项没人管", "哪些还没人认领"])
def test_what_nobody_sees_to_has_no_person(question: str) -> None:
    assert "负责人 –" in told(question)[1]


@pytest.mark.parametrize("question", ["没人想去的有哪些", "没人的安排有几个"])
def test_nobody_is_never_passed_over(question: str) -> None:
    assert not ask(question).computable


@pytest.mark.parametrize(
    ("question", "part"), [("海岛待预订的占百分之几", "待预订"), ("海岛超预算的项目占多少", "实付 > 预算")]
)
def test_a_share_is_of_those_that_are_said_first(question: str, part: str) -> None:
    computed, _ = told(question)
    assert part in computed
    assert "海岛" not in computed


@pytest.mark.parametrize(
    ("question", "figure", "filters"),
    [
        ("离出发去草原还有几天", "距下一条这样的记录的天数", ["行程 = 草原"]),
        ("还有多少天出发", "距下一条这样的记录的天数", []),
        ("草原哪天出发", "最早的记录", ["行程 = 草原"]),
        ("什么时候从草原回来", "最近的记录", ["行程 = 草原"]),
        ("草原几号到几号", "这样的记录的第一天和最后一天", ["行程 = 草原"]),
        ("草原第二天有什么安排", "相符的记录", ["行程 = 草原", "第二天"]),
        ("草原最后一天的预算是多少", "总和：预算", ["行程 = 草原", "最后一天"]),
        ("what's planned for day 3 of 草原", "相符的记录", ["行程 = 草原", "状态 ≠ 取消", "day 3"]),
        ("草原最后一项是什么", "最近的记录", ["行程 = 草原"]),
        ("晚上8点以后的安排有几个", "条数", []),
        ("快艇几点", "相符的记录", ["名称 ~ 快艇"]),
    ],
)
def test_days_of_what_is_planned(question: str, figure: str, filters: list[str]) -> None:
    assert told(question) == (figure, filters)


@pytest.mark.parametrize("question", ["第二天有什么安排", "还有几天到月底", "how many weeks until the trip"])
def test_days_of_nothing_are_refused(question: str) -> None:
    assert not ask(question).computable


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("草原人均预算多少", "总和：人均预算"),
        ("海岛人均花了多少钱", "总和：人均实付"),
        ("草原每个人要花多少", "总和：人均预算"),
        ("每个人负责的预算一共多少", "按负责人：总和：预算"),
        ("草原还剩多少没付啊", "总和：预算"),
        ("还有多少没付款的安排", "条数"),
        ("草原一共要花多少钱", "总和：预算"),
        ("草原预算还剩多少", "总和：预算 - 实付"),
        ("最便宜的住宿是哪个", "实付/预算最低的记录"),
        ("快艇多少钱", "总和：实付/预算"),
        ("两趟哪趟更贵", "按行程：总和：实付/预算"),
    ],
)
def test_which_amount_is_meant(question: str, figure: str) -> None:
    assert told(question)[0] == figure


@pytest.mark.parametrize(
    ("question", "verdict"),
    [("海岛的住宿都付款了吗", "none"), ("海岛的住宿付款了吗", "any"), ("快艇有人负责吗", "any")],
)
def test_all_of_them_or_any(question: str, verdict: str) -> None:
    reading = ask(question)
    assert reading.computable
    assert reading.plan is not None
    assert reading.plan.verdict == verdict


@pytest.mark.parametrize(
    ("question", "figure", "filters"),
    [
        ("哪天安排最满", "条数最多的day", []),
        ("住宿总共多少钱，按预算算", "总和：预算", ["类型 = 住宿"]),
        ("我们在海岛待了几天", "有记录的天数", ["行程 = 海岛"]),
        ("海岛最贵的一顿饭是哪顿", "实付/预算最高的记录", ["行程 = 海岛", "类型 = 餐饮"]),
        ("海岛还没预订的有几项", "条数", ["行程 = 海岛", "状态 = 待预订"]),
        ("五一那天有几项安排", "条数", []),
    ],
)
def test_how_people_speak_of_plans(question: str, figure: str, filters: list[str]) -> None:
    assert told(question) == (figure, filters)


def test_what_is_to_come_falls_on_the_next_such_day() -> None:
    reading = ask("六月有几项安排")
    assert reading.plan is not None
    assert reading.plan.spans[0].first == date(2026, 6, 1)


@pytest.mark.parametrize("question", ["海岛有几项安排？都付款了没", "待预订但已付款的有几项"])
def test_half_an_answer_is_none(question: str) -> None:
    assert not ask(question).computable


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("每个行程安排了几天", "按行程：天数"),
        ("海岛哪几项最贵，列前五", "实付/预算最高的记录"),
        ("海岛住宿预算平均一晚多少钱", "每晚预算"),
        ("还没预订的安排里谁的最多", "按负责人：条数"),
    ],
)
def test_days_nights_and_the_first_five(question: str, figure: str) -> None:
    assert told(question)[0] == figure


@pytest.mark.parametrize(
    "question", ["海岛谁花得最多", "我在海岛花了多少钱", "这项是谁加的", "海岛花了多少，回来呢", "大刚在海岛付了多少"]
)
def test_who_sees_to_things_did_not_pay_for_them(question: str) -> None:
    assert not ask(question).computable


@pytest.mark.parametrize(
    ("question", "figure", "filters"),
    [
        ("预算最少的类型是哪个", "按类型：总和：预算", []),
        ("上次去海岛住了几晚", "名称中的晚数", ["行程 = 海岛"]),
        ("我负责的里面预算过千的有几个", "条数", []),
        ("五一假期有几项安排", "条数", []),
    ],
)
def test_more_of_how_people_speak_of_plans(question: str, figure: str, filters: list[str]) -> None:
    assert told(question) == (figure, filters)


@pytest.mark.parametrize("question", ["草原比海岛多几天", "已付款的有几项，谁的最多"])
def test_what_is_not_told_whole_is_refused(question: str) -> None:
    assert not ask(question).computable


def test_examples_of_what_is_told_apart_restrict_nothing() -> None:
    assert told("按类型（交通、餐饮等等）列一下海岛的预算") == ("按类型：总和：预算", ["行程 = 海岛"])
