"""The words of changes, in the language of the app's own labels."""

from __future__ import annotations

from dataclasses import dataclass

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese

_TYPES_ZH = {
    "text": "文字",
    "number": "数字",
    "integer": "整数",
    "boolean": "是/否",
    "date": "日期",
    "datetime": "日期时间",
    "choice": "单选",
    "multi_choice": "多选",
    "person": "人",
    "rating": "评分",
    "duration": "时长",
    "money": "金额",
    "url": "链接",
    "image": "图片",
    "relation": "关联",
}
_VIEWS_ZH = {
    "form": "表单",
    "table": "表格",
    "list": "列表",
    "board": "看板",
    "calendar": "日历",
    "checklist": "清单",
    "gallery": "画廊",
    "chart": "图表",
    "metric": "指标",
    "custom": "自定义视图",
}


@dataclass(frozen=True, slots=True)
class Words:
    """Picks between English and Chinese."""

    chinese: bool

    @staticmethod
    def of(spec: s.AppSpec) -> Words:
        """Those for an app, by its title and labels."""
        labels = [spec.title, *(e.label for e in spec.entities), *(f.label for e in spec.entities for f in e.fields)]
        return Words(any(is_chinese(label) for label in labels))

    def pick(self, english: str, chinese: str) -> str:
        """One of the two."""
        return chinese if self.chinese else english

    def type(self, kind: s.FieldType.ValueType) -> str:
        """A field type as people read it."""
        word = s.FieldType.Name(kind).removeprefix("FIELD_TYPE_").lower()
        return self.pick(word.replace("_", " "), _TYPES_ZH.get(word, word))

    def view(self, kind: s.ViewType.ValueType) -> str:
        """A view type as people read it."""
        word = s.ViewType.Name(kind).removeprefix("VIEW_TYPE_").lower()
        return self.pick(word, _VIEWS_ZH.get(word, word))
