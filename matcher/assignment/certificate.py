"""Prices, and the bound they prove.

Source: linear programming duality for the transport problem (Kuhn 1955, doi 10.1002/nav.3800020109).
"""

import numpy as np

from matcher.assignment.compiled import compiled_is_ready
from matcher.assignment.problem import FloatArray, IntArray, Pairs, Problem, plain
from matcher.assignment.result import Turnout

# A price moves only for more than this share of the largest value: rounding must not keep the search going.
ROUNDING = 1e-14
FEW_CELLS = 20_000  # below this numpy is as quick
CELLS_AT_ONCE = 100_000  # a part that stays in the processor's cache


def bound_of(problem: Problem, prices: FloatArray, turnout: Turnout | None = None) -> float:
    """No assignment is worth more than this, for any prices ≥ 0.

    Σ_i max(0, max_j (v_ij - load_ij·p_j)) + Σ_j p_j·b_j, over useful pairs. Slots that no combination of loads can
    fill are left out of b_j: an employee with 5 slots whose contacts all take 2 has 4. With a `turnout`, which must be
    proved by `most_served`, each contact also pays its toll, and as many tolls as can be served are added. Where the
    turnout holds a proof by fills as well, the lower bound counts.
    """
    sold = float(prices @ usable_capacity(problem))
    net = _best_net_value(problem, prices)
    if turnout is None:
        return sold + float(net.sum())
    by_slots = sold + float(np.maximum(net - turnout.toll, 0.0).sum()) + turnout.most * turnout.toll
    if (proof := turnout.by_fills) is None:
        return by_slots
    filled = worth_when_filled(problem.useful_pairs, problem.capacity, proof.contact_prices + proof.toll)
    return min(by_slots, float(proof.contact_prices.sum()) + turnout.most * proof.toll + filled)


def worth_when_filled(pairs: Pairs, capacity: IntArray, contact_prices: FloatArray) -> float:
    """What employees are worth who each take whatever fills them best, had they the contacts for themselves at a price.

    Together with all prices paid it bounds every assignment. A knapsack for each employee, by Bellman's recursion.
    """
    net = pairs.value - contact_prices[pairs.contact]
    wanted = np.flatnonzero(net > 0)
    load = np.ones(net.size, np.int64) if pairs.load is None else pairs.load
    all_load = np.zeros(capacity.size, np.int64)
    np.add.at(all_load, pairs.employee[wanted], load[wanted])
    room = np.minimum(capacity, all_load)
    width = int(room.max(initial=0)) + 1
    best = np.zeros((capacity.size, width))
    for at in _one_of_each(pairs.employee[wanted], wanted):
        row, taken = best[pairs.employee[at]], load[at][:, None]
        before = np.arange(width) - taken
        gained = np.take_along_axis(row, np.maximum(before, 0), axis=1) + net[at][:, None]
        best[pairs.employee[at]] = np.where(before >= 0, np.maximum(row, gained), row)
    return float(best[np.arange(room.size), room].sum())


def _one_of_each(employee: IntArray, pair: IntArray) -> list[IntArray]:
    """The pairs in parts in which nobody occurs twice: first everybody's first, then everybody's second."""
    order = np.argsort(employee, kind="stable")
    first = np.flatnonzero(np.diff(employee[order], prepend=-1))
    rank = np.arange(order.size) - np.repeat(first, np.diff(first, append=order.size))
    by_rank = np.argsort(rank, kind="stable")
    return np.split(pair[order][by_rank], np.cumsum(np.bincount(rank))[:-1]) if order.size else []


def most_served(problem: Problem, prices: FloatArray) -> float:
    """No assignment serves more contacts by useful pairs than this, for any prices ≥ 0.

    It is `bound_of` for a problem in which every useful pair is worth 1.
    """
    pairs = problem.useful_pairs
    served: FloatArray = np.zeros(problem.shape[0])
    starts = np.flatnonzero(np.diff(pairs.contact, prepend=-1))
    if starts.size:
        net = 1.0 - _cost(pairs, prices)
        served[pairs.contact[starts]] = np.maximum(np.maximum.reduceat(net, starts), 0.0)
    return float(prices @ usable_capacity(problem)) + float(served.sum())


def value_of(problem: Problem, employee_of: IntArray) -> float:
    """What the assignment is worth, added up from the problem itself."""
    served = np.flatnonzero(employee_of >= 0)
    if problem.value is not None:
        return float(problem.value[served, employee_of[served]].sum())
    assert problem.given is not None
    pairs = problem.given
    return float(pairs.value[pairs.employee == employee_of[pairs.contact]].sum())


def usable_capacity(problem: Problem) -> IntArray:
    """Slots per employee that loads can fill: rounded down to a multiple of what all its loads share."""
    pairs = problem.given
    if problem.load is None and (pairs is None or pairs.load is None):
        return problem.capacity
    shared = np.zeros(problem.shape[1], dtype=np.int64)
    if problem.load is not None:
        if problem.shape[0]:
            shared = np.gcd.reduce(np.where(problem.useful_mask, problem.load, 0), axis=0)
    else:
        pairs = problem.useful_pairs
        assert pairs.load is not None
        np.gcd.at(shared, pairs.employee, pairs.load)
    shared = np.maximum(shared, 1)
    return problem.capacity // shared * shared


