"""The master key, which wraps every other key of the house."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from madeleine_common.crypto.seal import KEY_BYTES


def read_master_key(path: Path) -> bytes:
    """The 32 bytes in a file of base64; raises OSError, or ValueError for anything else in it."""
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except binascii.Error as error:
        raise ValueError(f"{path}: the master key must be base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path}: the master key must be {KEY_BYTES} bytes; it has {len(key)}")
    return key
