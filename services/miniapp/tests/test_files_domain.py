"""CSV as people and spreadsheets write it; what is written is read as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.app import as_struct
from madeleine_miniapp.domain.errors import Bad
from madeleine_miniapp.domain.files.columns import Known, Unfit, column_for
from madeleine_miniapp.domain.files.guard import guarded, unguarded
from madeleine_miniapp.domain.files.inferring import infer
from madeleine_miniapp.domain.files.matching import match
from madeleine_miniapp.domain.files.reading import read
from madeleine_miniapp.domain.files.rows import read_rows
from madeleine_miniapp.domain.files.writing import BOM, cells_of, csv_text, header_of, unique
from madeleine_miniapp.domain.records import Surroundings, coerce
from madeleine_miniapp.domain.validation import problems


def values(
    kind: str, *cells: str, delimiter: str = ",", unit: str = "", day_first: bool = True, **field: Any
) -> list[Any]:
    """What a column's cells are; the reason for those that cannot be read."""
    known = s.Field(name="f", type=s.FieldType.Value(f"FIELD_TYPE_{kind}"), **field)
    column = column_for(known, cells, Known(delimiter, day_first), unit)

    def of(cell: str) -> Any:
        try:
            return column.read(cell)
        except Unfit as error:
            return str(error)

    return [of(cell) for cell in cells]


@pytest.mark.parametrize(
    ("cells", "delimiter", "numbers"),
    [
        (["1", "2.5", "-3", "+4"], ",", [1, 2.5, -3, 4]),
        (["1,234", "5,678"], ",", [1234, 5678]),
        (["1,234", "5,678"], ";", [1.234, 5.678]),
        (["1,5", "1234,25"], ",", [1.5, 1234.25]),
        (["1.234,5", "12"], ",", [1234.5, 12]),
        (["1,234.5", "12"], ",", [1234.5, 12]),
        (["1.234.567"], ",", [1234567]),
        (["0,125", "1,500"], ",", [0.125, 1.5]),
        (["1 234", "1\u202f234,5", "1'234"], ",", [1234, 1234.5, 1234]),
        (["$1,234.50", "€ 3", "4 USD", "¥5", "6元", "-$7", "($8)", "9 €"], ",", [1234.5, 3, 4, 5, 6, -7, -8, 9]),
        (["45%", "−3"], ",", [45, -3]),
        (["1e3", "2.5E-1"], ",", [1000, 0.25]),
        (["n/a", "-", "", "7"], ",", [None, None, None, 7]),
        (["12,34,56", "seven", "1-2"], ",", ["must be a number"] * 3),
    ],
)
def test_numbers(cells: list[str], delimiter: str, numbers: list[Any]):
    assert values("NUMBER", *cells, delimiter=delimiter) == numbers


def test_a_unit_beside_the_number_is_not_part_of_it():
    assert values("NUMBER", "80 kg", "81kg", unit="kg") == [80, 81]
    assert values("NUMBER", "80 kg") == ["must be a number"]


@pytest.mark.parametrize(
    ("cells", "dates"),
    [
        (["2026-03-15", "2026/3/5", "20260315", "2026年3月15日"],
         ["2026-03-15", "2026-03-05", "2026-03-15", "2026-03-15"]),
        (["15/03/2026", "03/04/2026"], ["2026-03-15", "2026-04-03"]),
        (["03/15/2026", "03/04/2026"], ["2026-03-15", "2026-03-04"]),
        (["15.3.26", "1.12.99"], ["2026-03-15", "1999-12-01"]),
        (["Mar 15, 2026", "15 March 2026", "Sun, 15 Mar 2026", "1st May 2026"],
         ["2026-03-15", "2026-03-15", "2026-03-15", "2026-05-01"]),
        (["46096", "46097"], ["2026-03-15", "2026-03-16"]),
        (["2026-02-30", "soon", "2026-13-01"], ["must be a date such as 2026-03-15"] * 3),
    ],
)  # fmt: skip
def test_dates_are_decided_by_the_whole_column(cells: list[str], dates: list[str]):
    assert values("DATE", *cells) == dates


