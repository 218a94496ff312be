"""Ask for long work: it is written down here and done by the worker."""

from collections.abc import Callable, Mapping
from datetime import datetime

from matcher.use_cases.ports import Job, Records


def start_job(
    records: Records,
    kind: str,
    arguments: Mapping[str, object],
    *,
    actor: str,
    now: datetime,
    new_id: Callable[[], str],
) -> Job:
    """The job, queued. Whoever commits `records` rings the worker's bell afterwards, which saves a wait of a second."""
    job = Job(id=new_id(), kind=kind, arguments=dict(arguments), created_by=actor, created_at=now)
    records.jobs.add(job)
    return job
