"""Contacts alike and employees alike are solved as one of each, with more slots: where profiles are few, most are."""

from dataclasses import dataclass

import numpy as np

from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.result import Found
from matcher.assignment.scale import doublings

FEWEST_CELLS = 40_000  # below this the solver is quicker than the looking
FEWEST_CELLS_ONE_SLOT = 500_000  # the same with one slot each (measured)
SAMPLED = 8  # columns or rows looked at before all are
MOST_CLASS_CELLS = 4_000  # kinds of contacts × kinds of employees given to HiGHS: some 10 ms


@dataclass(frozen=True, slots=True)
class Classes:
    """Which contacts are alike and which employees; `rows` and `columns` are one of each kind."""

    row_class: IntArray
    column_class: IntArray
    rows: IntArray
    columns: IntArray


def classes_of(benefit: FloatArray, *, one_slot_each: bool) -> Classes | None:
    """The kinds of contacts and employees, or `None` where most differ."""
    contacts, employees = benefit.shape
    if contacts * employees < (FEWEST_CELLS_ONE_SLOT if one_slot_each else FEWEST_CELLS):
        return None
    rows_may = _may_repeat(benefit[:, :: max(employees // SAMPLED, 1)])
    columns_may = _may_repeat(benefit[:: max(contacts // SAMPLED, 1)].T)
    row_class, rows = _kinds(benefit) if rows_may else _all_differ(contacts)
    column_class, columns = _kinds(np.ascontiguousarray(benefit.T)) if columns_may else _all_differ(employees)
    if 2 * rows.size > contacts and 2 * columns.size > employees:
        return None
    return Classes(row_class, column_class, rows, columns)


def solve_classes(benefit: FloatArray, capacity: IntArray, classes: Classes) -> Found | None:
    """The optimum over kinds by HiGHS, handed out to the members; `None` where there are too many kinds."""
    if classes.rows.size * classes.columns.size > MOST_CLASS_CELLS:
        return None
    small = benefit[np.ix_(classes.rows, classes.columns)]
    supply = np.bincount(classes.row_class, minlength=classes.rows.size)
    demand = np.bincount(classes.column_class, weights=capacity, minlength=classes.columns.size)
    flow, price = _transport(small, supply.astype(np.float64), demand.astype(np.float64))
    flow[small <= 0] = 0
    contacts = np.argsort(classes.row_class, kind="stable")
    begin = np.cumsum(supply) - supply
    slots = _slots_by_class(classes, capacity, benefit.shape[0])
    employee_of = np.full(benefit.shape[0], -1, np.int64)
    for r, c in zip(*np.nonzero(flow), strict=True):
        count = int(flow[r, c])
        employee_of[contacts[begin[r] : begin[r] + count]] = slots[c][:count]
        begin[r] += count
        slots[c] = slots[c][count:]
    return Found(employee_of, price[classes.column_class], "collapsed")


def merge_employees(benefit: FloatArray, capacity: IntArray, classes: Classes) -> tuple[FloatArray, IntArray] | None:
    """The problem with one employee of each kind, or `None` where most differ."""
    if 2 * classes.columns.size > capacity.size:
        return None
    merged = np.bincount(classes.column_class, weights=capacity, minlength=classes.columns.size)
    return np.ascontiguousarray(benefit[:, classes.columns]), merged.astype(np.int64)


def hand_out(found: Found, capacity: IntArray, classes: Classes) -> Found:
    """The answer of `merge_employees`, for every employee."""
    slots = _slots_by_class(classes, capacity, found.employee_of.size)
    employee_of = np.full(found.employee_of.size, -1, np.int64)
    for kind in range(classes.columns.size):
        chosen = np.flatnonzero(found.employee_of == kind)
        employee_of[chosen] = slots[kind][: chosen.size]
    return Found(employee_of, found.prices[classes.column_class], found.solver, found.status)


def _may_repeat(part: FloatArray) -> bool:
    """Whether half of the rows of this part of the matrix equal others; where not, those of the whole do not either."""
    sample = np.ascontiguousarray(part[:, :SAMPLED])
    as_bytes = sample.view(np.dtype((np.void, sample.itemsize * sample.shape[1]))).ravel().tolist()
    return bool(2 * len(set(as_bytes)) <= part.shape[0])


def _kinds(rows: FloatArray) -> tuple[IntArray, IntArray]:
    """For each row its kind, and the first row of each kind."""
    seen: dict[bytes, int] = {}
    kind = np.array([seen.setdefault(row.tobytes(), len(seen)) for row in rows], dtype=np.int64)
    first = np.unique(kind, return_index=True)[1]
    return kind, first.astype(np.int64)


def _all_differ(count: int) -> tuple[IntArray, IntArray]:
    return np.arange(count), np.arange(count)


def _slots_by_class(classes: Classes, capacity: IntArray, contacts: int) -> list[IntArray]:
    """The employees of each kind, once for every slot that contacts can fill."""
    slots = []
    for kind in range(classes.columns.size):
        members = np.flatnonzero(classes.column_class == kind)
        slots.append(np.repeat(members, np.minimum(capacity[members], contacts)))
    return slots


def _transport(value: FloatArray, supply: FloatArray, demand: FloatArray) -> tuple[IntArray, FloatArray]:
    """How many of each kind go where, and a slot's price: a corner of the transport polytope, so in whole numbers."""
    from scipy.optimize import linprog
    from scipy.sparse import csc_array

    rows, columns = value.shape
    row, column = np.indices(value.shape).reshape(2, -1)
    shape = (rows + columns, row.size)
    matrix = csc_array(
        (np.ones(2 * row.size), (np.concatenate((row, rows + column)), np.tile(np.arange(row.size), 2))), shape=shape
    )
    room, power = np.concatenate((supply, demand)), doublings(value)
    answer = linprog(-np.ldexp(value.ravel(), power), A_ub=matrix, b_ub=room, bounds=(0, None), method="highs-ds")
    if answer.status != 0:  # nothing an honest problem brings about: the other solvers take over
        return np.zeros(value.shape, np.int64), np.zeros(columns)
    flow = np.rint(answer.x).astype(np.int64).reshape(value.shape)
    price: FloatArray = np.maximum(0.0, -np.asarray(answer.ineqlin.marginals[rows:], dtype=np.float64))
    return flow, np.ldexp(price, -power)
