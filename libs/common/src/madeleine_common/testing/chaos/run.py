"""One run: servers up, clients and faults at once, then quiet, then the checks."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from madeleine_common.bus.streams import connect
from madeleine_common.db import create_pool
from madeleine_common.testing.chaos.checks import Findings, check
from madeleine_common.testing.chaos.clients import Client, Gate, Tally
from madeleine_common.testing.chaos.cluster import Cluster, open_cluster
from madeleine_common.testing.chaos.effects import FileKeys
from madeleine_common.testing.chaos.strikes import Fault, Record, Striker, drained, plan_strikes

TAKEOVER_MOST_S = 10.0


class TooSlow(Exception):
    """The run was not done in time; says where it stood."""


@dataclass(frozen=True, slots=True)
class ChaosPlan:
    """What is done: each kind of fault `times` times, among `commands` from `clients`; `seed` decides the rest."""

    commands: int
    seed: int
    times: int
    clients: int = 8
    within_s: float = 900.0
    drain_s: float = 120.0


@dataclass(slots=True)
class ChaosReport:
    """What came of it; `wrong` says in words what must not be, and is empty when all held."""

    plan: ChaosPlan
    tally: Tally
    record: Record
    findings: Findings
    seconds: float
    wrong: list[str] = field(default_factory=list[str])

    def figures(self) -> dict[str, object]:
        """As one flat line of JSON."""
        findings, record = self.findings, self.record
        return {
            "commands": self.tally.done,
            "events": sum(len(command.texts) for command in self.tally.acknowledged),
            "lost": findings.lost,
            "duplicated": findings.duplicated,
            "out_of_order": findings.out_of_order,
            "verify": findings.verify,
            **{f"{fault.replace(' ', '_')}": len(seconds) for fault, seconds in record.seconds.items()},
            "relay_takeover_s": round(max(record.takeovers, default=0.0), 2),
            "attempts_failed": self.tally.failures.total(),
            "retries_told_repeated": self.tally.repeated,
            "repeats_wrong": len(self.tally.repeats_wrong),
            "reactions_repeated": findings.repeated_reactions,
            "wrong": len(self.wrong),
            "seconds": round(self.seconds, 1),
            "seed": self.plan.seed,
        }


# Told how many commands are acknowledged, and what is being done to the house.
Progress = Callable[[int, str], None]


async def run_chaos(
    plan: ChaosPlan, progress: Progress = lambda done, now: None, logs: Path | None = None
) -> ChaosReport:
    """Runs a plan on servers of its own; raises TooSlow, or what the harness itself failed on.

    `logs`: a folder that gets the log of every process.
    """
    began = time.monotonic()
    tally = Tally(plan.commands)
    stage = ["servers start"]

    def now(what: str) -> None:
        stage.append(what)
        progress(tally.done, what)

    # PostgreSQL may run as another account, which must be able to reach its folder.
    with tempfile.TemporaryDirectory(prefix="madeleine-chaos-") as folder:
        try:
            async with asyncio.timeout(plan.within_s), open_cluster(Path(folder)) as cluster:
                record = await _clients_and_faults(plan, cluster, tally, now)
                now("waiting until all is taken in")
                left = await drained(cluster, plan.drain_s)
                now("checking")
                findings = await check(cluster, tally.acknowledged)
        except TimeoutError as error:
            raise TooSlow(
                f"not done within {plan.within_s:g} s: {tally.done} of {plan.commands} commands, at: {stage[-1]}"
                f" (seed {plan.seed})"
            ) from error
        finally:
            if logs is not None:
                _keep(Path(folder), logs)
    wrong = [*findings.wrong, *record.failed]
    if left:
        wrong.append(f"after {plan.drain_s:g} s: {left}")
    if tally.repeats_wrong:
        wrong.append(f"repeats of {tally.repeats_wrong[:3]} were not told what was done before")
    if max(record.takeovers, default=0.0) > TAKEOVER_MOST_S:
        wrong.append(f"a relay took over after {max(record.takeovers):.1f} s")
    return ChaosReport(plan, tally, record, findings, time.monotonic() - began, wrong)


def _keep(folder: Path, logs: Path) -> None:
    logs.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        shutil.copy(log, logs)


async def _clients_and_faults(plan: ChaosPlan, cluster: Cluster, tally: Tally, now: Callable[[str], None]) -> Record:
    dice, gate, keys = random.Random(plan.seed), Gate(), FileKeys(cluster.key_file)  # noqa: S311
    pool = await create_pool(cluster.database_url, plan.clients)
    bus = await connect(cluster.nats_url, "chaos clients")
    striker = Striker(cluster, dice, tally, gate, now)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(striker.run(plan_strikes(dice, plan.times)))
            for number in range(plan.clients):
                client = Client(number, plan.seed, pool, bus, keys, tally)
                tasks.create_task(client.run(range(number, plan.commands, plan.clients), gate))
    finally:
        await bus.close()
        pool.terminate()
    return striker.record


__all__ = ["ChaosPlan", "ChaosReport", "Fault", "TooSlow", "run_chaos"]
