"""Compiled: the entrances to a solved state, one call for each change. See `incremental_search`."""

import numpy as np

from matcher.assignment import incremental_state
from matcher.assignment.compiled import compiled
from matcher.assignment.incremental_fill import fill_slot
from matcher.assignment.incremental_lists import always_look_at, forget, list_all
from matcher.assignment.incremental_search import serve
from matcher.assignment.incremental_seats import leave, note_low, take
from matcher.assignment.incremental_state import NOBODY, NOTHING, Kept, Paths, Rooms
from matcher.assignment.incremental_turned import turn_all
from matcher.assignment.incremental_ways import raise_prices
from matcher.assignment.problem import FloatArray, IntArray

parts_of = compiled(incremental_state.parts_of)
kept_in, paths_in = compiled(incremental_state.kept_in), compiled(incremental_state.paths_in)


@compiled
def open_up(rooms: Rooms) -> tuple[Kept, Paths]:
    """The arrays in it."""
    parts = parts_of(rooms)
    return kept_in(parts), paths_in(parts)


@compiled
def enter(contact: int, row: FloatArray, rooms: Rooms) -> None:
    """A contact with these values comes in and is served if that adds to the whole."""
    kept, paths = open_up(rooms)
    kept.employee_of[contact] = NOBODY
    mine = kept.value[contact]
    for k in range(row.size):
        mine[k] = row[k] if row[k] > 0.0 and kept.capacity[k] > 0 else NOTHING
    for k in range(row.size, mine.size):
        mine[k] = NOTHING
    serve(contact, kept, paths)


@compiled
def let_in(contact: int, rooms: Rooms) -> None:
    """Serve a contact whose values are known, if that adds to the whole."""
    kept, paths = open_up(rooms)
    kept.employee_of[contact] = NOBODY
    serve(contact, kept, paths)


@compiled
def let_go(contact: int, new_state: int, rooms: Rooms) -> None:
    """The contact is `NOBODY`'s or `GONE` from now on; its slot stays free."""
    kept, _ = open_up(rooms)
    if kept.employee_of[contact] >= 0:
        leave(contact, kept)
    kept.employee_of[contact] = new_state


@compiled
def fill(employee: int, rooms: Rooms) -> bool:
    """Use a free slot that has a price: let somebody in or move, or drop the price to 0; whether the slot is used."""
    kept, paths = open_up(rooms)
    return bool(fill_slot(employee, kept, paths))


@compiled
def turn(rooms: Rooms) -> None:
    """Note employee by employee what newcomers are worth."""
    kept, paths = open_up(rooms)
    turn_all(kept, paths)


@compiled
def take_over(employee_of: IntArray, rooms: Rooms) -> None:
    """Each contact is served as given; -1: not."""
    kept, _ = open_up(rooms)
    for k in range(kept.low.size):
        note_low(k, kept)
    for i in range(employee_of.size):
        if employee_of[i] >= 0:
            take(i, employee_of[i], kept)


@compiled
def prepare(rooms: Rooms) -> None:
    """Make every contact's shortlist, and find the way out of every slot."""
    kept, paths = open_up(rooms)
    raise_prices(kept, paths)
    list_all(kept, paths.lists)


@compiled
def pair_changes(contact: int, employee: int, rooms: Rooms) -> None:
    """The pair is worth something else: the contact's list is made again when it is next looked at."""
    kept, paths = open_up(rooms)
    paths.lists.beyond[contact] = -np.inf
    note_low(employee, kept)


@compiled
def employee_changes(employee: int, rooms: Rooms) -> None:
    """The employee comes or goes, and serves nobody; no list knows it."""
    kept, paths = open_up(rooms)
    forget(employee, paths.lists)
    always_look_at(employee, kept, paths.lists)
    note_low(employee, kept)
