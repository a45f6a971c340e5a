"""The activity of automations."""

from __future__ import annotations

from dataclasses import asdict

from temporalio import activity
from temporalio.exceptions import ApplicationError

from madeleine_common.errors import ConcurrencyError, Exhausted, Unavailable
from madeleine_common.rpc.errors import as_domain_error
from madeleine_miniapp.application.automations.firing import Automations
from madeleine_miniapp.application.automations.ports import Firing
from madeleine_miniapp.workflows.automate import FIRE, GoneOff

# What another attempt may mend.
_PASSING = (Unavailable, Exhausted, ConcurrencyError)


class AutomationActivities:
    """May run twice; nothing is said twice."""

    def __init__(self, automations: Automations) -> None:
        self._automations = automations

    @activity.defn(name=FIRE)
    async def fire(self, gone_off: GoneOff) -> None:
        """Carries an automation out."""
        try:
            await self._automations.fire(Firing(**asdict(gone_off)))
        except Exception as error:
            told = as_domain_error(error)
            if told is None:
                raise
            passing = isinstance(told, _PASSING)
            raise ApplicationError(told.message, type=told.reason, non_retryable=not passing) from error
