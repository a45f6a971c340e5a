"""CEL's engine (cel-rust) behind the domain's port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import cel

from madeleine_miniapp.domain.expressions.checking import HELPER
from madeleine_miniapp.domain.expressions.functions import FUNCTIONS, OPERATORS

_HELPERS: dict[str, Callable[..., Any]] = {
    **{HELPER + name: function.compute for name, function in FUNCTIONS.items()},
    **{HELPER + name: compute for name, compute in OPERATORS.items()},
}


class CelEngine:
    """Evaluates expressions that the domain has checked and written; it must be given no others."""

    def evaluate(self, engine_text: str, values: Mapping[str, Any]) -> Any:
        """The value; None for what cannot be computed, since something is missing."""
        try:
            program, helpers = _program(engine_text)
            return program.execute({**helpers, **values})
        except (TypeError, ValueError, RuntimeError, OverflowError):
            # The checker knows the types: what is left is arithmetic or comparison over null.
            return None


@lru_cache(maxsize=4096)
def _program(engine_text: str) -> tuple[Any, dict[str, Callable[..., Any]]]:
    program = cel.compile(engine_text)
    # Only those that it calls: the engine takes every one of them over anew each time.
    return program, {name: _HELPERS[name] for name in program.functions() if name in _HELPERS}
