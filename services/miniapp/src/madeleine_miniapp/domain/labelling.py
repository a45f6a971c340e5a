"""Labels that are made, not given: of figures and views."""

from __future__ import annotations

from madeleine.miniapp.v1 import spec_pb2 as s

_FUNCTIONS = {
    s.AGGREGATE_FUNCTION_SUM: ("Total {}", "{}合计"),
    s.AGGREGATE_FUNCTION_MEAN: ("Average {}", "平均{}"),
    s.AGGREGATE_FUNCTION_MIN: ("Lowest {}", "最低{}"),
    s.AGGREGATE_FUNCTION_MAX: ("Highest {}", "最高{}"),
    s.AGGREGATE_FUNCTION_MEDIAN: ("Median {}", "{}中位数"),
}
_BUCKETS = {
    "day": ("per day", "每天"),
    "week": ("per week", "每周"),
    "month": ("per month", "每月"),
    "year": ("per year", "每年"),
}
_VIEWS = {
    s.VIEW_TYPE_FORM: ("Add", "填写"),
    s.VIEW_TYPE_TABLE: ("Table", "表格"),
    s.VIEW_TYPE_LIST: ("List", "列表"),
    s.VIEW_TYPE_BOARD: ("Board", "看板"),
    s.VIEW_TYPE_CALENDAR: ("Calendar", "日历"),
    s.VIEW_TYPE_CHECKLIST: ("Checklist", "清单"),
    s.VIEW_TYPE_GALLERY: ("Gallery", "图库"),
}


def aggregate_label(function: s.AggregateFunction.ValueType, of: str, by: str, bucket: str, language: str) -> str:
    """What a figure is called: "Total distance per week", "每周距离合计"."""
    chinese = language == "zh"
    if function == s.AGGREGATE_FUNCTION_COUNT:
        label = f"{of}数量" if chinese else f"Number of {_plural(of)}"
    else:
        english, zh = _FUNCTIONS[function]
        label = zh.format(of) if chinese else english.format(_small(of))
    if bucket:
        per, zh_per = _BUCKETS[bucket]
        return (f"{zh_per}{label}" if chinese else f"{label} {per}")[:60]
    if by:
        return (f"按{by}：{label}" if chinese else f"{label} by {_small(by)}")[:60]
    return label[:60]


def view_title(kind: s.ViewType.ValueType, language: str) -> str:
    """What a view of this type is called; "" for charts and metrics, which are called after their figure."""
    both = _VIEWS.get(kind)
    return both[language == "zh"] if both else ""


def _plural(noun: str) -> str:
    small = _small(noun)
    if small.endswith(("s", "x", "ch", "sh")):
        return small + "es"
    if small.endswith("y") and small[-2:-1] not in "aeiou":
        return small[:-1] + "ies"
    return small + "s"


def _small(label: str) -> str:
    # "TV licence" and "PH" stay as they are.
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
