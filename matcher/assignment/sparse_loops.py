"""Compiled: auction and shortest augmenting paths on a list of pairs, each contact with a way out at value 0.

Sources as for `dense_loops`; the search is Dijkstra's with a binary heap, as chains stay short where pairs are few.
"""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.dense_loops import BIDS, BIDS_IN_PHASE, CURSOR, MOST_BIDS, MOST_EXACT_BIDS, SCANS, WAITING
from matcher.assignment.problem import IntArray
from matcher.assignment.slots_loops import empty_all, has_room, leave_slot, move_along, note_slots, sit_down, take_slot
from matcher.assignment.state import Listed, Search, Seats, Turned

UNSEEN, TAKEN_OUT = -1, -2  # in `Search.where`


@compiled
def begin_phase(seats: Seats, stack: IntArray, at: IntArray) -> None:
    """Nobody is served; prices stay, but a slot that nobody wanted costs nothing again."""
    for j in range(seats.price.size):
        if has_room(j, seats):
            seats.price[j] = 0.0
    at[WAITING] = empty_all(seats, stack)
    at[BIDS_IN_PHASE] = 0


@compiled
def bid_for_pairs(pairs: Listed, seats: Seats, stack: IntArray, at: IntArray, epsilon: float, budget: int) -> bool:
    """As the auction on a full matrix; a contact that no employee is worth its price stays out. False: go on later."""
    first, column, value = pairs.first, pairs.column, pairs.value
    price, employee_of = seats.price, seats.employee_of
    waiting, bids, before = at[WAITING], at[BIDS_IN_PHASE], at[BIDS_IN_PHASE]
    limit = (MOST_BIDS if epsilon > 0.0 else MOST_EXACT_BIDS) * employee_of.size
    stop = min(limit, bids + budget)
    while waiting > 0 and bids < stop:
        bids += 1
        waiting -= 1
        i = stack[waiting]
        here, best, second = -1, 0.0, 0.0
        for k in range(first[i], first[i + 1]):  # without branches, which nobody could predict: twice as quick
            net = value[k] - price[column[k]]
            more = net > best
            less = best if more else net
            best = net if more else best
            here = k if more else here
            second = less if less > second else second
        if here < 0:
            continue
        j, step = column[here], best - second + epsilon
        if step <= 0.0 and not has_room(j, seats):
            continue
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
def end_bidding(pairs: Listed, seats: Seats, at: IntArray) -> None:
    """Note who sits where and what for: paths need it."""
    note_slots(seats)
    for i in range(seats.employee_of.size):
        note_worth(i, pairs, seats)
    at[CURSOR] = 0


@compiled
def note_worth(contact: int, pairs: Listed, seats: Seats) -> None:
    """What the contact's own pair is worth; 0 where it is not served."""
    pairs.worth[contact] = 0.0
    for k in range(pairs.first[contact], pairs.first[contact + 1]):
        if pairs.column[k] == seats.employee_of[contact]:
            pairs.worth[contact] = pairs.value[k]


@compiled
def push(search: Search, size: int, employee: int) -> int:
    """Let the employee into the heap, or up where its key fell; the new size."""
    heap, where, key = search.heap, search.where, search.key
    here = where[employee]
    if here < 0:
        here = size
        size += 1
    while here > 0:
        above = (here - 1) // 2
        if key[heap[above]] <= key[employee]:
            break
        heap[here] = heap[above]
        where[heap[here]] = here
        here = above
    heap[here] = employee
    where[employee] = here
    return size


@compiled
def pop(search: Search, size: int) -> int:
    """Take the lowest out; the new size."""
    heap, where, key = search.heap, search.where, search.key
    where[heap[0]] = TAKEN_OUT
    size -= 1
    if size == 0:
        return 0
    moved = heap[size]
    here = 0
    while True:
        below = 2 * here + 1
        if below >= size:
            break
        if below + 1 < size and key[heap[below + 1]] < key[heap[below]]:
            below += 1
        if key[heap[below]] >= key[moved]:
            break
        heap[here] = heap[below]
        where[heap[here]] = here
        here = below
    heap[here] = moved
    where[moved] = here
    return size


