"""One contact into a solved round, why a contact cannot be served, and a portfolio: beside what they must beat."""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.assignment.portfolios import measure_portfolios
from benchmarks.figures import Figure, show
from benchmarks.processor_time import spread
from matcher.assignment import Problem, solve
from matcher.assignment.bottleneck import bottleneck, cheapest_fix
from matcher.assignment.incremental import Solved
from matcher.assignment.warm_up import warm_up

PART = "assignment"
SIZE = 1_000
NEWCOMERS = 60
ONE_CONTACT_SEEDS = range(200, 215)
MANY, STAFF = 100_000, 1_000
SLOWER = 1 / 200  # of solving anew: the most that one contact may take


def measure() -> list[Figure]:
    """All lines: seconds, and multiples of solving anew."""
    return [*one_contact(), *bottlenecks(), *measure_portfolios()]


def one_contact() -> list[Figure]:
    """A contact into (and out of) a solved 1,000 × 1,000, by two kinds of values: the median over several such rounds.

    Instances differ by half and more, so one alone says little; nothing was chosen on these seeds. Processor time, less
    that of the clock. Solving anew is Klik's own quickest way, from nothing; the other line: scipy for the same.
    """
    warm_up()
    figures = []
    for kind in ("low rank", "uniform"):
        found = [_one_contact(kind, seed) for seed in ONE_CONTACT_SEEDS]
        ins = [one.into_s / one.anew_s for one in found]
        reached = sum(ratio <= SLOWER for ratio in ins)
        micro_s = 1e6 * statistics.median(one.into_s for one in found)
        what = (
            f"one contact into a solved {SIZE:,}², {kind} ({micro_s:.0f} µs; {reached} of {len(ins)} rounds reach it)"
        )
        read = statistics.median(one.read_s / one.anew_s for one in found)
        limit_is = "a read of the matrix, which a certificate costs"
        figures.append(Figure(PART, what, statistics.median(ins), "× anew", SLOWER, read, limit_is, spread(ins)))
        by_scipy = [one.into_s / one.scipy_s for one in found]
        what = f"one contact into a solved {SIZE:,}², {kind}, beside scipy anew"
        figures.append(Figure(PART, what, statistics.median(by_scipy), "× scipy", None, spread=spread(by_scipy)))
        outs = [one.out_s / one.anew_s for one in found]
        what = f"one contact out of it, {kind} ({1e6 * statistics.median(one.out_s for one in found):.0f} µs)"
        figures.append(Figure(PART, what, statistics.median(outs), "× anew", None, None, "", spread(outs)))
    return figures


class _OneContact(NamedTuple):
    """Of one round, in seconds of a processor: medians over the newcomers, and what solving it anew takes."""

    into_s: float
    out_s: float
    anew_s: float
    scipy_s: float
    read_s: float


def _one_contact(kind: str, seed: int) -> _OneContact:
    value = _values(kind, SIZE + NEWCOMERS + 1, SIZE, seed)
    problem = Problem(value[:SIZE])
    anew_s = statistics.median(_seconds(lambda: solve(problem)) for _ in range(5))
    scipy_s = _seconds(lambda: linear_sum_assignment(value[:SIZE], maximize=True))
    solved = Solved(problem, is_compiled=True)
    solved.remove_contact(solved.add_contact(value[SIZE]))
    ins, outs, clock = [], [], _seconds_of_the_clock()
    for row in value[SIZE + 1 :]:
        began = time.process_time()
        contact = solved.add_contact(row)
        middle = time.process_time()
        solved.remove_contact(contact)
        ins.append(middle - began - clock)
        outs.append(time.process_time() - middle - clock)
    read_s = _seconds(value[:SIZE].sum)
    return _OneContact(statistics.median(ins), statistics.median(outs), anew_s, scipy_s, read_s)


def bottlenecks() -> list[Figure]:
    """Why one of 100,000 contacts cannot be served, given pair by pair and as a matrix of few demands."""
    rng = np.random.default_rng(0)
    rows = np.repeat(np.arange(MANY), 10)
    columns = (rng.integers(0, 100, rows.size) + 100 * np.tile(np.arange(10), MANY)) % STAFF
    short = np.full(STAFF, MANY // STAFF - 5)
    sparse = Problem.sparse(rows, columns, np.ones(rows.size), (MANY, STAFF), capacity=short)
    demands = rng.random((200, STAFF)) < 0.2
    dense = Problem(np.where(demands, 1.0, -np.inf)[rng.integers(0, 200, MANY)], capacity=short)
    figures = []
    for name, problem in ((f"{rows.size:,} pairs", sparse), ("a matrix of 200 demands", dense)):
        for what, ask in (("bottleneck", bottleneck), ("cheapest fix", cheapest_fix)):
            seconds = [_seconds(lambda: ask(problem, int(i))) for i in rng.integers(0, MANY, 5)]  # noqa: B023  # at once
            figures.append(
                Figure(PART, f"{what} at {MANY:,} contacts, {name}", statistics.median(seconds), " s", 1.0,
                       spread=spread(seconds))
            )  # fmt: skip
    return figures


def _values(kind: str, contacts: int, employees: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if kind == "uniform":
        return rng.random((contacts, employees))
    shares = rng.dirichlet(np.full(8, 0.6), contacts) @ rng.random((8, 8))
    return shares @ rng.dirichlet(np.full(8, 0.6), employees).T


def _seconds_of_the_clock() -> float:
    """What reading the clock takes: a fiftieth of what is measured here."""
    began = time.process_time()
    for _ in range(1_000):
        time.process_time()
    return (time.process_time() - began) / 1_000


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    show(measure())
