"""One entrance: looks at the shape of a problem, picks the solver, certifies what comes back."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from time import perf_counter
from typing import TypeAlias

import numpy as np

from matcher.assignment.certificate import bound_of, value_of
from matcher.assignment.compiled import compiled_is_ready
from matcher.assignment.components import parts_of, solve_parts
from matcher.assignment.linear_program import greedy, solve_transport
from matcher.assignment.loads import solve_loads
from matcher.assignment.matrix import solve_by_scipy, solve_matrix
from matcher.assignment.problem import FloatArray, IntArray, Pairs, Problem
from matcher.assignment.result import OPTIMAL, Assignment, Found, proved_in_one_call
from matcher.assignment.sparse import solve_sparse
from matcher.assignment.warm_up import warm_up

Quick: TypeAlias = tuple[IntArray, FloatArray, float, float]  # employees, prices, worth and bound
TimeLeft: TypeAlias = Callable[[], float | None]  # seconds; `None` where there is no deadline

MOST_CELLS = 100_000_000  # held as a matrix: 800 MB of float64
MANY_PAIRS_SHARE = 0.25  # of the cells: above it a matrix wins
MOST_PAIRS_SETTLED = 2_000_000  # above it the last contacts are left within a small gap
MOST_SLOT_PAIRS = 5_000_000  # pairs × slots that scipy holds as a graph
SMALL = 40_000  # cells: one compiled call does all
SMALL_TAKES_S = 0.02  # at most: with this much time left a small problem needs no look at the clock
WORTH_LOADING = 1_000_000  # cells or pairs: scipy is done with fewer before compiled code is in memory
FIRST_CONTACTS = 64  # looked at before all are: most large problems show their rivals here
UNPROVED = 1e-9  # a gap above this means that a compiled solver did not prove its optimum


def solve(
    problem: Problem, deadline_s: float | None = None, *, clock: Callable[[], float] = perf_counter
) -> Assignment:
    """The best assignment, with prices that bound what any other could be worth.

    Exact where loads are 1, or the same for all pairs of an employee; beyond `MOST_PAIRS_SETTLED` pairs within a small
    gap (status within_gap). `deadline_s` counts seconds from the call: compiled solvers, HiGHS and augmenting paths
    stop there, status deadline; at 0 with what some ms allow. Without numba, scipy's matrix and graph
    solvers cannot be stopped; they are chosen only up to `MOST_CELLS` and `MOST_SLOT_PAIRS`. Compiling, once a process,
    is not counted: see `warm_up`. The same problem always gets the same answer from the same libraries.
    `clock` measures durations in seconds. The answer's `reason` says why its solver was taken.
    """
    began = clock()
    if (deadline_s is None or deadline_s > SMALL_TAKES_S) and (quick := _solve_small(problem)) is not None:
        employee_of, prices, value, bound = quick
        gap = (bound - value) / bound if bound > 0 else 0.0
        return proved_in_one_call(employee_of, value, bound, gap, prices, clock() - began)
    if deadline_s is None and _is_worth_loading(problem):
        warm_up()
        began = clock()
    if (at_ease := _without_rivals(problem)) is not None:
        found, value = at_ease
        bound = value  # at prices 0 the bound adds up the very pairs that were served
    else:
        found, value, bound = _certified(problem, _with_rivals(problem, _time_left(began, deadline_s, clock)))
    gap = (bound - value) / bound if bound > 0 else 0.0
    return Assignment(
        found.employee_of,
        value,
        bound,
        gap,
        found.prices,
        found.solver,
        found.status,
        clock() - began,
        found.reason,
        found.turnout,
    )


def _is_worth_loading(problem: Problem) -> bool:
    size = problem.shape[0] * problem.shape[1] if problem.given is None else problem.given.value.size
    return size >= WORTH_LOADING


def _certified(problem: Problem, found: Found) -> tuple[Found, float, float]:
    """The answer with its worth and bound; by scipy anew where a compiled solver's own prices do not prove it."""
    value = value_of(problem, found.employee_of)
    bound = max(value, bound_of(problem, found.prices, found.turnout))  # below the value only by rounding
    is_unit = problem.value is not None and problem.load is None
    if found.status != OPTIMAL or not is_unit or bound - value <= UNPROVED * bound:
        return found, value, bound
    assert problem.value is not None
    second = replace(solve_by_scipy(problem.value, problem.capacity), reason=f"{found.solver} left a gap")
    worth = value_of(problem, second.employee_of)
    if worth < value:
        return found, value, bound
    return second, worth, max(worth, min(bound, bound_of(problem, second.prices)))


