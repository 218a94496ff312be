"""Very many customers and few employees with many slots: prices are broadcast, chunks answer with pairs that matter.

Nothing here holds contacts × employees: a chunk of values is made, asked one question, and forgotten. A few customers
set the first prices; then more, at last all of them say whom they would take at the prices. The best placing among
those pairs gives the next prices, and what everybody wants at those proves how good it is.
Source: prices by chunks as in ECLIPSE (Basu et al., ICML 2020) and DuaLip (Ramanath et al., arXiv 2103.05277); bounds
and pairs by prices: Dantzig and Wolfe 1960, doi 10.1287/opre.8.1.101.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from matcher.assignment.compiled import numba_is_here
from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.shortlist import NO_PLACE, Choices, Placing, Shortlist, place

NEAR = 16  # pairs a customer tells in a round
FIRST_PAIRS = 4_000_000  # of the customers who set the first prices: these tell all their pairs
FIRST_PAIRS_SLOWLY = 200_000  # the same where nothing is compiled
MORE_CUSTOMERS = 4  # times as many in the next round
ENOUGH = 1e-4  # a gap not worth another look at every pair
MOST_LOOKS = 8  # at every pair
DOUBT = 1e-3  # of the largest value: about how wrong the first prices are
DOUBTS = 8_192  # ways to doubt: equals would all tell the same pairs
APART = 4_099  # places between the doubts of a customer and of the next one: a prime
MOST_AT_ONCE = 2_048  # customers placed one by one whose values are held at once
LARGEST_EXPONENT = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """What a chunk answers: the pairs that may matter, and what its customers gain in all at the prices."""

    pairs: Shortlist
    net: float


@dataclass(frozen=True, slots=True, eq=False)
class AskNear:
    """The question of a round: which pairs may matter at the prices, at most `keep` a customer.

    `stride`: every how many-th customer answers. `doubt`: how wrong prices may be; `seed` makes it differ by round.
    Values are taken times `scale`, which brings the largest to between 1/2 and 1.
    """

    prices: FloatArray
    keep: int
    stride: int = 1
    doubt: float = 0.0
    seed: int = 0
    scale: float = 1.0

    def answer(self, value: FloatArray, column: Choices | None = None) -> Near:
        """The pairs of customers with these values (customers × pairs, -inf forbids).

        `column` names the employee of each pair: customers × pairs, or one row for all; all employees where left out.
        """
        value = value if self.scale == 1.0 else np.multiply(value, self.scale)
        if column is None:
            column = np.arange(value.shape[1], dtype=np.int32)[None]
        chance = 1.0 - np.random.default_rng(self.seed).random(DOUBTS + self.prices.size)
        doubt = self.doubt * (chance**-0.5 - 1.0)  # some are far larger than most: a way out where all near are full
        if numba_is_here():
            return self._compiled(value, column, doubt)
        return self._by_numpy(value, column, doubt)

    def _compiled(self, value: FloatArray, column: Choices, doubt: FloatArray) -> Near:
        from matcher.assignment.transport_loops import Likely, Table, keep_likely  # compiled on first use

        size = (len(value), self.keep)
        into = Likely(np.zeros(size, np.int32), np.full(size, -np.inf), np.empty(size), np.zeros(len(value)))
        keep_likely(Table(np.ascontiguousarray(column), value), self.prices, doubt, _begins(len(value)), into)
        return Near(Shortlist(into.column, into.value), float(into.net.sum()))

    def _by_numpy(self, value: FloatArray, column: Choices, doubt: FloatArray) -> Near:
        value = np.where(value > 0, value, -np.inf)
        net = value - self.prices[column]
        gain = float(net.max(axis=1, initial=0.0).sum())
        net += doubt[_begins(len(value))[:, None] + column]
        if (missing := self.keep - value.shape[1]) >= 0:
            wide = np.broadcast_to(column, value.shape)
            pad = ((0, 0), (0, missing))
            return Near(Shortlist(np.pad(wide, pad), np.pad(value, pad, constant_values=-np.inf)), gain)
        kept = np.argpartition(-net, self.keep, axis=1)[:, : self.keep]
        wide = np.take_along_axis(np.broadcast_to(column, value.shape), kept, axis=1)
        return Near(Shortlist(wide, np.take_along_axis(value, kept, axis=1)), gain)


def _begins(customers: int) -> IntArray:
    """Where each customer's doubts begin."""
    return np.arange(customers, dtype=np.int64) * APART % DOUBTS


