"""Employee files: taken over whole or not at all, and given out again."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from flask import Response, stream_with_context

from api.answers import json_answer
from api.blueprint import Blueprint, whole_body
from api.csv_body import CSV, DOCUMENTED, begun, is_long, limits, read_first
from api.files.export import Tagged, employees_csv
from api.files.people import employee_rows, import_rows
from api.idempotency import writes
from api.reach import actor, klik
from api.schemas.jobs import ImportReportSchema, JobSchema, shown_report
from api.schemas.queries import ImportQuerySchema
from matcher.profiles.framework import VALUES
from matcher.profiles.people import EMPLOYEE
from matcher.use_cases.import_employees import ImportReport, import_employees
from matcher.use_cases.ports import Job, Records
from matcher.use_cases.start_import import start_import

routes = Blueprint("files", __name__, url_prefix="/v1/employees", description="Employee files.")

PAGE = 500


def _is_readable(stream: BinaryIO) -> object:
    return employee_rows(stream, klik().framework, limits=limits())


@routes.on(
    "POST",
    "/imports",
    query=ImportQuerySchema,
    limit="import_limit_bytes",
    gives={200: ImportReportSchema, 202: JobSchema},
    doc=DOCUMENTED,
)
@read_first(_is_readable)
@writes
def import_file(query: dict[str, bool], *, rows: int, records: Records) -> Response:
    """Take over a CSV file of employees, or see what would happen (`dry_run`).

    A file over 1 MiB or 10,000 rows becomes a job.
    """
    content = whole_body()
    if is_long(content, rows):
        return begun(_started(records, content, dry_run=query["dry_run"]))
    return json_answer(shown_report(_imported(records, content, dry_run=query["dry_run"])))


@routes.on("GET", "/exports", produces=CSV, gives={200: {"type": "string"}})
def export_file() -> Response:
    """All employees as a CSV file that the import reads back."""
    return Response(stream_with_context(_pieces()), content_type=f"{CSV}; charset=utf-8")


def _imported(records: Records, content: bytes, *, dry_run: bool) -> ImportReport:
    framework = klik().framework
    rows = employee_rows(io.BytesIO(content), framework, limits=limits())
    report = import_employees(
        records,
        klik().new_id(),
        import_rows(rows, framework),
        columns=rows.columns,
        framework=framework,
        dry_run=dry_run,
        actor=actor(),
        now=klik().now(),
    )
    return replace(report, warnings=(*report.warnings, *rows.warnings))


def _started(records: Records, content: bytes, *, dry_run: bool) -> Job:
    now, new_id = klik().now(), klik().new_id
    return start_import(records, content, dry_run=dry_run, actor=actor(), now=now, new_id=new_id)


def _pieces() -> Iterator[bytes]:
    with klik().store.reading() as records:
        yield from employees_csv(lambda: _everyone(records), klik().framework.values.dims)


def _everyone(records: Records) -> Iterator[Tagged]:
    framework, after = klik().framework.name, None
    while True:
        page = records.employees.page(after=after, limit=PAGE)
        ids = [employee.id for employee in page.items]
        tags = records.profiles.tags_of(EMPLOYEE, ids, framework, VALUES)
        yield from ((employee, tags.get(employee.id)) for employee in page.items)
        after = page.next_after
        if after is None:
            return
