"""Employees in columns: what routing asks of thousands of people at once, an array a question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.facets import ShareTable
from matcher.profiles.framework import Framework
from matcher.profiles.people import Employee, Presence
from matcher.profiles.staff import EmployeeRecord
from matcher.routing.attendance import Bools, Floats, Ints, Presences, WorkingHours, presences_of, put, working_hours
from matcher.routing.shares import inline_facet, shares_of

T = TypeVar("T")

MOST_KEPT_CELLS = 4_000_000  # per memo: 32 MB of columns
NO_MAX = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Roster:
    """Employees in columns, all of length m and in the order of `employees`.

    `skill_level`, `speaks`, `channel_cost` and `channel_max` map a name to a column; who is in none of them has level
    0, does not speak, and does not serve (cost 0). `values` holds value shares (m × K) with their certainty. What
    rounds work out of these columns alone is kept in `of_people` and, where it changes with the work, in `of_state`.
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
    difficult_in_a_row: Ints
    hours: WorkingHours
    presence: Presences
    values: ShareTable
    of_people: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)
    of_state: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(
        cls,
        records: Sequence[EmployeeRecord],
        framework: Framework,
        *,
        at: datetime,
        pointer: Callable[[int], str] = "/employees/{}".format,
    ) -> "Roster":
        """The roster of these records, with value shares as they stand at `at`.

        Raises InvalidInput for shares sent along that are no distribution; `pointer` tells where a record stands.
        """
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
            busy_share=_busy_shares(employees, presences, capacity, free),
            difficult_in_a_row=np.array([*map(_difficult, employees, presences)], dtype=np.int64),
            hours=working_hours(employees),
            presence=presences_of(presences),
            values=shares_of(
                framework.values,
                [record.values for record in records],
                [inline_facet(employee.profile, "values") for employee in employees],
                at,
                pointer=lambda index: f"{pointer(index)}/profile/values",
            ),
        )

    def __len__(self) -> int:
        return len(self.employees)

    def with_state(self, *, free_slots: Ints, idle_s: Floats, difficult_in_a_row: Ints | None = None) -> "Roster":
        """The same people with other free slots and idle times (both of length m), and other counts where given."""
        free = np.asarray(free_slots, dtype=np.int64)
        return replace(
            self,
            free_slots=free,
            idle_s=np.asarray(idle_s, dtype=float),
            busy_share=1.0 - free / np.maximum(self.capacity, 1),
            difficult_in_a_row=self.difficult_in_a_row if difficult_in_a_row is None else difficult_in_a_row,
            of_state={},
        )

    def take(self, columns: Sequence[int] | Ints) -> "Roster":
        """The employees of those columns, in that order."""
        chosen = np.asarray(columns, dtype=np.int64)
        table = self.values
        return _rebuilt(
            tuple(self.employees[column] for column in columns),
            {name: {key: column[chosen] for key, column in getattr(self, name).items()} for name in KEYED}
            | {name: getattr(self, name)[chosen] for name in PLAIN}
            | {
                "hours": self.hours.take(chosen),
                "presence": self.presence.take(chosen),
                "values": ShareTable(table.share[chosen], table.n_eff[chosen], table.n_declared[chosen]),
            },
        )

    def narrowed(self, columns: Ints) -> "Roster":
        """Those employees as a part of this staff: what is measured against its mean still is."""
        part = self.take(columns)
        part.of_state[MEAN_BUSY_SHARE] = self.mean_busy_share
        return part

    @property
    def mean_busy_share(self) -> float:
        """How busy the staff is on the whole, from 0 to 1."""
        return kept(self.of_state, MEAN_BUSY_SHARE, lambda: float(self.busy_share.mean()) if len(self) else 0.0)

    @property
    def size(self) -> int:
        """About how many numbers the columns hold."""
        return len(self) * (SINGLE_COLUMNS + sum(len(getattr(self, name)) for name in KEYED))

    def joined(self, other: "Roster") -> "Roster":
        """These employees followed by the others."""
        return _rebuilt(
            self.employees + other.employees,
            {name: _keyed_end_to_end(self, other, name) for name in KEYED}
            | {name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in PLAIN}
            | {
                "hours": self.hours.joined(other.hours),
                "presence": self.presence.joined(other.presence),
                "values": _shares_end_to_end(self.values, other.values),
            },
        )

    def replaced(self, columns: Ints, part: "Roster") -> "Roster":
        """The same staff, with those columns' employees as `part` tells of them: what is new costs no more than that.

        `part` holds the same employees in the order of `columns`.
        """
        employees = list(self.employees)
        for column, employee in zip(columns.tolist(), part.employees, strict=True):
            employees[column] = employee
        changed: dict[str, Any] = {name: _keyed_put(self, part, name, columns) for name in KEYED}
        changed |= {name: put(getattr(self, name), columns, getattr(part, name)) for name in PLAIN}
        return Roster(
            employees=tuple(employees),
            index_of=self.index_of,
            hours=self.hours.replaced(columns, part.hours),
            presence=self.presence.replaced(columns, part.presence),
            values=_shares_put(self.values, part.values, columns),
            **changed,
        )

    def column(self, columns: Mapping[str, Ints], name: str) -> Ints:
        """The column of that name, or zeros where nobody has it."""
        found = columns.get(name)
        return np.zeros(len(self), dtype=np.int64) if found is None else found


