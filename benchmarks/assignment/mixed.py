"""Rounds of mixed channels: calls that take an employee whole or three slots, chats that take one, serving first.

`python -m benchmarks.assignment.mixed` prints, a family, how many of the seeds are proved and what is missing when a
decision's half second is over. `--only scarce` and `--seeds 3` keep it short.
"""

import argparse
import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import statistics  # noqa: E402  # numpy reads the number of threads when it is loaded
import time  # noqa: E402  # as above
from collections.abc import Iterator  # noqa: E402  # as above
from dataclasses import dataclass  # noqa: E402  # as above

import numpy as np  # noqa: E402  # as above

from benchmarks.assignment.instances import KINDS, low_rank, uniform  # noqa: E402  # as above
from matcher.assignment import Problem, solve, warm_up  # noqa: E402  # as above

PROOF_S, DECISION_S = 10.0, 0.5
CALL, ALL = 3, 0  # slots that a call takes; `ALL`: as many as the employee has


@dataclass(frozen=True, slots=True)
class Family:
    """How a kind of round is drawn."""

    contacts: int
    employees: int
    call: int = CALL
    slots: tuple[int, int] = (1, 4)
    value: str = "low rank"  # or uniform, urgent: what scores add to a contact wherever it goes
    allowed: float = 1.0  # share of the pairs
    steps: int = 0  # distinct values, where there are ties
    mails: bool = False  # a third channel that takes two slots
    serving_first: bool = True

    def problem(self, seed: int) -> tuple[Problem, float]:
        """The round, and what serving one more contact is worth at least."""
        rng = np.random.default_rng((seed, self.contacts, self.employees))
        score = (uniform if self.value == "uniform" else low_rank)(self.contacts, self.employees, seed)
        if self.value == "urgent":
            score = score + rng.random((self.contacts, 1)) ** 3 * 2
        if self.steps:
            score = np.round(score * self.steps) / self.steps
        capacity = rng.integers(self.slots[0], self.slots[1] + 1, self.employees)
        channel = rng.permutation(np.arange(self.contacts) % (3 if self.mails else 2))
        calls = np.full(self.employees, self.call) if self.call else capacity
        load = np.stack((np.ones_like(capacity), calls, np.full_like(capacity, 2)))[channel]
        eligible = self._eligible(rng) & (load <= capacity)
        low, high = score[eligible].min(), score[eligible].max()
        most = min(self.contacts, int(np.minimum(capacity, self.contacts).sum()))
        shift = 1.0 - low + (high - low) * most if self.serving_first else 0.0
        return Problem(score + shift, eligible=eligible, capacity=capacity, load=load), shift

    def _eligible(self, rng: np.random.Generator) -> np.ndarray:
        """Half of what is forbidden for skills that groups share, half at random."""
        share = self.allowed**0.5
        skill = rng.random((KINDS, self.employees)) < share
        skill_of = rng.integers(0, KINDS, self.contacts)
        allowed: np.ndarray = skill[skill_of] & (rng.random((self.contacts, self.employees)) < share)
        return allowed


FAMILIES = {
    "plain, not shifted": Family(200, 100, slots=(3, 3), serving_first=False),
    "calls take 3": Family(200, 100),
    "calls take all": Family(200, 100, call=ALL),
    "masked": Family(200, 100, allowed=0.3),
    "masked, all": Family(200, 100, call=ALL, allowed=0.1),
    "tied": Family(200, 100, steps=20),
    "urgent": Family(200, 100, value="urgent"),
    "uniform": Family(200, 100, value="uniform"),
    "mails as well": Family(200, 100, mails=True),
    "three slots": Family(200, 100, slots=(3, 3)),
    "small": Family(100, 50),
    "few employees": Family(200, 50),
    "scarce": Family(150, 30, call=ALL, value="urgent"),
    "scarce, masked": Family(150, 30, allowed=0.3),
    "large": Family(500, 200, value="urgent"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One round solved: proved or not, how long, and the gap in per cent of the scores (not of the shift)."""

    status: str
    took_s: float
    cpu_s: float
    gap: float


def solved(problem: Problem, shift: float, seconds: float) -> Outcome:
    """The round within these seconds."""
    began, cpu = time.perf_counter(), time.process_time()
    answer = solve(problem, deadline_s=seconds)
    took_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    score = answer.value - shift * int((answer.employee_of >= 0).sum())
    return Outcome(answer.status, took_s, cpu_s, 100 * (answer.bound - answer.value) / max(score, 1e-9))


def outcomes(family: Family, seeds: int, seconds: float) -> Iterator[Outcome]:
    """One a seed."""
    for seed in range(seeds):
        yield solved(*family.problem(seed), seconds)


def main() -> None:
    """Print a line a family."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assignment.mixed", description=__doc__)
    parser.add_argument("--only", default="", help="families whose name contains this")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=PROOF_S, help="to prove in; 0: only the half second")
    options = parser.parse_args()
    warm_up()
    proof = f"{'proved':>9}{'CPU s: median':>15}{'most':>7}" if options.seconds else ""
    print(f"{'family':<20}{'size':>10}{proof}{'gap % in ½ s: median':>22}{'most':>9}")
    for name, family in FAMILIES.items():
        if options.only not in name:
            continue
        size = f"{family.contacts}×{family.employees}"
        within = [one.gap for one in outcomes(family, options.seeds, DECISION_S)]
        line = f"{name:<20}{size:>10}"
        if options.seconds:
            longer = list(outcomes(family, options.seeds, options.seconds))
            proved, spent = sum(one.status == "optimal" for one in longer), [one.cpu_s for one in longer]
            line += f"{proved:>5} / {len(longer)}{statistics.median(spent):>15.2f}{max(spent):>7.2f}"
        print(f"{line}{statistics.median(within):>22.4f}{max(within):>9.4f}", flush=True)


if __name__ == "__main__":
    main()
