"""Settings of identity."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from madeleine_common.settings import Settings


class IdentitySettings(Settings):
    """Shared settings and identity's own (MADELEINE_IDENTITY_...)."""

    identity_master_key_file: Path = Field(
        default=Path("master.key"), description="base64 of the 32 bytes that wrap all keys"
    )
    identity_access_minutes: int = Field(default=60, ge=1, le=1440, description="life of an access token")
    identity_refresh_days: int = Field(default=30, ge=1, le=365, description="life of a refresh token")
    identity_rotation_days: int = Field(default=30, ge=1, le=365, description="how long a signing key signs")
    identity_password_attempts: int = Field(default=10, ge=1, description="wrong passwords of one handle in one window")
    identity_password_window_minutes: int = Field(default=15, ge=1)

    @property
    def access_life(self) -> timedelta:
        """Life of an access token."""
        return timedelta(minutes=self.identity_access_minutes)

    @property
    def refresh_life(self) -> timedelta:
        """Life of a refresh token."""
        return timedelta(days=self.identity_refresh_days)

    @property
    def rotation(self) -> timedelta:
        """How long a signing key signs."""
        return timedelta(days=self.identity_rotation_days)
