"""As `incremental_loops`, in numpy: for where numba is not installed. The same entrances, and no shortlists."""

import numpy as np

from matcher.assignment.incremental_state import GONE, NOBODY, NOTHING, Kept, Paths, Rooms, open_up
from matcher.assignment.problem import FloatArray, IntArray


def enter(contact: int, row: FloatArray, rooms: Rooms) -> None:
    """A contact with these values comes in and is served if that adds to the whole."""
    kept, _ = open_up(rooms)
    kept.value[contact] = NOTHING
    np.copyto(kept.value[contact, : row.size], row, where=(row > 0) & (kept.capacity[: row.size] > 0))
    kept.turned[:, contact] = kept.value[contact]
    let_in(contact, rooms)


def let_in(contact: int, rooms: Rooms) -> None:
    """Serve a contact whose values are known, if that adds to the whole."""
    kept, paths = open_up(rooms)
    kept.employee_of[contact] = NOBODY
    _serve(contact, kept, paths)


def let_go(contact: int, new_state: int, rooms: Rooms) -> None:
    """The contact is `NOBODY`'s or `GONE` from now on; its slot stays free."""
    kept, _ = open_up(rooms)
    if kept.employee_of[contact] >= 0:
        _leave(contact, kept)
    kept.employee_of[contact] = new_state


def fill(employee: int, rooms: Rooms) -> bool:
    """Use a free slot that has a price: let somebody in or move, or drop the price to 0; whether the slot is used."""
    return _fill(employee, *open_up(rooms))


def take_over(employee_of: IntArray, rooms: Rooms) -> None:
    """Each contact is served as given; -1: not."""
    kept, _ = open_up(rooms)
    for contact in np.flatnonzero(employee_of >= 0).tolist():
        _take(contact, int(employee_of[contact]), kept)


def turn(rooms: Rooms) -> None:
    """Nothing to do: a newcomer's values are noted at once."""


def prepare(rooms: Rooms) -> None:
    """As above: every search reads whole rows."""


def pair_changes(contact: int, employee: int, rooms: Rooms) -> None:
    """As above."""


def employee_changes(employee: int, rooms: Rooms) -> None:
    """As above."""


def _serve(contact: int, kept: Kept, paths: Paths) -> None:
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


def _fill(employee: int, kept: Kept, paths: Paths) -> bool:
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


def _leave(contact: int, kept: Kept) -> None:
    """Nobody serves the contact any more."""
    kept.filled[kept.employee_of[contact]] -= 1
    kept.employee_of[contact] = NOBODY
    kept.own[contact] = 0.0


def _take(contact: int, employee: int, kept: Kept) -> None:
    """The employee serves the contact."""
    kept.employee_of[contact] = employee
    kept.own[contact] = kept.value[contact, employee]
    kept.filled[employee] += 1


def _nearest(length: FloatArray, paths: Paths) -> int:
    open_length = length + paths.closed
    found = int(open_length.argmin()) if open_length.size else 0
    return found if open_length.size and open_length[found] < np.inf else NOBODY


def _gain(kept: Kept) -> FloatArray:
    """What each contact has after paying; 0 where nobody serves it, infinite where it is gone."""
    paid = np.where(kept.employee_of >= 0, kept.price[kept.employee_of], 0.0)
    gain: FloatArray = np.where(kept.employee_of == GONE, np.inf, np.maximum(kept.own - paid, 0.0))
    return gain


def _move_along(contact: int, last: int, leaver: int, kept: Kept, paths: Paths) -> None:
    if leaver >= 0:
        _leave(leaver, kept)
    here = last
    while True:
        mover = int(paths.came_from[here])
        before = int(kept.employee_of[mover])
        if before >= 0:
            _leave(mover, kept)
        _take(mover, here, kept)
        if mover == contact:
            return
        here = before


def _draw_up(employee: int, last: int, newcomer: int, kept: Kept, paths: Paths) -> bool:
    here = last
    while here != employee:
        mover, there = int(paths.goes[here]), int(paths.goes_to[here])
        _leave(mover, kept)
        _take(mover, there, kept)
        here = there
    if newcomer >= 0:
        _take(newcomer, last, kept)
    return newcomer >= 0 or last != employee
