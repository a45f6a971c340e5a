"""Event sourcing: what happened, in order, sealed, never changed."""

from madeleine_common.events.model import CommandKey, Metadata, NewEvent, RecordedEvent
from madeleine_common.events.repository import Executed, Repository
from madeleine_common.events.store import EventStore

__all__ = ["CommandKey", "EventStore", "Executed", "Metadata", "NewEvent", "RecordedEvent", "Repository"]
