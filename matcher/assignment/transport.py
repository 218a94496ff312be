"""Very many customers and few employees with many slots: prices are broadcast, chunks answer with demand, prices move.

Nothing here holds contacts × employees: a chunk of values is made, asked one question, and forgotten.
Source: ECLIPSE (Basu et al., ICML 2020) and DuaLip (Ramanath et al., arXiv 2103.05277) for prices by chunks over a
smoothed dual; the step is that of matrix scaling (Sinkhorn 1967, doi 10.1080/00029890.1967.11999945).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.assignment.problem import FloatArray, IntArray

Choices = NDArray[np.int32]

# Temperatures, as shares of the largest value: from where almost anyone will do down to where a place in ten thousand
# decides. Lower ones cost rounds, and what they win is less than what placing the last customers loses (measured).
WARMEST, COOLEST, COOLING = 0.25, 1.5e-4, 0.6
CHANCE = 5e-5  # the same for the last choice: enough to spread customers to whom many are equal
ROUNDS_A_TEMPERATURE = 3
SAMPLE = 8_192  # customers who set the first prices; a chunk then answers for every so-many-th of its customers
CORRECTIONS = ((4, 5), (1, 4))  # (stride, rounds) at the coolest temperature; the last ones hear everybody
LONGEST_STEP = 3.0  # temperatures: a price moves by no more in a round
FEWEST = 1e-3  # customers: an employee nobody asks for gets cheaper, by a finite step
MOST_AT_ONCE = 2_048  # customers placed one by one whose values are held at once


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What a chunk wants at the prices: customers per employee in expectation, their worth after paying, how many."""

    by_employee: FloatArray
    net: float
    asked: int


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """Whom each customer of a chunk takes at the prices (-1: nobody), and what it would lose with the second best."""

    employee: Choices
    regret: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class AskDemand:
    """The question of a round. `stride`: every how many-th customer answers."""

    prices: FloatArray
    temperature: float
    stride: int = 1

    def answer(self, value: FloatArray, chunk: int) -> Demand:  # noqa: ARG002  # the form of every question
        """The demand of customers with these values (customers × employees, -inf forbids), an array that is used up."""
        value -= self.prices
        top = value.max(axis=1, initial=0.0)
        value -= top[:, None]
        value /= self.temperature
        np.exp(value, out=value)
        weight = value.sum(axis=1) + np.exp(-top / self.temperature)  # the last term: to stay out of it, worth 0
        return Demand((1.0 / weight) @ value, float(top.sum()), top.size)


@dataclass(frozen=True, slots=True, eq=False)
class AskWishes:
    """The question once prices stand. Chance at the last temperature spreads equals as the prices expect it."""

    prices: FloatArray
    temperature: float
    stride: int = 1

    def answer(self, value: FloatArray, chunk: int) -> Wishes:
        """What each customer takes; the array is used up. The same chunk always gets the same chances."""
        value -= self.prices
        top = value.max(axis=1, initial=0.0)
        rows = np.arange(value.shape[0])
        if value.shape[1] == 0:
            return Wishes(np.full(rows.size, -1, np.int32), np.zeros(rows.size))
        chance = np.random.default_rng(chunk).gumbel(size=value.shape)  # the largest then follows the softmax
        chance *= self.temperature
        chance += value
        first = chance.argmax(axis=1)
        mine = value[rows, first]
        value[rows, first] = -np.inf
        second = value.max(axis=1, initial=0.0)
        is_served = (mine >= 0) & (top > 0)
        return Wishes(np.where(is_served, first, -1).astype(np.int32), np.where(is_served, mine - second, 0.0))


class Chunks(Protocol):
    """Where values come from: customers chunk by chunk, worked out by whoever is there to work."""

    @property
    def customers(self) -> int:
        """How many there are in all."""
        ...

    def demands(self, question: AskDemand) -> Iterable[Demand]:
        """The answers, in the order of chunks."""
        ...

    def wishes(self, question: AskWishes) -> Iterable[Wishes]:
        """The answers, in the order of chunks."""
        ...

    def values_of(self, customers: IntArray) -> FloatArray:
        """Values of these customers (× employees), a fresh array; -inf forbids."""
        ...

    def worth_of(self, employee_of: Choices) -> FloatArray:
        """What each customer's employee is worth to it, 0 where it has none."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Ascent:
    """How far prices have come: after `rounds` rounds, the lowest bound proved and the prices that prove it."""

    prices: FloatArray
    best_prices: FloatArray
    bound: float
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One round: at which temperature, and whom it hears."""

    temperature: float
    stride: int


