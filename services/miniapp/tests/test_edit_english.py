"""English requests as people type them, and what each is an operation for."""

from __future__ import annotations

from typing import Any

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops

from .test_edit_reading import WORKSHOP, read, spec_of, told


def brief(operations: list[dict[str, Any]]) -> list[str]:
    """Operations without the entity, each as its values in order."""
    return [" ".join(str(v) for k, v in o.items() if k != "entity") for o in operations]


def asked(request: str, spec: s.AppSpec) -> list[str]:
    """The operations of a request, briefly."""
    return brief(told(request, spec))


SHOP = spec_of(
    day="date",
    room=["hall", "yard", "roof"],
    helpers=["Ida", "Olli"],
    began="datetime",
    stopped="datetime",
    price="money",
    pieces="integer",
    weight="number",
    mood="rating",
    remark="text",
)


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("sort the table by day, newest first", ["change_view all day True"]),
        ("can you sort it by price", ["change_view all price False"]),
        ("I want to sort by day", ["change_view all day False"]),
        ("newest first please", ["change_view all day True"]),
        ("show the oldest on top", ["change_view all day False"]),
        ("the table should be sorted by price, highest first", ["change_view all price True"]),
        ("list everything alphabetically", ["change_view all remark False"]),
    ],
)
def test_an_order_is_one_of_the_lists(request_text: str, expected: list[str]) -> None:
    assert asked(request_text, SHOP) == expected


@pytest.mark.parametrize("request_text", ["sort them into small, medium, large", "sort of ware: tin, wood"])
def test_what_is_sorted_into_kinds_is_a_choice(request_text: str) -> None:
    (made,) = told(request_text, SHOP)
    assert (made["op"], made["type"]) == ("add_field", "choice")


@pytest.mark.parametrize(
    "request_text",
    [
        "merge hall and yard into one: outside",
        "please combine yard and hall to outside",
        "hall and yard can be merged into outside",
        "fold hall and yard into one option called 'outside'",
        "lump hall & yard together as outside",
    ],
)
def test_options_become_one(request_text: str) -> None:
    rename, remove = asked(request_text, SHOP)
    assert {rename, remove} == {"rename_choice room hall outside", "rename_choice room yard outside"}


def test_what_is_no_option_is_not_merged() -> None:
    assert read("merge price and pieces into one", SHOP).operations == ()
    assert asked("merge hall and yard into yard", SHOP) == ["rename_choice room hall yard"]


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        (
            "remark should be a dropdown, it's always tin, wood or clay",
            ["change_field remark choice ['tin', 'wood', 'clay']"],
        ),
        (
            "rename remark to ware, it's a choice: tin, wood, clay",
            ["rename_field remark ware", "change_field ware choice ['tin', 'wood', 'clay']"],
        ),
        ("remark is always one of tin, wood, clay", ["change_field remark choice ['tin', 'wood', 'clay']"]),
        ("remark should be checkboxes: tin, wood, clay", ["change_field remark multi_choice ['tin', 'wood', 'clay']"]),
        ("make the room a simple yes/no whether it was locked", ["change_field room boolean"]),
        ("weight in kg please", ["change_field weight kg"]),
        ("mood goes from 1 to 7", ["change_field mood 7.0"]),
        ("mood out of 10 not 5", ["change_field mood 10.0"]),
        ("the remark's a fixed list: tin, wood, clay", ["change_field remark choice ['tin', 'wood', 'clay']"]),
        ("default for pieces is 30", ["change_field pieces 30.0"]),
        ("pieces should be 30 by default", ["change_field pieces 30.0"]),
        ("room defaults to yard", ["change_field room yard"]),
        ("make yard the default for room", ["change_field room yard"]),
        ("set the pieces to 30 by default", ["change_field pieces 30.0"]),
        ("day and price must be filled in", ["change_field day True", "change_field price True"]),
        ("the remark column could be switched to required", ["change_field remark True"]),
    ],
)
def test_a_field_is_changed(request_text: str, expected: list[str]) -> None:
    assert asked(request_text, SHOP) == expected


