"""Pairs that lie in arrays, in memory or mapped from a disk, as the solver for very many customers asks for them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.shortlist import Choices
from matcher.assignment.transport import AskNear, Near

CUSTOMERS_A_CHUNK = 16_384
RunEach = Callable[[Callable[[int], Any], Sequence[int]], Iterable[Any]]


def one_after_the_other(ask: Callable[[int], Any], chunks: Sequence[int]) -> Iterable[Any]:
    """No workers but this one."""
    return map(ask, chunks)


@dataclass(frozen=True, slots=True, eq=False)
class ListedChunks:
    """The pairs of customer i: employees `employee[first[i]:first[i + 1]]`, each once, worth `value[...]` to it.

    Arrays may be memory-mapped (`numpy.memmap`, `numpy.load(..., mmap_mode="r")`) and of any integer or float type;
    only the chunks that are being asked are read. A value that is not above 0 is a pair that is not allowed.
    `run_each` spreads chunks over workers, as joblib does; `largest` must hold for every value.
    """

    first: NDArray[Any]
    employee: NDArray[Any]
    value: NDArray[Any]
    employees: int
    widest: int
    largest: float
    run_each: RunEach = one_after_the_other

    @classmethod
    def of(
        cls,
        first: NDArray[Any],
        employee: NDArray[Any],
        value: NDArray[Any],
        employees: int,
        *,
        run_each: RunEach = one_after_the_other,
    ) -> "ListedChunks":
        """The pairs, gone through once for the largest value and the most pairs of a customer."""
        parts = range(0, value.size, CUSTOMERS_A_CHUNK * 64)
        largest = max((float(value[at : at + parts.step].max()) for at in parts), default=0.0)
        widest = int(np.diff(first).max(initial=0))
        return cls(first, employee, value, employees, widest, largest, run_each)

    @property
    def customers(self) -> int:
        """How many there are in all."""
        return self.first.size - 1

    def near(self, question: AskNear) -> Iterable[Near]:
        """The answers, in the order of chunks."""
        sent = replace(self, run_each=one_after_the_other)  # workers cannot be sent to workers
        return self.run_each(_AskPart(sent, question), range(0, self.customers, CUSTOMERS_A_CHUNK))

    def values_of(self, customers: IntArray) -> FloatArray:
        """Values of these customers (× employees), -inf where there is no pair."""
        column, value = self.rows(customers)
        table = np.full((customers.size, self.employees), -np.inf)
        row, place = np.nonzero(value > -np.inf)
        table[row, column[row, place]] = value[row, place]
        return table

    def rows(self, customers: IntArray) -> tuple[Choices, FloatArray]:
        """Employees and values of these customers, each row as long as the longest; -inf where a row is shorter."""
        begin = np.asarray(self.first[customers], np.int64)
        count = np.asarray(self.first[customers + 1], np.int64) - begin
        step = np.arange(int(count.max(initial=0)))
        is_pair = step < count[:, None]
        place = (begin[:, None] + step)[is_pair]
        column, value = np.zeros(is_pair.shape, np.int32), np.full(is_pair.shape, -np.inf)
        column[is_pair], value[is_pair] = self.employee[place], self.value[place]
        return column, value


@dataclass(frozen=True, slots=True, eq=False)
class _AskPart:
    """A question on its way to a worker."""

    pairs: ListedChunks
    question: AskNear

    def __call__(self, start: int) -> Near:
        """The answer of the chunk that begins there."""
        end = min(start + CUSTOMERS_A_CHUNK, self.pairs.customers)
        column, value = self.pairs.rows(np.arange(start, end, self.question.stride))
        return self.question.answer(value, column)
