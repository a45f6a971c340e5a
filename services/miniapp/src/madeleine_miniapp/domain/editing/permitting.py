"""Who may do what, as a sentence says it: by role, since a spec knows no persons."""

from __future__ import annotations

import re

from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.language import is_chinese

_DEEDS = (
    ("add", r"add|enter|create|write|log|make|填|加|新增|添加|录入"),
    ("change", r"change|edit|modify|update|alter|touch|correct|改|修改|编辑"),
    ("remove", r"delete|remove|erase|删|删除"),
)
_ONLY = re.compile(
    r"^(?:only|just|nobody (?:but|except)|no one (?:but|except)|nobody other than)\s+"
    r"(?P<who>.+?)\s+(?:may|can|should|is allowed to|are allowed to|gets? to|must)\s+"
    r"(?:be (?:able|allowed) to\s+)?(?P<deed>.+)$",
    re.I,
)
_NOBODY = re.compile(
    r"^(?:nobody|no one|none)\s+(?:should be able to|should|may|can|is allowed to)\s+(?P<deed>.+?)\s+(?:but"
    r"|except(?: for)?|other than)\s+(?P<who>.+)$",
    re.I,
)
_MAY_NOT = re.compile(
    r"^(?P<who>viewers?|editors?|guests?|others?|everyone else|members?|the others)\s+"
    r"(?:can't|cannot|can not|may not|shouldn't|should not|must not|aren't allowed to"
    r"|are not allowed to)\s+(?:be able to\s+)?(?P<deed>.+)$",
    re.I,
)
_LOCKED = re.compile(
    r"^(?:the\s+)?(?P<f>[\w ]+?)\s+(?:shouldn't|should not|must not|mustn't|can't|cannot|may not|isn't to)\s+be\s+"
    r"(?:editable|changed|edited|touched|altered|changeable|modified)\s+by\s+(?:the\s+)?(?:editors?|members"
    r"|others|anyone(?: else)?|everyone|everybody)$",
    re.I,
)
_OWN = re.compile(
    r"^(?:everyone|everybody|members|people|editors|each (?:person|member))\s+(?:may"
    r"|can|should)\s+only\s+(?:be able to\s+)?(?P<deed>.+?)\s+(?:their|his|her|his or her)\s+own\b.*$",
    re.I,
)
_ONLY_ZH = re.compile(
    r"^只有(?P<who>.+?)(?:才)?(?:能|可以|允许)(?P<deed>.+)$|^只(?:能|允许)(?P<who2>.+?)"
    r"(?P<deed2>(?:添加|修改|编辑|删除|改|删|填).*)$"
)
_MAY_NOT_ZH = re.compile(r"^(?P<who>查看者|编辑者|其他人|别人|成员|大家)(?:不能|不可以|不许|不得)(?P<deed>.+)$")
_OWN_ZH = re.compile(r"^(?:每个人|大家|成员|所有人|各人|谁)?(?:都)?只能(?P<deed>改|修改|编辑|删除|删)自己的.*$")
_OWNER = re.compile(
    r"^(?:i|me|myself|the owner|owner|owners|admins?|the admin|the boss|我|我自己|所有者|创建者|管理员|主人)$", re.I
)


def permit(text: str, scene: Scene) -> bool:
    """Takes a permission on; for a person who is named by name it says why it cannot."""
    plain = scene.prepared.plain(text)
    chinese = is_chinese(plain)
    if not chinese and (
        behind := re.match(
            r"^(?:the )?(?P<f>[\w ]+?)\s+only\s+(?P<who>(?:the )?owner|i)\s+(?P<m>may|can|should)\s+(?P<d>edit"
            r"|change|touch)$",
            plain,
            re.I,
        )
    ):
        plain = f"only {behind['who']} {behind['m']} {behind['d']} {behind['f']}"
    if hit := (_OWN_ZH if chinese else _OWN).match(plain):
        deeds = _deeds(hit["deed"])
        return scene.act(_set("editor", change_any="change" not in deeds, remove_any="remove" not in deeds))
    if hit := _ONLY_ZH.match(plain) if chinese else _ONLY.match(plain) or _NOBODY.match(plain):
        groups = hit.groupdict()
        who, deed = groups["who"] or groups.get("who2") or "", groups["deed"] or groups.get("deed2") or ""
        deeds = _deeds(deed)
        if not deeds:
            return False
        if re.fullmatch(r"(?:the )?(?:editors?|members?|编辑者?|成员)", who.strip(), re.I) and "add" in deeds:
            # A viewer only reads as it is.
            return True
        if not _OWNER.match(who.strip()):
            scene.not_done.append(
                f"权限按角色设置，不能只给“{who}”"
                if chinese
                else f"{plain}: permissions go by role (owner, editor, viewer), not by person"
            )
            return True
        if locked := _locked(deed, scene):
            return scene.act(_set("editor", locked=locked))
        return scene.act(
            _set(
                "editor",
                add="add" not in deeds,
                change_own="change" not in deeds,
                change_any="change" not in deeds,
                remove_own="remove" not in deeds,
                remove_any="remove" not in deeds,
            )
        )
    if not chinese and (hit := _LOCKED.match(plain)) and (locked := _locked(hit["f"], scene)):
        return scene.act(_set("editor", locked=locked))
    if hit := (_MAY_NOT_ZH if chinese else _MAY_NOT).match(plain):
        deeds = _deeds(hit["deed"])
        role = "viewer" if re.match(r"viewer|guest|查看者", hit["who"], re.I) else "editor"
        if not deeds:
            return False
        if role == "viewer":
            # A viewer only reads as it is.
            scene.act(ops.RemovePermission("viewer")) if any(
                p.role == "viewer" for p in scene.spec.permissions
            ) else None
            return True
        if locked := _locked(hit["deed"], scene):
            return scene.act(_set(role, locked=locked))
        return scene.act(
            _set(
                role,
                add="add" not in deeds,
                change_own="change" not in deeds,
                change_any="change" not in deeds,
                remove_own="remove" not in deeds,
                remove_any="remove" not in deeds,
            )
        )
    return False


def _deeds(text: str) -> set[str]:
    return {name for name, pattern in _DEEDS if re.search(pattern, text, re.I)}


def _locked(deed: str, scene: Scene) -> tuple[str, ...]:
    return tuple(ref.field.name for *_, ref in scene.names.mentions(deed))


def _set(
    role: str,
    *,
    add: bool = True,
    change_own: bool = True,
    change_any: bool = True,
    remove_own: bool = True,
    remove_any: bool = True,
    locked: tuple[str, ...] = (),
) -> ops.SetPermission:
    return ops.SetPermission(
        role,
        add=add,
        change_own=change_own,
        change_any=change_any,
        remove_own=remove_own,
        remove_any=remove_any,
        locked_fields=locked,
    )
