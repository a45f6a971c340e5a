"""Proposed changes of an app: shown first, then made or discarded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf.message import Message

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine_miniapp.domain.errors import Missing, NotNow

# An app remembers so many proposals; older ones can be read, but no longer made.
MAX_EDITS = 50
PROPOSED, APPLIED, DISCARDED = "proposed", "applied", "discarded"


@dataclass(frozen=True, slots=True)
class Edit:
    """A proposal and what became of it."""

    proposed: events.AppEditProposed
    state: str = PROPOSED


Edits = Mapping[str, Edit]


def follow(edits: Edits, event: Message) -> Edits:
    """The proposals after an event."""
    match event:
        case events.AppEditProposed():
            kept = {**edits, event.edit_id: Edit(event)}
            return dict(list(kept.items())[-MAX_EDITS:])
        case events.AppEditDiscarded():
            return _marked(edits, event.edit_id, DISCARDED)
        case events.AppSpecChanged() if event.edit_id:
            return _marked(edits, event.edit_id, APPLIED)
        case _:
            return edits


def discard(edits: Edits, actor: str, edit_id: str) -> list[Message]:
    """Discards a proposal; nothing follows when it is discarded already. Raises Missing, or NotNow when it was made."""
    edit = known_edit(edits, edit_id)
    if edit.state == APPLIED:
        raise NotNow("this change was made already")
    if edit.state == DISCARDED:
        return []
    proposed = edit.proposed
    said = proposed.request if proposed.proposed_by == actor else ""
    return [events.AppEditDiscarded(app_id=proposed.app_id, edit_id=edit_id, request=said, discarded_by=actor)]


def known_edit(edits: Edits, edit_id: str) -> Edit:
    """A proposal that the app remembers; raises Missing."""
    edit = edits.get(edit_id)
    if edit is None:
        raise Missing("there is no such change")
    return edit


def _marked(edits: Edits, edit_id: str, state: str) -> Edits:
    known = edits.get(edit_id)
    return edits if known is None else {**edits, edit_id: Edit(known.proposed, state)}
