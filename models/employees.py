"""The statements about employees and their presence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, or_, select, update

from matcher.errors import NotFound
from matcher.profiles.people import EMPLOYEE, ChannelLoad, Employee, Interval, Presence, PresenceState
from matcher.profiles.staff import EmployeeRecord
from matcher.use_cases.ports import Page, StaffChanges
from models import jobs, staff_mark
from models.columns import json_text
from models.dialects import insert_into, insert_new
from models.expressions import position
from models.profiles import SUMS, sums_of
from models.tables import api_key, employee, import_row, presence, profile, profile_hidden

STREAM_ROWS = 2_000

_FIELDS = (
    employee.c.id,
    employee.c.name,
    employee.c.team,
    employee.c.languages,
    employee.c.skills,
    employee.c.mandate,
    employee.c.capacity,
    employee.c.channels,
    employee.c.hours,
    employee.c.active,
    employee.c.attributes,
)
_PRESENCE = (
    presence.c.state,
    presence.c.channels,
    presence.c.until,
    presence.c.busy_share,
    presence.c.difficult_in_a_row,
)
_GET = select(*_FIELDS).where(employee.c.id == bindparam("employee_id"))
_GET_PRESENCE = select(*_PRESENCE).where(presence.c.employee_id == bindparam("employee_id"))
_RECORDS = (
    select(*_FIELDS, *_PRESENCE, *SUMS)
    .select_from(employee)
    .outerjoin(presence, presence.c.employee_id == employee.c.id)
    .outerjoin(profile_hidden, and_(profile_hidden.c.who == EMPLOYEE, profile_hidden.c.subject_id == employee.c.id))
    .outerjoin(
        profile,
        and_(
            profile_hidden.c.subject_id.is_(None),
            profile.c.who == EMPLOYEE,
            profile.c.subject_id == employee.c.id,
            profile.c.framework == bindparam("framework"),
            profile.c.facet == "values",
        ),
    )
)
_CHANGED = _RECORDS.where(employee.c.change_no > bindparam("change_no"))


class SqlEmployees:
    """Employees in SQL (port `Employees`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, employee_id: str) -> Employee | None:
        """The employee, if there is one."""
        row = self._connection.execute(_GET, {"employee_id": employee_id}).first()
        return None if row is None else _employee(row)

    def put(self, person: Employee, *, now: datetime) -> bool:
        """Create or replace the employee; whether it was created. The mark moves only where something differs."""
        staff_mark.lock(self._connection)
        values = employee_values(person)
        times = {"change_no": 0, "created_at": now, "updated_at": now}
        created = insert_new(self._connection, employee, {**values, **times})
        if created or self._replace(values, now=now):
            staff_mark.stamp(self._connection, person.id)
        return created

    def _replace(self, values: Mapping[str, Any], *, now: datetime) -> bool:
        differs = or_(*(employee.c[name].is_distinct_from(value) for name, value in values.items()))
        change = update(employee).where(employee.c.id == values["id"], differs).values(**values, updated_at=now)
        return self._connection.execute(change).rowcount == 1

    def delete(self, employee_id: str) -> bool:
        """Remove the employee with presence, keys, staged lines and told lines; whether there was one.

        Staged lines go before told ones: an import that is just ending is waited for there, and then told no more.
        """
        staff_mark.lock(self._connection)
        self._connection.info["erased"] = True
        self._connection.execute(delete(api_key).where(api_key.c.person_id == employee_id))
        self._connection.execute(delete(import_row).where(import_row.c.employee_id == employee_id))
        jobs.forget_person(self._connection, EMPLOYEE, employee_id)
        gone = self._connection.execute(delete(employee).where(employee.c.id == employee_id)).rowcount == 1
        if gone:
            staff_mark.note_removal(self._connection)
        return gone

    def page(
        self, *, after: str | None, limit: int, team: str | None = None, skill: str | None = None
    ) -> Page[Employee]:
        """The next `limit` employees in id order after the id `after`, of that team and with that skill."""
        query = select(*_FIELDS).order_by(employee.c.id).limit(limit + 1)
        if after is not None:
            query = query.where(employee.c.id > after)
        if team is not None:
            query = query.where(employee.c.team == team)
        if skill is not None:
            query = query.where(_has_skill(skill))
        found = [_employee(row) for row in self._connection.execute(query)]
        items = tuple(found[:limit])
        return Page(items, items[-1].id if len(found) > limit else None)

    def presence(self, employee_id: str) -> Presence | None:
        """Where the employee is, if ever said."""
        row = self._connection.execute(_GET_PRESENCE, {"employee_id": employee_id}).first()
        return None if row is None else _presence(*row)

    def put_presence(self, employee_id: str, word: Presence, *, now: datetime) -> None:
        """Note where the employee is. Raises NotFound for an employee that is not there."""
        staff_mark.lock(self._connection)
        if self._connection.execute(_GET, {"employee_id": employee_id}).first() is None:
            raise NotFound(f"There is no employee {employee_id}.")
        if self.presence(employee_id) == word:
            return
        values = {
            "state": word.state.value,
            "channels": None if word.channels is None else list(word.channels),
            "until": word.until,
            "busy_share": word.busy_share,
            "difficult_in_a_row": word.difficult_in_a_row,
            "updated_at": now,
        }
        upsert = insert_into(self._connection, presence).values(employee_id=employee_id, **values)
        self._connection.execute(upsert.on_conflict_do_update(index_elements=["employee_id"], set_=values))
        staff_mark.stamp(self._connection, employee_id)

    def staff_mark(self) -> tuple[int, int]:
        """(last change, last removal): equal marks mean that nothing changed."""
        return staff_mark.read(self._connection)

    def changes_since(self, mark: tuple[int, int] | None, *, framework: str) -> StaffChanges:
        """The employees changed since `mark`, with presence and value sums; everyone where the mark does not help.

        Who hides their profile has no value sums.
        """
        current = staff_mark.read(self._connection)
        is_whole = mark is None or mark[1] != current[1] or mark[0] > current[0]
        if mark == current:
            return StaffChanges(current, is_whole=False, records=())
        query = _RECORDS if is_whole else _CHANGED
        known = {"framework": framework, "change_no": 0 if mark is None else mark[0]}
        stream = {"yield_per": STREAM_ROWS}
        rows = self._connection.execute(query.order_by(employee.c.id), known, execution_options=stream)
        return StaffChanges(current, is_whole=is_whole, records=tuple(_record(row) for row in rows))


