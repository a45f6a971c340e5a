"""Which text of a record names it, and which only remarks on it."""

from __future__ import annotations

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.naming import names_people
from madeleine_miniapp.domain.questions.text import stems

_NOTES = frozenset(
    stems(w)
    for w in (
        "note",
        "notes",
        "comment",
        "comments",
        "remark",
        "remarks",
        "memo",
        "description",
        "备注",
        "笔记",
        "说明",
    )
)
_PLACES = frozenset(
    stems(w)
    for w in ("place", "location", "where", "source", "address", "url", "time", "时间", "地点", "venue", "来源")
)
_TITLES = frozenset(
    stems(w)
    for w in (
        "title", "name", "what", "dish", "item", "book", "film", "movie", "song", "task", "chore", "recipe", "product",
        "plant", "description", "subject", "topic", "food", "exercise", "species", "game", "piece", "medicine",
        "medication", "drink", "名称", "名字", "标题", "物品", "事项", "内容", "菜名", "书名", "商家", "项目", "任务",
        "品名", "植物", "药名", "片名",
    )
)  # fmt: skip


def title(facts: Facts) -> s.Field | None:
    """The field that names a record; notes and places do not."""
    texts = [
        f for f in facts.subject.fields(s.FIELD_TYPE_TEXT) if not ({stems(f.name), stems(f.label)} & (_NOTES | _PLACES))
    ]
    entity = {stems(facts.subject.entity.name), stems(facts.subject.entity.label)}
    sure = [f for f in texts if {stems(f.name), stems(f.label)} & (_TITLES | entity)]
    # Without a name that says so: a text that stands first and mostly differs from record to record.
    varied = [f for f in texts if len(facts.subject.texts.get(f.name, ())) * 2 > facts.subject.texts_of(f.name)]
    things = [f for f in texts if not names_people(f)]
    return next(iter(sure), None) or next(iter(varied), None) or next(iter(things), None)


def names_surely(facts: Facts, f: s.Field) -> bool:
    """Whether a text is called what names things are called by, or as the records themselves are."""
    entity = facts.subject.entity
    return bool({stems(f.name), stems(f.label)} & (_TITLES | {stems(entity.name), stems(entity.label)}))


def is_note(f: s.Field) -> bool:
    """Whether a text field holds remarks."""
    return bool({stems(f.name), stems(f.label)} & _NOTES)
