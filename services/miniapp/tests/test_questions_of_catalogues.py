"""Lists of things and logs of what was done with them: which of the two a question is about."""

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
ASKER = Asker("p1", NOW, {"ana": "p1", "jonas": "p2"})
THINGS = ["telescope", "slide projector", "tripod", "field recorder"]


def _field(name: str, kind: str) -> s.Field:
    return s.Field(name=name, label=name.replace("_", " "), type=s.FieldType.Value(f"FIELD_TYPE_{kind.upper()}"))


GEAR = s.Entity(
    name="Gear",
    label="Gear",
    fields=[
        _field("name", "text"),
        _field("price", "money"),
        _field("bought_on", "date"),
        _field("in_stock", "integer"),
    ],
)
OUTING = s.Entity(
    name="Use",
    label="Use",
    fields=[
        _field("taken_at", "datetime"),
        _field("gear", "text"),
        _field("who", "person"),
        _field("returned_at", "datetime"),
        _field("photos", "integer"),
        _field("note", "text"),
    ],
)
SPEC = s.AppSpec(title="Photos and gear", currency="EUR", entities=[GEAR, OUTING])
DAYS = (date(2025, 11, 1), NOW.date())
LISTED = Subject(SPEC, GEAR, True, (), "a", {"name": THINGS}, *DAYS, {"name": 4}, (OUTING,))
LOGGED = Subject(SPEC, OUTING, True, ("who",), "a", {"gear": THINGS}, *DAYS, {"gear": 40}, (GEAR,))


def _both(question: str) -> tuple[Reading, Reading]:
    return read(question, LISTED, ASKER, LEXICON), read(question, LOGGED, ASKER, LEXICON)


@pytest.mark.parametrize(
    "question",
    [
        "who had the telescope last?",
        "who had the telescope last, and when did they take it?",
        "when was the slide projector last out?",
        "how many times did Jonas take the tripod since January?",
        "how often was the field recorder taken?",
        "what was the last note about the tripod?",
    ],
)
def test_what_was_done_with_a_thing_asks_the_log(question: str) -> None:
    listed, logged = _both(question)
    assert not listed.computable, listed
    assert logged.computable, logged


@pytest.mark.parametrize(
    "question",
    [
        "when did we buy the telescope?",
        "what was the price of the tripod?",
        "how many telescopes are in stock?",
        "what did all our gear cost?",
        "which gear did we buy in 2025?",
        "how many tripods are left?",
    ],
)
def test_what_only_the_list_has_asks_the_list(question: str) -> None:
    listed, _ = _both(question)
    assert listed.computable, listed


@pytest.mark.parametrize("question", ["most days in a row I've done the photos?", "how many photos last week?"])
def test_a_word_of_the_title_means_the_records_with_a_field_of_that_name(question: str) -> None:
    listed, _ = _both(question)
    assert not listed.computable, listed


@pytest.mark.parametrize("question", ["how many telescopes are left?", "when was the tripod bought?"])
def test_the_log_does_not_tell_what_only_the_list_has(question: str) -> None:
    _, logged = _both(question)
    assert not logged.computable, logged


BOXED = s.Entity(
    name="药箱", label="药箱", fields=[_field("药名", "text"), _field("剩余", "integer"), _field("有效期", "date")]
)
TAKEN = s.Entity(
    name="服药",
    label="服药",
    fields=[_field("时间", "datetime"), _field("药名", "text"), _field("用量", "number"), _field("用量单位", "text")],
)
HOME = s.AppSpec(title="家里的药", entities=[BOXED, TAKEN])
PILLS = ["维生素片", "止咳糖浆"]
BOX = Subject(HOME, BOXED, False, (), "b", {"药名": PILLS}, *DAYS, {"药名": 2}, (TAKEN,))
DOSES = Subject(HOME, TAKEN, False, (), "b", {"药名": PILLS, "用量单位": ["ml"]}, *DAYS, {"药名": 30}, (BOXED,))


@pytest.mark.parametrize(
    ("question", "told"),
    [("我吃维生素片平均一次几粒", "平均：用量"), ("二月份止咳糖浆一共喝了多少ml", "总和：用量")],
)
def test_how_much_in_a_unit_is_the_figure_that_has_one(question: str, told: str) -> None:
    listed, logged = read(question, BOX, ASKER, LEXICON), read(question, DOSES, ASKER, LEXICON)

    assert not listed.computable, listed
    assert logged.computable, logged
    assert logged.plan is not None
    assert logged.plan.told == told


@pytest.mark.parametrize("question", ["维生素片还剩几粒", "维生素片还剩多少"])
def test_what_is_left_is_told_by_the_list(question: str) -> None:
    listed, logged = read(question, BOX, ASKER, LEXICON), read(question, DOSES, ASKER, LEXICON)

    assert listed.plan is not None
    assert listed.plan.told == "总和：剩余"
    assert not logged.computable, logged
