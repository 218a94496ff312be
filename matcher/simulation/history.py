"""What really happened: contacts as a call log tells of them, each row with exactly one fate."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Fate(StrEnum):
    """What a log says became of a row. Every row has exactly one; the first four are contacts of the replay."""

    SERVED = "served"
    SERVED_LENGTH_UNKNOWN = "served_length_unknown"
    GAVE_UP = "gave_up"
    GAVE_UP_SHORT = "gave_up_short"
    NEVER_QUEUED = "never_queued"
    SERVED_UNNAMED = "served_unnamed"
    PHANTOM = "phantom"
    MALFORMED = "malformed"


ANSWERED = frozenset({Fate.SERVED, Fate.SERVED_LENGTH_UNKNOWN})
ABANDONED = frozenset({Fate.GAVE_UP, Fate.GAVE_UP_SHORT})
REPLAYED = ANSWERED | ABANDONED


@dataclass(frozen=True, slots=True)
class Logged:
    """One row of a log.

    `at_s` is when the customer began to wait for a person and `begun_s` when service began, both in seconds since
    midnight of the log's first day; `service_s` is `None` where the log does not tell. `kind` is the log's name for
    what was asked. `priority` is 0–9, higher sooner.
    """

    line: int
    id: str
    period: int
    fate: Fate
    kind: str = ""
    customer_id: str | None = None
    priority: int = 0
    at_s: float = 0.0
    waited_s: float = 0.0
    begun_s: float | None = None
    service_s: float | None = None
    employee: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """A log, read: every row, its first day, how many days it spans, and what was odd, counted by a short name.

    `rows_read` is what the reader counted in the file, apart from `rows`: a report checks the one by the other.
    """

    rows: tuple[Logged, ...]
    first_day: date
    days: int
    oddities: Mapping[str, int]
    rows_read: int

    @property
    def contacts(self) -> tuple[Logged, ...]:
        """The rows in which a customer waited for, or spoke to, a named employee: in order of time, then of line."""
        kept = [row for row in self.rows if row.fate in REPLAYED]
        return tuple(sorted(kept, key=lambda row: (row.at_s, row.line)))

    def by_fate(self) -> dict[Fate, int]:
        """How many rows met each fate; the counts sum to the number of rows."""
        return fates(self.rows)


def fates(rows: Sequence[Logged]) -> dict[Fate, int]:
    """How many of the rows met each fate, every fate listed."""
    counted = Counter(row.fate for row in rows)
    return {fate: counted[fate] for fate in Fate}
