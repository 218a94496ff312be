"""Each shape of the table: Klik's solve beside scipy, lapx, networkx, OR-tools and one read of the matrix."""

import gc
import math
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.assignment.by_ortools import Answer, is_installed, measured
from benchmarks.assignment.instances import DENSE, Matrix, few_pairs, slots
from benchmarks.figures import Figure
from benchmarks.processor_time import grown_mb, spread
from matcher.assignment import Assignment, Problem, solve, warm_up

SEEDS = 5
SAME = 1e-6  # relative: solvers that find different optima are not compared


@dataclass(frozen=True, slots=True)
class Row:
    """A shape, and the most that solving it may cost beside scipy."""

    kind: str
    contacts: int
    employees: int
    target: float | None
    with_slots: bool = False
    times: int = 1

    @property
    def name(self) -> str:
        """As printed."""
        return f"{self.kind} {self.contacts:,} × {self.employees:,}" + (" × 1–4 slots" if self.with_slots else "")


ROWS = (
    Row("uniform", 10, 10, 1.3, times=500),
    Row("low rank", 30, 30, 1.3, times=100),
    Row("uniform", 100, 100, 1.3, times=20),
    Row("low rank", 100, 100, 1.3, times=20),
    Row("uniform", 300, 300, 1.3, times=4),
    Row("tied", 300, 300, 1.3, times=4),
    Row("uniform", 1000, 1000, 0.3),
    Row("low rank", 1000, 1000, 0.05),
    Row("tied", 1000, 1000, 1.3),
    Row("plane", 1000, 1000, 1.3),
    Row("product", 1000, 1000, 1.3),
    Row("classes", 1000, 1000, 1.3),
    Row("blocks", 1000, 1000, 0.32),
    Row("scattered blocks", 1000, 1000, 0.32),
    Row("uniform", 700, 1000, 1.3),
    Row("low rank", 700, 1000, 1.3),
    Row("uniform", 1000, 700, 1.3),
    Row("low rank", 1000, 700, 1.3),
    Row("uniform", 2000, 800, 0.15, with_slots=True),
    Row("low rank", 2000, 800, 0.15, with_slots=True),
)
LARGE_ROWS = (Row("low rank", 2000, 2000, 0.05), Row("plane", 4000, 4000, 1.0))


def measure(*, quick: bool, only: str) -> list[Figure]:
    """One figure a shape and solver."""
    warm_up()
    figures: list[Figure] = []
    for row in ROWS if quick else (*ROWS, *LARGE_ROWS):
        if only in row.name:
            figures += _dense(row, seeds=SEEDS if row.contacts <= 2000 else 2)
    if only in "one contact 1 × 5,000":
        figures.append(_one_contact())
    if only in "sparse":
        figures += _sparse(quick=quick)
    if not is_installed():
        figures.append(Figure("f", "OR-tools: not installed (uv sync --all-extras --group benchmark)", math.nan, ""))
    if only in "loads":
        figures += _loads()
    return figures


