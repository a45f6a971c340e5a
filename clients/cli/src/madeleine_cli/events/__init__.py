"""`madeleine events`: the data team's view of what happened."""

from madeleine_cli.events.connections import (
    EventsSettings,
    NotRunning,
    codec_of,
    default_data,
    jetstream,
    readers,
    settings_of,
)
from madeleine_cli.events.filters import BadOption, Filter, parse_moment

__all__ = [
    "BadOption",
    "EventsSettings",
    "Filter",
    "NotRunning",
    "codec_of",
    "default_data",
    "jetstream",
    "parse_moment",
    "readers",
    "settings_of",
]
