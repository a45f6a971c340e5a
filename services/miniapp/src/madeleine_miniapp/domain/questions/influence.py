# ruff: noqa: E501 - patterns of words, one line each.
"""Words for what does somebody good or harm: "does it help my mood", "do friends cheer me up", "work drags me down"."""

from __future__ import annotations

_SOMEBODY = r"(?:me|us|my \w+|our \w+)"
_END = r"(?=\s*(?:$|[?.!,;)]|at all\b|or\b))"

HELPS = (
    rf"\bhelp(?:s|ed|ing)?\b(?= (?:with )?(?:my|our)\b|{_END}| {_SOMEBODY} (?:at all|to? ?(?:feel|sleep|relax|focus))\b)"
    rf"|\b(?:cheer|perk|pick|lift)(?:s|ed|ing)? {_SOMEBODY} up\b|\bbrighten(?:s|ed|ing)?(?: up)?\b(?= {_SOMEBODY}\b)"
    r"|\bdo(?:es|ing)? (?:me|us) (?:any |some |much )?good\b"
    rf"|(?<!not )\b(?:any )?good (?:for|to) {_SOMEBODY}(?={_END})|\bpay(?:s|ing)? off\b|(?<=\bdo )wonders for\b|(?<=\bdoes )wonders for\b"
    r"|有(?:没有)?(?:帮助|好处|助于|益)|管用"
)
HARMS = (
    rf"\b(?:drag|bring|pull|get|weigh|wear|let)(?:s|ged|ging|led|ting|ing)? {_SOMEBODY} down\b"
    rf"|\b(?:hurt|harm|ruin|spoil|wreck|dampen|worsen)(?:s|ed|ing)?\b(?= {_SOMEBODY}\b)|\bbad (?:for|to) {_SOMEBODY}(?={_END})"
    r"|有(?:没有)?(?:坏处|害)|拖累"
)
