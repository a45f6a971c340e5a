"""Questions about trips: which of two fields a name is meant of, what is planned, meals, and what falls to each."""

from __future__ import annotations

from datetime import date

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Subject

from .test_questions_plans import ASKER, LEXICON


def _ask(question: str) -> Reading:
    spec = s.AppSpec(title="自驾计划", currency="CNY")
    entity = spec.entities.add(name="项目", label="项目")
    choices = {
        "行程": ["青岛", "江西"],
        "城市": ["青岛", "崂山", "婺源", "景德镇", "南昌"],
        "类型": ["餐饮", "住宿", "景点"],
        "状态": ["待预订", "已付款", "取消"],
    }
    for name, values in choices.items():
        entity.fields.add(name=name, label=name, type=s.FIELD_TYPE_CHOICE).choices.extend(values)
    entity.fields.add(name="日期", label="日期", type=s.FIELD_TYPE_DATE)
    entity.fields.add(name="名称", label="名称", type=s.FIELD_TYPE_TEXT)
    entity.fields.add(name="预算", label="预算", type=s.FIELD_TYPE_MONEY, unit="CNY")
    entity.fields.add(name="实付", label="实付", type=s.FIELD_TYPE_MONEY, unit="CNY")
    entity.fields.add(name="负责人", label="负责人", type=s.FIELD_TYPE_PERSON)
    texts = {"名称": ["八大关", "篁岭索道"]}
    days = date(2026, 1, 10), date(2026, 7, 4)
    subject = Subject(spec, entity, True, ("负责人",), "app", texts, *days, {"名称": 2})
    return read(question, subject, ASKER, LEXICON)


