"""Makes the key files that the chart's Secrets hold: `python deploy/make_keys.py FOLDER`.

Writes <service>.pem (Ed25519, PKCS#8), services.jwks.json (their public halves) and master.key (base64 of 32 bytes).
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from madeleine_common.auth import jwk_of

SERVICES = ("identity", "chat", "memory", "miniapp", "spark", "trainer", "inference")


def write_private(path: Path, data: bytes) -> None:
    """Writes a file that only its owner reads; raises FileExistsError rather than replace a key."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def make_keys(folder: Path) -> None:
    """Writes every key file into `folder`; raises FileExistsError when one is there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # First, because it is the one that must never be replaced.
    write_private(folder / "master.key", base64.b64encode(secrets.token_bytes(32)))
    public: list[dict[str, str]] = []
    for service in SERVICES:
        key = Ed25519PrivateKey.generate()
        write_private(folder / f"{service}.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public.append(jwk_of(key, service))
    write_private(folder / "services.jwks.json", json.dumps({"keys": public}, indent=2).encode())


def main() -> int:
    """Runs the command line; returns the exit status."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        make_keys(Path(sys.argv[1]))
    except FileExistsError as error:
        print(f"{error.filename} exists: give an empty folder, or keep the keys you have", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
