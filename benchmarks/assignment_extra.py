"""One contact into a solved round, why a contact cannot be served, and a portfolio: beside what they must beat."""

import statistics
import time
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.assignment.portfolios import measure_portfolios
from benchmarks.figures import Figure, show
from benchmarks.processor_time import spread
from matcher.assignment import Problem, solve
from matcher.assignment.bottleneck import bottleneck, cheapest_fix
from matcher.assignment.incremental import Solved, warm_up_changes

PART = "assignment"
SIZE = 1_000
NEWCOMERS = 60
FRESH_ROUNDS = 12
ONE_CONTACT_SEEDS = range(200, 215)
WHAT = {
    "into_s": "one contact into a solved {:,}²",
    "out_s": "one contact out of it again",
    "first_s": "the same into a round just made, out of cache",
    "after_another_s": "the same after somebody else has gone",
    "another_out_s": "somebody who was there out of it",
    "one_more_s": "one after the other into it",
}
READ = "a read of the matrix, which a certificate costs"
MANY, STAFF = 100_000, 1_000
SLOWER = 1 / 200  # of solving anew: the most that one contact may take into a solved round


def measure() -> list[Figure]:
    """All lines: seconds, and multiples of solving anew."""
    return [*one_contact(), *bottlenecks(), *measure_portfolios()]


def one_contact() -> list[Figure]:
    """A contact into a solved 1,000 × 1,000, by two kinds of values: medians over several such rounds.

    What the target is of: each newcomer goes again before the next comes, so all come into the same solved round.
    Beside it, without one: into a round just made, each newcomer into its own, where neither its code nor its data are
    in the processor's cache; after somebody else, drawn among those served, has gone; one after the other with nobody
    going, so that ever more are left. Instances differ by half and more, so one alone says little; nothing was chosen
    on these seeds. Processor time, less that of the clock. Solving anew is Klik's own quickest way, from nothing; the
    other line: scipy for the same.
    """
    warm_up_changes()
    figures = []
    for kind in ("low rank", "uniform"):
        found = [_one_contact(kind, seed) for seed in ONE_CONTACT_SEEDS]
        ratios = {name: [getattr(one, name) / one.anew_s for one in found] for name in _OneContact._fields}
        reached = sum(ratio <= SLOWER for ratio in ratios["into_s"])
        for name, what in WHAT.items():
            is_aim = name == "into_s"
            micro_s = 1e6 * statistics.median(getattr(one, name) for one in found)
            note = f"; {reached} of {len(found)} rounds reach it" if is_aim else ""
            target = SLOWER if is_aim else None
            limit = statistics.median(ratios["read_s"]) if is_aim else None
            figures.append(
                Figure(PART, f"{what.format(SIZE)}, {kind} ({micro_s:.0f} µs{note})", statistics.median(ratios[name]),
                       "× anew", target, limit, READ if is_aim else "", spread(ratios[name]))
            )  # fmt: skip
        by_scipy = [one.scipy_s / one.into_s for one in found]
        what = f"the whole {SIZE:,}² anew by scipy, {kind}"
        figures.append(Figure(PART, what, statistics.median(by_scipy), "× one contact", None, spread=spread(by_scipy)))
    return figures


class _OneContact(NamedTuple):
    """Of one round, in seconds of a processor: medians over the newcomers, and what solving it anew takes."""

    into_s: float
    out_s: float
    first_s: float
    after_another_s: float
    another_out_s: float
    one_more_s: float
    anew_s: float
    scipy_s: float
    read_s: float


def _one_contact(kind: str, seed: int) -> _OneContact:
    value = _values(kind, SIZE + NEWCOMERS + 1, SIZE, seed)
    problem, newcomers = Problem(value[:SIZE]), value[SIZE + 1 :]
    anew_s = statistics.median(_seconds(lambda: solve(problem)) for _ in range(5))
    scipy_s = _seconds(lambda: linear_sum_assignment(value[:SIZE], maximize=True))
    first = [_come(Solved(problem, is_compiled=True), row)[1] for row in newcomers[:FRESH_ROUNDS]]
    into, out = _in_and_out(_solved(problem, value[SIZE]), newcomers)
    after_another, another_out = _somebody_else_goes(_solved(problem, value[SIZE]), newcomers, seed)
    crowded = _solved(problem, value[SIZE])
    one_more = [_come(crowded, row)[1] for row in newcomers]
    times = (into, out, first, after_another, another_out, one_more)
    return _OneContact(*map(statistics.median, times), anew_s, scipy_s, _seconds(value[:SIZE].sum))


def _solved(problem: Problem, newcomer: np.ndarray) -> Solved:
    """The round solved, after one has come and gone."""
    solved = Solved(problem, is_compiled=True)
    solved.remove_contact(solved.add_contact(newcomer))
    return solved


def _in_and_out(solved: Solved, newcomers: np.ndarray) -> tuple[list[float], list[float]]:
    ins, outs = [], []
    for row in newcomers:
        contact, seconds = _come(solved, row)
        ins.append(seconds)
        outs.append(_go(solved, contact))
    return ins, outs


def _somebody_else_goes(solved: Solved, newcomers: np.ndarray, seed: int) -> tuple[list[float], list[float]]:
    rng = np.random.default_rng(seed)
    ins, outs = [], []
    for row in newcomers:
        outs.append(_go(solved, int(rng.choice(np.flatnonzero(solved.employee_of >= 0)))))
        ins.append(_come(solved, row)[1])
    return ins, outs


def _come(solved: Solved, row: np.ndarray) -> tuple[int, float]:
    began = time.process_time()
    contact = solved.add_contact(row)
    return contact, time.process_time() - began - _seconds_of_the_clock()


def _go(solved: Solved, contact: int) -> float:
    began = time.process_time()
    solved.remove_contact(contact)
    return time.process_time() - began - _seconds_of_the_clock()


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


@cache
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
