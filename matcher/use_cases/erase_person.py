"""Forget a person."""

from datetime import datetime

from matcher.profiles.people import CUSTOMER, Who
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import Records


def erase_person(records: Records, who: Who, subject_id: str, *, now: datetime) -> None:
    """Remove the person, their evidence and profiles; the keys of an employee stop working. Raises NotFound."""
    find_person(records, who, subject_id)
    records.profiles.erase(who, subject_id)
    if who == CUSTOMER:
        records.customers.delete(subject_id)
        return
    for key in records.keys.all():
        if key.person_id == subject_id and key.revoked_at is None:
            records.keys.revoke(key.id, now=now)
    records.employees.delete(subject_id)
