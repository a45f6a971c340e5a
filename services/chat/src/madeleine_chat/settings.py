"""Settings of the chat."""

from __future__ import annotations

from pydantic import Field, field_validator

from madeleine_chat.application.media_types import DEFAULT_TYPES, KNOWN_TYPES
from madeleine_common.object_store import StoreUrl
from madeleine_common.settings import Settings

_MIB = 1024 * 1024


class ChatSettings(Settings):
    """What the AI's turn may take; variables MADELEINE_CHAT_..."""

    chat_model: str = Field("default", description="alias or revision that answers")
    # A model of 135M parameters wanders off at the temperatures that large ones bear.
    chat_temperature: float = Field(0.3, ge=0, le=2)
    chat_top_p: float = Field(0.9, gt=0, le=1)
    # Small models go in circles: 0.6 breaks a phrase at its second or third return.
    chat_frequency_penalty: float = Field(0.6, ge=0, le=2)
    # At ten tokens a second on a small machine, and repeating itself soon after: three sentences fit.
    chat_max_tokens: int = Field(80, ge=1, le=2048, description="longest answer")
    chat_turns: int = Field(4, ge=1, le=64, description="answers at once in one process")
    chat_lookup_s: float = Field(5.0, gt=0, description="how long memory and mini-apps may take")
    chat_edit_s: float = Field(30.0, gt=0, description="how long an answer waits for a change of an app")
    chat_answer_s: float = Field(120.0, gt=0, description="how long one answer may take, tries included")
    chat_away_s: float = Field(10.0, ge=0, description="how long the model may be out of reach before members are told")
    chat_queue_s: float = Field(86_400.0, ge=0, description="how long an answer waits for the model; then it fails")
    chat_queue_look_s: float = Field(5.0, gt=0, description="how often it is looked whether the model is back")
    chat_model_chooses: bool = Field(True, description="the model has a say where the choice of a tool is open")
    chat_choice_s: float = Field(20.0, gt=0, description="how long the model may take to choose a tool")
    chat_speak_threshold: float = Field(
        0.5, gt=0, lt=1, description="score from which on the AI speaks in auto mode, where a group has not its own"
    )
    chat_speak_share: float = Field(
        0.4, ge=0.05, lt=1, description="most of the last 20 messages that are the AI's in auto mode, unless called"
    )
    chat_judge_s: float = Field(2.0, gt=0, description="how long the judge waits for an embedding")
    chat_attachments_url: StoreUrl = Field(
        "", description="where attachments are kept: a folder, or a URL: s3://bucket/prefix; empty: in the data folder"
    )
    chat_attachments_file_bytes: int = Field(25 * _MIB, ge=1, le=1024 * _MIB, description="largest attachment")
    chat_attachments_person_bytes: int = Field(1024 * _MIB, ge=1, description="most that one person keeps, in all")
    chat_attachments_per_message: int = Field(10, ge=0, le=100, description="most attachments of a message")
    # As base64 in JSON it takes a third more, and the gateway takes 1 MiB in one request.
    chat_attachments_part_bytes: int = Field(_MIB // 2, ge=1024, le=700 * 1024, description="one part of an upload")
    chat_attachments_types: str = Field(",".join(DEFAULT_TYPES), description="media types that are taken, by commas")
    chat_attachments_keep_s: float = Field(86400.0, gt=0, description="how long what was uploaded may wait to be sent")
    chat_attachments_tidy_s: float = Field(600.0, gt=0, description="how often what was never sent is looked for")

    @field_validator("chat_attachments_types")
    @classmethod
    def _types_can_be_checked(cls, value: str) -> str:
        if unknown := {part.strip() for part in value.split(",") if part.strip()} - KNOWN_TYPES:
            raise ValueError(f"cannot be told by their content, and so are never taken: {', '.join(sorted(unknown))}")
        return value

    @property
    def attachment_types(self) -> frozenset[str]:
        """The media types that are taken."""
        return frozenset(part.strip() for part in self.chat_attachments_types.split(",") if part.strip())
