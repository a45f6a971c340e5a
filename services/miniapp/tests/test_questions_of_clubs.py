"""Questions about who was there, who won, and what came in beside what went out."""

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
NOW = datetime(2026, 3, 15, 20, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PEOPLE = {"阿宁": "p1", "大海": "p2", "阿梅": "p3"}
NAMES = {i: name for name, i in PEOPLE.items()}

Field = tuple[str, s.FieldType.ValueType, list[str], str]


def _subject(name: str, people: tuple[str, ...], *fields: Field) -> Subject:
    spec = s.AppSpec(title="我们的记录", currency="CNY")
    entity = spec.entities.add(name=name, label=name)
    for field, kind, choices, unit in fields:
        entity.fields.add(name=field, label=field, type=kind, choices=choices, unit=unit)
    return Subject(spec, entity, True, people, "app", {}, date(2025, 11, 1), NOW.date())


HIKE = _subject(
    "徒步",
    ("付款人",),
    ("日期", s.FIELD_TYPE_DATE, [], ""),
    ("路线", s.FIELD_TYPE_CHOICE, ["山路", "河边"], ""),
    ("距离", s.FIELD_TYPE_NUMBER, [], "km"),
    ("参加者", s.FIELD_TYPE_MULTI_CHOICE, [*PEOPLE], ""),
    ("车费", s.FIELD_TYPE_MONEY, [], "CNY"),
    ("付款人", s.FIELD_TYPE_PERSON, [], ""),
)
CHESS = _subject(
    "对局",
    ("棋手1", "棋手2", "赢家"),
    ("日期", s.FIELD_TYPE_DATE, [], ""),
    ("棋手1", s.FIELD_TYPE_PERSON, [], ""),
    ("棋手2", s.FIELD_TYPE_PERSON, [], ""),
    ("步数", s.FIELD_TYPE_INTEGER, [], ""),
    ("赢家", s.FIELD_TYPE_PERSON, [], ""),
)
BOOKS = _subject(
    "流水",
    ("谁",),
    ("日期", s.FIELD_TYPE_DATE, [], ""),
    ("方向", s.FIELD_TYPE_CHOICE, ["收入", "支出"], ""),
    ("金额", s.FIELD_TYPE_MONEY, [], "CNY"),
    ("类别", s.FIELD_TYPE_CHOICE, ["房租", "餐饮", "工资"], ""),
    ("谁", s.FIELD_TYPE_PERSON, [], ""),
)


def ask(question: str, subject: Subject) -> Reading:
    return read(question, subject, Asker("p1", NOW, PEOPLE, NAMES), LEXICON)


@pytest.mark.parametrize(
    ("subject", "question", "told", "held"),
    [
        (HIKE, "我今年去了几次山路", "条数", {"路线 = 山路", "参加者 = 阿宁"}),
        (HIKE, "二月我和大海一起去了几次河边", "条数", {"路线 = 河边", "参加者 = 阿宁、大海"}),
        (HIKE, "给参加次数排个名", "按参加者：条数", set[str]()),
        (HIKE, "上次都有谁参加", "参加者中的人", set[str]()),
        (HIKE, "三个人全到的有几次", "条数", {"参加者 = 阿宁、大海、阿梅"}),
        (HIKE, "车费谁付得最多", "按付款人：总和：车费", set[str]()),
        (HIKE, "我二月来得比一月勤快吗", "条数", {"参加者 = 阿宁"}),
        (CHESS, "我今年下了几盘", "条数", {"棋手1/棋手2 = 阿宁"}),
        (CHESS, "我这个月的胜率是多少", "占比：赢家 = 阿宁", {"棋手1/棋手2 = 阿宁", "赢家 = 阿宁"}),
        (CHESS, "我今年输了几盘", "条数", {"棋手1/棋手2 = 阿宁", "赢家 ≠ 阿宁"}),
        (CHESS, "谁赢得最多", "按赢家：条数", set[str]()),
        (BOOKS, "二月攒下多少", "收入减支出", set[str]()),
        (BOOKS, "每个月收入和支出各多少", "总和：金额: 收入 / 支出", {"方向 = 收入", "方向 = 支出"}),
        (BOOKS, "一月的房租占当月收入的百分之几", "占比：类别 = 房租", {"类别 = 房租", "方向 = 收入"}),
    ],
)
def test_people_and_flows_are_asked_about(subject: Subject, question: str, told: str, held: set[str]) -> None:
    reading = ask(question, subject)
    assert reading.computable, (reading.unplaced, reading.problem)
    assert reading.plan is not None
    assert reading.facts is not None
    assert reading.plan.told.startswith(told)
    assert {c.told for c in reading.facts.conditions} >= held


@pytest.mark.parametrize(
    ("subject", "question"),
    [
        # Who saw to it was there as well, and is not told by that.
        (HIKE, "谁安排的上次徒步"),
        # That nothing was lost is no number of what was.
        (CHESS, "我这个月是不是一盘都没输"),
        # With whom of two each went is no one figure.
        (HIKE, "我和大海谁去河边去得多"),
    ],
)
def test_what_is_not_told_is_refused(subject: Subject, question: str) -> None:
    assert not ask(question, subject).computable
