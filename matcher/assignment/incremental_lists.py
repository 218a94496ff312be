"""Compiled: shortlists of the employees that suit a contact best, and what keeps them true while prices move."""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.incremental_state import LISTED, MOST_EXTRA, Kept, Shortlists

FALLEN, MOST_FALLEN = 0, 1  # in `Shortlists.fallen`
SHARE_TO_FALL = 0.25  # of what separates a contact's own employee from those beyond its list


@compiled
def list_best(contact: int, kept: Kept, lists: Shortlists) -> None:
    """Make the contact's list, by sorting in whoever is better than the last one on it."""
    row, reference = kept.value[contact], lists.reference
    employee, key = lists.employee[contact], lists.worth[contact]
    count, last = 0, np.inf
    for k in range(row.size):
        cost = reference[k] - row[k]
        if cost < last:
            here = min(count, LISTED - 1)
            while here > 0 and key[here - 1] > cost:
                key[here], employee[here] = key[here - 1], employee[here - 1]
                here -= 1
            key[here], employee[here] = cost, k
            count = min(count + 1, LISTED)
            last = key[LISTED - 1] if count == LISTED else np.inf
    for e in range(count):
        key[e] = row[employee[e]]
    lists.listed[contact] = count
    lists.beyond[contact] = last


@compiled
def list_all(kept: Kept, lists: Shortlists) -> None:
    """Lists for all who are there, at the prices of the moment; and how far prices may fall under them."""
    refer_to_prices(kept, lists)
    listed, spread = 0, 0.0
    for i in range(kept.own.size):
        employee = kept.employee_of[i]
        if employee >= -1:
            list_best(i, kept, lists)
            if lists.beyond[i] < np.inf:
                listed += 1
                spread += lists.beyond[i] + (kept.own[i] - kept.price[employee] if employee >= 0 else 0.0)
    lists.fallen[MOST_FALLEN] = SHARE_TO_FALL * max(spread, 0.0) / listed if listed > 0 else np.inf


@compiled
def refer_to_prices(kept: Kept, lists: Shortlists) -> None:
    """Prices as they are become those that lists refer to; each list is made again when it is next looked at."""
    lists.reference[:] = kept.price
    lists.beyond[:] = -np.inf
    lists.is_extra[:] = 0
    lists.extras[0] = 0
    lists.fallen[FALLEN] = 0.0


@compiled
def note_fall(employee: int, kept: Kept, lists: Shortlists) -> None:
    """The employee's price may have fallen: a little more for all, or one more to be looked at every time."""
    fall = lists.reference[employee] - kept.price[employee]
    if fall <= lists.fallen[FALLEN] or lists.is_extra[employee] == 1:
        return
    if fall <= lists.fallen[MOST_FALLEN]:
        lists.fallen[FALLEN] = fall
    else:
        always_look_at(employee, kept, lists)


@compiled
def always_look_at(employee: int, kept: Kept, lists: Shortlists) -> None:
    """Lists know nothing of this employee."""
    if lists.is_extra[employee] == 1:
        return
    if lists.extras[0] == MOST_EXTRA:
        refer_to_prices(kept, lists)
        return
    lists.extra[lists.extras[0]] = employee
    lists.extras[0] += 1
    lists.is_extra[employee] = 1


@compiled
def forget(employee: int, lists: Shortlists) -> None:
    """The employee's values change: lists that hold them are made again."""
    for i in range(lists.listed.size):
        for e in range(lists.listed[i]):
            if lists.employee[i, e] == employee:
                lists.beyond[i] = -np.inf
