"""Compiled: values employee by employee. A newcomer's are noted late, with those of others: they lie far apart."""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.incremental_state import Kept, Paths
from matcher.assignment.problem import FloatArray

UNTURNED = 2  # in `Paths.counts`
MOST_UNTURNED = 32  # newcomers whose values are read one by one by every search back


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
