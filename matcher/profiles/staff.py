"""A stored employee as routing needs one: master data, presence and folded value evidence together."""

from dataclasses import dataclass

from matcher.profiles.facets import Sums
from matcher.profiles.people import Employee, Presence


@dataclass(frozen=True, slots=True)
class EmployeeRecord:
    """All that routing needs of an employee; `presence` is `None` while nobody has said where the employee is."""

    employee: Employee
    presence: Presence | None = None
    values: Sums | None = None
