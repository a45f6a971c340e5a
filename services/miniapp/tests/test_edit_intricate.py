"""Requests that are hard to read: options merged, bounds, dates after others, what is sorted, all but a few,"
" Chinese."""

from __future__ import annotations

from typing import Any

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.reading import read
from madeleine_miniapp.domain.validation import problems

KNOWN = PackagedLibrary().known_fields()
_FIELDS: tuple[tuple[str, str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("customer", "客户", "TEXT", (), ()),
    ("status", "状态", "CHOICE", ("open", "waiting", "done", "lost"), ("待办", "进行中", "完成", "取消")),
    ("price", "价格", "MONEY", (), ()),
    ("hours", "工时", "NUMBER", (), ()),
    ("due", "截止", "DATE", (), ()),
    ("started", "开始", "DATE", (), ()),
    ("note", "备注", "TEXT", (), ()),
    ("paid", "付款", "BOOLEAN", (), ()),
)


def workshop(*, chinese: bool) -> s.AppSpec:
    """An app of orders; its fields have the same names in either language."""
    spec = s.AppSpec(title="工坊" if chinese else "Workshop")
    entity = spec.entities.add(name="job", label="订单" if chinese else "Job")
    for name, label, kind, choices, options in _FIELDS:
        field = entity.fields.add(name=name, label=label if chinese else name)
        field.type = s.FieldType.Value(f"FIELD_TYPE_{kind}")
        field.choices.extend(options if chinese else choices)
    spec.views.add(name="all", type=s.VIEW_TYPE_TABLE, entity="job")
    assert problems(spec) == []
    return spec


def told(request: str) -> list[dict[str, Any]]:
    """The operations of a request, in short: those of one kind of record name it not."""
    chinese = not request.isascii()
    spec = workshop(chinese=chinese)
    reading = read(request, spec, KNOWN)
    assert not reading.not_done, reading.not_done
    assert problems(ops.apply(spec, reading.operations).spec) == []
    return [{k: v for k, v in o.items() if k != "entity"} for o in ops.to_json(reading.operations)]


def in_brief(request: str) -> list[tuple[Any, ...]]:
    """The operations without the names of their parts."""
    return [tuple(v for k, v in o.items() if k not in ("at", "action")) for o in told(request)]


@pytest.mark.parametrize(
    ("request_text", "options"),
    [
        ("merge waiting and open into pending", ["pending", "done", "lost"]),
        ("combine 'done' and 'lost' as 'closed'", ["open", "waiting", "closed"]),
        ("done and lost are basically the same, call it closed", ["open", "waiting", "closed"]),
        ("waiting counts as open", ["open", "done", "lost"]),
        ("put waiting and open together under 'pending'", ["pending", "done", "lost"]),
        ("done and lost can be one ('closed')", ["open", "waiting", "closed"]),
        ("replace 'lost' with 'cancelled' and 'declined'", ["open", "waiting", "done", "cancelled", "declined"]),
        ("replace status lost with gone", ["open", "waiting", "done", "gone"]),
        ("把待办和进行中合并成“处理中”", ["处理中", "完成", "取消"]),
        ("取消并到完成里", ["待办", "进行中", "完成"]),
        ("待办、进行中可以合成一个叫未完成", ["未完成", "完成", "取消"]),
        ("完成和取消都算结束", ["待办", "进行中", "结束"]),
        ("状态里“待办”和“进行中”之间还差一个“已派”", ["待办", "已派", "进行中", "完成", "取消"]),
        ("状态多一个“暂停”", ["待办", "进行中", "完成", "取消", "暂停"]),
        ("状态里再加一个暂停的状态", ["待办", "进行中", "完成", "取消", "暂停"]),
        ("open -> new, waiting -> paused", ["new", "paused", "done", "lost"]),
        ("done, lost -> closed", ["open", "waiting", "closed"]),
        ("lost isn't used, drop that option", ["open", "waiting", "done"]),
        ("add late and drop lost", ["open", "waiting", "done", "late"]),
        ("add comments and drop lost", ["open", "waiting", "done"]),
        ("“取消”太笼统，换成“客户取消”和“我们取消”", ["待办", "进行中", "完成", "客户取消", "我们取消"]),
        ("“取消”这个词不好，换成“作废”", ["待办", "进行中", "完成", "作废"]),
        ("状态再加一个“暂停”，默认是待办", ["待办", "进行中", "完成", "取消", "暂停"]),
        ("状态就三种：新、做、完", ["新", "做", "完"]),
        ("状态统一成：新、做、完", ["新", "做", "完"]),
        ("done and lost get merged into closed", ["open", "waiting", "closed"]),
        ("waiting, done and lost lumped together as 'closed'", ["open", "closed"]),
        ("done and lost are both closed", ["open", "waiting", "closed"]),
        ("status: add paused & late", ["open", "waiting", "done", "lost", "paused", "late"]),
        ("limit status to open and done", ["open", "done"]),
        ("open left, take it off the list", ["waiting", "done", "lost"]),
        ("open left", ["open", "waiting", "done", "lost"]),
        ("状态加暂停、去掉取消", ["待办", "进行中", "完成", "暂停"]),
        (
            "put review between open and waiting and archived at the end",
            ["open", "review", "waiting", "done", "lost", "archived"],
        ),
        ("status needs a paused in the middle", ["open", "waiting", "paused", "done", "lost"]),
        ("add paused and late to the statuses", ["open", "waiting", "done", "lost", "paused", "late"]),
        ("call lost 'declined'", ["open", "waiting", "done", "declined"]),
        ("drop lost? no, keep.", ["open", "waiting", "done", "lost"]),
        ("状态改名“进度”并多加个“暂停”", ["待办", "进行中", "完成", "取消", "暂停"]),
        ("status cancelled and late exist now", ["open", "waiting", "done", "lost", "cancelled", "late"]),
        ("待办和进行中其实一样，合成“未完”", ["未完", "完成", "取消"]),
        ("取消那个没人用，换成“作废”", ["待办", "进行中", "完成", "作废"]),
        ("老王不来了", ["待办", "进行中", "完成", "取消"]),
        ("完成和取消不分了，合成“结束”", ["待办", "进行中", "结束"]),
        ("再加一个暂停的状态", ["待办", "进行中", "完成", "取消", "暂停"]),
    ],
)
def test_options_come_to_be_these(request_text: str, options: list[str]) -> None:
    chinese = not request_text.isascii()
    after = ops.apply(workshop(chinese=chinese), read(request_text, workshop(chinese=chinese), KNOWN).operations).spec
    assert list(next(f for f in after.entities[0].fields if f.name == "status").choices) == options


@pytest.mark.parametrize(
    "request_text",
    [
        "the price defaults to the customer",
        "no hurry",
        "no just the price",
        "paid as percentage of all",
        "let us know what you think",
        "a status is for one customer",
        "merge customer and note into one field",
        "drop everything except the margin",
        "把客户和备注合并成一栏",
    ],
)
def test_what_cannot_be_told_is_not_done(request_text: str) -> None:
    reading = read(request_text, workshop(chinese=not request_text.isascii()), KNOWN)
    assert reading.not_done
    assert not reading.operations


@pytest.mark.parametrize(
    "request_text",
    [
        "drop hours? no, keep.",
        "how long it takes isn't needed",
        "keep only an eye on the price",
        "客户不要动",
        "保留备注",
        "备注别删",
    ],
)
def test_what_is_to_stay_as_it_is_changes_nothing(request_text: str) -> None:
    assert told(request_text) == []


@pytest.mark.parametrize(
    ("request_text", "kept"),
    [
        ("drop everything except customer and price", ["customer", "price"]),
        ("keep only the price, hours and due", ["price", "hours", "due"]),
        ("everything but customer, due and status can go", ["customer", "status", "due"]),
        ("only customer and price stay", ["customer", "price"]),
        ("除了客户、价格，其他都不要", ["customer", "price"]),
        ("除了客户和价格其他都删掉", ["customer", "price"]),
        ("只留客户、价格、截止", ["customer", "price", "due"]),
    ],
)
def test_all_but_a_few_go(request_text: str, kept: list[str]) -> None:
    gone = [o["field"] for o in told(request_text) if o["op"] == "remove_field"]
    assert gone == [name for name, *_ in _FIELDS if name not in kept]


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("hours must be between 0 and 24", {"min": 0.0, "max": 24.0}),
        ("price can't be negative", {"min": 0.0}),
        ("hours should be at most 12", {"max": 12.0}),
        ("price must not exceed 500", {"max": 500.0}),
        ("limit hours to 1-10 ", {"min": 1.0, "max": 10.0}),
        ("hours must be between 0 and 24 and required", {"required": True, "min": 0.0, "max": 24.0}),
        ("工时在0到24之间", {"min": 0.0, "max": 24.0}),
        ("价格不能为负", {"min": 0.0}),
        ("工时不能超过24", {"max": 24.0}),
        ("hours should be a whole number", {"type": "integer"}),
        ("hours at least 1", {"min": 1.0}),
        ("hours only 0 to 10", {"min": 0.0, "max": 10.0}),
        ("工时只能是1到10", {"min": 1.0, "max": 10.0}),
        ("note becomes short or long", {"type": "choice", "choices": ["short", "long"]}),
        ("limit note to short, long, none", {"type": "choice", "choices": ["short", "long", "none"]}),
        ("客户只能从老王、老李里选", {"type": "choice", "choices": ["老王", "老李"]}),
        ("note: not paid, paid, partly paid", {"type": "choice", "choices": ["not paid", "paid", "partly paid"]}),
        ("note as good/bad/ugly tickboxes", {"type": "multi_choice", "choices": ["good", "bad", "ugly"]}),
        ("note from a list: short, long", {"type": "choice", "choices": ["short", "long"]}),
        ("hours in minutes", {"unit": "min"}),
        ("default waiting", {"default": "waiting"}),
        ("hours: out of 20, not required", {"required": False, "max": 20.0}),
        ("hours 4 to 7", {"min": 4.0, "max": 7.0}),
        ("hours between 1 and 8, required", {"required": True, "min": 1.0, "max": 8.0}),
        ("价格必填不能小于0", {"required": True, "min": 0.0}),
        ("工时单位写分钟", {"unit": "min"}),
        ("note from A, B, C", {"type": "choice", "choices": ["A", "B", "C"]}),
        ("make note a choice out of short, long and none", {"type": "choice", "choices": ["short", "long", "none"]}),
        ("a date is enough for note", {"type": "date"}),
        ("客户从老王、老李里选", {"type": "choice", "choices": ["老王", "老李"]}),
        ("note to short/long/none", {"type": "choice", "choices": ["short", "long", "none"]}),
        ("客户用成员里的人", {"type": "person"}),
        ("hours default 2", {"default": 2.0}),
        ("price should default to 20", {"default": 20.0}),
        ("the default status is waiting", {"default": "waiting"}),
        ("make open the default", {"default": "open"}),
        ("hours are 3 by default and required", {"required": True, "default": 3.0}),
        ("默认状态为进行中", {"default": "进行中"}),
        ("付款默认为否", {"default": False}),
        ("客户必选，备注可以不填", {"required": True}),
        ("note should be optional, customer mandatory", {"required": True}),
    ],
)
def test_a_field_has_bounds_and_a_default(request_text: str, expected: dict[str, Any]) -> None:
    (operation,) = told(request_text)
    assert {k: v for k, v in operation.items() if k not in ("op", "field")} == expected


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("sort by due, newest first", ("change_view", "all", "due", True)),
        ("can you order everything by price, highest first", ("change_view", "all", "price", True)),
        ("I'd like them sorted by customer", ("change_view", "all", "customer", False)),
        ("put unpaid ones on top", ("change_view", "all", "paid", False)),
        ("没付款的放最前面", ("change_view", "all", "paid", False)),
        ("最便宜的排前面", ("change_view", "all", "price", False)),
        ("付款的放后面", ("change_view", "all", "paid", False)),
        ("paid ones on top", ("change_view", "all", "paid", True)),
        ("group it by status", ("add_view", "board", "status")),
        ("按价格从高到低排", ("change_view", "all", "price", True)),
        ("按状态分组", ("add_view", "board", "status")),
    ],
)
def test_lists_are_arranged(request_text: str, expected: tuple[Any, ...]) -> None:
    assert in_brief(request_text) == [expected]


