"""Ask for a file of outcomes to be taken over that is too long to be answered at once."""

from collections.abc import Callable
from datetime import datetime

from matcher.use_cases.ports import Job, Records
from matcher.use_cases.start_job import start_job

IMPORT_OUTCOMES = "import_outcomes"


def start_outcome_import(
    records: Records, content: bytes, *, dry_run: bool, actor: str, now: datetime, new_id: Callable[[], str]
) -> Job:
    """The queued job; the file is kept under the job's id until it ends."""
    job = start_job(records, IMPORT_OUTCOMES, {"dry_run": dry_run}, actor=actor, now=now, new_id=new_id)
    records.imports.keep_upload(job.id, content, now=now)
    return job
