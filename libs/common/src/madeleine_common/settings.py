"""Settings that every service reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Shared settings, from variables with the prefix MADELEINE_; a service subclasses this with its own."""

    model_config = SettingsConfigDict(env_prefix="MADELEINE_", extra="ignore")

    listen: str = Field(default="127.0.0.1:0", description="host:port of the gRPC server")
    # A URL with a password in it: SecretStr keeps it out of logs and tracebacks.
    database_url: SecretStr = Field(default=SecretStr(""), description="this service's own database")
    database_pool: int = Field(default=8, ge=2, le=100, description="most connections to the database")
    nats_url: SecretStr = Field(default=SecretStr("nats://127.0.0.1:4222"))
    nats_replicas: int = Field(default=1, ge=1, le=5, description="replicas of each stream")
    nats_max_age_days: int = Field(default=0, ge=0, description="how long streams keep events; 0: for ever")
    nats_max_bytes: int = Field(default=0, ge=0, description="most bytes of each stream; 0: no limit")
    nats_max_messages: int = Field(default=0, ge=0, description="most events of each stream; 0: no limit")
    gauges_every_s: float = Field(default=10.0, gt=0, description="how often gauges for Prometheus are measured")
    outbox_most: int = Field(
        default=1_000_000, ge=0, description="events waiting to be published at which writers are refused; 0: never"
    )
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"

    identity_address: str = "127.0.0.1:7001"
    chat_address: str = "127.0.0.1:7002"
    memory_address: str = "127.0.0.1:7003"
    miniapp_address: str = "127.0.0.1:7004"
    spark_address: str = "127.0.0.1:7005"
    trainer_address: str = "127.0.0.1:7006"
    inference_address: str = "127.0.0.1:7007"

    service_key_file: Path = Field(default=Path("service.pem"), description="Ed25519 key that signs service tokens")
    service_jwks_file: Path = Field(default=Path("services.jwks.json"), description="public keys of all services")
    data_dir: Path = Field(default=Path(), description="where the service may keep files")

    otlp_endpoint: str = Field(default="", description="OTLP collector for traces; empty: none")
    metrics_listen: str = Field(default="", description="host:port for Prometheus; empty: none")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    max_request_bytes: int = Field(default=65536, description="largest public request")
    shutdown_grace_s: float = Field(default=10.0, gt=0)