@pytest.mark.parametrize(
    ("request_text", "schedule"),
    [
        ("remind us every 2nd of the month to send invoices", "0 9 2 * *"),
        ("every tuesday and friday at 7:30 remind us to water", "30 7 * * 2,5"),
        ("notify us each friday at 6pm to fill in the hours", "0 18 * * 5"),
        ("remind us on weekdays at 8am to fill in the hours", "0 8 * * 1-5"),
        ("remind me every 1st of January to send out the bills", "0 9 1 1 *"),
        ("remind me at 8 in the evening", "0 20 * * *"),
        ("早上8点晚上8点提醒", "0 8,20 * * *"),
        ("晚上9点提醒我", "0 21 * * *"),
        ("remind us every other week to call customers", "0 9 1,15 * *"),
        ("remind us every three months to call customers", "0 9 1 */3 *"),
        ("每天晚上七点提醒我填工时", "0 19 * * *"),
        ("每周二、周五早上七点半提醒", "30 7 * * 2,5"),
        ("每月五号提醒交房租", "0 9 5 * *"),
        ("每年三月一号提醒年检", "0 9 1 3 *"),
        ("工作日早上八点提醒填工时", "0 8 * * 1-5"),
    ],
)
def test_a_reminder_goes_by_the_calendar(request_text: str, schedule: str) -> None:
    (operation,) = told(request_text)
    assert (operation["trigger"], operation["schedule"]) == ("schedule", schedule)


