"""Customers and employees, in memory."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from matcher.errors import NotFound
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Customer, Employee, Presence
from matcher.profiles.staff import EmployeeRecord
from matcher.use_cases.ports import Page, StaffChanges
from models.columns import json_text
from models.employees import employee_values
from models.memory.tables import Transaction
from models.memory.work import forget_in_results


class MemoryCustomers:
    """Customers in memory (port `Customers`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, customer_id: str) -> Customer | None:
        """The customer, if there is one."""
        return self._transaction.tables.customers.get(customer_id)

    def get_many(self, customer_ids: Collection[str]) -> dict[str, Customer]:
        """Those of the customers that there are, by id."""
        customers = self._transaction.tables.customers
        return {each: customers[each] for each in customer_ids if each in customers}

    def put(self, person: Customer, *, now: datetime) -> bool:  # noqa: ARG002  # the port's signature
        """Create or replace the customer; whether it was created."""
        customers = self._transaction.changing(self._transaction.tables.customers)
        created = person.id not in customers
        customers[person.id] = replace(person, profile=None)
        return created

    def delete(self, customer_id: str) -> bool:
        """Remove the customer, from what jobs told too; whether there was one."""
        forget_in_results(self._transaction, CUSTOMER, customer_id)
        customers = self._transaction.changing(self._transaction.tables.customers)
        return customers.pop(customer_id, None) is not None


class MemoryEmployees:
    """Employees in memory (port `Employees`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, employee_id: str) -> Employee | None:
        """The employee, if there is one."""
        return self._transaction.tables.employees.get(employee_id)

    def put(self, person: Employee, *, now: datetime) -> bool:  # noqa: ARG002  # the port's signature
        """Create or replace the employee; whether it was created. The mark moves only where something differs."""
        former = self.get(person.id)
        if former is None or not is_same(former, person):
            employees = self._transaction.changing(self._transaction.tables.employees)
            employees[person.id] = as_stored(person)
            self._transaction.stamp(person.id)
        return former is None

    def delete(self, employee_id: str) -> bool:
        """Remove the employee with presence, keys, staged lines and told lines; whether there was one."""
        tables, changing = self._transaction.tables, self._transaction.changing
        gone = changing(tables.employees).pop(employee_id, None) is not None
        changing(tables.changes).pop(employee_id, None)
        changing(tables.presences).pop(employee_id, None)
        keys, lines = changing(tables.keys), changing(tables.lines)
        for key_id in [key.id for key in keys.values() if key.person_id == employee_id]:
            del keys[key_id]
        for place in [place for place, line in lines.items() if _is_about(line.row.employee, employee_id)]:
            del lines[place]
        forget_in_results(self._transaction, EMPLOYEE, employee_id)
        if gone:
            self._transaction.note_removal()
        return gone

    def page(
        self, *, after: str | None, limit: int, team: str | None = None, skill: str | None = None
    ) -> Page[Employee]:
        """The next `limit` employees in id order after the id `after`, of that team and with that skill."""
        found = [
            person
            for employee_id, person in sorted(self._transaction.tables.employees.items())
            if (after is None or employee_id > after)
            and (team is None or person.team == team)
            and (skill is None or skill in person.skills)
        ]
        items = tuple(found[:limit])
        return Page(items, items[-1].id if len(found) > limit else None)

    def presence(self, employee_id: str) -> Presence | None:
        """Where the employee is, if ever said."""
        return self._transaction.tables.presences.get(employee_id)

    def put_presence(self, employee_id: str, word: Presence, *, now: datetime) -> None:  # noqa: ARG002  # the port's
        """Note where the employee is. Raises NotFound for an employee that is not there."""
        if self.get(employee_id) is None:
            raise NotFound(f"There is no employee {employee_id}.")
        if self.presence(employee_id) != word:
            until = None if word.until is None else word.until.astimezone(UTC)
            presences = self._transaction.changing(self._transaction.tables.presences)
            presences[employee_id] = replace(word, until=until)
            self._transaction.stamp(employee_id)

    def staff_mark(self) -> tuple[int, int]:
        """(last change, last removal): equal marks mean that nothing changed."""
        return self._transaction.tables.staff_mark

    def changes_since(self, mark: tuple[int, int] | None, *, framework: str) -> StaffChanges:
        """The employees changed since `mark`, with presence and value sums; everyone where the mark does not help."""
        current = self.staff_mark()
        is_whole = mark is None or mark[1] != current[1] or mark[0] > current[0]
        since = -1 if mark is None or is_whole else mark[0]
        changes = self._transaction.tables.changes
        ids = [each for each in sorted(self._transaction.tables.employees) if changes[each] > since]
        return StaffChanges(current, is_whole=is_whole, records=tuple(self._record(each, framework) for each in ids))

    def _record(self, employee_id: str, framework: str) -> EmployeeRecord:
        tables = self._transaction.tables
        is_hidden = (EMPLOYEE, employee_id) in tables.hidden
        values = None if is_hidden else tables.profiles.get((EMPLOYEE, employee_id, framework, "values"))
        return EmployeeRecord(
            employee=tables.employees[employee_id],
            presence=tables.presences.get(employee_id),
            values=None if values is None else values.sums,
        )


def as_stored(person: Employee) -> Employee:
    """The employee without what only a request can say."""
    return replace(person, profile=None, free_slots=None, idle_s=None, busy_share=None, difficult_in_a_row=None)


def is_same(one: Employee, other: Employee, *, columns: Collection[str] | None = None) -> bool:
    """Whether both would be stored alike, in all columns or in those named."""
    return _texts(employee_values(one), columns) == _texts(employee_values(other), columns)


def _texts(values: Mapping[str, object], columns: Collection[str] | None) -> dict[str, str]:
    return {name: json_text(value) for name, value in values.items() if columns is None or name in columns}


def _is_about(person: Employee | None, employee_id: str) -> bool:
    return person is not None and person.id == employee_id
