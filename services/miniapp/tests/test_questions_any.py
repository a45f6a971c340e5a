"""Whatever people write, the reader of questions reads it or refuses it, and what it reads can be computed."""

from __future__ import annotations

import re
from datetime import date, datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.drafting import whole
from madeleine_miniapp.domain.questions.joint import read_jointly, read_surely
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import read
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.relations import check_relation

_LIBRARY = PackagedLibrary()
_LEXICON = Lexicon(_LIBRARY.all())
# A Wednesday.
_NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
_ASKER = Asker("p1", _NOW, {"ana": "p1", "jonas": "p2"})
_QUESTIONS = files("madeleine_miniapp.domain.questions")
_ASKING = re.split(
    ";",
    "how many;how much;what;which;when;who;average;median;most;least;longest;in a row;without;except;per;each;by;vs;"
    "than;more;under;at least;between;and;or;not;last;first;top;3;2,000;8 or higher;9 pm;%;?;(;);'s;i;we;my;jonas;ana;"
    "yesterday;last week;since christmas;in feb;past 30 days;on saturdays;this year;days;weeks;mornings;"
    "多少;几天;几次;平均;最多;哪天;谁;比;和;的;了;吗;不算;没;上周;二月;最近7天;每;连续;占百分之几;我;我们;三;个;？;，",
)
_WORDS = sorted(
    {
        word.strip()
        for name in ("everyday.txt", "concepts.txt")
        for line in (_QUESTIONS / name).read_text("utf-8").splitlines()
        if line and not line.startswith("#")
        for part in line.rpartition(">")[2].split("|")
        for word in part.split(",")
        if word.strip()
    }
)


def _subject(blueprint_id: str, language: str, people: tuple[str, ...] = (), **texts: list[str]) -> Subject:
    spec = whole(_LIBRARY.get(blueprint_id), language, _LIBRARY.known_fields())
    return Subject(spec, spec.entities[0], bool(people), people, blueprint_id, texts, date(2025, 11, 1), _NOW.date())


_SUBJECTS = [
    _subject("meals", "en", dish=["mapo tofu", "burger"]),
    _subject("expenses", "en", ("paid_by",), note=["weekly shop"]),
    _subject("workouts", "zh"),
    _subject("mood", "zh"),
]
_SPECS = {about.app_id: about.spec for about in _SUBJECTS}
_SAID = st.one_of(st.sampled_from(_ASKING), st.sampled_from(_WORDS), st.text(max_size=3))


@settings(max_examples=150)
@given(said=st.lists(_SAID, max_size=12), space=st.sampled_from(["", " "]))
def test_any_words_are_read_or_refused(said: list[str], space: str) -> None:
    question = space.join(said)
    for about in _SUBJECTS:
        reading = read(question, about, _ASKER, _LEXICON)
        if reading.computable and reading.plan is not None:
            check_relation(reading.plan.relation, _SPECS)


@settings(max_examples=50)
@given(said=st.lists(_SAID, max_size=12), space=st.sampled_from(["", " "]))
def test_any_words_are_read_or_refused_over_several_apps(said: list[str], space: str) -> None:
    question = space.join(said)
    subjects = [(about, _ASKER) for about in _SUBJECTS]
    for reader in (read_surely, read_jointly):
        reading = reader(question, subjects, _LEXICON)
        assert reading is None or reading.computable
