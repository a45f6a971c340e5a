"""Why a tool could not do what was asked, in the asker's language."""

from __future__ import annotations

from madeleine_chat.application.tools.tool import Asked
from madeleine_common.errors import (
    Conflict,
    Denied,
    DomainError,
    Exhausted,
    FailedPrecondition,
    Invalid,
    NotFound,
    Unavailable,
    Unsupported,
)

_TOLD: tuple[tuple[type[DomainError], str, str], ...] = (
    (Unsupported, "this cannot be done here yet", "这里还做不到"),
    (Denied, "you may not do this here", "你在这里没有这个权限"),
    (NotFound, "there is no such thing", "没有找到"),
    (Exhausted, "a limit is reached; try again later", "已达到上限,请稍后再试"),
    (Unavailable, "the service is out of reach; try again later", "服务暂时无法访问,请稍后再试"),
    (Conflict, "it was asked for already", "之前已经提过这个要求"),
)
# What the service says of these is for people, and more telling than their kind.
_WORDED = (Invalid, FailedPrecondition, Denied)


def reason_of(error: DomainError, asked: Asked) -> str:
    """For a card's failure; the service's own words follow where they help."""
    for kind, english, chinese in _TOLD:
        if isinstance(error, kind):
            plain = asked.told(english, chinese)
            break
    else:
        plain = asked.told("it was refused", "请求被拒绝")
    if isinstance(error, _WORDED) and error.message:
        return f"{plain}: {error.message}" if not asked.chinese else f"{plain}:{error.message}"
    return plain
