"""Commands, and faults among them: real servers and processes that are killed while clients go on, and what must hold.

`run_chaos(plan, folder)` does all of it; `make chaos` and the tests differ in the plan only.
"""

from madeleine_common.testing.chaos.run import ChaosPlan, ChaosReport, TooSlow, run_chaos

__all__ = ["ChaosPlan", "ChaosReport", "TooSlow", "run_chaos"]
