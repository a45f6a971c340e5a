"""The mini-app service's command line."""

from madeleine_common.service import service_main
from madeleine_miniapp.bootstrap import bootstrap
from madeleine_miniapp.settings import MiniappSettings


def main() -> None:
    """Runs the roles named on the command line."""
    service_main("miniapp", MiniappSettings, bootstrap)


if __name__ == "__main__":
    main()
