# ruff: noqa: E501 - one field list or title a line.
"""Seven invented apps with seeded records, and questions over them whose answers are computed here in plain Python.

They are in the format of the shared data, written before the reader of questions was tried on them; `python -m
miniapping.invented DIR` writes the folder, and DATA=DIR measures it.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 15)
FIRST = date(2025, 11, 20)
Row = dict[str, Any]


def _days() -> list[date]:
    return [FIRST + timedelta(days=i) for i in range((TODAY - FIRST).days + 1)]


def _field(name: str, kind: str, **more: Any) -> Row:
    return {"name": name, "type": kind, **more}


def apps() -> list[Row]:
    """The apps with their records, always the same."""
    draw = random.Random(4711)  # noqa: S311
    made: list[Row] = []

    def app(
        name: str,
        title: str,
        members: Sequence[str],
        zone: ZoneInfo,
        currency: str,
        entities: list[Row],
        rows: list[tuple[str, Row]],
    ) -> None:
        records = [{"id": f"{name}{i:03}", "entity": e, "values": v} for i, (e, v) in enumerate(rows, 1)]
        now = datetime(2026, 3, 15, 20, 0, tzinfo=zone).isoformat(timespec="minutes")
        made.append({
            "app": name, "title": title, "time_zone": zone.key, "now": now, "members": list(members), "currency": currency,
            "entities": entities, "records": records,
        })  # fmt: skip

    def maybe(value: Any, chance: float = 0.1) -> Any:
        return None if draw.random() < chance else value

    rows: list[tuple[str, Row]] = []
    for day in _days():
        if draw.random() < 0.15:
            continue
        tags = [t for t in ("nightmare", "snoring", "alcohol", "late screen") if draw.random() < 0.15]
        rows.append(("Night", {
            "date": day.isoformat(), "hours": maybe(round(draw.uniform(4.5, 9.0) * 2) / 2), "quality": maybe(draw.randint(1, 5)),
            "wake_ups": draw.randint(0, 4), "tags": tags,
            "dream": draw.choice([None, None, "flying over the sea", "late for an exam", "a talking cat"]),
        }))  # fmt: skip
    app("sleep", "Sleep log", ["Nora"], BERLIN, "EUR", [{"name": "Night", "fields": [
        _field("date", "date"), _field("hours", "number", unit="h"), _field("quality", "rating", max=5), _field("wake_ups", "integer"),
        _field("tags", "multi_choice", choices=["nightmare", "snoring", "alcohol", "late screen"]), _field("dream", "text"),
    ]}], rows)  # fmt: skip

    rows, odometer = [], 41200
    for day in _days()[::5]:
        odometer += draw.randint(180, 420)
        litres = round(draw.uniform(22, 48), 2)
        rows.append(("Refuel", {
            "date": day.isoformat(), "litres": litres, "cost": maybe(round(litres * draw.uniform(1.62, 1.89), 2), 0.08),
            "odometer": odometer, "km_driven": draw.randint(180, 420), "station": draw.choice(["Aral", "Shell", "Jet"]),
            "driver": draw.choice(["Ben", "Aisha"]), "full_tank": draw.random() < 0.7,
        }))  # fmt: skip
    for day, what, cost in (
        (date(2025, 12, 3), "winter tyres", 89.0),
        (date(2026, 1, 20), "oil change", 129.5),
        (date(2026, 2, 26), "new wipers", 34.9),
    ):
        rows.append(("Service", {"date": day.isoformat(), "what": what, "price": cost, "garage": "Krüger"}))
    app("car", "Car log", ["Ben", "Aisha"], BERLIN, "EUR", [
        {"name": "Refuel", "fields": [
            _field("date", "date"), _field("litres", "number", unit="l"), _field("cost", "money", unit="EUR"), _field("odometer", "integer", unit="km"),
            _field("km_driven", "integer"), _field("station", "text"), _field("driver", "person"), _field("full_tank", "boolean"),
        ]},
        {"name": "Service", "fields": [_field("date", "date"), _field("what", "text"), _field("price", "money", unit="EUR"), _field("garage", "text")]},
    ], rows)  # fmt: skip

    rows = []
    names = ["monstera", "basil", "aloe vera", "spider plant", "orchid"]
    for i, name in enumerate(names):
        rows.append(("Plant", {
            "name": name, "room": ["living room", "kitchen", "bedroom", "kitchen", None][i], "bought": (FIRST + timedelta(days=9 * i)).isoformat(),
            "price": [24.5, 3.2, 12.0, None, 18.9][i],
        }))  # fmt: skip
    for day in _days():
        for name in names:
            if draw.random() < 0.22:
                action = draw.choices(["water", "fertilise", "repot", "prune"], [8, 2, 0.4, 1])[0]
                at = datetime(
                    day.year,
                    day.month,
                    day.day,
                    draw.choice([7, 8, 12, 18, 19]),
                    draw.choice([0, 15, 40]),
                    tzinfo=BERLIN,
                )
                rows.append(("Care", {
                    "at": at.isoformat(timespec="minutes"), "plant": name, "action": action,
                    "amount": draw.choice([100, 200, 250, None]) if action == "water" else None, "note": maybe("new leaf", 0.85),
                }))  # fmt: skip
    app("plants", "Plant care", ["Nora"], BERLIN, "EUR", [
        {"name": "Plant", "fields": [_field("name", "text"), _field("room", "choice", choices=["living room", "kitchen", "bedroom", "balcony"]), _field("bought", "date"), _field("price", "money", unit="EUR")]},
        {"name": "Care", "fields": [
            _field("at", "datetime"), _field("plant", "text"), _field("action", "choice", choices=["water", "fertilise", "repot", "prune"]),
            _field("amount", "number", unit="ml"), _field("note", "long_text"),
        ]},
    ], rows)  # fmt: skip

    rows = []
    voices = {"Ida": "soprano", "Priya": "soprano", "Marta": "alto", "Olaf": "tenor", "Sven": "bass"}
    for day in [d for d in _days() if d.weekday() == 2]:
        for singer, voice in voices.items():
            status = draw.choices(["present", "absent", "excused"], [7, 1.5, 1.5])[0]
            rows.append(("Attendance", {
                "date": day.isoformat(), "singer": singer, "voice": voice, "status": status,
                "minutes_late": draw.choice([0, 0, 0, 5, 10, 20]) if status == "present" else None,
            }))  # fmt: skip
    app("choir", "Choir attendance", list(voices), BERLIN, "EUR", [{"name": "Attendance", "fields": [
        _field("date", "date"), _field("singer", "person"), _field("voice", "choice", choices=["soprano", "alto", "tenor", "bass"]),
        _field("status", "choice", choices=["present", "absent", "excused"]), _field("minutes_late", "integer", unit="min"),
    ]}], rows)  # fmt: skip

    rows = []
    shops = {
        "餐饮": ["老王面馆", "星巴克", "海底捞"],
        "交通": ["地铁", "滴滴"],
        "购物": ["京东", "优衣库"],
        "娱乐": ["电影院"],
        "医疗": ["药店"],
    }
    for day in _days():
        for _ in range(draw.randint(0, 3)):
            kind = draw.choices(list(shops), [6, 4, 2, 1, 0.5])[0]
            rows.append(("账目", {
                "日期": day.isoformat(), "类别": maybe(kind, 0.05), "金额": round(draw.uniform(5, 300), 2), "商家": draw.choice(shops[kind]),
                "支付方式": draw.choice(["微信", "支付宝", "现金"]), "备注": None,
            }))  # fmt: skip
    app("budget", "个人账本", ["小雨"], SHANGHAI, "CNY", [{"name": "账目", "fields": [
        _field("日期", "date"), _field("类别", "choice", choices=["餐饮", "交通", "购物", "娱乐", "医疗"]), _field("金额", "money", unit="CNY"),
        _field("商家", "text"), _field("支付方式", "choice", choices=["微信", "支付宝", "现金", "银行卡"]), _field("备注", "long_text"),
    ]}], rows)  # fmt: skip

    rows = []
    titles = [
        ("Parasite", "Bong Joon-ho", "thriller", 132), ("Spirited Away", "Hayao Miyazaki", "animation", 125), ("Heat", "Michael Mann", "thriller", 170),
        ("Paddington 2", "Paul King", "comedy", 103), ("Arrival", "Denis Villeneuve", "science fiction", 116), ("Dune", "Denis Villeneuve", "science fiction", 155),
        ("Amélie", "Jean-Pierre Jeunet", "comedy", 122), ("My Neighbour Totoro", "Hayao Miyazaki", "animation", 86), ("Alien", "Ridley Scott", "science fiction", 117),
    ]  # fmt: skip
    for name, director, genre, minutes in titles:
        for who in ("Kofi", "Lucía", "Emma"):
            if draw.random() < 0.75:
                status = draw.choices(["watched", "want to watch", "gave up"], [6, 3, 1])[0]
                rows.append(("Film", {
                    "title": name, "director": director, "who": who, "status": status, "genre": genre, "length": minutes,
                    "watched_on": (FIRST + timedelta(days=draw.randint(0, 115))).isoformat() if status == "watched" else None,
                    "rating": draw.randint(2, 5) if status == "watched" else None, "platform": draw.choice(["cinema", "streaming", "DVD"]),
                }))  # fmt: skip
    app("films", "Film nights", ["Kofi", "Lucía", "Emma"], BERLIN, "EUR", [{"name": "Film", "fields": [
        _field("title", "text"), _field("director", "text"), _field("who", "person"), _field("status", "choice", choices=["want to watch", "watched", "gave up"]),
        _field("genre", "choice", choices=["thriller", "animation", "comedy", "science fiction", "drama"]), _field("length", "duration_minutes", unit="min"),
        _field("watched_on", "date"), _field("rating", "rating", max=5), _field("platform", "choice", choices=["cinema", "streaming", "DVD"]),
    ]}], rows)  # fmt: skip

    rows = []
    for day in _days():
        for who in ("小林", "阿美"):
            if draw.random() < 0.5:
                at = datetime(
                    day.year, day.month, day.day, draw.choice([7, 9, 14, 20, 21]), draw.choice([0, 30]), tzinfo=SHANGHAI
                )
                rows.append(("学习记录", {
                    "开始时间": at.isoformat(timespec="minutes"), "学生": who, "科目": draw.choice(["数学", "英语", "物理"]),
                    "时长": draw.choice([30, 45, 60, 90, 120]), "页数": maybe(draw.randint(3, 25), 0.3), "地点": draw.choice(["图书馆", "家里", "教室"]),
                }))  # fmt: skip
    app("study", "学习打卡", ["小林", "阿美"], SHANGHAI, "CNY", [{"name": "学习记录", "fields": [
        _field("开始时间", "datetime"), _field("学生", "person"), _field("科目", "choice", choices=["数学", "英语", "物理", "化学"]),
        _field("时长", "duration_minutes", unit="min"), _field("页数", "integer"), _field("地点", "text"),
    ]}], rows)  # fmt: skip
    return made


class Rows:
    """Records of one entity, to be narrowed and summed by the expected answers."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)

    def where(self, test: Callable[[Row], bool]) -> Rows:
        return Rows(r for r in self.rows if test(r))

    def on(self, first: str, last: str = "2026-03-15") -> Rows:
        return self.where(lambda r: first <= day_of(r) <= last)

    def of(self, name: str) -> list[float]:
        return [r[name] for r in self.rows if r[name] is not None]

    def by(self, key: Callable[[Row], Any], name: str = "") -> dict[Any, float]:
        made: dict[Any, float] = {}
        for r in self.rows:
            if not name or r[name] is not None:
                made[key(r)] = made.get(key(r), 0) + (r[name] if name else 1)
        return made

    def __len__(self) -> int:
        return len(self.rows)


