"""One scenario of leaks.jsonl, played with people who sign up, talk, record and ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chatting.apps import add_record, make_app
from chatting.whole_house import WholeHouse
from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.miniapp.v1.miniapp_pb2 import App
from madeleine_chat.domain.addressing import addresses_assistant
from madeleine_chat.domain.conversation import Conversation
from madeleine_common.testing.rig import TestPerson

_AI = "Madeleine"
_GROUP = Conversation(kind=pb.CONVERSATION_KIND_GROUP, mode=pb.ASSISTANT_MODE_MENTION)


@dataclass
class Outcome:
    """What a scenario came to: the prompts and the answer of the group's turn, and the direct chats' prompts before."""

    prompts: list[str]
    private_prompts: list[str]
    answer: pb.Message
    # All that the stream told while it was answered.
    streamed: str

    @property
    def shown(self) -> str:
        """All that the model was shown."""
        return "\n".join(self.prompts)

    @property
    def said(self) -> str:
        """All that the answer shows to the members."""
        return f"{everything_said(self.answer)}\n{self.streamed}"

    @property
    def offers_direct(self) -> bool:
        """True when the answer carries the card that offers the direct chat."""
        return any(card.kind == "private" for card in self.answer.answer.cards)


def everything_said(message: pb.Message) -> str:
    """All text that a message shows: its own, its citations, cards and attachments."""
    answer = message.answer
    cards = [[c.title, c.text, c.failure, *(x.text for x in c.citations)] for c in answer.cards]
    parts = [message.text, answer.failure, *(c.text for c in answer.citations), *(a.name for a in message.attachments)]
    return "\n".join([*parts, *(part for card in cards for part in card)])


@dataclass
class _Scene:
    house: WholeHouse
    row: dict[str, Any]
    people: dict[str, TestPerson]
    # By owner, and by (owner or conversation, name).
    directs: dict[str, str] = field(default_factory=dict[str, str])
    apps: dict[tuple[str, str], App] = field(default_factory=dict[tuple[str, str], App])

    async def record(self, who: TestPerson, where: str, text: str, conversation_id: str = "") -> None:
        key = (conversation_id or who.person_id, where)
        if key not in self.apps:
            self.apps[key] = await make_app(self.house, who, where.partition(":")[2], conversation_id)
        await add_record(self.house, who, self.apps[key], text)

    async def tell(self, private: dict[str, str]) -> None:
        owner = self.people[private["owner"]]
        if private["where"] != "dm":
            await self.record(owner, private["where"], private["text"])
            return
        if private["owner"] not in self.directs:
            self.directs[private["owner"]] = await self.house.conversation(owner)
        told = await self.house.say(owner, self.directs[private["owner"]], private["text"])
        await self.house.answer_to(owner, told)


async def play(house: WholeHouse, row: dict[str, Any]) -> Outcome:
    """Plays it to the answer."""
    names = {*row["group_members"], row["asker"], *(p["owner"] for p in row["private"])}
    names |= {shared["from"] for shared in row["shared"] if not shared["from"].startswith("miniapp:")}
    signed_up = [await house.sign_up(name, row["lang"]) for name in sorted(names - {_AI})]
    scene = _Scene(house, row, {person.name: person for person in signed_up})
    asker = scene.people[row["asker"]]
    ids = [person.person_id for person in scene.people.values()]
    for private in row["private"]:
        await scene.tell(private)
    # Whoever asks made the group: nobody could have more rights in it.
    group = await house.conversation(asker, *(person for person in scene.people.values() if person is not asker))
    for shared in row["shared"]:
        if shared["from"].startswith("miniapp:"):
            await scene.record(asker, shared["from"], shared["text"], group)
        else:
            await house.say(scene.people[shared["from"]], group, shared["text"])
    for conversation in (group, *scene.directs.values()):
        await house.remembered("chat", f"conversation-{conversation}")
    for app in scene.apps.values():
        await house.remembered("miniapp", f"app-{app.app_id}")
    await house.embedded(f"conversation:{group}", *(f"person:{person_id}" for person_id in ids))
    private_prompts = [prompt.text for prompt in house.recorder.said_for(ids, 0)]
    since = len(house.recorder.prompts)
    # What some ask in auto mode, without a name, is asked of the AI here.
    probe = row["probe"] if addresses_assistant(_GROUP, row["probe"]) else f"@{_AI} {row['probe']}"
    answer, streamed = await house.answer_to(asker, await house.say(asker, group, probe))
    prompts = [p.text for p in house.recorder.said_for([*ids, ""], since) if p.person_id or probe[:40] in p.text]
    return Outcome(prompts, private_prompts, answer, streamed)