@pytest.mark.parametrize(
    ("request_text", "formula"),
    [
        ("remind me 14 days after started", "add_days(started, 14.0)"),
        ("remind us two months after it's due", "add_days(due, 60.0)"),
        ("when it's been started for more than 3 weeks, ping the owner", "add_days(started, 21.0)"),
        ("截止后三天还没付款就提醒我", "add_days(due, 3.0)"),
        ("开始两周后提醒我", "add_days(started, 14.0)"),
    ],
)
def test_a_reminder_after_a_date_hangs_on_a_date_that_is_computed(request_text: str, formula: str) -> None:
    date, reminder = told(request_text)
    assert (date["type"], date["formula"]) == ("date", formula)
    assert reminder["trigger"] == "date"
    assert reminder.get("days_before", 0) == 0


@pytest.mark.parametrize(
    ("request_text", "days"),
    [
        ("remind me when due is 3 days away", 3),
        ("remind me a week before due", 7),
        ("remind me the day before due, at 7pm", 1),
        ("截止前一天晚上8点提醒", 1),
        ("截止前两天提醒", 2),
        ("截止前一个月提醒我们", 30),
    ],
)
def test_a_reminder_before_a_date_stays_one(request_text: str, days: int) -> None:
    (operation,) = told(request_text)
    assert (operation["field"], operation["days_before"]) == ("due", days)


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("margin as price minus hours", [("Margin", "price - hours")]),
        ("price minus hours = 'margin'", [("Margin", "price - hours")]),
        (
            "price per hour and days between started and due",
            [("Price per hour", "price / hours"), ("Days between started and due", "days_between(started, due)")],
        ),
        ("the payment is due 8 weeks after it's started", [("Payment", "add_days(started, 56.0)")]),
        ("started + 2 weeks = check", [("Check", "add_days(started, 14.0)")]),
        ("due plus 1 month as follow-up", [("Follow-up", "add_days(due, 30.0)")]),
        ("lead time in days", [("Lead time", "days_between(started, due)")]),
        ("net = price - hours and gross = net + 20", [("Net", "price - hours"), ("Gross", "net + 20.0")]),
        ("what's still owed out of 120", [("Still owed", "120.0 - price")]),
        ("next check = started plus hours", [("Next check", "add_days(started, hours)")]),
        ("a check date two weeks after started", [("Check date", "add_days(started, 14.0)")]),
        ("开始后30天算到期", [("到期", "add_days(started, 30.0)")]),
        (
            "gain = price - hours, gain in percent too",
            [("Gain", "price - hours"), ("Gain in percent", "((price - hours) / hours) * 100.0")],
        ),
        (
            "毛利（价格减工时）、涨幅、合计（价格加工时）都帮我算出来",
            [("毛利", "price - hours"), ("涨幅", "((price - hours) / hours) * 100.0"), ("合计", "price + hours")],
        ),
        ("percentage done (hours of price)", [("Done", "(hours / price) * 100.0")]),
        ("目标每天8小时，完成率=工时/8算百分比", [("完成率", "(hours / 8.0) * 100.0")]),
        ("价格工时合计多少", [("价格工时合计多少", "price + hours")]),
        ("days to due", [("Days to due", "days_between(started, due)")]),
        ("total cost per job", [("Total cost", "price * hours")]),
        ("总费用就是价格加工时", [("总费用", "price + hours")]),
        ("days open (from started to due)", [("Days open", "days_between(started, due)")]),
        ("hours as a percentage of price", [("Hours as a percentage of price", "(hours / price) * 100.0")]),
        ("工时占价格的百分比", [("工时占价格的百分比", "(hours / price) * 100.0")]),
        ("做了几天能自动算出来吗", [("做了几天", "days_between(started, due)")]),
        ("毛利（价格减工时）要显示出来", [("毛利", "price - hours")]),
        ("想看利润 = 价格-工时*50", [("利润", "price - hours * 50.0")]),
        ("算一下价格×工时", [("价格×工时", "price * hours")]),
    ],
)
def test_sums_have_their_names(request_text: str, expected: list[tuple[str, str]]) -> None:
    assert [(o["label"], o["formula"]) for o in told(request_text)] == expected


