"""How long before a time: "the day before Christmas", "half an hour before the meeting at 3pm", 提前十分钟."""

from __future__ import annotations

import re

from madeleine_common.times.future import chinese, english
from madeleine_common.times.future.components import Component, Said
from madeleine_common.times.future.parts import Impossible


def _less(length: Said) -> Said:
    if "after_months" in length:
        raise Impossible("months before a time are not read; name the day")
    return {f"less_{name.removeprefix('after_')}": value for name, value in length.items()}


def _one(m: re.Match[str]) -> Said:
    said: dict[str, float | str] = {"less_days": 7.0 if m["unit"] == "week" else 1.0}
    if m["unit"] in ("evening", "night"):
        said["part"] = m["unit"]
    return said


COMPONENTS = (
    Component(re.compile(r"(?<![a-z0-9])(?:the|a|one) (?P<unit>day|week|evening|night) before(?![a-z0-9])"), _one),
    Component(
        re.compile(rf"(?<![a-z0-9])(?P<d>{english.DURATION}) (?:before|ahead of)(?![a-z0-9])"),
        lambda m: _less(english.duration(m["d"])),
    ),
    Component(re.compile(rf"的?提?前(?P<d>{chinese.DURATION})"), lambda m: _less(chinese.duration(m["d"]))),
)
