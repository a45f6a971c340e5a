"""Whether a message calls on the AI."""

from __future__ import annotations

import re

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.domain.conversation import Conversation

# Chinese is written without spaces, so its name needs no edges; "AI" alone is a word that people use among themselves.
_NAME = re.compile(r"(?<!\w)@?madeleine(?!\w)|(?<!\w)@ai(?![a-z0-9_])|玛德琳", re.IGNORECASE)
_LEADING_NAME = re.compile(r"^\s*(?:@?madeleine(?!\w)|@ai(?![a-z0-9_])|@?玛德琳)[\s,:;!,:;!、]*", re.IGNORECASE)


def addresses_assistant(state: Conversation, text: str) -> bool:
    """Always in a direct conversation, on its name in a group's mention mode, never when it is to be silent."""
    if state.is_direct:
        return True
    return state.mode != pb.ASSISTANT_MODE_SILENT and _NAME.search(text) is not None


def without_name(text: str) -> str:
    """The text without the name it begins with ("@Madeleine, how many ...?"), whole when there is nothing else."""
    return _LEADING_NAME.sub("", text, count=1).strip() or text
