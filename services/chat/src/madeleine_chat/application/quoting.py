"""How what people wrote stands in a prompt: as data, whose end and whose author nobody can forge.

Control tokens of a model need no care here: inference takes all content as plain text (`chat_tokens.py`).
"""

from __future__ import annotations

import json

_NAME = 40


def name_of(name: str) -> str:
    """A name on one line and without a colon: it cannot end itself and say something, or speak in another's name."""
    return " ".join(name.replace(":", " ").replace("：", " ").split())[:_NAME]


def said_by(name: str, text: str) -> str:
    """A line of a talk among several: its further lines are indented, so that none begins with another's name."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return f"{name_of(name)}: " + "\n  ".join(line for line in lines if line)


def quoted(name: str, text: str) -> str:
    """A note as a JSON string, which cannot end its own quotation; no name: it is nobody's."""
    # JSON would leave Unicode's further line breaks as they are.
    text = "\n".join(text.splitlines())
    return json.dumps(f"{name_of(name)}: {text}" if name else text, ensure_ascii=False)
