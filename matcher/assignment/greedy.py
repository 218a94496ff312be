"""The answer for when there is no time: best pairs first, and prices good enough for a bound."""

import numpy as np

from matcher.assignment.problem import FloatArray, IntArray, Pairs

MOST_ROUNDS = 60  # of prices; each costs one pass over the pairs
FEWEST_ROUNDS = 5
PAIRS_IN_ALL = 3_000_000  # looked at for prices: about 0.1 s, as there is no time to lose


def serve_greedily(pairs: Pairs, contacts: int, capacity: IntArray) -> IntArray:
    """A feasible assignment, by value per slot taken.

    In each round every unserved contact asks its best employee with room, who takes the best of those who ask.
    """
    load = np.ones(pairs.value.size, dtype=np.int64) if pairs.load is None else pairs.load
    worth = pairs.value / load
    order = np.lexsort((pairs.employee, -worth, pairs.contact))
    contact, employee, load, worth = pairs.contact[order], pairs.employee[order], load[order], worth[order]
    employee_of, left = np.full(contacts, -1, dtype=np.int64), capacity.copy()
    live = np.flatnonzero(load <= left[employee])
    while live.size:
        asking = live[np.diff(contact[live], prepend=-1) > 0]
        asking = asking[np.lexsort((contact[asking], -worth[asking], employee[asking]))]
        taken = asking[_running_load(employee[asking], load[asking]) <= left[employee[asking]]]
        employee_of[contact[taken]] = employee[taken]
        np.subtract.at(left, employee[taken], load[taken])
        live = live[(employee_of[contact[live]] < 0) & (load[live] <= left[employee[live]])]
    return employee_of


def _running_load(employee: IntArray, load: IntArray) -> IntArray:
    """Slots asked of an employee up to and including each row; rows come grouped by employee."""
    total = np.cumsum(load)
    first = np.flatnonzero(np.diff(employee, prepend=-1))
    before = np.repeat(total[first] - load[first], np.diff(first, append=employee.size))
    running: IntArray = total - before
    return running


def prices_by_ascent(pairs: Pairs, capacity: IntArray, *, value: float) -> FloatArray:
    """Prices whose bound is low, by Polyak's subgradient steps towards the known `value`.

    Source: Polyak 1969, doi 10.1016/0041-5553(69)90061-5. Starts from 0 and keeps the best prices seen.
    """
    load = np.ones(pairs.value.size) if pairs.load is None else pairs.load.astype(np.float64)
    prices = np.zeros(capacity.size)
    best_prices, best_bound = prices, np.inf
    starts = np.flatnonzero(np.diff(pairs.contact, prepend=-1))
    rounds = min(max(PAIRS_IN_ALL // max(pairs.value.size, 1), FEWEST_ROUNDS), MOST_ROUNDS)
    for _ in range(rounds if starts.size else 0):
        net = pairs.value - load * prices[pairs.employee]
        best = np.maximum.reduceat(net, starts)
        bound = float(np.maximum(best, 0.0).sum() + prices @ capacity)
        if bound < best_bound:
            best_prices, best_bound = prices, bound
        wanted = (net > 0) & (net >= np.repeat(best, np.diff(starts, append=net.size)))
        demand = np.bincount(pairs.employee[wanted], weights=load[wanted], minlength=capacity.size)
        slope = capacity - demand
        length = float(slope @ slope)
        if length == 0 or bound <= value:
            break
        prices = np.maximum(0.0, prices - slope * (bound - value) / length)
    return best_prices