@pytest.mark.parametrize(
    ("request_text", "label", "fields", "holder"),
    [
        (
            "We need a waiting list as well: name, phone, date they asked",
            "Waiting list",
            ["text", "text", "date"],
            None,
        ),
        ("Machines need to be a separate list (name, height in cm)", "Machine", ["text", "number"], None),
        (
            "Machines should be their own list with name and price, and every job is on one",
            "Machine",
            ["text", "money"],
            "job",
        ),
        ("each job has several visits: date, person and minutes", "Visit", ["date", "person", "integer"], "visit"),
        ("customer is to be picked from a list of clients (name, phone)", "Client", ["text", "text"], "job"),
        ("客户从会员里选，会员有姓名和电话", "会员", ["text", "text"], "job"),
        ("请假另外一张表：谁、哪天、原因", "请假", ["person", "date", "text"], None),
        ("parts in a separate list with name and price; each job has one", "Part", ["text", "money"], "job"),
        ("visits as a list of their own with date and length", "Visit", ["date", "number"], None),
        ("visits in their own table with date and length", "Visit", ["date", "number"], None),
        ("visits should be records of their own with date and length", "Visit", ["date", "number"], None),
        ("每个订单要有几个零件：名称、数量", "零件", ["text", "integer"], "零件"),
        ("每次拜访单独记一下：日期、地点、谁去的，并且关联到订单", "拜访", ["date", "text", "person"], "拜访"),
    ],
)
def test_a_new_kind_of_record_has_its_fields_and_what_it_belongs_to(
    request_text: str, label: str, fields: list[str], holder: str | None
) -> None:
    spec = workshop(chinese=not request_text.isascii())
    after = ops.apply(spec, read(request_text, spec, KNOWN).operations).spec
    old, new = after.entities
    assert new.label == label
    types = [s.FieldType.Name(f.type).removeprefix("FIELD_TYPE_").lower() for f in new.fields if not f.relates_to]
    assert types == fields
    related = [(e.name, f.relates_to) for e in after.entities for f in e.fields if f.relates_to]
    assert related == ([] if holder is None else [(old.name, new.name) if holder == old.name else (new.name, old.name)])


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("swap paid for payment with options cash, card and transfer", ("Payment", "choice")),
        ("replace paid with payment as tick boxes: cash, card, invoice", ("Payment", "multi_choice")),
        ("swap paid for a link", ("Link", "url")),
    ],
)
def test_one_field_stands_in_the_place_of_another(request_text: str, expected: tuple[str, str]) -> None:
    added, removed = told(request_text)
    assert (added["label"], added["type"]) == expected
    assert (removed["op"], removed["field"]) == ("remove_field", "paid")


