"""Whether a message calls on the AI."""

from __future__ import annotations

import re

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.domain.conversation import Conversation

# Chinese is written without spaces, so its name needs no edges; "AI" alone is a word that people use among themselves.
_NAME = re.compile(r"(?<!\w)@?madeleine(?!\w)|(?<!\w)@ai(?![a-z0-9_])|玛德琳", re.IGNORECASE)
# In auto mode a name alone is no call, people also speak of it: "Madeleine, ...", "hey Madeleine", "@Madeleine".
_CALL = re.compile(
    r"(?<![\w@])@(?:madeleine(?!\w)|ai(?![a-z0-9_])|玛德琳|瑪德琳)"
    r"|^\s*(?:(?:hey|hi|hello|ok|okay|dear|so|and|yo|嘿|喂|嗨|你好)[\s,，]+)?"
    r"(?:madeleine(?=\s*[,:，：])|[玛瑪]德琳(?=\s*[,:，：]))"
    r"|^\s*(?:hey|hi|hello|嘿|喂|嗨|你好)[\s,，]*(?:madeleine(?!\w)|[玛瑪]德琳)",
    re.IGNORECASE,
)
_LEADING_NAME = re.compile(r"^\s*(?:@?madeleine(?!\w)|@ai(?![a-z0-9_])|@?玛德琳)[\s,:;!,:;!、]*", re.IGNORECASE)


def addresses_assistant(state: Conversation, text: str) -> bool:
    """Always in a direct conversation; in a group on its name, in auto mode when called by it, in silent mode never."""
    if state.is_direct:
        return True
    if state.mode == pb.ASSISTANT_MODE_AUTO:
        return calls(text)
    return state.mode != pb.ASSISTANT_MODE_SILENT and _NAME.search(text) is not None


_THANKS = re.compile(r"\b(?:thanks|thank you|thx|tysm|ty|cheers|good ?night|bye)\b|谢|晚安|辛苦", re.IGNORECASE)


def calls(text: str) -> bool:
    """Whether a message calls the AI by name, beyond doubt, and wants something: thanks to it are no call."""
    return _CALL.search(text) is not None and (not _THANKS.search(text) or "?" in text or "？" in text)


def without_name(text: str) -> str:
    """The text without the name it begins with ("@Madeleine, how many ...?"), whole when there is nothing else."""
    return _LEADING_NAME.sub("", text, count=1).strip() or text
