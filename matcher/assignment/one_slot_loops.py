"""Compiled: one slot an employee, no more contacts than employees, every pair worth 0 or more.

Source: Jonker and Volgenant 1987, doi 10.1007/BF02278710: prices from columns, then from pairs of rows, then exact bids
for those left, then shortest augmenting paths for the few that are left even so. Where there are more employees than
contacts prices start at zero instead, so that one whom nobody takes costs nothing.
"""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.dense_loops import CURSOR, PHASE, SCANS, best_of, best_two
from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.search_loops import SHORTEST, first_at, lengthen, lowest_bits
from matcher.assignment.state import LANES, Paired, Search

ROUNDS = 2  # of exact bids, each of no more bids than contacts (measured: more bring less than the paths they save)


@compiled
def _price_by_columns(value: FloatArray, pairs: Paired) -> None:
    """An employee costs what its best contact would pay, and goes to it; a contact wanted by many gets one of them."""
    price, owner, employee_of = pairs.price, pairs.owner, pairs.employee_of
    price[:] = value[0]
    owner[:] = 0
    for i in range(1, value.shape[0]):
        row = value[i]
        for j in range(row.size):
            more = row[j] > price[j]
            price[j] = row[j] if more else price[j]
            owner[j] = i if more else owner[j]
    for j in range(owner.size - 1, -1, -1):
        if employee_of[owner[j]] < 0:
            employee_of[owner[j]] = j
        else:
            owner[j] = -1


@compiled
def _price_by_second_best(value: FloatArray, pairs: Paired, lane: FloatArray) -> None:
    """An employee that is served costs as much more as its contact would lose by the next best."""
    price = pairs.price
    for i in range(value.shape[0]):
        j = pairs.employee_of[i]
        if j >= 0:
            own = price[j]
            price[j] = np.inf
            price[j] = max(own, value[i, j] - best_of(value[i], price, lane))


@compiled
def _bid_exactly(value: FloatArray, pairs: Paired, lane: FloatArray, stack: IntArray, waiting: int) -> None:
    """Those who wait take their best employee for the price at which the second best is as good."""
    price, owner, employee_of = pairs.price, pairs.owner, pairs.employee_of
    left = value.shape[0]
    while waiting > 0 and left > 0:
        left -= 1
        waiting -= 1
        i = stack[waiting]
        row = value[i]
        j, first, second = best_two(row, price, lane)
        before = owner[j]
        if first > second:
            price[j] += first - second
        elif before >= 0:
            j = _free_among_best(row, pairs, first)
            if j < 0:
                continue  # a tie of employees who are all taken: paths settle it
            before = -1
        owner[j] = i
        employee_of[i] = j
        if before >= 0:
            employee_of[before] = -1
            stack[waiting] = before
            waiting += 1


@compiled
def _free_among_best(row: FloatArray, pairs: Paired, first: float) -> int:
    for k in range(row.size):
        if row[k] - pairs.price[k] == first and pairs.owner[k] < 0:
            return k
    return -1


@compiled
def _serve_by_path(value: FloatArray, pairs: Paired, newcomer: int, search: Search) -> int:
    """Serve one more contact along the cheapest chain of moves, at whose end an employee is free. Rows looked at."""
    price, owner, employee_of = pairs.price, pairs.owner, pairs.employee_of
    key, came_from, closed, reach = search.key, search.came_from, search.seen, search.reach
    bits = key.view(np.uint64)
    key[:] = np.inf
    mover, length, count = newcomer, SHORTEST, 0
    base = best_of(value[mover], price, search.lane)
    while True:
        lengthen(value[mover], price, key, came_from, base, length, mover)
        here, free = first_at(bits, lowest_bits(bits), owner)
        if free < key.size:
            break
        length = key[here]
        reach[count], closed[count], key[here] = length, here, -np.inf
        count += 1
        mover = owner[here]
        base = length + value[mover, here] - price[here]
    for k in range(count):
        price[closed[k]] += key[free] - reach[k]
    here = free
    while True:
        mover = came_from[here]
        before = employee_of[mover]
        owner[here], employee_of[mover] = mover, here
        if mover == newcomer:
            return count + 1
        here = before


