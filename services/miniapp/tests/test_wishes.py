"""How prompts are read, and what apps are drafted of them: tables in English and Chinese, without any server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.application.cel import CelEngine
from madeleine_miniapp.application.refinement import check
from madeleine_miniapp.domain.choosing import PLAIN_LIST, PLAIN_LOG, Choice, choose
from madeleine_miniapp.domain.drafting import draft
from madeleine_miniapp.domain.validation import problems
from madeleine_miniapp.domain.wishes.reading import read

LIBRARY = PackagedLibrary()
KNOWN = LIBRARY.known_fields()
T, N, W, B, D, R, P, M = (
    s.FIELD_TYPE_TEXT,
    s.FIELD_TYPE_NUMBER,
    s.FIELD_TYPE_INTEGER,
    s.FIELD_TYPE_BOOLEAN,
    s.FIELD_TYPE_DATE,
    s.FIELD_TYPE_RATING,
    s.FIELD_TYPE_PERSON,
    s.FIELD_TYPE_MONEY,
)


def made(prompt: str, blueprint: str = PLAIN_LOG, *, close: bool = False) -> s.AppSpec:
    """The app that a blueprint becomes for a prompt, sound and ready for records."""
    chosen = LIBRARY.get(blueprint)
    known = KNOWN.with_fields(f for e in chosen.entities for f in e.fields)
    spec = draft(chosen, read(prompt, known), known, close=close).spec
    assert problems(spec) == []
    assert check(spec, CelEngine()) == []
    return spec


def fields(spec: s.AppSpec) -> dict[str, s.Field]:
    """The main entity's fields by label."""
    return {f.label: f for f in spec.entities[0].fields}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("log for the dog: weight, walks per day, who walked her", {"Weight": N, "Walks": W, "Who walked her": P}),
        ("track my dives: site, max depth in m, how long, saw sharks y/n", {"Site": T, "Max depth": N, "How long": N}),
        ("note which bike, how many km, what it cost and when", {"Bike": T, "What it cost": M, "When": D}),
        ("orders: item, price, paid?, delivered or not, ordered on", {"Price": M, "Delivered": B, "Ordered on": D}),
        ("rehearsals: piece, tempo, how it went, last practised", {"How it went": R, "Last practised": D}),
        ("tastings: roast, water temp, sweetness 1-10", {"Roast": T, "Water temp": N, "Sweetness": R}),
        ("scores: player, points, checked by, insulin units", {"Checked by": P, "Insulin units": N}),
        ("记录骑车：路线、多少公里、谁骑的、有没有摔", {"路线": T, "多少公里": N, "谁骑的": P, "有没有摔": B}),
        ("账本：水费、电费、月份、谁交的", {"水费": M, "电费": M, "谁交的": P}),
        ("种菜：品种、播种日期、收成、评分1到10", {"播种日期": D, "收成": N, "评分": R}),
    ],
)
def test_fields_are_named_as_the_person_named_them(prompt: str, expected: dict[str, s.FieldType.ValueType]) -> None:
    found = {wish.label: T if wish.type is None else wish.type for wish in read(prompt, KNOWN).fields}
    assert {label: found.get(label) for label in expected} == expected


@pytest.mark.parametrize(
    "prompt",
    [
        "hi, can you make me an app please",
        "I want something where we can all write things down together",
        "My flatmate and I keep forgetting things, help!",
        "帮我们做一个大家一起用的小程序",
        "lol",
    ],
)
def test_small_talk_names_no_fields(prompt: str) -> None:
    assert [w.label for w in read(prompt, KNOWN).fields] == []


def test_options_scales_and_units_are_taken_over() -> None:
    found = fields(made("stamps: condition (mint, used, damaged), rarity 1-10, weight in g, grade (a, b, etc.)"))
    assert list(found["Condition"].choices) == ["mint", "used", "damaged"]
    assert list(found["Grade"].choices) == ["a", "b", "other"]
    assert (found["Rarity"].type, found["Rarity"].max) == (R, 10)
    assert found["Weight"].unit == "g"
    chinese = fields(made("二手：成色（全新、九成新、一般）、标价、是否寄出"))
    assert list(chinese["成色"].choices) == ["全新", "九成新", "一般"]
    assert (chinese["标价"].type, chinese["是否寄出"].type) == (M, B)
    assert fields(made("eczema: itch 0-10"))["Itch"].min == 0