def test_an_ambiguous_column_goes_by_where_the_reader_is():
    assert values("DATE", "03/04/2026") == ["2026-04-03"]
    assert values("DATE", "03/04/2026", day_first=False) == ["2026-03-04"]
    assert "day first" in column_for(s.Field(type=s.FIELD_TYPE_DATE), ["03/04/2026"], Known()).note
    assert not column_for(s.Field(type=s.FIELD_TYPE_DATE), ["03/14/2026"], Known()).note


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-03-15 20:00", "2026-03-15T20:00:00"),
        ("2026-03-15T20:00:05.25Z", "2026-03-15T20:00:05.250000+00:00"),
        ("2026-03-15T20:00+0130", "2026-03-15T20:00:00+01:30"),
        ("3/15/2026 8:05 PM", "2026-03-15T20:05:00"),
        ("15.03.2026, 12:00 am", "2026-03-15T00:00:00"),
        ("2026年3月15日 下午8:05", "2026-03-15T20:05:00"),
        ("2026年3月15日20点", "2026-03-15T20:00:00"),
        ("2026-03-15", "2026-03-15T00:00"),
    ],
)
def test_moments(cell: str, moment: str):
    assert values("DATETIME", cell, day_first="/" not in cell) == [moment]
    assert values("DATE", cell, day_first="/" not in cell) == ["2026-03-15"]


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [("90", 90), ("1:30", 5400), ("1:30:05", 5405), ("90 min", 5400), ("1h 30m", 5400), ("1.5 h", 5400),
     ("1小时30分钟", 5400), ("45 s", 45), ("2 days", 172800)],
)  # fmt: skip
def test_durations(cell: str, seconds: float):
    assert values("DURATION", cell) == [seconds]


def test_a_duration_goes_by_its_headers_unit():
    assert values("DURATION", "90", "1:30", unit="min") == [5400, 5400]


def test_words_for_yes_and_no():
    assert values("BOOLEAN", "yes", "No", "TRUE", "0", "是", "否", "x", "") == [
        True, False, True, False, True, False, True, None,
    ]  # fmt: skip
    assert values("BOOLEAN", "perhaps") == ["must be yes or no"]


def test_stars():
    assert values("RATING", "4", "4/5", "★★★☆☆", "3 stars") == [4, 4, 3, 3]


def test_choices_in_any_case_and_several_by_any_separator():
    assert values("CHOICE", "LUNCH", " dinner ", "", choices=["lunch", "Dinner"]) == ["lunch", "Dinner", None]
    (reason,) = values("CHOICE", "brunch", choices=["lunch"])
    assert "'brunch' is not among the choices" in reason
    tags = ["a", "b c", "d, e"]
    assert values("MULTI_CHOICE", "A; b  c", "a|B C", "d, e", "a,b c", '["a", "b c"]', choices=tags) == [
        ["a", "b c"], ["a", "b c"], ["d, e"], ["a", "b c"], ["a", "b c"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "delimiter", "rows"),
    [
        ("a,b\n1,2\n", ",", [["1", "2"]]),
        ("\ufeffa;b\r\n1,5;2\r\n", ";", [["1,5", "2"]]),
        ("a\tb\n1\t2", "\t", [["1", "2"]]),
        ("sep=|\na|b\n1|2", "|", [["1", "2"]]),
        ('a,b\n"x\ny ""z""",2\n', ",", [['x\ny "z"', "2"]]),
        ("a,b\r1,2\r", ",", [["1", "2"]]),
        ("\n\na,b\n\n1,2\n\n", ",", [["1", "2"]]),
        ("a\nx, y\n", ",", None),
        ("a,b,\n1,2,\n", ",", [["1", "2"]]),
        ('a,b\n5" pipe,2\n6" pipe,3\n', ",", [['5" pipe', "2"], ['6" pipe', "3"]]),
    ],
)
def test_files_of_all_kinds(text: str, delimiter: str, rows: list[list[str]] | None):
    sheet = read_rows(text)
    assert sheet.delimiter == delimiter
    if rows is not None:
        assert [list(row.cells) for row in sheet.rows] == rows
        assert not [row.fault for row in sheet.rows if row.fault]


def test_a_broken_row_does_not_take_the_others_along():
    sheet = read_rows('a,b\n1,2\n"never closed,3\n4,5\n6,7,8\n9\n')
    assert [(row.number, row.fault) for row in sheet.rows] == [
        (1, ""), (2, "has a quote that is never closed"), (3, ""), (4, "has 3 cells, the header has 2"), (5, ""),
    ]  # fmt: skip
    assert list(sheet.rows[4].cells) == ["9", ""]


