"""What a role may do with an app and its records: what its name says, narrowed by the spec's permissions."""

from __future__ import annotations

from madeleine.miniapp.v1.spec_pb2 import AppSpec, Permission

OWNER, EDITOR, VIEWER = "owner", "editor", "viewer"
ADD, CHANGE, REMOVE = "add", "change", "remove"


def may(role: str, spec: AppSpec, entity: str, action: str, *, own: bool = False) -> bool:
    """Whether a role may "add", "change" or "remove" a record of an entity; `own`: the person entered it.

    A permission that names the entity goes before one for all. Without one an owner and an editor may do all, a viewer
    nothing. An owner may always remove: what is in their app is theirs to answer for.
    """
    if role not in (OWNER, EDITOR, VIEWER):
        return False
    if role == OWNER and action == REMOVE:
        return True
    permission = _of(role, spec, entity)
    if permission is None:
        return role != VIEWER
    match action:
        case "add":
            return permission.add
        case "change":
            return permission.change_any or (own and permission.change_own)
        case "remove":
            return permission.remove_any or (own and permission.remove_own)
        case _:
            return False


def locked_fields(role: str, spec: AppSpec, entity: str) -> frozenset[str]:
    """The fields of an entity that a role may not write."""
    permission = _of(role, spec, entity)
    return frozenset(permission.locked_fields) if permission else frozenset()


def may_edit_spec(role: str) -> bool:
    """Whether a role may change the app itself."""
    return role in (OWNER, EDITOR)


def _of(role: str, spec: AppSpec, entity: str) -> Permission | None:
    found = {p.entity: p for p in spec.permissions if p.role == role and p.entity in ("", entity)}
    return found.get(entity) or found.get("")
