"""Look how long work stands."""

from matcher.errors import NotFound
from matcher.use_cases.ports import Job, Records


def read_job(records: Records, job_id: str) -> Job:
    """The job as it stands. Raises NotFound."""
    job = records.jobs.get(job_id)
    if job is None:
        raise NotFound(f"There is no job {job_id[:64]!r}.")
    return job
