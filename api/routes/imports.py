"""Employee files: taken over whole or not at all, and given out again."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps

from flask import Response, after_this_request, request, stream_with_context

from api.answers import json_answer
from api.blueprint import Blueprint, check_media_type, whole_body
from api.errors import UnsupportedMediaType
from api.files.export import Tagged, employees_csv
from api.files.people import employee_rows, import_rows
from api.files.table import A_WORKBOOK, PACKED, Limits, count_rows
from api.idempotency import writes
from api.reach import actor, klik
from api.schemas.jobs import ImportReportSchema, JobSchema, shown_job, shown_report
from api.schemas.queries import ImportQuerySchema
from matcher.profiles.framework import VALUES
from matcher.profiles.people import EMPLOYEE
from matcher.use_cases.import_employees import ImportReport, import_employees
from matcher.use_cases.ports import Job, Records
from matcher.use_cases.start_import import start_import

routes = Blueprint("files", __name__, url_prefix="/v1/employees", description="Employee files.")

CSV = "text/csv"
AT_ONCE_BYTES = 1024 * 1024
AT_ONCE_ROWS = 10_000  # about a second of one transaction, in which nobody else writes
PAGE = 500

SEND_CSV = "Send the file as text/csv in UTF-8; a spreadsheet saves one as CSV UTF-8."

_CSV_TYPE = re.compile(r'text/csv\s*(?:;\s*(?:charset="?utf-8"?|header="?present"?)\s*)*', re.IGNORECASE)
_FILE = {"content": {CSV: {"schema": {"type": "string"}}}, "required": True}


def _read_first(view: Callable[..., Response]) -> Callable[..., Response]:
    """Run the route once its file is known to be a table, handed on as `rows` it has; no transaction is open yet.

    So a file that cannot be read is refused at once, also where it is long enough to become a job.
    """

    @wraps(view)
    def with_a_table(*args: object, **kwargs: object) -> Response:
        rows = _checked_rows(_csv_content())
        return view(*args, rows=rows, **kwargs)

    return with_a_table


@routes.on(
    "POST",
    "/imports",
    query=ImportQuerySchema,
    limit="import_limit_bytes",
    gives={200: ImportReportSchema, 202: JobSchema},
    doc={"requestBody": _FILE},
)
@_read_first
@writes
def import_file(query: dict[str, bool], *, rows: int, records: Records) -> Response:
    """Take over a CSV file of employees, or see what would happen (`dry_run`).

    A file over 1 MiB or 10,000 rows becomes a job.
    """
    content = whole_body()
    if len(content) > AT_ONCE_BYTES or rows > AT_ONCE_ROWS:
        return _begun(_started(records, content, dry_run=query["dry_run"]))
    return json_answer(shown_report(_imported(records, content, dry_run=query["dry_run"])))


@routes.on("GET", "/exports", produces=CSV, gives={200: {"type": "string"}})
def export_file() -> Response:
    """All employees as a CSV file that the import reads back."""
    return Response(stream_with_context(_pieces()), content_type=f"{CSV}; charset=utf-8")


def _csv_content() -> bytes:
    """The body. Raises UnsupportedMediaType when it is no CSV by its type or by its first bytes."""
    if _CSV_TYPE.fullmatch(request.environ.get("CONTENT_TYPE", "")) is None:
        raise UnsupportedMediaType(SEND_CSV)
    check_media_type(request, _CSV_TYPE)
    content = whole_body()
    if content.startswith(PACKED):
        raise UnsupportedMediaType(A_WORKBOOK)
    return content


def _checked_rows(content: bytes) -> int:
    """How many rows the file has. Raises InvalidInput and TooLarge where it cannot be read as employees."""
    employee_rows(io.BytesIO(content), klik().framework, limits=_limits())
    return count_rows(io.BytesIO(content), limits=_limits())


def _limits() -> Limits:
    settings = klik().settings
    return Limits(settings.import_limit_bytes, settings.import_rows)


def _imported(records: Records, content: bytes, *, dry_run: bool) -> ImportReport:
    framework = klik().framework
    rows = employee_rows(io.BytesIO(content), framework, limits=_limits())
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


def _begun(job: Job) -> Response:
    """202 with the job's address; the bell rings once the job is committed."""
    bell = klik().bell

    @after_this_request
    def ring(answer: Response) -> Response:
        bell.ring(job.id)
        return answer

    return json_answer(shown_job(job), 202, {"Location": f"/v1/jobs/{job.id}"})


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
