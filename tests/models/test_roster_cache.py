"""The roster cache: as fresh as a read from the database, at the cost of what changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from matcher.profiles.facets import SourceSum, Sums
from matcher.profiles.framework import Framework
from matcher.profiles.people import Presence, PresenceState
from matcher.use_cases.ports import Records, StaffChanges, Store
from models.frameworks import load_framework
from models.roster_cache import RosterCache
from tests.contracts.stored_things import NOW, all_at_once, an_employee, later, some_sums


@pytest.fixture(scope="module")
def framework() -> Framework:
    """The shipped framework."""
    return load_framework()


class WatchedEmployees:
    """Employees of a store, with a note of every fetch: how many records it brought."""

    def __init__(self, employees: Any, fetched: list[int]) -> None:
        self._employees = employees
        self._fetched = fetched

    def changes_since(self, mark: tuple[int, int] | None, *, framework: str) -> StaffChanges:
        """The store's changes, noted."""
        changes = self._employees.changes_since(mark, framework=framework)
        self._fetched.append(len(changes.records))
        return changes


class WatchedRecords:
    """A read of which only the employees matter."""

    def __init__(self, records: Records, fetched: list[int]) -> None:
        self.employees = WatchedEmployees(records.employees, fetched)


class WatchedStore:
    """A store that notes what is fetched from it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.fetched: list[int] = []

    def staff_mark(self) -> tuple[int, int]:
        """The store's mark."""
        return self._store.staff_mark()

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """A read that notes what is fetched."""
        with self._store.reading() as records:
            yield WatchedRecords(records, self.fetched)


def watched_cache(store: Store, framework: Framework) -> tuple[RosterCache, list[int]]:
    """A cache on the store, and the list of how many records each fetch brought."""
    watched: Any = WatchedStore(store)
    return RosterCache(watched, framework), watched.fetched


def _hire(store: Store, *employee_ids: str) -> None:
    with store.writing() as records:
        for employee_id in employee_ids:
            records.employees.put(an_employee(employee_id), now=NOW)


def test_nothing_is_fetched_while_nothing_changes(store: Store, framework: Framework) -> None:
    """Every match asks; the answer must cost a mark and no more."""
    _hire(store, "e-1", "e-2")
    cache, fetched = watched_cache(store, framework)
    first = cache.current(NOW)
    second = cache.current(later(60))

    assert second is first
    assert fetched == [2]
    assert [employee.id for employee in first.employees] == ["e-1", "e-2"]


def test_a_change_is_seen_by_the_next_read_and_only_it_is_fetched(store: Store, framework: Framework) -> None:
    """Who went for coffee must get no contact, and 50,000 others need not be read for it."""
    _hire(store, "e-1", "e-2", "e-3")
    cache, fetched = watched_cache(store, framework)
    cache.current(NOW)
    with store.writing() as records:
        records.employees.put_presence("e-2", Presence(PresenceState.AWAY), now=NOW)
    _hire(store, "e-0")
    roster = cache.current(later(1))

    assert fetched == [3, 2]
    assert [employee.id for employee in roster.employees] == ["e-0", "e-1", "e-2", "e-3"]
    assert roster.presence.stated.tolist() == [False, False, True, False]


def test_whoever_left_is_gone(store: Store, framework: Framework) -> None:
    """A contact offered to someone who left is lost time for the customer."""
    _hire(store, "e-1", "e-2")
    cache = RosterCache(store, framework)
    cache.current(NOW)
    with store.writing() as records:
        records.employees.delete("e-1")
    roster = cache.current(later(1))

    assert [employee.id for employee in roster.employees] == ["e-2"]


def test_shares_are_renewed_after_an_hour(store: Store, framework: Framework) -> None:
    """Old evidence fades: what a person said counts less by and by, also when nobody touches the row."""
    _hire(store, "e-1")
    with store.writing() as records:
        records.profiles.put("employee", "e-1", framework.name, "values", some_sums(8.0), expected_revision=0, now=NOW)
    cache, fetched = watched_cache(store, framework)
    rosters = []
    for seconds in (0, 3599, 3600):
        rosters.append(cache.current(later(seconds)))

    assert rosters[1] is rosters[0]
    assert rosters[2].values.n_eff[0] < rosters[0].values.n_eff[0]
    assert fetched == [1, 0]


def test_threads_that_come_together_share_one_rebuild(store: Store, framework: Framework) -> None:
    """Eight request threads after a night's import must not read 50,000 people eight times."""
    _hire(store, *(f"e-{number}" for number in range(20)))
    cache, fetched = watched_cache(store, framework)

    def ask(_: int) -> Any:
        return cache.current(NOW)

    rosters = all_at_once(8, ask)

    assert all(roster is rosters[0] for roster in rosters)
    assert fetched == [20]


def test_what_is_not_committed_is_not_seen(store: Store, framework: Framework) -> None:
    """A change that is taken back must never have had an effect on anybody's decision."""
    _hire(store, "e-1")
    cache, fetched = watched_cache(store, framework)
    before = cache.current(NOW)
    with pytest.raises(RuntimeError), store.writing() as records:
        records.employees.put(an_employee("e-2"), now=NOW)
        raise RuntimeError("taken back")
    after = cache.current(later(1))

    assert after is before
    assert fetched == [1]


def test_new_caps_reach_the_shares_and_nobody_is_fetched_again(store: Store, framework: Framework) -> None:
    """A night that found HR's tags worth less must show in whom the next match gives the contact to."""
    _hire(store, "e-1")
    told = Sums({"hr_tag": SourceSum((2.0, *(0.0,) * 7), NOW)})
    with store.writing() as records:
        records.profiles.put("employee", "e-1", framework.name, "values", told, expected_revision=0, now=NOW)
    cache, fetched = watched_cache(store, framework)
    before = cache.current(NOW).values.n_eff.tolist()
    cache.follow(replace(framework, facets={**framework.facets, "values": framework.values.with_caps({"hr_tag": 0.5})}))
    after = cache.current(NOW).values.n_eff.tolist()

    assert (before, after) == ([2.0], [0.5])
    assert fetched == [1, 0]
