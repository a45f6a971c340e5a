"""Keeps spreadsheets from running what people wrote: text that they would take for a formula gets an apostrophe.

`unguarded` takes exactly that one away again, so that what is exported comes back as it was: a text that begins with
apostrophes and a formula's sign has one more of them in the file.
"""

from __future__ import annotations

import re

# What Excel, LibreOffice and Sheets begin a formula with, also in full width, also behind blanks.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")


def guarded(text: str) -> str:
    """Text for a cell."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text of a cell."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text
