"""The pairs that may matter, and the best placing among them: few enough to be held where all pairs are not.

Source: column generation, as Gilmore and Gomory 1961, doi 10.1287/opre.9.6.849: what prices call for is added, no more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.assignment.problem import FloatArray, IntArray

Choices = NDArray[np.int32]

COLD, WARM = 0.05, 1e-3  # ε at first, of the largest value: from prices of zero, and from prices of a former round
FALLS_BY = 5.0
COARSEST_END, FINEST_END = 5e-5, 1e-13  # within which ε ends
FEW_BIDS = 8  # a customer and phase: more, and prices were so wrong that it is quicker to begin with a large ε
MOST_BIDS = 40  # a customer and phase: price wars end here, and the proof says what that cost
ROWS_AT_ONCE = 65_536  # of a shortlist: so many are looked at together
NO_PLACE = 1.0  # the price of an employee without places: as much as the largest value, so that nobody gains there
HALVINGS = 80  # until the level of prices is known to the last digit


@dataclass(frozen=True, slots=True, eq=False)
class Shortlist:
    """For each customer some employees and their values (customers × width); -inf: the row has fewer."""

    employee: Choices
    value: FloatArray

    def with_more(self, other: "Shortlist") -> "Shortlist":
        """Both, each pair once."""
        fresh = other.value.copy()
        for rows in _rows(len(fresh)):
            known = self.employee[rows][:, None, :] == other.employee[rows][:, :, None]
            fresh[rows][(known & (self.value[rows] > -np.inf)[:, None, :]).any(axis=2)] = -np.inf
        is_fresh = fresh > -np.inf
        width = int(is_fresh.sum(axis=1).max(initial=0))
        if width == 0:
            return self
        first = np.argsort(~is_fresh, axis=1, kind="stable")[:, :width]
        return Shortlist(
            np.concatenate((self.employee, np.take_along_axis(other.employee, first, axis=1)), axis=1),
            np.concatenate((self.value, np.take_along_axis(fresh, first, axis=1)), axis=1),
        )

    def named(self, employees: int) -> IntArray:
        """How many customers name each employee."""
        count = np.zeros(employees, np.int64)
        for rows in _rows(len(self.value)):
            count += np.bincount(self.employee[rows][self.value[rows] > -np.inf], minlength=employees)
        return count

    @classmethod
    def joined(cls, parts: Sequence["Shortlist"]) -> "Shortlist":
        """One below the other; equally wide."""
        return cls(np.concatenate([part.employee for part in parts]), np.concatenate([part.value for part in parts]))


@dataclass(frozen=True, slots=True, eq=False)
class Placing:
    """For each customer its employee (-1: none) and what that is worth; prices (≥ 0) at which they want each other."""

    employee_of: Choices
    worth: FloatArray
    prices: FloatArray


def place(near: Shortlist, capacity: IntArray, *, prices: FloatArray, is_first: bool, precision: float) -> Placing:
    """The best placing on the shortlist, within customers × `precision`; values are at most 1.

    Goes on from `prices`, which say nothing yet where it `is_first`.
    """
    from matcher.assignment.state import seats_for
    from matcher.assignment.transport_loops import Table, bid_for_all_slots  # compiled on first use

    customers = len(near.employee)
    room = np.minimum(capacity, near.named(capacity.size) + 1)  # one more than can be filled keeps plenty cheap
    too_many = int(room.sum()) - customers
    persons = customers + max(too_many, 0)
    seats = seats_for(np.append(room, max(-too_many, 0)), persons)
    has_slots = room > 0
    seats.price[:-1][has_slots] = prices[has_slots]
    table, stack = Table(near.employee, near.value), np.empty(persons, np.int64)

    def bid(epsilon: float, most_bids: int) -> int:
        return bid_for_all_slots(table, seats, stack, epsilon, most_bids * persons)

    if is_first or any(bid(epsilon, FEW_BIDS) for epsilon in _steps(WARM, precision)):
        for epsilon in _steps(COLD, precision):
            bid(epsilon, MOST_BIDS)
    employee_of, worth = _served(near, seats.employee_of[:customers])
    return Placing(employee_of, worth, _levelled(near, capacity, np.where(has_slots, seats.price[:-1], np.inf)))


def _steps(first: float, precision: float) -> FloatArray:
    """ε phase by phase."""
    last = min(max(precision, FINEST_END), COARSEST_END)
    count = int(np.ceil(np.log(first / last) / np.log(FALLS_BY)))
    steps: FloatArray = np.append(first / FALLS_BY ** np.arange(count), last)
    return steps


def _served(near: Shortlist, sits_with: IntArray) -> tuple[Choices, FloatArray]:
    """Who is served by whom: who sits with an employee of another list is served by nobody."""
    worth = np.full(sits_with.size, -np.inf)
    for rows in _rows(sits_with.size):
        is_own = near.employee[rows] == sits_with[rows, None]
        worth[rows] = np.where(is_own, near.value[rows], -np.inf).max(axis=1, initial=-np.inf)
    is_served = worth > 0
    return np.where(is_served, sits_with, -1).astype(np.int32), np.where(is_served, worth, 0.0)


def _levelled(near: Shortlist, capacity: IntArray, prices: FloatArray) -> FloatArray:
    """The prices less what proves most. Where every slot is filled only differences between prices count.

    The bound falls by a place's price for each place, and rises for each customer who then gains: the level where both
    are equally many is found by halving.
    """
    open_prices = prices[capacity > 0]
    if open_prices.size == 0:
        return np.full(prices.size, NO_PLACE)
    net = np.empty(len(near.value))
    for rows in _rows(net.size):
        net[rows] = (near.value[rows] - prices[near.employee[rows]]).max(axis=1, initial=-np.inf)
    net = net[net > -np.inf]
    low, high = 0.0, float(open_prices.max())
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if int((net > -middle).sum()) > int(capacity[prices > middle].sum()):
            high = middle
        else:
            low = middle
    return np.where(capacity > 0, np.maximum(prices - low, 0.0), NO_PLACE)


def _rows(count: int) -> Iterator[slice]:
    return (slice(start, start + ROWS_AT_ONCE) for start in range(0, count, ROWS_AT_ONCE))
