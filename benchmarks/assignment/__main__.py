"""`python -m benchmarks.assignment`: every shape of the table. `--quick`: not the large ones; `--data`: files as well.

Processor time of one thread; all solvers of a row take turns on the same instances, so that they meet the same machine.
OR-tools has a process of its own, as it cannot be loaded beside HiGHS: see `by_ortools`. It is measured where it is
installed: `uv sync --all-extras --group benchmark`.
"""

import argparse
import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from pathlib import Path  # noqa: E402  # numpy reads the number of threads when it is loaded

from benchmarks.assignment.library import measure_library  # noqa: E402  # as above
from benchmarks.assignment.measure import measure  # noqa: E402  # as above
from benchmarks.assignment.portfolios import measure_portfolios  # noqa: E402  # as above
from benchmarks.figures import show  # noqa: E402  # as above


def main() -> None:
    """Measure and print; exit code 0 whether or not targets are met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assignment", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without 4000², the large transport and portfolios")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    parser.add_argument("--data", type=Path, help="folder of OR-Library files (assign100.txt, gap1.txt, ...)")
    options = parser.parse_args()
    figures = measure(quick=options.quick, only=options.only)
    if not options.quick:
        figures += measure_portfolios(only=options.only)
    if options.data:
        figures += measure_library(options.data)
    show(figures)


if __name__ == "__main__":
    main()
