"""Long work: how it stands, and how to stop it."""

from flask import Response

from api.answers import json_answer
from api.blueprint import Blueprint
from api.idempotency import writes
from api.reach import actor, has_own_reach, klik
from api.schemas.jobs import JobSchema, shown_job
from matcher.errors import NotFound
from matcher.use_cases.cancel_job import cancel_job
from matcher.use_cases.ports import Job, Records
from matcher.use_cases.read_job import read_job

routes = Blueprint("jobs", __name__, url_prefix="/v1/jobs", description="Long work, done by the worker.")


@routes.on("GET", "/<id:job_id>", gives={200: JobSchema})
def get_job(job_id: str) -> Response:
    """A job as it stands."""
    with klik().store.reading() as records:
        return json_answer(shown_job(_within_reach(read_job(records, job_id))))


@routes.on("POST", "/<id:job_id>/cancellation", gives={200: JobSchema})
@writes
def cancel(job_id: str, *, records: Records) -> Response:
    """Stop a job: a queued one at once, a running one at its next step; one that ended stays as it is."""
    _within_reach(read_job(records, job_id))
    return json_answer(shown_job(cancel_job(records, job_id, now=klik().now())))


def _within_reach(job: Job) -> Job:
    """The job, for whoever may see every job or made this one. Raises NotFound, as if it were absent."""
    if has_own_reach() and job.created_by != actor():
        raise NotFound("There is no such job.")
    return job
