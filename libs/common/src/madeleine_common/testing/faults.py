"""Assertions on refused calls."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status


class Refusal:
    """What a refused call said: code, message, reason and the bad fields by path."""

    code: grpc.StatusCode
    message: str
    reason: str
    fields: dict[str, str]

    def read(self, error: grpc.aio.AioRpcError) -> None:
        """Takes the status and its details apart."""
        self.code = error.code()
        self.message = error.details() or ""
        self.reason, self.fields = "", {}
        status = rpc_status.from_call(error)  # type: ignore[arg-type]
        for detail in status.details if status else ():
            info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
            if detail.Unpack(info):
                self.reason = info.reason
            elif detail.Unpack(bad):
                self.fields = {v.field: v.description for v in bad.field_violations}


@asynccontextmanager
async def refused(code: grpc.StatusCode, *, field: str = "", reason: str = "") -> AsyncGenerator[Refusal, None]:
    """The calls within must be refused with this status (and name this field or reason)."""
    refusal = Refusal()
    try:
        yield refusal
    except grpc.aio.AioRpcError as error:
        refusal.read(error)
    else:
        raise AssertionError(f"expected {code.name}, but the call succeeded")
    assert refusal.code is code, f"expected {code.name}, got {refusal.code.name}: {refusal.message}"
    assert not field or field in refusal.fields, f"expected a violation of {field}, got {refusal.fields}"
    assert not reason or refusal.reason == reason, f"expected reason {reason}, got {refusal.reason}"
