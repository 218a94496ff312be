"""Compiled: one contact enters a solved assignment, along one shortest chain of moves.

Source: shortest augmenting paths from kept prices (Jonker and Volgenant 1987, doi 10.1007/BF02278710), over employees.
A chain is looked for among each contact's best employees first (Volgenant 1996, doi 10.1016/0305-0548(96)00010-X); one
that is long, from both ends at once (Pohl 1971, Bi-directional search, Machine Intelligence 6).
"""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.incremental_lists import FALLEN, list_best, refer_to_prices
from matcher.assignment.incremental_scans import (
    any_below,
    count_above,
    largest,
    lowest_of_both,
    nearest,
    place_of,
    place_of_sum,
)
from matcher.assignment.incremental_seats import leave, take
from matcher.assignment.incremental_state import NOBODY, Kept, Paths
from matcher.assignment.problem import FloatArray
from matcher.assignment.search_loops import SHORTEST, lengthen
from matcher.assignment.sparse_loops import TAKEN_OUT, UNSEEN, pop, push

SEEN, GIVEN_UP, UNTURNED = range(3)  # in `Paths.counts`
PATIENCE = 1_500  # employees looked at before a search from both ends takes over (measured: most chains take 300)
DENSER = 2.0  # a search goes on where fewer are met on the way; ahead, until that is so many times as many (measured)
MOST_UNTURNED = 32  # newcomers whose values are read one by one by every search back
FEW = 100  # employees that a newcomer could go to itself; where more, lists are soon given up (measured)
BLOCK = 64  # contacts of whom the best is found by vectors, and who are looked at one by one only where it matters


@compiled
def serve(contact: int, kept: Kept, paths: Paths) -> None:
    """Serve the contact too if that adds to the whole; prices and moves follow."""
    row, price, low, net, place = kept.value[contact], kept.price, kept.low, paths.length, paths.rest
    note_new_row(contact, kept, paths)
    for k in range(price.size):
        dear = low[k] if low[k] > price[k] else price[k]
        net[k] = row[k] - price[k] if row[k] > price[k] else 0.0
        place[k] = row[k] - dear if row[k] > dear else 0.0  # at once: a free slot, or that of its cheapest contact
    best, through = largest(net), largest(place)
    if best <= 0.0:
        return
    limit, meeting, is_done = best - through, -1, False
    if through > 0.0:
        meeting = place_of(through, place)
    if count_above(net, best - limit) <= FEW:
        size = start_few(contact, best, limit, meeting, paths)
        limit, meeting, is_done = search_lists(limit, meeting, size, kept, paths)
    else:
        start_all(contact, best, paths)
    if is_done:
        settle(limit, kept, paths)
    else:
        limit, meeting = search_both_ways(contact, limit, meeting, kept, paths)
    if meeting >= 0:
        move_along(contact, meeting, kept, paths)


@compiled
def start_few(contact: int, best: float, limit: float, meeting: int, paths: Paths) -> int:
    """The employees that the newcomer could go to itself, in a heap; how many. `Paths.length` is what each nets."""
    found, size = paths.search, 0
    for k in range(found.key.size):
        if k == meeting or best - paths.length[k] < limit:
            found.key[k], found.came_from[k], found.seen[size] = best - paths.length[k], contact, k
            size = push(found, size, k)
    paths.counts[SEEN] = size
    return size


@compiled
def start_all(contact: int, best: float, paths: Paths) -> None:
    """As above where they are many, so that lists would soon be given up: no heap. Lengths from `best` on are cut."""
    key, came_from = paths.search.key, paths.search.came_from
    for k in range(key.size):
        key[k] = best - paths.length[k]
        came_from[k] = contact


@compiled
def note_new_row(contact: int, kept: Kept, paths: Paths) -> None:
    """Its list, and its values employee by employee, are made when they are asked for."""
    paths.lists.beyond[contact] = -np.inf
    for s in range(paths.counts[UNTURNED]):
        if paths.unturned[s] == contact:
            return
    if paths.counts[UNTURNED] == min(MOST_UNTURNED, paths.unturned.size):
        turn_all(kept, paths)
    paths.unturned[paths.counts[UNTURNED]] = contact
    paths.counts[UNTURNED] += 1


@compiled
def turn_all(kept: Kept, paths: Paths) -> None:
    """Note employee by employee what newcomers are worth: slow to write, so for many of them at once."""
    for k in range(kept.price.size):
        for s in range(paths.counts[UNTURNED]):
            contact = paths.unturned[s]
            kept.turned[k, contact] = kept.value[contact, k]
    paths.counts[UNTURNED] = 0


@compiled
def turned_to(employee: int, kept: Kept, paths: Paths) -> FloatArray:
    """What each contact is worth with the employee, newcomers too."""
    column: FloatArray = kept.turned[employee]
    for s in range(paths.counts[UNTURNED]):
        contact = paths.unturned[s]
        column[contact] = kept.value[contact, employee]
    return column


