"""Files in a prompt: what they are called, and a little of their text; data, never instructions."""

from __future__ import annotations

import json
from collections.abc import Sequence

from madeleine.chat.v1 import chat_pb2 as pb

# Bytes of text of all the files of one message.
MOST_EXCERPT = 4096
_NAME = 80
_UNITS = ((1024 * 1024, "MB"), (1024, "KB"))


def with_files(text: str, attachments: Sequence[pb.Attachment]) -> str:
    """A message's text and a line for each of its files: [attached: "tart.png" (image/png, 12 KB)]."""
    lines = [text] if text.strip() else []
    return "\n".join([*lines, *(_line(attachment) for attachment in attachments)])


def excerpt(content: bytes) -> str:
    """The beginning of a text file; a character that the end cuts through is left out."""
    return content[:MOST_EXCERPT].decode("utf-8", "ignore")


def _line(attachment: pb.Attachment) -> str:
    # On one line: Unicode has more line breaks than JSON escapes.
    name = json.dumps(" ".join(attachment.name.split())[:_NAME], ensure_ascii=False)
    return f"[attached: {name} ({attachment.media_type}, {_size(attachment.size_bytes)})]"


def _size(size: int) -> str:
    unit, name = next(((unit, name) for unit, name in _UNITS if size >= unit), (1, "bytes"))
    return f"{size / unit:.0f} {name}"
