"""The statements about long work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, Update, and_, func, insert, literal, or_, select, update

from matcher.profiles.people import Who
from matcher.use_cases.ports import Job, JobState
from models.columns import UtcTime, json_text
from models.expressions import position
from models.tables import job

ERASED = "erased"


class SqlJobs:
    """Jobs in SQL (port `Jobs`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, work: Job) -> None:
        """Keep a new job. Raises Conflict, at the latest at the commit, when its id is taken."""
        values = {name: getattr(work, name) for name in job.c.keys()}  # noqa: SIM118  # columns, not a dict
        values |= {"state": str(work.state), "arguments": dict(work.arguments), "result": dict(work.result)}
        self._connection.execute(insert(job).values(values))

    def get(self, job_id: str) -> Job | None:
        """The job, if there is one."""
        row = self._connection.execute(select(job).where(job.c.id == job_id)).first()
        return None if row is None else _job(row)

    def runnable(self, *, now: datetime) -> list[str]:
        """Ids of queued jobs and of running ones whose lease ran out, oldest first."""
        query = select(job.c.id).where(_is_runnable(now)).order_by(job.c.created_at, job.c.id)
        return list(self._connection.execute(query).scalars())

    def unfinished(self) -> list[Job]:
        """Every job that is queued or running, oldest first."""
        states = JobState.QUEUED.value, JobState.RUNNING.value
        query = select(job).where(job.c.state.in_(states)).order_by(job.c.created_at, job.c.id)
        return [_job(row) for row in self._connection.execute(query)]

    def take(self, job_id: str, *, holder: str, now: datetime, lease_until: datetime) -> Job | None:
        """Begin or take over the job, if it is still runnable."""
        change = update(job).where(job.c.id == job_id, _is_runnable(now))
        return self._changed(
            change.values(
                state=JobState.RUNNING.value,
                holder=holder,
                lease_until=lease_until,
                attempts=job.c.attempts + 1,
                started_at=func.coalesce(job.c.started_at, literal(now, UtcTime)),
            )
        )

    def report(self, job_id: str, *, holder: str, done: int, total: int | None, lease_until: datetime) -> bool:
        """Note progress and renew the lease; whether to go on."""
        change = _held_by(job_id, holder).values(done=done, total=total, lease_until=lease_until)
        now_is = self._changed(change)
        return now_is is not None and not now_is.cancel_requested

    def finish(
        self,
        job_id: str,
        *,
        holder: str,
        state: JobState,
        result: Mapping[str, object],
        error: str | None,
        now: datetime,
    ) -> bool:
        """End the job, if this holder still has it."""
        end = {"state": state.value, "result": dict(result), "error": error, "finished_at": now, "lease_until": None}
        return self._changed(_held_by(job_id, holder).values(**end)) is not None

    def last_done(self, kind: str) -> Job | None:
        """The job of that kind that was done last."""
        done = select(job).where(job.c.state == JobState.DONE.value, job.c.kind == kind)
        row = self._connection.execute(done.order_by(job.c.finished_at.desc(), job.c.id.desc()).limit(1)).first()
        return None if row is None else _job(row)

    def cancel(self, job_id: str, *, now: datetime) -> Job | None:
        """Cancel a queued job at once, ask a running one to stop; the job as it then stands."""
        this = job.c.id == job_id
        queued = update(job).where(this, job.c.state == JobState.QUEUED.value)
        end = {"state": JobState.CANCELLED.value, "cancel_requested": True, "finished_at": now}
        cancelled = self._changed(queued.values(**end))
        if cancelled is not None:
            return cancelled
        running = update(job).where(this, job.c.state == JobState.RUNNING.value)
        return self._changed(running.values(cancel_requested=True)) or self.get(job_id)

    def _changed(self, change: Update) -> Job | None:
        row = self._connection.execute(change.returning(job)).first()
        return None if row is None else _job(row)


def forget_person(connection: Connection, who: Who, person_id: str) -> None:
    """Take the person out of the rows that job results tell of; line, action and counts stay.

    Every result is searched for the one text that names the person there. An index of names would be one more place
    to erase from, and a result tells at most 1,000 rows, so that even thousands of imports are read in a moment.
    """
    named = json_text({person_field(who): person_id})[1:-1]
    query = select(job.c.id, job.c.result).where(position(job.c.result, literal(named, Text)) > 0)
    for job_id, result in connection.execute(query.order_by(job.c.id).with_for_update()).all():
        connection.execute(update(job).where(job.c.id == job_id).values(result=without_person(result, who, person_id)))


def without_person(result: Mapping[str, Any], who: Who, person_id: str) -> dict[str, Any]:
    """The result, its rows about that person without name and detail: a detail may quote what the line said."""
    field = person_field(who)
    blank = {field: None, "detail": ERASED}
    rows = [{**row, **blank} if row.get(field) == person_id else row for row in result.get("rows", ())]
    return {**result, "rows": rows}


def person_field(who: Who) -> str:
    """How a row of a job's result names such a person."""
    return f"{who}_id"


def _is_runnable(now: datetime) -> Any:
    ran_out = and_(job.c.state == JobState.RUNNING.value, job.c.lease_until <= now)
    return or_(job.c.state == JobState.QUEUED.value, ran_out)


def _held_by(job_id: str, holder: str) -> Update:
    running = job.c.state == JobState.RUNNING.value
    return update(job).where(job.c.id == job_id, job.c.holder == holder, running)


def _job(row: Row[*tuple[Any, ...]]) -> Job:
    values = dict(row._mapping)
    return Job(**{**values, "state": JobState(values["state"])})
