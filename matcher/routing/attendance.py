"""Who is at work: stated presence and working hours, of many employees at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.people import Employee, Presence, PresenceState

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

T = TypeVar("T", bound=np.generic)

FOREVER = np.inf
MINUTE_S = 60
MINUTES_A_WEEK = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Who works when: the intervals of all employees in three columns, and who has no hours stated (always on)."""

    owner: Ints
    start: Ints
    end: Ints
    unstated: Bools

    def on_duty(self, minute_of_week: int) -> Bools:
        """Whether each employee works at that minute since Monday 00:00 local time."""
        on = self.unstated.copy()
        on[self.owner[(self.start <= minute_of_week) & (minute_of_week < self.end)]] = True
        return on

    def next_among(self, people: Bools, minute_of_week: int, *, lasting: int = 1) -> tuple[int, int] | None:
        """When one of these people next works for so many minutes on end, in minutes from now: start (0 where one works
        now) and end. `None` where none of them has stated such hours.
        """
        theirs = people[self.owner] & (self.end - self.start >= lasting)
        if not theirs.any():
            return None
        start, end = self.start[theirs], self.end[theirs]
        until_start = (start - minute_of_week) % MINUTES_A_WEEK
        works_now = (start <= minute_of_week) & (minute_of_week + lasting <= end)
        until_start[works_now] = 0
        length = np.where(works_now, end - minute_of_week, end - start)
        soonest = np.lexsort((-length, until_start))[0]
        return int(until_start[soonest]), int(until_start[soonest] + length[soonest])

    def take(self, columns: Ints) -> "WorkingHours":
        """The hours of those employees, in that order."""
        place = np.full(len(self.unstated), -1, dtype=np.int64)
        place[columns] = np.arange(len(columns))
        kept = place[self.owner] >= 0
        return WorkingHours(place[self.owner[kept]], self.start[kept], self.end[kept], self.unstated[columns])

    def replaced(self, columns: Ints, other: "WorkingHours") -> "WorkingHours":
        """These hours, with those of the other in the place of those columns."""
        unstated = put(self.unstated, columns, other.unstated)
        stays = ~np.isin(self.owner, columns)
        return WorkingHours(
            np.concatenate([self.owner[stays], columns[other.owner]]),
            np.concatenate([self.start[stays], other.start]),
            np.concatenate([self.end[stays], other.end]),
            unstated,
        )

    def joined(self, other: "WorkingHours") -> "WorkingHours":
        """These hours followed by the others."""
        owner = np.concatenate([self.owner, other.owner + len(self.unstated)])
        start, end = np.concatenate([self.start, other.start]), np.concatenate([self.end, other.end])
        return WorkingHours(owner, start, end, np.concatenate([self.unstated, other.unstated]))


@dataclass(frozen=True, slots=True)
class Presences:
    """Where everyone is: whether it was ever stated, whether it says available, and until when (epoch seconds)."""

    stated: Bools
    available: Bools
    until: Floats

    def take(self, columns: Ints) -> "Presences":
        """The presence of those employees, in that order."""
        return Presences(self.stated[columns], self.available[columns], self.until[columns])

    def replaced(self, columns: Ints, other: "Presences") -> "Presences":
        """These, with those of the other in the place of those columns."""
        return Presences(
            put(self.stated, columns, other.stated),
            put(self.available, columns, other.available),
            put(self.until, columns, other.until),
        )

    def joined(self, other: "Presences") -> "Presences":
        """These followed by the others."""
        return Presences(
            np.concatenate([self.stated, other.stated]),
            np.concatenate([self.available, other.available]),
            np.concatenate([self.until, other.until]),
        )

    def available_at(self, now: datetime, *, named: bool) -> Bools:
        """Who may get new work. Whoever was named by the caller counts as there unless stated otherwise."""
        there = self.available & (self.until > now.timestamp())
        return there | ~self.stated if named else there

    @property
    def lasts(self) -> bool:
        """Whether nobody's presence ends by itself."""
        return not np.isfinite(self.until).any()


def put(column: NDArray[T], at: Ints, values: NDArray[T]) -> NDArray[T]:
    """A copy of the column with those values at those places."""
    changed = column.copy()
    changed[at] = values
    return changed


def working_hours(employees: Sequence[Employee]) -> WorkingHours:
    """The hours of these employees in columns."""
    rows = [(i, part.start, part.end) for i, employee in enumerate(employees) for part in employee.hours or ()]
    owner, start, end = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    unstated = np.array([employee.hours is None for employee in employees], dtype=bool)
    return WorkingHours(owner, start, end, unstated)


def presences_of(presences: Sequence[Presence | None]) -> Presences:
    """Where each of these is; `None` where nobody has said so."""
    stated = np.array([presence is not None for presence in presences], dtype=bool)
    available = np.array([p is not None and p.state is PresenceState.AVAILABLE for p in presences], dtype=bool)
    until = [FOREVER if p is None or p.until is None else p.until.timestamp() for p in presences]
    return Presences(stated, available, np.array(until, dtype=float))


def minute_of_week(now: datetime, timezone: tzinfo) -> int:
    """Minutes since Monday 00:00 on the clocks of that time zone."""
    return _minute_of_week(int(now.timestamp() // MINUTE_S), timezone)


@lru_cache(maxsize=1024)
def _minute_of_week(minute: int, timezone: tzinfo) -> int:
    """The same of a minute since 1970: clocks change at whole minutes."""
    local = datetime.fromtimestamp(minute * MINUTE_S, timezone)
    return (local.weekday() * 24 + local.hour) * 60 + local.minute
