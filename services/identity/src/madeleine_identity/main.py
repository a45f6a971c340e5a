"""The command line of identity."""

from __future__ import annotations

from madeleine_common.service import service_main
from madeleine_identity.bootstrap import bootstrap, own_keys
from madeleine_identity.settings import IdentitySettings


def main() -> None:
    """Runs the roles named on the command line."""
    service_main("identity", IdentitySettings, bootstrap, own_keys(IdentitySettings))


if __name__ == "__main__":
    main()
