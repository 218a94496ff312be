"""What makes an answer right, without any solver: feasible, worth what it says, and no other can be worth more."""

import numpy as np
import pytest


def check_proof(answer, value, capacity, *, gap=1e-9):
    """Feasible, and bounded by its own prices to within `gap` of its worth. Weak duality, added up pair by pair.

    `value` holds what a pair is worth; -inf or less than 0 for a pair that is of no use. Loads are 1.
    """
    worth, taken = 0.0, [0] * value.shape[1]
    for i, j in enumerate(answer.employee_of.tolist()):
        assert -1 <= j < value.shape[1]
        if j >= 0:
            assert value[i, j] > 0
            worth += value[i, j]
            taken[j] += 1
    assert all(used <= room for used, room in zip(taken, capacity, strict=True))
    prices = answer.prices
    assert prices.shape == (value.shape[1],)
    assert (prices >= 0).all()
    assert np.isfinite(prices).all()
    open_to_all = np.flatnonzero(np.asarray(capacity) > 0)
    bound = sum(float(prices[j]) * int(capacity[j]) for j in range(value.shape[1]))
    for row in value:
        bound += max([0.0, *(row[j] - prices[j] for j in open_to_all)])
    assert worth <= bound * (1 + 1e-12) + 1e-12
    assert bound - worth <= gap * max(bound, 1e-300)
    return worth


def check_proof_of_loads(answer, value, capacity, load):
    """As above where a pair takes `load` slots: feasible, and neither prices nor turnout claim too little.

    Prices of slots, or of contacts, must show that one contact more than the turnout's `most` cannot be served. Returns
    worth and bound.
    """
    worth, taken = 0.0, np.zeros(value.shape[1])
    for i, j in enumerate(answer.employee_of.tolist()):
        if j >= 0:
            assert value[i, j] > 0
            worth += value[i, j]
            taken[j] += load[i, j]
    assert (taken <= capacity).all()
    useful = (value > 0) & (load <= capacity)
    most, toll = 0, 0.0
    if answer.turnout is not None:
        most, toll = answer.turnout.most, answer.turnout.toll
        assert toll >= 0
        assert _most(answer.turnout, useful, capacity, load) < most + 1
    limit = _limit(np.where(useful, value, -np.inf), answer.prices, capacity, load, toll) + most * toll
    if answer.turnout is not None and answer.turnout.by_fills is not None:
        by_fills = answer.turnout.by_fills
        assert by_fills.toll >= 0
        filled = _filled(np.where(useful, value - by_fills.toll, -np.inf), by_fills.contact_prices, capacity, load)
        limit = min(limit, filled + most * by_fills.toll)
    assert answer.value == pytest.approx(worth)
    assert answer.bound <= limit * (1 + 1e-12) + 1e-12
    assert worth <= answer.bound * (1 + 1e-12) + 1e-12
    return worth, limit


def _most(turnout, useful, capacity, load):
    by_slots = _limit(np.where(useful, 1.0, -np.inf), turnout.prices, capacity, load, 0.0)
    if turnout.by_fills is None or turnout.by_fills.most_prices is None:
        return by_slots
    return min(by_slots, _filled(np.where(useful, 1.0, -np.inf), turnout.by_fills.most_prices, capacity, load))


def _filled(value, contact_prices, capacity, load):
    """What contacts pay, and what employees gain who each fill their slots as they like: a knapsack for everyone."""
    assert (contact_prices >= 0).all()
    total = float(contact_prices.sum())
    for j in range(value.shape[1]):
        best = [0.0] * (int(capacity[j]) + 1)
        for i in range(value.shape[0]):
            gain, taken = value[i, j] - contact_prices[i], int(load[i, j])
            for room in range(int(capacity[j]), taken - 1, -1) if gain > 0 else ():
                best[room] = max(best[room], best[room - taken] + gain)
        total += best[-1]
    return total


def _limit(value, prices, capacity, load, toll):
    assert (prices >= 0).all()
    paid = value - load * prices - toll
    return float(prices @ capacity) + sum(max([0.0, *row]) for row in paid)