def _dense(row: Row, *, seeds: int) -> list[Figure]:
    spent: dict[str, list[float]] = {}
    grown: dict[str, float] = {}
    by_ortools: list[tuple[Answer, float]] = []
    reasons: set[str] = set()
    for seed in range(seeds):
        value = np.ascontiguousarray(DENSE[row.kind](row.contacts, row.employees, seed))
        capacity = slots(row.employees, seed) if row.with_slots else np.ones(row.employees, np.int64)
        problem = Problem(value, capacity=capacity)
        optimum, first = _scipy(value, capacity)(), solve(problem)
        assert abs(first.value - optimum) <= SAME * optimum, row.name
        reasons.add(f"{first.solver}: {first.reason}")
        for name, solver in _solvers(row, value, capacity, problem).items():
            if seed == 0:
                grown[name] = grown_mb(solver)
            spent.setdefault(name, []).append(_cpu_s(solver, row.times))
        if is_installed():
            by_ortools.append((measured(value, capacity, row.times), optimum))
    ratios = [ours / theirs for ours, theirs in zip(spent["klik"], spent["scipy"], strict=True)]
    read_ms = statistics.median(spent["one read"]) * 1e3
    middle = statistics.median(spent["klik"]) * 1e3
    what = f"{row.name} ({middle:.3g} ms, {_memory(grown['klik'], value)}, {'; '.join(sorted(reasons))})"
    scipy_s = statistics.median(spent["scipy"])
    limit = read_ms / 1e3 / scipy_s
    figures = [Figure("f", what, statistics.median(ratios), "× scipy", row.target, limit, "one read", spread(ratios))]
    for name in spent.keys() - {"klik", "scipy", "one read"}:
        others = [one / theirs for one, theirs in zip(spent[name], spent["scipy"], strict=True)]
        what = f"{row.name}: {name} ({_memory(grown[name], value)})"
        figures.append(Figure("f", what, statistics.median(others), "× scipy", spread=spread(others)))
    figures.append(Figure("f", f"{row.name}: scipy ({_memory(grown['scipy'], value)})", 1.0, "× scipy"))
    if by_ortools:
        figures.append(_ortools(row, by_ortools, spent["scipy"]))
    return figures


def _memory(grown_mb: float, value: Matrix) -> str:
    """The most memory it took beside the matrix: in multiples of that where it is not small."""
    return f"{grown_mb:.2g} MiB" if value.nbytes < 2**20 else f"{grown_mb * 2**20 / value.nbytes:.2g} matrices"


def _ortools(row: Row, answers: Sequence[tuple[Answer, float]], scipy_s: Sequence[float]) -> Figure:
    """Its solver alone; what handing it the pairs takes and what rounding costs is told beside."""
    lost = max(abs(one.value - optimum) / optimum for one, optimum in answers)
    assert lost <= SAME, row.name
    ratios = [one.solve_s / theirs for (one, _), theirs in zip(answers, scipy_s, strict=True)]
    pairs = statistics.median(one.pairs_s / theirs for (one, _), theirs in zip(answers, scipy_s, strict=True))
    what = f"{row.name}: OR-tools (its pairs handed over: {pairs:.2g} more; {lost:.0e} of the worth lost by rounding)"
    return Figure("f", what, statistics.median(ratios), "× scipy", spread=spread(ratios))


def _solvers(row: Row, value: Matrix, capacity: np.ndarray, problem: Problem) -> dict[str, Callable[[], object]]:
    found: dict[str, Callable[[], object]] = {
        "klik": lambda: solve(problem),
        "scipy": _scipy(value, capacity),
        "one read": value.max,
    }
    if row.contacts == row.employees and not row.with_slots:
        from lap import lapjvr

        found["lapx lapjvr"] = lambda: lapjvr(value.max() - value, return_cost=False)
    if row.contacts <= 30:
        found["networkx"] = lambda: _networkx(value)
    return found


def _scipy(value: Matrix, capacity: np.ndarray) -> Callable[[], float]:
    from scipy.optimize import linear_sum_assignment

    by_slot = value if (capacity == 1).all() else value[:, np.repeat(np.arange(capacity.size), capacity)]

    def run() -> float:
        contact, slot = linear_sum_assignment(by_slot, maximize=True)
        return float(by_slot[contact, slot].sum())

    return run


def _networkx(value: Matrix) -> object:
    import networkx as nx

    graph = nx.Graph()
    n, m = value.shape
    graph.add_weighted_edges_from((i, n + j, float(value[i, j])) for i in range(n) for j in range(m))
    return nx.max_weight_matching(graph)