def test_a_blueprints_fields_take_the_persons_words_and_keep_their_names() -> None:
    spec = made("meal log: food, kcal, meal (breakfast, lunch, dinner), who cooked", "meals", close=True)
    by_name = {f.name: f for f in spec.entities[0].fields}
    assert (by_name["dish"].label, by_name["calories"].label) == ("Food", "Kcal")
    assert next(f for f in by_name.values() if f.label == "Who cooked").type == P
    # Enough was named: what the blueprint usually has besides stays away.
    assert "protein" not in by_name
    assert "protein" in {f.name for f in made("meal log please", "meals", close=True).entities[0].fields}


def test_views_are_those_asked_for_with_the_field_that_they_need() -> None:
    kanban = made("ideas for the attic as a kanban board")
    board = next(v for v in kanban.views if v.type == s.VIEW_TYPE_BOARD)
    assert board.by in {f.name for f in kanban.entities[0].fields}
    ticked = made("things to do before the move, tick them off", PLAIN_LIST)
    assert s.VIEW_TYPE_CHECKLIST in {v.type for v in ticked.views}
    charted = made("push-ups: date, how many. chart per month")
    chart = next(v for v in charted.views if v.type == s.VIEW_TYPE_CHART)
    figure = next(a for a in charted.aggregates if a.name == chart.aggregate)
    assert (figure.function, figure.bucket) == (s.AGGREGATE_FUNCTION_SUM, "month")


def test_figures_are_over_what_they_name() -> None:
    spec = made("gym: date, exercise, weight, reps. average weight of the last 14 days, total reps per exercise")
    found = {(a.function, a.field, a.group_by, a.days) for a in spec.aggregates}
    assert (s.AGGREGATE_FUNCTION_MEAN, "weight", "", 14) in found
    assert (s.AGGREGATE_FUNCTION_SUM, "reps", "exercise", 0) in found
    # A weight adds up to nothing.
    assert (s.AGGREGATE_FUNCTION_SUM, "weight", "", 0) not in found


@pytest.mark.parametrize(
    ("prompt", "trigger", "detail"),
    [
        ("visa papers: document, deadline. remind me 14 days before the deadline", "date", ("due_date", 14)),
        ("药箱：药名、有效期，提前一个月提醒我", "date", ("due_date", 30)),
        ("tank: date, nitrite. warn me if nitrite is over 0.3", "record", ("nitrite > 0.3",)),
        ("血压记录：高压、低压、日期，高压超过150就提醒", "record", ("blood_pressure_high > 150.0",)),
        ("water the ferns: plant, date. remind me every sunday at 18:30", "schedule", ("30 18 * * 0",)),
    ],
)
def test_reminders_become_automations(prompt: str, trigger: str, detail: tuple[object, ...]) -> None:
    found = {
        (a.trigger, *((a.field, a.days_before) if a.trigger == "date" else (a.condition or a.schedule,)))
        for a in made(prompt).automations
    }
    assert (trigger, *detail) in found


def test_who_pays_in_what_is_the_currency() -> None:
    assert fields(made("trip cash: what, amount in euros, who paid"))["Amount"].type == M


def test_words_alone_find_a_blueprint_and_far_ones_are_left() -> None:
    def chosen(prompt: str) -> Choice:
        return choose(prompt, read(prompt, KNOWN), LIBRARY.all(), {})

    assert chosen("our shopping list") == Choice("shopping", close=True)
    assert chosen("给植物浇水的记录") == Choice("plants", close=True)
    assert chosen("zzz").blueprint_id in (PLAIN_LOG, PLAIN_LIST)
    assert not chosen("zzz").close


_WORDS = (
    "who what when how many much long weight date paid y/n 1-10 (a, b) and , : . ? per day total remind me before"
    " 谁 日期 多少 、 ："
)


@given(st.one_of(st.text(max_size=120), st.lists(st.sampled_from(_WORDS.split()), max_size=40).map(" ".join)))
def test_whatever_is_typed_becomes_a_sound_app(prompt: str) -> None:
    for blueprint, close in ((PLAIN_LOG, False), ("expenses", True)):
        spec = made(prompt, blueprint, close=close)
        assert len(spec.entities[0].fields) <= 30
