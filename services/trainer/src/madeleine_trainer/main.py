"""`python -m madeleine_trainer.main ROLE...`."""

from __future__ import annotations

from madeleine_common.service import service_main
from madeleine_trainer.bootstrap import bootstrap
from madeleine_trainer.settings import TrainerSettings


def main() -> None:
    """Runs the roles given on the command line."""
    service_main("trainer", TrainerSettings, bootstrap)


if __name__ == "__main__":
    main()
