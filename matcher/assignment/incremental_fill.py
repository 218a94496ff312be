"""Compiled: a free slot of a solved assignment is sold, along one shortest chain of moves. See `incremental_search`."""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.incremental_both_ways import BLOCK, note_gains
from matcher.assignment.incremental_lists import note_fall
from matcher.assignment.incremental_scans import any_below, nearest
from matcher.assignment.incremental_seats import move, take
from matcher.assignment.incremental_state import Kept, Paths
from matcher.assignment.incremental_turned import turned_to
from matcher.assignment.incremental_ways import come_in, way_in
from matcher.assignment.search_loops import SHORTEST


@compiled
def fill_slot(employee: int, kept: Kept, paths: Paths) -> bool:
    """Use a free slot that has a price: let somebody in or move, or drop the price to 0; whether the slot is used."""
    if way_in(employee, kept, paths.ways):
        come_in(employee, kept, paths.ways)
        return True
    rest, price, open_rest = paths.rest, kept.price, paths.open_rest
    rest[:] = np.inf
    rest[employee] = SHORTEST
    open_rest[:] = rest
    note_gains(0.0, kept, paths)
    limit, last, newcomer = price[employee], employee, -1
    while True:
        there = nearest(open_rest)
        if there < 0 or rest[there] >= limit:
            break
        limit, last, newcomer = offer(there, limit, last, newcomer, kept, paths)
    for k in range(price.size):
        if rest[k] < limit:
            price[k] = max(0.0, price[k] - (limit - rest[k]))
            note_fall(k, kept, paths.lists)
            paths.ways.leaver[k], paths.ways.goes_to[k] = paths.goes[k], paths.goes_to[k]
    return draw_up(employee, last, newcomer, kept, paths)


@compiled
def offer(there: int, limit: float, last: int, newcomer: int, kept: Kept, paths: Paths) -> tuple[float, int, int]:
    """Who could move to `there`, or come in; as far as that costs less than `limit`."""
    rest, open_rest, price, gain = paths.rest, paths.open_rest, kept.price, paths.gain
    column = turned_to(there, kept, paths)
    end, base = rest[there], rest[there] + price[there]
    open_rest[there] = -np.inf
    for begin in range(0, column.size, BLOCK):
        stop = min(begin + BLOCK, column.size)
        if not any_below(gain[begin:stop], column[begin:stop], limit - base):
            continue
        for i in range(begin, stop):
            total = base + (gain[i] - column[i])
            if total >= limit:
                continue
            total = max(total, end)
            before = kept.employee_of[i]
            if before < 0:
                limit, last, newcomer = total, there, i
            elif total < rest[before]:
                rest[before] = open_rest[before] = total
                paths.goes[before], paths.goes_to[before] = i, there
                if total + price[before] < limit:
                    limit, last, newcomer = total + price[before], before, -1
    return limit, last, newcomer


@compiled
def draw_up(employee: int, last: int, newcomer: int, kept: Kept, paths: Paths) -> bool:
    """Everyone on the chain from `last` to the free slot moves up; the newcomer, if any, takes the slot left over."""
    here = last
    while here != employee:
        mover, there = paths.goes[here], paths.goes_to[here]
        move(mover, here, there, kept, paths.ways)
        here = there
    if newcomer >= 0:
        take(newcomer, last, kept)
    return bool(newcomer >= 0 or last != employee)