def _best_net_value(problem: Problem, prices: FloatArray) -> FloatArray:
    """Per contact: what its best employee is worth after paying the price of the slots, at least 0."""
    if problem.value is None:
        pairs = problem.useful_pairs
        best: FloatArray = np.zeros(problem.shape[0])
        starts = np.flatnonzero(np.diff(pairs.contact, prepend=-1))
        if starts.size:
            net = pairs.value - _cost(pairs, prices)
            best[pairs.contact[starts]] = np.maximum(np.maximum.reduceat(net, starts), 0.0)
        return best
    if problem.load is None:  # a closed or unwanted pair is below 0 already, an employee without slots is shut out
        return _best_of_rows(problem.value, np.where(problem.capacity > 0, prices, np.inf))
    net = np.where(problem.useful_mask, problem.value - problem.load * prices, 0.0)
    paid: FloatArray = net.max(axis=1, initial=0.0)
    return paid


def _best_of_rows(value: FloatArray, shut: FloatArray) -> FloatArray:
    """The largest value - price of each row, at least 0, in one read of the matrix."""
    best: FloatArray = np.zeros(value.shape[0])
    if value.size > FEW_CELLS and compiled_is_ready():
        from matcher.assignment.dense_loops import keep_best  # compiled on first use
        from matcher.assignment.state import LANES

        keep_best(plain(value), shut, np.empty(LANES), best)
        return best
    rows = max(CELLS_AT_ONCE // max(value.shape[1], 1), 1)
    for begin in range(0, value.shape[0], rows):
        part = value[begin : begin + rows] - shut
        part.max(axis=1, initial=0.0, out=best[begin : begin + rows])
    return best


def _cost(pairs: Pairs, prices: FloatArray) -> FloatArray:
    cost = prices[pairs.employee]
    return cost if pairs.load is None else cost * pairs.load


def prices_of_dense(benefit: FloatArray, employee_of: IntArray, capacity: IntArray) -> FloatArray:
    """The lowest prices that prove an optimal assignment; unit loads, `benefit` ≥ 0 with 0 for a useless pair.

    Employee k must cost at least what a contact of employee j would gain by moving there: p_k ≥ p_j + W_jk, with W_jk
    the largest v_ik - v_ij over contacts i of j, and at least v_ik for an unserved i. The lowest solution is a longest
    path over employees, found in rounds in which only those whose price rose speak again. Where the assignment is not
    optimal the prices still prove a bound, only not a tight one.
    """
    served = np.flatnonzero(employee_of >= 0)
    unserved = np.flatnonzero(employee_of < 0)
    prices: FloatArray = benefit[unserved].max(axis=0, initial=0.0)
    if served.size == 0:
        return prices
    order = served[np.argsort(employee_of[served], kind="stable")]
    holder = employee_of[order]
    gain = benefit[order]
    gain -= benefit[order, holder][:, None]
    first = np.flatnonzero(np.diff(holder, prepend=-1))
    if first.size < holder.size:
        gain, holder = np.maximum.reduceat(gain, first, axis=0), holder[first]
    step = ROUNDING * float(benefit.max(initial=0.0))
    return free_where_unsold(rise(prices, gain, holder, step=step), employee_of, capacity)


def rise(prices: FloatArray, gain: FloatArray, holder: IntArray, *, step: float) -> FloatArray:
    """The lowest prices, from these upwards, with p_k ≥ p_j + gain[r, k] for every row r and its employee j."""
    speaking = np.arange(holder.size)
    for _ in range(2 * holder.size):
        asked = (gain[speaking] + prices[holder[speaking], None]).max(axis=0)
        risen = asked > prices + step
        prices = np.where(risen, asked, prices)
        speaking = np.flatnonzero(risen[holder])
        if speaking.size == 0:
            break
    return prices


def prices_of_sparse(pairs: Pairs, employee_of: IntArray, capacity: IntArray) -> FloatArray:
    """As `prices_of_dense`, for unit loads given pair by pair."""
    holder = employee_of[pairs.contact]
    own = np.zeros(employee_of.size)
    chosen = holder == pairs.employee
    own[pairs.contact[chosen]] = pairs.value[chosen]
    prices = np.zeros(capacity.size)
    unserved = holder < 0
    np.maximum.at(prices, pairs.employee[unserved], pairs.value[unserved])
    rival = ~unserved & ~chosen
    source, target = holder[rival], pairs.employee[rival]
    gain = (pairs.value - own[pairs.contact])[rival]
    step = ROUNDING * float(pairs.value.max(initial=0.0))
    speaks = np.ones(capacity.size, dtype=np.bool_)
    for _ in range(2 * capacity.size):
        live = speaks[source]
        asked = prices.copy()
        np.maximum.at(asked, target[live], gain[live] + prices[source[live]])
        speaks = asked > prices + step
        prices = np.where(speaks, asked, prices)
        if not speaks.any():
            break
    return free_where_unsold(prices, employee_of, capacity)


def free_where_unsold(prices: FloatArray, employee_of: IntArray, capacity: IntArray) -> FloatArray:
    """The prices, with 0 where a slot is left: an unsold slot is worth nothing (complementary slackness)."""
    sold = np.bincount(employee_of[employee_of >= 0], minlength=capacity.size)
    return np.where(sold >= capacity, prices, 0.0)
