"""One entrance: looks at the shape of a problem, picks the solver, certifies what comes back."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import TypeAlias

import numpy as np

from matcher.assignment.augment import solve_by_augmenting
from matcher.assignment.certificate import bound_of, value_of
from matcher.assignment.dense import solve_dense
from matcher.assignment.linear_program import greedy, solve_loads, solve_transport
from matcher.assignment.problem import FloatArray, IntArray, Pairs, Problem
from matcher.assignment.result import Assignment, Found
from matcher.assignment.sparse import solve_sparse

TimeLeft: TypeAlias = Callable[[], float | None]  # seconds; `None` where there is no deadline

MOST_CELLS = 100_000_000  # contacts × slots held as a matrix: 800 MB of float64
MANY_SLOTS = 12  # an employee on average: from here on chains over employees beat a column for each slot
MOST_CELLS_FROM_PAIRS = 1_000_000  # below this a matrix is as quick as pairs, whatever their number
FEW_PAIRS_SHARE = 0.1  # of the cells: above it the matrix wins
MOST_SLOT_PAIRS = 5_000_000  # pairs × slots held as a graph


def solve(
    problem: Problem, deadline_s: float | None = None, *, clock: Callable[[], float] = perf_counter
) -> Assignment:
    """The best assignment, with prices that bound what any other could be worth.

    Exact where loads are 1, or the same for all pairs of an employee. `deadline_s` counts seconds from the call: HiGHS
    and augmenting paths stop there and the answer says status deadline. scipy's matrix and graph solvers cannot be
    stopped; they are chosen only up to `MOST_CELLS` and `MOST_SLOT_PAIRS`. A deadline of 0 gets a greedy answer.
    The same problem always gets the same answer. `clock` measures durations in seconds.
    """
    began = clock()
    at_ease = _without_rivals(problem)
    if at_ease is not None:
        found, value = at_ease
        bound = value  # at prices 0 the bound adds up the very pairs that were served
    else:
        found = _with_rivals(problem, _time_left(began, deadline_s, clock))
        value = value_of(problem, found.employee_of)
        bound = max(value, bound_of(problem, found.prices))  # below the value only by rounding
    gap = (bound - value) / bound if bound > 0 else 0.0
    return Assignment(found.employee_of, value, bound, gap, found.prices, found.solver, found.status, clock() - began)


def _time_left(began: float, deadline_s: float | None, clock: Callable[[], float]) -> TimeLeft:
    return lambda: None if deadline_s is None else deadline_s - (clock() - began)


def _without_rivals(problem: Problem) -> tuple[Found, float] | None:
    """Each contact at its best employee, and the worth of it, where nobody gets over-full: optimal at prices 0."""
    employees = problem.shape[1]
    best, worth, taken = _favourites(problem)
    if best.size > 1 or taken is not None:  # a single unit contact fits wherever there is a slot
        served = best >= 0
        load = None if taken is None else taken[served]
        if (np.bincount(best[served], weights=load, minlength=employees) > problem.capacity).any():
            return None
    return Found(best, np.zeros(employees), "argmax"), worth


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


def _favourites_of_pairs(pairs: Pairs, contacts: int) -> tuple[IntArray, float, IntArray | None]:
    best = np.full(contacts, -1, dtype=np.int64)
    order = np.lexsort((pairs.employee, -pairs.value, pairs.contact))
    first = order[np.flatnonzero(np.diff(pairs.contact[order], prepend=-1))]
    best[pairs.contact[first]] = pairs.employee[first]
    worth = float(pairs.value[first].sum())
    if pairs.load is None:
        return best, worth, None
    taken = np.ones(contacts, dtype=np.int64)
    taken[pairs.contact[first]] = pairs.load[first]
    return best, worth, taken


def _with_rivals(problem: Problem, time_left: TimeLeft) -> Found:
    if problem.value is not None and problem.load is None:
        return _solve_matrix(problem, problem.value, time_left)
    pairs = problem.useful_pairs
    if pairs.load is None:
        return _solve_pairs(pairs, problem.shape[0], problem.capacity, time_left)
    load_of = np.ones(problem.shape[1], dtype=np.int64)
    load_of[pairs.employee] = pairs.load
    if (pairs.load != load_of[pairs.employee]).any():
        return solve_loads(pairs, problem.shape[0], problem.capacity, seconds=time_left())
    # One load for all pairs of an employee: count its slots in pieces of that load, and price them so.
    unit = _solve_pairs(replace(pairs, load=None), problem.shape[0], problem.capacity // load_of, time_left)
    return replace(unit, prices=unit.prices / load_of)


def _solve_matrix(problem: Problem, value: FloatArray, time_left: TimeLeft) -> Found:
    cells = problem.shape[0] * problem.shape[1]
    if _is_over(time_left) and cells <= MOST_CELLS:
        return greedy(problem.useful_pairs, problem.shape[0], problem.capacity)
    return _solve_benefit(np.maximum(value, 0.0), problem.capacity, time_left)


def _solve_benefit(benefit: FloatArray, capacity: IntArray, time_left: TimeLeft) -> Found:
    copies = np.minimum(capacity, np.count_nonzero(benefit, axis=0))
    slots = int(copies.sum())
    if slots >= MANY_SLOTS * capacity.size or benefit.shape[0] * slots > MOST_CELLS:
        return solve_by_augmenting(benefit, capacity, has_time=lambda: not _is_over(time_left))
    return solve_dense(benefit, copies, capacity)


def _solve_pairs(pairs: Pairs, contacts: int, capacity: IntArray, time_left: TimeLeft) -> Found:
    if _is_over(time_left):
        return greedy(pairs, contacts, capacity)
    copies = np.minimum(capacity, np.bincount(pairs.employee, minlength=capacity.size))
    slots, cells = int(copies.sum()), contacts * capacity.size
    slot_pairs = int(copies[pairs.employee].sum())
    fits = cells <= MOST_CELLS and (
        slots >= MANY_SLOTS * capacity.size or slot_pairs > FEW_PAIRS_SHARE * contacts * slots
    )
    if fits or contacts * slots <= MOST_CELLS_FROM_PAIRS:
        benefit = np.zeros((contacts, capacity.size))
        benefit[pairs.contact, pairs.employee] = pairs.value
        return _solve_benefit(benefit, capacity, time_left)
    if slot_pairs <= MOST_SLOT_PAIRS:
        return solve_sparse(pairs, contacts, copies, capacity)
    return solve_transport(pairs, contacts, capacity, seconds=time_left())


def _is_over(time_left: TimeLeft) -> bool:
    left = time_left()
    return left is not None and left <= 0
