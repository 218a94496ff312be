"""A problem with loads, and the time there is for it."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TypeAlias

import numpy as np

from matcher.assignment.problem import FloatArray, IntArray, Pairs
from matcher.assignment.result import Found

UnitSolver: TypeAlias = Callable[[Pairs, int, IntArray], Found]  # of problems whose pairs all take one slot

WHOLE = 1e-6  # a number of contacts this near to a whole one is whole


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A problem with loads, and the time there is."""

    pairs: Pairs
    load: IntArray  # of each pair
    contacts: int
    capacity: IntArray
    seconds: float | None
    began: float
    unit_solver: UnitSolver

    @classmethod
    def of(
        cls, pairs: Pairs, contacts: int, capacity: IntArray, *, seconds: float | None, unit_solver: UnitSolver
    ) -> "Loaded":
        """The problem, its time running from now."""
        assert pairs.load is not None
        return cls(pairs, pairs.load, contacts, capacity, seconds, perf_counter(), unit_solver)

    def left_s(self, share: float = 1.0) -> float | None:
        """That share of the time left; `None` where there is no end to it."""
        return None if self.seconds is None else max(self.seconds - (perf_counter() - self.began), 0.0) * share

    def lasts(self, seconds: float) -> bool:
        """Whether so much time is left."""
        left = self.left_s()
        return left is None or left > seconds


def best_net(pairs: Pairs, prices: FloatArray) -> FloatArray:
    """What the best employee of each contact that has any is worth after paying for the slots."""
    assert pairs.load is not None
    net = pairs.value - pairs.load * prices[pairs.employee]
    starts = np.flatnonzero(np.diff(pairs.contact, prepend=-1))
    best: FloatArray = np.maximum.reduceat(net, starts) if starts.size else np.zeros(0)
    return best
