"""The lock between an erasure and whatever is written about the person: who comes second finds the person gone."""

from sqlalchemy import Connection, bindparam, select

from matcher.errors import NotFound
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Who
from models import staff_mark
from models.tables import customer, employee

_CUSTOMER = select(customer.c.id).where(customer.c.id == bindparam("person"))
_STAYS = _CUSTOMER.with_for_update(read=True, key_share=True)  # beside others who need the same
_ALONE = _CUSTOMER.with_for_update()
_EMPLOYEE = select(employee.c.id).where(employee.c.id == bindparam("person"))


def hold(connection: Connection, who: Who, person_id: str) -> None:
    """Let nobody erase the person until this transaction ends. Raises NotFound for someone who is not there.

    Without it, what is written beside an erasure would outlive the person, and nothing would ever erase it.
    """
    if who == EMPLOYEE:
        staff_mark.lock(connection)
    found = connection.execute(_STAYS if who == CUSTOMER else _EMPLOYEE, {"person": person_id})
    if found.first() is None:
        raise NotFound(f"There is no {who} {person_id}.")


def hold_alone(connection: Connection, who: Who, person_id: str) -> None:
    """Wait until nobody writes about the person any more, and let nobody begin: an erasure's first step."""
    if who == EMPLOYEE:
        staff_mark.lock(connection)
    else:
        connection.execute(_ALONE, {"person": person_id})
