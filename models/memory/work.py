"""Keys, stored answers and jobs, in memory."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from matcher.errors import Conflict
from matcher.profiles.people import Who
from matcher.use_cases.ports import ApiKey, Job, JobState, StoredAnswer
from models.answers import KEPT, path_ends
from models.columns import json_text
from models.jobs import without_person
from models.memory.tables import Transaction


class MemoryApiKeys:
    """API keys in memory (port `ApiKeys`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, key_id: str) -> ApiKey | None:
        """The key, if there is one."""
        return self._transaction.tables.keys.get(key_id)

    def add(self, key: ApiKey) -> None:
        """Keep a new key. Raises Conflict when its id is taken."""
        keys = self._transaction.changing(self._transaction.tables.keys)
        if key.id in keys:
            raise Conflict(f"There is a key {key.id} already.")
        keys[key.id] = key

    def revoke(self, key_id: str, *, now: datetime) -> bool:
        """End the key now; whether there is one. The first revocation stands."""
        keys = self._transaction.changing(self._transaction.tables.keys)
        key = keys.get(key_id)
        if key is not None and key.revoked_at is None:
            keys[key_id] = replace(key, revoked_at=now)
        return key is not None

    def all(self) -> list[ApiKey]:
        """Every key, oldest first."""
        return sorted(self._transaction.tables.keys.values(), key=lambda key: (key.created_at, key.id))


class MemoryAnswers:
    """Stored answers in memory (port `Answers`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def claim(self, scope: str, body_sha256: str, *, now: datetime) -> StoredAnswer | None:
        """Take the key for this transaction (`None`), or what another request stored under it."""
        answers = self._transaction.changing(self._transaction.tables.answers)
        if scope in answers:
            stored, claimed_at = answers[scope]
            if claimed_at > now - KEPT:
                return stored
        answers[scope] = (StoredAnswer(body_sha256, 0, {}, b""), now)
        return None

    def save(self, scope: str, stored: StoredAnswer) -> None:
        """Keep the answer under the key taken before."""
        answers = self._transaction.changing(self._transaction.tables.answers)
        if scope in answers:
            answers[scope] = (stored, answers[scope][1])

    def forget_before(self, moment: datetime) -> int:
        """Remove answers claimed before the moment; how many."""
        answers = self._transaction.changing(self._transaction.tables.answers)
        old = [scope for scope, (_, claimed_at) in answers.items() if claimed_at < moment]
        for scope in old:
            del answers[scope]
        return len(old)


def forget_person(transaction: Transaction, person_id: str) -> None:
    """Remove every answer that names the person: as a part of a path, or as a text in its JSON body."""
    answers = transaction.changing(transaction.tables.answers)
    in_body = json_text(person_id).encode()
    for scope, (stored, _) in list(answers.items()):
        paths = (f"{scope} ", json_text(dict(stored.headers)))
        if in_body in stored.body or any(end in path for end in path_ends(person_id) for path in paths):
            del answers[scope]


def forget_in_results(transaction: Transaction, who: Who, person_id: str) -> None:
    """Take the person out of the rows that job results tell of; line, action and counts stay."""
    jobs = transaction.changing(transaction.tables.jobs)
    for job in list(jobs.values()):
        result = without_person(job.result, who, person_id)
        if result != {"rows": [], **job.result}:
            jobs[job.id] = replace(job, result=result)


class MemoryJobs:
    """Jobs in memory (port `Jobs`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, work: Job) -> None:
        """Keep a new job. Raises Conflict when its id is taken."""
        jobs = self._transaction.changing(self._transaction.tables.jobs)
        if work.id in jobs:
            raise Conflict(f"There is a job {work.id} already.")
        jobs[work.id] = work

    def get(self, job_id: str) -> Job | None:
        """The job, if there is one."""
        return self._transaction.tables.jobs.get(job_id)

    def runnable(self, *, now: datetime) -> list[str]:
        """Ids of queued jobs and of running ones whose lease ran out, oldest first."""
        found = [job for job in self._transaction.tables.jobs.values() if _is_runnable(job, now)]
        return [job.id for job in sorted(found, key=lambda job: (job.created_at, job.id))]

    def unfinished(self) -> list[Job]:
        """Every job that is queued or running, oldest first."""
        open_states = JobState.QUEUED, JobState.RUNNING
        found = [job for job in self._transaction.tables.jobs.values() if job.state in open_states]
        return sorted(found, key=lambda job: (job.created_at, job.id))

    def take(self, job_id: str, *, holder: str, now: datetime, lease_until: datetime) -> Job | None:
        """Begin or take over the job, if it is still runnable."""
        job = self.get(job_id)
        if job is None or not _is_runnable(job, now):
            return None
        begun = replace(job, state=JobState.RUNNING, holder=holder, lease_until=lease_until, attempts=job.attempts + 1)
        return self._kept(replace(begun, started_at=job.started_at or now))

    def report(self, job_id: str, *, holder: str, done: int, total: int | None, lease_until: datetime) -> bool:
        """Note progress and renew the lease; whether to go on."""
        job = self._held(job_id, holder)
        if job is None:
            return False
        return not self._kept(replace(job, done=done, total=total, lease_until=lease_until)).cancel_requested

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
        job = self._held(job_id, holder)
        if job is None:
            return False
        self._kept(replace(job, state=state, result=dict(result), error=error, finished_at=now, lease_until=None))
        return True

    def last_done(self, kind: str) -> Job | None:
        """The job of that kind that was done last."""
        jobs = self._transaction.tables.jobs.values()
        done = [(one.finished_at, one.id) for one in jobs if one.kind == kind and one.state is JobState.DONE]
        return self.get(max(done)[1]) if done else None

    def cancel(self, job_id: str, *, now: datetime) -> Job | None:
        """Cancel a queued job at once, ask a running one to stop; the job as it then stands."""
        job = self.get(job_id)
        if job is None:
            return None
        if job.state is JobState.QUEUED:
            return self._kept(replace(job, state=JobState.CANCELLED, cancel_requested=True, finished_at=now))
        if job.state is JobState.RUNNING:
            return self._kept(replace(job, cancel_requested=True))
        return job

    def _held(self, job_id: str, holder: str) -> Job | None:
        job = self.get(job_id)
        return job if job is not None and job.holder == holder and job.state is JobState.RUNNING else None

    def _kept(self, job: Job) -> Job:
        self._transaction.changing(self._transaction.tables.jobs)[job.id] = job
        return job


def _is_runnable(job: Job, now: datetime) -> bool:
    ran_out = job.lease_until is not None and job.lease_until <= now
    return job.state is JobState.QUEUED or (job.state is JobState.RUNNING and ran_out)
