"""Ask for a file of tags to be taken that is too long to be answered at once."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from matcher.use_cases.ports import Job, Records
from matcher.use_cases.start_job import start_job
from matcher.use_cases.tag_employees import TagOrder

TAG_EMPLOYEES = "tag_employees"


def start_tagging(
    records: Records, content: bytes, order: TagOrder, *, actor: str, now: datetime, new_id: Callable[[], str]
) -> Job:
    """The queued job, whose id also names the batch; the file is kept under it until the job ends."""
    job = start_job(records, TAG_EMPLOYEES, asdict(order), actor=actor, now=now, new_id=new_id)
    records.imports.keep_upload(job.id, content, now=now)
    return job
