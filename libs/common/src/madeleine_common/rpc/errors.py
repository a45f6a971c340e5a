"""Between domain errors and gRPC statuses with google.rpc details."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from madeleine_common import errors
from madeleine_common.crypto.keyring import KeyDestroyed

_CODES: dict[type[errors.DomainError], grpc.StatusCode] = {
    errors.Invalid: grpc.StatusCode.INVALID_ARGUMENT,
    errors.Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    errors.Denied: grpc.StatusCode.PERMISSION_DENIED,
    errors.NotFound: grpc.StatusCode.NOT_FOUND,
    errors.Conflict: grpc.StatusCode.ALREADY_EXISTS,
    errors.FailedPrecondition: grpc.StatusCode.FAILED_PRECONDITION,
    errors.Exhausted: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.Unavailable: grpc.StatusCode.UNAVAILABLE,
    errors.Unsupported: grpc.StatusCode.UNIMPLEMENTED,
    errors.ConcurrencyError: grpc.StatusCode.ABORTED,
}
_ERRORS = {code: kind for kind, code in _CODES.items()}
_DOMAIN = "madeleine"


def _pack(detail: error_details_pb2.BadRequest | error_details_pb2.ErrorInfo) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(detail)
    return packed


def to_status(error: errors.DomainError) -> status_pb2.Status:
    """google.rpc.Status with ErrorInfo (reason) and, for bad fields, BadRequest."""
    code = next(code for kind, code in _CODES.items() if isinstance(error, kind))
    number: int = code.value[0]
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=_DOMAIN, metadata=error.metadata)
    details = [_pack(info)]
    if isinstance(error, errors.Invalid):
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.reason) for v in error.violations
        ]
        details.insert(0, _pack(error_details_pb2.BadRequest(field_violations=violations)))
    return status_pb2.Status(code=number, message=error.message, details=details)


def from_rpc_error(error: grpc.aio.AioRpcError) -> errors.DomainError:
    """The domain error that another service's status stands for; Unavailable for anything that is not the caller's."""
    kind = _ERRORS.get(error.code())
    message = error.details() or error.code().name
    if kind is None:
        return errors.Unavailable(message)
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    reason, violations = None, []
    for detail in status.details if status else ():
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            reason = info.reason
        elif detail.Unpack(bad):
            violations = [errors.FieldViolation(v.field, v.description) for v in bad.field_violations]
    if kind is errors.Invalid:
        return errors.Invalid(violations or [errors.FieldViolation("request", message)], reason=reason)
    return kind(message, reason=reason)


def as_domain_error(error: BaseException) -> errors.DomainError | None:
    """What to tell the caller of an exception; None when it is a fault of ours that they cannot use."""
    if isinstance(error, errors.DomainError):
        return error
    if isinstance(error, KeyDestroyed):
        return errors.FailedPrecondition("this person's data was erased", reason="ERASED")
    if isinstance(error, grpc.aio.AioRpcError):
        return from_rpc_error(error)
    return None
