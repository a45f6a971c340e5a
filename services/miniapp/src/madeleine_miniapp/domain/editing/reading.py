"""A request and the app's spec to operations, without a model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.chinese import cutting as chinese_cutting
from madeleine_miniapp.domain.editing.chinese import reading as chinese
from madeleine_miniapp.domain.editing.computing import compute_later
from madeleine_miniapp.domain.editing.english import cutting as english_cutting
from madeleine_miniapp.domain.editing.english import reading as english
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import prepare, sentences
from madeleine_miniapp.domain.editing.viewing import add_view
from madeleine_miniapp.domain.known_fields import KnownFields
from madeleine_miniapp.domain.language import is_chinese

# A clause that asks for something; others that are not understood are remarks, and are passed over.
_WISH = re.compile(
    r"\b(?:add|remove|delete|drop|rename|change|make|show|want|need|like|should|could"
    r"|can|please|must|remind|compute|calculate|split|move|"
    r"set|put|let|turn|pick|choose|call|get|give|would|how about|what about)\b|加|删|改|要|想|能|请|把|算|提醒"
    r"|显示|需要|去掉|看",
    re.I,
)


# What is said before something is taken back.
_HESITATION = re.compile(r"(?:no|nah|nope|hmm+|wait|well|oh|actually|不对?|嗯|哦)+", re.I)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of a request. `not_done`: clauses that were not understood, or why they cannot be done.

    `unplaced`: phrases that should name something of the app; an embedding may know what they mean.
    """

    operations: tuple[ops.Operation, ...]
    not_done: tuple[str, ...]
    unplaced: tuple[str, ...]


def read(request: str, spec: s.AppSpec, known: KnownFields, meant: Mapping[str, str] | None = None) -> Reading:
    """The operations that a request asks for, in its order.

    `known`: what fields are called in general; `meant`: phrases (as `core` has them) to "entity.field".
    """
    prepared = prepare(request)
    copy = s.AppSpec()
    copy.CopyFrom(spec)
    scene = Scene(prepared, copy, meant or {}, known, first=copy)
    remarks: list[str] = []
    for sentence in sentences(prepared.text):
        han = is_chinese(prepared.plain(sentence))
        for clause in (chinese_cutting if han else english_cutting).clauses(sentence):
            if _HESITATION.fullmatch(prepared.plain(clause).strip(" ,.!，。")):
                scene.denied = True
                continue
            before = len(scene.operations), len(scene.put_off)
            unplaced = len(scene.unplaced)
            asked, scene.question = scene.question, ""
            scene.asked = asked
            understood = (chinese.read if han else english.read)(clause, scene)
            if scene.asked:
                # The question was not followed by what is to be computed.
                scene.not_done.append(scene.asked)
            scene.before = before
            scene.denied = False
            if understood:
                scene.remark = ""
                del scene.unplaced[unplaced:]
                continue
            scene.remark = plain = prepared.plain(clause)
            (scene.not_done if _WISH.search(plain) else remarks).append(plain)
    if scene.question:
        scene.not_done.append(scene.question)
    for text in reversed(scene.waiting):
        # Of fields that a later clause has added.
        if compute_later(scene, text):
            plain = prepared.plain(text)
            scene.not_done = [told for told in scene.not_done if plain not in told]
    views, scene.views_waiting = scene.views_waiting or [], None
    for phrase, kind in views:
        add_view(scene, phrase, kind)
    scene.finish()
    if not scene.operations:
        # Nothing was understood: what looked like a remark was the request.
        scene.not_done[:0] = remarks
    return Reading(tuple(scene.operations), tuple(dict.fromkeys(scene.not_done)), tuple(dict.fromkeys(scene.unplaced)))
