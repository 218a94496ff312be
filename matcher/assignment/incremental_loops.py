"""Compiled: one contact enters a solved assignment, or one slot is filled, along one shortest chain of moves.

Source: shortest augmenting paths from kept prices (Jonker and Volgenant 1987, doi 10.1007/BF02278710), over employees
and from both ends at once (Pohl 1971, Bi-directional search, Machine Intelligence 6).
"""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.incremental_state import Kept, Paths
from matcher.assignment.problem import FloatArray


@compiled
def take(contact: int, employee: int, kept: Kept) -> None:
    """The employee serves the contact."""
    head = kept.first[employee]
    kept.after[contact] = head
    kept.before[contact] = -1
    if head >= 0:
        kept.before[head] = contact
    kept.first[employee] = contact
    kept.employee_of[contact] = employee
    kept.own[contact] = kept.value[contact, employee]
    kept.filled[employee] += 1


@compiled
def leave(contact: int, kept: Kept) -> None:
    """Nobody serves the contact any more."""
    employee = kept.employee_of[contact]
    before, after = kept.before[contact], kept.after[contact]
    if before >= 0:
        kept.after[before] = after
    else:
        kept.first[employee] = after
    if after >= 0:
        kept.before[after] = before
    kept.employee_of[contact] = -1
    kept.own[contact] = 0.0
    kept.filled[employee] -= 1


@compiled
def nearest(length: FloatArray, closed: FloatArray) -> int:
    """The open employee with the shortest chain, or -1. Two passes: a minimum alone is vectorised."""
    best = np.inf
    for k in range(length.size):
        best = min(best, length[k] + closed[k])
    if best < np.inf:
        for k in range(length.size):
            if length[k] + closed[k] == best:
                return k
    return -1


@compiled
def let_in(contact: int, kept: Kept, paths: Paths) -> None:
    """Serve the contact too if that adds to the whole; prices and moves follow."""
    row, price = kept.value[contact], kept.price
    best, favourite = 0.0, -1
    for k in range(price.size):
        if row[k] - price[k] > best:
            best, favourite = row[k] - price[k], k
    if favourite < 0:
        return
    if kept.filled[favourite] < kept.capacity[favourite]:
        take(contact, favourite, kept)
        return
    limit, meeting, reach = search(contact, best, kept, paths)
    move_prices(limit, reach, kept, paths)
    if meeting >= 0:
        move_along(contact, cut_short(contact, meeting, kept, paths), kept, paths)


@compiled
def search(contact: int, best: float, kept: Kept, paths: Paths) -> tuple[float, int, float]:
    """Length of the shortest chain, employee where its halves meet (-1: stay out), how far its start was searched."""
    row, price, length, rest = kept.value[contact], kept.price, paths.length, paths.rest
    limit, meeting = best, -1
    begin(kept, paths)
    for k in range(price.size):
        length[k] = max(best - (row[k] - price[k]), 0.0)
        paths.came_from[k] = contact
        if length[k] + rest[k] < limit:
            limit, meeting = length[k] + rest[k], k
    here, there = nearest(length, paths.closed), nearest(rest, paths.done)
    ahead, back = 0, -1
    for k in range(price.size):
        back += rest[k] == 0.0  # as if searched already: where many slots are free, one is met from the start
    while True:
        start = length[here] if here >= 0 else np.inf
        end = rest[there] if there >= 0 else np.inf
        if start + end >= limit:
            return limit, meeting, min(start, limit)
        if ahead <= back:
            ahead += 1
            limit, meeting = look_ahead(here, limit, meeting, kept, paths)
            here = nearest(length, paths.closed)
        else:
            back += 1
            limit, meeting = look_back(there, start, limit, meeting, kept, paths)
            there = nearest(rest, paths.done)


@compiled
def begin(kept: Kept, paths: Paths) -> None:
    """Nothing is searched yet; a chain may end at a free slot, or where a contact is let go for what it has."""
    for k in range(kept.price.size):
        paths.closed[k] = 0.0
        paths.done[k] = 0.0
        paths.goes[k] = -1
        paths.goes_to[k] = -1
        paths.rest[k] = 0.0 if kept.filled[k] < kept.capacity[k] else np.inf
    for i in range(kept.own.size):
        employee = kept.employee_of[i]
        if employee < 0:
            paths.gain[i] = np.inf
            continue
        paths.gain[i] = max(kept.own[i] - kept.price[employee], 0.0)
        if paths.gain[i] < paths.rest[employee]:
            paths.rest[employee] = paths.gain[i]
            paths.goes[employee] = i


