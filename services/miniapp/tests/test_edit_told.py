"""What people ask for in passing, with remarks, reasons and fillers around it."""

from __future__ import annotations

import pytest

from .test_edit_english import asked
from .test_edit_reading import read, spec_of

TRIP = spec_of(
    day="date", place="text", transport=["train", "bus"], fun="rating", pages="integer", rooms="text", cost="money"
)
STAGES = ["add_field Status choice ['todo', 'doing', 'done']", "add_view board status"]


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        # Of both the same.
        (
            "ferry is missing in the transports and so is plane",
            ["add_choice transport ferry", "add_choice transport plane"],
        ),
        ("the rooms can go and so can fun", ["remove_field rooms", "remove_field fun"]),
        # What a thing is for is no part of its name.
        ("a star rating 1 to 5 for how we liked it", ["add_field Star rating rating 5.0"]),
        ("also the km on the bike when it was done", ["add_field Km number km"]),
        ("a 'promised by' date so i can nag the landlord", ["add_field promised by date"]),
        ("which shelf its on, and what floor it is on", ["add_field Shelf text", "add_field Floor text"]),
        # A remark is no field.
        ("who drives back, its often somebody else", ["add_field Who drives back person"]),
        (
            "put tram and metro as transport options, its mostly us",
            ["add_choice transport tram", "add_choice transport metro"],
        ),
        # What is wanted of what was just told.
        ("the parent has to sign so a checkbox for that", ["add_field Signed boolean"]),
        ("some trips are free so a tick for that", ["add_field Some trips are free boolean"]),
        # A board by the columns that things are moved between.
        ("i want to drag them around between todo, doing and done, so a status and a board for it", STAGES),
        ("i'd like to push trips from todo to doing to done", STAGES),
        (
            "show the trips in a gallery, with a photo of each place",
            ["add_field Photo of each place image", "add_view gallery"],
        ),
        # Parts of a whole, whatever they are called.
        (
            "split 'pages' into 'from page' and 'to page' please",
            ["add_field from page integer", "add_field to page integer", "remove_field pages"],
        ),
        ("a contact at the hotel (name & phone)", ["add_field Contact at the hotel text"]),
        # What was asked, or is not known.
        (
            "rooms are out. oh and whats the budget per person",
            ["remove_field rooms", "add_field Budget per person money"],
        ),
        ("cant remember who packed it so add that", ["add_field Who packed it person"]),
        ("whats missing is the hotel and a photo", ["add_field Hotel text", "add_field Photo image"]),
        ("we changed hotels so a field for that", ["add_field Hotels text"]),
        ("packed by whom and when?", ["add_field Packed by person", "add_field Packed on date"]),
        ("mark when i took it after lunch", ["add_field Took it after lunch boolean"]),
        ("how much wine is left in litres", ["add_field How much wine is left number L"]),
        # Of what is there.
        ("fun -> how happy 1 to 10", ["rename_field fun how happy", "change_field how_happy 10.0"]),
        ("fun 1-10 instead of stars and did it rain", ["change_field fun 10.0", "add_field Did it rain boolean"]),
        ("fun isn't only yes or no: fixed, partly, not", ["change_field fun choice ['fixed', 'partly', 'not']"]),
        ('rooms should be text like "2b"', []),
        (
            "swap rooms for a rough size: little, lots",
            ["add_field Rough size choice ['little', 'lots']", "remove_field rooms"],
        ),
        ("rooms are called flats here", ["rename_field rooms flats"]),
        ("multiply pages by cost for the total", ["add_field Total money pages * cost"]),
        ("ferry and plane are new this year", ["add_choice transport ferry", "add_choice transport plane"]),
        ("a list of meals to choose from: soup, salad", ["add_field Meal choice ['soup', 'salad']"]),
        ("size would help (easy medium hard)", ["add_field Size choice ['easy', 'medium', 'hard']"]),
        ("make it a board: todo, doing, done", STAGES),
        ("how the weather was (sun, rain)", ["add_field Weather choice ['sun', 'rain']"]),
        (
            "rooms should be a choice between flat, tent and hotel",
            ["change_field rooms choice ['flat', 'tent', 'hotel']"],
        ),
        ('we call rooms "flats"', ["rename_field rooms flats"]),
        (
            "we should record who slept where and the hotel cost",
            ["add_field Who slept where person", "add_field Hotel cost money"],
        ),
        ("remind me the evening before", ["add_automation date remind day is coming up (Workshop) day 1 19:00"]),
        # What goes.
        ("fun is too much work so leave it out", ["remove_field fun"]),
        ("fun doesn't say anything to me, kick it", ["remove_field fun"]),
        ("rooms are only for hotels, forget about it", ["remove_field rooms"]),
        ("i never measure fun so get rid of it", ["remove_field fun"]),
        ("fun can be left out, place and cost stay", ["remove_field fun"]),
        ("we have no fun anymore", ["remove_field fun"]),
        (
            "fun as a dropdown pls (low, high) and which rack its in",
            ["change_field fun choice ['low', 'high']", "add_field Rack text"],
        ),
        (
            "rename place to town and next to it what it went for",
            ["rename_field place town", "add_field What it went for money"],
        ),
        # What was forgotten, and what is to stand where.
        ("we forgot ferry in the transport, oops", ["add_choice transport ferry"]),
        ("fun isnt used by anyone so out", ["remove_field fun"]),
        ("tickets next to pages please", ["add_field Tickets text"]),
        ("also how big it was + who booked it", ["add_field How big it was text", "add_field Who booked it person"]),
        # Only the first of what is said is a type.
        ("rooms should be a number, ie how many, people write novels in there", ["change_field rooms number"]),
        ("which team it was, u9 or u11", ["add_field Team choice ['u9', 'u11']"]),
        (
            "place should be something to choose: private, work, shopping",
            ["change_field place choice ['private', 'work', 'shopping']"],
        ),
        (
            "instead of fun (drop it) i want a status: planned, booked",
            ["remove_field fun", "add_field Status choice ['planned', 'booked']"],
        ),
        ("call place 'town' and rooms 'flats' like we do", ["rename_field place town", "rename_field rooms flats"]),
        (
            "the guide if there is one, and a phone number for each trip",
            ["add_field Guide text", "add_field Phone number text"],
        ),
        ("add a phone number, required", ["add_field Phone number text True"]),
        (
            "a trolley and a cable car are two more transports",
            ["add_choice transport trolley", "add_choice transport cable car"],
        ),
        ("tell me which platform it was", ["add_field Platform text"]),
        ("fun not needed, the teacher checks that", ["remove_field fun"]),
        ("nobody looks at the place so kill it. transport: tram!", ["remove_field place", "add_choice transport tram"]),
        (
            "remind me the evening before. also one for trams and boats",
            [
                "add_automation date remind day is coming up (Workshop) day 1 19:00",
                "add_choice transport trams",
                "add_choice transport boats",
            ],
        ),
        ("show it as a checklist", ["add_field Done boolean", "add_view checklist done"]),
        (
            "as a checklist please. and a tick if it was packed",
            ["add_field It was packed boolean", "add_view checklist it_was_packed"],
        ),
        # Sums that are told in passing.
        ("0.25 per page should be reimbursed", ["add_field Reimbursed money pages * 0.25"]),
        ("2 euros per page, work out what i get", ["add_field What i get money pages * 2.0"]),
        ("what do we owe? cost times pages", ["add_field What we owe money cost * pages"]),
        ("fun isn't stars but a word: great, awful", ["change_field fun choice ['great', 'awful']"]),
        (
            "transport: we also take 'taxi'. place must be there always",
            ["add_choice transport taxi", "change_field place True"],
        ),
        (
            "best time of day: morning noon evening",
            ["add_field Best time of day choice ['morning', 'noon', 'evening']"],
        ),
        ("a guide instead of the fun field", ["remove_field fun", "add_field Guide text"]),
        ("fun can go it's in the yellow book", ["remove_field fun"]),
        (
            "rename place to town + make transport multiple choice",
            ["rename_field place town", "change_field transport multi_choice"],
        ),
        ("speed and height, both numbers", ["add_field Speed number", "add_field Height number"]),
    ],
)
def test_what_is_told_around_a_wish_is_left_aside(request_text: str, expected: list[str]) -> None:
    assert asked(request_text, TRIP) == expected


