"""Random and degenerate problems against scipy and HiGHS, each answer's proof added up anew.

python -m benchmarks.assignment.check [--count 10000] [--seed 0]
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.assignment.instances import DENSE, Matrix
from matcher.assignment import Assignment, Problem, solve, warm_up

SAME = 1e-6  # relative: two optima
PROVED = 1e-9  # relative: worth and bound where loads are 1
SMALL, LARGE = 40, 260  # contacts and employees at most; one problem in `ONE_IN` is large
ONE_IN = 40
HIGHS_ONE_IN = 5  # problems solved by HiGHS as well
LOADS_ONE_IN = 20  # of the problems have loads: these are hard, so they are few and small
MOST_SLOTS = (1, 1, 2, 5, 60)

Counts = NDArray[np.int64]


@dataclass(slots=True)
class Tally:
    """What became of a family."""

    problems: int = 0
    wrong: int = 0  # not worth the optimum
    unproved: int = 0
    broken: int = 0  # not feasible, or not worth what it says
    furthest: float = 0.0  # from the optimum, relative
    gaps: list[float] = field(default_factory=list)


def main() -> int:
    """Print a line a family; the exit code is 1 where an answer was wrong, unproved or broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assignment.check", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="problems in all")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other problems")
    options = parser.parse_args()
    tallies = check(options.count, options.seed)
    print(
        f"seed {options.seed}\n{'family':<16}{'problems':>9}{'wrong':>7}{'unproved':>10}{'broken':>8}  furthest   gap"
    )
    for name, one in tallies.items():
        line = f"{name:<16}{one.problems:>9}{one.wrong:>7}{one.unproved:>10}{one.broken:>8}"
        print(f"{line}  {one.furthest:8.1e}  {max(one.gaps, default=0.0):8.1e}")
    return int(any(one.wrong + one.unproved + one.broken for one in tallies.values()))


def check(count: int, seed: int) -> dict[str, Tally]:
    """So many problems, spread evenly over all families."""
    warm_up()
    tallies = {name: Tally() for name in (*FAMILIES, "loads")}
    names = tuple(FAMILIES)
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        if number % LOADS_ONE_IN == 0:
            _check_loads(rng, tallies["loads"])
        else:
            name = names[number % len(names)]
            _check_unit(FAMILIES[name], rng, tallies[name], by_highs=number % HIGHS_ONE_IN == 1)
    return tallies


def _check_unit(
    family: Callable[[np.random.Generator, int, int], Matrix], rng: np.random.Generator, tally: Tally, *, by_highs: bool
) -> None:
    most = LARGE if rng.integers(ONE_IN) == 0 else SMALL
    contacts, employees = (int(size) for size in rng.integers(1, most + 1, 2))
    if rng.random() < 0.4:
        employees = contacts
    value = family(rng, contacts, employees)
    capacity = rng.integers(rng.integers(2), rng.choice(MOST_SLOTS) + 1, employees)
    if rng.random() < 0.3:
        capacity = np.ones(employees, np.int64)
    if rng.random() < 0.25:
        rows, cols = np.nonzero(value > -np.inf)
        problem = Problem.sparse(rows, cols, value[rows, cols], value.shape, capacity=capacity)
    else:
        problem = Problem(value, capacity=capacity)
    optimum = _optimum_by_scipy(value, capacity)
    _judge(solve(problem), value, capacity, np.ones(value.shape, np.int64), optimum, tally)
    if by_highs and most == SMALL:
        second = _optimum_by_highs(value, capacity, np.ones(value.shape, np.int64))
        tally.wrong += abs(second - optimum) > SAME * max(optimum, 1e-9)


def _check_loads(rng: np.random.Generator, tally: Tally) -> None:
    shape = (int(rng.integers(1, 13)), int(rng.integers(1, 5)))
    unit = rng.choice([1.0, 1.0, 1e-200, 1e-9, 1e-6, 1e9, 1e30, 1e290])  # HiGHS rounds in units
    value = np.where(rng.random(shape) < 0.8, unit * rng.random(shape), -np.inf)
    load, capacity = rng.integers(1, 5, shape), rng.integers(0, 9, shape[1])
    answer = solve(Problem(value, capacity=capacity, load=load))
    _judge(answer, value, capacity, load, _optimum_by_highs(value, capacity, load), tally)


