"""The memory service's command line."""

from __future__ import annotations

from madeleine_common.service import service_main
from madeleine_memory.bootstrap import bootstrap
from madeleine_memory.settings import MemorySettings


def main() -> None:
    """Runs the roles named on the command line."""
    service_main("memory", MemorySettings, bootstrap)


if __name__ == "__main__":
    main()
