"""Questions asked in Chinese, over an English and over a Chinese app: words, wordings, times, things."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions import segments, times
from madeleine_miniapp.domain.questions.chinese import plain
from madeleine_miniapp.domain.questions.concepts import translated
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.rewording import asked
from madeleine_miniapp.domain.questions.subjects import Asker, Subject

LEXICON = Lexicon(PackagedLibrary().all())
NOW = datetime(2026, 5, 20, 20, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ASKER = Asker("阿月", NOW, {"阿月": "阿月", "大刚": "大刚"}, {"阿月": "阿月", "大刚": "大刚"})


def _aquarium() -> s.AppSpec:
    spec = s.AppSpec(title="Aquarium log", currency="EUR")
    entity = spec.entities.add(name="Entry", label="Entry")
    entity.fields.add(name="done_on", label="done on", type=s.FIELD_TYPE_DATE)
    entity.fields.add(name="what", label="what", type=s.FIELD_TYPE_TEXT)
    kind = entity.fields.add(name="kind", label="kind", type=s.FIELD_TYPE_CHOICE)
    kind.choices.extend(["cleaning", "feeding", "repair"])
    entity.fields.add(name="cost", label="cost", type=s.FIELD_TYPE_MONEY)
    entity.fields.add(name="clarity", label="clarity", type=s.FIELD_TYPE_RATING).max = 5
    entity.fields.add(name="note", label="note", type=s.FIELD_TYPE_TEXT)
    return spec


def _moving() -> s.AppSpec:
    spec = s.AppSpec(title="搬家清单", currency="CNY")
    entity = spec.entities.add(name="箱子", label="箱子")
    entity.fields.add(name="物品", label="物品", type=s.FIELD_TYPE_TEXT)
    room = entity.fields.add(name="房间", label="房间", type=s.FIELD_TYPE_CHOICE)
    room.choices.extend(["客厅", "书房", "阳台"])
    state = entity.fields.add(name="状态", label="状态", type=s.FIELD_TYPE_CHOICE)
    state.choices.extend(["待打包", "已搬走", "不要了"])
    entity.fields.add(name="负责人", label="负责人", type=s.FIELD_TYPE_PERSON)
    entity.fields.add(name="已贴标签", label="已贴标签", type=s.FIELD_TYPE_BOOLEAN)
    entity.fields.add(name="日期", label="日期", type=s.FIELD_TYPE_DATE)
    entity.fields.add(name="运费", label="运费", type=s.FIELD_TYPE_MONEY)
    return spec


def ask(question: str, spec: s.AppSpec) -> Reading:
    entity = spec.entities[0]
    people = tuple(f.name for f in entity.fields if f.type == s.FIELD_TYPE_PERSON)
    subject = Subject(spec, entity, bool(people), people, "app", {}, date(2025, 1, 1), NOW.date())
    return read(question, subject, ASKER, LEXICON)


def told(reading: Reading) -> list[str]:
    assert reading.computable, (reading.unplaced, reading.problem)
    assert reading.facts is not None
    return [c.told for c in reading.facts.conditions]


def test_words_are_cut_as_they_are_written() -> None:
    assert ["今天收拾行李的进度"[a:b] for a, b in segments.cut("今天收拾行李的进度", {"今天"})] == [
        "今天",
        "收拾",
        "行李",
        "的",
        "进度",
    ]
    # A name of the app outweighs the words that it could be cut into.
    assert ["北京西站台灯"[a:b] for a, b in segments.cut("北京西站台灯", {"西站台"})][1] == "西站台"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("作废的别算进去", "作废的不算"),
        ("把作废的剔除掉", "作废的不算"),
        ("把作废的都剔除,一共几项", "作废的不算,一共几项"),
        ("没写时长的就算了", "没写时长的不算"),
        ("我想知道洗过澡几次", "洗澡几次"),
        ("四月比三月贵吗?两个数都告诉我", "四月比三月贵吗"),
        ("is it cheaper?", "is it cheaper?"),
    ],
)
def test_wordings_become_plain_ones(said: str, meant: str) -> None:
    assert plain(said) == meant
    assert plain(plain(said)) == plain(said)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("大前天", "2026-05-17", "2026-05-17"),
        ("四月下半月", "2026-04-16", "2026-04-30"),
        ("上个月前半个月", "2026-04-01", "2026-04-15"),
        ("除夕", "2026-02-16", "2026-02-16"),
        ("去年中秋", "2025-10-06", "2025-10-06"),
        ("去年国庆期间", "2025-10-01", "2025-10-07"),
        ("劳动节那周", "2026-04-27", "2026-05-03"),
        ("一到四月", "2026-01-01", "2026-04-30"),
        ("第一季度", "2026-01-01", "2026-03-31"),
        ("近半年", "2025-11-21", "2026-05-20"),
        ("10天内", "2026-05-11", "2026-05-20"),
        ("从3月8日算起", "2026-03-08", "2026-05-20"),
        ("三月到目前为止", "2026-03-01", "2026-05-20"),
        ("5/3那天", "2026-05-03", "2026-05-03"),
        # After a month it is the next one; what is to come has no end.
        ("四月之后", "2026-05-01", "2026-05-20"),
        ("6月3号之后", "2026-06-04", "2999-12-31"),
    ],
)
def test_times(text: str, first: str, last: str) -> None:
    found = times.find(asked(text), NOW.date())
    assert [(str(f.span.first), str(f.span.last)) for f in found] == [(first, last)]


@pytest.mark.parametrize(
    ("question", "conditions"),
    [
        ("四月份打扫一共花了多少钱？没写价格的就算了", ["cost ✓", "kind = cleaning"]),
        ("上个礼拜喂食勾了几次呀", ["kind = feeding"]),
        ("除了维修之外一共花了多少", ["kind ≠ repair"]),
        ("清澈度打满分的有哪几条", ["清澈度 = 5"]),
        ("整个记录里免费的有几条", ["cost = 0"]),
    ],
)
def test_over_an_english_app(question: str, conditions: list[str]) -> None:
    spec = _aquarium()
    spec.entities[0].fields[4].label = "清澈度"
    assert told(ask(question, spec)) == conditions


@pytest.mark.parametrize(
    ("question", "conditions"),
    [
        ("书房还有几样没贴标签", ["已贴标签 ✗", "房间 = 书房"]),
        ("我负责的还有几样没定下来？待打包的、不要了的都算", ["状态 = 待打包", "状态 = 不要了"]),
        ("阳台有哪些东西日期都没定", ["日期 –", "房间 = 阳台"]),
        ("客厅的运费加起来多少，不要了的别算", ["状态 ≠ 不要了", "房间 = 客厅"]),
    ],
)
def test_over_a_chinese_app(question: str, conditions: list[str]) -> None:
    assert told(ask(question, _moving())) == conditions


@pytest.mark.parametrize(
    ("question", "spec"),
    [
        # Whole words are refused, not torn to what is known of them.
        ("打折的鱼食花了多少钱", _aquarium()),
        ("白天喂食几次", _aquarium()),
        ("我滑雪了几次", _aquarium()),
        ("易碎的箱子有几个", _moving()),
    ],
)
def test_what_may_restrict_is_refused(question: str, spec: s.AppSpec) -> None:
    assert not ask(question, spec).computable


@pytest.mark.parametrize(
    ("question", "spec"),
    [
        # A difference is none of the two.
        ("五月比四月多花了多少，分别呢", _aquarium()),
        # Places, and what was done, which these records do not tell.
        ("在哪喂食最多", _aquarium()),
        ("多少钱，还剩多少", _aquarium()),
        # Together, and of the asker.
        ("我和大刚一起搬了几个箱子", _moving()),
        ("搬箱子的是谁，运费和书房的比多多少", _moving()),
        # One day, or all such days.
        ("周一的运费比周五高吗", _moving()),
    ],
)
def test_what_is_asked_beyond_a_figure_is_refused(question: str, spec: s.AppSpec) -> None:
    assert not ask(question, spec).computable


def test_a_degree_belongs_to_the_figure_beside_it() -> None:
    spec = _aquarium()
    algae = spec.entities[0].fields.add(name="algae", label="algae", type=s.FIELD_TYPE_CHOICE)
    algae.choices.extend(["low", "high"])
    assert told(ask("how many entries with low algae", spec)) == ["algae = low"]
    assert not ask("how many low clarity entries", spec).computable


def test_verbs_restrict_where_they_are_denied() -> None:
    assert told(ask("没贴标签的箱子里，我负责的有几个", _moving())) == ["已贴标签 ✗"]
    assert not ask("没管过的箱子有几个", _moving()).computable


def test_shares_of_each_and_two_that_are_one() -> None:
    shares = ask("书房、阳台分别占总运费的百分之几", _moving())
    both = ask("待打包或不要了的一共有几个", _moving())
    assert told(both) == ["状态 = 待打包", "状态 = 不要了"]
    assert both.plan is not None
    assert both.plan.figure == "count"
    assert "several shares" in shares.problem


def test_who_does_most_is_one_and_each_are_all() -> None:
    one, all_of_them = ask("谁的运费最高，多少钱", _moving()), ask("谁的运费最高？每人多少钱", _moving())
    assert one.plan is not None
    assert all_of_them.plan is not None
    assert one.plan.relation.sort.limit == 1
    assert not all_of_them.plan.relation.sort.limit


def test_things_are_known_in_either_language() -> None:
    assert "shower curtain" in translated("浴帘")
    assert "灯泡" in translated("light bulb")
    assert translated("无此物") == ()


def _outing() -> s.AppSpec:
    spec = s.AppSpec(title="露营计划", currency="CNY")
    entity = spec.entities.add(name="安排", label="安排")
    entity.fields.add(name="日期", label="日期", type=s.FIELD_TYPE_DATE)
    entity.fields.add(name="名称", label="名称", type=s.FIELD_TYPE_TEXT)
    entity.fields.add(name="类型", label="类型", type=s.FIELD_TYPE_CHOICE).choices.extend(["餐饮", "住宿", "游玩"])
    entity.fields.add(name="状态", label="状态", type=s.FIELD_TYPE_CHOICE).choices.extend(["已订", "取消"])
    entity.fields.add(name="预算", label="预算", type=s.FIELD_TYPE_MONEY)
    entity.fields.add(name="实付", label="实付", type=s.FIELD_TYPE_MONEY)
    entity.fields.add(name="负责人", label="负责人", type=s.FIELD_TYPE_PERSON)
    entity.fields.add(name="添加时间", label="添加时间", type=s.FIELD_TYPE_DATETIME)
    return spec


def test_what_counts_as_well_is_no_filter() -> None:
    reading = ask("每个人负责几项？取消的也算上", _outing())
    assert reading.computable
    assert told(reading) == []


@pytest.mark.parametrize(
    ("question", "kind"), [("四月都吃了些什么", "餐饮"), ("四月玩了什么", "游玩"), ("四月住了哪些地方", "住宿")]
)
def test_a_verb_names_the_kind_that_it_is_done_with(question: str, kind: str) -> None:
    reading = ask(question, _outing())
    assert not reading.computable or told(reading) == [f"类型 = {kind}"]
    assert reading.facts is not None
    assert [c.value for c in reading.facts.conditions] == [kind]


def test_what_was_spent_is_what_was_paid() -> None:
    reading = ask("每个类型花了多少", _outing())
    assert reading.computable
    assert reading.plan is not None
    assert "实付" in reading.plan.told


def test_what_went_over_its_budget_is_listed() -> None:
    reading = ask("超预算的有哪些", _outing())
    assert reading.plan is not None
    assert reading.computable
    assert {"预算", "实付"} <= {c.name for c in reading.plan.shown}


def test_what_was_added_goes_by_when_it_was_added() -> None:
    reading = ask("上周新加了哪些安排", _outing())
    assert reading.facts is not None
    assert reading.facts.dated is not None
    assert reading.facts.dated.name == "添加时间"


@pytest.mark.parametrize("question", ["取消的有哪些，为什么取消", "第二天有什么安排", "从哪天到哪天", "还要花多少钱"])
def test_what_no_record_tells_is_refused(question: str) -> None:
    assert not ask(question, _outing()).computable
