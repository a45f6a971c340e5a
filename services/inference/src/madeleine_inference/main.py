"""The command line of inference."""

from __future__ import annotations

import os


def main() -> None:
    """Runs the roles named on the command line."""
    # OpenMP reads this once, when torch is loaded: threads that spin between steps take other services' cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from madeleine_common.service import service_main
    from madeleine_inference.bootstrap import bootstrap
    from madeleine_inference.settings import InferenceSettings

    service_main("inference", InferenceSettings, bootstrap)


if __name__ == "__main__":
    main()
