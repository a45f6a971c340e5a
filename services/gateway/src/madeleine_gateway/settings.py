"""Settings of the gateway: where it listens, what it lets through, and where the services are."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator

from madeleine_common.settings import Settings


class GatewaySettings(Settings):
    """Shared settings plus the gateway's own (MADELEINE_GATEWAY_...)."""

    gateway_listen: str = Field(default="127.0.0.1:8080", description="host:port of the public listener")
    gateway_admin_listen: str = Field(default="127.0.0.1:0", description="host:port of Envoy's admin; keep it private")
    gateway_openai_address: str = Field(
        default="", description="host:port of inference's OpenAI-compatible API; empty: not routed"
    )
    gateway_live_address: str = Field(
        default="", description="host:port of the mini-app service's WebSocket server; empty: not routed"
    )
    gateway_web_dist: Path = Field(default=Path("clients/web/dist"), description="the built web client")
    gateway_cors_origins: str = Field(default="", description="other origins that may call, by commas")
    gateway_concurrency: int = Field(default=2, ge=1, le=64, description="Envoy worker threads")
    gateway_requests_per_s: int = Field(default=500, ge=1, description="API requests a second, of the whole listener")
    gateway_logins_per_minute: int = Field(default=120, ge=1, description="sign-ups, log-ins, refreshes, each")
    gateway_max_connections: int = Field(default=10_000, ge=16, description="open connections from outside")
    gateway_max_body_bytes: int = Field(default=1024 * 1024, ge=1024, description="largest request body")
    gateway_timeout_s: float = Field(default=60.0, gt=0, description="limit of a call that does not stream")
    gateway_stream_idle_s: float = Field(default=600.0, gt=0, description="a stream silent for this long is ended")
    gateway_jwks_cache_s: int = Field(default=60, ge=1, description="how long identity's keys are cached")

    @field_validator("gateway_listen", "gateway_admin_listen", "gateway_openai_address", "gateway_live_address")
    @classmethod
    def _host_and_port(cls, value: str, info: ValidationInfo) -> str:
        if value or info.field_name not in ("gateway_openai_address", "gateway_live_address"):
            address(value)
        return value

    @property
    def cors_origins(self) -> list[str]:
        """The allowed origins, one by one."""
        return [origin.strip() for origin in self.gateway_cors_origins.split(",") if origin.strip()]

    def upstream(self, context: str) -> str:
        """host:port of the service that owns a proto context ("chat"); raises ValueError for an unknown one."""
        found = getattr(self, f"{context}_address", None)
        if not isinstance(found, str):
            raise ValueError(f"no setting MADELEINE_{context.upper()}_ADDRESS for the services in madeleine.{context}")
        return found


def address(value: str) -> tuple[str, int]:
    """Host and port of "host:port"; raises ValueError for anything else."""
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{value!r} is not host:port")
    return host.strip("[]"), int(port)
