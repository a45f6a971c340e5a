"""The day: two people, a group, a meal log, a lesson learned and a card for tomorrow, through the public API alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine.common.v1 import operation_pb2 as operations
from madeleine.identity.v1 import identity_pb2 as identity
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine.miniapp.v1 import miniapp_pb2 as miniapp
from madeleine.spark.v1 import spark_pb2 as spark
from madeleine_cli.demo import forgetting, learning, living, meals, together
from madeleine_cli.demo.following import followed
from madeleine_cli.demo.held import Held, remembered
from madeleine_cli.demo.people import Person, chance, new_key, sign_up
from madeleine_cli.demo.screen import Screen
from madeleine_cli.demo.talk import Answered, Talk
from madeleine_cli.demo.waiting import DemoFailed

_REQUEST_S = 60.0
_ALLERGENS = ("peanuts", "sesame", "kiwi", "walnuts", "celery", "mustard")
_CITIES = ("Porto", "Ghent", "Tallinn", "Kyoto", "Oaxaca", "Valencia")
_DAYS = ("Wednesday", "Friday", "Saturday", "Sunday")
_INSTRUMENTS = ("cello", "oboe", "accordion", "harp", "banjo")


@dataclass(frozen=True, slots=True)
class Played:
    """All that the day brought, as read back."""

    answers: tuple[Answered, ...]
    log: meals.MealLog
    living: living.Living
    exactness: meals.Exactness
    together: together.Together
    learned: learning.Learned
    held: tuple[Held, ...]
    forgotten: forgetting.Forgotten
    spark_s: float


class Day:
    """One day in the lives of Ana and Mei."""

    def __init__(self, screen: Screen, ana: Person, mei: Person, talks: tuple[Talk, Talk, Talk]) -> None:
        """`talks`: the group as Ana hears it, and each one's own conversation with the AI."""
        self._screen = screen
        self._ana, self._mei = ana, mei
        self._talks = talks
        self._group, self._anas, self._meis = talks
        self._answers: list[Answered] = []

    async def play(self) -> Played:
        """Plays it; raises DemoFailed where something does not hold."""
        log, first = await self._morning()
        records = await self._noon(log)
        alive = await living.fill_and_change(self._screen, self._ana, self._mei, log)
        exactness, recalled = await self._afternoon(log)
        friends = await together.among_friends(self._screen, self._ana, self._mei, self._group)
        self._answers += [friends.answered_unasked, friends.summary]
        learned = await self._feedback([*first, *recalled])
        spark_s = await self._evening()
        held = await remembered(self._talks, len(records) + 1)
        forgotten = await forgetting.remember_and_forget(self._screen, self._ana)
        return Played(tuple(self._answers), log, alive, exactness, friends, learned, held, forgotten, spark_s)

    async def _morning(self) -> tuple[meals.MealLog, list[Answered]]:
        self._screen.chapter("They talk, the AI with them; meanwhile it makes the meal log that Ana asks for")
        self._allergen, self._city = chance.choice(_ALLERGENS), chance.choice(_CITIES)
        self._fact, _ = await self._group.say(self._ana, f"Before we plan dinner: I am allergic to {self._allergen}.")
        log, *answers = await asyncio.gather(
            meals.make_log(self._screen, self._ana, self._group.conversation_id),
            self._group.ask(self._mei, "what could two people cook on a Friday evening?"),
            self._anas.ask(
                self._ana,
                f"My sister Lea gets married in {self._city} on {chance.choice(_DAYS)}. What could I give her?",
            ),
            self._meis.ask(self._mei, f"I took up the {chance.choice(_INSTRUMENTS)}. How often should I practise?"),
        )
        self._answers += answers
        if any(m.answer.state and m.in_reply_to == self._fact.message_id for m in self._group.messages.values()):
            raise DemoFailed("the AI answered a message that did not call on it")
        fields = ", ".join(f"{f.name}{f' [{f.unit}]' if f.unit else ''}" for f in log.entity.fields)
        self._screen.told(
            f"{log.app.spec.icon} {log.app.spec.title} (blueprint {log.app.blueprint or 'none'}, {log.app.revision}, "
            f"repairs: {log.app.repairs}, {log.seconds:.1f} s): {log.entity.name} with {fields}"
        )
        return log, answers

    async def _noon(self, log: meals.MealLog) -> list[miniapp.Record]:
        self._screen.chapter("Both record what they ate, this week and last week")
        records = await meals.record_meals(log, self._ana, self._mei)
        names = {p.person_id: p.name for p in (self._ana, self._mei)}
        for record in await meals.list_records(self._ana, log):
            values = ", ".join(
                f"{name}: {v.string_value or f'{v.number_value:g}'}" for name, v in record.values.fields.items()
            )
            self._screen.told(f"{names[record.entered_by]}: {values}")
        await remembered(self._talks, len(records))
        return records

    async def _afternoon(self, log: meals.MealLog) -> tuple[meals.Exactness, list[Answered]]:
        self._screen.chapter("A question with one right answer, and what was said this morning")
        figure = await self._group.ask(self._ana, meals.QUESTION)
        exactness = await meals.compare(self._ana, log, self._group.conversation_id, figure)
        self._screen.told(
            f"read as: {exactness.reading}; the {len(exactness.records)} records of this week sum up to "
            f"{exactness.computed:g}, {exactness.left_out} others are left out"
        )
        if not exactness.exact:
            raise DemoFailed(
                f"the records listed sum up to {exactness.computed:g} over {sorted(exactness.records)}; the API said "
                f"{exactness.by_api:g} over {sorted(exactness.records_by_api)}, the chat {figure.message.text!r} over "
                f"{sorted(exactness.records_in_chat)}"
            )
        recalled = await asyncio.gather(
            self._group.ask(self._mei, "what is Ana allergic to?"),
            self._anas.ask(self._ana, "In which city does my sister get married?"),
        )
        for answer in recalled:
            for citation in answer.message.answer.citations:
                self._screen.told(f"{citation.kind} {citation.id}: {' '.join(citation.text.split())}")
        await self._cited(recalled[0], self._fact)
        self._answers += recalled
        return exactness, [*recalled]

    async def _cited(self, answer: Answered, said: chat.Message) -> None:
        """The answer must rest on the memory of what was said; whether a small model then says it right is printed."""
        space = f"conversation:{said.conversation_id}"
        request = memory.ListMemoriesRequest(space=space, page_size=200)
        listed = await self._ana.api.call(request, memory.ListMemoriesResponse)
        wanted = {m.memory_id for m in listed.memories if m.text == said.text}
        if not wanted & set(answer.message.answer.memory_ids):
            raise DemoFailed(f"the answer {answer.message.message_id} does not cite the memory of {said.text!r}")
        says = "names it" if self._allergen in answer.message.text.lower() else "does not name it"
        self._screen.told(f"cited: the memory of {said.text!r}; the answer {says}")

    async def _feedback(self, answers: list[Answered]) -> learning.Learned:
        self._screen.chapter("They say which answers they like: those that are to the point")
        wheel = await learning.flywheel(self._ana)
        known = frozenset({wheel.current_run_id, wheel.last_run_id})
        before = await learning.served(self._ana)
        consent = identity.SetConsentRequest(
            consent=identity.Consent(memory=True, training=True, spark=True), idempotency_key=new_key()
        )
        profile = (await self._mei.api.call(consent, identity.SetConsentResponse)).profile
        self._screen.told(f"{profile.display_name} consents to training: {profile.consent.training}; served: {before}")
        judges = learning.Judges(self._screen, (self._ana, self._mei), self._group)
        await judges.judge(answers)
        again, _ = await asyncio.gather(
            judges.regenerate(answers[0]), judges.edit(next(a for a in answers if a.talk is self._meis))
        )
        self._answers.append(again)
        run_id = await learning.until_run(self._screen, judges, self._talks, known)
        self._screen.chapter("An adapter is trained while Ana goes on talking")
        learned = await learning.watch(self._screen, self._anas, run_id, before)
        self._answers += [*learned.while_training, learned.answer_after]
        if not learned.changed:
            raise DemoFailed(
                f"alias before {learned.before}, after {learned.after}; the run made {learned.run.revision}, the "
                f"answer came from {learned.answer_after.message.answer.revision}; probes {list(learned.run.probes)}"
            )
        return learned

    async def _evening(self) -> float:
        self._screen.chapter("Tomorrow's Spark for Ana")
        day = (self._ana.now().date() + timedelta(days=1)).isoformat()
        began = asyncio.get_running_loop().time()
        made = await self._ana.api.call(
            spark.MakeSparkRequest(day=day, idempotency_key=new_key()), spark.MakeSparkResponse
        )
        watch = spark.WatchSparkOperationRequest(operation_id=made.operation.operation_id)
        updates = self._ana.api.stream(watch, spark.WatchSparkOperationResponse)
        operation = await followed(self._screen, "a Spark is made", updates, made.operation)
        if operation.state != operations.OPERATION_STATE_SUCCEEDED or not operation.result_id:
            raise DemoFailed(f"no Spark was made for {day}: {operation.error or operation.step}")
        request = spark.GetSparkRequest(spark_id=operation.result_id)
        card = (await self._ana.api.call(request, spark.GetSparkResponse)).card
        if card.day != day or not card.reasons:
            raise DemoFailed(f"the Spark is for {card.day} instead of {day}, and has {len(card.reasons)} reasons")
        self._screen.said(
            f"{card.day} · {card.title}", "", card.body, f"({spark.Tone.Name(card.tone)}, {card.revision})"
        )
        for reason in card.reasons:
            self._screen.told(f"because of memory {reason.memory_id}: {' '.join(reason.text.split())}")
        return asyncio.get_running_loop().time() - began


