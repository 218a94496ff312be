"""Unit loads on few pairs, compiled: an auction from prices of zero, then exact paths from both sides."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from matcher.assignment import dense_loops, sparse_loops
from matcher.assignment.problem import IntArray, Pairs
from matcher.assignment.result import DEADLINE, OPTIMAL, WITHIN_GAP, Found
from matcher.assignment.state import Listed, Search, Seats, Turned, search_over, seats_for

STEP = 0.002  # ε of the auction, of the largest value (measured: 0.002 to 0.0025; less bids, more is paths)
COARSE_STEP = 0.01  # the same where millions of pairs are settled within a gap (measured: a gap of 2e-4)
MOST_ROUNDS = 20  # of so many bids a contact as one round may take, where contacts outnumber slots
LOOKS = 400_000  # contacts looked at between two looks at the clock: some ms
FOREVER = 2**62


def solve_pairs_exactly(
    pairs: Pairs, contacts: int, capacity: IntArray, *, has_time: Callable[[], bool] | None
) -> Found:
    """The optimum for unit loads; pairs worth more than 0, of employees with a slot."""
    listed, seats = listed_pairs(pairs, contacts), seats_for(np.minimum(capacity, contacts + 1), contacts)
    search = search_over(capacity.size)
    rounds = _Rounds(listed, seats, search, has_time)
    top = float(pairs.value.max(initial=0.0))
    is_done = rounds.bid(STEP * top) and rounds.bid(0.0) and rounds.serve() and rounds.sink()
    return _found(pairs, seats, contacts, capacity, "pair_auction", is_done=is_done)


def listed_pairs(pairs: Pairs, contacts: int) -> Listed:
    """The pairs as compiled loops want them; they come ordered by contact."""
    first = np.searchsorted(pairs.contact, np.arange(contacts + 1))
    column = np.ascontiguousarray(pairs.employee, dtype=np.int64)
    value = np.ascontiguousarray(pairs.value, dtype=np.float64)
    return Listed(first.astype(np.int64), column, value, np.zeros(contacts))


class _Rounds:
    """The steps of one solve, each False where time ran out."""

    def __init__(self, listed: Listed, seats: Seats, search: Search, has_time: Callable[[], bool] | None) -> None:
        self._listed, self._seats, self._search, self._has_time = listed, seats, search, has_time
        self._at = np.zeros(6, np.int64)
        self._stack = np.empty(seats.employee_of.size, np.int64)
        self._budget = FOREVER if has_time is None else LOOKS

    def bid(self, epsilon: float) -> bool:
        sparse_loops.begin_phase(self._seats, self._stack, self._at)
        return self._go_on_bidding(epsilon)

    def _go_on_bidding(self, epsilon: float) -> bool:
        return self._until(
            lambda budget: sparse_loops.bid_for_pairs(self._listed, self._seats, self._stack, self._at, epsilon, budget)
        )

    def bid_to_the_end(self, epsilon: float) -> bool:
        """Bids until nobody waits, where a round's limit on bids would leave contacts over."""
        is_done = self.bid(epsilon)
        for _ in range(MOST_ROUNDS):
            if not is_done or self._at[dense_loops.WAITING] == 0:
                break
            self._at[dense_loops.BIDS_IN_PHASE] = 0
            is_done = self._go_on_bidding(epsilon)
        return is_done

    def serve(self) -> bool:
        sparse_loops.end_bidding(self._listed, self._seats, self._at)
        return self._until(
            lambda budget: sparse_loops.serve_the_rest(self._listed, self._seats, self._search, self._at, budget)
        )

    def sink(self) -> bool:
        room = np.diff(self._seats.slots)
        if not ((self._seats.filled < room) & (self._seats.price > 0)).any():
            return True
        turned = Turned(*sparse_loops.by_column(self._listed.first, self._listed.column, room.size))
        sparse_loops.offer_free_slots(self._listed, turned, self._seats)
        self._at[dense_loops.CURSOR] = 0
        return self._until(
            lambda budget: sparse_loops.sink_prices(self._listed, turned, self._seats, self._search, self._at, budget)
        )

    def _until(self, go_on: Callable[[int], bool]) -> bool:
        while not go_on(self._budget):
            if self._has_time is not None and not self._has_time():
                return False
        return True


def _found(pairs: Pairs, seats: Seats, contacts: int, capacity: IntArray, solver: str, *, is_done: bool) -> Found:
    employee_of = seats.employee_of
    if not is_done:
        _give_free_slots(pairs, contacts, capacity, employee_of)
    prices = np.where(np.isfinite(seats.price), np.maximum(seats.price, 0.0), 0.0)
    return Found(employee_of, prices, solver, OPTIMAL if is_done else DEADLINE)


def _give_free_slots(pairs: Pairs, contacts: int, capacity: IntArray, employee_of: IntArray) -> None:
    """Time is over: whoever is left gets the best slots that are free, moving no one."""
    from matcher.assignment.greedy import serve_greedily

    left = capacity - np.bincount(employee_of[employee_of >= 0], minlength=capacity.size)
    waiting = pairs.only(employee_of[pairs.contact] < 0)
    given = serve_greedily(waiting, contacts, left)
    employee_of[given >= 0] = given[given >= 0]


def solve_many_pairs(pairs: Pairs, contacts: int, capacity: IntArray, *, has_time: Callable[[], bool] | None) -> Found:
    """Within a small gap of the optimum, for millions of pairs: an auction from prices of zero with one ε.

    Every contact ends within ε of its best, slots left over cost nothing: so contacts × ε bounds what is missed
    (Bertsekas 1988, doi 10.1007/BF02186476), and is far more than what is.
    """
    listed, seats = listed_pairs(pairs, contacts), seats_for(np.minimum(capacity, contacts + 1), contacts)
    rounds = _Rounds(listed, seats, search_over(1), has_time)
    is_done = rounds.bid_to_the_end(COARSE_STEP * float(pairs.value.max(initial=0.0)))
    found = _found(pairs, seats, contacts, capacity, "pair_auction", is_done=False)
    return replace(found, status=WITHIN_GAP if is_done else DEADLINE)
