"""`madeleine adapters` on the real inference service, as a person types it, with adapters that PEFT made."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from typer.testing import CliRunner

from madeleine_cli.adapters import client
from madeleine_cli.main import app
from madeleine_common.adapters import read_adapter
from madeleine_common.embedded.process import free_port
from madeleine_trainer.settings import TrainerSettings

# Inference starts within the first, and each fingerprint loads the model in a process of its own.
pytestmark = [pytest.mark.model, pytest.mark.timeout(180)]
TRAINER = TrainerSettings()  # pyright: ignore[reportCallIssue] (pydantic-settings takes it)
BASE_MODEL = TRAINER.model_dir / TRAINER.trainer_base_model
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


@dataclass(frozen=True)
class Operator:
    """Somebody at a terminal, on a data directory that `up` has written."""

    data: Path

    def __call__(self, *arguments: str, status: int = 0) -> str:
        """What `madeleine adapters` prints; it must end with `status`."""
        command = ["--data-dir", str(self.data), "adapters", *arguments]
        result = CliRunner().invoke(app, command, env={"COLUMNS": "400"})
        assert result.exit_code == status, result.output
        return result.output

    def json(self, *arguments: str) -> Any:
        """What it prints as JSON."""
        return json.loads(self(*arguments, "--json"))

    def revisions(self) -> list[Any]:
        """What `list` prints of these tests' revisions; other suites publish at the same inference."""
        return [each for each in self.json("list") if each["name"] in ("hand", "other", "bad")]


def operator_of(data: Path, address: str, keys: Path, store: Path) -> Operator:
    """With settings as `up` writes them: only the trainer's tell the store, and the trainer has a key of its own."""
    written = {
        "trainer": {"SERVICE_KEY_FILE": keys / "trainer.pem", "TRAINER_ADAPTER_STORE": store},
        "cli": {"SERVICE_KEY_FILE": keys / "cli.pem"},
    }
    (data / "env").mkdir(parents=True)
    for name, values in written.items():
        lines = [f"MADELEINE_{key}={value}\n" for key, value in {**values, "INFERENCE_ADDRESS": address}.items()]
        (data / "env" / f"{name}.env").write_text("".join(lines))
    return Operator(data)


@pytest.fixture(scope="module")
def operator(
    tmp_path_factory: pytest.TempPathFactory, inference_address: str, house_keys: Path, adapter_store: Path
) -> Operator:
    return operator_of(tmp_path_factory.mktemp("data"), inference_address, house_keys, adapter_store)


