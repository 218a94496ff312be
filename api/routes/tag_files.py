"""HR tags many employees by a file, and takes a whole file back."""

import io
from dataclasses import asdict
from typing import BinaryIO

from flask import Response

from api.answers import json_answer
from api.blueprint import Blueprint, whole_body
from api.csv_body import DOCUMENTED, begun, is_long, limits, read_first
from api.files.tags import tag_rows
from api.idempotency import writes
from api.reach import actor, klik
from api.schemas.jobs import JobSchema
from api.schemas.tags import TagOrderSchema, TagReportSchema, UndoneSchema, UndoQuerySchema
from api.tag_job import report_document
from matcher.use_cases.ports import Records
from matcher.use_cases.start_tagging import start_tagging
from matcher.use_cases.tag_employees import TagOrder, tag_employees
from matcher.use_cases.undo_tags import undo_tags

routes = Blueprint("tag_files", __name__, url_prefix="/v1/employees/profiles", description="Files of tags.")


def _is_readable(stream: BinaryIO) -> object:
    return tag_rows(stream, klik().framework, limits=limits())


@routes.on(
    "POST",
    "/imports",
    query=TagOrderSchema,
    limit="import_limit_bytes",
    gives={200: TagReportSchema, 202: JobSchema},
    doc=DOCUMENTED,
)
@read_first(_is_readable)
@writes
def tag_by_file(order: TagOrder, *, rows: int, records: Records) -> Response:
    """Tag the employees of a CSV file: id, dominant, secondary and reason, or value:… shares in place of the first two.

    All lines or none, unless `skip_faulty`. A file over 1 MiB or 10,000 rows becomes a job.
    """
    content = whole_body()
    who, now, new_id = actor(), klik().now(), klik().new_id
    if is_long(content, rows):
        return begun(start_tagging(records, content, order, actor=who, now=now, new_id=new_id))
    report = tag_employees(
        records,
        klik().framework,
        lambda: tag_rows(io.BytesIO(content), klik().framework, limits=limits()),
        order,
        batch=new_id(),
        actor=who,
        now=now,
        new_id=new_id,
    )
    return json_answer(report_document(report))


@routes.on("DELETE", "/batches/<id:batch_id>", query=UndoQuerySchema, gives={200: UndoneSchema})
@writes
def undo(query: dict[str, str], batch_id: str, *, records: Records) -> Response:
    """Take back every tag of a file: former tags count again, later ones stay."""
    undone = undo_tags(records, klik().framework, batch_id, reason=query["reason"], actor=actor(), now=klik().now())
    document = asdict(undone)
    return json_answer({"batch_id": document.pop("batch"), **document})
