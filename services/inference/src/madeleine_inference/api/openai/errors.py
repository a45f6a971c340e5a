"""Errors as OpenAI's clients understand them: an HTTP status and {"error": {message, type, param, code}}."""

from __future__ import annotations

import logging
import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from madeleine_common import errors
from madeleine_common.db import transient
from madeleine_common.rpc.errors import as_domain_error

log = logging.getLogger(__name__)

# Their clients try 408, 409, 429 and 5xx again by themselves: what can never succeed gets none of these.
_STATUSES: dict[type[errors.DomainError], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Denied: 403,
    errors.NotFound: 404,
    errors.FailedPrecondition: 400,
    errors.Exhausted: 429,
    errors.Unavailable: 503,
    errors.Unsupported: 400,
}
_CODES = {"ALIAS_UNKNOWN": "model_not_found", "REVISION_UNKNOWN": "model_not_found"}
_RETRY_AFTER_S = 1
# Where a field of our contract has another name in theirs; the first that fits.
_PARAMS = (
    (re.compile(r"^chat\.(messages.*)"), r"\1"),
    (re.compile(r"^chat$"), "messages"),
    (re.compile(r"^sampling\.json_schema$"), "response_format.json_schema.schema"),
    (re.compile(r"^sampling\.(.*)"), r"\1"),
    (re.compile(r"^person_id$"), "user"),
)


def error_response(error: Exception) -> JSONResponse:
    """What to answer; an exception that is nobody's business is logged."""
    status, body = told(error)
    headers = {"retry-after": str(_RETRY_AFTER_S)} if status in (429, 503) else {}
    return JSONResponse(body, status, headers)


def told(error: Exception) -> tuple[int, dict[str, Any]]:
    """The status and the body."""
    if isinstance(error, HTTPException):
        return error.status_code, _body(error.detail, error.status_code)
    known = as_domain_error(error)
    if known is None and transient(error):
        log.warning("%s", error or type(error).__name__)
        known = errors.Unavailable("the service is not ready to do this now; try again")
    if known is None:
        log.error("a request failed", exc_info=error)
        return 500, _body("something went wrong on our side; it is logged", 500)
    status = next((status for kind, status in _STATUSES.items() if isinstance(known, kind)), 500)
    if isinstance(known, errors.Invalid):
        violations = [(_param(one.field), one.reason) for one in known.violations]
        message = "; ".join(f"{param}: {reason}" for param, reason in violations)
        return status, _body(message, status, violations[0][0])
    code = _CODES.get(known.reason, known.reason.lower())
    param = "model" if code == "model_not_found" else known.metadata.get("param")
    return status, _body(known.message, status, param, code)


def _body(message: str, status: int, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    kind = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}.get(status)
    if kind is None:
        kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def _param(field: str) -> str:
    for pattern, theirs in _PARAMS:
        if pattern.match(field):
            return pattern.sub(theirs, field)
    return field