@compiled
def search_lists(limit: float, meeting: int, size: int, kept: Kept, paths: Paths) -> tuple[float, int, bool]:
    """Length of the shortest chain, the employee where it ends (-1: nobody moves); and whether lists were enough."""
    found, lists = paths.search, paths.lists
    key, where, seen, came_from, heap = found.key, found.where, found.seen, found.came_from, found.heap
    employee, worth, count, beyond = lists.employee, lists.worth, lists.listed, lists.beyond
    price, low, own, reference, fallen = kept.price, kept.low, kept.own, lists.reference, lists.fallen[FALLEN]
    reached, looks, extras = paths.counts[SEEN], 0, lists.extras[0]
    while size > 0 and key[heap[0]] < limit:
        here = heap[0]
        start = key[here]
        size = pop(found, size)
        mover = kept.first[here]
        while mover >= 0:
            base = start + max(own[mover] - price[here], 0.0)
            if beyond[mover] == -np.inf:
                list_best(mover, kept, lists)
            if base + beyond[mover] - fallen < limit or looks > PATIENCE:
                where[here] = size
                paths.counts[SEEN] = reached
                return limit, meeting, False
            listed = count[mover]
            for e in range(extras + listed):
                k = lists.extra[e] if e < extras else employee[mover, e - extras]
                value = kept.value[mover, k] if e < extras else worth[mover, e - extras]
                looks += 1
                if e >= extras and base + (reference[k] - value) - fallen >= limit:
                    break
                length = max(base - value + price[k], start)  # rounding may not shorten a chain by a step more
                if length < limit and length < key[k]:
                    seen[reached] = k
                    reached += where[k] == UNSEEN
                    key[k], came_from[k] = length, mover
                    size = push(found, size, k)
                    if length + max(low[k] - price[k], 0.0) < limit:
                        limit, meeting = length + max(low[k] - price[k], 0.0), k
            mover = kept.after[mover]
    paths.counts[SEEN] = reached
    return limit, meeting, True


@compiled
def settle(limit: float, kept: Kept, paths: Paths) -> None:
    """Prices under which the chain costs nothing and nobody else wishes to move; nothing is reached any more."""
    found = paths.search
    for s in range(paths.counts[SEEN]):
        k = found.seen[s]
        kept.price[k] += max(limit - found.key[k], 0.0)
        found.key[k] = np.inf
        found.where[k] = UNSEEN


@compiled
def search_both_ways(contact: int, limit: float, meeting: int, kept: Kept, paths: Paths) -> tuple[float, int]:
    """Go on from what lists reached, and back from where chains may end; prices follow. As `search_lists`."""
    note_given_up(kept, paths)
    begin_both(kept, paths)
    key, rest = paths.search.key, paths.rest
    limit, meeting, here = meet(limit, meeting, paths)
    there = nearest(paths.open_rest)
    ahead, back = 0, -1
    for k in range(rest.size):
        back += rest[k] <= SHORTEST  # as if searched already: where many slots are free, one is met from the start
    while True:
        start = key[here] if here >= 0 else np.inf
        end = rest[there] if there >= 0 else np.inf
        if start + end >= limit:
            break
        if ahead * end <= DENSER * back * start:
            ahead += 1
            limit, meeting, here = look_ahead(here, limit, meeting, kept, paths)
        else:
            back += 1
            limit, meeting = look_back(there, start, limit, meeting, kept, paths)
            there = nearest(paths.open_rest)
    move_prices(limit, min(start, limit), kept, paths)
    if meeting >= 0:
        meeting = cut_short(contact, meeting, kept, paths)
        make_room(meeting, kept, paths)
    return limit, meeting


@compiled
def note_given_up(kept: Kept, paths: Paths) -> None:
    """Lists that are often not enough are made again, at the prices of the moment."""
    paths.counts[GIVEN_UP] += 1
    if paths.counts[GIVEN_UP] > kept.price.size:
        paths.counts[GIVEN_UP] = 0
        refer_to_prices(kept, paths.lists)


@compiled
def begin_both(kept: Kept, paths: Paths) -> None:
    """What lists reached; a chain may end at a free slot, or where a contact is let go for what it has."""
    found = paths.search
    for k in range(kept.price.size):
        paths.length[k] = max(found.key[k], SHORTEST)
        found.key[k] = -np.inf if found.where[k] == TAKEN_OUT else paths.length[k]
        found.where[k] = UNSEEN
        paths.goes_to[k] = -1
        paths.rest[k] = max(kept.low[k] - kept.price[k], SHORTEST)
        paths.open_rest[k] = paths.rest[k]
    note_gains(np.inf, kept, paths)


