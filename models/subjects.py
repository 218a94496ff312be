"""The lock between an erasure and whatever is written about the person: who comes second finds the person gone.

Whoever changes what is known of people takes this lock first and the rows after, as an erasure does, so that the two
cannot wait for each other in a circle.
"""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select

from matcher.errors import NotFound
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Who
from models import staff_mark
from models.expressions import one_of
from models.tables import customer, employee

_CUSTOMER = select(customer.c.id).where(customer.c.id == bindparam("person"))
_STAYS = _CUSTOMER.with_for_update(read=True, key_share=True)  # beside others who need the same
_ALONE = _CUSTOMER.with_for_update()
_EMPLOYEE = select(employee.c.id).where(employee.c.id == bindparam("person"))
_CUSTOMERS = select(customer.c.id).where(one_of(customer.c.id, "people"))
_STAY = _CUSTOMERS.order_by(customer.c.id).with_for_update(read=True, key_share=True)
_EMPLOYEES = select(employee.c.id).where(one_of(employee.c.id, "people"))
_EMPLOYEES_STAY = _EMPLOYEES.order_by(employee.c.id).with_for_update(read=True, key_share=True)
_EMPLOYEE_ALONE = _EMPLOYEE.with_for_update()


def hold(connection: Connection, who: Who, person_id: str) -> None:
    """Let nobody erase the person until this transaction ends. Raises NotFound for someone who is not there.

    Without it, what is written beside an erasure would outlive the person, and nothing would ever erase it.
    """
    if who == EMPLOYEE:
        staff_mark.lock(connection)
    found = connection.execute(_STAYS if who == CUSTOMER else _EMPLOYEE, {"person": person_id})
    if found.first() is None:
        raise NotFound(f"There is no {who} {person_id}.")


def hold_all(connection: Connection, who: Who, people: Collection[str]) -> None:
    """The same for many people at once. Raises NotFound where one is not there, but names nobody.

    What a job is told is kept with it, and nobody who was erased may be named there.
    """
    if not people:
        return
    if who == EMPLOYEE:
        staff_mark.lock(connection)
    query = _STAY if who == CUSTOMER else _EMPLOYEES
    missing = set(people).difference(connection.execute(query, {"people": list(people)}).scalars())
    if missing:
        raise NotFound(f"Of these {who}s {len(missing)} are not there.")


def hold_those_there(connection: Connection, who: Who, people: Collection[str]) -> None:
    """The same, of whom some may be gone already; SQLite's writer is alone anyway."""
    if connection.dialect.name != "postgresql" or not people:
        return
    if who == EMPLOYEE:
        staff_mark.lock(connection)
    else:
        connection.execute(_STAY, {"people": list(people)})


def those_who_stay(connection: Connection, who: Who, people: Collection[str]) -> set[str]:
    """Who of them is there, and is erased by nobody until this transaction ends.

    Unlike the other ways to hold people it leaves changes of staff alone: for rows that no cache of the staff reads.
    """
    if not people:
        return set()
    query = _STAY if who == CUSTOMER else _EMPLOYEES_STAY
    return set(connection.execute(query, {"people": list(people)}).scalars())


def hold_alone(connection: Connection, who: Who, person_id: str) -> None:
    """Wait until nobody writes about the person any more, and let nobody begin: an erasure's first step."""
    if who == EMPLOYEE:
        staff_mark.lock(connection)
    connection.execute(_ALONE if who == CUSTOMER else _EMPLOYEE_ALONE, {"person": person_id})