@compiled
def advance_paired(
    value: FloatArray, pairs: Paired, search: Search, stack: IntArray, at: IntArray, budget: int
) -> bool:
    """Go on from where `at` says; False where `budget` rows looked at were too few. The first steps are not stopped."""
    contacts, employees = value.shape
    if at[PHASE] == 0:
        at[PHASE] = 1
        if contacts == employees:
            _price_by_columns(value, pairs)
            if contacts > 1:
                _price_by_second_best(value, pairs, search.lane)
            at[SCANS] += 2 * contacts
    while employees > 1 and at[PHASE] <= ROUNDS:
        at[PHASE] += 1
        waiting = 0
        for i in range(contacts - 1, -1, -1):
            if pairs.employee_of[i] < 0:
                stack[waiting] = i
                waiting += 1
        _bid_exactly(value, pairs, search.lane, stack, waiting)
        at[SCANS] += waiting
        budget -= waiting
        if budget <= 0:
            return False
    scans = 0
    while at[CURSOR] < contacts and scans < budget:
        i = at[CURSOR]
        if pairs.employee_of[i] < 0:
            scans += _serve_by_path(value, pairs, i, search)
        at[CURSOR] += 1
    at[SCANS] += scans
    return bool(at[CURSOR] >= contacts)


@compiled
def level_of(value: FloatArray, pairs: Paired) -> float:
    """How far all prices must fall so that no contact pays more than its employee is worth to it, at least 0.

    Where as many contacts as employees are all served, only differences between prices count.
    """
    low = 0.0
    for i in range(value.shape[0]):
        j = pairs.employee_of[i]
        low = min(low, value[i, j] - pairs.price[j])
    return -low


@compiled
def solve_small(
    value: FloatArray, capacity: IntArray, employee_of: IntArray, prices: FloatArray
) -> tuple[float, float]:
    """All steps of a small problem in one call: fills employees and prices; the worth, and the bound proved.

    At least two contacts or two employees; more contacts than employees are exchanged with them. Where a capacity is
    above 1 it does nothing, and the worth is -1.
    """
    for j in range(capacity.size):
        if capacity[j] > 1:
            return -1.0, 0.0
    contacts, employees = value.shape
    turned = contacts > employees
    rows, columns = (employees, contacts) if turned else (contacts, employees)
    cells = rows * columns
    real, whole = np.empty(cells + 3 * columns + LANES), np.empty(3 * columns + 2 * rows + 6, np.int64)
    benefit = real[:cells].reshape(rows, columns)
    for i in range(contacts):
        for j in range(employees):
            worth = value[i, j] if value[i, j] > 0.0 and capacity[j] > 0 else 0.0
            if turned:
                benefit[j, i] = worth
            else:
                benefit[i, j] = worth
    key, reach = real[cells : cells + columns], real[cells + columns : cells + 2 * columns]
    price, lane = real[cells + 2 * columns : cells + 3 * columns], real[cells + 3 * columns :]
    owner, came_from, seen = whole[:columns], whole[columns : 2 * columns], whole[2 * columns : 3 * columns]
    taken, stack = whole[3 * columns : 3 * columns + rows], whole[3 * columns + rows : 3 * columns + 2 * rows]
    at = whole[3 * columns + 2 * rows :]
    price[:] = 0.0
    owner[:], taken[:], at[:] = -1, -1, 0
    pairs = Paired(price, owner, taken)
    advance_paired(benefit, pairs, Search(key, came_from, seen, seen, seen, seen, reach, lane), stack, at, 2**62)
    if turned:
        employee_of[:] = owner
        for j in range(employees):
            prices[j] = max(best_of(benefit[j], price, lane), 0.0)
    else:
        level = level_of(benefit, pairs) if contacts == employees else 0.0
        employee_of[:] = taken
        for j in range(employees):
            prices[j] = max(price[j] - level, 0.0)
    return _certify_small(value, capacity, employee_of, prices, lane)


@compiled
def _certify_small(
    value: FloatArray, capacity: IntArray, employee_of: IntArray, prices: FloatArray, lane: FloatArray
) -> tuple[float, float]:
    """Leaves out pairs of no use; the worth of the others, and the bound that the prices prove."""
    worth, bound = 0.0, 0.0
    for j in range(capacity.size):
        if capacity[j] > 0:
            bound += prices[j]
        else:
            prices[j] = np.inf  # shut out, for the moment
    for i in range(employee_of.size):
        bound += max(0.0, best_of(value[i], prices, lane))
        j = employee_of[i]
        if j >= 0 and capacity[j] > 0 and value[i, j] > 0.0:
            worth += value[i, j]
        else:
            employee_of[i] = -1
    for j in range(capacity.size):
        if capacity[j] == 0:
            prices[j] = 0.0
    return worth, bound