@pytest.fixture(scope="module")
def lora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as PEFT saves it, with a README that is no part of the adapter."""
    torch.manual_seed(1)
    base = AutoModelForCausalLM.from_pretrained(BASE_MODEL, dtype=torch.float32)
    config = LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    model = get_peft_model(base, config)
    # Random A and B would drown the base; a trained adapter moves it a little.
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.data *= 0.1
    folder = tmp_path_factory.mktemp("lora")
    model.save_pretrained(str(folder))
    return folder


def test_an_adapter_is_published_served_rolled_back_and_taken_out(
    operator: Operator, lora: Path, adapter_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = operator("publish", str(lora), "--name", "hand", "--alias", "trial", "--training-run", "by hand")
    hand = re.findall(r"^(hand@[0-9a-f]{12}) is published: rank 4, ", said)[0]
    assert f"trial serves {hand}; before: nothing" in said
    trained, base = map(float, re.findall(r"at most (\S+) nats a token from training, (\S+) from the base", said)[0])
    assert trained < 1e-3 < base
    assert re.search(r"slope (1\.00|0\.99)\d, cosine (1\.00|0\.99)\d", said)

    stored = read_adapter(adapter_store / hand)
    prepared = json.loads((BASE_MODEL / "prepared.json").read_text())
    assert stored.origin.base_model_sha256 == prepared["files"]["model.safetensors"]
    assert (stored.origin.training_run_id, stored.origin.parent, set(stored.files)) == (
        "by hand",
        "",
        {CONFIG, WEIGHTS},
    )

    # The same content under another name is another revision; the list goes on over pages.
    other = re.findall(r"^(other@[0-9a-f]{12}) is", operator("publish", str(lora), "--name", "other"))[0]
    monkeypatch.setattr(client, "_PAGE", 1)
    listed = operator.revisions()
    assert [(r["revision"], r["rank"], r["resident"], r["pinned"]) for r in listed] == [
        (other, 4, True, False),
        (hand, 4, True, False),
    ]
    assert re.search(rf"{hand} +4 +base +\d{{4}}-\d\d-\d\d \d\d:\d\d +yes +no +by hand", operator("list"))

    assert "trial serves base=0.9" in operator("alias", "trial", "base", f"{other}=0.1")
    assert operator("rollback", "trial").startswith(f"trial serves {hand}; before: base=0.9, {other}=0.1")
    trial = next(a for a in operator.json("aliases")["aliases"] if a["alias"] == "trial")
    assert trial["targets"] == [{"revision": hand, "weight": 1.0}]
    assert re.search(rf"trial +{hand} +base=0.9, {other}=0.1 +3 ", operator("aliases"))

    operator("pin", hand)
    assert [r["pinned"] for r in operator.revisions()] == [False, True]
    operator("unpin", hand)
    assert [r["pinned"] for r in operator.revisions()] == [False, False]
    assert "(REVISION_IN_USE)" in operator("unload", hand, status=1)
    operator("alias", "trial", "base")
    operator("unload", other)
    assert [r["revision"] for r in operator.revisions()] == [hand]


def reconfigured(**changes: Any) -> Callable[[Path], None]:
    """Changes fields of adapter_config.json; None takes one out."""

    def change(folder: Path) -> None:
        fields = json.loads((folder / CONFIG).read_text()) | changes
        (folder / CONFIG).write_text(json.dumps({k: v for k, v in fields.items() if v is not None}))

    return change


def truncated(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:1000])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda folder: (folder / CONFIG).unlink(), r"^adapter_config.json: is missing in "),
        (lambda folder: (folder / WEIGHTS).unlink(), r"^adapter_model.safetensors: is missing in "),
        (lambda folder: (folder / CONFIG).write_text("[]"), r"^adapter_config.json: is not a JSON object"),
        (reconfigured(r=None), r"^adapter_config.json: r: is missing; only LoRA"),
        (reconfigured(r=0), r"^adapter_config.json: r: must be a rank"),
        (reconfigured(target_modules="all.*"), r"^adapter_config.json: target_modules: must be a list"),
        (truncated, r"^\S+ is no adapter of smollm2-135m-instruct-f16: .*header"),
        # The trainer's code can load it, and inference says why it serves no such thing.
        (reconfigured(alpha_pattern={"q_proj": 16}), r"^uri.alpha_pattern: adapter_config.json has {'q_proj': 16}"),
    ],
)
def test_what_is_no_adapter_is_refused_by_its_field(
    operator: Operator, lora: Path, tmp_path: Path, change: Callable[[Path], object], reason: str
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(lora, folder)
    change(folder)
    before = operator.revisions()
    said = operator("publish", str(folder), "--name", "bad", "--alias", "trial", status=1)
    assert re.search(reason, said, re.MULTILINE), said
    assert operator.revisions() == before


def test_refusals_name_what_is_wrong(operator: Operator) -> None:
    unknown = "house@0123456789ab"
    assert "targets[0].revision: must be a revision" in operator("alias", "trial", "house", status=1)
    assert "add up to 1; they add up to 0.5" in operator("alias", "trial", "base=0.5", status=1)
    for command in (("alias", "trial", unknown), ("pin", unknown), ("unload", unknown)):
        assert unknown in operator(*command, status=1)
    assert "nobody" in operator("rollback", "nobody", status=1)


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("publish", ".", "--name", "a b"), "--name"),
        (("publish", ".", "--name", "a", "--alias", "base"), "--alias"),
        (("alias", "trial", "base=much"), "REVISION"),
        (("alias", "trial", "base", "house@0123456789ab"), "REVISION"),
    ],
)
def test_wrong_options_are_named(tmp_path: Path, arguments: tuple[str, ...], option: str) -> None:
    assert option in Operator(tmp_path)(*arguments, status=2)


def test_a_stack_that_does_not_run_is_told_from_a_refusal(tmp_path: Path, lora: Path, house_keys: Path) -> None:
    assert "nothing was ever started on" in Operator(tmp_path / "none")("list", status=3)
    stopped = operator_of(tmp_path / "stopped", f"127.0.0.1:{free_port()}", house_keys, tmp_path)
    for command in (("list",), ("rollback", "default"), ("publish", str(lora), "--name", "hand")):
        assert "Madeleine is not running, or not all of it: inference at 127.0.0.1:" in stopped(*command, status=3)
    keyless = operator_of(tmp_path / "keyless", "127.0.0.1:1", tmp_path, tmp_path)
    assert "MADELEINE_SERVICE_KEY_FILE" in keyless("list", status=3)
