"""The questions over the invented apps, each with its answer computed from the records."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from miniapping.invented import NONE, Row, Rows, _list, _number, _table, _text, day_of, mean, median_of, streak

_JAN, _FEB, _MAR = ("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-15")
_WEEK, _LAST_WEEK = ("2026-03-09", "2026-03-15"), ("2026-03-02", "2026-03-08")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _weekday(row: Row) -> int:
    return date.fromisoformat(day_of(row)).weekday()


def _week(row: Row) -> str:
    day = date.fromisoformat(day_of(row))
    return (day - timedelta(days=day.weekday())).isoformat()


def _best(by: dict[Any, float], *, least: bool = False) -> Any:
    return (min if least else max)(by, key=lambda k: by[k])


def write(data: dict[str, dict[str, Rows]]) -> list[Row]:
    """All questions."""
    made: list[Row] = []

    def ask(app: str, asker: str, question: str, answer: Row) -> None:
        made.append(
            {"id": f"{app}-{len(made) + 1:03}", "app": app, "asker": asker, "question": question, "answer": answer}
        )

    _sleep(ask, data["sleep"]["Night"])
    _car(ask, data["car"]["Refuel"], data["car"]["Service"])
    _plants(ask, data["plants"]["Plant"], data["plants"]["Care"])
    _choir(ask, data["choir"]["Attendance"])
    _budget(ask, data["budget"]["账目"])
    _films(ask, data["films"]["Film"])
    _study(ask, data["study"]["学习记录"])
    return made


def _sleep(ask: Any, n: Rows) -> None:
    def say(question: str, answer: Row) -> None:
        ask("sleep", "Nora", question, answer)

    hours = n.where(lambda r: r["hours"] is not None)
    say("how many hours did I sleep on average last month?", _number(mean(n.on(*_FEB).of("hours")), "h"))
    say("Average hours of sleep this week please", _number(mean(n.on(*_WEEK).of("hours")), "h"))
    say(
        "nights with less than 6 hours since new year, how many were there?",
        _number(len(hours.on("2026-01-01").where(lambda r: r["hours"] < 6))),
    )
    say("median sleep in february", _number(median_of(n.on(*_FEB).of("hours")), "h"))
    shortest = min(hours.rows, key=lambda r: r["hours"])["hours"]
    say(
        "What was my shortest night ever, and when?",
        _table([[r["date"], r["hours"]] for r in hours.rows if r["hours"] == shortest]),
    )
    say(
        "how often did I have a nightmare in january",
        _number(len(n.on(*_JAN).where(lambda r: "nightmare" in r["tags"]))),
    )
    say("how many times did I wake up in total last week?", _number(sum(n.on(*_LAST_WEEK).of("wake_ups"))))
    feb, mar = mean(n.on(*_FEB).of("quality")), mean(n.on(*_MAR).of("quality"))
    say(
        "is my sleep quality better in march than in february? averages",
        _table([["March", mar], ["February", feb]], verdict="yes" if mar > feb else "no"),
    )
    say(
        "percentage of nights this year with alcohol",
        _number(
            100 * len(n.on("2026-01-01").where(lambda r: "alcohol" in r["tags"])) / len(n.on("2026-01-01")), "%", 0.5
        ),
    )
    say("longest streak of logged nights?", _number(streak(r["date"] for r in n.rows)))
    by_day = [[_DAYS[d], mean(n.where(lambda r, d=d: _weekday(r) == d).of("hours"))] for d in range(7)]
    say("average hours by day of the week", _table(by_day, ordered=True))
    say("how many entries are missing the quality?", _number(len(n.where(lambda r: r["quality"] is None))))
    say(
        "which tag do I use most often?",
        _text(
            _best(
                {
                    t: len(n.where(lambda r, t=t: t in r["tags"]))
                    for t in ("nightmare", "snoring", "alcohol", "late screen")
                }
            )
        ),
    )
    say(
        "when did I last dream of a talking cat?",
        _text(max(r["date"] for r in n.rows if r["dream"] == "a talking cat")),
    )
    say("how many days in march did I not log anything?", _number(15 - len({r["date"] for r in n.on(*_MAR).rows})))
    say("what was my heart rate last night?", NONE)
    say("how did I sleep last summer, average hours", NONE)
    say(
        "did I log last night's sleep yet, i.e. is there an entry for today?",
        _text("yes" if any(r["date"] == "2026-03-15" for r in n.rows) else "no"),
    )
    we, wd = n.where(lambda r: _weekday(r) >= 5).of("hours"), n.where(lambda r: _weekday(r) < 5).of("hours")
    say(
        "do I sleep longer on weekends than on weekdays? average hours",
        _table([["weekend", mean(we)], ["weekday", mean(wd)]], verdict="yes" if mean(we) > mean(wd) else "no"),
    )
    say(
        "average quality on nights with late screen",
        _number(mean(n.where(lambda r: "late screen" in r["tags"]).of("quality"))),
    )
    say(
        "hours of sleep in the past 7 days compared to the 7 days before: more or less? averages",
        _table(
            [
                ["past 7 days", mean(n.on("2026-03-09").of("hours"))],
                ["7 days before", mean(n.on("2026-03-02", "2026-03-08").of("hours"))],
            ]
        ),
    )


def _car(ask: Any, r: Rows, service: Rows) -> None:
    def say(question: str, answer: Row, asker: str = "Ben") -> None:
        ask("car", asker, question, answer)

    say("how many litres did we fill up in february?", _number(sum(r.on(*_FEB).of("litres")), "l"))
    say("what did fuel cost us this year so far, total", _number(sum(r.on("2026-01-01").of("cost")), "EUR"))
    say("How many times did I refuel in January?", _number(len(r.on(*_JAN).where(lambda x: x["driver"] == "Ben"))))
    say(
        "who has refuelled more often this year, Aisha or me?",
        _table(
            [
                ["Ben", len(r.on("2026-01-01").where(lambda x: x["driver"] == "Ben"))],
                ["Aisha", len(r.on("2026-01-01").where(lambda x: x["driver"] == "Aisha"))],
            ],
            verdict=_best(r.on("2026-01-01").by(lambda x: x["driver"])),
        ),
    )
    priced = r.where(lambda x: x["cost"] is not None)
    dear = max(priced.rows, key=lambda x: x["cost"])
    say(
        "most expensive refuel so far: when, where and how much?",
        _table([[dear["date"], dear["station"], dear["cost"]]]),
    )
    say("average cost per refuel", _number(mean(r.of("cost")), "EUR"))
    say("money spent per station", _table([[k, v] for k, v in r.by(lambda x: x["station"], "cost").items()]))
    both = r.where(lambda x: x["cost"] is not None)
    say(
        "what do we pay per litre on average, total cost over total litres?",
        _number(sum(both.of("cost")) / sum(both.of("litres")), "EUR/l"),
    )
    say("litres per 100 km driven overall", _number(100 * sum(r.of("litres")) / sum(r.of("km_driven"))))
    last = max(r.where(lambda x: x["station"] == "Shell").rows, key=lambda x: x["date"])
    say("when did we last fill up at Shell and who drove?", _table([[last["date"], last["driver"]]]))
    say("what did the oil change cost?", _number(129.5, "EUR"))
    say("how much have services cost in total?", _number(sum(service.of("price")), "EUR"))
    say(
        "refuels at Aral, jan vs feb",
        _table(
            [
                ["January", len(r.on(*_JAN).where(lambda x: x["station"] == "Aral"))],
                ["February", len(r.on(*_FEB).where(lambda x: x["station"] == "Aral"))],
            ]
        ),
    )
    say("how many refuels were not a full tank?", _number(len(r.where(lambda x: not x["full_tank"]))))
    say("how much did we spend on parking?", NONE)
    say("what was the tyre pressure last month?", NONE)
    say("which refuels cost more than 60 euros?", _list([x["date"] for x in priced.rows if x["cost"] > 60]))
    say(
        "three biggest fill-ups by litres",
        _table([[x["date"], x["litres"]] for x in sorted(r.rows, key=lambda x: -x["litres"])[:3]], ordered=True),
    )
    say(
        "fuel spending by month",
        _table(
            [
                [date(int(k[:4]), int(k[5:]), 1).strftime("%B"), v]
                for k, v in r.by(lambda x: x["date"][:7], "cost").items()
            ]
        ),
    )
    say(
        "How much did Aisha pay for petrol in March?",
        _number(sum(r.on(*_MAR).where(lambda x: x["driver"] == "Aisha").of("cost")), "EUR"),
    )


def _plants(ask: Any, plants: Rows, care: Rows) -> None:
    def say(question: str, answer: Row) -> None:
        ask("plants", "Nora", question, answer)

    water = care.where(lambda r: r["action"] == "water")
    say("when did I last water the monstera?", _text(max(day_of(r) for r in water.rows if r["plant"] == "monstera")))
    say(
        "how many times did I water the basil in february",
        _number(len(water.on(*_FEB).where(lambda r: r["plant"] == "basil"))),
    )
    say(
        "how much water did the orchid get this month?",
        _number(sum(water.on(*_MAR).where(lambda r: r["plant"] == "orchid").of("amount")), "ml"),
    )
    say(
        "days since the aloe vera was last watered",
        _number(
            (
                date(2026, 3, 15) - date.fromisoformat(max(day_of(r) for r in water.rows if r["plant"] == "aloe vera"))
            ).days
        ),
    )
    say(
        "count waterings per plant this year",
        _table([[k, v] for k, v in water.on("2026-01-01").by(lambda r: r["plant"]).items()]),
    )
    say(
        "which plant did I fertilise the most?",
        _text(_best(care.where(lambda r: r["action"] == "fertilise").by(lambda r: r["plant"]))),
    )
    say("which plants are in the kitchen?", _list(["basil", "spider plant"]))
    say("what did all my plants cost together", _number(sum(plants.of("price")), "EUR"))
    say("the priciest plant?", _table([["monstera", 24.5]]))
    say(
        "have I repotted anything this year?",
        _text("yes" if len(care.on("2026-01-01").where(lambda r: r["action"] == "repot")) else "no"),
    )
    say("on how many days did I water something last month", _number(len({day_of(r) for r in water.on(*_FEB).rows})))
    say(
        "what fraction of waterings happened before 9 in the morning? percent",
        _number(100 * len(water.where(lambda r: r["at"][11:16] < "09:00")) / len(water), "%", 0.5),
    )
    say("how many plants don't have a room yet?", _number(1))
    say("longest gap between two days with any care?", _number(_gap({day_of(r) for r in care.rows})))
    say(
        "which plants did I prune in march?",
        _list(sorted({r["plant"] for r in care.on(*_MAR).where(lambda r: r["action"] == "prune").rows})),
    )
    say("how tall is the monstera", NONE)
    say("how often did I spray the orchid?", NONE)
    say("how many plants did I buy in december", _number(len(plants.on("2025-12-01", "2025-12-31"))))
    say("average amount of water per watering", _number(mean(water.of("amount")), "ml"))


def _gap(days: set[str]) -> int:
    held = sorted(date.fromisoformat(d) for d in days)
    return max((b - a).days - 1 for a, b in itertools.pairwise(held))


def _choir(ask: Any, a: Rows) -> None:
    def say(question: str, answer: Row, asker: str = "Ida") -> None:
        ask("choir", asker, question, answer)

    here = a.where(lambda r: r["status"] == "present")
    say(
        "how many rehearsals did I miss this year?",
        _number(len(a.on("2026-01-01").where(lambda r: r["singer"] == "Ida" and r["status"] == "absent"))),
    )
    say(
        "attendance per singer in february, just the times they were present",
        _table([[k, v] for k, v in here.on(*_FEB).by(lambda r: r["singer"]).items()]),
    )
    say(
        "who was absent most often?", _text(_best(a.where(lambda r: r["status"] == "absent").by(lambda r: r["singer"])))
    )
    say(
        "rank everyone by minutes late this year",
        _table(
            [
                [k, v]
                for k, v in sorted(
                    a.on("2026-01-01").by(lambda r: r["singer"], "minutes_late").items(), key=lambda x: -x[1]
                )
            ],
            ordered=True,
        ),
    )
    say(
        "how late was Sven on average?",
        _number(mean(a.where(lambda r: r["singer"] == "Sven").of("minutes_late")), "min"),
    )
    say(
        "percentage of sopranos present last month",
        _number(
            100
            * len(here.on(*_FEB).where(lambda r: r["voice"] == "soprano"))
            / len(a.on(*_FEB).where(lambda r: r["voice"] == "soprano")),
            "%",
            0.5,
        ),
    )
    say(
        "was Olaf there last week?",
        _text("yes" if len(here.on(*_LAST_WEEK).where(lambda r: r["singer"] == "Olaf")) else "no"),
    )
    say(
        "did Marta come more often than Sven in january?",
        _table(
            [
                ["Marta", len(here.on(*_JAN).where(lambda r: r["singer"] == "Marta"))],
                ["Sven", len(here.on(*_JAN).where(lambda r: r["singer"] == "Sven"))],
            ],
            verdict="yes"
            if len(here.on(*_JAN).where(lambda r: r["singer"] == "Marta"))
            > len(here.on(*_JAN).where(lambda r: r["singer"] == "Sven"))
            else "no",
        ),
    )
    say(
        "how many excused absences did we have in total since christmas?",
        _number(len(a.on("2025-12-25").where(lambda r: r["status"] == "excused"))),
    )
    say("which songs did we rehearse in march?", NONE)
    say("was Giulia present last week?", NONE)
    say(
        "on which dates was I absent?",
        _list([r["date"] for r in a.rows if r["singer"] == "Priya" and r["status"] == "absent"]),
        "Priya",
    )
    say(
        "what's the most minutes anybody was late, who was it and when?",
        _table(
            [
                [r["singer"], r["minutes_late"], r["date"]]
                for r in a.rows
                if r["minutes_late"] == max(a.of("minutes_late"))
            ]
        ),
    )


def _budget(ask: Any, b: Rows) -> None:
    def say(question: str, answer: Row) -> None:
        ask("budget", "小雨", question, answer)

    say("这个月一共花了多少钱？", _number(sum(b.on(*_MAR).of("金额")), "CNY"))
    say("上个月餐饮花了多少", _number(sum(b.on(*_FEB).where(lambda r: r["类别"] == "餐饮").of("金额")), "CNY"))
    say(
        "今年以来每个类别各花了多少钱",
        _table([[k or "（无）", v] for k, v in b.on("2026-01-01").by(lambda r: r["类别"], "金额").items()]),
    )
    dear = max(b.on(*_FEB).rows, key=lambda r: r["金额"])
    say("二月最贵的一笔是什么？", _table([[dear["商家"], dear["金额"], dear["日期"]]]))
    say("我上周去了几次星巴克", _number(len(b.on(*_LAST_WEEK).where(lambda r: r["商家"] == "星巴克"))))
    say(
        "用微信付的钱占今年总支出的百分之几？",
        _number(
            100
            * sum(b.on("2026-01-01").where(lambda r: r["支付方式"] == "微信").of("金额"))
            / sum(b.on("2026-01-01").of("金额")),
            "%",
            0.5,
        ),
    )
    days = b.on(*_FEB).by(lambda r: r["日期"], "金额")
    say("二月平均每天花多少钱？只算有记录的日子", _number(mean(list(days.values())), "CNY"))
    say("三月有几天花了超过300元", _number(sum(v > 300 for v in b.on(*_MAR).by(lambda r: r["日期"], "金额").values())))
    say("最近一次打滴滴是什么时候", _text(max(r["日期"] for r in b.rows if r["商家"] == "滴滴")))
    jan, feb = sum(b.on(*_JAN).of("金额")), sum(b.on(*_FEB).of("金额"))
    say("二月比一月花得多吗？", _table([["2月", feb], ["1月", jan]], verdict="yes" if feb > jan else "no"))
    say(
        "今年哪个类别花钱最多",
        _text(str(_best({k: v for k, v in b.on("2026-01-01").by(lambda r: r["类别"], "金额").items() if k}))),
    )
    say("上个月水费交了多少", NONE)
    say("去年十月花了多少钱", NONE)
    say(
        "除了购物，这个月花了多少钱？", _number(sum(b.on(*_MAR).where(lambda r: r["类别"] != "购物").of("金额")), "CNY")
    )
    say("海底捞平均一次多少钱", _number(mean(b.where(lambda r: r["商家"] == "海底捞").of("金额")), "CNY"))
    say("最长连续几天没有记账？", _number(_gap({r["日期"] for r in b.rows})))
    say(
        "how much did I spend on transport this month",
        _number(sum(b.on(*_MAR).where(lambda r: r["类别"] == "交通").of("金额")), "CNY"),
    )
    say("过去7天里花了多少钱", _number(sum(b.on("2026-03-09").of("金额")), "CNY"))


def _films(ask: Any, f: Rows) -> None:
    def say(question: str, answer: Row, asker: str = "Kofi") -> None:
        ask("films", asker, question, answer)

    seen = f.where(lambda r: r["status"] == "watched")
    say(
        "how many films have I watched this year?",
        _number(len(seen.on("2026-01-01").where(lambda r: r["who"] == "Kofi"))),
    )
    say(
        "average rating of the science fiction films, everyone",
        _number(mean(f.where(lambda r: r["genre"] == "science fiction").of("rating"))),
    )
    say("anything by Miyazaki on the list?", _list(sorted({r["title"] for r in f.rows if "Miyazaki" in r["director"]})))
    say(
        "which films did Emma give four stars?",
        _list(sorted({r["title"] for r in f.rows if r["who"] == "Emma" and r["rating"] == 4})),
    )
    say("films watched by each of us", _table([[k, v] for k, v in seen.by(lambda r: r["who"]).items()]))
    longest = max(f.of("length"))
    say(
        "what's the longest film on Lucía's list?",
        _table(
            sorted(
                [
                    [r["title"], r["length"]]
                    for r in f.rows
                    if r["who"] == "Lucía" and r["length"] == max(f.where(lambda r: r["who"] == "Lucía").of("length"))
                ]
            )
        ),
    )
    say(
        "what do I still want to watch?",
        _list(sorted({r["title"] for r in f.rows if r["who"] == "Kofi" and r["status"] == "want to watch"})),
    )
    say("total minutes of film we watched in january", _number(sum(seen.on(*_JAN).of("length")), "min"))
    say(
        "how many hours of films did we watch in february altogether",
        _number(sum(seen.on(*_FEB).of("length")) / 60, "h"),
    )
    say("films per genre", _table([[k, v] for k, v in f.by(lambda r: r["genre"]).items()]))
    say("what did the cinema tickets cost us?", NONE)
    say("who has watched the most films?", _text(_best(seen.by(lambda r: r["who"]))))
    say(
        "how many films that I haven't watched are longer than two hours?",
        _number(len(f.where(lambda r: r["who"] == "Kofi" and r["status"] != "watched" and r["length"] > 120))),
    )
    del longest


def _study(ask: Any, s: Rows) -> None:
    def say(question: str, answer: Row, asker: str = "小林") -> None:
        ask("study", asker, question, answer)

    mine = s.where(lambda r: r["学生"] == "小林")
    say("我这周学了多少分钟？", _number(sum(mine.on(*_WEEK).of("时长")), "min"))
    say(
        "我上个月数学一共学了几个小时",
        _number(sum(mine.on(*_FEB).where(lambda r: r["科目"] == "数学").of("时长")) / 60, "h"),
    )
    say(
        "我和阿美这个月谁学得更久？",
        _table(
            [
                ["小林", sum(mine.on(*_MAR).of("时长"))],
                ["阿美", sum(s.on(*_MAR).where(lambda r: r["学生"] == "阿美").of("时长"))],
            ],
            verdict=str(_best(s.on(*_MAR).by(lambda r: r["学生"], "时长"))),
        ),
    )
    say(
        "每个科目平均时长是多少？",
        _table(
            [
                [k, mean(mine_or.of("时长"))]
                for k, mine_or in ((k, s.where(lambda r, k=k: r["科目"] == k)) for k in ("数学", "英语", "物理"))
            ]
        ),
    )
    say("我在图书馆学了多少次", _number(len(mine.where(lambda r: r["地点"] == "图书馆"))))
    say("我最长连续学习了几天？", _number(streak(day_of(r) for r in mine.rows)))
    say("今年阿美读了多少页", _number(sum(s.on("2026-01-01").where(lambda r: r["学生"] == "阿美").of("页数"))))
    say("我化学学了多久", NONE)
    say("我英语考了多少分？", NONE)
    say(
        "上午九点前开始的学习占百分之几",
        _number(100 * len(s.where(lambda r: r["开始时间"][11:16] < "09:00")) / len(s), "%", 0.5),
    )
