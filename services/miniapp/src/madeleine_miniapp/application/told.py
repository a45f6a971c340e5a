"""Domain refusals as errors that callers are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from madeleine_common.errors import ConcurrencyError, Denied, FailedPrecondition, FieldViolation, Invalid, NotFound
from madeleine_miniapp.domain.errors import Bad, Missing, NotAllowed, NotNow, NotOwner, Overtaken


@contextmanager
def told() -> Iterator[None]:
    """Raises the house's error for each refusal of the domain."""
    try:
        yield
    except Bad as error:
        raise Invalid([FieldViolation(v.field, v.reason) for v in error.violations]) from error
    except Missing as error:
        raise NotFound(str(error)) from error
    except NotOwner as error:
        raise Denied(str(error), reason="NOT_OWNER") from error
    except NotAllowed as error:
        raise Denied(str(error), reason="ROLE") from error
    except Overtaken as error:
        raise ConcurrencyError(str(error), reason="APP_CHANGED") from error
    except NotNow as error:
        raise FailedPrecondition(str(error)) from error
