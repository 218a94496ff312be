"""Compiled: contacts take slots of a solved assignment and leave them, and the cheapest of them is noted."""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.incremental_state import Kept, Ways


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
    note_low(employee, kept)


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
    note_low(employee, kept)


@compiled
def note_low(employee: int, kept: Kept) -> None:
    """What the employee's slots cost at least: that of the contact which is worth least, if all are filled."""
    low = np.inf
    if kept.filled[employee] < kept.capacity[employee]:
        low = 0.0
    else:
        contact = kept.first[employee]
        while contact >= 0:
            low = min(low, kept.own[contact])
            contact = kept.after[contact]
    kept.low[employee] = low


@compiled
def move(contact: int, before: int, after: int, kept: Kept, ways: Ways) -> None:
    """The contact goes from one employee to another at no cost; so it may go back."""
    leave(contact, kept)
    take(contact, after, kept)
    ways.leaver[after], ways.goes_to[after] = contact, before
    ways.comes[before] = contact


@compiled
def let_least_go(employee: int, kept: Kept) -> int:
    """The employee's contact that is worth least is left; who that is."""
    leaver = int(kept.first[employee])
    while kept.own[leaver] != kept.low[employee]:
        leaver = int(kept.after[leaver])
    leave(leaver, kept)
    return leaver
