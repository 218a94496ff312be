"""What is told of the lines of a file: how many met which fate, and the first thousand of them, errors first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from matcher.use_cases.import_employees import MOST_ROWS_TOLD

ERROR = "error"  # the action of a line that nothing can be done with


class Judged(Protocol):
    """A line and what becomes of it."""

    @property
    def action(self) -> str: ...


L = TypeVar("L", bound=Judged)


@dataclass(slots=True)
class LineTally(Generic[L]):
    """Counts as lines go by, and remembers no more than are told."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: list[L] = field(default_factory=list)
    others: list[L] = field(default_factory=list)
    lines: int = 0

    def note(self, verdicts: Iterable[L]) -> None:
        """Take the next lines."""
        for one in verdicts:
            self.lines += 1
            self.counts[one.action] += 1
            rows = self.errors if one.action == ERROR else self.others
            if len(rows) < MOST_ROWS_TOLD:
                rows.append(one)

    def told(self) -> tuple[L, ...]:
        """The lines to tell, errors before others."""
        return tuple([*self.errors, *self.others][:MOST_ROWS_TOLD])
