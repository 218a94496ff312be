"""How jobs and imports look on the wire."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.strict import shown_moment
from matcher.use_cases.import_employees import ACTIONS, ImportReport
from matcher.use_cases.ports import Job, JobState

STATES = [str(state) for state in JobState]


class JobSchema(ma.Schema):
    """Long work: where it stands, and what came of it. `done` of `total` steps (`null`: not known yet)."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": STATES})
    done = fields.Integer(required=True)
    total = fields.Integer(required=True, allow_none=True)
    cancel_requested = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    result = fields.Dict(keys=fields.String(), required=True)
    error = fields.String(required=True, allow_none=True)


class ImportedRowSchema(ma.Schema):
    """What happens with a line of the file."""

    line = fields.Integer(required=True)
    employee_id = fields.String(required=True, allow_none=True)
    action = fields.String(required=True, metadata={"enum": list(ACTIONS)})
    detail = fields.String(required=True)


class ImportReportSchema(ma.Schema):
    """What an import did, or would do; at most 1,000 rows are told, errors first."""

    applied = fields.Boolean(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    rows = fields.List(fields.Nested(ImportedRowSchema), required=True)
    rows_left_out = fields.Integer(required=True)
    warnings = fields.List(fields.String(), required=True)


def shown_job(job: Job) -> dict[str, Any]:
    """A job as `JobSchema` documents it."""
    return {
        "id": job.id,
        "kind": job.kind,
        "state": str(job.state),
        "done": job.done,
        "total": job.total,
        "cancel_requested": job.cancel_requested,
        "created_at": shown_moment(job.created_at),
        "started_at": None if job.started_at is None else shown_moment(job.started_at),
        "finished_at": None if job.finished_at is None else shown_moment(job.finished_at),
        "result": dict(job.result),
        "error": job.error,
    }


def shown_report(report: ImportReport) -> Mapping[str, Any]:
    """A report as `ImportReportSchema` documents it."""
    return {
        "applied": report.applied,
        "counts": report.counts,
        "rows": [
            {"line": row.line, "employee_id": row.employee_id, "action": row.action, "detail": row.detail}
            for row in report.rows
        ],
        "rows_left_out": report.rows_left_out,
        "warnings": list(report.warnings),
    }
