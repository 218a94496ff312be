"""Find a person on either side of the desk."""

from matcher.errors import NotFound
from matcher.profiles.people import CUSTOMER, Customer, Employee, Who
from matcher.use_cases.ports import Records


def find_person(records: Records, who: Who, subject_id: str) -> Customer | Employee:
    """The stored customer or employee. Raises NotFound."""
    people = records.customers if who == CUSTOMER else records.employees
    person = people.get(subject_id)
    if person is None:
        raise NotFound(f"there is no {who} {subject_id!r}: save the {who} first")
    return person