MANY = "change_field room multi_choice"
BOTH = ["add_choice room cellar", "add_choice room attic"]


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        (
            "'attic' should come before hall",
            ["add_choice room attic", "change_field room ['attic', 'hall', 'yard', 'roof']"],
        ),
        ("we also started room cellar", ["add_choice room cellar"]),
        ("room cellar has arrived", ["add_choice room cellar"]),
        ("room cellar too", ["add_choice room cellar"]),
        ("cellar = new room", ["add_choice room cellar"]),
        ("cellar would be another room option", ["add_choice room cellar"]),
        ("the room can hold several. cellar + attic have to be in there", [MANY, *BOTH]),
        ("rooms: + cellar, + attic", BOTH),
        ("Olli wants to be called Oliver", ["rename_choice helpers Olli Oliver"]),
        (
            "hall and yard should be called lobby and garden",
            ["rename_choice room hall lobby", "rename_choice room yard garden"],
        ),
        (
            "Olli left, so take him out of the helpers, Petra joins",
            ["remove_choice helpers Olli", "add_choice helpers Petra"],
        ),
        ("'attic' + 'cellar' rooms", ["add_choice room attic", "add_choice room cellar"]),
    ],
)
def test_options_follow_what_is_told(request_text: str, expected: list[str]) -> None:
    assert asked(request_text, SHOP) == expected


@pytest.mark.parametrize("request_text", ["take Dora out of the helpers", "remove the cat from the room"])
def test_what_is_not_among_the_options_takes_no_field_along(request_text: str) -> None:
    assert read(request_text, SHOP).operations == ()


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("work out the hours from began and stopped", "Hours number h hours_between(began, stopped)"),
        ("how long did it take in minutes?", "How long did it take number min hours_between(began, stopped) * 60.0"),
        ("we charge 20 an hour, show what each job costs", "Cost per job money hours_between(began, stopped) * 20.0"),
        ("compute the takings if everything sells", "Takings money pieces * price"),
        ("would be nice to have the price per piece", "Price per piece money price / pieces"),
        ("pieces - weight, call it Rest", "Rest number pieces - weight"),
        ("I need to see price times pieces for every job", "Price times pieces money price * pieces"),
        ("value of pieces = price x pieces", "Value of pieces money price * pieces"),
    ],
)
def test_a_sum_is_a_field(request_text: str, expected: str) -> None:
    assert asked(request_text, SHOP) == [f"add_field {expected}"]


@pytest.mark.parametrize(
    "request_text", ["who works most?", "price minus tax for every job", "day, price", "actually a day before opening"]
)
def test_what_cannot_be_computed_or_is_there_adds_no_field(request_text: str) -> None:
    assert read(request_text, SHOP).operations == ()


SHOWN = "add_view chart room Total price per room Total price per room"
GONE = "remove_field remark"
SPAN = "hours_between(began, stopped)"


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("a photo of the final board would be a laugh", ["add_field Photo of the final board image"]),
        ("give us a list so we can see it all", ["add_view list"]),
        ("remind us every evening at 8 to lock up", ["add_automation schedule remind lock up 0 20 * * *"]),
        ("the boss wants the address as well as the day", ["add_field Address text"]),
        ("rather than remark just whether it was sold", ["remove_field remark", "add_field Was sold boolean"]),
        ("remark and mood are both unnecessary", ["remove_field remark", "remove_field mood"]),
        ("remarks we don't need any more", ["remove_field remark"]),
        ("remark -> gone", ["remove_field remark"]),
        ("the remark is always the same so that one's out", ["remove_field remark"]),
        ("remark - don't need", ["remove_field remark"]),
        ("the remark is often empty, leave that column out", ["remove_field remark"]),
        ("remark isnt interesting for me (always empty)", ["remove_field remark"]),
        ("we could drop the remark then", ["remove_field remark"]),
        ("rename 'mood' 2 'feeling', some of us laugh at it", ["rename_field mood feeling"]),
        ("mood is called feeling by most of them", ["rename_field mood feeling"]),
        ("The inspector always asks if it was locked", ["add_field Was locked boolean"]),
        ("i wanna see the price per room on a chart", ["add_aggregate Total price per room sum price room", SHOWN]),
        ("instead of mood we use a grade", ["remove_field mood", "add_field Grade text"]),
        ("link to the manual & a phone number", ["add_field Link url", "add_field Phone number text"]),
        ("nobody should be able to delete jobs but me", ["set_permission editor True True True"]),
        ("remark has to become cause and effect separately", ["add_field Cause text", "add_field Effect text", GONE]),
        ("split out materials as its own field", ["add_field Materials text"]),
    ],
)
def test_one_wish_is_one_operation(request_text: str, expected: list[str]) -> None:
    assert asked(request_text, SHOP) == expected


