"""The activities of making an app: each a step of `application.creation` or `application.refinement`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from madeleine_common.errors import ConcurrencyError, DomainError, Exhausted, Unavailable
from madeleine_common.rpc.errors import as_domain_error
from madeleine_common.temporal import beating
from madeleine_miniapp.application.creation import Creation, Drafted
from madeleine_miniapp.application.ports import Generated, Order
from madeleine_miniapp.application.refinement import Refinement
from madeleine_miniapp.workflows.create_app import Attempt, Finished, FromBlueprint, NewApp, Proposal

# What another attempt may mend.
_PASSING = (Unavailable, Exhausted, ConcurrencyError)


class CreationActivities:
    """Runs the steps; tells Temporal which failures are final."""

    def __init__(self, creation: Creation, refinement: Refinement) -> None:
        self._creation = creation
        self._refinement = refinement

    def all(self) -> list[Callable[..., Any]]:
        """The activities, for the worker."""
        earlier: list[Callable[..., Any]] = [self.choose_blueprint, self.propose_adaptation, self.record_app]
        return [self.draft_app, self.propose_refinement, self.record_refinement, *earlier]

    @activity.defn
    async def draft_app(self, app: NewApp) -> FromBlueprint:
        """Drafts and records the app, once."""
        try:
            drafted = await self._creation.make(_order(app))
        except Exception as error:
            raise failure(error) from error
        return FromBlueprint(drafted.blueprint_id, drafted.close)

    @activity.defn
    async def propose_refinement(self, attempt: Attempt) -> Proposal:
        """The model's text, with its faults."""
        order, drafted = _order(attempt.app), Drafted(attempt.blueprint, attempt.close)
        try:
            async with beating():
                generated = await self._refinement.propose(order, drafted, attempt.faults)
            faults = await self._refinement.faults(order, drafted, generated.text)
        except Exception as error:
            raise failure(error) from error
        return Proposal(generated.text, generated.revision, faults)

    @activity.defn
    async def record_refinement(self, finished: Finished) -> bool:
        """Appends the change, once; False when there is none."""
        drafted = Drafted(finished.blueprint, finished.close)
        generated = Generated(finished.text, finished.revision)
        try:
            return await self._refinement.record(_order(finished.app), drafted, generated, finished.repairs)
        except Exception as error:
            raise failure(error) from error

    # The three steps of workflows that began before apps were drafted without a model.

    @activity.defn
    async def choose_blueprint(self, app: NewApp) -> str:
        """The nearest blueprint's id."""
        return (await self._creation.choose(app.prompt)).blueprint_id

    @activity.defn
    async def propose_adaptation(self, attempt: Attempt) -> Proposal:
        """Nothing: the draft needs no model."""
        return Proposal("", "")

    @activity.defn
    async def record_app(self, finished: Finished) -> None:
        """Drafts and records the app, once."""
        await self.draft_app(finished.app)


def _order(app: NewApp) -> Order:
    return Order(**asdict(app))


def failure(error: Exception) -> Exception:
    """An error as Temporal is to take it: final, unless another attempt may mend it."""
    told: DomainError | None = as_domain_error(error)
    if told is None:
        return error
    return ApplicationError(told.message, type=told.reason, non_retryable=not isinstance(told, _PASSING))
