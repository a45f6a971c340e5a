"""What a request surely means: no type changes, and no name is given, where a phrase names or tells something else."""

from __future__ import annotations

import pytest

from madeleine_miniapp.domain.editing.reading import read as read_edit
from madeleine_miniapp.domain.known_fields import KnownFields

from .test_edit_english import asked
from .test_edit_reading import spec_of

SHOP = spec_of(item="text", ordered_on="date", photo="url", price="money", paid="boolean", voice=["alto", "bass"])


@pytest.mark.parametrize(
    "request_text",
    [
        "order size should be a date",
        "make the order size a number",
        "the opening ordered as text, chart of my rating over time",
        "calculate what it costs per year",
    ],
)
def test_a_field_that_is_not_named_keeps_its_type(request_text: str) -> None:
    operations = read_edit(request_text, SHOP, KnownFields(())).operations
    assert not [o for o in operations if type(o).__name__ in ("ChangeField", "RemoveField", "RenameField")]


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        # What is named besides is another field.
        ("could you note the order number as number", ["add_field Order number number"]),
        ("make the price a rating, order number as text", ["change_field price rating", "add_field Order number text"]),
        ("ordered at as text", ["add_field Ordered at text"]),
        ("ordered on as a real time", ["change_field ordered_on datetime"]),
        ("photo link as photo, made by as person", ["change_field photo image", "add_field Made by person"]),
        ("paid yes/no is too coarse, make it stars", ["change_field paid rating"]),
        # An option in two; another name with its options; options of what is there or new.
        (
            "bass is too coarse, make it bass 1 and bass 2 instead",
            ["add_choice voice bass 1 bass", "add_choice voice bass 2 bass 1", "remove_choice voice bass"],
        ),
        (
            "paid -> health with good, meh, bad",
            ["rename_field paid health", "change_field health choice ['good', 'meh', 'bad']"],
        ),
        ("voice to tick several", ["change_field voice multi_choice"]),
        ("item to choice: cup, plate", ["change_field item choice ['cup', 'plate']"]),
        ("mood to pick from: angry, calm", ["add_field Mood choice ['angry', 'calm']"]),
        ("tenor is missing as voice", ["add_choice voice tenor"]),
        ("we forgot two voices: tenor and soprano", ["add_choice voice tenor", "add_choice voice soprano"]),
        # Two wishes that only an "and" joins, questions that bid, and things without a verb.
        ("could paid be called 'settled'", ["rename_field paid settled"]),
        ("paid goes. link to the shop", ["remove_field paid", "add_field Link url"]),
        (
            "size (s, m) and how long it took",
            ["add_field Size choice ['s', 'm']", "add_field How long it took duration"],
        ),
        (
            "since when it's lent out and by when it has to be back",
            ["add_field Since when it's lent out date", "add_field By when it has to be back date"],
        ),
        ("when can i send it back = date", ["add_field When can i send it back date"]),
        ("i'd like to type comments too", ["add_field Comments text"]),
        ("tell me the total of it (price x 3)", ["add_field Total of it money price * 3.0"]),
        # A wish that follows another is no option of it; what is noted down is none either.
        (
            "item -> 'mood' (good, ok), chart of price by week",
            [
                "rename_field item mood",
                "change_field mood choice ['good', 'ok']",
                "add_aggregate Total price per week sum price ordered_on week",
                "add_view chart ordered_on Total price per week Total price per week",
            ],
        ),
        ("item should be a link, size (s, m)", ["change_field item url", "add_field Size choice ['s', 'm']"]),
        ("i'd like to write lyrics too", ["add_field Lyrics text"]),
        ("a voice 'tenor' joined", ["add_choice voice tenor"]),
        ("allergens to tick several: nuts, milk", ["add_field Allergens multi_choice ['nuts', 'milk']"]),
        (
            "tick box whether it broke & when it broke",
            ["add_field It broke boolean", "add_field When it broke date"],
        ),
        ("tenor is a new voice. photo, nah, remove it", ["add_choice voice tenor", "remove_field photo"]),
        ("i never send any so no photo, gift ideas field", ["remove_field photo", "add_field Gift ideas text"]),
    ],
)
def test_a_wish_is_made_and_nothing_besides(request_text: str, expected: list[str]) -> None:
    assert asked(request_text, SHOP) == expected


def test_what_was_just_given_an_option_is_not_to_go() -> None:
    reading = read_edit("add tenor to voice and remove it", SHOP, KnownFields(()))
    assert [type(o).__name__ for o in reading.operations] == ["AddChoice"]
    assert reading.not_done == ("remove it",)


@pytest.mark.parametrize(
    ("labels", "request_text", "formula"),
    [
        ({"bought": "买入价", "now": "现价", "count": "份额"}, "盈亏帮我自动算", "(now - bought) * count"),
        ({"cost": "进价", "price": "售价"}, "利润率自动算", "((price - cost) / price) * 100.0"),
        ({"each": "单价", "count": "数量"}, "小计自动出来", "each * count"),
        ({"all": "进货数", "gone": "卖出数"}, "还剩几件帮我算", "all - gone"),
        ({"cost": "金额", "units": "度数"}, "帮我们算每度多少钱", "cost / units"),
        ({"count": "组数", "units": "次数"}, "总次数自动算（组数x次数）", "count * units"),
        ({"all": "进货数", "gone": "卖出数", "price": "单价"}, "卖出率自动出来", "(gone / all) * 100.0"),
        ({"monthly": "每月费用"}, "一年多少钱自动算", "monthly * 12.0"),
    ],
)
def test_chinese_figures_are_told_by_their_names(labels: dict[str, str], request_text: str, formula: str) -> None:
    numbers = {"count", "units", "all", "gone"}
    spec = spec_of(**{name: "number" if name in numbers else "money" for name in labels})
    for field in spec.entities[0].fields:
        field.label = labels[field.name]
    assert [o.formula for o in read_edit(request_text, spec, KnownFields(())).operations] == [formula]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("评价改成打星的", ["change_field note rating"]),
        ("评价改成好看的", None),
        ("评价用星星打分就好", ["change_field note rating"]),
        ("评价改成星级打分", ["change_field note rating"]),
        ("评价改成用克记的数字", ["change_field note number g"]),
    ],
)
def test_of_what_kind_a_field_is_to_be_is_no_name(request_text: str, expected: list[str] | None) -> None:
    spec = spec_of(note="text")
    spec.entities[0].fields[0].label = "评价"
    if expected is None:
        assert not read_edit(request_text, spec, KnownFields(())).operations
    else:
        assert asked(request_text, spec) == expected


def test_what_has_no_room_is_what_is_to_be_another_kind() -> None:
    spec = spec_of(slot=["上午", "下午"], note="text")
    for field, label in zip(spec.entities[0].fields, ("时段", "情况"), strict=True):
        field.label = label
    assert asked("时段加个晚上，情况经常写不下，换成长文本", spec) == ["add_choice slot 晚上"]
