"""As `incremental_loops`, in numpy: for where numba is not installed. The same two entrances, `let_in` and `fill`."""

import numpy as np

from matcher.assignment.incremental_state import NOBODY, Kept, Paths
from matcher.assignment.problem import FloatArray


def let_in(contact: int, kept: Kept, paths: Paths) -> None:
    """Serve the contact too if that adds to the whole; prices and moves follow."""
    net = kept.value[contact] - kept.price
    favourite = int(net.argmax()) if net.size else 0
    if net.size == 0 or net[favourite] <= 0:
        return
    best = float(net[favourite])
    length, came_from = paths.length, paths.came_from
    length[:] = np.maximum(best - net, 0.0)
    came_from[:] = contact
    paths.closed[:] = 0
    limit, last, leaver = best, NOBODY, contact
    while True:
        here = _nearest(length, paths)
        if here < 0 or length[here] >= limit:
            break
        if kept.filled[here] < kept.capacity[here]:
            limit, last, leaver = float(length[here]), here, NOBODY
            break
        paths.closed[here] = np.inf
        members = np.flatnonzero(kept.employee_of == here)
        gain = np.maximum(kept.own[members] - kept.price[here], 0.0)
        cheapest = int(gain.argmin())
        if length[here] + gain[cheapest] < limit:
            limit, last, leaver = float(length[here] + gain[cheapest]), here, int(members[cheapest])
        offers = np.maximum(length[here] + gain[:, None] - kept.value[members] + kept.price, length[here])
        by = offers.argmin(axis=0)
        offer = offers[by, np.arange(by.size)]
        better = offer < length
        length[better] = offer[better]
        came_from[better] = members[by[better]]
    kept.price[:] += np.maximum(limit - length, 0.0)
    if last >= 0:
        _move_along(contact, last, leaver, kept, paths)


def fill(employee: int, kept: Kept, paths: Paths) -> bool:
    """Use a free slot that has a price: let somebody in or move, or drop the price to 0; whether the slot is used."""
    rest = paths.rest
    rest[:] = np.inf
    rest[employee] = 0.0
    paths.closed[:] = 0
    served = kept.employee_of >= 0
    gain = _gain(kept)
    limit, last, newcomer = float(kept.price[employee]), employee, NOBODY
    while True:
        there = _nearest(rest, paths)
        if there < 0 or rest[there] >= limit:
            break
        paths.closed[there] = np.inf
        totals = np.maximum(rest[there] + kept.price[there] + gain - kept.turned[there], rest[there])
        waiting = np.where(served, np.inf, totals)
        first = int(waiting.argmin())
        if waiting[first] < limit:
            limit, last, newcomer = float(waiting[first]), there, first
        for contact in np.flatnonzero(served & (totals < limit)):
            before = kept.employee_of[contact]
            if totals[contact] < rest[before]:
                rest[before] = totals[contact]
                paths.goes[before] = contact
                paths.goes_to[before] = there
                if totals[contact] + kept.price[before] < limit:
                    limit, last, newcomer = float(totals[contact] + kept.price[before]), int(before), NOBODY
    kept.price[:] = np.maximum(kept.price - np.maximum(limit - rest, 0.0), 0.0)
    return _draw_up(employee, last, newcomer, kept, paths)


def leave(contact: int, kept: Kept) -> None:
    """Nobody serves the contact any more."""
    kept.filled[kept.employee_of[contact]] -= 1
    kept.employee_of[contact] = NOBODY
    kept.own[contact] = 0.0


def take(contact: int, employee: int, kept: Kept) -> None:
    """The employee serves the contact."""
    kept.employee_of[contact] = employee
    kept.own[contact] = kept.value[contact, employee]
    kept.filled[employee] += 1


def _nearest(length: FloatArray, paths: Paths) -> int:
    open_length = length + paths.closed
    found = int(open_length.argmin()) if open_length.size else 0
    return found if open_length.size and open_length[found] < np.inf else NOBODY


def _gain(kept: Kept) -> FloatArray:
    """What each contact has after paying; 0 where nobody serves it."""
    paid = np.where(kept.employee_of >= 0, kept.price[kept.employee_of], 0.0)
    gain: FloatArray = np.maximum(kept.own - paid, 0.0)
    return gain


def _move_along(contact: int, last: int, leaver: int, kept: Kept, paths: Paths) -> None:
    if leaver >= 0:
        leave(leaver, kept)
    here = last
    while True:
        mover = int(paths.came_from[here])
        before = int(kept.employee_of[mover])
        if before >= 0:
            leave(mover, kept)
        take(mover, here, kept)
        if mover == contact:
            return
        here = before


def _draw_up(employee: int, last: int, newcomer: int, kept: Kept, paths: Paths) -> bool:
    here = last
    while here != employee:
        mover, there = int(paths.goes[here]), int(paths.goes_to[here])
        leave(mover, kept)
        take(mover, there, kept)
        here = there
    if newcomer >= 0:
        take(newcomer, last, kept)
    return newcomer >= 0 or last != employee
