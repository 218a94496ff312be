"""Conditions made to run: each side's fields are read once, each test is asked once per distinct value."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.rules.fields import Value, holds
from matcher.rules.reading import is_number
from matcher.rules.rule_set import All, Condition, Not, Test

Bools = NDArray[np.bool_]
T = TypeVar("T")

ORDERED = ("at_least", "at_most")
FEW = 32  # distinct values that are asked one by one


class Columns(Generic[T]):
    """The people or contacts of one side; a field becomes its distinct values, and which of them each one has."""

    def __init__(self, subjects: Sequence[T], read: Callable[[str], Callable[[T], Value]]) -> None:
        self.size = len(subjects)
        self._subjects = subjects
        self._read = read
        self._columns: dict[str, _Column] = {}

    def ask(self, test: Test) -> Bools:
        """For each subject, whether the test holds."""
        if test.field not in self._columns:
            read = self._read(test.field)
            self._columns[test.field] = _Column([read(subject) for subject in self._subjects])
        return self._columns[test.field].ask(test)


class _Column:
    """One field of all subjects. Few distinct values are asked one by one; many numbers are compared as an array."""

    def __init__(self, values: list[Value]) -> None:
        seen: dict[Hashable, int] = {}
        # True equals 1 in Python but not in a rule, so the type belongs to the key.
        place = [seen.setdefault((type(value), value), len(seen)) for value in values]
        self._distinct: list[Value] = [key[1] for key in seen]  # type: ignore[index]  # the pairs just made
        self._place = np.array(place, dtype=np.int64)
        self._numbers: NDArray[np.float64] | None = None

    def ask(self, test: Test) -> Bools:
        """For each subject, whether the test holds."""
        if not self._distinct:
            return np.zeros(0, dtype=np.bool_)
        if test.operator in ORDERED and len(self._distinct) > FEW and isinstance(test.operand, int | float):
            bound = float(test.operand)
            answers = self._as_numbers() >= bound if test.operator == "at_least" else self._as_numbers() <= bound
        else:
            answers = np.array([holds(test.operator, test.operand, value) for value in self._distinct], dtype=np.bool_)
        return answers[self._place]

    def _as_numbers(self) -> NDArray[np.float64]:
        """The distinct values; what is no number compares with nothing."""
        if self._numbers is None:
            read = [float(value) if is_number(value) else np.nan for value in self._distinct]  # type: ignore[arg-type]  # just seen
            self._numbers = np.array(read, dtype=float)
        return self._numbers


Compiled: TypeAlias = Callable[[Columns[T]], Bools]


def fields_of(condition: Condition | None) -> frozenset[str]:
    """The paths of the fields that a condition asks about."""
    if condition is None:
        return frozenset()
    if isinstance(condition, Test):
        return frozenset((condition.field,))
    parts = (condition.part,) if isinstance(condition, Not) else condition.parts
    return frozenset().union(*(fields_of(part) for part in parts))


def compile_condition(condition: Condition | None) -> Compiled[T]:
    """A function from a side's columns to who fulfils the condition; no condition is fulfilled by all."""
    if condition is None:
        return lambda columns: np.ones(columns.size, dtype=np.bool_)
    if isinstance(condition, Test):
        test = condition
        return lambda columns: columns.ask(test)
    if isinstance(condition, Not):
        part: Compiled[T] = compile_condition(condition.part)
        return lambda columns: ~part(columns)
    parts: list[Compiled[T]] = [compile_condition(one) for one in condition.parts]
    join = np.logical_and if isinstance(condition, All) else np.logical_or

    def joined(columns: Columns[T]) -> Bools:
        answer = parts[0](columns)
        for one in parts[1:]:
            answer = join(answer, one(columns))
        return answer

    return joined
