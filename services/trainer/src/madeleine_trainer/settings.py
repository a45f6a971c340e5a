"""Settings of the trainer."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from madeleine_common.adapter_store import StoreUrl
from madeleine_common.settings import Settings


class TrainerSettings(Settings):
    """Shared settings and the trainer's own (MADELEINE_TRAINER_...)."""

    model_dir: Path = Field(Path.home() / ".cache/madeleine/models", description="cache of prepared models")
    trainer_base_model: str = Field("smollm2-135m-instruct-f16", description="folder of the base model in model_dir")
    trainer_adapter_store: StoreUrl = Field(
        "adapters", description="where inference takes revisions from: a folder, or a URL: s3://bucket/prefix"
    )
    trainer_alias: str = Field("default", description="alias that promoted revisions are served under")
    trainer_threshold: int = Field(8, ge=1, description="judgements that start a run")
    trainer_most_signals: int = Field(64, ge=1, description="most judgements of one run")
    trainer_person_share: float = Field(0.75, gt=0, le=1, description="most of a run that may come from one person")
    trainer_rank: int = Field(16, ge=1, description="LoRA rank")
    # Small: with a handful of judgements a larger one teaches the one answer that was liked, whatever is asked.
    trainer_learning_rate: float = Field(1e-4, gt=0)
    trainer_epochs: int = Field(1, ge=1, le=50)
    trainer_beta: float = Field(0.1, gt=0, description="KTO's beta")
    trainer_kl_cap: float = Field(0.5, gt=0, description="most nats a token that a revision may lie from the base")
    trainer_ess_floor: float = Field(0.2, ge=0, lt=1, description="least effective sample size, as a share")
    trainer_threads: int = Field(2, ge=1, description="CPU threads of the training process")
