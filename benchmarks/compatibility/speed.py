"""How long it takes to learn from 100,000 outcomes and to score 1,000 × 1,000 pairs, on one core.

    python -m benchmarks.compatibility.speed

The yardstick of scoring is filling the matrix once with a number, in the same memory and precision.
"""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import resource  # noqa: E402  # numpy reads the number of threads when it is loaded
import sys  # noqa: E402  # as above
import time  # noqa: E402  # as above
from collections.abc import Callable, Iterator  # noqa: E402  # as above

import numpy as np  # noqa: E402  # as above

from benchmarks.compatibility import worlds  # noqa: E402  # as above
from benchmarks.compatibility.figures import Reached, show  # noqa: E402  # as above
from matcher.compatibility import PairClassifier  # noqa: E402  # as above

OUTCOMES, CUSTOMERS, EMPLOYEES = 100_000, 20_000, 200
SIDE = 1_000
REPEATS = 50
GIB = 2**20  # of KiB


def main() -> None:
    """Print; exit code 0 whether or not targets are met: a busy machine is no fault of the code."""
    worlds.CUSTOMERS, worlds.EMPLOYEES = CUSTOMERS, EMPLOYEES
    show("Speed", figures())
    sys.exit(0)


def figures() -> Iterator[Reached]:
    """Processor seconds, the most memory held, and scoring over filling."""
    data = worlds.world(OUTCOMES, seed=0).data
    start = time.process_time()
    classifier = PairClassifier(data.framework).fit(data.customers, data.employees, data.outcomes)
    yield Reached(f"{OUTCOMES:,} outcomes × {EMPLOYEES} employees: s", time.process_time() - start, at_most=60)
    yield Reached("most memory: GiB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIB, at_most=4)
    scorer = classifier.scorer_
    contacts = scorer.contact_half(data.customers.take(np.arange(SIDE)))
    employees = scorer.employee_half(data.employees.take(np.arange(SIDE) % EMPLOYEES))
    table = np.empty((SIDE, SIDE), dtype=np.float32)
    scored, filled = _least(lambda: scorer.logits(contacts, employees, out=table), lambda: np.ndarray.fill(table, 0.5))
    yield Reached(f"{SIDE:,} × {SIDE:,} scored: ms", 1e3 * scored)
    yield Reached("  the matrix filled: ms", 1e3 * filled)
    yield Reached("  times filling", scored / filled, at_most=2.5)
    yield Reached("  with probabilities: ms", 1e3 * _least(lambda: scorer.probability(contacts, employees))[0])


def _least(*jobs: Callable[[], object]) -> list[float]:
    """Least processor time of each, taking turns, so that all meet the same machine."""
    least = [np.inf] * len(jobs)
    for _ in range(REPEATS):
        for place, job in enumerate(jobs):
            start = time.process_time()
            job()
            least[place] = min(least[place], time.process_time() - start)
    return least


if __name__ == "__main__":
    main()
