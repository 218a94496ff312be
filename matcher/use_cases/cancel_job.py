"""Stop long work."""

from datetime import datetime

from matcher.errors import NotFound
from matcher.use_cases.ports import Job, JobState, Records


def cancel_job(records: Records, job_id: str, *, now: datetime) -> Job:
    """The job as it stands after the request: a queued one is cancelled, a running one stops at its next step.

    A queued job's file goes with it: no worker will come by to clear it away. A job that ended stays as it is.
    Raises NotFound.
    """
    job = records.jobs.cancel(job_id, now=now)
    if job is None:
        raise NotFound(f"There is no job {job_id[:64]!r}.")
    if job.state is JobState.CANCELLED:
        records.imports.discard(job_id)
    return job