def day_of(row: Row) -> str:
    """The day of a record: its first date."""
    return next(
        (str(row[k])[:10] for k in ("date", "at", "日期", "开始时间", "watched_on", "bought") if row.get(k)), ""
    )


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean."""
    return sum(values) / len(values)


def streak(days: Iterable[str]) -> int:
    """The longest run of consecutive days."""
    held = {date.fromisoformat(d) for d in days}
    best = 0
    for day in held:
        if day - timedelta(days=1) not in held:
            length = 1
            while day + timedelta(days=length) in held:
                length += 1
            best = max(best, length)
    return best


def _number(value: float, unit: str = "", tolerance: float = 0.01) -> Row:
    return {"type": "number", "value": round(value, 2), "unit": unit, "tolerance": tolerance}


def _table(rows: list[list[Any]], *, ordered: bool = False, verdict: str = "", tolerance: float = 0.01) -> Row:
    made: Row = {"type": "table", "value": {"columns": [], "rows": rows}, "tolerance": tolerance, "ordered": ordered}
    return made | ({"verdict": verdict} if verdict else {})


def _text(value: str) -> Row:
    return {"type": "text", "value": value}


def _list(values: Sequence[str], *, ordered: bool = False) -> Row:
    return {"type": "list", "value": list(values), "ordered": ordered}


NONE: Row = {"type": "none", "value": None}


def questions() -> list[Row]:
    """The questions with their answers."""
    from miniapping.invented_questions import write

    return write(
        {
            a["app"]: {
                e["name"]: Rows(r["values"] for r in a["records"] if r["entity"] == e["name"]) for e in a["entities"]
            }
            for a in apps()
        }
    )


def main() -> None:
    """Writes the folder."""
    folder = Path(sys.argv[1])
    (folder / "records").mkdir(parents=True, exist_ok=True)
    for app in apps():
        (folder / "records" / f"{app['app']}.json").write_text(json.dumps(app, ensure_ascii=False), "utf-8")
    lines = "\n".join(json.dumps(q, ensure_ascii=False) for q in questions())
    (folder / "record_queries.jsonl").write_text(lines + "\n", "utf-8")


def median_of(values: Sequence[float]) -> float:
    """The median."""
    return float(median(values))


if __name__ == "__main__":
    main()
