"""How `madeleine adapters` reaches inference, and how it ends when that refuses or is away."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from typing import TypeVar

import grpc.aio
import typer

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine.inference.v1.adapters_pb2_grpc import AdapterServiceStub
from madeleine_cli.context import Context
from madeleine_cli.datadir import DataDir
from madeleine_cli.events.connections import NotRunning
from madeleine_cli.events_options import NOT_RUNNING, failed
from madeleine_common.adapter_store import StoreUrl
from madeleine_common.auth import ServiceTokens
from madeleine_common.errors import DomainError, Invalid, Unavailable
from madeleine_common.ids import new_id
from madeleine_common.rpc.client import Caller, channel
from madeleine_common.rpc.errors import from_rpc_error
from madeleine_common.settings import Settings

T = TypeVar("T")
_QUICK_S = 10.0
# Loading a revision on every replica and scoring the probes.
_PUBLISH_S = 120.0
_PAGE = 200


class AdapterSettings(Settings):
    """What reaches inference and the adapter store, from variables with the prefix MADELEINE_."""

    trainer_adapter_store: StoreUrl = ""


def settings_of(data: DataDir) -> AdapterSettings:
    """MADELEINE_ variables, else what `up` wrote; raises NotRunning."""
    # The later file wins: the store is told to the trainer, the key is our own.
    files = [data.env / "trainer.env", data.env / "cli.env"]
    if files[-1].exists():
        return AdapterSettings(_env_file=files)  # pyright: ignore[reportCallIssue] (pydantic-settings takes it)
    if "MADELEINE_INFERENCE_ADDRESS" not in os.environ:
        raise NotRunning(f"nothing was ever started on {data.root}; `madeleine up` does")
    return AdapterSettings()


class Adapters:
    """AdapterService as the operator calls it; every method raises grpc.aio.AioRpcError."""

    def __init__(self, opened: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = AdapterServiceStub(opened)
        self._caller = caller

    async def revisions(self) -> list[pb.Revision]:
        """All of them, the newest first."""
        found: list[pb.Revision] = []
        request = pb.ListRevisionsRequest(page_size=_PAGE)
        while True:
            reply = await self._stub.ListRevisions(request, metadata=self._caller.metadata(), timeout=_QUICK_S)
            found += reply.revisions
            if not reply.next_page_token:
                return found
            request.page_token = reply.next_page_token

    async def aliases(self) -> pb.ListAliasesResponse:
        """What is served now."""
        request = pb.ListAliasesRequest()
        return await self._stub.ListAliases(request, metadata=self._caller.metadata(), timeout=_QUICK_S)

    async def publish(self, name: str, uri: str, probes: Sequence[pb.Probe]) -> pb.PublishAdapterResponse:
        """Loads and proves a revision on every replica."""
        request = pb.PublishAdapterRequest(name=name, uri=uri, probes=probes, idempotency_key=new_id())
        return await self._stub.PublishAdapter(request, metadata=self._caller.metadata(), timeout=_PUBLISH_S)

    async def point(self, alias: str, targets: Sequence[pb.WeightedRevision]) -> pb.Alias:
        """Flips an alias."""
        request = pb.SetAliasRequest(alias=alias, targets=targets, idempotency_key=new_id())
        reply = await self._stub.SetAlias(request, metadata=self._caller.metadata(), timeout=_PUBLISH_S)
        return reply.alias

    async def roll_back(self, alias: str) -> pb.Alias:
        """Flips an alias back."""
        request = pb.RollbackAliasRequest(alias=alias, idempotency_key=new_id())
        reply = await self._stub.RollbackAlias(request, metadata=self._caller.metadata(), timeout=_PUBLISH_S)
        return reply.alias

    async def pin(self, revision: str, *, pinned: bool) -> pb.Revision:
        """Keeps a revision in memory, or lets it go."""
        request = pb.PinRevisionRequest(revision=revision, pinned=pinned, idempotency_key=new_id())
        reply = await self._stub.PinRevision(request, metadata=self._caller.metadata(), timeout=_QUICK_S)
        return reply.revision

    async def unload(self, revision: str) -> None:
        """Takes a revision out of serving; its files stay."""
        request = pb.UnloadRevisionRequest(revision=revision, idempotency_key=new_id())
        await self._stub.UnloadRevision(request, metadata=self._caller.metadata(), timeout=_QUICK_S)


def ask(context: Context, question: Callable[[Adapters], Coroutine[None, None, T]]) -> T:
    """Asks inference as the service `cli`; ends with status 3 when it is away, with 1 and its reason if it refuses."""
    try:
        return asyncio.run(_asked(settings_of(context.data), question))
    except NotRunning as error:
        raise not_running(context, error) from error
    except Invalid as error:
        raise failed(context, error) from error
    except DomainError as error:
        raise failed(context, f"{error.message} ({error.reason})") from error


def not_running(context: Context, reason: NotRunning) -> typer.Exit:
    """Says why a command ends with status 3."""
    context.console.print(f"[red]Madeleine is not running[/], or not all of it: {reason}.", soft_wrap=True)
    return typer.Exit(NOT_RUNNING)


async def _asked(settings: AdapterSettings, question: Callable[[Adapters], Coroutine[None, None, T]]) -> T:
    if not settings.service_key_file.exists():
        raise NotRunning(
            f"MADELEINE_SERVICE_KEY_FILE: there is no {settings.service_key_file}; inference answers services only"
        )
    async with channel(settings.inference_address) as opened:
        try:
            return await question(Adapters(opened, Caller(ServiceTokens("cli", settings.service_key_file))))
        except grpc.aio.AioRpcError as error:
            told = from_rpc_error(error)
            # Inference gives a reason of its own for what it cannot do now; a bare one comes from the connection.
            if isinstance(told, Unavailable) and told.reason == Unavailable.reason:
                raise NotRunning(
                    f"inference at {settings.inference_address} does not answer: {told.message}"
                ) from error
            raise told from error
