"""Questions about things that are looked after: what money went on, what is due, how far apart, longest ago."""

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
NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
PEOPLE = {"Ada": "p1", "Cem": "p2"}

Field = tuple[str, s.FieldType.ValueType, list[str], str]


def _subject(name: str, people: tuple[str, ...], texts: dict[str, list[str]], *fields: Field) -> Subject:
    spec = s.AppSpec(title="Our log", currency="EUR")
    entity = spec.entities.add(name=name, label=name)
    for field, kind, choices, unit in fields:
        entity.fields.add(name=field, label=field.replace("_", " "), type=kind, choices=choices, unit=unit)
    return Subject(spec, entity, bool(people), people, "app", texts, date(2025, 11, 1), NOW.date())


CARE = _subject(
    "Care",
    ("done_by",),
    {"bowl": ["koi", "guppy"]},
    ("done_at", s.FIELD_TYPE_DATETIME, [], ""),
    ("bowl", s.FIELD_TYPE_TEXT, [], ""),
    ("what", s.FIELD_TYPE_CHOICE, ["watered", "cleaned"], ""),
    ("amount", s.FIELD_TYPE_INTEGER, [], "ml"),
    ("minutes", s.FIELD_TYPE_DURATION, [], "min"),
    ("done_by", s.FIELD_TYPE_PERSON, [], ""),
)
FILL_UP = _subject(
    "FillUp",
    ("paid_by",),
    {"station": ["Shell"]},
    ("filled_on", s.FIELD_TYPE_DATE, [], ""),
    ("litres", s.FIELD_TYPE_NUMBER, [], "l"),
    ("price_per_litre", s.FIELD_TYPE_MONEY, [], "EUR"),
    ("total_cost", s.FIELD_TYPE_MONEY, [], "EUR"),
    ("odometer", s.FIELD_TYPE_INTEGER, [], "km"),
    ("station", s.FIELD_TYPE_TEXT, [], ""),
    ("paid_by", s.FIELD_TYPE_PERSON, [], ""),
)
SERVICE = _subject(
    "Service",
    (),
    {"job": ["oil change", "wipers"]},
    ("date", s.FIELD_TYPE_DATE, [], ""),
    ("job", s.FIELD_TYPE_TEXT, [], ""),
    ("next_due", s.FIELD_TYPE_DATE, [], ""),
)
DRIVE = _subject(
    "Drive",
    ("driver",),
    {},
    ("date", s.FIELD_TYPE_DATE, [], ""),
    ("driver", s.FIELD_TYPE_PERSON, [], ""),
    ("distance_km", s.FIELD_TYPE_INTEGER, [], "km"),
)
BABY = _subject(
    "日常",
    ("谁照顾",),
    {},
    ("时间", s.FIELD_TYPE_DATETIME, [], ""),
    ("类型", s.FIELD_TYPE_CHOICE, ["喂奶", "换尿布", "睡觉"], ""),
    ("奶量", s.FIELD_TYPE_INTEGER, [], "ml"),
    ("时长", s.FIELD_TYPE_DURATION, [], "min"),
    ("谁照顾", s.FIELD_TYPE_PERSON, [], ""),
)

VISIT = _subject(
    "VetVisit",
    ("paid_by",),
    {"diagnosis": ["tartar"]},
    ("date", s.FIELD_TYPE_DATE, [], ""),
    ("pet", s.FIELD_TYPE_CHOICE, ["Rex", "Tom"], ""),
    ("diagnosis", s.FIELD_TYPE_TEXT, [], ""),
    ("bill", s.FIELD_TYPE_MONEY, [], "EUR"),
    ("next_appointment", s.FIELD_TYPE_DATE, [], ""),
    ("paid_by", s.FIELD_TYPE_PERSON, [], ""),
)
NIGHT = _subject(
    "Night",
    (),
    {},
    ("night_of", s.FIELD_TYPE_DATE, [], ""),
    ("hours_slept", s.FIELD_TYPE_NUMBER, [], "h"),
    ("quality", s.FIELD_TYPE_RATING, [], ""),
    ("dreamt", s.FIELD_TYPE_BOOLEAN, [], ""),
)
HARVEST = _subject(
    "Harvest",
    ("harvested_by",),
    {},
    ("harvested_on", s.FIELD_TYPE_DATE, [], ""),
    ("hive", s.FIELD_TYPE_CHOICE, ["Hive 1", "Hive 2"], ""),
    ("honey", s.FIELD_TYPE_NUMBER, [], "kg"),
    ("harvested_by", s.FIELD_TYPE_PERSON, [], ""),
)
DONATION = _subject(
    "Donation",
    (),
    {"donor": ["Tesco"]},
    ("received", s.FIELD_TYPE_DATE, [], ""),
    ("donor", s.FIELD_TYPE_TEXT, [], ""),
    ("type", s.FIELD_TYPE_CHOICE, ["food", "money"], ""),
    ("value", s.FIELD_TYPE_MONEY, [], "EUR"),
)
ACTIVITY = _subject(
    "Activity",
    ("by",),
    {},
    ("when", s.FIELD_TYPE_DATETIME, [], ""),
    ("activity", s.FIELD_TYPE_CHOICE, ["walk", "meal", "play"], ""),
    ("minutes", s.FIELD_TYPE_DURATION, [], "min"),
    ("by", s.FIELD_TYPE_PERSON, [], ""),
)
FISHING = _subject(
    "出钓",
    ("钓友",),
    {},
    ("日期", s.FIELD_TYPE_DATE, [], ""),
    ("钓点", s.FIELD_TYPE_CHOICE, ["东湖", "西水库"], ""),
    ("钓友", s.FIELD_TYPE_PERSON, [], ""),
    ("鱼种", s.FIELD_TYPE_CHOICE, ["鲫鱼", "鲤鱼"], ""),
    ("条数", s.FIELD_TYPE_INTEGER, [], ""),
    ("总重", s.FIELD_TYPE_NUMBER, [], "kg"),
)


