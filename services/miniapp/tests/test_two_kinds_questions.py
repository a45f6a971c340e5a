"""Questions over two kinds of record: things with a state and a size, and sittings in which one works on them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.related import related, rests_on_both
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.relations import check_relation

LEXICON = Lexicon(PackagedLibrary().all())
NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
PEOPLE = {"ana": "Ana", "ben": "Ben"}
ASKER = Asker("Ana", NOW, PEOPLE, {name: name for name in PEOPLE.values()})
APP = "00000000-0000-4000-8000-000000000001"


def _field(name: str, kind: s.FieldType.ValueType, choices: str = "") -> s.Field:
    return s.Field(name=name, label=name.replace("_", " "), type=kind, choices=choices.split("|") if choices else ())


SHELF = s.AppSpec(
    title="Reading log",
    entities=[
        s.Entity(
            name="Book",
            label="Book",
            fields=[
                _field("title", s.FIELD_TYPE_TEXT),
                _field("author", s.FIELD_TYPE_TEXT),
                _field("reader", s.FIELD_TYPE_PERSON),
                _field("status", s.FIELD_TYPE_CHOICE, "want to read|reading|finished|abandoned"),
                _field("genre", s.FIELD_TYPE_CHOICE, "poetry|crime"),
                _field("pages", s.FIELD_TYPE_INTEGER),
                _field("started", s.FIELD_TYPE_DATE),
                _field("finished", s.FIELD_TYPE_DATE),
                _field("rating", s.FIELD_TYPE_RATING),
                _field("source", s.FIELD_TYPE_TEXT),
            ],
        ),
        s.Entity(
            name="Session",
            label="Session",
            fields=[
                _field("date", s.FIELD_TYPE_DATE),
                _field("reader", s.FIELD_TYPE_PERSON),
                _field("book", s.FIELD_TYPE_TEXT),
                _field("pages_read", s.FIELD_TYPE_INTEGER),
                _field("minutes", s.FIELD_TYPE_DURATION),
                _field("place", s.FIELD_TYPE_TEXT),
            ],
        ),
    ],
)  # fmt: skip
_BY_READER = "pages read / minutes by reader, highest first"
TEXTS = {
    "Book": {
        "title": ["Beloved", "Silas Marner", "Garden"],
        "author": ["Toni Morrison", "George Eliot"],
        "source": ["library"],
    },
    "Session": {"book": ["Beloved", "Silas Marner", "Garden"], "place": ["bed", "tram", "garden"]},
}


def _subject(place: int) -> Subject:
    entity, other = SHELF.entities[place], SHELF.entities[1 - place]
    texts = TEXTS[entity.name]
    return Subject(SHELF, entity, True, ("reader",), APP, texts, date(2025, 11, 1), NOW.date(), {}, (other,))


SUBJECTS = [(_subject(0), ASKER), (_subject(1), ASKER)]


def ask(question: str) -> Reading:
    """The reading of the kind of record that knows the question best, else of both, as an app reads it."""
    alone = [read(question, subject, asker, LEXICON) for subject, asker in SUBJECTS]
    best = max(alone, key=lambda reading: (reading.computable, reading.score))
    both = [read(question, subject, asker, LEXICON) for subject, asker in related(SUBJECTS, LEXICON)]
    return best if best.computable else next((r for r in both if rests_on_both(r)), best)


def planned(question: str) -> tuple[str, Plan]:
    """The kind of record that is asked, and the plan; wholly understood, its relation sound."""
    reading = ask(question)
    assert reading.computable, (question, reading.problem, reading.unplaced)
    assert reading.plan is not None
    check_relation(reading.plan.relation, {APP: SHELF})
    return reading.subject.entity.name, reading.plan


@pytest.mark.parametrize(
    ("question", "kind", "told"),
    [
        ("how many pages did I get through in january", "Session", "sum of pages read"),
        ("pages of Beloved I've logged so far", "Session", "sum of pages read"),
        ("how many pages of Beloved has it got", "Book", "sum of pages"),
        ("my record for pages in one day and when was it", "Session", "day with the highest sum of pages read"),
        ("what is each of us reading right now", "Book", "records that match"),
        ("how many books have I read", "Book", "number of records"),
        ("when did I start Beloved and when was I done", "Book", "records that match"),
        ("who has read the most books", "Book", "reader by number of records"),
        ("which authors have we read", "Book", "different author of records"),
        ("how many hours have I read", "Session", "sum of minutes"),
        ("how many books is each of us reading right now", "Book", "number of records by reader"),
        ("who finished the most books? counts for all of us", "Book", "number of records by reader"),
        ("how many pages of Beloved have I still got ahead of me", "Book", "pages left"),
        ("in how many weeks did I not read at all", "Session", "weeks without such a record"),
        ("going to the library later. which ones on my list are from there", "Book", "records that match"),
        ("how far into Beloved did ben get, in pages?", "Session", "sum of pages read"),
        ("how many pages have we got through this month", "Session", "sum of pages read"),
        ("how many pages do the books I finished have", "Book", "sum of pages"),
        ("how many books did I get through in january", "Book", "number of records"),
        ("where do we spend the most minutes reading", "Session", "sum of minutes by place, highest first"),
        ("where do I read most? minutes per place", "Session", "sum of minutes by place"),
        ("books per genre, most common first", "Book", "number of records by genre"),
        ("genres by number of books, fewest first", "Book", "number of records by genre"),
        ("places by total minutes", "Session", "sum of minutes by place"),
        ("how many sessions did it take me to get through Beloved", "Session", "number of records"),
        ("how many minutes did it take ben to read Beloved", "Session", "sum of minutes"),
        ("how long did it take me to read Beloved", "Book", "days from start to finish"),
        ("which crime book took me the shortest to read", "Book", "days from start to finish"),
        ("what did I rate Beloved", "Book", "rating"),
        ("how many stars did Silas Marner get", "Book", "rating"),
        ("average length of a finished book", "Book", "mean of pages"),
        ("what did ben start reading in january", "Book", "records that match"),
        ("how many books did we start in january and finish in february", "Book", "number of records"),
        ("哪些书是今年开始读的", "Book", "相符的记录"),
        ("二月份我一共读了几天书", "Session", "有记录的天数"),
        ("how many pages do I have left in Beloved", "Book", "pages left"),
        ("what percentage of Beloved have I read", "Book", "share of pages done"),
        ("Beloved我读了百分之几了", "Book", "完成的pages占比"),
        ("Beloved我还剩多少页没读", "Book", "剩下的pages"),
        ("how many days ago did I finish Beloved", "Book", "days since it was finished"),
        ("how long ago did ben start Beloved", "Book", "days since it was started"),
        ("average number of days it takes us to finish a book", "Book", "mean days from start to finish"),
        ("which of us reads the fastest, pages per hour overall", "Session", _BY_READER),
        ("who hasn't read anything this week", "Session", "people without such a record"),
        ("谁这周没读书", "Session", "没有这类记录的人"),
        ("Beloved读了多少天才读完", "Book", "从开始到结束的天数"),
        ("avg days to finish a book per genre", "Book", "mean days from start to finish"),
        ("how many days does each of us take to finish a book on average", "Book", "mean days from start to finish"),
        ("how many authors are on our lists", "Book", "number of different author"),
        ("pages per session, january vs february", "Session", "mean of pages read"),
        ("我有多少天没看书了", "Session", "距最近一次的天数"),
        ("二月我有多少天没看书", "Session", "没有这类记录的天数"),
        ("上次我读完一本书是什么时候", "Book", "最近的记录"),
        ("我在床上读过几次书", "Session", "条数"),
        ("我一共看了多少分钟书", "Session", "总和：minutes"),
    ],
)
def test_what_was_done_is_asked_of_sittings_and_sizes_of_things(question: str, kind: str, told: str) -> None:
    found, plan = planned(question)

    assert (found, plan.told) == (kind, told)


@pytest.mark.parametrize(
    "question",
    [
        "my thickest unread book",
        "which books from the library have I not read yet",
        "list everything I borrowed from the library that I still haven't read",
        "有几本书我还没读",
    ],
)
def test_what_was_not_read_is_still_to_be_read(question: str) -> None:
    reading = ask(question)

    assert reading.computable, (question, reading.problem, reading.unplaced)
    assert reading.facts is not None
    assert "want to read" in {c.value for c in reading.facts.conditions}


def test_days_on_which_nothing_was_read_are_no_books_to_read() -> None:
    kind, plan = planned("how many days did I not read in february")

    assert (kind, plan.told) == ("Session", "days without such a record")


def test_where_something_was_borrowed_from_must_be_said() -> None:
    assert not ask("which books did we borrow").computable


def test_two_dates_go_each_by_its_own_time() -> None:
    reading = ask("books I started in january and finished in february")

    assert reading.computable
    assert reading.facts is not None
    assert {c.told for c in reading.facts.conditions} >= {"started: in january", "finished: in february"}


def test_who_wrote_it_is_the_author_and_no_reader() -> None:
    _, plan = planned("who wrote Beloved")

    assert "author" in {c.name for c in plan.shown}


@pytest.mark.parametrize("question", ["who narrates Beloved", "who recommended Beloved to ben"])
def test_who_did_what_no_record_says(question: str) -> None:
    assert not ask(question).computable


def test_the_longest_to_finish_is_of_the_asker() -> None:
    reading = ask("which book took me the longest to finish")

    assert reading.computable
    assert reading.facts is not None
    assert reading.facts.people == ["Ana"]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("how many hours did I spend on crime last month", "sum of minutes"),
        ("pages read per genre this year", "sum of pages read by genre"),
        ("which author have we spent the most minutes with", "sum of minutes by author, highest first"),
        ("how many minutes did I waste on books I abandoned", "sum of minutes"),
        ("average session length for poetry vs crime books", "mean of minutes"),
        ("where do I read poetry most", "place by number of records"),
        ("how many days did I read poetry in march", "number of days with a record"),
        ("how much of our reading time went to crime, in percent", "share of genre = crime in sum of minutes"),
        ("when did I last read a crime book", "latest record"),
        ("which crime did I read in february", "different book of records"),
        ("minutes on books by Toni Morrison, per person", "sum of minutes by reader"),
        ("which genre do we spend the most time on", "sum of minutes by genre, highest first"),
        ("每种类型我读了多少页", "按genre：总和：pages read"),
    ],
)
def test_sittings_are_told_by_what_the_thing_is(question: str, told: str) -> None:
    reading = ask(question)

    assert reading.computable, (question, reading.problem, reading.unplaced)
    assert reading.plan is not None
    check_relation(reading.plan.relation, {APP: SHELF})
    assert reading.subject.beyond is not None
    assert reading.plan.told == told


def test_sittings_are_no_number_of_things() -> None:
    assert not ask("how many crime books did I read in february").computable


@pytest.mark.parametrize(
    ("question", "told"),
    [("my sessions in the garden", "place ~ garden"), ("minutes on Garden", "book ~ garden")],
)
def test_what_is_called_like_a_place_is_one_where_something_was(question: str, told: str) -> None:
    reading = ask(question)

    assert reading.computable, (question, reading.problem, reading.unplaced)
    assert reading.facts is not None
    assert [c.told.casefold() for c in reading.facts.conditions] == [told]


def test_what_was_begun_and_never_finished_has_a_beginning() -> None:
    reading = ask("which books did I start but never finish")

    assert reading.computable
    assert reading.facts is not None
    assert [c.told for c in reading.facts.conditions] == ["started ✓", "status ≠ finished"]


def test_my_list_is_mine() -> None:
    reading = ask("how many authors are on my list")

    assert reading.computable
    assert reading.facts is not None
    assert reading.facts.people == ["Ana"]


@pytest.mark.parametrize(
    "question", ["how many books have I read", "who has read the most books", "which authors have we read"]
)
def test_what_was_read_is_finished(question: str) -> None:
    assert '"finished"' in str(planned(question)[1].relation)


def test_which_book_is_no_single_sitting() -> None:
    assert not ask("which book did I drop fastest").computable
    assert ask("my shortest session").computable
