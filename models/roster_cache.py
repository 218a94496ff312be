"""The staff in columns, kept between requests and brought up to date by what changed."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from matcher.profiles.framework import Framework
from matcher.profiles.staff import EmployeeRecord
from matcher.use_cases.ports import Records, StaffChanges, Store

if TYPE_CHECKING:
    from matcher.routing.roster import Roster

# Value shares decay; with the shortest half-life of 180 days an hour moves them by less than 2e-4 of themselves.
FRESH_FOR = timedelta(hours=1)

MOST_REPLACED = 0.25  # of the staff: beyond that the columns are as soon made anew

Mark = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A roster, the staff mark it was read at, the moment its shares are of, and the framework they were read by."""

    mark: Mark
    at: datetime
    framework: Framework
    roster: "Roster"

    def serves(self, mark: Mark, now: datetime, framework: Framework) -> bool:
        """Whether nothing changed up to `mark`, and the shares are fresh."""
        is_current = mark[0] <= self.mark[0] and mark[1] <= self.mark[1] and framework is self.framework
        return is_current and abs(now - self.at) < FRESH_FOR


class RosterCache:
    """The roster of all stored employees. Threads may share it; one rebuilds, the others that need it wait."""

    def __init__(self, store: Store, framework: Framework) -> None:
        self._store = store
        self._framework = framework
        self._rebuilding = threading.Lock()
        self._records: dict[str, EmployeeRecord] = {}
        self._kept: _Kept | None = None

    def current(self, now: datetime, mark: Mark | None = None) -> "Roster":
        """The roster as last committed; nothing is fetched while the staff mark (read here if not given) stands."""
        if mark is None:
            mark = self._store.staff_mark()
        kept = self._kept
        if kept is not None and kept.serves(mark, now, self._framework):
            return kept.roster
        with self._rebuilding:
            kept = self._kept
            if kept is None or not kept.serves(mark, now, self._framework):
                with self._store.reading() as records:
                    kept = self._kept = self._rebuilt(records, kept, now)
            return kept.roster

    def follow(self, framework: Framework) -> None:
        """Read shares by that framework from now on: the same one, with other caps on its sources."""
        self._framework = framework

    def _rebuilt(self, records: Records, kept: _Kept | None, now: datetime) -> _Kept:
        from matcher.routing.roster import Roster  # here: commands that route nothing do without it

        since = None if kept is None else kept.mark
        framework = self._framework
        changes = records.employees.changes_since(since, framework=framework.name)
        self._note(changes)
        if kept is not None and kept.serves(kept.mark, now, framework) and _is_small(changes, kept.roster):
            return _Kept(changes.mark, kept.at, framework, _brought_up_to_date(kept.roster, changes, framework, now))
        staff = [self._records[employee_id] for employee_id in sorted(self._records)]
        return _Kept(changes.mark, now, framework, Roster.of(staff, framework, at=now))

    def _note(self, changes: StaffChanges) -> None:
        changed = {record.employee.id: record for record in changes.records}
        self._records = changed if changes.is_whole else {**self._records, **changed}


def _is_small(changes: StaffChanges, roster: "Roster") -> bool:
    """Whether few employees changed, all of them known: a presence told, a tag given."""
    few = len(changes.records) <= MOST_REPLACED * len(roster)
    return few and not changes.is_whole and all(one.employee.id in roster.index_of for one in changes.records)


def _brought_up_to_date(roster: "Roster", changes: StaffChanges, framework: Framework, now: datetime) -> "Roster":
    import numpy as np  # here: as the roster itself

    columns = np.array([roster.index_of[one.employee.id] for one in changes.records], dtype=np.int64)
    return roster.replaced(columns, type(roster).of(changes.records, framework, at=now))
