"""SparkService: cards for the caller."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date

import grpc

from madeleine.spark.v1 import spark_pb2 as pb
from madeleine.spark.v1.spark_pb2_grpc import SparkServiceServicer
from madeleine_common.auth import require_person
from madeleine_common.commands import command_key
from madeleine_common.errors import NotFound
from madeleine_common.rpc.checks import Checks
from madeleine_spark.application.cards import Cards
from madeleine_spark.application.ports import Operations
from madeleine_spark.projections.cards import CardList

_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_COMMENT = 1000


class SparkApi(SparkServiceServicer):
    """Requests to commands, states to responses."""

    def __init__(self, cards: Cards, card_list: CardList, operations: Operations) -> None:
        self._cards = cards
        self._list = card_list
        self._operations = operations

    async def MakeSpark(self, request: pb.MakeSparkRequest, context: grpc.aio.ServicerContext) -> pb.MakeSparkResponse:
        """Starts to make a card. Person and day name the operation, so that any repeat finds it."""
        caller = require_person()
        checks = Checks()
        if request.day and not _is_day(request.day):
            checks.bad("day", "must be a date as YYYY-MM-DD")
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        return pb.MakeSparkResponse(operation=await self._cards.make(caller, request.day))

    async def WatchSparkOperation(
        self, request: pb.WatchSparkOperationRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.WatchSparkOperationResponse]:
        """Streams the making of one of the caller's cards."""
        caller = require_person()
        if not request.operation_id.startswith(f"spark-{caller.person_id}-"):
            raise NotFound("there is no such operation")
        async for operation in self._operations.watch(request.operation_id):
            yield pb.WatchSparkOperationResponse(operation=operation)

    async def GetSpark(self, request: pb.GetSparkRequest, context: grpc.aio.ServicerContext) -> pb.GetSparkResponse:
        """One of the caller's cards."""
        caller = require_person()
        checks = Checks()
        checks.id("spark_id", request.spark_id)
        checks.done()
        return pb.GetSparkResponse(card=await self._cards.get(caller, request.spark_id))

    async def ListSparks(
        self, request: pb.ListSparksRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListSparksResponse:
        """The caller's cards, latest first."""
        caller = require_person()
        checks = Checks()
        size = checks.page_size(request.page_size)
        checks.done()
        cards, token = await self._list.page(caller.person_id, size, request.page_token)
        return pb.ListSparksResponse(cards=cards, next_page_token=token)

    async def RateSpark(self, request: pb.RateSparkRequest, context: grpc.aio.ServicerContext) -> pb.RateSparkResponse:
        """Says whether a card was welcome."""
        caller = require_person()
        checks = Checks()
        checks.id("spark_id", request.spark_id)
        checks.one_of("rating", request.rating, (pb.SPARK_RATING_KEPT, pb.SPARK_RATING_DISMISSED))
        checks.text("comment", request.comment, least=0, most=_COMMENT)
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        key = command_key(caller, request.idempotency_key, request)
        card = await self._cards.rate(caller, request.spark_id, request.rating, request.comment, key)
        return pb.RateSparkResponse(card=card)

    async def SetSparkSchedule(
        self, request: pb.SetSparkScheduleRequest, context: grpc.aio.ServicerContext
    ) -> pb.SetSparkScheduleResponse:
        """Says at what local time cards come."""
        caller = require_person()
        checks = Checks()
        if request.enabled and not _TIME_OF_DAY.fullmatch(request.time_of_day):
            checks.bad("time_of_day", 'must be a local time of day as "HH:MM"')
        checks.idempotency_key(request.idempotency_key)
        checks.done()
        key = command_key(caller, request.idempotency_key, request)
        await self._cards.schedule(caller, request.enabled, request.time_of_day, key)
        return pb.SetSparkScheduleResponse()


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
