"""Long work, shown while it is under way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from madeleine.common.v1.operation_pb2 import Operation
from madeleine_cli.demo.screen import Screen


class Update(Protocol):
    """An answer of a Watch RPC."""

    @property
    def operation(self) -> Operation:
        """How far it has come."""
        ...


async def followed(screen: Screen, title: str, updates: AsyncIterator[Update], started: Operation) -> Operation:
    """Draws a lane with the work's progress until it ends; how it ended."""
    operation = started
    with screen.lane(title, progress=0.0) as lane:
        async for update in updates:
            operation = update.operation
            lane.progress, lane.text = operation.progress, operation.step
    return operation
