# ruff: noqa: E501 - a table of questions, one line each.
"""Questions about a log of meals: what was eaten, skipped, tagged and paid, by meal, day and dish."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions.joint import read_surely
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.relations import check_relation

LEXICON = Lexicon(PackagedLibrary().all())
NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
ASKER = Asker("Ana", NOW, {"ana": "Ana"}, {"Ana": "Ana"})
APP = "00000000-0000-4000-8000-000000000001"
TAGS = ["homemade", "takeaway", "restaurant", "canteen", "vegetarian", "sweet"]
LOG = s.AppSpec(
    title="Meal log",
    currency="EUR",
    entities=[
        s.Entity(
            name="Meal",
            fields=[
                s.Field(name="eaten_at", type=s.FIELD_TYPE_DATETIME),
                s.Field(name="meal", type=s.FIELD_TYPE_CHOICE, choices=["breakfast", "lunch", "dinner", "snack"]),
                s.Field(name="dish", type=s.FIELD_TYPE_TEXT),
                s.Field(name="calories", type=s.FIELD_TYPE_INTEGER, unit="kcal"),
                s.Field(name="protein", type=s.FIELD_TYPE_NUMBER, unit="g"),
                s.Field(name="tags", type=s.FIELD_TYPE_MULTI_CHOICE, choices=TAGS),
                s.Field(name="cost", type=s.FIELD_TYPE_MONEY, unit="EUR"),
                s.Field(name="note", type=s.FIELD_TYPE_TEXT),
            ],
        )
    ],
)
TEXTS = {"dish": ["bubble tea", "burger and fries", "congee with egg"], "note": ["skipped the dessert", "ate too late"]}


def ask(question: str) -> Reading:
    about = Subject(LOG, LOG.entities[0], False, (), APP, TEXTS, date(2025, 11, 17), NOW.date())
    return read(question, about, ASKER, LEXICON)


def told(question: str) -> str:
    """What is computed, with its filters and its verdict."""
    reading = ask(question)
    assert reading.computable, (question, reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert reading.facts is not None
    check_relation(reading.plan.relation, {APP: LOG})
    filters = sorted({c.told for c in reading.facts.conditions})
    return "; ".join([reading.plan.told, *filters, *([f"[{reading.plan.verdict}]"] if reading.plan.verdict else [])])


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        # Days without something are days, whatever else they have.
        ("how many days in february without breakfast", "days without such a record; meal = breakfast"),
        ("which days this week did i skip breakfast", "days without such a record; meal = breakfast"),
        ("on which days this week did i not have lunch?", "days without such a record; meal = lunch"),
        ("how often did i skip lunch last month", "days without such a record; meal = lunch"),
        ("how many days this month did i eat nothing homemade", "days without such a record; tags = homemade"),
        ("二月份有几天没吃早饭", "没有这类记录的天数; meal = breakfast"),
        ("上个月有多少天没吃零食", "没有这类记录的天数; meal = snack"),
        ("did i skip breakfast yesterday", "records that match; meal = breakfast; [none]"),
        ("longest run of days without takeaway", "longest run of days without a record between two with one; tags = takeaway"),
        # Something else than that is a record of its own.
        ("on how many days this month did i eat something that wasn't homemade", "number of days with a record; tags ≠ homemade"),
        ("how many meals this month were not homemade", "number of records; tags ≠ homemade"),
        ("how often did i note that i skipped the dessert", "number of records; note ~ skipped the dessert"),
        ("days in february where i logged no food at all - how many were there?", "days without such a record"),
        ("how many days did i forget to log any food at all this year?", "days without such a record"),
        ("on how many days in february did i forget to log dinner", "days without such a record; meal = dinner"),
        # Since the last one.
        ("how long have i gone without bubble tea", "days since the latest such record; dish ~ bubble tea"),
        ("几天没吃外卖了", "距最近一次的天数; tags = takeaway"),
        # What one goes for is had most often.
        ("my go-to breakfast, and how many times have i had it", "dish by number of records; meal = breakfast; [cell]"),
        ("my usual lunch, and how often have i had it", "dish by number of records; meal = lunch; [cell]"),
        # An adjective is said of each record, of a number it is a limit.
        ("are my restaurant meals heavier than the homemade ones? mean kcal per meal for both", "mean of calories; tags = homemade; tags = restaurant; [more]"),
        ("which are heavier, restaurant or homemade meals?", "mean of calories; tags = homemade; tags = restaurant; [who]"),
        ("are restaurant meals cheaper than takeaway ones", "mean of cost; tags = restaurant; tags = takeaway; [less]"),
        ("average price per meal, restaurant only, per month", "mean of cost by month; tags = restaurant"),
        ("how much did i spend on my 3 most expensive meals", "sum of the 3 highest cost"),
        ("what were my three priciest dinners and how much did they cost", "record with the highest cost; meal = dinner"),
        ("二月份外卖花了多少钱，比一月多还是少？", "总和：cost; tags = takeaway"),
        # Where there were several such days each is told by itself.
        ("how many calories on the day i had bubble tea", "sum of calories; days: dish ~ bubble tea"),
        ("restaurants or takeaway, where did more of my money go this year?", "sum of cost; tags = restaurant; tags = takeaway; [who]"),
        ("was i at restaurants more in feb or in jan? count both", "number of records; tags = restaurant; [who]"),
        ("what's my bubble tea habit cost me so far, all in all?", "sum of cost; dish ~ bubble tea"),
        ("canteen spending in january, want to see if a card is worth it", "sum of cost; tags = canteen"),
        # To eat much is to take in much, unless something that is eaten is named.
        ("how much did i eat yesterday", "sum of calories"),
        ("我昨天吃了多少", "总和：calories"),
        ("did i eat more in february than in january", "sum of calories; [more]"),
        ("which month did i eat the most", "month with the highest sum of calories"),
        ("on which day did i eat the least this month", "day with the lowest sum of calories"),
        ("which weekday do i eat the most on, on average per logged day?", "sum of calories per day, averaged by weekday; [cell]"),
        ("do i eat more at lunch or at dinner", "mean of calories; meal = dinner; meal = lunch; [who]"),
        ("did i eat more takeaway in february than in january", "number of records; tags = takeaway; [more]"),
        ("do i have more snacks than breakfasts", "number of records; meal = breakfast; meal = snack; [more]"),
        # What is eaten most is eaten most often.
        ("what do i eat most for breakfast", "dish by number of records; meal = breakfast; [cell]"),
        ("哪道菜我吃得最多，吃了几次", "dish出现的次数; [cell]"),
        # Of what a share is.
        ("今年晚饭里自己做的占百分之多少", "占比：tags = homemade; meal = dinner; tags = homemade"),
        ("晚饭里外卖的比例是多少", "占比：tags = takeaway; meal = dinner; tags = takeaway"),
        ("外卖占午饭的百分之几", "占比：tags = takeaway; meal = lunch; tags = takeaway"),
        # Several at once.
        ("昨天三餐加起来多少大卡", "总和：calories; meal = breakfast; meal = dinner; meal = lunch"),
        ("what did eating out cost me, restaurant and takeaway both count", "sum of cost; tags = restaurant; tags = takeaway"),
        ("did i have more takeaway or more restaurant meals", "number of records; tags = restaurant; tags = takeaway; [who]"),
        # A day's sum is held against a limit, not each of its records; one that is named is a record.
        ("did i go over 2000 kcal yesterday?", "sum of calories; [passes]"),
        ("did i get 60 g of protein yesterday", "sum of protein; [passes]"),
        ("did i spend more than 100 euros on takeaway in february", "sum of cost; tags = takeaway; [passes]"),
        ("昨天我吃的超过2000大卡了吗", "总和：calories; [passes]"),
        ("did i have a meal over 1000 kcal this week?", "records that match; [any]"),
        # A goal that was told before.
        ("my trainer wants 80g of protein a day. on how many days this month did i make it", "at least 80g of protein (sum of protein/day)"),
        ("i should stay below 1800 kcal a day, on how many days in february was I over that?", "over 1800 kcal (sum of calories/day)"),
        ("教练要我每天吃80克蛋白质，这个月有几天达标？", "至少80克蛋白质 (总和：protein/day)"),
        # Days with each of several; days with any.
        ("how many days in march did i log breakfast, lunch and dinner", "days with a record of each; meal = breakfast; meal = dinner; meal = lunch"),
        ("days this month with both a breakfast and a snack", "days with a record of each; meal = breakfast; meal = snack"),
        ("二月有几天三餐都记了", "每样都有记录的天数; meal = breakfast; meal = dinner; meal = lunch"),
        ("how many days in february did i eat takeaway or restaurant food", "number of days with a record; tags = restaurant; tags = takeaway"),
        # Each of several; a sum is of all.
        ("how many breakfasts, lunches and dinners in february", "number of records; meal = breakfast; meal = dinner; meal = lunch"),
        ("what did i spend on lunch and dinner", "sum of cost; meal = dinner; meal = lunch"),
        ("how many entires in february", "number of records"),
        # So many times.
        ("which dishes did i have only once", "dish by number of records, once"),
        ("how many dishes did i eat at least 5 times", "dish by number of records, at least 5 times"),
        ("哪些菜我只吃过一次", "dish的记录数，只吃过一次"),
        ("吃过五次以上的菜有哪些", "dish的记录数，五次以上"),
        ("how many takeaways did i have in december, and how many in january?", "number of records; tags = takeaway"),
        # Heavy and big are of calories.
        ("heaviest dinner ever", "record with the highest calories; meal = dinner"),
        ("my smallest lunch in february", "record with the lowest calories; meal = lunch"),
        ("how many days did i stay under 1200 kcal since new year", "stay under 1200 kcal (sum of calories/day)"),
        # Times of day.
        ("what time do i usually have dinner? median would do", "median time of day; meal = dinner"),
        ("我平均几点吃晚饭", "平均时间; meal = dinner"),
        ("whats the earliest i've ever had breakfast", "earliest in the day; meal = breakfast"),
        ("how late was my latest dinner this month", "latest in the day; meal = dinner"),
        ("我最晚几点吃过晚饭", "一天中最晚的记录; meal = dinner"),
        ("when was my latest dinner", "latest record; meal = dinner; [cell]"),
        # What is usual is what there is most often.
        ("what do i usually have for lunch", "dish by number of records; meal = lunch; [cell]"),
        ("早饭一般吃什么", "dish出现的次数; meal = breakfast; [cell]"),
        ("when was the last day i didn't log anything?", "days without such a record; [cell]"),
        # Several figures of the same records.
        ("今年一共吃了多少次外卖，平均一次多少钱", "条数、平均：cost; tags = takeaway"),
        ("how many takeaways did i have and when was the last one", "number of records, the latest day; tags = takeaway"),
        ("how many restaurant meals in february and what did they cost me in total", "number of records, sum of cost; tags = restaurant"),
        ("how many lunches and how many dinners did i log last week", "number of records; meal = dinner; meal = lunch"),
        ("what did i eat for dinner yesterday and how many calories was it", "records that match; meal = dinner"),
        ("昨天晚饭吃了什么，多少卡", "相符的记录; meal = dinner"),
        ("how many meals did i log yesterday and the day before", "number of records"),
        ("show me monday's meals", "records that match"),
        ("what are all the dishes i ordered as takeaway, each once", "different dish of records; tags = takeaway"),
        ("what tags did i use this week", "different tags of records"),
        ("top 3 days by protein in february", "day with the highest sum of protein"),
        ("whats the longest time between two takeaways", "longest run of days without a record between two with one; tags = takeaway"),
        ("一月和二月哪个月在外面吃得多", "条数; tags = restaurant; [who]"),
        # Days that have such a record, all that is of them.
        ("what's my average daily protein on days with a canteen lunch?", "sum of protein per day, averaged over days that have one; days: meal = lunch; days: tags = canteen"),
        ("吃了甜食的那些天平均每天多少大卡", "总和：calories（每天平均，只计有记录的）; days: tags = sweet"),
        # What a dish comes to in all.
        ("which dish gives me the most protein in total?", "sum of protein by dish, highest first; [cell]"),
        ("what dish did i spend the most on", "sum of cost by dish, highest first; [cell]"),
        ("on what date did i log the most meals", "day with the highest number of records"),
        ("does a restaurant meal have more calories than a homemade one", "mean of calories; tags = homemade; tags = restaurant; [more]"),
        ("was january more expensive than december, food-wise?", "sum of cost; [more]"),
        ("这周有没有哪天超过2000大卡", "超过2000大卡 (总和：calories/day); [any]"),
        # And another one.
        ("自己做的饭平均多少热量，外卖呢", "平均：calories; tags = homemade; tags = takeaway"),
        ("这周吃了多少大卡，上周呢", "总和：calories"),
        ("average calories of homemade meals? and what about takeaway?", "mean of calories; tags = homemade; tags = takeaway"),
        ("how many kcal did i average on weekdays in february", "sum of calories per day, averaged over days that have one"),
        # Days all of which is such, and whether each day has such a record.
        ("on how many days this month did i eat only homemade food", "days all of whose records are such; tags = homemade"),
        ("any day this month i ate only vegetarian?", "days all of whose records are such; tags = vegetarian; [any]"),
        ("这个月有几天只吃了自己做的", "所有记录都是这样的天数; tags = homemade"),
        ("did i have breakfast every day this week?", "days without such a record; meal = breakfast; [none]"),
        ("上周我每天都吃早饭了吗", "没有这类记录的日子; meal = breakfast; [none]"),
        ("did i eat takeaway or homemade food more often", "number of records; tags = homemade; tags = takeaway; [who]"),
        # What is dearer is so each time.
        ("晚饭和午饭哪个贵", "平均：cost; meal = dinner; meal = lunch; [who]"),
        ("午饭和晚饭平均哪个热量高", "平均：calories; meal = dinner; meal = lunch; [who]"),
        ("is a restaurant meal heavier than a homemade one? avg kcal of both", "mean of calories; tags = homemade; tags = restaurant; [more]"),
        ("are restaurant meals heavier than homemade ones on average", "mean of calories; tags = homemade; tags = restaurant; [more]"),
        # Of values that are listed each has its own average.
        ("早餐、午餐、晚餐，每顿平均多少大卡", "平均：calories; meal = breakfast; meal = dinner; meal = lunch"),
        ("早餐和午餐一共多少大卡", "总和：calories; meal = breakfast; meal = lunch"),
        ("早餐或午餐平均多少大卡", "平均：calories; meal = breakfast; meal = lunch"),
        # A row for each.
        ("kcal for each day this week please", "sum of calories by day"),
        ("protein for every day last week", "sum of protein by day"),
        ("number of takeaways in december, january and february pls, one line each", "number of records; tags = takeaway"),
        ("takeaways in december and january, each on its own line", "number of records; tags = takeaway"),
        # One of the records is called as their kind is; what one spends on is a kind.
        ("which meal was the most expensive in february and what did it cost", "record with the highest cost"),
        ("which meal gives me the most protein on average", "mean of protein by meal, highest first; [cell]"),
        # What one does is what one does each time.
        ("what do i pay on average when i eat at the canteen?", "mean of cost; tags = canteen"),
        ("how much protein do i get when i eat at the canteen", "mean of protein; tags = canteen"),
        ("how much did i spend when i ate at the canteen in february", "sum of cost; tags = canteen"),
        # Nothing at all.
        ("二月份有几天我一顿都没记？", "没有这类记录的天数"),
        ("三月有几天什么都没吃", "没有这类记录的天数"),
        ("一月有几天一顿外卖都没点", "没有这类记录的天数; tags = takeaway"),
        # Why it is asked.
        ("trying to eat less meat: more veggie meals in february than in january?", "number of records; tags = vegetarian; [more]"),
        ("how many homemade lunches in february? looking for ideas for tonight", "number of records; meal = lunch; tags = homemade"),
        # Of all that there is.
        ("average calories over everything", "mean of calories"),
        # The most and the least side by side.
        ("what was the cheapest and the priciest meal in february", "record with the lowest cost; record with the highest cost"),
        ("cheapest and most expensive takeaway, with price", "record with the lowest cost; record with the highest cost; tags = takeaway"),
        ("which days had the most and the least calories last week", "day with the highest sum of calories; day with the lowest sum of calories"),
        ("二月最贵和最便宜的一顿分别是什么", "cost最高的记录; cost最低的记录"),
        ("最贵的一顿和最便宜的一顿各多少钱", "cost最高的记录; cost最低的记录"),
        # What is written is looked for as it is written.
        ("how many meals did i note 'ate too late' for", "number of records; note ~ ate too late"),
    ],
)  # fmt: skip
def test_readings(question: str, reading: str) -> None:
    assert told(question) == reading


@pytest.mark.parametrize(
    "question",
    [
        "what did i drink yesterday",
        "how much fibre did i get last week",
        "what's my dinner average on fridays",
        "lowest calorie day in march, and what i ate that day",
        "which meal do i spend the most on",
        "cheapest dinner and priciest lunch",
        "cheapest meal in january and priciest in february",
        "which meal had the most protein and the least calories",
        "which dishes did i note i should make again",
        "how many dishes did i mark with 'make again'",
        "which notes mention congee",
        "how many notes say dessert",
    ],
)
def test_what_is_not_recorded_is_refused(question: str) -> None:
    assert not ask(question).computable


@pytest.mark.parametrize(
    ("question", "told", "shown"),
    [
        # All of that day, of equal days a row for each.
        ("how many calories did i have on the day of my most expensive meal", "sum of calories; record with the highest cost", ["day", "calories"]),
        ("on the day with the priciest meal, what did i spend in all?", "sum of cost; record with the highest cost", ["day", "cost"]),
        ("how many meals did i log on the day with the most calories", "number of records; day with the highest sum of calories", ["day", "count"]),
        ("total calories on the day i ate the most protein", "sum of calories; day with the highest sum of protein", ["day", "calories"]),
        ("what did i eat on the day of my last takeaway", "records that match; latest record, tags = takeaway", ["dish", "day", "cost", "meal", "calories", "protein"]),
        # The day of a thing is no day of the most.
        ("how many calories on the day of the canteen lunch", "", []),
        ("which day had the most calories", "", []),
    ],
)  # fmt: skip
def test_the_day_of_the_most_tells_of_all_that_it_had(question: str, told: str, shown: list[str]) -> None:
    about = Subject(LOG, LOG.entities[0], False, (), APP, TEXTS, date(2025, 11, 17), NOW.date())
    reading = read_surely(question, [(about, ASKER)], LEXICON)
    if not told:
        assert reading is None
        return
    assert reading is not None
    assert reading.plan is not None
    check_relation(reading.plan.relation, {APP: LOG})
    assert reading.plan.told == told
    assert [c.name for c in reading.plan.shown] == shown
