"""Feedback until a LoRA revision is trained, and proof that it was swapped in while people went on talking."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import httpx

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine.inference.v1 import adapters_pb2 as adapters
from madeleine.trainer.v1 import trainer_pb2 as trainer
from madeleine_cli.demo.people import Person, chance, new_key
from madeleine_cli.demo.screen import Screen
from madeleine_cli.demo.talk import Answered, Talk
from madeleine_cli.demo.waiting import DemoFailed, until

ALIAS = "default"
# As served and as trained, the same text may differ by rounding alone (nats a token).
_ROUNDING = 0.05
_COUNTED_S = 5.0
_RUN_S = 600.0
_ROUNDS = 6
# Share of a run that is done when the last optimiser step is near.
_NEAR = 0.6
_WORD = re.compile(r"[a-z]{5,}")
_Liking: TypeAlias = tuple[bool, int]
_SMALL_TALK = (
    "What is good about a quiet evening?", "Name a song for cooking.", "What goes well with lentils?",
    "How does one choose a ripe melon?", "Why does bread need salt?", "What could we do when it rains?",
    "Give me a short word of encouragement.", "What makes a good walk?", "How long does rice keep?",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Learned:
    """One training run, from the alias before it to the answer after it."""

    before: str
    after: str
    run: trainer.Run
    seconds: float
    while_training: tuple[Answered, ...]
    answer_after: Answered

    @property
    def changed(self) -> bool:
        """True when another revision is served, it is the run's, it answers, and the probes prove that it arrived."""
        probes = self.run.probes
        return (
            self.before != self.after == self.run.revision == self.answer_after.message.answer.revision
            and bool(probes)
            and all(abs(p.served_logprob - p.trained_logprob) <= _ROUNDING for p in probes)
            and any(p.served_logprob != p.base_logprob for p in probes)
        )