@compiled
def look_ahead(here: int, limit: float, meeting: int, kept: Kept, paths: Paths) -> tuple[float, int]:
    """Where the contacts of `here` could move to make room."""
    length, rest, came_from, price = paths.length, paths.rest, paths.came_from, kept.price
    paths.closed[here] = np.inf
    start = length[here]
    contact = kept.first[here]
    while contact >= 0:
        row = kept.value[contact]
        base = start + paths.gain[contact]
        for k in range(price.size):
            there = max(base - row[k] + price[k], start)  # rounding may not shorten a chain by a step more
            is_nearer = there < length[k]
            came_from[k] = contact if is_nearer else came_from[k]
            length[k] = there if is_nearer else length[k]
        contact = kept.after[contact]
    best = np.inf
    for k in range(price.size):
        best = min(best, length[k] + rest[k])
    if best < limit:
        for k in range(price.size):
            if length[k] + rest[k] == best:
                return best, k
    return limit, meeting


@compiled
def look_back(there: int, start: float, limit: float, meeting: int, kept: Kept, paths: Paths) -> tuple[float, int]:
    """Whose contacts could move to `there`, and on from there; what is further than `start` leaves is left out."""
    rest = paths.rest
    paths.done[there] = np.inf
    end = rest[there]
    column = kept.turned[there]
    base = end + kept.price[there]
    for i in range(column.size):
        total = base + paths.gain[i] - column[i]
        if total < limit - start:
            employee = kept.employee_of[i]
            total = max(total, end)
            if total < rest[employee]:
                rest[employee] = total
                paths.goes[employee] = i
                paths.goes_to[employee] = there
                if paths.length[employee] + total < limit:
                    limit, meeting = paths.length[employee] + total, employee
    return limit, meeting


@compiled
def move_prices(limit: float, reach: float, kept: Kept, paths: Paths) -> None:
    """Prices under which the chain costs nothing and nobody else wishes to move."""
    back = limit - reach
    for k in range(kept.price.size):
        if kept.capacity[k] > 0:
            change = max(0.0, reach - paths.length[k]) - max(0.0, back - paths.rest[k])
            kept.price[k] = max(0.0, kept.price[k] + (change + back))


@compiled
def cut_short(contact: int, meeting: int, kept: Kept, paths: Paths) -> int:
    """The last employee of the chain's second half that is in its first half too: what lies between is a detour."""
    paths.done[:] = 0.0
    here = meeting
    while True:
        paths.done[here] = 1.0
        mover = paths.came_from[here]
        if mover == contact:
            break
        here = kept.employee_of[mover]
    here, last = meeting, meeting
    while here >= 0:
        if paths.done[here] > 0:
            last = here
        if kept.filled[here] < kept.capacity[here]:
            break
        here = paths.goes_to[here]
    return last


@compiled
def move_along(contact: int, meeting: int, kept: Kept, paths: Paths) -> None:
    """Carry out the chain: from the meeting to its end, then back to the newcomer."""
    here = meeting
    is_full = kept.filled[here] >= kept.capacity[here]
    while is_full:
        mover, there = paths.goes[here], paths.goes_to[here]
        leave(mover, kept)
        if there < 0:
            break
        is_full = kept.filled[there] >= kept.capacity[there]
        take(mover, there, kept)
        here = there
    here = meeting
    while True:
        mover = paths.came_from[here]
        before = kept.employee_of[mover]
        if before >= 0:
            leave(mover, kept)
        take(mover, here, kept)
        if mover == contact:
            return
        here = before


@compiled
def fill(employee: int, kept: Kept, paths: Paths) -> bool:
    """Use a free slot that has a price: let somebody in or move, or drop the price to 0; whether the slot is used."""
    rest, price = paths.rest, kept.price
    begin(kept, paths)
    rest[:] = np.inf
    paths.goes[:] = -1
    rest[employee] = 0.0
    limit, last, newcomer = price[employee], employee, -1
    while True:
        there = nearest(rest, paths.done)
        if there < 0 or rest[there] >= limit:
            break
        paths.done[there] = np.inf
        base = rest[there] + price[there]
        column = kept.turned[there]
        for i in range(column.size):
            before = kept.employee_of[i]
            held = 0.0 if before < 0 else paths.gain[i]
            total = base + held - column[i]
            if total < limit:
                total = max(total, rest[there])
                if before < 0:
                    limit, last, newcomer = total, there, i
                elif total < rest[before]:
                    rest[before] = total
                    paths.goes[before] = i
                    paths.goes_to[before] = there
                    if total + price[before] < limit:
                        limit, last, newcomer = total + price[before], before, -1
    for k in range(price.size):
        if rest[k] < limit:
            price[k] = max(0.0, price[k] - (limit - rest[k]))
    return draw_up(employee, last, newcomer, kept, paths)


@compiled
def draw_up(employee: int, last: int, newcomer: int, kept: Kept, paths: Paths) -> bool:
    """Everyone on the chain from `last` to the free slot moves up; the newcomer, if any, takes the slot left over."""
    here = last
    while here != employee:
        mover, there = paths.goes[here], paths.goes_to[here]
        leave(mover, kept)
        take(mover, there, kept)
        here = there
    if newcomer >= 0:
        take(newcomer, last, kept)
    return bool(newcomer >= 0 or last != employee)
