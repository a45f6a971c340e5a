"""Ed25519 keys that sign access tokens: made ahead of use, rotated, published until their last token has expired."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.utils import base64url_encode

from madeleine_common.commands import utc_now
from madeleine_common.db import Pool
from madeleine_common.ids import new_id, parse_id
from madeleine_identity.adapters.master_key import MasterKeys, MasterKeyUnknown

_LOCK = 0x6B657973  # 'keys'
# For clocks that differ, and for verifiers that allow some leeway.
_MARGIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Signer:
    kid: str
    key: Ed25519PrivateKey
    signs_until: datetime


class SigningKeys:
    """Signs with the present key, publishes all that may still verify; any number of replicas share them."""

    def __init__(
        self,
        pool: Pool,
        masters: MasterKeys,
        rotation: timedelta,
        token_life: timedelta,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._pool = pool
        self._masters = masters
        self._rotation = rotation
        self._token_life = token_life
        self._clock = clock
        # Verifiers cache the published set: a key is known for a while before it signs.
        self._ahead = min(timedelta(days=1), rotation / 2)
        self._signer: _Signer | None = None
        self._public: dict[str, Ed25519PublicKey] = {}

    async def sign(self, claims: dict[str, Any]) -> str:
        """The claims as a JWT (EdDSA, RFC 8037)."""
        signer = await self._present()
        return jwt.encode(claims, signer.key, algorithm="EdDSA", headers={"kid": signer.kid})

    async def rotate(self) -> bool:
        """Makes the next key when its time has come and drops unpublished ones; True if one was made."""
        now = self._clock()
        async with self._pool.acquire() as connection, connection.transaction():
            # One replica at a time: the others then find the key that the first one made.
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            await connection.execute("DELETE FROM signing_keys WHERE published_until < $1", now)
            last: datetime | None = await connection.fetchval("SELECT max(signs_until) FROM signing_keys")
            if last is not None and last - now >= self._ahead:
                return False
            kid, key = new_id(), Ed25519PrivateKey.generate()
            signs_from = max(last or now, now)
            signs_until = signs_from + self._rotation
            master = await self._masters.current(connection)
            await connection.execute(
                "INSERT INTO signing_keys"
                " (kid, public_key, wrapped, signs_from, signs_until, published_until, master_id)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                kid,
                key.public_key().public_bytes_raw(),
                master.wrap(key.private_bytes_raw(), bound_to(kid)),
                signs_from,
                signs_until,
                signs_until + self._token_life + _MARGIN,
                master.key_id,
            )
        return True

    async def jwks(self) -> list[dict[str, str]]:
        """The published keys as JWKs, the newest last."""
        rows = await self._pool.fetch(
            "SELECT kid, public_key FROM signing_keys WHERE published_until >= $1 ORDER BY signs_from", self._clock()
        )
        return [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "alg": "EdDSA",
                "use": "sig",
                "kid": str(row["kid"]),
                "x": base64url_encode(row["public_key"]).decode(),
            }
            for row in rows
        ]

    async def public_key(self, kid: str) -> Ed25519PublicKey:
        """The key that verifies tokens with this key id; raises KeyError for an unknown one."""
        if kid not in self._public and parse_id(kid):
            raw: bytes | None = await self._pool.fetchval("SELECT public_key FROM signing_keys WHERE kid = $1", kid)
            if raw is not None:
                self._public[kid] = Ed25519PublicKey.from_public_bytes(raw)
        return self._public[kid]

    async def _present(self) -> _Signer:
        if self._signer is None or self._signer.signs_until <= self._clock():
            try:
                self._signer = await self._load()
            except MasterKeyUnknown:
                # A rotation of the master key has overtaken the reading; the row is under the next one by now.
                self._signer = await self._load()
        return self._signer

    async def _load(self) -> _Signer:
        query = (
            "SELECT kid, wrapped, master_id, signs_until FROM signing_keys"
            " WHERE signs_from <= $1 AND signs_until > $1 ORDER BY signs_from LIMIT 1"
        )
        row = await self._pool.fetchrow(query, self._clock())
        if row is None:
            # First start, or identity was away past the end of the last key.
            await self.rotate()
            row = await self._pool.fetchrow(query, self._clock())
        if row is None:
            raise RuntimeError("no signing key is valid now; the clocks of identity's replicas differ too much")
        kid = str(row["kid"])
        raw = self._masters.unwrap(row["master_id"], row["wrapped"], bound_to(kid))
        return _Signer(kid, Ed25519PrivateKey.from_private_bytes(raw), row["signs_until"])


def bound_to(kid: str) -> bytes:
    """What a wrapped signing key is bound to."""
    return f"signing|{kid}".encode()
