"""Compiled: auction and shortest augmenting paths on a full matrix.

Sources: Bertsekas 1988, doi 10.1007/BF02186476 (auction with scaling); Bertsekas and Castañón 1989,
doi 10.1007/BF02216923 (an employee's equal slots bid for together); Jonker and Volgenant 1987,
doi 10.1007/BF02278710, and Crouse 2016, doi 10.1109/TAES.2016.140952 (shortest augmenting paths).
"""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.search_loops import SHORTEST, first_with_room, lengthen, lowest_bits
from matcher.assignment.slots_loops import empty_all, move_along, note_slots, take_slot
from matcher.assignment.state import LANES, Search, Seats

PHASE, WAITING, CURSOR, BIDS, SCANS, BIDS_IN_PHASE = range(6)  # what `at` holds: how far the solver has come
MOST_BIDS = 60  # a contact and phase: price wars end here, and paths take over
ENOUGH = 50  # one contact in so many may be left to paths
MOST_EXACT_BIDS = 6  # a contact, in the last pass, which raises prices only as far as they must


@compiled
def _fill_lanes(row: FloatArray, price: FloatArray, lane: FloatArray) -> None:
    """Lane k gets the largest row - price over columns k, k + 64, k + 128 and so on."""
    for k in range(LANES):
        lane[k] = row[k] - price[k]
    whole = row.size // LANES
    for b in range(1, whole):
        part, cost = row[b * LANES : (b + 1) * LANES], price[b * LANES : (b + 1) * LANES]
        for k in range(LANES):
            net, seen = part[k] - cost[k], lane[k]
            lane[k] = net if net > seen else seen
    part, cost = row[whole * LANES :], price[whole * LANES :]
    for k in range(part.size):
        net, seen = part[k] - cost[k], lane[k]
        lane[k] = net if net > seen else seen


@compiled
def best_two(row: FloatArray, price: FloatArray, lane: FloatArray) -> tuple[int, float, float]:  # noqa: C901  # compiled: a call in the innermost loop costs more than it explains
    """The column with the largest row - price, that net value, and the largest of the other columns."""
    count = row.size
    if count < 2 * LANES:
        best, first, second = -1, -np.inf, -np.inf
        for j in range(count):
            net = row[j] - price[j]
            if net > first:
                best, first, second = j, net, first
            elif net > second:
                second = net
        return best, first, second
    _fill_lanes(row, price, lane)
    where, first, second = 0, -np.inf, -np.inf
    for k in range(LANES):
        if lane[k] > first:
            where, first, second = k, lane[k], first
        elif lane[k] > second:
            second = lane[k]
    best = -1
    for j in range(where, count, LANES):
        net = row[j] - price[j]
        if net == first and best < 0:
            best = j
        elif net > second:
            second = net
    return best, first, second


@compiled
def best_of(row: FloatArray, price: FloatArray, lane: FloatArray) -> float:
    """The largest row - price."""
    count = row.size
    best = -np.inf
    if count < 2 * LANES:
        for j in range(count):
            best = max(best, row[j] - price[j])
        return best
    _fill_lanes(row, price, lane)
    for k in range(LANES):
        best = max(best, lane[k])
    return best


@compiled
def _auction(
    value: FloatArray, seats: Seats, lane: FloatArray, stack: IntArray, at: IntArray, epsilon: float, budget: int
) -> bool:
    """Bids until nobody waits; False where `budget` bids were too few. ε = 0 raises prices only where it must."""
    slots, price, filled, employee_of = seats.slots, seats.price, seats.filled, seats.employee_of
    outside = value.shape[1]
    waiting, bids, before = at[WAITING], at[BIDS_IN_PHASE], at[BIDS_IN_PHASE]
    limit = (MOST_BIDS if epsilon > 0.0 else MOST_EXACT_BIDS) * value.shape[0]
    stop = min(limit, bids + budget)
    while waiting > 0 and bids < stop:
        bids += 1
        waiting -= 1
        i = stack[waiting]
        j, first, second = best_two(value[i], price, lane)
        away = -float(price[outside])
        if away > first:
            j, first, second = outside, away, first
        elif away > second:
            second = away
        if second == -np.inf:
            second = first
        step = first - second + epsilon
        if step <= 0.0 and filled[j] == slots[j + 1] - slots[j]:
            continue  # a tie for a full employee: paths settle it
        outbid = take_slot(i, j, price[j] + step, seats)
        employee_of[i] = j
        if outbid >= 0:
            employee_of[outbid] = -1
            stack[waiting] = outbid
            waiting += 1
    at[BIDS] += bids - before
    at[WAITING], at[BIDS_IN_PHASE] = waiting, bids
    return bool(waiting == 0 or bids >= limit)


