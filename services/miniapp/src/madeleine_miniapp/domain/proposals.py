"""A proposed change becomes one."""

from __future__ import annotations

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_miniapp.domain.app import App
from madeleine_miniapp.domain.changing import Edited, change_spec
from madeleine_miniapp.domain.edits import APPLIED, DISCARDED, known_edit
from madeleine_miniapp.domain.errors import NotNow, Overtaken

_OF_WHAT_IS_THERE = frozenset(
    {
        events.MIGRATION_KIND_RENAME,
        events.MIGRATION_KIND_REMOVE,
        events.MIGRATION_KIND_CONVERT,
        events.MIGRATION_KIND_RENAME_CHOICE,
        events.MIGRATION_KIND_MERGE_CHOICE,
    }
)


def make(state: App, actor: str, edit_id: str) -> events.AppSpecChanged | None:
    """Makes a proposed change; None when it was made already, or the app is like that by now.

    Raises what `change_spec` raises; Missing for an unknown proposal, NotNow for a discarded one.
    """
    edit = known_edit(state.edits, edit_id)
    if edit.state == DISCARDED:
        raise NotNow("this change was discarded")
    if edit.state == APPLIED:
        return None
    proposed = edit.proposed
    base = state.versions[proposed.base_version - 1].spec
    if gone := _gone(base, state.spec, proposed):
        raise Overtaken(f"the app was changed meanwhile, and what this changes is no longer there: {gone}")
    changed = change_spec(state, actor, Edited(proposed.spec, proposed.migrations, proposed.base_version))
    if changed is not None:
        changed.edit_id, changed.revision = edit_id, proposed.revision
        # The owner's key seals it: another person's words stay in the proposal.
        if proposed.proposed_by == state.owner_id:
            changed.request, changed.model_output = proposed.request, proposed.model_output
    return changed


def _gone(base: AppSpec, now: AppSpec, proposed: events.AppEditProposed) -> str:
    """Fields that a proposal renames, converts or removes, and that are no longer there."""
    before, after = _fields(base), _fields(now)
    touched = {(m.entity, m.field) for m in proposed.migrations if m.kind in _OF_WHAT_IS_THERE}
    return ", ".join(f"{entity}.{field}" for entity, field in sorted(touched & (before - after)))


def _fields(spec: AppSpec) -> set[tuple[str, str]]:
    return {(e.name, f.name) for e in spec.entities for f in e.fields}
