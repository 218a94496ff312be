"""Do long work once, whoever else tries: take its lease, go on only while it is held, end in one transaction."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from matcher.errors import MatcherError, Unavailable
from matcher.use_cases.ports import Job, JobState, Records, Store

MOST_ATTEMPTS = 3


class JobStopped(Exception):
    """The work must not go on: it was cancelled, or another holder has it now."""


@dataclass(slots=True)
class JobRun:
    """One attempt at a job by one holder. Work calls `go_on` at each step and ends inside `ending`."""

    store: Store
    job: Job
    holder: str
    now: Callable[[], datetime]
    lease: timedelta
    must_stop: Callable[[], bool]
    done: int = 0
    total: int | None = None
    renewed_at: datetime | None = None
    is_over: bool = False
    clear: Callable[[Records, Job], None] | None = None
    on_progress: Callable[[int, int | None], None] | None = None

    def go_on(self, done: int, total: int | None = None) -> None:
        """Note progress; the lease is renewed when a tenth of it has passed. Raises JobStopped when work must end."""
        self.done, self.total = done, total
        if self.on_progress is not None:
            self.on_progress(done, total)
        if self.must_stop():
            raise JobStopped
        now = self.now()
        if self.renewed_at is None or now - self.renewed_at > self.lease / 10:
            self.renew()

    def renew(self) -> None:
        """Write progress and renew the lease at once. Raises JobStopped when it is lost or the job was cancelled."""
        with self.store.writing() as records:
            self._keep(records)

    @contextmanager
    def ending(self) -> Iterator["Ending"]:
        """The job's last transaction: its effect and its end commit together, and only while the lease is held."""
        with self.store.writing() as records:
            self._keep(records)
            ending = Ending(records)
            yield ending
            if not self._finished(records, JobState.DONE, ending.result, None):
                raise JobStopped
        self.is_over = True

    def fail(self, state: JobState, error: str | None) -> None:
        """End the job without its effect, and clear away what it kept."""
        with self.store.writing() as records:
            if self._finished(records, state, {}, error) and self.clear is not None:
                self.clear(records, self.job)
        self.is_over = True

    def release(self) -> None:
        """Give the lease back unended, so that another attempt can begin at once."""
        with self.store.writing() as records:
            records.jobs.report(
                self.job.id, holder=self.holder, done=self.done, total=self.total, lease_until=self.now()
            )
        self.is_over = True

    def _keep(self, records: Records) -> None:
        now = self.now()
        until = now + self.lease
        if not records.jobs.report(
            self.job.id, holder=self.holder, done=self.done, total=self.total, lease_until=until
        ):
            raise JobStopped
        self.renewed_at = now

    def _finished(self, records: Records, state: JobState, result: Mapping[str, object], error: str | None) -> bool:
        return records.jobs.finish(
            self.job.id, holder=self.holder, state=state, result=result, error=error, now=self.now()
        )


@dataclass(slots=True)
class Ending:
    """The open last transaction of a job; `result` is what the job answers."""

    records: Records
    result: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobKind:
    """How a kind of job is done.

    `is_repeatable`: an attempt that died half-way may be begun again from the start. `clear` removes what the job kept
    for its work, when it ends without its effect.
    """

    work: Callable[[JobRun], None]
    is_repeatable: bool = True
    clear: Callable[[Records, Job], None] | None = None


def begin_job(
    store: Store,
    job_id: str,
    *,
    holder: str,
    now: Callable[[], datetime],
    lease: timedelta,
    must_stop: Callable[[], bool] = lambda: False,
) -> JobRun | None:
    """The right to do the job, held by a lease; `None` when it is not to be had (any more)."""
    moment = now()
    with store.writing() as records:
        job = records.jobs.take(job_id, holder=holder, now=moment, lease_until=moment + lease)
    if job is None:
        return None
    return JobRun(store, job, holder, now, lease, must_stop, done=job.done, total=job.total, renewed_at=moment)


def run_job(run: JobRun, kinds: Mapping[str, JobKind]) -> None:
    """Do the work of a begun job: done, failed with its reason, cancelled, or left for another attempt.

    Raises whatever the work raises that is not an error of the matcher's own tree; the job then still holds its lease.
    """
    kind = kinds.get(run.job.kind)
    reason = _reason_against(run.job, kind)
    run.clear = None if kind is None else kind.clear
    if kind is None or reason is not None:
        run.fail(JobState.FAILED, reason)
        return
    try:
        kind.work(run)
    except JobStopped:
        _stop(run)
    except Unavailable:
        run.is_over = True  # the lease runs out by itself: by then what was away may be back
    except MatcherError as error:
        run.fail(JobState.FAILED, error.detail)


def _reason_against(job: Job, kind: JobKind | None) -> str | None:
    """Why the job is not begun again, if so."""
    if kind is None:
        return f"This version does not know jobs of the kind {job.kind[:64]!r}."
    if job.attempts > (MOST_ATTEMPTS if kind.is_repeatable else 1):
        return f"It was begun {job.attempts - 1} times and broke off each time; see the worker's log, then ask again."
    return None


def _stop(run: JobRun) -> None:
    """A cancelled job ends; one whose worker goes away is released; one that another holds is theirs."""
    with run.store.reading() as records:
        job = records.jobs.get(run.job.id)
    if job is None or job.holder != run.holder or job.state is not JobState.RUNNING:
        run.is_over = True
    elif job.cancel_requested:
        run.fail(JobState.CANCELLED, None)
    else:
        run.release()
