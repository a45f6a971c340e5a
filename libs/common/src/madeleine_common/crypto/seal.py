"""AES-256-GCM sealing of event payloads."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32


class SealBroken(Exception):
    """The ciphertext was altered, or belongs to another key or event."""


def seal(key: bytes | AESGCM, plaintext: bytes, associated: bytes) -> bytes:
    """Encrypts under a 32-byte key, or the cipher made of one; returns nonce (12 bytes) and ciphertext with tag.

    `associated` is authenticated but not stored: it binds the ciphertext to its event.
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, plaintext, associated)


def unseal(key: bytes | AESGCM, sealed: bytes, associated: bytes) -> bytes:
    """Undoes `seal`; raises SealBroken."""
    try:
        return _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
    except (InvalidTag, ValueError) as error:
        raise SealBroken("payload does not open with its key") from error


def _cipher(key: bytes | AESGCM) -> AESGCM:
    return key if isinstance(key, AESGCM) else AESGCM(key)