class Chunks(Protocol):
    """Where values come from: customers chunk by chunk, worked out by whoever is there to work."""

    @property
    def customers(self) -> int:
        """How many there are in all."""
        ...

    @property
    def widest(self) -> int:
        """The most employees that a customer may have."""
        ...

    @property
    def largest(self) -> float:
        """No pair is worth more."""
        ...

    def near(self, question: AskNear) -> Iterable[Near]:
        """The answers, in the order of chunks."""
        ...

    def values_of(self, customers: IntArray) -> FloatArray:
        """Values of these customers (× employees), a fresh array; -inf forbids."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Ascent:
    """How far prices have come after `rounds` rounds. All numbers are in units of `scale_of` the chunks.

    `prices` are to be asked next; at those in `asked` (looks × employees) every customer has said which pairs matter.
    `best_prices` prove `bound`. `employee_of` and `worth` are the best placing, `None` before all were asked.
    """

    prices: FloatArray
    best_prices: FloatArray
    asked: FloatArray
    bound: float = np.inf
    rounds: int = 0
    employee_of: Choices | None = None
    worth: FloatArray | None = None

    @property
    def value(self) -> float:
        """What the best placing is worth."""
        return 0.0 if self.worth is None else float(self.worth.sum())

    @property
    def is_done(self) -> bool:
        """Whether another look would hardly help."""
        if self.employee_of is None:
            return False
        return self.bound - self.value <= ENOUGH * self.bound or len(self.asked) > MOST_LOOKS


def scale_of(chunks: Chunks) -> float:
    """A power of two that brings the largest value to between 1/2 and 1: no sum overflows, and none is rounded."""
    if chunks.largest <= 0:
        return 1.0
    mantissa, exponent = np.frexp(chunks.largest)
    exponent = int(exponent) - (mantissa == 0.5)
    return float(np.ldexp(1.0, min(max(-exponent, -LARGEST_EXPONENT), LARGEST_EXPONENT)))


def start_of(capacity: IntArray) -> Ascent:
    """Before the first round: everything is free, where there is a place at all."""
    prices = np.where(capacity > 0, 0.0, NO_PLACE)
    return Ascent(prices, prices, np.zeros((0, capacity.size)))


def strides(customers: int, widest: int) -> tuple[int, ...]:
    """Every how many-th customer is asked, round by round, until at last all are."""
    pairs = FIRST_PAIRS if numba_is_here() else FIRST_PAIRS_SLOWLY
    found = [max(1, -(-customers * widest // pairs))]
    while found[-1] > 1:
        found.append(max(1, found[-1] // MORE_CUSTOMERS))
    return tuple(found)


def ascend(chunks: Chunks, capacity: IntArray, *, start: Ascent, after_round: Callable[[Ascent, int], None]) -> Ascent:
    """Prices whose bound is low, and a placing close to it. Goes on from `start` as if it had never stopped.

    `after_round` gets the state, and about how many rounds there are.
    """
    rounds = _Rounds(chunks, capacity)
    state, held = start, rounds.held_at(start)
    while not state.is_done:
        state, held = rounds.after(state, held)
        expected = state.rounds if state.is_done else max(len(rounds.strides) + 1, state.rounds + 1)
        after_round(state, expected)
    return state


class _Rounds:
    """The steps of one ascent."""

    def __init__(self, chunks: Chunks, capacity: IntArray) -> None:
        self._chunks = chunks
        self._capacity = np.minimum(capacity, chunks.customers)
        self._scale = scale_of(chunks)
        self.strides = strides(chunks.customers, chunks.widest)

    def held_at(self, state: Ascent) -> Shortlist | None:
        """The shortlist as it was in that state: asked for again, which is cheaper than keeping it."""
        held = None
        for look, prices in enumerate(state.asked):
            near = self._ask(prices, look=look).pairs
            held = near if held is None else held.with_more(near)
        return held

    def after(self, state: Ascent, held: Shortlist | None) -> tuple[Ascent, Shortlist | None]:
        """The state after one more round, and the shortlist, which begins when all are asked."""
        if state.rounds < len(self.strides) - 1:
            return self._after_some(state, self.strides[state.rounds]), None
        look = len(state.asked)
        near = self._ask(state.prices, look=look)
        asked = np.concatenate((state.asked, state.prices[None]))
        state = replace(state, asked=asked, rounds=state.rounds + 1)
        if (bound := near.net + float(state.prices @ self._capacity)) < state.bound:
            state = replace(state, bound=bound, best_prices=state.prices)
        if state.is_done:
            return state, None
        held = near.pairs if held is None else held.with_more(near.pairs)
        precision = ENOUGH / 4 * state.bound / max(self._most_served(self._capacity, self._chunks.customers), 1)
        found = self._place(held, self._capacity, state, precision / MORE_CUSTOMERS**look)
        if state.worth is not None and found.worth.sum() <= state.value:
            return replace(state, prices=found.prices), held
        return replace(state, prices=found.prices, employee_of=found.employee_of, worth=found.worth), held

    def _after_some(self, state: Ascent, stride: int) -> Ascent:
        """Prices by a part of all customers, and the same part of each employee's places."""
        near = self._ask(state.prices, stride=stride, is_first=state.rounds == 0)
        asked = len(near.pairs.employee)
        ends = np.floor(np.cumsum(self._capacity) * (asked / max(self._chunks.customers, 1)) + 0.5)
        capacity = np.maximum(np.diff(ends, prepend=0.0).astype(np.int64), self._capacity > 0)
        mean = (near.net + float(state.prices @ capacity)) / max(self._most_served(capacity, asked), 1)
        found = self._place(near.pairs, capacity, state, ENOUGH / 4 * mean)
        return replace(state, prices=found.prices, rounds=state.rounds + 1)

    def _place(self, held: Shortlist, capacity: IntArray, state: Ascent, precision: float) -> Placing:
        is_first = not state.prices[capacity > 0].any()
        return place(held, capacity, prices=state.prices, is_first=is_first, precision=precision)

    def _ask(self, prices: FloatArray, *, look: int = 0, stride: int = 1, is_first: bool = False) -> Near:
        is_first = is_first or (len(self.strides) == 1 and look == 0)
        keep = max(self._chunks.widest if is_first else min(NEAR, self._chunks.widest), 1)
        doubt = DOUBT / MORE_CUSTOMERS**look
        question = AskNear(prices, keep, stride=stride, doubt=doubt, seed=look, scale=self._scale)
        answers = list(self._chunks.near(question))
        if not answers:
            return Near(Shortlist(np.zeros((0, keep), np.int32), np.zeros((0, keep))), 0.0)
        return Near(Shortlist.joined([one.pairs for one in answers]), sum(one.net for one in answers))

    def _most_served(self, capacity: IntArray, customers: int) -> int:
        return min(int(capacity.sum()), customers)


