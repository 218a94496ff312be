"""Rows that fractions break and no better answer does: totals, cuts, and how few slots stay free.

Thirty-four employees who take three chats each have room for a hundred and two slots over. The relaxation leaves these
to an employee who is two thirds in chats and has none; whole answers cannot, for who has none leaves three slots free.
Where no better answer leaves more than w slots free, nobody in it does: that is most of what fractions gain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcher.assignment.fill_cuts import Cut
from matcher.assignment.fills import Fills
from matcher.assignment.loaded import Loaded
from matcher.assignment.problem import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Each row times the columns, pairs and then fills, is no more than its limit."""

    matrix: Any  # scipy's sparse arrays have no declared type
    limits: FloatArray

    def with_rows(self, rows: FloatArray, limits: Sequence[float]) -> "Rows":
        """With some more."""
        from scipy.sparse import csc_array, vstack

        return Rows(vstack((self.matrix, csc_array(rows)), format="csc"), np.append(self.limits, limits))


def rows_of(fills: Fills, free: int, totals: Sequence[tuple[FloatArray, int]], cuts: Sequence[Cut]) -> Rows:
    """The rows for at most `free` slots that stay so, totals with their limits, and cuts."""
    rows = _full_enough(fills, free)
    if not totals and not cuts:
        return rows
    more = np.zeros((len(totals) + len(cuts), fills.group.size + fills.employee.size))
    for row, (total, _) in zip(more, totals, strict=False):
        row[:] = total
    for row, cut in zip(more[len(totals) :], cuts, strict=True):
        row[cut.pairs] = 1.0
        row[fills.group.size + cut.fills] = -cut.weights
    return rows.with_rows(more, [limit for _, limit in totals] + [cut.limit for cut in cuts])


def served_totals(problem: Loaded, fills: Fills) -> list[FloatArray]:
    """Numbers that are whole in every answer: contacts of a kind or with a load that are served."""
    heaviest = np.zeros(problem.contacts, dtype=np.int64)
    np.maximum.at(heaviest, problem.pairs.contact, problem.load)
    no_fill = np.zeros(fills.employee.size)
    rows = [np.concatenate((heaviest[problem.pairs.contact] == kind, no_fill)) for kind in np.unique(heaviest)]
    rows += [np.concatenate((problem.load == load, no_fill)) for load in np.unique(problem.load)]
    return list(np.unique(np.array(rows, dtype=np.float64), axis=0))


def slots_in_all(fills: Fills) -> int:
    """How many slots are taken where nobody can take one more."""
    return int(_most_taken(fills).sum())


def is_too_empty(fills: Fills, free: int) -> BoolArray:
    """The fills that leave more than `free` slots of what their employee can take."""
    empty: BoolArray = _left_to(fills, free) < 0
    return empty


def _full_enough(fills: Fills, free: int) -> Rows:
    """Nobody leaves more than `free` slots: who takes a fill takes most of it, who has more slots takes some fill."""
    from scipy.sparse import csc_array

    least = fills.entry_count - np.maximum(_left_to(fills, free), 0)[fills.entry_fill] // _entry_load(fills)
    asks = np.flatnonzero(least > 0)
    groups, row = np.unique(fills.entry_group[asks], return_inverse=True)
    pair = np.flatnonzero(np.isin(fills.group, groups))
    busy = _most_taken(fills) > free
    fill = np.flatnonzero(busy[fills.employee])
    must = groups.size + (np.cumsum(busy) - 1)[fills.employee[fill]]
    rows = (row, np.searchsorted(groups, fills.group[pair]), must)
    cols = (fills.group.size + fills.entry_fill[asks], pair, fills.group.size + fill)
    numbers = (least[asks].astype(np.float64), -np.ones(pair.size), -np.ones(fill.size))
    limits = np.append(np.zeros(groups.size), -np.ones(int(busy.sum())))
    shape = (limits.size, fills.group.size + fills.employee.size)
    matrix = csc_array((np.concatenate(numbers), (np.concatenate(rows), np.concatenate(cols))), shape=shape)
    return Rows(matrix, limits)


def _entry_load(fills: Fills) -> IntArray:
    return fills.group_load[fills.entry_group]


def _taken(fills: Fills) -> IntArray:
    """How many slots each fill takes."""
    weights = fills.entry_count * _entry_load(fills)
    return np.bincount(fills.entry_fill, weights=weights, minlength=fills.employee.size).astype(np.int64)


def _most_taken(fills: Fills) -> IntArray:
    """How many slots the largest fill of each employee takes."""
    most = np.zeros(int(fills.employee.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(most, fills.employee, _taken(fills))
    return most


def _left_to(fills: Fills, free: int) -> IntArray:
    """How many slots of each fill can stay free."""
    return free - _most_taken(fills)[fills.employee] + _taken(fills)