@pytest.mark.parametrize(
    "remark",
    [
        "add a chart to it? no, forget about it",
        "there are no seats left in the bus anymore",
        "we have no bus anymore",
        "i want to move the day to the end",
        "put the place next to the day",
        "not the number but which ones",
        "the teacher checks that",
    ],
)
def test_what_is_only_told_changes_nothing(remark: str) -> None:
    assert read(remark, TRIP).operations == ()


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("备注删了吧，没写过几次", ["remove_field note"]),
        ("状态里还有“暂停”和“搁置”", ["add_choice status 暂停", "add_choice status 搁置"]),
        ("“暂停”也要加到状态里", ["add_choice status 暂停"]),
        ("给它打个分吧", ["add_field 评分 rating"]),
        ("备注用不着了", ["remove_field note"]),
        ("要有个已装车的勾", ["add_field 已装车 boolean"]),
        ("备注固定三位：小林、小王、小李", ["change_field note choice ['小林', '小王', '小李']"]),
        ("甜度：无糖、半糖、全糖", ["add_field 甜度 choice ['无糖', '半糖', '全糖']"]),
        ("备注换成从群里选人", ["change_field note person"]),
        ("状态改成主场客场二选一", ["change_field status ['主场', '客场']"]),
        ("备注不用填文字了，改成：有、没有、不确定", ["change_field note choice ['有', '没有', '不确定']"]),
        (
            "加类型（大、中、小）用看板显示，状态再加暂停",
            ["add_field 类型 choice ['大', '中', '小']", "add_view board field_ba4001", "add_choice status 暂停"],
        ),
        ("洗了没要有个勾，还有上班要几分钟", ["add_field 洗了没 boolean", "add_field 上班要几分钟 number"]),
        ("用什么材料要能选：木头、铁、布", ["add_field 用什么材料 choice ['木头', '铁', '布']"]),
    ],
)
def test_chinese_remarks_are_left_aside(request_text: str, expected: list[str]) -> None:
    spec = spec_of(note="text", status=["待办", "完成"])
    spec.entities[0].fields[0].label = "备注"
    spec.entities[0].fields[1].label = "状态"
    assert asked(request_text, spec) == expected


