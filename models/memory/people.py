"""Customers, employees and their profiles, in memory."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from matcher.errors import Conflict, NotFound, StaleRevision
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import Sums
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Customer, Employee, Presence, Who
from matcher.profiles.staff import EmployeeRecord
from matcher.use_cases.ports import Page, StaffChanges, StoredProfile
from models.columns import json_text
from models.employees import employee_values
from models.memory.tables import Transaction
from models.memory.work import forget_in_results, forget_person


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
        values = tables.profiles.get((EMPLOYEE, employee_id, framework, "values"))
        return EmployeeRecord(
            employee=tables.employees[employee_id],
            presence=tables.presences.get(employee_id),
            values=None if values is None else values.sums,
        )


class MemoryProfiles:
    """Evidence and profiles in memory (port `Profiles`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, who: Who, subject_id: str, framework: str, facet: str) -> StoredProfile | None:
        """The person's profile on that facet, if any evidence was folded yet."""
        return self._transaction.tables.profiles.get((who, subject_id, framework, facet))

    def get_many(self, who: Who, subject_ids: Collection[str], framework: str, facet: str) -> dict[str, StoredProfile]:
        """Those of the profiles that there are, by the person's id."""
        found = {subject_id: self.get(who, subject_id, framework, facet) for subject_id in subject_ids}
        return {subject_id: stored for subject_id, stored in found.items() if stored is not None}

    def put(
        self,
        who: Who,
        subject_id: str,
        framework: str,
        facet: str,
        sums: Sums,
        *,
        expected_revision: int,
        now: datetime,  # noqa: ARG002  # the port's signature
    ) -> int:
        """Write the sums where the revision is still the expected one; the new revision. Raises StaleRevision."""
        former = self.get(who, subject_id, framework, facet)
        if (0 if former is None else former.revision) != expected_revision:
            raise StaleRevision(subject_id=subject_id, facet=facet)
        profiles = self._transaction.changing(self._transaction.tables.profiles)
        profiles[who, subject_id, framework, facet] = StoredProfile(sums, expected_revision + 1)
        if who == EMPLOYEE:
            self._transaction.stamp(subject_id)
        return expected_revision + 1

    def append(self, piece: Evidence) -> None:
        """Add a piece of evidence to the log. Raises Conflict when its id is taken."""
        evidence = self._transaction.changing(self._transaction.tables.evidence)
        if piece.id in evidence:
            raise Conflict(f"There is evidence {piece.id} already.")
        evidence[piece.id] = piece

    def evidence_of(self, who: Who, subject_id: str, *, facet: str | None = None) -> list[Evidence]:
        """Every piece about the person, revoked ones too, oldest first by (occurred_at, id)."""
        found = [
            piece
            for piece in self._transaction.tables.evidence.values()
            if piece.who == who and piece.subject_id == subject_id and facet in (None, piece.facet)
        ]
        return sorted(found, key=lambda piece: (piece.occurred_at, piece.id))

    def tags_of(
        self, who: Who, subject_ids: Collection[str], framework: str, facet: str
    ) -> dict[str, tuple[float, ...]]:
        """The share of each person's newest hr_tag that still counts; who has none is left out."""
        wanted, found = frozenset(subject_ids), dict[str, tuple[float, ...]]()
        pieces = self._transaction.tables.evidence.values()
        for piece in sorted(pieces, key=lambda piece: (piece.occurred_at, piece.id)):
            place = (piece.who, piece.framework, piece.facet, piece.source)
            if place == (who, framework, facet, Source.HR_TAG) and piece.subject_id in wanted and not piece.revoked_at:
                found[piece.subject_id] = piece.share
        return found

    def revoke(self, evidence_id: str, *, now: datetime, actor: str) -> None:
        """Note that the piece no longer counts; the first revocation stands. Raises NotFound for an unknown piece."""
        evidence = self._transaction.changing(self._transaction.tables.evidence)
        piece = evidence.get(evidence_id)
        if piece is None:
            raise NotFound(f"There is no evidence {evidence_id}.")
        if piece.revoked_at is None:
            evidence[evidence_id] = replace(piece, revoked_at=now, revoked_by=actor)

    def erase(self, who: Who, subject_id: str, *, facet: str | None = None) -> None:
        """Remove the person's evidence and profiles, of one facet or all, and every stored answer that names them."""
        tables, changing = self._transaction.tables, self._transaction.changing
        evidence, profiles = changing(tables.evidence), changing(tables.profiles)
        pieces = [piece.id for piece in self.evidence_of(who, subject_id, facet=facet)]
        places = [place for place in profiles if place[:2] == (who, subject_id) and facet in (None, place[3])]
        for piece in pieces:
            del evidence[piece]
        for place in places:
            del profiles[place]
        forget_person(self._transaction, subject_id)
        if who == EMPLOYEE and (pieces or places):
            self._transaction.stamp(subject_id)


def as_stored(person: Employee) -> Employee:
    """The employee without what only a request can say."""
    return replace(person, profile=None, free_slots=None, idle_s=None, busy_share=None)


def is_same(one: Employee, other: Employee, *, columns: Collection[str] | None = None) -> bool:
    """Whether both would be stored alike, in all columns or in those named."""
    return _texts(employee_values(one), columns) == _texts(employee_values(other), columns)


def _texts(values: Mapping[str, object], columns: Collection[str] | None) -> dict[str, str]:
    return {name: json_text(value) for name, value in values.items() if columns is None or name in columns}


def _is_about(person: Employee | None, employee_id: str) -> bool:
    return person is not None and person.id == employee_id