def _solve_small(problem: Problem) -> Quick | None:
    """A small matrix in one compiled call; `None` where the problem is none, or the answer is not proved."""
    value, (contacts, employees) = problem.value, problem.shape
    if value is None or problem.load is not None or contacts <= 1 or not 0 < contacts * employees <= SMALL:
        return None
    if not compiled_is_ready() or (quick := _small_solver()(value, problem.capacity)) is None:
        return None
    employee_of, prices, worth, bound = quick
    if bound <= worth:  # below it only by rounding
        return employee_of, prices, worth, worth
    return quick if bound - worth <= UNPROVED * bound else None


@cache
def _small_solver() -> Callable[[FloatArray, IntArray], Quick | None]:
    from matcher.assignment.small import solve_small_matrix  # compiled on first use

    return solve_small_matrix


def _time_left(began: float, deadline_s: float | None, clock: Callable[[], float]) -> TimeLeft:
    return lambda: None if deadline_s is None else deadline_s - (clock() - began)


def _without_rivals(problem: Problem) -> tuple[Found, float] | None:
    """Each contact at its best employee, and the worth of it, where nobody gets over-full: optimal at prices 0."""
    contacts, employees = problem.shape
    is_large = contacts > FIRST_CONTACTS and employees > 0 and problem.load is None
    if is_large and problem.value is not None and _rivals_at_once(problem.value, problem.capacity):
        return None
    best, worth, taken = _favourites(problem)
    if best.size > 1 or taken is not None:  # a single unit contact fits wherever there is a slot
        served = best >= 0
        load = None if taken is None else taken[served]
        if (np.bincount(best[served], weights=load, minlength=employees) > problem.capacity).any():
            return None
    return Found(best, np.zeros(employees), "argmax", reason="everyone gets a favourite"), worth


def _favourites(problem: Problem) -> tuple[IntArray, float, IntArray | None]:
    """Per contact the employee worth most (-1 for none, the first of equals); their worth; the slots taken if not 1."""
    if problem.value is None or problem.load is not None or min(problem.shape) == 0:
        return _favourites_of_pairs(problem.useful_pairs, problem.shape[0])
    value = problem.value
    if not problem.capacity.all():
        value = np.where(problem.capacity > 0, value, -np.inf)
    top = value.argmax(axis=1)
    worth = value[np.arange(top.size), top]
    useful = worth > 0
    return np.where(useful, top, -1), float(worth.sum(where=useful)), None


def _rivals_at_once(value: FloatArray, capacity: IntArray) -> bool:
    """Whether already the first contacts want more of an employee than there is."""
    part = value[:FIRST_CONTACTS]
    top = part.argmax(axis=1)
    wanted = np.bincount(top[part[np.arange(top.size), top] > 0], minlength=capacity.size)
    return bool((wanted > capacity).any())


def _favourites_of_pairs(pairs: Pairs, contacts: int) -> tuple[IntArray, float, IntArray | None]:
    best = np.full(contacts, -1, dtype=np.int64)
    starts = np.flatnonzero(np.diff(pairs.contact, prepend=-1))
    if starts.size == 0:
        return best, 0.0, None if pairs.load is None else np.ones(contacts, dtype=np.int64)
    top = np.maximum.reduceat(pairs.value, starts)
    at_top = np.flatnonzero(pairs.value == np.repeat(top, np.diff(starts, append=pairs.value.size)))
    first = at_top[np.flatnonzero(np.diff(pairs.contact[at_top], prepend=-1))]
    best[pairs.contact[first]] = pairs.employee[first]
    worth = float(pairs.value[first].sum())
    if pairs.load is None:
        return best, worth, None
    taken = np.ones(contacts, dtype=np.int64)
    taken[pairs.contact[first]] = pairs.load[first]
    return best, worth, taken


