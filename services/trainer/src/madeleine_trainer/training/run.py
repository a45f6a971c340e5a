"""The training process: `python -m madeleine_trainer.training.run` reads a TrainingJob, writes an adapter folder.

A process of its own, so that the service stays small, a run can be killed at any time, and its memory goes with it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, cast

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging as transformers_logging

from madeleine_common.adapter_store import AdapterStore
from madeleine_common.adapters import AdapterOrigin, DataLineage
from madeleine_trainer.domain.signals import kto_weights
from madeleine_trainer.training.job import ProbeReport, StepReport, Trained, TrainingJob, report_line
from madeleine_trainer.training.kto import (
    Example,
    completion_logprobs,
    effective_sample_size,
    k3,
    kto_loss,
    reference_point,
)
from madeleine_trainer.training.probes import PROBES, SYSTEM

# All linear layers, alpha 32, B = 0 (thinkingmachines.ai/blog/lora); the head stays as it is.
_TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
_ALPHA = 32
_ANSWERS_A_STEP = 4
_MOST_TOKENS = 1024


def load(job: TrainingJob, store: AdapterStore) -> PeftModel:
    """The base model in float32 with a LoRA to train: a new one, or the parent's continued."""
    base = AutoModelForCausalLM.from_pretrained(job.base_model, dtype=torch.float32, attn_implementation="sdpa")
    if job.parent_revision:
        parent = store.fetch(job.parent_revision)
        return PeftModel.from_pretrained(base, str(parent.folder), is_trainable=True)
    config = LoraConfig(r=job.rank, lora_alpha=_ALPHA, target_modules=_TARGETS, lora_dropout=0.0, bias="none")
    return cast("PeftModel", get_peft_model(base, config))


def examples_of(job: TrainingJob) -> list[Example]:
    """The job's answers; a prompt that is too long loses its beginning."""
    return [
        Example(
            e.prompt_token_ids[-max(1, _MOST_TOKENS - len(e.completion_token_ids)) :],
            e.completion_token_ids,
            e.desirable,
        )
        for e in job.examples
    ]


def train(model: PeftModel, job: TrainingJob, examples: list[Example], report: Any) -> None:
    """KTO over `epochs` passes in steps of four answers; calls `report` with a StepReport after each.

    The reference is the base model: the same weights with the adapter off, so there is no second copy.
    """
    with torch.no_grad(), model.disable_adapter():
        reference = [completion_logprobs(model, e.prompt, e.completion) for e in examples]
    desirable = sum(e.desirable for e in examples)
    weight_d, weight_u = kto_weights(desirable, len(examples) - desirable)
    optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=job.learning_rate)
    order = torch.Generator().manual_seed(job.seed)
    batches = -(-len(examples) // _ANSWERS_A_STEP)
    steps, step, z0 = job.epochs * batches, 0, 0.0
    at_start: dict[int, torch.Tensor] = {}
    for _ in range(job.epochs):
        shuffled = torch.randperm(len(examples), generator=order).tolist()
        for begin in range(0, len(examples), _ANSWERS_A_STEP):
            started, step = time.perf_counter(), step + 1
            batch = shuffled[begin : begin + _ANSWERS_A_STEP]
            sums: list[float] = []
            drift: list[torch.Tensor] = []
            kls: list[float] = []
            rewards: dict[bool, list[float]] = {True: [], False: []}
            total = 0.0
            for index in batch:
                example = examples[index]
                logprobs_t = completion_logprobs(model, example.prompt, example.completion)
                logratio_t = logprobs_t - reference[index]
                loss, reward = kto_loss(
                    logratio_t.sum(),
                    desirable=example.desirable,
                    z0=z0,
                    beta=job.beta,
                    weight=weight_d if example.desirable else weight_u,
                )
                (loss / len(batch)).backward()
                total += loss.item() / len(batch)
                detached_t = logprobs_t.detach()
                sums.append(logratio_t.detach().sum().item())
                drift.append(detached_t - at_start.setdefault(index, detached_t))
                kls.append(k3(logratio_t))
                rewards[example.desirable].append(reward)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            z0 = reference_point(sums)
            report(
                StepReport(
                    step,
                    steps,
                    total,
                    sum(kls) / len(kls),
                    _mean(rewards[True]),
                    _mean(rewards[False]),
                    effective_sample_size(torch.cat(drift)),
                    time.perf_counter() - started,
                )
            )


def fingerprint(model: PeftModel, tokenizer: Any) -> list[ProbeReport]:
    """Logprobs of fixed texts with the adapter off and on: what serving must reproduce."""
    model.eval()
    reports: list[ProbeReport] = []
    with torch.no_grad():
        for name, (question, answer) in PROBES.items():
            prompt = tokenizer.apply_chat_template(
                [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=False,
            )
            completion = tokenizer.encode(answer, add_special_tokens=False)
            trained = completion_logprobs(model, prompt, completion).tolist()
            with model.disable_adapter():
                base = completion_logprobs(model, prompt, completion).tolist()
            reports.append(ProbeReport(name, prompt, completion, base, trained))
    return reports


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _origin(job: TrainingJob, model: PeftModel) -> AdapterOrigin:
    prepared = json.loads((Path(job.base_model) / "prepared.json").read_text("utf-8"))
    weights_sha256: str = prepared["files"][prepared["weights_file"]]
    desirable = sum(example.desirable for example in job.examples)
    lineage = DataLineage(job.signals_sha256, desirable, len(job.examples) - desirable)
    # A parent that is continued keeps its rank, whatever the settings say now.
    rank = cast("LoraConfig", model.active_peft_config).r
    return AdapterOrigin(job.name, weights_sha256, rank, tuple(_TARGETS), job.parent_revision, job.run_id, lineage)


def _save(model: PeftModel, folder: Path) -> None:
    model.save_pretrained(str(folder), safe_serialization=True)
    # A revision's bytes must not depend on where this machine keeps its models.
    (folder / "README.md").unlink(missing_ok=True)
    config = folder / "adapter_config.json"
    fields = json.loads(config.read_text("utf-8"))
    fields["base_model_name_or_path"] = Path(fields["base_model_name_or_path"]).name
    fields["target_modules"] = sorted(fields["target_modules"])
    config.write_text(json.dumps(fields, indent=2, sort_keys=True), "utf-8")


def main() -> None:
    """Reads the job from standard input; prints reports; exits non-zero with a traceback on failure."""
    job = TrainingJob.from_json(sys.stdin.readline())
    transformers_logging.disable_progress_bar()
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)

    def report(line: StepReport | Trained) -> None:
        print(report_line(line), flush=True)

    store = AdapterStore(job.store, Path(job.cache))
    model = load(job, store)
    model.train()
    train(model, job, examples_of(job), report)
    probes = fingerprint(model, AutoTokenizer.from_pretrained(job.base_model))
    written = store.put(_origin(job, model), lambda folder: _save(model, folder))
    store.trim()
    report(Trained(written.revision, store.uri(written.revision), probes))


if __name__ == "__main__":
    main()