def employee_values(person: Employee) -> dict[str, Any]:
    """The employee's columns by name, without times and change number."""
    return {
        "id": person.id,
        "name": person.name,
        "team": person.team,
        "languages": list(person.languages),
        "skills": dict(person.skills),
        "mandate": person.mandate,
        "capacity": person.capacity,
        "channels": {name: _channel_values(load) for name, load in person.channels.items()},
        "hours": None if person.hours is None else [[stretch.start, stretch.end] for stretch in person.hours],
        "active": person.active,
        "attributes": dict(person.attributes),
    }


def _channel_values(load: ChannelLoad) -> dict[str, int]:
    return {"cost": load.cost} if load.max is None else {"cost": load.cost, "max": load.max}


def _has_skill(skill: str) -> ColumnElement[bool]:
    """A key of compact JSON stands after `{` or `,`; inside a text a quote would have a backslash before it."""
    key = json_text(skill) + ":"
    return or_(position(employee.c.skills, "{" + key) > 0, position(employee.c.skills, "," + key) > 0)


def _employee(row: Row[*tuple[Any, ...]]) -> Employee:
    person_id, name, team, languages, skills, mandate, capacity, channels, hours, active, attributes = row[:11]
    return Employee(
        id=person_id,
        name=name,
        team=team,
        languages=tuple(languages),
        skills=skills,
        mandate=mandate,
        capacity=capacity,
        channels={channel: ChannelLoad(**load) for channel, load in channels.items()},
        hours=None if hours is None else tuple(Interval(start, end) for start, end in hours),
        active=active,
        attributes=attributes,
    )


def _presence(
    state: str, channels: list[str] | None, until: datetime | None, busy_share: float | None, in_a_row: int | None
) -> Presence:
    return Presence(PresenceState(state), None if channels is None else tuple(channels), until, busy_share, in_a_row)


def _record(row: Row[*tuple[Any, ...]]) -> EmployeeRecord:
    said, (sums, rejection, prior) = row[11:16], row[16:]
    return EmployeeRecord(
        employee=_employee(row),
        presence=None if said[0] is None else _presence(*said),
        values=None if sums is None else sums_of(sums, rejection, prior),
    )
