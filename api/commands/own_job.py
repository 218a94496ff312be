"""A job that a command begins and does itself, as a worker would; a worker ends it when the command dies half-way."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from matcher.use_cases.ports import Job, Records

if TYPE_CHECKING:
    from api.wiring import Klik
    from matcher.use_cases.run_job import JobRun


def done_here(klik: "Klik", start: Callable[[Records], Job], *, show: Callable[[int, int | None], None]) -> Job:
    """The job as it ended; `start` writes it down, and `show` is told of its progress."""
    from api.workers import job_kinds, kept_alive
    from matcher.use_cases.read_job import read_job
    from matcher.use_cases.run_job import run_job

    run = _begun(klik, start)
    run.on_progress = show
    with kept_alive(run):
        try:
            run_job(run, job_kinds(klik))
        except KeyboardInterrupt:
            with klik.store.writing() as records:
                records.jobs.cancel(run.job.id, now=klik.now())
            raise
    with klik.store.reading() as records:
        return read_job(records, run.job.id)


def _begun(klik: "Klik", start: Callable[[Records], Job]) -> "JobRun":
    """The job, taken in the transaction that makes it, so that no worker comes in between."""
    from api.workers import LEASE
    from matcher.use_cases.run_job import JobRun

    holder = f"{os.getpid()}.{klik.new_id()}"
    now = klik.now()
    with klik.store.writing() as records:
        taken = records.jobs.take(start(records).id, holder=holder, now=now, lease_until=now + LEASE)
    assert taken is not None  # nobody else can have seen it
    return JobRun(klik.store, taken, holder, klik.now, LEASE, lambda: False, renewed_at=now)
