"""Secrets of a stack on one machine, made at its first start, each in a file that only its owner can read."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from madeleine_common.auth import jwk_of
from madeleine_common.embedded.process import write_private


def service_key(folder: Path, service: str) -> Path:
    """The file of a service's Ed25519 private key (PEM, PKCS 8), made at first use."""
    path = folder / f"{service}.pem"
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def services_jwks(folder: Path, services: Sequence[str]) -> Path:
    """The file of all services' public keys: a JWKS whose key ids are the services' names; raises TypeError."""
    keys: list[dict[str, str]] = []
    for service in services:
        path = service_key(folder, service)
        key = load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError(f"{path}: not an Ed25519 key")
        keys.append(jwk_of(key, service))
    jwks = folder / "services.jwks.json"
    write_private(jwks, json.dumps({"keys": keys}, indent=1))
    return jwks


def master_key(folder: Path) -> Path:
    """The file of identity's master key (32 random bytes, base64), which wraps every data key: lose it, lose all."""
    path = folder / "master.key"
    if not path.exists():
        write_private(path, base64.b64encode(os.urandom(32)))
    return path
