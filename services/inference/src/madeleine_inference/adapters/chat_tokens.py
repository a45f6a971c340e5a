"""A model's own tokenizer and chat template, so used that no person's text can forge a turn."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer

from madeleine_common.errors import Invalid, Unsupported
from madeleine_inference.application.ports import ChatMessage

# Stands for the n-th message's content while the template is rendered; private-use characters, which no template has.
_PLACE = "\ue000{}\ue001"
_PLACES = re.compile("\ue000([0-9]+)\ue001")


class ChatTokens:
    """Text and chats to token ids for the model in a folder (tokenizer.json, tokenizer_config.json, config.json)."""

    def __init__(self, folder: Path) -> None:
        self.json = (folder / "tokenizer.json").read_text("utf-8")
        self.tokenizer: Any = Tokenizer.from_str(self.json)
        # People's text may spell a control token; it stays text.
        self.tokenizer.encode_special_tokens = True
        self._folder = folder
        self._special = {token["content"]: int(token["id"]) for token in json.loads(self.json)["added_tokens"]}
        config = self._read("config.json")
        self.vocabulary_size = int(config["vocab_size"])
        self.max_tokens = int(config["max_position_embeddings"])
        self.stop_ids = frozenset(self._stop_ids(config))

    def tokenize(self, text: str) -> list[int]:
        """Token ids of plain text; control tokens spelled in it stay text."""
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def chat_prompt(self, messages: Sequence[ChatMessage]) -> list[int]:
        """The ids that the model's template gives, up to where the answer begins.

        Raises Invalid for a chat that the template refuses, Unsupported when the model has no template.
        """
        turns = [{"role": turn.role.value, "content": _PLACE.format(at)} for at, turn in enumerate(messages)]
        try:
            rendered = self._template.render(messages=turns, add_generation_prompt=True, **self._names)
        except TemplateError as error:
            raise Invalid("chat", f"the model's chat template refuses it: {error}") from error
        ids: list[int] = []
        plain = ""
        for piece, is_content in _pieces(rendered):
            for part in [piece] if is_content else self._split.split(piece):
                if not is_content and part in self._special:
                    ids += [*self.tokenize(plain), self._special[part]]
                    plain = ""
                else:
                    plain += messages[int(part)].content if is_content else part
        return [*ids, *self.tokenize(plain)]

    @cached_property
    def _split(self) -> re.Pattern[str]:
        longest_first = sorted(self._special, key=len, reverse=True)
        return re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")

    @cached_property
    def _names(self) -> dict[str, str]:
        config = self._read("tokenizer_config.json")
        tokens = {name: config.get(name) or "" for name in ("bos_token", "eos_token", "pad_token", "unk_token")}
        return {name: t["content"] if isinstance(t, dict) else t for name, t in tokens.items()}

    @cached_property
    def _template(self) -> Any:
        path = self._folder / "chat_template.jinja"
        source = path.read_text("utf-8") if path.exists() else self._read("tokenizer_config.json").get("chat_template")
        if not isinstance(source, str):
            raise Unsupported(f"{self._folder.name} has no chat template; only token ids can be completed")
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.globals["raise_exception"] = _refuse
        return environment.from_string(source)

    def _stop_ids(self, config: dict[str, Any]) -> Iterator[int]:
        """The ends of turn and text that the model's files name, and the usual ones of its vocabulary."""
        generation = self._read("generation_config.json") if (self._folder / "generation_config.json").exists() else {}
        for source in (config, generation):
            ids = source.get("eos_token_id")
            yield from ids if isinstance(ids, list) else [] if ids is None else [ids]
        for name in ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "</s>", "<|end|>"):
            if name in self._special:
                yield self._special[name]

    def _read(self, name: str) -> dict[str, Any]:
        return json.loads((self._folder / name).read_text("utf-8"))


def _pieces(rendered: str) -> Iterator[tuple[str, bool]]:
    """The template's own text and the numbers of the messages between, in turn."""
    for at, piece in enumerate(_PLACES.split(rendered)):
        yield piece, at % 2 == 1


def _refuse(message: str) -> None:
    raise TemplateError(message)
