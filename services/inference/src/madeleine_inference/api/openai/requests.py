"""Requests as OpenAI's API has them, so far as this service serves them; anything else is refused by its name."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from madeleine_common.errors import FieldViolation, Invalid

T = TypeVar("T", bound="Strict")
MAX_SEED = 2**62 - 1
_MAX_TOKENS = 2**31 - 1
_REASONS = {"extra_forbidden": "is not supported here", "missing": "is required"}


class Strict(BaseModel):
    """Takes no unknown field and guesses no types; a null is as good as nothing."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        return {name: one for name, one in value.items() if one is not None} if isinstance(value, dict) else value


def _one_part(value: Any) -> Any:
    return [{"type": "text", "text": value}] if isinstance(value, str) else value


def _one_text(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class TextPart(Strict):
    """A part of a message; pictures and sound are not served."""

    type: Literal["text"]
    text: str


class Message(Strict):
    """One turn; a developer's message is a system message."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[list[TextPart], BeforeValidator(_one_part)]
    # What our own answers carry, so that an answer can be sent back as it came.
    annotations: Annotated[list[Any], Field(max_length=0)] = []

    @property
    def text(self) -> str:
        """The parts as one text, a line for each."""
        return "\n".join(part.text for part in self.content)


class JsonSchema(Strict):
    """A named JSON Schema; it is always followed strictly."""

    name: str
    schema_: dict[str, Any] = Field(alias="schema")
    description: str = ""
    strict: bool = True


class ResponseFormat(Strict):
    """Free text, any JSON object, or JSON that satisfies a schema."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None

    @model_validator(mode="after")
    def _whole(self) -> ResponseFormat:
        if (self.type == "json_schema") != (self.json_schema is not None):
            raise PydanticCustomError("format", "needs json_schema exactly when type is json_schema")
        return self


class StreamOptions(Strict):
    """How a stream ends."""

    include_usage: bool = False


class ChatRequest(Strict):
    """POST /chat/completions."""

    model: Annotated[str, Field(min_length=1)]
    messages: list[Message]
    temperature: float = 1.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] | None = None
    stop: Annotated[list[str], BeforeValidator(_one_text)] = []
    max_tokens: Annotated[int, Field(ge=1, le=_MAX_TOKENS)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1, le=_MAX_TOKENS)] | None = None
    frequency_penalty: float = 0.0
    response_format: ResponseFormat = ResponseFormat(type="text")
    logprobs: bool = False
    top_logprobs: int = 0
    n: Annotated[int, Field(ge=1, le=8)] = 1
    user: str = ""
    stream: bool = False
    stream_options: StreamOptions | None = None

    @model_validator(mode="after")
    def _consistent(self) -> ChatRequest:
        if self.max_tokens and self.max_completion_tokens:
            raise PydanticCustomError("twice", "max_tokens: means the same as max_completion_tokens; give one")
        if self.top_logprobs:
            raise PydanticCustomError("top_logprobs", "top_logprobs: only 0 is served, the token that was drawn")
        if self.stream_options and not self.stream:
            raise PydanticCustomError("stream_options", "stream_options: only with stream")
        return self


class EmbeddingsRequest(Strict):
    """POST /embeddings; `input_type` is ours: passages are what is searched, queries what they are searched by."""

    model: Annotated[str, Field(min_length=1)]
    input: Annotated[list[str], BeforeValidator(_one_text)]
    encoding_format: Literal["float", "base64"] = "float"
    input_type: Literal["query", "passage"] = "passage"
    user: str = ""


def parse(kind: type[T], body: Any) -> T:
    """The request in a JSON value; raises Invalid with every bad field."""
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        raise Invalid([_violation(one) for one in error.errors(include_url=False, include_input=False)]) from error


def _violation(error: ErrorDetails) -> FieldViolation:
    field = ""
    for part in error["loc"]:
        field += f"[{part}]" if isinstance(part, int) else f".{part}" if field else part
    reason = _REASONS.get(error["type"], error["msg"][:1].lower() + error["msg"][1:])
    if not field:
        # What is wrong between two fields names the one to change.
        named, colon, rest = reason.partition(": ")
        field, reason = (named, rest) if colon and named.isidentifier() else ("body", reason)
    return FieldViolation(field, reason)
