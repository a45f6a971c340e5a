"""A group that the AI is a member of: it judges when to speak, reminds, sums up, and is put right."""

from __future__ import annotations

import time
from dataclasses import dataclass

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine_cli.demo.people import Person, new_key
from madeleine_cli.demo.screen import Screen
from madeleine_cli.demo.talk import Answered, Talk
from madeleine_cli.demo.waiting import DemoFailed

# What friends say among themselves, and what the AI should take up.
_AMONG_THEMSELVES = ("haha, your face when the oven door fell off", "love you too, see you on Friday")
_OPEN_TO_ALL = "does anybody know how many grams of flour there are in a cup?"
_DECISIONS = ("ok, decided: Friday at seven, at my place", "I will bring the dessert", "who brings the drinks?")
_REMIND_S = 8


@dataclass(frozen=True, slots=True)
class Together:
    """How the group went, as read back."""

    answered_unasked: Answered
    left_alone: int
    reminder_late_s: float
    summary: Answered
    cited: int
    edited: str


async def among_friends(screen: Screen, ana: Person, mei: Person, group: Talk) -> Together:
    """Auto mode, a reminder that fires, a summary and an edited answer; raises DemoFailed."""
    screen.chapter("The AI judges by itself when to speak")
    auto = chat.SetAssistantModeRequest(
        conversation_id=group.conversation_id, mode=chat.ASSISTANT_MODE_AUTO, idempotency_key=new_key()
    )
    await ana.api.call(auto, chat.SetAssistantModeResponse)
    banter = [await group.say(speaker, text) for speaker, text in zip((mei, ana), _AMONG_THEMSELVES, strict=True)]
    unasked = await group.answer_to(*await group.say(mei, _OPEN_TO_ALL))
    told_off = [m.text for said, _ in banter for m in group.messages.values() if m.in_reply_to == said.message_id]
    if told_off:
        raise DemoFailed(f"the AI spoke although nobody meant it: {told_off}")
    screen.told(f"answered without being called: {_OPEN_TO_ALL!r}; left alone: {len(banter)} remarks")
    late = await _reminder(screen, ana, group)
    summary = await _summary(screen, mei, group)
    edited = await _edited(screen, mei, unasked)
    mention = chat.SetAssistantModeRequest(
        conversation_id=group.conversation_id, mode=chat.ASSISTANT_MODE_MENTION, idempotency_key=new_key()
    )
    await ana.api.call(mention, chat.SetAssistantModeResponse)
    return Together(unasked, len(banter), late, summary, len(_citations(summary.message)), edited)


async def _reminder(screen: Screen, person: Person, group: Talk) -> float:
    screen.chapter("A reminder, and a summary of what they decided")
    asked = await group.ask(person, f"remind us in {_REMIND_S} seconds to preheat the oven")
    cards = [card for card in asked.message.answer.cards if card.kind == "reminder"]
    if not cards or cards[0].failure:
        raise DemoFailed(f"no reminder was set: {asked.message.text!r}")
    listing = chat.ListRemindersRequest(conversation_id=group.conversation_id, all=True)
    reminders = (await person.api.call(listing, chat.ListRemindersResponse)).reminders
    reminder = next(r for r in reminders if r.reminder_id == cards[0].target_id)
    fired = await group.until(lambda m: m.reminder_id == reminder.reminder_id, "the reminder to fire")
    late = fired.sent_at.ToDatetime().timestamp() - reminder.due_at.ToDatetime().timestamp()
    screen.said("Madeleine", group.where, fired.text, f"({late:.1f} s after it was due)")
    return late


async def _summary(screen: Screen, person: Person, group: Talk) -> Answered:
    for text in _DECISIONS:
        await group.say(person, text)
    answered = await group.ask(person, "what did we decide today?")
    cited = _citations(answered.message)
    said = {m.text for m in group.messages.values()}
    if not any(_DECISIONS[0] in citation.text for citation in cited):
        raise DemoFailed(f"the summary does not rest on {_DECISIONS[0]!r}: {[c.text for c in cited]}")
    screen.told(f"it rests on {len(cited)} messages of {len(said)}")
    return answered


def _citations(message: chat.Message) -> list[chat.Citation]:
    citations = [*message.answer.citations, *(c for card in message.answer.cards for c in card.citations)]
    return list({c.id: c for c in citations if c.kind == "message"}.values())


async def _edited(screen: Screen, person: Person, answered: Answered) -> str:
    better = "A cup of flour is about 125 grams."
    request = chat.EditMessageRequest(
        conversation_id=answered.talk.conversation_id,
        message_id=answered.message.message_id,
        text=better,
        idempotency_key=new_key(),
    )
    began = time.monotonic()
    edited = (await person.api.call(request, chat.EditMessageResponse)).message
    if edited.text != better or not edited.edited:
        raise DemoFailed(f"the answer was to say {better!r}; it says {edited.text!r}")
    await answered.talk.until(lambda m: m.message_id == edited.message_id and m.edited, "the others to see the edit")
    screen.told(f"{person.name} put the answer right; Ana saw it after {time.monotonic() - began:.2f} s: {edited.text}")
    return edited.text
