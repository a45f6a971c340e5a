"""Activities of reminders: each calls one use case."""

from __future__ import annotations

from datetime import datetime

from temporalio import activity

from madeleine_chat.application.reminders import Reminders
from madeleine_chat.workflows.remind import FIRE, Firing


class ReminderActivities:
    """May run twice; a reminder is told once for each time that it is due."""

    def __init__(self, reminders: Reminders) -> None:
        self._reminders = reminders

    @activity.defn(name=FIRE)
    async def fire(self, firing: Firing) -> str:
        """When to look again (ISO), because it was put off meanwhile; "": it was told, or never will be."""
        ref, due_at = firing.ref, datetime.fromisoformat(firing.due_at)
        again = await self._reminders.fire(ref.conversation_id, ref.reminder_id, due_at)
        return again.isoformat() if again else ""