@compiled
def _reach_from(
    contact: int,
    pairs: Listed,
    seats: Seats,
    search: Search,
    length: float,
    net: float,
    limit: float,
    count: int,
    size: int,
) -> tuple[int, int]:
    """Lengthen chains by this contact, who keeps `net` now; how many employees are seen, and how many in the heap."""
    for k in range(pairs.first[contact], pairs.first[contact + 1]):
        j = pairs.column[k]
        far = max(length + (net - (pairs.value[k] - seats.price[j])), length)
        if far < search.key[j] and far < limit:
            if search.key[j] == np.inf:
                search.seen[count] = j
                count += 1
            search.key[j] = far
            search.came_from[j] = contact
            size = push(search, size, j)
    return count, size


@compiled
def _serve_by_path(newcomer: int, pairs: Listed, seats: Seats, search: Search) -> int:  # noqa: C901  # compiled: a call in the innermost loop costs more than it explains
    """As on a full matrix, or a contact on the way leaves where that is cheaper. Contacts looked at."""
    net = 0.0
    for k in range(pairs.first[newcomer], pairs.first[newcomer + 1]):
        net = max(net, pairs.value[k] - seats.price[pairs.column[k]])
    if net <= 0.0:
        return 1
    leaving, leaver, length, last, scans = net, newcomer, 0.0, -1, 1
    count, size = _reach_from(newcomer, pairs, seats, search, 0.0, net, leaving, 0, 0)
    while size > 0 and search.key[search.heap[0]] < leaving:
        here = search.heap[0]
        length = search.key[here]
        if has_room(here, seats):
            last = here
            break
        size = pop(search, size)
        for s in range(seats.slots[here], seats.slots[here + 1]):
            r = seats.owner[s]
            net = max(pairs.worth[r] - seats.price[here], 0.0)
            if length + net < leaving:
                leaving, leaver = length + net, r
            count, size = _reach_from(r, pairs, seats, search, length, net, leaving, count, size)
            scans += 1
    length = length if last >= 0 else leaving
    for s in range(count):
        if search.where[search.seen[s]] == TAKEN_OUT:
            seats.price[search.seen[s]] += length - search.key[search.seen[s]]
    if last < 0 and leaver != newcomer:
        last = leave_slot(leaver, seats)
        pairs.worth[leaver] = 0.0
    if last >= 0:
        move_along(newcomer, last, search.came_from, seats)
        for s in range(count):
            note_worth(search.came_from[search.seen[s]], pairs, seats)
    _forget(search, count)
    return scans


@compiled
def _forget(search: Search, count: int) -> None:
    """Ready for the next search."""
    for s in range(count):
        search.key[search.seen[s]] = np.inf
        search.where[search.seen[s]] = UNSEEN


@compiled
def serve_the_rest(pairs: Listed, seats: Seats, search: Search, at: IntArray, budget: int) -> bool:
    """Paths for all whom no auction served; False where `budget` contacts looked at were too few."""
    contacts = seats.employee_of.size
    scans = 0
    while at[CURSOR] < contacts and scans < budget:
        i = at[CURSOR]
        if seats.employee_of[i] < 0:
            scans += _serve_by_path(i, pairs, seats, search)
        at[CURSOR] += 1
    at[SCANS] += scans
    return bool(at[CURSOR] >= contacts)


@compiled
def by_column(first: IntArray, column: IntArray, columns: int) -> tuple[IntArray, IntArray, IntArray]:
    """The same pairs employee by employee: where each begins, the contact of each pair, and its place in the list."""
    begin = np.zeros(columns + 1, np.int64)
    for k in range(column.size):
        begin[column[k] + 1] += 1
    for j in range(columns):
        begin[j + 1] += begin[j]
    fill = begin[:-1].copy()
    row, place = np.empty(column.size, np.int64), np.empty(column.size, np.int64)
    for i in range(first.size - 1):
        for k in range(first[i], first[i + 1]):
            at = fill[column[k]]
            row[at], place[at] = i, k
            fill[column[k]] += 1
    return begin, row, place


@compiled
def _best_guest(here: int, pairs: Listed, turned: Turned, seats: Seats) -> tuple[int, float, float]:
    """The contact that would pay most for a slot here, what it would pay, and what the next one would."""
    guest, best, second = -1, 0.0, 0.0
    for k in range(turned.begin[here], turned.begin[here + 1]):
        i = turned.row[k]
        j = seats.employee_of[i]
        if j == here:
            continue
        pays = pairs.value[turned.place[k]]
        if j >= 0:
            pays -= max(pairs.worth[i] - seats.price[j], 0.0)
        if pays > best:
            guest, best, second = i, pays, best
        elif pays > second:
            second = pays
    return guest, best, second