@pytest.mark.parametrize("text", ["", "\n\n", "a\n\x00", ",,\n , \n"])
def test_what_is_no_table_is_refused(text: str):
    with pytest.raises(Bad) as refused:
        read_rows(text)
    assert refused.value.violations[0].field == "csv"


def test_columns_find_their_fields_by_name_label_and_without_their_unit():
    entity = s.Entity(
        name="e",
        fields=[
            s.Field(name="body_weight", label="Weight", type=s.FIELD_TYPE_NUMBER),
            s.Field(name="day", label="日期", type=s.FIELD_TYPE_DATE),
            s.Field(name="bmi", label="BMI", type=s.FIELD_TYPE_NUMBER, formula="1.0"),
        ],
    )
    found = match(entity, ["WEIGHT (kg)", "日期", "BMI", "x"], {})
    assert [(one.field.name, one.unit) for one in found] == [("body_weight", "kg"), ("day", "")]
    assert match(entity, ["Body weight", "x"], {"x": "day"})[1].field.name == "day"
    assert [one.field.name for one in match(entity, ["Weight", "day"], {"Weight": ""})] == ["day"]
    for told, path in (({"y": "day"}, "columns.y"), ({"x": "bmi"}, "columns.x"), ({"x": "no"}, "columns.x")):
        with pytest.raises(Bad) as refused:
            match(entity, ["Weight", "x"], told)
        assert refused.value.violations[0].field == path
    with pytest.raises(Bad):
        match(entity, ["x", "y"], {})


@given(st.text())
def test_the_guard_comes_off_as_it_went_on(text: str):
    assert unguarded(guarded(text)) == text
    assert guarded(text).lstrip(" \u3000")[:1] not in tuple("=+-@")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "'=1"])
def test_formulas_are_guarded(text: str):
    assert guarded(text) == f"'{text}"


_TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)
_CHOICE = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=10)
# Before 1900 some places were more than 14 hours away; records refuse that.
_MOMENTS = st.datetimes(timezones=st.timezones()).filter(
    lambda m: abs(m.utcoffset() or timedelta()) <= timedelta(hours=14)
)
_FIELDS: dict[str, tuple[s.FieldType.ValueType, st.SearchStrategy[Any]]] = {
    "text": (s.FIELD_TYPE_TEXT, _TEXT.filter(bool)),
    "number": (s.FIELD_TYPE_NUMBER, st.floats(-1e15, 1e15)),
    "whole": (s.FIELD_TYPE_INTEGER, st.integers(-(2**49), 2**49)),
    "money": (s.FIELD_TYPE_MONEY, st.floats(-1e12, 1e12)),
    "yes": (s.FIELD_TYPE_BOOLEAN, st.booleans()),
    "day": (s.FIELD_TYPE_DATE, st.dates().map(lambda day: day.isoformat())),
    "moment": (s.FIELD_TYPE_DATETIME, _MOMENTS.map(lambda moment: moment.isoformat())),
    "stars": (s.FIELD_TYPE_RATING, st.integers(1, 5)),
    "lasted": (s.FIELD_TYPE_DURATION, st.floats(0, 1e7) | st.integers(0, 10**7)),
    "who": (s.FIELD_TYPE_PERSON, st.sampled_from(["p1", "p2", "p3"])),
    "page": (s.FIELD_TYPE_URL, st.sampled_from(["https://a.example/?q=1,2", "http://b.example/'x"])),
    "of": (s.FIELD_TYPE_RELATION, st.sampled_from(["r1", "r2", "r3", "r4"])),
}
_PEOPLE = {"p1": "Ana", "p2": "=Ben", "p3": "ana "}
_TITLES = {"r1": "Soup, hot", "r2": "n/a", "r3": "stew", "r4": "STEW"}


