"""Hide one's profile from the matching, or show it again."""

from datetime import datetime

from matcher.profiles.people import EMPLOYEE
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import Records


def hide_profile(records: Records, employee_id: str, *, hidden: bool, actor: str, now: datetime) -> bool:
    """Whether the employee's profile is hidden from now on: the gate is closed then, and nothing else changes.

    Raises NotFound.
    """
    find_person(records, EMPLOYEE, employee_id)
    records.profiles.hide(EMPLOYEE, employee_id, hidden, now=now, actor=actor)
    return hidden


def profile_is_hidden(records: Records, employee_id: str) -> bool:
    """Whether the employee hides their profile. Raises NotFound."""
    find_person(records, EMPLOYEE, employee_id)
    return bool(records.profiles.hidden_of(EMPLOYEE, [employee_id]))
