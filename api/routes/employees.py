"""Employees: master data, presence, export and erasure."""

from typing import Any

from flask import Response

from api.answers import json_answer, no_content
from api.blueprint import Blueprint
from api.idempotency import writes
from api.pages import Cursors
from api.permissions import check_part
from api.reach import has_part_reach, key, klik
from api.schemas.exports import PersonExportSchema, shown_export
from api.schemas.people import EmployeeOutSchema, EmployeePageSchema, EmployeeSchema, PresenceSchema
from api.schemas.queries import EmployeeQuerySchema
from matcher.profiles.people import EMPLOYEE, Employee, Presence
from matcher.use_cases.erase_person import erase_person
from matcher.use_cases.export_person import export_person
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import Records
from matcher.use_cases.save_employee import save_employee
from matcher.use_cases.set_presence import set_presence

routes = Blueprint("employees", __name__, url_prefix="/v1/employees", description="Employees: master data, presence.")
shown = EmployeeOutSchema()
shown_presence = PresenceSchema()


@routes.on(
    "PUT", "/<employee:employee_id>", body=EmployeeSchema, gives={200: EmployeeOutSchema, 201: EmployeeOutSchema}
)
@writes
def put_employee(fields: dict[str, Any], employee_id: str, *, records: Records) -> Response:
    """Create or replace an employee."""
    employee = Employee(employee_id, **fields)
    if has_part_reach():
        check_part(records.employees.get(employee_id), employee)
    was_created = save_employee(records, employee, now=klik().now())
    return json_answer(shown.dump(employee), 201 if was_created else 200)


@routes.on("GET", "/<employee:employee_id>", gives={200: EmployeeOutSchema})
def get_employee(employee_id: str) -> Response:
    """An employee's master data."""
    with klik().store.reading() as records:
        employee = find_person(records, EMPLOYEE, employee_id)
    return json_answer(shown.dump(employee))


@routes.on("GET", "", query=EmployeeQuerySchema, gives={200: EmployeePageSchema})
def list_employees(query: dict[str, Any]) -> Response:
    """A page of employees in the order of their ids, of one team or with one skill if asked."""
    limit, cursor = query.pop("limit"), query.pop("cursor", None)
    cursors = Cursors("employees", query, key().id, klik().cursor_key)
    after = cursors.read(cursor)
    with klik().store.reading() as records:
        page = records.employees.page(after=after, limit=limit, **query)
    return json_answer({"items": shown.dump(page.items, many=True), "next": cursors.after(page.next_after)})


@routes.on("DELETE", "/<employee:employee_id>", gives={204: None})
@writes
def erase_employee(employee_id: str, *, records: Records) -> Response:
    """Erase an employee: master data, presence, evidence and profiles; their keys stop working."""
    erase_person(records, EMPLOYEE, employee_id, now=klik().now())
    return no_content()


@routes.on("GET", "/<employee:employee_id>/export", gives={200: PersonExportSchema})
def export_employee(employee_id: str) -> Response:
    """Everything held about an employee."""
    with klik().store.reading() as records:
        here = klik()
        terms = here.rule_set.outcome_terms
        export = export_person(records, here.framework, EMPLOYEE, employee_id, now=here.now(), terms=terms)
    return json_answer(shown_export(export, here.framework))


@routes.on("PUT", "/<employee:employee_id>/presence", body=PresenceSchema, gives={200: PresenceSchema})
@writes
def put_presence(presence: Presence, employee_id: str, *, records: Records) -> Response:
    """Say where an employee is; who is available may be given new work."""
    return json_answer(shown_presence.dump(set_presence(records, employee_id, presence, now=klik().now())))
