"""Compiled: a long chain of moves is looked for from both ends at once (Pohl 1971, Bi-directional search, Machine
Intelligence 6). See `incremental_search`, which begins it."""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.incremental_lists import refer_to_prices
from matcher.assignment.incremental_scans import any_below, lowest_of_both, nearest, place_of, place_of_sum
from matcher.assignment.incremental_seats import let_least_go, move
from matcher.assignment.incremental_state import NOBODY, Kept, Paths
from matcher.assignment.incremental_turned import turned_to
from matcher.assignment.search_loops import SHORTEST, lengthen
from matcher.assignment.sparse_loops import TAKEN_OUT, UNSEEN

GIVEN_UP = 1  # in `Paths.counts`
DENSER = 2.0  # a search goes on where fewer are met on the way; ahead, until that is so many times as many (measured)
BLOCK = 64  # contacts of whom the best is found by vectors, and who are looked at one by one only where it matters


@compiled
def search_both_ways(contact: int, limit: float, meeting: int, kept: Kept, paths: Paths) -> int:
    """Go on from what lists reached, and back from where chains may end; prices follow. Where the first half ends."""
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
    return meeting


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
            paths.ways.comes[there] = let_least_go(there, kept)
        move(mover, here, there, kept, paths.ways)
        here = there
