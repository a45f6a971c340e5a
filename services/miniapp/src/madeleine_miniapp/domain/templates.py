"""A template (stream template-<code>): an app's spec for all who have its code, without records and people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.errors import Missing, NotOwner


@dataclass(frozen=True, slots=True)
class Template:
    """State of one template; `code` is empty before it was made, and when it was withdrawn or erased."""

    code: str = ""
    made_by: str = ""
    spec: s.AppSpec = field(default_factory=s.AppSpec)


def evolve(state: Template, event: Message) -> Template:
    """The state after an event."""
    match event:
        case events.AppTemplateMade():
            return Template(event.code, event.made_by, event.spec)
        case events.AppTemplateWithdrawn():
            return replace(state, code="")
        case _:
            return state


def withdraw(state: Template, actor: str) -> list[Message]:
    """Takes a template back; by who made it."""
    if not state.code:
        raise Missing("there is no such template")
    if state.made_by != actor:
        raise NotOwner("only who made a template may withdraw it")
    return [events.AppTemplateWithdrawn(code=state.code, withdrawn_by=actor)]


def without_people(spec: s.AppSpec, names: Iterable[str]) -> s.AppSpec:
    """A copy that says nothing of people: no defaults of person fields, and no choices that are a member's name.

    Names within longer text (a label, a reminder's text, an expression) stay: whoever makes a template sees the spec.
    """
    known = {name.casefold().strip() for name in names if name.strip()}
    copy = s.AppSpec()
    copy.CopyFrom(spec)
    stand_ins: dict[str, str] = {}
    for kind in copy.entities:
        for entry in kind.fields:
            if entry.type == s.FIELD_TYPE_PERSON:
                entry.ClearField("default_value")
            _rename(entry, known, stand_ins)
    return copy


def _rename(entry: s.Field, known: set[str], stand_ins: dict[str, str]) -> None:
    """Gives choices that name somebody another name, the same one everywhere."""
    choices = list(entry.choices)
    for index, choice in enumerate(choices):
        if choice.casefold().strip() in known:
            choices[index] = stand_ins.setdefault(choice.casefold().strip(), f"Person {len(stand_ins) + 1}")
    if choices == list(entry.choices):
        return
    entry.choices[:] = list(dict.fromkeys(choices))
    # A default that named somebody, alone or in a list, would name a choice that is gone.
    entry.ClearField("default_value")
