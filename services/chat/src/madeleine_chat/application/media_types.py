"""Which media types attachments may have, and whether a file is what it is said to be.

Nothing that a browser runs (HTML, SVG, XML, scripts) can be told by its first bytes, and so none of it is ever taken.
"""

# filetype ships no types: what it hands us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import codecs

import filetype

_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
# What `filetype` may find in a file of each type.
_FOUND_IN: dict[str, frozenset[str]] = {
    **{
        name: frozenset((name,))
        for name in (
            "image/png", "image/jpeg", "image/gif", "image/webp", "image/heic", "image/avif", "image/bmp", "image/tiff",
            "audio/mpeg", "audio/aac", "audio/amr", "audio/ogg", "video/webm", "video/quicktime", "video/3gpp",
            "application/pdf", "application/zip",
            "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
            f"{_OOXML}.wordprocessingml.document", f"{_OOXML}.spreadsheetml.sheet",
            f"{_OOXML}.presentationml.presentation",
            f"{_ODF}.text", f"{_ODF}.spreadsheet", f"{_ODF}.presentation",
        )
    },
    "image/png": frozenset(("image/png", "image/apng")),
    "image/heif": frozenset(("image/heic",)),
    "audio/wav": frozenset(("audio/x-wav",)),
    "audio/flac": frozenset(("audio/x-flac",)),
    # Containers: what is in them does not show in the first bytes.
    "audio/mp4": frozenset(("audio/mp4", "video/mp4", "video/x-m4v")),
    "audio/webm": frozenset(("video/webm",)),
    "video/mp4": frozenset(("video/mp4", "video/x-m4v")),
}  # fmt: skip
# Some programs write an office file's parts in an order by which `filetype` sees only a zip.
_FOLDER = {
    f"{_OOXML}.wordprocessingml.document": b"word/",
    f"{_OOXML}.spreadsheetml.sheet": b"xl/",
    f"{_OOXML}.presentationml.presentation": b"ppt/",
}
# They have no magic: their bytes must be text.
TEXT_TYPES = frozenset(("text/plain", "text/csv", "text/markdown", "application/json"))
KNOWN_TYPES = frozenset(_FOUND_IN) | TEXT_TYPES
DEFAULT_TYPES = tuple(sorted(KNOWN_TYPES))


def begins_as(media_type: str, beginning: bytes) -> bool:
    """Whether a file of this type can begin so; text is looked at as a whole, see `Text`."""
    if media_type in TEXT_TYPES:
        return True
    kind = filetype.guess(beginning)
    found = "" if kind is None else str(kind.mime)
    if found == "application/zip" and (folder := _FOLDER.get(media_type)):
        return folder in beginning
    return found in _FOUND_IN[media_type]


class Text:
    """Tells whether bytes that come in pieces are UTF-8 without the character U+0000."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def takes(self, piece: bytes, *, last: bool) -> bool:
        """False as soon as they are not."""
        try:
            return "\x00" not in self._decoder.decode(piece, last)
        except UnicodeDecodeError:
            return False


def served_as(media_type: str) -> str:
    """The Content-Type of a download."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
