"""What a person asked of an app."""

from __future__ import annotations

from dataclasses import dataclass

from madeleine.miniapp.v1 import spec_pb2 as s


@dataclass(frozen=True, slots=True)
class Wish:
    """A field that a prompt names.

    `name`: of the known field that it is, or "". `type` None: nothing said which. `certain` False: a noun in a list.
    """

    label: str
    name: str = ""
    type: s.FieldType.ValueType | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum, mean or the like; `of` and `by` are words for fields, "" where none was said."""

    function: s.AggregateFunction.ValueType
    of: str = ""
    by: str = ""
    bucket: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder: before a date, regularly (`schedule`: cron), or where a number passes a limit."""

    text: str
    of: str = ""
    days_before: int = 0
    schedule: str = ""
    comparison: str = ""
    limit: float = 0.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everything that a prompt asks for."""

    language: str
    fields: tuple[Wish, ...] = ()
    views: tuple[s.ViewType.ValueType, ...] = ()
    figures: tuple[Figure, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    # What the app is called in the prompt ("bread log"); "" where it is not.
    title: str = ""
    # Its opening words: what it is about.
    about: str = ""
    # Several people are going to use it.
    shared: bool = False
    prompt: str = ""
