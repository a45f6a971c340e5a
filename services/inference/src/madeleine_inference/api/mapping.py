"""Between the contract's messages and the application's terms, with every check that a message alone allows."""

from __future__ import annotations

import math
from collections.abc import Sequence

from madeleine.inference.v1 import adapters_pb2 as adapters
from madeleine.inference.v1 import inference_pb2 as pb
from madeleine_common.rpc.checks import Checks
from madeleine_inference.application.fingerprint import LEAST_NOISY_TOKENS, Probe
from madeleine_inference.application.generation import Wish
from madeleine_inference.application.ports import ChatMessage, EmbedKind, Engine, FinishReason, Role, Sampling

_DEFAULT_MAX_TOKENS = 256
_MAX_TEXT = 65536
_MAX_MODEL = 64
# They are sent to every replica in one message, and scored before a revision is served.
_MAX_PROBE_TOKENS = 16384
_MAX_TEXTS, _MAX_PASSAGE = 256, 32768
_ROLES = {
    pb.ROLE_SYSTEM: Role.SYSTEM,
    pb.ROLE_USER: Role.USER,
    pb.ROLE_ASSISTANT: Role.ASSISTANT,
}
KINDS = {pb.EMBED_KIND_QUERY: EmbedKind.QUERY, pb.EMBED_KIND_PASSAGE: EmbedKind.PASSAGE}
REASONS = {
    FinishReason.STOP: pb.FINISH_REASON_STOP,
    FinishReason.LENGTH: pb.FINISH_REASON_LENGTH,
    FinishReason.CANCELLED: pb.FINISH_REASON_CANCELLED,
}


def to_wish(request: pb.GenerateRequest, checks: Checks, path: str = "") -> Wish:
    """The generation that a request asks for; notes bad fields under `path`."""
    chat: tuple[ChatMessage, ...] = ()
    match request.WhichOneof("prompt"):
        case "chat":
            chat = to_chat(request.chat.messages, checks, f"{path}chat")
        case "token_ids":
            if not request.token_ids.ids:
                checks.bad(f"{path}token_ids", "is required")
        case _:
            checks.bad(f"{path}prompt", "is required: a chat or token ids")
    check_model(request.model, checks, f"{path}model")
    checks.id(f"{path}person_id", request.person_id, optional=True)
    checks.text(f"{path}feature", request.feature, least=0, most=32)
    sampling = _to_sampling(request.sampling, checks, f"{path}sampling")
    return Wish(chat, tuple(request.token_ids.ids), request.model, sampling, request.person_id, path)


def to_chat(messages: Sequence[pb.ChatMessage], checks: Checks, path: str) -> tuple[ChatMessage, ...]:
    """A chat of at least one message, none of them blank; a system message only at its head."""
    if not messages:
        checks.bad(f"{path}.messages", "is required")
    for index, message in enumerate(messages):
        field = f"{path}.messages[{index}]"
        checks.one_of(f"{field}.role", message.role, _ROLES)
        checks.text(f"{field}.content", message.content, most=_MAX_TEXT)
        if index and message.role == pb.ROLE_SYSTEM:
            checks.bad(f"{field}.role", "a system message can only be the first")
    return tuple(ChatMessage(_ROLES.get(m.role, Role.USER), m.content) for m in messages)


def check_model(model: str, checks: Checks, field: str = "model") -> None:
    """An alias, a revision, or nothing for the default."""
    checks.text(field, model, least=0, most=_MAX_MODEL)


def check_texts(field: str, texts: Sequence[str], checks: Checks) -> None:
    """Texts to embed: 1 to 256 of them, none blank."""
    checks.between(field, len(texts), 1, _MAX_TEXTS)
    for index, text in enumerate(texts):
        checks.text(f"{field}[{index}]", text, most=_MAX_PASSAGE)


def _to_sampling(sampling: pb.Sampling, checks: Checks, path: str) -> Sampling:
    if sampling.max_tokens < 0:
        checks.bad(f"{path}.max_tokens", f"must be at least 1, or 0 for {_DEFAULT_MAX_TOKENS}")
    checks.between(f"{path}.temperature", sampling.temperature, 0.0, 2.0)
    checks.between(f"{path}.top_p", sampling.top_p, 0.0, 1.0)
    checks.between(f"{path}.frequency_penalty", sampling.frequency_penalty, 0.0, 2.0)
    if len(sampling.stop) > 8:
        checks.bad(f"{path}.stop", f"must be at most 8; there are {len(sampling.stop)}")
    for index, stop in enumerate(sampling.stop):
        if not 1 <= len(stop) <= 64:
            checks.bad(f"{path}.stop[{index}]", "must have 1 to 64 characters")
    checks.text(f"{path}.json_schema", sampling.json_schema, least=0, most=_MAX_TEXT)
    return Sampling(
        sampling.max_tokens or _DEFAULT_MAX_TOKENS,
        sampling.temperature,
        sampling.top_p or 1.0,
        sampling.seed,
        tuple(sampling.stop),
        sampling.json_schema,
        sampling.frequency_penalty,
    )


def to_probes(messages: Sequence[adapters.Probe], engine: Engine, checks: Checks) -> list[Probe]:
    """The fingerprint: 1 to 32 probes, each with one finite trained logprob for each completion token.

    An engine that is not exact needs the trainer's base logprobs as well.
    """
    if not 1 <= len(messages) <= 32:
        checks.bad("probes", f"must be 1 to 32; there are {len(messages)}")
    if (total := sum(len(m.prompt_token_ids) + len(m.completion_token_ids) for m in messages)) > _MAX_PROBE_TOKENS:
        checks.bad("probes", f"must have at most {_MAX_PROBE_TOKENS} tokens together; they have {total}")
    told = sum(len(message.completion_token_ids) for message in messages)
    if not engine.exact and told < LEAST_NOISY_TOKENS:
        checks.bad(
            "probes",
            f"must have at least {LEAST_NOISY_TOKENS} completion tokens together, since this engine's weights are"
            f" quantised; they have {told}",
        )
    for index, message in enumerate(messages):
        field = f"probes[{index}]"
        prompt, completion = message.prompt_token_ids, message.completion_token_ids
        for name, ids in (("prompt_token_ids", prompt), ("completion_token_ids", completion)):
            if not ids or not all(0 <= token < engine.vocabulary_size for token in ids):
                checks.bad(f"{field}.{name}", f"must be token ids, 0 to {engine.vocabulary_size - 1}, at least one")
        if len(prompt) + len(completion) > engine.context_tokens:
            checks.bad(field, f"has {len(prompt) + len(completion)} tokens; the context holds {engine.context_tokens}")
        for name, logprobs, optional in (
            ("trained_logprobs", message.trained_logprobs, False),
            ("base_logprobs", message.base_logprobs, engine.exact),
        ):
            if optional and not logprobs:
                continue
            if len(logprobs) != len(completion) or not all(map(math.isfinite, logprobs)):
                why = "" if optional or name == "trained_logprobs" else ": this engine's weights are quantised"
                checks.bad(f"{field}.{name}", f"must be one finite number for each completion token{why}")
    return [Probe.of(message) for message in messages]
