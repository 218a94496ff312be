"""How long it takes to learn from 100,000 outcomes and to score 1,000 × 1,000 pairs, on one core.

    python -m benchmarks.compatibility.speed

The yardstick of scoring is filling the matrix once with a number, in the same memory and precision. Both are measured
where the processor has the matrix at hand (the same one over and over), where it has not (a ring of matrices larger
than its caches, as a round meets it that did other work before), and in pages never touched. At hand it is arithmetic
that takes the time, not memory: the product has 2 columns for main effects and one for each rank of W, 9 in all where 8
value systems count, so 8 operations a pair. A core that does 16 of them at a time, once a cycle, needs twice as long
for them as for filling memory that it has at hand.
"""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import mmap  # noqa: E402  # after the number of threads, as all that follow
import resource  # noqa: E402  # numpy reads the number of threads when it is loaded
import sys  # noqa: E402  # as above
import time  # noqa: E402  # as above
from collections.abc import Callable, Iterator  # noqa: E402  # as above

import numpy as np  # noqa: E402  # as above

from benchmarks.compatibility import worlds  # noqa: E402  # as above
from benchmarks.compatibility.figures import Reached, show  # noqa: E402  # as above
from matcher.compatibility import PairClassifier  # noqa: E402  # as above
from matcher.compatibility.thin_product import warm_up  # noqa: E402  # as above

OUTCOMES, CUSTOMERS, EMPLOYEES = 100_000, 20_000, 200
SIDE = 1_000
REPEATS = 200
AT_HAND, OUT_OF_CACHE, UNTOUCHED = "memory at hand", "memory out of cache", "pages untouched"
MEMORY = {AT_HAND: 1, OUT_OF_CACHE: 50, UNTOUCHED: 0}  # matrices in the ring; none: fresh pages each time
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
    yield Reached("columns of the product", contacts.rows.shape[1])
    warm_up()
    for name, matrices in MEMORY.items():
        ring = [np.full((SIDE, SIDE), 1.0, dtype=np.float32) for _ in range(matrices)]  # touched, all of it
        scored, multiplied, filled = _least_of(
            ring,
            lambda table: scorer.logits(contacts, employees, out=table),
            lambda table: np.matmul(contacts.rows, employees.columns, out=table),
            lambda table: table.fill(0.5),
        )
        yield Reached(f"{SIDE:,} × {SIDE:,} scored, {name}: ms", 1e3 * scored)
        yield Reached("  by numpy's product: ms", 1e3 * multiplied)
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


def _least_of(ring: list[np.ndarray], *jobs: Callable[[np.ndarray], object]) -> list[float]:
    """Least processor time of each over the matrices of the ring, or over fresh pages where the ring is empty."""
    least = [np.inf] * len(jobs)
    for place, job in enumerate(jobs):
        for turn in range(REPEATS):
            table = ring[turn % len(ring)] if ring else _fresh()
            start = time.process_time()
            job(table)
            least[place] = min(least[place], time.process_time() - start)
    return least


def _fresh() -> np.ndarray:
    """A matrix in pages that the kernel has still to give."""
    return np.frombuffer(mmap.mmap(-1, 4 * SIDE * SIDE), dtype=np.float32).reshape(SIDE, SIDE)


if __name__ == "__main__":
    main()
