"""Fields that are computed from others, as a sentence asks for them."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import Sum
from madeleine_miniapp.domain.editing.expressing import COSTS
from madeleine_miniapp.domain.editing.operands import PLACES
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.scene_words import TYPE_WORDS
from madeleine_miniapp.domain.editing.text import bare
from madeleine_miniapp.domain.editing.told_sums import CLOSE_ZH, told_sum
from madeleine_miniapp.domain.language import is_chinese

_PERCENT = re.compile(r"\bpercent(?:age)?s?\b|%|百分比|百分之|率$|占比")


_MONEY = re.compile(
    r"\b(?:paid|reimbursed|refunded|charged|billed|earn(?:ed|s)?|wages?|owed?|salary|payout|what \w+ (?:gets?"
    r"|makes?|pays?))\b",
    re.I,
)
# What tells a sum, of whatever it may be.
_SPELT = re.compile(r"=|\(.*(?:除以|乘以?|减|加|/|×|\*|\bminus\b|\btimes\b|\bdivided by\b|\bplus\b).*\)", re.I)


def compute(scene: Scene, text: str) -> bool:
    """Adds the computed field that a text asks for; False when it spells none out."""
    plain = scene.prepared.plain(text)
    told = told_sum(scene, plain)
    if told is None:
        if _SPELT.search(plain) and text not in scene.waiting:
            scene.waiting.append(text)
        return False
    label, found = told
    if label == scene.asked:
        scene.asked = ""
    found = _finer(found, f"{label} {plain}", scene)
    label = _label(label, plain, scene, found)
    percent = bool(_PERCENT.search(plain) or _PERCENT.search(label)) and "/" in found.expression
    expression = found.expression
    if percent and not re.search(r"\* 100(?:\.0)?(?!\d)", expression):
        expression = f"({expression}) * 100.0"
    unit = "%" if percent else found.unit
    kind = s.FIELD_TYPE_NUMBER if percent else found.type
    there = scene.names.field(label, found.entity, least=1.0)
    if percent and there is not None and there.field.formula:
        # The same figure in percent stands beside it.
        label = f"{there.field.label}（%）" if is_chinese(label) else f"{there.field.label} in percent"
    last = scene.operations[-1] if scene.operations else None
    if isinstance(last, ops.AddField) and last.formula == expression and re.match(r"\d", last.label):
        # "12 euros per hour" has a name by now.
        scene.retract(last)
    if kind == s.FIELD_TYPE_NUMBER and not unit and _MONEY.search(label):
        kind = s.FIELD_TYPE_MONEY
    if any(f.formula == expression for e in scene.spec.entities if e.name == found.entity for f in e.fields):
        return True
    there = next((r for r in scene.names.fields(found.entity) if bare(r.field.label) == bare(label)), None)
    if there is not None and re.search(rf"\b{re.escape(there.field.name)}\b", expression):
        return False
    if there is not None and there.field.formula:
        # It is computed already: another unit of it is another sum.
        return False
    if there is not None:
        return scene.act(
            ops.ChangeField(
                found.entity, there.field.name, type=TYPE_WORDS[kind], formula=expression, unit=unit or None
            )
        )
    scene.act(ops.AddField(found.entity, label, TYPE_WORDS[kind], unit=unit, formula=expression))
    scene.topic = scene.names.field(label, found.entity, least=0.98) or scene.topic
    return True


def compute_later(scene: Scene, text: str) -> bool:
    """Computes what was said before its fields were there; whether it is computed by now."""
    told = told_sum(scene, scene.prepared.plain(text))
    if told is None:
        return False
    there = any(told[1].expression in f.formula for e in scene.spec.entities for f in e.fields)
    return there or compute(scene, text)


def _finer(found: Sum, said: str, scene: Scene) -> Sum:
    """Days between two moments as hours or minutes, where these are asked for."""
    hours = found.expression.replace("days_between", "hours_between", 1)
    if not re.match(r"(?:days|hours)_between\(", found.expression) or re.search(r"\bdays?\b|天", said, re.I):
        return found
    if re.search(r"\bmin(?:ute)?s?\b|分钟", said, re.I):
        return replace(found, expression=f"{hours} * 60.0", unit="min")
    held = [r.field.type for *_, r in scene.names.mentions(found.expression, found.entity)]
    moments = bool(held) and all(kind == s.FIELD_TYPE_DATETIME for kind in held)
    told = re.search(r"\b(?:hours?|hrs?)\b|小时", said, re.I) or (
        moments and re.search(r"\b(?:time|long|duration)\b", said, re.I)
    )
    return replace(found, expression=hours, unit="h") if told else found


def _label(label: str, plain: str, scene: Scene, found: Sum) -> str:
    chinese = is_chinese(plain)
    if hit := re.match(rf"^(?:what|how much)?\s*(?:one|an?|each|1|every)\s+(.+?)\s+{COSTS}$", label.strip(), re.I):
        label = f"cost per {hit[1]}"
    if re.match(r"(?:split|share|divide|work out|figure out|calculate|compute|show)\b", label, re.I) and ":" in plain:
        # "Split the cost: cost per eater".
        label = plain.rpartition(":")[2].strip()
    label = re.sub(
        r"\s+(?:would|might|could)\s+(?:be|help)\b.*$|\s+(?:please|pls)$|\s+if\s.*$", "", label.strip(), flags=re.I
    )
    if not chinese and "," in label:
        label = label.partition(",")[0]
    # "What do i earn" is what I earn.
    label = re.sub(r"^what (?:do|will|should|would) (?=(?:i|we|they|you) \w)", "what ", label, flags=re.I)
    label = re.sub(r"^when\s+(?:is|was)\s+(?:it|this|that)\s+", "", label.strip(), flags=re.I)
    label = re.sub(
        r"\s+of (?:each|every) \w+$|(?:\s+in \w+)?\s+(?:too|as well|also)$|\s+in days$", "", label, flags=re.I
    )
    label = PLACES.sub("", label.strip(" .,:=，。：\"'"))
    label = re.sub(r"\s+(?:from|using|based on|out of)\s+.*$", "", label, flags=re.I) or label
    label = re.sub(
        r"^(?:an?|the|new|computed|calculated|automatic|field|column|for|of|show|add)\s+", "", label, flags=re.I
    )
    taken = {bare(f.label) for e in scene.spec.entities if e.name == found.entity for f in e.fields}
    shorter = re.sub(r"\s*(?:\bin\b)?\s*\b(?:percent|percentage)\b(?! of)|\s*\(.*\)$", "", label, flags=re.I).strip()
    label = label if not shorter or (bare(shorter) in taken and bare(label) not in taken) else shorter
    if chinese:
        label = re.split("[,，]", label)[-1]
        label = CLOSE_ZH.sub("", label.strip("，。的")) or label
        return label[:24]
    label = " ".join(label.split()[:8])[:48].strip(" ,") or "result"
    if bare(label) in taken:
        return label
    return label[:1].upper() + label[1:]