def settle(chunks: Chunks, capacity: IntArray, state: Ascent) -> tuple[Choices, FloatArray]:
    """For each customer an employee (-1: none) and what it is worth: the best placing, and whoever else has room.

    Those whom the placing left out choose one after the other among all who have a place left.
    """
    assert state.employee_of is not None  # an ascent that is done has placed everybody it could
    assert state.worth is not None
    scale = scale_of(chunks)
    employee_of, worth = state.employee_of.copy(), state.worth / scale
    room = np.minimum(capacity, chunks.customers) - np.bincount(employee_of[employee_of >= 0], minlength=capacity.size)
    left = np.flatnonzero(employee_of < 0)
    for start in range(0, left.size, MOST_AT_ONCE):
        if not room.any():
            break
        some = left[start : start + MOST_AT_ONCE]
        _place_rest(some, chunks.values_of(some), employee_of, worth, room, state.best_prices / scale)
    return employee_of, worth


def _place_rest(
    customers: IntArray, value: FloatArray, employee_of: Choices, worth: FloatArray, room: IntArray, prices: FloatArray
) -> None:
    """One by one: the best employee with room, where it is worth more than none."""
    has_room = room > 0
    for here in np.flatnonzero(((value > 0) & has_room).any(axis=1)).tolist():
        net = np.where((value[here] > 0) & (room > 0), value[here] - prices, -np.inf)
        employee = int(net.argmax())
        if net[employee] == -np.inf:
            continue
        employee_of[customers[here]] = employee
        worth[customers[here]] = value[here, employee]
        room[employee] -= 1