class Judges:
    """Two people with one taste, who say so: by thumbs, by regenerating, by editing.

    They like answers that speak of what was asked, and among those the short ones.
    """

    def __init__(self, screen: Screen, people: Sequence[Person], group: Talk) -> None:
        self._screen = screen
        self._people = people
        self._group = group
        self._bar: _Liking | None = None
        self.thumbs = 0

    async def judge(self, answers: Sequence[Answered]) -> None:
        """A thumb from everybody who was there for each answer: up for the better half of the first ones, and so on."""
        self._bar = self._bar or sorted(map(_liking, answers))[len(answers) // 2]
        for answer in answers:
            await self._thumbs(answer, up=_liking(answer) >= self._bar)

    async def regenerate(self, answer: Answered) -> Answered:
        """Another answer, please; and a thumb on that one, against the one it replaces."""
        person = answer.talk.listener
        again = await answer.talk.regenerate(person, answer)
        await self._thumbs(again, up=_liking(again) > _liking(answer))
        return again

    async def edit(self, answer: Answered) -> None:
        """The answer as it should have been: its first sentence."""
        person = answer.talk.listener
        first = re.split(r"(?<=[.!?])\s", answer.message.text.strip())[0]
        text = first if first != answer.message.text else f"In short: {first}"
        request = chat.EditMessageRequest(
            conversation_id=answer.talk.conversation_id,
            message_id=answer.message.message_id,
            text=text,
            idempotency_key=new_key(),
        )
        edited = (await person.api.call(request, chat.EditMessageResponse)).message
        self._screen.told(f"{person.name} edited an answer: {edited.text}")

    async def _thumbs(self, answer: Answered, *, up: bool) -> None:
        raters = self._people if answer.talk is self._group else [answer.talk.listener]
        for person in raters:
            request = chat.RateMessageRequest(
                conversation_id=answer.talk.conversation_id,
                message_id=answer.message.message_id,
                rating=chat.RATING_UP if up else chat.RATING_DOWN,
                reason="" if up else "not to the point",
                idempotency_key=new_key(),
            )
            rated = (await person.api.call(request, chat.RateMessageResponse)).message
            thumb = "up" if rated.answer.my_rating == chat.RATING_UP else "down"
            self._screen.told(f"{person.name}: thumb {thumb} for {_quoted(rated.text)}")
            self.thumbs += 1


async def served(person: Person) -> str:
    """The revision that the default alias points at."""
    models = await person.api.call(adapters.ListAliasesRequest(), adapters.ListAliasesResponse)
    for alias in models.aliases:
        if alias.alias == ALIAS and alias.targets:
            return max(alias.targets, key=lambda target: target.weight).revision
    # An alias that was never flipped serves the base model.
    return models.base_model


async def flywheel(person: Person) -> trainer.GetFlywheelResponse:
    """How much feedback waits, and what is under way."""
    return await person.api.call(trainer.GetFlywheelRequest(), trainer.GetFlywheelResponse)


async def until_run(screen: Screen, judges: Judges, talks: Sequence[Talk], known: frozenset[str]) -> str:
    """Goes on asking and judging until a run starts that is not among the known; returns its id."""
    person = talks[0].listener
    for _ in range(_ROUNDS):
        wheel = await flywheel(person)
        end = time.monotonic() + _COUNTED_S
        with screen.lane("feedback is counted", progress=0.0) as lane:
            while time.monotonic() < end:
                wheel = await flywheel(person)
                for run_id in (wheel.current_run_id, wheel.last_run_id):
                    if run_id and run_id not in known:
                        return run_id
                lane.progress = min(1.0, wheel.waiting / max(1, wheel.threshold))
                lane.text = f"{wheel.waiting} of {wheel.threshold} signals"
                await asyncio.sleep(0.2)
        screen.told(f"{wheel.waiting} of {wheel.threshold} signals so far: some more")
        questions = chance.sample(_SMALL_TALK, len(talks))
        asked = (talk.ask(talk.listener, question) for talk, question in zip(talks, questions, strict=True))
        await judges.judge(await asyncio.gather(*asked))
    raise DemoFailed(f"no training run started after {judges.thumbs} thumbs")


async def watch(screen: Screen, talk: Talk, run_id: str, before: str) -> Learned:
    """Watches a run to its end while somebody goes on talking; raises DemoFailed when nothing new is served."""
    person = talk.listener
    began = time.monotonic()
    near, ended = asyncio.Event(), asyncio.Event()
    chatter = asyncio.create_task(_chatter(talk, near, ended))
    try:
        run = await _watched(screen, person, run_id, near)
    finally:
        near.set()
        ended.set()
    seconds = time.monotonic() - began
    meanwhile = await chatter
    if run.state != trainer.RUN_STATE_SERVED:
        why = run.failure or run.step
        raise DemoFailed(f"the training run ended as {trainer.RunState.Name(run.state)}: {why}")

    async def flipped() -> str | None:
        after = await served(person)
        return after if after == run.revision else None

    after = await until(f"the alias {ALIAS!r} to point at {run.revision}", flipped, 30)
    answer = await talk.ask(person, chance.choice(_SMALL_TALK))
    return Learned(before, after, run, seconds, meanwhile, answer)


async def _watched(screen: Screen, person: Person, run_id: str, near: asyncio.Event) -> trainer.Run:
    run = trainer.Run(run_id=run_id)
    with screen.lane("an adapter is trained", progress=0.0) as lane:
        async with asyncio.timeout(_RUN_S):
            # A watch ends with its run; a broken connection does not.
            while run.state in (0, trainer.RUN_STATE_TRAINING, trainer.RUN_STATE_PUBLISHING):
                try:
                    async for update in person.api.stream(
                        trainer.WatchRunRequest(run_id=run_id), trainer.WatchRunResponse
                    ):
                        run = update.run
                        lane.progress, lane.text = run.progress, run.step
                        if run.progress >= _NEAR:
                            near.set()
                except httpx.TransportError:
                    await asyncio.sleep(0.2)
    return (await person.api.call(trainer.GetRunRequest(run_id=run_id), trainer.GetRunResponse)).run


async def _chatter(talk: Talk, near: asyncio.Event, ended: asyncio.Event) -> tuple[Answered, ...]:
    """One answer as training begins, and then, from shortly before the swap, one after another until it is over.

    All the way through, the model that answers and the one that learns would only share two cores.
    """
    questions = chance.sample(_SMALL_TALK, len(_SMALL_TALK))
    answers = [await talk.ask(talk.listener, questions.pop())]
    await near.wait()
    while not ended.is_set() and questions:
        answers.append(await talk.ask(talk.listener, questions.pop()))
    return tuple(answers)


def _liking(answer: Answered) -> _Liking:
    """Whether it shares a word of substance with its question; then, the shorter the better."""
    asked, said = (set(_WORD.findall(text.lower())) for text in (answer.question, answer.message.text))
    return bool(asked & said), -len(answer.message.text)


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line[:60]}…”" if len(line) > 60 else f"“{line}”"
