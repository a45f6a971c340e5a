"""Argon2id password hashes (RFC 9106), computed beside the event loop."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Each hash takes 64 MiB while it runs.
_AT_ONCE = 2


class Argon2:
    """Hashes and verifies; verifying against nobody's hash takes as long as against somebody's."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The encoded hash, with its salt and parameters."""
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Whether the password is the one; None (no such person) takes the same time and is False."""
        if encoded is None and self._nobody is None:
            self._nobody = await self.hash(secrets.token_urlsafe())
        async with self._slots:
            matches = await asyncio.to_thread(self._matches, encoded or self._nobody or "", password)
        return matches and encoded is not None

    def _matches(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False
