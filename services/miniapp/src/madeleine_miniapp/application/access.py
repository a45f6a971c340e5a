"""Who may see an app: its owner while it is private, the conversation's members once it is shared."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madeleine.miniapp.v1.miniapp_pb2 import App
from madeleine_common.auth import Principal
from madeleine_common.errors import Denied, NotFound
from madeleine_miniapp.application.ports import Members, ReadModel
from madeleine_miniapp.domain.permissions import EDITOR, OWNER

# Word that somebody has left a conversation comes at once (`forget`); where it is lost, they may read on for so long.
_REMEMBER_S = 3.0
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Viewed:
    """An app that the caller may use, and who may be named in it (names by person id)."""

    app: App
    names: Mapping[str, str]

    @property
    def people(self) -> dict[str, str]:
        """Person id by id and by casefolded name; a name that two people share names neither."""
        by_name: dict[str, str] = {}
        for person_id, name in self.names.items():
            folded = name.casefold().strip()
            by_name[folded] = "" if folded in by_name else person_id
        return {k: v for k, v in by_name.items() if k and v} | {i: i for i in self.names}


class Access:
    """Answers whether a caller may use an app or a conversation."""

    def __init__(self, read_model: ReadModel, members: Members) -> None:
        self._read_model = read_model
        self._members = members
        self._known: OrderedDict[tuple[str, str], tuple[float, Mapping[str, str]]] = OrderedDict()
        self._forgotten = 0

    async def conversation(self, caller: Principal, conversation_id: str) -> Mapping[str, str]:
        """The members' names by id; raises Denied (NOT_A_MEMBER)."""
        key = (conversation_id, caller.person_id)
        kept = self._known.get(key)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        forgotten = self._forgotten
        names = await self._members.of(conversation_id, caller)
        if names is None or caller.person_id not in names:
            raise Denied("you are not a member of this conversation", reason="NOT_A_MEMBER")
        # What was asked before somebody's rights changed may be answered as it was.
        if forgotten == self._forgotten:
            self._known[key] = (time.monotonic() + _REMEMBER_S, names)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return names

    def forget(self, person_id: str) -> None:
        """A person's rights may have changed: chat is asked again."""
        self._forgotten += 1
        for key in [key for key in self._known if key[1] == person_id]:
            del self._known[key]

    async def app(self, caller: Principal, app_id: str, *, records: bool = True) -> Viewed:
        """The app as of now; raises NotFound, or Denied (NOT_A_MEMBER).

        `records`: they are to be read as well; without them it need not be waited for those that were just written.
        """
        await self._read_model.wait_for(app_id, records=records)
        app = await self._read_model.app(app_id)
        if app is None:
            raise NotFound("there is no such app")
        return await self.view(caller, app)

    async def view(self, caller: Principal, app: App) -> Viewed:
        """An app that was read, if the caller may use it; raises Denied (NOT_A_MEMBER)."""
        if app.conversation_id:
            names = await self.conversation(caller, app.conversation_id)
        elif app.owner_id == caller.person_id:
            names = {caller.person_id: caller.name}
        else:
            raise Denied("this app is private to its owner", reason="NOT_A_MEMBER")
        await self.tell_roles(caller, [app])
        return Viewed(app, names)

    async def tell_roles(self, caller: Principal, apps: Sequence[App]) -> None:
        """Fills in the caller's role in apps that they may use."""
        theirs = [app.app_id for app in apps if app.owner_id != caller.person_id]
        given = await self._read_model.roles_of(caller.person_id, theirs) if theirs else {}
        for app in apps:
            app.role = OWNER if app.owner_id == caller.person_id else given.get(app.app_id, EDITOR)