HATCH = spec_of(bed="text", day="date", set="integer", hatched="integer", cold="integer", warm="integer", photo="url")
WORK = spec_of(day="date", km="number", hours="number", pay="money", where="text", fish=["perch", "pike"])


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("calculate what percentage hatched", ["add_field Percentage hatched number % (hatched / set) * 100.0"]),
        ("add the hatch rate in percent", ["add_field Hatch rate number % (hatched / set) * 100.0"]),
        ("can it work out the total of cold + warm itself?", ["add_field Total of cold + warm number cold + warm"]),
        ("please add up cold and warm", ["add_field Total of cold and warm number cold + warm"]),
        ("the photo link nobody opens, away with it", ["remove_field photo"]),
        ("photo is nonsense anyway, kick it out", ["remove_field photo"]),
        (
            "bed should be something where i can tick several: a1, b2, c3",
            ["change_field bed multi_choice ['a1', 'b2', 'c3']"],
        ),
        ("bed should be a link i can click", ["change_field bed url"]),
        ("add a yes/no for whether they were warm by 8", ["add_field Warm by 8 boolean"]),
        ("shop or diy as a choice too", ["add_field Shop or diy choice ['shop', 'diy']"]),
        ("bed needs more room, several lines", []),
        ("allergens as text", ["add_field Allergens text"]),
        ("calendar + gallery pls!", ["add_view calendar day", "add_view gallery"]),
    ],
)
def test_figures_and_types_are_told_in_passing(request_text: str, expected: list[str]) -> None:
    assert asked(request_text, HATCH) == expected


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("the hourly rate calculated", ["add_field Hourly rate money pay / hours"]),
        ("km per hour, computed", ["add_field Km per hour number km / hours"]),
        ("where we started would be good", ["add_field Where we started text"]),
        ("pay plus km as total", ["add_field Total number pay + km"]),
        ("pay times hours is what they owe me", ["add_field What they owe me money pay * hours"]),
        ("whats my km/h? should calculate itself", ["add_field Km/h number km/h (km / (hours * 60.0)) * 60.0"]),
        # What is told of a field that is there.
        ("pay should calculate itself from km * hours", ["change_field pay number km * hours"]),
        # Nothing of the kind is a field anywhere.
        ("add zander and eel", ["add_choice fish zander", "add_choice fish eel"]),
        ("i caught a trout so put that in the fish, and eel too", ["add_choice fish trout", "add_choice fish eel"]),
        ("add bait", ["add_field Bait text"]),
        ("add attachment", ["add_field Attachment url"]),
    ],
)
def test_what_is_new_is_a_figure_an_option_or_a_field(request_text: str, expected: list[str]) -> None:
    assert asked(request_text, WORK) == expected
