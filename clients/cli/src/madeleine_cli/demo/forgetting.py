"""What memory keeps when asked, corrects when told, and forgets for good when that is wished."""

from __future__ import annotations

from dataclasses import dataclass

from madeleine.memory.v1 import memory_pb2 as memory
from madeleine_cli.demo.people import Person, chance, new_key
from madeleine_cli.demo.screen import Screen
from madeleine_cli.demo.waiting import DemoFailed

_STREETS = ("Rua das Flores", "Calle Mayor", "Lange Straße", "Harbour Lane", "Rue du Four")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was remembered and what was forgotten, as read back."""

    kept: str
    corrected: str
    forgotten: str
    # What the caller's export still had of what was to be forgotten.
    left: int


async def remember_and_forget(screen: Screen, person: Person) -> Forgotten:
    """One thing rightly remembered, one rightly corrected, one rightly forgotten; raises DemoFailed."""
    screen.chapter(f"What {person.name} wants remembered, corrected, and forgotten")
    streets = chance.sample(_STREETS, 2)
    code = f"{chance.randrange(1000, 9999)}"
    home = await _state(person, f"I live in {streets[0]}")
    kept = await _state(person, f"My blood type is {chance.choice(('A', 'B', 'AB'))} negative")
    secret = await _state(person, f"The code of my front door is {code}")
    correction = memory.CorrectMemoryRequest(
        memory_id=home.memory_id, text=f"I moved, I live in {streets[1]} now", idempotency_key=new_key()
    )
    corrected = (await person.api.call(correction, memory.CorrectMemoryResponse)).memory
    screen.told(f"corrected: {home.text!r} by {corrected.text!r}")
    await _forget(screen, person, secret)
    found = await _recalled(person, "Where do I live?")
    if corrected.text not in found or home.text in found:
        raise DemoFailed(f"{corrected.text!r} was to come back, and not {home.text!r}: {found}")
    if kept.text not in await _recalled(person, "Which blood type do I have?"):
        raise DemoFailed(f"{kept.text!r} was to be remembered")
    screen.told(f"rightly remembered: {kept.text!r}")
    left = [text for text in await _exported(person) if code in text]
    if left or secret.text in await _recalled(person, "What is the code of the front door?"):
        raise DemoFailed(f"{secret.text!r} was to be forgotten; still there: {left}")
    screen.told(f"rightly forgotten: {secret.text!r}, from recall and from the export")
    return Forgotten(kept.text, corrected.text, secret.text, len(left))


async def _state(person: Person, text: str) -> memory.Memory:
    request = memory.RememberRequest(text=text, idempotency_key=new_key())
    return (await person.api.call(request, memory.RememberResponse)).memory


async def _forget(screen: Screen, person: Person, secret: memory.Memory) -> None:
    wish = memory.PlanForgetRequest(wish="Please forget the code of my front door")
    plan = await person.api.call(wish, memory.PlanForgetResponse)
    screen.told(f"a plan to forget: {[m.text for m in plan.memories]}")
    if [m.memory_id for m in plan.memories] != [secret.memory_id]:
        raise DemoFailed(f"the plan was to show {secret.text!r} alone; it shows {[m.text for m in plan.memories]}")
    forget = memory.ForgetRequest(plan_id=plan.plan_id, idempotency_key=new_key())
    done = await person.api.call(forget, memory.ForgetResponse)
    if done.forgotten != 1:
        raise DemoFailed(f"one memory was to go; {done.forgotten} went")


async def _recalled(person: Person, query: str) -> list[str]:
    request = memory.RecallRequest(query=query, limit=10)
    return [r.memory.text for r in (await person.api.call(request, memory.RecallResponse)).memories]


async def _exported(person: Person) -> list[str]:
    stream = person.api.stream(memory.ExportMemoriesRequest(), memory.ExportMemoriesResponse)
    return [one.memory.text async for one in stream]
