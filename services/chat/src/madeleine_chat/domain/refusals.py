"""Why a command is refused; `application.judging` tells the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal["invalid", "missing", "denied", "exists", "precondition"]


class Refused(Exception):
    """A command that the rules do not allow; `field` names the bad field of an "invalid" one.

    `details`: what a program may want to know of it ("until": a time), by name.
    """

    def __init__(
        self, kind: Kind, message: str, *, reason: str, field: str = "", details: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.message = message
        self.reason = reason
        self.field = field
        self.details = details or {}


def no_conversation() -> Refused:
    """There is none of this id."""
    return Refused("missing", "there is no such conversation", reason="CONVERSATION_NOT_FOUND")


def not_a_member() -> Refused:
    """The conversation is there, but the caller is not in it."""
    return Refused("denied", "you are not a member of this conversation", reason="NOT_A_MEMBER")


def no_message() -> Refused:
    """The conversation has no message of this id."""
    return Refused("missing", "there is no such message in this conversation", reason="MESSAGE_NOT_FOUND")


def direct_only() -> Refused:
    """What was wanted is for groups."""
    return Refused("precondition", "a direct conversation has one member only", reason="DIRECT_CONVERSATION")


def role_required(who: str) -> Refused:
    """The caller's role does not allow it; `who` says whose does, "only owners and admins add people"."""
    return Refused("denied", who, reason="ROLE_REQUIRED")


def no_member() -> Refused:
    """Whom it is about is not in the conversation."""
    return Refused("missing", "this person is not a member", reason="MEMBER_NOT_FOUND")


def message_deleted() -> Refused:
    """The message was there and is gone."""
    return Refused("precondition", "this message was deleted", reason="MESSAGE_DELETED")


def off_the_record() -> Refused:
    """Nothing may be learnt from it."""
    return Refused(
        "precondition",
        "this was said off the record: it is not remembered and not learnt from",
        reason="OFF_THE_RECORD",
    )
