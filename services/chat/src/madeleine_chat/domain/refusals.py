"""Why a command is refused; `application.judging` tells the caller."""

from __future__ import annotations

from typing import Literal

Kind = Literal["invalid", "missing", "denied", "exists", "precondition"]


class Refused(Exception):
    """A command that the rules do not allow; `field` names the bad field of an "invalid" one."""

    def __init__(self, kind: Kind, message: str, *, reason: str, field: str = "") -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.message = message
        self.reason = reason
        self.field = field


def no_conversation() -> Refused:
    """There is none of this id."""
    return Refused("missing", "there is no such conversation", reason="CONVERSATION_NOT_FOUND")


def not_a_member() -> Refused:
    """The conversation is there, but the caller is not in it."""
    return Refused("denied", "you are not a member of this conversation", reason="NOT_A_MEMBER")


def no_message() -> Refused:
    """The conversation has no message of this id."""
    return Refused("missing", "there is no such message in this conversation", reason="MESSAGE_NOT_FOUND")