@pytest.mark.parametrize(
    ("question", "figure", "filters"),
    [
        # 玩 of a whole trip is no kind of thing done on it.
        ("青岛玩下来人均花了多少钱", "总和：人均实付", {"行程 = 青岛"}),
        ("江西玩一趟人均预算多少", "总和：人均预算", {"行程 = 江西"}),
        # 一顿 is a meal.
        ("江西最便宜的一顿是哪顿，花了多少", "实付最低的记录", {"行程 = 江西", "类型 = 餐饮"}),
        ("江西最贵的一顿", "实付/预算最高的记录", {"行程 = 江西", "类型 = 餐饮"}),
        ("江西吃一顿一般多少钱，取中位数", "中位数：实付/预算", {"行程 = 江西", "类型 = 餐饮"}),
        ("江西一顿饭一般多少钱", "平均：实付/预算", {"行程 = 江西", "类型 = 餐饮"}),
        ("江西最便宜的一项花了多少", "实付最低的记录", {"行程 = 江西"}),
        # What was cancelled is not planned, nor still open; it is there, though.
        ("婺源排了哪些景点", "相符的记录", {"城市 = 婺源", "类型 = 景点", "状态 ≠ 取消"}),
        ("婺源安排了哪些住宿", "相符的记录", {"城市 = 婺源", "类型 = 住宿", "状态 ≠ 取消"}),
        ("婺源有哪些景点", "相符的记录", {"城市 = 婺源", "类型 = 景点"}),
        ("婺源取消了哪些景点", "相符的记录", {"城市 = 婺源", "类型 = 景点", "状态 = 取消"}),
        ("江西还有哪几项没人认领负责", "相符的记录", {"行程 = 江西", "负责人 –", "状态 ≠ 取消"}),
        ("江西里面日期还空着的有哪些啊", "相符的记录", {"行程 = 江西", "日期 –", "状态 ≠ 取消"}),
        ("江西有哪些没人负责", "相符的记录", {"行程 = 江西", "负责人 –"}),
        # A name of two fields is meant of the one that what it stands beside has.
        ("崂山和青岛市区，实际哪边花得多？各多少", "总和：实付", {"城市 = 崂山", "城市 = 青岛"}),
        ("青岛和江西哪边预算高", "总和：预算", {"行程 = 青岛", "行程 = 江西"}),
        ("青岛市区一共花了多少", "总和：实付", {"城市 = 青岛"}),
        # What is asked of each is told of each.
        ("江西有哪些住宿，预算分别多少", "相符的记录", {"行程 = 江西", "类型 = 住宿"}),
        ("青岛哪几项超了预算，各超了多少", "相符的记录", {"行程 = 青岛", "实付 > 预算"}),
        ("江西的景点有哪些，在哪个城市", "相符的记录", {"行程 = 江西", "类型 = 景点"}),
        ("江西的景点按预算从高到低", "相符的记录，按预算", {"行程 = 江西", "类型 = 景点"}),
        ("江西有几家住宿待预订，分别是哪些", "相符的记录", {"行程 = 江西", "类型 = 住宿", "状态 = 待预订"}),
        ("江西每天几个景点", "条数，按day", {"行程 = 江西", "类型 = 景点"}),
        ("江西各城市的项数和预算", "条数、总和：预算，按城市", {"行程 = 江西"}),
        ("江西每种类型预算多少", "按类型：总和：预算", {"行程 = 江西"}),
        ("江西各城市几个景点、预算一共多少", "条数、总和：预算，按城市", {"行程 = 江西", "类型 = 景点"}),
        (
            "江西有几个景点，其中几个待预订",
            "条数、条数 (状态 = 待预订)",
            {"行程 = 江西", "类型 = 景点", "状态 = 待预订"},
        ),
        ("江西三个城市按预算从高到低排一下", "按城市：总和：预算", {"行程 = 江西"}),
        # A few that are told apart are all there are; a measure word names the trips.
        ("江西几个城市的预算分别是多少", "按城市：总和：预算", {"行程 = 江西"}),
        ("哪趟最贵", "按行程：总和：实付/预算", set()),
        # Together, they are told apart no more.
        ("两趟加起来谁负责的最多", "按负责人：条数", set()),
        (
            "both trips together, who is in charge of the most items",
            "number of records by 负责人, highest first",
            set(),
        ),
        # Said with stress, at length, or of a state.
        ("江西哪几项连日期都还没定", "相符的记录", {"行程 = 江西", "日期 –", "状态 ≠ 取消"}),
        ("江西还停在“待预订”的有哪些", "相符的记录", {"行程 = 江西", "状态 = 待预订"}),
        ("婺源一共花掉多少钱", "总和：实付", {"城市 = 婺源"}),
        ("江西玩的那几天住宿花了多少", "总和：实付", {"行程 = 江西", "类型 = 住宿"}),
        # Whom nobody was named for, and what costs nothing.
        ("江西还没说好谁负责的有哪些", "相符的记录", {"行程 = 江西", "负责人 –", "状态 ≠ 取消"}),
        ("which items have nobody named yet", "records that match", {"负责人 –"}),
        ("江西有哪些不用花钱的景点", "相符的记录", {"行程 = 江西", "类型 = 景点", "预算 = 0"}),
        ("which sights are free", "records that match", {"类型 = 景点", "预算 = 0"}),
        ("预算为0的景点有几个", "条数", {"类型 = 景点", "预算 = 0"}),
        ("江西还没付钱的有几项", "条数", {"行程 = 江西", "状态 ≠ 取消", "状态 ≠ 已付款"}),
        # So many of them as are asked for; what is left of the plan.
        ("which three sights have the biggest budget", "record with the highest 预算", {"类型 = 景点"}),
        ("哪三个景点预算最高", "预算最高的记录", {"类型 = 景点"}),
        ("how much is left of the sights budget", "sum of 预算 - 实付", {"类型 = 景点"}),
        # More than planned is over the budget.
        ("how much more did the food cost than we'd planned", "sum of over budget", {"类型 = 餐饮"}),
        ("which sights cost more than planned", "records that match", {"类型 = 景点", "实付 > 预算"}),
        ("which sights cost less than we had budgeted", "records that match", {"类型 = 景点", "实付 < 预算"}),
        ("江西的预算还剩多少没花", "总和：预算 - 实付", {"行程 = 江西"}),
        ("how much have we got left of the sights budget", "sum of 预算 - 实付", {"类型 = 景点"}),
        # Shared out by so many, said in other orders; everything together.
        ("江西按两个人平摊，每人预算多少？取消的不算", "总和：人均预算", {"行程 = 江西", "状态 ≠ 取消"}),
        ("青岛的实付两个人分，每人要出多少", "总和：人均实付", {"行程 = 青岛"}),
        ("what is the lodging budget, all places together?", "sum of 预算", {"类型 = 住宿"}),
        # What is left aside behind its name, and what is not.
        ("items per person in charge, cancelled ones aside", "number of records by 负责人", {"状态 ≠ 取消"}),
        ("江西谁负责住宿，取消的不算", "相符的记录", {"行程 = 江西", "类型 = 住宿", "状态 ≠ 取消"}),
        ("江西餐饮、住宿不算，一共几项", "条数", {"行程 = 江西", "类型 ≠ 住宿", "类型 ≠ 餐饮"}),
        # Everybody's figure is asked for, too; who has not paid has something unpaid; the day of most records.
        ("江西谁管的项目最多？两个人各几项", "按负责人：条数", {"行程 = 江西"}),
        ("江西谁管的项目最多？", "负责人出现的次数", {"行程 = 江西"}),
        ("江西谁还有没付款的项目", "有这类记录的人", {"行程 = 江西", "状态 ≠ 取消", "状态 ≠ 已付款"}),
        ("江西这趟哪天安排最满", "条数最多的day", {"行程 = 江西"}),
        ("哪趟更贵", "按行程：总和：实付/预算", set()),
        ("哪些已经付款好了", "相符的记录", {"状态 = 已付款"}),
        # By how much tells whether; one arrives on the first day; a share of items is no share of money.
        ("青岛超支了没有，超了多少", "总和：超支", {"行程 = 青岛"}),
        ("did we stay within budget on food, and by how much", "sum of over budget", {"类型 = 餐饮"}),
        ("几号到婺源", "最早的记录", {"城市 = 婺源"}),
        ("青岛花钱最多的三项是什么，各多少", "实付/预算最高的记录", {"行程 = 青岛"}),
        ("江西有哪些项目还没填日期", "相符的记录", {"行程 = 江西", "日期 –", "状态 ≠ 取消"}),
        (
            "share of items that are paid, cancelled left out",
            "share of 状态 = 已付款",
            {"状态 = 已付款", "状态 ≠ 取消"},
        ),
    ],
)
def test_how_people_speak_of_trips(question: str, figure: str, filters: set[str]) -> None:
    reading = _ask(question)
    assert reading.computable, (question, reading.unplaced, reading.problem)
    assert reading.plan is not None
    assert reading.facts is not None
    assert (reading.plan.told, {c.told for c in reading.facts.conditions}) == (figure, filters)


@pytest.mark.parametrize(
    "question",
    [
        "江西市区一共花了多少",
        "江西玩了哪些地方",
        "去江西的航班号是多少",
        "what's the flight number of our flight home",
        "三趟里哪趟最贵",
        "which days are free",
        "车停在哪",
    ],
)
def test_what_restricts_but_is_unknown_is_refused(question: str) -> None:
    assert not _ask(question).computable
