"""OR-Library files (Beasley 1990, doi 10.1057/jors.1990.166): assignment and generalised assignment."""

import time
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure
from matcher.assignment import Problem, solve

ASSIGN = {100: 305, 200: 475, 300: 626, 400: 804, 500: 991, 600: 1176, 700: 1362, 800: 1552}
SECONDS = 5.0
GAP_FILES = tuple(f"gap{number}" for number in range(1, 13))


def measure_library(folder: Path) -> list[Figure]:
    """For each file how far the answer is from the published optimum, or from its own bound."""
    figures = [_assign(path) for path in sorted(folder.glob("assign*.txt"))]
    for name in GAP_FILES:
        if (folder / f"{name}.txt").exists():
            figures.append(_generalised(folder / f"{name}.txt"))
    return figures


def _assign(path: Path) -> Figure:
    numbers = np.array(path.read_text().split(), dtype=np.float64)
    size = int(numbers[0])
    cost = numbers[1:].reshape(size, size)
    start = time.process_time()
    answer = solve(Problem(cost.max() + 1 - cost))
    ms = (time.process_time() - start) * 1e3
    total = float(cost[np.arange(size), answer.employee_of].sum())
    what = f"{path.stem}: {total:.0f}, published {ASSIGN[size]} ({ms:.2g} ms)"
    return Figure("f", what, abs(total - ASSIGN[size]), " away", 0)


def _generalised(path: Path) -> Figure:
    """Five problems a file, to be maximised; the worst distance from what HiGHS proves."""
    numbers = [int(number) for number in path.read_text().split()]
    count, at, worst, slowest = numbers[0], 1, 0, 0.0
    for _ in range(count):
        employees, contacts = numbers[at], numbers[at + 1]
        cells, at = employees * contacts, at + 2
        profit = np.array(numbers[at : at + cells], dtype=np.float64).reshape(employees, contacts).T
        load = np.array(numbers[at + cells : at + 2 * cells]).reshape(employees, contacts).T
        room = np.array(numbers[at + 2 * cells : at + 2 * cells + employees])
        at += 2 * cells + employees
        start = time.perf_counter()
        answer = solve(Problem(profit, capacity=room, load=load), deadline_s=SECONDS)
        slowest = max(slowest, time.perf_counter() - start)
        worst += answer.status != "optimal"
    return Figure("f", f"{path.stem}: problems of {count} not proved (slowest {slowest:.2g} s)", worst, "", 0)