@pytest.mark.parametrize(
    ("request_text", "measured"),
    [
        ("how many hours per customer as a chart", ("sum", "hours")),
        ("how many jobs per customer as a chart", ("count", None)),
        ("a metric for total price", ("sum", "price")),
        ("add the total hours", ("sum", "hours")),
        ("weekly total hours please", ("sum", "hours")),
        ("做个工时排行", ("sum", "hours")),
        ("按客户统计要付多少钱", ("sum", "price")),
        ("total hours as a number on top", ("sum", "hours")),
        ("average price per status", ("mean", "price")),
    ],
)
def test_how_many_of_a_number_is_its_sum(request_text: str, measured: tuple[str, str | None]) -> None:
    aggregate = told(request_text)[0]
    assert (aggregate["function"], aggregate.get("field")) == measured


def test_what_is_computed_is_what_a_limit_speaks_of() -> None:
    _, reminder = told("left = price - hours, and tell us if it drops below 3")
    assert reminder["condition"] == "left < 3.0"


@pytest.mark.parametrize(
    "request_text",
    [
        "profit (price minus costs), and add costs",
        "margin = price - expenses. add the expenses too",
        "利润=价格-成本，成本也要加上",
    ],
)
def test_a_sum_may_be_of_a_field_that_is_asked_for_later(request_text: str) -> None:
    added, computed = told(request_text)
    assert computed["formula"].startswith("price - ")
    assert (added["type"], added.get("formula")) == ("money", None)


