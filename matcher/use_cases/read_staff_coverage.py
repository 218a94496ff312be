"""Read how far the staff is profiled: who is not yet, and the figures by team."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from matcher.compatibility.prior import GATE
from matcher.profiles.coverage import Coverage, Tally, TeamRow, coverage_of, rows_to_tell, tallies, total_of
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.people import EMPLOYEE, Employee
from matcher.use_cases.ports import Page, Records

PEOPLE_AT_ONCE = 2_000


class Why(StrEnum):
    """Why someone has no profile that counts: they wish so, nobody said anything, or what was said has faded."""

    HIDDEN = "hidden"
    NOTHING = "nothing"
    TAGGED_ONLY = "tagged_only"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Unprofiled:
    """An employee without a profile that counts, and why."""

    employee_id: str
    name: str | None
    team: str | None
    why: Why


@dataclass(frozen=True, slots=True)
class StaffCoverage:
    """The figures of the groups that may be told of, by team, and of everyone in them.

    `is_suppressed`: something is left out, or told of together, because it is about fewer than five people.
    """

    rows: tuple[TeamRow, ...]
    total: Tally
    mean_confidence: float | None
    is_suppressed: bool


def read_unprofiled(
    records: Records,
    framework: Framework,
    *,
    team: str | None = None,
    after: str | None = None,
    limit: int,
    now: datetime,
) -> Page[Unprofiled]:
    """Active employees whose chemistry gate is closed, in the order of their ids, after the id `after`."""
    found: list[Unprofiled] = []
    for people, coverage in _staff(records, framework, team=team, after=after, now=now):
        found += _closed(people, coverage)
        if len(found) > limit:
            break
    items = tuple(found[:limit])
    return Page(items, items[-1].employee_id if len(found) > limit else None)


def read_staff_coverage(records: Records, framework: Framework, *, now: datetime) -> StaffCoverage:
    """How far the active staff is profiled, by team; groups under five people are never told apart."""
    by_team: dict[str | None, Tally] = {}
    for people, coverage in _staff(records, framework, team=None, after=None, now=now):
        for name, tally in tallies([person.team for person in people], coverage).items():
            by_team[name] = by_team.get(name, Tally()).plus(tally)
    rows = tuple(rows_to_tell(by_team))
    total = total_of(rows)
    means = [row.tally.mean_confidence for row in rows]
    is_suppressed = None in means or {row.team for row in rows} != set(by_team)
    return StaffCoverage(rows, total, None if None in means else total.mean_confidence, is_suppressed)


def _staff(
    records: Records, framework: Framework, *, team: str | None, after: str | None, now: datetime
) -> Iterator[tuple[Sequence[Employee], Coverage]]:
    """Active employees, some thousands at a time, and how far they are profiled."""
    facet = framework.values
    while True:
        page = records.employees.page(after=after, limit=PEOPLE_AT_ONCE, team=team)
        people = [employee for employee in page.items if employee.active]
        ids = [employee.id for employee in people]
        stored = records.profiles.get_many(EMPLOYEE, ids, framework.name, VALUES)
        hidden = records.profiles.hidden_of(EMPLOYEE, ids)
        sums = [stored[each].sums if each in stored else None for each in ids]
        if people:
            yield people, coverage_of(facet, sums, [each in hidden for each in ids], now, gate=GATE)
        if page.next_after is None:
            return
        after = page.next_after


def _closed(people: Sequence[Employee], coverage: Coverage) -> Iterator[Unprofiled]:
    columns = zip(
        people, coverage.is_profiled.tolist(), coverage.is_hidden.tolist(), coverage.has_answered.tolist(),
        coverage.is_tagged_only.tolist(), strict=True,
    )  # fmt: skip
    for person, is_profiled, is_hidden, has_answered, is_tagged_only in columns:
        if not is_profiled:
            told = {Why.HIDDEN: is_hidden, Why.ANSWERED: has_answered, Why.TAGGED_ONLY: is_tagged_only}
            why = next((reason for reason, holds in told.items() if holds), Why.NOTHING)
            yield Unprofiled(person.id, person.name, person.team, why)