@compiled
def _serve_by_path(value: FloatArray, seats: Seats, newcomer: int, search: Search) -> int:
    """Serve one more contact along the cheapest chain of moves, at whose end a slot is free. Rows looked at."""
    slots, price, filled, owner = seats.slots, seats.price, seats.filled, seats.owner
    lane, reach, key, came_from, closed = search.lane, search.reach, search.key, search.came_from, search.seen
    outside = value.shape[1]
    inside, price_inside, from_inside = key[:outside], price[:outside], came_from[:outside]
    bits = key.view(np.uint64)
    key[:] = np.inf
    away = float(-price[outside])
    base = max(best_of(value[newcomer], price_inside, lane), away)
    lengthen(value[newcomer], price_inside, inside, from_inside, base, SHORTEST, newcomer)
    key[outside], came_from[outside] = max(base - away, SHORTEST), newcomer
    count, scans = 0, 1
    while True:
        here, last = first_with_room(bits, lowest_bits(bits), slots, filled)
        length = key[min(here, last)]
        if not 0.0 < length < np.inf:
            return scans  # nobody can take this contact, not even the outside
        if last <= outside:
            break
        reach[count], closed[count], key[here] = length, here, -np.inf
        count += 1
        for s in range(slots[here], slots[here + 1]):
            r = owner[s]
            own = value[r, here] if here < outside else 0.0
            base = length + own - price[here]
            lengthen(value[r], price_inside, inside, from_inside, base, length, r)
            far = max(base - away, length)
            if far < key[outside]:
                key[outside], came_from[outside] = far, r
        scans += slots[here + 1] - slots[here]
    for k in range(count):
        price[closed[k]] += length - reach[k]
    move_along(newcomer, last, came_from, seats)
    return scans


@compiled
def _serve_the_rest(value: FloatArray, seats: Seats, search: Search, at: IntArray, budget: int) -> bool:
    """Paths for all whom no auction served; False where `budget` rows looked at were too few."""
    contacts = seats.employee_of.size
    scans = 0
    while at[CURSOR] < contacts and scans < budget:
        i = at[CURSOR]
        if seats.employee_of[i] < 0:
            scans += _serve_by_path(value, seats, i, search)
        at[CURSOR] += 1
    at[SCANS] += scans
    return bool(at[CURSOR] >= contacts)


@compiled
def advance(
    value: FloatArray, seats: Seats, search: Search, stack: IntArray, at: IntArray, epsilons: FloatArray, budget: int
) -> bool:
    """Go on from where `at` says: an auction for each ε, then paths for the rest. True when done.

    ε = 0 raises prices exactly; where that leaves only a few unserved, smaller ε are left out. The last ε is 0.
    """
    phases = epsilons.size
    while at[PHASE] < phases:
        if at[BIDS_IN_PHASE] < 0:
            at[WAITING] = empty_all(seats, stack)
            at[BIDS_IN_PHASE] = 0
        epsilon, bids = epsilons[at[PHASE]], at[BIDS]
        if not _auction(value, seats, search.lane, stack, at, epsilon, budget):
            return False
        budget -= at[BIDS] - bids
        at[PHASE] += 1
        at[BIDS_IN_PHASE] = -1
        if epsilon == 0.0 and (at[PHASE] == phases or (seats.employee_of < 0).sum() * ENOUGH <= value.shape[0]):
            at[PHASE], at[CURSOR] = phases, 0
            note_slots(seats)
        if budget <= 0:
            return False
    return _serve_the_rest(value, seats, search, at, budget)


@compiled
def keep_best(value: FloatArray, price: FloatArray, lane: FloatArray, kept: FloatArray) -> None:
    """For each row the largest row - price, at least 0."""
    for i in range(value.shape[0]):
        kept[i] = max(0.0, best_of(value[i], price, lane))


@compiled
def solve_small_with_slots(value: FloatArray, capacity: IntArray) -> tuple[IntArray, FloatArray, float, float]:
    """All steps of a small problem in one call, by paths from zero: employees, prices, worth, and the bound proved."""
    contacts, employees = value.shape
    slots = np.empty(employees + 2, np.int64)
    price = np.zeros(employees + 1)
    slots[0] = 0
    for j in range(employees):
        slots[j + 1] = slots[j] + min(capacity[j], contacts + 1)
        if capacity[j] == 0:
            price[j] = np.inf
    slots[employees + 1] = slots[employees] + contacts + 1
    owner, paid = np.empty(slots[employees + 1], np.int64), np.empty(slots[employees + 1])
    slot_of, employee_of = np.empty(contacts, np.int64), np.full(contacts, -1)
    seats = Seats(slots, price, np.zeros(employees + 1, np.int64), owner, paid, slot_of, employee_of)
    came_from, seen = np.empty(employees + 1, np.int64), np.empty(employees + 1, np.int64)
    key, reach, lane = np.empty(employees + 1), np.empty(employees + 1), np.empty(LANES)
    search = Search(key, came_from, seen, seen, seen, seen, reach, lane)
    at = np.zeros(6, np.int64)
    at[BIDS_IN_PHASE] = -1
    advance(value, seats, search, np.empty(contacts, np.int64), at, np.zeros(1), 2**62)
    worth, bound = 0.0, 0.0
    for i in range(contacts):
        bound += max(0.0, best_of(value[i], price, lane))
        j = employee_of[i]
        if j == employees or value[i, j] <= 0.0:
            employee_of[i] = -1
        else:
            worth += value[i, j]
    for j in range(employees):
        if capacity[j] > 0:
            bound += price[j] * capacity[j]
        else:
            price[j] = 0.0
    return employee_of, price[:employees], worth, bound
