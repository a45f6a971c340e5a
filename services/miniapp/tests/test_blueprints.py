"""The library: every blueprint is sound in both languages, whole and bare, and takes records."""

from __future__ import annotations

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.application.cel import CelEngine
from madeleine_miniapp.application.refinement import check
from madeleine_miniapp.domain.blueprint import Blueprint
from madeleine_miniapp.domain.drafting import draft, whole
from madeleine_miniapp.domain.validation import problems
from madeleine_miniapp.domain.wishes.model import Wishes

LIBRARY = PackagedLibrary()
KNOWN = LIBRARY.known_fields()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("blueprint", LIBRARY.all(), ids=lambda b: b.id)
def test_every_blueprint_is_sound_whole_and_bare(blueprint: Blueprint, language: str) -> None:
    everything = whole(blueprint, language, KNOWN)
    bare = draft(blueprint, Wishes(language), KNOWN, close=True).spec
    for spec in (everything, bare):
        assert problems(spec) == []
        assert check(spec, CelEngine()) == []
        assert len(spec.views) >= 2
    assert {f.name for f in blueprint.main.fields if f.keep == "always"} <= {f.name for f in bare.entities[0].fields}
    # Nothing that the file names was lost on the way.
    assert {a.name for a in blueprint.aggregates} <= {a.name for a in everything.aggregates}
    assert len(everything.entities) == len(blueprint.entities)


def test_blueprints_speak_both_languages() -> None:
    for blueprint in LIBRARY.all():
        assert all(len(blueprint.descriptions[language]) >= 4 for language in ("en", "zh"))
        for field in (f for e in blueprint.entities for f in e.fields):
            assert field.labels["en"]
            assert field.labels["zh"]
            assert len(field.choices.get("en", ())) == len(field.choices.get("zh", ()))
            assert bool(field.choices) == (field.type == s.FIELD_TYPE_CHOICE)


def test_there_is_a_library() -> None:
    assert len(LIBRARY.all()) >= 45
    with pytest.raises(KeyError):
        LIBRARY.get("nothing of the kind")
