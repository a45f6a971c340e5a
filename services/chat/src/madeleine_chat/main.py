"""The chat service's command line."""

from __future__ import annotations

from madeleine_chat.bootstrap import bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.service import service_main


def main() -> None:
    """Runs roles, or `migrate`."""
    service_main("chat", ChatSettings, bootstrap)


if __name__ == "__main__":
    main()