def test_next_is_a_date_that_is_not_there_yet() -> None:
    added, reminder = told("remind me 2 weeks before the next check - that date isn't in there yet", WORKSHOP)
    assert (added["label"], added["type"], reminder["field"]) == ("Next check", "date", "next_check")


def test_a_value_of_the_shape_of_the_options_is_one() -> None:
    app = spec_of(flat=["1L", "1R"], level=["7", "8"], note="text")
    assert asked("2L is ready, so add it", app) == ["add_choice flat 2L"]
    assert asked("we climb harder now so add 9 and 10", app) == ["add_choice level 9", "add_choice level 10"]
    assert read("add 24/7", app).operations == ()


def test_for_a_kind_of_record_is_where_a_wish_belongs() -> None:
    app = spec_of(name="text", given="date")
    app.entities.add(name="pickup", label="Pickup").fields.add(name="day", label="day", type=s.FIELD_TYPE_DATE)
    (made,) = told("for pickups I'd like the family size", app)
    assert (made["entity"], made["label"], made["type"]) == ("pickup", "Family size", "integer")
    (kind,) = told("could we get the helpers as a new list (name, phone)", app)
    assert (kind["label"], [f["label"] for f in kind["fields"]]) == ("Helper", ["Name", "Phone"])


def test_figures_that_are_called_by_name() -> None:
    app = spec_of(
        km_start="integer", km_end="integer", cash="money", card="money", hours="number", began="date", fixed="date"
    )
    assert asked("calculate the km driven pls, and what it costs: 0.30 per km", app) == [
        "add_field Km driven number km_end - km_start",
        "add_field What it costs money km_driven * 0.3",
    ]
    assert asked("tips in total (cash + card), tips per hour", app) == [
        "add_field Tips in total money cash + card",
        "add_field Tips per hour money tips_in_total / hours",
    ]
    assert asked("how many days until it was fixed?", app) == [
        "add_field How many days until it was fixed number days days_between(began, fixed)"
    ]


@pytest.mark.parametrize(
    "remark",
    [
        "some of us drink wine",
        "Only the owner may see... hm",
        "set the table",
        "keep an eye on it",
    ],
)
def test_an_aside_is_no_wish(remark: str) -> None:
    assert read(remark, SHOP).operations == ()


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("add cellar and attic as rooms", BOTH),
        ("put cellar and attic in as rooms", BOTH),
        ("cellar needs cleaning, so put that with the room", ["add_choice room cellar"]),
        ("it could be cold, so those outside need a room as well: 'cellar'", ["add_choice room cellar"]),
        ("Ida has moved out and Petra moved in", ["add_choice helpers Petra"]),
        ("remark nobody reads", ["remove_field remark"]),
        ("the remark isn't public so skip it", ["remove_field remark"]),
        (
            "can u get rid of the remark :D. pieces is called items",
            ["remove_field remark", "rename_field pieces items"],
        ),
        ("hours between began and stopped please", ["add_field Hours between began and stopped number h " + SPAN]),
        ("next day = day + pieces", ["add_field Next day date add_days(day, pieces)"]),
        ("it'd be cool to upload the receipt", ["add_field Receipt url"]),
        ("the day is often unknown so it shouldn't be required", []),
        ("a countdown of days to the fair", ["add_field Countdown of days integer"]),
    ],
)
def test_what_is_told_with_its_reason_is_done(request_text: str, expected: list[str]) -> None:
    assert brief(ops.to_json(read(request_text, SHOP).operations)) == expected


def test_a_purchase_is_no_board_and_a_form_no_option() -> None:
    app = spec_of(spot=["north", "pier"], board="text", what="text", stoke="rating")
    assert asked("I bought a second board, so make board a choice between long and fish", app) == [
        "change_field board choice ['long', 'fish']"
    ]
    assert (
        read("what can be long so make it a bigger text box, stoke out of ten", app).operations
        == read("stoke out of 10", app).operations
    )


