"""Given/when/then of aliases and revisions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine.inference.v1 import events_pb2 as events
from madeleine_common.testing import Scenario
from madeleine_inference.domain import alias, revision
from madeleine_inference.domain.alias import Alias, Target
from madeleine_inference.domain.revision import Revision

AT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
BASE, NEW = Target("base", 1.0), Target("house@0123456789ab", 1.0)
PROBE = pb.Probe(prompt_token_ids=[1], completion_token_ids=[2], trained_logprobs=[-1.5])
PUBLISHED = events.RevisionPublished(revision=pb.Revision(revision=NEW.revision, name="house"), probes=[PROBE])


def changed(targets: list[Target], previous: list[Target], version: int, name: str = "default") -> events.AliasChanged:
    def messages(of: list[Target]) -> list[pb.WeightedRevision]:
        return [pb.WeightedRevision(revision=target.revision, weight=target.weight) for target in of]

    flip = pb.Alias(alias=name, targets=messages(targets), previous=messages(previous), version=version)
    flip.changed_at.FromDatetime(AT)
    return events.AliasChanged(alias=flip)


def an_alias() -> Scenario[Alias]:
    return Scenario(Alias(), alias.evolve)


def a_revision() -> Scenario[Revision]:
    return Scenario(Revision(), revision.evolve)


def test_an_alias_begins_at_the_base_once() -> None:
    begun = changed([BASE], [], 1)
    an_alias().when(lambda s: alias.begin(s, "default", AT)).then(begun)
    an_alias().given(begun).when(lambda s: alias.begin(s, "default", AT)).then()


def test_a_flip_keeps_what_was_before() -> None:
    begun = changed([BASE], [], 1)
    flip = changed([NEW], [BASE], 2)
    an_alias().given(begun).when(lambda s: alias.point(s, "default", [NEW], AT)).then(flip)
    an_alias().given(begun, flip).when(lambda s: alias.point(s, "default", [NEW], AT)).then()


def test_a_rollback_can_itself_be_rolled_back() -> None:
    history = [changed([BASE], [], 1), changed([NEW], [BASE], 2)]
    back = changed([BASE], [NEW], 3)
    an_alias().given(*history).when(lambda s: alias.roll_back(s, AT)).then(back)
    an_alias().given(*history, back).when(lambda s: alias.roll_back(s, AT)).then(changed([NEW], [BASE], 4))


def test_a_new_alias_has_nothing_to_roll_back_to() -> None:
    state = alias.evolve(Alias(), changed([BASE], [], 1))
    with pytest.raises(alias.NothingBefore):
        alias.roll_back(state, AT)


@pytest.mark.parametrize(
    ("targets", "field"),
    [
        ([], "targets"),
        ([Target("base", 0.5), Target(NEW.revision, 0.4)], "targets"),
        ([Target("base", 0.5), Target("base", 0.5)], "targets"),
        ([Target("base", 0.0)], "targets[0].weight"),
        ([Target("base", 0.5), Target(NEW.revision, float("nan"))], "targets[1].weight"),
    ],
)
def test_wrong_targets_name_their_field(targets: list[Target], field: str) -> None:
    with pytest.raises(alias.BadTargets) as caught:
        alias.point(Alias(), "a", targets, AT)
    assert caught.value.field == field


@given(st.uuids().map(str), st.floats(0.01, 0.99))
def test_a_person_keeps_their_revision_as_the_canary_grows(person_id: str, share: float) -> None:
    """Whoever is served by the new revision at one share is so at every larger one, if it is named first."""
    small = Alias("a", (Target("new", share), Target("old", 1 - share)))
    large = Alias("a", (Target("new", min(share * 1.5, 1.0)), Target("old", max(1 - share * 1.5, 0.0))))
    assert small.choose(person_id) == small.choose(person_id)
    if small.choose(person_id) == "new":
        assert large.choose(person_id) == "new"


def test_shares_are_as_weighted() -> None:
    canary = Alias("a", (Target("new", 0.2), Target("old", 0.8)))
    served = [canary.choose(f"person-{n}") for n in range(2000)]
    assert 340 < served.count("new") < 460
    assert canary.choose("") == "old"


def test_a_revision_is_published_once() -> None:
    def decide(state: Revision) -> Any:
        return revision.publish(state, PUBLISHED)

    a_revision().when(decide).then(PUBLISHED)
    a_revision().given(PUBLISHED).when(decide).then()
    a_revision().given(PUBLISHED, events.RevisionUnloaded(revision=NEW.revision)).when(decide).then(PUBLISHED)


def test_a_pin_leaves_the_fingerprint_as_it_is() -> None:
    pinned = events.RevisionPinnedChanged(revision=NEW.revision, pinned=True)
    state = revision.evolve(revision.evolve(Revision(), PUBLISHED), pinned)
    assert (state.pinned, state.probes) == (True, (PROBE,))


def test_an_alias_names_what_must_stay_at_hand() -> None:
    state = alias.evolve(Alias(), changed([NEW, BASE], [BASE, Target("house@ba9876543210", 0.5)], 3))
    assert state.names() == [NEW.revision, "house@ba9876543210"]


def test_pins_are_for_published_revisions() -> None:
    pinned = events.RevisionPinnedChanged(revision=NEW.revision, pinned=True)
    a_revision().given(PUBLISHED).when(lambda s: revision.pin(s, NEW.revision, True)).then(pinned)
    a_revision().given(PUBLISHED, pinned).when(lambda s: revision.pin(s, NEW.revision, True)).then()
    with pytest.raises(revision.NotPublished):
        revision.pin(Revision(), NEW.revision, True)


def test_what_an_alias_needs_is_not_unloaded() -> None:
    out = events.RevisionUnloaded(revision=NEW.revision)
    a_revision().given(PUBLISHED).when(lambda s: revision.unload(s, NEW.revision, [])).then(out)
    a_revision().given(PUBLISHED, out).when(lambda s: revision.unload(s, NEW.revision, [])).then()
    with pytest.raises(revision.InUse, match="canary, default"):
        revision.unload(revision.evolve(Revision(), PUBLISHED), NEW.revision, ["default", "canary"])
