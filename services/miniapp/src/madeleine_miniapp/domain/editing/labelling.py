"""How a field that a phrase describes is called."""

from __future__ import annotations

import re


def singular(label: str) -> str:
    """ "Categories" as "Category": of its options a record has one."""
    words = label.split(" ")
    last = words[-1]
    if last.endswith("ies") and len(last) > 4:
        words[-1] = last[:-3] + "y"
    elif re.search(r"(?:ch|sh|x|ss)es$", last):
        words[-1] = last[:-2]
    elif re.search(r"[^sui]s$", last) and len(last) > 3 and last.islower() | last.istitle():
        words[-1] = last[:-1]
    return " ".join(words)


def label_of(core: str, chinese: bool) -> str:
    """A label of few words, as the person wrote it."""
    core = core.strip(" ,.:：，。")
    if chinese:
        return core[:24]
    core = re.sub(r"^which (?:ones?|of (?:them|these|those)) (?:is|are)\s+(?=\w)", "", core, flags=re.I)
    core = re.sub(r"^who(?:'s| is| was| are)\s+(?:(?:the|our|my)\s+)?(?=\w+$)", "", core, flags=re.I)
    core = re.sub(
        r"^(?!when|whether|how|where|what|if|who|why)(\w+(?: \w+)?)\s+(?:that\s+)?(?:i|we|they|he"
        r"|she)\s+(?:\w+ed|\w+ing|use|eat|take|got|had|did|made|ate|saw)$",
        r"\1",
        core,
        flags=re.I,
    )
    core = re.sub(
        r"^(?:whether|if)\s+(?:it|they|he|she)\s+(?=[a-z]+s\b|\w+ed\b|went\b|was\b|had\b)", "", core, flags=re.I
    )
    core = re.sub(
        r"^(?:which|what)\s+(\w+(?: \w+)?)\s+(?:it|they|he|she|we|i)(?:'s|'re|\s+is|\s+are|\s+was|\s+were)"
        r"(?:\s+(?:in|on|at|from|for|of|with|by))?$",
        r"\1",
        core,
        flags=re.I,
    )
    core = re.sub(
        r"^how\s+(?:the|my|our)\s+(\w+(?: \w+)?)\s+(?:was|were|is|are)$",
        r"\1",
        core,
        flags=re.I,
    )
    core = re.sub(r"^which\s+(?=\w+$)", "", core, flags=re.I)
    core = re.sub(
        r"^(?:what|how much)\s+(?:the |each |an? )?\w+\s+(?:is|are|was|were)\s+(?=worth\b)", "", core, flags=re.I
    )
    core = re.sub(r"^when\s+(?:is|was)\s+(?:it|this|that)\s+(?=\w)", "", core, flags=re.I)
    core = re.sub(r"^(?:whether|if)\s+(?:it(?:'s| is)|they(?:'re| are)|we|i|the \w+ is)\s+", "", core, flags=re.I)
    if re.match(r"(?:number|amount|count) of \w+", core, re.I):
        core = re.sub(
            r"^(\w+ of \w+(?: \w+)?)\s+(?:that|which|each|per|we|they|i|you|in|of|for)\b.*$", r"\1", core, flags=re.I
        )
    core = re.sub(r"\s+(?:that|which)\s.*$", "", core, flags=re.I) or core
    words = core.split()
    core = " ".join(words[:7])[:48].strip()
    return core[:1].upper() + core[1:] if core[:1].islower() and not re.match(r"[a-z]+[A-Z]", core) else core
