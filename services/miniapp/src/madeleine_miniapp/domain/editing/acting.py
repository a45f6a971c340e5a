"""Makes operations of what a clause says of fields, choices and kinds of record; the same in every language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.described import Described
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.retyping import change_type
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.scene_words import TYPE_WORDS, is_pronoun
from madeleine_miniapp.domain.editing.text import BRACKETED, bare, polished
from madeleine_miniapp.domain.editing.viewing import view_type
from madeleine_miniapp.domain.language import is_chinese

# What is a view only where something is taken away.
_BARE_VIEWS = {
    "table": s.VIEW_TYPE_TABLE,
    "list": s.VIEW_TYPE_LIST,
    "表格": s.VIEW_TYPE_TABLE,
    "列表": s.VIEW_TYPE_LIST,
}


def remove(scene: Scene, what: str, *, spoken: bool = True) -> bool:
    """Removes a field, a view, a choice, a kind of record or a reminder."""
    phrase = polished(what)
    plain = scene.prepared.plain(phrase)
    if bare(plain) in ("option", "choice") and scene.chosen is not None:
        phrase = plain = "that option"
    plain = re.sub(r"^(them|it|that|this|those)\s+(?:in|out|up|off)$", r"\1", plain)
    phrase = plain if is_pronoun(plain) else phrase
    if is_pronoun(plain) and (scene.lost or _was_just_given_options(scene)):
        scene.unplaced.append(plain)
        return False
    if is_pronoun(plain) and (scene.topic_gone or (scene.topic is None and scene.chosen is None and scene.operations)):
        return True
    ref = scene.exact(phrase)
    if ref is None:
        kind = _BARE_VIEWS.get(bare(re.sub(r"^(?:the|a)\s+", "", plain)), s.VIEW_TYPE_UNSPECIFIED) or view_type(plain)
        views = [v for v in scene.spec.views if kind and v.type == kind]
        if views:
            if len(views) > 1:
                named = [
                    v for v in views if v.by and any(r.field.name == v.by for *_, r in scene.names.mentions(plain))
                ]
                views = named or views[:1]
            return scene.act(ops.RemoveView(views[0].name))
        if kind and not scene.names.field(plain, least=0.9):
            # What is not there need not go.
            return True
        within = re.fullmatch(r"(.+?)(?: out)? (?:from|in|of|under) (?:the |our )?(.+)", phrase, re.I)
        chosen = scene.choice(phrase)
        if chosen is None and within and (holder := scene.field(within[2], spoken=False)) and holder.field.choices:
            chosen = scene.choice(within[1], holder)
            if chosen is None and re.search(r"\s(?:from|out of)\s", phrase):
                # What is to go is something of the field, not the field.
                scene.unplaced.append(plain)
                return False
        if chosen is not None:
            _as_option(scene, FieldRef(chosen.entity, chosen.field))
            return scene.act(ops.RemoveChoice(chosen.entity, chosen.field.name, chosen.value))
        if re.search(r"\b(?:reminders?|notifications?|alerts?)\b|提醒", plain, re.I) and scene.spec.automations:
            return scene.act(*(ops.RemoveAutomation(a.name) for a in scene.spec.automations))
        ref = scene.field(phrase, spoken=False)
    if ref is None and (entity := scene.names.entity(plain)) and len(scene.spec.entities) > 1:
        return scene.act(ops.RemoveEntity(entity.name))
    if ref is None:
        if spoken:
            scene.unplaced.append(plain)
        return False
    scene.topic = ref
    if (ref.entity, ref.field.name) in scene.kept:
        return True
    return scene.act(ops.RemoveField(ref.entity, ref.field.name))


def _was_just_given_options(scene: Scene) -> bool:
    """Whether what was last spoken of has options since this request: it is not to go as well."""
    topic = scene.topic if scene.chosen is None else None
    return topic is not None and any(
        isinstance(o, ops.AddChoice) and (o.entity, o.field) == (topic.entity, topic.field.name)
        for o in scene.operations
    )


def _as_option(scene: Scene, of: FieldRef) -> None:
    """ "Add german and drop french": what was added a moment ago is an option beside the one that goes."""
    last = scene.operations[-1] if scene.operations else None
    if (
        isinstance(last, ops.AddField)
        and (last.type, last.choices, last.formula) == ("text", (), "")
        and len(last.label.split()) <= 2
        and scene.known.of(last.label) is None
        and len(scene.operations) - 1 == scene.before[0]
    ):
        scene.retract(last)
        same_case = all(c.islower() for c in of.field.choices if c.isascii())
        scene.act(ops.AddChoice(of.entity, of.field.name, last.label.lower() if same_case else last.label))


def keep_only(scene: Scene, named: Sequence[str]) -> bool:
    """Removes all fields of a kind of record but those that are named; nothing when one of them names none."""
    refs = [scene.names.field(scene.prepared.plain(n), scene.home, least=0.9) for n in named]
    if not refs or None in refs:
        return False
    kept = {ref.field.name for ref in refs if ref is not None}
    return scene.act(
        *(ops.RemoveField(r.entity, r.field.name) for r in scene.names.fields(scene.home) if r.field.name not in kept)
    )


def add_choices(scene: Scene, ref: FieldRef, values: Sequence[str], after: str = "", *, first: bool = False) -> bool:
    """Adds options to a choice field: after one of its options, before all, or at the end."""
    before = tuple(ref.field.choices)
    for value in values:
        label = scene.prepared.plain(value).strip(" .,，。!！")
        label = _like(label, ref.field)
        if (
            not label
            or is_pronoun(label)
            or label.lower() in ("required", "optional", "mandatory", "必填")
            or any(bare(c) == bare(label) for c in ref.field.choices)
        ):
            continue
        scene.act(ops.AddChoice(ref.entity, ref.field.name, label, after=after))
        after = label if after else ""
    scene.choosing = next((r for r in scene.names.choosing() if r.field.name == ref.field.name), ref)
    if first:
        new = tuple(c for c in scene.choosing.field.choices if c not in before)
        scene.act(ops.ChangeField(ref.entity, ref.field.name, choices=(*new, *before)))
    scene.topic = scene.choosing
    return True


def _like(label: str, known: s.Field) -> str:
    """A new option written as the others are: numbers without words before them, "project gamma" as "gamma"."""
    choices, name = known.choices, bare(known.label or known.name)
    first, _, rest = label.partition(" ")
    if rest and bare(first) == name and not any(bare(c).startswith(f"{name} ") for c in choices):
        label = rest
    head, _, last = label.rpartition(" ")
    if head and bare(last) == f"{name}s" and not any(bare(c).endswith(f" {name}") for c in choices):
        label = head
    if choices and all(c.isdecimal() for c in choices) and (hit := re.search(r"\d+", label)):
        return hit[0]
    return label


def add_described(scene: Scene, made: Described, entity: str = "", *, part_of: FieldRef | None = None) -> bool:
    """Adds a field, or changes the one that has this name already; of the whole that it is a part of, the very name."""
    if made.type == s.FIELD_TYPE_TEXT and not made.choices and (holder := scene.alike(made.label)):
        return add_choices(scene, holder, [made.label])
    made = as_known(scene, made)
    entity = entity or scene.home
    there = scene.names.field(made.label, entity, least=0.98)
    if there and scene.names.goes_beyond(made.label, there):
        there = None
    if there and part_of and there.field.name == part_of.field.name and bare(there.field.label) != bare(made.label):
        # "To page" of "pages" is another field.
        there = None
    if there is not None:
        new_choices = [c for c in made.choices if c not in there.field.choices]
        if made.choices and there.field.choices:
            return add_choices(scene, there, new_choices)
        alone = described(there.field.label or there.field.name, scene.prepared)
        if made.type not in (there.field.type, s.FIELD_TYPE_TEXT) and (alone is None or alone.type != made.type):
            return change_type(scene, there, made)
        scene.topic = there
        return True
    scene.act(_field(made, entity))
    added = scene.names.field(made.label, entity, least=0.98)
    if added:
        scene.topic = added
        scene.choosing = added if added.field.choices else scene.choosing
    return True


def as_known(scene: Scene, made: Described) -> Described:
    """A field that tells no type by itself, with the type and unit that fields of this name have in general."""
    if (
        made.type != s.FIELD_TYPE_TEXT
        or made.choices
        or made.unit
        or re.match(r"(?:from |to )?where\b", made.label, re.I)
    ):
        # "Where we started": a place, whatever "started" is called for.
        return made
    found = scene.known.of(made.label)
    if found is None:
        words = made.label.lower().split()
        ending = scene.known.inside(made.label) if is_chinese(made.label) else scene.known.last_in(words)
        found = ending.field if ending else None
    if found is None or found.type in (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_RELATION):
        return made
    return replace(made, type=found.type, unit=found.unit, least=found.least)


def new_field(made: Described) -> ops.NewField:
    """The field as part of a new kind of record."""
    return ops.NewField(
        made.label,
        TYPE_WORDS[made.type],
        required=made.required,
        unit=made.unit,
        choices=made.choices,
        min=made.least,
        max=made.most,
        default=made.default or None,
    )


def _field(made: Described, entity: str) -> ops.AddField:
    new = new_field(made)
    return ops.AddField(entity, **{part.name: getattr(new, part.name) for part in fields(new)})


def split(scene: Scene, what: str, into: Sequence[str]) -> bool:
    """Takes one field apart: the parts have its type unless they say another, the last one for all."""
    ref = scene.field(what)
    if ref is None or len(into) < 2:
        return False
    of_each = (
        re.match(r"^(?:both|each|all)\s+(?P<t>.+)$|^(?:都是?|各是?)(?P<z>.+)$", into[-1], re.I)
        if len(into) > 2
        else None
    )
    if of_each and (told := described(f"x {of_each['t'] or of_each['z']}", scene.prepared)) is not None:
        into = into[:-1]
    else:
        told = None
    bracket = type_named(re.sub(r"s$", "", scene.prepared.bracket(into[-1]).strip("() ")))
    tail = re.search(
        r"(?:这?[两二三四五六]个|都是?|各一?个)(?P<t>勾选?框?|复选框|打勾|数字|日期|金额|照片|文字|字段|列|栏|选项)$",
        into[-1],
    )
    kind_of_all = bracket or (type_named(re.sub("^勾$", "打勾", tail["t"])) if tail else None)
    into = [*into[:-1], re.sub(BRACKETED, "", into[-1][: tail.start()] if tail else into[-1])]
    for part in into:
        made = described(part, scene.prepared)
        if made is None:
            continue
        if told is not None:
            made = replace(told, label=made.label)
        elif kind_of_all is not None:
            made = Described(made.label, kind_of_all)
        elif made.type == s.FIELD_TYPE_TEXT and not made.choices:
            plain = ref.field.type in (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_BOOLEAN)
            made = Described(made.label, s.FIELD_TYPE_TEXT if plain else ref.field.type, unit=ref.field.unit)
        add_described(scene, made, ref.entity, part_of=ref)
    if (ref.entity, ref.field.name) in scene.kept:
        return True
    return scene.act(ops.RemoveField(ref.entity, ref.field.name))


def require(scene: Scene, what: str, required: bool) -> bool:
    """Makes fields required or optional."""
    ref = scene.field(what)
    return ref is not None and scene.act(ops.ChangeField(ref.entity, ref.field.name, required=required))
