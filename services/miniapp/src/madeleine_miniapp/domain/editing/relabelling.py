"""Gives fields, options, kinds of record and the app other names."""

from __future__ import annotations

import re

from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.naming import ChoiceRef
from madeleine_miniapp.domain.editing.retyping import retype
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import BRACKETED, QUOTED, bare, polished
from madeleine_miniapp.domain.units import unit_named

_APP = re.compile(
    r"^(?:the |this |our |my )?(?:whole )?(?:app|title|name|app's (?:name|title)|title of the app"
    r"|name of the app)$|^(?:这个)?(?:应用|标题|名字|app)(?:的?(?:名字|标题))?$",
    re.I,
)


def names_app(phrase: str) -> bool:
    """Whether a phrase means the app as a whole, or its title."""
    return bool(_APP.match(bare(phrase)))


def rename(scene: Scene, what: str, to: str) -> bool:
    """Gives a field, choice, kind of record, or the app another name."""
    label = re.sub(r"^(?:simply|just|rather|an?\s+(?=\ue000))\s*", "", polished(to), flags=re.I)
    label, _, unit = re.sub(r"[,，]\s*(?:单位(?:是|为|用)?|(?:measured )?in )", "\0", label, count=1).partition("\0")
    if len(quotations := re.findall(QUOTED, label)) == 1:
        inside = scene.prepared.bracket(label).strip("() ")
        label = quotations[0]
        if inside and (ref := scene.exact(what)) is not None:
            scene.act(ops.RenameField(ref.entity, ref.field.name, scene.prepared.plain(label)))
            now = scene.names.field(scene.prepared.plain(label), ref.entity, least=0.98)
            return now is None or retype(scene, now, inside) or True
    elif (bracket := re.search(BRACKETED, label)) and bracket.start() > 0 and (ref := scene.exact(what)):
        # "缴费人(选人)": another name and another type.
        inside = scene.prepared.bracket(label).strip("() ")
        scene.act(ops.RenameField(ref.entity, ref.field.name, scene.prepared.plain(label[: bracket.start()])))
        now = scene.names.field(scene.prepared.plain(label[: bracket.start()]), ref.entity, least=0.98)
        if now is not None:
            scene.spoken_of(now)
            retype(scene, now, inside)
        return True
    elif len(label.split()) > 4:
        label = re.sub(r"(?<=\w)\s+(?:for|by|at|among|since|because|as)\s.*$", "", label)
    label = scene.prepared.plain(label)
    if not label or len(label) > 60:
        return False
    plain = scene.prepared.plain(what)
    ref = scene.exact(what) or None
    chosen = None if ref else scene.choice(what)
    if ref is None and chosen is None and names_app(plain):
        return scene.act(ops.SetApp(title=label))
    if ref is None and chosen is None and (entity := scene.names.entity(plain)):
        return scene.act(ops.RenameEntity(entity.name, label))
    if chosen is not None:
        scene.act(ops.RenameChoice(chosen.entity, chosen.field.name, chosen.value, label))
        scene.chosen = ChoiceRef(chosen.entity, chosen.field, label)
        return True
    ref = ref or scene.field(what)
    if ref is None:
        return False
    scene.act(ops.RenameField(ref.entity, ref.field.name, label))
    scene.topic = scene.names.field(label, ref.entity)
    if scene.topic and unit and (known := unit_named(unit.strip())):
        scene.act(ops.ChangeField(scene.topic.entity, scene.topic.field.name, unit=known))
    return True
