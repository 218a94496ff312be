"""Compiled: one contact enters a solved assignment, along one shortest chain of moves.

Source: shortest augmenting paths from kept prices (Jonker and Volgenant 1987, doi 10.1007/BF02278710), over employees.
A chain is looked for among each contact's best employees first (Volgenant 1996, doi 10.1016/0305-0548(96)00010-X); one
that is long, from both ends at once (Pohl 1971, Bi-directional search, Machine Intelligence 6).
"""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.incremental_both_ways import search_both_ways
from matcher.assignment.incremental_lists import FALLEN, list_best
from matcher.assignment.incremental_scans import count_above, largest, place_of
from matcher.assignment.incremental_seats import let_least_go, move, take
from matcher.assignment.incremental_state import Kept, Paths
from matcher.assignment.incremental_turned import note_new_row
from matcher.assignment.incremental_ways import go_out, way_out
from matcher.assignment.sparse_loops import UNSEEN, pop, push

SEEN = 0  # in `Paths.counts`
PATIENCE = 1_500  # employees looked at before a search from both ends takes over (measured: most chains take 300)
FEW = 100  # employees that a newcomer could go to itself; where more, lists are soon given up (measured)


@compiled
def serve(contact: int, kept: Kept, paths: Paths) -> None:
    """Serve the contact too if that adds to the whole."""
    row, price, net = kept.value[contact], kept.price, paths.length
    note_new_row(contact, kept, paths)
    for k in range(price.size):
        net[k] = row[k] - price[k] if row[k] > price[k] else 0.0
    best = largest(net)
    if best <= 0.0:
        return
    favourite = place_of(best, net)
    last = way_out(favourite, kept, paths.ways)
    if last >= 0:
        go_out(favourite, last, kept, paths.ways)
        take(contact, favourite, kept)
        return
    meeting = search(contact, best, kept, paths)
    if meeting >= 0:
        move_along(meeting, kept, paths)


@compiled
def search(contact: int, best: float, kept: Kept, paths: Paths) -> int:
    """The employee where the shortest chain ends, -1: nobody moves; prices follow. `Paths.length`: what each nets."""
    row, price, low, place = kept.value[contact], kept.price, kept.low, paths.rest
    for k in range(price.size):
        dear = low[k] if low[k] > price[k] else price[k]
        place[k] = row[k] - dear if row[k] > dear else 0.0  # at once: a free slot, or that of its cheapest contact
    through = largest(place)
    limit, meeting, is_done = best - through, -1, False
    if through > 0.0:
        meeting = place_of(through, place)
    if count_above(paths.length, best - limit) <= FEW:
        size = start_few(contact, best, limit, meeting, paths)
        limit, meeting, is_done = search_lists(limit, meeting, size, kept, paths)
    else:
        start_all(contact, best, paths)
    if is_done:
        settle(limit, kept, paths)
        return meeting
    return search_both_ways(contact, limit, meeting, kept, paths)


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
def move_along(meeting: int, kept: Kept, paths: Paths) -> None:
    """Carry out the chain: whoever is worth least where it ends goes, the others move up."""
    here, ways = meeting, paths.ways
    if kept.filled[here] >= kept.capacity[here]:
        ways.comes[here] = let_least_go(here, kept)
    while True:
        mover = paths.search.came_from[here]
        before = kept.employee_of[mover]
        if before < 0:
            take(mover, here, kept)
            return
        move(mover, before, here, kept, ways)
        here = before