def _judge(answer: Assignment, value: Matrix, capacity: Counts, load: Counts, optimum: float, tally: Tally) -> None:
    """Count the answer; everything is added up from the definitions."""
    employees = value.shape[1]
    served = np.flatnonzero(answer.employee_of >= 0)
    chosen = answer.employee_of[served]
    worth = float(value[served, chosen].sum())
    taken = np.bincount(chosen, weights=load[served, chosen], minlength=employees)
    close = 1e-9 * max(abs(optimum), 1e-300)
    tally.problems += 1
    tally.broken += bool(
        (taken > capacity).any() or (answer.prices < 0).any() or not abs(worth - answer.value) <= close
    )
    off = abs(worth - optimum) / max(optimum, 1e-300) if worth != optimum else 0.0
    tally.furthest = max(tally.furthest, off)
    tally.wrong += off > SAME
    if answer.turnout is not None or (load > 1).any():
        tally.unproved += answer.status != "optimal" or answer.bound < worth - close
        return
    net = np.where(capacity > 0, value - answer.prices, -np.inf)
    bound = float(answer.prices @ capacity) + float(net.max(axis=1, initial=0.0).sum())
    gap = (bound - worth) / bound if bound > 0 else 0.0
    tally.gaps.append(max(gap, abs(answer.gap)))
    tally.unproved += not tally.gaps[-1] <= PROVED


def _optimum_by_scipy(value: Matrix, capacity: Counts) -> float:
    from scipy.optimize import linear_sum_assignment

    by_slot = np.maximum(value, 0.0)[:, np.repeat(np.arange(capacity.size), np.minimum(capacity, value.shape[0]))]
    contact, slot = linear_sum_assignment(by_slot, maximize=True)
    return float(by_slot[contact, slot].sum())


def _optimum_by_highs(value: Matrix, capacity: Counts, load: Counts) -> float:
    """The transport problem as a linear programme; with loads in whole numbers."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array, vstack

    row, column = np.nonzero((value > 0) & (load <= capacity))
    if row.size == 0:
        return 0.0
    pair, scale = np.arange(row.size), float(value[row, column].max())
    each_contact = coo_array((np.ones(row.size), (row, pair)), shape=(value.shape[0], row.size))
    each_employee = coo_array((load[row, column].astype(float), (column, pair)), shape=(capacity.size, row.size))
    room = np.concatenate((np.ones(value.shape[0]), capacity.astype(float)))
    answer = milp(
        -value[row, column] / scale,
        constraints=LinearConstraint(vstack((each_contact, each_employee)), -np.inf, room),
        bounds=Bounds(0, 1),
        integrality=np.full(row.size, int((load > 1).any())),
        options={"mip_rel_gap": 0.0},
    )
    return -float(answer.fun) * scale


def _of(name: str) -> Callable[[np.random.Generator, int, int], Matrix]:
    return lambda rng, n, m: np.ascontiguousarray(DENSE[name](n, m, int(rng.integers(2**32))))


def _forbidden(rng: np.random.Generator, n: int, m: int) -> Matrix:
    return np.where(rng.random((n, m)) < rng.choice([0.0, 0.05, 0.3, 0.8]), rng.random((n, m)), -np.inf)


def _wanted_by_all(rng: np.random.Generator, n: int, m: int) -> Matrix:
    value = 1.0 + 1e-3 * rng.random((n, m))
    value[:, : max(m // 3, 1)] += rng.choice([1.0, 1e6])
    return value


FAMILIES: dict[str, Callable[[np.random.Generator, int, int], Matrix]] = {
    **{name: _of(name) for name in DENSE},
    "below zero": lambda rng, n, m: rng.random((n, m)) - rng.choice([0.1, 0.5, 1.0]),
    "forbidden": _forbidden,
    "all equal": lambda rng, n, m: np.full((n, m), rng.choice([0.0, 1.0, -1.0, 1e-9])),
    "two values": lambda rng, n, m: rng.integers(0, 2, (n, m)).astype(np.float64),
    "wanted by all": _wanted_by_all,
    "range of 1e12": lambda rng, n, m: 10.0 ** rng.uniform(0, 12, (n, m)),
    "huge or tiny": lambda rng, n, m: rng.random((n, m)) * rng.choice([1e-300, 1e-30, 1e30, 1e300]),
    "served first": lambda rng, n, m: np.where(rng.random((n, m)) < 0.5, 300.0 + rng.random((n, m)), -np.inf),
    "integers": lambda rng, n, m: rng.integers(-5, 30, (n, m)).astype(np.float64),
}


if __name__ == "__main__":
    raise SystemExit(main())