@asynccontextmanager
async def two_people(screen: Screen, gateway_url: str) -> AsyncGenerator[Day, None]:
    """Signs Ana and Mei up, makes their group and their own conversations, and follows all three live."""
    limits = httpx.Limits(max_connections=40, max_keepalive_connections=20)
    async with (
        httpx.AsyncClient(base_url=gateway_url, timeout=_REQUEST_S, limits=limits) as client,
        AsyncExitStack() as live,
    ):
        screen.chapter("Two people sign up")
        all_uses = identity.Consent(memory=True, training=True, spark=True)
        not_yet = identity.Consent(memory=True, spark=True)
        signed_up = await asyncio.gather(
            sign_up(client, "Ana", "Europe/Paris", "en", all_uses),
            sign_up(client, "Mei", "Asia/Shanghai", "en", not_yet),
        )
        for person, profile in signed_up:
            uses = ", ".join(field.name for field, given in profile.consent.ListFields() if given)
            when = f"{person.now():%a %H:%M} in {profile.time_zone}"
            screen.told(f"{profile.display_name} @{profile.handle}, {when}; consents to {uses}")
        (ana, _), (mei, _) = signed_up
        found = await ana.api.call(identity.GetPersonRequest(handle=mei.handle), identity.GetPersonResponse)
        group = chat.CreateConversationRequest(
            kind=chat.CONVERSATION_KIND_GROUP,
            title="Friday dinners",
            member_ids=[found.person.person_id],
            assistant_mode=chat.ASSISTANT_MODE_MENTION,
            idempotency_key=new_key(),
        )
        group_talk = await _talk(screen, ana, group)
        names = ", ".join(m.display_name for m in group_talk.conversation.members)
        screen.told(f"{ana.name} makes the group {group_talk.where}: {names}")
        own = chat.CreateConversationRequest(kind=chat.CONVERSATION_KIND_DIRECT)
        talks = (group_talk, await _talk(screen, ana, own), await _talk(screen, mei, own))
        for talk in talks:
            await live.enter_async_context(talk.live())
        yield Day(screen, ana, mei, talks)


async def _talk(screen: Screen, person: Person, request: chat.CreateConversationRequest) -> Talk:
    made = chat.CreateConversationRequest()
    made.CopyFrom(request)
    made.idempotency_key = new_key()
    conversation = (await person.api.call(made, chat.CreateConversationResponse)).conversation
    return Talk(screen, person, conversation)