@st.composite
def tables(draw: st.DrawFn) -> tuple[s.Entity, list[dict[str, Any]]]:
    """An entity of some fields of all types, and records of it."""
    one = draw(st.lists(_CHOICE, min_size=1, max_size=6, unique_by=lambda text: " ".join(text.casefold().split())))
    kinds = {**_FIELDS, "pick": (s.FIELD_TYPE_CHOICE, st.sampled_from(one))}
    kinds["picks"] = (s.FIELD_TYPE_MULTI_CHOICE, st.lists(st.sampled_from(one), min_size=1, unique=True))
    names = draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, unique=True))
    entity = s.Entity(name="e")
    for name in names:
        entity.fields.add(name=name, label=draw(_TEXT), type=kinds[name][0])
        if name in ("pick", "picks"):
            entity.fields[-1].choices.extend(one)
        if name == "of":
            entity.fields[-1].relates_to = "other"
    record = st.fixed_dictionaries({}, optional={name: kinds[name][1] for name in names})
    return entity, draw(st.lists(record, max_size=8))


def stored(entity: s.Entity, given_values: Mapping[str, Any]) -> dict[str, Any]:
    around = Surroundings(UTC, {**{i: i for i in _PEOPLE}, "=ben": "p2"}, {"other": set(_TITLES)})
    return coerce(entity, as_struct(given_values), around)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_what_is_exported_comes_back_as_it_was(table: tuple[s.Entity, list[dict[str, Any]]]):
    entity, given_records = table
    records = [stored(entity, one) for one in given_records]
    # A row without a letter in it is nothing, in any file.
    records = [r for r in records if any(not isinstance(v, str) or v.strip() for v in r.values())]
    titles = unique(_TITLES)
    cells = [cells_of(entity, one, unique(_PEOPLE), {"other": titles}) for one in records]
    text = BOM + csv_text([header_of(entity), *cells])
    assert list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))[1:] == [
        [guarded(cell) for cell in row] for row in cells
    ]
    sheet = read_rows(text)
    told = dict(zip(sheet.header, [field.name for field in entity.fields], strict=False))
    known = Known(sheet.delimiter, titles={"other": {t.casefold().strip(): i for i, t in titles.items()}})
    readout = read(sheet, match(entity, sheet.header, told), known)
    assert not readout.broken
    back = [coerce_values(entity, row) for row in readout.rows.values()]
    assert back == records


def coerce_values(entity: s.Entity, row: Mapping[str, Any]) -> dict[str, Any]:
    around = Surroundings(UTC, {**{i: i for i in _PEOPLE}, "=ben": "p2"}, {"other": set(_TITLES)})
    struct = as_struct({})
    for name, value in row.items():
        struct.fields[name].CopyFrom(value)
    return coerce(entity, struct, around)


def test_an_app_is_read_off_a_file():
    text = """Bought on,Item,Price,Qty,Kind,Done,Link,Stars,Took (min),Code,体重(kg),At
15/03/2026,Milk,"$1,200.50",2,food,yes,https://a.example,★★★,30,00123,70.5,2026-03-15 08:00
16/03/2026,Soap,$3.00,1,home,no,https://b.example,★,45,00124,71,2026-03-15 09:00
17/03/2026,Bread,$2.10,4,food,yes,,★★,10,00125,72,2026-03-16 08:30
18/03/2026,Rice,$8.10,1,Food,no,,★★★★★,20,00126,72,2026-03-17 08:30
"""
    spec = infer(read_rows(text), "Shopping", False, Known())
    assert [s.FieldType.Name(f.type).removeprefix("FIELD_TYPE_") for f in spec.entities[0].fields] == [
        "DATE", "TEXT", "MONEY", "INTEGER", "CHOICE", "BOOLEAN", "URL", "RATING", "DURATION", "TEXT", "NUMBER",
        "DATETIME",
    ]  # fmt: skip
    assert spec.currency == "USD"
    assert list(spec.entities[0].fields[4].choices) == ["food", "home"]
    assert spec.entities[0].fields[10].unit == "kg"
    assert problems(spec) == []
    assert {view.name for view in spec.views} == {"table", "form", "calendar", "board", "total", "by_group"}


@settings(max_examples=150)
@given(st.text(st.characters(exclude_characters="\x00"), min_size=1, max_size=200))
def test_no_text_breaks_the_reading_of_files(text: str):
    try:
        sheet = read_rows(text)
        spec = infer(sheet, "x", False, Known())
    except Bad:
        return
    assert problems(spec) == []
