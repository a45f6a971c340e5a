"""The command line of spark."""

from __future__ import annotations

from madeleine_common.service import service_main
from madeleine_common.settings import Settings
from madeleine_spark.bootstrap import bootstrap


def main() -> None:
    """Runs the roles named on the command line."""
    service_main("spark", Settings, bootstrap)


if __name__ == "__main__":
    main()