def _one_contact() -> Figure:
    rng = np.random.default_rng(0)
    value, eligible = rng.random((1, 5000)), rng.random((1, 5000)) < 0.5
    problem = Problem(value, eligible)
    spent = [_cpu_s(lambda: solve(problem), 1000) * 1e6 for _ in range(SEEDS)]
    look = _cpu_s(lambda: np.argmax(np.where(eligible, value, -np.inf)), 1000) * 1e6
    what = "one contact, 5,000 employees, half of them eligible"
    return Figure("f", what, statistics.median(spent), " µs", 15, look, "one masked look", spread(spent))


def _sparse(*, quick: bool) -> list[Figure]:
    ours, theirs = [], []
    for seed in range(SEEDS):
        problem = _problem(10_000, 10_000, 10, seed)
        theirs.append(_cpu_s(lambda problem=problem: _scipy_sparse(problem)))
        ours.append(_cpu_s(lambda problem=problem: solve(problem)))
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    ms = statistics.median(ours) * 1e3
    what = f"sparse 10,000² × 10 ({ms:.3g} ms)"
    figures = [Figure("f", what, statistics.median(ratios), "× scipy sparse", 0.03, spread=spread(ratios))]
    large = [_problem(50_000, 50_000, 10, seed) for seed in range(SEEDS)]
    spent = [_cpu_s(lambda problem=problem: solve(problem)) for problem in large]
    what = "sparse 50,000² × 10"
    figures.append(Figure("f", what, statistics.median(spent), " s", 0.5, spread=spread(spent)))
    return figures if quick else figures + _transport()


def _transport() -> list[Figure]:
    problem = _problem(100_000, 1_000, 50, 0, capacity=95)
    answers: list[Assignment] = []
    spent = _cpu_s(lambda: answers.append(solve(problem)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    what = "transport 100,000 × 1,000 × 50 pairs"
    return [
        Figure("f", what, spent, " s", 30),
        Figure("f", f"{what}: certified gap", 100 * answers[0].gap, " %", 0.1),
        Figure("f", f"{what}: largest memory of the whole run", memory, " GiB", 4),
    ]


def _loads() -> list[Figure]:
    """Three slots an employee; every other contact, a call, takes them all."""
    gaps, spent, proved = [], [], 0
    for seed in range(SEEDS):
        load = np.repeat(np.where(np.arange(200) % 2 == 0, 3, 1)[:, None], 100, axis=1)
        problem = Problem(DENSE["low rank"](200, 100, seed), capacity=np.full(100, 3), load=load)
        gaps.append(100 * solve(problem, deadline_s=0.5).gap)
        start = time.perf_counter()
        proved += solve(problem, deadline_s=10.0).status == "optimal"
        spent.append(time.perf_counter() - start)
    what = "loads: 200 × 100, half the contacts take all 3 slots"
    return [
        Figure("f", f"{what}: gap after 0.5 s", statistics.median(gaps), " %", spread=spread(gaps)),
        Figure("f", f"{what}: of {SEEDS} not proved in 10 s", SEEDS - proved, "", 0),
        Figure("f", f"{what}: until proved or 10 s", statistics.median(spent), " s", 10, spread=spread(spent)),
    ]


def _problem(n: int, m: int, pairs: int, seed: int, *, capacity: int = 1) -> Problem:
    made = few_pairs(n, m, pairs, seed, capacity=capacity)
    return Problem.sparse(made.rows, made.cols, made.vals, made.shape, capacity=made.capacity)


def _scipy_sparse(problem: Problem) -> object:
    """scipy's own sparse solver, with a private way out for each contact: it raises where no full matching exists."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    pairs, (n, m) = problem.useful_pairs, problem.shape
    everyone = np.arange(n)
    weight = np.concatenate((pairs.value + 1, np.ones(n)))
    place = (np.concatenate((pairs.contact, everyone)), np.concatenate((pairs.employee, m + everyone)))
    return min_weight_full_bipartite_matching(csr_array((weight, place), shape=(n, m + n)), maximize=True)


def _cpu_s(code: Callable[[], object], times: int = 1) -> float:
    gc.collect()
    start = time.process_time()
    for _ in range(times):
        code()
    return (time.process_time() - start) / times
