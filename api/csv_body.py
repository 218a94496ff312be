"""CSV files as request bodies: read first, so that one that is no table is refused before anything is begun."""

import io
import re
from collections.abc import Callable
from functools import wraps
from typing import BinaryIO

from flask import Response, after_this_request, request

from api.answers import json_answer
from api.blueprint import check_media_type, whole_body
from api.errors import UnsupportedMediaType
from api.files.table import A_WORKBOOK, PACKED, Limits, count_rows
from api.reach import klik
from api.schemas.jobs import shown_job
from matcher.use_cases.ports import Job

CSV = "text/csv"
AT_ONCE_BYTES = 1024 * 1024
AT_ONCE_ROWS = 10_000  # about a second of one transaction, in which nobody else writes
SEND_CSV = "Send the file as text/csv in UTF-8; a spreadsheet saves one as CSV UTF-8."
DOCUMENTED = {"requestBody": {"content": {CSV: {"schema": {"type": "string"}}}, "required": True}}

_CSV_TYPE = re.compile(r'text/csv\s*(?:;\s*(?:charset="?utf-8"?|header="?present"?)\s*)*', re.IGNORECASE)


def read_first(check: Callable[[BinaryIO], object]) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Run the route once its file is known to be a table, handed on as `rows` it has; no transaction is open yet.

    `check` reads the header and raises InvalidInput where it is no file of that kind. So a file that cannot be read is
    refused at once, also where it is long enough to become a job.
    """

    def decorate(view: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(view)
        def with_a_table(*args: object, **kwargs: object) -> Response:
            content = csv_content()
            check(io.BytesIO(content))
            rows = count_rows(io.BytesIO(content), limits=limits())
            return view(*args, rows=rows, **kwargs)

        return with_a_table

    return decorate


def csv_content() -> bytes:
    """The body. Raises UnsupportedMediaType when it is no CSV by its type or by its first bytes."""
    if _CSV_TYPE.fullmatch(request.environ.get("CONTENT_TYPE", "")) is None:
        raise UnsupportedMediaType(SEND_CSV)
    check_media_type(request, _CSV_TYPE)
    content = whole_body()
    if content.startswith(PACKED):
        raise UnsupportedMediaType(A_WORKBOOK)
    return content


def limits() -> Limits:
    """How large a file may be here."""
    settings = klik().settings
    return Limits(settings.import_limit_bytes, settings.import_rows)


def is_long(content: bytes, rows: int) -> bool:
    """Whether taking the file over would keep others waiting."""
    return len(content) > AT_ONCE_BYTES or rows > AT_ONCE_ROWS


def begun(job: Job) -> Response:
    """202 with the job's address; the bell rings once the job is committed."""
    bell = klik().bell

    @after_this_request
    def ring(answer: Response) -> Response:
        bell.ring(job.id)
        return answer

    return json_answer(shown_job(job), 202, {"Location": f"/v1/jobs/{job.id}"})
