"""One slot an employee on a full matrix, compiled: good first prices, then shortest paths for who is left."""

from collections.abc import Callable

import numpy as np

from matcher.assignment import one_slot_loops as loops
from matcher.assignment.auction import CELLS_PER_LOOK, FOREVER, give_free_slots
from matcher.assignment.dense_loops import SCANS, keep_best
from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.result import DEADLINE, OPTIMAL, Found
from matcher.assignment.state import LANES, Paired, search_over


def paths_one_slot(
    benefit: FloatArray, capacity: IntArray, *, has_time: Callable[[], bool] | None, patience: int = FOREVER
) -> Found | None:
    """The optimum for capacities of 0 or 1; `None` where more than `patience` rows were read.

    `benefit` ≥ 0, C-ordered, not empty. Where contacts outnumber employees, employees choose contacts.
    """
    contacts, employees = benefit.shape
    usable = benefit if capacity.all() else np.where(capacity > 0, benefit, 0.0)
    turned = contacts > employees
    by_row = np.ascontiguousarray(usable.T) if turned else usable
    rows, columns = by_row.shape
    pairs = Paired(np.zeros(columns), np.full(columns, -1, np.int64), np.full(rows, -1, np.int64))
    is_done = _run(by_row, pairs, has_time, patience)
    if is_done is None:
        return None
    prices = np.where(capacity > 0, _prices(by_row, pairs, turned=turned, is_done=is_done), 0.0)
    employee_of = pairs.owner if turned else pairs.employee_of
    served = np.flatnonzero(employee_of >= 0)
    employee_of[served[usable[served, employee_of[served]] <= 0]] = -1
    if not is_done:
        give_free_slots(usable, capacity, employee_of)
    return Found(employee_of, prices, "augmenting_paths", OPTIMAL if is_done else DEADLINE)


def _run(by_row: FloatArray, pairs: Paired, has_time: Callable[[], bool] | None, patience: int) -> bool | None:
    """Whether it came to the end; `None` where patience ran out first."""
    rows, columns = by_row.shape
    at, stack, search = np.zeros(6, np.int64), np.empty(rows, np.int64), search_over(columns)
    budget = min(FOREVER if has_time is None else max(CELLS_PER_LOOK // columns, 1), patience)
    while not loops.advance_paired(by_row, pairs, search, stack, at, budget):
        if at[SCANS] > patience:
            return None
        if has_time is not None and not has_time():
            return False
    return True


def _prices(by_row: FloatArray, pairs: Paired, *, turned: bool, is_done: bool) -> FloatArray:
    """One price ≥ 0 an employee: what an employee who chose kept, or its price at the lowest level."""
    if turned:
        kept = np.zeros(by_row.shape[0])
        keep_best(by_row, pairs.price, np.empty(LANES), kept)
        return kept
    is_square = by_row.shape[0] == by_row.shape[1]
    level = loops.level_of(by_row, pairs) if is_done and is_square else 0.0
    prices: FloatArray = np.maximum(pairs.price - level, 0.0)
    return prices