def schedule(customers: int, *, largest: float) -> tuple[Turn, ...]:
    """The rounds for so many customers, the largest value being so large."""
    stride = max(1, customers // SAMPLE)
    turns: list[Turn] = []
    temperature = WARMEST
    while temperature > COOLEST:
        turns += [Turn(temperature * largest, stride)] * ROUNDS_A_TEMPERATURE
        temperature *= COOLING
    for wider, rounds in CORRECTIONS:
        turns += [Turn(COOLEST * largest, min(stride, wider))] * rounds
    return tuple(turns)


def start_of(capacity: IntArray) -> Ascent:
    """Before the first round: everything is free."""
    nothing = np.zeros(capacity.size)
    return Ascent(nothing, nothing, np.inf)


def ascend(
    chunks: Chunks, capacity: IntArray, *, largest: float, start: Ascent, after_round: Callable[[Ascent, int], None]
) -> Ascent:
    """Prices whose bound is low. Goes on from `start`; `after_round` gets the state and how many rounds there are."""
    turns = schedule(chunks.customers, largest=largest)
    state = start
    for turn in turns[start.rounds :]:
        state = _after(state, turn, chunks, capacity)
        after_round(state, len(turns))
    return state


def _after(state: Ascent, turn: Turn, chunks: Chunks, capacity: IntArray) -> Ascent:
    """The state after one more round. Answers are added up in their order, so that any number of workers agree."""
    wanted, net, asked = np.zeros(capacity.size), 0.0, 0
    for answer in chunks.demands(AskDemand(state.prices, turn.temperature, turn.stride)):
        wanted += answer.by_employee
        net += answer.net
        asked += answer.asked
    bound, best = state.bound, state.best_prices
    if turn.stride == 1 and net + float(state.prices @ capacity) < bound:  # only what everybody said is a proof
        bound, best = net + float(state.prices @ capacity), state.prices
    offered = capacity * (asked / max(chunks.customers, 1))
    step = np.log(np.maximum(wanted, FEWEST) / np.maximum(offered, FEWEST))
    moved = state.prices + turn.temperature * np.clip(step, -LONGEST_STEP, LONGEST_STEP)
    return Ascent(_lowered(np.maximum(moved, 0.0), capacity, chunks.customers), best, bound, state.rounds + 1)


def _lowered(prices: FloatArray, capacity: IntArray, customers: int) -> FloatArray:
    """Where places are enough for all, the prices less the lowest: the bound falls by it for each place too many.

    Steps would take the level down far more slowly than they took it up.
    """
    open_prices = prices[capacity > 0]
    if open_prices.size == 0 or capacity.sum() < customers:
        return prices
    lowered: FloatArray = np.maximum(prices - open_prices.min(), 0.0)
    return lowered


def settle(chunks: Chunks, capacity: IntArray, prices: FloatArray, *, largest: float) -> Choices:
    """For each customer an employee (-1: none) within capacity, close to what each wants at the prices.

    Where too many want the same, those stay who would lose most elsewhere; the others choose in that order among
    whoever has room, a few thousand at a time.
    """
    answers = list(chunks.wishes(AskWishes(prices, CHANCE * largest)))
    wish = np.concatenate([answer.employee for answer in answers] or [np.zeros(0, np.int32)])
    regret = np.concatenate([answer.regret for answer in answers] or [np.zeros(0)])
    employee_of = _first_come(wish, regret, capacity)
    room = capacity - np.bincount(employee_of[employee_of >= 0], minlength=capacity.size)
    left = np.flatnonzero(employee_of < 0)
    left = left[np.argsort(-regret[left], kind="stable")]
    for start in range(0, left.size, MOST_AT_ONCE):
        some = left[start : start + MOST_AT_ONCE]
        _place(some, chunks.values_of(some) - prices, employee_of, room, prices)
    return employee_of


def _first_come(wish: Choices, regret: FloatArray, capacity: IntArray) -> Choices:
    """Wishes granted as far as there is room, the greatest regret first."""
    order = np.lexsort((-regret, wish))
    wanted = wish[order]
    first = np.flatnonzero(np.diff(wanted, prepend=-2))
    rank = np.arange(wanted.size) - np.repeat(first, np.diff(first, append=wanted.size))
    granted = (wanted >= 0) & (rank < capacity[wanted])
    employee_of = np.full(wish.size, -1, np.int32)
    employee_of[order[granted]] = wanted[granted]
    return employee_of


def _place(customers: IntArray, net: FloatArray, employee_of: Choices, room: IntArray, prices: FloatArray) -> None:
    """One by one: the best employee with room, where it is worth more than none."""
    if room.size == 0:
        return
    shut = np.where(room > 0, 0.0, -np.inf)
    for customer, row in zip(customers.tolist(), net, strict=True):
        row_now = row + shut
        employee = int(row_now.argmax())
        if row_now[employee] + prices[employee] <= 0:
            continue
        employee_of[customer] = employee
        room[employee] -= 1
        if room[employee] == 0:
            shut[employee] = -np.inf
