"""Read how an employee's profile came to be."""

from dataclasses import dataclass
from datetime import datetime

from matcher.profiles.framework import Facet, Framework
from matcher.profiles.history import Event, Step, events_of, steps_of
from matcher.profiles.people import EMPLOYEE, Employee
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import Records


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some steps of a profile's history, oldest first, and the number of the last one where more follow."""

    steps: tuple[Step, ...]
    next_after: int | None


def read_profile_history(
    records: Records, framework: Framework, employee_id: str, *, facet: str, after: int = 0, limit: int
) -> HistoryPage:
    """The steps after number `after`, at most `limit`: who recorded or took back what, when, why, and what came of it.

    Only evidence of the framework in use is told of. Raises NotFound, InvalidInput `unknown_facet`.
    """
    found, events = events_about(records, framework, employee_id, facet=facet)
    steps = tuple(steps_of(employee_id, framework, found, events, first=after + 1, most=limit))
    last = after + len(steps)
    return HistoryPage(steps, last if steps and last < len(events) else None)


def events_about(records: Records, framework: Framework, employee_id: str, *, facet: str) -> tuple[Facet, list[Event]]:
    """The facet, and everything that ever happened to the employee's evidence on it. Raises as above."""
    found = framework.facet(facet)
    find_person(records, EMPLOYEE, employee_id)
    pieces = records.profiles.evidence_of(EMPLOYEE, employee_id, facet=found.id)
    return found, events_of([piece for piece in pieces if piece.framework == framework.name])


@dataclass(frozen=True, slots=True)
class ProfileStory:
    """All that a picture of a profile needs: whose it is, on which facet, everything that happened, and until when."""

    employee: Employee
    framework: Framework
    facet: Facet
    events: tuple[Event, ...]
    is_hidden: bool
    at: datetime


def read_profile_story(
    records: Records, framework: Framework, employee_id: str, *, facet: str, now: datetime
) -> ProfileStory:
    """The employee's whole history on a facet. Raises NotFound, InvalidInput `unknown_facet`."""
    found, events = events_about(records, framework, employee_id, facet=facet)
    employee = records.employees.get(employee_id)
    assert employee is not None  # found above, in this transaction
    hidden = bool(records.profiles.hidden_of(EMPLOYEE, [employee_id]))
    return ProfileStory(employee, framework, found, tuple(events), hidden, now)
