"""Give every customer an account employee: the whole portfolio at once, within each one's number of accounts."""

from collections.abc import Callable
from dataclasses import dataclass

from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.shortlist import Choices
from matcher.assignment.transport import Ascent, Chunks, ascend, scale_of, settle, start_of


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """For each customer the index of its employee (-1: none) and what the pair is worth.

    No portfolio is worth more than `bound`; `gap` is (bound - value) / bound. `short`: places fewer than customers.
    """

    employee_of: Choices
    worth: FloatArray
    value: float
    bound: float
    gap: float
    rounds: int
    short: int


def assign_portfolio(
    chunks: Chunks,
    capacity: IntArray,
    *,
    start: Ascent | None = None,
    after_round: Callable[[Ascent, int], None] = lambda _state, _rounds: None,
) -> Portfolio:
    """The best portfolio that prices find, with a proof of how good it is.

    Goes on from `start`, as `after_round` got it after any round, and then ends with the same answer.
    """
    state = ascend(chunks, capacity, start=start or start_of(capacity), after_round=after_round)
    employee_of, worth = settle(chunks, capacity, state)
    value = float(worth.sum())
    bound = max(value, state.bound / scale_of(chunks))  # below the value only by rounding
    gap = (bound - value) / bound if bound > 0 else 0.0
    short = max(0, chunks.customers - int(capacity.sum()))
    return Portfolio(employee_of, worth, value, bound, gap, state.rounds, short)
