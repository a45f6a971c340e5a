"""What the parts of a spec may be, and how many: shared by validation, operations and queries."""

from __future__ import annotations

from madeleine.miniapp.v1 import spec_pb2 as s

NUMERIC = frozenset(
    {s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_RATING, s.FIELD_TYPE_DURATION, s.FIELD_TYPE_MONEY}
)
TEMPORAL = frozenset({s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME})
CHOOSING = (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)
GROUPABLE = (
    frozenset(
        {s.FIELD_TYPE_TEXT, s.FIELD_TYPE_BOOLEAN, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_PERSON}
    )
    | TEMPORAL
)
# What a view goes `by`, where it needs one.
VIEW_BY = {
    s.VIEW_TYPE_BOARD: frozenset({s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_BOOLEAN}),
    s.VIEW_TYPE_CALENDAR: TEMPORAL,
    s.VIEW_TYPE_CHECKLIST: frozenset({s.FIELD_TYPE_BOOLEAN}),
    s.VIEW_TYPE_CHART: GROUPABLE,
}
VIEWS_OF_AGGREGATES = frozenset({s.VIEW_TYPE_CHART, s.VIEW_TYPE_METRIC})
# Names that queries use for what every record has.
RESERVED = frozenset({"entered_by", "entered_at", "record_id"})
THEMES = ("plain", "warm", "cool", "forest", "night")
ROLES = ("owner", "editor", "viewer")
BUCKETS = ("day", "week", "month", "year")
TRIGGERS = ("record", "schedule", "date")
ACTIONS = ("remind", "post")
MAX_ENTITIES, MAX_FIELDS, MAX_VIEWS, MAX_AGGREGATES, MAX_CHOICES = 8, 30, 20, 20, 50
MAX_AUTOMATIONS, MAX_RULES, MAX_PERMISSIONS = 20, 20, 30
MAX_LABEL, MAX_TITLE, MAX_TEXT, MAX_UNIT, MAX_ICON = 60, 80, 300, 20, 16
MAX_SCRIPT = 64 * 1024
MAX_DAYS, MAX_DAYS_BEFORE = 3660, 365