def ask(question: str, subject: Subject) -> Reading:
    return read(question, subject, Asker("p1", NOW, PEOPLE), LEXICON)


@pytest.mark.parametrize(
    ("subject", "question", "told"),
    [
        (FILL_UP, "what did we spend on petrol in january", "sum of total cost"),
        (FILL_UP, "how much have I paid for fuel all in all", "sum of total cost"),
        (FILL_UP, "average litres per fill-up", "mean of litres"),
        (FILL_UP, "how many litres did we fill up in february", "sum of litres"),
        (FILL_UP, "how often do we fill up, on average every how many days", "mean days from one day"),
        (CARE, "how much water did the koi get in february", "sum of amount"),
        (CARE, "how many minutes did I spend on the koi", "sum of minutes"),
        (CARE, "which bowl hasn't been cleaned for the longest time", "the one whose latest such record is oldest"),
        (CARE, "who hasn't cleaned for the longest", "the one whose latest such record is oldest"),
        (CARE, "when was each bowl last cleaned", "latest day of each"),
        (SERVICE, "when is the next oil change due", "the date that is set"),
        (SERVICE, "which service is due next", "the date that is set"),
        (DRIVE, "who drove most in february", "sum of distance km by driver"),
        (DRIVE, "who drove most often in february", "driver by number of records"),
        (BABY, "今天喂了几次奶", "条数"),
        (BABY, "昨天睡了多久", "总和：时长"),
        (BABY, "昨天一共喝了多少毫升奶", "总和：奶量"),
        (BABY, "平均几个小时喂一次奶", "相邻两次之间的平均小时数"),
        (BABY, "谁换尿布换得最多", "按谁照顾：条数"),
        (VISIT, "what did the vet cost us this year", "sum of bill"),
        (VISIT, "when is Rex's next appointment", "the date that is set"),
        (NIGHT, "which night did i sleep worst", "record with the lowest quality"),
        (NIGHT, "did i sleep better in february than in january", "mean of quality"),
        (NIGHT, "did i sleep longer in february than in january", "mean of hours slept"),
        (NIGHT, "how many nights did I dream, in percent", "share of dreamt"),
        (HARVEST, "how much honey did we harvest in total", "sum of honey"),
        (HARVEST, "which hive gave the most honey", "sum of honey by hive"),
        (DONATION, "share of donations that were money", "share of type = money"),
        (DONATION, "biggest donation so far and from whom", "record with the highest value"),
        (FISHING, "这个月钓了多少条鱼", "总和：条数"),
        (FISHING, "谁钓的鲫鱼最多", "按钓友：总和：条数"),
        (FISHING, "谁出钓次数最多", "钓友出现的次数"),
        (FISHING, "一共钓了多少公斤", "总和：总重"),
    ],
)
def test_things_are_asked_about_in_plain_words(subject: Subject, question: str, told: str) -> None:
    reading = ask(question, subject)
    assert reading.computable, reading
    assert reading.plan is not None
    assert reading.plan.told.startswith(told)


@pytest.mark.parametrize(
    ("subject", "question"),
    [
        # What it costs is not recorded: an amount in ml is none of money.
        (CARE, "what did we spend on the koi altogether"),
        # What a meter shows is no distance that was driven.
        (FILL_UP, "average fuel per 100 km"),
        (BABY, "两次喂奶之间平均隔多久"),
        # Fed says of which kind, and no kind is called so.
        (ACTIVITY, "how often did we feed them in february"),
    ],
)
def test_no_figure_is_taken_for_another(subject: Subject, question: str) -> None:
    assert not ask(question, subject).computable