def test_figures_of_parts_that_were_computed_before() -> None:
    app = spec_of(full="integer", open="integer", least="integer", cost="money", how_many="integer", paid="boolean")
    assert asked("bottles in all (full plus open), how many to order (least minus that)", app) == [
        "add_field Bottles in all number full + open",
        "add_field How many to order number least - bottles_in_all",
    ]
    assert asked("cost per head please", app) == ["add_field Cost per head money cost / how_many"]
    (figure, shown) = told("show how much is unpaid as one number", app)
    assert (figure["where"], figure["field"], shown["type"]) == ("paid == false", "cost", "metric")


@pytest.mark.parametrize("remark", ["hallway needs cleaning too", "that with the rooms", "we bought a chart"])
def test_news_of_nothing_that_is_chosen_changes_nothing(remark: str) -> None:
    assert read(remark, SHOP).operations == ()


PER_PIECE = "add_field Cost per piece money price / pieces"


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("'remark' should be 'note'", ["rename_field remark note"]),
        ('remark ought to be simply "note"', ["rename_field remark note"]),
        ("can lose the remark, the price says enough", ["remove_field remark"]),
        ("could drop remark", ["remove_field remark"]),
        ("remark is a jumble, make it real people", ["change_field remark person"]),
        ("remark was a bad idea, make it a proper number", ["change_field remark number"]),
        ("work out what one piece costs us each month", [PER_PIECE]),
        ("calculate what a piece costs me", [PER_PIECE]),
        ("the ratio of price to weight please", ["add_field Ratio of price to weight money price / weight"]),
        ("compute the weight to pieces ratio", ["add_field Weight to pieces ratio number weight / pieces"]),
        ("a room: 'attic', it comes after hall", ["add_choice room attic hall"]),
        ("missing a room: 'attic'. it goes before yard", ["add_choice room attic hall"]),
        ("id love to have a link to the shop", ["add_field Link url"]),
        (
            "i want to give points, and note the buyer's name",
            ["add_field Points number", "add_field Buyer's name text"],
        ),
        ("where was it found (attic, street)", ["add_field Where was it found choice ['attic', 'street']"]),
        ("which glue I used: bone, wood or super", ["add_field Glue choice ['bone', 'wood', 'super']"]),
    ],
)
def test_what_is_said_shortly_is_done(request_text: str, expected: list[str]) -> None:
    assert asked(request_text, SHOP) == expected


def test_what_is_drawn_is_a_number_and_the_chart_is_of_it() -> None:
    added, total, chart = asked("add my standing afterwards and plot it as a graph", SHOP)
    assert added == "add_field Standing afterwards number"
    assert total.startswith("add_aggregate Total standing afterwards")
    assert chart.startswith("add_view chart")


@pytest.mark.parametrize("request_text", ["we got rid of the cat", "started learning it", "remark is a jumble"])
def test_what_is_only_told_adds_nothing(request_text: str) -> None:
    assert read(request_text, SHOP).operations == ()


def test_who_needs_a_list_is_no_kind_of_record() -> None:
    request_text = "I need a separate list of the buyers with address and phone, each job tied to one"
    first, second = asked(request_text, SHOP)
    assert first.startswith("add_entity Buyer")
    assert second.startswith("add_field Buyer relation")


def test_what_was_paid_and_what_it_is_worth_give_the_gain() -> None:
    stamps = spec_of(stamp="text", paid="money", country=["Malta", "Chile"])
    worth, gain = asked("next to it what the stamp is worth now, and the app should work out the gain", stamps)
    assert worth.startswith("add_field Worth")
    assert worth.endswith("money")
    assert gain.startswith("add_field Gain")
    assert gain.endswith("- paid")
    assert asked("just started Peru", stamps) == ["add_choice country Peru"]


def test_a_courtesy_before_a_date_and_its_reminder_is_no_part_of_its_name() -> None:
    added, _ = asked("We'd like birthdays too, with a reminder", SHOP)
    assert added == "add_field Birthday date"


def test_net_is_what_comes_in_less_what_goes_off() -> None:
    crates = spec_of(gross="number", tare="number", day="date")
    assert asked("compute the net weight", crates) == ["add_field Net weight number gross - tare"]
