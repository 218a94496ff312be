"""Conditions made to run: each side's fields are read once, each test is asked once per distinct value."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.rules.fields import Value, holds
from matcher.rules.rule_set import All, Condition, Not, Test

Bools = NDArray[np.bool_]
T = TypeVar("T")


class Columns(Generic[T]):
    """The people or contacts of one side; a field becomes its distinct values, and which of them each one has."""

    def __init__(self, subjects: Sequence[T], read: Callable[[str], Callable[[T], Value]]) -> None:
        self.size = len(subjects)
        self._subjects = subjects
        self._read = read
        self._columns: dict[str, tuple[list[Value], NDArray[np.int64]]] = {}

    def ask(self, test: Test) -> Bools:
        """For each subject, whether the test holds."""
        distinct, place = self._column(test.field)
        answers = np.array([holds(test.operator, test.operand, value) for value in distinct], dtype=np.bool_)
        return answers[place] if self.size else np.zeros(0, dtype=np.bool_)

    def _column(self, path: str) -> tuple[list[Value], NDArray[np.int64]]:
        if path not in self._columns:
            read, seen = self._read(path), dict[Hashable, int]()
            values = [read(subject) for subject in self._subjects]
            # True equals 1 in Python but not in a rule, so the type belongs to the key.
            place = [seen.setdefault((type(value), value), len(seen)) for value in values]
            distinct: list[Value] = [None] * len(seen)
            for value, index in zip(values, place, strict=True):
                distinct[index] = value
            self._columns[path] = (distinct, np.array(place, dtype=np.int64))
        return self._columns[path]


Compiled: TypeAlias = Callable[[Columns[T]], Bools]


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
