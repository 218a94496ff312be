"""Employees in columns: what routing asks of thousands of people at once, an array a question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.facets import ShareTable
from matcher.profiles.framework import Framework
from matcher.profiles.people import Employee, Presence, PresenceState
from matcher.profiles.staff import EmployeeRecord
from matcher.routing.shares import inline_facet, shares_of

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NO_MAX = np.iinfo(np.int64).max
FOREVER = np.inf


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

    def take(self, columns: Ints) -> "WorkingHours":
        """The hours of those employees, in that order."""
        place = np.full(len(self.unstated), -1, dtype=np.int64)
        place[columns] = np.arange(len(columns))
        kept = place[self.owner] >= 0
        return WorkingHours(place[self.owner[kept]], self.start[kept], self.end[kept], self.unstated[columns])

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

    def columns(self) -> tuple[Bools, Bools, Floats]:
        """The three columns in the order of the fields."""
        return self.stated, self.available, self.until

    def available_at(self, now: datetime, *, named: bool) -> Bools:
        """Who may get new work. Whoever was named by the caller counts as there unless stated otherwise."""
        there = self.available & (self.until > now.timestamp())
        return there | ~self.stated if named else there


@dataclass(frozen=True, slots=True)
class Roster:
    """Employees in columns, all of length m and in the order of `employees`.

    `skill_level`, `speaks`, `channel_cost` and `channel_max` map a name to a column; who is in none of them has level 0,
    does not speak, and does not serve (cost 0). `values` holds value shares (m × K) with their certainty.
    """

    employees: tuple[Employee, ...]
    index_of: Mapping[str, int]
    skill_level: Mapping[str, Ints]
    speaks: Mapping[str, Bools]
    channel_cost: Mapping[str, Ints]
    channel_max: Mapping[str, Ints]
    mandate: Ints
    active: Bools
    capacity: Ints
    free_slots: Ints
    idle_s: Floats
    busy_share: Floats
    hours: WorkingHours
    presence: Presences
    values: ShareTable
    memo: dict[object, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, records: Sequence[EmployeeRecord], framework: Framework, *, at: datetime) -> "Roster":
        """The roster of these records, with value shares as they stand at `at`."""
        employees = tuple(record.employee for record in records)
        presences = [record.presence for record in records]
        capacity = np.array([employee.capacity for employee in employees], dtype=np.int64)
        free = np.array([_free_slots(employee) for employee in employees], dtype=np.int64)
        return cls(
            employees=employees,
            index_of={employee.id: index for index, employee in enumerate(employees)},
            skill_level=_skill_columns(employees),
            speaks=_language_columns(employees),
            channel_cost=_channel_columns(employees, presences, "cost"),
            channel_max=_channel_columns(employees, presences, "max"),
            mandate=np.array([employee.mandate for employee in employees], dtype=np.int64),
            active=np.array([employee.active for employee in employees], dtype=bool),
            capacity=capacity,
            free_slots=free,
            idle_s=np.array([employee.idle_s or 0.0 for employee in employees], dtype=float),
            busy_share=_busy_shares(employees, capacity, free),
            hours=_working_hours(employees),
            presence=_presence_columns(presences),
            values=shares_of(
                framework.values,
                [record.values for record in records],
                [inline_facet(employee.profile, "values") for employee in employees],
                at,
            ),
        )

    def __len__(self) -> int:
        return len(self.employees)

    def with_state(self, *, free_slots: Ints, idle_s: Floats) -> "Roster":
        """The same people with other free slots and idle times (both of length m)."""
        free = np.asarray(free_slots, dtype=np.int64)
        busy = 1.0 - free / np.maximum(self.capacity, 1)
        return replace(self, free_slots=free, idle_s=np.asarray(idle_s, dtype=float), busy_share=busy)

    def take(self, columns: Sequence[int]) -> "Roster":
        """The employees of those columns, in that order."""
        chosen = np.asarray(columns, dtype=np.int64)
        employees = tuple(self.employees[column] for column in columns)
        return Roster(
            employees=employees,
            index_of={employee.id: index for index, employee in enumerate(employees)},
            hours=self.hours.take(chosen),
            presence=Presences(*(part[chosen] for part in self.presence.columns())),
            values=ShareTable(*(part[chosen] for part in _share_columns(self.values))),
            **{name: {key: column[chosen] for key, column in getattr(self, name).items()} for name in KEYED},
            **{name: getattr(self, name)[chosen] for name in PLAIN},
        )

    def joined(self, other: "Roster") -> "Roster":
        """These employees followed by the others."""
        employees = self.employees + other.employees
        return Roster(
            employees=employees,
            index_of={employee.id: index for index, employee in enumerate(employees)},
            hours=self.hours.joined(other.hours),
            presence=Presences(*map(_end_to_end, self.presence.columns(), other.presence.columns())),
            values=ShareTable(*map(_end_to_end, _share_columns(self.values), _share_columns(other.values))),
            **{name: _keyed_end_to_end(self, other, name) for name in KEYED},
            **{name: _end_to_end(getattr(self, name), getattr(other, name)) for name in PLAIN},
        )

    def column(self, columns: Mapping[str, Ints], name: str) -> Ints:
        """The column of that name, or zeros where nobody has it."""
        found = columns.get(name)
        return np.zeros(len(self), dtype=np.int64) if found is None else found


KEYED = ("skill_level", "speaks", "channel_cost", "channel_max")
PLAIN = ("mandate", "active", "capacity", "free_slots", "idle_s", "busy_share")


def _share_columns(table: ShareTable) -> tuple[Floats, Floats, Floats]:
    return table.share, table.n_eff, table.n_declared


def _end_to_end(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([first, second])


def _keyed_end_to_end(first: Roster, second: Roster, name: str) -> dict[str, NDArray[Any]]:
    """The columns of both, with zeros where one side lacks a name."""
    one, two = getattr(first, name), getattr(second, name)
    kind = bool if name == "speaks" else np.int64
    return {
        key: np.concatenate([one.get(key, np.zeros(len(first), kind)), two.get(key, np.zeros(len(second), kind))])
        for key in {**one, **two}
    }


def _free_slots(employee: Employee) -> int:
    return employee.capacity if employee.free_slots is None else employee.free_slots


def _busy_shares(employees: Sequence[Employee], capacity: Ints, free: Ints) -> Floats:
    counted = 1.0 - free / np.maximum(capacity, 1)
    stated = np.array([np.nan if e.busy_share is None else e.busy_share for e in employees], dtype=float)
    return np.where(np.isnan(stated), counted, stated)


def _skill_columns(employees: Sequence[Employee]) -> dict[str, Ints]:
    columns: dict[str, Ints] = {}
    for index, employee in enumerate(employees):
        for name, level in employee.skills.items():
            if name not in columns:
                columns[name] = np.zeros(len(employees), dtype=np.int64)
            columns[name][index] = level
    return columns


def _language_columns(employees: Sequence[Employee]) -> dict[str, Bools]:
    columns: dict[str, Bools] = {}
    for index, employee in enumerate(employees):
        for language in employee.languages:
            if language not in columns:
                columns[language] = np.zeros(len(employees), dtype=bool)
            columns[language][index] = True
    return columns


def _channel_columns(
    employees: Sequence[Employee], presences: Sequence[Presence | None], what: str
) -> dict[str, Ints]:
    columns: dict[str, Ints] = {}
    for index, (employee, presence) in enumerate(zip(employees, presences, strict=True)):
        for channel, load in employee.channels.items():
            if channel not in columns:
                columns[channel] = np.zeros(len(employees), dtype=np.int64)
            if presence is None or presence.channels is None or channel in presence.channels:
                columns[channel][index] = load.cost if what == "cost" else NO_MAX if load.max is None else load.max
    return columns


def _working_hours(employees: Sequence[Employee]) -> WorkingHours:
    rows = [(i, part.start, part.end) for i, employee in enumerate(employees) for part in employee.hours or ()]
    owner, start, end = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    unstated = np.array([employee.hours is None for employee in employees], dtype=bool)
    return WorkingHours(owner, start, end, unstated)


def _presence_columns(presences: Sequence[Presence | None]) -> Presences:
    stated = np.array([presence is not None for presence in presences], dtype=bool)
    available = np.array([p is not None and p.state is PresenceState.AVAILABLE for p in presences], dtype=bool)
    until = [FOREVER if p is None or p.until is None else p.until.timestamp() for p in presences]
    return Presences(stated, available, np.array(until, dtype=float))


def minute_of_week(local: datetime) -> int:
    """Minutes since Monday 00:00 of that local time."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) - timedelta(days=local.weekday())
    return int((local.replace(tzinfo=None) - midnight).total_seconds() // 60)