@compiled
def offer_free_slots(pairs: Listed, turned: Turned, seats: Seats) -> None:
    """Employees with a free slot that costs something bid for contacts, exactly: the auction turned round, without ε.

    Source: reverse auction, Bertsekas, Castañón and Tsaknakis 1993, doi 10.1137/0803014.
    """
    price = seats.price
    stack = np.empty(price.size, np.int64)
    waiting = 0
    for j in range(price.size):
        if has_room(j, seats) and price[j] > 0.0:
            stack[waiting] = j
            waiting += 1
    left = MOST_EXACT_BIDS * waiting
    while waiting > 0 and left > 0:
        left -= 1
        waiting -= 1
        here = stack[waiting]
        guest, _, second = _best_guest(here, pairs, turned, seats)
        if guest < 0:
            price[here] = 0.0
            continue
        if second >= price[here]:
            continue  # a tie: paths settle it
        price[here] = second
        before = leave_slot(guest, seats)
        sit_down(guest, here, seats)
        note_worth(guest, pairs, seats)
        if has_room(here, seats):
            stack[waiting] = here
            waiting += 1
        if before >= 0 and price[before] > 0.0 and seats.filled[before] + 1 == _room(before, seats):
            stack[waiting] = before
            waiting += 1


@compiled
def _room(employee: int, seats: Seats) -> int:
    return int(seats.slots[employee + 1] - seats.slots[employee])


@compiled
def sink_prices(pairs: Listed, turned: Turned, seats: Seats, search: Search, at: IntArray, budget: int) -> bool:
    """Bring the price of every free slot down to 0, moving contacts to it where they gain; False: go on later.

    The mirror of a path for a contact: from an employee with a free slot that still costs something, over contacts that
    would come if it cost less, to an employee whose price is 0, or to a contact that nobody serves.
    """
    scans = 0
    while at[CURSOR] < seats.price.size:
        j = at[CURSOR]
        while has_room(j, seats) and seats.price[j] > 0.0:
            if scans >= budget:
                return False
            scans += _sink_one(j, pairs, turned, seats, search)
        at[CURSOR] += 1
    return True


@compiled
def _sink_one(start: int, pairs: Listed, turned: Turned, seats: Seats, search: Search) -> int:  # noqa: C901  # compiled: a call in the innermost loop costs more than it explains
    """One employee's price down until a slot is taken or free of charge. Pairs looked at."""
    key, seen, price = search.key, search.seen, seats.price
    key[start] = 0.0
    seen[0] = start
    count, scans, end, last, guest = 1, 1, np.inf, -1, -1
    size = push(search, 0, start)
    while size > 0 and key[search.heap[0]] < end:
        here = search.heap[0]
        size = pop(search, size)
        length = key[here]
        if length + price[here] < end:
            end, last, guest = length + price[here], here, -1
        for k in range(turned.begin[here], turned.begin[here + 1]):
            i = turned.row[k]
            j = seats.employee_of[i]
            net = max(pairs.worth[i] - price[j], 0.0) if j >= 0 else 0.0
            far = length + max(net + price[here] - pairs.value[turned.place[k]], 0.0)
            if far >= end or j == here:
                continue
            if j < 0:
                end, last, guest = far, here, i
            elif far < key[j]:
                if key[j] == np.inf:
                    seen[count] = j
                    count += 1
                key[j], search.came_from[j], search.goes_to[j] = far, i, here
                size = push(search, size, j)
        scans += turned.begin[here + 1] - turned.begin[here]
    for s in range(count):
        if search.where[seen[s]] == TAKEN_OUT and key[seen[s]] < end:
            price[seen[s]] = max(price[seen[s]] - (end - key[seen[s]]), 0.0)
    if guest < 0:
        price[last] = 0.0
    _move_back(start, last, guest, pairs, seats, search)
    _forget(search, count)
    return scans


@compiled
def _move_back(start: int, last: int, guest: int, pairs: Listed, seats: Seats, search: Search) -> None:
    """Each contact on the way goes one step nearer to `start`, the guest (if any) to the far end."""
    here, mover = last, guest
    while True:
        follower = search.came_from[here] if here != start else -1
        if follower >= 0:
            leave_slot(follower, seats)
        if mover >= 0:
            sit_down(mover, here, seats)
            note_worth(mover, pairs, seats)
        if here == start:
            return
        here, mover = search.goes_to[here], follower
