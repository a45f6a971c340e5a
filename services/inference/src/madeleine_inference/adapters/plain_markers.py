"""Chat-template markers in text for a server whose tokenizer is not ours.

Upstreams render their template as text and tokenize the whole: a marker that somebody wrote would begin a turn there.
"""

from __future__ import annotations

import re

# Of the templates in use: ChatML and Llama 3 (<|...|>), DeepSeek (fullwidth bars), Gemma, Mistral, Llama 2, and the
# plain names of beginnings, ends and padding.
_MARKER = re.compile(
    r"<(?=[|\uff5c][^<>\n]{0,60}[|\uff5c]>)"
    r"|<(?=/?(?:s|bos|eos|unk|pad|(?:start|end)_of_turn|tool_(?:call|response)|think|(?:start|end)_of_image)>)"
    r"|<(?=</?SYS>>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|IMG|THINK|MODEL_SETTINGS)\])",
    re.IGNORECASE,
)


def without_markers(text: str) -> str:
    """The text with a space in every such marker: people read it, no tokenizer takes it for its own."""
    return _MARKER.sub(lambda match: f"{match[0]} ", text)
