"""Makes new kinds of record, with their fields and what they belong to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.acting import as_known, new_field
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import bare
from madeleine_miniapp.domain.language import is_chinese


def add_entity(scene: Scene, label: str, parts: Sequence[str], *, linked: str | None = None) -> bool:
    """Adds a kind of record; `linked`: what its records belong to."""
    prepared = scene.prepared
    name = prepared.plain(label).strip(" .,:：，。")
    name = re.sub(r"^每\w{1,3}的(?=\w{2})", "", name)
    name = re.sub(r"^(?:our|the|my|all|some|of)\s+", "", name, flags=re.I)
    if not name or len(name) > 40:
        return False
    if not is_chinese(name):
        name = name[:1].upper() + name[1:]
        name = re.sub(r"(?<=[a-z])ies$", "y", name) if name.endswith("ies") else re.sub(r"(?<=[^su\W])s$", "", name)
    fields: list[ops.NewField] = []
    home = scene.home
    for part in parts:
        plain = prepared.plain(part)
        if hit := re.match(
            r"^(?:all )?(?:linked|connected|related|tied|attached|belonging) to (?:the |a |its "
            r"|each )?(.+)$|^(?:关联|属于|对应)(?:到)?(.+)$",
            plain,
            re.I,
        ):
            linked = hit[1] or hit[2]
            continue
        made = described(part, prepared)
        if made is not None and all(bare(f.label) != bare(made.label) for f in fields):
            fields.append(new_field(as_known(scene, made)))
    if not fields:
        fields.append(ops.NewField("名称" if is_chinese(name) else "Name", "text", required=True))
    target = scene.names.entity(linked) if linked is not None else None
    if linked is not None and target is None:
        target = next((e for e in scene.spec.entities if e.name == home), None)
    scene.act(ops.AddEntity(name, tuple(fields)))
    if (made_entity := scene.names.entity(name)) is not None:
        scene.entity = made_entity.name
        if target is not None:
            relate(scene, made_entity.name, target)
    return True


def relate(scene: Scene, entity: str, to: s.Entity) -> bool:
    """Lets each record of a kind belong to one of another; what is there already stays."""
    there = any(f.relates_to == to.name for e in scene.spec.entities if e.name == entity for f in e.fields)
    label = to.label or to.name
    if scene.names.field(label, entity, least=1.0) is not None:
        # What was typed in stays beside it.
        label = f"{label}（关联）" if is_chinese(label) else f"{label} record"
    return there or scene.act(ops.AddField(entity, label, "relation", relates_to=to.name))
