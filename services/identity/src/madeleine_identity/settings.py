"""Settings of identity."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, field_validator

from madeleine_common.bus.streams import CONTEXTS
from madeleine_common.settings import Settings


class IdentitySettings(Settings):
    """Shared settings and identity's own (MADELEINE_IDENTITY_...)."""

    identity_master_key_file: Path = Field(
        default=Path("master.key"), description="master keys, which wrap all others: base64 of 32 bytes to a line"
    )
    identity_access_minutes: int = Field(default=60, ge=1, le=1440, description="life of an access token")
    identity_refresh_days: int = Field(default=30, ge=1, le=365, description="life of a refresh token")
    identity_rotation_days: int = Field(default=30, ge=1, le=365, description="how long a signing key signs")
    identity_password_attempts: int = Field(default=10, ge=1, description="wrong passwords of one handle in one window")
    identity_password_window_minutes: int = Field(default=15, ge=1)
    identity_rotate_on_erasure: bool = Field(default=True, description="a new master key after each erasure")
    identity_erasure_hours: float = Field(default=24.0, gt=0, description="how long a service may take to confirm one")
    identity_erasure_settle_s: float = Field(
        default=70.0, ge=0, description="how long a cache may hold an erased person's key, and some leeway"
    )
    identity_erasure_services: str = Field(default=",".join(CONTEXTS), description="who must confirm an erasure")

    @field_validator("identity_erasure_services")
    @classmethod
    def _known(cls, value: str) -> str:
        if unknown := sorted({name.strip() for name in value.split(",")} - set(CONTEXTS)):
            raise ValueError(f"no service {', '.join(map(repr, unknown))}; there are {', '.join(CONTEXTS)}")
        return value

    @property
    def erasure_services(self) -> list[str]:
        """Who must confirm an erasure."""
        return [name.strip() for name in self.identity_erasure_services.split(",")]

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
