"""Given/when/then of accounts, and the rules for what people enter."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from madeleine.identity.v1 import events_pb2 as events
from madeleine.identity.v1 import identity_pb2 as pb
from madeleine_common.testing import Scenario
from madeleine_identity.domain import person, rules
from madeleine_identity.domain.person import Consent, Person, Profile

# UUIDv7 of RFC 9562, appendix A.6: 2022-02-22 14:22:22 -05:00.
ID = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
ANA = Profile("Ana", "Europe/Paris", "fr")
SIGNED_UP = events.PersonSignedUp(
    person_id=ID,
    handle="ana",
    display_name="Ana",
    time_zone="Europe/Paris",
    language="fr",
    consent=pb.Consent(memory=True),
)


def scenario() -> Scenario[Person]:
    return Scenario(Person(), person.evolve)


def test_sign_up_makes_a_person_who_consents_to_memory_alone() -> None:
    state = scenario().when(lambda s: person.sign_up(s, ID, "ana", ANA, Consent())).then(SIGNED_UP)
    assert state == Person(ID, "ana", ANA, Consent(memory=True, training=False, spark=False))
    assert state.signed_up_at == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_a_stream_has_one_sign_up() -> None:
    scenario().given(SIGNED_UP).when(lambda s: person.sign_up(s, ID, "ana", ANA, Consent())).then()


def test_a_changed_profile_is_told_whole() -> None:
    moved = Profile("Ana", "Asia/Shanghai", "fr")
    changed = events.ProfileChanged(person_id=ID, display_name="Ana", time_zone="Asia/Shanghai", language="fr")
    assert scenario().given(SIGNED_UP).when(lambda s: person.change_profile(s, moved)).then(changed).profile == moved


def test_what_is_so_already_is_no_event() -> None:
    scenario().given(SIGNED_UP).when(lambda s: person.change_profile(s, ANA)).then()
    scenario().given(SIGNED_UP).when(lambda s: person.change_consent(s, Consent())).then()


def test_consent_that_is_left_out_is_taken_back() -> None:
    changed = events.ConsentChanged(person_id=ID, consent=pb.Consent(spark=True))
    wish = Consent(memory=False, spark=True)
    assert scenario().given(SIGNED_UP).when(lambda s: person.change_consent(s, wish)).then(changed).consent == wish


def test_nothing_is_left_of_an_erased_person_and_nothing_more_happens() -> None:
    erased = events.PersonErased(person_id=ID)
    assert scenario().given(SIGNED_UP).when(person.erase).then(erased) == Person(erased=True)
    for decide in (person.erase, person.log_in, lambda s: person.change_profile(s, Profile("x", "UTC", "en"))):
        scenario().given(SIGNED_UP, erased).when(decide).then()
    scenario().given(SIGNED_UP, erased).when(lambda s: person.sign_up(s, ID, "ana", ANA, Consent())).then()


@pytest.mark.parametrize("handle", ["ana", "a_b-9", "x" * 32])
def test_good_handles(handle: str) -> None:
    assert not rules.handle_fault(handle)


@pytest.mark.parametrize("handle", ["", "an", "Ana", "x" * 33, "ana ", "ana\n", "änä", "a.b"])
def test_bad_handles(handle: str) -> None:
    assert rules.handle_fault(handle)


@pytest.mark.parametrize("tag", ["en", "zh-Hans", "pt-BR", "de-CH-1996"])
def test_good_languages(tag: str) -> None:
    assert not rules.language_fault(tag)


@pytest.mark.parametrize("tag", ["", "e", "en_GB", "english please", "en-", "en" + "-abcdefgh" * 5])
def test_bad_languages(tag: str) -> None:
    assert rules.language_fault(tag)


@pytest.mark.parametrize("zone", ["", "Paris", "UTC+1", "../../etc/passwd", "europe/paris"])
def test_bad_time_zones(zone: str) -> None:
    assert rules.time_zone_fault(zone)


def test_lengths() -> None:
    assert rules.password_fault("123456789")
    assert not rules.password_fault("1234567890")
    assert rules.password_fault("x" * 257)
    assert not rules.display_name_fault("Ana María 王")
    assert rules.display_name_fault("x" * 81)
    assert rules.display_name_fault("two\nlines")