@compiled
def note_gains(waiting: float, kept: Kept, paths: Paths) -> None:
    """What each contact has after paying; `waiting` for one whom nobody serves."""
    for i in range(kept.own.size):
        holder = kept.employee_of[i]
        if holder >= 0:
            paths.gain[i] = max(kept.own[i] - kept.price[holder], 0.0)
        else:
            paths.gain[i] = waiting if holder == NOBODY else np.inf


@compiled
def look_ahead(here: int, limit: float, meeting: int, kept: Kept, paths: Paths) -> tuple[float, int, int]:
    """Where the contacts of `here` could move to make room; and who is nearest then."""
    found = paths.search
    start = found.key[here]
    paths.length[here], found.key[here] = start, -np.inf
    contact = kept.first[here]
    while contact >= 0:
        base = start + paths.gain[contact]
        lengthen(kept.value[contact], kept.price, found.key, found.came_from, base, start, contact)
        contact = kept.after[contact]
    return meet(limit, meeting, paths)


@compiled
def meet(limit: float, meeting: int, paths: Paths) -> tuple[float, int, int]:
    """Where a chain from the newcomer meets one to an end, if that is shorter than `limit`; and the nearest ahead."""
    key, rest = paths.search.key, paths.rest
    ahead, whole = lowest_of_both(key, rest)
    if 0.0 < whole < limit:
        limit, meeting = whole, place_of_sum(whole, key, rest)
    return limit, meeting, place_of(ahead, key) if 0.0 < ahead < np.inf else -1


@compiled
def look_back(there: int, start: float, limit: float, meeting: int, kept: Kept, paths: Paths) -> tuple[float, int]:
    """Whose contacts could move to `there`, and on from there; what is further than `start` leaves is left out."""
    rest, gain, key = paths.rest, paths.gain, paths.search.key
    paths.open_rest[there] = -np.inf
    end = rest[there]
    column = turned_to(there, kept, paths)
    base = end + kept.price[there]
    for begin in range(0, column.size, BLOCK):
        stop = min(begin + BLOCK, column.size)
        if not any_below(gain[begin:stop], column[begin:stop], limit - start - base):
            continue
        for i in range(begin, stop):
            total = base + (gain[i] - column[i])
            if total < limit - start:
                employee = kept.employee_of[i]
                total = max(total, end)
                if total < rest[employee]:
                    rest[employee] = total
                    paths.open_rest[employee] = total
                    paths.goes[employee] = i
                    paths.goes_to[employee] = there
                    whole = total + (key[employee] if key[employee] > 0 else paths.length[employee])
                    if whole < limit:
                        limit, meeting = whole, employee
    return limit, meeting


@compiled
def move_prices(limit: float, reach: float, kept: Kept, paths: Paths) -> None:
    """Prices under which the chain costs nothing and nobody else wishes to move; nothing is reached any more."""
    back, key = limit - reach, paths.search.key
    for k in range(kept.price.size):
        length = key[k] if key[k] > 0.0 else paths.length[k]
        change = max(0.0, reach - length) - max(0.0, back - paths.rest[k])
        if kept.capacity[k] > 0:
            kept.price[k] = max(0.0, kept.price[k] + (change + back))
        key[k] = np.inf


@compiled
def cut_short(contact: int, meeting: int, kept: Kept, paths: Paths) -> int:
    """The last employee of the chain's second half that is in its first half too: what lies between is a detour."""
    is_first = paths.search.reach
    is_first[:] = 0.0
    here = meeting
    while True:
        is_first[here] = 1.0
        mover = paths.search.came_from[here]
        if mover == contact:
            break
        here = kept.employee_of[mover]
    here, last = meeting, meeting
    while here >= 0:
        if is_first[here] > 0:
            last = here
        here = paths.goes_to[here]
    return last


@compiled
def make_room(meeting: int, kept: Kept, paths: Paths) -> None:
    """Carry out the chain's second half, to its end."""
    here = meeting
    while paths.goes_to[here] >= 0:
        mover, there = paths.goes[here], paths.goes_to[here]
        if kept.filled[there] >= kept.capacity[there] and paths.goes_to[there] < 0:
            let_least_go(there, kept)
        leave(mover, kept)
        take(mover, there, kept)
        here = there


@compiled
def let_least_go(employee: int, kept: Kept) -> None:
    """The employee's contact that is worth least is left."""
    leaver = kept.first[employee]
    while kept.own[leaver] != kept.low[employee]:
        leaver = kept.after[leaver]
    leave(leaver, kept)


@compiled
def move_along(contact: int, meeting: int, kept: Kept, paths: Paths) -> None:
    """Carry out the chain: whoever is worth least where it ends goes, the others move up."""
    here = meeting
    if kept.filled[here] >= kept.capacity[here]:
        let_least_go(here, kept)
    while True:
        mover = paths.search.came_from[here]
        before = kept.employee_of[mover]
        if before >= 0:
            leave(mover, kept)
        take(mover, here, kept)
        if mover == contact:
            return
        here = before