def _with_rivals(problem: Problem, time_left: TimeLeft) -> Found:
    if problem.value is not None and problem.load is None:
        return _solve_dense_form(problem, problem.value, time_left)
    pairs = problem.useful_pairs
    if pairs.load is None:
        return _solve_pairs(pairs, problem.shape[0], problem.capacity, time_left)
    load_of = np.ones(problem.shape[1], dtype=np.int64)
    load_of[pairs.employee] = pairs.load
    if (pairs.load != load_of[pairs.employee]).any():
        return solve_loads(
            pairs,
            problem.shape[0],
            problem.capacity,
            seconds=time_left(),
            unit_solver=lambda part, contacts, places: _solve_pairs(part, contacts, places, time_left),
        )
    # One load for all pairs of an employee: count its slots in pieces of that load, and price them so.
    unit = _solve_pairs(replace(pairs, load=None), problem.shape[0], problem.capacity // load_of, time_left)
    return replace(unit, prices=unit.prices / load_of)


def _solve_dense_form(problem: Problem, value: FloatArray, time_left: TimeLeft) -> Found:
    cells = problem.shape[0] * problem.shape[1]
    if _is_over(time_left) and cells <= MOST_CELLS and not compiled_is_ready():
        return greedy(problem.useful_pairs, problem.shape[0], problem.capacity)
    capacity = problem.capacity
    if not _is_over(time_left) and (parts := parts_of(value, capacity)) is not None:
        return solve_parts(
            parts,
            problem.shape[0],
            capacity,
            lambda part: _solve_block(
                value[np.ix_(part.contacts, part.employees)], capacity[part.employees], time_left
            ),
        )
    return solve_matrix(value, capacity, has_time=_has_time(time_left))


def _solve_block(value: FloatArray, capacity: IntArray, time_left: TimeLeft) -> Found:
    """One block of several: most are small."""
    is_small = value.shape[0] > 1 and value.size <= SMALL and not _is_over(time_left)
    if is_small and (quick := _small_solver()(value, capacity)) is not None:
        return Found(quick[0], quick[1], "augmenting_paths", reason="small")
    return solve_matrix(value, capacity, has_time=_has_time(time_left))


def _solve_pairs(pairs: Pairs, contacts: int, capacity: IntArray, time_left: TimeLeft) -> Found:
    if _is_over(time_left) and not compiled_is_ready():
        return greedy(pairs, contacts, capacity)
    cells, has_time = contacts * capacity.size, _has_time(time_left)
    if cells <= MOST_CELLS and pairs.value.size > MANY_PAIRS_SHARE * cells:
        benefit = np.zeros((contacts, capacity.size))
        benefit[pairs.contact, pairs.employee] = pairs.value
        return solve_matrix(benefit, capacity, has_time=has_time)
    if compiled_is_ready():
        from matcher.assignment.pair_auction import solve_many_pairs, solve_pairs_exactly  # compiled on first use

        solver = solve_pairs_exactly if pairs.value.size <= MOST_PAIRS_SETTLED else solve_many_pairs
        return solver(pairs, contacts, capacity, has_time=has_time)
    copies = np.minimum(capacity, np.bincount(pairs.employee, minlength=capacity.size))
    if int(copies[pairs.employee].sum()) <= MOST_SLOT_PAIRS:
        return solve_sparse(pairs, contacts, copies, capacity)
    return solve_transport(pairs, contacts, capacity, seconds=time_left())


def _is_over(time_left: TimeLeft) -> bool:
    left = time_left()
    return left is not None and left <= 0


def _has_time(time_left: TimeLeft) -> Callable[[], bool] | None:
    return None if time_left() is None else lambda: not _is_over(time_left)
