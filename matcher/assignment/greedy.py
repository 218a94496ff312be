"""The answer for when there is no time: best pairs first, and prices good enough for a bound."""

import numpy as np

from matcher.assignment.problem import FloatArray, IntArray, Pairs

ROUNDS_OF_PRICES = 60  # each costs one pass over the pairs


def serve_greedily(pairs: Pairs, contacts: int, capacity: IntArray) -> IntArray:
    """A feasible assignment: pairs in order of value per slot taken, as long as there is room."""
    load = np.ones(pairs.value.size, dtype=np.int64) if pairs.load is None else pairs.load
    employee_of = np.full(contacts, -1, dtype=np.int64)
    left = capacity.copy()
    for k in np.argsort(-pairs.value / load, kind="stable"):
        contact, employee = pairs.contact[k], pairs.employee[k]
        if employee_of[contact] < 0 and left[employee] >= load[k]:
            employee_of[contact] = employee
            left[employee] -= load[k]
    return employee_of


def prices_by_ascent(pairs: Pairs, capacity: IntArray, *, value: float) -> FloatArray:
    """Prices whose bound is low, by Polyak's subgradient steps towards the known `value`.

    Source: Polyak 1969, doi 10.1016/0041-5553(69)90061-5. Starts from 0 and keeps the best prices seen.
    """
    load = np.ones(pairs.value.size) if pairs.load is None else pairs.load.astype(np.float64)
    prices = np.zeros(capacity.size)
    best_prices, best_bound = prices, np.inf
    starts = np.flatnonzero(np.diff(pairs.contact, prepend=-1))
    for _ in range(ROUNDS_OF_PRICES if starts.size else 0):
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
