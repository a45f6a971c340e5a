"""PyTorch and transformers, in a process of their own: how fast `generate` is, and the trainer's logprobs of texts.

`speed` prints tokens a second of batches of 1, 8 and 32. `score` reads a JSON list of [adapter folder or "", prompt
ids, completion ids] from its input, and prints the log p of each completion token in fp32. `probes` reads a list of
adapter folders and prints each one's fingerprint, made by the trainer's own code. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from madeleine_inference.models import default_model_dir, prepare_language_model
from madeleine_trainer.training.run import fingerprint


def load() -> Any:
    """SmolLM2 in fp32."""
    logging.disable_progress_bar()
    folder = prepare_language_model(default_model_dir()).folder
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def speed(tokens: int, prompt_tokens: int) -> dict[str, float]:
    """Tokens a second of greedy `generate`; the end of text is forbidden, so that every row runs to its last token."""
    model = load()
    figures: dict[str, float] = {}
    for batch in (1, 8, 32):
        ids = torch.randint(100, 40000, (batch, prompt_tokens), generator=torch.Generator().manual_seed(batch))
        settings = {"do_sample": False, "pad_token_id": 2, "attention_mask": torch.ones_like(ids)}
        model.generate(ids, min_new_tokens=4, max_new_tokens=4, **settings)
        started = time.perf_counter()
        model.generate(ids, min_new_tokens=tokens, max_new_tokens=tokens, **settings)
        figures[str(batch)] = batch * tokens / (time.perf_counter() - started)
    return figures


@torch.inference_mode()
def score(wanted: list[tuple[str, list[int], list[int]]]) -> list[list[float]]:
    """log p (nats) of each completion token, as the trainer's forward has it."""
    found: list[list[float]] = []
    models: dict[str, Any] = {}
    for adapter, prompt, completion in wanted:
        if adapter not in models:
            models[adapter] = PeftModel.from_pretrained(load(), adapter).eval() if adapter else load()
        logprobs = models[adapter](torch.tensor([[*prompt, *completion]])).logits[0].log_softmax(-1)
        first = len(prompt) - 1
        found.append([float(logprobs[first + at, token]) for at, token in enumerate(completion)])
    return found


def probes(folders: list[str]) -> list[list[dict[str, Any]]]:
    """The trainer's fingerprint of each adapter."""
    tokenizer = AutoTokenizer.from_pretrained(prepare_language_model(default_model_dir()).folder)
    return [
        [asdict(one) for one in fingerprint(PeftModel.from_pretrained(load(), folder), tokenizer)] for folder in folders
    ]


def main() -> None:
    """Prints what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("speed", "score", "probes"))
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--prompt-tokens", type=int, default=32)
    options = parser.parse_args()
    torch.set_num_threads(os.cpu_count() or 1)
    if options.what == "speed":
        print(json.dumps(speed(options.tokens, options.prompt_tokens)))
    elif options.what == "score":
        print(json.dumps(score(json.load(sys.stdin))))
    else:
        print(json.dumps(probes(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
