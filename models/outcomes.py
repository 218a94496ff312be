"""The statements about what came of contacts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, and_, bindparam, delete, func, select, update

from matcher.contacts.outcome import ContactOutcome, without
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Who
from matcher.use_cases.learning_ports import Place
from models import subjects
from models.columns import UtcTime
from models.dialects import insert_into
from models.expressions import one_of
from models.learning_tables import outcome

BATCH_ROWS = 1_000
OF_A_CUSTOMER = ("customer_id", "segment", "note")  # what is not kept of someone who is not there
OF_AN_EMPLOYEE = ("employee_id",)
ORDER = (outcome.c.occurred_at, outcome.c.event_id)

_COLUMN_OF = {each.name: "group_name" if each.name == "group" else each.name for each in fields(ContactOutcome)}
_ROW = select(*(outcome.c[column].label(name) for name, column in _COLUMN_OF.items()))
_GET_MANY = _ROW.where(one_of(outcome.c.event_id, "ids"))
_OF_CONTACTS = _ROW.where(one_of(outcome.c.contact_id, "ids")).order_by(*ORDER)
_FAIL = (
    update(outcome)
    .where(one_of(outcome.c.event_id, "ids"), outcome.c.success.is_distinct_from(0.0))
    .values(success=bindparam("failed"))
)
_PERSON = {CUSTOMER: outcome.c.customer_id, EMPLOYEE: outcome.c.employee_id}


class SqlOutcomes:
    """Outcomes in SQL (port `Outcomes`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_many(self, outcomes: Sequence[ContactOutcome]) -> list[ContactOutcome]:
        """Keep those whose event is new, without people who are not there; these, as kept."""
        known = {who: subjects.those_who_stay(self._connection, who, _named(outcomes, who)) for who in _PERSON}
        kept: dict[str, ContactOutcome] = {}
        for one in outcomes:
            kept.setdefault(one.event_id, of_people_there(one, known))
        statement = insert_into(self._connection, outcome).on_conflict_do_nothing().returning(outcome.c.event_id)
        unwritten, written = iter(sorted(kept)), set[str]()
        while batch := [_values(kept[event_id]) for event_id in islice(unwritten, BATCH_ROWS)]:
            written.update(self._connection.execute(statement, batch).scalars())
        return [one for one in kept.values() if one.event_id in written]

    def get_many(self, event_ids: Collection[str]) -> dict[str, ContactOutcome]:
        """Those of the outcomes that there are, by event id."""
        rows = self._connection.execute(_GET_MANY, {"ids": list(event_ids)}) if event_ids else ()
        return {row.event_id: _outcome(row) for row in rows}

    def of_contacts(self, contact_ids: Collection[str]) -> dict[str, list[ContactOutcome]]:
        """Every outcome of each contact, oldest first; a contact without any is left out."""
        found: dict[str, list[ContactOutcome]] = {}
        for row in self._connection.execute(_OF_CONTACTS, {"ids": list(contact_ids)}) if contact_ids else ():
            found.setdefault(row.contact_id, []).append(_outcome(row))
        return found

    def mark_failed(self, event_ids: Collection[str]) -> int:
        """Set the success of these to 0; of how many it was something else."""
        if not event_ids:
            return 0
        return self._connection.execute(_FAIL, {"ids": sorted(event_ids), "failed": 0.0}).rowcount

    def window(
        self,
        since: datetime | None,
        until: datetime | None,
        *,
        after: Place | None = None,
        limit: int,
        complaint: bool | None = None,
    ) -> list[ContactOutcome]:
        """The next `limit` outcomes with since ≤ occurred_at < until, by (occurred_at, event_id) beyond `after`."""
        query = beyond(_ROW.where(*within(outcome.c.occurred_at, since, until)), ORDER, after).limit(limit)
        if complaint is not None:
            query = query.where(_is_complaint(complaint))
        return [_outcome(row) for row in self._connection.execute(query)]

    def of_person(self, who: Who, person_id: str) -> list[ContactOutcome]:
        """Every outcome that names the person, oldest first."""
        query = _ROW.where(_PERSON[who] == person_id).order_by(*ORDER)
        return [_outcome(row) for row in self._connection.execute(query)]

    def count(self, since: datetime | None = None, until: datetime | None = None) -> int:
        """How many outcomes there are with since ≤ occurred_at < until."""
        query = select(func.count()).select_from(outcome).where(*within(outcome.c.occurred_at, since, until))
        return int(self._connection.execute(query).scalar_one())

    def forget_before(self, moment: datetime, *, limit: int) -> int:
        """Remove the oldest with occurred_at < moment, at most `limit`; how many."""
        oldest = select(outcome.c.event_id).where(outcome.c.occurred_at < moment).order_by(*ORDER).limit(limit)
        return self._connection.execute(delete(outcome).where(outcome.c.event_id.in_(oldest))).rowcount

    def erase_person(self, who: Who, person_id: str) -> int:
        """Remove a customer's outcomes; take an employee out of theirs, with the notes. How many rows that touched."""
        subjects.hold_alone(self._connection, who, person_id)
        self._connection.info["erased"] = True
        theirs = _PERSON[who] == person_id
        if who == CUSTOMER:
            return self._connection.execute(delete(outcome).where(theirs)).rowcount
        return self._connection.execute(update(outcome).where(theirs).values(employee_id=None, note=None)).rowcount


def within(column: Column[Any], since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    """The conditions for since ≤ column < until; `None` leaves that side open."""
    return [
        *([] if since is None else [column >= since]),
        *([] if until is None else [column < until]),
    ]


def beyond(query: Select[Any], order: tuple[Column[Any], Column[Any]], after: Place | None) -> Select[Any]:
    """The rows by a moment and an id, those after a place."""
    if after is not None:
        moment, row_id = order
        at = bindparam("after_at", after[0], type_=UtcTime)
        query = query.where(moment >= at, (moment > at) | and_(moment == at, row_id > after[1]))
    return query.order_by(*order)


def ahead_of(query: Select[Any], order: tuple[Column[Any], Column[Any]], before: Place | None) -> Select[Any]:
    """The rows by a moment and an id, newest first, those before a place."""
    moment, row_id = order
    if before is not None:
        at = bindparam("before_at", before[0], type_=UtcTime)
        query = query.where(moment <= at, (moment < at) | and_(moment == at, row_id < before[1]))
    return query.order_by(moment.desc(), row_id.desc())


def _is_complaint(complaint: bool) -> ColumnElement[bool]:
    """Equalities on the column, which its index serves."""
    return outcome.c.complaint.is_(True) if complaint else outcome.c.complaint.isnot(True)


def _named(outcomes: Sequence[ContactOutcome], who: Who) -> set[str]:
    names = (one.customer_id if who == CUSTOMER else one.employee_id for one in outcomes)
    return {name for name in names if name is not None}


def of_people_there(one: ContactOutcome, known: Mapping[Who, Collection[str]]) -> ContactOutcome:
    """The outcome without people who are not there."""
    if one.customer_id not in known[CUSTOMER]:
        one = without(one, OF_A_CUSTOMER)
    return one if one.employee_id in known[EMPLOYEE] else without(one, OF_AN_EMPLOYEE)


def _values(one: ContactOutcome) -> dict[str, Any]:
    return {column: getattr(one, name) for name, column in _COLUMN_OF.items()}


def _outcome(row: Row[*tuple[Any, ...]]) -> ContactOutcome:
    return ContactOutcome(**row._mapping)
