"""The activities of making an app: each a step of `application.creation`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from madeleine_common.errors import ConcurrencyError, DomainError, Exhausted, Unavailable
from madeleine_common.rpc.errors import as_domain_error
from madeleine_miniapp.application.creation import Creation, Outcome
from madeleine_miniapp.application.ports import Order
from madeleine_miniapp.workflows.create_app import Attempt, Finished, NewApp, Proposal

# What another attempt may mend.
_PASSING = (Unavailable, Exhausted, ConcurrencyError)


class CreationActivities:
    """Runs the steps; tells Temporal which failures are final."""

    def __init__(self, creation: Creation) -> None:
        self._creation = creation

    def all(self) -> list[Callable[..., Any]]:
        """The activities, for the worker."""
        return [self.choose_blueprint, self.propose_adaptation, self.record_app]

    @activity.defn
    async def choose_blueprint(self, app: NewApp) -> str:
        """The nearest blueprint's id."""
        try:
            return await self._creation.choose(app.prompt)
        except Exception as error:
            raise failure(error) from error

    @activity.defn
    async def propose_adaptation(self, attempt: Attempt) -> Proposal:
        """The model's text, with its faults."""
        order = _order(attempt.app)
        try:
            generated = await self._creation.propose(order, attempt.blueprint, attempt.faults)
        except Exception as error:
            raise failure(error) from error
        faults = self._creation.faults(order, attempt.blueprint, generated.text)
        return Proposal(generated.text, generated.revision, faults)

    @activity.defn
    async def record_app(self, finished: Finished) -> None:
        """Appends the event, once."""
        outcome = Outcome(finished.text, finished.revision, finished.repairs, finished.adapted)
        try:
            await self._creation.record(_order(finished.app), finished.blueprint, outcome)
        except Exception as error:
            raise failure(error) from error


def _order(app: NewApp) -> Order:
    return Order(**asdict(app))


def failure(error: Exception) -> Exception:
    """An error as Temporal is to take it: final, unless another attempt may mend it."""
    told: DomainError | None = as_domain_error(error)
    if told is None:
        return error
    return ApplicationError(told.message, type=told.reason, non_retryable=not isinstance(told, _PASSING))
