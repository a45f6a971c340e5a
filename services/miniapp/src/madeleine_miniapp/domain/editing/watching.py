"""Reminders for when a number is so much, or so little: "when humidity goes above 85", "down to 2 bottles"."""

from __future__ import annotations

import re

from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS
from madeleine_miniapp.domain.editing.scene import Scene

_LIMIT = re.compile(
    r"\b(?:when|if|once|whenever|as soon as)\s+(?:the\s+)?(?P<x>.+?)\s+(?:is|gets?|goes?"
    r"|falls?|drops?|rises?|climbs?|becomes?|passes|exceeds|reaches|hits)?\s*(?P<o>below"
    r"|under|less than|lower than|smaller than|above|over|more than|higher than|greater than"
    r"|past|passes|exceeds|reaches|hits|at least|at most|>=|<=|>|<)\s*(?P<v>-?\d+(?:\.\d+)?)",
    re.I,
)
_LIMIT_ZH = re.compile(
    r"(?:当|如果|要是)?(?P<x>[^,，。]{0,12}?)(?P<o>低于|少于|小于|不足|不到|高于|大于"
    r"|超过|多于|达到)(?P<v>-?\d+(?:\.\d+)?)"
)
_LESS = re.compile(r"below|under|less|lower|smaller|at most|<|低于|少于|小于|不足|不到")
_LEFT = re.compile(
    r"\b(?:when|if|once|whenever|as soon as)\s+(?:(?:we|i|there)(?:'re|'s|'ve got)?(?:\s+(?:are|is|have))?\s+)?"
    r"(?P<o>down to|fewer than|less than|only|at most|under)?\s*(?:only\s+)?(?P<v>\d+(?:\.\d+)?)\s+(?P<x>[\w ]+?)"
    r"(?:\s+(?:or (?:less|fewer)|left|remain\w*|are left))*$",
    re.I,
)


def watches(plain: str, *, chinese: bool) -> bool:
    """Whether a phrase speaks of a value that something reaches."""
    return _limit(plain, chinese) is not None


def watch(scene: Scene, plain: str, *, chinese: bool) -> bool:
    """Adds the reminder for when a number is what a phrase says; False where it names no number."""
    limit = _limit(plain, chinese)
    return limit is not None and _at_value(scene, limit)


def _limit(plain: str, chinese: bool) -> re.Match[str] | None:
    for pattern in (_LIMIT_ZH,) if chinese else (_LIMIT, _LEFT):
        if hit := pattern.search(plain):
            return hit
    return None


def _at_value(scene: Scene, limit: re.Match[str]) -> bool:
    ref = scene.field(limit["x"] or "它", spoken=False)
    if ref is None or ref.field.type not in NUMBERS:
        return False
    said = limit["o"] or ""
    if limit.re is _LEFT:
        sign = "<" if re.fullmatch("fewer than|less than|under", said, re.I) else "<="
        told, number = f"{ref.field.label} {sign} {limit['v']}", float(limit["v"])
        return scene.act(
            ops.AddAutomation(
                "record", "remind", told, entity=ref.entity, condition=f"{ref.field.name} {sign} {number!r}"
            )
        )
    sign = "<" if _LESS.search(limit["o"]) else ">="
    if re.fullmatch(
        r"above|over|more than|higher than|greater than|past|passes|exceeds|>|高于|大于|超过|多于", limit["o"], re.I
    ):
        sign = ">"
    shown = ref.field.label or ref.field.name
    number = float(limit["v"])
    text = f"{shown} {limit['o']} {limit['v']}"
    return scene.act(
        ops.AddAutomation("record", "remind", text, entity=ref.entity, condition=f"{ref.field.name} {sign} {number!r}")
    )