KEYED = ("skill_level", "speaks", "channel_cost", "channel_max")
SINGLE_COLUMNS = 20  # plain columns, hours, presence and shares
MEAN_BUSY_SHARE = "mean busy share"  # its key in `of_state`
PLAIN = ("mandate", "active", "capacity", "free_slots", "idle_s", "busy_share", "difficult_in_a_row")


def _rebuilt(employees: tuple[Employee, ...], columns: dict[str, Any]) -> Roster:
    index_of = {employee.id: index for index, employee in enumerate(employees)}
    return Roster(employees=employees, index_of=index_of, **columns)


def _shares_end_to_end(first: ShareTable, second: ShareTable) -> ShareTable:
    return ShareTable(
        np.concatenate([first.share, second.share]),
        np.concatenate([first.n_eff, second.n_eff]),
        np.concatenate([first.n_declared, second.n_declared]),
    )


def _keyed_end_to_end(first: Roster, second: Roster, name: str) -> dict[str, NDArray[Any]]:
    """The columns of both, with zeros where one side lacks a name."""
    one, two = getattr(first, name), getattr(second, name)
    kind = bool if name == "speaks" else np.int64
    return {
        key: np.concatenate([one.get(key, np.zeros(len(first), kind)), two.get(key, np.zeros(len(second), kind))])
        for key in {**one, **two}
    }


def _keyed_put(whole: Roster, part: Roster, name: str, at: Ints) -> dict[str, NDArray[Any]]:
    """The columns of the whole with those of the part put in, zeros where one side lacks a name."""
    one, two = getattr(whole, name), getattr(part, name)
    kind = bool if name == "speaks" else np.int64
    none_of_whole, none_of_part = np.zeros(len(whole), kind), np.zeros(len(part), kind)
    return {key: put(one.get(key, none_of_whole), at, two.get(key, none_of_part)) for key in {**one, **two}}


def _shares_put(whole: ShareTable, part: ShareTable, at: Ints) -> ShareTable:
    return ShareTable(
        put(whole.share, at, part.share), put(whole.n_eff, at, part.n_eff), put(whole.n_declared, at, part.n_declared)
    )


def _free_slots(employee: Employee) -> int:
    return employee.capacity if employee.free_slots is None else employee.free_slots


def _busy_shares(
    employees: Sequence[Employee], presences: Sequence[Presence | None], capacity: Ints, free: Ints
) -> Floats:
    """As stated, with the employee or with the presence; else the share of slots taken."""
    counted = 1.0 - free / np.maximum(capacity, 1)
    told = [
        presence.busy_share if employee.busy_share is None and presence is not None else employee.busy_share
        for employee, presence in zip(employees, presences, strict=True)
    ]
    stated = np.array([np.nan if share is None else share for share in told], dtype=float)
    return np.where(np.isnan(stated), counted, stated)


def _difficult(employee: Employee, presence: Presence | None) -> int:
    told = employee.difficult_in_a_row
    return (presence.difficult_in_a_row if told is None and presence is not None else told) or 0


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


def _channel_columns(employees: Sequence[Employee], presences: Sequence[Presence | None], what: str) -> dict[str, Ints]:
    columns: dict[str, Ints] = {}
    for index, (employee, presence) in enumerate(zip(employees, presences, strict=True)):
        for channel, load in employee.channels.items():
            if channel not in columns:
                columns[channel] = np.zeros(len(employees), dtype=np.int64)
            if presence is None or presence.channels is None or channel in presence.channels:
                columns[channel][index] = load.cost if what == "cost" else NO_MAX if load.max is None else load.max
    return columns


def kept(memo: dict[object, Any], key: object, work_out: Callable[[], T]) -> T:
    """What the memo holds under the key, worked out at the first asking; a full memo starts anew."""
    found: T | None = memo.get(key)
    if found is None:
        found = work_out()
        size = getattr(found, "size", 1)
        if len(memo) * size > MOST_KEPT_CELLS:
            memo.clear()
        memo[key] = found
    return found
