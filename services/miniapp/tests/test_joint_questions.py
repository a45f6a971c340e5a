"""Questions that one kind of record does not answer: shared expenses, and days of one kind that are days of another."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, TestPerson

from .conftest import ChatPeer, Door, struct

TODAY = datetime.now(ZoneInfo("Europe/Paris")).date()
TEXT, NUMBER, DATE, MOMENT = s.FIELD_TYPE_TEXT, s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME
CHOICE, MANY, PERSON, MONEY = s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_MONEY


def entity(name: str, label: str, **fields: Any) -> s.Entity:
    made = s.Entity(name=name, label=label)
    for field, told in fields.items():
        kind, *rest = told if isinstance(told, tuple) else (told,)
        choices = rest[0] if rest and isinstance(rest[0], list) else []
        unit = rest[0] if rest and isinstance(rest[0], str) else ""
        made.fields.add(name=field, label=field.replace("_", " "), type=kind, unit=unit, choices=choices)
    return made


def cabin(people: list[str]) -> s.AppSpec:
    return s.AppSpec(
        title="Cabin costs",
        currency="CHF",
        entities=[
            entity("cost", "Cost", on=DATE, what=TEXT, price=MONEY, payer=PERSON, shared_by=(MANY, people)),
            entity("transfer", "Transfer", on=DATE, sender=PERSON, receiver=PERSON, sum=MONEY),
        ],
    )


WALKS = s.AppSpec(
    title="Walks",
    entities=[entity("walk", "Walk", day=DATE, route=(CHOICE, ["lake", "forest"]), distance=(NUMBER, "km"))],
)
SLEEP = s.AppSpec(title="Nights", entities=[entity("night", "Night", day=DATE, hours_slept=(NUMBER, "h"))])
SPENDING = s.AppSpec(
    title="Pocket money", currency="CHF", entities=[entity("expense", "Expense", day=DATE, what=TEXT, amount=MONEY)]
)


async def add(door: Door, who: TestPerson, app_id: str, kind: str, **values: Any) -> None:
    request = m.AddRecordRequest(app_id=app_id, entity=kind, values=struct(**values), idempotency_key=new_id())
    await door.stub.AddRecord(request, metadata=who.call)


@pytest.fixture
async def hut(door: Door, servers: Servers, chat: ChatPeer) -> tuple[str, list[TestPerson]]:
    """Costs of 90 (Ana, for all three) and 30 (Ben, for Ben and Cleo); Cleo sent Ana 20."""
    people = [servers.person(name) for name in ("Ana", "Ben", "Cleo")]
    ana, ben, cleo = people
    app_id = await door.app_of(ana, cabin(["Ana", "Ben", "Cleo"]), chat.group(*people))
    day = TODAY.isoformat()
    await add(door, ana, app_id, "cost", on=day, what="wood", price=90, payer="Ana", shared_by=["Ana", "Ben", "Cleo"])
    await add(door, ben, app_id, "cost", on=day, what="fondue", price=30, payer="Ben", shared_by=["Ben", "Cleo"])
    await add(door, cleo, app_id, "transfer", on=day, sender="Cleo", receiver="Ana", sum=20)
    return app_id, people


@pytest.mark.parametrize(
    ("who", "question", "figure"),
    [
        (0, "what's my balance?", 40),
        (1, "am I in the red? my balance please", -15),
        (2, "how much do I owe in total?", 25),
        (2, "how much do I owe Ana, just between the two of us?", 10),
        (0, "How much does Cleo owe me?", 10),
        (0, "how much am I owed by Ben?", 30),
        (2, "我欠Ben多少钱？", 15),
        (2, "我的余额是多少？", -25),
        (2, "what was my own share of everything, no matter who paid?", 45),
        (1, "what's Ana's balance", 40),
    ],
)
async def test_shared_expenses_are_reckoned(
    door: Door, hut: tuple[str, list[TestPerson]], who: int, question: str, figure: float
) -> None:
    app_id, people = hut
    answer = await door.ask(people[who], question, app_id=app_id)
    assert answer.answered, answer.reason
    assert answer.result.rows[0].value == figure, answer.text
    assert answer.result.unit == "CHF"
    assert answer.records


def cells(answer: m.AskResponse) -> list[list[Any]]:
    return [[getattr(v, str(v.WhichOneof("kind"))) for v in row.values] for row in answer.table.rows]


async def test_all_are_settled_and_told_by_name(door: Door, hut: tuple[str, list[TestPerson]]) -> None:
    app_id, (ana, ben, _) = hut
    for question in ("settle us up please, who pays whom?", "结一下账，谁该给谁多少钱？"):
        answer = await door.ask(ben, question, app_id=app_id)
        assert cells(answer) == [["Cleo", "Ana", 25], ["Ben", "Ana", 15]], answer.reason
        assert answer.table.record_count == 3
    everyone = await door.ask(ana, "what are everyone's balances?", app_id=app_id)
    assert cells(everyone) == [["Ana", 40], ["Ben", -15], ["Cleo", -25]]
    assert cells(await door.ask(ana, "who shared the fondue today?", app_id=app_id)) == [["Ben"], ["Cleo"]]
    assert cells(await door.ask(ana, "who owes me money?", app_id=app_id)) == [["Ben", 30], ["Cleo", 10]]
    most = await door.ask(ana, "who owes the most?", app_id=app_id)
    assert (most.verdict, cells(most)) == ("Cleo", [["Cleo", -25]])


@pytest.mark.parametrize(
    "question",
    [
        "how much do I owe the landlord?",
        "how much does Ana owe Ben and Cleo?",
        "what's my bank balance at UBS?",
        "do I owe Ben an apology?",
        "how much did water cost us?",
        "what's our budget for wood?",
        "which supermarket do we go to most often",
    ],
)
async def test_what_no_ledger_knows_is_not_reckoned(
    door: Door, hut: tuple[str, list[TestPerson]], question: str
) -> None:
    app_id, people = hut
    answer = await door.ask(people[2], question, app_id=app_id)
    assert not answer.answered, answer.text
    assert not answer.table.rows


def days(*back: int) -> list[date]:
    return [TODAY - timedelta(days=n) for n in back]


@pytest.fixture
async def life(door: Door, servers: Servers) -> tuple[list[str], TestPerson]:
    """Walks on days 2, 3 (lake) and 5 (forest) back; nights and expenses beside them."""
    ana = servers.person("Ana")
    walks, nights, money = [await door.app_of(ana, spec) for spec in (WALKS, SLEEP, SPENDING)]
    for day, route, distance in zip(days(2, 3, 5), ("lake", "lake", "forest"), (4, 6, 10), strict=True):
        await add(door, ana, walks, "walk", day=day.isoformat(), route=route, distance=distance)
    for day, hours in zip(days(2, 3, 4, 5), (8, 7, 5, 9), strict=True):
        await add(door, ana, nights, "night", day=day.isoformat(), hours_slept=hours)
    for day, amount in zip(days(2, 2, 3, 4), (5, 7.5, 2.5, 100), strict=True):
        await add(door, ana, money, "expense", day=day.isoformat(), what="tea", amount=amount)
    return [walks, nights, money], ana


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("how long did I sleep on average on days when I walked?", 8),
        ("how much did I spend on lake days?", 15),
        ("how much did I spend on days without a walk?", 100),
        ("total distance on days when I slept less than 8 hours?", 6),
        ("on how many days did I walk and sleep more than 8 hours?", 1),
    ],
)
async def test_days_of_one_kind_are_days_of_another(
    door: Door, life: tuple[list[str], TestPerson], question: str, figure: float
) -> None:
    app_ids, ana = life
    answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
    assert answer.answered, answer.reason
    assert answer.result.rows[0].value == figure, answer.text
    assert len(answer.apps) == 2


async def test_days_with_and_without_are_compared(door: Door, life: tuple[list[str], TestPerson]) -> None:
    app_ids, ana = life
    question = "do I sleep longer on days I walk?"
    answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
    assert answer.answered, answer.reason
    assert [row[1] for row in cells(answer)] == [8, 5]
    assert answer.verdict == "yes"
    assert "Walks" in answer.reading
    assert "Nights" in answer.reading


async def test_figures_of_two_apps_stand_beside_each_other_for_each_time(
    door: Door, life: tuple[list[str], TestPerson]
) -> None:
    app_ids, ana = life
    question = "this year and last year side by side for me: how far did I walk and how much did I spend"
    answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
    assert answer.answered, answer.reason
    rows = cells(answer)
    assert len(rows) == 2
    assert len({row[0] for row in rows}) == 2
    assert all(len(row) == 3 for row in rows)


async def test_two_people_and_everybodys_shares(door: Door, hut: tuple[str, list[TestPerson]]) -> None:
    app_id, (ana, _, cleo) = hut
    for question in ("between Ben and Cleo, who owes whom and how much?", "what's the balance between Ben and Cleo?"):
        assert cells(await door.ask(ana, question, app_id=app_id)) == [["Cleo", "Ben", 15]]
    shares = await door.ask(cleo, "what's everyone's share?", app_id=app_id)
    assert cells(shares) == [["Cleo", 45], ["Ben", 45], ["Ana", 30]] or cells(shares) == [
        ["Ben", 45], ["Cleo", 45], ["Ana", 30],
    ]  # fmt: skip
    assert (await door.ask(cleo, "what was Ana's share?", app_id=app_id)).result.rows[0].value == 30


@pytest.mark.parametrize(
    ("who", "question", "figure"),
    [
        (1, "where do I stand with the cabin, plus or minus? minus if I owe", -15),
        (0, "how much money has Cleo sent me until now", 20),
        (0, "how much did I lay out for the cabin so far, before any paybacks", 90),
        (2, "how much was my last transfer", 20),
        (2, "Ana and me only: what do I owe her?", 10),
        (0, "what do I get back from Cleo?", 10),
        (2, "do I owe money overall or does the group owe me? net figure", -25),
        (1, "my part of the wood, whoever paid", 30),
        (0, "how much did Cleo send me in transfers?", 20),
        (2, "Ben和我加起来该分摊多少？不管谁付的", 90),
        (0, "how many costs were split by only two of us?", 1),
        (0, "sum of the costs that I wasn't in on", 30),
        (1, "how many costs was ana left out of?", 1),
        (1, "how often was ana left out of a split?", 1),
        (1, "how many costs were split without ana?", 1),
        (1, "total of the costs that included Cleo", 120),
        (0, "how many costs were just for Ben and Cleo", 1),
        (0, "没有跟我分摊的有几笔", 1),
        (1, "how much more did Ana pay than me?", 60),
        (1, "how much more have I paid than my share?", -15),
        (0, "biggest transfer Cleo made to me", 20),
        (0, "morning! total cost without the wood", 30),
        (1, "smallest sum anyone ever sent", 20),
        (1, "most expensive cost by Ana", 90),
        (1, "how much do I have to pay to settle up?", 15),
        (0, "how much would I get if we settled now", 40),
        (1, "how much have I put in so far", 30),
        (1, "我今年付了几笔", 1),
        (0, "how much money did I get from Cleo this year?", 20),
        (2, "average of my transfers", 20),
        (1, "how many times did Cleo send money to Ana?", 1),
        (0, "Cleo今年一共还了我多少钱", 20),
        (0, "what share of the costs goes to fondue?", 25),
        (0, "what has Cleo sent me in total to settle up?", 20),
        (2, "how much have I sent the others so far", 20),
        (2, "how much did i transfer to you lot this year", 20),
        (0, "how many costs weren't split with me?", 1),
        (0, "how often has Ben paid for anything?", 1),
        (1, "total cost on the day the wood was here", 120),
        (1, "how much did we spend the day the fondue came", 120),
        (0, "how many times did we restock wood?", 1),
        (1, "what have I paid for the cabin so far", 30),
        (1, "how many costs were split with Ana?", 1),
    ],
)
async def test_money_between_people_is_asked_in_many_ways(
    door: Door, hut: tuple[str, list[TestPerson]], who: int, question: str, figure: float
) -> None:
    app_id, people = hut
    answer = await door.ask(people[who], question, app_id=app_id)
    assert answer.answered, answer.reason
    assert answer.result.rows[0].value == figure, answer.text


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("did Ana pay more than me?", "yes"),
        ("did I pay more than Ana?", "no"),
        ("did we spend more on wood or on fondue?", "wood"),
        ("was I in on the wood?", "yes"),
        ("wood vs fondue: where do we spend more", "wood"),
        ("fondue or wood, where do we leave more money?", "wood"),
        ("who has sent Ana the most money?", "Cleo"),
        ("who's owed the most?", "Ana"),
    ],
)
async def test_of_two_the_one_that_is_asked_is_told(
    door: Door, hut: tuple[str, list[TestPerson]], question: str, verdict: str
) -> None:
    app_id, (_, ben, _) = hut
    answer = await door.ask(ben, question, app_id=app_id)
    assert answer.verdict == verdict, answer.text or answer.reason


async def test_one_payment_is_told_with_both_its_sides(door: Door, hut: tuple[str, list[TestPerson]]) -> None:
    app_id, (ana, _, _) = hut
    for question in ("最大的一笔转账是多少，谁转给谁的？", "最近一次转账是谁转给谁的"):
        answer = await door.ask(ana, question, app_id=app_id)
        assert len(answer.table.rows) == 1, answer.text or answer.reason
        assert all(told in answer.text for told in ("Cleo", "Ana", "20")), answer.text
    last = await door.ask(ana, "when was the last time Cleo sent me money and how much was it", app_id=app_id)
    assert all(told in last.text for told in ("Cleo", "Ana", "20")), last.text or last.reason
    settled = await door.ask(ana, "谁转给谁才能结清", app_id=app_id)
    assert len(settled.table.rows) == 2, settled.text or settled.reason


async def test_who_and_how_much_are_told_together(door: Door, hut: tuple[str, list[TestPerson]]) -> None:
    app_id, (ana, _, _) = hut
    for question in ("how much was the fondue and who paid?", "fondue是谁付的，花了多少？"):
        answer = await door.ask(ana, question, app_id=app_id)
        assert all(told in answer.text for told in ("fondue", "Ben", "30")), answer.text
    ranked = await door.ask(ana, "rank us by what we paid", app_id=app_id)
    assert ranked.text.startswith("Ana: 90; Ben: 30 ("), ranked.text or ranked.reason
    weekday = await door.ask(ana, "on what day of the week do we usually buy things?", app_id=app_id)
    assert weekday.verdict == f"{TODAY:%A}", weekday.text or weekday.reason
    months = await door.ask(ana, "how much did we spend each month, and which month was the highest?", app_id=app_id)
    assert months.verdict.startswith(f"{TODAY:%B}"), months.text or months.reason
    two = await door.ask(ana, "how much is outstanding between Ben and me?", app_id=app_id)
    assert cells(two) == [["Ben", "Ana", 30]], two.reason
    without = await door.ask(ana, "who has never paid for wood?", app_id=app_id)
    assert without.text.startswith("Ben ("), without.text or without.reason
    everyone = await door.ask(ana, "how much did everyone pay?", app_id=app_id)
    assert everyone.text.startswith("Ana: 90; Ben: 30 ("), everyone.text


async def test_what_one_has_to_pay_when_all_is_settled(door: Door, hut: tuple[str, list[TestPerson]]) -> None:
    app_id, (_, ben, _) = hut
    for question in ("who do I have to pay, and how much, so that we're all even?", "我该给谁多少钱才能结清？"):
        assert cells(await door.ask(ben, question, app_id=app_id)) == [["Ben", "Ana", 15]], question
    fewest = await door.ask(ben, "fewest transfers so that nobody owes anything any more?", app_id=app_id)
    assert cells(fewest) == [["Cleo", "Ana", 25], ["Ben", "Ana", 15]], fewest.reason


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("how many of my walk days have no expense at all?", 1),
        ("number of days with both a walk and an expense", 2),
        ("hours slept the day after a walk, on average?", 6.5),
        ("average hours slept on days I went to the lake, according to my walks", 7.5),
        ("money spent on days with at least 8 hours of sleep, total", 12.5),
        ("睡眠不到8小时的那些天，我一共花了多少钱？", 102.5),
        ("hours slept on days with a lake walk, on average? from the walks app, not my ticks", 7.5),
        ("how much did I spend this year on days when I also went to the lake?", 15),
        ("the last time my sleep was over 8 hours, how far did I walk that day?", 10),
        ("how long did I sleep on the day of the tea? on average", 20 / 3),
    ],
)
async def test_each_word_goes_to_the_app_that_knows_it(
    door: Door, life: tuple[list[str], TestPerson], question: str, figure: float
) -> None:
    app_ids, ana = life
    answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
    assert answer.answered, answer.reason
    assert answer.result.rows[0].value == figure, answer.text


async def test_days_are_told_by_the_questions_own_words(door: Door, life: tuple[list[str], TestPerson]) -> None:
    app_ids, ana = life
    question = "mean hours slept, walking days vs rest days. do I sleep longer when I walk?"
    answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
    assert cells(answer) == [["walking days", 8], ["rest days", 5]], answer.reason
    assert answer.verdict == "yes"


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("longest streak of days on which I walked or slept", 4),
        ("how many days did I walk or spend money, either counts?", 4),
        ("on how many days did I neither walk nor spend money?", 2),
        ("hours slept on average on days I both walked and spent money", 7.5),
        ("有几天我散步或者花钱了？", 4),
        ("money spent on days I walked or slept less than 6 hours, total", 115),
        ("median money spent on days I slept at least 5 hours", 12.5),
        ("hours slept on average when I skipped my walk", 5),
        ("percentage of my walking days where I slept at least 8 hours", 66.67),
        ("of the days I walked, on what share did I spend money?", 66.67),
        ("how many days without a walk, a night or an expense?", 2),
        ("on how many days did I spend money but log nothing in the walks app?", 1),
        ("on how many of my walk days is there nothing in the pocket money app?", 1),
        ("how many days did I spend money but left the walks app empty?", 1),
        ("on how many days was the walks app empty although I spent money?", 1),
        ("散步的那几天，平均一天睡多少小时？", 8),
        ("how much did I spend on lake days? it's all in the walks app", 15),
        ("散步的那些天，我平均睡几小时？散步以散步记录为准", 8),
        ("how far do I walk the day after a short night (under 8 hours)?", 5),
    ],
)
async def test_days_of_either_and_of_neither(
    door: Door, life: tuple[list[str], TestPerson], question: str, figure: float
) -> None:
    app_ids, ana = life
    answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
    assert answer.answered, answer.reason
    assert answer.result.rows[0].value == pytest.approx(figure, abs=0.01), answer.text


@pytest.mark.parametrize(
    ("question", "figures", "verdict"),
    [
        ("do I sleep longer the night after a walk than on other nights?", [6.5, 8], "no"),
        ("did I walk more often than I spent money?", [3, 4], "no"),
        ("which did I do more often, walk or spend money?", [3, 4], "spend"),
        ("did I walk and sleep on the same day this year?", None, "yes"),
        ("did I walk or spend money today?", None, "no"),
        ("the last time I went to the lake, did I spend money that day?", None, "yes"),
        ("did I sleep less than 6 hours on a day I walked?", None, "no"),
        ("do I sleep longer when I skip my walk?", [5, 8], "no"),
        ("did I sleep more or less on days I walked?", [8, 5], ""),
        ("hours slept on days with a distance over 9 km compared with days under 5", [9, 8], ""),
        ("did anyone walk on the day with the most money spent?", None, "no"),
        ("does walking do me good? hours slept per day with a walk vs without", [8, 5], "yes"),
    ],
)
async def test_one_is_held_against_another(
    door: Door, life: tuple[list[str], TestPerson], question: str, figures: list[float] | None, verdict: str
) -> None:
    app_ids, ana = life
    answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
    assert answer.answered, answer.reason
    assert figures is None or [row[1] for row in cells(answer)] == figures, answer.text
    assert answer.verdict.startswith(verdict), answer.text


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("my longest walk - how many km, and how much did I spend that day?", [10, None]),
        ("my shortest walk by km: how far was it, and how long did I sleep that day?", [4, 8]),
        ("how long did I sleep on the day of the coffee, and how much was it?", [9, 3]),
    ],
)
async def test_one_record_is_told_with_another_figure_of_its_day(
    door: Door, life: tuple[list[str], TestPerson], question: str, row: list[float | None]
) -> None:
    app_ids, ana = life
    await add(door, ana, app_ids[2], "expense", day=days(5)[0].isoformat(), what="coffee", amount=3)
    answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
    assert answer.answered, answer.reason
    (given,) = cells(answer)
    assert set(row) - {None} <= set(given), answer.text


@pytest.mark.parametrize(
    "question",
    [
        "how much did I spend on days when it rained?",
        "the last time I went to the lake, what did I see that day and how long was it?",
        "do I walk farther when the moon is full?",
        "how many days did I both walk and swim?",
        "on how many days did I walk but write nothing in the guest book?",
        "on how many days did I walk but write nothing in the pocket money app about tea?",
    ],
)
async def test_what_no_app_knows_is_not_read_jointly(
    door: Door, life: tuple[list[str], TestPerson], question: str
) -> None:
    app_ids, ana = life
    answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
    assert not answer.answered, answer.text


@pytest.mark.parametrize(
    "question",
    [
        "did I walk or sleep more?",
        "what did I note yesterday, across everything?",
        "how many entries in both apps?",
        # The other side of a comparison, a person, the night before, by how much: none of them is dropped.
        "km on days I slept under 6 hours vs the day before",
        "how many walks did Ben have in each app?",
        "how much longer do I sleep on days I walk?",
        "where did I walk on days I slept under 6 hours?",
    ],
)
async def test_what_is_asked_of_several_is_not_told_of_one(
    door: Door, life: tuple[list[str], TestPerson], question: str
) -> None:
    app_ids, ana = life
    answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
    assert not answer.answered, answer.text


async def test_what_is_wanted_in_numbers_is_not_listed(door: Door, life: tuple[list[str], TestPerson]) -> None:
    app_ids, ana = life
    for question in ("in two numbers: walks done, francs spent", "in two figures: money spent, walks"):
        answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
        assert sorted(cells(answer)[0]) == [3, 115], answer.text or answer.reason


async def test_a_side_is_called_by_what_is_done_with_a_thing(door: Door, life: tuple[list[str], TestPerson]) -> None:
    app_ids, ana = life
    book = entity("book", "Book", title=TEXT, started=DATE, finished=DATE)
    session = entity("session", "Session", date=DATE, book=TEXT)
    reading = await door.app_of(ana, s.AppSpec(title="Reading list", entities=[book, session]))
    await add(door, ana, reading, "session", date=TODAY.isoformat(), book="Emma")
    question = "did I go for a walk more often than read a book?"
    answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=[app_ids[0], reading]), metadata=ana.call)
    assert cells(answer) == [["walk", 3], ["reading", 1]], answer.text or answer.reason
    assert answer.verdict == "yes"


async def test_figures_are_told_for_each_day(door: Door, life: tuple[list[str], TestPerson]) -> None:
    app_ids, ana = life
    first, last = days(5, 3)
    question = f"hours slept and km walked per day from {first:%d %B %Y} to {last:%d %B %Y}"
    answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
    assert answer.answered, answer.reason
    # A day without a walk has no distance.
    assert [row[1:] for row in cells(answer)] == [[9, 10], [5, 0], [7, 6]], answer.text


async def test_apps_are_told_by_what_is_in_them(door: Door, life: tuple[list[str], TestPerson]) -> None:
    app_ids, ana = life

    async def asked(question: str) -> list[list[Any]]:
        answer = await door.stub.Ask(m.AskRequest(question=question, app_ids=app_ids), metadata=ana.call)
        assert answer.answered, answer.reason
        return sorted(cells(answer))

    day = f"{days(4)[0]:%d %B %Y}"
    assert await asked(f"which apps did I not use on {day}?") == [["Walks"]]
    assert await asked(f"which apps did I use on {day}?") == [["Nights", 1], ["Pocket money", 1]]
    assert await asked("how many entries in each app?") == [["Nights", 4], ["Pocket money", 4], ["Walks", 3]]


async def test_a_row_for_each_person_holds_the_figures_of_two_apps(
    door: Door, hut: tuple[str, list[TestPerson]], chat: ChatPeer
) -> None:
    costs, people = hut
    ana, ben, _ = people
    hikes = s.AppSpec(title="Hikes", entities=[entity("hike", "Hike", on=DATE, hiker=PERSON, distance=(NUMBER, "km"))])
    app_id = await door.app_of(ana, hikes, chat.group(*people))
    for who, km in (("Ana", 5), ("Ana", 7), ("Ben", 4)):
        await add(door, ana, app_id, "hike", on=TODAY.isoformat(), hiker=who, distance=km)
    for question in ("me and Ben: km hiked and price paid", "Ben and me, side by side: km hiked, price paid"):
        answer = await door.ask(ana, question, app_ids=[costs, app_id])
        assert answer.answered, answer.reason
        assert [row[1:] for row in cells(answer)] == [[12, 90], [4, 30]]
    assert ben.person_id in str(answer.relation)
