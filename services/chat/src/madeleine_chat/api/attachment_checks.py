"""What requests about attachments must look like; each function raises Invalid with every bad field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.uploads import Limits
from madeleine_common.rpc.checks import Checks

_SHA256 = re.compile(r"[0-9a-f]{64}")
# Control characters, and what makes text read in another order than it has ("gpj.exe" for "exe.jpg").
_NOT_IN_NAMES = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# Joiners of Indian scripts and emoji.
_JOINERS = "\u200c\u200d"


def create(request: pb.CreateAttachmentRequest, limits: Limits) -> None:
    """A name, a type that is taken, a size within bounds, and a hash."""
    checks = Checks()
    checks.id("conversation_id", request.conversation_id)
    checks.idempotency_key(request.idempotency_key)
    checks.text("name", request.name)
    if request.name.strip() in {".", ".."} or any(_forbidden(character) for character in request.name):
        checks.bad("name", "must be a plain name: no path, no control characters")
    if request.media_type not in limits.types:
        checks.bad("media_type", f"must be one of {', '.join(sorted(limits.types))}")
    checks.between("size_bytes", request.size_bytes, 1, limits.file_bytes)
    if not _SHA256.fullmatch(request.sha256):
        checks.bad("sha256", "must be the SHA-256 of the whole file, 64 hexadecimal digits in lower case")
    checks.done()


def part(request: pb.UploadAttachmentPartRequest) -> None:
    """Ids, an offset and bytes; whether they fit is seen when the upload is known."""
    checks = _of(request)
    if request.offset < 0:
        checks.bad("offset", "must not be negative")
    checks.done()


def one(request: pb.GetAttachmentRequest | pb.DownloadAttachmentRequest) -> None:
    """Ids."""
    _of(request).done()


def attached(checks: Checks, ids: Sequence[str], most: int) -> None:
    """Ids of attachments, each named once."""
    if len(ids) > most:
        checks.bad("attachment_ids", f"must name at most {most}; it names {len(ids)}")
    for i, attachment_id in enumerate(ids[:most]):
        checks.id(f"attachment_ids[{i}]", attachment_id)
        if attachment_id in ids[:i]:
            checks.bad(f"attachment_ids[{i}]", "is named twice")


def _of(
    request: pb.UploadAttachmentPartRequest | pb.GetAttachmentRequest | pb.DownloadAttachmentRequest,
) -> Checks:
    checks = Checks()
    checks.id("conversation_id", request.conversation_id)
    checks.id("attachment_id", request.attachment_id)
    return checks


def _forbidden(character: str) -> bool:
    return character in "/\\" or (unicodedata.category(character) in _NOT_IN_NAMES and character not in _JOINERS)
