"""Forget a person."""

from datetime import datetime

from matcher.profiles.people import CUSTOMER, Who
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import Records


def erase_person(records: Records, who: Who, subject_id: str, *, now: datetime) -> None:
    """Remove the person and all that is known of them; the keys of an employee stop working. Raises NotFound.

    All of it goes in one transaction: evidence, answers to forms, profiles, acute states, the mark that hides. A
    customer's outcomes and decisions go too; an employee's name leaves those of their customers. Classifiers that were
    learnt from their outcomes are marked: they ask for retraining.
    """
    find_person(records, who, subject_id)
    records.profiles.erase(who, subject_id)
    records.classifiers.note_erasure([one.occurred_at for one in records.outcomes.of_person(who, subject_id)])
    records.outcomes.erase_person(who, subject_id)
    records.decisions.erase_person(who, subject_id)
    if who == CUSTOMER:
        records.customers.delete(subject_id)
        return
    for key in records.keys.all():
        if key.person_id == subject_id and key.revoked_at is None:
            records.keys.revoke(key.id, now=now)
    records.price_lists.erase_employee(subject_id)
    records.employees.delete(subject_id)
