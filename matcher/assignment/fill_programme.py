"""HiGHS over fills: who takes which fill, and which contacts are in it.

Only the choice of a fill is a whole number. Once it is made, what is left is a transport with unit loads, whose corners
are whole by themselves: a hundred yes-or-no questions instead of twenty thousand.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from matcher.assignment.fills import Fills
from matcher.assignment.problem import FloatArray, IntArray, Pairs

SETTLED = (0, 2)  # scipy's words for the best answer, and for limits that leave none: a known one is the best then


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """Columns: the pairs, then the fills. Rows: contacts, groups, employees, `most`, pairs that need their fill."""

    worth: FloatArray
    matrix: Any  # scipy's sparse arrays have no declared type
    room: FloatArray
    contacts: int
    pairs: int
    most_row: int
    own_rows: int

    def limited(self, rows: Any, limits: FloatArray) -> "Programme":
        """With more rows: each, times the columns, is no more than its limit."""
        from scipy.sparse import vstack

        return replace(self, matrix=vstack((self.matrix, rows), format="csc"), room=np.append(self.room, limits))


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """The programme with fractions allowed: shares of fills and pairs, and what contacts and more rows pay."""

    share: FloatArray  # of each fill
    pair_share: FloatArray
    value: float
    contact_prices: FloatArray
    toll: float
    row_prices: FloatArray  # of the rows that limit it further


def programme(
    pairs: Pairs, fills: Fills, contacts: int, capacity: IntArray, *, most: int, size: FloatArray | None = None
) -> Programme:
    """The programme for these pairs; `fills.group` must be that of the same pairs. A contact may stand for `size`."""
    from scipy.sparse import csc_array

    size = np.ones(contacts) if size is None else size
    count, groups, choices = pairs.value.size, fills.group_employee.size, fills.employee.size
    pair, fill = np.arange(count), count + np.arange(choices)
    most_row = contacts + groups + capacity.size
    rows = [pairs.contact, contacts + fills.group, np.full(count, most_row)]
    cols, numbers = [pair, pair, pair], [np.ones(count)] * 3
    rows += [contacts + fills.entry_group, contacts + groups + fills.employee]
    cols += [count + fills.entry_fill, fill]
    numbers += [-fills.entry_count.astype(np.float64), np.ones(choices)]
    bound_pair, bound_row, entry = _needs(fills)
    rows += [most_row + 1 + np.arange(bound_pair.size), most_row + 1 + bound_row]
    cols += [bound_pair, count + fills.entry_fill[entry]]
    numbers += [
        np.ones(bound_pair.size),
        -np.minimum(size[pairs.contact[bound_pair[bound_row]]], fills.entry_count[entry]),
    ]
    room = [size, np.zeros(groups), np.ones(capacity.size), np.array([float(most)])]
    room.append(np.zeros(bound_pair.size))
    height = most_row + 1 + bound_pair.size
    matrix = csc_array(
        (np.concatenate(numbers), (np.concatenate(rows), np.concatenate(cols))), shape=(height, count + choices)
    )
    worth = np.concatenate((pairs.value, np.zeros(choices)))
    return Programme(worth, matrix, np.concatenate(room), contacts, count, most_row, height)


def _needs(fills: Fills) -> tuple[IntArray, IntArray, IntArray]:
    """Pairs that may be taken no more than their fills are, where the groups' rows do not say so already.

    That is where some fill takes several of the group and another none: a fifth of a fill of five takes no whole
    contact. Gives the pairs, and row by row the entries of the fills that hold them.
    """
    groups = fills.group_employee.size
    largest = np.zeros(groups, dtype=np.int64)
    np.maximum.at(largest, fills.entry_group, fills.entry_count)
    holding = np.bincount(fills.entry_group, minlength=groups)
    there_are = np.bincount(fills.employee, minlength=int(fills.group_employee.max(initial=-1)) + 1)
    is_needy = (largest > 1) & (holding < there_are[fills.group_employee])
    pair = np.flatnonzero(is_needy[fills.group])
    starts = np.searchsorted(fills.entry_group, np.arange(groups))
    times = holding[fills.group[pair]]
    row = np.repeat(np.arange(pair.size), times)
    rank = np.arange(row.size) - np.repeat(np.cumsum(times) - times, times)
    return pair, row, np.repeat(starts[fills.group[pair]], times) + rank


def relaxed(made: Programme, seconds: float | None) -> Relaxed | None:
    """The programme with fractions allowed; `None` where HiGHS has no answer, mostly as time ran out."""
    from scipy.optimize import linprog  # 0.3 s to load: only who solves pays

    if seconds is not None and seconds <= 0:
        return None
    options = {} if seconds is None else {"time_limit": seconds}
    answer = linprog(
        -made.worth, A_ub=made.matrix, b_ub=made.room, bounds=(0, None), method="highs-ds", options=options
    )
    if answer.status != 0:
        return None
    dual = np.maximum(0.0, -np.asarray(answer.ineqlin.marginals, dtype=np.float64))
    return Relaxed(
        answer.x[made.pairs :],
        answer.x[: made.pairs],
        -float(answer.fun),
        dual[: made.contacts],
        float(dual[made.most_row]),
        dual[made.own_rows :],
    )


def branched(made: Programme, seconds: float | None) -> tuple[FloatArray | None, bool]:
    """Whole shares of fills, `None` where none was found in time; and whether they are proved to be the best."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # 0.3 s to load: only who solves pays

    options: dict[str, float] = {"mip_rel_gap": 0.0}
    if seconds is not None:
        options["time_limit"] = seconds
    answer = milp(
        -made.worth,
        integrality=np.arange(made.worth.size) >= made.pairs,
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(made.matrix, ub=made.room),
        options=options,
    )
    return (None if answer.x is None else answer.x[made.pairs :]), answer.status in SETTLED