@pytest.mark.parametrize(
    ("request_text", "label", "kind"),
    [
        ("note becomes remark with options short, long", "remark", "choice"),
        ("paid becomes payment with values cash, card", "payment", "choice"),
        ("everything stays but call note remark", "remark", "text"),
        ("备注换成“说明”", "说明", "text"),
        ("把备注换成“情况”（好、一般、差）", "情况", "choice"),
        ("paid -> amount paid in euros", "amount paid in euros", "money"),
        ("paid -> settled", "settled", "boolean"),
    ],
)
def test_a_field_gets_a_name_and_what_it_holds(request_text: str, label: str, kind: str) -> None:
    chinese = not request_text.isascii()
    after = ops.apply(workshop(chinese=chinese), read(request_text, workshop(chinese=chinese), KNOWN).operations).spec
    (field,) = (f for f in after.entities[0].fields if f.label == label)
    assert s.FieldType.Name(field.type) == f"FIELD_TYPE_{kind.upper()}"


def test_a_reminder_has_its_hour_and_its_number() -> None:
    assert told("remind me the day before due, at 7pm")[0]["at"] == "19:00"
    assert told("remind us when only 3 hours are left")[0]["condition"] == "hours <= 3.0"


def test_what_a_date_is_called_stands_before_its_reminder() -> None:
    date, reminder = told("follow-up date: 60 days after started w/ reminder on the day")
    assert (date["label"], date["formula"]) == ("Follow-up date", "add_days(started, 60.0)")
    assert reminder["field"] == "follow_up_date"


def test_what_is_written_is_no_tick() -> None:
    assert [o["op"] for o in told("付款不是打勾，要写付款方式")] == ["change_field", "change_field"]
    assert told("付款不是打勾，要写付款方式")[0]["type"] == "text"


def test_a_field_may_be_for_the_owner_alone_to_change() -> None:
    (permission,) = told("price shouldn't be editable by editors")
    assert (permission["role"], permission["locked_fields"]) == ("editor", ["price"])


@pytest.mark.parametrize(
    ("request_text", "kinds"),
    [
        ("split note into remark and reason (texts)", ["text", "text"]),
        ("split note into min players and max players (numbers)", ["number", "number"]),
        ("备注分成原因和结果两个勾", ["boolean", "boolean"]),
        ("价格分成定金和尾款", ["money", "money"]),
        ("split hours into work and travel", ["number", "number"]),
        ("split note into taste and texture, both 1-5 stars", ["rating", "rating"]),
    ],
)
def test_the_parts_of_a_field_hold_what_is_said_of_all_of_them(request_text: str, kinds: list[str]) -> None:
    *added, removed = told(request_text)
    assert [o["type"] for o in added] == kinds
    assert removed["op"] == "remove_field"


def test_fields_named_together_are_all_changed() -> None:
    assert [(o["field"], o["type"]) for o in told("价格工时都只要整数")] == [("price", "integer"), ("hours", "integer")]


@pytest.mark.parametrize("request_text", ["备注我不写了，去掉吧", "备注我们早就不写了", "备注我们不记了"])
def test_what_is_written_no_more_goes(request_text: str) -> None:
    assert [(o["op"], o["field"]) for o in told(request_text)] == [("remove_field", "note")]


@pytest.mark.parametrize(
    ("request_text", "kind"),
    [("加一列成交价", "money"), ("再加运费", "money"), ("加一个评价", "rating"), ("加名额", "text")],
)
def test_what_a_word_ends_in_tells_its_type(request_text: str, kind: str) -> None:
    assert [o["type"] for o in told(request_text)] == [kind]


def test_net_is_what_comes_in_less_what_goes_off() -> None:
    spec = workshop(chinese=True)
    for name, label in (("price", "进球"), ("hours", "失球")):
        next(f for f in spec.entities[0].fields if f.name == name).label = label
    (added,) = ops.to_json(read("净胜球帮我自动算出来", spec, KNOWN).operations)
    assert (added["label"], added["formula"]) == ("净胜球", "price - hours")
