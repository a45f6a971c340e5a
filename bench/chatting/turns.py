"""When the AI speaks: the shipped judge on turntaking.jsonl of DATA, and how long a decision takes.

Nothing is fitted here, and the shipped weights have learned from none of DATA: `turn_f1` is of talks that they have
never seen. `turn_f1_left_out` is what fit_turns.py noted of the development data when it made them: there the other
seven eighths of it had been learned from as well. Vectors come from the real inference service, one call for each
decision; `turn_ms` is the time of a decision besides that call, `turn_with_embedding_ms` with it (p50; `_p95_`).
"""

from __future__ import annotations

import time
from typing import Any

import grpc

from chatting.house import Bench, percentile
from chatting.turns_data import Talk, read_talks
from chatting.turns_figures import figures, reliability
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine_chat.domain.judge import judge, texts_to_embed
from madeleine_chat.domain.judge.judging import shipped
from madeleine_chat.settings import ChatSettings

NEEDS_MODEL = True
_WARM_UP = 10


async def measure(bench: Bench) -> dict[str, Any]:
    """Precision, recall and F1 of "speak", by kind and language; milliseconds of a decision."""
    path = bench.data / "turntaking.jsonl"
    if not path.exists():
        bench.console.print(f"turns: {path} is not there")
        return {}
    talks = read_talks(path)
    threshold = float(ChatSettings.model_fields["chat_speak_threshold"].default)
    scores: list[float] = []
    by_words: list[float] = []
    besides: list[float] = []
    whole: list[float] = []
    async with grpc.aio.insecure_channel(bench.inference_address) as channel:
        stub: Any = InferenceServiceStub(channel)
        call = {"metadata": bench.servers.service_call("chat"), "wait_for_ready": True, "timeout": 300}
        for talk in talks[:_WARM_UP]:
            await _judge(stub, call, talk)
        for talk in talks:
            score, own_s, all_s = await _judge(stub, call, talk)
            scores.append(score)
            besides.append(own_s)
            whole.append(all_s)
            by_words.append(judge(talk.lines, talk.members, None, "").score)
    found = figures(scores, talks, threshold)
    return {
        **{f"turn_{name}": found[name] for name in ("precision", "recall", "f1", "accuracy", "brier")},
        "turn_f1_left_out": shipped()["figures"]["vector"]["data_left_out"]["f1"],
        "turn_f1_by_words": figures(by_words, talks, threshold)["f1"],
        "turn_wrong_interruptions": found["interruptions"],
        "turn_missed_calls": found["missed"],
        "turn_reliability": reliability(scores, talks),
        "turn_ms": _ms(besides, 0.5),
        "turn_p95_ms": _ms(besides, 0.95),
        "turn_with_embedding_ms": _ms(whole, 0.5),
        "turn_with_embedding_p95_ms": _ms(whole, 0.95),
        "turn_judge": shipped()["version"],
    }


async def _judge(stub: Any, call: dict[str, Any], talk: Talk) -> tuple[float, float, float]:
    """The score, and the seconds without and with the embedding."""
    began = time.perf_counter()
    request = inference.EmbedRequest(texts=texts_to_embed(talk.lines, talk.members), kind=inference.EMBED_KIND_QUERY)
    prepared = time.perf_counter()
    reply = await stub.Embed(request, **call)
    embedded = time.perf_counter()
    judged = judge(talk.lines, talk.members, [list(vector.values) for vector in reply.vectors], reply.model)
    ended = time.perf_counter()
    return judged.score, (prepared - began) + (ended - embedded), ended - began


def _ms(seconds: list[float], share: float) -> float:
    return round(1000 * percentile(seconds, share), 2)
