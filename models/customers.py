"""The statements about customers."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from matcher.profiles.people import CUSTOMER, Consent, Customer
from models import jobs
from models.dialects import insert_new
from models.expressions import one_of
from models.tables import customer

_FIELDS = (
    customer.c.id,
    customer.c.language,
    customer.c.segment,
    customer.c.tier,
    customer.c.no_push,
    customer.c.attributes,
    customer.c.consent_values,
    customer.c.consent_text,
)
_GET = select(*_FIELDS).where(customer.c.id == bindparam("customer_id"))
_GET_MANY = select(*_FIELDS).where(one_of(customer.c.id, "ids"))


class SqlCustomers:
    """Customers in SQL (port `Customers`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, customer_id: str) -> Customer | None:
        """The customer, if there is one."""
        row = self._connection.execute(_GET, {"customer_id": customer_id}).first()
        return None if row is None else _customer(row)

    def get_many(self, customer_ids: Collection[str]) -> dict[str, Customer]:
        """Those of the customers that there are, by id."""
        if not customer_ids:
            return {}
        rows = self._connection.execute(_GET_MANY, {"ids": list(customer_ids)})
        return {row[0]: _customer(row) for row in rows}

    def put(self, person: Customer, *, now: datetime) -> bool:
        """Create or replace the customer; whether it was created."""
        values = _values(person)
        if insert_new(self._connection, customer, {**values, "created_at": now, "updated_at": now}):
            return True
        change = update(customer).where(customer.c.id == person.id).values(**values, updated_at=now)
        self._connection.execute(change)
        return False

    def delete(self, customer_id: str) -> bool:
        """Remove the customer, from what jobs told too; whether there was one."""
        self._connection.info["erased"] = True
        jobs.forget_person(self._connection, CUSTOMER, customer_id)
        return self._connection.execute(delete(customer).where(customer.c.id == customer_id)).rowcount == 1


def _values(person: Customer) -> dict[str, Any]:
    consent = person.consent
    return {
        "id": person.id,
        "language": person.language,
        "segment": person.segment,
        "tier": person.tier,
        "no_push": person.no_push,
        "attributes": dict(person.attributes),
        "consent_values": None if consent is None else consent.value_profiling,
        "consent_text": None if consent is None else consent.text_version,
    }


def _customer(row: Row[*tuple[Any, ...]]) -> Customer:
    person_id, language, segment, tier, no_push, attributes, consent_values, consent_text = row
    return Customer(
        id=person_id,
        language=language,
        segment=segment,
        tier=tier,
        no_push=no_push,
        attributes=attributes,
        consent=None if consent_values is None else Consent(consent_values, consent_text),
    )
