"""From a folder that PEFT wrote to a revision in the adapter store, with the fingerprint that proves it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine_cli.adapters.client import AdapterSettings, ask, not_running, settings_of
from madeleine_cli.adapters.views import alias_line, proof
from madeleine_cli.context import Context
from madeleine_cli.datadir import DataDir
from madeleine_cli.events.connections import NotRunning
from madeleine_cli.events_options import failed
from madeleine_common.adapter_store import AdapterStore, StoreUnreachable
from madeleine_common.adapters import AdapterInvalid, AdapterOrigin

_CONFIG, _WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
# The last lines say what went wrong; before them stands a traceback.
_TAIL = 6


class ProbesFailed(Exception):
    """The trainer's code made no fingerprint of the adapter; carries what it said."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a manifest must repeat of adapter_config.json."""

    rank: int
    target_modules: tuple[str, ...]

    @staticmethod
    def read(folder: Path) -> Config:
        """The configuration of PEFT's folder; raises AdapterInvalid naming the file or field."""
        for name in (_CONFIG, _WEIGHTS):
            if not (folder / name).is_file():
                raise AdapterInvalid(name, f"is missing in {folder}")
        try:
            fields: dict[str, Any] = json.loads((folder / _CONFIG).read_text("utf-8"))
            rank, modules = fields["r"], fields["target_modules"]
        except KeyError as error:
            raise AdapterInvalid(
                f"{_CONFIG}: {error.args[0]}", "is missing; only LoRA adapters can be served"
            ) from error
        except (ValueError, TypeError) as error:
            raise AdapterInvalid(_CONFIG, f"is not a JSON object: {error}") from error
        if type(rank) is not int or rank < 1:
            raise AdapterInvalid(f"{_CONFIG}: r", f"must be a rank, 1 or more; it is {rank!r}")
        if not isinstance(modules, list):
            raise AdapterInvalid(f"{_CONFIG}: target_modules", f"must be a list of modules; it is {modules!r}")
        return Config(rank, tuple(str(module) for module in modules))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] (JSON)


def publish(context: Context, folder: Path, name: str, alias: str, training_run: str) -> None:
    """Publishes a folder as a revision of `name`, and has `alias` served by it if one is given."""
    try:
        config = Config.read(folder)
        store = _store(settings_of(context.data))
        # Before the model is loaded here: is there anybody to publish to?
        served = ask(context, lambda adapters: adapters.aliases())
        with context.console.status(f"Computing the fingerprint on {served.base_model} in fp32 ..."):
            base_sha256, probes = _fingerprint(context.data, folder)
        origin = AdapterOrigin(name, base_sha256, config.rank, config.target_modules, "", training_run)
        with tempfile.TemporaryDirectory(prefix="madeleine-adapter-") as cache:
            opened = AdapterStore(store, Path(cache))
            written = opened.put(origin, lambda work: _copy(folder, work))
            uri = opened.uri(written.revision)
    except NotRunning as error:
        raise not_running(context, error) from error
    except (AdapterInvalid, ProbesFailed) as error:
        raise failed(context, error) from error
    except (StoreUnreachable, OSError) as error:
        raise failed(context, f"adapter store: {error}") from error
    with context.console.status("Inference loads and proves it ..."):
        reply = ask(context, lambda adapters: adapters.publish(name, uri, probes))
    context.console.print(proof(reply), highlight=False, soft_wrap=True)
    if alias:
        target = pb.WeightedRevision(revision=reply.revision.revision, weight=1.0)
        flipped = ask(context, lambda adapters: adapters.point(alias, [target]))
        context.console.print(alias_line(flipped), highlight=False, soft_wrap=True)


def _store(settings: AdapterSettings) -> str:
    if not settings.trainer_adapter_store:
        raise NotRunning(
            "nothing says where the adapter store is: `madeleine up` writes it, or set MADELEINE_TRAINER_ADAPTER_STORE"
        )
    return settings.trainer_adapter_store


def _copy(folder: Path, work: Path) -> None:
    # Nothing else of the folder: an optimiser's state or a README is no part of what is served.
    for name in (_CONFIG, _WEIGHTS):
        shutil.copyfile(folder / name, work / name)


def _fingerprint(data: DataDir, folder: Path) -> tuple[str, Sequence[pb.Probe]]:
    """The base's sha256 and the probes, by the trainer's code, which loads torch: in a process of its own."""
    command = [sys.executable, "-m", "madeleine_trainer.training.probe", str(folder)]
    done = subprocess.run(command, env=_environment(data), capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProbesFailed("\n".join(done.stderr.strip().splitlines()[-_TAIL:]) or f"it ended with {done.returncode}")
    # Libraries may print before it.
    told = json.loads(done.stdout.strip().splitlines()[-1])
    probes = [
        pb.Probe(
            prompt_token_ids=probe["prompt_token_ids"],
            completion_token_ids=probe["completion_token_ids"],
            trained_logprobs=probe["trained_logprobs"],
            base_logprobs=probe["base_logprobs"],
        )
        for probe in told["probes"]
    ]
    return told["base_model_sha256"], probes


def _environment(data: DataDir) -> Mapping[str, str]:
    file = data.env / "trainer.env"
    told = {name: value for name, value in dotenv_values(file, interpolate=False).items() if value is not None}
    return {
        **told,
        **os.environ,
        # Threads that spin while they wait would slow the model that serves people on the same cores.
        "OMP_WAIT_POLICY": "PASSIVE",
        "TOKENIZERS_PARALLELISM": "false",
        # What libraries warn of each other is nothing that whoever publishes could mend.
        "PYTHONWARNINGS": "ignore",
    }
